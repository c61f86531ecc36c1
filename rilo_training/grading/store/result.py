"""One question of one run: what is kept in the history and what every report shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    """One criterion of a rubric, as a person applied it to one text.

    Parameters
    ----------
    name
        The criterion: "True numbers".
    level
        The words of the level that was chosen.
    points, out_of
        What it earned, and the most that it can earn.
    """

    name: str
    level: str
    points: float
    out_of: float


@dataclass(frozen=True)
class Result:
    """One question of one run, as it is kept and reported.

    Parameters
    ----------
    participant, unit, question
        Who, and what was asked.
    verdict
        One of the verdicts of :mod:`rilo_training.answers`. A marked text is ``correct`` with
        full points, ``partial`` with some, ``wrong`` with none.
    points, out_of
        Points earned, None while the answer waits for a person; points of the question.
    diagnosis
        Why, in sentences that a participant may read. It never holds the expected value.
    competence
        ``C1`` to ``C7``.
    attempt
        From 1.
    isolation
        The level at which the answer ran.
    rehearsal
        Empty for official results; else which rehearsal it was.
    mistake
        The position of the named mistake, from 0, where the answer equals one.
    notes
        How the file was read.
    answer
        The answer on the data of the run, in a short text; a written answer in full.
    at
        When it was graded, ISO 8601, UTC.
    receipt
        How the receipt stands, in a sentence; empty where there is none.
    kind
        The kind of answer: ``number``, ``table``, ``text`` and so on.
    seconds
        How long the cells of the answer ran; None where they did not run.
    review
        What to read again after a wrong answer.
    criteria, comment
        What a person gave for a written answer: the levels, and a comment.
    is_released
        Whether the attempt is closed, so that the participant may see this.
    """

    participant: str
    unit: str
    question: str
    verdict: str
    points: float | None
    out_of: float
    diagnosis: str
    competence: str
    attempt: int
    isolation: str
    rehearsal: str
    mistake: int | None
    notes: str
    answer: str
    at: str
    receipt: str
    kind: str = ""
    seconds: float | None = None
    review: str = ""
    criteria: tuple[Criterion, ...] = ()
    comment: str = ""
    is_released: bool = False
