"""Grade one submission: assemble, execute, judge. Any worker can do it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rilo_training.answers import Judgement, Plain, Question
from rilo_training.answers.kinds import KINDS
from rilo_training.grading.assemble import assemble
from rilo_training.grading.examine import examine
from rilo_training.grading.execute import Evidence
from rilo_training.grading.package import Package
from rilo_training.grading.reports.evidence import executed_text
from rilo_training.grading.submissions import Cell
from rilo_training.kernels import RunFailed

OUTSIDE = (
    "Cells of your own outside of the questions are not used. Put code that an answer needs "
    "between its task and its check."
)


@dataclass(frozen=True)
class Task:
    """One submission with all that grading it needs; plain data.

    Parameters
    ----------
    participant, digest, receipt, claimed
        Whose it is, and what is kept of the file.
    cells
        The cells of the file.
    attempt
        The number of the attempt.
    isolation
        The level at which its code runs.
    package
        The unit on its official world.
    """

    participant: str
    digest: str
    receipt: str
    claimed: str
    cells: tuple[Cell, ...]
    attempt: int
    isolation: str
    package: Package


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave.

    Parameters
    ----------
    judgements
        How each answer stands.
    shown, notes
        Each answer as a short text, and how the file was read.
    answers
        Each answer as plain data, as it was declared; None where none was.
    took
        How many seconds the cells of each answer ran; None where they did not run.
    executed
        The text of the executed notebook.
    seconds
        How long it took in all.
    """

    judgements: dict[str, Judgement]
    shown: dict[str, str]
    notes: dict[str, str]
    answers: dict[str, Plain | None]
    took: dict[str, float | None]
    executed: str
    seconds: float


def grade_one(task: Task) -> Graded:
    """Assemble, execute and judge one submission.

    Raises
    ------
    RunFailed
        When no kernel could be started, or the submission changed the official world.
    """
    start = time.monotonic()
    package = task.package
    assembled = assemble(package.blank, task.cells)
    examined = examine(
        package.blank,
        assembled.cells,
        package.questions,
        package.unit,
        package.unpacked(),
        package.limits,
        practice=package.practice,
        isolation=task.isolation,
    )
    if not package.is_as_made():
        raise RunFailed(
            "The data of the official run were changed while it ran. They are put back. Look at "
            "this submission, and grade again."
        )
    notes = {name: " ".join(sentences) for name, sentences in assembled.notes.items()}
    for name, judgement in examined.judgements.items():
        if judgement.verdict == "error" and assembled.unused:
            notes[name] = f"{notes.get(name, '')} {OUTSIDE}".strip()
    evidence = examined.evidence
    return Graded(
        examined.judgements,
        {name: _shown(question, evidence[name]) for name, question in package.questions.items()},
        notes,
        {name: found.answer for name, found in evidence.items()},
        {name: found.seconds for name, found in evidence.items()},
        executed_text(examined.notebook),
        time.monotonic() - start,
    )


def _shown(question: Question, evidence: Evidence) -> str:
    if evidence.answer is None:
        return ""
    return KINDS[question.kind].show(evidence.answer, question.form)
