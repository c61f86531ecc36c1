"""Features: one level per row, and what each level adds to the log-odds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from rilo_training.risk.evidence import learn_evidence
from rilo_training.risk.measures import Measure, Training
from rilo_training.risk.table import FIRST, MISSING, UNSEEN, Codes, Floats, Table

FINE, COARSE = 32, 6
"""Bins of a number on its own, and of one in a combination."""
BAND_SHARES = (0.6, 0.85, 0.95)
"""Which shares of the rows lie below the bands of risk."""
LEAST_ROWS = 2
"""A cell of a combination with fewer rows says nothing."""


def once(table: Table, asked: object, make: Callable[[], Any]) -> Any:
    """Return what was made of a table for an object; it is made when it is first asked for.

    A feature is asked for its levels on its own and in every combination.
    """
    if id(asked) not in table.computed:
        table.computed[id(asked)] = asked, make()
    return table.computed[id(asked)][1]


class Levels(Protocol):
    """A column of levels."""

    size: int

    @property
    def name(self) -> str:
        """What it is called in explanations."""

    def learn(self, training: Training) -> Codes:
        """Learn the levels, and return those of the training rows."""

    def read(self, table: Table) -> Codes:
        """Return the levels of other rows."""


@dataclass
class Category:
    """The values of a category."""

    column: str
    size: int = 0

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return self.column

    def learn(self, training: Training) -> Codes:
        """Learn the levels, and return those of the training rows."""
        self.size = training.table.sizes[self.column]
        return training.table.codes[self.column]

    def read(self, table: Table) -> Codes:
        """Return the levels of other rows."""
        return table.codes[self.column]


@dataclass
class Bins:
    """The bins of a measure, with about as many rows in each; a missing value has its own."""

    measure: Measure
    most: int = FINE
    size: int = 0
    edges: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return self.measure.name

    def learn(self, training: Training) -> Codes:
        """Learn the levels, and return those of the training rows."""
        return np.asarray(once(training.table, self, lambda: self._learn(training)))

    def _learn(self, training: Training) -> Codes:
        values = once(training.table, self.measure, lambda: self.measure.learn(training))
        self.edges = bin_edges(values, training.weight, self.most)
        self.size = FIRST + 1 + len(self.edges)
        return self._cut(values)

    def read(self, table: Table) -> Codes:
        """Return the levels of other rows."""
        return np.asarray(once(table, self, lambda: self._cut(self.measured(table))))

    def measured(self, table: Table) -> Floats:
        """Return the measure of other rows."""
        return np.asarray(once(table, self.measure, lambda: self.measure.values(table)))

    def _cut(self, values: Floats) -> Codes:
        place = np.searchsorted(self.edges, values, side="left") + FIRST
        return np.where(np.isfinite(values), place, MISSING)


def bin_edges(values: Floats, weight: Floats, most: int) -> Floats:
    """Return the edges of bins; a value on an edge is in the lower bin.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.features import bin_edges
    >>> bin_edges(np.array([1.0, 2.0, 2.0, 3.0, 4.0, np.nan]), np.ones(6), 2).tolist()
    [2.0]
    >>> bin_edges(np.array([1.0, 1.0, 5.0]), np.ones(3), 4).tolist()
    [3.0]
    """
    known = np.isfinite(values)
    ordered, weighed = values[known], weight[known]
    if not len(ordered):
        return np.zeros(0)
    if np.all(weighed == 1):
        ordered = np.sort(ordered)
    else:
        order = np.argsort(ordered, kind="stable")
        ordered, weighed = ordered[order], weighed[order]
    kinds = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    if len(kinds) <= most:
        return np.asarray((kinds[1:] + kinds[:-1]) / 2)
    total = np.cumsum(weighed)
    place = np.searchsorted(total / total[-1], np.arange(1, most) / most - 1e-12)
    edges = np.unique(ordered[place])
    return np.asarray(edges[edges < kinds[-1]])


@dataclass
class Bands:
    """The bins of a measure, put together by their risk: usual, raised, high and highest.

    A combination of two numbers needs few levels, and most of what matters is in a tail.
    """

    bins: Bins
    size: int = 0
    band: Codes = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return self.bins.name

    def learn(self, training: Training) -> Codes:
        """Learn the levels, and return those of the training rows."""
        return np.asarray(once(training.table, self, lambda: self._learn(training)))

    def _learn(self, training: Training) -> Codes:
        level = self.bins.learn(training)
        values, _ = learn_evidence(level, self.bins.size, training.base(), ordered=True)
        rows = np.bincount(level, minlength=self.bins.size)[FIRST:]
        order = np.argsort(values[-1][FIRST:], kind="stable")
        share = np.empty(len(order))
        share[order] = (np.cumsum(rows[order]) - rows[order] / 2) / max(rows.sum(), 1)
        place = np.searchsorted(BAND_SHARES, share, side="right")
        self.band = np.concatenate([np.arange(FIRST), FIRST + place])
        self.size = FIRST + len(BAND_SHARES) + 1
        return self.band[level]

    def read(self, table: Table) -> Codes:
        """Return the levels of other rows."""
        return self.band[self.bins.read(table)]


@dataclass
class Cross:
    """The cells of a combination of two columns of levels that hold enough rows."""

    first: Levels
    second: Levels
    size: int = 0
    keys: Codes = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"{self.first.name} × {self.second.name}"

    def join(self, first: Codes, second: Codes, weight: Floats) -> Codes:
        """Learn the cells of training rows whose levels are known, and return them."""
        cells = first * self.second.size + second
        at, keys = pd.factorize(cells, sort=True)
        kept = np.bincount(at, weights=weight) >= LEAST_ROWS - 1e-6
        self.keys = keys[kept]
        self.size = FIRST + len(self.keys)
        place = np.where(kept, FIRST - 1 + np.cumsum(kept), UNSEEN)
        return place[at].astype(np.int64)

    def learn(self, training: Training) -> Codes:
        """Learn the levels, and return those of the training rows."""
        return self.join(self.first.learn(training), self.second.learn(training), training.weight)

    def read(self, table: Table) -> Codes:
        """Return the levels of other rows."""
        return self.find(self.first.read(table), self.second.read(table))

    def find(self, first: Codes, second: Codes) -> Codes:
        """Return the cells of rows whose levels are known."""
        cells = first * self.second.size + second
        if not len(self.keys):
            return np.full(len(cells), UNSEEN)
        at = np.minimum(np.searchsorted(self.keys, cells), len(self.keys) - 1)
        return np.where(self.keys[at] == cells, at + FIRST, UNSEEN)


@dataclass
class Feature:
    """Levels with their evidence.

    Attributes
    ----------
    levels : Levels
        What a row holds.
    values : array of float, shape (levels,)
        What each level adds to the log-odds; 0 for one that the training table did not hold.
    gain : float
        How much the log-likelihood grew by it, on rows that did not teach it.
    """

    levels: Levels
    values: Floats
    gain: float

    @property
    def name(self) -> str:
        """What it is called in explanations, where `baseline` is the score without evidence."""
        return "column baseline" if self.levels.name == "baseline" else self.levels.name

    def read(self, table: Table) -> Floats:
        """Return what it adds to the log-odds of each row."""
        return self.values[self.levels.read(table)]
