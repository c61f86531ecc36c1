"""Find a new transit hub: its share of the recorded transits rises at several Members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity.finders.first_steps import (
    LEVEL,
    Tables,
    cases_of,
    chance_of_rise,
    month_cuts,
)

LEAST_MEMBERS = 3
"""Members that must record the hub after the change."""

MOST_BEFORE = 0.02
"""Largest share of the recorded transits before the change of a country that was hardly seen."""


def recorded_transits(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with a recorded transit other than the reporting Member itself."""
    cases = cases_of(seizures)
    transit = cases["transit_country"]
    return cases[transit.notna() & transit.ne(cases["reporting_country"])]


def course(tables: Tables) -> list[dict[str, Any]]:
    """Return new hubs, strongest first.

    A rise must stand after a correction for all countries and days of change that were tried.
    It must be seen by several Members, so that one Member that reports in bulk makes no hub.
    Shares of the recorded transits are compared, so late reports do not matter.

    Returns
    -------
    list of dict
        ``hub``, ``reporters`` (those that record it after the change), ``change_date``,
        ``cases_before``, ``cases_after``, ``chance``.
    """
    transits = recorded_transits(tables["seizures"])
    cuts = month_cuts(tables["seizures"])
    best: dict[str, dict[str, Any]] = {}
    for cut in cuts:
        later = transits["seizure_date"] >= cut
        table = pd.crosstab(transits["transit_country"], later)
        table = table.reindex(columns=[False, True], fill_value=0)
        before, after = table[False].to_numpy(float), table[True].to_numpy(float)
        chance = chance_of_rise(before, after, before.sum(), after.sum())
        chance = chance * len(table) * len(cuts)
        rare = before <= MOST_BEFORE * before.sum()
        for place in map(int, np.flatnonzero((chance < LEVEL) & rare)):
            hub = str(table.index[place])
            own = transits[later & transits["transit_country"].eq(hub)]
            members = sorted(set(own["reporting_country"]))
            if len(members) < LEAST_MEMBERS:
                continue
            if hub not in best or chance[place] < best[hub]["chance"]:
                best[hub] = {
                    "hub": hub,
                    "reporters": members,
                    "change_date": str(cut.date()),
                    "cases_before": int(before[place]),
                    "cases_after": int(after[place]),
                    "chance": float(chance[place]),
                }
    return sorted(best.values(), key=lambda finding: float(finding["chance"]))


def naive(tables: Tables) -> list[dict[str, Any]]:
    """Return the leading transit countries of the whole period."""
    counts = cases_of(tables["seizures"])["transit_country"].value_counts()
    return [{"hub": str(hub), "cases": int(number)} for hub, number in counts[:3].items()]


def matches(finding: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Return whether a finding is the planted story."""
    return bool(finding["hub"] == facts["hub"])
