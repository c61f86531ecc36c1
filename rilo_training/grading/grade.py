"""Grade a folder of submissions into the instructor's store.

A submission is graded when it is new, and again when its cells, the instructor notebook or the
key changed since, or when a stronger isolation is asked for. A newer version of this package or
other limits alone do not change a mark that was given: each run says what it was graded with.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import rilo_training
from rilo_training.course.manifest import CourseError, Programme
from rilo_training.files import Claim, claim, sha256_of, write_text
from rilo_training.grading.publish import publish
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.history import CHANGED, Kept, Run
from rilo_training.grading.submissions import (
    Found,
    Submission,
    SubmissionError,
    find_submissions,
    printable,
)
from rilo_training.grading.task import Graded, Task, grade_one
from rilo_training.grading.work import Workers, results_of
from rilo_training.grading.worlds import Worlds
from rilo_training.kernels import IsolationError, Level, RunFailed

_STRENGTH = ("process", "bwrap")  # from weak to strong
_SECONDS_TO_LOOK_AGAIN = 0.5

Say = Callable[[str], None]


@dataclass
class Summary:
    """What a call of :func:`grade` did.

    ``problems`` are sentences for the instructor; ``isolation`` says what the level covers.
    """

    graded: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)
    isolation: str = ""


def grade(
    programme: Programme,
    folder: Path,
    out: Path,
    *,
    isolation: str = "auto",
    executor: Executor | None = None,
    workers: Workers | None = None,
    attempt: int = 1,
    seed: int | None = None,
    say: Say = lambda line: None,
) -> Summary:
    """Grade what is new or changed, and write the results and the reports.

    Parameters
    ----------
    programme
        The course.
    folder
        The submissions.
    out
        The instructor's store.
    isolation
        ``auto``, ``bwrap`` or ``process``.
    executor
        Does the work; without it, one submission after the other.
    workers
        An executor with more to say about it, in its place.
    attempt
        The number of the attempt; each has a world of its own.
    seed
        For a rehearsal with a known world. Such results are marked.
    say
        Called with a line at each step, for progress.

    Raises
    ------
    CourseError
        When nothing can be graded at all: no submissions, a store that cannot be written, an
        isolation that is not there.
    """
    workers = workers or Workers(executor)
    try:
        level = workers.choose(isolation)
    except IsolationError as reason:
        raise CourseError(str(reason)) from reason
    if not folder.is_dir():
        raise CourseError(f"The folder {folder} was not found. Give the folder of submissions.")
    found = find_submissions(folder, [unit.id for unit in programme.units])
    if not found.submissions and not found.problems:
        raise CourseError(
            f"The folder {folder} holds no submissions. Expected files such as "
            "participant_01/w1d1_90.ipynb."
        )
    store = Store(out)
    store.refuse_another_kind("" if seed is None else f"seed {seed}")
    store.tidy()
    grader = _Grader(programme, store, level, attempt, seed, say)
    grader.summary.problems += found.problems
    try:
        grader.grade(found, workers)
    finally:
        grader.give_back()
        grader.summary.problems += publish(programme, store)
    return grader.summary


class _Grader:
    """One call of :func:`grade`: what it knows, and what it holds."""

    def __init__(
        self,
        programme: Programme,
        store: Store,
        level: Level,
        attempt: int,
        seed: int | None,
        say: Say,
    ) -> None:
        self.summary = Summary(isolation=level.sentence)
        self._store, self._level, self._attempt, self._say = store, level, attempt, say
        self._rehearsal = "" if seed is None else f"seed {seed}"
        self._worlds = Worlds(programme, store, attempt, seed, say)
        self._claims: dict[tuple[str, str], Claim] = {}
        lock = programme.root / "requirements.lock"
        self._lock = sha256_of(lock.read_bytes()) if lock.is_file() else ""

    def grade(self, found: Found, workers: Workers) -> None:
        """Grade what has to be graded. Work of another grader is waited for, not done again."""
        waiting = self._waiting(found)
        done, total = 0, len(waiting)
        while waiting:
            busy: list[Submission] = []
            tasks = self._tasks(waiting, busy)
            work = results_of(grade_one, tasks, workers.executor, workers.in_flight)
            try:
                for task, result in work:
                    done += 1
                    self._keep(task, result)
                    who = f"{printable(task.participant)} {task.package.unit}"
                    self._say(f"graded {done} of {total}: {who}")
            finally:
                work.close()
            # Nothing is held while we wait, so two graders never wait for each other.
            if busy and len(busy) != len(waiting):
                self._say(f"waiting for another grader: {len(busy)} submissions")
            if busy:
                time.sleep(_SECONDS_TO_LOOK_AGAIN)
            waiting = busy
        self._look_at_receipts({submission.unit for submission in found.submissions})

    def give_back(self) -> None:
        """Give back what was claimed and is not done."""
        while self._claims:
            self._claims.popitem()[1].release()

    def _waiting(self, found: Found) -> list[Submission]:
        """Return the submissions that have to be graded, unit by unit."""
        units = sorted({submission.unit for submission in found.submissions})
        waiting = []
        for unit_id in units:
            try:
                self._say(f"{unit_id}: world and key")
                self._worlds.prepare(unit_id)
            except (CourseError, RunFailed, sqlite3.Error) as reason:
                self.summary.problems.append(f"{unit_id} was not graded. {reason}")
                continue
            newest = self._store.records.newest(unit_id, self._attempt, self._rehearsal)
            for submission in found.submissions:
                if submission.unit == unit_id:
                    kept = newest.get(submission.participant)
                    if self._has_to_be_graded(submission, kept):
                        waiting.append(submission)
        return waiting

    def _has_to_be_graded(self, submission: Submission, kept: Kept | None) -> bool:
        """Whether a submission is new or changed and may be graded; count it or say why not."""
        key = self._worlds.key_digest(submission.unit)
        same = kept is not None and kept.submission == submission.digest
        if kept is not None and same and kept.key == key and self._is_enough(kept.isolation):
            self.summary.unchanged += 1
            return False
        if not same and (submission.unit, self._attempt) in self._store.records.closed():
            self.summary.problems.append(
                f"{printable(submission.participant)} handed in {submission.unit} after attempt "
                f"{self._attempt} was closed. It was not graded. Grade it with "
                f"--attempt {self._attempt + 1}."
            )
            return False
        return True

    def _is_enough(self, isolation: str) -> bool:
        """Whether a run at this level was at least as well protected as this one would be."""
        return _STRENGTH.index(self._level.name) <= _STRENGTH.index(isolation)

    def _tasks(self, waiting: list[Submission], busy: list[Submission]) -> Iterator[Task]:
        """Give a task for each submission that nobody else works on; the others are busy."""
        records = self._store.records
        for submission in waiting:
            place = (submission.participant, submission.unit)
            name = sha256_of(json.dumps([*place, self._attempt]))[:32]
            claimed = claim(self._store.folder / "running" / f"{name}.lock")
            if claimed is None:
                busy.append(submission)
                continue
            self._claims[place] = claimed
            try:
                submission, cells = submission.read()
            except SubmissionError as reason:
                self.summary.problems.append(f"{' '.join(map(printable, place))}: {reason}")
                self._claims.pop(place).release()
                continue
            kept = records.newest_of(*place, self._attempt, self._rehearsal)
            if not self._has_to_be_graded(submission, kept):
                self._claims.pop(place).release()
                continue
            yield Task(
                submission.participant,
                submission.digest,
                submission.receipt,
                submission.claimed,
                cells,
                self._attempt,
                self._level.name,
                self._worlds.package(submission.unit),
            )

    def _keep(self, task: Task, result: Graded | BaseException) -> None:
        """Keep what grading gave: first the notebook, then the history. Then it is done."""
        place = (task.participant, task.package.unit)
        try:
            if isinstance(result, BaseException):
                words = str(result) or type(result).__name__
                who = f"{printable(task.participant)} {task.package.unit}"
                self.summary.problems.append(f"{who} was not graded. {words}")
                return
            executed = self._store.place("executed", *place, task.attempt)
            write_text(executed, result.executed)
            declared = executed.with_name(f"{executed.stem}_answers.json")
            write_text(declared, json.dumps(result.answers, ensure_ascii=False))
            self._store.records.add_run(self._run(task, result), _rows(task, result))
            self.summary.graded += 1
        finally:
            self._claims.pop(place).release()

    def _run(self, task: Task, result: Graded) -> Run:
        package = task.package
        return Run(
            participant=task.participant,
            unit=package.unit,
            attempt=task.attempt,
            rehearsal=self._rehearsal,
            submission=task.digest,
            receipt=task.receipt,
            claimed=task.claimed,
            unit_digest=package.unit_digest,
            key=package.key_digest,
            world_id=package.world_id,
            world_digest=package.world_digest,
            isolation=task.isolation,
            limits=json.dumps(asdict(package.limits)),
            version=rilo_training.__version__,
            lock=self._lock,
            seconds=round(result.seconds, 2),
        )

    def _look_at_receipts(self, units: set[str]) -> None:
        """Say of which files the instructor recorded another receipt."""
        changed = {
            (found.participant, found.unit)
            for found in self._store.results(self._rehearsal)
            if found.receipt == CHANGED and found.attempt == self._attempt and found.unit in units
        }
        self.summary.problems += [
            f"{printable(participant)} {unit}: {CHANGED} It was graded as it is now. "
            "Ask the participant which file they mean."
            for participant, unit in sorted(changed)
        ]


def _rows(task: Task, result: Graded) -> Iterator[dict[str, Any]]:
    """Give the rows of the table ``results``, in the order of the questions."""
    for name, found in result.judgements.items():
        question, took = task.package.questions[name], result.took.get(name)
        named = None if found.mistake is None else question.mistakes[found.mistake]
        yield {
            "question": name,
            "verdict": found.verdict,
            "points": found.points,
            "out_of": found.out_of,
            "diagnosis": found.diagnosis,
            "competence": question.competence,
            "mistake": found.mistake,
            "notes": result.notes.get(name, ""),
            "answer": result.shown.get(name, ""),
            "kind": question.kind,
            "seconds": None if took is None else round(took, 3),
            "review": question.review,
            "credit": None if named is None else named.credit,
        }
