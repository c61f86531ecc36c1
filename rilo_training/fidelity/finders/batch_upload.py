"""Find a backlog uploaded in one day: long delays that all end in one week of report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity.finders.first_steps import cases_of

LONG_DAYS = 45
"""A delay between seizure and report that is long for most Members."""
LEAST_CASES = 20
LEVEL = 0.05
TIMES_THE_NEXT = 2.0
"""So many times the Member's next largest week: what comes each quarter is a habit."""
REPORT_TO_SEIZURE = 5.0
"""So many times more cases by report date than by seizure date, each relative to the usual."""


def long_delays(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with a long delay by Member (row) and week of report (column)."""
    late = cases[(cases["report_date"] - cases["seizure_date"]).dt.days >= LONG_DAYS]
    week = (late["report_date"] - cases["seizure_date"].min()).dt.days // 7
    return pd.crosstab(late["reporting_country"], week)


def against_other_weeks(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the largest week of each Member, compared with its other weeks with a long delay.

    Returns
    -------
    pandas.DataFrame
        ``member``, ``week``, ``cases``, ``next`` (the next largest week), ``expected`` and ``p``:
        how likely so many or more are when the week is like the others (negative-binomial with
        their mean and variance).
    """
    from scipy.stats import nbinom

    rows = []
    for member in counts.index:
        own = counts.loc[member]
        used = own[own > 0].astype(float)
        if len(used) < 4:
            continue
        week = used.idxmax()
        others = used.drop(week)
        mean, variance = float(others.mean()), float(others.var())
        dispersion = max(variance / mean, 1.3)
        p = nbinom.sf(used.max() - 1, mean / (dispersion - 1), 1 / dispersion)
        rows.append((member, week, int(used.max()), int(others.max()), mean, float(p)))
    return pd.DataFrame(rows, columns=["member", "week", "cases", "next", "expected", "p"])


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the uploads of a backlog, strongest first.

    A backlog has far more long delays than the Member's other weeks of report, and no surge by
    seizure date in the time that it covers.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``seizures``, the validated extract.

    Returns
    -------
    list of dict
        ``member``, ``upload_day``, ``cases``, ``expected``, ``covers_from``, ``covers_to``,
        ``by_report_date`` (cases of the week relative to the mean week), ``by_seizure_date``
        (rate in the time covered relative to the rest), ``p``.
    """
    cases = cases_of(tables["seizures"])
    counts = long_delays(cases)
    weeks = against_other_weeks(counts)
    unusual = weeks[
        (weeks["p"] * counts.size <= LEVEL)
        & (weeks["cases"] >= LEAST_CASES)
        & (weeks["cases"] >= TIMES_THE_NEXT * weeks["next"])
    ]
    first = cases["seizure_date"].min()
    found = []
    for row in unusual.sort_values("p", kind="stable").to_dict("records"):
        own = cases[cases["reporting_country"].eq(row["member"])]
        week = (own["report_date"] - first).dt.days // 7
        upload = own[week.eq(row["week"])]
        start, end = upload["seizure_date"].quantile([0.1, 0.9])
        by_seizure = _rate_by_seizure_date(own, start, end)
        by_report = len(upload) * (week.max() + 1) / len(own)
        if by_report >= REPORT_TO_SEIZURE * by_seizure:
            found.append(
                {
                    "member": row["member"],
                    "upload_day": str(upload["report_date"].mode().iloc[0].date()),
                    "cases": row["cases"],
                    "expected": round(row["expected"], 1),
                    "covers_from": str(start.date()),
                    "covers_to": str(end.date()),
                    "by_report_date": round(by_report, 1),
                    "by_seizure_date": round(by_seizure, 2),
                    "p": row["p"],
                }
            )
    return found


def _rate_by_seizure_date(own: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the rate of cases by seizure date between two days, relative to the other days."""
    inside = own["seizure_date"].between(start, end).sum()
    days = (end - start).days + 1
    length = (own["seizure_date"].max() - own["seizure_date"].min()).days + 1
    others = (len(own) - inside) / max(length - days, 1)
    return float(inside / days / max(others, 1 / length))


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the months of report furthest above the mean, with their commodity.

    The conclusion is a surge of the commodity in the region; no Member is named.
    """
    cases = cases_of(tables["seizures"])
    month = cases["report_date"].dt.to_period("M")
    counts = pd.crosstab(cases["commodity"], month)
    total = counts.sum()
    above = (total - total.mean()).sort_values(ascending=False, kind="stable")
    found = []
    for name in above.index[:3]:
        excess = counts[name] - counts.drop(columns=name).mean(axis=1)
        found.append({"month": str(name), "commodity": str(excess.idxmax()), "member": None})
    return found


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether a finding names the Member and the week of the upload."""
    if finding["member"] != facts["member"]:
        return False
    apart = np.datetime64(finding["upload_day"], "D") - np.datetime64(facts["upload_day"], "D")
    return bool(abs(apart) <= np.timedelta64(6, "D"))
