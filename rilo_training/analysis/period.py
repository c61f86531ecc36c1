"""Periods to compare: first and last day, both included."""

from __future__ import annotations

from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import Ints, encoded

Day = str | Date | pd.Timestamp | np.datetime64
Period = tuple[Day, Day]

MOST_UNEQUAL = 1.15
"""Months and quarters differ in length by less than this factor."""


def as_day(day: Day) -> pd.Timestamp:
    """Return a day as a timestamp at midnight.

    Raises
    ------
    AnalysisError
        When it is no day.
    """
    try:
        result = pd.Timestamp(day)
        if isinstance(result, pd.Timestamp):  # a missing day is none
            return result.normalize()
    except (ValueError, TypeError):
        pass
    raise AnalysisError(
        f"The day {day!r} cannot be read.",
        "A day such as '2026-01-31' was expected.",
        "Write year, month and day in this order.",
    )


def bounds(period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day of a period.

    Raises
    ------
    AnalysisError
        When the period is no pair of days, or ends before it begins.
    """
    if isinstance(period, str) or not hasattr(period, "__len__") or len(period) != 2:
        raise AnalysisError(
            f"The period {period!r} was given.",
            "A first and a last day were expected, such as ('2026-01-01', '2026-06-30').",
            "Give both days in brackets.",
        )
    first, last = as_day(period[0]), as_day(period[1])
    if last < first:
        raise AnalysisError(
            f"The period begins on {first.date()} and ends on {last.date()}.",
            "A period was expected to end after it begins.",
            "Exchange the two days.",
        )
    return first, last


def inside(dates: pd.Series, period: Period) -> npt.NDArray[np.bool_]:
    """Return which dates lie in a period; a missing date lies in none."""
    first, last = bounds(period)
    return np.asarray(dates.ge(first) & dates.lt(last + pd.Timedelta(days=1)), dtype=bool)


def split(
    table: pd.DataFrame, date: str, before: Period, after: Period
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of an earlier and of a later period.

    Raises
    ------
    AnalysisError
        When the periods overlap or differ in length, or one of them holds no row.
    """
    if bounds(before)[1] >= bounds(after)[0]:
        raise AnalysisError(
            f"The first period ends on {bounds(before)[1].date()} and the second begins on "
            f"{bounds(after)[0].date()}.",
            "The first period was expected to end before the second begins.",
            "Give the earlier period first, and no day twice.",
        )
    first_days, second_days = (
        (last - first).days + 1 for first, last in (bounds(before), bounds(after))
    )
    if not 1 / MOST_UNEQUAL < first_days / second_days < MOST_UNEQUAL:
        raise AnalysisError(
            f"The first period has {first_days} days and the second {second_days}.",
            "Two periods of equal length were expected: counts of a longer one are larger.",
            "Take the same months of two years; see year_pair.",
        )
    parts = []
    for period in (before, after):
        part = table[inside(table[date], period)]
        if part.empty:
            first, last = bounds(period)
            raise AnalysisError(
                f"No row has a {date} from {first.date()} to {last.date()}.",
                "Rows in both periods were expected: without them no change can be computed.",
                "Check the periods and the dates of the table.",
            )
        parts.append(part)
    return parts[0], parts[1]


def split_by(
    table: pd.DataFrame, date: str, before: Period, after: Period, by: str
) -> tuple[tuple[pd.DataFrame, Ints], tuple[pd.DataFrame, Ints], pd.DataFrame]:
    """Return the rows of both periods as `split` does, each with the numbers of their labels.

    The third part holds the label of each number; see `encoded`.
    """
    first, second = split(table, date, before, after)
    number, labels = encoded(pd.concat([first, second]), [by])
    return (first, number[: len(first)]), (second, number[len(first) :]), labels


def year_pair(last_day: Day, months: int = 12) -> tuple[Period, Period]:
    """Return the latest complete months up to a day, and the same months a year before.

    Comparing the same months of two years keeps the season out of the change.

    Parameters
    ----------
    last_day : day
        The last day whose cases are reported; see `latest_complete_day`.
    months : int
        Number of months, 1 to 12.

    Returns
    -------
    tuple of two periods
        The earlier and the later period, each with its first and last day.

    Raises
    ------
    AnalysisError
        When the number of months is not 1 to 12.

    Examples
    --------
    >>> from rilo_training.analysis import year_pair
    >>> before, after = year_pair("2026-07-20", months=6)
    >>> [str(day.date()) for day in (*before, *after)]
    ['2025-01-01', '2025-06-30', '2026-01-01', '2026-06-30']
    """
    if not 1 <= months <= 12:
        raise AnalysisError(
            f"{months} months were asked for.",
            "1 to 12 months were expected, so that the two periods do not overlap.",
            "Choose a number of months from 1 to 12.",
        )
    end = (as_day(last_day) + pd.Timedelta(days=1)).to_period("M") - 1
    pairs = []
    for last in (end - 12, end):
        first = last - (months - 1)
        pairs.append((first.to_timestamp(), last.to_timestamp(how="end").normalize()))
    return pairs[0], pairs[1]
