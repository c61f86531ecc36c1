"""The world as it is drawn: land and boundaries with the Pacific in the middle, and places.

The polygons are those of Natural Earth at 1:50m (public domain). ``datasets/geo/README.md`` says
what was changed, and what is not in them.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.charts.columns import ChartError

WEST_DEG = -30.0
"""The western edge of the map, in the Atlantic; the eastern edge is 360 degrees further."""
OPINION = (
    "Boundaries and names on this map imply no opinion on the status of any country or territory."
)
SOURCE = "Natural Earth, 1:50m."


@dataclass(frozen=True)
class World:
    """Rings of land and lines of boundaries, in degrees, from `WEST_DEG` eastwards.

    Attributes
    ----------
    rings : list of numpy.ndarray
        Coasts of the polygons, holes included; each of shape (points, 2).
    boundaries : list of numpy.ndarray
        Lines between two countries.
    anchors : dict of str to tuple
        One point of each country, by its ISO 3166 alpha-2 code: longitude, latitude.
    points : frozenset of str
        Codes of places that have a point and no polygon.
    """

    rings: list[Any]
    boundaries: list[Any]
    anchors: dict[str, tuple[float, float]]
    points: frozenset[str]


@functools.cache
def world() -> World:
    """Return the polygons, cut at the western edge of the map."""
    with files(__package__).joinpath("countries.json").open(encoding="utf-8") as text:
        stored = json.load(text)
    step = stored["step_deg"]
    arcs = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0) * step for arc in stored["arcs"]]
    times: Counter[int] = Counter()
    rings = []
    for polygons in stored["countries"].values():
        for ring in (ring for polygon in polygons for ring in polygon):
            times.update(number if number >= 0 else ~number for number in ring)
            rings += _turned(_joined(arcs, ring))
    shared = [_turned_line(arcs[number]) for number, uses in times.items() if uses > 1]
    anchors = {code: (eastwards(lon), lat) for code, (lon, lat) in stored["anchors"].items()}
    return World(
        rings, [line for part in shared for line in part], anchors, frozenset(stored["points"])
    )


def eastwards(longitude_deg: float) -> float:
    """Return a longitude as a place on the map, from `WEST_DEG` eastwards.

    Examples
    --------
    >>> from rilo_training.charts.geography import eastwards
    >>> eastwards(-120.0), eastwards(150.0), eastwards(-10.0)
    (240.0, 150.0, -10.0)
    """
    return (longitude_deg - WEST_DEG) % 360 + WEST_DEG


def _joined(arcs: list[Any], ring: list[int]) -> Any:
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in ring]
    points = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    # One island lies on both sides of 180 degrees without a cut.
    return np.column_stack([np.unwrap(points[:, 0], period=360), points[:, 1]])


def _turned(ring: Any) -> list[Any]:
    """Return a ring as it lies on the map: moved by 360 degrees, and cut at the edge."""
    found = []
    for shift in (0.0, 360.0):
        moved = ring + np.array([shift, 0.0])
        for edge, sign in ((WEST_DEG, 1.0), (WEST_DEG + 360, -1.0)):
            moved = _clipped(moved, edge, sign)
        if len(moved) > 3:
            found.append(moved)
    return found


def _clipped(ring: Any, edge: float, sign: float) -> Any:
    """Return the part of a ring on one side of a meridian (Sutherland and Hodgman 1974)."""
    if len(ring) == 0:
        return ring
    inside = sign * (ring[:, 0] - edge) >= 0
    if inside.all():
        return ring
    kept: list[Any] = []
    for one, other, is_in, next_in in zip(
        ring[:-1], ring[1:], inside[:-1], inside[1:], strict=True
    ):
        if is_in:
            kept.append(one)
        if is_in != next_in:
            share = (edge - one[0]) / (other[0] - one[0])
            kept.append(np.array([edge, one[1] + share * (other[1] - one[1])]))
    return np.array([*kept, kept[0]]) if kept else np.empty((0, 2))


def _turned_line(line: Any) -> list[Any]:
    """Return a boundary as it lies on the map; a cut of the source at 180 degrees is none."""
    moved = np.column_stack([(line[:, 0] - WEST_DEG) % 360 + WEST_DEG, line[:, 1]])
    cuts = np.flatnonzero(np.abs(np.diff(moved[:, 0])) > 180) + 1
    on_cut = (np.abs(np.abs(line[:, 0]) - 180) < 1e-6).all()
    return [] if on_cut else [part for part in np.split(moved, cuts) if len(part) > 1]


def places(extra: pd.DataFrame | None = None) -> dict[str, tuple[float, float]]:
    """Return where a code lies: longitude from `WEST_DEG` eastwards, and latitude.

    Known are countries (ISO 3166 alpha-2, or the name in the code list), and airports (IATA) and
    ports (UN/LOCODE) of the code lists; and the rows of ``extra`` with ``place``,
    ``latitude_deg`` and ``longitude_deg``.

    Raises
    ------
    ChartError
        When ``extra`` has other columns, or a place is not on the globe.

    Examples
    --------
    >>> from rilo_training.charts.geography import places
    >>> known = places()
    >>> known["TV"], known["JPYOK"]
    ((179.2, -8.52), (139.63, 35.46))
    """
    found = dict(world().anchors)
    found |= {name: found[code] for code, name in country_names().items()}
    for table, code in ((codes.airports(), "iata"), (codes.ports(), "locode")):
        columns = (table[code], table["longitude_deg"], table["latitude_deg"])
        found |= {
            str(name): (round(eastwards(lon), 2), float(lat))
            for name, lon, lat in zip(*columns, strict=True)
        }
    if extra is None:
        return found
    wanted = ["place", "latitude_deg", "longitude_deg"]
    if not set(wanted) <= set(extra.columns):
        raise ChartError(
            f"The table of places has columns {list(extra.columns)}. Expected: {wanted}."
        )
    for place, lat, lon in extra[wanted].itertuples(index=False, name=None):
        if not (-90 <= float(lat) <= 90 and -180 <= float(lon) <= 360):
            raise ChartError(f"The place {place!r} lies at {lat}, {lon}. Expected are degrees.")
        found[str(place)] = (eastwards(float(lon)), float(lat))
    return found


def country_names() -> dict[str, str]:
    """Return the plain English names of the countries of the code list, by their code."""
    table = codes.countries()
    return dict(zip(table["alpha2"].astype(str), table["name"].astype(str), strict=True))


def great_circle(
    start: tuple[float, float], end: tuple[float, float], points: int = 80
) -> list[Any]:
    """Return the shortest way between two places, cut where it leaves the map.

    Parameters
    ----------
    start, end : tuple of float
        Longitude and latitude in degrees.
    points : int
        Points on the way.

    Returns
    -------
    list of numpy.ndarray
        Lines of shape (points, 2), in the order of the way.

    Examples
    --------
    >>> from rilo_training.charts.geography import great_circle
    >>> way = great_circle((100.0, 0.0), (140.0, 0.0), 3)[0]
    >>> [[round(float(part), 6) + 0.0 for part in point] for point in way]
    [[100.0, 0.0], [120.0, 0.0], [140.0, 0.0]]
    """
    lon, lat = np.radians([start[0], end[0]]), np.radians([start[1], end[1]])
    ends = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    angle = float(np.arccos(np.clip(ends[0] @ ends[1], -1, 1)))
    share = np.linspace(0, 1, points)[:, None]
    if angle < 1e-9 or abs(angle - np.pi) < 1e-6:  # no way at all, or no shortest one
        flat = np.array(start) + share * (np.array(end) - np.array(start))
    else:
        way = (np.sin((1 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / np.sin(
            angle
        )
        flat = np.degrees(
            np.column_stack(
                [np.arctan2(way[:, 1], way[:, 0]), np.arcsin(np.clip(way[:, 2], -1, 1))]
            )
        )
    flat[:, 0] = (flat[:, 0] - WEST_DEG) % 360 + WEST_DEG
    return _cut_at_edges(flat)


def _cut_at_edges(way: Any) -> list[Any]:
    """Return the parts of a way; where it leaves the map, a part reaches to the very edge."""
    parts = []
    rest = way
    while len(jumps := np.flatnonzero(np.abs(np.diff(rest[:, 0])) > 180)):
        last, first = rest[jumps[0]], rest[jumps[0] + 1]
        leaves, enters = (WEST_DEG, WEST_DEG + 360)
        if last[0] > first[0]:
            leaves, enters = enters, leaves
        step = abs(leaves - last[0]) + abs(enters - first[0])
        share = abs(leaves - last[0]) / step if step else 0.0
        height = last[1] + share * (first[1] - last[1])
        parts.append(np.vstack([rest[: jumps[0] + 1], [leaves, height]]))
        rest = np.vstack([[enters, height], rest[jumps[0] + 1 :]])
    return [*parts, rest]
