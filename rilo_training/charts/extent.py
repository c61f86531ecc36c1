"""The part of the world that a map shows, and how high it is on the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from rilo_training.charts.chart import MARGIN_IN
from rilo_training.charts.columns import ChartError
from rilo_training.charts.style import WIDTH_IN

Edges = tuple[float, float, float, float]
"""West, east, south and north in degrees; east of 180 degrees count on."""

WORLD = (-30.0, 330.0)
"""The edges of the map of the world, in degrees of longitude."""
STRETCH = 1.0 / np.cos(np.radians(20.0))
"""Degrees of latitude beside those of longitude, true at 20 degrees north and south."""
MOST_HEIGHT_IN = 5.0
_WIDTH_IN = WIDTH_IN - 2 * MARGIN_IN - 0.1


def height_in(edges: Edges) -> float:
    """Return the height of a map in inches, at the width of the page.

    Parameters
    ----------
    edges : tuple of four floats
        West, east, south and north in degrees.

    Raises
    ------
    ChartError
        When west is not before east, or south not below north.

    Examples
    --------
    >>> from rilo_training.charts.extent import height_in
    >>> height_in((100.0, 240.0, -45.0, 45.0))
    5.0
    """
    try:
        west, east, south, north = (float(edge) for edge in edges)
    except (TypeError, ValueError) as reason:
        raise ChartError(
            f"The extent is {edges!r}. Expected are four numbers: west, east, south, north."
        ) from reason
    if not (west < east and south < north):
        raise ChartError(f"The extent is {edges}. Expected: west < east and south < north.")
    return float(min(MOST_HEIGHT_IN, _WIDTH_IN * (north - south) * STRETCH / (east - west)))


def around(lines: list[list[Any]]) -> Edges:
    """Return edges around all lines, not narrower than 140 degrees nor flatter than a page.

    Parameters
    ----------
    lines : list of list of array, shape (points, 2)
        The parts of each line, in degrees.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.charts.extent import around
    >>> [round(edge) for edge in around([[np.array([[140.0, -30.0], [180.0, 35.0]])]])]
    [88, 232, -42, 47]
    """
    points = np.concatenate([part for line in lines for part in line])
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    middle, wide = (west + east) / 2, max(140.0, east - west + 40)
    if wide > 250:
        west, east = WORLD
    else:
        west = float(np.clip(middle - wide / 2, WORLD[0], WORLD[1] - wide))
        east = west + wide
    south, north = max(-66.0, south - 12), min(84.0, north + 12)
    least = (east - west) * 0.42 / STRETCH
    if north - south < least:
        middle = (south + north) / 2
        south = float(np.clip(middle - least / 2, -66.0, 84.0 - least))
        north = south + least
    fitting = (north - south) * STRETCH * _WIDTH_IN / MOST_HEIGHT_IN
    if east - west < fitting:
        middle = (west + east) / 2
        west = float(np.clip(middle - fitting / 2, WORLD[0], WORLD[1] - fitting))
        east = west + fitting
    return float(west), float(east), float(south), float(north)
