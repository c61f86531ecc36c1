"""Write a world to a folder, whole or not at all, and read what it says about itself."""

from __future__ import annotations

import json
import tempfile
from errno import ENOTDIR
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from rilo_training.world.errors import WorldError
from rilo_training.world.make import World

Format = Literal["parquet", "csv"]


def save_world(
    world: World,
    folder: str | PathLike[str],
    truth_folder: str | PathLike[str] | None = None,
    file_format: Format = "parquet",
    official: bool = False,
    world_id: str | None = None,
) -> None:
    """Write a world to a folder: ``seizures`` and ``world.json``.

    The files are first written to a folder beside it, which is then renamed: a reader finds the
    whole world or the one that was there before.

    Parameters
    ----------
    world : World
        What `make_world` returned.
    folder : path
        Where to write. It may be absent, empty, or a world, which is then replaced.
    truth_folder : path, optional
        Where to write ``truth_seizures``; it is written only when asked for, and must lie
        elsewhere.
    file_format : {"parquet", "csv"}
        Format of the tables. CSV is UTF-8 with a byte order mark, so that Excel reads it.
    official : bool
        Leave the seed out of ``world.json``.
    world_id : str, optional
        The name of the world. An official world needs one drawn at random: the digest of its
        rows would tell which seed was used.

    Raises
    ------
    WorldError
        When the folder cannot be written, holds other files, or an official world has no name.

    Examples
    --------
    >>> import tempfile
    >>> from rilo_training.world import make_world, read_about, save_world
    >>> with tempfile.TemporaryDirectory() as place:
    ...     save_world(make_world(seed=1, cases=20), f"{place}/world", file_format="csv")
    ...     read_about(f"{place}/world")["cases"]
    20
    """
    target = Path(fspath(folder))
    if file_format not in ("parquet", "csv"):
        raise WorldError(f"The format was '{file_format}'. Choose parquet or csv.")
    if official and not world_id:
        raise WorldError("An official world needs a name. Give world_id, drawn at random.")
    about = dict(world.about)
    if official:
        about["seed"] = None
    if world_id:
        about["world_id"] = world_id
    truth = None if truth_folder is None else Path(fspath(truth_folder))
    if truth is not None and _inside(truth, target):
        raise WorldError(
            f"The truth would be written into the world ('{truth}'). Choose a folder elsewhere."
        )
    _write(target, {"seizures": world.seizures}, file_format, about)
    if truth is not None:
        _write(truth, {"truth_seizures": world.truth_seizures}, file_format, None)


def _inside(inner: Path, outer: Path) -> bool:
    resolved, place = inner.resolve(), outer.resolve()
    return resolved == place or place in resolved.parents


def _write(
    folder: Path,
    tables: dict[str, pd.DataFrame],
    file_format: Format,
    about: dict[str, Any] | None,
) -> None:
    own = {"world.json"} | {f"{name}.{end}" for name in tables for end in ("parquet", "csv")}
    try:
        if folder.is_dir():
            others = sorted(file.name for file in folder.iterdir() if file.name not in own)
            if others:
                raise WorldError(
                    f"The folder '{folder}' holds other files ({', '.join(others[:3])}). "
                    "Choose an empty or a new folder."
                )
        elif folder.exists():
            raise NotADirectoryError(ENOTDIR, "a file of this name is in the way")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".world-", dir=folder.parent) as beside:
            new = Path(beside) / "new"
            new.mkdir()
            for name, table in tables.items():
                _write_table(table, new / f"{name}.{file_format}")
            if about is not None:
                text = json.dumps(about, indent=2) + "\n"
                (new / "world.json").write_text(text, encoding="utf-8", newline="\n")
            if folder.exists():
                folder.rename(Path(beside) / "old")
            try:
                new.rename(folder)
            except OSError:
                if (Path(beside) / "old").exists():
                    (Path(beside) / "old").rename(folder)
                raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorldError(
            f"The world cannot be written to '{folder}' ({reason}). "
            "Choose a folder that you may write to, and close programs that use it."
        ) from error


def _write_table(table: pd.DataFrame, file: Path) -> None:
    if file.suffix == ".parquet":
        table.to_parquet(file, index=False, compression="zstd", compression_level=19)
    else:
        table.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n")


def read_about(folder: str | PathLike[str]) -> dict[str, Any]:
    """Return the content of a world's ``world.json``.

    Raises
    ------
    WorldError
        When the folder holds no readable ``world.json``.

    Examples
    --------
    >>> from rilo_training.world import read_about
    >>> read_about("datasets/practice")["synthetic"]
    'SYNTHETIC DATA - not CEN data'
    """
    file = Path(fspath(folder)) / "world.json"
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorldError(
            f"'{file}' cannot be read ({type(error).__name__}). "
            "A world folder with world.json was expected; check the path."
        ) from error
    if not isinstance(about, dict) or "world_id" not in about:
        raise WorldError(f"'{file}' does not describe a world. Check the path.")
    return about
