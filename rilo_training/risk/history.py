"""Histories that look only backwards in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.errors import RiskError


def earlier_history(
    party: pd.Series,
    date: pd.Series,
    y: npt.ArrayLike | None = None,
    known_after_days: int = 0,
) -> pd.DataFrame:
    """Return what was known of a party on the day of each row.

    An analyst adds it to a table before a model is fitted: a new importer, one that returns after
    a year, one with finds. A row never sees its own day or a later one: what looks ahead is
    splendid on the past and useless tomorrow.

    Parameters
    ----------
    party : pandas.Series
        Who, for instance the importer; missing values have no history.
    date : pandas.Series of dates
        When, of the same length.
    y : array of bool, shape (rows,), optional
        The outcome; missing where it is not known.
    known_after_days : int
        So many days pass before an outcome is known, 0 or more.

    Returns
    -------
    pandas.DataFrame
        With the index of `party`: ``earlier_rows`` (on earlier days), ``days_since_last`` (NaN
        for the first), and with `y` also ``earlier_outcomes`` (known ones) and ``earlier_finds``.

    Raises
    ------
    RiskError
        When lengths differ or a date is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import earlier_history
    >>> date = pd.to_datetime(pd.Series(["2026-07-01", "2026-07-03", "2026-07-03", "2026-07-09"]))
    >>> history = earlier_history(pd.Series(["A", "A", "A", "A"]), date, [1, 0, 0, 0])
    >>> history["earlier_rows"].tolist(), history["earlier_finds"].tolist()
    ([0, 1, 1, 3], [0, 1, 1, 1])
    >>> history["days_since_last"].tolist()
    [nan, 2.0, 2.0, 6.0]
    """
    when = pd.to_datetime(date)
    if len(party) != len(when) or when.isna().any() or known_after_days < 0:
        raise RiskError(
            f"There are {len(party)} parties and {len(when)} dates, {int(when.isna().sum())} of "
            f"them missing; known_after_days is {known_after_days}.",
            "One date for each party was expected, and 0 or more days.",
            "Leave out rows without a date.",
        )
    day = when.to_numpy().astype("datetime64[D]").astype(np.int64)
    code = pd.factorize(party)[0].astype(np.int64)
    rows = np.arange(len(code))
    order = np.lexsort((rows, day, code))
    sorted_code, sorted_day = code[order], day[order]
    # One number per party and day, so that one search finds where a day begins.
    span = int(day.max() - day.min()) + known_after_days + 2 if len(day) else 1
    key = sorted_code * span + (sorted_day - (day.min() if len(day) else 0))
    start = np.searchsorted(key, sorted_code * span, side="left")
    now = np.searchsorted(key, key, side="left")
    earlier = now - start
    last = np.where(earlier > 0, sorted_day[np.maximum(now - 1, 0)], 0)
    found = pd.DataFrame(index=party.index)
    found["earlier_rows"] = _unsorted(np.where(sorted_code < 0, 0, earlier), order)
    since = np.where((earlier > 0) & (sorted_code >= 0), sorted_day - last, np.nan)
    found["days_since_last"] = _unsorted(since, order)
    if y is not None:
        outcome = pd.Series(np.asarray(y)).astype("Float64").to_numpy(np.float64, na_value=np.nan)
        outcome = outcome[order]
        until = np.maximum(np.searchsorted(key, key - known_after_days, side="left"), start)
        for name, counted in (
            ("earlier_outcomes", np.isfinite(outcome)),
            ("earlier_finds", np.nan_to_num(outcome)),
        ):
            total = np.concatenate([[0.0], np.cumsum(counted)])
            number = np.where(sorted_code < 0, 0, total[until] - total[start])
            found[name] = _unsorted(np.rint(number).astype(np.int64), order)
    return found


def _unsorted(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    back = np.empty(len(values), values.dtype)
    back[order] = values
    return back
