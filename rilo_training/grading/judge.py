"""From evidence to a judgement. This process has run none of the participant's code."""

from __future__ import annotations

from rilo_training.answers import (
    NOT_ATTEMPTED,
    VERDICTS,
    Judgement,
    Plain,
    Question,
    judge,
    judge_evidence,
)
from rilo_training.grading.execute import Evidence

_ORDER = list(VERDICTS)


def judge_run(
    question: Question, evidence: Evidence, practice: Plain | Question | None = None
) -> Judgement:
    """Judge one question of one run.

    Parameters
    ----------
    question
        The question with its reference on the world of the run.
    evidence
        What happened.
    practice
        The question on the practice data, or its reference alone, to recognise a typed-in answer.
    """
    failed = evidence.status not in ("ok", "not_run")
    if evidence.answer is not None and evidence.answer != NOT_ATTEMPTED:
        found = judge(question, evidence.answer, practice)
        if not (failed and found.verdict == "wrong"):
            return found
        # The value is what the name held when the code stopped: what happened says more.
    if failed:
        return judge_evidence(question, evidence.status, evidence.detail)
    if evidence.answer == NOT_ATTEMPTED:
        return judge_evidence(question, "not_attempted")
    return judge_evidence(question, "no_answer")


def better(first: Judgement, second: Judgement) -> Judgement:
    """Return the better of two judgements of one question; the more telling where equal."""
    return max(first, second, key=_worth)


def _worth(judgement: Judgement) -> tuple[float, int]:
    points = judgement.out_of if judgement.points is None else judgement.points
    return points, -_ORDER.index(judgement.verdict)
