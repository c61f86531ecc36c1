"""Folders for a while, with short paths, that do not stay behind when a process is killed."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rilo_training.files import Claim, claim

PREFIX = "rilo-run-"
_OWNER = ".owner"
_LONGEST = 60  # characters: the path of a socket in it has a limit of about 100


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder that is removed afterwards.

    Folders of processes that do not run any more are removed too, once in each process.
    """
    base = _base()
    _sweep(base)
    folder, owner = _new_folder(base)
    try:
        yield folder
    finally:
        remove(folder)
        owner.release()


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays.

    Code of other people was at work in it: folders may lie in each other a thousand times, have
    paths longer than the system takes, and be closed to their owner. So each inner folder is
    first moved up.
    """
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError):
            for entry in list(os.scandir(place)):
                if not entry.is_dir(follow_symlinks=False):
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
                    continue
                moved = folder / secrets.token_hex(8)  # no name that is there
                with contextlib.suppress(OSError):
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, moved)
                    waiting.append(moved)
        if place != folder:
            with contextlib.suppress(OSError):
                os.rmdir(place)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _new_folder(base: Path) -> tuple[Path, Claim]:
    """Return an empty folder that only this user can open, and the claim on it."""
    while True:
        folder = base / f"{PREFIX}{secrets.token_hex(5)}"
        # Claimed before it is made: so nobody takes it for one that was left behind.
        owner = claim(folder.with_suffix(_OWNER))
        if owner is not None:
            folder.mkdir(mode=0o700)
            return folder, owner


def _base() -> Path:
    usual = Path(tempfile.gettempdir())
    if len(os.fsencode(usual)) <= _LONGEST or os.name != "posix":
        return usual
    return Path("/tmp") if os.access("/tmp", os.W_OK) else usual


@functools.cache
def _sweep(base: Path) -> None:
    """Remove what killed processes left behind. A folder without an owner is left alone."""
    for path in base.glob(f"{PREFIX}*{_OWNER}"):
        with contextlib.suppress(OSError):  # it belongs to another user
            owner = claim(path)
            if owner is not None:
                remove(path.with_suffix(""))
                owner.release()
