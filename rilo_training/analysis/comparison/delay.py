"""The reporting delay, and what it hides in the last periods."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.analysis.comparison.rate import normal_quantile
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.period import Day, as_day
from rilo_training.analysis.table import Floats, Ints, checked

LONGEST_DAYS = 365
"""Longer delays are rare, and cannot be learned from two or three years."""


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
        The delay after which a case counts as reported. By default 365 days, or three
        quarters of the time that the table covers when that is less.
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
    table, last = reported_rows(rows, date, report, until)
    delay, age = days_of(table, date, report, last)
    longest = longest_delay(age, longest_days)
    share, error, counts = delay_curve(delay, age, longest)
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
    return reported_rows(rows, date, report, until)[1] - pd.Timedelta(days=days)


def reported_rows(
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


def days_of(table: pd.DataFrame, date: str, report: str, last: pd.Timestamp) -> tuple[Ints, Ints]:
    """Return the delay of each case, and its age on the last day, in days."""
    delay, age = (
        np.asarray(wait.dt.days, dtype=np.int64)
        for wait in (table[report] - table[date], last - table[date])
    )
    return delay, age


def longest_delay(age: Ints, longest_days: int | None) -> int:
    """Return the delay after which a case counts as reported, in days."""
    if longest_days is None:
        return int(max(min(LONGEST_DAYS, int(age.max()) * 3 // 4), 1))
    if longest_days < 1:
        raise AnalysisError(
            f"A longest delay of {longest_days} days was given.",
            "At least 1 day was expected.",
            "Give the delay after which hardly any report comes.",
        )
    return int(longest_days)


def delay_curve(delay: Ints, age: Ints, longest: int) -> tuple[Floats, Floats, Ints]:
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
