"""The columns of two tables, as arrays: words of texts, digits of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

from rilo_training.analysis.linking.spelling import EVERYDAY, words_of

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_WORDS = 16
"""Words of a cell that are regarded: of a longer text, the rarest."""

EVERYDAY_SHARE = 0.05
"""Least share of the records that a word such as Ltd is taken to be in."""

LONGEST = 15
"""Digits of a number; more of them are a code, which a float would round."""

UNSEEN = 0.1
"""Further records that hold a word which only the records of one pair hold."""

FEW = 5.0
"""So many records must hold a word before it tells much about the next word."""

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
    """

    name: str
    sides: tuple[Words, Words]
    share: Floats
    kind: Integers
    alike: tuple[Floats, Floats]

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


def is_number_like(texts: pd.Series) -> bool:
    """Return whether almost all texts are a number, a date or a code of digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis.linking.table import is_number_like
    >>> is_number_like(pd.Series(["213/848-6677", "310-555 0123"]))
    True
    >>> is_number_like(pd.Series(["12 Main St", "7 Quay Rd"]))
    False
    """
    digits = texts.str.count(r"\d")
    letters = texts.str.count(r"[^\W\d_]")
    return bool(((digits > 0) & (letters <= 2) & (digits > 2 * letters)).mean() >= 0.9)


def _texts(cells: pd.Series) -> pd.Series:
    """Return cells as text: dates as year, month and day; whole numbers without a point."""
    if types.is_datetime64_any_dtype(cells.dtype):
        return pd.Series(cells.dt.strftime("%Y%m%d").astype(object))
    if types.is_bool_dtype(cells.dtype) or not types.is_numeric_dtype(cells.dtype):
        texts = cells.astype(object).where(cells.notna(), None)
        return pd.Series(texts.map(str, na_action="ignore"))
    numbers = pd.to_numeric(cells).astype("float64")
    written = [
        None if not np.isfinite(n) else str(int(n)) if n.is_integer() else repr(n)
        for n in numbers.tolist()
    ]
    return pd.Series(written, index=cells.index, dtype=object)


def _words(values: list[str], vocabulary: Vocabulary) -> tuple[list[list[int]], list[list[str]]]:
    texts = [words_of(value) for value in values]
    return [vocabulary.numbers(words) for words in texts], texts


def word_columns(
    left: list[pd.Series], right: list[pd.Series], names: list[str], vocabulary: Vocabulary
) -> list[WordColumn]:
    """Return the columns of texts; the vocabulary is extended in place."""
    read = []
    for cells in [*left, *right]:
        code, values = pd.factorize(cells)
        numbers, texts = _words([str(value) for value in values], vocabulary)
        read.append((code.astype(np.int64), numbers, texts))
    # Only now is it known which joined words are words.
    sides = [_side(code, numbers, texts, vocabulary) for code, numbers, texts in read]
    pairs = zip(names, sides[: len(left)], sides[len(left) :], strict=True)
    return [_word_column(name, one, two, vocabulary) for name, one, two in pairs]


def _side(
    code: Integers, numbers: list[list[int]], texts: list[list[str]], vocabulary: Vocabulary
) -> Words:
    """Return the words of each record, from those of each different text."""
    length = np.array([*map(len, numbers), 0], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(length)])
    flat = np.array([n for words in numbers for n in words], dtype=np.int64)
    find = vocabulary.number.get
    joined = np.array(
        [
            find(one + two, -1)
            for words in texts
            for one, two in zip(words, [*words[1:], "\n"], strict=False)
        ],
        dtype=np.int64,
    )
    own = length[code]
    at = spread(start[code], own)
    return Words(np.concatenate([[0], np.cumsum(own)]), flat[at], joined[at], np.zeros(len(at)))


def spread(first: Integers, length: Integers) -> Integers:
    """Return the whole numbers from each `first` on, as many as `length` says, one after another.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.table import spread
    >>> spread(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    end = np.cumsum(length)
    total = int(end[-1]) if len(end) else 0
    numbers: Integers = np.arange(total) + np.repeat(first - (end - length), length)
    return numbers


def _word_column(name: str, left: Words, right: Words, vocabulary: Vocabulary) -> WordColumn:
    size = len(vocabulary)
    filled = (int((np.diff(left.start) > 0).sum()), int((np.diff(right.start) > 0).sum()))
    count = [np.bincount(side.word, minlength=size) for side in (left, right)]
    share = chance_share(count[0], count[1], filled[0], filled[1])
    most = np.maximum(*count)
    kind = np.full(size, USUAL)
    kind[(most <= 3) | (share < 0.002)] = RARE
    kind[(most > 10) & (share >= 0.02)] = COMMON
    everyday = [vocabulary.number[word] for word in EVERYDAY if word in vocabulary.number]
    kind[everyday] = COMMON
    share[everyday] = np.maximum(share[everyday], EVERYDAY_SHARE)
    has_digit = np.array([any(map(str.isdigit, word)) for word in vocabulary.number], dtype=bool)
    kind[has_digit] = NUMBER
    _set_after(left, right, share)
    sides = (_rarest(left, share), _rarest(right, share))
    return WordColumn(name, sides, share, kind, _alike(sides, size))


def _set_after(left: Words, right: Words, share: Floats) -> None:
    """Set how likely a word is after another one; words that always go together surprise once."""
    before, after = [], []
    for side in (left, right):
        first = np.zeros(len(side.word), dtype=bool)
        first[side.start[:-1][np.diff(side.start) > 0]] = True
        before.append(np.where(first, -1, np.roll(side.word, 1)))
        after.append(side.word)
    one, two = np.concatenate(before), np.concatenate(after)
    pair, count = np.unique(one * len(share) + two, return_inverse=True, return_counts=True)[1:]
    leads = np.bincount(one[one >= 0], minlength=len(share))
    # The two records that are compared are left out.
    together, alone = np.maximum(count[pair] - 2 * FEW, 0), np.maximum(leads[one] - 2 * FEW, 0)
    likely = (together + FEW * share[two]) / (alone + FEW)
    likely = np.where(one < 0, share[two], np.maximum(likely, share[two]))
    left.after, right.after = likely[: len(left.word)], likely[len(left.word) :]


def _alike(sides: tuple[Words, Words], size: int) -> tuple[Floats, Floats]:
    """Return for each record the share of the records with the same words."""
    # The sum of one random number a word is the same for the same words in any order.
    mark = np.random.default_rng(0).integers(0, 2**62, size, dtype=np.uint64)
    sums = []
    for side in sides:
        total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(mark[side.word])])
        sums.append(total[side.start[1:]] - total[side.start[:-1]])
    code, _ = pd.factorize(np.concatenate(sums))
    split, size = len(sums[0]), int(code.max(initial=0)) + 1
    parts = code[:split], code[split:]
    filled = [part[np.diff(side.start) > 0] for part, side in zip(parts, sides, strict=True)]
    count = [np.bincount(part, minlength=size) for part in filled]
    others = np.maximum(count[0] + count[1] - 2, 0)
    # A value that occurs in one pair alone may be as rare as its words say.
    share = np.where(others > 0, others / max(len(filled[0]) + len(filled[1]), 1), 0.0)
    return share[parts[0]], share[parts[1]]


def chance_share(left: Integers, right: Integers, lefts: int, rights: int) -> Floats:
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

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.table import chance_share
    >>> chance_share(np.array([1, 51]), np.array([1, 51]), 1000, 1000).tolist()
    [0.0001, 0.0501]
    """
    other = [np.maximum(count - 1, 0) + UNSEEN for count in (left, right)]
    size = max(lefts, 1), max(rights, 1)
    least = np.minimum(other[0] / size[0], other[1] / size[1])
    both = (other[0] + other[1]) / (size[0] + size[1])
    return np.minimum(np.maximum(least, both / 3), 1.0)


def _rarest(side: Words, share: Floats) -> Words:
    """Return the rarest words of long texts, still in their order."""
    length = np.diff(side.start)
    if length.max(initial=0) <= MOST_WORDS:
        return side
    record = side.record()
    order = np.lexsort((share[side.word], record))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - side.start[record]
    kept = rank < MOST_WORDS
    start = np.concatenate([[0], np.cumsum(np.minimum(length, MOST_WORDS))])
    return Words(start, side.word[kept], side.joined[kept], side.after[kept])


def digit_column(name: str, left: pd.Series, right: pd.Series) -> DigitColumn:
    """Return a column of numbers, dates or codes."""
    both = pd.concat([left, right], ignore_index=True)
    number = pd.to_numeric(both.str.replace(r"[^\d.+-]", "", regex=True), errors="coerce")
    digits = both.str.replace(r"[^\w]|_", "", regex=True).str.lower()
    digits = digits.where(digits.notna() & digits.ne(""), None)
    long = digits.str.len().max() > LONGEST
    if long or number[both.notna()].isna().mean() > 0.1:
        number[:] = np.nan  # a code: its digits have no size
    else:
        # 12.50 and 12.5 are the same number.
        exact = number.map(repr, na_action="ignore").str.replace(r"\.0$", "", regex=True)
        digits = exact.where(number.notna(), digits)
    place, _ = pd.factorize(digits)
    size = int(place.max(initial=-1)) + 1
    split = len(left)
    places = (place[:split].astype(np.int64), place[split:].astype(np.int64))
    known = [side[side >= 0] for side in places]
    count = [np.bincount(side, minlength=size) for side in known]
    share = chance_share(count[0], count[1], len(known[0]), len(known[1]))
    texts = digits.where(digits.notna(), "").to_numpy(dtype=object)
    value = number.to_numpy(dtype=np.float64)
    return DigitColumn(
        name, (texts[:split], texts[split:]), (value[:split], value[split:]), places, share
    )


def columns_of(
    left: pd.DataFrame, right: pd.DataFrame, pairs: dict[str, str]
) -> tuple[list[Column], Vocabulary]:
    """Return the columns of two tables in the order of `pairs`, and all words.

    Parameters
    ----------
    left, right : pandas.DataFrame
    pairs : dict
        Name of the column in the right table, by its name in the left table.
    """
    vocabulary = Vocabulary()
    found: dict[str, Column] = {}
    texts: list[tuple[str, pd.Series, pd.Series]] = []
    for name, other in pairs.items():
        one, two = _texts(left[name]), _texts(right[other])
        known = pd.concat([one, two]).dropna()
        if is_number_like(known):
            found[name] = digit_column(name, one, two)
        else:
            texts.append((name, one, two))
    words = word_columns(
        [one for _, one, _ in texts],
        [two for _, _, two in texts],
        [name for name, _, _ in texts],
        vocabulary,
    )
    found.update({column.name: column for column in words})
    return [found[name] for name in pairs], vocabulary
