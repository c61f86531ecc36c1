"""A penalised logistic model whose weights are never below zero.

Every feature is evidence in log-odds, so a negative weight would turn evidence round; it is not
allowed. Newton steps on the log-likelihood, each solved by coordinate descent (Friedman, Hastie
and Tibshirani, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.risk.folds import FOLDS
from rilo_training.risk.odds import logit, sigmoid
from rilo_training.risk.table import Codes, Floats

CHUNK = 65_536
STEPS, CLOSE, HALVINGS = 25, 1e-7, 20


@dataclass
class Additive:
    """Weights of evidence.

    Attributes
    ----------
    intercept : float
        Log-odds of a row without evidence.
    weights : array of float, shape (features,)
        0 or more.
    out_of_fold : array of float, shape (rows,)
        Log-odds of the training rows by weights that the other folds gave.
    """

    intercept: float
    weights: Floats
    out_of_fold: Floats


def _normal_equations(
    features: Floats, y: Floats, score: Floats, fold: Codes, counted: Floats
) -> tuple[Floats, Floats]:
    """Return the information matrix and the gradient of each fold; the last column is 1."""
    count = features.shape[1] + 1
    matrix, gradient = np.zeros((FOLDS, count, count)), np.zeros((FOLDS, count))
    p = sigmoid(score)
    for part in range(FOLDS):
        rows = np.flatnonzero(fold == part)
        for first in range(0, len(rows), CHUNK):
            at = rows[first : first + CHUNK]
            block = np.column_stack([features[at], np.ones(len(at))])
            weight = p[at] * (1 - p[at]) * counted[at]
            matrix[part] += block.T @ (block * weight[:, None])
            gradient[part] += block.T @ ((y[at] - p[at]) * counted[at])
    return matrix, gradient


def _solve(matrix: Floats, target: Floats, start: Floats) -> Floats:
    """Return the least of ``w A w / 2 - b w`` where only the last value may be negative."""
    found = start.copy()
    slope = matrix @ found - target
    last = len(found) - 1
    for _ in range(200):
        largest = 0.0
        for place in range(len(found)):
            curve = matrix[place, place]
            new = found[place] - slope[place] / curve
            if place != last and new < 0:
                new = 0.0
            change = new - found[place]
            if change:
                found[place] = new
                slope += matrix[place] * change
                largest = max(largest, abs(change) * float(np.sqrt(curve)))
        if largest < 1e-6:
            break
    return found


def fit_additive(
    features: Floats, y: Floats, fold: Codes, penalty: float, weight: Floats | None = None
) -> Additive:
    """Return the weights that predict the outcome best, drawn towards zero.

    Parameters
    ----------
    features : array of float, shape (rows, features)
        Evidence in log-odds, cross-fitted.
    y : array of float, shape (rows,)
        The outcome, 0 or 1.
    fold : array of int, shape (rows,)
        The fold of each row.
    penalty : float
        Strength of the ridge, as a share of the information that the rows hold.
    weight : array of float, shape (rows,), optional
        How much each row counts; 1 without it.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.additive import fit_additive
    >>> feature = np.array([[1.0], [1.0], [1.0], [-1.0], [-1.0], [-1.0]])
    >>> y = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    >>> fitted = fit_additive(feature, y, np.array([0, 1, 2, 0, 1, 2]), penalty=0.0)
    >>> fitted.weights.round(3).tolist(), round(fitted.intercept, 3) + 0.0
    ([0.693], 0.0)
    """
    counted = np.ones(len(y)) if weight is None else weight
    share = float(np.average(y, weights=counted))
    found = np.zeros(features.shape[1] + 1)
    found[-1] = logit(share)
    mean = np.average(features, axis=0, weights=counted)
    spread = np.average((features - mean) ** 2, axis=0, weights=counted)
    ridge = np.append(penalty * counted.sum() * share * (1 - share) * spread + 1e-9, 0.0)
    score = np.full(len(y), found[-1])
    now = _objective(features, y, counted, ridge, found)
    for _ in range(STEPS):
        matrix, gradient = _normal_equations(features, y, score, fold, counted)
        new = _next(matrix.sum(axis=0), gradient.sum(axis=0), ridge, found)
        # Where one value holds nearly all outcomes, a full step goes too far, and the next ones
        # farther still.
        for _ in range(HALVINGS):
            if _objective(features, y, counted, ridge, new) >= now - 1e-9 * abs(now):
                break
            new = (found + new) / 2
        now = _objective(features, y, counted, ridge, new)
        change = float(np.abs(new - found).max())
        found = new
        score = features @ found[:-1] + found[-1]
        if change < CLOSE * 1e3:
            break
    # One more step without a fold gives, closely enough, the weights that never saw it.
    matrix, gradient = _normal_equations(features, y, score, fold, counted)
    out_of_fold = np.zeros(len(y))
    for part in range(FOLDS):
        rows = fold == part
        if rows.any() and not rows.all():
            kept = np.arange(FOLDS) != part
            less = _next(matrix[kept].sum(axis=0), gradient[kept].sum(axis=0), ridge, found)
            out_of_fold[rows] = features[rows] @ less[:-1] + less[-1]
        else:
            out_of_fold[rows] = score[rows]
    return Additive(float(found[-1]), found[:-1], out_of_fold)


def _objective(features: Floats, y: Floats, counted: Floats, ridge: Floats, found: Floats) -> float:
    """Return the log-likelihood of weights, less what the ridge takes."""
    score = features @ found[:-1] + found[-1]
    gained = float((counted * (y * score - np.logaddexp(0.0, score))).sum())
    return gained - 0.5 * float((ridge * found**2).sum())


def _next(matrix: Floats, gradient: Floats, ridge: Floats, found: Floats) -> Floats:
    """Return the weights after one Newton step."""
    full = matrix + np.diag(ridge) + 1e-9 * np.eye(len(found))
    return _solve(full, matrix @ found + gradient, found)
