"""The marking that is still owed, in minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rilo_training.course.rubric import Rubric
from rilo_training.grading.store.result import Result


@dataclass(frozen=True)
class Owed:
    """The texts of one question that wait for a person; no minutes where it has no rubric."""

    unit: str
    question: str
    texts: int
    minutes: float | None


def marking_owed(
    results: Sequence[Result], rubrics: Mapping[tuple[str, str], Rubric]
) -> list[Owed]:
    """Return the texts that wait, by question; the oldest unit first.

    Parameters
    ----------
    results
        The results that count.
    rubrics
        The rubric of each written question: how long one text takes stands in it.
    """
    waiting: dict[tuple[str, str], int] = {}
    for result in results:
        if result.verdict == "to_mark":
            place = (result.unit, result.question)
            waiting[place] = waiting.get(place, 0) + 1
    return [
        Owed(*place, texts, texts * rubrics[place].minutes if place in rubrics else None)
        for place, texts in sorted(waiting.items())
    ]
