"""The columns of two tables: which hold words, and which hold numbers, dates or codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api import types

from rilo_training.analysis.linking.column import (
    Column,
    DigitColumn,
    Vocabulary,
    chance_share,
)
from rilo_training.analysis.linking.dates import read_dates
from rilo_training.analysis.linking.texts import word_columns

LONGEST = 15
"""Digits of a number; more of them are a code, which a float would round."""


def columns_of(
    left: pd.DataFrame, right: pd.DataFrame, pairs: dict[str, str]
) -> tuple[list[Column], Vocabulary]:
    """Return the columns of two tables in the order of `pairs`, and all words.

    Parameters
    ----------
    left, right : pandas.DataFrame
    pairs : dict
        Name of the column in the right table, by its name in the left table.
    """
    vocabulary = Vocabulary()
    found: dict[str, Column] = {}
    texts: list[tuple[str, pd.Series, pd.Series]] = []
    for name, other in pairs.items():
        one, two = _texts(left[name]), _texts(right[other])
        known = pd.concat([one, two]).dropna()
        if is_number_like(known):
            found[name] = digit_column(name, one, two)
        else:
            texts.append((name, one, two))
    words = word_columns(
        [one for _, one, _ in texts],
        [two for _, _, two in texts],
        [name for name, _, _ in texts],
        vocabulary,
    )
    found.update({column.name: column for column in words})
    return [found[name] for name in pairs], vocabulary


def is_number_like(texts: pd.Series) -> bool:
    """Return whether almost all texts are a number, a date or a code of digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis.linking.table import is_number_like
    >>> is_number_like(pd.Series(["213/848-6677", "310-555 0123"]))
    True
    >>> is_number_like(pd.Series(["12 Main St", "7 Quay Rd"]))
    False
    """
    digits = texts.str.count(r"\d")
    letters = texts.str.count(r"[^\W\d_]")
    return bool(((digits > 0) & (letters <= 2) & (digits > 2 * letters)).mean() >= 0.9)


def _texts(cells: pd.Series) -> pd.Series:
    """Return cells as text: dates as year, month and day; whole numbers without a point."""
    if types.is_datetime64_any_dtype(cells.dtype):
        return pd.Series(cells.dt.strftime("%Y%m%d").astype(object))
    if types.is_bool_dtype(cells.dtype) or not types.is_numeric_dtype(cells.dtype):
        texts = cells.astype(object).where(cells.notna(), None)
        return pd.Series(texts.map(str, na_action="ignore"))
    numbers = pd.to_numeric(cells).astype("float64")
    written = [
        None if not np.isfinite(n) else str(int(n)) if n.is_integer() else repr(n)
        for n in numbers.tolist()
    ]
    return pd.Series(written, index=cells.index, dtype=object)


def digit_column(name: str, left: pd.Series, right: pd.Series) -> DigitColumn:
    """Return a column of numbers, dates or codes."""
    dates = read_dates(left), read_dates(right)
    is_date = dates[0] is not None and dates[1] is not None
    both = pd.concat(dates if is_date else [left, right], ignore_index=True)
    number = pd.to_numeric(both.str.replace(r"[^\d.+-]", "", regex=True), errors="coerce")
    digits = both.str.replace(r"[^\w]|_", "", regex=True).str.lower()
    digits = digits.where(digits.notna() & digits.ne(""), None)
    long = digits.str.len().max() > LONGEST
    if long or is_date or number[both.notna()].isna().mean() > 0.1:
        number[:] = np.nan  # a date or a code: its digits have no size
    else:
        # 12.50 and 12.5 are the same number.
        exact = number.map(repr, na_action="ignore").str.replace(r"\.0$", "", regex=True)
        digits = exact.where(number.notna(), digits)
    place, _ = pd.factorize(digits)
    size = int(place.max(initial=-1)) + 1
    split = len(left)
    places = (place[:split].astype(np.int64), place[split:].astype(np.int64))
    known = [side[side >= 0] for side in places]
    count = [np.bincount(side, minlength=size) for side in known]
    share = chance_share(count[0], count[1], len(known[0]), len(known[1]))
    texts = digits.where(digits.notna(), "").to_numpy(dtype=object)
    value = number.to_numpy(dtype=np.float64)
    return DigitColumn(
        name, (texts[:split], texts[split:]), (value[:split], value[split:]), places, share
    )
