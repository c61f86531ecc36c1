"""Folds that follow the content of rows, so that neither order nor repetition changes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.columns import FEW_KINDS
from rilo_training.risk.table import Codes, Floats, Table

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
            # The place in the order of values, so that another unit gives the same folds.
            place = values if kind == "code" else pd.factorize(values, sort=True)[0]
            parts[f"{kind} {name}"] = place.astype(np.int64).view(np.uint64)
    for name, (at, texts) in table.words.items():
        joined = np.array([" ".join(text) for text in texts], object)
        parts[f"words {name}"] = pd.util.hash_array(joined)[at]
    for name, bits in parts.items():
        salt = pd.util.hash_array(np.array([f"{random_state} {name}"], object))[0]
        total = total + _mixed(bits + salt)
    return _mixed(total)


def arrange(content: npt.NDArray[np.uint64], draw: int = 0) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the fold of each row, and its weight where rows are counted.

    Rows of the same content share a fold, and count together as one: they are one row that stands
    in the table several times. Where a table holds few different rows, they are many rows that
    are alike: then they are dealt out to the folds one after another, and each counts.

    Parameters
    ----------
    content : array of uint64, shape (rows,)
        What `content_hash` returned, sorted.
    draw : int
        Another number gives other folds.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.folds import arrange
    >>> arrange(np.array([7, 7, 9], np.uint64))
    (array([2, 2, 4]), array([0.5, 0.5, 1. ]))
    >>> arrange(np.array([5] * 6, np.uint64))[0].tolist()
    [0, 1, 2, 3, 4, 0]
    """
    count, place = _repeats(content)
    drawn = _mixed(content + np.uint64(draw)) if draw else content
    fold = (drawn % np.uint64(FOLDS)).astype(np.int64)
    if _are_alike(place):
        return (fold + place) % FOLDS, np.ones(len(content))
    return fold, 1 / count


def dealt_out(content: npt.NDArray[np.uint64]) -> Codes:
    """Return an order in which the first of few kinds of rows are like the others.

    Where a table holds few different rows, thousands of one kind would come first, and a model
    that looks at the first rows would see no other kind.

    Parameters
    ----------
    content : array of uint64, shape (rows,)
        What `content_hash` returned, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.folds import dealt_out
    >>> dealt_out(np.array([5, 7, 9], np.uint64)).tolist()
    [0, 1, 2]
    >>> order = dealt_out(np.repeat(np.array([5, 7], np.uint64), 500))
    >>> 200 < (order[:500] < 500).sum() < 300
    np.True_
    """
    _, place = _repeats(content)
    if not _are_alike(place):
        return np.arange(len(content))
    return np.argsort(_mixed(content + place.astype(np.uint64)), kind="stable").astype(np.int64)


def _repeats(content: npt.NDArray[np.uint64]) -> tuple[Codes, Codes]:
    """Return how often the content of each row occurs, and the place of the row among these."""
    first = np.flatnonzero(np.append(True, content[1:] != content[:-1]))
    count = np.diff(np.append(first, len(content)))
    return np.repeat(count, count), np.arange(len(content)) - np.repeat(first, count)


def _are_alike(place: Codes) -> bool:
    """Return whether there are few kinds of rows."""
    return int((place == 0).sum()) * FEW_KINDS < len(place)
