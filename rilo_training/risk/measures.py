"""Numbers that an analyst would compute from the columns: ages, shares, ratios, rarity.

Each measure is learned on the training table without outcomes (words are the exception) and can
then be computed for any table. A training row never counts itself: what it gets is what a new row
of the same content would get.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rilo_training.risk.columns import FIRST, Codes, Floats, Table
from rilo_training.risk.evidence import Crossing, Expectation, log_odds
from rilo_training.risk.folds import FOLDS

FEW_ROWS = 30
"""Below so many rows, a row is not counted among those of its kind."""


@dataclass
class Training:
    """The training table with what measures need of it.

    Attributes
    ----------
    table : Table
        The columns.
    weight : array of float, shape (rows,)
        1 divided by the number of rows of the same content: a repeated row counts once.
    y : array of float, shape (rows,)
        The outcome.
    fold : array of int, shape (rows,)
        The fold of each row.
    """

    table: Table
    weight: Floats
    y: Floats
    fold: Codes

    def base(self) -> Expectation:
        """Return what is expected before anything is known: the share of outcomes."""
        return Expectation(Crossing(self.y, self.fold, self.weight, tuple(range(FOLDS))))


class Measure(Protocol):
    """A number computed from one or more columns."""

    @property
    def name(self) -> str:
        """What it is called in explanations."""

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""

    def values(self, table: Table) -> Floats:
        """Return the values of other rows; NaN where unknown."""


@dataclass
class Plain:
    """A number as it stands."""

    column: str

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return self.column

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        return table.numbers[self.column]


@dataclass
class Size:
    """The logarithm of a number that is never negative, or the number itself."""

    column: str
    floor: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return self.column

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        number = training.table.numbers[self.column]
        self.floor = smallest_step(number)
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        return safe_log(table.numbers[self.column], self.floor)


@dataclass
class Ratio:
    """The logarithm of one number divided by another."""

    above: str
    below: str
    floors: tuple[float, float] = (0.0, 0.0)

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"{self.above} per {self.below}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        numbers = training.table.numbers
        self.floors = smallest_step(numbers[self.above]), smallest_step(numbers[self.below])
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        above = safe_log(table.numbers[self.above], self.floors[0])
        return above - safe_log(table.numbers[self.below], self.floors[1])


@dataclass
class Share:
    """A count as a share of another count, drawn to the mean share where the other is small."""

    part: str
    whole: str
    mean: float = 0.0
    weight: float = 20.0

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"share of {self.part} in {self.whole}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        part, whole = (training.table.numbers[name] for name in (self.part, self.whole))
        known = np.isfinite(part) & np.isfinite(whole)
        total = float((whole[known] * training.weight[known]).sum())
        self.mean = float((part[known] * training.weight[known]).sum()) / max(total, 1e-12)
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        part, whole = table.numbers[self.part], table.numbers[self.whole]
        return (part + self.weight * self.mean) / (np.maximum(whole, 0) + self.weight)


@dataclass
class Age:
    """Days from one date to another."""

    since: str
    until: str

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"days from {self.since} to {self.until}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        return table.days[self.until] - table.days[self.since]


@dataclass
class Moment:
    """The day of the week (0 is Monday), or the hour of the day."""

    column: str
    part: str

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"{self.part} of {self.column}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        return self.values(training.table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        days = table.days[self.column]
        # 1970-01-01 was a Thursday.
        if self.part == "weekday":
            return np.asarray(np.mod(np.floor(days) + 3, 7))
        return np.asarray(np.floor(np.mod(days, 1) * 24 + 1e-6))


@dataclass
class Frequency:
    """How often a value occurs among the training rows: the logarithm of 1 and the others."""

    column: str
    count: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"how often {self.column} occurs"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        code = training.table.codes[self.column]
        size = training.table.sizes[self.column]
        self.count = np.bincount(code, weights=training.weight, minlength=size)
        self.count[:FIRST] = 0.0
        # The row itself is not among the others.
        return self._log(code, others_of(self.count[code]))

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        code = table.codes[self.column]
        return self._log(code, self.count[code])

    def _log(self, code: Codes, others: Floats) -> Floats:
        return np.where(code == 0, np.nan, np.log1p(np.maximum(others, 0)))


@dataclass
class Together:
    """How much more often two values occur together than their frequencies let expect.

    The logarithm of the share of the second value among rows of the first, drawn to its share
    among all rows, against that share. Low means a combination that is not customary.
    """

    first: str
    second: str
    weight: float = 3.0
    keys: Codes = field(default_factory=lambda: np.zeros(0, np.int64))
    count: Floats = field(default_factory=lambda: np.zeros(0))
    alone: tuple[Floats, Floats] = field(default_factory=lambda: (np.zeros(0), np.zeros(0)))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"how customary {self.first} is with {self.second}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        table = training.table
        one, two = (
            np.bincount(table.codes[n], weights=training.weight, minlength=table.sizes[n])
            for n in (self.first, self.second)
        )
        self.alone = one, two
        self.keys, at = np.unique(self._cells(table), return_inverse=True)
        self.count = np.bincount(at, weights=training.weight)
        return self._lift(table, others_of(self.count[at]), own=True)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        cells = self._cells(table)
        at = np.minimum(np.searchsorted(self.keys, cells), len(self.keys) - 1)
        return self._lift(table, np.where(self.keys[at] == cells, self.count[at], 0.0), own=False)

    def _cells(self, table: Table) -> Codes:
        return table.codes[self.first] * table.sizes[self.second] + table.codes[self.second]

    def _lift(self, table: Table, both: Floats, own: bool) -> Floats:
        first, second = table.codes[self.first], table.codes[self.second]
        one, two = self.alone[0][first], self.alone[1][second]
        if own:
            one, two = others_of(one), others_of(two)
        share = (two + 0.5) / (self.alone[1].sum() + 1)
        lift = np.log((np.maximum(both, 0) + self.weight * share) / (one + self.weight) / share)
        return np.where((first == 0) | (second == 0), np.nan, lift)


@dataclass
class Partners:
    """With how many values of another column a value occurs."""

    column: str
    other: str
    number: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"number of {self.other} for each {self.column}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        table = training.table
        one, two = table.codes[self.column], table.codes[self.other]
        known = (one >= FIRST) & (two >= FIRST)
        cells = np.unique(one[known] * table.sizes[self.other] + two[known])
        size = table.sizes[self.column]
        self.number = np.bincount(cells // table.sizes[self.other], minlength=size).astype(float)
        return self.values(table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        code = table.codes[self.column]
        # A value that nobody saw is with the one partner of its row.
        return np.where(code == 0, np.nan, np.log(np.maximum(self.number[code], 1.0)))


@dataclass
class Words:
    """What the words of a text say about the outcome, learned from the other folds."""

    column: str
    said: dict[str, float] = field(default_factory=dict)
    strength: float = 2.0

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"words of {self.column}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        at, texts = training.table.words[self.column]
        words = sorted({word for text in texts for word in text})
        place = {word: number for number, word in enumerate(words)}
        lengths = np.array([len(text) for text in texts], np.int64)
        flat = np.array([place[word] for text in texts for word in text], np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        weight = training.weight
        share = float(np.average(training.y, weights=weight))
        # Rows, and rows with the outcome, of each text and fold, then of each word and fold.
        of_text = np.repeat(np.arange(len(texts)), lengths)
        number, seen = np.zeros((FOLDS, len(words))), np.zeros((FOLDS, len(words)))
        for fold in range(FOLDS):
            rows = training.fold == fold
            for counts, held in ((number, weight), (seen, weight * training.y)):
                per_text = np.bincount(at[rows], weights=held[rows], minlength=len(texts))
                counts[fold] = np.bincount(flat, weights=per_text[of_text], minlength=len(words))

        def of_texts(n: Floats, s: Floats) -> tuple[Floats, Floats]:
            odds = log_odds([s, n * share, n], self.strength, share)
            total = np.concatenate([[0.0], np.cumsum(odds[flat])])
            return odds, total[starts[1:]] - total[starts[:-1]]

        found = np.zeros(training.table.rows)
        for fold in range(FOLDS):
            rows = training.fold == fold
            others = number.sum(axis=0) - number[fold], seen.sum(axis=0) - seen[fold]
            found[rows] = of_texts(*others)[1][at[rows]]
        odds, _ = of_texts(number.sum(axis=0), seen.sum(axis=0))
        self.said = dict(zip(words, odds.tolist(), strict=True))
        return found

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        at, texts = table.words[self.column]
        return np.array([sum(self.said.get(word, 0.0) for word in text) for text in texts])[at]


def others_of(count: Floats) -> Floats:
    """Return how many others there are, where one row more or less matters.

    A row that counted itself would look as if it had been seen before. Among many it makes no
    difference, and there new rows must get the same number as training rows.
    """
    return np.where(count < FEW_ROWS, np.maximum(count - 1, 0.0), count)


def smallest_step(number: Floats) -> float:
    """Return half of the smallest positive number, which stands for zero in a logarithm."""
    positive = number[number > 0]
    return float(positive.min()) / 2 if len(positive) else 1.0


def safe_log(number: Floats, floor: float) -> Floats:
    """Return logarithms; what is zero or below stands at the floor."""
    return np.log(np.maximum(number, floor))
