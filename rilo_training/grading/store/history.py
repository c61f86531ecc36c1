"""The history of a store: runs with their results, receipts, closed attempts.

What is newest is read from it; what was there before stays. So a mark can always be explained:
which file, which version of the unit, which world, which limits, which isolation.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rilo_training.files import safe_name, sha256_of
from rilo_training.grading.store.database import connection, prepare
from rilo_training.grading.store.result import Result

CONFIRMED = "Receipt confirmed."
CHANGED = "The file was changed after the receipt was given."
# What changes a page: the number of each row, and where its participant and unit stand. The marks
# of people are kept in the same file by another module, from the first mark on.
_NUMBERED = {
    "runs": ("run", "runs"),
    "receipts": ("receipt", "receipts"),
    "closings": ("closing", "closings JOIN runs USING (unit)"),
    "marks": ("mark", "marks"),
}
_CODE = re.compile(r"RILO-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}")


@dataclass(frozen=True)
class Run:
    """One submission that was graded, and all that its marks depend on.

    Parameters
    ----------
    participant, unit, attempt, rehearsal
        Whose, what, which attempt; which rehearsal, or empty.
    submission, receipt, claimed
        The digest of the cells, their receipt code, and the code that the file itself claims.
    unit_digest, key, world_id, world_digest
        The digests of the instructor notebook, of the key and of the world, and its id.
    isolation, limits
        The level, and the limits as JSON.
    version, lock
        The version of this package, and the digest of ``requirements.lock``.
    seconds
        How long it took.
    """

    participant: str
    unit: str
    attempt: int
    rehearsal: str
    submission: str
    receipt: str
    claimed: str
    unit_digest: str
    key: str
    world_id: str
    world_digest: str
    isolation: str
    limits: str
    version: str
    lock: str
    seconds: float


@dataclass(frozen=True)
class Kept:
    """What decides whether a submission was graded already: the newest run of it."""

    submission: str
    key: str
    isolation: str


class History:
    """The history in one SQLite file.

    Parameters
    ----------
    path
        The file; made when it is not there, upgraded when it is of an earlier version.

    Raises
    ------
    CourseError
        When the file cannot be written, is damaged, or was made by a later version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        prepare(path)

    @contextlib.contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Open the database: the block is kept whole when it ends well, or not at all."""
        with connection(self._path) as database:
            yield database

    def kinds(self) -> set[str]:
        """Return which rehearsals the runs belong to; official ones to the empty text."""
        with self.connect() as database:
            return {row[0] for row in database.execute("SELECT DISTINCT rehearsal FROM runs")}

    def add_run(self, run: Run, results: Iterable[Mapping[str, Any]]) -> None:
        """Add one run with its results, all together or not at all.

        Parameters
        ----------
        run
            What was graded.
        results
            For each question the columns of the table ``results``, without ``run``.
        """
        about = {"at": _now(), **asdict(run)}
        with self.connect() as database:
            number = _insert(database, "runs", about)
            for result in results:
                _insert(database, "results", {"run": number, **result})

    def newest(self, unit: str, attempt: int, rehearsal: str) -> dict[str, Kept]:
        """Return the newest run of each participant, for one unit and attempt."""
        with self.connect() as database:
            rows = database.execute(
                "SELECT participant, submission, key, isolation FROM runs WHERE run IN "
                "(SELECT max(run) FROM runs WHERE unit = ? AND attempt = ? AND rehearsal = ? "
                "GROUP BY participant)",
                (unit, attempt, rehearsal),
            ).fetchall()
        return {participant: Kept(*kept) for participant, *kept in rows}

    def newest_of(self, participant: str, unit: str, attempt: int, rehearsal: str) -> Kept | None:
        """Return the newest run of one participant, unit and attempt."""
        with self.connect() as database:
            row = database.execute(
                "SELECT submission, key, isolation FROM runs WHERE participant = ? AND unit = ? "
                "AND attempt = ? AND rehearsal = ? ORDER BY run DESC LIMIT 1",
                (participant, unit, attempt, rehearsal),
            ).fetchone()
        return Kept(*row) if row else None

    def results(self, rehearsal: str) -> list[Result]:
        """Return the results of the newest run of each participant, unit and attempt."""
        with self.connect() as database:
            rows = database.execute(
                "SELECT participant, unit, question, verdict, points, out_of, diagnosis, "
                "competence, attempt, isolation, rehearsal, mistake, notes, answer, at, receipt, "
                "kind, results.seconds, review, "
                "EXISTS (SELECT 1 FROM closings WHERE closings.unit = runs.unit "
                "AND closings.attempt = runs.attempt), "
                "(SELECT code FROM receipts WHERE receipts.participant = runs.participant "
                "AND receipts.unit = runs.unit AND receipts.attempt = runs.attempt "
                "ORDER BY receipts.receipt DESC LIMIT 1) "
                "FROM runs JOIN results USING (run) WHERE run IN "
                "(SELECT max(run) FROM runs WHERE rehearsal = ? "
                "GROUP BY participant, unit, attempt) "
                "ORDER BY participant, unit, attempt, results.rowid",
                (rehearsal,),
            ).fetchall()
        return [
            replace(
                Result(*row[:16]),
                receipt=receipt_sentence(row[15], row[20]),
                kind=row[16],
                seconds=row[17],
                review=row[18],
                is_released=bool(row[19]),
            )
            for row in rows
        ]

    def add_receipt(self, participant: str, unit: str, attempt: int, code: str) -> None:
        """Add the receipt code that an instructor got from a participant."""
        about = {"participant": participant, "unit": unit, "attempt": attempt, "code": code}
        with self.connect() as database:
            _insert(database, "receipts", {"at": _now(), **about})

    def close(self, unit: str, attempt: int) -> bool:
        """Close an attempt of a unit. Return False where it was closed before."""
        with self.connect() as database:
            added = database.execute(
                "INSERT INTO closings (at, unit, attempt) SELECT ?, ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM closings WHERE unit = ? AND attempt = ?)",
                (_now(), unit, attempt, unit, attempt),
            )
            return added.rowcount == 1

    def closed(self) -> set[tuple[str, int]]:
        """Return the units and attempts that are closed."""
        with self.connect() as database:
            rows = database.execute("SELECT unit, attempt FROM closings").fetchall()
        return {(unit, attempt) for unit, attempt in rows}

    def last_numbers(self) -> dict[str, int]:
        """Return the number of the last run, receipt, closing and mark: what is known up to now."""
        with self.connect() as database:
            highest = {
                table: database.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
                for table, (key, _) in _tables_in(database).items()
            }
        return {table: number or 0 for table, number in highest.items()}

    def changed_since(self, numbers: Mapping[str, int]) -> set[tuple[str, str]]:
        """Return the participants and units about which something was added since then."""
        found = set()
        with self.connect() as database:
            for table, (key, source) in _tables_in(database).items():
                rows = database.execute(
                    f"SELECT DISTINCT participant, unit FROM {source} WHERE {table}.{key} > ?",
                    (numbers.get(table, 0),),
                )
                found |= {(participant, unit) for participant, unit in rows}
        return found

    def folders(self) -> dict[str, str]:
        """Return the names of the folders of the participants who have one."""
        with self.connect() as database:
            return dict(database.execute("SELECT participant, folder FROM folders").fetchall())

    def folder_of(self, participant: str) -> str:
        """Return the name of the folder of a participant: chosen once, and then kept.

        No two participants share one, also where capital letters make no difference.
        """
        plain = safe_name(participant)
        names = [plain, *(f"{plain}-{sha256_of(participant)[:length]}" for length in (8, 16, 64))]
        with self.connect() as database:
            for name in names:
                database.execute(
                    "INSERT INTO folders (participant, folder) SELECT ?, ? WHERE NOT EXISTS "
                    "(SELECT 1 FROM folders WHERE participant = ? OR folder = ?)",
                    (participant, name, participant, name),
                )
            (found,) = database.execute(
                "SELECT folder FROM folders WHERE participant = ?", (participant,)
            ).fetchone()
        return str(found)


def receipt_sentence(actual: str, recorded: str | None) -> str:
    """Return how a receipt stands; empty where none was recorded or none can be compared.

    Examples
    --------
    >>> receipt_sentence("RILO-2YB7-P2OP-RLIC", "RILO-2YB7-P2OP-RLIC")
    'Receipt confirmed.'
    >>> receipt_sentence("RILO-2YB7-P2OP-RLIC", None)
    ''
    """
    if recorded is None or not _CODE.fullmatch(actual):  # earlier versions kept other words
        return ""
    return CONFIRMED if actual == recorded else CHANGED


def read_code(text: str) -> str | None:
    """Return a receipt code as a person typed it, or None where it is none.

    Examples
    --------
    >>> read_code(" rilo-2yb7 p2op rlic")
    'RILO-2YB7-P2OP-RLIC'
    """
    letters = re.sub(r"[\W_]", "", text).upper().removeprefix("RILO")
    code = f"RILO-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    return code if _CODE.fullmatch(code) else None


def _tables_in(database: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    there = {row[0] for row in rows}
    return {table: about for table, about in _NUMBERED.items() if table in there}


def _insert(database: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    names, places = ", ".join(values), ", ".join("?" * len(values))
    words = f"INSERT INTO {table} ({names}) VALUES ({places})"
    return int(database.execute(words, _writable(list(values.values()))).lastrowid or 0)


def _writable(values: Sequence[object]) -> list[object]:
    """Return values that SQLite takes: half a character in a text becomes a question mark."""
    return [v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
