"""The legs of containers: by which ports, when, and which Member shares them."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rilo_training import codes
from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.recipe import FIRST_DAY, LAST_DAY
from rilo_training.world.tables import Floats, parameters, scalar, vector

MOST_LEGS = 5
EARTH_RADIUS_KM = 6371.0


def movement(name: str) -> float:
    """Return one value of the table ``movement_scalars``."""
    return scalar(name, "movement_scalars")


@cache
def port_codes() -> list[str]:
    """Return the ports of the project in their order; all callers share the list."""
    return [str(code) for code in parameters("movement_ports")["locode"]]


@cache
def port_countries() -> Indices:
    """Return the country of each port, an index of ``order("country")``; Members come first."""
    country = codes.ports().set_index("locode")["country"]
    return np.array([order("country").index(country[code]) for code in port_codes()])


@cache
def is_member_port() -> npt.NDArray[np.bool_]:
    """Return for each port whether it is a Member's."""
    return port_countries() < len(order("member"))


@cache
def distances_km() -> Floats:
    """Return the great circle between every two ports (haversine formula)."""
    place = codes.ports().set_index("locode").loc[port_codes()]
    latitude = np.radians(place["latitude_deg"].to_numpy(dtype=np.float64))
    longitude = np.radians(place["longitude_deg"].to_numpy(dtype=np.float64))
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half += (
        np.cos(latitude[:, None])
        * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def window() -> tuple[int, int]:
    """Return the first and the last day of the project, counted from the first of the extract.

    Examples
    --------
    >>> from rilo_training.world.movements.routes import window
    >>> window()
    (456, 1003)
    """
    months = np.timedelta64(int(movement("months")) - 1, "M")
    first = (LAST_DAY.astype("datetime64[M]") - months).astype("datetime64[D]")
    return int((first - FIRST_DAY).astype(np.int64)), int((LAST_DAY - FIRST_DAY).astype(np.int64))


def draw_stops(rng: np.random.Generator, legs: Indices, ends: Indices) -> Indices:
    """Return the ports that each container calls at; hubs far from its way are rare.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    legs : array of int, shape (containers,)
        Number of legs, 1 to `MOST_LEGS`.
    ends : array of int, shape (containers,)
        The last port where it is given, -1 where it is drawn.

    Returns
    -------
    array of int, shape (containers, MOST_LEGS + 1)
        Port before each leg and after the last one; the last port is repeated to the end.
    """
    number, ports = len(legs), port_codes()
    luck = np.exp(movement("port_sigma") * rng.standard_normal((2, len(ports))))
    weight = vector("movement_ports", "locode", ports)
    hubs = vector("movement_hubs", "locode", ports) * luck[1]
    every = np.arange(number)
    country, member = port_countries(), is_member_port()
    given = ends >= 0
    # The goods go to another country, and a Member is at one end at least.
    starts = weight * luck[0] * ((country != country[ends][:, None]) | ~given[:, None])
    start = choose(rng, starts, every)
    others = weight * luck[1] * (country != country[start][:, None])
    end = choose(rng, others * (member | member[start][:, None]), every)
    end = np.where(given, ends, end)
    stops = np.repeat(end[:, None], MOST_LEGS + 1, axis=1)
    stops[:, 0] = start
    distance = distances_km()
    free = np.ones((number, len(ports)))
    free[every, start] = free[every, end] = 0.0
    for leg in range(1, MOST_LEGS):
        here = stops[:, leg - 1]
        detour = distance[here] + distance[end] - distance[here, end][:, None]
        usable = hubs * free * np.exp(-detour / movement("detour_scale_km")) + 1e-12 * free
        hub = choose(rng, usable, every)
        stops[:, leg] = np.where(leg < legs, hub, end)
        free[every, stops[:, leg]] = 0.0
    return stops


def draw_service_ports(rng: np.random.Generator) -> Indices:
    """Return the last port of each container of the groupage services, one after the other."""
    weight = vector("movement_ports", "locode", port_codes()) * is_member_port()
    weight = np.where(weight >= movement("groupage_port_weight_least"), weight, 0.0)
    ports: list[int] = []
    for _ in range(int(movement("groupage_services"))):
        free = weight * ~np.isin(np.arange(len(weight)), ports)
        ports.append(int(choose(rng, free[None, :], np.zeros(1, dtype=np.int64))[0]))
    return np.repeat(np.array(ports), int(movement("groupage_containers")))


def draw_days(
    rng: np.random.Generator, stops: Indices, first_day: Indices
) -> tuple[Indices, Indices]:
    """Return the day of departure and of arrival of each leg.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    stops : array of int, shape (containers, MOST_LEGS + 1)
        What `draw_stops` returned.
    first_day : array of int, shape (containers,)
        Day of the first departure.
    """
    way = distances_km()[stops[:, :-1], stops[:, 1:]] * movement("sea_detour")
    sailing = 1 + np.ceil(way / movement("km_per_day"))
    waiting = movement("dwell_median_days") * np.exp(
        movement("dwell_sigma") * rng.standard_normal(way.shape)
    )
    waiting = 1 + np.floor(waiting)
    waiting[:, 0] = 0
    arrives = first_day[:, None] + np.cumsum(sailing + waiting, axis=1)
    return (arrives - sailing).astype(np.int64), arrives.astype(np.int64)


def draw_reporters(rng: np.random.Generator, stops: Indices, share_all: bool) -> Indices:
    """Return the Member that shares each leg, -1 when it is not shared.

    Returns
    -------
    array of int, shape (containers, MOST_LEGS)
        An index of ``order("member")``.
    """
    country = port_countries()[stops]
    leaves, arrives = country[:, :-1], country[:, 1:]
    members = len(order("member"))
    chance = rng.random((2, *leaves.shape)) * 100
    first = chance[0] < movement("departure_shares_percent")
    by_departure = (leaves < members) & (first | (arrives >= members))
    reporter = np.where(by_departure, leaves, arrives)
    shared = (chance[1] < movement("shared_percent")) | share_all
    return np.where((reporter < members) & shared, reporter, -1)
