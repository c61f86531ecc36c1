"""Features with their weights, fitted on rows that did not teach them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rilo_training.risk.additive import Additive, fit_additive
from rilo_training.risk.crossing import Crossing
from rilo_training.risk.features import Feature
from rilo_training.risk.lines import Line
from rilo_training.risk.table import Codes, Floats

PENALTY = 0.002
"""Strength of the ridge, as a share of the information of the rows."""


@dataclass
class Weighed:
    """The features of a model with their weights.

    Attributes
    ----------
    features : list of Feature
        The features; lines first.
    rows : array of int
        Training rows with evidence that they did not teach.
    evidence : array of float32, shape (len(rows), features)
        That evidence.
    additive : Additive
        The weights.
    """

    features: list[Feature]
    rows: Codes
    evidence: npt.NDArray[np.float32]
    additive: Additive


def weigh(
    crossing: Crossing,
    lines: list[Line],
    features: list[Feature],
    values: list[Floats],
    levels: list[Codes],
) -> Weighed:
    """Return features and their weights; lines were learned together, and have one weight."""
    rows, _ = crossing.honest()
    straight = _joined([crossing.crossed(line.values, line.level) for line in lines], len(rows))
    said = zip(values, levels, strict=True)
    bent = _joined([crossing.crossed(each, level) for each, level in said], len(rows))
    y, fold, weight = (part[rows] for part in (crossing.y, crossing.fold, crossing.weight))
    if not lines:
        return Weighed(features, rows, bent, fit_additive(bent, y, fold, PENALTY, weight))
    together = np.column_stack([straight.sum(axis=1), bent])
    fitted = fit_additive(together, y, fold, PENALTY, weight)
    one, others = fitted.weights[0], fitted.weights[1:]
    additive = replace(fitted, weights=np.append(np.full(len(lines), one), others))
    own = [Feature(line.levels, line.values[-1], float(one)) for line in lines]
    return Weighed([*own, *features], rows, np.column_stack([straight, bent]), additive)


def _joined(parts: list[Floats], rows: int) -> npt.NDArray[np.float32]:
    """Return columns side by side."""
    matrix = np.zeros((rows, len(parts)), np.float32)
    for place, part in enumerate(parts):
        matrix[:, place] = part
    return matrix
