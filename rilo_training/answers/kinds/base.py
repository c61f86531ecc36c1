"""What every kind of answer can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rilo_training.answers.plain import Plain
from rilo_training.answers.scalar import INFINITE


class Unreadable(ValueError):
    """The value is not of the form that the question asks for; the text says what was found."""


@dataclass(frozen=True)
class Comparison:
    """How much of an answer is right.

    ``share`` is from 0 (nothing) to 1 (correct). ``note`` says what differs, in a sentence
    that does not give the expected value away.
    """

    share: float
    note: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether the two values are the same answer."""
        return self.share >= 1.0


class Kind(ABC):
    """One kind of answer."""

    asks_for: ClassVar[str]
    """What the question asks for, in words: "a number"."""

    required: ClassVar[frozenset[str]] = frozenset()
    allowed: ClassVar[frozenset[str]] = frozenset()
    """The names that ``form`` must have, and those that it may have besides."""

    is_marked_by_a_person: ClassVar[bool] = False
    has_partial_credit: ClassVar[bool] = False

    @abstractmethod
    def read(self, answer: Plain, form: Mapping[str, Any]) -> Any:
        """Return the value in the form of this kind, or raise :class:`Unreadable`."""

    @abstractmethod
    def compare(self, reference: Any, answer: Any, form: Mapping[str, Any]) -> Comparison:
        """Compare two values that :meth:`read` returned."""

    def equals(self, left: Any, right: Any, form: Mapping[str, Any]) -> bool:
        """Whether two values are the same answer, such as a known mistake and an answer."""
        return self.compare(left, right, form).is_equal

    def is_empty(self, value: Any) -> bool:
        """Whether a value that :meth:`read` returned holds nothing."""
        return False

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form of a key as JSON data, or raise ``ValueError`` with what is wrong."""
        return dict(form)

    def problems(self, reference: Any, form: Mapping[str, Any]) -> list[str]:
        """Return what makes a reference unfair on its world, beyond what holds for all kinds."""
        return []

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the answer in one short line for a person."""
        return describe(answer)


def describe(answer: Plain) -> str:
    """Say in a few words what a value is.

    Examples
    --------
    >>> describe({"type": "value", "value": "Drugs"})
    "the text 'Drugs'"
    >>> describe({"type": "list", "items": [1, 2]})
    'a list of 2 items'
    """
    kind = answer["type"]
    if kind == "value":
        value = answer["value"]
        if value is None:
            return "an empty value (None or NaN)"
        if isinstance(value, bool):
            return f"the value {value}"
        if value in INFINITE.values():
            return "an infinite number (perhaps a division by 0)"
        if isinstance(value, str):
            return f"the text {_short(value)!r}"
        return f"the number {value:,}"
    if kind in ("list", "set"):
        if not answer["items"]:
            return f"an empty {kind}"
        return f"a {kind} of {counted(len(answer['items']), 'item')}"
    if kind == "table":
        if not answer["rows"]:
            return "an empty table"
        return f"a table of {counted(len(answer['rows']), 'row')}"
    if kind == "chart":
        marks = [series["mark"] for panel in answer["panels"] for series in panel["series"]]
        return f"a chart ({', '.join(dict.fromkeys(marks))})" if marks else "an empty chart"
    if kind == "too_large":
        if answer["python"] in ("DataFrame", "Series"):
            return f"a table of {counted(answer['rows'], 'row')}, too large for a check"
        return f"a {answer['python']} that is too large ({answer['rows']:,} rows)"
    if kind == "not_attempted":
        return "nothing yet"
    if kind == "raised":
        return "an error"
    if kind == "function" or answer["python"] in (
        "method",
        "function",
        "builtin_function_or_method",
    ):
        return "a function: perhaps the round brackets at its end are missing"
    return f"a value of the type {_short(str(answer['python']))}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: "1 row", "2 rows".

    Examples
    --------
    >>> counted(1, "row"), counted(0, "item")
    ('1 row', '0 items')
    """
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."
