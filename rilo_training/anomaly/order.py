"""An order of rows that follows from their content alone, so that their position is nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.anomaly.table import Measure, Reading
from rilo_training.tables.cells import Codes, Floats

Hashes = npt.NDArray[np.uint64]


def content_order(reading: Reading, measures: list[Measure], random_state: int) -> Codes:
    """Return the rows in an order that looks random but depends on their content alone.

    Equal rows are equal in all that follows, so their order among themselves is nothing. A
    rescaled unit changes no order: of a number, only its rank in its column counts.

    Parameters
    ----------
    reading : Reading
        The rows.
    measures : list of Measure
        What the numbers of the reading are.
    random_state : int
        Another number gives another order.
    """
    hashes = np.full(len(reading.groups), random_state, dtype=np.uint64)
    for measure, number in zip(measures, reading.numbers.T, strict=True):
        if len(measure.columns) == 1:  # gaps and ratios follow from their ends
            hashes = _mixed(hashes, _ranks(number))
    for code in reading.groups.T:
        hashes = _mixed(hashes, code)
    return np.argsort(hashes, kind="stable")


def _ranks(numbers: Floats) -> Codes:
    return np.asarray(np.unique(numbers, return_inverse=True)[1], dtype=np.int64)


def _mixed(hashes: Hashes, code: Codes) -> Hashes:
    """Return hashes that also depend on a code (the finaliser of splitmix64)."""
    mixed = (hashes + np.uint64(0x9E3779B97F4A7C15)) ^ code.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
