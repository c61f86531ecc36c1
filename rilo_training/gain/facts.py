"""The numbers of a world that the items of one form need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Facts = dict[str, Any]
"""Numbers and words by the name of their slot. Names that start with ``rows_`` count the rows
behind an item; they stand in no text."""

TABLES = ("seizures", "consignments", "inspections")
"""The tables of a world that the test needs."""

LONG_BAR = 3
"""How many times as long the second bar of the cut axis looks as the first."""


def facts(tables: Mapping[str, pd.DataFrame], plan: Mapping[str, Any]) -> Facts:
    """Return every number and word that the items of a form say.

    Parameters
    ----------
    tables
        ``seizures``, ``consignments`` and ``inspections`` of a world.
    plan
        What the form looks at, from the blueprint: sections, substances, columns.

    Returns
    -------
    dict
        By the name of the slot.
    """
    seizures = tables["seizures"].drop_duplicates()
    cases = seizures.drop_duplicates("case_id")
    return {
        **_lines(seizures, plan),
        **_unknown(cases, plan),
        **_quantities(seizures, plan),
        **_shares(cases, plan),
        **_bars(cases, plan),
        **_inspections(tables["consignments"], tables["inspections"], plan),
        **_unusual(seizures, plan),
    }


def _lines(seizures: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    own = seizures[seizures["section"] == plan["section"]]
    lines, cases = len(own), int(own["case_id"].nunique())
    return {
        "section": plan["section"],
        "lines": lines,
        "cases": cases,
        "extra_lines": lines - cases,
        "lines_and_cases": lines + cases,
        "rows_lines": lines,
    }


def _unknown(cases: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    column, value = plan["unknown"]["column"], plan["unknown"]["value"]
    drugs = cases.loc[cases["section"] == "Drugs", column]
    count = int((drugs == value).sum() if value else drugs.isna().sum())
    return {"unknown": count, "rows_unknown": count}


def _quantities(seizures: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    name = re.escape(plan["substance"])
    own = seizures[seizures["sub_commodity"].str.contains(name, case=False, na=False)]
    # Rounded as they are printed, so that who adds up what stands there gets the right answer.
    kilograms = round(float(own.loc[own["unit"] == "kg", "quantity"].sum()), 1)
    grams = round(float(own.loc[own["unit"] == "g", "quantity"].sum()))
    return {
        "substance": plan["substance"],
        "kilograms": kilograms,
        "grams": grams,
        "together": kilograms + grams / 1000,
        "grams_as_kilograms": kilograms + grams,
        "by_a_hundred": kilograms + grams / 100,
        "rows_quantities": int(own["unit"].isin(["kg", "g"]).sum()),
    }


def _shares(cases: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    by_conveyance = cases["conveyance"] == plan["conveyance"]
    so_hidden = cases["concealment"] == plan["concealment"]
    both, of_conveyance = int((by_conveyance & so_hidden).sum()), int(by_conveyance.sum())
    of_hidden, whole = int(so_hidden.sum()), len(cases)
    return {
        "conveyance": plan["conveyance"],
        "hidden": plan["concealment"].lower(),
        "both": both,
        "of_conveyance": of_conveyance,
        "of_hidden": of_hidden,
        "all_cases": whole,
        "row_share": percent(both, of_conveyance),
        "column_share": percent(both, of_hidden),
        "share_of_all": percent(both, whole),
        "hidden_share": percent(of_hidden, whole),
        "rows_both": both,
    }


def _bars(cases: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    bars = plan["bars"]
    column = cases.loc[cases["section"].isin(bars["sections"]), bars["column"]]
    low, high = sorted(int((column == value).sum()) for value in bars["values"])
    return {
        "low": low,
        "high": high,
        "start": (LONG_BAR * low - high) // (LONG_BAR - 1),
        "more": percent(high - low, low),
        "rows_bars": low,
    }


def _inspections(
    consignments: pd.DataFrame, inspections: pd.DataFrame, plan: Mapping[str, Any]
) -> Facts:
    own = inspections
    if plan["opened_by"]:
        own = inspections[inspections["selected_by"] == plan["opened_by"]]
    declared, opened, found = len(consignments), len(own), int(own["is_illicit"].sum())
    return {
        "declared": declared,
        "opened": opened,
        "found": found,
        "hit_rate": percent(found, opened),
        "found_of_all": percent(found, declared),
        "opened_share": percent(opened, declared),
        "no_find_share": percent(opened - found, opened),
        "rows_found": found,
    }


def _unusual(seizures: pd.DataFrame, plan: Mapping[str, Any]) -> Facts:
    weighed = seizures[seizures["unit"].isin(["kg", "g"])]
    grams = weighed["quantity"].where(weighed["unit"] == "g", weighed["quantity"] * 1000)
    found: Facts = {}
    # A far record among small weights, a usual one among large weights, and one in the middle.
    for name, place in (("odd", 0.99), ("big", 0.70), ("middle", 0.50)):
        own = grams[weighed["sub_commodity"] == plan[name]]
        at = {"weight": place, "typical": 0.5, "nine": 0.9}
        found[name] = plan[name]
        found[f"rows_{name}"] = len(own)
        for slot, quantile in at.items():
            found[f"{name}_{slot}_g"] = float(own.quantile(quantile)) if len(own) else 0.0
            found[f"{name}_{slot}"] = weight(found[f"{name}_{slot}_g"])
    return found


def percent(part: float, whole: float) -> float:
    """Return a part of a whole, times 100; 0 where there is no whole.

    Examples
    --------
    >>> percent(1, 8), percent(1, 0)
    (12.5, 0.0)
    """
    return 100 * part / whole if whole else 0.0


def weight(grams: float) -> str:
    """Return a weight as people write it.

    Examples
    --------
    >>> weight(642.4), weight(7_208_600)
    ('642 g', '7,208.6 kg')
    """
    return f"{grams / 1000:,.1f} kg" if grams >= 1000 else f"{grams:,.0f} g"
