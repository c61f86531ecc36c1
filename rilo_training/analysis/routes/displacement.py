"""Displacement: one share falls and another rises at the same time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg, chance_of_more, hypergeometric
from rilo_training.analysis.period import Day
from rilo_training.analysis.routes.share import ShareTest, compare_shares, figures
from rilo_training.analysis.table import UNKNOWN, Floats, Ints, checked_share, listed


def displaced_routes(
    rows: pd.DataFrame,
    column: str = "departure_country",
    by: str | Sequence[str] = ("reporting_country", "commodity"),
    date: str = "seizure_date",
    change_days: Sequence[Day] | Day | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 6,
    dispersion: float | None = None,
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
    date, change_days, unknown, dispersion
        As in `share_changes`.
    least_cases : int
        Cases of the new label after the day, and of the old label before it, at least.
    level : float
        Probability below which both together, corrected for all comparisons, and each of them,
        corrected for those of its group, are no chance.

    Returns
    -------
    pandas.DataFrame
        One row per label that came, with the label it most likely came for; that one was large
        enough to give half of it. The columns of `by`, ``from``, ``to``, ``change_day``, then
        ``from_`` and ``to_`` with ``cases_before``, ``cases_after``, ``share_before_percent``,
        ``share_after_percent``; ``from_p_value`` (of the fall on this day, among the other
        labels), ``to_p_value`` (of the rise) and ``q_value`` (of both together, corrected for
        all days, groups and labels). Ordered by ``q_value``; empty when nothing is displaced.

    Raises
    ------
    AnalysisError
        As in `share_changes`.

    References
    ----------
    R. A. Fisher, Statistical methods for research workers, 4th edition, section 21.1, 1932.

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
    checked_share(level=level)
    test = compare_shares(rows, column, by, None, date, change_days, unknown, dispersion)
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
    dispersion: float | None = None,
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
        Probability below which both together, corrected for all comparisons, and each of them,
        corrected for those of its group, are no chance.

    Returns
    -------
    pandas.DataFrame
        One row per group to which a label came, with the group that it most likely left:
        `column`, ``from`` and ``to`` (the groups), ``change_day``, then the figures of both as
        in `displaced_routes`. Ordered by ``q_value``; empty when nothing moves.

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
    checked_share(level=level)
    test = compare_shares(rows, column, by, strata, date, change_days, unknown, dispersion)
    moves = _moves(test, test.label, least_cases, level)
    shown = test.labels.iloc[moves["new"]].reset_index(drop=True)[[column]]
    return _described(test, moves, shown, by)


def _moves(test: ShareTest, joined: Ints, least_cases: int, level: float) -> pd.DataFrame:
    """Return each rise with the fall among the pairs joined to it that fits it best.

    Both must stand in their group. Rise and fall are independent when nothing changed: they are
    counts of different groups, or the fall is counted without the rising label. So their
    probabilities are combined by the method of Fisher, and corrected for all falls, days and
    rises that could be found.
    """
    whole = (test.before + test.after)[:, 0]
    tested = np.flatnonzero(whole >= least_cases)
    excess = np.maximum(test.after - test.expected, 0.0)
    rising = (test.rise < level) & (test.after >= least_cases)
    found = []
    for new in tested[rising[tested].any(axis=1)]:
        days = np.flatnonzero(rising[new])
        others = np.flatnonzero((joined == joined[new]) & (whole >= least_cases))
        others = others[others != new]
        cells = np.ix_(others, days)
        able = (test.before[cells] >= least_cases) & (test.expected[cells] >= excess[new, days] / 2)
        if not able.any():
            continue
        comparisons = len(others) * len(test.days)
        rise, fall = _apart(test, int(new), others, days)
        stands = able & (rise * comparisons < level) & (fall * able.sum(axis=0) < level)
        product = np.maximum(fall * test.rise[new, days], np.finfo(float).tiny)
        both = np.where(stands, product * (1 - np.log(product)) * comparisons, 1.0)
        row, column = np.unravel_index(both.argmin(), both.shape)
        p = min(float(both[row, column]), 1.0)
        day = int(days[column])
        found.append((int(others[row]), int(new), day, float(fall[row, column]), p))
    columns = ["old", "new", "day", "fall", "p"]
    moves = pd.DataFrame(found, columns=columns).astype({"old": int, "new": int, "day": int})
    moves["q"] = benjamini_hochberg(moves["p"].astype("float64"), len(tested))
    moves["rise"] = test.rise[moves["new"].to_numpy(), moves["day"].to_numpy()]
    moves = moves[moves["q"] < level]
    return moves.sort_values(["p", "rise"], kind="stable", ignore_index=True)


def _apart(test: ShareTest, new: int, others: Ints, days: Ints) -> tuple[Floats, Floats]:
    """Return the probability of the rise without each other label, and of the other's fall.

    In one group a fall alone raises all other shares, and a rise alone lowers them: so each is
    counted among what is left without the other.
    """
    cells = np.ix_(others, days)
    if test.group[others[0]] != test.group[new]:
        return np.broadcast_to(test.rise[new, days], test.fall[cells].shape), test.fall[cells]
    before, after = test.before[cells], test.after[cells]
    new_before, new_after = test.before[new, days], test.after[new, days]
    all_before, all_after = test.all_before[new, days], test.all_after[new, days]
    both = all_before + all_after
    rise = chance_of_more(
        np.broadcast_to(new_after, after.shape),
        hypergeometric(new_before + new_after, all_after - after, both - before - after),
        test.dispersion,
    )
    left = both - new_before - new_after
    fall = chance_of_more(
        before, hypergeometric(before + after, all_before - new_before, left), test.dispersion
    )
    return rise, fall


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
    return result.assign(from_p_value=moves["fall"], to_p_value=moves["rise"], q_value=moves["q"])
