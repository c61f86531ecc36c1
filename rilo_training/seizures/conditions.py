"""Rules about cells that must agree with each other in one row."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.seizures.cells import Cells
from rilo_training.seizures.convert import grams
from rilo_training.seizures.problems import Problems, joined

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "Unknown"
SLASH, WAY = " / ", " > "
FIRST_DAY = datetime(2000, 1, 1)
FAR_DAYS = 3650
"""Assumption: so far from the usual dates of a table, and three times their spread, is strange."""
YEAR = re.compile(r"[A-Za-z]{2}-((?:19|20)\d{2})-")
"""How a number of a case starts: region and year of registration."""
ENDS = ("departure", "transit", "destination")


def check_conditions(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    """Add the problems of each row whose cells contradict each other.

    A rule is checked where its columns are there and hold labels of the code list. What is not
    known contradicts nothing.

    Parameters
    ----------
    cells : Cells
        The table.
    labels : pandas.DataFrame
        Its columns with a code list, in the labels of the list where the meaning is sure.
    problems : Problems
        Takes what is found.
    """
    for check in (_dates, _far_dates, _hierarchy, _units, _weights, _hiding, _route, _ports):
        check(cells, labels, problems)


def _add(
    problems: Problems, rule: str, column: str, broken: pd.Series, *cells: pd.Series | str
) -> None:
    """Add the rows that break a rule; the cells are joined for reading."""
    import numpy as np

    positions = np.flatnonzero(broken.to_numpy(dtype=bool))
    if len(positions):
        own = [cell if isinstance(cell, str) else cell.iloc[positions] for cell in cells]
        problems.of_cells(rule, column, positions, joined(*own))


def _dates(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    table = cells.table
    if cells.has("seizure_date", "report_date"):
        seized, reported = table["seizure_date"], table["report_date"]
        broken = reported < seized
        _add(problems, "report_before_seizure", "report_date", broken, seized, SLASH, reported)
    if cells.has("case_id", "report_date"):
        start = table["case_id"].str.slice(0, 8)
        years = {text: YEAR.match(text) for text in start.dropna().unique()}
        year = start.map({text: int(found[1]) for text, found in years.items() if found})
        broken = year.astype("float64").ne(table["report_date"].dt.year)
        broken &= year.notna() & table["report_date"].notna()
        _add(problems, "case_year", "case_id", broken, table["case_id"])


def _far_dates(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    """Name dates far from those of the table, such as 2205 for 2025."""
    for name in ("seizure_date", "report_date"):
        if cells.has(name):
            dates = cells.table[name]
            day = (dates - FIRST_DAY).dt.days.astype("float64")
            early, middle, late = (float(day.quantile(share)) for share in (0.25, 0.5, 0.75))
            far = (day - middle).abs() > FAR_DAYS + 3 * (late - early)
            _add(problems, "date_far", name, far, dates)


def _hierarchy(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    for low, high, table in (
        ("commodity", "section", codes.commodities()),
        ("sub_commodity", "commodity", codes.sub_commodities()),
    ):
        if cells.has(low, high):
            above = labels[low].map(table.set_index(low)[high])
            known = above.notna() & labels[high].isin(table[high])
            broken = known & above.ne(labels[high])
            _add(problems, f"{high}_of_{low}", low, broken, labels[low], SLASH, labels[high])


def _pairs(table: pd.DataFrame, first: pd.Series, second: pd.Series) -> pd.Series:
    """Return the rows whose two values stand together in a table of two columns."""
    import pandas as pd

    known = {f"{left}\n{right}" for left, right in table.itertuples(index=False)}
    return pd.Series((first + "\n" + second).isin(known), index=first.index)


def _units(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    if not cells.has("unit", "commodity"):
        return
    fitting = codes.units_of_commodities()[["commodity", "unit"]]
    known = labels["commodity"].isin(fitting["commodity"]) & labels["unit"].isin(
        codes.labels("unit")
    )
    broken = known & ~_pairs(fitting, labels["commodity"], labels["unit"])
    _add(problems, "unit_of_commodity", "unit", broken, labels["unit"], SLASH, labels["commodity"])


def _weights(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    if not cells.has("quantity", "unit"):
        return
    weight_kg = grams(cells.table["quantity"], labels["unit"]) / 1000
    limits = codes.weight_limits()
    for field in ("concealment", "conveyance"):
        if cells.has(field):
            own = limits[limits["field"].eq(field)].set_index("label")["largest_kg"]
            heavier = weight_kg > labels[field].map(own)
            shown = (cells.table["quantity"], " ", labels["unit"], SLASH, labels[field])
            _add(problems, f"weight_of_{field}", "quantity", heavier, *shown)


def _hiding(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    if not cells.has("concealment", "conveyance"):
        return
    impossible = codes.impossible_pairs()[["concealment", "conveyance"]]
    hidden, carried = labels["concealment"], labels["conveyance"]
    broken = _pairs(impossible, hidden, carried)
    _add(problems, "concealment_of_conveyance", "concealment", broken, hidden, SLASH, carried)


def _route(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    """Check the route: an import ends at the Member or passes it, an export starts there."""
    import pandas as pd

    missing = pd.Series(index=labels.index, dtype="str")
    start, middle, end = (
        labels[f"{place}_country"].mask(labels[f"{place}_country"].eq(UNKNOWN))
        if cells.has(f"{place}_country")
        else missing
        for place in ENDS
    )
    # Without a direction nothing is known: what moves inside a country has two equal ends.
    if not cells.has("direction"):
        return
    moves = labels["direction"].ne("Internal")
    returns = moves & (start.eq(end) | middle.eq(start) | middle.eq(end))
    route = (start, WAY, middle, WAY, end)
    _add(problems, "route_returns", "destination_country", returns, *route)
    if not cells.has("reporting_country"):
        return
    direction, here = labels["direction"], labels["reporting_country"]
    away = {
        "Import": start.eq(here) | (end.ne(here) & end.notna() & middle.ne(here)),
        "Export": (start.ne(here) & start.notna()) | end.eq(here),
        "Transit": start.eq(here) | end.eq(here) | (middle.ne(here) & middle.notna()),
        "Internal": (start.ne(here) & start.notna()) | (end.ne(here) & end.notna()),
    }
    broken = pd.Series(False, index=labels.index)
    for name, wrong in away.items():
        broken |= direction.eq(name) & wrong
    broken &= here.notna() & ~returns
    shown = (direction, " at ", here, ": ", *route)
    _add(problems, "route_of_direction", "direction", broken, *shown)


def _ports(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    airports = codes.airports().set_index("iata")["country"]
    seaports = codes.ports().set_index("locode")["country"]
    countries = {**airports.to_dict(), **seaports.to_dict()}
    for place in ("seizure", *ENDS):
        port = f"{place}_port"
        country = "reporting_country" if place == "seizure" else f"{place}_country"
        if cells.has(port, country):
            lies_in = labels[port].map(countries)
            named = labels[country].mask(labels[country].eq(UNKNOWN))
            broken = lies_in.notna() & named.notna() & lies_in.ne(named)
            _add(problems, "port_of_country", port, broken, labels[port], SLASH, named)
        how = "location" if place == "seizure" else "conveyance"
        if cells.has(port, how):
            by_air, by_sea = (
                (["Airport"], ["Seaport"]) if place == "seizure" else (["Air"], ["Vessel"])
            )
            broken = labels[port].isin(seaports.index) & labels[how].isin(by_air)
            broken |= labels[port].isin(airports.index) & labels[how].isin(by_sea)
            _add(problems, "port_of_conveyance", port, broken, labels[port], SLASH, labels[how])
