"""What a value adds to the log-odds, learned so that no row speaks for itself.

For every level (a category, a bin of a number, a cell of a combination) the outcomes seen are
compared with the outcomes expected. Levels with few rows are drawn towards zero. How strongly, and
how smooth a curve over bins is, is what predicts rows best that did not teach it (cross-fitting;
Micci-Barreca, 2001, gives the encoding without it).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.risk.crossing import Expectation
from rilo_training.risk.odds import alike, likelihood_gain, log_odds
from rilo_training.risk.table import FIRST, UNSEEN, Codes, Floats

STRENGTHS = tuple(2.0**power for power in range(-1, 8))
"""How many expected outcomes the pull towards zero weighs. Steps of two: when every row stands
twice in the table, the next step gives the same evidence."""
WIDTHS = (0, 1, 2, 4)
"""Over how many bins on each side a curve is smoothed."""
SEARCH_STRENGTH = 4.0
"""The one strength that is tried while many combinations are compared."""


def learn_evidence(
    level: Codes,
    size: int,
    expected: Expectation,
    ordered: bool = False,
    direction: int = 0,
    strengths: tuple[float, ...] = STRENGTHS,
) -> tuple[Floats, float]:
    """Return the evidence of levels by model, and how much it gains.

    Parameters
    ----------
    level : array of int, shape (rows,)
        The level of each row, below `size`.
    size : int
        How many levels there are.
    expected : Expectation
        What is known before.
    ordered : bool
        Levels from `FIRST` on follow each other, so that a curve can be smoothed.
    direction : int
        1 when evidence may only rise with the level, -1 when it may only fall.
    strengths : tuple of float
        Which strengths of the pull towards zero are tried.

    Returns
    -------
    tuple of array of float, shape (models, levels), and float
        Log-odds; the last row is that of the model that saw all rows. The gain is the growth of
        the log-likelihood on rows that a model did not see: about zero or less when the levels
        say nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.crossing import Crossing, Expectation
    >>> from rilo_training.risk.evidence import learn_evidence
    >>> level, fold = np.array([2, 2, 2, 3, 3, 3]), np.array([0, 1, 2, 0, 1, 2])
    >>> crossing = Crossing(np.array([1.0, 1, 1, 0, 0, 0]), fold, np.ones(6), (0, 1, 2))
    >>> values, gain = learn_evidence(level, 4, Expectation(crossing))
    >>> values[-1].round(1).tolist(), gain > 0
    ([0.0, 0.0, 1.9, -1.9], True)
    """
    learned, held = expected.counts(level, size)
    held = [held[0], *alike(held[1], held[2])]
    share = expected.crossing.share
    best: tuple[float, Floats] | None = None
    for width in WIDTHS if ordered else WIDTHS[:1]:
        counts = _at_level([_smooth(count, width) for count in learned])
        for strength in strengths:
            values = log_odds(counts, strength, share)
            if direction:
                pairs = zip(values, counts[1], strict=True)
                values = np.array([_one_way(value, weight, direction) for value, weight in pairs])
            values[:, UNSEEN] = 0.0
            gain = likelihood_gain(held, values[: len(held[0])])
            if best is None or gain > best[0] + 1e-9:
                best = gain, values
    assert best is not None
    return best[1], best[0]


def quick_gain(level: Codes, size: int, expected: Expectation, models: int) -> float:
    """Return about how much levels gain; quicker than `learn_evidence`.

    Only some models are asked, with one strength and no smoothing.
    """
    if size > len(level):
        level, _ = pd.factorize(level)
        size = int(level.max()) + 1
    learned, held = expected.counts(level, size, models)
    share = expected.crossing.share
    values = log_odds(_at_level(learned), SEARCH_STRENGTH, share)
    gain = likelihood_gain([held[0], *alike(held[1], held[2])], values)
    return gain * len(expected.crossing.own) / len(held[0])


def _at_level(counts: list[Floats]) -> list[Floats]:
    """Return outcomes seen, outcomes expected, and rows alike.

    Every model expects as many outcomes as it saw.
    """
    factor = (counts[0].sum(axis=1) + 1e-9) / (counts[1].sum(axis=1) + 1e-9)
    return [counts[0], counts[1] * factor[:, None], alike(counts[1], counts[2])[0]]


def _smooth(count: Floats, width: int) -> Floats:
    """Return counts with those of the neighbours, which weigh less the farther they are."""
    if width == 0 or count.shape[1] <= FIRST + 1:
        return count
    kernel = 1 - np.abs(np.arange(-width, width + 1)) / (width + 1)
    smooth = count.copy()
    for row in smooth:
        row[FIRST:] = np.convolve(row[FIRST:], kernel)[width:-width]
    return smooth


def _one_way(values: Floats, weight: Floats, direction: int) -> Floats:
    from sklearn.isotonic import isotonic_regression

    curve = isotonic_regression(
        values[FIRST:], sample_weight=np.maximum(weight[FIRST:], 1e-3), increasing=direction > 0
    )
    return np.concatenate([values[:FIRST], curve])
