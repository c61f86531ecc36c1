"""The database of a store: its tables, and that they are only ever added to.

The database itself refuses to change or to delete a row, whichever program asks. A store of an
earlier version gets the newer columns when it is opened; its rows stay as they are.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from rilo_training.course.manifest import CourseError


def append_only(table: str, *keys: str) -> tuple[str, ...]:
    """Return statements that make a table append-only, for a table that exists.

    Parameters
    ----------
    table
        The name of the table.
    keys
        Its unique keys; the columns of one are separated by commas. Without them
        ``INSERT OR REPLACE`` could take a row away.

    Examples
    --------
    >>> import sqlite3
    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.execute("CREATE TABLE marks (mark INTEGER PRIMARY KEY, points REAL)")
    >>> for statement in append_only("marks", "mark"):
    ...     _ = database.execute(statement)
    >>> _ = database.execute("INSERT INTO marks (points) VALUES (2)")
    >>> try:
    ...     database.execute("UPDATE marks SET points = 3")
    ... except sqlite3.IntegrityError as reason:
    ...     print(reason)
    The history is only added to.
    """
    refuse = "BEGIN SELECT RAISE(ABORT, 'The history is only added to.'); END"
    same = [
        " AND ".join(f"{column} = NEW.{column}" for column in key.replace(" ", "").split(","))
        for key in ("rowid", *keys)
    ]
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for condition in same)
    events = {"update": "UPDATE", "delete": "DELETE", "replace": "INSERT"}
    return tuple(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {event} ON {table} "
        + (f"WHEN {there} " if event == "INSERT" else "")
        + refuse
        for name, event in events.items()
    )


# Each step brings a database from one version to the next; a new one goes through all of them.
_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE IF NOT EXISTS runs (
            run INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL, participant TEXT NOT NULL, unit TEXT NOT NULL,
            attempt INTEGER NOT NULL, submission TEXT NOT NULL, key TEXT NOT NULL,
            world_id TEXT NOT NULL, receipt TEXT NOT NULL, isolation TEXT NOT NULL,
            rehearsal TEXT NOT NULL, seconds REAL NOT NULL, version TEXT NOT NULL
        )""",
        """CREATE TABLE IF NOT EXISTS results (
            run INTEGER NOT NULL REFERENCES runs(run),
            question TEXT NOT NULL, verdict TEXT NOT NULL, points REAL, out_of REAL NOT NULL,
            diagnosis TEXT NOT NULL, competence TEXT NOT NULL, mistake INTEGER,
            notes TEXT NOT NULL, answer TEXT NOT NULL
        )""",
    ),
    (
        *(
            f"ALTER TABLE runs ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
            for name in ("claimed", "unit_digest", "world_digest", "lock", "limits")
        ),
        "ALTER TABLE results ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE results ADD COLUMN seconds REAL",
        "ALTER TABLE results ADD COLUMN review TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE results ADD COLUMN credit REAL",
        """CREATE TABLE receipts (
            receipt INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL, participant TEXT NOT NULL, unit TEXT NOT NULL,
            attempt INTEGER NOT NULL, code TEXT NOT NULL
        )""",
        """CREATE TABLE closings (
            closing INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL, unit TEXT NOT NULL, attempt INTEGER NOT NULL
        )""",
        """CREATE TABLE folders (
            participant TEXT PRIMARY KEY, folder TEXT NOT NULL UNIQUE COLLATE NOCASE
        )""",
        "CREATE UNIQUE INDEX results_of_runs ON results (run, question)",
        "CREATE INDEX runs_of_participants ON runs (participant, unit, attempt, rehearsal)",
        "CREATE INDEX receipts_of_participants ON receipts (participant, unit, attempt)",
        "CREATE UNIQUE INDEX closings_of_attempts ON closings (unit, attempt)",
        *append_only("runs", "run"),
        *append_only("results", "run, question"),
        *append_only("receipts", "receipt"),
        *append_only("closings", "unit, attempt"),
        *append_only("folders", "participant", "folder"),
    ),
)


@contextlib.contextmanager
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database. What is done in the block is kept when the block ends well, or not at all.

    Raises
    ------
    CourseError
        When the database cannot be read or written.
    """
    try:
        database = sqlite3.connect(path, timeout=60)
        try:
            with database:
                yield database
        finally:
            database.close()
    except sqlite3.IntegrityError:
        raise  # a rule of ours was broken: that is a fault in the code, not in the file
    except sqlite3.DatabaseError as reason:
        raise CourseError(_sentence(path, reason)) from reason


def _sentence(path: Path, reason: sqlite3.DatabaseError) -> str:
    if isinstance(reason, sqlite3.OperationalError):
        return (
            f"The history {path} cannot be used ({reason}). Choose a folder in which you may "
            "write, with space on its disk, and try again: what was graded is kept."
        )
    return (
        f"The history {path} is damaged ({reason}). Put it back from a copy, or grade into a new "
        "folder."
    )


def prepare(path: Path) -> None:
    """Make the tables, or bring those of an earlier version up to this one.

    Raises
    ------
    CourseError
        When the file is damaged, no database, or made by a later version.
    """
    with connection(path) as database:
        found = database.execute("PRAGMA quick_check(1)").fetchone()
        if found != ("ok",):
            raise sqlite3.DatabaseError(str(found[0]))
        if _version(database) == len(_STEPS):
            return
        database.execute("BEGIN EXCLUSIVE")  # of two at once, the second finds all done
        version = _version(database)
        if version > len(_STEPS):
            raise CourseError(
                f"The history {path} was made by a later version of rilo. Grade with that "
                "version, or into a new folder."
            )
        for statements in _STEPS[version:]:
            for statement in statements:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(_STEPS)}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
