"""Compare pairs of records, column by column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.linking.column import (
    Column,
    DigitColumn,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
)
from rilo_training.analysis.linking.digits import compare_digits
from rilo_training.analysis.linking.model import Evidence
from rilo_training.analysis.linking.words import WordPairs, compare_words, lookups

CHUNK = 50_000
"""Pairs that are compared at once; it bounds the memory."""


class Comparison:
    """What pairs of records of two tables have in common.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    vocabulary : Vocabulary
    """

    def __init__(self, columns: list[Column], vocabulary: Vocabulary) -> None:
        self.columns, self.vocabulary = columns, vocabulary
        texts = [column for column in columns if isinstance(column, WordColumn)]
        self.lookup = dict(
            zip([column.name for column in texts], lookups(texts, vocabulary), strict=True)
        )
        self.like = WordPairs(vocabulary)

    def __call__(self, left: Integers, right: Integers) -> Evidence:
        """Return what pairs of records have in common."""
        counts, surprises = [], []
        for column in self.columns:
            parts = [
                self._compared(column, left[at : at + CHUNK], right[at : at + CHUNK])
                for at in range(0, max(len(left), 1), CHUNK)
            ]
            counts.append(np.concatenate([count for count, _ in parts]))
            surprises.append(np.concatenate([surprise for _, surprise in parts]))
        return Evidence(counts, np.column_stack(surprises))

    def _compared(
        self, column: Column, left: Integers, right: Integers
    ) -> tuple[npt.NDArray[np.uint8], Floats]:
        if isinstance(column, DigitColumn):
            return compare_digits(column, left, right)
        return compare_words(column, self.lookup[column.name], self.like, left, right)


def within(columns: list[Column], side: int, records: Integers) -> list[Column]:
    """Return columns that compare some records of one table with all records of the same table."""
    return [replace(column, **column.parts(side, records)) for column in columns]
