"""A unit packed for grading: all that a worker needs, as plain data.

A worker may be a thread, another process, or another computer that shares no disk with this one.
So the world travels as the bytes of its files, and each process unpacks it once.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.answers import Question
from rilo_training.kernels import Limits
from rilo_training.kernels.scratch import scratch_folder

_unpacking = threading.Lock()
_homes: dict[int, Path] = {}


@dataclass(frozen=True)
class Package:
    """One unit on one official world, ready for any worker.

    Parameters
    ----------
    unit
        The id of the unit.
    blank
        The participant's copy as it was given out.
    questions
        Each question with its reference on this world.
    practice
        Each question with its reference on the practice data.
    limits
        What a run may use.
    files
        The files of the world: name and content.
    unit_digest, key_digest, world_id, world_digest
        From which instructor notebook, key and world.
    """

    unit: str
    blank: NotebookNode
    questions: dict[str, Question]
    practice: dict[str, Question]
    limits: Limits
    files: tuple[tuple[str, bytes], ...]
    unit_digest: str
    key_digest: str
    world_id: str
    world_digest: str

    def unpacked(self) -> Path:
        """Return the folder of the world on this computer; one for each process."""
        with _unpacking:
            place = _home() / f"world_{self.world_digest[:16]}"
            if not place.is_dir():
                waiting = place.with_suffix(".part")
                shutil.rmtree(waiting, ignore_errors=True)
                waiting.mkdir()
                for name, content in self.files:
                    (waiting / name).write_bytes(content)
                    (waiting / name).chmod(0o644)  # a sandbox may read it as another user
                waiting.chmod(0o755)
                waiting.replace(place)
            return place

    def is_as_made(self) -> bool:
        """Whether nobody changed the unpacked world. A changed one is taken away."""
        place = self.unpacked()
        if world_digest(place) == self.world_digest:
            return True
        with _unpacking:
            shutil.rmtree(place, ignore_errors=True)
        return False


def files_of(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Return the names and contents of the files of a world, in one order."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return tuple((path.name, path.read_bytes()) for path in paths)


def world_digest(folder: Path) -> str:
    """Return a digest of the files of a world; empty where they cannot be read."""
    try:
        return digest_of(files_of(folder))
    except OSError:
        return ""


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """Return a digest of names and contents.

    Examples
    --------
    >>> digest_of([("a", b"b")]) != digest_of([("ab", b"")])
    True
    """
    found = hashlib.sha256()
    for name, content in files:
        found.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    return found.hexdigest()


def _home() -> Path:
    """Return the folder of this process for worlds, removed when the process ends."""
    process = os.getpid()  # a forked process needs one of its own
    if process not in _homes or not _homes[process].is_dir():
        stack = contextlib.ExitStack()
        _homes[process] = stack.enter_context(scratch_folder())
        atexit.register(lambda: stack.close() if os.getpid() == process else None)
    return _homes[process]
