"""What a value adds to the log-odds, learned so that no row speaks for itself.

For every level (a category, a bin of a number, a cell of a combination) the outcomes seen are
compared with the outcomes expected. Levels with few rows are drawn towards zero. How strongly, and
how smooth a curve over bins is, is what predicts the other folds best. A training row gets what
the *other* folds say (cross-fitting; Micci-Barreca, 2001, gives the encoding without it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training.risk.columns import FIRST, Codes, Floats
from rilo_training.risk.folds import FOLDS

STRENGTHS = tuple(2.0**power for power in range(-1, 8))
"""How many expected outcomes the pull towards zero weighs. Steps of two: when every row stands
twice in the table, the next step gives the same evidence."""
WIDTHS = (0, 1, 2, 4)
"""Over how many bins on each side a curve is smoothed."""
PAIR_STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
LARGEST = 5.0
"""No single value adds or takes more log-odds."""


@dataclass
class Evidence:
    """What each level adds to the log-odds.

    Attributes
    ----------
    values : array of float, shape (levels,)
        Log-odds by level; 0 for a level without evidence.
    gain : float
        How much the log-likelihood of rows grows by evidence that others gave. Values near zero
        or below mean that the column says nothing.
    """

    values: Floats
    gain: float

    def read(self, level: Codes) -> Floats:
        """Return the log-odds of each row."""
        return self.values[level]


def learn_evidence(
    level: Codes,
    size: int,
    fold: Codes,
    y: Floats,
    p: Floats,
    ordered: bool = False,
    direction: int = 0,
    strengths: tuple[float, ...] = STRENGTHS,
) -> tuple[Evidence, Floats]:
    """Return the evidence of levels, and what the other folds say about each training row.

    Parameters
    ----------
    level : array of int, shape (rows,)
        The level of each row, below `size`.
    size : int
        How many levels there are.
    fold : array of int, shape (rows,)
        The fold of each row.
    y, p : array of float, shape (rows,)
        The outcome, 0 or 1, and its probability before the evidence, between 0 and 1.
    ordered : bool
        Levels from `FIRST` on follow each other, so that a curve can be smoothed.
    direction : int
        1 when evidence may only rise with the level, -1 when it may only fall.
    strengths : tuple of float
        Which strengths of the pull towards zero are tried.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.evidence import learn_evidence
    >>> level, fold = np.array([2, 2, 2, 3, 3, 3]), np.array([0, 1, 2, 0, 1, 2])
    >>> y = np.array([1.0, 1, 1, 0, 0, 0])
    >>> evidence, _ = learn_evidence(level, 4, fold, y, np.full(6, 0.5))
    >>> evidence.values.round(1).tolist()
    [0.0, 0.0, 3.9, -3.9]
    """
    place = fold * size + level
    length = FOLDS * size
    seen, expected, squared = (
        np.bincount(place, weights=weight, minlength=length).reshape(FOLDS, size)
        for weight in (y, p, p * p)
    )
    share = float(p.mean())
    # Evidence is against the level of the same rows. Otherwise a fold with more outcomes than the
    # others would see lower evidence in every feature, and the weights would learn that.
    level_all = seen.sum() / expected.sum()
    less_seen, less_expected = (c.sum() - c.sum(axis=1) for c in (seen, expected))
    level_others = (less_seen + 1e-9) / (less_expected + 1e-9)
    best: tuple[float, Floats, Floats] | None = None
    for width in WIDTHS if ordered else WIDTHS[:1]:
        tables = [_smooth(count, width) for count in (seen, expected, squared)]
        every = [count.sum(axis=0) for count in tables]
        others = [whole - count for whole, count in zip(every, tables, strict=True)]
        every = level_to(every, level_all)
        others = level_to(others, level_others[:, None])
        for strength in strengths:
            crossed = log_odds(others, strength, share)
            values = log_odds(every, strength, share)
            if direction:
                crossed = np.array(
                    [_one_way(c, n, direction) for c, n in zip(crossed, others[1], strict=True)]
                )
                values = _one_way(values, every[1], direction)
            gain = likelihood_gain([seen, expected, squared], crossed)
            if best is None or gain > best[0] + 1e-9:
                best = gain, values, crossed
    assert best is not None
    gain, values, crossed = best
    return Evidence(values, gain), crossed.ravel()[place]


def level_to(counts: list[Floats], level: npt.ArrayLike) -> list[Floats]:
    """Return counts with every expected probability multiplied by a level."""
    factor = np.asarray(level, np.float64)
    return [counts[0], counts[1] * factor, counts[2] * factor**2]


def alike(expected: Floats, squared: Floats) -> tuple[Floats, Floats]:
    """Return how many rows of one probability hold as much information, and that probability.

    Rows of unlike probability are not like so many rows of their mean: what counts is the sum of
    ``p (1 - p)``. The number returned has the same sum of ``p`` and the same information.
    """
    number = np.divide(expected**2, squared, out=np.zeros_like(expected), where=squared > 0)
    mean = np.divide(squared, expected, out=np.zeros_like(expected), where=expected > 0)
    return number, mean


def log_odds(counts: list[Floats], strength: float, share: float) -> Floats:
    """Return the log-odds of outcomes against expected ones, drawn towards zero.

    Parameters
    ----------
    counts : list of three arrays
        By group: outcomes seen, outcomes expected (sum of p), and the sum of p squared.
    strength : float
        So many outcomes, as many as expected, are added to each group.
    share : float
        The share of outcomes among all rows.
    """
    seen, expected, squared = counts
    number, _ = alike(expected, squared)
    licit = strength * (1 - share) / share
    raised = np.log((seen + strength) / (expected + strength))
    left = np.maximum(number - seen, 0.0)
    lowered = np.log((left + licit) / (np.maximum(number - expected, 0.0) + licit))
    return np.clip(raised - lowered, -LARGEST, LARGEST)


def likelihood_gain(counts: list[Floats], added: Floats) -> float:
    """Return how much log-odds added to the expectation of groups raise the likelihood."""
    seen, expected, squared = counts
    number, mean = alike(expected, squared)
    return float((seen * added - number * np.log1p(mean * np.expm1(added))).sum())


def _smooth(count: Floats, width: int) -> Floats:
    """Return counts with those of the neighbours, which weigh less the farther they are."""
    if width == 0 or count.shape[1] <= FIRST + 1:
        return count
    kernel = 1 - np.abs(np.arange(-width, width + 1)) / (width + 1)
    smooth = count.copy()
    for row in smooth:
        row[FIRST:] = np.convolve(row[FIRST:], kernel)[width:-width]
    return smooth


def _one_way(values: Floats, number: Floats, direction: int) -> Floats:
    from sklearn.isotonic import isotonic_regression

    weight = np.maximum(number[FIRST:], 1e-3)
    curve = isotonic_regression(values[FIRST:], sample_weight=weight, increasing=direction > 0)
    return np.concatenate([values[:FIRST], curve])


def pair_gain(cell: Codes, size: int, fold: Codes, y: Floats, p: Floats, share: float) -> float:
    """Return the gain of the cells of a combination over what is known already.

    Quicker than `learn_evidence`: one strength, and only groups that hold rows.
    """
    if size * FOLDS > 4 * len(cell):
        _, cell = np.unique(cell, return_inverse=True)
        size = int(cell.max()) + 1
    place = fold * size + cell
    length = FOLDS * size
    counts = [np.bincount(place, weights=weight, minlength=length) for weight in (y, p, p * p)]
    used = np.flatnonzero(counts[1])
    at, part = used % size, used // size
    by_fold = [count.reshape(FOLDS, size) for count in counts]
    others = [
        table.sum(axis=0)[at] - count[used] for table, count in zip(by_fold, counts, strict=True)
    ]
    less_seen, less_expected = (table.sum() - table.sum(axis=1) for table in by_fold[:2])
    level = (less_seen + 1e-9) / (less_expected + 1e-9)
    added = log_odds(level_to(others, level[part]), 4.0, share)
    return likelihood_gain([count[used] for count in counts], added)


def logit(p: npt.ArrayLike) -> Floats:
    """Return the log-odds of probabilities."""
    value = np.asarray(p, np.float64)
    return np.asarray(np.log(value) - np.log1p(-value))


def sigmoid(score: npt.ArrayLike) -> Floats:
    """Return the probability of log-odds.

    Examples
    --------
    >>> from rilo_training.risk.evidence import sigmoid
    >>> sigmoid([0.0, 800.0, -800.0]).tolist()
    [0.5, 1.0, 0.0]
    """
    value = np.clip(np.asarray(score, np.float64), -700, 700)
    return np.asarray(1 / (1 + np.exp(-value)))
