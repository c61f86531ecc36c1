"""Grade a folder of submissions into the instructor's store."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import rilo_training
from rilo_training.answers import Judgement, Plain, Question
from rilo_training.answers.kinds import KINDS
from rilo_training.course.manifest import CourseError, Programme, Unit
from rilo_training.course.material import build_material, practice_values
from rilo_training.course.notebook import participant_copy, read_notebook
from rilo_training.files import safe_name, sha256_of, write_text
from rilo_training.grading.assemble import assemble
from rilo_training.grading.examine import examine
from rilo_training.grading.execute import Evidence
from rilo_training.grading.record import Official, Store
from rilo_training.grading.report import executed_text, write_reports
from rilo_training.grading.submissions import Submission, find_submissions, printable
from rilo_training.kernels import Limits, RunFailed

ISOLATION = ("auto", "bwrap", "process")
OUTSIDE = (
    "Cells of your own outside of the questions are not used. Put code that an answer needs "
    "between its task and its check."
)
ACCIDENTS_ONLY = (
    "Isolation: process. It protects against accidents, not against attackers: a submission "
    "could read files of this computer and use its network."
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """One submission with all that grading it needs; plain data, so that any worker can do it."""

    submission: Submission
    blank: NotebookNode
    official: Official
    practice: dict[str, Plain]
    limits: Limits


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave."""

    judgements: dict[str, Judgement]
    shown: dict[str, str]
    notes: dict[str, str]
    executed: str
    seconds: float


@dataclass
class Summary:
    """What a call of :func:`grade` did. ``problems`` are sentences for the instructor."""

    graded: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


def choose_isolation(asked: str) -> str:
    """Return the level to use, or raise :class:`CourseError` when the asked one is not there."""
    if asked not in ISOLATION:
        raise CourseError(f"There is no isolation {asked!r}. Choose from: {', '.join(ISOLATION)}.")
    if asked == "bwrap":
        raise CourseError(
            "Isolation bwrap is not available in this version. Nothing was graded. "
            "Use --isolation process for files that you trust."
        )
    return "process"


def grade(
    programme: Programme,
    folder: Path,
    out: Path,
    *,
    isolation: str = "auto",
    executor: Executor | None = None,
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
    attempt
        The number of the attempt; each has a world of its own.
    seed
        For a rehearsal with a known world. Such results are marked.
    say
        Called with a line at each step, for progress.

    Raises
    ------
    CourseError
        When nothing can be graded at all: no submissions, a store that cannot be written.
    """
    level = choose_isolation(isolation)
    if not folder.is_dir():
        raise CourseError(f"The folder {folder} was not found. Give the folder of submissions.")
    found = find_submissions(folder, [unit.id for unit in programme.units])
    if not found.submissions and not found.problems:
        raise CourseError(
            f"The folder {folder} holds no submissions. Expected files such as "
            "participant_01/w1d1_90.ipynb."
        )
    store = Store(out)
    summary = Summary(problems=list(found.problems))
    rehearsal = "" if seed is None else f"seed {seed}"
    store.refuse_another_kind(rehearsal)
    waiting = []
    units = sorted({submission.unit for submission in found.submissions})
    for unit_id in units:
        try:
            say(f"{unit_id}: world and key")
            prepared = _prepare(programme, programme.unit(unit_id), store, attempt, seed, say)
        except (CourseError, RunFailed, sqlite3.Error) as reason:
            summary.problems.append(f"{unit_id} was not graded. {reason}")
            continue
        for submission in found.submissions:
            if submission.unit != unit_id:
                continue
            name, key = submission.participant, prepared[1].key_digest
            if store.has_run(name, unit_id, attempt, submission.digest, key, rehearsal):
                summary.unchanged += 1
            else:
                waiting.append(Task(submission, *prepared))
    about = {"attempt": attempt, "isolation": level, "rehearsal": rehearsal}
    work = _work(waiting, executor)
    try:
        for done, (task, result) in enumerate(work, start=1):
            who = f"{printable(task.submission.participant)} {task.submission.unit}"
            say(f"graded {done} of {len(waiting)}: {who}")
            if isinstance(result, BaseException):
                words = str(result) or type(result).__name__
                summary.problems.append(f"{who} was not graded. {words}")
                continue
            _keep(store, task, result, about)
            summary.graded += 1
    finally:
        work.close()
        results = store.results(rehearsal)
        summary.problems += write_reports(programme, store, results)
    return summary


def _prepare(
    programme: Programme, unit: Unit, store: Store, attempt: int, seed: int | None, say: Say
) -> tuple[NotebookNode, Official, dict[str, Plain], Limits]:
    path = programme.notebook(unit)
    notebook = read_notebook(path)
    digest = sha256_of(path.read_bytes())
    material = build_material(programme, programme.root / "build" / "material", say=say)
    practice = practice_values(material, programme, unit)
    official = store.official(unit, notebook, digest, practice, attempt, seed)
    return (
        participant_copy(notebook),
        official,
        practice,
        Limits(cell_seconds=programme.cell_seconds),
    )


def _work(
    tasks: Sequence[Task], executor: Executor | None
) -> Generator[tuple[Task, Graded | BaseException], None, None]:
    """Give each task with its result, as they get done; a failure is a result too."""
    if executor is None:
        for task in tasks:
            try:
                yield task, grade_one(task)
            except Exception as reason:  # one submission never stops the others
                yield task, reason
        return
    futures = {executor.submit(grade_one, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            failed = future.exception()
            yield futures[future], failed if failed is not None else future.result()
    finally:
        for future in futures:
            future.cancel()


def grade_one(task: Task) -> Graded:
    """Assemble, execute and judge one submission."""
    start = time.monotonic()
    questions = task.official.reference.questions
    before = world_digest(task.official.extract)
    assembled = assemble(task.blank, task.submission.cells)
    examined = examine(
        task.blank,
        assembled.cells,
        questions,
        task.submission.unit,
        task.official.extract,
        task.limits,
        practice=task.practice,
    )
    shown = {
        name: _shown(question, examined.evidence[name]) for name, question in questions.items()
    }
    if world_digest(task.official.extract) != before:
        raise RunFailed(
            "A submission changed the official world while it ran. Delete the folder "
            f"{task.official.extract.parent.name} in the store, and grade again."
        )
    notes = {name: " ".join(sentences) for name, sentences in assembled.notes.items()}
    for name, judgement in examined.judgements.items():
        if judgement.verdict == "error" and assembled.unused:
            notes[name] = f"{notes.get(name, '')} {OUTSIDE}".strip()
    executed = executed_text(examined.notebook)
    return Graded(examined.judgements, shown, notes, executed, time.monotonic() - start)


def _shown(question: Question, evidence: Evidence) -> str:
    if evidence.answer is None:
        return ""
    return KINDS[question.kind].show(evidence.answer, question.form)


def _keep(store: Store, task: Task, result: Graded, about: dict[str, Any]) -> None:
    submission = task.submission
    place = store.folder / "executed" / safe_name(submission.participant)
    write_text(place / f"{submission.unit}.ipynb", result.executed)
    store.add_run(
        {
            **about,
            "participant": submission.participant,
            "unit": submission.unit,
            "submission": submission.digest,
            "key": task.official.key_digest,
            "world_id": task.official.reference.world_id,
            "receipt": submission.receipt,
            "seconds": round(result.seconds, 2),
            "version": rilo_training.__version__,
        },
        result.judgements,
        task.official.reference.questions,
        result.shown,
        result.notes,
    )


def world_digest(folder: Path) -> str:
    """Return a digest of the files of a world."""
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()
