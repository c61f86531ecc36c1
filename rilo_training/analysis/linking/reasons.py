"""What two records have in common, as a sentence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.linking import digits, words
from rilo_training.analysis.linking.column import Column, WordColumn

RIVAL = "another record fits better"


def reasons(
    columns: list[Column], counts: list[npt.NDArray[np.uint8]], rival: npt.NDArray[np.bool_]
) -> list[str]:
    """Return one sentence for each pair.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    counts : list of arrays of int
        Those of the evidence.
    rival : array of bool, shape (pairs,)
        Whether another record fits one of the two better.
    """
    parts = [_said(column, count) for column, count in zip(columns, counts, strict=True)]
    parts.append([RIVAL if better else "" for better in rival.tolist()])
    return ["; ".join(filter(None, said)) for said in zip(*parts, strict=True)]


def _said(column: Column, count: npt.NDArray[np.uint8]) -> list[str]:
    """Return what is said of one column; pairs with the same counts are worded once."""
    if not len(count):
        return []
    different, back = np.unique(count, axis=0, return_inverse=True)
    said = [_sentence(column, row) for row in different]
    return [said[at] for at in back.ravel().tolist()]


def _sentence(column: Column, row: npt.NDArray[np.uint8]) -> str:
    if not row.any():
        return f"{column.name}: missing"
    if not isinstance(column, WordColumn):
        return f"{column.name}: {digits.SAID[int(np.argmax(row))]}"
    # A word with a partner was counted on both sides.
    total = row.astype(np.int64).reshape(words.KINDS, words.OUTCOMES).sum(axis=0)
    number = np.where(np.arange(words.OUTCOMES) == words.EXTRA, total, (total + 1) // 2)
    said = [f"{n} {text}" for n, text in zip(number.tolist(), words.SAID, strict=True) if n]
    return f"{column.name}: {', '.join(said)}"
