"""What each column of a table is: a number, a date, a category, a text, or nothing to compare.

What its cells hold is read by `rilo_training.tables`; here stands what a model of the unusual makes
of it: a value that stands in one row only is no category, and a number is a measure or a code.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from rilo_training.errors import GuidedError
from rilo_training.tables.cells import (
    ISO,
    WHY_IGNORED,
    Codes,
    Floats,
    as_days,
    as_numbers,
    as_text,
    distinct,
    find_content,
)
from rilo_training.tables.refusals import as_frame, ignored

Kind = Literal["number", "date", "category", "text", "ignored"]

FEW_VALUES = 12
"""A number with at most so many values, often repeated, also forms groups of peers."""
LEAST_REPEATS = 20
"""Rows for each value, on average, from which a number with few values forms groups."""
CODE_REPEATS = 5
CODE_DENSITY = 0.25
"""Whole numbers of one width that repeat and leave most of their range empty are codes."""
LONG_DIGITS, LONG_REPEATS = 8, 1.5
"""Of codes so long there may be nearly as many as there are rows."""
TEXT_WORDS = 3
TEXT_SHARE = 0.3
"""Cells of so many words, of which so many are different, are free text."""
ALONE_SHARE = 0.5
"""A column is an identifier when more of its rows than this have a value of their own."""
KEY_ROWS, KEY_WIDTH = 20, 6
"""Rows from which numbers that never repeat can be identifiers; digits of long identifiers."""
LEAST_ROWS = 3


class AnomalyError(GuidedError):
    """A table cannot be examined."""


@dataclass(frozen=True)
class Column:
    """One column and how it is read.

    Attributes
    ----------
    name : hashable
        Its name in the table.
    kind : {"number", "date", "category", "text", "ignored"}
        How its cells are read.
    is_grouped : bool
        Whether a number also forms groups of peers.
    notice : str
        Why the column is ignored; empty when it is used.
    form : str
        How dates are written.
    """

    name: Hashable
    kind: Kind
    is_grouped: bool = False
    notice: str = ""
    form: str = ISO


def as_table(X: Any) -> pd.DataFrame:
    """Return a table with unique column names and at least one row, or say what is wrong."""
    return as_frame(X, AnomalyError)


def check_whole(name: str, value: Any, least: int) -> None:
    """Refuse a value that is no whole number, or is too small."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        raise AnomalyError(
            f"{name} was {value!r}.",
            f"A whole number from {least} was expected.",
            f"Give {name}={least}, or leave it out.",
        )


def read_kinds(table: pd.DataFrame) -> list[Column]:
    """Return how each column of a table is read, in the order of the table.

    No name of a column is looked at, only its values.

    Parameters
    ----------
    table : pandas.DataFrame
        The table that the model learns from.

    Returns
    -------
    list of Column
        One for each column.

    Raises
    ------
    AnomalyError
        When the table has too few rows, or no column can be used.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.anomaly.columns import read_kinds
    >>> table = pd.DataFrame({"no": ["a1", "a2", "a3"], "kg": [2.5, 9, 4], "mode": [*"sas"]})
    >>> [column.kind for column in read_kinds(table)]
    ['ignored', 'number', 'category']
    """
    if len(table) < LEAST_ROWS:
        raise AnomalyError(
            f"The table has {len(table)} rows.",
            f"At least {LEAST_ROWS} rows were expected.",
            "Learn what is usual from more records.",
        )
    columns = [_read_kind(name, table[name]) for name in table.columns]
    if all(column.kind == "ignored" for column in columns):
        raise AnomalyError(
            "No column can be used: " + " ".join(column.notice for column in columns),
            "At least one column with two or more different values was expected.",
            "Give columns that describe the records, not only their numbers.",
        )
    return columns


def _read_kind(name: Hashable, column: pd.Series) -> Column:
    at, values = distinct(column)
    content = find_content(column, at, values)
    if content.holds in WHY_IGNORED:
        return Column(name, "ignored", notice=ignored(name, WHY_IGNORED[content.holds]))
    if content.holds == "yes or no":
        return Column(name, "category")
    if content.holds == "number":
        return _read_number(name, as_numbers(column))
    if content.holds == "date":
        days = as_days(column, content.form)
        if len(np.unique(days[np.isfinite(days)])) > 1:
            return Column(name, "date", form=content.form)
    counts = np.bincount(at[at >= 0])
    words = np.average([str(value).count(" ") + 1 for value in values], weights=counts)
    if words >= TEXT_WORDS and len(counts) > TEXT_SHARE * counts.sum():
        return Column(name, "text")
    if (counts == 1).sum() > ALONE_SHARE * counts.sum():
        reason = "nearly every row has a value of its own"
        return Column(name, "ignored", notice=ignored(name, reason))
    return Column(name, "category")


def _read_number(name: Hashable, numbers: Floats) -> Column:
    present = numbers[np.isfinite(numbers)]
    values, counts = np.unique(present, return_counts=True)
    if len(values) == 0:
        return Column(name, "ignored", notice=ignored(name, "it holds no finite number"))
    if len(values) == 1 and len(present) == len(numbers):
        return Column(name, "ignored", notice=ignored(name, WHY_IGNORED["one value"]))
    if len(values) <= 2:
        return Column(name, "category")
    if len(values) == len(numbers) and _are_keys(values):
        return Column(name, "ignored", notice=ignored(name, "every row has a number of its own"))
    repeats = LONG_REPEATS if values[0] >= 10 ** (LONG_DIGITS - 1) else CODE_REPEATS
    if counts.mean() >= repeats and _are_codes(values):
        return Column(name, "category")
    is_grouped = len(values) <= FEW_VALUES and len(present) >= LEAST_REPEATS * len(values)
    return Column(name, "number", is_grouped=is_grouped)


def _are_codes(values: Floats) -> bool:
    """Whether sorted values look like codes: one width, no common step, most of the range empty.

    From five digits on, the width may differ by one: a leading zero was lost.
    """
    if values[-1] >= 2**53 or not _one_width(values, 3, int(values[0] >= 10**4)):
        return False
    step = np.gcd.reduce(np.diff(values).astype(np.int64))
    return bool(len(values) / ((values[-1] - values[0]) / step + 1) <= CODE_DENSITY)


def _one_width(values: Floats, least: int, more: int = 0) -> bool:
    """Whether sorted values are whole numbers, all with the same number of digits (or more)."""
    if values[0] < 10 ** (least - 1) or np.any(values != np.floor(values)):
        return False
    return bool(np.floor(np.log10(values[-1])) - np.floor(np.log10(values[0])) <= more)


def _are_keys(values: Floats) -> bool:
    """Whether sorted values, all different, look like running numbers or long keys."""
    if len(values) < KEY_ROWS:
        return False
    with np.errstate(over="ignore"):
        places = (values[-1] - values[0]) / np.diff(values).min() + 1
    return bool(places < 2 * len(values) or _one_width(values, KEY_WIDTH))


def as_labels(column: pd.Series) -> tuple[Codes, list[str]]:
    """Return for each cell the place of its label, -1 where missing, and the labels as text.

    A whole number has the same label in every type: 8471 and 8471.0 are one code.
    """
    at, values = distinct(column)
    return at, [as_text(value) for value in values]
