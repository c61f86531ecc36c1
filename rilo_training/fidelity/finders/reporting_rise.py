"""Find a rise made by reporting alone: split the change year on year by Member."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity.finders.first_steps import (
    cases_of,
)

INCOMPLETE_DAYS = 120
"""A month counts as complete when it ended so many days before the last report."""
MONTHS = 6
DISPERSION = 1.5
"""Variance divided by mean. It is 1.6 to 3 for all weekly counts of a Member, less for its part of
one commodity."""
LEVEL = 0.05
LEAST_CASES = 12
LEAST_RISE = 0.10
LEAST_SHARE = 0.5
"""Share of the region's rise that one Member must explain."""


def two_years(cases: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cases of the latest complete months and of the same months a year before."""
    month = cases["seizure_date"].dt.to_period("M")
    complete = cases["report_date"].max() - pd.Timedelta(days=INCOMPLETE_DAYS)
    last = (complete + pd.Timedelta(days=1)).to_period("M") - 1
    now = month.between(last - MONTHS + 1, last)
    before = month.between(last - MONTHS - 11, last - 12)
    return cases[now], cases[before]


def compare(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return both counts of each commodity and Member, and the p value of a rise.

    The p value is that of a binomial test: given both together, how likely is it that so many
    fall in the later year, when the share of the later year is that of the whole region. Counts
    are divided by `DISPERSION` first.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``member``, ``now``, ``before``, ``p``; pairs with few cases are left out.
    """
    from scipy.special import betainc

    keys = ["commodity", "reporting_country"]
    pairs = pd.concat(
        {"now": now.groupby(keys).size(), "before": before.groupby(keys).size()}, axis=1
    ).fillna(0)
    pairs = pairs[pairs.sum(axis=1) >= LEAST_CASES].reset_index()
    share = len(now) / (len(now) + len(before))
    hits, misses = pairs["now"] / DISPERSION, pairs["before"] / DISPERSION
    pairs["p"] = np.where(hits > 0, betainc(np.maximum(hits, 0.01), misses + 1, share), 1.0)
    return pairs.rename(columns={"reporting_country": "member"})


def change_with_interval(now: float, before: float) -> tuple[float, float, float]:
    """Return the relative change and its 95 per cent interval, with over-dispersed counts.

    Examples
    --------
    >>> from rilo_training.fidelity.finders.reporting_rise import change_with_interval
    >>> [round(value, 2) for value in change_with_interval(110, 100)]
    [0.1, -0.21, 0.53]
    """
    now, before = max(now, 0.5), max(before, 0.5)
    half = 1.96 * np.sqrt(DISPERSION * (1 / now + 1 / before))
    ratio = now / before
    return ratio - 1, float(ratio * np.exp(-half) - 1), float(ratio * np.exp(half) - 1)


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the commodities that rise through one Member alone, strongest first.

    The other Members do not rise when the interval of their change reaches down to the growth
    of all goods in the region.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``seizures``, the validated extract.

    Returns
    -------
    list of dict
        ``commodity``, ``member``, ``now``, ``before``, ``change_percent`` of the region,
        ``share_percent`` of the change that the Member explains, ``others_percent`` (change of
        the others with its interval), ``p``.
    """
    now, before = two_years(cases_of(tables["seizures"]))
    pairs = compare(now, before)
    growth = len(now) / len(before) - 1
    found = []
    for row in pairs[pairs["p"] * len(pairs) <= LEVEL].sort_values("p").to_dict("records"):
        own = now[now["commodity"].eq(row["commodity"])]
        after, earlier = len(own), int(before["commodity"].eq(row["commodity"]).sum())
        rise = after - earlier
        change, low, high = change_with_interval(after - row["now"], earlier - row["before"])
        months = own.loc[own["reporting_country"].eq(row["member"]), "seizure_date"]
        usual = row["before"] / MONTHS
        raised = (months.dt.to_period("M").value_counts() > max(2 * usual, 1)).sum()
        explains = row["now"] - row["before"] >= LEAST_SHARE * rise
        lasts = raised >= MONTHS - 2  # a surge of some weeks is another story
        if rise >= LEAST_RISE * earlier and explains and low <= growth and lasts:
            found.append(
                {
                    "commodity": row["commodity"],
                    "member": row["member"],
                    "now": int(row["now"]),
                    "before": int(row["before"]),
                    "change_percent": round(100 * rise / max(earlier, 1)),
                    "share_percent": round(100 * (row["now"] - row["before"]) / rise),
                    "others_percent": [round(100 * value) for value in (change, low, high)],
                    "p": float(row["p"]),
                }
            )
    return found


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the commodities that rise in the panel of Members present in both years.

    The conclusion is a rise of the commodity in the region; no Member is named.
    """
    now, before = two_years(cases_of(tables["seizures"]))
    found = []
    for commodity, own in now.groupby("commodity"):
        earlier = before[before["commodity"].eq(commodity)]
        panel = set(own["reporting_country"]) & set(earlier["reporting_country"])
        counts = [int(part["reporting_country"].isin(panel).sum()) for part in (own, earlier)]
        if min(counts) >= LEAST_CASES and counts[0] > counts[1]:
            change = round(100 * (counts[0] / counts[1] - 1))
            found.append({"commodity": commodity, "member": None, "change_percent": change})
    return sorted(found, key=lambda finding: -finding["change_percent"])


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether a finding names the commodity and the Member behind its rise."""
    return bool(
        finding["commodity"] == facts["commodity"].lower() and finding["member"] == facts["member"]
    )
