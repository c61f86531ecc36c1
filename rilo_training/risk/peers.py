"""Numbers against those of their peers: the usual price of *this* heading, by *this* mode."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rilo_training.risk.measures import Measure, Training
from rilo_training.risk.table import Codes, Floats, Table

MOST_GROUPS = 3
LEAST_GAIN = 0.03
"""A grouping is used when it takes so large a share of the spread away."""
FEW = 5
"""Peers of which there are fewer are compared with all rows."""
DRAWN = 20.0
"""The spread among peers is drawn to that among all rows, as by so many rows."""
CLIP = 0.01
SEARCH_ROWS = 20_000


@dataclass
class Peer:
    """How far a number is from the median of its peers, in their usual distance.

    Peers may be those of up to three columns, one after another: a package of tea by air is
    compared with tea, then with what goes by air.
    """

    measure: Measure
    groups: list[str] = field(default_factory=list)
    medians: list[Floats] = field(default_factory=list)
    spread: Floats = field(default_factory=lambda: np.ones(0))

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"{self.measure.name} against its {' and '.join(self.groups)}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        table = training.table
        value = self.measure.learn(training)
        self.medians = []
        for group in self.groups:
            median = group_medians(
                table.codes[group], table.sizes[group], value, 0.0, training.weight
            )
            self.medians.append(median)
            value = value - median[table.codes[group]]
        group = self.groups[0]
        usual = 1.4826 * float(np.nanmedian(np.abs(value)))
        self.spread = 1.4826 * group_medians(
            table.codes[group], table.sizes[group], np.abs(value), DRAWN, training.weight
        )
        self.spread = np.maximum(self.spread, max(0.05 * usual, 1e-9))
        return value / self.spread[table.codes[group]]

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        value = self.measure.values(table)
        for group, median in zip(self.groups, self.medians, strict=True):
            value = value - median[table.codes[group]]
        return value / self.spread[table.codes[self.groups[0]]]


def group_medians(
    code: Codes, size: int, value: Floats, drawn: float, weight: Floats | None = None
) -> Floats:
    """Return the median of each group; that of all rows where there are few.

    Parameters
    ----------
    code : array of int, shape (rows,)
        The group of each row.
    size : int
        How many groups there are.
    value : array of float, shape (rows,)
        The numbers; NaN is left out.
    drawn : float
        So many rows with the median of all are added to each group.
    weight : array of float, shape (rows,), optional
        How much each row counts when the rows of a group are counted; 1 without it.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.peers import group_medians
    >>> group_medians(np.array([0, 0, 0, 0, 0, 1]), 2, np.array([1.0, 2, 3, 4, 5, 9]), 0.0)
    array([3. , 3.5])
    """
    known = np.isfinite(value)
    every = float(np.median(value[known])) if known.any() else 0.0
    ordered = value[known][_grouped(code[known], value[known], size)]
    count = np.bincount(code[known], minlength=size)
    start = np.cumsum(count) - count
    counted = np.ones(len(value)) if weight is None else weight
    weighed = np.bincount(code[known], weights=counted[known], minlength=size)
    enough = weighed >= FEW - 1e-6
    low = (start + np.maximum(count - 1, 0) // 2)[enough]
    high = (start + count // 2)[enough]
    found = np.full(size, every)
    number = weighed[enough]
    found[enough] = (number * (ordered[low] + ordered[high]) / 2 + drawn * every) / (number + drawn)
    return found


def _grouped(code: Codes, value: Floats, size: int) -> Codes:
    """Return the order of rows by group, then by number."""
    order = np.argsort(value)
    # A stable sort of short whole numbers takes one pass.
    short = code.astype(np.uint16) if size <= 2**16 else code
    return order[np.argsort(short[order], kind="stable")]


def find_peers(training: Training, value: Floats, groups: list[str]) -> list[str]:
    """Return the columns that tell most about what is usual, the best first; none when none does.

    Only categories with enough rows for each value are tried. What counts is the spread within
    groups, with the loss of one degree of freedom for each group.
    """
    table = training.table
    enough = training.first(SEARCH_ROWS)
    known = np.flatnonzero(np.isfinite(value[:enough]))
    weight = training.weight[known]
    if weight.sum() < 4 * FEW:
        return []
    low, high = np.quantile(value[known], [CLIP, 1 - CLIP], method="inverted_cdf")
    left = np.clip(value[known], low, high)
    left = left - np.average(left, weights=weight)
    found: list[str] = []
    while len(found) < MOST_GROUPS:
        total = float(np.average(left**2, weights=weight))
        spreads = {
            group: _within(table.codes[group][known], left, weight)
            for group in groups
            if group not in found
        }
        best = min(spreads, key=lambda name: spreads[name], default="")
        if not best or total <= 0 or spreads[best] > (1 - LEAST_GAIN) * total:
            break
        found.append(best)
        code = table.codes[best][known]
        count = np.maximum(np.bincount(code, weights=weight), 1e-9)
        left = left - (np.bincount(code, weights=left * weight) / count)[code]
    return found


def _within(code: Codes, left: Floats, weight: Floats) -> float:
    """Return the variance within groups, free of the bias that many groups bring."""
    count = np.bincount(code, weights=weight)
    total = np.bincount(code, weights=left * weight)
    used = count > 0
    free = float(weight.sum()) - int(used.sum())
    if free < weight.sum() / 2:
        return float("inf")
    inside = float((left**2) @ weight - (total[used] ** 2 / count[used]).sum())
    return inside / free
