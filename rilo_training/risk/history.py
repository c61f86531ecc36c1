"""Histories that look only backwards in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.alignment import check_same_order
from rilo_training.risk.errors import RiskError
from rilo_training.risk.table import Codes, Floats
from rilo_training.tables.cells import as_days


def earlier_history(
    party: pd.Series | pd.DataFrame,
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
    party : pandas.Series, or pandas.DataFrame of several parties
        Who, for instance the importer; missing values have no history.
    date : pandas.Series of dates
        When, of the same length.
    y : array of bool, shape (rows,), optional
        The outcome; missing where it is not known, as on new rows.
    known_after_days : int
        So many days pass before an outcome is known, 0 or more.

    Returns
    -------
    pandas.DataFrame
        With the index of `party`: ``earlier_rows`` (on earlier days), ``days_since_last`` (NaN
        for the first), and with `y` also ``earlier_outcomes`` (known ones) and ``earlier_finds``.
        For several parties these columns follow for each of them, with its name in front:
        ``importer_earlier_rows``.

    Raises
    ------
    RiskError
        When lengths differ, rows stand in another order, a date is missing or no date, or an
        outcome is neither 0 nor 1.

    Notes
    -----
    New rows are put below those of the past, without an outcome, so that they see it.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import earlier_history
    >>> date = pd.to_datetime(pd.Series(["2026-07-01", "2026-07-03", "2026-07-03", "2026-07-09"]))
    >>> history = earlier_history(pd.Series(["A", "A", "A", "A"]), date, [1, 0, 0, None])
    >>> history["earlier_rows"].tolist(), history["earlier_finds"].tolist()
    ([0, 1, 1, 3], [0, 1, 1, 1])
    >>> history["days_since_last"].tolist()
    [nan, 2.0, 2.0, 6.0]

    One line puts the histories of two parties beside the other columns:

    >>> table = pd.DataFrame({"date": date, "importer": list("ABAA"), "agent": list("XXYX")})
    >>> table = table.assign(**earlier_history(table[["importer", "agent"]], table["date"]))
    >>> table[["importer_earlier_rows", "agent_earlier_rows"]].values.tolist()
    [[0, 0], [0, 1], [1, 0], [2, 2]]
    """
    if not isinstance(party, pd.DataFrame | pd.Series) or not isinstance(date, pd.Series):
        raise RiskError(
            f"party is of type {type(party).__name__} and date of type {type(date).__name__}.",
            "Columns of a table were expected.",
            'Write, for instance, earlier_history(table["importer"], table["date"]).',
        )
    check_same_order(party, date, "party and date")
    check_same_order(party, y, "party and y")
    day = _days(date, len(party), known_after_days)
    outcome = None if y is None else _outcomes(y, len(party))
    if isinstance(party, pd.Series):
        return _history(party, day, outcome, known_after_days)
    parts = [
        _history(party[name], day, outcome, known_after_days).add_prefix(f"{name}_")
        for name in party.columns
    ]
    return pd.concat([pd.DataFrame(index=party.index), *parts], axis=1)


def _days(date: pd.Series, rows: int, known_after_days: int) -> Codes:
    """Return dates as days since 1970; texts are read as `RiskModel` reads them."""
    if isinstance(date.dtype, pd.DatetimeTZDtype):
        date = date.dt.tz_localize(None)  # the day of the place counts, not that of Greenwich
    found = np.floor(as_days(date))
    missing = int(np.isnan(found).sum())
    if rows != len(found) or missing or known_after_days < 0:
        raise RiskError(
            f"There are {rows} parties and {len(found)} dates, {missing} of them missing or no "
            f"dates; known_after_days is {known_after_days}.",
            "One date for each party was expected, and 0 or more days.",
            "Leave out rows without a date; read texts with pandas.to_datetime.",
        )
    return found.astype(np.int64)


def _outcomes(y: npt.ArrayLike, rows: int) -> Floats:
    """Return outcomes as 1, 0 and NaN."""
    given_values = pd.Series(np.asarray(y).ravel())
    numbers = pd.to_numeric(given_values, errors="coerce")
    outcome = numbers.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    given = int(given_values.notna().sum())
    known = outcome[np.isfinite(outcome)]
    if len(outcome) != rows or len(known) != given or not np.isin(known, [0, 1]).all():
        raise RiskError(
            f"There are {rows} parties and {len(outcome)} outcomes; "
            f"{given - int(np.isin(known, [0, 1]).sum())} are neither 0 nor 1.",
            "One outcome for each party was expected: true, false, or missing.",
            "Write the outcome as 1 for illicit and 0 for licit.",
        )
    return outcome


def _history(party: pd.Series, day: Codes, outcome: Floats | None, wait: int) -> pd.DataFrame:
    """Return the history of one kind of party."""
    code = pd.factorize(party)[0].astype(np.int64)
    order = np.lexsort((day, code))
    code, sorted_day = code[order], day[order]
    # One number per party and day, so that one search finds where a day begins.
    first = int(day.min()) if len(day) else 0
    span = int(day.max()) - first + wait + 2 if len(day) else 1
    key = code * span + (sorted_day - first)
    start = np.searchsorted(key, code * span, side="left")
    now = np.searchsorted(key, key, side="left")
    earlier = np.where(code < 0, 0, now - start)
    since = sorted_day - sorted_day[np.maximum(now - 1, 0)]
    found = {"earlier_rows": earlier, "days_since_last": np.where(earlier > 0, since, np.nan)}
    if outcome is not None:
        outcome = outcome[order]
        until = np.maximum(np.searchsorted(key, key - wait, side="left"), start)
        for name, counted in (
            ("earlier_outcomes", np.isfinite(outcome)),
            ("earlier_finds", np.nan_to_num(outcome)),
        ):
            total = np.concatenate([[0.0], np.cumsum(counted)])
            number = np.where(code < 0, 0, total[until] - total[start])
            found[name] = np.rint(number).astype(np.int64)
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pd.DataFrame({name: value[back] for name, value in found.items()}, index=party.index)
