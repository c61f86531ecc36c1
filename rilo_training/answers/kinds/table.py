"""A table: rows matched by key columns, values compared to the asked digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, counted, describe
from rilo_training.answers.kinds.columns import positions_of
from rilo_training.answers.kinds.labels import (
    in_one_writing,
    is_number,
    normal_label,
    normal_value,
    same_value,
)
from rilo_training.answers.plain import Plain

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """Rows by their key, in the order of the answer; a repeated key is counted."""

    values: dict[Row, Row]
    keys_in_order: tuple[Row, ...]

    @property
    def repeated(self) -> int:
        """How many rows have a key that stood there before."""
        return len(self.keys_in_order) - len(self.values)

    def changed(self, key: Any = None, row: Any = None) -> Rows:
        """Return the rows with each key and each row of values put through a function."""
        new_key, new_row = key or (lambda found: found), row or (lambda found: found)
        values: dict[Row, Row] = {}
        for old, found in self.values.items():
            values.setdefault(new_key(old), new_row(found))
        return Rows(values, tuple(new_key(old) for old in self.keys_in_order))


class Table(Kind):
    """Form: ``on`` (key columns), ``columns`` (name to digits, None for labels), ``ordered``.

    Partial credit: rows that are right, over rows in either table. Where the order is asked
    and it is not right, half of that. Rows with the same values may stand in any order, unless
    the reference is sorted by its keys.

    Other columns than the asked ones are allowed and ignored; so are the order of columns,
    capitals, spaces and underscores in their names, and rows that hold nothing but 0 or empty
    values where the reference has no such row (a count of unused categories).
    """

    asks_for = "a table (DataFrame)"
    required = frozenset({"on", "columns"})
    allowed = frozenset({"ordered"})
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> Rows:
        """Return the rows by key. A named index counts as columns."""
        asked = [*form["on"], *form["columns"]]
        on = len(form["on"])
        rows = _rows_of_list(answer, len(asked))
        if rows is None and answer["type"] == "table":
            if not answer["columns"]:
                return Rows({}, ())
            positions = positions_of(answer, asked, on)
            rows = [[row[position] for position in positions] for row in answer["rows"]]
        if rows is None:
            raise Unreadable(f"Your answer is {describe(answer)}.")
        # A text is no number where a number is asked; in a label it may be one.
        normal = [normal_label] * on + [
            normal_label if digits is None else normal_value for digits in form["columns"].values()
        ]
        values: dict[Row, Row] = {}
        order: list[Row] = []
        for row in rows:
            found = [change(value) for change, value in zip(normal, row, strict=True)]
            key = tuple(found[:on])
            order.append(key)
            values.setdefault(key, tuple(found[on:]))
        return Rows(values, tuple(order))

    def is_empty(self, value: Rows) -> bool:
        """Whether there are no rows."""
        return not value.keys_in_order

    def compare(self, reference: Rows, answer: Rows, form: Mapping[str, Any]) -> Comparison:
        """Matched rows over all rows in either table."""
        digits = list(form["columns"].values())
        reference, answer = _aligned(reference, answer, len(form["on"]))
        answer = _without_zeros(reference, answer, digits)
        shared = [key for key in answer.values if key in reference.values]
        right = [
            key for key in shared if same_row(reference.values[key], answer.values[key], digits)
        ]
        union = len(reference.values) + len(answer.keys_in_order) - len(shared)
        if union == 0:
            return Comparison(1.0)
        missing = len(reference.values) - len(shared)
        extra = len(answer.keys_in_order) - len(shared)
        note = (
            f"Of your {counted(len(answer.keys_in_order), 'row')}, {len(right)} are right. "
            f"Missing: {missing}. Too many: {extra}. "
            f"With a wrong value: {len(shared) - len(right)}."
        )
        if answer.repeated:
            note += f" Rows that stand there twice: {answer.repeated}."
        note += _note_on_text(reference, answer, shared, form)
        share = len(right) / union
        if not form.get("ordered") or _in_order(reference, answer, right, digits):
            return Comparison(share, note)
        if share >= 1:
            return Comparison(0.5, "The rows are right. Their order is not.")
        return Comparison(share / 2, f"{note} The order of the right rows is not right.")

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse key columns and columns that cannot be told apart."""
        on, columns = form["on"], form["columns"]
        if isinstance(on, str) or not on:
            raise ValueError("on is a list of columns")
        if not isinstance(columns, Mapping):
            raise ValueError("columns is a dict from the name to the digits (None for labels)")
        if len({*on, *columns}) != len(on) + len(columns):
            raise ValueError("on and columns name a column twice")
        return {**form, "on": list(on), "columns": dict(columns)}


def same_row(reference: Row, answer: Row, digits: Sequence[int | None]) -> bool:
    """Whether two rows hold the same values, each to its digits."""
    return all(
        same_value(left, right, places)
        for left, right, places in zip(reference, answer, digits, strict=True)
    )


def _rows_of_list(answer: Plain, width: int) -> list[list[Any]] | None:
    """Return the rows of a list of rows, each with all asked columns in the asked order."""
    if answer["type"] not in ("list", "set"):
        return None
    items = [item if isinstance(item, list) else [item] for item in answer["items"]]
    if not all(len(item) == width for item in items):
        return None
    return items


def _aligned(reference: Rows, answer: Rows, on: int) -> tuple[Rows, Rows]:
    """Return both with their months, quarters and years in one writing."""
    rewrites = [
        in_one_writing([key[i] for key in reference.values], [key[i] for key in answer.values])
        for i in range(on)
    ]

    def key(found: Row) -> Row:
        return tuple(rewrite(part) for rewrite, part in zip(rewrites, found, strict=True))

    return reference.changed(key), answer.changed(key)


def _without_zeros(reference: Rows, answer: Rows, digits: Sequence[int | None]) -> Rows:
    """Return the rows that say something: a row of zeros that nobody asked for says nothing."""

    def says_nothing(row: Row) -> bool:
        return all(value is None or value == 0 for value in row)

    if not digits or None in digits or any(map(says_nothing, reference.values.values())):
        return answer
    silent = {
        key
        for key, row in answer.values.items()
        if key not in reference.values and says_nothing(row)
    }
    if not silent:
        return answer
    kept = {key: row for key, row in answer.values.items() if key not in silent}
    return Rows(kept, tuple(key for key in answer.keys_in_order if key not in silent))


def _note_on_text(
    reference: Rows, answer: Rows, shared: Sequence[Row], form: Mapping[str, Any]
) -> str:
    for place, name in enumerate(form["columns"]):
        if any(
            isinstance(answer.values[key][place], str) and is_number(reference.values[key][place])
            for key in shared
        ):
            return f' The column "{name}" holds text. It should hold numbers.'
    return ""


def _in_order(
    reference: Rows, answer: Rows, right: Sequence[Row], digits: Sequence[int | None]
) -> bool:
    """Whether the right rows stand in the order of the reference."""
    counted_rows = set(right)
    asked = [key for key in reference.keys_in_order if key in counted_rows]
    own = list(dict.fromkeys(key for key in answer.keys_in_order if key in counted_rows))
    if asked == own:
        return True
    if _is_sorted([tuple(map(_place, key)) for key in asked]):
        return False
    if not _sorted_by_a_column(reference, asked):
        return False
    return all(
        same_row(reference.values[left], reference.values[there], digits)
        for left, there in zip(asked, own, strict=True)
    )


def _sorted_by_a_column(rows: Rows, order: Sequence[Row]) -> bool:
    columns = zip(*(rows.values[key] for key in order), strict=True)
    return any(
        all(is_number(value) for value in column)
        and (_is_sorted(column) or _is_sorted(column[::-1]))
        for column in columns
    )


def _place(part: Any) -> tuple[int, float, str]:
    return (0, float(part), "") if is_number(part) else (1, 0.0, str(part))


def _is_sorted(values: Sequence[Any]) -> bool:
    return all(a <= b for a, b in pairwise(values))
