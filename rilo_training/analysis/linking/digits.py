"""What two numbers, dates or codes have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from rilo_training.analysis.linking.column import DigitColumn, Floats, Integers

SAME, CONTAINED, DIGIT, STEP, CLOSE, ROUGH, OTHER = range(7)
"""How two numbers are like each other, the best first.

The same; one is the end or the beginning of the other (a telephone number without its area); one
digit differs or two stand in the other order; whole numbers one apart; within 1 per cent; within
10 per cent, or two digits of a long code differ; different."""

OUTCOMES = 7
SAID = (
    "the same",
    "one contains the other",
    "one digit apart",
    "one apart",
    "within 1 per cent",
    "nearly alike",
    "different",
)


def compare_digits(
    column: DigitColumn, left: Integers, right: Integers
) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Return how the numbers of pairs of cells are like each other.

    Parameters
    ----------
    column : DigitColumn
    left, right : array of int, shape (pairs,)
        Records.

    Returns
    -------
    counts : array of int, shape (pairs, OUTCOMES)
        2 at the outcome of the pair, as words count on both sides; 0 where a cell is missing.
    surprise : array of float, shape (pairs,)
        How surprising the same number would be by chance; 0 where they are not the same.
    """
    place = column.place[0][left], column.place[1][right]
    counts = np.zeros((len(left), OUTCOMES), dtype=np.uint8)
    surprise = np.zeros(len(left))
    known = (place[0] >= 0) & (place[1] >= 0)
    same = known & (place[0] == place[1])
    counts[same, SAME] = 2
    surprise[same] = -2 * np.log(column.share[place[0][same]])
    rows = np.flatnonzero(known & ~same)
    counts[rows, _unlike(column, left[rows], right[rows])] = 2
    return counts, surprise


def _unlike(column: DigitColumn, left: Integers, right: Integers) -> npt.NDArray[np.int8]:
    """Return the outcome of pairs of numbers that are not the same."""
    a, b = column.digits[0][left].tolist(), column.digits[1][right].tolist()
    one, two = column.value[0][left], column.value[1][right]
    distance = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int8)
    length = np.array([list(map(len, a)), list(map(len, b))], dtype=np.int64).reshape(2, -1)
    shorter = length.min(axis=0)
    outcome = np.full(len(left), OTHER, dtype=np.int8)
    outcome[(distance == 2) & (shorter >= 6)] = ROUGH
    gap = np.abs(one - two)  # NaN for codes, and no comparison with NaN is true
    size = np.maximum(np.abs(one), np.abs(two))
    outcome[gap <= 0.1 * size] = ROUGH
    outcome[gap <= 0.01 * size] = CLOSE
    outcome[(gap == 1) & (one % 1 == 0)] = STEP
    outcome[(distance == 1) & (shorter >= 3)] = DIGIT
    for at in np.flatnonzero((shorter >= 6) & (length[0] != length[1])).tolist():
        short, long = sorted((a[at], b[at]), key=len)
        if long.endswith(short) or long.startswith(short):
            outcome[at] = CONTAINED
    return outcome
