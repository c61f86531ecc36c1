"""A set of items, and a list of items in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, counted, describe
from rilo_training.answers.kinds.labels import (
    in_one_writing,
    is_number,
    normal_label,
    normal_value,
    same_value,
)
from rilo_training.answers.plain import Plain

MOST_PAIRS = 1_000_000
"""Beyond this many pairs of items, a list is compared place by place."""


def _items(answer: Plain, form: Mapping[str, Any]) -> list[Any]:
    """Return the items of a list, a set, or a table; a row of several columns is one item."""
    found: list[Any] | None = None
    if answer["type"] in ("list", "set"):
        found = answer["items"]
    elif answer["type"] == "table":
        found = _items_of_table(answer)
    if found is None:
        raise Unreadable(f"Your answer is {describe(answer)}.")
    # Where digits are asked, the items are numbers, and a text is not one of them.
    normal = normal_value if "digits" in form else normal_label
    return [
        tuple(normal_label(part) for part in item) if isinstance(item, list) else normal(item)
        for item in found
    ]


def _items_of_table(answer: Plain) -> list[Any] | None:
    from_index = answer["index_columns"]
    labels = [row[:from_index] for row in answer["rows"]]
    values = [row[from_index:] for row in answer["rows"]]
    width = len(answer["columns"]) - from_index
    if not answer["rows"]:
        return []
    if width == 0:
        return [_bare(label) for label in labels] if from_index else None
    if width == 1 and values and all(isinstance(row[0], bool) for row in values):
        raise Unreadable(
            "Your answer is a column of True and False. Use it to select the rows, and give "
            "the items themselves."
        )
    # value_counts() has the labels in its index: these are what a list of labels means.
    named = bool(labels) and from_index > 0 and all(isinstance(v, str) for v in labels[0])
    if width == 1 and named and not all(isinstance(row[0], str) for row in values):
        kept = _counted([row[0] for row in values])
        return [_bare(label) for label, keep in zip(labels, kept, strict=True) if keep]
    return [_bare(row) for row in values]


def _counted(values: list[Any]) -> list[bool]:
    """Return which of the values are no counts of 0, as unused categories have them."""
    counts = all(is_number(value) and value >= 0 and value == int(value) for value in values)
    return [not counts or value != 0 for value in values]


def _bare(row: list[Any]) -> Any:
    return row[0] if len(row) == 1 else row


def _note_on_parts(reference: Sequence[Any], answer: Sequence[Any]) -> str:
    """Say when items of several parts stand against items of one part, or the other way."""
    widths = [
        {len(item) if isinstance(item, tuple) else 1 for item in s} for s in (reference, answer)
    ]
    if any(len(width) != 1 for width in widths) or widths[0] == widths[1]:
        return ""
    asked, own = widths[0].pop(), widths[1].pop()
    return (
        f" Each of your items has {counted(own, 'part')}. It should have {counted(asked, 'part')}."
    )


class SetOfItems(Kind):
    """Items in any order, each once. Form: ``digits`` where the items are numbers.

    Partial credit: items in both, over items in either.
    """

    asks_for = "a set or a list of items"
    allowed = frozenset({"digits"})
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> frozenset[Any]:
        """Return the different items."""
        return frozenset(_items(answer, form))

    def is_empty(self, value: frozenset[Any]) -> bool:
        """Whether there are no items."""
        return not value

    def compare(
        self, reference: frozenset[Any], answer: frozenset[Any], form: Mapping[str, Any]
    ) -> Comparison:
        """Matched over union."""
        rewrite = in_one_writing([*reference], [*answer])
        reference, answer = (frozenset(map(rewrite, side)) for side in (reference, answer))
        both = reference & answer
        belong = len(both) + _close_pairs(reference - both, answer - both, form.get("digits"))
        union = len(reference) + len(answer) - belong
        if union == 0:
            return Comparison(1.0)
        missing, extra = len(reference) - belong, len(answer) - belong
        note = (
            f"Of your {counted(len(answer), 'item')}, {belong} belong. "
            f"Missing: {missing}. Too many: {extra}.{_note_on_parts([*reference], [*answer])}"
        )
        return Comparison(belong / union, note)


def _close_pairs(left: frozenset[Any], right: frozenset[Any], digits: int | None) -> int:
    """Return how many numbers of one set have a partner of their own in the other."""
    if digits is None:
        return 0
    ours, theirs = (sorted(v for v in side if is_number(v)) for side in (left, right))
    pairs = place = 0
    for number in ours:
        while place < len(theirs) and not same_value(number, theirs[place], digits):
            if theirs[place] > number:
                break
            place += 1
        if place < len(theirs) and same_value(number, theirs[place], digits):
            pairs, place = pairs + 1, place + 1
    return pairs


class ListOfItems(Kind):
    """Items in the asked order. Form: ``digits`` where the items are numbers.

    Partial credit: the longest part that both lists have in the same order (items in between
    may be left out), over the length of the longer list. So a list without one of its five
    items earns four fifths, two neighbours exchanged cost one item, and a list in reverse earns
    one item. Lists with more than a thousand items each are compared place by place.
    """

    asks_for = "a list of items in order"
    allowed = frozenset({"digits"})
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the items in their order. A set has no order."""
        if answer["type"] == "set":
            raise Unreadable("Your answer is a set. A set has no order.")
        return tuple(_items(answer, form))

    def is_empty(self, value: tuple[Any, ...]) -> bool:
        """Whether there are no items."""
        return not value

    def equals(
        self, left: tuple[Any, ...], right: tuple[Any, ...], form: Mapping[str, Any]
    ) -> bool:
        """Whether the items are the same in the same order."""
        rewrite = in_one_writing(left, right)
        return len(left) == len(right) and all(
            same_value(rewrite(one), rewrite(other), form.get("digits"))
            for one, other in zip(left, right, strict=True)
        )

    def compare(
        self, reference: tuple[Any, ...], answer: tuple[Any, ...], form: Mapping[str, Any]
    ) -> Comparison:
        """The longest common part over the longer length; the note names what differs."""
        if self.equals(reference, answer, form):
            return Comparison(1.0)
        rewrite = in_one_writing(reference, answer)
        reference, answer = (tuple(map(rewrite, side)) for side in (reference, answer))
        digits = form.get("digits")
        common = _longest_common(reference, answer, digits)
        share = common / max(len(reference), len(answer))
        if len(reference) == len(answer) and same_items(reference, answer, digits):
            return Comparison(share, "The items are right. Their order is not.")
        note = f"Of your {counted(len(answer), 'item')}, {common} stand in the right order."
        if len(answer) < len(reference):
            note += " The list is too short."
        elif len(answer) > len(reference):
            note += " The list is too long."
        return Comparison(share, note + _note_on_parts(reference, answer))


def same_items(left: Sequence[Any], right: Sequence[Any], digits: int | None) -> bool:
    """Whether two lists hold the same items, each as often, in any order."""
    return len(left) == len(right) and all(
        same_value(one, other, digits)
        for one, other in zip(sorted(left, key=_place), sorted(right, key=_place), strict=True)
    )


def _place(item: Any) -> tuple[int, float, str]:
    return (0, float(item), "") if is_number(item) else (1, 0.0, repr(item))


def _longest_common(left: Sequence[Any], right: Sequence[Any], digits: int | None) -> int:
    """Return the length of the longest part that two lists have in the same order."""
    if len(left) * len(right) > MOST_PAIRS:
        return sum(same_value(a, b, digits) for a, b in zip(left, right, strict=False))
    best = [0] * (len(right) + 1)
    for one in left:
        before = 0
        for place, other in enumerate(right, start=1):
            kept = best[place]
            if same_value(one, other, digits):
                best[place] = before + 1
            else:
                best[place] = max(kept, best[place - 1])
            before = kept
    return best[-1]
