"""What the store keeps of the test of gain. Rows are only ever added.

The tables stand in the history of the instructor's store, beside the grades: one file to copy in
the evening. The seed of a test world stands here and nowhere else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rilo_training.gain.exam import Exam, exams_from_text, exams_to_text
from rilo_training.grading.store.database import append_only

OCCASIONS = ("before", "after")

# The columns of each table, and its unique keys.
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "gain_draws": (
        """draw INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        participant TEXT NOT NULL UNIQUE, first_form TEXT NOT NULL""",
        ("draw", "participant"),
    ),
    "gain_worlds": (
        """world INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        occasion TEXT NOT NULL UNIQUE, seed TEXT NOT NULL, world_id TEXT NOT NULL,
        world_version TEXT NOT NULL, exams TEXT NOT NULL""",
        ("world", "occasion"),
    ),
    "gain_scripts": (
        """script INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, code TEXT NOT NULL UNIQUE,
        participant TEXT NOT NULL, occasion TEXT NOT NULL, UNIQUE (participant, occasion)""",
        ("script", "code", "participant, occasion"),
    ),
    "gain_entries": (
        """entry INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        participant TEXT NOT NULL, occasion TEXT NOT NULL, form TEXT NOT NULL,
        world_id TEXT NOT NULL, entered_by TEXT NOT NULL, source TEXT NOT NULL,
        answers TEXT NOT NULL, task TEXT NOT NULL""",
        ("entry",),
    ),
    "gain_marks": (
        """mark INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, code TEXT NOT NULL,
        criterion TEXT NOT NULL, points REAL NOT NULL, marker TEXT NOT NULL""",
        ("mark",),
    ),
}


@dataclass(frozen=True)
class TestWorld:
    """The test of one occasion: its world, and both forms as they were written."""

    occasion: str
    seed: int
    world_id: str
    world_version: str
    exams: Mapping[str, Exam]

    __test__ = False  # its name is no test of pytest


@dataclass(frozen=True)
class Entry:
    """What one person answered on one occasion, as it was entered.

    ``answers`` holds a pair for each of the 28 items: ``a`` to ``d``, ``n`` or empty, and ``yes``,
    ``no`` or empty for sure. ``task`` holds what was written on screen; empty for paper.
    """

    participant: str
    occasion: str
    form: str
    world_id: str
    answers: tuple[tuple[str, str], ...]
    task: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    entered_by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Script:
    """The sheet of a performance task: a code that says neither who nor when."""

    code: str
    participant: str
    occasion: str


@dataclass(frozen=True)
class Mark:
    """Points for one criterion of one script."""

    code: str
    criterion: str
    points: float
    marker: str
    at: str = ""


def prepare(history: sqlite3.Connection) -> None:
    """Make the tables where they are not there yet."""
    for table, (columns, keys) in _TABLES.items():
        history.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        for statement in append_only(table, *keys):
            history.execute(statement)


def add_draws(history: sqlite3.Connection, draws: Mapping[str, str]) -> None:
    """Add who writes which form first."""
    rows = [(_now(), participant, form) for participant, form in draws.items()]
    history.executemany(
        "INSERT INTO gain_draws (at, participant, first_form) VALUES (?, ?, ?)", rows
    )


def read_draws(history: sqlite3.Connection) -> dict[str, str]:
    """Return the form that each participant writes first, in the order of the names."""
    rows = history.execute("SELECT participant, first_form FROM gain_draws").fetchall()
    return dict(sorted(rows, key=lambda row: (str(row[0]).casefold(), str(row[0]))))


def add_world(history: sqlite3.Connection, world: TestWorld) -> None:
    """Add the test of an occasion."""
    about = (world.occasion, str(world.seed), world.world_id, world.world_version)
    history.execute(
        "INSERT INTO gain_worlds (at, occasion, seed, world_id, world_version, exams) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (_now(), *about, exams_to_text(world.exams)),
    )


def read_worlds(history: sqlite3.Connection) -> dict[str, TestWorld]:
    """Return the test of each occasion for which one was made."""
    rows = history.execute("SELECT occasion, seed, world_id, world_version, exams FROM gain_worlds")
    return {
        occasion: TestWorld(occasion, int(seed), world_id, version, exams_from_text(text))
        for occasion, seed, world_id, version, text in rows
    }


def add_scripts(history: sqlite3.Connection, scripts: Sequence[Script]) -> None:
    """Add the codes of scripts."""
    rows = [(_now(), one.code, one.participant, one.occasion) for one in scripts]
    history.executemany(
        "INSERT INTO gain_scripts (at, code, participant, occasion) VALUES (?, ?, ?, ?)", rows
    )


def read_scripts(history: sqlite3.Connection) -> dict[str, Script]:
    """Return the scripts by their code."""
    rows = history.execute("SELECT code, participant, occasion FROM gain_scripts ORDER BY code")
    return {code: Script(code, participant, occasion) for code, participant, occasion in rows}


def add_entry(history: sqlite3.Connection, entry: Entry) -> None:
    """Add what a person answered. What was entered before stays."""
    about = (entry.participant, entry.occasion, entry.form, entry.world_id)
    texts = (json.dumps(entry.answers), json.dumps(dict(entry.task), ensure_ascii=False))
    history.execute(
        "INSERT INTO gain_entries (at, participant, occasion, form, world_id, entered_by, source, "
        "answers, task) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_now(), *about, entry.entered_by, entry.source, *texts),
    )


def read_entries(history: sqlite3.Connection) -> list[Entry]:
    """Return everything that was entered, oldest first."""
    rows = history.execute(
        "SELECT participant, occasion, form, world_id, answers, task, source, entered_by, at "
        "FROM gain_entries ORDER BY entry"
    )
    return [
        Entry(
            participant=participant,
            occasion=occasion,
            form=form,
            world_id=world_id,
            answers=tuple((answer, sure) for answer, sure in json.loads(answers)),
            task=json.loads(task),
            source=source,
            entered_by=entered_by,
            at=at,
        )
        for participant, occasion, form, world_id, answers, task, source, entered_by, at in rows
    ]


def add_marks(history: sqlite3.Connection, marks: Sequence[Mark]) -> None:
    """Add the marks of scripts."""
    rows = [(_now(), one.code, one.criterion, one.points, one.marker) for one in marks]
    history.executemany(
        "INSERT INTO gain_marks (at, code, criterion, points, marker) VALUES (?, ?, ?, ?, ?)", rows
    )


def read_marks(history: sqlite3.Connection) -> list[Mark]:
    """Return every mark, oldest first."""
    rows = history.execute(
        "SELECT code, criterion, points, marker, at FROM gain_marks ORDER BY mark"
    )
    return [Mark(*row) for row in rows]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
