"""Which features the model uses: those that predict rows that did not teach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from rilo_training.risk.additive import Additive, fit_additive
from rilo_training.risk.candidates import candidates, names_of
from rilo_training.risk.columns import Codes, Column, Floats
from rilo_training.risk.evidence import logit, pair_gain, sigmoid
from rilo_training.risk.features import (
    COARSE,
    Bands,
    Bins,
    Category,
    Cross,
    Feature,
    Levels,
    learn_feature,
)
from rilo_training.risk.measures import Plain, Training

SEARCH_ROWS = 50_000
"""So many rows decide which features are learned from all rows."""
SINGLE_ROUNDS = (8, 8, 12)
PAIR_ROUNDS = (16, 16, 24)
"""How many features each round adds. A round knows what the rounds before it explain."""
LEAST_GAIN = 3.0
"""Log-likelihood that a feature must gain on rows that did not teach it."""
MOST_CATEGORIES, MOST_NUMBERS, MOST_CODED, MOST_PLAIN = 16, 14, 4, 6
"""How many categories, measures and numbers read as categories enter combinations."""
SAME = 0.97
"""Of two features that are so strongly correlated the weaker one is left out."""
PENALTY = 0.002
"""Strength of the ridge, as a share of the information of the rows."""
SWEEPS = 2
"""How often each feature is learned again beside the others."""


@dataclass
class Learning:
    """Features, and what they say about rows so far.

    Attributes
    ----------
    training : Training
        The rows.
    features : list of Feature
        The features, in the order in which they were added.
    levels : list of array of int32, shape (rows,)
        Their levels.
    evidence : list of array of float32, shape (rows,)
        Their cross-fitted evidence.
    additive : Additive or None
        Their weights.
    p : array of float, shape (rows,)
        The probability that they give to rows that did not teach it.
    """

    training: Training
    features: list[Feature] = field(default_factory=list)
    levels: list[Codes] = field(default_factory=list)
    evidence: list[Floats] = field(default_factory=list)
    additive: Additive | None = None
    p: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        self.p = np.full(self.training.table.rows, float(self.training.y.mean()))

    def add(self, wanted: list[tuple[Levels, Codes]], monotone: Mapping[str, int]) -> None:
        """Learn features beyond those so far, and weigh all anew."""
        p = self.p
        for levels, level in wanted:
            direction = direction_of(levels, monotone)
            feature, crossed = learn_feature(levels, level, self.training, p, direction)
            self.features.append(feature)
            self.levels.append(level.astype(np.int32))
            self.evidence.append(crossed.astype(np.float32))
        self.weigh()

    def settle(self, monotone: Mapping[str, int]) -> None:
        """Learn each feature again beyond all others, which takes away what they share.

        References
        ----------
        Hastie, T. and Tibshirani, R. (1986): Generalized additive models (backfitting).
        """
        for _ in range(SWEEPS):
            assert self.additive is not None
            score = logit(self.p)
            for place, weight in enumerate(self.additive.weights):
                score -= weight * self.evidence[place]
                levels = self.features[place].levels
                feature, crossed = learn_feature(
                    levels,
                    self.levels[place].astype(np.int64),
                    self.training,
                    sigmoid(score),
                    direction_of(levels, monotone),
                )
                if feature.evidence.gain <= 0:
                    crossed = np.zeros_like(crossed)
                self.features[place] = feature
                self.evidence[place] = crossed.astype(np.float32)
                score += self.evidence[place]
            self.weigh()

    def weigh(self) -> None:
        """Fit the weights."""
        matrix = np.zeros((self.training.table.rows, 0), np.float32)
        if self.evidence:
            matrix = np.column_stack(self.evidence)
        self.additive = fit_additive(matrix, self.training.y, self.training.fold, PENALTY)
        self.p = sigmoid(self.additive.out_of_fold)


def find_features(
    columns: list[Column], training: Training, monotone: Mapping[str, int]
) -> Learning:
    """Return the features of a model, and their weights.

    Parameters
    ----------
    columns : list of Column
        How the columns are read.
    training : Training
        The training rows. The first rows must be like the others.
    monotone : mapping of str to int
        Numbers that may only raise (1) or lower (-1) the score.
    """
    learning = Learning(_first_rows(training, SEARCH_ROWS))
    rounds = _search(columns, learning, monotone)
    if learning.training is not training:
        learning = Learning(training)
        for added in rounds:
            learning.add([(levels, levels.learn(training)) for levels in added], monotone)
    learning.settle(monotone)
    return learning


def _first_rows(training: Training, most: int) -> Training:
    if training.table.rows <= most:
        return training
    rows = np.arange(most)
    return Training(
        training.table.take(rows), training.weight[rows], training.y[rows], training.fold[rows]
    )


def direction_of(levels: Levels, monotone: Mapping[str, int]) -> int:
    """Return the direction that was asked for, 0 for none."""
    if isinstance(levels, Bins) and isinstance(levels.measure, Plain):
        return monotone.get(levels.measure.column, 0)
    return 0


def _search(
    columns: list[Column], learning: Learning, monotone: Mapping[str, int]
) -> list[list[Levels]]:
    """Add features round by round, and return what each round added."""
    some = learning.training
    rounds: list[list[Levels]] = []
    asked: list[Levels] = [Bins(Plain(name)) for name in monotone]
    if asked:
        learning.add([(levels, levels.learn(some)) for levels in asked], monotone)
        rounds.append(asked)
    pool = [(levels, levels.learn(some)) for levels in candidates(columns, some, set(monotone))]
    for most in SINGLE_ROUNDS:
        rounds.append(_round(learning, pool, most))
    parts = _parts(columns, learning, pool, set(monotone))
    for most in PAIR_ROUNDS:
        crosses = _pairs(learning, parts, most)
        rounds.append(_round(learning, [*pool, *crosses], most))
    learning.weigh()
    return rounds


def _round(learning: Learning, pool: list[tuple[Levels, Codes]], most: int) -> list[Levels]:
    """Add what says most beyond the features so far, and return it."""
    some = learning.training
    known = {feature.name for feature in learning.features}
    tried = []
    for levels, level in pool:
        if levels.name not in known or not isinstance(levels, Cross):
            feature, crossed = learn_feature(levels, level, some, learning.p)
            if feature.evidence.gain > LEAST_GAIN:
                tried.append((feature.evidence.gain, levels, level, crossed))
    tried.sort(key=lambda item: (-item[0], item[1].name))
    added: list[tuple[Levels, Codes]] = []
    seen: list[Floats] = []
    for _, levels, level, crossed in tried:
        if len(added) == most:
            break
        centred = crossed - crossed.mean()
        length = float(np.sqrt((centred**2).sum()))
        if length > 0 and all(abs(float(centred @ other)) < SAME * length for other in seen):
            added.append((levels, level))
            seen.append(centred / length)
    if added:
        learning.add(added, {})
    return [levels for levels, _ in added]


def _parts(
    columns: list[Column],
    learning: Learning,
    pool: list[tuple[Levels, Codes]],
    kept_apart: set[str],
) -> list[tuple[Levels, Codes]]:
    """Return what enters combinations: categories, the best measures, repeated numbers."""
    some = learning.training
    names = [name for name in names_of(columns, some.table) if name not in kept_apart]
    read_again = [name for name in some.table.codes if name.startswith("first ")]
    categories = [Category(name) for name in [*names[:MOST_CATEGORIES], *read_again]]
    coded: list[Levels] = []
    numbers: list[Levels] = []
    for feature in learning.features:
        levels = feature.levels
        if isinstance(levels, Bins) and not direction_of(levels, dict.fromkeys(kept_apart, 1)):
            numbers.append(Bands(levels))
        elif isinstance(levels, Category) and levels.column not in {*names, *read_again}:
            coded.append(levels)
    chosen = [*categories, *numbers[:MOST_NUMBERS], *coded[:MOST_CODED]]
    chosen += [Bins(Plain(n), COARSE) for n in some.table.numbers if n not in kept_apart][
        :MOST_PLAIN
    ]
    return [(levels, levels.learn(some)) for levels in chosen]


def _pairs(
    learning: Learning, parts: list[tuple[Levels, Codes]], most: int
) -> list[tuple[Levels, Codes]]:
    """Return the combinations that say most beyond the features so far."""
    some = learning.training
    known = {feature.name for feature in learning.features}
    share = float(some.y.mean())
    found: list[tuple[float, Cross, Codes, Codes]] = []
    for (one, first), (two, second) in combinations(parts, 2):
        cross = Cross(one, two)
        if cross.name in known:
            continue
        cell, size = first * two.size + second, one.size * two.size
        gain = pair_gain(cell, size, some.fold, some.y, learning.p, share)
        if gain > LEAST_GAIN:
            found.append((gain, cross, first, second))
    found.sort(key=lambda item: (-item[0], item[1].name))
    return [(cross, cross.join(first, second)) for _, cross, first, second in found[: 2 * most]]
