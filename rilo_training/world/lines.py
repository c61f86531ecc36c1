"""Draw the seizure lines of the cases: kinds of goods, quantities and units."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.bulk import draw_quantity
from rilo_training.world.draws import Indices, choose
from rilo_training.world.kinds import (
    drug_commodities,
    first_line_shares,
    further_line_weights,
    kind_names,
    kinds,
)
from rilo_training.world.labels import order
from rilo_training.world.members import Habits
from rilo_training.world.streams import Source
from rilo_training.world.tables import Floats, parameters, vector


def draw_lines(source: Source, cases: pd.DataFrame, habits: Habits) -> pd.DataFrame:
    """Return the true seizure lines, one row each, in the order of the cases.

    A drug case with several lines holds different sub-commodities, sometimes of another drug
    commodity than the first line. Other cases may hold a sub-commodity twice (two brands).

    Returns
    -------
    pandas.DataFrame
        ``case`` (row of `cases`), ``line_no``, ``kind`` (row of `kinds`), ``form`` (row of
        ``quantities.csv``), ``base_quantity`` (int64, in the base unit), ``unit`` (index).
    """
    rng = source.stream("lines")
    first = cases["commodity"].to_numpy(dtype=np.int64)
    drugs = np.isin(first, drug_commodities())
    extra = _further_lines(rng, first)
    extra = np.where(drugs, np.minimum(extra, 5), extra)
    case = np.repeat(np.arange(len(first)), extra + 1)
    starts = np.cumsum(extra + 1) - (extra + 1)
    line_no = np.arange(len(case)) - np.repeat(starts, extra + 1) + 1

    kind = choose(rng, first_line_shares(), first[case])
    given = cases["sub_commodity"].to_numpy(dtype=np.int64)[case]
    kind = np.where((given >= 0) & (line_no == 1), given, kind)
    several = np.flatnonzero(drugs & (extra > 0))
    kind_of_several = _different_kinds(rng, first[several], kind[starts[several]])
    place = np.searchsorted(several, case)
    rows = np.flatnonzero((line_no > 1) & drugs[case])
    kind[rows] = kind_of_several[place[rows], line_no[rows] - 2]

    base_quantity, unit, form = _quantities(source, cases, case, kind, habits)
    return pd.DataFrame(
        {
            "case": case,
            "line_no": line_no,
            "kind": kind,
            "form": form,
            "base_quantity": base_quantity,
            "unit": unit,
        }
    )


def _further_lines(rng: np.random.Generator, commodity: Indices) -> Indices:
    """Return the number of lines after the first: geometric, with the mean of the commodity.

    The draws are spread evenly over each commodity (systematic sampling), so that the mean of
    a small section is near the published one in each world.
    """
    mean = vector("lines_per_case", "commodity", order("commodity"))[commodity]
    luck = rng.random(len(commodity))
    by_commodity = np.lexsort((luck, commodity))
    size = np.bincount(commodity, minlength=len(order("commodity")))
    start = np.cumsum(size) - size
    rank = np.empty(len(commodity))
    rank[by_commodity] = np.arange(len(commodity)) - start[commodity[by_commodity]]
    even = (rank + rng.random(len(commodity))) / size[commodity]
    with np.errstate(divide="ignore"):  # a mean of 1 line: log(0) gives no further line
        drawn = np.floor(np.log1p(-even) / np.log((mean - 1) / mean))
    return drawn.astype(np.int64)


def _different_kinds(rng: np.random.Generator, commodity: Indices, taken: Indices) -> Indices:
    """Return further sub-commodities of drug cases, without repetition, most likely first.

    The largest of log weight plus Gumbel noise is a draw by weight; the next largest is a draw
    from the rest (Gumbel top-k).
    """
    weights = further_line_weights(first_line_shares())[commodity]
    weights[np.arange(len(taken)), taken] = 0.0
    with np.errstate(divide="ignore"):
        noisy = np.log(weights) + rng.gumbel(size=weights.shape)
    return np.argsort(-noisy, axis=1, kind="stable")


@cache
def form_shares() -> Floats:
    """Return the shares of the rows of ``quantities.csv`` (columns) for each kind (rows)."""
    forms = parameters("quantities")
    of_form = (forms["commodity"] + "/" + forms["sub_commodity"]).map(kind_names().index)
    weight = np.zeros((len(kind_names()), len(forms)))
    weight[of_form, np.arange(len(forms))] = forms["share_percent"]
    return weight


def _quantities(
    source: Source, cases: pd.DataFrame, case: Indices, kind: Indices, habits: Habits
) -> tuple[Indices, Indices, Indices]:
    """Return quantity in base units, unit as the Member wrote it, and form, for each line."""
    rng = source.stream("quantities")
    form = choose(rng, form_shares(), kind)
    first = cases["commodity"].to_numpy(dtype=np.int64)[case]
    location = cases["location"].to_numpy(dtype=np.int64)[case]
    concealment = cases["concealment"].to_numpy(dtype=np.int64)[case]
    quantity = draw_quantity(rng, form, first, location, concealment)
    base = np.rint(quantity * cases["size"].to_numpy(dtype=np.float64)[case])
    base = np.maximum(base, 1).astype(np.int64)

    reporter = cases["reporter"].to_numpy(dtype=np.int64)[case]
    measures = parameters("quantities")["measure"].to_numpy(dtype=object)
    names = order("unit")
    sticks = (measures == "cigarettes")[form] & habits.counts_sticks[reporter]
    counted = np.array([names.index(name) if name in names else 0 for name in measures])
    is_mass = np.isin(measures, ["mass", "cigarettes"])[form] & ~sticks
    limits = _gram_limits()[habits.weight_habit[reporter]]
    small = np.isin(kinds()["section"].to_numpy(dtype=object), ["Drugs", "AML/CTF"])
    limits = np.where(small[kind], limits, np.minimum(limits, 1000))
    grams = np.where(base < limits, names.index("g"), names.index("kg"))
    unit = np.where(is_mass, grams, np.where(sticks, names.index("sticks"), counted[form]))
    return base, unit, form


@cache
def _gram_limits() -> Floats:
    """Return below which weight in grams each habit writes grams."""
    limit = {"kg always": 0.0, "g below 100 g": 100.0, "g below 1 kg": 1000.0, "g always": np.inf}
    return np.array([limit[str(habit)] for habit in parameters("unit_habits")["habit"]])


@cache
def unit_factors() -> Floats:
    """Return how many base units one of each unit holds, in the order of the units."""
    return codes.units().set_index("unit")["factor"].loc[order("unit")].to_numpy(dtype=np.float64)
