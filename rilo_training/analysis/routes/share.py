"""What changed between two periods: the shares of labels before and after a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import (
    benjamini_hochberg,
    chance_of_more,
    hypergeometric,
    usual_dispersion,
)
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.period import Day, as_day
from rilo_training.analysis.table import (
    UNKNOWN,
    Floats,
    Ints,
    checked,
    checked_share,
    encoded,
    informative,
    listed,
)

EDGE_MONTHS = 4
"""A change is not looked for in the first and last months: too few cases on one side."""


@dataclass(frozen=True)
class ShareTest:
    """The cases of each label before and after each day, and how likely they are by chance.

    Attributes
    ----------
    labels : pandas.DataFrame
        One row per pair of group and label: the columns of the group, then the label.
    days : list of pandas.Timestamp
        The days of change that were tried.
    group, label : numpy.ndarray of int64, shape (pairs,)
        Number of the group and of the label of each pair.
    before, after, expected : numpy.ndarray of float64, shape (pairs, days)
        Cases before and after each day, and those expected after it if nothing had changed.
    all_before, all_after : numpy.ndarray of float64, shape (pairs, days)
        The same for all labels of the group.
    rise, fall : numpy.ndarray of float64, shape (pairs, days)
        Probability of so many, or so few, cases after the day.
    reporters : numpy.ndarray of int64, shape (pairs, days)
        Strata that have the label after the day.
    dispersion : float
        Variance of counts divided by that of independent cases, as it was used.
    """

    labels: pd.DataFrame
    days: list[pd.Timestamp]
    group: Ints
    label: Ints
    before: Floats
    after: Floats
    expected: Floats
    all_before: Floats
    all_after: Floats
    rise: Floats
    fall: Floats
    reporters: Ints
    dispersion: float


def month_starts(dates: pd.Series, edge_months: int = EDGE_MONTHS) -> list[pd.Timestamp]:
    """Return the first days of the months in which a change may be seen, earliest first.

    Raises
    ------
    AnalysisError
        When the dates cover too few months.
    """
    first, last = dates.min().to_period("M"), dates.max().to_period("M")
    months = pd.period_range(first + edge_months, last - edge_months + 1, freq="M")
    if not len(months):
        raise AnalysisError(
            f"The dates reach from {dates.min().date()} to {dates.max().date()}.",
            f"At least {2 * edge_months} months were expected, to see a change.",
            "Give the days of change yourself, or take a longer table.",
        )
    return list(months.to_timestamp())


def compare_shares(
    rows: pd.DataFrame,
    column: str,
    by: str | Sequence[str] | None,
    strata: str | Sequence[str] | None,
    date: str,
    change_days: Sequence[Day] | Day | None,
    unknown: tuple[str, ...],
    dispersion: float | None,
) -> ShareTest:
    """Return the cases of each label before and after each day, and how likely they are.

    Within each group and stratum the label and the period are taken as independent;
    expectations and variances are added up over the strata (Cochran, Mantel and Haenszel).
    """
    groups, fixed = listed(by), listed(strata)
    table = checked(rows, [*groups, column, *fixed], dates=[date])
    table = informative(table, [column], unknown)
    table = informative(table, [*groups, *fixed, date], unknown=())
    days = _days(change_days, table[date])
    edges = pd.DatetimeIndex(days).as_unit("ns")
    period = np.searchsorted(edges, table[date].dt.as_unit("ns"), side="right")
    group = encoded(table, groups)[0]
    stratum = encoded(table, [*groups, *fixed])[0]
    pair, labels = encoded(table, [*groups, column])
    cell, cell_labels = _cells(stratum, pair)
    width = len(days) + 1
    later = _later(cell, period, width)
    whole_later = _later(stratum, period, width)[cell_labels[0]]
    own, total = np.bincount(cell)[:, None], np.bincount(stratum)[cell_labels[0]][:, None]
    of_pair = cell_labels[1]

    def summed(values: Floats) -> Floats:
        result = np.zeros((len(labels), len(days)))
        np.add.at(result, of_pair, values)
        return result

    def moments(drawn: Floats) -> Floats:
        return np.stack([summed(part) for part in hypergeometric(own, drawn, total)])

    after, rising, falling = summed(later), moments(whole_later), moments(total - whole_later)
    if dispersion is None:
        middle = len(days) // 2
        dispersion = usual_dispersion((after - rising[0])[:, middle], rising[1, :, middle])
    whole = np.bincount(pair)[:, None]
    group_of = np.zeros(len(labels), dtype=np.int64)
    group_of[pair] = group
    all_after = _later(group, period, width)[group_of]
    label_of = encoded(labels, [column])[0]
    return ShareTest(
        labels=labels,
        days=days,
        group=group_of,
        label=label_of,
        before=whole - after,
        after=after,
        expected=rising[0],
        all_before=np.bincount(group)[group_of][:, None] - all_after,
        all_after=all_after,
        rise=chance_of_more(after, rising, dispersion),
        fall=chance_of_more(whole - after, falling, dispersion),
        reporters=summed((later > 0).astype(np.float64)).astype(np.int64),
        dispersion=dispersion,
    )


def share_changes(
    rows: pd.DataFrame,
    column: str,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    date: str = "seizure_date",
    change_days: Sequence[Day] | Day | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 10,
    dispersion: float | None = None,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return which labels have a larger or smaller share after a day than before it.

    A ranking over the whole table hides a change: the old route still leads it. Shares are
    compared, so a rise of everything, or a late report, is no change.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    column : str
        Column with the labels, such as the departure country.
    by : str or list of str, optional
        Columns that make groups: the share is that of the group.
    strata : str or list of str, optional
        Columns to hold fixed, such as the reporter: each is compared with itself, so a reporter
        that begins to report in bulk moves no share.
    date : str
        Column with the date of the case.
    change_days : day or list of days, optional
        The days of change to try, the first day of the later period each. By default the first
        of each month, without the first and last four months. Every day more is a comparison
        more.
    unknown : tuple of str
        Labels that say nothing; their rows are left out.
    least_cases : int
        Cases of a label, in both periods together, below which it is not tested.
    dispersion : float, optional
        Variance of counts divided by that of independent cases. By default it is taken from the
        median of all labels on the middle day; it is 1 unless cases clearly come in groups.
    level : float
        Corrected probability below which a change is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per tested group and label, at the day of its strongest change: the columns of
        `by`, `column`, ``direction`` (rise or fall), ``change_day``, ``cases_before``,
        ``cases_after``, ``expected_after_cases``, ``share_before_percent``,
        ``share_after_percent``, ``p_value`` (one direction, one day), ``q_value`` (corrected for
        both directions, all days and, by Benjamini and Hochberg, all labels) and ``stands``.
        Ordered by ``p_value``.

    Raises
    ------
    AnalysisError
        When a column is missing, no row is known, or the table is too short.

    References
    ----------
    N. Mantel and W. Haenszel, Statistical aspects of the analysis of data from retrospective
    studies of disease, Journal of the National Cancer Institute 22, 1959.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import share_changes
    >>> days = pd.date_range("2025-01-01", periods=200)
    >>> cases = pd.DataFrame({"seizure_date": days, "port": ["A", "B"] * 50 + ["A", "C"] * 50})
    >>> table = share_changes(cases, "port", change_days="2025-04-11")
    >>> table[["port", "direction", "cases_before", "cases_after", "stands"]]
      port direction  cases_before  cases_after  stands
    0    B      fall            50            0    True
    1    C      rise             0           50    True
    2    A      rise            50           50   False
    """
    checked_share(level=level)
    test = compare_shares(rows, column, by, strata, date, change_days, unknown, dispersion)
    whole = (test.before + test.after)[:, 0]
    tested = np.flatnonzero(whole >= least_cases)
    both = np.stack([test.rise, test.fall])[:, tested]
    best = both.min(axis=(0, 2), initial=1.0)
    flat = both.transpose(1, 0, 2).reshape(len(tested), 2 * len(test.days)).argmin(axis=1)
    way, day = np.divmod(flat, len(test.days))
    q = benjamini_hochberg(np.minimum(best * 2 * len(test.days), 1.0))
    shown = test.labels.iloc[tested].reset_index(drop=True)
    shown["direction"] = np.array(["rise", "fall"])[way]
    result = pd.concat([shown, figures(test, tested, day)], axis=1)
    result = result.assign(p_value=best, q_value=q, stands=q < level)
    return result.sort_values("p_value", kind="stable", ignore_index=True)


def figures(test: ShareTest, pairs: Ints, days: Ints) -> pd.DataFrame:
    """Return the columns that describe some pairs, each at one of the days."""
    before, after = test.before[pairs, days], test.after[pairs, days]
    shares = [
        100 * np.divide(part, whole, out=np.full(len(pairs), np.nan), where=whole > 0)
        for part, whole in (
            (before, test.all_before[pairs, days]),
            (after, test.all_after[pairs, days]),
        )
    ]
    return pd.DataFrame(
        {
            "change_day": pd.DatetimeIndex(test.days)[days],
            "cases_before": before.astype(np.int64),
            "cases_after": after.astype(np.int64),
            "expected_after_cases": test.expected[pairs, days],
            "share_before_percent": shares[0],
            "share_after_percent": shares[1],
        }
    )


def _days(change_days: Sequence[Day] | Day | None, dates: pd.Series) -> list[pd.Timestamp]:
    if change_days is None:
        return month_starts(dates)
    several = isinstance(change_days, Sequence) and not isinstance(change_days, str)
    wanted: list[Day] = list(change_days) if several else [change_days]  # type: ignore[list-item,arg-type]
    days = sorted({as_day(day) for day in wanted})
    if not days or days[0] <= dates.min() or days[-1] > dates.max():
        raise AnalysisError(
            f"The days of change are {', '.join(str(day.date()) for day in days) or 'none'}.",
            f"Days after {dates.min().date()} and up to {dates.max().date()} were expected, so "
            "that both periods hold cases.",
            "Choose days inside the table.",
        )
    return days


def _cells(stratum: Ints, pair: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return the number of each row's stratum and pair together, and both of each number."""
    width = int(pair.max()) + 1
    keys, cell = np.unique(stratum * width + pair, return_inverse=True)
    return cell.astype(np.int64), (keys // width, keys % width)


def _later(number: Ints, period: Ints, width: int) -> Floats:
    """Return the rows of each number (row) on and after each day (column)."""
    table = np.bincount(number * width + period, minlength=(int(number.max()) + 1) * width)
    table = table.reshape(-1, width).astype(np.float64)
    return table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
