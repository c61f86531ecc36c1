"""Find a surge at one airport: a scan of weekly counts with a limit from their own history."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity.finders.first_steps import (
    cases_of,
)
from rilo_training.world.tables import Floats

LONGEST_WEEKS = 6
"""A surge is looked for in two to so many weeks together."""
INCOMPLETE_DAYS = 112
"""Cases of the last days may not be reported yet: some Members upload once a quarter."""
SHORTEST_WEEKS = 2
LEAST_CASES = 20
"""An airport with fewer cases has no history to compare with."""
LASTING = 2.0
"""So many times the expected cases, and as many more, stand in a surge without its highest week."""
WATCHED_DAYS = 548
"""Weeks of seizure in the last 18 months are watched; the weeks before are history."""
FALSE_ALARMS = 0.02
"""Expected number of false alarms of the whole list: the level is divided by all comparisons."""


def weekly_counts(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases at airports by airport (row) and complete week of seizure (column)."""
    at_airport = cases[cases["seizure_port"].str.len().eq(3).fillna(False).astype(bool)]
    first = cases["seizure_date"].min()
    week = (at_airport["seizure_date"] - first).dt.days // 7
    complete = (cases["report_date"].max() - first).days - INCOMPLETE_DAYS
    counts = pd.crosstab(at_airport["seizure_port"], week)
    counts = counts.reindex(columns=range(complete // 7), fill_value=0)
    return counts[counts.sum(axis=1) >= LEAST_CASES]


def _windows(values: Floats, weeks: int) -> Floats:
    """Return the sums over `weeks` columns, one for each start."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return np.asarray(total[:, weeks:] - total[:, :-weeks])


def _others(values: Floats, weeks: int) -> Floats:
    """Return the sums over the columns that are not near each window."""
    wide = np.pad(values, ((0, 0), (LONGEST_WEEKS, LONGEST_WEEKS)))
    near = _windows(wide, weeks + 2 * LONGEST_WEEKS)
    return np.asarray(values.sum(axis=1, keepdims=True) - near)


def scan(counts: pd.DataFrame) -> pd.DataFrame:
    """Return every airport and window with its count, its expectation and its p value.

    The expectation is the rate of the airport in the weeks away from the window times the course
    of the region (a mean over 13 weeks: season and trend). The limit is negative-binomial: the
    variance is as many times the mean as in the airport's other weeks, at least 1.5 times.

    Returns
    -------
    pandas.DataFrame
        ``airport``, ``week`` (first week), ``weeks``, ``cases``, ``expected``,
        ``without_highest`` (cases of the window but for its highest week), ``p``.
    """
    from scipy.stats import nbinom

    table = counts.to_numpy(dtype=np.float64)
    course = counts.sum().rolling(13, center=True, min_periods=7).mean()
    season = (course / course.mean()).to_numpy(dtype=np.float64)[None, :]
    mean = table.sum(axis=1, keepdims=True) / season.sum() * season
    excess = (table - mean) ** 2 / mean
    parts = []
    for weeks in range(SHORTEST_WEEKS, LONGEST_WEEKS + 1):
        cases = _windows(table, weeks)
        highest = np.lib.stride_tricks.sliding_window_view(table, weeks, axis=1).max(axis=2)
        expected = _others(table, weeks) / _others(season, weeks) * _windows(season, weeks)
        dispersion = _others(excess, weeks) / _others(np.ones_like(season), weeks)
        dispersion = np.maximum(dispersion, 1.5)
        expected = np.maximum(expected, 0.05)
        p = nbinom.sf(cases - 1, expected / (dispersion - 1), 1 / dispersion)
        airport, week = np.indices(cases.shape).reshape(2, -1)
        parts.append(
            pd.DataFrame(
                {
                    "airport": counts.index.to_numpy()[airport],
                    "week": week,
                    "weeks": weeks,
                    "cases": cases.ravel(),
                    "expected": expected.ravel(),
                    "without_highest": (cases - highest).ravel(),
                    "p": p.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the airports with more cases than their history explains, strongest first.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``seizures``, the validated extract.

    Returns
    -------
    list of dict
        ``airport``, ``first_day``, ``last_day``, ``commodity``, ``cases``, ``expected``, ``p``.
    """
    cases = cases_of(tables["seizures"])
    counts = weekly_counts(cases)
    windows = scan(counts)
    first = cases["seizure_date"].min()
    watched = (cases["report_date"].max() - first).days - WATCHED_DAYS
    windows = windows[windows["week"] >= watched // 7]
    unusual = windows[windows["p"] * len(windows) <= FALSE_ALARMS]
    # One single high week is the luck of the week: a surge lasts.
    lasts = unusual["without_highest"] >= LASTING * unusual["expected"] + LASTING
    unusual = unusual[lasts].sort_values("p", kind="stable").drop_duplicates("airport")
    found = []
    for row in unusual.to_dict("records"):
        start = first + pd.Timedelta(days=7 * row["week"])
        end = start + pd.Timedelta(days=7 * row["weeks"] - 1)
        found.append(
            {
                "airport": row["airport"],
                "first_day": str(start.date()),
                "last_day": str(end.date()),
                "commodity": _main_commodity(cases, row["airport"], start, end),
                "cases": int(row["cases"]),
                "expected": round(float(row["expected"]), 1),
                "p": float(row["p"]),
            }
        )
    return found


def _main_commodity(
    cases: pd.DataFrame, airport: str, start: pd.Timestamp, end: pd.Timestamp
) -> str:
    """Return the commodity with the largest excess over the airport's other days."""
    own = cases[cases["seizure_port"].eq(airport)]
    inside = own["seizure_date"].between(start, end)
    days = (cases["seizure_date"].max() - cases["seizure_date"].min()).days
    length = (end - start).days + 1
    usual = own.loc[~inside, "commodity"].value_counts() * length / (days - length)
    excess = own.loc[inside, "commodity"].value_counts().sub(usual, fill_value=0)
    return str(excess.idxmax())


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the airport weeks above a Poisson limit (mean and two deviations), largest first."""
    cases = cases_of(tables["seizures"])
    counts = weekly_counts(cases)
    mean = counts.mean(axis=1)
    alarms = counts.gt(mean + 2 * np.sqrt(mean), axis=0).to_numpy()
    rows, columns = np.nonzero(alarms)
    largest = np.argsort(-counts.to_numpy()[rows, columns], kind="stable")[:10]
    first = cases["seizure_date"].min()
    found = []
    for place in largest:
        airport, week = counts.index[rows[place]], int(columns[place])
        start = first + pd.Timedelta(days=7 * week)
        end = start + pd.Timedelta(days=6)
        own = cases[cases["seizure_port"].eq(airport) & cases["seizure_date"].between(start, end)]
        found.append(
            {
                "airport": airport,
                "first_day": str(start.date()),
                "last_day": str(end.date()),
                "commodity": str(own["commodity"].value_counts().idxmax()),
            }
        )
    return found


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether a finding names the airport, the commodity and days of the surge."""
    overlap = min(finding["last_day"], facts["last_day"]) >= max(
        finding["first_day"], facts["first_day"]
    )
    return bool(
        finding["airport"] == facts["airport"]
        and finding["commodity"] == facts["commodity"].lower()
        and overlap
    )
