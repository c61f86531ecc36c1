"""The instructor's store: the secret, the official worlds and keys, where each file stands.

Everything is kept below one folder::

    secret/seed                        from which the official worlds are drawn
    worlds/<unit>_attempt_<n>/         the world, its key, and its truth
    gradebook.sqlite                   the history, which is only ever added to
    executed/, feedback/, released/    notebooks and pages by participant
    results.csv, gradebook.csv, cohort_report.html
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
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from rilo_training.answers import Plain, Question
from rilo_training.course.admission import (
    admitted_worlds,
    needs_truth,
    problems_of,
    truth_beside,
    with_world_truth,
)
from rilo_training.course.manifest import CourseError, Unit
from rilo_training.course.reference import Reference, run_reference
from rilo_training.files import copy_folder, only_one, read_json, sha256_of, write_text
from rilo_training.grading.package import world_digest
from rilo_training.grading.store.history import History
from rilo_training.grading.store.result import Result
from rilo_training.kernels.scratch import scratch_folder

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Official:
    """The world and the key of one unit and attempt, with the digests of what they came from."""

    extract: Path
    reference: Reference
    key_digest: str
    unit_digest: str
    world_digest: str


class Store:
    """The folder of the instructor.

    Parameters
    ----------
    folder
        Made when it is not there.

    Raises
    ------
    CourseError
        When the folder cannot be written, or its history is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise CourseError(
                f"The folder {folder} cannot be written ({reason}). "
                "Choose a folder in which you may write, with space on its disk."
            ) from reason
        self.records = History(folder / "gradebook.sqlite")
        self._folders: dict[str, str] = {}

    @contextlib.contextmanager
    def history(self) -> Iterator[sqlite3.Connection]:
        """Open the database of the history, for a room that keeps its own tables there.

        What is done in the block is kept when the block ends well, or not at all.

        Raises
        ------
        CourseError
            When the database cannot be read or written.
        """
        with self.records.connect() as database:
            yield database

    def results(self, rehearsal: str) -> list[Result]:
        """Return the results of the newest run of each participant, unit and attempt."""
        return self.records.results(rehearsal)

    def rehearsal(self) -> str:
        """Return which rehearsal this store holds; empty for official results."""
        return next(iter(self.records.kinds()), "")

    def refuse_another_kind(self, rehearsal: str) -> None:
        """Raise where this store holds official results and this is a rehearsal, or the reverse."""
        kinds = self.records.kinds()
        if kinds - {rehearsal}:
            there = sorted(kinds)[-1]
            raise CourseError(
                f"The folder {self.folder} holds "
                + (f"a rehearsal with {there}" if there else "official results")
                + ". Use another folder for another kind of run."
            )

    def tidy(self) -> None:
        """Remove half-written files of processes that were killed more than an hour ago."""
        long_ago = time.time() - 3600
        for path in self.folder.rglob(".writing-*"):
            with contextlib.suppress(OSError):  # another process may do the same
                if path.stat().st_mtime < long_ago:
                    path.unlink()

    def place(self, room: str, participant: str, unit: str, attempt: int) -> Path:
        """Return where a file of a participant stands.

        Parameters
        ----------
        room
            ``executed`` (a notebook), ``feedback`` or ``released`` (a page).
        participant, unit
            Whose, and of which unit.
        attempt
            The first attempt has the name of the unit alone; a later one never replaces it.
        """
        if not self._folders:
            self._folders = self.records.folders()
        if participant not in self._folders:
            self._folders[participant] = self.records.folder_of(participant)
        name = unit if attempt == 1 else f"{unit}_attempt_{attempt}"
        ending = ".ipynb" if room == "executed" else ".html"
        return self.folder / room / self._folders[participant] / f"{name}{ending}"

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

        Raises
        ------
        CourseError
            When the world was changed since it was made, or is not fair for a changed unit.
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
        for left in place.parent.glob(f".{name}-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        kept = read_json(place / "key.json")
        reference: Reference | None = None
        if (place / "world" / "world.json").is_file():
            if kept.get("world_digest", found := world_digest(place / "world")) != found:
                raise CourseError(
                    f"The world in {place} was changed since it was made. Put it back from a copy, "
                    "or delete this folder: then all submissions are graded on another world."
                )
            if kept.get("unit_digest") == unit_digest:
                reference = _reference(kept)
            if reference is not None and "world_digest" in kept:
                return Official(place / "world", reference, _key_digest(kept), unit_digest, found)
            if reference is None:
                reference = run_reference(notebook, unit.id, place / "world")
                if needs_truth(reference):
                    reference = with_world_truth(reference, _truth_in(place))
                if problems := problems_of(reference):
                    raise CourseError(
                        f"{unit.id} was changed, and on the world of attempt {attempt} it is not "
                        f"fair any more: {problems[0]}"
                    )
        else:
            secret = self._secret() if seed is None else str(seed).encode()
            with scratch_folder() as folder:
                seeds = _seeds(secret, unit.id, attempt)
                fair = admitted_worlds(
                    notebook, unit, seeds, folder, official=True, unlike=practice
                )
                _, made, reference = next(fair)
                copy_folder(truth_beside(made), place / "truth")
                copy_folder(made, place / "world")
        content = {
            "unit_digest": unit_digest,
            "unit": unit.id,
            "world_id": reference.world_id,
            "world_digest": world_digest(place / "world"),
            "questions": [question.to_json() for question in reference.questions.values()],
        }
        text = json.dumps(content, ensure_ascii=False)
        write_text(place / "key.json", text)
        digest = _key_digest(json.loads(text))
        return Official(
            place / "world", reference, digest, unit_digest, str(content["world_digest"])
        )

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


def _seeds(secret: bytes, unit_id: str, attempt: int) -> Iterator[int]:
    """Return the seeds of a unit and attempt, in order; nobody without the secret knows them."""
    for number in itertools.count():
        message = f"{unit_id}/{attempt}/{number}".encode()
        yield int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:16], "big")


def _truth_in(place: Path) -> pd.DataFrame:
    """Return the true risk of each consignment of an official world."""
    import pandas

    try:
        return pandas.read_parquet(place / "truth" / "truth_consignments.parquet")
    except OSError as reason:
        raise CourseError(
            f"The truth of the world in {place} is missing. Put the folder `truth` back from a "
            "copy, or grade the next attempt."
        ) from reason


def _key_digest(kept: dict[str, Any]) -> str:
    """Return the digest of a key as it stands in its file: newer code does not change it."""
    of_key = {name: kept[name] for name in ("unit_digest", "world_id", "questions")}
    return sha256_of(json.dumps(of_key, sort_keys=True))


def _reference(kept: dict[str, Any]) -> Reference | None:
    """Return the key that a file holds, or None where it cannot be read: it is made again."""
    try:
        questions = [Question.from_json(entry) for entry in kept["questions"]]
        return Reference(kept["unit"], kept["world_id"], {q.question: q for q in questions}, ())
    except (KeyError, TypeError, ValueError):
        return None
