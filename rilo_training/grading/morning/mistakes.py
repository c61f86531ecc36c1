"""The commonest mistakes of the day before: the sentence, whose, and what to ask the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rilo_training.grading.reports.discussion import question_to_ask
from rilo_training.grading.reports.standing import shared_mistakes
from rilo_training.grading.store.result import Result

HOW_MANY = 3
OTHER_QUESTIONS = (
    "Find one row in the table that shows this mistake. What does that row look like?",
    "Say the rule behind this in one sentence, without code. When does it not hold?",
    "A colleague sends you this number. With which check would you notice?",
    "What would the reader of this number decide, and why would that be wrong?",
)
"""Asked in the place of a question that already stands on the sheet."""


@dataclass(frozen=True)
class Common:
    """One mistake, in however many questions of a unit it was made."""

    unit: str
    questions: tuple[str, ...]
    sentence: str
    people: tuple[str, ...]
    lost: float
    ask: str


def common_mistakes(results: Sequence[Result], asked: list[str]) -> list[Common]:
    """Return the mistakes that most people made; of equals, those that cost most points.

    Parameters
    ----------
    results
        The results of the day before.
    asked
        The questions to ask that already stand on the sheet; the new ones are added.
    """
    merged: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    cost: dict[tuple[str, str], float] = {}
    kinds: dict[tuple[str, str], tuple[str, str]] = {}
    for found in shared_mistakes(results):
        place = (found.unit, found.sentence)
        parts = merged.setdefault(place, {"questions": {}, "people": {}})
        parts["questions"].update(found.questions)
        parts["people"].update(found.participants)
        cost[place] = cost.get(place, 0.0) + found.lost
        kinds.setdefault(place, (found.verdict, found.kind))
    ordered = sorted(merged, key=lambda place: (-len(merged[place]["people"]), -cost[place], place))
    return [
        Common(
            place[0],
            tuple(sorted(merged[place]["questions"], key=lambda q: (len(q), q))),
            place[1],
            tuple(merged[place]["people"]),
            cost[place],
            once(question_to_ask(*kinds[place], place[1]), asked),
        )
        for place in ordered[:HOW_MANY]
    ]


def once(question: str, asked: list[str], others: Sequence[str] = OTHER_QUESTIONS) -> str:
    """Return a question that does not stand on the sheet yet, and note it.

    Examples
    --------
    >>> asked = ["Why?"]
    >>> once("How?", asked), once("Why?", asked) == OTHER_QUESTIONS[0], len(asked)
    ('How?', True, 3)
    """
    free = (one for one in (question, *others) if one not in asked)
    chosen = next(free, question)
    asked.append(chosen)
    return chosen
