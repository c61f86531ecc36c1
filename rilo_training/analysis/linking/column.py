"""A column of two tables as arrays, and how rare what it holds is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

UNSEEN = 0.1
"""Further records that hold a word which only the records of one pair hold."""

RARE, USUAL, COMMON, NUMBER = range(4)
"""Classes of words: how many records hold them; words with a digit are apart."""


@dataclass
class Vocabulary:
    """Every word of both tables, with its number."""

    number: dict[str, int] = field(default_factory=dict)

    def numbers(self, words: list[str]) -> list[int]:
        """Return the numbers of words; a new word gets the next one."""
        return [self.number.setdefault(word, len(self.number)) for word in words]

    def __len__(self) -> int:
        return len(self.number)


@dataclass
class Words:
    """The words of one column of one table.

    Attributes
    ----------
    start : array of int, shape (records + 1,)
        The words of record r stand at ``start[r]`` to ``start[r + 1]``.
    word : array of int
        Numbers of the words, in the order of the text.
    joined : array of int
        Number of the word that this word and the next one are together; -1 where there is none.
    after : array of float
        How likely the word is by chance where the word before it is there: at least its share.
    """

    start: Integers
    word: Integers
    joined: Integers
    after: Floats

    def record(self) -> Integers:
        """Return the record of each word."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def filled(self) -> int:
        """Return how many records hold a word."""
        return int((np.diff(self.start) > 0).sum())

    def take(self, records: Integers) -> Words:
        """Return the words of some records."""
        length = np.diff(self.start)[records]
        at = spread(self.start[records], length)
        start = np.concatenate([[0], np.cumsum(length)])
        return Words(start, self.word[at], self.joined[at], self.after[at])


@dataclass
class WordColumn:
    """A column of texts, in both tables.

    Attributes
    ----------
    name : str
    sides : tuple of two Words
    share : array of float, shape (vocabulary,)
        How likely a record of another entity holds the word: see `chance_share`.
    kind : array of int, shape (vocabulary,)
        `RARE`, `USUAL`, `COMMON` or `NUMBER`.
    alike : tuple of two arrays of float, shape (records,)
        How likely a record of another entity has all the words of the record.
    count : tuple of two arrays of int, shape (vocabulary,)
        Records of each table that hold the word.
    everyday : array of bool, shape (vocabulary,)
        Whether the word is common everywhere, such as Ltd.
    """

    name: str
    sides: tuple[Words, Words]
    share: Floats
    kind: Integers
    alike: tuple[Floats, Floats]
    count: tuple[Integers, Integers]
    everyday: npt.NDArray[np.bool_]

    def parts(self, side: int, records: Integers) -> dict[str, Any]:
        """Return what changes where some records of one table are compared with all of them."""
        words, alike = self.sides[side], self.alike[side]
        return {"sides": (words.take(records), words), "alike": (alike[records], alike)}


@dataclass
class DigitColumn:
    """A column of numbers, dates or codes, in both tables.

    Attributes
    ----------
    name : str
    digits : tuple of two arrays of str
        The digits, empty where the cell is missing.
    value : tuple of two arrays of float
        The numbers; NaN where the cell is missing or the column holds codes.
    place : tuple of two arrays of int
        Number of the digits among all that occur; -1 where missing.
    share : array of float
        How likely a record of another entity has these digits, by `place`.
    """

    name: str
    digits: tuple[npt.NDArray[Any], npt.NDArray[Any]]
    value: tuple[Floats, Floats]
    place: tuple[Integers, Integers]
    share: Floats

    def parts(self, side: int, records: Integers) -> dict[str, Any]:
        """Return what changes where some records of one table are compared with all of them."""
        fields = {"digits": self.digits, "value": self.value, "place": self.place}
        return {name: (pair[side][records], pair[side]) for name, pair in fields.items()}


Column: TypeAlias = WordColumn | DigitColumn


def spread(first: Integers, length: Integers) -> Integers:
    """Return the whole numbers from each `first` on, as many as `length` says, one after another.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.column import spread
    >>> spread(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    end = np.cumsum(length)
    total = int(end[-1]) if len(end) else 0
    numbers: Integers = np.arange(total) + np.repeat(first - (end - length), length)
    return numbers


def other_records(left: Integers, right: Integers, same: Floats) -> tuple[Floats, Floats]:
    """Return how many records of each table hold a value and are of another entity than one pair.

    Parameters
    ----------
    left, right : array of int, shape (values,)
        Records with each value.
    same : array of float, shape (values,)
        Pairs of records with the value that are probably the same entity.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.column import other_records
    >>> left, right = other_records(np.array([3, 51]), np.array([3, 51]), np.array([9.0, 20.0]))
    >>> left.tolist(), right.tolist()
    ([0.0, 50.0], [0.0, 50.0])
    """
    others = [
        np.maximum(own - np.maximum(same / np.maximum(partner, 1), 1.0), 0.0)
        for own, partner in ((left, right), (right, left))
    ]
    return others[0], others[1]


def chance_share(
    left: Integers, right: Integers, lefts: int, rights: int, same: Floats | float = 0.0
) -> Floats:
    """Return how likely a record of another entity has a value that a pair has in common.

    The pair itself is left out of the counts. An entity may stand in a table under several
    spellings, which makes its words frequent there: the table where they are rarer is believed,
    within limits.

    Parameters
    ----------
    left, right : array of int, shape (values,)
        Records with each value.
    lefts, rights : int
        Records of the tables.
    same : array of float, shape (values,), optional
        Pairs of records with the value that are probably the same entity.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.column import chance_share
    >>> chance_share(np.array([1, 51]), np.array([1, 51]), 1000, 1000).tolist()
    [0.0001, 0.0501]
    """
    other = [n + UNSEEN for n in other_records(left, right, np.asarray(same))]
    size = max(lefts, 1), max(rights, 1)
    least = np.minimum(other[0] / size[0], other[1] / size[1])
    both = (other[0] + other[1]) / (size[0] + size[1])
    return np.minimum(np.maximum(least, both / 3), 1.0)
