"""Link the records of two tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.analysis.linking.blocking import candidates
from rilo_training.analysis.linking.digits import compare_digits
from rilo_training.analysis.linking.model import Evidence, LinkModel, sigmoid
from rilo_training.analysis.linking.table import Integers, WordColumn, columns_of
from rilo_training.analysis.linking.words import WordPairs, compare_words, lookups, matched_words

CHUNK = 100_000
SAMPLE = 100_000


def link_records(left: pd.DataFrame, right: pd.DataFrame, columns: Any, *, least_score: float = 0.01) -> pd.DataFrame:
    """Draft."""
    pairs = dict(columns) if isinstance(columns, Mapping) else {c: c for c in ([columns] if isinstance(columns, str) else columns)}
    within = left is right
    cols, vocabulary = columns_of(left, right, pairs)
    sizes = (len(left), len(right))
    one, two = candidates(cols, vocabulary, sizes, within)
    texts = [c for c in cols if isinstance(c, WordColumn)]
    look = dict(zip([c.name for c in texts], lookups(texts, vocabulary) if texts else [], strict=True))
    like = WordPairs(vocabulary)

    def compare(a: Integers, b: Integers) -> Evidence:
        counts: list[list[Any]] = [[] for _ in cols]
        surprise: list[list[Any]] = [[] for _ in cols]
        for s in range(0, max(len(a), 1), CHUNK):
            for at, c in enumerate(cols):
                if isinstance(c, WordColumn):
                    x, y = compare_words(c, look[c.name], like, a[s:s+CHUNK], b[s:s+CHUNK])
                else:
                    x, y = compare_digits(c, a[s:s+CHUNK], b[s:s+CHUNK])
                counts[at].append(x)
                surprise[at].append(y)
        return Evidence([np.concatenate(c) for c in counts], np.column_stack([np.concatenate(s) for s in surprise]))

    found = compare(one, two)
    rng = np.random.default_rng(0)
    n = SAMPLE
    a, b = rng.integers(0, sizes[0], n), rng.integers(0, sizes[1], n)
    if within:
        a, b = a[a != b], b[a != b]
    chance = compare(a, b)
    model = LinkModel(cols, float(sizes[0]) * sizes[1] / (2 if within else 1), min(sizes)).fit(found, chance)
    odds = model.log_odds(found)
    import os
    for _ in range(int(os.environ.get("REFINE", "2"))):
        near = np.flatnonzero(odds > -12)
        one, two, p = one[near], two[near], sigmoid(odds[near])
        for c in texts:
            c.regard(matched_words(c, look[c.name], one, two, p))
        found, chance = compare(one, two), compare(a, b)
        model.fit(found, chance)
        odds = model.log_odds(found)
    score = sigmoid(odds)
    keep = odds > -12
    out = pd.DataFrame({"left": left.index[one[keep]], "right": right.index[two[keep]], "score": score[keep]})
    out["is_match"] = out["score"] >= 0.5
    out["odds"] = odds[keep]
    out.attrs.update(model=model, found=found, one=one, two=two)
    return out
