"""What the words of two cells have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA, JaroWinkler, LCSseq
from rapidfuzz.process import cpdist

from rilo_training.analysis.linking.column import (
    COMMON,
    NUMBER,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
    spread,
)
from rilo_training.analysis.linking.spelling import sound_of

SAME, JOINED, SLIP, LETTER, SHORT, SOUND, ELSEWHERE, EXTRA, OTHER = range(9)
"""What can become of a word in the other cell, the best first.

The same; written as one word or as two; a letter more or fewer, or two letters in the other order;
one other letter; a short form; a similar sound or spelling; found in another column; without a
partner while the other cell has no word left; without a partner while the other cell has."""

OUTCOMES = 9
KINDS = 4
SAID = (
    "the same",
    "joined or split",
    "with a slip of the pen",
    "with one other letter",
    "shortened",
    "of similar sound",
    "in another column",
    "on one side only",
    "different",
)


@dataclass
class Lookup:
    """Which record holds which word, for one column of one table; found by search."""

    size: int
    real: Integers
    joined: Integers
    anywhere: Integers

    @staticmethod
    def holds(keys: Integers, key: Integers) -> npt.NDArray[np.bool_]:
        """Return which keys are among the sorted `keys`."""
        if not len(keys):
            return np.zeros(len(key), dtype=bool)
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        found: npt.NDArray[np.bool_] = keys[at] == key
        return found


def lookups(columns: list[WordColumn], vocabulary: Vocabulary) -> list[tuple[Lookup, Lookup]]:
    """Return the lookups of both tables for each column."""
    size = len(vocabulary) + 1
    sides = []
    for side in range(2):
        words = [column.sides[side] for column in columns]
        records = [one.record() for one in words]
        real = [np.sort(r * size + one.word) for r, one in zip(records, words, strict=True)]
        joined = [
            np.unique((r * size + one.joined)[one.joined >= 0])
            for r, one in zip(records, words, strict=True)
        ]
        every = np.unique(np.concatenate(real)) if len(columns) > 1 else np.zeros(0, np.int64)
        sides.append([Lookup(size, r, j, every) for r, j in zip(real, joined, strict=True)])
    return list(zip(*sides, strict=True))


@dataclass
class _Side:
    """The words of one side of pairs: which pair, which word, its kind, what became of it."""

    pair: Integers
    at: Integers
    word: Integers
    kind: Integers
    outcome: npt.NDArray[np.int8]


def _plain_outcomes(
    column: WordColumn, side: int, own: Integers, other: Integers, theirs: Lookup
) -> _Side:
    """Return the words of `own` records with what needs no comparison of letters."""
    words = column.sides[side]
    length = np.diff(words.start)[own]
    pair = np.repeat(np.arange(len(own)), length)
    at = spread(words.start[own], length)
    word = words.word[at]
    record = other[pair] * theirs.size
    outcome = np.full(len(word), OTHER, dtype=np.int8)
    if len(theirs.anywhere):
        outcome[theirs.holds(theirs.anywhere, record + word)] = ELSEWHERE
    joined = words.joined[at]
    whole = (joined >= 0) & theirs.holds(theirs.real, record + joined)
    whole[1:] |= whole[:-1] & (joined[:-1] >= 0) & (pair[1:] == pair[:-1])
    whole |= theirs.holds(theirs.joined, record + word)
    outcome[whole] = JOINED
    outcome[theirs.holds(theirs.real, record + word)] = SAME
    return _Side(pair, at, word, column.kind[word], outcome)


class WordPairs:
    """How two words are like each other, by their numbers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        texts = list(vocabulary.number)
        self.size = len(texts) + 1
        self.text = np.array(texts, dtype=object)
        self.length = np.array([len(text) for text in texts], dtype=np.int64)
        self.first = np.array([ord(text[0]) for text in texts], dtype=np.int64)
        self.has_digit = np.array([any(map(str.isdigit, text)) for text in texts], dtype=bool)
        self.sound = np.unique([sound_of(text) for text in texts], return_inverse=True)[1]

    def outcomes(self, one: Integers, two: Integers) -> npt.NDArray[np.int8]:
        """Return the outcome of each pair of words, `OTHER` where they are not alike."""
        found = np.full(len(one), OTHER, dtype=np.int8)
        lengths = self.length[one], self.length[two]
        short, apart = np.minimum(*lengths), np.abs(lengths[0] - lengths[1])
        digit = self.has_digit[one] | self.has_digit[two]
        # What can be alike at all.
        asked = np.flatnonzero(
            ((self.first[one] == self.first[two]) & ~digit)
            | ((apart <= 1) & (short >= 3))
            | ((apart <= 2) & (short >= 6) & ~digit)
        )
        one, two = one[asked], two[asked]
        # The same two words stand in many pairs of records.
        code, keys = pd.factorize(np.minimum(one, two) * self.size + np.maximum(one, two))
        found[asked] = self._different(keys // self.size, keys % self.size)[code]
        return found

    def _different(self, one: Integers, two: Integers) -> npt.NDArray[np.int8]:
        short, long = (
            choose(self.length[one], self.length[two]) for choose in (np.minimum, np.maximum)
        )
        start = self.first[one] == self.first[two]
        digit = self.has_digit[one] | self.has_digit[two]
        a, b = self.text[one].tolist(), self.text[two].tolist()
        distance = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int8)
        common = cpdist(a, b, scorer=LCSseq.similarity, dtype=np.int8)
        likeness = cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float32)
        sound = (self.sound[one] == self.sound[two]) & (short >= 4)
        outcome = np.full(len(one), OTHER, dtype=np.int8)
        like = sound | ((likeness >= 0.88) & (short >= 4)) | ((distance == 2) & (short >= 6))
        outcome[like & ~digit] = SOUND
        # A short form has the first letter and all others in their order.
        part = start & (common == short) & (long > short) & ~digit
        part &= (short <= 5) | ((likeness >= 0.9) & (distance > 2))
        outcome[part] = SHORT
        near = (distance == 1) & (short >= 3)
        one_letter = np.flatnonzero(near & (long == short))
        outcome[one_letter] = LETTER
        swapped = [sorted(a[at]) == sorted(b[at]) for at in one_letter.tolist()]
        outcome[one_letter[np.array(swapped, dtype=bool)]] = SLIP
        outcome[near & (long > short)] = SLIP
        return outcome


def _match_letters(left: _Side, right: _Side, pairs: int, like: WordPairs) -> None:
    """Compare the letters of what is left on both sides; the outcomes are changed in place.

    A word that is like a commoner one is of the kind of that: `Imprts` may be in one record only,
    and yet it says no more than `Imports`.
    """
    open_left, open_right = (np.flatnonzero(side.outcome == OTHER) for side in (left, right))
    if not len(open_left) or not len(open_right):
        return
    number = np.bincount(right.pair[open_right], minlength=pairs)
    start = np.cumsum(number) - number
    repeat = number[left.pair[open_left]]
    one = np.repeat(open_left, repeat)
    two = open_right[spread(start[left.pair[open_left]], repeat)]
    outcome = like.outcomes(left.word[one], right.word[two])
    np.minimum.at(left.outcome, one, outcome)
    np.minimum.at(right.outcome, two, outcome)
    kinds = left.kind[one], right.kind[two]
    plain = (outcome < OTHER) & (np.maximum(*kinds) < NUMBER)
    for side, at, partner in ((left, one, kinds[1]), (right, two, kinds[0])):
        taken = plain & (outcome == side.outcome[at])
        np.maximum.at(side.kind, at[taken], partner[taken])
    _match_rest(left, right, pairs, like)


def _match_rest(left: _Side, right: _Side, pairs: int, like: WordPairs) -> None:
    """Compare what is still left as one word on each side: `Tala dan` with `Taladann`."""
    # `Tala` looks like a short form of `Taladann`.
    rows = [
        np.flatnonzero(np.isin(side.outcome, (OTHER, SHORT)) & (side.kind < COMMON))
        for side in (left, right)
    ]
    number = [
        np.bincount(side.pair[row], minlength=pairs)
        for side, row in zip((left, right), rows, strict=True)
    ]
    letters = [
        np.bincount(side.pair[row], weights=like.length[side.word[row]], minlength=pairs)
        for side, row in zip((left, right), rows, strict=True)
    ]
    wanted = (number[0] + number[1] >= 3) & (np.maximum(*number) <= 3) & (np.minimum(*number) == 1)
    wanted &= (np.abs(letters[0] - letters[1]) <= 1) & (np.minimum(*letters) >= 6)
    if not wanted.any():
        return
    place = np.cumsum(wanted) - 1
    texts = []
    for side, row in zip((left, right), rows, strict=True):
        text = [""] * int(wanted.sum())
        row = row[wanted[side.pair[row]]]
        for at, word in zip(
            place[side.pair[row]].tolist(), like.text[side.word[row]].tolist(), strict=True
        ):
            text[at] += word
        texts.append(text)
    close = cpdist(*texts, scorer=OSA.distance, score_cutoff=2, dtype=np.int8) <= 2
    wanted[wanted] = close
    for side, row in zip((left, right), rows, strict=True):
        side.outcome[row[wanted[side.pair[row]]]] = JOINED


def compare_words(
    column: WordColumn,
    lookup: tuple[Lookup, Lookup],
    like: WordPairs,
    left: Integers,
    right: Integers,
) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Return what became of the words of pairs of cells.

    Parameters
    ----------
    column : WordColumn
    lookup : tuple of two Lookup
        Those of the left and of the right table.
    like : WordPairs
    left, right : array of int, shape (pairs,)
        Records.

    Returns
    -------
    counts : array of int, shape (pairs, KINDS * OUTCOMES)
        How many words of each kind had each outcome, on both sides together.
    surprise : array of float, shape (pairs,)
        How surprising the words that are the same would be by chance: minus the sum of the
        logarithms of their shares, of both sides together.
    """
    one = _plain_outcomes(column, 0, left, right, lookup[1])
    two = _plain_outcomes(column, 1, right, left, lookup[0])
    pairs = len(left)
    _match_letters(one, two, pairs, like)
    filled = [np.bincount(side.pair, minlength=pairs) > 0 for side in (one, two)]
    rest = [
        np.bincount(side.pair[side.outcome == OTHER], minlength=pairs) > 0 for side in (one, two)
    ]
    counts = np.zeros((pairs, KINDS * OUTCOMES), dtype=np.int64)
    surprise = np.zeros(pairs)
    for side, others, words in zip((one, two), rest[::-1], column.sides, strict=True):
        follows = np.zeros(len(side.pair), dtype=bool)
        follows[1:] = (side.pair[1:] == side.pair[:-1]) & (side.outcome[:-1] == SAME)
        share = np.where(follows, words.after[side.at], column.share[side.word])
        # A missing cell says nothing.
        known = (filled[0] & filled[1])[side.pair]
        pair, kind, outcome = side.pair[known], side.kind[known], side.outcome[known]
        share = share[known]
        outcome = np.where((outcome == OTHER) & ~others[pair], EXTRA, outcome)
        # Words that are left out together count once: Pte Ltd, & Sons.
        again = np.zeros(len(pair), dtype=bool)
        again[1:] = (pair[1:] == pair[:-1]) & (outcome[1:] == EXTRA) & (outcome[:-1] == EXTRA)
        again &= kind == COMMON
        pair, kind, outcome, share = pair[~again], kind[~again], outcome[~again], share[~again]
        place = pair * (KINDS * OUTCOMES) + kind * OUTCOMES + outcome
        counts += np.bincount(place, minlength=counts.size).reshape(counts.shape)
        chance = np.where(outcome == SAME, share, 1.0)
        surprise -= np.bincount(pair, weights=np.log(chance), minlength=pairs)
    if not len(lookup[0].anywhere):
        return np.minimum(counts, 255).astype(np.uint8), surprise
    # Words that are often together surprise less than each of them alone.
    alike = np.maximum(column.alike[0][left], column.alike[1][right])
    limit = -2 * np.log(np.where(alike > 0, alike, 1e-9))
    return np.minimum(counts, 255).astype(np.uint8), np.minimum(surprise, limit)
