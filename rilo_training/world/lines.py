"""Draw the seizure lines of the cases: kinds of goods, quantities and units."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.members import Habits
from rilo_training.world.places import bulk
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters, scalar, shares, vector


@cache
def kinds() -> pd.DataFrame:
    """Return the sub-commodities with their commodity and section, one row each."""
    table = codes.sub_commodities()[["commodity", "sub_commodity"]]
    section = codes.commodities().set_index("commodity")["section"]
    return table.assign(section=table["commodity"].map(section))


@cache
def kind_shares() -> Floats:
    """Return the shares of sub-commodities (columns) for each commodity (rows)."""
    table = parameters("sub_commodities").set_index("sub_commodity")
    columns = [f"{row.commodity}/{row.sub_commodity}" for row in kinds().itertuples()]
    keyed = pd.Series(
        table["value"].to_numpy(dtype=np.float64),
        index=table["commodity"] + "/" + table.index,
    ).reindex(columns)
    own = kinds()["commodity"].to_numpy()[None, :] == np.array(order("commodity"))[:, None]
    return shares(np.where(own, keyed.to_numpy(dtype=np.float64)[None, :], 0.0))


def draw_lines(seed: int, cases: pd.DataFrame, habits: Habits) -> pd.DataFrame:
    """Return the true seizure lines, one row each, in the order of the cases.

    A drug case with several lines holds different sub-commodities, sometimes of another drug
    commodity than the first line. Other cases may hold a sub-commodity twice (two brands).

    Returns
    -------
    pandas.DataFrame
        ``case`` (row of `cases`), ``line_no``, ``section``, ``commodity``, ``sub_commodity``,
        ``base_quantity`` (int64, in the base unit), ``unit``.
    """
    rng = stream(seed, "lines")
    first = cases["commodity_at"].to_numpy(dtype=np.int64)
    mean = vector("lines_per_case", "commodity", order("commodity"))[first]
    more = (mean - 1) / mean
    with np.errstate(divide="ignore"):  # a mean of 1 line: log(0) gives no further line
        extra = np.floor(np.log(1 - rng.random(len(first))) / np.log(more)).astype(np.int64)
    drugs = np.isin(first, _drug_commodities())
    extra = np.where(drugs, np.minimum(extra, 5), extra)
    case = np.repeat(np.arange(len(first)), extra + 1)
    starts = np.cumsum(extra + 1) - (extra + 1)
    line_no = np.arange(len(case)) - np.repeat(starts, extra + 1) + 1

    kind = choose(rng, kind_shares(), first[case])
    several = np.flatnonzero(drugs & (extra > 0))
    kind_of_several = _different_kinds(rng, first[several], kind[starts[several]])
    rows = np.flatnonzero(np.isin(case, several) & (line_no > 1))
    kind[rows] = kind_of_several[np.searchsorted(several, case[rows]), line_no[rows] - 2]

    base_quantity, unit = _quantities(seed, cases, case, kind, habits)
    table = kinds()
    return pd.DataFrame(
        {
            "case": case,
            "line_no": line_no.astype(np.int64),
            "section": table["section"].to_numpy(dtype=object)[kind],
            "commodity": table["commodity"].to_numpy(dtype=object)[kind],
            "sub_commodity": table["sub_commodity"].to_numpy(dtype=object)[kind],
            "base_quantity": base_quantity,
            "unit": unit,
        }
    )


@cache
def _drug_commodities() -> tuple[int, ...]:
    section = codes.commodities().set_index("commodity")["section"]
    return tuple(index for index, name in enumerate(order("commodity")) if section[name] == "Drugs")


def _different_kinds(rng: np.random.Generator, commodity: Indices, taken: Indices) -> Indices:
    """Return further sub-commodities of drug cases, without repetition, most likely first.

    The largest of log weight plus Gumbel noise is a draw by weight; the next largest is a draw
    from the rest (Gumbel top-k).
    """
    own = kind_shares()[commodity]
    drugs = list(_drug_commodities())
    mix = vector("commodities", "commodity", order("commodity"))[drugs]
    any_drug = shares(mix) @ kind_shares()[drugs]
    other = scalar("second_commodity_percent") / 100
    weights = (1 - other) * own + other * any_drug[None, :]
    weights[np.arange(len(taken)), taken] = 0.0
    with np.errstate(divide="ignore"):
        noisy = np.log(weights) + rng.gumbel(size=weights.shape)
    return np.argsort(-noisy, axis=1, kind="stable")


def _quantities(
    seed: int, cases: pd.DataFrame, case: Indices, kind: Indices, habits: Habits
) -> tuple[Indices, np.ndarray]:
    """Return the quantity in base units and the unit that the Member wrote, for each line."""
    rng = stream(seed, "quantities")
    forms = parameters("quantities").reset_index(drop=True)
    names = [f"{row.commodity}/{row.sub_commodity}" for row in kinds().itertuples()]
    name_of_form = (forms["commodity"] + "/" + forms["sub_commodity"]).map(names.index)
    weight = np.zeros((len(names), len(forms)))
    weight[name_of_form, forms.index] = forms["share_percent"]
    form = choose(rng, weight, kind)

    reporter = cases["reporter_at"].to_numpy(dtype=np.int64)[case]
    place = (
        cases["commodity_at"].to_numpy(dtype=np.int64)[case],
        cases["location_at"].to_numpy(dtype=np.int64)[case],
        cases["concealment_at"].to_numpy(dtype=np.int64)[case],
    )
    sigma = forms["sigma"].to_numpy(dtype=np.float64)[form]
    mean = forms["value"].to_numpy(dtype=np.float64)[form] * bulk()[place]
    # The mean of a lognormal is exp(mu + sigma**2 / 2): the second term is taken off here.
    quantity = mean * np.exp(sigma * rng.standard_normal(len(kind)) - sigma**2 / 2)

    measure = forms["measure"].to_numpy(dtype=object)[form]
    section = kinds()["section"].to_numpy(dtype=object)[kind]
    sticks = (measure == "cigarettes") & habits.counts_sticks[reporter]
    is_mass = (measure == "mass") | ((measure == "cigarettes") & ~sticks)
    highest = np.where(is_mass & (section == "Drugs"), scalar("quantity_highest_drugs_g"), np.inf)
    base = np.maximum(np.rint(np.minimum(quantity, highest)), 1).astype(np.int64)

    habit = habits.weight_habit[reporter]
    limits = _gram_limits()[habit]
    small_goods = np.isin(section, ["Drugs", "AML/CTF"])
    limits = np.where(small_goods, limits, np.minimum(limits, 1000))
    unit = np.where(is_mass, np.where(base < limits, "g", "kg"), measure).astype(object)
    unit[sticks] = "sticks"
    return base, unit


@cache
def _gram_limits() -> Floats:
    """Return below which weight in grams each habit writes grams."""
    limit = {"kg always": 0.0, "g below 100 g": 100.0, "g below 1 kg": 1000.0, "g always": np.inf}
    return np.array([limit[str(habit)] for habit in parameters("unit_habits")["habit"]])


def in_unit(base_quantity: pd.Series, unit: pd.Series) -> pd.Series:
    """Return quantities in the unit of their own row, from whole numbers of the base unit.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.world.lines import in_unit
    >>> in_unit(pd.Series([1500, 1500]), pd.Series(["kg", "g"])).tolist()
    [1.5, 1500.0]
    """
    factor = codes.units().set_index("unit")["factor"]
    return base_quantity / unit.map(factor).astype("float64")
