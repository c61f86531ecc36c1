"""A set of items, and a list of items in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rilo_training.answers.kinds.base import (
    Comparison,
    Kind,
    Unreadable,
    counted,
    describe,
    normal_label,
    within,
)
from rilo_training.answers.plain import Plain


def _items(answer: Plain) -> list[Any]:
    """Return the items of a list, a set, or a table with one column."""
    found: list[Any] | None = None
    if answer["type"] in ("list", "set"):
        found = answer["items"]
    elif answer["type"] == "table" and len(answer["columns"]) - answer["index_columns"] == 1:
        found = [row[-1] for row in answer["rows"]]
        labels = [row[0] for row in answer["rows"]] if answer["index_columns"] == 1 else []
        # value_counts() has the labels in its index: these are what a list of labels means.
        if labels and all(isinstance(label, str) for label in labels):
            found = found if all(isinstance(value, str) for value in found) else labels
    if found is None:
        raise Unreadable(f"Your answer is {describe(answer)}.")
    return [
        tuple(normal_label(part) for part in item) if isinstance(item, list) else normal_label(item)
        for item in found
    ]


class SetOfItems(Kind):
    """Items in any order, each once. Partial credit: items in both, over items in either."""

    asks_for = "a set or a list of items"
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> frozenset[Any]:
        """Return the different items."""
        return frozenset(_items(answer))

    def compare(
        self, reference: frozenset[Any], answer: frozenset[Any], form: Mapping[str, Any]
    ) -> Comparison:
        """Matched over union."""
        union = reference | answer
        if not union:
            return Comparison(1.0)
        missing, extra = len(reference - answer), len(answer - reference)
        note = (
            f"Of your {counted(len(answer), 'item')}, {len(reference & answer)} belong. "
            f"Missing: {missing}. Too many: {extra}."
        )
        return Comparison(len(reference & answer) / len(union), note)


class ListOfItems(Kind):
    """Items in the asked order. Form: ``digits`` where the items are numbers."""

    asks_for = "a list of items in order"
    allowed = frozenset({"digits"})

    def read(self, answer: Plain, form: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the items in their order. A set has no order."""
        if answer["type"] == "set":
            raise Unreadable("Your answer is a set. A set has no order.")
        return tuple(_items(answer))

    def compare(
        self, reference: tuple[Any, ...], answer: tuple[Any, ...], form: Mapping[str, Any]
    ) -> Comparison:
        """Full or nothing; the note names a wrong order or a wrong length."""
        if len(reference) == len(answer) and all(
            _same(left, right, form) for left, right in zip(reference, answer, strict=True)
        ):
            return Comparison(1.0)
        if len(reference) == len(answer) and Counter(reference) == Counter(answer):
            return Comparison(0.0, "The items are right. Their order is not.")
        if len(reference) != len(answer):
            return Comparison(
                0.0,
                f"Your list has {counted(len(answer), 'item')}. It should have {len(reference)}.",
            )
        return Comparison(0.0)


def _same(left: Any, right: Any, form: Mapping[str, Any]) -> bool:
    if "digits" in form and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in (left, right)
    ):
        return within(left, right, int(form["digits"]))
    return bool(left == right)
