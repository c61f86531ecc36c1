"""A number, compared to half a unit of the last asked digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rilo_training.answers.kinds.base import (
    Comparison,
    Kind,
    Unreadable,
    counted,
    describe,
    within,
)
from rilo_training.answers.plain import Plain


class Number(Kind):
    """Form: ``digits`` after the point (0 for a count), and ``unit`` for people."""

    asks_for = "a number"
    required = frozenset({"digits"})
    allowed = frozenset({"unit"})

    def read(self, answer: Plain, form: Mapping[str, Any]) -> float:
        """Return the number. A list, Series or table with exactly one value counts as it."""
        value: Any = None
        if answer["type"] == "value":
            value = answer["value"]
        elif answer["type"] == "list" and len(answer["items"]) == 1:
            value = answer["items"][0]
        elif answer["type"] == "table" and len(answer["rows"]) == 1:
            row = answer["rows"][0][answer["index_columns"] :]
            value = row[0] if len(row) == 1 else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unreadable(f"Your answer is {describe(answer)}.")
        return float(value)

    def compare(self, reference: float, answer: float, form: Mapping[str, Any]) -> Comparison:
        """Full or nothing; the note names a slip of the unit or of the rounding."""
        digits = int(form["digits"])
        if within(reference, answer, digits):
            return Comparison(1.0)
        if answer == 0 or reference == 0:
            return Comparison(0.0)
        for factor, words in ((1000.0, "large"), (0.001, "small")):
            if within(reference * factor, answer, digits - 3 if factor > 1 else digits + 3):
                return Comparison(
                    0.0, f"Your number is a thousand times too {words}. Look at the units."
                )
        if digits > 0 and within(reference, answer, digits - 1):
            return Comparison(
                0.0, f"Your number is close. Round only at the end, to {counted(digits, 'digit')}."
            )
        return Comparison(0.0)

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the number with its unit."""
        unit = form.get("unit", "")
        try:
            return f"{self.read(answer, form):,.{int(form['digits'])}f} {unit}".strip()
        except Unreadable:
            return describe(answer)
