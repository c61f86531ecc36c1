"""Folders for a while, with short paths, that do not stay behind when a process is killed."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

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
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    try:
        (folder / _OWNER).write_text(_name_of(os.getpid()), encoding="ascii")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _base() -> Path:
    usual = Path(tempfile.gettempdir())
    if len(os.fsencode(usual)) <= _LONGEST or os.name != "posix":
        return usual
    return Path("/tmp") if os.access("/tmp", os.W_OK) else usual


@functools.cache
def _sweep(base: Path) -> None:
    """Remove what killed processes left behind. A folder without an owner is left alone."""
    for folder in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            owner = (folder / _OWNER).read_text(encoding="ascii")
            if owner and _name_of(int(owner.split()[0])) != owner:
                shutil.rmtree(folder, ignore_errors=True)


def _name_of(process: int) -> str:
    """Return a name that no later process with the same number has."""
    try:
        return f"{process} {psutil.Process(process).create_time():.2f}"
    except psutil.Error:
        return ""
