"""Find a method of concealment that moves from one commodity to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity.finders.first_steps import (
    LEVEL,
    Counts,
    Tables,
    cases_of,
    month_cuts,
)

LEAST_CASES = 100
"""Cases of a commodity that are needed to compare its methods."""

LEAST_EXPECTED = 5
"""Cases of a method before or after the change, found or expected, that are needed for a test."""


def counts(cases: pd.DataFrame, cuts: list[pd.Timestamp]) -> tuple[Counts, list[str], list[str]]:
    """Return the cases by commodity, Member, method and period, with the names.

    Period k holds the cases from cut k - 1 up to cut k; period 0 those before the first cut.
    """
    commodity = cases["commodity"].astype("category")
    member = cases["reporting_country"].astype("category")
    method = cases["concealment"].astype("category")
    period = np.searchsorted(pd.DatetimeIndex(cuts), cases["seizure_date"], side="right")
    sizes = [len(column.cat.categories) for column in (commodity, member, method)]
    table = np.zeros((*sizes, len(cuts) + 1))
    np.add.at(table, (commodity.cat.codes, member.cat.codes, method.cat.codes, period), 1)
    return table, list(commodity.cat.categories), list(method.cat.categories)


def change_scores(after: Counts, whole: Counts) -> tuple[Counts, Counts]:
    """Return how far the cases after a change are from what was to be expected.

    The test of Cochran, Mantel and Haenszel: within each Member the method and the period are
    taken as independent; expectations and variances are added up over the Members.

    Parameters
    ----------
    after, whole : array of float, shape (commodities, members, methods)
        Cases after the change and in the whole period.

    Returns
    -------
    tuple of two arrays of float, shape (commodities, methods)
        The score, in standard deviations, and the expected cases after the change.
    """
    total = whole.sum(axis=2, keepdims=True)
    later = after.sum(axis=2, keepdims=True)
    share = np.divide(later, total, out=np.zeros_like(total), where=total > 0)
    expected = whole * share
    rest = np.divide(total - whole, total - 1, out=np.zeros_like(whole), where=total > 1)
    variance = (expected * (1 - share) * rest).sum(axis=1)
    gap = after.sum(axis=1) - expected.sum(axis=1)
    # Half a case is taken off, because counts move in steps of one.
    gap = np.sign(gap) * np.maximum(np.abs(gap) - 0.5, 0)
    score = np.divide(gap, np.sqrt(variance), out=np.zeros_like(gap), where=variance > 0)
    return score, expected.sum(axis=1)


def course(tables: Tables) -> list[dict[str, Any]]:
    """Return methods that move, strongest first.

    A rise must stand after a correction for all commodities, methods and days of change that
    were tried; at the same day the same method must fall in another commodity, corrected for
    the commodities. Members are compared with themselves, so a Member that starts to report in
    bulk, or reports late, does not move the shares.

    Returns
    -------
    list of dict
        ``method``, ``from``, ``to``, ``change_date``, ``chance``, and the share of the method
        among all cases before and after, ``total_before`` and ``total_after``.
    """
    from scipy.stats import norm

    cases = cases_of(tables["seizures"])
    cases = cases[cases.groupby("commodity")["case_id"].transform("size") >= LEAST_CASES]
    cuts = month_cuts(tables["seizures"])
    table, goods, methods = counts(cases, cuts)
    whole = table.sum(axis=3)
    tests = len(goods) * len(methods) * len(cuts)
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for place, cut in enumerate(cuts):
        after = table[:, :, :, place + 1 :].sum(axis=3)
        score, expected = change_scores(after, whole)
        seen = np.maximum(expected, after.sum(axis=1)) >= LEAST_EXPECTED
        rise = np.where(seen, norm.sf(score), 1.0) * tests
        fall = np.where(seen, norm.cdf(score), 1.0) * len(goods)
        for new, method in np.argwhere(rise < LEVEL):
            old = int(np.argmin(fall[:, method]))
            key = (goods[new], methods[method])
            if fall[old, method] >= LEVEL or (
                key in best and best[key]["chance"] <= rise[new, method]
            ):
                continue
            before = (whole - after).sum(axis=(0, 1))
            later = after.sum(axis=(0, 1))
            best[key] = {
                "method": methods[method],
                "from": goods[old],
                "to": goods[new],
                "change_date": str(cut.date()),
                "chance": float(rise[new, method]),
                "total_before": float(before[method] / before.sum()),
                "total_after": float(later[method] / later.sum()),
            }
    return sorted(best.values(), key=lambda finding: float(finding["chance"]))


def naive(tables: Tables) -> list[dict[str, Any]]:
    """Return the methods whose share of all cases changed most in the last twelve months.

    The commodities named are the most frequent ones of the method, before and after.
    """
    cases = cases_of(tables["seizures"])
    later = cases["seizure_date"] >= cases["report_date"].max() - pd.DateOffset(months=12)
    shares = [
        part["concealment"].value_counts(normalize=True) for part in (cases[~later], cases[later])
    ]
    change = shares[1].sub(shares[0], fill_value=0).abs().sort_values(ascending=False)
    found = []
    for method in change.index[:3]:
        own = cases["concealment"].eq(method)
        ends = [cases.loc[own & part, "commodity"].mode() for part in (~later, later)]
        if all(len(end) for end in ends):
            found.append({"method": method, "from": ends[0].iloc[0], "to": ends[1].iloc[0]})
    return found


def matches(finding: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Return whether a finding is the planted story."""
    named = {name: finding[name] for name in ("method", "from", "to")}
    return named == {
        "method": facts["method"],
        **{name: str(facts[name]).lower() for name in ("from", "to")},
    }
