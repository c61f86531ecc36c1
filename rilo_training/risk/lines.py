"""Straight lines: what all columns say together, before any is looked at on its own.

Where few outcomes are known, a search finds little of what is there: each sign by itself says too
little to be told from luck. A logistic model that uses all columns, each a little, loses less,
because it chooses nothing. The search starts from it. A line is written as evidence of the levels
of its column, as all other evidence is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rilo_training.risk.candidates import MANY_LEVELS, names_of
from rilo_training.risk.columns import Column
from rilo_training.risk.crossing import Crossing
from rilo_training.risk.features import Bins, Category, Levels
from rilo_training.risk.measures import Plain, Training
from rilo_training.risk.odds import sigmoid
from rilo_training.risk.table import FIRST, Codes, Floats

FEW_OUTCOMES = 500
"""With more outcomes the search finds by itself what lines say, and more."""
FIRMNESS = 10.0
"""How firmly each weight is held at zero: log-odds per standard deviation are expected to be about
the root of one part in ten."""
CLOSE = 1e-13


@dataclass
class Line:
    """What the levels of one column add.

    Attributes
    ----------
    levels : Levels
        A category, or the bins of a number.
    level : array of int, shape (rows,)
        The levels of the training rows.
    basis : array of float, shape (levels, terms)
        What each level is in each term; what it adds is a weighted sum.
    lowest : array of float, shape (terms,)
        The lowest weight of each term.
    values : array of float, shape (models, levels)
        What each level adds to the log-odds, by model.
    """

    levels: Levels
    level: Codes
    basis: Floats
    lowest: Floats
    values: Floats = field(default_factory=lambda: np.zeros(0))


def has_few_outcomes(training: Training) -> bool:
    """Return whether so few outcomes are known that lines help."""
    return float(training.y @ training.weight) <= FEW_OUTCOMES


def find_lines(
    columns: list[Column], training: Training, monotone: Mapping[str, int]
) -> list[Line]:
    """Return the lines of all numbers, and of the categories with few values; not yet learned.

    Parameters
    ----------
    columns : list of Column
        How the columns are read.
    training : Training
        The training rows.
    monotone : mapping of str to int
        Numbers that may only raise (1) or lower (-1) the score.
    """
    table = training.table
    chosen: list[Levels] = [Bins(Plain(name)) for name in table.numbers]
    for name in names_of(columns, table):
        if table.sizes[name] <= FIRST + MANY_LEVELS and name not in monotone:
            chosen.append(Category(name))
    found = []
    for levels in chosen:
        level = levels.learn(training)
        rows = np.bincount(level, weights=training.weight, minlength=levels.size)
        if isinstance(levels, Bins):
            direction = monotone.get(levels.measure.name, 0)
            curve = _curve(level, rows, levels.measured(training.table), training.weight)
            others = rows[:FIRST].nonzero()[0]
            basis = np.column_stack([curve * (direction or 1), _ones(rows, others)])
            is_free = np.arange(basis.shape[1]) >= curve.shape[1] * abs(direction)
        else:
            basis = _ones(rows, rows.nonzero()[0])
            is_free = np.ones(basis.shape[1], bool)
        if basis.any():
            found.append(Line(levels, level, basis, np.where(is_free, -np.inf, 0.0)))
    return found


def _curve(level: Codes, rows: Floats, values: Floats, weight: Floats) -> Floats:
    """Return two rising terms of bins, with mean 0 and spread 1: their mean, and their place.

    The mean keeps how far a value is from the others; the place, as the value of a normal number
    of that rank, is not moved by a few very large ones.
    """
    from scipy.special import ndtri

    known, there = level >= FIRST, rows > 0
    there[:FIRST] = False
    count = np.where(there, rows, 0.0)
    if there.sum() < 2:
        return np.zeros((len(rows), 0))
    total = np.bincount(level[known], (values * weight)[known], minlength=len(rows))
    mean = np.divide(total, count, out=np.zeros(len(rows)), where=there)
    place = ndtri(np.where(there, (np.cumsum(count) - count / 2) / count.sum(), 0.5))
    terms = []
    for term in (mean, place):
        centred = np.where(there, term - np.average(term, weights=count), 0.0)
        terms.append(centred / np.sqrt(np.average(centred**2, weights=count)))
    return np.column_stack(terms)


def _ones(rows: Floats, kinds: Codes) -> Floats:
    """Return one term for each of some levels, with mean 0; 0 for a level without rows."""
    terms = np.zeros((len(rows), len(kinds)))
    terms[kinds, np.arange(len(kinds))] = 1.0
    return np.where(rows[:, None] > 0, terms - rows[kinds] / rows.sum(), 0.0)


def learn_lines(lines: list[Line], crossing: Crossing) -> None:
    """Learn lines beyond what is known without them, and put them into the score."""
    if not lines:
        return
    for line in lines:
        if len(line.values):
            crossing.score -= np.take(line.values, line.level, axis=1)
    terms = np.column_stack([line.basis[line.level] for line in lines])
    lowest = np.concatenate([line.lowest for line in lines])
    weights = []
    for model, score in enumerate(crossing.score):
        seen = np.ones(len(score), bool)
        if model < len(crossing.own):
            seen[crossing.own[model]] = False
        counted = crossing.weight[seen]
        # A model of fewer rows is drawn to zero as much as that of all rows, which it stands for.
        ridge = FIRMNESS * float(counted.sum() / crossing.weight.sum())
        weights.append(_fit(terms[seen], crossing.y[seen], counted, score[seen], lowest, ridge))
    ends = np.cumsum([line.basis.shape[1] for line in lines])[:-1]
    for line, part in zip(lines, np.split(np.array(weights), ends, axis=1), strict=True):
        line.values = part @ line.basis.T
        crossing.score += np.take(line.values, line.level, axis=1)
    crossing.set_level()


def _fit(
    terms: Floats, y: Floats, weight: Floats, before: Floats, lowest: Floats, ridge: float
) -> Floats:
    """Return the weights of terms in a logistic model, drawn towards zero (ridge)."""
    from scipy.optimize import Bounds, minimize

    def loss(found: Floats) -> tuple[float, Floats]:
        held, score = found[:-1], before + terms @ found[:-1] + found[-1]
        lost = float(weight @ (np.logaddexp(0.0, score) - y * score))
        error = weight * (sigmoid(score) - y)
        slope = np.append(error @ terms + ridge * held, error.sum())
        return lost + ridge / 2 * float(held @ held), slope

    found = minimize(
        loss,
        np.zeros(len(lowest) + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(np.append(lowest, -np.inf), np.inf),
        options={"ftol": CLOSE, "gtol": 1e-7, "maxiter": 500},
    )
    return np.asarray(found.x[:-1])
