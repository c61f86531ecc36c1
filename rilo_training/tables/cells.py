"""What the cells of a column hold: numbers, dates, yes or no, labels, or nothing that differs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Number
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Holds = Literal["nothing", "one value", "yes or no", "number", "date", "label"]

WHY_IGNORED = {"nothing": "it holds no value", "one value": "it holds one value only"}
"""What is said about a column that holds no difference."""
ISO = "ISO8601"
DATE_FORMS = (
    *(ISO, "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d"),
    *("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%y-%m-%d"),
)
DATE_SHAPE = re.compile(
    r"\d{1,4}([-/. ])(\d{1,2}|[A-Za-z]{3})\1\d{1,4}([ T].*)?"
    r"|(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
)
CODE_SHAPE = re.compile(r"0\d")
"""Nobody writes an amount so: 0902.10 is a heading, and 0.5 is a number."""
NEARLY_ALL = 0.95
"""So many of the texts of a column are dates or numbers, if the column is one."""
MIXED = ("mixed", "mixed-integer")
SAMPLE = 50
"""Texts that are looked at first, for speed: where fewer than half look like dates, none is."""
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Content:
    """What the cells of a column hold.

    Attributes
    ----------
    holds : {"nothing", "one value", "yes or no", "number", "date", "label"}
        A column with one value and missing cells still differs, and holds that value.
    form : str
        How dates are written. It is found once: a later table may be too short to show it.
    """

    holds: Holds
    form: str = ISO


def find_content(column: pd.Series, at: Codes, values: pd.Index) -> Content:
    """Return what the cells of a column hold.

    Durations, decimals, and texts of numbers with a point are numbers. Whole numbers in texts are
    labels: they may be codes. Periods, and texts of dates in a usual form, are dates.

    Parameters
    ----------
    column : pandas.Series
        The column.
    at, values
        What `distinct` says of it, of all rows or of those that count.

    Returns
    -------
    Content

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.tables.cells import distinct, find_content
    >>> column = pd.Series(["25/12/2026", "01/02/2026"])
    >>> find_content(column, *distinct(column))
    Content(holds='date', form='%d/%m/%Y')
    """
    if not (at >= 0).any():
        return Content("nothing")
    if len(values) == 1 and (at >= 0).all():
        return Content("one value")
    if pd.api.types.is_bool_dtype(values.dtype):
        return Content("yes or no")
    if isinstance(column.dtype, pd.CategoricalDtype):
        if pd.api.types.is_numeric_dtype(column.cat.categories.dtype):
            return Content("label")  # somebody said that these numbers are none
    elif _are_numbers(values):
        return Content("number")
    if _are_dates(values):
        return Content("date")
    texts = [text for text in trimmed(values) if text]
    form = date_form(texts)
    if form:
        return Content("date", form)
    return Content("number" if _are_decimals(texts) else "label")


def distinct(column: pd.Series) -> tuple[Codes, pd.Index]:
    """Return which distinct value each row holds (-1 for missing), and the values.

    Cells of mixed types are read as texts: otherwise True and 1 would be one value, and a cell
    would depend on the others of its column. So are lists, which have no hash.
    """
    if column.dtype == object and pd.api.types.infer_dtype(column) in MIXED:
        column = column.map(as_text, na_action="ignore")
    at, values = pd.factorize(column, use_na_sentinel=True)
    return at.astype(np.int64), pd.Index(values)


def as_text(cell: object) -> str:
    """Return a cell as text; a whole number is the same in every type: 8471 and 8471.0."""
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def trimmed(values: pd.Index) -> list[str]:
    """Return values as texts without spaces at the ends."""
    return [str(value).strip() for value in values.tolist()]


def as_numbers(column: pd.Series) -> Floats:
    """Return cells as numbers, NaN where missing, infinite or no number; durations in days."""
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = column.dt.total_seconds() / DAY_SECONDS
    elif not pd.api.types.is_numeric_dtype(column.dtype):
        at, values = distinct(column)
        if pd.api.types.is_timedelta64_dtype(values.dtype):
            known = as_numbers(pd.Series(values))
        else:
            known = _floats(pd.to_numeric(pd.Series(values.astype(object)), errors="coerce"))
        column = pd.Series(np.append(known, np.nan)[at])
    numbers = _floats(column)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _floats(column: pd.Series) -> Floats:
    return np.array(column.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def as_days(column: pd.Series, form: str = ISO) -> Floats:
    """Return dates as days since 1970-01-01, NaN where a cell is missing or no date.

    Texts in another form than the one that was found before are read in the form that they show.

    Parameters
    ----------
    column : pandas.Series
        Dates, periods, or texts.
    form : str
        How texts are written: one of `DATE_FORMS`.
    """
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _days(pd.to_datetime(column, utc=True))
    at, values = distinct(column)
    texts = trimmed(values)
    dates = _parsed(texts, form)
    other = date_form([texts[place] for place in np.flatnonzero(dates.isna())])
    if other:
        dates = dates.fillna(_parsed(texts, other))
    return np.append(_days(dates), np.nan)[at]


def date_form(texts: list[str]) -> str:
    """Return how texts of dates are written, or an empty text when they are no dates."""
    sample = texts[:: max(len(texts) // SAMPLE, 1)]
    shaped = sum(bool(DATE_SHAPE.fullmatch(text)) for text in sample)
    if not texts or shaped < len(sample) / 2:
        return ""
    for form in DATE_FORMS:
        if _parsed(texts, form).notna().sum() >= NEARLY_ALL * len(texts):
            return form
    return ""


def _parsed(texts: list[str], form: str) -> pd.Series:
    if form != ISO:  # a time of the day behind the date is left out
        parts = form.count(" ") + 1
        texts = [" ".join(text.split(" ")[:parts]) for text in texts]
    return pd.to_datetime(pd.Series(texts, dtype=object), format=form, errors="coerce", utc=True)


def _days(dates: pd.Series) -> Floats:
    since = dates - pd.Timestamp("1970-01-01", tz="UTC")
    return np.asarray(since.dt.total_seconds() / DAY_SECONDS, dtype=np.float64)


def _are_numbers(values: pd.Index) -> bool:
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return True
    if pd.api.types.is_numeric_dtype(values.dtype):
        return not pd.api.types.is_complex_dtype(values.dtype)
    return values.dtype == object and all(
        isinstance(value, Number) and not isinstance(value, (bool, complex)) for value in values
    )


def _are_dates(values: pd.Index) -> bool:
    return isinstance(values.dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(
        values.dtype
    )


def _are_decimals(texts: list[str]) -> bool:
    """Whether texts are decimal numbers; whole ones may be codes, and stay texts."""
    if not any("." in text for text in texts) or any(CODE_SHAPE.match(text) for text in texts):
        return False
    return bool(pd.to_numeric(pd.Series(texts), errors="coerce").notna().mean() >= NEARLY_ALL)
