"""How much each likeness says that two records are the same, learned without labels.

The model is that of Fellegi and Sunter (1969): a likeness counts by the logarithm of how often it
occurs between records of the same entity, divided by how often it occurs by chance. What occurs by
chance is counted on pairs drawn at random, and for equal words and numbers from how rare they are.
What occurs between records of the same entity is learned by expectation and maximisation
(Winkler 1988), together with the number of such pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.linking import digits, words
from rilo_training.analysis.linking.table import Column, Floats, WordColumn

ROUNDS = 60
"""Rounds of learning at most."""

# What is expected before anything is learned, in the order of the outcomes, for the kinds of words
# rare, usual, common and with a digit; and for numbers.
_WORDS_BEFORE = np.array(
    [
        [0.78, 0.03, 0.05, 0.03, 0.02, 0.03, 0.01, 0.03, 0.02],
        [0.74, 0.02, 0.03, 0.02, 0.04, 0.03, 0.01, 0.06, 0.05],
        [0.70, 0.01, 0.02, 0.01, 0.05, 0.02, 0.01, 0.10, 0.08],
        [0.80, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.06, 0.05],
    ]
)
_DIGITS_BEFORE = np.array([[0.80, 0.03, 0.05, 0.03, 0.02, 0.02, 0.05]])
LEAST, MOST = 10.0, 2.5
_WEIGHT_BEFORE = 20.0
"""So many words of true pairs does the expectation weigh."""


@dataclass
class Evidence:
    """What pairs have in common.

    Attributes
    ----------
    counts : list of arrays of int, each of shape (pairs, outcomes of the column)
    surprise : array of float, shape (pairs, columns)
    """

    counts: list[npt.NDArray[np.uint8]]
    surprise: Floats

    def __getitem__(self, rows: npt.NDArray[np.int64]) -> Evidence:
        return Evidence([count[rows] for count in self.counts], self.surprise[rows])

    def __len__(self) -> int:
        return len(self.surprise)


class LinkModel:
    """Log-odds that two records are the same entity.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    pairs : float
        Number of all possible pairs of records.
    entities : float
        Records of the smaller table.

    Attributes
    ----------
    start_ : float
        Log-odds of a pair of which nothing is known.
    weights_ : list of arrays of float
        For each column, what an outcome adds to the log-odds; equal words and numbers add their
        surprise as well.
    """

    def __init__(
        self, columns: list[Column], pairs: float, entities: float
    ) -> None:
        self.pairs, self.entities = pairs, entities
        self.before, self.floor = [], []
        for column in columns:
            if isinstance(column, WordColumn):
                self.before.append(_WORDS_BEFORE)
                self.floor.append(_collision(column))
            else:
                self.before.append(_DIGITS_BEFORE)
                share = column.share
                self.floor.append(np.array([(share**2).sum() / max(share.sum(), 1e-9)]))
        self.true = [before.copy() for before in self.before]
        self.chance = [np.full_like(before, 0.01) for before in self.before]
        self.start_ = float(np.log(0.5 * entities / pairs))
        self.weights_: list[Floats] = []

    def fit(self, found: Evidence, chance: Evidence, part: float = 1.0) -> LinkModel:
        """Learn from candidate pairs and from pairs drawn at random.

        Parameters
        ----------
        found : Evidence
            Candidate pairs, or a random part of them.
        chance : Evidence
            Pairs drawn at random from all.
        part : float
            Which part of the candidate pairs is in `found`.
        """
        p_chance = np.zeros(len(chance))
        before = np.inf
        self.ratio_ = np.full(len(self.before), 0.9 if len(self.before) > 1 else 1.0)
        for _ in range(ROUNDS):
            self._learn_chance(chance, 1 - p_chance)
            p = sigmoid(self.log_odds(found))
            self._learn_true(found, p)
            matches = max(float(p.sum()) / part, 0.5)
            self.start_ = float(np.log(matches / max(self.pairs - matches, 1.0)))
            self._set_weights()
            p_chance = sigmoid(self.log_odds(chance))
            if abs(matches - before) < 1e-4 * matches:
                break
            before = matches
        return self

    def plain(self, found: Evidence) -> Floats:
        """Return log-odds per column if reliable."""
        result = np.empty_like(found.surprise)
        for at, (count, weight) in enumerate(zip(found.counts, self.weights_, strict=True)):
            result[:, at] = count @ (weight.ravel() / 2) + found.surprise[:, at] / 2
        return result

    def adds(self, found: Evidence) -> Floats:
        """Return what each column adds to the log-odds of each pair, of shape (pairs, columns)."""
        plain = self.plain(found)
        with np.errstate(divide="ignore"):
            result = np.logaddexp(plain + np.log(self.ratio_), np.log1p(-self.ratio_))
        known = np.column_stack([count.any(axis=1) for count in found.counts])
        return np.where(known, result, 0.0)

    def log_odds(self, found: Evidence) -> Floats:
        """Return the log-odds of each pair."""
        result: Floats = self.start_ + self.adds(found).sum(axis=1)
        return result

    def _learn_chance(self, chance: Evidence, weight: Floats) -> None:
        for at, count in enumerate(chance.counts):
            total = (weight @ count).reshape(self.before[at].shape)
            number = total.sum(axis=1, keepdims=True)
            floor = self.floor[at][:, None]
            share = (total + 2 * floor) / (number + 2)
            self.chance[at] = np.clip(np.maximum(share, floor), 1e-9, 1.0)
        self._set_weights()

    def _learn_true(self, found: Evidence, p: Floats) -> None:
        plain, adds = self.plain(found), self.adds(found)
        for at, count in enumerate(found.counts):
            known = count.any(axis=1)
            z = p * np.exp(plain[:, at] + np.log(self.ratio_[at]) - adds[:, at])
            total = (z @ count).reshape(self.before[at].shape) / 2
            total += _WEIGHT_BEFORE * self.before[at]
            true = total / total.sum(axis=1, keepdims=True)
            true = np.clip(true, self.before[at] / LEAST, self.before[at] * MOST)
            self.true[at] = true / true.sum(axis=1, keepdims=True)
            if len(self.before) > 1:
                self.ratio_[at] = (z[known].sum() + 18) / (p[known].sum() + 20)

    def _set_weights(self) -> None:
        self.weights_ = []
        for true, chance in zip(self.true, self.chance, strict=True):
            divisor = chance.copy()
            divisor[:, 0] = 1.0  # what is the same has its own surprise
            if divisor.shape[1] == words.OUTCOMES:
                rest = divisor[:, words.EXTRA] + divisor[:, words.OTHER]
                divisor[:, words.EXTRA] = divisor[:, words.OTHER] = np.minimum(rest, 1.0)
            self.weights_.append(np.log(true / divisor))


def _collision(column: WordColumn) -> Floats:
    """Return how likely a word of each kind is the same as one of another record by chance."""
    kinds = words.KINDS
    share = np.bincount(column.kind, weights=column.share, minlength=kinds)
    square = np.bincount(column.kind, weights=column.share**2, minlength=kinds)
    result: Floats = square / np.maximum(share, 1e-9)
    return np.clip(result, 1e-9, 0.01)


def sigmoid(log_odds: Floats) -> Floats:
    """Return probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.model import sigmoid
    >>> sigmoid(np.array([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    result: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    return np.where(log_odds < -700, 0.0, result)


def said_of(column: Column) -> tuple[str, ...]:
    """Return the words for the outcomes of a column."""
    return words.SAID if isinstance(column, WordColumn) else digits.SAID
