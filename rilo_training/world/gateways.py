"""Airports and seaports: through which one goods leave, pass and arrive."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rilo_training import codes
from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, scalar

NO_GATEWAY = -1
"""Index of a gateway that is not recorded."""


@cache
def gateway_countries() -> Indices:
    """Return the country (index of ``order("country")``) of each gateway, in their order."""
    both = [*codes.airports()["country"], *codes.ports()["country"]]
    return np.array([order("country").index(country) for country in both], dtype=np.int64)


@cache
def airport_count() -> int:
    """Return how many of the gateways, counted from the first, are airports."""
    return len(codes.airports())


def gateway_weights(seed: int) -> Floats:
    """Return how likely each gateway is, by way and country.

    Returns
    -------
    array of float, shape (2 * countries, gateways)
        First all countries by air, then all countries by sea. Within a country few gateways
        carry most; which ones is drawn by the seed. A country without one has a row of zeros.
    """
    rng = stream(seed, "gateways")
    country = gateway_countries()
    by_air = np.arange(len(country)) < airport_count()
    luck = rng.random(len(country))
    rows = np.where(by_air, country, country + len(order("country")))
    place = np.lexsort((luck, rows))
    start = np.searchsorted(rows[place], rows[place], side="left")
    rank = np.empty(len(country))
    rank[place] = np.arange(len(country)) - start + 1
    table = np.zeros((2 * len(order("country")), len(country)))
    table[rows, np.arange(len(country))] = rank ** -scalar("zipf_exponent_gateways")
    return table


def draw_gateways(
    rng: np.random.Generator,
    weights: Floats,
    country: Indices,
    by_air: npt.NDArray[np.bool_],
    by_sea: npt.NDArray[np.bool_],
) -> Indices:
    """Return one gateway per case, or `NO_GATEWAY`.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    weights : array of float
        What `gateway_weights` returned.
    country : array of int
        Country of the gateway; negative when it is unknown or there is none.
    by_air, by_sea : array of bool
        How the goods moved; a case that moved in neither way has no gateway.
    """
    row = np.where(by_sea, country + len(order("country")), country)
    usable = (by_air | by_sea) & (country >= 0)
    usable &= weights.sum(axis=1)[np.where(usable, row, 0)] > 0
    recorded = rng.random(len(country)) < scalar("gateway_known_percent") / 100
    drawn = choose(rng, weights, np.where(usable, row, np.flatnonzero(weights.sum(axis=1))[0]))
    return np.where(usable & recorded, drawn, NO_GATEWAY)
