"""Dates of a column, however they are written."""

from __future__ import annotations

import pandas as pd

_FORM = (
    r"^\s*(?:(?P<y>\d{4})[-./ ]?(?P<m>\d{2})[-./ ]?(?P<d>\d{2})"
    r"|(?P<a>\d{1,2})[-./ ](?P<b>\d{1,2})[-./ ](?P<year>\d{4}))(?:[T ].*)?$"
)
EARLIEST, LATEST = 1800, 2200
"""Years of a date; eight digits with another year are a code."""

MOST = 0.95
"""So many of the cells must be dates."""


def read_dates(texts: pd.Series) -> pd.Series | None:
    """Return dates as eight digits: year, month and day; None where the column holds others.

    Of ``3/4/2020`` the column says which part is the day: the one that exceeds 12 more often, or
    the first where none does. A cell that is no date stays as it is.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells may be missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis.linking.dates import read_dates
    >>> read_dates(pd.Series(["3/27/2020", "4/5/2020"])).tolist()
    ['20200327', '20200405']
    >>> read_dates(pd.Series(["1999-12-31 00:00:00", None])).dropna().tolist()
    ['19991231']
    >>> print(read_dates(pd.Series(["555 0123", "555 0199"])))
    None
    """
    parts = texts.astype("str").str.extract(_FORM)
    number = parts.astype("Float64").astype("float64")
    first, second = number["a"], number["b"]
    month_first = (second > 12).sum() > (first > 12).sum()
    day, month = (second, first) if month_first else (first, second)
    day, month = day.fillna(number["d"]), month.fillna(number["m"])
    year = number["year"].fillna(number["y"])
    good = year.between(EARLIEST, LATEST) & month.between(1, 12) & day.between(1, 31)
    known = texts.notna()
    if not known.any() or good[known].mean() < MOST:
        return None
    whole = (year * 10_000 + month * 100 + day)[good].astype("int64").astype(str)
    found = texts.astype(object).copy()
    found[good] = whole.astype(object)
    return found
