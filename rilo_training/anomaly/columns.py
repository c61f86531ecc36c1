"""What each column of a table is: a number, a date, a category, a text, or nothing to compare."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from numbers import Number
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.errors import GuidedError

Floats = npt.NDArray[np.float64]
Kind = Literal["number", "date", "category", "text", "ignored"]

FEW_VALUES = 12
"""A number with at most so many values, often repeated, also forms groups of peers."""
LEAST_REPEATS = 20
"""Rows for each value, on average, from which a number with few values forms groups."""
CODE_REPEATS = 5
CODE_DENSITY = 0.25
"""Whole numbers of one width that repeat and leave most of their range empty are codes."""
TEXT_WORDS = 3
TEXT_SHARE = 0.3
"""Cells of so many words, of which so many are different, are free text."""
ALONE_SHARE = 0.5
"""A column is an identifier when more of its rows than this have a value of their own."""
KEY_ROWS, KEY_WIDTH = 20, 6
"""Rows from which numbers that never repeat can be identifiers; digits of long identifiers."""
LEAST_ROWS = 3
DAY_SECONDS = 86_400


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
    """

    name: Hashable
    kind: Kind
    is_grouped: bool = False
    notice: str = ""


def as_table(X: Any) -> pd.DataFrame:
    """Return a table with unique column names and at least one row, or say what is wrong.

    Raises
    ------
    AnomalyError
        When it is no table, has no row or no column, or two columns share a name.
    """
    if isinstance(X, np.ndarray) and X.ndim == 2:
        X = pd.DataFrame(X)
    if not isinstance(X, pd.DataFrame):
        raise AnomalyError(
            f"X is of type {type(X).__name__}.",
            "A pandas DataFrame or a two-dimensional array was expected.",
            "Give a table with one row for each record.",
        )
    if X.shape[0] == 0 or X.shape[1] == 0:
        raise AnomalyError(
            f"The table has {X.shape[0]} rows and {X.shape[1]} columns.",
            "At least one row and one column were expected.",
            "Check the filter that made the table.",
        )
    repeated = X.columns[X.columns.duplicated()].unique().tolist()
    if repeated:
        names = ", ".join(repr(name) for name in repeated)
        raise AnomalyError(
            f"More than one column has the name {names}.",
            "Every column name was expected once.",
            "Rename or drop the repeated columns.",
        )
    return X


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


def _read_kind(name: Hashable, values: pd.Series) -> Column:
    def ignored(reason: str) -> Column:
        return Column(name, "ignored", notice=f"The column {name!r} is ignored: {reason}.")

    present = values.dropna()
    if present.empty:
        return ignored("it is wholly missing")
    if pd.api.types.is_bool_dtype(values.dtype):
        is_constant = len(present) == len(values) and present.nunique() == 1
        return ignored("it has one value") if is_constant else Column(name, "category")
    if is_number_like(values):
        return _read_number(name, as_numbers(values))
    if is_date_like(values):
        days = as_days(values)
        if len(np.unique(days[np.isfinite(days)])) > 1:
            return Column(name, "date")
    labels = present.map(str)
    counts = labels.value_counts()
    if len(counts) == 1 and len(present) == len(values):
        return ignored("it has one value")
    words = labels.str.count(" ").mean() + 1
    if words >= TEXT_WORDS and len(counts) > TEXT_SHARE * len(labels):
        return Column(name, "text")
    if (counts == 1).sum() > ALONE_SHARE * len(labels):
        return ignored("nearly every row has a value of its own")
    return Column(name, "category")


def _read_number(name: Hashable, numbers: Floats) -> Column:
    present = numbers[np.isfinite(numbers)]
    values, counts = np.unique(present, return_counts=True)
    if len(values) == 0:
        return Column(name, "ignored", notice=f"The column {name!r} is ignored: no finite number.")
    if len(values) == 1 and len(present) == len(numbers):
        return Column(name, "ignored", notice=f"The column {name!r} is ignored: it has one value.")
    if len(values) <= 2:
        return Column(name, "category")
    if len(values) == len(numbers) and _are_keys(values):
        return Column(
            name,
            "ignored",
            notice=f"The column {name!r} is ignored: every row has a number of its own.",
        )
    if counts.mean() >= CODE_REPEATS and _are_codes(values):
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


def is_number_like(values: pd.Series) -> bool:
    """Whether a column holds numbers or durations, whatever its type."""
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_timedelta64_dtype(
        values.dtype
    ):
        return not pd.api.types.is_complex_dtype(values.dtype)
    if values.dtype != object:
        return False
    cells = values.dropna()
    return all(isinstance(cell, Number) and not isinstance(cell, bool) for cell in cells)


def is_date_like(values: pd.Series) -> bool:
    """Whether a column holds dates: as dates, as periods, or as text that begins 2026-11-22."""
    if isinstance(values.dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(
        values.dtype
    ):
        return True
    if isinstance(values.dtype, pd.CategoricalDtype):
        return False
    cells = values.dropna()
    first = cells.iloc[:50].map(str)
    if not first.str.match(r"\d{4}-\d{2}-\d{2}").all():
        return False
    return bool(np.isfinite(as_days(cells)).all())


def as_numbers(values: pd.Series) -> Floats:
    """Return the cells as numbers, NaN where a cell is missing, infinite or no number."""
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        values = values.dt.total_seconds() / DAY_SECONDS
    found = pd.to_numeric(values, errors="coerce")
    numbers = np.array(found.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def as_days(values: pd.Series) -> Floats:
    """Return dates as days since 1970-01-01, NaN where a cell is missing or no date."""
    if isinstance(values.dtype, pd.PeriodDtype):
        values = values.dt.to_timestamp()
    # A format is asked for where the cells are text, so that nothing is guessed.
    ways = {} if pd.api.types.is_datetime64_any_dtype(values.dtype) else {"format": "ISO8601"}
    dates = pd.to_datetime(values, errors="coerce", utc=True, **ways)  # type: ignore[call-overload]
    since = dates - pd.Timestamp("1970-01-01", tz="UTC")
    return np.asarray(since.dt.total_seconds() / DAY_SECONDS, dtype=np.float64)


def as_labels(values: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return for each cell the place of its label, -1 where missing, and the labels as text.

    A whole number has the same label in every type: 8471 and 8471.0 are one code.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    try:
        places, found = pd.factorize(values)
    except TypeError:  # cells that cannot be compared, such as lists
        places, found = pd.factorize(values.map(str))
    return np.asarray(places, dtype=np.int64), [_label(cell) for cell in found]


def _label(cell: Any) -> str:
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)
