"""How often values occur, how customary they are together, and with how many others they go.

A training row never counts itself: what it gets is what a new row of the same content would get.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rilo_training.risk.measures import Training
from rilo_training.risk.table import FIRST, Codes, Floats, Table

FEW_ROWS = 30
"""Below so many rows, a row is not counted among those of its kind."""


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
        at, self.keys = pd.factorize(self._cells(table), sort=True)
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
        cells = pd.unique(one[known] * table.sizes[self.other] + two[known])
        size = table.sizes[self.column]
        self.number = np.bincount(cells // table.sizes[self.other], minlength=size).astype(float)
        return self.values(table)

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        code = table.codes[self.column]
        # A value that nobody saw is with the one partner of its row.
        return np.where(code == 0, np.nan, np.log(np.maximum(self.number[code], 1.0)))


def others_of(count: Floats) -> Floats:
    """Return how many others there are, where one row more or less matters.

    A row that counted itself would look as if it had been seen before. Among many it makes no
    difference, and there new rows must get the same number as training rows.
    """
    return np.where(count < FEW_ROWS, np.maximum(count - 1, 0.0), count)
