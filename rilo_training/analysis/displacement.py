"""Displacement: one share falls and another rises at the same time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg
from rilo_training.analysis.period import Day
from rilo_training.analysis.share import ShareTest, compare_shares, figures
from rilo_training.analysis.table import UNKNOWN, Ints, listed


def displaced_routes(
    rows: pd.DataFrame,
    column: str = "departure_country",
    by: str | Sequence[str] = ("reporting_country", "commodity"),
    strata: str | Sequence[str] | None = None,
    date: str = "seizure_date",
    change_days: Sequence[Day] | Day | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 6,
    dispersion: float = 1.0,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return where goods that came from one place now come from another.

    A displaced route leaves the total as it is, so no count alarms. In a group, such as one
    commodity of one Member, one share rises and another falls at the same day.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`. Take imports alone, when departures are
        compared.
    column : str
        Column with the label that changes.
    by : str or list of str
        Columns that make the groups.
    strata, date, change_days, unknown, dispersion
        As in `share_changes`.
    least_cases : int
        Cases of the new label after the day, and of the old label before it, at least.
    level : float
        Corrected probability below which a rise or a fall is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per rise that stands, with the strongest fall of its group at the same day, of a
        label that was large enough to give half of what came: the columns of `by`, ``from``,
        ``to``, ``change_day``, then ``from_`` and ``to_`` with ``cases_before``,
        ``cases_after``, ``share_before_percent``, ``share_after_percent``, ``from_p_value``
        (corrected for the labels that may have fallen), ``to_p_value`` and ``to_q_value``
        (corrected for all days, groups and labels). Ordered by ``to_p_value``; empty when
        nothing is displaced.

    Raises
    ------
    AnalysisError
        As in `share_changes`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import displaced_routes
    >>> days = pd.date_range("2025-01-01", periods=200)
    >>> cases = pd.DataFrame({"seizure_date": days, "port": ["A", "B"] * 50 + ["A", "C"] * 50})
    >>> table = displaced_routes(cases, "port", by=[], change_days="2025-04-11")
    >>> table[["from", "to", "from_cases_before", "to_cases_after"]]
      from to  from_cases_before  to_cases_after
    0    B  C                 50              50
    """
    test = compare_shares(rows, column, by, strata, date, change_days, unknown, dispersion)
    moves = _moves(test, test.group, least_cases, level)
    names = listed(by)
    shown = test.labels.iloc[moves["new"]].reset_index(drop=True)[names]
    return _described(test, moves, shown, column)


def moved_labels(
    rows: pd.DataFrame,
    column: str = "concealment",
    by: str = "commodity",
    strata: str | Sequence[str] | None = "reporting_country",
    date: str = "seizure_date",
    change_days: Sequence[Day] | Day | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 10,
    dispersion: float = 1.0,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return which label left one group and came to another, such as a method of concealment.

    The share of the method among all cases stays level, because the fall in one commodity and
    the rise in the other cancel.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    column : str
        Column with the label that moves.
    by : str
        Column with the groups between which it moves.
    strata : str or list of str, optional
        Columns to hold fixed, by default the reporter: each is compared with itself.
    date, change_days, unknown, dispersion
        As in `share_changes`.
    least_cases : int
        Cases of the label in the new group after the day, and in the old group before it.
    level : float
        Corrected probability below which a rise or a fall is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per rise that stands, with the strongest fall of the same label at the same day:
        `column`, ``from`` and ``to`` (the groups), ``change_day``, then the figures of both as
        in `displaced_routes`. Ordered by ``to_p_value``; empty when nothing moves.

    Raises
    ------
    AnalysisError
        As in `share_changes`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import moved_labels
    >>> days = pd.date_range("2025-01-01", periods=200)
    >>> cases = pd.DataFrame({"seizure_date": days, "goods": ["gold", "tea"] * 100})
    >>> cases["hidden"] = ["mail", "bag"] * 50 + ["bag", "mail"] * 50
    >>> moved_labels(cases, "hidden", "goods", None, change_days="2025-04-11")[
    ...     ["hidden", "from", "to"]
    ... ]
      hidden  from    to
    0    bag   tea  gold
    1   mail  gold   tea
    """
    test = compare_shares(rows, column, by, strata, date, change_days, unknown, dispersion)
    moves = _moves(test, test.label, least_cases, level)
    shown = test.labels.iloc[moves["new"]].reset_index(drop=True)[[column]]
    return _described(test, moves, shown, by)


def _moves(test: ShareTest, joined: Ints, least_cases: int, level: float) -> pd.DataFrame:
    """Return each rise that stands with the strongest fall among the pairs joined to it.

    A rise is corrected for all days and pairs. A fall is looked for on the days on which the rise
    stands, among the pairs that were large enough to give half of what came; it is corrected for
    their number.
    """
    whole = (test.before + test.after)[:, 0]
    tested = np.flatnonzero(whole >= least_cases)
    enough = np.where(test.after >= least_cases, test.rise, 1.0)[tested]
    p = enough.min(axis=1, initial=1.0)
    q = benjamini_hochberg(np.minimum(p * len(test.days), 1.0))
    # Whatever stands after division by the number of all comparisons stands on its day.
    limit = p[q < level].max(initial=level / (len(test.days) * max(len(tested), 1)))
    excess = np.maximum(test.after - test.expected, 0.0)
    found = []
    for place in np.flatnonzero(q < level):
        new = int(tested[place])
        days = np.flatnonzero(enough[place] <= limit)
        others = np.flatnonzero((joined == joined[new]) & (np.arange(len(joined)) != new))
        cells = np.ix_(others, days)
        able = (test.before[cells] >= least_cases) & (test.expected[cells] >= excess[new, days] / 2)
        falls = np.where(able, test.fall[cells] * able.sum(axis=0), 1.0)
        if not falls.size or falls.min() >= level:
            continue
        row, column = np.unravel_index(falls.argmin(), falls.shape)
        day = int(days[column])
        rise = float(enough[place, day])
        found.append((int(others[row]), new, day, float(falls.min()), rise, float(q[place])))
    columns = ["old", "new", "day", "fall", "rise", "q"]
    moves = pd.DataFrame(found, columns=columns).astype({"old": int, "new": int, "day": int})
    return moves.sort_values("rise", kind="stable", ignore_index=True)


def _described(test: ShareTest, moves: pd.DataFrame, shown: pd.DataFrame, end: str) -> pd.DataFrame:
    """Return the moves with their labels and figures; `end` names the column that changes."""
    old, new, day = (moves[name].to_numpy(dtype=np.int64) for name in ("old", "new", "day"))
    result = shown.copy()
    result["from"] = test.labels[end].iloc[old].to_numpy()
    result["to"] = test.labels[end].iloc[new].to_numpy()
    result["change_day"] = pd.DatetimeIndex(test.days)[day]
    for name, pairs in (("from", old), ("to", new)):
        own = figures(test, pairs, day)
        for figure in (
            "cases_before",
            "cases_after",
            "share_before_percent",
            "share_after_percent",
        ):
            result[f"{name}_{figure}"] = own[figure]
    return result.assign(
        from_p_value=moves["fall"], to_p_value=moves["rise"], to_q_value=moves["q"]
    )
