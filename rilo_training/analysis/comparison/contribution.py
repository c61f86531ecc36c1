"""Who drives a change: the contribution of each reporter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import (
    benjamini_hochberg,
    binomial,
    chance_of_more,
    usual_dispersion,
)
from rilo_training.analysis.comparison.change import change_interval
from rilo_training.analysis.period import Period, bounds, split, split_by
from rilo_training.analysis.table import Floats, checked, checked_share, encoded, informative

LEAST_RISE = 0.1
"""Rise of a group, relative to the earlier period, that is worth a question."""
LEAST_SHARE = 0.5
"""Share of the rise that one reporter must make."""
LASTING_PERCENT = 60
"""Share of the later months that must be raised: a surge of some weeks is another story."""


def contributions(
    rows: pd.DataFrame,
    before: Period,
    after: Period,
    by: str = "reporting_country",
    date: str = "seizure_date",
    value: str | None = None,
) -> pd.DataFrame:
    """Return how much of a change comes from each reporter.

    A total can rise because three of thirty reporters send more. The table can tell who; it
    cannot tell new reporting from more enforcement.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    before, after : pair of days
        First and last day of both periods, included. Take periods of equal length.
    by : str
        Column with the reporter. A missing reporter is shown as ``(missing)``.
    date : str
        Column with the date of the case.
    value : str, optional
        Column to add up instead of counting rows, in one unit, such as ``quantity_kg``. A
        missing value adds nothing.

    Returns
    -------
    pandas.DataFrame
        `by`, ``cases_before``, ``cases_after``, ``cases_change`` (with `value`, its name stands
        in the place of ``cases``), ``share_of_change_percent``, ``cumulative_share_percent``,
        and ``others_change_percent``: the change of all reporters that stand further down. Those
        that drive the change stand first, those that work against it last. Shares are missing
        when the total does not change.

    Raises
    ------
    AnalysisError
        When a column is missing, or one of the periods has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import contributions
    >>> days = pd.to_datetime(["2025-03-01"] * 2 + ["2026-03-01"] * 4)
    >>> cases = pd.DataFrame({"seizure_date": days, "reporting_country": list("ABABBB")})
    >>> table = contributions(cases, ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31"))
    >>> table[["reporting_country", "cases_change", "others_change_percent"]]
      reporting_country  cases_change  others_change_percent
    0                 B             2                    0.0
    1                 A             0                    NaN
    """
    table = checked(rows, [by], dates=[date], numbers=[] if value is None else [value])
    label = table[by].astype(object)
    table[by] = label.where(label.notna(), "(missing)")
    earlier, later, labels = split_by(table, date, before, after, by)
    sums = []
    for part, own in (earlier, later):
        weights = None if value is None else part[value].fillna(0.0).to_numpy()
        sums.append(np.bincount(own, weights=weights, minlength=len(labels)))
    change = sums[1] - sums[0]
    order = np.argsort(-change * (1 if change.sum() >= 0 else -1), kind="stable")
    first, second, change = sums[0][order], sums[1][order], change[order]
    name = value or "cases"
    whole = float(change.sum())
    share = change / whole if whole else np.full(len(change), np.nan)
    rest = np.array([part.sum() - np.cumsum(part) for part in (first, second)], dtype=np.float64)
    others = np.divide(rest[1], rest[0], out=np.full(len(change), np.nan), where=rest[0] > 0)
    return (
        labels.iloc[order]
        .reset_index(drop=True)
        .assign(
            **{f"{name}_before": first, f"{name}_after": second, f"{name}_change": change},
            share_of_change_percent=100 * share,
            cumulative_share_percent=100 * np.cumsum(share),
            others_change_percent=100 * (others - 1),
        )
    )


def sole_drivers(
    rows: pd.DataFrame,
    before: Period,
    after: Period,
    group: str = "commodity",
    by: str = "reporting_country",
    date: str = "seizure_date",
    least_cases: int = 12,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return the groups whose rise comes from one reporter while the others are level.

    A commodity that rises in the region because one Member reports more is not a commodity that
    rises in the region. A panel of reporters present in both periods does not see this.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    before, after : pair of days
        First and last day of both periods, of equal length; `year_pair` gives the same months
        of two years.
    group : str
        Column with what may rise.
    by : str
        Column with the reporter.
    date : str
        Column with the date of the case.
    least_cases : int
        Cases of a reporter in both periods together, below which it is not tested.
    level : float
        Corrected probability below which a rise is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per tested group and reporter: both labels, ``cases_before``, ``cases_after``,
        ``group_change_percent`` (of all reporters together), ``share_of_change_percent``,
        ``others_change_percent`` with ``others_low_percent`` and ``others_high_percent``,
        ``months_raised_percent`` (months of the later period with more than twice the usual
        cases: a surge of some weeks has few), ``p_value``, ``q_value`` (corrected by Benjamini
        and Hochberg) and ``stands``: true when the reporter rises more than the whole table,
        makes at least half of a rise of at least 10 per cent that lasts in most months, and the
        others did not clearly rise more than the whole table. Those that stand first, then by
        ``p_value``.

    Raises
    ------
    AnalysisError
        When a column is missing, or one of the periods has no rows.

    Notes
    -----
    The test asks for each pair whether so many of its cases fall in the later period, when the
    share of the later period is that of the whole table. Counts are divided by the dispersion of
    all pairs, taken from their median, so that the few that changed do not set it.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import sole_drivers
    >>> parts = [["2025-03-01", "2026-03-01"], ["Gold", "Tea", "Toys"], ["A", "B", "C"]]
    >>> names = ["seizure_date", "commodity", "reporting_country"]
    >>> cells = pd.MultiIndex.from_product(parts, names=names).to_frame(index=False)
    >>> cases = cells.loc[cells.index.repeat([20] * 11 + [90] + [20] * 6)]
    >>> pair = (("2025-03-01", "2025-03-31"), ("2026-03-01", "2026-03-31"))
    >>> sole_drivers(cases, *pair)[["commodity", "reporting_country", "stands"]].head(3)
      commodity reporting_country  stands
    0      Gold                 C    True
    1      Gold                 A   False
    2      Gold                 B   False
    """
    checked_share(level=level)
    table = informative(checked(rows, [group, by], dates=[date]), [group, by], unknown=())
    parts = split(table, date, before, after)
    both = pd.concat(parts)
    later = np.arange(len(both)) >= len(parts[0])
    pair, labels = encoded(both, [group, by])
    goods = encoded(labels, [group])[0]
    counts = np.stack(
        [np.bincount(pair[part], minlength=len(labels)) for part in (~later, later)]
    ).astype(np.float64)
    share = counts[1].sum() / counts.sum()
    whole = counts.sum(axis=0)
    tested = whole >= least_cases
    moments = binomial(whole, share)
    scale = usual_dispersion((counts[1] - moments[0])[tested], moments[1][tested])
    p = chance_of_more(counts[1], moments, scale)
    by_goods = np.stack([np.bincount(goods, weights=count) for count in counts])[:, goods]
    others_before, others_after = by_goods - counts
    others = change_interval(others_before, others_after, scale)
    rise = by_goods[1] - by_goods[0]
    own_share = np.divide(
        counts[1] - counts[0], rise, out=np.full(len(labels), np.nan), where=rise != 0
    )
    raised = _months_raised(parts[1][date], pair[later], counts[0], before, after)
    growth = 100 * (len(parts[1]) / len(parts[0]) - 1)
    q = np.full(len(labels), np.nan)
    q[tested] = benjamini_hochberg(p[tested])
    stands = (q < level) & (rise > 0) & (rise >= LEAST_RISE * by_goods[0])
    stands &= (own_share >= LEAST_SHARE) & (raised >= LASTING_PERCENT)
    stands &= others["low_percent"].to_numpy() <= growth
    result = labels.assign(
        cases_before=counts[0].astype(np.int64),
        cases_after=counts[1].astype(np.int64),
        group_change_percent=change_interval(*by_goods)["change_percent"],
        share_of_change_percent=100 * own_share,
        others_change_percent=others["change_percent"],
        others_low_percent=others["low_percent"],
        others_high_percent=others["high_percent"],
        months_raised_percent=raised,
        p_value=p,
        q_value=q,
        stands=stands,
    )[tested]
    order = ["stands", "p_value"]
    return pd.DataFrame(
        result.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)
    )


def _months_raised(
    dates: pd.Series, pair: np.ndarray, cases_before: Floats, before: Period, after: Period
) -> Floats:
    """Return the share of the later months with more than twice the usual cases, in per cent."""
    (start, end), (first, last) = bounds(before), bounds(after)
    months_before = (end.year - start.year) * 12 + end.month - start.month + 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    month = (dates.dt.year * 12 + dates.dt.month).to_numpy(dtype=np.int64)
    month = month - (first.year * 12 + first.month)
    counts = np.bincount(pair * months + month, minlength=len(cases_before) * months)
    usual = np.maximum(2 * cases_before / months_before, 1.0)
    raised = counts.reshape(-1, months) > usual[:, None]
    return np.asarray(100 * raised.mean(axis=1))
