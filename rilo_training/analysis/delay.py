"""The reporting delay, and what it hides in the last periods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.period import Day, as_day
from rilo_training.analysis.rate import normal_quantile
from rilo_training.analysis.table import Floats, Ints, checked

LONGEST_DAYS = 365
"""Longer delays are rare, and cannot be learned from two or three years."""
LEAST_PERIODS = 4
"""Earlier periods that are needed to learn how far the correction is off."""


def delay_distribution(
    rows: pd.DataFrame,
    date: str = "seizure_date",
    report: str = "report_date",
    until: Day | None = None,
    longest_days: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the share of cases that is reported within so many days.

    The plain share is too quick: of the cases of last week, only those with a short delay are
    there. Here each delay is compared among the cases that are old enough to show it.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case. Rows without a date, reported before the date, or reported after
        `until` are left out.
    date, report : str
        Columns with the date of the case and of its report.
    until : day, optional
        The day on which the table was drawn; the last report when it is not given.
    longest_days : int, optional
        The delay after which a case counts as reported. By default 365 days, or half of the
        time that the table covers when that is less.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per delay from 0 to `longest_days`: ``delay_days``, ``cases`` (with this delay),
        ``reported_percent`` (within so many days, of those reported within the longest delay),
        ``low_percent``, ``high_percent``.

    Raises
    ------
    AnalysisError
        When a column is missing, or no row has both dates.

    References
    ----------
    J. D. Kalbfleisch and J. F. Lawless, Inference based on retrospective ascertainment, Journal
    of the American Statistical Association 84, 1989.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import delay_distribution
    >>> found = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-06", "2026-01-06"])
    >>> told = pd.to_datetime(["2026-01-04", "2026-01-02", "2026-01-07", "2026-01-06"])
    >>> cases = pd.DataFrame({"seizure_date": found, "report_date": told})
    >>> delay_distribution(cases, longest_days=3)[["delay_days", "cases", "reported_percent"]]
       delay_days  cases  reported_percent
    0           0      2         33.333333
    1           1      1         50.000000
    2           2      0         50.000000
    3           3      1        100.000000
    """
    table, last = _reported(rows, date, report, until)
    delay, age = _days(table, date, report, last)
    longest = _longest(age, longest_days)
    share, error, counts = _curve(delay, age, longest)
    z = normal_quantile(confidence)
    return pd.DataFrame(
        {
            "delay_days": np.arange(longest + 1),
            "cases": counts,
            "reported_percent": 100 * share,
            "low_percent": 100 * share * np.exp(-z * error),
            "high_percent": 100 * np.minimum(share * np.exp(z * error), 1.0),
        }
    )


def latest_complete_day(
    rows: pd.DataFrame,
    date: str = "seizure_date",
    report: str = "report_date",
    until: Day | None = None,
    share: float = 0.95,
) -> pd.Timestamp:
    """Return the last day of which most cases are expected to be reported by now.

    What comes later looks like a fall and is none.

    Parameters
    ----------
    rows, date, report, until
        As in `delay_distribution`.
    share : float
        The share of the cases that must be reported, between 0 and 1.

    Returns
    -------
    pandas.Timestamp

    Raises
    ------
    AnalysisError
        When the share is not between 0 and 1, or as in `delay_distribution`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import latest_complete_day
    >>> found = pd.date_range("2026-01-01", periods=100)
    >>> cases = pd.DataFrame({"seizure_date": found, "report_date": found + pd.Timedelta(days=9)})
    >>> print(latest_complete_day(cases, until="2026-04-19").date())
    2026-04-10
    """
    if not 0 < share < 1:
        raise AnalysisError(
            f"A share of {share} was asked for.",
            "A number between 0 and 1 was expected, such as 0.95.",
            "Write 95 per cent as 0.95.",
        )
    curve = delay_distribution(rows, date, report, until)
    days = int(curve["delay_days"][curve["reported_percent"] >= 100 * share].iloc[0])
    return _reported(rows, date, report, until)[1] - pd.Timedelta(days=days)


def complete_counts(
    rows: pd.DataFrame,
    period: str = "M",
    date: str = "seizure_date",
    report: str = "report_date",
    until: Day | None = None,
    longest_days: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the cases of each period with what is still to be reported.

    The last months of a table always seem to fall. Here the cases that are known are divided by
    the share that should be reported by now, and the interval says how uncertain this is.

    Parameters
    ----------
    rows, date, report, until, longest_days
        As in `delay_distribution`.
    period : str
        ``"W"`` for weeks from Monday to Sunday, ``"M"`` for months.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per period, the earliest first: ``first_day``, ``last_day`` (not after `until`),
        ``reported_cases``, ``reported_percent`` (share that should be there by now),
        ``expected_cases`` (once all reports are in), ``low_cases``, ``high_cases``. A period of
        which nothing can be reported yet has no expectation.

    Raises
    ------
    AnalysisError
        When the period is neither weeks nor months, or as in `delay_distribution`.

    Notes
    -----
    The cases to come are negative-binomial. Their variance is as many times that of independent
    reports as it was in the earlier periods, when these were as old as the period is now: so a
    table with batch uploads has wider intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import complete_counts
    >>> found = pd.date_range("2026-01-01", "2026-03-31", freq="12h")
    >>> told = found.normalize() + pd.to_timedelta([0, 20] * 89 + [0], unit="D")
    >>> cases = pd.DataFrame({"seizure_date": found, "report_date": told})
    >>> months = complete_counts(cases, until="2026-03-31")
    >>> months[["reported_cases", "reported_percent", "expected_cases"]].round(0)
       reported_cases  reported_percent  expected_cases
    0              62             100.0            62.0
    1              56             100.0            56.0
    2              42              68.0            62.0
    """
    if period not in ("W", "M"):
        raise AnalysisError(
            f"The period {period!r} was asked for.",
            "'W' for weeks or 'M' for months was expected.",
            "Choose one of them.",
        )
    table, last = _reported(rows, date, report, until)
    delay, age = _days(table, date, report, last)
    longest = _longest(age, longest_days)
    share = _curve(delay, age, longest)[0]
    place, first, end = _periods(table[date], period, last)
    oldest, youngest = (np.asarray((last - day).days, dtype=np.int64) for day in (first, end))
    reported = np.bincount(place, minlength=len(oldest)).astype(np.float64)
    complete = _completeness(share, oldest, youngest)
    dispersion = np.ones(len(oldest))
    mature = np.flatnonzero(youngest >= longest)
    for number in np.flatnonzero((complete < 1) & (complete > 0)):
        dispersion[number] = _past_dispersion(
            share,
            delay,
            np.asarray((end[place] - table[date]).dt.days, dtype=np.int64),
            place,
            reported,
            oldest - youngest,
            mature,
            int(youngest[number]),
        )
    expected = np.divide(reported, complete, out=np.full(len(complete), np.nan), where=complete > 0)
    low, high = _bounds(reported, complete, dispersion, confidence)
    return pd.DataFrame(
        {
            "first_day": first,
            "last_day": end,
            "reported_cases": reported.astype(np.int64),
            "reported_percent": 100 * complete,
            "expected_cases": expected,
            "low_cases": low,
            "high_cases": high,
        }
    )


def _reported(
    rows: pd.DataFrame, date: str, report: str, until: Day | None
) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return the rows with credible dates, and the day on which the table was drawn."""
    table = checked(rows, [], dates=[date, report]).dropna()
    for name in (date, report):
        table[name] = table[name].dt.normalize()
    table = table[table[report] >= table[date]]
    last = as_day(until) if until is not None else table[report].max()
    table = table[table[report] <= last]
    if table.empty:
        raise AnalysisError(
            f"No row has a {date} and a later {report}.",
            "At least one case with both dates, reported by the day of the extract, was expected.",
            "Check both columns and the day given as until.",
        )
    return table.reset_index(drop=True), last


def _days(table: pd.DataFrame, date: str, report: str, last: pd.Timestamp) -> tuple[Ints, Ints]:
    """Return the delay of each case and its age on the last day, in days."""
    delay, age = (
        np.asarray(wait.dt.days, dtype=np.int64)
        for wait in (table[report] - table[date], last - table[date])
    )
    return delay, age


def _longest(age: Ints, longest_days: int | None) -> int:
    if longest_days is None:
        return int(max(min(LONGEST_DAYS, int(age.max()) // 2), 1))
    if longest_days < 1:
        raise AnalysisError(
            f"A longest delay of {longest_days} days was given.",
            "At least 1 day was expected.",
            "Give the delay after which hardly any report comes.",
        )
    return int(longest_days)


def _curve(delay: Ints, age: Ints, longest: int) -> tuple[Floats, Floats, Ints]:
    """Return the share reported by each delay, its error in logarithms, and the counts."""
    used = delay <= longest
    counts = np.bincount(delay[used], minlength=longest + 1)
    young = np.bincount(np.minimum(age[used], longest + 1), minlength=longest + 2)
    # Cases that are old enough to show the delay, and whose delay is not longer.
    at_risk = np.cumsum(counts) - np.concatenate([[0], np.cumsum(young)[:longest]])
    hazard = np.divide(counts, at_risk, out=np.zeros(longest + 1), where=at_risk > 0)
    keep = 1.0 - hazard[1:]
    share = np.concatenate([np.cumprod(keep[::-1])[::-1], [1.0]])
    free = at_risk[1:] * keep
    variance = np.divide(hazard[1:], free, out=np.zeros(longest), where=free > 0)
    error = np.sqrt(np.concatenate([np.cumsum(variance[::-1])[::-1], [0.0]]))
    return share, error, np.asarray(counts, dtype=np.int64)


def _periods(
    dates: pd.Series, period: str, last: pd.Timestamp
) -> tuple[Ints, pd.DatetimeIndex, pd.DatetimeIndex]:
    """Return the number of each date's period, and the first and last day of all periods."""
    spans = pd.period_range(dates.min(), last, freq=period)
    first = spans.to_timestamp().normalize()
    end = spans.to_timestamp(how="end").normalize()
    end = pd.DatetimeIndex(np.minimum(end.to_numpy(), last.to_datetime64()))
    place = np.searchsorted(first.to_numpy(), dates.to_numpy(), side="right") - 1
    return place.astype(np.int64), first, end


def _completeness(share: Floats, oldest: npt.ArrayLike, youngest: npt.ArrayLike) -> Floats:
    """Return the mean share reported over the days of each period, given their ages in days."""
    total = np.concatenate([[0.0], np.cumsum(share)])
    old, young = np.asarray(oldest, dtype=np.int64), np.asarray(youngest, dtype=np.int64)

    def sum_below(days: Ints) -> Floats:
        inside = np.clip(days, 0, len(share))
        return np.asarray(total[inside] + (days - inside).clip(min=0), dtype=np.float64)

    mean = (sum_below(old + 1) - sum_below(young)) / (old - young + 1)
    return np.asarray(np.where(young >= len(share) - 1, 1.0, np.minimum(mean, 1.0)))


def _past_dispersion(
    share: Floats,
    delay: Ints,
    days_to_end: Ints,
    place: Ints,
    final: Floats,
    spans: npt.ArrayLike,
    mature: Ints,
    age: int,
) -> float:
    """Return how many times more the cases to come varied than independent reports, at least 1.

    Each mature period is seen as it stood so many days after its end.
    """
    if len(mature) < LEAST_PERIODS:
        return 1.0
    seen = delay <= days_to_end + age
    known = np.bincount(place[seen], minlength=len(final))[mature] + 0.5
    length = np.asarray(spans, dtype=np.int64)[mature]
    part = _completeness(share, length + age, np.full(len(mature), age, dtype=np.int64))
    some = (part > 0) & (part < 1)
    if not some.any():
        return 1.0
    known, part, total = known[some], part[some], final[mature][some]
    gap = total - (known - 0.5) - known * (1 - part) / part
    return max(float(np.mean(gap**2 * part**2 / (known * (1 - part)))), 1.0)


def _bounds(
    reported: Floats, complete: Floats, dispersion: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Return the bounds of the cases once all reports are in."""
    from scipy.stats import nbinom

    normal_quantile(confidence)
    low, high = reported.copy(), reported.copy()
    open_ = np.flatnonzero((complete > 0) & (complete < 1))
    part = complete[open_]
    mean = (reported[open_] + 0.5) * (1 - part) / part
    ratio = dispersion[open_] / part
    outside = (1 - confidence) / 2
    for bound, level in ((low, outside), (high, 1 - outside)):
        bound[open_] += nbinom.ppf(level, mean / (ratio - 1), 1 / ratio)
    unknown = complete <= 0
    low[unknown] = high[unknown] = np.nan
    return low, high
