"""Candidate pairs: records that share something rare.

A key is a word, a word without one letter, a sound, two words together, a number. Records with
the same key stand in one block. A block that is too large is left out, and each record takes its
rarest keys first, so the number of pairs grows with the number of records.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rilo_training.analysis.linking.spelling import sound_of
from rilo_training.analysis.linking.table import (
    Column,
    DigitColumn,
    Floats,
    Integers,
    Vocabulary,
    WordColumn,
)

ALL_PAIRS = 50_000
"""Up to so many pairs of records, all are candidates."""

LARGEST_BLOCK = 2_500
"""Pairs of a block; a larger one is left out."""

PARTNERS = 40
"""Partners of a record: its keys are used from the rarest on, until they give so many."""

SHORTEST = 4
"""Letters of a word that may have a wrong letter."""

PAIRED = 5
"""Words of a record that are paired with each other: the rarest."""


@dataclass
class Keys:
    """Keys of the records of one table: one row a key."""

    record: Integers
    key: Integers


def candidates(
    columns: list[Column],
    vocabulary: Vocabulary,
    sizes: tuple[int, int],
    within: bool,
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
        left, right = (array.ravel() for array in np.indices(sizes))
    else:
        sides = [_keys(columns, vocabulary, side) for side in range(2)]
        code, _ = pd.factorize(np.concatenate([side.key for side in sides]))
        split = len(sides[0].key)
        pair = _joined(
            Keys(sides[0].record, code[:split]), Keys(sides[1].record, code[split:]), sizes[1]
        )
        left, right = pair // sizes[1], pair % sizes[1]
    if within:
        first = left < right
        # A pair may have been found from its second record only.
        pair = np.unique(np.minimum(left, right) * sizes[1] + np.maximum(left, right))
        left, right = pair // sizes[1], pair % sizes[1]
        first = left < right
        left, right = left[first], right[first]
    return left, right


def _joined(left: Keys, right: Keys, size: int) -> Integers:
    """Return the pairs of records in the same blocks, as left * size + right."""
    blocks = int(max(left.key.max(initial=-1), right.key.max(initial=-1))) + 1
    count = [np.bincount(side.key, minlength=blocks) for side in (left, right)]
    usable = (count[0] > 0) & (count[1] > 0) & (count[0] * count[1] <= LARGEST_BLOCK)
    order = np.argsort(right.key, kind="stable")
    start = np.cumsum(count[1]) - count[1]
    found = []
    kept = usable[left.key]
    record, key = left.record[kept], left.key[kept]
    rank = np.lexsort((count[1][key], record))
    record, key = record[rank], key[rank]
    partners = count[1][key]
    total = np.cumsum(partners)
    first = np.flatnonzero(np.r_[True, record[1:] != record[:-1]]) if len(record) else record
    before = total - partners
    base = np.repeat(before[first], np.diff(np.r_[first, len(record)]))
    kept = before - base < PARTNERS
    record, key, partners = record[kept], key[kept], partners[kept]
    for part in np.array_split(np.arange(len(record)), max(int(partners.sum()) // 5_000_000, 1)):
        number = partners[part]
        end = np.cumsum(number)
        at = np.arange(int(end[-1]) if len(end) else 0) + np.repeat(
            start[key[part]] - (end - number), number
        )
        found.append(np.unique(np.repeat(record[part], number) * size + right.record[order[at]]))
    return np.unique(np.concatenate(found))


def _keys(columns: list[Column], vocabulary: Vocabulary, side: int) -> Keys:
    """Return all keys of one table."""
    parts: list[tuple[Integers, Integers]] = []
    texts = [column for column in columns if isinstance(column, WordColumn)]
    # Each kind of key has its own range of numbers.
    size = len(vocabulary) + 1
    items: list[tuple[Integers, Integers, Floats]] = []
    for column in texts:
        words = column.sides[side]
        record = words.record()
        parts.append((record, words.word))
        has = words.joined >= 0
        parts.append((record[has], words.joined[has]))
        items.append((record, words.word, column.share[words.word]))
    base = size
    for column in columns:
        if isinstance(column, DigitColumn):
            place = column.place[side]
            known = np.flatnonzero(place >= 0)
            parts.append((known, base + place[known]))
            items.append((known, base + place[known], column.share[place[known]]))
            base += len(column.share)
    if texts:
        every = np.concatenate([words for column in texts for words in [column.sides[side].word]])
        record = np.concatenate([column.sides[side].record() for column in texts])
        shares = np.maximum.reduce([column.share for column in texts])
        parts.extend(_respelled(vocabulary, record, every, shares, base))
    if items:
        parts.extend(_paired(items, base, size))
    record = np.concatenate([record for record, _ in parts])
    key = np.concatenate([key for _, key in parts])
    return Keys(record, key)


_SPAN = 1 << 40
"""Room for the numbers of the keys of one kind."""


def _hashed(texts: list[str]) -> Integers:
    """Return one number below `_SPAN` for each text, the same on every system."""
    values = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return (values % np.uint64(_SPAN)).astype(np.int64)


def _respelled(
    vocabulary: Vocabulary, record: Integers, word: Integers, share: Floats, base: int
) -> list[tuple[Integers, Integers]]:
    """Return keys of words without one letter, and of the sounds of words."""
    texts = list(vocabulary.number)
    used = np.unique(word)
    sound = _hashed([f"={sound_of(texts[at])}" for at in used.tolist()])
    owner, cut = [], []
    for at in used.tolist():
        text = texts[at]
        if len(text) < SHORTEST or share[at] > 0.05:
            continue
        forms = {text, *(text[:n] + text[n + 1 :] for n in range(len(text)))}
        owner.extend([at] * len(forms))
        cut.extend(forms)
    parts = []
    for words, keys in ((used, sound), (np.array(owner, dtype=np.int64), _hashed(cut))):
        number = np.bincount(words, minlength=len(texts))
        start = np.cumsum(number) - number
        own = number[word]
        end = np.cumsum(own)
        at = np.arange(int(end[-1]) if len(end) else 0) + np.repeat(start[word] - (end - own), own)
        parts.append((np.repeat(record, own), _SPAN + keys[at]))
    return parts


def _paired(
    items: list[tuple[Integers, Integers, Floats]], base: int, words: int
) -> list[tuple[Integers, Integers]]:
    """Return keys of two words or numbers together, among the rarest of a record."""
    record = np.concatenate([one for one, _, _ in items])
    key = np.concatenate([one for _, one, _ in items])
    share = np.concatenate([one for _, _, one in items])
    order = np.lexsort((key, share, record))
    record, key = record[order], key[order]
    number = np.bincount(record)
    rank = np.arange(len(record)) - np.repeat(np.cumsum(number) - number, number)
    table = np.full((len(number), PAIRED), -1, dtype=np.int64)
    kept = rank < PAIRED
    table[record[kept], rank[kept]] = key[kept]
    parts = []
    for one, two in itertools.combinations(range(PAIRED), 2):
        rows = np.flatnonzero((table[:, two] >= 0) & (table[:, one] != table[:, two]))
        low = np.minimum(table[rows, one], table[rows, two])
        high = np.maximum(table[rows, one], table[rows, two])
        mixed = (low.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
            high.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        )
        mixed ^= mixed >> np.uint64(29)
        parts.append((rows, 2 * _SPAN + (mixed % np.uint64(_SPAN)).astype(np.int64)))
    return parts
