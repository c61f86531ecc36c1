"""Panels of constant reporters, and what they cannot show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.comparison.change import change_interval, monthly, pair_dispersion
from rilo_training.analysis.period import Period, bounds, split_by
from rilo_training.analysis.table import Floats, checked, informative

LIMITS = {
    "all reporters": "Reporters that began or stopped reporting are part of the change.",
    "present in both periods": "One case in each period is enough to stay: a reporter that began "
    "to report in bulk is still in.",
    "present in every month": "Small reporters are left out, and a reporter that sends more than "
    "before is still in.",
    "without the largest driver": "Chosen after looking at the result: it shows how much hangs on "
    "one reporter, and is no estimate of the region.",
    "without the three largest drivers": "Chosen after looking at the result: it shows how much "
    "hangs on three reporters, and is no estimate of the region.",
}
"""The panels, in order, and the limit of each."""


def panels(
    rows: pd.DataFrame,
    before: Period,
    after: Period,
    by: str = "reporting_country",
    date: str = "seizure_date",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the change between two periods for several panels of reporters.

    When the panels agree, the change is broad. When they do not, it hangs on who reported. No
    panel is the true one: each has a limit, which stands beside it.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    before, after : pair of days
        First and last day of both periods, included, of equal length.
    by : str
        Column with the reporter. Rows without a reporter are left out.
    date : str
        Column with the date of the case.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``panel``, ``reporters`` (number), ``cases_before``, ``cases_after``,
        ``change_percent``, ``low_percent``, ``high_percent`` (over-dispersed counts),
        ``cases_covered_percent`` (of the cases of both periods) and ``limit``, a sentence. Five
        rows, in the order of `LIMITS`. An empty panel has no change.

    Raises
    ------
    AnalysisError
        When a column is missing, or one of the periods has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import panels
    >>> days = pd.to_datetime(["2025-03-01"] * 3 + ["2026-03-01"] * 6)
    >>> cases = pd.DataFrame({"seizure_date": days, "reporting_country": list("AABAABBBC")})
    >>> table = panels(cases, ("2025-03-01", "2025-03-31"), ("2026-03-01", "2026-03-31"))
    >>> table[["panel", "reporters", "change_percent"]].head(3)
                         panel  reporters  change_percent
    0            all reporters          3      100.000000
    1  present in both periods          2       66.666667
    2   present in every month          2       66.666667
    """
    table = informative(checked(rows, [by], dates=[date]), [by], unknown=())
    first, second, labels = split_by(table, date, before, after, by)
    tables = []
    for (part, own), period in ((first, before), (second, after)):
        counts = monthly(part, date, *bounds(period), own)
        tables.append(np.pad(counts, ((0, len(labels) - len(counts)), (0, 0))))
    sums = np.stack([counts.sum(axis=1) for counts in tables])
    change = sums[1] - sums[0]
    drives = np.argsort(-change * (1 if change.sum() >= 0 else -1), kind="stable")
    members: list[npt.NDArray[np.bool_]] = [
        np.ones(len(labels), dtype=bool),
        np.asarray((sums > 0).all(axis=0), dtype=bool),
        np.asarray(np.concatenate(tables, axis=1).all(axis=1), dtype=bool),
        ~np.isin(np.arange(len(labels)), drives[:1]),
        ~np.isin(np.arange(len(labels)), drives[:3]),
    ]
    result = pd.DataFrame(
        {"panel": list(LIMITS), "reporters": [int(part.sum()) for part in members]}
    )
    figures = [_figures([counts[part] for counts in tables], confidence) for part in members]
    result = pd.concat([result, pd.concat(figures, ignore_index=True)], axis=1)
    both = result["cases_before"] + result["cases_after"]
    return result.assign(cases_covered_percent=100 * both / sums.sum(), limit=list(LIMITS.values()))


def _figures(tables: list[Floats], confidence: float) -> pd.DataFrame:
    """Return the counts of a panel and their change with its interval, in one row."""
    before, after = (counts.sum(axis=0) for counts in tables)
    months = min(len(before), len(after))  # a period may begin or end within a month
    dispersion = pair_dispersion(before[:months], after[:months])
    counts = pd.DataFrame({"cases_before": [int(before.sum())], "cases_after": [int(after.sum())]})
    change = change_interval(before.sum(), after.sum(), dispersion, confidence)
    if not before.sum() + after.sum():
        change[:] = np.nan
    return pd.concat([counts, change], axis=1)
