"""Folds that follow the content of rows, so that neither order nor repetition changes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.columns import Table

FOLDS = 5


def _mixed(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return well mixed whole numbers (the finaliser of splitmix64, Steele et al., 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return mixed


def content_hash(table: Table, random_state: int = 0) -> npt.NDArray[np.uint64]:
    """Return one number per row that depends on what the row holds, and on nothing else.

    Parameters
    ----------
    table : Table
        The columns as numbers.
    random_state : int
        Another number gives other folds.

    Returns
    -------
    array of uint64, shape (rows,)
        Rows of the same content have the same number.
    """
    total = np.zeros(table.rows, np.uint64)
    parts: dict[str, npt.NDArray[np.uint64]] = {}
    for kind, columns in (("code", table.codes), ("number", table.numbers), ("day", table.days)):
        for name, values in columns.items():
            # One sign of zero and one kind of NaN, so that equal values have equal bits.
            plain = np.where(values == values, values + 0.0, np.nan).astype(np.float64)
            parts[f"{kind} {name}"] = plain.view(np.uint64)
    for name, (at, texts) in table.words.items():
        joined = np.array([" ".join(text) for text in texts], object)
        parts[f"words {name}"] = pd.util.hash_array(joined)[at]
    for name, bits in parts.items():
        salt = pd.util.hash_array(np.array([f"{random_state} {name}"], object))[0]
        total = total + _mixed(bits + salt)
    return _mixed(total)


def fold_of(content: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the fold of each row, 0 to 4."""
    return (content % np.uint64(FOLDS)).astype(np.int64)


def repeats(content: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """Return how many rows hold the same content.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.folds import repeats
    >>> repeats(np.array([7, 7, 9], np.uint64)).tolist()
    [2.0, 2.0, 1.0]
    """
    _, at, count = np.unique(content, return_inverse=True, return_counts=True)
    return count[at].astype(np.float64)
