"""Simulate quiet series: what chance alone does, so that a limit can be set."""

from __future__ import annotations

import numpy as np

from rilo_training.analysis.surveillance.noise import STRONGEST_MEMORY
from rilo_training.analysis.surveillance.series import Floats

SEED = 20_260_101
"""The same series always gives the same result."""
LARGE_MEAN, LARGE_DISPERSION = 500.0, 50.0
"""Above them a rounded gamma quantity stands for a count: one case more or less is nothing."""
MEANS_PER_E = 50
"""Means are rounded to steps of 2 per cent, so that one table of quantiles serves many periods."""
RAREST = 1e-9


def quiet_series(mean: Floats, dispersion: float, memory: float, series: int) -> Floats:
    """Return series of counts around a mean, negative-binomial and with memory.

    A normal process of order one is turned into negative-binomial counts by its quantiles
    (a Gaussian copula).

    Parameters
    ----------
    mean : array of float, shape (periods,)
        Expected counts.
    dispersion : float
        Variance divided by mean.
    memory : float
        Correlation of neighbouring periods of the normal process, from 0.
    series : int
        Number of series.

    Returns
    -------
    array of float, shape (series, periods)
        The counts; the same for the same arguments.
    """
    from scipy.special import gammaincinv, ndtr

    memory = min(max(memory, 0.0), STRONGEST_MEMORY)
    dispersion = max(dispersion, 1.001)
    normal = np.random.default_rng(SEED).standard_normal((series, len(mean)))
    normal[:, 1:] *= np.sqrt(1 - memory**2)
    for period in range(1, len(mean)):
        normal[:, period] += memory * normal[:, period - 1]
    share = np.clip(ndtr(normal), RAREST, 1 - RAREST)
    if mean.max() > LARGE_MEAN or dispersion > LARGE_DISPERSION:
        return np.asarray(np.rint(dispersion * gammaincinv(mean / dispersion, share)))
    return _quantiles(share, mean, dispersion)


def _quantiles(share: Floats, mean: Floats, dispersion: float) -> Floats:
    """Return the negative-binomial quantile of each share, by column of means."""
    from scipy.stats import nbinom

    step = np.rint(np.log(mean) * MEANS_PER_E)
    counts = np.empty_like(share)
    for rounded in np.unique(step):
        size = np.exp(rounded / MEANS_PER_E) / (dispersion - 1)
        highest = nbinom.isf(RAREST, size, 1 / dispersion)
        below = nbinom.cdf(np.arange(highest), size, 1 / dispersion)
        columns = step == rounded
        counts[:, columns] = np.searchsorted(below, share[:, columns])
    return counts
