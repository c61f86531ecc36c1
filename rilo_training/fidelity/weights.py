"""Weights of drugs: their means against the published ones, their spread and their tail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.fidelity.measure import Measure, between
from rilo_training.fidelity.plain import PlainWorld
from rilo_training.world.bulk import bulk_probability, small_size
from rilo_training.world.labels import order
from rilo_training.world.places import commodity_shares, hiding_places
from rilo_training.world.tables import Floats, parameters, scalar, vector

PUBLISHED_KG = {
    "Psychotropic substances": 8.6,
    "Cannabis": 16.9,
    "New Psychoactive Substances": 10.2,
    "Opioids and Opiates": 2.9,
    "Cocaine": 22.0,
}
"""Mean weight by drug of the region's own cases: tonnes divided by cases, WCO ITR 2025."""

NEAR = (0.15, 0.30, 0.30, *[0.60] * 7)
"""How near the mean of twenty worlds must come, for the groups with most lines down to rank 10."""

TAIL_ONE, TAIL_MANY = (0.75, 0.95), (0.80, 0.95)
"""Share of the weight in the top 1 % of lines: of each world, and on average."""

SPREAD = (1.0, 1.35)
"""Standard deviation of log10 weight; 1.05 to 1.33 in an open collection of cases."""


def _drugs() -> list[str]:
    section = codes.commodities().set_index("commodity")["section"]
    return [name for name in order("commodity") if section[name] == "Drugs"]


@cache
def place_factors() -> Floats:
    """Return the mean of all factors on the mean quantity, by commodity: 1 when nothing is lost.

    The mean is taken over places and over the mixture of small and bulk lines, as the world
    draws them, from the tables alone.
    """
    from scipy.stats import norm

    table = parameters("bulk_mixture").set_index("section")
    section = codes.commodities().set_index("commodity")["section"].loc[order("commodity")]
    lines = table["value"].loc[section].to_numpy(dtype=np.float64) / 100
    weight = table["bulk_weight_percent"].loc[section].to_numpy(dtype=np.float64) / 100
    spread = table["bulk_sigma"].loc[section].to_numpy(dtype=np.float64)
    cut = scalar("bulk_highest_sigmas")
    # The mean of a lognormal cut off above, by integration of its density.
    steps = np.linspace(-9, cut, 20_001)
    density = norm.pdf(steps) / norm.cdf(cut)
    cut_mean = np.trapezoid(np.exp(spread[:, None] * steps) * density, steps, axis=1)
    formula = np.exp(spread**2 / 2) * norm.cdf(cut - spread) / norm.cdf(cut)
    bulk = weight / lines * cut_mean / formula
    small = (1 - weight) / (1 - lines)
    p = bulk_probability()
    mean = p * bulk[:, None, None] + (1 - p) * small[:, None, None] * small_size()
    return np.asarray((hiding_places() * mean).sum(axis=(1, 2)))


@cache
def groups() -> pd.DataFrame:
    """Return the drug groups measured by weight, those with most lines first.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``sub_commodity``, ``published_kg`` (the cited mean), ``table_kg`` (the
        mean that the tables give), ``ratio`` (table over published), ``line_share`` (expected
        share of these lines among all first lines of drugs).

    Examples
    --------
    >>> from rilo_training.fidelity.weights import groups
    >>> groups()["sub_commodity"].iloc[0]
    'Herbal cannabis'
    """
    forms = parameters("quantities")
    forms = forms[forms["commodity"].isin(_drugs()) & forms["measure"].eq("mass")]
    kinds = parameters("sub_commodities").set_index(["commodity", "sub_commodity"])["value"]
    kinds = kinds / kinds.groupby("commodity").transform("sum")
    keys = pd.MultiIndex.from_frame(forms[["commodity", "sub_commodity"]])
    place = forms["commodity"].map(order("commodity").index).to_numpy(dtype=np.int64)
    mean = forms["value"].to_numpy(dtype=np.float64) / 1000
    within = kinds.loc[keys].to_numpy(dtype=np.float64) * forms["share_percent"] / 100
    found = pd.DataFrame(
        {
            "commodity": forms["commodity"],
            "sub_commodity": forms["sub_commodity"],
            "published_kg": mean,
            "table_kg": mean * place_factors()[place],
            "ratio": place_factors()[place],
            "line_share": commodity_shares()[place] * within,
        }
    )
    found["line_share"] /= commodity_shares()[[order("commodity").index(d) for d in _drugs()]].sum()
    return found.sort_values("line_share", ascending=False, kind="stable").reset_index(drop=True)


def commodity_means() -> pd.DataFrame:
    """Return the mean weight of each drug that the tables give, beside the region's own.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``published_kg``, ``table_kg`` (mean of the lines measured by weight),
        ``ratio``.
    """
    table = groups()
    weight = table["table_kg"] * table["line_share"]
    sums = pd.DataFrame({"kg": weight, "lines": table["line_share"]}).groupby(table["commodity"])
    mean = sums.sum().pipe(lambda both: both["kg"] / both["lines"])
    found = pd.DataFrame({"published_kg": pd.Series(PUBLISHED_KG)})
    found["table_kg"] = mean.loc[found.index]
    found["ratio"] = found["table_kg"] / found["published_kg"]
    return found.rename_axis("commodity").reset_index()


def drug_weights(world: PlainWorld) -> pd.DataFrame:
    """Return the drug lines measured by weight: ``commodity``, ``sub_commodity``, ``kg``."""
    lines = world.lines
    weighed = lines[lines["section"].eq("Drugs") & lines["measure"].eq("mass")]
    found = weighed[["commodity", "sub_commodity"]].reset_index(drop=True)
    return found.assign(kg=weighed["base_quantity"].to_numpy(dtype=np.float64) / 1000)


def tail_share(kg: Floats, top: float = 0.01) -> float:
    """Return the share of the whole weight that the largest lines hold.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.weights import tail_share
    >>> tail_share(np.array([1.0] * 99 + [99.0]))
    0.5
    """
    number = max(1, round(top * len(kg)))
    return float(np.sort(kg)[-number:].sum() / kg.sum())


def log_spread(kg: Floats) -> float:
    """Return the standard deviation of log10 weight.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.weights import log_spread
    >>> round(log_spread(np.array([1.0, 10.0, 100.0])), 3)
    0.816
    """
    return float(np.log10(kg).std())


def group_sums(world: PlainWorld) -> pd.DataFrame:
    """Return ``lines`` and ``kg`` of each drug group; those of several worlds can be added."""
    sums = drug_weights(world).groupby(["commodity", "sub_commodity"])["kg"].agg(["size", "sum"])
    keys = pd.MultiIndex.from_frame(groups()[["commodity", "sub_commodity"]])
    return sums.reindex(keys, fill_value=0).set_axis(["lines", "kg"], axis=1).astype("float64")


def pooled_means(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `groups` with ``lines``, ``found_kg``, ``off`` and ``allowed``.

    ``off`` is the relative difference from the published mean, ``allowed`` how large it may be
    in twenty worlds together (missing below rank 10).
    """
    table = groups().join(sums, on=["commodity", "sub_commodity"])
    table["found_kg"] = table.pop("kg") / table["lines"].where(table["lines"] > 0)
    table["off"] = table["found_kg"] / table["published_kg"] - 1
    table["allowed"] = pd.Series(NEAR).reindex(table.index)
    return table


def lines_per_case(worlds: Sequence[PlainWorld]) -> pd.DataFrame:
    """Return the mean number of lines per case: of drugs, of the IPR section, and of weapons.

    Returns
    -------
    pandas.DataFrame
        ``goods``, ``published``, ``found``, ``cases``, ``se`` (standard error of `found`).
    """
    weapons = "Weapons, ammunition and tactical equipment"
    wanted = vector("lines_per_case", "commodity", order("commodity"))
    ipr = "IPR, Health and Safety"
    asked = (
        ("Drugs", "section", wanted[order("commodity").index("Cannabis")]),
        (ipr, "section", 1.97),
        (weapons, "commodity", wanted[order("commodity").index(weapons)]),
    )
    found = []
    for name, column, published in asked:
        parts = []
        for world in worlds:
            number = np.bincount(world.lines["case"], minlength=len(world.cases))
            parts.append(number[world.cases[column].eq(name).to_numpy()])
        number = np.concatenate(parts)
        if len(number):
            error = float(number.std() / np.sqrt(len(number)))
            found.append((name, float(published), float(number.mean()), len(number), error))
    return pd.DataFrame(found, columns=["goods", "published", "found", "cases", "se"])


def measure_weights(world: PlainWorld) -> list[Measure]:
    """Return the measures of the summary that one world can have."""
    part = "Weights of drugs"
    kg = drug_weights(world)["kg"].to_numpy(dtype=np.float64)
    off = float((groups()["ratio"] - 1).abs().max()) * 100
    far = float((commodity_means()["ratio"] - 1).abs().max()) * 100
    found = [
        between(part, "Means of drug groups in the tables, furthest off in %", off, 0, 1),
        between(part, "Means of drugs in the tables, furthest off in %", far, 0, 1),
        between(part, "Share of the weight in the top 1 % of lines", tail_share(kg), *TAIL_ONE),
        between(part, "Standard deviation of log10 weight", log_spread(kg), *SPREAD),
    ]
    for row in lines_per_case([world]).to_dict("records"):
        low, high = 0.95 * row["published"], 1.05 * row["published"]
        if row["cases"] >= 500:  # fewer cases say nothing within 5 %
            found.append(between(part, f"Lines per case: {row['goods']}", row["found"], low, high))
    return found
