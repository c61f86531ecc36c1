"""A table: rows matched by key columns, values compared to the asked digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Rows:
    """Rows by their key, in the order of the answer; a repeated key is counted."""

    values: dict[Row, Row]
    keys_in_order: tuple[Row, ...]

    @property
    def repeated(self) -> int:
        return len(self.keys_in_order) - len(self.values)


class Table(Kind):
    """Form: ``on`` (key columns), ``columns`` (name to digits, None for labels), ``ordered``.

    Partial credit: rows that are right, over rows in either table.
    Other columns than the asked ones are allowed and ignored; so is the order of columns.
    """

    asks_for = "a table (DataFrame)"
    required = frozenset({"on", "columns"})
    allowed = frozenset({"ordered"})
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> _Rows:
        """Return the rows by key. A named index counts as columns."""
        if answer["type"] != "table":
            raise Unreadable(f"Your answer is {describe(answer)}.")
        asked = [*form["on"], *form["columns"]]
        on = len(form["on"])
        positions = _positions(answer, asked, on)
        values: dict[Row, Row] = {}
        order: list[Row] = []
        for row in answer["rows"]:
            found = [normal_label(row[position]) for position in positions]
            key = tuple(found[:on])
            order.append(key)
            values.setdefault(key, tuple(found[on:]))
        return _Rows(values, tuple(order))

    def compare(self, reference: _Rows, answer: _Rows, form: Mapping[str, Any]) -> Comparison:
        """Matched rows over all rows in either table."""
        digits = list(form["columns"].values())
        shared = [key for key in answer.values if key in reference.values]
        right = sum(_same_row(reference.values[key], answer.values[key], digits) for key in shared)
        union = len(reference.values) + len(answer.keys_in_order) - len(shared)
        if union == 0:
            return Comparison(1.0)
        missing = len(reference.values) - len(shared)
        extra = len(answer.keys_in_order) - len(shared)
        note = (
            f"Of your {counted(len(answer.keys_in_order), 'row')}, {right} are right. "
            f"Missing: {missing}. Too many: {extra}. With a wrong value: {len(shared) - right}."
        )
        if answer.repeated:
            note += f" Rows that stand there twice: {answer.repeated}."
        share = right / union
        if share >= 1 and form.get("ordered") and answer.keys_in_order != reference.keys_in_order:
            return Comparison(0.5, "The rows are right. Their order is not.")
        return Comparison(share, note)


def _positions(answer: Plain, asked: list[str], on: int) -> list[int]:
    """Return where each asked column stands in the answer; the first ``on`` are the key."""
    names = [name.strip().lower() for name in answer["columns"]]
    missing = [name for name in asked if name.lower() not in names]
    if not missing:
        return [names.index(name.lower()) for name in asked]
    # A dict, or a Series without names, has one key and one value: the places say which.
    if len(names) == len(asked) == 2 and answer["index_columns"] == 1:
        return [0, 1]
    # With one value column in the question and one in the answer, its name does not matter.
    if missing == asked[on:] and len(missing) == 1 and len(names) == len(asked):
        keys = [names.index(name.lower()) for name in asked[:on]]
        return [*keys, next(place for place in range(len(names)) if place not in keys)]
    found = ", ".join(answer["columns"][:12]) or "none"
    raise Unreadable(
        f"Your table has the columns: {found}. It needs the columns: {', '.join(asked)}."
    )


def _same_row(reference: Row, answer: Row, digits: list[int | None]) -> bool:
    return all(
        _same_value(left, right, places)
        for left, right, places in zip(reference, answer, digits, strict=True)
    )


def _same_value(left: Any, right: Any, digits: int | None) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (left, right))
    if digits is not None and numbers:
        return within(left, right, digits)
    return bool(left == right)
