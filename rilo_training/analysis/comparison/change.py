"""The change between two periods, with the uncertainty of over-dispersed counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.comparison.rate import normal_quantile
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.period import Day, bounds, split, year_pair
from rilo_training.analysis.table import Floats, Ints, checked, encoded, informative, listed

LONGEST_MEMORY = 0.8
"""Largest correlation of neighbouring months that is believed from a short series."""


def change_interval(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    dispersion: npt.ArrayLike = 1.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the change from one count to another in per cent, with its interval.

    From 4 cases to 6 is plus 50 per cent and says nothing; from 400 to 600 says much.

    Parameters
    ----------
    before, after : array of float, shape (n,)
        Counts of two periods of the same length. Not negative.
    dispersion : float or array of float
        Variance of a count divided by its mean. 1 is a Poisson count; counts of real
        enforcement are often 1.5 to 8.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per pair, in their order: ``change_percent`` (missing when `before` is 0),
        ``low_percent``, ``high_percent``.

    Raises
    ------
    AnalysisError
        When a count is negative or missing, or the dispersion is not positive.

    Notes
    -----
    Given both counts together, the later one is a binomial count; its share has the interval of
    Jeffreys, with counts divided by the dispersion. So counts of 0 have an interval as well.

    Examples
    --------
    >>> from rilo_training.analysis import change_interval
    >>> change_interval([4, 400], [6, 600]).round(0)
       change_percent  low_percent  high_percent
    0            50.0        -56.0         453.0
    1            50.0         32.0          70.0
    """
    from scipy.special import betaincinv

    first, second, scale = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (before, after, dispersion))
    )
    if not ((first >= 0).all() and (second >= 0).all() and (scale > 0).all()):
        raise AnalysisError(
            "A count is negative or missing, or the dispersion is not above zero.",
            "Counts from 0 and a dispersion above 0 were expected.",
            "Count rows for both periods first.",
        )
    normal_quantile(confidence)
    outside = (1 - confidence) / 2
    a, b = second / scale + 0.5, first / scale + 0.5
    low, high = (betaincinv(a, b, part) for part in (outside, 1 - outside))
    change = np.divide(second, first, out=np.full(first.shape, np.nan), where=first > 0)
    return pd.DataFrame(
        {
            "change_percent": 100 * (change - 1),
            "low_percent": 100 * (low / (1 - low) - 1),
            "high_percent": 100 * (high / (1 - high) - 1),
        }
    )


def pair_dispersion(before: npt.ArrayLike, after: npt.ArrayLike) -> Floats:
    """Return how many times more two years of counts vary than Poisson counts, for an interval.

    Each month is compared with the same month a year before, so season and level do not matter.
    Months that follow each other and err in the same way raise the value, and so does a small
    number of pairs: it is then less certain.

    Parameters
    ----------
    before, after : array of float, shape (groups, months)
        Counts of the months of the earlier and the later period.

    Returns
    -------
    numpy.ndarray of float64, shape (groups,)
        The dispersion, at least 1, for `change_interval`.

    Examples
    --------
    >>> from rilo_training.analysis.comparison.change import pair_dispersion
    >>> pair_dispersion([[10, 11, 9, 10]], [[12, 10, 11, 11]]).tolist()
    [1.0]
    """
    from scipy.special import stdtrit

    first = np.atleast_2d(np.asarray(before, dtype=np.float64))
    second = np.atleast_2d(np.asarray(after, dtype=np.float64))
    both = first + second
    used = both > 0
    whole = both.sum(axis=1, keepdims=True)
    share = np.divide(
        second.sum(axis=1, keepdims=True), whole, out=np.full_like(whole, 0.5), where=whole > 0
    )
    spread = both * share * (1 - share)
    z = np.divide(second - both * share, np.sqrt(spread), out=np.zeros_like(both), where=spread > 0)
    free = used.sum(axis=1) - 1
    some = np.maximum(free, 1)
    variance = np.where(free > 0, (z**2).sum(axis=1) / some, 1.0)
    square = (z**2).sum(axis=1)
    memory = np.divide(
        (z[:, 1:] * z[:, :-1]).sum(axis=1), square, out=np.zeros_like(square), where=square > 0
    )
    memory = np.clip(memory, 0.0, LONGEST_MEMORY)
    variance = np.maximum(variance * (1 + memory) / (1 - memory), 1.0)
    # The quantile of Student instead of the normal one: the variance is only estimated. Where
    # the counts vary like Poisson counts there is nothing to estimate.
    wider = (stdtrit(some, 0.975) / normal_quantile(0.95)) ** 2
    return np.where((variance > 1) & (free > 0), variance * np.minimum(wider, variance**2), 1.0)


def monthly(
    table: pd.DataFrame, date: str, first: pd.Timestamp, last: pd.Timestamp, group: Ints
) -> Floats:
    """Return the rows of each group (row) and month (column) from one day to another."""
    months = last.year * 12 + last.month - first.year * 12 - first.month + 1
    dates = table[date]
    month = (dates.dt.year * 12 + dates.dt.month).to_numpy(dtype=np.int64)
    month = month - (first.year * 12 + first.month)
    number = int(group.max()) + 1 if len(group) else 0
    place = group * months + month
    return np.bincount(place, minlength=number * months).reshape(number, months).astype(float)


def year_on_year(
    rows: pd.DataFrame,
    last_day: Day,
    by: str | Sequence[str] | None = None,
    months: int = 12,
    date: str = "seizure_date",
    dispersion: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the change of the latest complete months against the year before.

    The same months are compared, so the season is no change. The interval regards that counts
    vary more than by chance: it comes from the months themselves.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    last_day : day
        The last day whose cases are reported; see `latest_complete_day`.
    by : str or list of str, optional
        Columns that make groups. Rows without a label are left out.
    months : int
        Number of months, 1 to 12. With fewer than 6 the interval is less certain.
    date : str
        Column with the date of the case.
    dispersion : float, optional
        Variance of a count divided by its mean, when it is known from longer experience. By
        default it is taken from the months. A level that stays high for half a year and falls
        again cannot be told from a change in twelve months: give a higher value then.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, ``cases_before``, ``cases_after``, ``change_percent``,
        ``low_percent``, ``high_percent``, ``dispersion``; the largest change in cases first.
        A change is clear when 0 is outside the interval. Of many groups, one in twenty is
        outside by chance.

    Raises
    ------
    AnalysisError
        When a column is missing, or one of the two periods has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import year_on_year
    >>> days = pd.to_datetime(["2025-01-05", "2025-02-01", "2026-01-09", "2026-02-03"])
    >>> year_on_year(pd.DataFrame({"seizure_date": days}), "2026-02-28", months=2)[
    ...     ["cases_before", "cases_after", "low_percent", "high_percent"]
    ... ].round(0)
       cases_before  cases_after  low_percent  high_percent
    0             2            2        -86.0         615.0
    """
    names = listed(by)
    table = checked(rows, names, dates=[date])
    if names:
        table = informative(table, names, unknown=())
    periods = year_pair(last_day, months)
    split(table, date, *periods)
    group, labels = encoded(table, names)
    counts = []
    for period in periods:
        first, last = bounds(period)
        part = table[date].between(first, last + pd.Timedelta(days=1), inclusive="left").to_numpy()
        own = monthly(table[part], date, first, last, group[part])
        counts.append(np.pad(own, ((0, len(labels) - len(own)), (0, 0))))
    before, after = counts
    scale = pair_dispersion(before, after)
    if dispersion is not None:
        scale = np.full(len(labels), float(dispersion))
    sums = before.sum(axis=1), after.sum(axis=1)
    result = labels.assign(
        cases_before=sums[0].astype(np.int64), cases_after=sums[1].astype(np.int64)
    )
    result = pd.concat([result, change_interval(*sums, scale, confidence)], axis=1)
    result["dispersion"] = scale
    result = result[sums[0] + sums[1] > 0]
    order = (
        (result["cases_after"] - result["cases_before"])
        .abs()
        .sort_values(ascending=False, kind="stable")
    )
    return pd.DataFrame(result.loc[order.index].reset_index(drop=True))
