"""Numbers that an analyst would compute from the columns: ages, shares, ratios.

Each measure is learned on the training table without outcomes (words are the exception) and can
then be computed for any table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rilo_training.risk.crossing import Crossing, Expectation
from rilo_training.risk.folds import FOLDS
from rilo_training.risk.table import Codes, Floats, Table


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
    _base: Expectation | None = field(default=None, init=False, repr=False)

    def base(self) -> Expectation:
        """Return what is expected before anything is known: the share of outcomes."""
        if self._base is None:
            crossing = Crossing(self.y, self.fold, self.weight, tuple(range(FOLDS)))
            self._base = Expectation(crossing)
        return self._base

    def first(self, most: int) -> int:
        """Return how many of the first rows count as so many, or the number of all rows."""
        if self.table.rows <= most:
            return self.table.rows
        enough = int(np.searchsorted(np.cumsum(self.weight), most)) + 1
        return min(enough, self.table.rows)


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


def smallest_step(number: Floats) -> float:
    """Return half of the smallest positive number, which stands for zero in a logarithm."""
    positive = number[number > 0]
    return float(positive.min()) / 2 if len(positive) else 1.0


def safe_log(number: Floats, floor: float) -> Floats:
    """Return logarithms; what is zero or below stands at the floor."""
    return np.log(np.maximum(number, floor))
