"""Which features the model uses: those that predict rows that did not teach them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from rilo_training.risk.candidates import candidates, names_of
from rilo_training.risk.columns import Column
from rilo_training.risk.crossing import Crossing, Expectation
from rilo_training.risk.evidence import learn_evidence, quick_gain
from rilo_training.risk.features import COARSE, Bands, Bins, Category, Cross, Feature, Levels
from rilo_training.risk.folds import FOLDS
from rilo_training.risk.lines import find_lines, has_few_outcomes, learn_lines
from rilo_training.risk.measures import Plain, Training
from rilo_training.risk.table import Codes, Floats
from rilo_training.risk.weighing import Weighed, weigh

SEARCH_ROWS = 50_000
"""So many rows decide which features are learned from all rows."""
SINGLE_ROUNDS = (12, 12, 12)
PAIR_ROUNDS = (24, 24)
"""How many features each round adds at most. A round knows what the rounds before it explain."""
LEAST_GAIN = 4.0
"""Log-likelihood that a feature must gain on rows that did not teach it."""
LEAST_PAIR_GAIN = 7.0
"""What a combination must gain where few outcomes are known: so many are tried that luck makes
some of them gain more than 4."""
MOST_CATEGORIES, MOST_NUMBERS, MOST_CODED, MOST_PLAIN = 16, 14, 4, 6
"""How many categories, telling measures, repeated and other numbers enter combinations."""
QUICK_MODELS = 2
"""How many models are asked about a feature before it is learned."""
SWEEPS = 2
"""How often each feature is learned again beside the others."""

Leveled = tuple[Levels, Codes]
Crossed = tuple[Cross, Codes, Codes]


class Learning:
    """Features, and what they say about the training rows.

    Attributes
    ----------
    training : Training
        The rows.
    features : list of Feature
        The features, in the order in which they were added.
    values : list of array of float, shape (models, levels)
        Their evidence, by model.
    levels : list of array of int32, shape (rows,)
        Their levels.
    crossing : Crossing
        The score so far, by model.
    has_few : bool
        Few outcomes are known, in all training rows.
    lines : list of Line
        What all columns say together, where few outcomes are known.
    """

    def __init__(
        self,
        columns: list[Column],
        training: Training,
        monotone: Mapping[str, int],
        has_few: bool,
    ) -> None:
        self.training = training
        self.monotone = monotone
        self.features: list[Feature] = []
        self.values: list[Floats] = []
        self.levels: list[Codes] = []
        # Among very many rows one fold is enough to judge by.
        few = float(training.weight.sum()) <= SEARCH_ROWS + 1
        self.crossing = Crossing(
            training.y,
            training.fold,
            training.weight,
            tuple(range(FOLDS)) if few else (int(training.fold.min()),),
        )
        self.has_few = has_few
        self.lines = find_lines(columns, training, monotone) if has_few else []
        learn_lines(self.lines, self.crossing)

    def least_gain(self, levels: Levels) -> float:
        """Return how much levels must gain to become a feature."""
        return LEAST_PAIR_GAIN if self.has_few and isinstance(levels, Cross) else LEAST_GAIN

    def add(self, levels: Levels, level: Codes, least: float) -> bool:
        """Learn a feature beyond those so far; return whether it gained as much as asked."""
        values, gain = self._learn(levels, level)
        if gain <= least:
            return False
        self.features.append(Feature(levels, values[-1], gain))
        self.values.append(values)
        self.levels.append(level.astype(np.int32))
        self.crossing.score += np.take(values, level, axis=1)
        return True

    def settle(self) -> None:
        """Learn each feature again beyond all others, which takes away what they share.

        References
        ----------
        Hastie, T. and Tibshirani, R. (1986): Generalized additive models (backfitting).
        """
        for place, feature in enumerate(self.features):
            level = self.levels[place].astype(np.int64)
            self.crossing.score -= np.take(self.values[place], level, axis=1)
            values, gain = self._learn(feature.levels, level)
            if gain <= 0 and not direction_of(feature.levels, self.monotone):
                values = np.zeros_like(values)
            self.features[place] = Feature(feature.levels, values[-1], gain)
            self.values[place] = values
            self.crossing.score += np.take(values, level, axis=1)
        learn_lines(self.lines, self.crossing)
        self.crossing.set_level()

    def _learn(self, levels: Levels, level: Codes) -> tuple[Floats, float]:
        return learn_evidence(
            level,
            levels.size,
            Expectation(self.crossing),
            ordered=isinstance(levels, Bins),
            direction=direction_of(levels, self.monotone),
        )

    def weigh(self) -> Weighed:
        """Return the weights of the features, fitted on rows that did not teach them."""
        return weigh(self.crossing, self.lines, self.features, self.values, self.levels)


def find_features(
    columns: list[Column], training: Training, monotone: Mapping[str, int]
) -> Weighed:
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
    has_few = has_few_outcomes(training)
    learning = Learning(columns, _first_rows(training, SEARCH_ROWS), monotone, has_few)
    _search(columns, learning)
    if learning.training is not training:
        found = [feature.levels for feature in learning.features]
        learning = Learning(columns, training, monotone, has_few)
        for levels in found:
            learning.add(levels, levels.learn(training), -np.inf)
        learning.crossing.set_level()
    for _ in range(SWEEPS):
        learning.settle()
    return learning.weigh()


def _first_rows(training: Training, most: int) -> Training:
    enough = training.first(most)
    if enough == training.table.rows:
        return training
    rows = np.arange(enough)
    return Training(
        training.table.take(rows), training.weight[rows], training.y[rows], training.fold[rows]
    )


def direction_of(levels: Levels, monotone: Mapping[str, int]) -> int:
    """Return the direction that was asked for, 0 for none."""
    if isinstance(levels, Bins) and isinstance(levels.measure, Plain):
        return monotone.get(levels.measure.column, 0)
    return 0


def _search(columns: list[Column], learning: Learning) -> None:
    """Add features round by round."""
    some, kept_apart = learning.training, set(learning.monotone)
    for name in learning.monotone:
        levels = Bins(Plain(name))
        learning.add(levels, levels.learn(some), LEAST_GAIN if learning.lines else -np.inf)
    pool: list[Leveled] = [
        (levels, levels.learn(some)) for levels in candidates(columns, some, kept_apart)
    ]
    for most in SINGLE_ROUNDS:
        pool = _round(learning, pool, most)
    crosses = _crosses(learning, _parts(columns, learning, kept_apart))
    for most in PAIR_ROUNDS:
        crosses, pairs = _pairs(learning, crosses, most)
        pool = _round(learning, [*pool, *pairs], most)


def _round(learning: Learning, pool: list[Leveled], most: int) -> list[Leveled]:
    """Add what says most beyond the features so far; return what may be asked again.

    What gains nothing now will gain nothing beside more features, but for rare exceptions.
    """
    expected = Expectation(learning.crossing)
    taken = {id(feature.levels) for feature in learning.features}
    tried, again = [], []
    for levels, level in pool:
        if id(levels) not in taken:
            gain = quick_gain(level, levels.size, expected, QUICK_MODELS)
            if gain > 0:
                again.append((levels, level))
            if gain > learning.least_gain(levels):
                tried.append((gain, levels, level))
    tried.sort(key=lambda item: (-item[0], item[1].name))
    added = 0
    for _, levels, level in tried[: 2 * most]:
        # What others of this round say already gains no more.
        added += learning.add(levels, level, learning.least_gain(levels))
        if added == most:
            break
    learning.crossing.set_level()
    return again


def _parts(columns: list[Column], learning: Learning, kept_apart: set[str]) -> list[Leveled]:
    """Return what enters combinations: categories, telling measures, repeated numbers."""
    some = learning.training
    names = [name for name in names_of(columns, some.table) if name not in kept_apart]
    read_again = [name for name in some.table.codes if name.startswith("first ")]
    chosen: list[Levels] = [Category(name) for name in [*names[:MOST_CATEGORIES], *read_again]]
    coded: list[Levels] = []
    numbers: list[Levels] = []
    for feature in learning.features:
        levels = feature.levels
        if isinstance(levels, Bins) and not direction_of(levels, learning.monotone):
            numbers.append(Bands(levels))
        elif isinstance(levels, Category) and levels.column not in {*names, *read_again}:
            coded.append(levels)
    plain = [Bins(Plain(name), COARSE) for name in some.table.numbers if name not in kept_apart]
    chosen += [*numbers[:MOST_NUMBERS], *coded[:MOST_CODED], *plain[:MOST_PLAIN]]
    return [(levels, levels.learn(some)) for levels in chosen]


def _crosses(learning: Learning, parts: list[Leveled]) -> list[Crossed]:
    """Return all combinations of two parts."""
    known = {feature.name for feature in learning.features}
    crosses = [
        (Cross(one, two), first, second)
        for (one, first), (two, second) in combinations(parts, 2)
        if one.name != two.name
    ]
    return [crossed for crossed in crosses if crossed[0].name not in known]


def _pairs(
    learning: Learning, crosses: list[Crossed], most: int
) -> tuple[list[Crossed], list[Leveled]]:
    """Return the combinations that may be asked again, and those that say most now."""
    expected = Expectation(learning.crossing)
    known = {feature.name for feature in learning.features}
    found, least = [], LEAST_PAIR_GAIN if learning.has_few else LEAST_GAIN
    for cross, first, second in crosses:
        if cross.name not in known:
            cell, size = first * cross.second.size + second, cross.first.size * cross.second.size
            gain = quick_gain(cell, size, expected, QUICK_MODELS)
            if gain > 0:
                found.append((gain, cross, first, second))
    found.sort(key=lambda item: (-item[0], item[1].name))
    again = [(cross, first, second) for _, cross, first, second in found]
    best = [crossed for item, crossed in zip(found, again, strict=True) if item[0] > least]
    weight = learning.training.weight
    return again, [
        (cross, cross.join(first, second, weight)) for cross, first, second in best[: 3 * most]
    ]
