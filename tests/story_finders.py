"""What the tests of the analyst's library share: the library's way to find each story line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from rilo_training import analysis

BY_LAND = ("land boundary", "land border", "rail", "river")
"""Places where goods come from neighbours and are hidden in other ways."""

Tables = Mapping[str, pd.DataFrame]
Finding = tuple[Any, ...]


def tidy_cases(tables: Tables) -> pd.DataFrame:
    """One row per case, with labels in lower case without outer blanks."""
    cases = analysis.one_row_per_case(tables["seizures"])
    names = ("commodity", "sub_commodity", "location")
    return cases.assign(**{name: cases[name].str.strip().str.lower() for name in names})


def first_three(table: pd.DataFrame, columns: list[str]) -> list[Finding]:
    """The first three findings; of a table that lists all tests, those that stand."""
    standing = table[table["stands"]] if "stands" in table else table
    return list(standing[columns].head(3).itertuples(index=False, name=None))


def displaced_route(tables: Tables) -> list[Finding]:
    """Departures of the imports that changed within a Member and commodity."""
    cases = tidy_cases(tables)
    table = analysis.displaced_routes(cases[cases["direction"].eq("Import")])
    return first_three(table, ["reporting_country", "commodity", "from", "to"])


def moving_method(tables: Tables) -> list[Finding]:
    """Concealment that left one commodity and came to another."""
    return first_three(analysis.moved_labels(tidy_cases(tables)), ["concealment", "from", "to"])


def new_hub(tables: Tables) -> list[Finding]:
    """Transits that were hardly seen before."""
    table = analysis.hub_changes(tidy_cases(tables))
    return first_three(table[table["change"].eq("new")], ["place"])


def hidden_combination(tables: Tables) -> list[Finding]:
    """Departure and concealment that meet too often within a commodity."""
    cases = tidy_cases(tables)
    cases = cases[cases["direction"].isin(["Import", "Transit"])]
    table = analysis.over_represented(
        cases.assign(by_land=cases["location"].isin(BY_LAND)),
        ["departure_country", "concealment"],
        by="commodity",
        strata=["reporting_country", "by_land"],
        least_cases=12,
        least_lift=1.75,
    )
    return first_three(table, ["commodity", "concealment", "departure_country"])


def reporting_rise(tables: Tables) -> list[Finding]:
    """Commodities that rise through one Member, in the same complete months of two years."""
    cases = tidy_cases(tables)
    periods = analysis.year_pair(analysis.latest_complete_day(cases), months=6)
    table = analysis.sole_drivers(cases, *periods)
    return first_three(table, ["commodity", "reporting_country"])


def batch_upload(tables: Tables) -> list[Finding]:
    """Backlogs of a Member."""
    return first_three(analysis.batch_uploads(tidy_cases(tables)), ["reporting_country"])


def odd_weights(tables: Tables) -> list[Finding]:
    """Departures with larger quantities than their peers."""
    table = analysis.larger_than_peers(tidy_cases(tables), "quantity")
    return first_three(table, ["commodity", "concealment", "departure_country"])


def changing_goods(tables: Tables) -> list[Finding]:
    """Places to which containers go whose goods change on the way."""
    table = analysis.changing_chains(tables["movements"])
    return first_three(table.drop_duplicates("place"), ["place"])


FINDERS: dict[str, Callable[[Tables], list[Finding]]] = {
    "displaced_route": displaced_route,
    "moving_method": moving_method,
    "new_hub": new_hub,
    "hidden_combination": hidden_combination,
    "reporting_rise": reporting_rise,
    "batch_upload": batch_upload,
    "odd_weights": odd_weights,
    "changing_goods": changing_goods,
}

NAMED: dict[str, tuple[str, ...]] = {
    "displaced_route": ("reporter", "commodity", "from", "to"),
    "moving_method": ("method", "from", "to"),
    "new_hub": ("hub",),
    "hidden_combination": ("commodity", "concealment", "departure"),
    "reporting_rise": ("commodity", "member"),
    "batch_upload": ("member",),
    "odd_weights": ("commodity", "concealment", "departure_country"),
    "changing_goods": ("destination_port",),
}
"""The facts that a finding must name, in the order of its values."""


def finds(kind: str, tables: Tables, facts: Mapping[str, Any]) -> bool:
    """Whether one of the first three findings names the facts, whatever the case of letters."""
    wanted = tuple(str(facts[name]).lower() for name in NAMED[kind])
    return any(
        tuple(str(part).lower() for part in found) == wanted for found in FINDERS[kind](tables)
    )
