"""Write a world to a folder, whole or not at all, and read what it says about itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from errno import ENOTDIR
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from rilo_training.world.digest import Digest
from rilo_training.world.errors import WorldError
from rilo_training.world.make import SYNTHETIC, World, describe, make_recipe
from rilo_training.world.parts import TABLES, Part, make_parts
from rilo_training.world.recipe import USUAL_CASES
from rilo_training.world.tablefile import TableFile

Format = Literal["parquet", "csv"]

ABOUT, STORIES, NOTE = "world.json", "stories.json", "SYNTHETIC.txt"
OWN_STEMS = {*TABLES, *(f"truth_{name}" for name in (*TABLES, "parties"))}
"""The tables of a world and of its truth: a folder that holds other files is not written over."""


def save_world(
    world: World,
    folder: str | PathLike[str],
    truth_folder: str | PathLike[str] | None = None,
    file_format: Format = "parquet",
    official: bool = False,
    world_id: str | None = None,
    smallest: bool = False,
) -> None:
    """Write a world to a folder: its tables and ``world.json``.

    The files are first written to a folder beside it, which is then renamed: a reader finds the
    whole world or the one that was there before.

    Parameters
    ----------
    world : World
        What `make_world` returned.
    folder : path
        Where to write. It may be absent, empty, or a world, which is then replaced.
    truth_folder : path, optional
        Where to write ``truth_...`` and ``stories.json``; they are written only when asked for,
        and must lie elsewhere.
    file_format : {"parquet", "csv"}
        Format of the tables. CSV is UTF-8 with a byte order mark, so that Excel reads it.
    official : bool
        Leave the seed out of ``world.json``.
    world_id : str, optional
        The name of the world. An official world needs one drawn at random: the digest of its
        rows would tell which seed was used.
    smallest : bool
        Compress as far as possible, which takes a second or two; for a world that is kept.

    Raises
    ------
    WorldError
        When the folder cannot be written, holds other files, or an official world has no name.

    Examples
    --------
    >>> import tempfile
    >>> from rilo_training.world import make_world, read_about, save_world
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = make_world(seed=1, cases=20, tables=["seizures"])
    ...     save_world(made, f"{place}/world", file_format="csv")
    ...     read_about(f"{place}/world")["cases"]
    20
    """
    if official and not world_id:
        raise WorldError("An official world needs a name. Give world_id, drawn at random.")
    about = dict(world.about)
    if official:
        about["seed"] = None
    if world_id:
        about["world_id"] = world_id
    whole = {**world.tables, **world.truth}
    tables = {
        name: pa.Table.from_pandas(table, preserve_index=False) for name, table in whole.items()
    }
    parts = [Part(tables, world.stories)]
    _write(parts, folder, truth_folder, file_format, lambda marks: about, smallest)


def write_world(
    folder: str | PathLike[str],
    seed: int,
    cases: int = USUAL_CASES,
    truth_folder: str | PathLike[str] | None = None,
    file_format: Format = "parquet",
    progress: Callable[[str], None] | None = None,
    *,
    tables: Sequence[str] = TABLES,
    stories: Sequence[str] | None = None,
    without: Sequence[str] = (),
    executor: Executor | None = None,
    **choices: Any,
) -> dict[str, Any]:
    """Make a world and write it part by part, so that a large one needs little memory.

    The rows are those of `make_world` with the same arguments, and the folder is written as by
    `save_world`: whole or not at all.

    Returns
    -------
    dict
        The content of ``world.json``.

    Raises
    ------
    WorldError
        When the world cannot be made or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from rilo_training.world import write_world
    >>> with tempfile.TemporaryDirectory() as place:
    ...     about = write_world(f"{place}/world", seed=1, cases=20, tables=["seizures"])
    >>> list(about["tables"])
    ['seizures']
    """
    recipe, wanted = make_recipe(seed, cases, tables, stories, without, **choices)
    parts = make_parts(recipe, wanted, executor, progress)
    return _write(
        parts,
        folder,
        truth_folder,
        file_format,
        lambda marks: describe(recipe, marks),
        smallest=False,
    )


def _write(
    parts: Iterable[Part],
    folder: str | PathLike[str],
    truth_folder: str | PathLike[str] | None,
    file_format: Format,
    say: Callable[[dict[str, tuple[Digest, int]]], dict[str, Any]],
    smallest: bool,
) -> dict[str, Any]:
    """Write the parts of a world and of its truth, each to its folder."""
    target = Path(fspath(folder)).resolve()
    truth = None if truth_folder is None else Path(fspath(truth_folder)).resolve()
    if file_format not in ("parquet", "csv"):
        raise WorldError(f"The format was '{file_format}'. Choose parquet or csv.")
    if truth is not None and (_inside(truth, target) or _inside(target, truth)):
        raise WorldError(
            f"The folders of the world ('{target}') and of its truth ('{truth}') lie in each "
            "other. Choose a folder elsewhere."
        )
    marks: dict[str, tuple[Digest, int]] = {}
    stories: list[dict[str, Any]] = []
    with ExitStack() as folders:
        # The world is entered last and so takes its place first: its truth never stands alone.
        apart = None if truth is None else folders.enter_context(_new_folder(truth, STORIES))
        place = folders.enter_context(_new_folder(target, ABOUT))
        with ExitStack() as files:
            writers: dict[str, TableFile] = {}
            for part in parts:
                stories += part.stories
                for name, table in part.tables.items():
                    hidden = name.startswith("truth_")
                    where = apart if hidden else place
                    if not hidden:
                        mark, rows = marks.get(name, (Digest(), 0))
                        mark.add(table)
                        marks[name] = (mark, rows + table.num_rows)
                    if where is None:
                        continue
                    with _sentence(truth if hidden and truth else target):
                        if name not in writers:
                            file = where / f"{name}.{file_format}"
                            opened = TableFile(file, SYNTHETIC, smallest)
                            writers[name] = files.enter_context(opened)
                        writers[name].add(table)
        about = say(marks)
        with _sentence(target):
            for where in (place, apart):
                if where is not None and file_format == "csv":
                    _write_text(where / NOTE, SYNTHETIC + "\n")
            if apart is not None:
                text = {"synthetic": SYNTHETIC, "stories": stories}
                _write_text(apart / STORIES, json.dumps(text, indent=2) + "\n")
            _write_text(place / ABOUT, json.dumps(about, indent=2) + "\n")
    return about


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _sentence(folder: Path) -> Iterator[None]:
    """Turn what the system says about a folder into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorldError(
            f"The world cannot be written to '{folder}' ({reason}). "
            "Choose a folder that you may write to, and close programs that use it."
        ) from error


@contextmanager
def _new_folder(folder: Path, mark: str) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` when all went well.

    `mark` is the file that tells a folder of ours from one of somebody else.
    """
    with _sentence(folder):
        _refuse_others(folder, mark)
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = tempfile.TemporaryDirectory(prefix=".world-", dir=folder.parent)
    with beside as name:
        new, old = Path(name) / "new", Path(name) / "old"
        new.mkdir()
        yield new
        with _sentence(folder):
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise


def _refuse_others(folder: Path, mark: str) -> None:
    """Refuse a folder that must not be replaced: with other files, or where somebody works."""
    if folder == Path.cwd() or folder in Path.cwd().parents:
        raise WorldError(
            f"The folder '{folder}' is the one you work in. Choose a new folder inside it."
        )
    if not folder.is_dir():
        if folder.exists():
            raise NotADirectoryError(ENOTDIR, "a file of this name is in the way")
        return
    files = sorted(folder.iterdir())
    others = [file.name for file in files if not _is_own(file)]
    if files and not others and not _is_marked(folder / mark):
        others = [file.name for file in files]
    if others:
        raise WorldError(
            f"The folder '{folder}' holds other files ({', '.join(others[:3])}). "
            "Choose an empty or a new folder."
        )


def _is_own(file: Path) -> bool:
    return file.name in (ABOUT, STORIES, NOTE) or (
        file.stem in OWN_STEMS and file.suffix in (".parquet", ".csv")
    )


def _is_marked(file: Path) -> bool:
    """Whether a file says that it is of a synthetic world."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("synthetic") == SYNTHETIC


def _inside(inner: Path, outer: Path) -> bool:
    resolved, place = inner.resolve(), outer.resolve()
    return resolved == place or place in resolved.parents


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
