"""Entities that stand in both tables several times: their words are rarer than they look."""

from __future__ import annotations

import numpy as np

from rilo_training.analysis.linking.column import (
    Column,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
    spread,
)
from rilo_training.analysis.linking.texts import without_repeats
from rilo_training.analysis.linking.words import lookups

LIKELY = 0.01
"""Least probability of a pair that is regarded."""

REPEATED = 1.2
"""So many partners has a record with a word that an entity repeats."""

WORTH = 0.05
"""Least part of the likely pairs that hold such words, for the columns to be read again."""


def rarer(
    columns: list[Column], vocabulary: Vocabulary, left: Integers, right: Integers, p: Floats
) -> list[Column] | None:
    """Return the columns without what entities repeat, None where hardly any is repeated.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    vocabulary : Vocabulary
    left, right : array of int, shape (pairs,)
        Records of the candidate pairs.
    p : array of float, shape (pairs,)
        Probability that they are the same entity.
    """
    likely = np.flatnonzero(p > LIKELY)
    left, right, p = left[likely], right[likely], p[likely]
    texts = [column for column in columns if isinstance(column, WordColumn)]
    new: dict[str, Column] = {}
    repeated = 0.0
    for column, (_, theirs) in zip(texts, lookups(texts, vocabulary), strict=True):
        words = column.sides[0]
        length = np.diff(words.start)[left]
        pair = np.repeat(np.arange(len(left)), length)
        word = words.word[spread(words.start[left], length)]
        common = theirs.holds(theirs.real, right[pair] * theirs.size + word)
        same: Floats = np.bincount(
            word[common], weights=p[pair[common]], minlength=len(vocabulary)
        ).astype(np.float64)
        fewest = np.maximum(np.minimum(*column.count), 1)
        repeated = max(repeated, float(same[same > REPEATED * fewest].sum()))
        new[column.name] = without_repeats(column, same)
    if repeated <= WORTH * p.sum():
        return None
    return [new.get(column.name, column) for column in columns]
