"""Where a row lies among the others: isolation forest and nearest neighbours on one set of axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rilo_training.anomaly.evidence import Evidence, Usual
from rilo_training.anomaly.neighbours import Neighbours, fit_neighbours
from rilo_training.anomaly.robust import TAIL_START, Scale, fit_scale
from rilo_training.anomaly.table import Reading
from rilo_training.tables.cells import Floats

TREES = 100
CLIP = 6.0
"""Distances beyond are cut before neighbours are looked for: one column is not all."""
FAR = 20.0
LABEL_AXES = 3
"""Each label is a point on a sphere with so many axes: two labels lie as far apart as any two."""


@dataclass(frozen=True)
class Position:
    """What is needed to say where a row lies among the others.

    Attributes
    ----------
    forest : sklearn.ensemble.IsolationForest
        Looks at the numbers as they are, and at how rare the groups are.
    plain : list of Scale
        Scale of each number as it is.
    weight : array of float
        What one spread of each number weighs; less where its tail is long.
    points : list of array of float, shape (codes, 3)
        The point of each label of each category.
    neighbours : Neighbours
        The rows that others are compared with.
    """

    forest: Any
    plain: list[Scale]
    weight: Floats
    points: list[Floats]
    neighbours: Neighbours

    def members(self, usual: Usual, reading: Reading, evidence: Evidence) -> dict[str, Floats]:
        """Return four scores of each row; all are higher for rows that are more unusual."""
        places = _coordinates(usual, self.weight, self.points, reading, evidence)
        near, wide = self.neighbours.distances(places)
        trees = _tree_columns(usual, self.plain, reading, evidence)
        far = np.minimum(np.abs(evidence.alone[:, usual.single]), FAR) * self.weight
        every = np.hstack([far, evidence.rare[:, usual.named]])
        return {
            "forest": -self.forest.score_samples(trees),
            "near": near,
            "wide": wide,
            "far": np.sqrt((every**2).mean(axis=1)),
        }


def learn_position(
    usual: Usual, reading: Reading, evidence: Evidence, random_state: int
) -> Position:
    """Return what is needed to say where a row lies, from rows in no meaningful order.

    References
    ----------
    Liu, F. T., Ting, K. M., Zhou, Z.-H. (2008). Isolation forest. IEEE International Conference
    on Data Mining.
    """
    from sklearn.ensemble import IsolationForest

    single = usual.single
    plain = [fit_scale(reading.numbers[:, usual.kept[at]]) for at in single]
    starts = [
        max(usual.scales[at].tail_below.start, usual.scales[at].tail_above.start) for at in single
    ]
    weight = np.sqrt(TAIL_START / np.array(starts, dtype=np.float64))
    rng = np.random.RandomState(random_state)
    points = []
    for width in usual.widths[usual.named]:
        drawn = rng.normal(size=(width, LABEL_AXES))
        points.append(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    trees = _tree_columns(usual, plain, reading, evidence)
    forest = IsolationForest(n_estimators=TREES, random_state=random_state).fit(trees)
    places = _coordinates(usual, weight, points, reading, evidence)
    return Position(forest, plain, weight, points, fit_neighbours(places))


def _tree_columns(usual: Usual, plain: list[Scale], reading: Reading, evidence: Evidence) -> Floats:
    numbers = reading.numbers[:, usual.kept][:, usual.single]
    found = [scale(number) for scale, number in zip(plain, numbers.T, strict=True)]
    return np.column_stack([*found, evidence.rare[:, usual.named], evidence.pair[:, usual.named]])


def _coordinates(
    usual: Usual, weight: Floats, points: list[Floats], reading: Reading, evidence: Evidence
) -> Floats:
    numbers = np.clip(evidence.alone[:, usual.single] * weight, -CLIP, CLIP)
    codes = reading.groups[:, usual.named]
    labels = [point[code] for point, code in zip(points, codes.T, strict=True)]
    return np.hstack([numbers, *labels])
