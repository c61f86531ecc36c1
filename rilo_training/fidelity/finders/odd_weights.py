"""Find unusual quantities among peers, and the departure country that has too many of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training import codes

LEAST_PEERS = 30
LEAST_CASES = 10
"""Cases of a departure country, goods and hiding place below which nothing is tested."""
UNUSUAL = 1.3
"""Robust z above which a case is unusual for its peers."""
LEVEL = 0.005


def in_base_units(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return the first line of each case with its quantity in the base unit of its unit.

    Returns
    -------
    pandas.DataFrame
        The extract without exact duplicates, with ``base_quantity`` and ``base_unit``; labels
        without capitals and blanks at the ends.
    """
    lines = seizures.drop_duplicates().sort_values("line_no", kind="stable")
    lines = lines.drop_duplicates("case_id")
    units = codes.units().set_index("unit")
    clean = {name: lines[name].str.strip().str.lower() for name in ("commodity", "sub_commodity")}
    return lines.assign(
        **clean,
        base_quantity=lines["quantity"] * lines["unit"].map(units["factor"]).astype(float),
        base_unit=lines["unit"].map(units["base_unit"]),
    )


def robust_z(lines: pd.DataFrame) -> pd.Series:
    """Return how unusual the quantity of each line is among its peers; high is large.

    Peers have the same commodity, sub-commodity, unit and hiding place, and another departure
    country: a country with many unusual lines must not set its own measure. The median and the
    median absolute deviation of the logarithm are hardly moved by single extreme rows, such as
    a unit slipped by a thousand. Lines with few peers have no value.
    """
    keys = ["commodity", "sub_commodity", "base_unit", "concealment"]
    logs = np.log(lines["base_quantity"].to_numpy(dtype=np.float64).clip(min=1e-3))
    country = lines["departure_country"].to_numpy(dtype=object)
    z = np.full(len(lines), np.nan)
    for rows in lines.groupby(keys).indices.values():
        if len(rows) < LEAST_PEERS:
            continue
        for name in set(country[rows]):
            own = country[rows] == name
            peers = logs[rows[~own]]
            if len(peers) < LEAST_PEERS:
                continue
            centre = np.median(peers)
            spread = 1.4826 * np.median(np.abs(peers - centre))
            if spread > 0:
                z[rows[own]] = (logs[rows[own]] - centre) / spread
    return pd.Series(z, index=lines.index)


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the departure countries with too many unusual cases, strongest first.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``seizures``, the validated extract.

    Returns
    -------
    list of dict
        ``commodity``, ``concealment``, ``departure_country``, ``cases``, ``unusual``,
        ``expected``, ``p``.
    """
    from scipy.stats import binom

    lines = in_base_units(tables["seizures"])
    lines = lines.assign(z=robust_z(lines)).dropna(subset=["z"])
    lines = lines[lines["departure_country"].ne("Unknown") & lines["concealment"].ne("Unknown")]
    lines["unusual"] = lines["z"] > UNUSUAL
    goods = ["commodity", "concealment"]
    groups = lines.groupby([*goods, "departure_country"])["unusual"].agg(["size", "sum"])
    groups = groups.reset_index()
    whole = groups.groupby(goods)[["size", "sum"]].transform("sum")
    # What is usual is what the other departure countries of the same goods show.
    rate = (whole["sum"] - groups["sum"] + 1) / (whole["size"] - groups["size"] + 2)
    groups["expected"] = rate * groups["size"]
    groups = groups[groups["size"] >= LEAST_CASES]
    rate = rate.loc[groups.index].clip(lower=0.05)
    groups["p"] = binom.sf(groups["sum"] - 1, groups["size"], rate)
    found = groups[groups["p"] * len(groups) <= LEVEL].sort_values("p", kind="stable")
    return [
        {
            "commodity": row["commodity"],
            "concealment": row["concealment"],
            "departure_country": row["departure_country"],
            "cases": int(row["size"]),
            "unusual": int(row["sum"]),
            "expected": round(float(row["expected"]), 1),
            "p": float(row["p"]),
        }
        for row in found.to_dict("records")
    ]


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return what the twenty rows of the largest value have in common, most frequent first."""
    lines = in_base_units(tables["seizures"])
    largest = lines.nlargest(20, "value_usd")
    counts = largest.groupby(["commodity", "concealment", "departure_country"]).size()
    counts = counts.sort_values(ascending=False, kind="stable")
    return [
        {"commodity": commodity, "concealment": concealment, "departure_country": country}
        for commodity, concealment, country in counts.index
    ]


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether a finding names the goods, the hiding place and the departure country."""
    return bool(
        finding["commodity"] == facts["commodity"].lower()
        and finding["concealment"] == facts["concealment"]
        and finding["departure_country"] == facts["departure_country"]
    )
