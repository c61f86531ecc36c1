"""The kinds of goods (sub-commodities) and their shares among the lines of a case."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.draws import Indices
from rilo_training.world.labels import order
from rilo_training.world.places import commodity_shares
from rilo_training.world.tables import Floats, parameters, scalar, shares, vector


@cache
def kinds() -> pd.DataFrame:
    """Return the sub-commodities with their commodity and section, one row each."""
    table = codes.sub_commodities()[["commodity", "sub_commodity"]]
    section = codes.commodities().set_index("commodity")["section"]
    return table.assign(section=table["commodity"].map(section))


@cache
def kind_names() -> list[str]:
    """Return a unique name of each row of `kinds`: commodity and sub-commodity."""
    return [f"{row.commodity}/{row.sub_commodity}" for row in kinds().itertuples()]


@cache
def commodity_of_kind() -> Indices:
    """Return the index of the commodity of each row of `kinds`."""
    return np.array([order("commodity").index(name) for name in kinds()["commodity"]])


@cache
def kind_shares() -> Floats:
    """Return the shares of sub-commodities (columns) for each commodity (rows)."""
    table = parameters("sub_commodities")
    keyed = pd.Series(
        table["value"].to_numpy(dtype=np.float64),
        index=table["commodity"] + "/" + table["sub_commodity"],
    ).reindex(kind_names())
    own = commodity_of_kind()[None, :] == np.arange(len(order("commodity")))[:, None]
    return shares(np.where(own, keyed.to_numpy(dtype=np.float64)[None, :], 0.0))


@cache
def drug_commodities() -> tuple[int, ...]:
    """Return the indices of the commodities of the section Drugs."""
    section = codes.commodities().set_index("commodity")["section"]
    return tuple(index for index, name in enumerate(order("commodity")) if section[name] == "Drugs")


def further_line_weights(first: Floats) -> Floats:
    """Return the weights of kinds (columns) for a further line, by commodity of the case (rows).

    Most further lines of a drug case hold the same commodity; some hold another drug.
    """
    drugs = list(drug_commodities())
    mix = vector("commodities", "commodity", order("commodity"))[drugs]
    any_drug = shares(mix) @ first[drugs]
    other = scalar("second_commodity_percent") / 100
    weights = first.copy()
    weights[drugs] = (1 - other) * first[drugs] + other * any_drug[None, :]
    return weights


@cache
def first_line_shares() -> Floats:
    """Return the shares of kinds (columns) among the first lines of each commodity (rows).

    The lines of a drug case hold different kinds, so a common kind stands more often on a first
    line than among all lines. The shares of first lines are found such that all lines together
    have those of `kind_shares`.
    """
    wanted = kind_shares()
    first = wanted.copy()
    drugs = list(drug_commodities())
    for _ in range(200):
        now = _all_lines(first)
        ratio = np.divide(wanted, now, out=np.ones_like(wanted), where=now > 0)
        first[drugs] = shares((first * ratio)[drugs])
    return first


def _all_lines(first: Floats) -> Floats:
    """Return the shares of kinds among all lines of drugs, by expectation.

    Cases with three and more lines are treated as several second lines: they are few.
    """
    drugs = list(drug_commodities())
    mean = vector("lines_per_case", "commodity", order("commodity"))
    weights = further_line_weights(first)
    total = np.zeros(first.shape[1])
    for commodity in drugs:
        own = np.flatnonzero(first[commodity])
        second = np.tile(weights[commodity], (len(own), 1))
        second[np.arange(len(own)), own] = 0.0
        lines = first[commodity] + (mean[commodity] - 1) * (first[commodity, own] @ shares(second))
        total += commodity_shares()[commodity] * lines
    within = commodity_of_kind()[None, :] == np.arange(len(order("commodity")))[:, None]
    return shares(np.where(within, total[None, :], 0.0))
