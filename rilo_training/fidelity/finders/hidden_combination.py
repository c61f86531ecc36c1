"""Find a combination of departure, concealment and commodity that is far over-represented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rilo_training.fidelity.finders.first_steps import (
    LEVEL,
    Tables,
    cases_of,
)

LEAST_CASES = 12
"""Cases of a combination that are needed."""

LEAST_LIFT = 2.0
"""How many times the expected number a combination must have."""

BY_LAND = ("land boundary", "land border", "rail", "river")
"""Places where goods come from neighbours and are hidden in other ways; compared by themselves."""


def course(tables: Tables) -> list[dict[str, Any]]:
    """Return over-represented combinations, strongest first.

    Within each commodity, Member and way (by land or not) departure and concealment are taken as
    independent. The expected number of a combination is the sum of these expectations. Each
    Member has partners of its own, so a comparison over all Members would alarm without cause.
    The probability is that of a Poisson count, which is larger than the exact one, corrected for
    all combinations that could have been found.

    Returns
    -------
    list of dict
        ``commodity``, ``concealment``, ``departure``, ``cases``, ``expected``, ``lift``,
        ``chance``.
    """
    from scipy.stats import poisson

    cases = cases_of(tables["seizures"])
    cases = cases[cases["direction"].isin(["Import", "Transit"])]
    known = cases["departure_country"].ne("Unknown") & cases["concealment"].ne("Unknown")
    cases = cases[known].assign(by_land=cases["location"].isin(BY_LAND))
    strata = ["commodity", "reporting_country", "by_land"]
    pair = ["departure", "concealment"]
    cases = cases.rename(columns={"departure_country": "departure"})
    departures = cases.groupby([*strata, "departure"]).size().rename("from_there").reset_index()
    methods = cases.groupby([*strata, "concealment"]).size().rename("so_hidden").reset_index()
    whole = cases.groupby(strata).size().rename("all").reset_index()
    parts = departures.merge(methods, on=strata).merge(whole, on=strata)
    parts["expected"] = parts["from_there"] * parts["so_hidden"] / parts["all"]
    table = parts.groupby(["commodity", *pair])["expected"].sum().reset_index()
    found = cases.groupby(["commodity", *pair]).size().rename("cases").reset_index()
    table = table.merge(found, how="left").fillna({"cases": 0}).astype({"cases": "int64"})
    table["lift"] = table["cases"] / table["expected"]
    table["chance"] = poisson.sf(table["cases"] - 1, table["expected"]) * len(table)
    stands = table["chance"].lt(LEVEL) & table["cases"].ge(LEAST_CASES)
    stands &= table["lift"].ge(LEAST_LIFT)
    standing = table[stands].sort_values("chance", kind="stable")
    names = ["commodity", "concealment", "departure", "cases", "expected", "lift", "chance"]
    return [dict(zip(names, row, strict=True)) for row in standing[names].itertuples(index=False)]


def naive(tables: Tables) -> list[dict[str, Any]]:
    """Return the combinations with the most cases."""
    cases = cases_of(tables["seizures"])
    cases = cases[cases["departure_country"].ne("Unknown") & cases["concealment"].ne("Unknown")]
    names = ["commodity", "concealment", "departure_country"]
    largest = (
        cases.groupby(names).size().sort_values(ascending=False, kind="stable")[:3].reset_index()
    )
    return [
        {"commodity": goods, "concealment": method, "departure": country, "cases": int(number)}
        for goods, method, country, number in largest.itertuples(index=False)
    ]


def matches(finding: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Return whether a finding is the planted story."""
    named = {name: finding[name] for name in ("commodity", "concealment", "departure")}
    return named == {**facts, "commodity": str(facts["commodity"]).lower()}
