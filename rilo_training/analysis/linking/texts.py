"""The words of columns of texts, each with how likely it is by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.linking.column import (
    COMMON,
    NUMBER,
    RARE,
    USUAL,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
    Words,
    chance_share,
    other_records,
    spread,
)
from rilo_training.analysis.linking.spelling import EVERYDAY, words_of

MOST_WORDS = 16
"""Words of a cell that are regarded: of a longer text, the rarest."""

EVERYDAY_SHARE = 0.05
"""Least share of the records that a word such as Ltd is taken to be in."""

FEW = 5.0
"""So many records must hold a word before it tells much about the next word."""


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


def _words(values: list[str], vocabulary: Vocabulary) -> tuple[list[list[int]], list[list[str]]]:
    texts = [words_of(value) for value in values]
    return [vocabulary.numbers(words) for words in texts], texts


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


def _word_column(name: str, left: Words, right: Words, vocabulary: Vocabulary) -> WordColumn:
    size = len(vocabulary)
    count = (np.bincount(left.word, minlength=size), np.bincount(right.word, minlength=size))
    has_digit = np.array([any(map(str.isdigit, word)) for word in vocabulary.number], dtype=bool)
    everyday = np.zeros(size, dtype=bool)
    everyday[[vocabulary.number[word] for word in EVERYDAY if word in vocabulary.number]] = True
    share, kind = _rarity(count, (left.filled(), right.filled()), np.zeros(size), everyday)
    kind[has_digit] = NUMBER
    left, right = _with_after(left, right, share)
    sides = (_rarest(left, share), _rarest(right, share))
    return WordColumn(name, sides, share, kind, _alike(sides, size), count, everyday)


def without_repeats(column: WordColumn, same: Floats) -> WordColumn:
    """Return a column whose words are as rare as between records of other entities.

    An entity that stands in both tables many times makes its own words frequent there.

    Parameters
    ----------
    column : WordColumn
    same : array of float, shape (vocabulary,)
        Pairs of records that are probably the same entity and hold the word both.
    """
    left, right = column.sides
    share, kind = _rarity(column.count, (left.filled(), right.filled()), same, column.everyday)
    kind[column.kind == NUMBER] = NUMBER
    return replace(column, sides=_with_after(left, right, share), share=share, kind=kind)


def _rarity(
    count: tuple[Integers, Integers],
    filled: tuple[int, int],
    same: Floats,
    everyday: npt.NDArray[np.bool_],
) -> tuple[Floats, Integers]:
    """Return how likely each word is by chance, and its kind."""
    share = chance_share(*count, *filled, same)
    most = np.maximum(*other_records(*count, same)) + 1
    kind = np.full(len(share), USUAL)
    kind[(most <= 3) | (share < 0.002)] = RARE
    kind[(most > 10) & (share >= 0.02)] = COMMON
    kind[everyday] = COMMON
    share[everyday] = np.maximum(share[everyday], EVERYDAY_SHARE)
    return share, kind


def _with_after(left: Words, right: Words, share: Floats) -> tuple[Words, Words]:
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
    parts = likely[: len(left.word)], likely[len(left.word) :]
    return replace(left, after=parts[0]), replace(right, after=parts[1])


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
