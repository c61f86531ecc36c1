"""Questions and verdicts for the tests of the room `answers`."""

import json
from typing import Any

from rilo_training.answers import Judgement, Mistake, Question, encode, judge, read_plain


def question(kind: str, reference: Any, *mistakes: tuple[Any, str], **form: Any) -> Question:
    """A question of two points."""
    return Question(
        question="q1",
        name="answer",
        kind=kind,
        points=2.0,
        competence="C2",
        hints=("Look.", "Step."),
        reference=encode(reference),
        mistakes=tuple(Mistake(encode(value), sentence) for value, sentence in mistakes),
        form=form,
    )


def verdict(asked: Question, value: Any) -> Judgement:
    """Judge a value as the grader does: through JSON."""
    return judge(asked, read_plain(json.dumps(encode(value))))
