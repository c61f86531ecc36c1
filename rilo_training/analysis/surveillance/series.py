"""A count series on a regular calendar: sorted, checked, with its gaps."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

FEWEST_PERIODS = 8
"""With fewer known counts nothing can be said about what is usual."""
MANY_GAPS = 1 / 3
"""Where more of the calendar is absent and no zero stands in the series, the analyst is told."""
MOST_GAPS = 20
"""A calendar of more than so many periods for each known count is a wrong index."""

A_YEAR = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""Periods in a year."""
_OF_FREQUENCY = {"D": "day", "B": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


@dataclass(frozen=True)
class CountSeries:
    """Counts on a calendar without holes.

    Attributes
    ----------
    labels : pandas.Index
        The index labels of the analyst, sorted.
    place : array of int
        The place of each label on the calendar.
    counts : array of float
        One count for each period of the calendar; NaN where it is not known.
    step : str
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.
    a_year : float
        Periods in a year.
    """

    labels: pd.Index
    place: Indices
    counts: Floats
    step: str
    a_year: float

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which periods of the calendar have a count."""
        return np.isfinite(self.counts)


def read_series(counts: pd.Series) -> CountSeries:
    """Return a count series on its calendar.

    Parameters
    ----------
    counts : pandas.Series
        Counts of 0 or more, indexed by period, by date or by whole number (a week number), in
        any order. A missing value and a missing period are gaps, not zeros.

    Raises
    ------
    AnalysisError
        When the index holds no periods or one of them twice, when a count is negative or no
        number, or when fewer than 8 counts are known.
    """
    if not isinstance(counts, pd.Series):
        raise AnalysisError(
            f"A {type(counts).__name__} was given.",
            "One count series was expected, indexed by period.",
            "Choose one column of a table, such as table['cases'].",
        )
    values = _numbers(counts)
    known = int(np.isfinite(values).sum())
    if known < FEWEST_PERIODS:
        raise AnalysisError(
            f"The series holds {known} known counts.",
            f"At least {FEWEST_PERIODS} were expected: with fewer nobody can say what is usual.",
            "Wait for more periods, or count by a shorter period (weeks instead of months).",
        )
    labels = counts.index
    number, step = _calendar(labels)
    if len(np.unique(number)) < len(number):
        twice = labels[pd.Index(number).duplicated()][0]
        raise AnalysisError(
            f"The period {twice} stands in the index more than once.",
            "One count for each period was expected.",
            "Add the counts of a period first: counts.groupby(level=0).sum().",
        )
    order = np.argsort(number, kind="stable")
    # Numbers that all lie two apart are every second week: what they have in common is the step.
    every = int(np.gcd.reduce(np.diff(number[order])))
    place = (number[order] - number.min()) // every
    length = int(place[-1]) + 1
    if length > MOST_GAPS * known:
        raise AnalysisError(
            f"The index spans {length} periods and {known} of them have a count.",
            "A series with few gaps was expected.",
            "Use a PeriodIndex of weeks or months as index.",
        )
    absent = length - len(labels)
    if absent > MANY_GAPS * length and not (values == 0).any():
        warnings.warn(
            f"{absent} of {length} {step}s are not in the series and count as not known. "
            "If they had no cases, write zeros: counts.reindex(every_period, fill_value=0).",
            UserWarning,
            stacklevel=3,
        )
    on_calendar = np.full(length, np.nan)
    on_calendar[place] = values[order]
    return CountSeries(labels[order], place, on_calendar, step, A_YEAR[step] / every)


def _numbers(counts: pd.Series) -> Floats:
    """Return the counts as floats, missing ones as NaN."""
    try:
        if counts.dtype.kind in "mMc":
            raise TypeError(counts.dtype)  # pandas would make large numbers of dates
        values = pd.to_numeric(counts, errors="raise").to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError) as error:
        raise AnalysisError(
            f"The series holds values of type {counts.dtype} that are no numbers.",
            "Counts were expected: 0, 1, 2 and so on.",
            "Count first, with groupby(...).size() or value_counts().",
        ) from error
    if np.any(values < 0) or np.any(np.isinf(values)):
        wrong = values[(values < 0) | np.isinf(values)][0]
        raise AnalysisError(
            f"The series holds the value {wrong:g}.",
            "Counts of 0 or more were expected.",
            "Give the counts themselves, not their changes; write what is not known as NaN.",
        )
    return values


def _calendar(labels: pd.Index) -> tuple[Indices, str]:
    """Return the number of each label on its calendar, and what the calendar counts."""
    if isinstance(labels, pd.MultiIndex):
        raise AnalysisError(
            f"The index has {labels.nlevels} levels.",
            "An index of one level was expected: the period.",
            "Choose one series, such as counts.loc['SIN'].",
        )
    if labels.hasnans:
        raise AnalysisError(
            "A label of the index is missing.",
            "Every count was expected to have its period.",
            "Drop these rows: counts[counts.index.notna()].",
        )
    if isinstance(labels, pd.PeriodIndex):
        return _of_periods(labels)
    if isinstance(labels, pd.DatetimeIndex):
        return _of_dates(labels)
    if pd.api.types.is_numeric_dtype(labels.dtype) and not pd.api.types.is_bool_dtype(labels.dtype):
        return _of_numbers(labels)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a format that pandas cannot guess
            dates = pd.DatetimeIndex(pd.to_datetime(labels))
    except (ValueError, TypeError) as error:
        raise AnalysisError(
            f"The index holds labels such as {labels[0]!r}.",
            "Periods, dates or whole numbers were expected.",
            "Build the index with pd.PeriodIndex(..., freq='W') or freq='M'.",
        ) from error
    return _of_dates(dates)


def _of_periods(labels: pd.PeriodIndex) -> tuple[Indices, str]:
    name = labels.freqstr.lstrip("0123456789").split("-")[0][:1].replace("A", "Y")
    if name not in _OF_FREQUENCY or labels.freqstr.endswith(("min", "ms", "us", "ns")):
        raise AnalysisError(
            f"The periods have the frequency '{labels.freqstr}'.",
            "Days, weeks, months, quarters or years were expected.",
            "Count by day or by a longer period.",
        )
    if name == "B":
        return _of_dates(labels.to_timestamp())
    return labels.asi8.astype(np.int64), _OF_FREQUENCY[name]


def _of_dates(labels: pd.DatetimeIndex) -> tuple[Indices, str]:
    """Return the numbers of dates; the shortest distance of two dates is the step."""
    day = labels.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)
    apart = np.diff(np.unique(day))
    if labels.is_unique and len(apart) + 1 < len(labels):
        raise AnalysisError(
            "The index holds several times of the same day.",
            "Days, weeks, months, quarters or years were expected.",
            "Count by day or by a longer period.",
        )
    if not len(apart) or apart.min() < 7:
        return day, "day"
    common = int(np.gcd.reduce(apart))
    if common % 7 == 0 and common <= 28:
        return day // 7, "week"
    month = labels.year.to_numpy().astype(np.int64) * 12 + labels.month.to_numpy() - 1
    for step, months, days in (("month", 1, 28), ("quarter", 3, 90), ("year", 12, 365)):
        if days <= apart.min() <= days + 3:
            return month // months, step
    raise AnalysisError(
        f"The dates of the index lie {apart.min()} to {apart.max()} days apart.",
        "Dates at a regular distance were expected: days, weeks, months, quarters or years.",
        "Count by period first: dates.dt.to_period('W').value_counts().",
    )


def _of_numbers(labels: pd.Index) -> tuple[Indices, str]:
    """Return the numbers of an integer index: 202401 is a month, any other a week."""
    values = labels.to_numpy(dtype=np.float64)
    if not np.array_equal(values, np.rint(values)) or np.abs(values).max() > 2**53:
        raise AnalysisError(
            f"The index holds the number {values[0]:g} and others that are no whole numbers.",
            "Whole numbers were expected, one more for each period.",
            "Build the index with pd.PeriodIndex(..., freq='W') or freq='M'.",
        )
    number = values.astype(np.int64)
    year, month = number // 100, number % 100
    if year.min() >= 1900 and year.max() <= 2100:
        if month.min() < 1 or month.max() > 12:
            raise AnalysisError(
                f"The index holds {number[(month < 1) | (month > 12)][0]}, and that is no month.",
                "Months such as 202412 were expected, or a running number for each period.",
                "Build the index with pd.PeriodIndex(..., freq='W') or freq='M'.",
            )
        return year * 12 + month, "month"
    return number, "week"
