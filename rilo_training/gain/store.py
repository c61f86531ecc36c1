"""The part of the instructor's store that belongs to the test of gain."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from rilo_training.files import only_one
from rilo_training.gain.records import prepare
from rilo_training.grading.store.folder import Store


class GainStore:
    """Where pages, data and records of the test stand.

    Parameters
    ----------
    folder
        The instructor's store, the folder that ``rilo grade`` gets as ``--out``. It is made when
        it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)
        self.folder = folder / "gain"

    @contextlib.contextmanager
    def history(self) -> Iterator[sqlite3.Connection]:
        """Open the records, for one process at a time; the block is kept whole or not at all."""
        with only_one(self.folder), self._store.history() as database:
            prepare(database)
            yield database

    def hand_out(self, occasion: str, participant: str = "") -> Path:
        """Return the folder of what is handed out, for all or for one participant."""
        folder = self.folder / occasion / "hand_out"
        return folder / self._store.records.folder_of(participant) if participant else folder

    def marker(self, occasion: str) -> Path:
        """Return the folder of what the marker alone may see."""
        return self.folder / occasion / "for_the_marker"

    def report(self, participant: str = "") -> Path:
        """Return the page of the room, or of one participant."""
        if not participant:
            return self.folder / "report" / "room.html"
        name = f"{self._store.records.folder_of(participant)}.html"
        return self.folder / "report" / "people" / name  # a person may be called room
