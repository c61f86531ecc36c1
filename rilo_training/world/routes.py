"""Routes: where goods came from, passed through and were sent to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from rilo_training import codes
from rilo_training.world.draws import Indices, choose, fit_margins
from rilo_training.world.labels import order
from rilo_training.world.members import draw_ranks
from rilo_training.world.places import commodity_shares, hiding_places
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, matrix, parameters, scalar, shares, vector

UNKNOWN = -1
"""Index of a country that is not known."""
NONE = -2
"""Index of a transit country when no transit is recorded."""


@dataclass(frozen=True)
class Routes:
    """Departure, transit and destination of each case, as indices of ``order("country")``."""

    departure: Indices
    transit: Indices
    destination: Indices


@cache
def region_shares(way: str) -> Floats:
    """Return the shares of partner regions for each commodity.

    Parameters
    ----------
    way : str
        ``"in"`` for departures of goods that come in, ``"out"`` for destinations of goods that
        go out.

    Returns
    -------
    array of float, shape (2, commodities, regions)
        First for goods that do not cross by land, then for those that do. Both together give
        ``flows.csv``. The drugs together follow the published flow; single drugs are pulled
        towards the regions of ``route_affinity.csv`` by fitting both margins.
    """
    flows = parameters("flows")
    wide = flows[flows["way"].eq(way)].pivot(index="route_group", columns="region", values="value")
    groups = parameters("route_groups").set_index("commodity").loc[order("commodity"), "value"]
    table = wide.reindex(index=list(groups), columns=order("region")).fillna(0.0)
    result = shares(table.to_numpy(dtype=np.float64))
    if way == "in":
        drugs = groups.eq("drugs").to_numpy(dtype=bool)
        pull = matrix("route_affinity", "commodity", "region", order("commodity"), order("region"))
        pull[pull == 0] = 1.0  # a pair that is not listed is neither pulled nor pushed
        # Departures are drawn for what comes in: imports and transits.
        ways = matrix(
            "directions", "commodity", "direction", order("commodity"), order("direction")
        )
        inward = shares(ways)[:, [order("direction").index(way) for way in ("Import", "Transit")]]
        mix = (commodity_shares() * inward.sum(axis=1))[drugs]
        flow = mix.sum() * result[drugs][0]
        result[drugs] = shares(fit_margins((pull * result)[drugs], mix, flow))
    near = vector("land_regions", "region", order("region"))
    start = np.stack([np.ones_like(near), near])
    by_land = hiding_places()[:, crosses_land(order("location"))].sum(axis=(1, 2))
    split = [
        shares(fit_margins(start * row, np.array([1 - land, land]), row))
        for row, land in zip(result, by_land, strict=True)
    ]
    return np.stack(split, axis=1)


def crosses_land(location: list[str]) -> npt.NDArray[np.bool_]:
    """Return at which locations goods cross the boundary by land or river."""
    return np.isin(location, ["Land boundary", "Rail", "River"])


def partner_weights(seed: int) -> tuple[Floats, Floats]:
    """Return how likely each country is as departure and as destination, for each Member.

    Returns
    -------
    tuple of two arrays of float, shape (2, members, countries)
        Relative weights within the region of the country, first for goods that do not cross by
        land, then for those that do (neighbours weigh more). A Member is not its own partner.
        Which Members are named often is drawn, so that no administration is judged on invented
        data.
    """
    rng = stream(seed, "partners")
    members, countries = len(order("member")), len(order("country"))
    near = matrix("land_neighbours", "member", "neighbour", order("member"), order("country"))
    near = np.maximum(near, 1.0)
    found = []
    for _ in ("departure", "destination"):
        weight = vector("partners", "country", order("country"))
        weight[:members] = draw_ranks(rng) ** -scalar("zipf_exponent_partners")
        noise = np.exp(scalar("sigma_route") * rng.standard_normal((members, countries)))
        table = weight[None, :] * noise
        table[np.arange(members), np.arange(members)] = 0.0
        found.append(np.stack([table, table * near]))
    return found[0], found[1]


def country_weights(seed: int) -> tuple[Floats, Floats]:
    """Return the weights of departure and of destination countries in the world of a seed.

    Returns
    -------
    tuple of two arrays of float, shape (2 * commodities * members, countries)
        The row of a case is ``(by_land * commodities + commodity) * members + reporter``.
    """
    departures, destinations = partner_weights(seed)
    return (
        _by_country(region_shares("in"), departures),
        _by_country(region_shares("out"), destinations),
    )


def _by_country(regions: Floats, partners: Floats) -> Floats:
    """Return weights of countries: one row per land crossing, commodity and Member."""
    inside = codes.countries()["rilo_region"].map(order("region").index).to_numpy(dtype=np.int64)
    member = np.zeros((len(order("region")), len(inside)))
    member[inside, np.arange(len(inside))] = 1.0
    relative = partners / (partners @ member.T)[:, :, inside]
    rows = regions[:, :, None, inside] * relative[:, None, :, :]
    return rows.reshape(-1, len(inside))


def _choose_other(
    rng: np.random.Generator, weights: Floats, rows: Indices, taken: tuple[Indices, ...]
) -> Indices:
    """Draw one column per entry, none of those already taken by the entry.

    An entry that drew a taken column draws again, so the others keep their relative weights.
    """
    drawn = choose(rng, weights, rows)
    for _ in range(60):
        again = np.flatnonzero(np.any([drawn == columns for columns in taken], axis=0))
        if not len(again):
            return drawn
        drawn[again] = choose(rng, weights, rows[again])
    free = weights[rows[again]].copy()
    for columns in taken:
        free[np.arange(len(again)), columns[again]] = 0.0
    drawn[again] = choose(rng, free, np.arange(len(again)))
    return drawn


def draw_routes(
    rng: np.random.Generator,
    weights: tuple[Floats, Floats],
    commodity: Indices,
    reporter: Indices,
    location: Indices,
    direction: Indices,
) -> Routes:
    """Return the routes of cases.

    An import ends at the reporting Member (a few go on to another country), an export starts
    there, a transit passes through it, and an internal movement stays. Unknown departures and
    destinations are drawn last, at the published rates, whatever the direction.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    weights : tuple of two arrays
        What `country_weights` returned.
    commodity, reporter, location, direction : array of int
        Indices of the labels of each case.
    """
    come_in, go_out = weights
    number = len(commodity)
    by_land = crosses_land(order("location"))[location].astype(np.int64)
    row = (by_land * len(order("commodity")) + commodity) * len(order("member")) + reporter
    is_import, is_export, is_transit, is_internal = (
        direction == order("direction").index(name)
        for name in ("Import", "Export", "Transit", "Internal")
    )

    departure = choose(rng, come_in, row)
    departure[is_export | is_internal] = reporter[is_export | is_internal]
    destination = _choose_other(rng, go_out, row, (departure,))
    onward = is_import & (rng.random(number) < scalar("onward_percent") / 100)
    ends_here = (is_import & ~onward) | is_internal
    destination[ends_here] = reporter[ends_here]

    hubs = vector("transit_hubs", "country", order("country"))[None, :]
    hub = _choose_other(rng, hubs, np.zeros(number, dtype=np.int64), (departure, destination))
    known = rng.random(number) < scalar("transit_known_percent") / 100
    transit = np.where(known & (is_import | is_export), hub, NONE)
    transit = np.where(is_transit | onward, reporter, transit)

    chance = rng.random(number) * 100
    both = scalar("both_unknown_percent")
    lost_departure = chance < scalar("departure_unknown_percent")
    lost_destination = (chance < both) | (
        (chance >= scalar("departure_unknown_percent"))
        & (
            chance
            < scalar("departure_unknown_percent") + scalar("destination_unknown_percent") - both
        )
    )
    departure[lost_departure] = UNKNOWN
    destination[lost_destination] = UNKNOWN
    return Routes(departure, transit.astype(np.int64), destination)
