"""The instructor's store: the secret, the official worlds and keys, the history of runs.

Everything is kept below one folder. The history is only ever added to.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbformat import NotebookNode

from rilo_training.answers import Judgement, Plain, Question
from rilo_training.course.admission import admitted_worlds, problems_of
from rilo_training.course.manifest import CourseError, Unit
from rilo_training.course.reference import Reference, run_reference
from rilo_training.files import copy_folder, only_one, read_json, sha256_of, write_text
from rilo_training.grading.result import Result

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, participant TEXT NOT NULL, unit TEXT NOT NULL, attempt INTEGER NOT NULL,
    submission TEXT NOT NULL, key TEXT NOT NULL, world_id TEXT NOT NULL, receipt TEXT NOT NULL,
    isolation TEXT NOT NULL, rehearsal TEXT NOT NULL, seconds REAL NOT NULL, version TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS results (
    run INTEGER NOT NULL REFERENCES runs(run),
    question TEXT NOT NULL, verdict TEXT NOT NULL, points REAL, out_of REAL NOT NULL,
    diagnosis TEXT NOT NULL, competence TEXT NOT NULL, mistake INTEGER, notes TEXT NOT NULL,
    answer TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Official:
    """The world and the key of one unit and attempt."""

    extract: Path
    reference: Reference
    key_digest: str


class Store:
    """The folder of the instructor.

    Parameters
    ----------
    folder
        Made when it is not there.

    Raises
    ------
    CourseError
        When the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._history() as history:
                history.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as reason:
            raise CourseError(
                f"The folder {folder} cannot be written ({reason}). "
                "Choose a folder in which you may write, with space on its disk."
            ) from reason

    @contextlib.contextmanager
    def _history(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.folder / "gradebook.sqlite", timeout=60)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def _secret(self) -> bytes:
        """Return the secret seed of this store, drawn once. Called by one process at a time."""
        path = self.folder / "secret" / "seed"
        kept = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if not kept:  # also where a computer stopped before it was written
            kept = secrets.token_hex(16)
            path.parent.mkdir(exist_ok=True)
            waiting = path.with_name(f".seed-{secrets.token_hex(4)}")
            handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(kept)
            waiting.replace(path)
        if not re.fullmatch("[0-9a-f]{32}", kept):
            raise CourseError(
                f"The secret seed in {path} is damaged. Put it back from a copy, or grade into a "
                "new folder."
            )
        return bytes.fromhex(kept)

    def refuse_another_kind(self, rehearsal: str) -> None:
        """Raise where this store holds official results and this is a rehearsal, or the reverse."""
        with self._history() as history:
            rows = history.execute("SELECT DISTINCT rehearsal FROM runs").fetchall()
        kinds = {row[0] for row in rows}
        if kinds - {rehearsal}:
            there = sorted(kinds)[-1]
            raise CourseError(
                f"The folder {self.folder} holds "
                + (f"a rehearsal with {there}" if there else "official results")
                + ". Use another folder for another kind of run."
            )

    def official(
        self,
        unit: Unit,
        notebook: NotebookNode,
        unit_digest: str,
        practice: dict[str, Plain],
        attempt: int,
        seed: int | None,
    ) -> Official:
        """Return the world and key of a unit and attempt; make them at the first call.

        Parameters
        ----------
        unit, notebook, unit_digest
            The unit, its instructor notebook and the digest of that notebook.
        practice
            The values on the practice data: the answers of an official world differ from them.
        attempt
            1 for the first attempt.
        seed
            For a rehearsal; None for the secret seed of this store.
        """
        name = f"{unit.id}_attempt_{attempt}" + ("" if seed is None else f"_rehearsal_{seed}")
        with only_one(self.folder / "worlds"):
            return self._official(name, unit, notebook, unit_digest, practice, attempt, seed)

    def _official(
        self,
        name: str,
        unit: Unit,
        notebook: NotebookNode,
        unit_digest: str,
        practice: dict[str, Plain],
        attempt: int,
        seed: int | None,
    ) -> Official:
        place = self.folder / "worlds" / name
        key_file = place / "key.json"
        kept = read_json(key_file)
        if (place / "world" / "world.json").is_file():
            if kept.get("unit_digest") == unit_digest:
                reference = _reference(kept)
            else:
                reference = run_reference(notebook, unit.id, place / "world")
                if problems := problems_of(reference):
                    raise CourseError(
                        f"{unit.id} was changed, and on the world of attempt {attempt} it is not "
                        f"fair any more: {problems[0]}"
                    )
        else:
            secret = self._secret() if seed is None else str(seed).encode()
            with TemporaryDirectory(prefix="rilo-official-") as folder:
                seeds = _seeds(secret, unit.id, attempt)
                fair = admitted_worlds(
                    notebook, unit, seeds, Path(folder), official=True, unlike=practice
                )
                _, made, reference = next(fair)
                copy_folder(made, place / "world")
        content = {
            "unit_digest": unit_digest,
            "unit": unit.id,
            "world_id": reference.world_id,
            "questions": [question.to_json() for question in reference.questions.values()],
        }
        write_text(key_file, json.dumps(content, ensure_ascii=False))
        return Official(place / "world", reference, sha256_of(json.dumps(content)))

    def has_run(
        self, participant: str, unit: str, attempt: int, submission: str, key: str, rehearsal: str
    ) -> bool:
        """Whether the newest run of this participant and unit already graded exactly this."""
        with self._history() as history:
            found = history.execute(
                "SELECT submission, key FROM runs WHERE participant = ? AND unit = ? "
                "AND attempt = ? AND rehearsal = ? ORDER BY run DESC LIMIT 1",
                (participant, unit, attempt, rehearsal),
            ).fetchone()
        return bool(found == (submission, key))

    def add_run(
        self,
        about: dict[str, Any],
        judgements: dict[str, Judgement],
        questions: dict[str, Question],
        shown: dict[str, str],
        notes: dict[str, str],
    ) -> None:
        """Add one run with its results, all together or not at all."""
        names = list(about)
        with self._history() as history:
            run = history.execute(
                f"INSERT INTO runs (at, {', '.join(names)}) "
                f"VALUES (?, {', '.join('?' * len(names))})",
                (datetime.now(UTC).isoformat(timespec="seconds"), *about.values()),
            ).lastrowid
            history.executemany(
                "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        run,
                        name,
                        found.verdict,
                        found.points,
                        found.out_of,
                        found.diagnosis,
                        questions[name].competence,
                        found.mistake,
                        notes.get(name, ""),
                        shown.get(name, ""),
                    )
                    for name, found in judgements.items()
                ],
            )

    def results(self, rehearsal: str) -> list[Result]:
        """Return the results of the newest run of each participant, unit and attempt."""
        with self._history() as history:
            rows = history.execute(
                "SELECT participant, unit, question, verdict, points, out_of, diagnosis, "
                "competence, attempt, isolation, rehearsal, mistake, notes, answer, at, receipt "
                "FROM results JOIN runs USING (run) WHERE run IN "
                "(SELECT max(run) FROM runs WHERE rehearsal = ? "
                "GROUP BY participant, unit, attempt) "
                "ORDER BY participant, unit, attempt, results.rowid",
                (rehearsal,),
            ).fetchall()
        return [Result(*row) for row in rows]


def _seeds(secret: bytes, unit_id: str, attempt: int) -> Iterator[int]:
    """Return the seeds of a unit and attempt, in order; nobody without the secret knows them."""
    for number in itertools.count():
        message = f"{unit_id}/{attempt}/{number}".encode()
        yield int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:16], "big")


def _reference(kept: dict[str, Any]) -> Reference:
    questions = [Question.from_json(entry) for entry in kept["questions"]]
    return Reference(kept["unit"], kept["world_id"], {q.question: q for q in questions}, ())
