"""Link the records of two tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.analysis.linking.blocking import candidates
from rilo_training.analysis.linking.compare import Comparison
from rilo_training.analysis.linking.control import Line, find_line
from rilo_training.analysis.linking.model import Evidence, LinkModel, sigmoid
from rilo_training.analysis.linking.table import Integers, columns_of

CHUNK = 100_000
SAMPLE = 100_000


def link_records(left: pd.DataFrame, right: pd.DataFrame, columns: Any, *, least_score: float = 0.01) -> pd.DataFrame:
    """Draft."""
    pairs = dict(columns) if isinstance(columns, Mapping) else {c: c for c in ([columns] if isinstance(columns, str) else columns)}
    within = left is right
    cols, vocabulary = columns_of(left, right, pairs)
    sizes = (len(left), len(right))
    one, two = candidates(cols, vocabulary, sizes, within)
    compare = Comparison(cols, vocabulary)
    found = compare(one, two)
    rng = np.random.default_rng(0)
    n = SAMPLE
    a, b = rng.integers(0, sizes[0], n), rng.integers(0, sizes[1], n)
    if within:
        a, b = a[a != b], b[a != b]
    chance = compare(a, b)
    model = LinkModel(cols, float(sizes[0]) * sizes[1] / (2 if within else 1), min(sizes)).fit(found, chance)
    odds = model.log_odds(found)
    line = Line(0.0, (False, False)) if within else find_line(cols, vocabulary, model, odds, sizes)
    print(line)
    odds = odds - line.log_odds
    score = sigmoid(odds)
    rv = best_partner(one, two, odds, line)
    keep = odds > -12
    out = pd.DataFrame({"left": left.index[one[keep]], "right": right.index[two[keep]], "score": score[keep]})
    out["is_match"] = (out["score"] >= 0.5)&rv[keep]
    out["odds"] = odds[keep]
    out.attrs.update(model=model, found=found, one=one, two=two)
    return out


def best_partner(left, right, odds, line):
    ok = np.ones(len(left), dtype=bool)
    for own, single in ((right, line.single[0]), (left, line.single[1])):
        if single and len(own):
            top = np.full(own.max() + 1, -np.inf)
            np.maximum.at(top, own, odds)
            ok &= odds >= top[own] - 1e-6
    return ok
