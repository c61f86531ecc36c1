"""On whom inspections fall: the burden on each origin, against what is found there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.calibration import checked_outcome
from rilo_training.risk.errors import RiskError

NORMAL_95 = 1.959964


def wilson(finds: npt.ArrayLike, number: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 per cent interval of shares (Wilson, 1927); NaN where there are no rows.

    Examples
    --------
    >>> from rilo_training.risk.burden import wilson
    >>> [round(float(end), 3) for end in wilson(1, 10)]
    [0.018, 0.404]
    """
    count = np.asarray(number, np.float64)
    count = np.where(count > 0, count, np.nan)
    share = np.asarray(finds, np.float64) / count
    square = NORMAL_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half = half * NORMAL_95 / (1 + square / count)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def burden_report(
    group: pd.Series,
    selected: npt.ArrayLike,
    y: npt.ArrayLike,
    least_rows: int = 30,
) -> pd.DataFrame:
    """Return how inspections fall on groups, for instance on countries of origin.

    A group that is inspected more than others, and where no more is found, carries a burden
    without a reason: that costs trust, and finds elsewhere.

    Parameters
    ----------
    group : pandas.Series, or another column of values
        The group of each row; missing values are a group of their own.
    selected : array of bool, shape (rows,)
        Which rows were inspected.
    y : array of bool, 0 and 1, shape (rows,)
        The outcome of the inspected rows; that of others is not read, and may be missing.
    least_rows : int
        Groups with fewer rows are put together as ``other``.

    Returns
    -------
    pandas.DataFrame
        One row per group, the most burdened first: ``group``, ``rows``, ``inspected``,
        ``inspection_rate``, ``burden`` (its rate over that of all rows; 1 is the same), ``finds``,
        ``hit_rate`` with ``hit_rate_low`` and ``hit_rate_high`` (95 per cent interval),
        ``licit_inspected`` (inspections without a find), and ``without_reason`` (burden at least
        1.25, and the hit rate of all inspections is above the interval).

    Raises
    ------
    RiskError
        When lengths differ, nothing was inspected, or an inspected row has no outcome.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import burden_report
    >>> origin = pd.Series(["AA"] * 3 + ["BB"] * 3)
    >>> report = burden_report(origin, [1, 1, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0], least_rows=1)
    >>> report[["group", "inspected", "finds"]].values.tolist()
    [['AA', 2, 0], ['BB', 1, 1]]
    """
    chosen, found = checked_outcome(selected) > 0.5, np.asarray(y).ravel()
    groups = np.asarray(group, dtype=object)
    if groups.ndim != 1 or not len(groups) == len(chosen) == len(found) or not chosen.any():
        raise RiskError(
            f"There are {len(groups)} groups in {groups.ndim} dimensions, {len(chosen)} selections "
            f"({int(chosen.sum())} of them inspected) and {len(found)} outcomes.",
            "One column of groups, as many of each, and at least one inspection were expected.",
            "Take all three from the same table.",
        )
    if not isinstance(least_rows, (int, float, np.number)):
        raise RiskError(
            f"least_rows was {least_rows!r}.", "A number of rows was expected.", "Give 30."
        )
    labels = [part.index for part in (group, selected, y) if isinstance(part, pd.Series)]
    if any(not labels[0].equals(other) for other in labels[1:]):
        raise RiskError(
            "The columns have different labels, or the same labels in another order.",
            "Columns in the order of one table were expected.",
            "Take all three from one table, or call reset_index(drop=True) on each.",
        )
    outcome = np.zeros(len(chosen))
    outcome[chosen] = checked_outcome(found[chosen])
    names = np.where(pd.isna(groups), "missing", groups.astype(str))
    counts = pd.Series(names).value_counts()
    names = np.where(np.isin(names, counts.index[counts < least_rows]), "other", names)
    table = pd.DataFrame(
        {"group": names, "rows": 1, "inspected": chosen, "finds": outcome * chosen}
    )
    report = table.groupby("group", sort=True).sum().reset_index()
    report["inspected"] = report["inspected"].astype(int)
    whole = bool(np.all(np.mod(report["finds"], 1) == 0))
    report["finds"] = report["finds"].astype(int) if whole else report["finds"]
    report["inspection_rate"] = report["inspected"] / report["rows"]
    report["burden"] = report["inspection_rate"] / chosen.mean()
    report["hit_rate"] = report["finds"] / report["inspected"].where(report["inspected"] > 0)
    low, high = wilson(report["finds"], report["inspected"])
    report["hit_rate_low"], report["hit_rate_high"] = low, high
    report["licit_inspected"] = report["inspected"] - report["finds"]
    every = float(outcome[chosen].mean())
    report["without_reason"] = (report["burden"] >= 1.25) & (report["hit_rate_high"] < every)
    order = ["group", "rows", "inspected", "inspection_rate", "burden", "finds", "hit_rate"]
    order += ["hit_rate_low", "hit_rate_high", "licit_inspected", "without_reason"]
    return report[order].sort_values("burden", ascending=False, kind="stable", ignore_index=True)
