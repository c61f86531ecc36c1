"""Where the line between match and no match lies, by a control: pairs within one table.

Two records of one table are seldom the same entity, whatever they have in common. The number of
such pairs with a high score says how many pairs of both tables have it by chance. It regards what
the model does not: columns that go together, such as the address and the telephone of a building.
Where both tables hold many entities twice, the control says nothing and is not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.analysis.linking.blocking import candidates
from rilo_training.analysis.linking.column import Column, Floats, Vocabulary
from rilo_training.analysis.linking.compare import Comparison, within
from rilo_training.analysis.linking.model import LinkModel

SAMPLE = 3_000
"""Records of each table that are compared with the rest of it."""

LOWEST, HIGHEST = -1.5, 40.0
"""Log-odds between which the line may lie. The control does not see another person with nearly
the same name in the other table alone, so it lowers the line only a little."""

EQUAL = 0.002
"""Lines whose F1 differs by less are equally good: the one nearest to even odds is taken."""

SINGLE = 0.25
"""The same at the line, for a table to count as one that holds each entity once."""

SURE = 0.15
"""Part of the pairs that may be by chance, for a table to count as one without duplicates."""


@dataclass
class Line:
    """Where the line lies.

    Attributes
    ----------
    log_odds : float
        A pair above it is a match.
    single : tuple of two bool
        Whether the left and the right table hold each entity once.
    """

    log_odds: float
    single: tuple[bool, bool]


def find_line(
    columns: list[Column],
    vocabulary: Vocabulary,
    model: LinkModel,
    log_odds: Floats,
    sizes: tuple[int, int],
) -> Line:
    """Return where the line lies.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    vocabulary : Vocabulary
    model : LinkModel
    log_odds : array of float
        Those of the candidate pairs of both tables.
    sizes : tuple of two int
        Records of the tables.
    """
    steps = np.arange(LOWEST, HIGHEST + 0.25, 0.25)
    found = _above(log_odds, steps)
    by_chance = [_chance(columns, vocabulary, model, sizes, side, steps) for side in range(2)]
    # At the better part of the matches hardly any pair is there by chance.
    better = found >= max(found[steps == 0][0] / 3, 1.0)
    usable = [chance for chance in by_chance if (chance <= SURE * found)[better].any()]
    if not usable:
        return Line(0.0, (False, False))
    chance = np.minimum.reduce(usable)
    right = np.maximum(found - chance, 0.0)
    f1 = 2 * right / (found + right.max(initial=1.0))
    good = np.flatnonzero(f1 >= f1.max() - EQUAL)
    best = int(good[np.argmin(np.abs(steps[good]))])
    single = tuple(bool(chance[best] <= SINGLE * found[best]) for chance in by_chance)
    return Line(float(steps[best]), (single[0], single[1]))


def _above(log_odds: Floats, steps: Floats) -> Floats:
    """Return how many pairs lie above each step."""
    result: Floats = len(log_odds) - np.searchsorted(np.sort(log_odds), steps).astype(np.float64)
    return result


def _chance(
    columns: list[Column],
    vocabulary: Vocabulary,
    model: LinkModel,
    sizes: tuple[int, int],
    side: int,
    steps: Floats,
) -> Floats:
    """Return how many pairs of both tables lie above each step by chance, as one table says."""
    size = sizes[side]
    if size < 2:
        return np.full(len(steps), np.inf)
    rng = np.random.default_rng(0)
    records = np.sort(rng.permutation(size)[:SAMPLE]).astype(np.int64)
    own = within(columns, side, records)
    left, right = candidates(own, vocabulary, (len(records), size), within=False)
    other = records[left] != right
    left, right = left[other], right[other]
    log_odds = model.log_odds(Comparison(own, vocabulary)(left, right))
    # As many pairs as both tables have, for each pair that was possible here.
    scale = sizes[0] * sizes[1] / (len(records) * (size - 1))
    return scale * _above(log_odds, steps)
