"""A table as numbers: what the parts of a model read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
"""Numbers of float64, or of float32 where there are many."""
Codes = npt.NDArray[np.int64]

MISSING, UNSEEN, FIRST = 0, 1, 2
"""Codes of a missing value, of one that the training table did not hold, and the first known."""


@dataclass
class Table:
    """The columns of a table as numbers.

    Attributes
    ----------
    rows : int
        How many rows.
    codes : dict of str to array of int
        Categories: 0 for missing, 1 for unseen, then the values in their order.
    sizes : dict of str to int
        How many codes a category has.
    numbers, days : dict of str to array of float
        Numbers, and days since 1970; NaN where missing.
    words : dict of str to (array of int, list of list of str)
        Free text: which of the distinct texts a row holds, and the words of each.
    computed : dict of int to (object, array of float)
        Measures that were computed from these rows, by their identity.
    """

    rows: int
    codes: dict[str, Codes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, Floats] = field(default_factory=dict)
    days: dict[str, Floats] = field(default_factory=dict)
    words: dict[str, tuple[Codes, list[list[str]]]] = field(default_factory=dict)
    computed: dict[int, tuple[object, Floats]] = field(default_factory=dict)

    def take(self, order: npt.NDArray[Any]) -> Table:
        """Return some rows, in the given order."""
        return Table(
            len(order),
            {name: code[order] for name, code in self.codes.items()},
            dict(self.sizes),
            {name: value[order] for name, value in self.numbers.items()},
            {name: value[order] for name, value in self.days.items()},
            {name: (at[order], texts) for name, (at, texts) in self.words.items()},
        )
