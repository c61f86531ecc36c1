"""Folders for a while, with short paths, that do not stay behind when a process is killed."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
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
        shutil.rmtree(folder, ignore_errors=True)
        owner.release()


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
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                owner.release()
