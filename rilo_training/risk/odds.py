"""Probabilities, log-odds, and what counts of outcomes say about them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.risk.table import Floats

LARGEST = 5.0
"""No single value adds or takes more log-odds."""


def alike(expected: Floats, squared: Floats) -> tuple[Floats, Floats]:
    """Return how many rows of one probability hold as much information, and that probability.

    Rows of unlike probability are not like so many rows of their mean: what counts is the sum of
    ``p (1 - p)``. The number returned has the same sum of ``p`` and the same information.
    """
    number = np.divide(expected**2, squared, out=np.zeros_like(expected), where=squared > 1e-12)
    mean = np.divide(squared, expected, out=np.zeros_like(expected), where=expected > 1e-12)
    return number, np.minimum(mean, 1.0)


def log_odds(counts: list[Floats], strength: float, share: float) -> Floats:
    """Return the log-odds of outcomes against expected ones, drawn towards zero.

    Parameters
    ----------
    counts : list of three arrays
        By group: outcomes seen, outcomes expected (sum of p), and rows (see `alike`).
    strength : float
        So many outcomes, as many as expected, are added to each group.
    share : float
        The share of outcomes among all rows.
    """
    seen, expected, number = counts
    licit = strength * (1 - share) / share
    raised = np.log((seen + strength) / (expected + strength))
    left = np.maximum(number - seen, 0.0)
    lowered = np.log((left + licit) / (np.maximum(number - expected, 0.0) + licit))
    found: Floats = np.clip(raised - lowered, -LARGEST, LARGEST)
    return found


def likelihood_gain(counts: list[Floats], added: Floats) -> float:
    """Return how much log-odds added to the expectation of groups raise the likelihood.

    Parameters
    ----------
    counts : list of three arrays
        By group: outcomes seen, rows and their probability (see `alike`).
    added : array
        Log-odds by group.
    """
    seen, number, mean = counts
    return float((seen * added - number * np.log1p(mean * np.expm1(added))).sum())


def logit(p: npt.ArrayLike) -> Floats:
    """Return the log-odds of probabilities."""
    value = np.asarray(p, np.float64)
    return np.asarray(np.log(value) - np.log1p(-value))


def sigmoid(score: npt.ArrayLike) -> Floats:
    """Return the probability of log-odds.

    Examples
    --------
    >>> from rilo_training.risk.odds import sigmoid
    >>> sigmoid([0.0, 800.0, -800.0]).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    value = np.asarray(np.negative(np.asarray(score, np.float64)))
    np.clip(value, -700, 700, out=value)
    np.exp(value, out=value)
    value += 1
    return np.asarray(np.reciprocal(value, out=value))
