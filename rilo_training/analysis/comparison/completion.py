"""The incomplete last periods, corrected by the reporting delay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.comparison.delay import (
    days_of,
    delay_curve,
    longest_delay,
    reported_rows,
)
from rilo_training.analysis.comparison.rate import normal_quantile
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.period import Day
from rilo_training.analysis.table import Floats, Ints

LEAST_PERIODS = 4
"""Earlier periods that are needed to learn how far the correction is off."""


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
    table, last = reported_rows(rows, date, report, until)
    delay, age = days_of(table, date, report, last)
    longest = longest_delay(age, longest_days)
    share = delay_curve(delay, age, longest)[0]
    place, first, end = _periods(table[date], period, last)
    oldest, youngest = (np.asarray((last - day).days, dtype=np.int64) for day in (first, end))
    reported = np.bincount(place, minlength=len(oldest)).astype(np.float64)
    complete = _completeness(share, oldest, youngest)
    dispersion = np.ones(len(oldest))
    days_to_end = np.asarray((end[place] - table[date]).dt.days, dtype=np.int64)
    mature = np.flatnonzero(youngest >= longest)
    for number in np.flatnonzero((complete < 1) & (complete > 0)):
        dispersion[number] = _past_dispersion(
            share,
            delay,
            days_to_end,
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
    from scipy.special import stdtrit

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
    variance = float(np.mean(gap**2 * part**2 / (known * (1 - part))))
    # The quantile of Student instead of the normal one: few periods make an uncertain variance.
    wider = float(stdtrit(len(gap), 0.975)) / normal_quantile(0.95)
    return max(variance * wider**2, 1.0)


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
