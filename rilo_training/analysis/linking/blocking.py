"""Candidate pairs: records that share something rare.

A key is a word, a number, two of them together, a word without one letter, a sound, the beginning
of a text. Records with the same key stand in one block. A block that is too large is left out, and
each record takes its rarest keys first, so the number of pairs grows with the number of records.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rilo_training.analysis.linking.column import (
    Column,
    DigitColumn,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
    Words,
    spread,
)
from rilo_training.analysis.linking.spelling import sound_of

ALL_PAIRS = 50_000
"""Up to so many pairs of records, all are candidates."""

LARGEST_BLOCK = 2_500
"""Pairs of a block; a larger one is left out."""

PARTNERS = 40
"""Partners of a record in a family of keys: its rarest keys are used until they give so many."""

SHORTEST = 4
"""Letters of a word that may have a wrong letter."""

COMMONEST = 0.05
"""Share of the records that may hold a word of which other spellings are looked for."""

BEGINNING = 6
"""Letters of the beginning of a text, without spaces."""

PAIRED = 5
"""Words and numbers of a record that are paired with each other: the rarest."""

PART = 5_000_000
"""Pairs that are made at once; it bounds the memory."""

_SPAN = 1 << 60


@dataclass
class Keys:
    """Keys of the records of one table: one row a key."""

    record: Integers
    key: Integers


def candidates(
    columns: list[Column], vocabulary: Vocabulary, sizes: tuple[int, int], within: bool
) -> tuple[Integers, Integers]:
    """Return the left and right records of the candidate pairs, each pair once.

    Parameters
    ----------
    columns : list of WordColumn and DigitColumn
    vocabulary : Vocabulary
    sizes : tuple of two int
        Records of the two tables.
    within : bool
        Whether both tables are the same one: then left stands before right.
    """
    if sizes[0] * sizes[1] <= ALL_PAIRS:
        pair = np.arange(sizes[0] * sizes[1])
    else:
        found = [
            _joined(keys(columns, vocabulary, 0), keys(columns, vocabulary, 1), sizes[1])
            for keys in (_plain, _paired, _respelled)
        ]
        pair = _once(np.concatenate(found))
    left, right = pair // sizes[1], pair % sizes[1]
    if within:
        # A pair may have been found from its second record only.
        pair = _once(np.minimum(left, right) * sizes[1] + np.maximum(left, right))
        left, right = pair // sizes[1], pair % sizes[1]
        left, right = left[left < right], right[left < right]
    return left, right


def _joined(left: Keys, right: Keys, size: int) -> Integers:
    """Return the pairs of records in the same blocks, as left * size + right."""
    code, _ = pd.factorize(np.concatenate([left.key, right.key]))
    codes = code[: len(left.key)], code[len(left.key) :]
    blocks = int(code.max(initial=-1)) + 1
    count = [np.bincount(side, minlength=blocks) for side in codes]
    order = np.argsort(codes[1], kind="stable")
    start = np.cumsum(count[1]) - count[1]
    usable = (count[1] > 0) & (count[0] * count[1] <= LARGEST_BLOCK)
    rows = np.flatnonzero(usable[codes[0]])
    rows = rows[np.lexsort((count[1][codes[0][rows]], left.record[rows]))]
    record, key = left.record[rows], codes[0][rows]
    # What the rarer keys of the same record have given already.
    number = count[1][key]
    before = np.cumsum(number) - number
    is_first = np.ones(len(record), dtype=bool)
    is_first[1:] = record[1:] != record[:-1]
    first = np.maximum.accumulate(np.where(is_first, before, 0))
    kept = before - first < PARTNERS
    record, key, number = record[kept], key[kept], number[kept]
    found = [np.zeros(0, dtype=np.int64)]
    for part in np.array_split(np.arange(len(record)), int(number.sum()) // PART + 1):
        at = order[spread(start[key[part]], number[part])]
        found.append(_once(np.repeat(record[part], number[part]) * size + right.record[at]))
    return _once(np.concatenate(found))


def _once(pairs: Integers) -> Integers:
    """Return each number once, sorted; for many numbers this is faster than numpy's way."""
    once: Integers = np.sort(pd.unique(pairs))
    return once


def _items(
    columns: list[Column], vocabulary: Vocabulary, side: int
) -> list[tuple[Integers, Integers, Floats]]:
    """Return record, key and share of the words and numbers of one table, column by column."""
    items = []
    base = len(vocabulary)
    for column in columns:
        if isinstance(column, WordColumn):
            words = column.sides[side]
            items.append((words.record(), words.word, column.share[words.word]))
        else:
            place = column.place[side]
            known = np.flatnonzero(place >= 0)
            items.append((known, base + place[known], column.share[place[known]]))
            base += len(column.share)
    return items


def _plain(columns: list[Column], vocabulary: Vocabulary, side: int) -> Keys:
    """Return the keys that are words, two words as one, or numbers, whatever their column."""
    items = _items(columns, vocabulary, side)
    record, key = [one for one, _, _ in items], [one for _, one, _ in items]
    for column in columns:
        if isinstance(column, WordColumn):
            words = column.sides[side]
            joined = words.joined >= 0
            record.append(words.record()[joined])
            key.append(words.joined[joined])
    return Keys(np.concatenate(record), np.concatenate(key))


def _paired(columns: list[Column], vocabulary: Vocabulary, side: int) -> Keys:
    """Return the keys that are two words or numbers together, among the rarest of a record."""
    items = _items(columns, vocabulary, side)
    record, key, share = (np.concatenate([item[at] for item in items]) for at in range(3))
    order = np.lexsort((key, share, record))
    record, key = record[order], key[order]
    number = np.bincount(record)
    rank = np.arange(len(record)) - np.repeat(np.cumsum(number) - number, number)
    table = np.full((len(number), PAIRED), -1, dtype=np.int64)
    kept = rank < PAIRED
    table[record[kept], rank[kept]] = key[kept]
    size = len(vocabulary) + sum(len(c.share) for c in columns if isinstance(c, DigitColumn))
    records, keys = [], []
    for one, two in itertools.combinations(range(PAIRED), 2):
        rows = np.flatnonzero((table[:, two] >= 0) & (table[:, one] != table[:, two]))
        low, high = np.sort(table[rows][:, [one, two]], axis=1).T
        records.append(rows)
        keys.append(low * size + high)
    return Keys(np.concatenate(records), np.concatenate(keys))


def _respelled(columns: list[Column], vocabulary: Vocabulary, side: int) -> Keys:
    """Return the keys that are sounds, words without one letter, and beginnings of texts."""
    texts = [column for column in columns if isinstance(column, WordColumn)]
    if not texts:
        return Keys(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    letters = list(vocabulary.number)
    start, form = _forms(letters, np.maximum.reduce([column.share for column in texts]))
    word = np.concatenate([column.sides[side].word for column in texts])
    number = np.diff(start)[word]
    record = np.concatenate([column.sides[side].record() for column in texts])
    records, keys = [np.repeat(record, number)], [form[spread(start[word], number)]]
    for column in texts:
        words = column.sides[side]
        filled = np.flatnonzero(np.diff(words.start) > 0)
        records.append(filled)
        keys.append(_numbers([_beginning(words, at, letters) for at in filled.tolist()]))
    return Keys(np.concatenate(records), np.concatenate(keys))


def _forms(letters: list[str], share: Floats) -> tuple[Integers, Integers]:
    """Return the keys of other spellings of each word: those that another word has as well."""
    owner: list[int] = []
    form: list[str] = []
    for at, text in enumerate(letters):
        forms = [f"={sound_of(text)}"]
        if len(text) >= SHORTEST and share[at] <= COMMONEST:
            forms += {text: None, **{text[:n] + text[n + 1 :]: None for n in range(len(text))}}
        owner.extend([at] * len(forms))
        form.extend(forms)
    key = _numbers(form)
    _, code, count = np.unique(key, return_inverse=True, return_counts=True)
    shared = count[code] > 1
    own = np.bincount(np.array(owner, dtype=np.int64)[shared], minlength=len(letters))
    return np.concatenate([[0], np.cumsum(own)]), key[shared]


def _beginning(words: Words, record: int, letters: list[str]) -> str:
    """Return the first letters of a text, which two words in place of one leave as they are."""
    first, end = int(words.start[record]), int(words.start[record + 1])
    return "^" + "".join(letters[at] for at in words.word[first : min(first + 2, end)])[:BEGINNING]


def _numbers(texts: list[str]) -> Integers:
    """Return one number for each text, the same on every system."""
    values = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return (values % np.uint64(_SPAN)).astype(np.int64)
