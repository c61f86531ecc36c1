"""Distance to the nearest of the usual rows, at two scales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.tables.cells import Floats

NEAR = 5
WIDE_SHARE = 0.1
"""Neighbours of the wide scale, as a share of the rows compared with."""
MOST_ROWS = 1000
"""Rows that others are compared with."""
CHUNK = 1024


@dataclass(frozen=True)
class Neighbours:
    """The rows that others are compared with.

    Attributes
    ----------
    rows : array of float, shape (rows, dimensions)
        Coordinates.
    near, wide : int
        Number of neighbours of either scale.
    """

    rows: Floats
    near: int
    wide: int

    def distances(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the mean distance to the nearest few rows, and that to the nearest many.

        A row that stands among the rows compared with is its own nearest; so the first is left
        out for every row.
        """
        near, wide = np.empty(len(points)), np.empty(len(points))
        size = np.einsum("ij,ij->i", self.rows, self.rows)
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            squares = size - 2 * part @ self.rows.T
            squares += np.einsum("ij,ij->i", part, part)[:, None]
            nearest = np.partition(squares, self.wide, axis=1)[:, : self.wide + 1]
            nearest.sort(axis=1)
            away = np.sqrt(np.maximum(nearest, 0))[:, 1:]
            near[start : start + CHUNK] = away[:, : self.near].mean(axis=1)
            wide[start : start + CHUNK] = away.mean(axis=1)
        return near, wide


def fit_neighbours(points: Floats) -> Neighbours:
    """Return the rows to compare with: the first of rows that stand in no meaningful order."""
    rows = points[:MOST_ROWS]
    near = min(NEAR, len(rows) - 1)
    wide = min(max(2 * NEAR, int(WIDE_SHARE * len(rows))), len(rows) - 1)
    return Neighbours(rows, near, wide)
