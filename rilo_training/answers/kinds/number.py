"""A number, compared to half a unit of the last asked digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, describe
from rilo_training.answers.kinds.labels import is_number, within
from rilo_training.answers.plain import Plain


class Number(Kind):
    """Form: ``digits`` after the point (0 for a count), and ``unit`` for people.

    Half a unit of the last asked digit is the tolerance. A text is no number, also where it
    looks like one: nobody can calculate with it, and the next cell would stop.
    """

    asks_for = "a number"
    required = frozenset({"digits"})
    allowed = frozenset({"unit"})

    def read(self, answer: Plain, form: Mapping[str, Any]) -> float:
        """Return the number. A list, Series or table with exactly one value counts as it."""
        value = _one_value(answer)
        if not is_number(value):
            raise Unreadable(f"Your answer is {describe(answer)}.{_advice(value)}")
        number: float = value
        return number

    def compare(self, reference: float, answer: float, form: Mapping[str, Any]) -> Comparison:
        """Full or nothing."""
        return Comparison(1.0 if within(reference, answer, int(form["digits"])) else 0.0)

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse digits that are no whole number."""
        if type(form["digits"]) is not int:
            raise ValueError("digits is a whole number")
        return dict(form)

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the number with its unit."""
        unit = form.get("unit", "")
        try:
            return f"{self.read(answer, form):,.{max(0, int(form['digits']))}f} {unit}".strip()
        except Unreadable:
            return describe(answer)


def _one_value(answer: Plain) -> Any:
    """Return the one value of an answer, or None where there are none or several."""
    if answer["type"] == "value":
        return answer["value"]
    if answer["type"] in ("list", "set") and len(answer["items"]) == 1:
        return _only(answer["items"][0])
    if answer["type"] == "table" and len(answer["rows"]) == 1:
        return _only(answer["rows"][0][answer["index_columns"] :])
    return None


def _only(item: Any) -> Any:
    """Return what stands alone in a list; anything else unchanged."""
    return item[0] if isinstance(item, list) and len(item) == 1 else item


def _advice(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    try:
        float(value.replace(",", "").replace("%", ""))
    except ValueError:
        return ""
    if value in ("Infinity", "-Infinity"):
        return ""
    return " A text is not a number: take away the quotation marks, or do not format the number."
