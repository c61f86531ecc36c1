"""The published shares that a world follows, from the parameter tables, one row each."""

from __future__ import annotations

from functools import cache

import pandas as pd

from rilo_training.world.labels import order
from rilo_training.world.places import commodity_shares
from rilo_training.world.tables import parameters, scalar, vector

CITED = "WCO ITR 2025"
"""A published figure has a source that begins so."""

ALL = "All goods"

PAIRS = {
    "locations": "location",
    "concealments": "concealment",
    "conveyances": "conveyance",
    "directions": "direction",
    "detections": "detection",
}
"""The tables of a commodity (rows) and a field of the case (columns)."""

TITLES = {
    "sections": "Sections",
    "commodities": "Commodities within their section",
    "sub_commodities": "Kinds of goods within their commodity",
    "locations": "Places of seizure by commodity",
    "concealments": "Hiding places by commodity",
    "conveyances": "Conveyances by commodity",
    "directions": "Directions by commodity",
    "detections": "Ways of detection by commodity",
    "ecommerce": "E-commerce by commodity",
    "flows in": "Regions that goods came from",
    "flows out": "Regions that goods were sent to",
    "unknown countries": "Unknown departures and destinations",
}

KEYS = ["table", "within", "label"]


@cache
def published() -> pd.DataFrame:
    """Return the shares that a world follows, one row each.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``within`` (shares of one ``within`` add up to 1, except for e-commerce and
        unknown countries), ``label``, ``unit`` (``cases`` or ``lines``), ``expected`` (0 to 1)
        and ``cited`` (whether the figure is published; the others are assumptions).

    Examples
    --------
    >>> from rilo_training.fidelity.published import published
    >>> rows = published()
    >>> float(rows.loc[rows["label"].eq("Drugs"), "expected"].iloc[0])
    0.675
    """
    parts = [
        _weights("sections", None, "section", "lines"),
        _weights("commodities", "section", "commodity", "cases"),
        _weights("sub_commodities", "commodity", "sub_commodity", "lines"),
        *(_weights(table, "commodity", field, "cases") for table, field in PAIRS.items()),
        _ecommerce(),
        *(_flows(way) for way in ("in", "out")),
        _unknown(),
    ]
    return pd.concat(parts, ignore_index=True)


def _weights(table: str, within: str | None, label: str, unit: str) -> pd.DataFrame:
    rows = parameters(table)
    group = rows[within] if within else pd.Series(ALL, index=rows.index)
    return pd.DataFrame(
        {
            "table": table,
            "within": group,
            "label": rows[label],
            "unit": unit,
            "expected": rows["value"] / rows["value"].groupby(group).transform("sum"),
            "cited": rows["source"].str.startswith(CITED),
        }
    )


def _ecommerce() -> pd.DataFrame:
    """Return the world's shares lowered by one factor to the region's own, and that one."""
    names = order("commodity")
    world = vector("ecommerce", "commodity", names)
    region = scalar("ecommerce_region_percent") / 100
    wanted = world * region / (commodity_shares() @ world)
    return pd.DataFrame(
        {
            "table": "ecommerce",
            "within": [*names, ALL],
            "label": "Ordered online",
            "unit": "cases",
            "expected": [*wanted, region],
            "cited": True,
        }
    )


def _flows(way: str) -> pd.DataFrame:
    rows = parameters("flows")
    rows = rows[rows["way"].eq(way)]
    total = rows.groupby("route_group")["value"].transform("sum")
    return pd.DataFrame(
        {
            "table": f"flows {way}",
            "within": rows["route_group"],
            "label": rows["region"],
            "unit": "cases",
            "expected": rows["value"] / total,
            "cited": rows["source"].str.startswith(CITED),
        }
    )


def _unknown() -> pd.DataFrame:
    names = ("departure", "destination", "both")
    return pd.DataFrame(
        {
            "table": "unknown countries",
            "within": ALL,
            "label": names,
            "unit": "cases",
            "expected": [scalar(f"{name}_unknown_percent") / 100 for name in names],
            "cited": True,
        }
    )
