"""Find a displaced route: one departure country falls and another rises at the same time."""

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
    chance_of_rise,
    month_cuts,
)

LEAST_CASES = 40
"""Imports of a Member and commodity that are needed to compare routes."""

LEAST_CHANGE = 6
"""Cases before a fall, and after a rise, that are needed to speak of a route."""


def known_imports(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return the imports with a known departure, one row per case."""
    cases = cases_of(seizures)
    return cases[cases["direction"].eq("Import") & cases["departure_country"].ne("Unknown")]


def course(tables: Tables) -> list[dict[str, Any]]:
    """Return displaced routes, strongest first.

    A rise must stand after a correction for all Members, commodities, countries and days of
    change that were tried. At the day of the strongest rise, another country of the same Member
    and commodity must fall; this looks at one day only, chosen before. The comparison is made
    within one Member, so that late and batched reports do not move the shares.

    Returns
    -------
    list of dict
        ``reporter``, ``commodity``, ``from``, ``to``, ``change_date``, ``cases_before`` and
        ``cases_after`` (of the new country), ``chance``.
    """
    imports = known_imports(tables["seizures"])
    cuts = month_cuts(tables["seizures"])
    found: list[dict[str, Any]] = []
    tried = 0
    for (reporter, commodity), group in imports.groupby(["reporting_country", "commodity"]):
        if len(group) < LEAST_CASES:
            continue
        countries, before, after = before_and_after(group, cuts)
        both = (before.sum(axis=1, keepdims=True), after.sum(axis=1, keepdims=True))
        rise = chance_of_rise(before, after, *both)
        fall = chance_of_rise(after, before, *both[::-1])
        fall[before < LEAST_CHANGE] = 1.0
        # A country with fewer cases in all cannot be found, so it is no comparison.
        tried += len(cuts) * int(np.count_nonzero((before + after)[0] >= LEAST_CHANGE))
        cut, new = np.unravel_index(np.argmin(rise), rise.shape)
        old = int(np.argmin(fall[cut]))
        if after[cut, new] >= LEAST_CHANGE and fall[cut, old] < LEVEL:
            found.append(
                {
                    "reporter": reporter,
                    "commodity": commodity,
                    "from": countries[old],
                    "to": countries[new],
                    "change_date": str(cuts[cut].date()),
                    "cases_before": int(before[cut, new]),
                    "cases_after": int(after[cut, new]),
                    "chance": float(rise[cut, new]),
                }
            )
    found = [{**finding, "chance": finding["chance"] * tried} for finding in found]
    standing = [finding for finding in found if finding["chance"] < LEVEL]
    return sorted(standing, key=lambda finding: float(finding["chance"]))


def before_and_after(
    group: pd.DataFrame, cuts: list[pd.Timestamp]
) -> tuple[list[str], Counts, Counts]:
    """Return the departures of some cases and their counts before and after each cut.

    Returns
    -------
    tuple of list of str and two arrays of float, shape (cuts, countries)
    """
    departure = group["departure_country"].astype("category")
    countries = list(departure.cat.categories)
    period = np.searchsorted(pd.DatetimeIndex(cuts), group["seizure_date"], side="right")
    table = np.zeros((len(cuts) + 1, len(countries)))
    np.add.at(table, (period, departure.cat.codes.to_numpy()), 1)
    before = np.cumsum(table, axis=0)[:-1]
    return countries, before, table.sum(axis=0) - before


def naive(tables: Tables) -> list[dict[str, Any]]:
    """Return the leading routes of the whole period: the first departure and the next one.

    Members and commodities with the most imports come first.
    """
    imports = known_imports(tables["seizures"])
    groups = imports.groupby(["reporting_country", "commodity"])
    found = []
    for reporter, commodity in groups.size().sort_values(ascending=False).index[:3]:
        ranked = groups.get_group((reporter, commodity))["departure_country"].value_counts()
        if len(ranked) > 1:
            names = {"from": ranked.index[0], "to": ranked.index[1]}
            found.append({"reporter": reporter, "commodity": commodity, **names})
    return found


def matches(finding: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Return whether a finding is the planted story."""
    named = {name: finding[name] for name in ("reporter", "commodity", "from", "to")}
    return named == {
        **{name: facts[name] for name in ("reporter", "from", "to")},
        "commodity": str(facts["commodity"]).lower(),
    }
