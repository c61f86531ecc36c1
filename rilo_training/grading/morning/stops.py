"""Two places to stop the room: questions of today in which most can go wrong."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rilo_training.course.manifest import CourseError, Programme, Unit
from rilo_training.course.notebook import read_notebook, role_of
from rilo_training.grading.reports.discussion import question_to_ask

OPEN_BELOW = 75
HOW_MANY = 2
RULE = (
    f"Rule: first the questions of an open competence (under {OPEN_BELOW} per cent yesterday), "
    "then those with most named mistakes, then those with most points; from two units where "
    "possible."
)


OTHER_QUESTIONS = (
    "Before you run it: which rows does the question mean, and which not?",
    "Compare with your partner: at which step do your two ways differ?",
)


@dataclass(frozen=True)
class Planned:
    """One question of a unit as its key cell plans it, before anybody answered it.

    ``watch_for`` is the sentence of its first named mistake.
    """

    unit: str
    question: str
    kind: str
    competence: str
    points: float
    mistakes: int
    watch_for: str = ""

    @property
    def ask(self) -> str:
        """What to ask the room there."""
        verdict = "to_mark" if self.kind == "text" else "near_miss"
        return question_to_ask(verdict, self.kind)


def planned_questions(programme: Programme, unit: Unit) -> list[Planned]:
    """Return the questions of a unit, from its key cells as they stand. Nothing is run.

    Parameters
    ----------
    programme, unit
        The course and one of its units. Where its notebook cannot be read, there are none.
    """
    try:
        notebook = read_notebook(programme.notebook(unit))
    except (OSError, CourseError):
        return []
    keys: dict[str, dict[str, Any]] = {}
    mistakes: dict[str, list[str]] = {}
    for cell in (cell for cell in notebook.cells if role_of(cell) == "key"):
        for name, question, words in _calls(cell.source):
            if name == "key":
                keys[question] = words
            else:
                mistakes.setdefault(question, []).append(str(words.get("sentence", "")))
    return [
        Planned(
            unit.id,
            question,
            str(words.get("kind", "")),
            str(words.get("competence", "")),
            float(words.get("points") or 0),
            len(mistakes.get(question, [])),
            next(filter(None, mistakes.get(question, [])), ""),
        )
        for question, words in keys.items()
    ]


def _calls(source: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each call of key and mistake: its question and the values that are written out.

    The third value of a mistake is its sentence. What is computed, such as a list of hints, is of
    no interest here.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id="key" | "mistake" as name),
                args=[ast.Constant(value=str(question)), *others],
                keywords=keywords,
            ):
                given = {str(word.arg): word.value for word in keywords}
                given |= {"sentence": others[1]} if len(others) > 1 else {}
                words = {
                    word: value.value
                    for word, value in given.items()
                    if isinstance(value, ast.Constant)
                }
                yield name, question, words


def places_to_stop(planned: Sequence[Planned], open_competences: Collection[str]) -> list[Planned]:
    """Return at most two questions, as :data:`RULE` says.

    Parameters
    ----------
    planned
        The questions of today.
    open_competences
        Those in which the room lost many points yesterday.

    Examples
    --------
    >>> few = Planned("w1d2_01", "q1", "number", "C1", 2, 3)
    >>> many = Planned("w1d2_01", "q2", "number", "C2", 2, 5)
    >>> [stop.question for stop in places_to_stop([few, many], {"C1"})]
    ['q1', 'q2']
    """
    best = sorted(
        planned,
        key=lambda one: (one.competence not in open_competences, -one.mistakes, -one.points),
    )
    first = best[:1]
    others = [one for one in best[1:] if one.unit != first[0].unit] or best[1:]
    return first + others[: HOW_MANY - 1]
