"""A question as the key describes it: how to compare, what it is worth, known mistakes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rilo_training.answers.plain import Plain


class QuestionError(ValueError):
    """A key, a mistake or a claim is not written as the course needs it."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give, computed on the same data as the reference.

    ``credit`` is the share of the points that it still earns, from 0 to 1.
    """

    value: Plain
    sentence: str
    credit: float = 0.0


@dataclass(frozen=True)
class Question:
    """Everything that judging an answer needs.

    Parameters
    ----------
    question
        The id in the unit: ``q1``.
    name
        The name that the participant assigns: ``cases_by_section``.
    kind
        ``number``, ``choice``, ``set``, ``list``, ``table``, ``score``, ``chart``, ``function`` or
        ``text``.
    points
        What a correct answer earns.
    competence
        ``C1`` to ``C7``, as in the programme.
    hints
        Two sentences: where to look; the step on other data.
    reference
        The value of the reference solution on this world.
    mistakes
        Known mistakes on this world.
    form
        What the kind needs to know: ``digits``, ``unit``, ``options``, ``on``, ``columns``,
        ``ordered``, ``words`` and so on. Each kind says which of them it reads.
    needs
        Questions whose answers this one uses.
    depends_on_world
        Whether another world gives another answer.
    support
        How many rows stand behind the answer. None where the answer does not come from rows.
    review
        What to read again after a wrong answer.
    worked
        A worked answer on other data.
    on_lines
        The answer computed on seizure lines and not on cases: a mistake with a sentence of its
        own. Where it equals the reference, it is no mistake.
    """

    question: str
    name: str
    kind: str
    points: float
    competence: str
    hints: tuple[str, str]
    reference: Plain
    mistakes: tuple[Mistake, ...] = ()
    form: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    depends_on_world: bool = True
    support: int | None = None
    review: str = ""
    worked: str = ""
    on_lines: Plain | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the question as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Question:
        """Return the question that :meth:`to_json` wrote."""
        mistakes = tuple(Mistake(**mistake) for mistake in found["mistakes"])
        first, second = found["hints"]
        return cls(
            **{
                **found,
                "mistakes": mistakes,
                "hints": (first, second),
                "needs": tuple(found["needs"]),
            }
        )
