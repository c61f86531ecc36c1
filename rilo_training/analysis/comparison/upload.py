"""Backlogs uploaded at once: a surge by report date that is none by date of the case."""

from __future__ import annotations

import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg
from rilo_training.analysis.table import checked, checked_share, informative

LEAST_WEEKS = 4
"""Weeks with late reports that a reporter needs, so that its habit is known."""
LEAST_DISPERSION = 1.3
"""Variance of weekly late reports divided by their mean, at least."""


def batch_uploads(
    rows: pd.DataFrame,
    by: str = "reporting_country",
    date: str = "seizure_date",
    report: str = "report_date",
    late_days: int = 45,
    least_cases: int = 20,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return the week of each reporter in which a backlog may have been uploaded.

    Counts by report date then show a surge that never was. Reporters that upload each month or
    quarter are known by their habit and do not stand.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case. Rows without a reporter or a date are left out.
    by : str
        Column with the reporter.
    date, report : str
        Columns with the date of the case and of its report.
    late_days : int
        A report is late after so many days.
    least_cases : int
        Late cases of a week that are needed to stand.
    level : float
        Corrected probability below which a week is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per reporter with late reports in at least four weeks: `by`, ``upload_day`` (the
        day with most reports of its week with most late ones), ``late_cases``,
        ``next_week_cases`` (late cases of the next largest week), ``usual_cases`` (mean of its
        other weeks with late ones), ``covers_first_day``, ``covers_last_day`` (middle 80 per
        cent of the cases of the upload), ``times_by_report_date`` and ``times_by_case_date``
        (rate in the week, and rate in the time covered, relative to the usual one), ``p_value``,
        ``q_value`` and ``stands``. Those that stand first, then by ``p_value``.

    Raises
    ------
    AnalysisError
        When a column is missing, or no row is complete.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import batch_uploads
    >>> found = pd.date_range("2025-01-01", periods=300, freq="2D")
    >>> told = found + pd.to_timedelta([1, 50] * 150, unit="D")
    >>> told = told.where((told < "2025-07-01") | (told > "2025-12-15"), pd.Timestamp("2025-12-15"))
    >>> cases = pd.DataFrame({"seizure_date": found, "report_date": told}).assign(member="XA")
    >>> batch_uploads(cases, by="member")[["member", "upload_day", "stands"]]
      member upload_day  stands
    0     XA 2025-12-15    True
    """
    checked_share(level=level)
    table = checked(rows, [by], dates=[date, report])
    table = informative(table, [by, date, report], unknown=())
    first = table[date].min()
    delay = (table[report] - table[date]).dt.days
    table["week"] = (table[report] - first).dt.days // 7
    late = table[delay >= late_days].groupby([by, "week"], observed=True).size()
    rows_of = table.groupby(by, observed=True).indices
    found = []
    for reporter, counts in late.groupby(level=0, observed=True):
        if len(counts) >= LEAST_WEEKS:
            own = table.iloc[rows_of[reporter]]
            found.append({by: reporter, **_largest(counts.droplevel(0), own, date, report)})
    columns = [
        by,
        "upload_day",
        "late_cases",
        "next_week_cases",
        "usual_cases",
        "covers_first_day",
        "covers_last_day",
        "times_by_report_date",
        "times_by_case_date",
        "p_value",
    ]
    result = pd.DataFrame(found, columns=columns)
    result["q_value"] = benjamini_hochberg(result["p_value"].astype("float64"), len(late))
    stands = result["q_value"].lt(level) & result["late_cases"].ge(least_cases)
    stands &= result["late_cases"].ge(2 * result["next_week_cases"])
    stands &= result["times_by_report_date"].ge(5 * result["times_by_case_date"])
    return result.assign(stands=stands.astype(bool)).sort_values(
        ["stands", "p_value"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _largest(counts: pd.Series, own: pd.DataFrame, date: str, report: str) -> dict[str, object]:
    """Return what is known of the week with most late reports of a reporter."""
    from scipy.stats import nbinom

    week = int(counts.index.to_numpy()[counts.to_numpy().argmax()])
    others = counts.drop(week).astype("float64")
    mean, variance = float(others.mean()), float(others.var())
    spread = max(variance / mean, LEAST_DISPERSION)
    upload = own[own["week"].eq(week)]
    days = upload[date].sort_values().dt.normalize().to_list()
    start, end = days[len(days) // 10], days[-1 - len(days) // 10]
    covered = own[date].between(start, end).sum()
    span = (end - start).days + 1
    length = (own[date].max() - own[date].min()).days + 1
    usual = max((len(own) - covered) / max(length - span, 1), 1 / length)
    weeks = own["week"].max() - own["week"].min() + 1
    return {
        "upload_day": upload[report].dt.normalize().mode().iloc[0],
        "late_cases": int(counts.max()),
        "next_week_cases": int(others.max()),
        "usual_cases": mean,
        "covers_first_day": start,
        "covers_last_day": end,
        "times_by_report_date": len(upload) * weeks / len(own),
        "times_by_case_date": float(covered / span / usual),
        "p_value": float(nbinom.sf(counts.max() - 1, mean / (spread - 1), 1 / spread)),
    }
