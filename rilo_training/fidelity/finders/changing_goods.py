"""Find containers whose declared goods change at each leg though the load stays the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

SAME_WEIGHT_KG = 20.0
SAME_PACKAGES = 2
"""Two legs carry the same load when weight and packages differ by no more than this."""

FEWEST_CHANGES = 2
FEWEST_CONTAINERS = 5
HIGHEST_P = 0.001
"""After Bonferroni correction for the number of destinations."""


def legs_in_pairs(movements: pd.DataFrame) -> pd.DataFrame:
    """Return each leg with the leg before it of the same container.

    Parameters
    ----------
    movements : pandas.DataFrame
        The table as Members shared it.

    Returns
    -------
    pandas.DataFrame
        One row per leg that has an earlier one: ``container_number``, ``destination`` (last
        port that is known), ``same_load`` and ``other_chapter`` (yes/no).
    """
    # Legs follow each other by their number: a few dates are wrong.
    legs = movements.drop_duplicates(["container_number", "leg_no"])
    legs = legs.sort_values(["container_number", "leg_no"]).assign(
        chapter=movements["hs_heading"].astype("str").str.strip().str[:2]
    )
    by_container = legs.groupby("container_number")
    weight = (legs["gross_weight_kg"] - by_container["gross_weight_kg"].shift()).abs()
    packages = (legs["packages"] - by_container["packages"].shift()).abs()
    before = by_container["chapter"].shift()
    pairs = legs[["container_number", "arrival_date"]].assign(
        destination=by_container["arrival_port"].transform("last"),
        same_load=weight.le(SAME_WEIGHT_KG) & packages.le(SAME_PACKAGES),
        other_chapter=legs["chapter"].ne(before),
    )
    return pairs[before.notna()]


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return destinations at which such containers are far more frequent than elsewhere.

    Each destination is compared with all the others: how many changes of the chapter would stand
    there by chance? Then the containers with several changes are listed.

    Returns
    -------
    list of dict
        ``destination``, ``containers``, ``changes``, ``pairs``, ``expected`` and ``p``
        (one-sided, corrected), strongest first; empty when nothing stands.
    """
    from scipy.stats import binom

    pairs = legs_in_pairs(tables["movements"])
    same = pairs[pairs["same_load"]]
    count = same.groupby("destination")["other_chapter"].agg(["sum", "size"])
    others = count.sum() - count
    # One change more and two pairs more, so that a share is never zero.
    share = (others["sum"] + 1) / (others["size"] + 2)
    p = binom.sf(count["sum"] - 1, count["size"], share) * len(count)
    findings = []
    for destination in count.index[np.asarray(p) < HIGHEST_P]:
        there = same[same["destination"].eq(destination)]
        changes = there.groupby("container_number")["other_chapter"].agg(["sum", "mean"])
        # A slip of the pen changes the heading twice in a long chain; most pairs stay as they are.
        moving = changes[changes["sum"].ge(FEWEST_CHANGES) & changes["mean"].gt(0.5)]
        if len(moving) < FEWEST_CONTAINERS:
            continue
        found = count.loc[destination]
        findings.append(
            {
                "destination": str(destination),
                "containers": sorted(map(str, moving.index)),
                "changes": int(found["sum"]),
                "pairs": int(found["size"]),
                "expected": round(float(found["size"] * share[destination]), 1),
                "p": float(np.minimum(p[count.index.get_loc(destination)], 1.0)),
            }
        )
    return sorted(findings, key=lambda finding: float(finding["p"]))


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return what counting suggests, without a look at the load.

    Returns
    -------
    list of dict
        ``destination`` and ``containers``: the three ports with most containers whose chapter
        changed twice or more, then the two ports with most containers that declare tobacco.
    """
    pairs = legs_in_pairs(tables["movements"])
    changes = pairs.groupby(["destination", "container_number"])["other_chapter"].sum()
    changing = changes[changes >= FEWEST_CHANGES].reset_index()
    last = tables["movements"].sort_values(["container_number", "leg_no"])
    last = last.drop_duplicates("container_number", keep="last")
    tobacco = last[last["hs_heading"].str.startswith("24")]
    tobacco = tobacco.rename(columns={"arrival_port": "destination"})
    findings = []
    for rows, most in ((changing, 3), (tobacco, 2)):
        for port in rows["destination"].value_counts().head(most).index:
            containers = rows.loc[rows["destination"].eq(port), "container_number"]
            findings.append({"destination": str(port), "containers": sorted(map(str, containers))})
    return findings


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether the finding is the planted story: its port, and mostly its containers."""
    named, true = set(finding["containers"]), set(facts["containers"])
    both = len(named & true)
    same_port = finding["destination"] == facts["destination_port"]
    return bool(same_port and 2 * both >= len(true) and 2 * both >= len(named))
