"""The goods: what is declared, how it is described, what it weighs and what it costs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.home.parties import home
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters, vector

GOODS = [
    "Food",
    "Drink and tobacco",
    "Chemicals and medicines",
    "Plastics and paper",
    "Textiles and footwear",
    "Wood, stone and metals",
    "Machinery and electronics",
    "Vehicles and household goods",
]
"""The groups of goods, in the order of their places."""

MODES = ["Sea", "Air", "Express"]
"""The modes of transport, in the order of their places."""


def heading_codes(column: pd.Series) -> list[str]:
    """Return headings as four digits; a table reads 0303 as the number 303."""
    return [f"{int(code):04d}" for code in column]


@cache
def headings() -> list[str]:
    """Return the headings, in the order of their places; all callers share the list.

    Examples
    --------
    >>> from rilo_training.world.home.goods import headings
    >>> headings()[:2]
    ['0303', '0805']
    """
    return heading_codes(_measure("traffic")["hs_heading"])


def _measure(name: str) -> pd.DataFrame:
    table = parameters("home_headings")
    return table[table["measure"].eq(name)]


@cache
def measure(name: str) -> Floats:
    """Return one measure of every heading: traffic, value_per_kg, weight or package."""
    return _measure(name)["value"].to_numpy(dtype=np.float64)


@cache
def goods_groups() -> Indices:
    """Return the place of the group of goods of every heading."""
    return np.array([GOODS.index(group) for group in _measure("traffic")["goods_group"]])


@cache
def descriptions() -> list[str]:
    """Return all descriptions: those of the headings, then those that say little."""
    own = [str(text) for text in parameters("home_descriptions")["description"]]
    return own + [str(text) for text in parameters("home_vague_descriptions")["description"]]


def draw_goods(seed: int, heading: Indices) -> pd.DataFrame:
    """Return how each consignment differs from the usual one of its heading.

    Returns
    -------
    pandas.DataFrame
        ``weight_z``, ``value_z``, ``package_z`` (standard deviations of the logarithm),
        ``is_mismatch``, ``is_vague``, ``other_heading`` (which the description of a mismatch
        belongs to) and ``word`` (0 to 1, which of the descriptions).
    """
    rng = stream(seed, "home_goods")
    number = len(heading)
    normal = rng.standard_normal((3, number))
    chance = rng.random(number) * 100
    mismatch, vague = home("mismatch_percent"), home("vague_percent")
    # A step of 1 to the last: never the heading itself.
    step = 1 + (rng.random(number) * (len(headings()) - 1)).astype(np.int64)
    return pd.DataFrame(
        {
            "weight_z": normal[0],
            "value_z": normal[1],
            "package_z": normal[2],
            "is_mismatch": chance < mismatch,
            "is_vague": (chance >= mismatch) & (chance < mismatch + vague),
            "other_heading": (heading + step) % len(headings()),
            "word": rng.random(number),
        }
    )


def describe(drawn: pd.DataFrame) -> Indices:
    """Return the place of the description of each consignment in `descriptions`."""
    table = parameters("home_descriptions")
    at = np.array([headings().index(code) for code in heading_codes(table["hs_heading"])])
    wide = np.zeros((len(headings()), len(table)))
    wide[at, np.arange(len(table))] = table["value"]
    steps = np.cumsum(wide / wide.sum(axis=1, keepdims=True), axis=1)
    steps[:, -1] = 1.0
    said = np.where(drawn["is_mismatch"], drawn["other_heading"], drawn["heading"])
    word = drawn["word"].to_numpy()
    line = (steps + np.arange(len(steps))[:, None]).ravel()
    found = np.searchsorted(line, word + said, side="right") - said * len(table)
    weights = parameters("home_vague_descriptions")["value"].to_numpy(dtype=np.float64)
    vague = len(table) + np.searchsorted(np.cumsum(weights) / weights.sum(), word, side="right")
    place: Indices = np.where(drawn["is_vague"], np.minimum(vague, len(descriptions()) - 1), found)
    return place


def ndtr_like(z: Floats) -> Floats:
    """Return a number between 0 and 1 that grows with a standard normal number.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.goods import ndtr_like
    >>> ndtr_like(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1 / (1 + np.exp(-1.7 * z)))


def weigh(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return what each consignment weighs, holds and costs.

    Returns
    -------
    pandas.DataFrame
        ``gross_weight_g`` and ``value_cents`` (whole numbers; heavy and dear consignments are
        declared in whole kilograms and dollars), ``packages``, and ``package_deviation``: the
        logarithm of the weight of one package against the usual one, in standard deviations; 0
        when one or two packages say nothing about it.
    """
    heading, mode = drawn["heading"].to_numpy(), drawn["mode"].to_numpy()
    smaller = vector("home_mode_weight", "mode", MODES)[mode]
    lighter = vector("home_mode_package", "mode", MODES)[mode]
    kg = measure("weight")[heading] * smaller
    kg = kg * np.exp(home("sigma_weight") * drawn["weight_z"].to_numpy())
    # One container, one air waybill, one courier consignment: what is more fills it well.
    limit = vector("home_mode_largest", "mode", MODES)[mode]
    filled = limit * (0.6 + 0.4 * ndtr_like(drawn["package_z"].to_numpy()))
    kg = np.where(kg > limit, filled, kg)
    step = np.where(kg >= 1000, 1000, np.where(kg >= 10, 100, 10))
    grams = np.maximum(np.rint(kg * 1000 / step) * step, 50)
    price = measure("value_per_kg")[heading]
    price = price * np.exp(home("sigma_value_per_kg") * drawn["value_z"].to_numpy())
    cents = price * grams / 10
    step = np.where(cents >= 100_000, 100, 1)
    cents = np.maximum(np.rint(cents / step) * step, 100)

    usual = measure("package")[heading] * lighter
    sigma = home("sigma_package")
    one = usual * np.exp(sigma * drawn["package_z"].to_numpy())
    packages = np.maximum(np.rint(grams / 1000 / one), 1)
    deviation = np.log(grams / 1000 / packages / usual) / sigma
    return pd.DataFrame(
        {
            "gross_weight_g": grams.astype(np.int64),
            "value_cents": cents.astype(np.int64),
            "packages": packages.astype(np.int64),
            "package_deviation": np.where(packages <= 2, 0.0, deviation),
        }
    )
