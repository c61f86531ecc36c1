"""How counts vary around their mean: over-dispersion and memory from one period to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.analysis.surveillance.series import Floats

STRONGEST_MEMORY = 0.9
CLEAR_MEMORY = 1.3
"""A memory below so many standard errors is held to be none: its noise would hide surges."""


@dataclass(frozen=True)
class Noise:
    """Over-dispersion and memory of one or several series.

    Attributes
    ----------
    dispersion : array of float, shape (series,)
        Variance divided by mean, 1 or more.
    memory : array of float, shape (series,)
        Correlation of neighbouring periods, 0 to 0.9; 0 where it is not clear.
    """

    dispersion: Floats
    memory: Floats

    def of_stretch(self, periods: int) -> Floats:
        """Return variance divided by mean for the sum over so many neighbouring periods."""
        apart = np.arange(1, periods)
        shared = (1 - apart / periods) * self.memory[:, None] ** apart
        return np.asarray(self.dispersion * (1 + 2 * shared.sum(axis=1)))

    def of_level(self) -> Floats:
        """Return variance divided by mean for the sum over very many periods."""
        return np.asarray(self.dispersion * (1 + self.memory) / (1 - self.memory))


def measure_noise(counts: Floats, mean: Floats, weight: Floats, fitted: int) -> Noise:
    """Return the noise of series around their means.

    Parameters
    ----------
    counts, mean, weight : array of float, shape (series, periods)
        A weight of 0 leaves a period out, a weight of 1 keeps it.
    fitted : int
        Number of coefficients that were fitted to each series.
    """
    residual = weight * (counts - mean) / np.sqrt(mean)
    periods = weight.sum(axis=1)
    free = np.maximum(periods - fitted, 1.0)
    squares = (residual**2).sum(axis=1)
    pairs = np.maximum((weight[:, 1:] * weight[:, :-1]).sum(axis=1), 1.0)
    products = (residual[:, 1:] * residual[:, :-1]).sum(axis=1)
    memory = products / pairs / np.maximum(squares / periods, 1e-12)
    memory = np.where(memory > CLEAR_MEMORY / np.sqrt(pairs), memory, 0.0)
    return Noise(np.maximum(squares / free, 1.0), np.minimum(memory, STRONGEST_MEMORY))
