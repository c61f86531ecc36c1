"""How much each likeness says that two records are the same, learned without labels.

The model is that of Fellegi and Sunter (1969): a likeness counts by the logarithm of how often it
occurs between records of the same entity, divided by how often it occurs by chance. What occurs by
chance is counted on pairs drawn at random, and for equal words and numbers from how rare they are.
What occurs between records of the same entity is learned by expectation and maximisation
(Winkler 1988), together with the number of such pairs and with how often a column of theirs holds
something else altogether, such as another address.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.linking import words
from rilo_training.analysis.linking.column import Column, Floats, Integers, WordColumn

ROUNDS = 60
"""Rounds of learning at most."""

CHUNK = 100_000
"""Pairs that are weighed at once; it bounds the memory."""

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

BEFORE = 20.0
"""So many words of true pairs does the expectation weigh."""

SMOOTH = 200.0
"""So many words of random pairs does it weigh that hardly any word is like another by chance."""

LEAST, MOST = 0.1, 2.5
"""What is learned stays between these parts of what is expected: with one column of names alone,
the words that are common to many would otherwise be taken for the mark of the same entity."""

TOGETHER = 0.9
"""How often a column of true pairs is expected to hold the same thing."""

LIKELIEST = 0.01
"""Greatest share that is given to a likeness of words because other words are equal by chance."""


@dataclass
class Evidence:
    """What pairs have in common.

    Attributes
    ----------
    counts : list of arrays of int, each of shape (pairs, outcomes of the column)
        Twice the number of words or numbers with each outcome: both sides count.
    surprise : array of float, shape (pairs, columns)
        Twice the surprise at what is the same.
    """

    counts: list[npt.NDArray[np.uint8]]
    surprise: Floats

    def take(self, rows: Integers) -> Evidence:
        """Return the evidence of some pairs."""
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
    records : int
        Records of the smaller table.

    Attributes
    ----------
    prior_ : float
        Log-odds of a pair of which nothing is known.
    weights_ : list of arrays of float
        For each column, what an outcome adds to the log-odds; equal words and numbers add their
        surprise as well.
    together_ : array of float, shape (columns,)
        How often the columns of true pairs hold the same thing.
    """

    def __init__(self, columns: list[Column], pairs: float, records: int) -> None:
        self._pairs = pairs
        is_words = [isinstance(column, WordColumn) for column in columns]
        self._before = [_WORDS_BEFORE if words else _DIGITS_BEFORE for words in is_words]
        self._floor = [_collision(column) for column in columns]
        self._true = [before.copy() for before in self._before]
        self.prior_ = float(np.log(0.5 * records / pairs))
        # One column alone must hold the same thing.
        self.together_ = np.full(len(columns), TOGETHER if len(columns) > 1 else 1.0)
        self.weights_: list[Floats] = []

    def fit(self, found: Evidence, chance: Evidence, part: float) -> LinkModel:
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
        before = 0.0
        for _ in range(ROUNDS):
            self._weigh(self._by_chance(chance, 1 - p_chance))
            plain, adds = self._plain(found), self.adds(found)
            p = sigmoid(self.prior_ + adds.sum(axis=1))
            matches = max(float(p.sum()) / part, 0.5)
            self._learn(found, p, np.exp(plain + np.log(self.together_) - adds))
            self.prior_ = float(np.log(matches / max(self._pairs - matches, 1.0)))
            p_chance = sigmoid(self.log_odds(chance))
            if abs(matches - before) < 1e-4 * matches:
                break
            before = matches
        return self

    def prepare(self, chance: Evidence) -> LinkModel:
        """Set the weights that are expected before anything is learned."""
        self._weigh(self._by_chance(chance, np.ones(len(chance))))
        return self

    def adds(self, found: Evidence) -> Floats:
        """Return what each column adds to the log-odds of each pair, of shape (pairs, columns)."""
        plain = self._plain(found)
        with np.errstate(divide="ignore"):
            result = np.logaddexp(plain + np.log(self.together_), np.log1p(-self.together_))
        for at, count in enumerate(found.counts):
            result[~count.any(axis=1), at] = 0.0  # a missing cell says nothing
        return np.asarray(result, dtype=np.float64)

    def log_odds(self, found: Evidence) -> Floats:
        """Return the log-odds of each pair."""
        result: Floats = self.prior_ + self.adds(found).sum(axis=1)
        return result

    def _plain(self, found: Evidence) -> Floats:
        """Return what each column would add if it always held the same thing."""
        result = found.surprise / 2
        for at, (count, weight) in enumerate(zip(found.counts, self.weights_, strict=True)):
            flat = weight.ravel() / 2
            for row in range(0, len(count), CHUNK):
                part = slice(row, row + CHUNK)
                result[part, at] += count[part].astype(np.float64) @ flat
        return result

    def _by_chance(self, chance: Evidence, weight: Floats) -> list[Floats]:
        """Return how often each outcome occurs by chance."""
        shares = []
        for before, floor, count in zip(self._before, self._floor, chance.counts, strict=True):
            total = _weighted(weight, count).reshape(before.shape)
            number = total.sum(axis=1, keepdims=True)
            usual = np.repeat(floor[:, None], before.shape[1], axis=1)
            usual[:, -1] = 1 - usual[:, :-1].sum(axis=1)  # by chance, words are different
            share = (total + SMOOTH * usual) / (number + SMOOTH)
            shares.append(np.clip(share, floor[:, None], 1.0))
        return shares

    def _learn(self, found: Evidence, p: Floats, same: Floats) -> None:
        """Learn how often each outcome occurs in true pairs, and how often a column is the same."""
        for at, count in enumerate(found.counts):
            before = self._before[at]
            weight = p * same[:, at]
            total = _weighted(weight, count).reshape(before.shape) / 2 + BEFORE * before
            true = total / total.sum(axis=1, keepdims=True)
            true = np.clip(true, LEAST * before, MOST * before)
            self._true[at] = true / true.sum(axis=1, keepdims=True)
            if len(self._before) > 1:
                known = count.any(axis=1)
                number = float(p[known].sum()) + BEFORE
                share = (float(weight[known].sum()) + TOGETHER * BEFORE) / number
                self.together_[at] = min(share, 1 - 1e-6)

    def _weigh(self, chance: list[Floats]) -> None:
        self.weights_ = []
        for true, by_chance in zip(self._true, chance, strict=True):
            divisor = by_chance.copy()
            divisor[:, 0] = 1.0  # what is the same has its own surprise
            if divisor.shape[1] == words.OUTCOMES:
                # Both are words without a partner, which by chance is the rule.
                rest = divisor[:, words.EXTRA] + divisor[:, words.OTHER]
                divisor[:, words.EXTRA] = divisor[:, words.OTHER] = np.minimum(rest, 1.0)
            self.weights_.append(np.log(true / divisor))


def _weighted(weight: Floats, count: npt.NDArray[np.uint8]) -> Floats:
    """Return the weighted sums of the columns of `count`."""
    total = np.zeros(count.shape[1])
    for row in range(0, len(count), CHUNK):
        part = slice(row, row + CHUNK)
        total += weight[part] @ count[part].astype(np.float64)
    return total


def _collision(column: Column) -> Floats:
    """Return how likely a word of each kind is the same as one of another record by chance."""
    kind = column.kind if isinstance(column, WordColumn) else np.zeros(len(column.share), np.int64)
    kinds = words.KINDS if isinstance(column, WordColumn) else 1
    share = np.bincount(kind, weights=column.share, minlength=kinds)
    square = np.bincount(kind, weights=column.share**2, minlength=kinds)
    return np.clip(square / np.maximum(share, 1e-9), 1e-9, LIKELIEST)


def sigmoid(log_odds: Floats) -> Floats:
    """Return probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.model import sigmoid
    >>> sigmoid(np.array([-np.inf, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    result: Floats = np.exp(-np.logaddexp(0.0, -log_odds))
    return result
