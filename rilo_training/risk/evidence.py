"""What a value adds to the log-odds, learned so that no row speaks for itself.

For every level (a category, a bin of a number, a cell of a combination) the outcomes seen are
compared with the outcomes expected. Levels with few rows are drawn towards zero. How strongly, and
how smooth a curve over bins is, is what predicts rows best that did not teach it (cross-fitting;
Micci-Barreca, 2001, gives the encoding without it).

The whole model is learned several times, each time without one fold, and once from all rows. Then
what a fold is told by the others was never touched by its own outcomes, also not by way of the
expectations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rilo_training.risk.columns import FIRST, UNSEEN, Codes, Floats

STRENGTHS = tuple(2.0**power for power in range(-1, 8))
"""How many expected outcomes the pull towards zero weighs. Steps of two: when every row stands
twice in the table, the next step gives the same evidence."""
WIDTHS = (0, 1, 2, 4)
"""Over how many bins on each side a curve is smoothed."""
SEARCH_STRENGTH = 4.0
"""The one strength that is tried while many combinations are compared."""
LARGEST = 5.0
"""No single value adds or takes more log-odds."""


@dataclass
class Crossing:
    """The training rows as several models see them, each of which never saw one fold.

    Attributes
    ----------
    y : array of float, shape (rows,)
        The outcome.
    fold : array of int, shape (rows,)
        The fold of each row.
    weight : array of float, shape (rows,)
        How much each row counts.
    left_out : tuple of int
        The fold that each model did not see; the last model saw all rows and is not among them.
    share : float
        The share of outcomes among all rows.
    score : array of float, shape (models, rows)
        Log-odds of each row by each model.
    own : list of array of int
        The rows that each model did not see.
    """

    y: Floats
    fold: Codes
    weight: Floats
    left_out: tuple[int, ...]
    share: float = field(init=False)
    score: Floats = field(init=False)
    own: list[Codes] = field(init=False)

    def __post_init__(self) -> None:
        self.own = [np.flatnonzero(self.fold == fold) for fold in self.left_out]
        self.share = float(np.average(self.y, weights=self.weight))
        self.score = np.zeros((len(self.left_out) + 1, len(self.y)))
        self.set_level()

    def set_level(self) -> None:
        """Set the level of each model so that its rows expect as many outcomes as they hold."""
        for model, score in enumerate(self.score):
            seen = np.ones(len(score), bool)
            if model < len(self.own):
                seen[self.own[model]] = False
            weight = self.weight[seen]
            outcomes = float(self.y[seen] @ weight)
            outcomes = float(np.clip(outcomes, 0.5, max(weight.sum() - 0.5, 0.5)))
            for _ in range(8):
                p = sigmoid(score[seen])
                step = (outcomes - p @ weight) / max(float((p * (1 - p)) @ weight), 1e-9)
                score += np.clip(step, -2.0, 2.0)

    def honest(self) -> tuple[Codes, Floats]:
        """Return rows that a model did not see, and what it says about them."""
        rows = np.concatenate(self.own)
        said = [score[own] for score, own in zip(self.score, self.own, strict=False)]
        return rows, np.concatenate(said)

    def crossed(self, values: Floats, level: Codes) -> Floats:
        """Return the evidence of the rows of `honest`, by the models that did not see them."""
        said = [table[level[own]] for table, own in zip(values, self.own, strict=False)]
        return np.concatenate(said)


@dataclass
class Expectation:
    """The probabilities of a crossing, made once and used for many levels."""

    crossing: Crossing
    outcome: Floats = field(init=False)
    p: Floats = field(init=False)
    squared: Floats = field(init=False)

    def __post_init__(self) -> None:
        p, weight = sigmoid(self.crossing.score), self.crossing.weight
        self.outcome = self.crossing.y * weight
        self.p, self.squared = p * weight, p * p * weight

    def counts(
        self, level: Codes, size: int, most: int | None = None
    ) -> tuple[list[Floats], list[Floats]]:
        """Return outcomes, expected outcomes and sums of p squared, by model and level.

        First of the rows that a model learns from, then of those it did not see. With `most`, only
        of so many models, and not of the one that saw all rows.
        """
        crossing = self.crossing
        own = crossing.own[:most]
        learned = [np.zeros((len(own) + (most is None), size)) for _ in range(3)]
        held = [np.zeros((len(own), size)) for _ in range(3)]
        seen = np.bincount(level, weights=self.outcome, minlength=size)
        for model in range(len(learned[0])):
            every = (
                seen,
                np.bincount(level, weights=self.p[model], minlength=size),
                np.bincount(level, weights=self.squared[model], minlength=size),
            )
            parts = self.outcome, self.p[model], self.squared[model]
            for kind in range(3):
                learned[kind][model] = every[kind]
                if model < len(own):
                    rows = own[model]
                    less = np.bincount(level[rows], weights=parts[kind][rows], minlength=size)
                    held[kind][model] = less
                    learned[kind][model] -= less
        np.maximum(learned[1], 0.0, out=learned[1])
        np.maximum(learned[2], 0.0, out=learned[2])
        return learned, held


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
    >>> from rilo_training.risk.evidence import Crossing, Expectation, learn_evidence
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
        _, level = np.unique(level, return_inverse=True)
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


def alike(expected: Floats, squared: Floats) -> tuple[Floats, Floats]:
    """Return how many rows of one probability hold as much information, and that probability.

    Rows of unlike probability are not like so many rows of their mean: what counts is the sum of
    ``p (1 - p)``. The number returned has the same sum of ``p`` and the same information.
    """
    number = np.divide(expected**2, squared, out=np.zeros_like(expected), where=squared > 1e-12)
    mean = np.divide(squared, expected, out=np.zeros_like(expected), where=expected > 1e-12)
    return number, np.minimum(mean, 1.0)


def log_odds(counts: list[Floats], strength: float, share: float) -> Floats:
    """Return the log-odds of outcomes against expected ones, drawn towards zero.

    Parameters
    ----------
    counts : list of three arrays
        By group: outcomes seen, outcomes expected (sum of p), and rows (see `alike`).
    strength : float
        So many outcomes, as many as expected, are added to each group.
    share : float
        The share of outcomes among all rows.
    """
    seen, expected, number = counts
    licit = strength * (1 - share) / share
    raised = np.log((seen + strength) / (expected + strength))
    left = np.maximum(number - seen, 0.0)
    lowered = np.log((left + licit) / (np.maximum(number - expected, 0.0) + licit))
    found: Floats = np.clip(raised - lowered, -LARGEST, LARGEST)
    return found


def likelihood_gain(counts: list[Floats], added: Floats) -> float:
    """Return how much log-odds added to the expectation of groups raise the likelihood.

    Parameters
    ----------
    counts : list of three arrays
        By group: outcomes seen, rows and their probability (see `alike`).
    added : array
        Log-odds by group.
    """
    seen, number, mean = counts
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


def _one_way(values: Floats, weight: Floats, direction: int) -> Floats:
    from sklearn.isotonic import isotonic_regression

    curve = isotonic_regression(
        values[FIRST:], sample_weight=np.maximum(weight[FIRST:], 1e-3), increasing=direction > 0
    )
    return np.concatenate([values[:FIRST], curve])


def logit(p: npt.ArrayLike) -> Floats:
    """Return the log-odds of probabilities."""
    value = np.asarray(p, np.float64)
    return np.asarray(np.log(value) - np.log1p(-value))


def sigmoid(score: npt.ArrayLike) -> Floats:
    """Return the probability of log-odds.

    Examples
    --------
    >>> from rilo_training.risk.evidence import sigmoid
    >>> sigmoid([0.0, 800.0, -800.0]).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    value = np.clip(np.asarray(score, np.float64), -700, 700)
    return np.asarray(1 / (1 + np.exp(-value)))
