"""What the tests of surveillance share: count series with a known truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
MEAN, DISPERSION = 10.0, 3.0
"""Cases a week, and their variance divided by the mean: the series of the promise."""


def negative_binomial(
    random: np.random.Generator, mean: Floats, dispersion: float = DISPERSION
) -> Floats:
    """Counts with a variance of so many times their mean."""
    return random.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(np.float64)


def with_memory(
    random: np.random.Generator, mean: Floats, memory: float, dispersion: float = DISPERSION
) -> Floats:
    """Counts whose neighbours are alike, by the quantiles of a normal process of order one."""
    from scipy.stats import nbinom, norm

    normal = random.standard_normal(len(mean))
    for place in range(1, len(mean)):
        normal[place] = memory * normal[place - 1] + np.sqrt(1 - memory**2) * normal[place]
    return np.asarray(nbinom.ppf(norm.cdf(normal), mean / (dispersion - 1), 1 / dispersion))


def quiet(number: int, periods: int = 104, mean: float = MEAN) -> pd.Series:
    """A series in which nothing happens."""
    random = np.random.default_rng([1, number, periods])
    return pd.Series(negative_binomial(random, np.full(periods, mean)))


def surge(number: int, periods: int = 104, weeks: int = 4) -> tuple[pd.Series, int]:
    """A series with a doubling for some weeks, and the first of them."""
    random = np.random.default_rng([2, number, periods])
    first = int(random.integers(periods // 4, periods - weeks + 1))
    mean = np.full(periods, MEAN)
    mean[first : first + weeks] *= 2
    return pd.Series(negative_binomial(random, mean)), first


def doubled(number: int, periods: int = 104) -> tuple[pd.Series, int]:
    """A series with a doubling for good in its middle, and its first week."""
    random = np.random.default_rng([3, number, periods])
    first = int(random.integers(periods // 5, 4 * periods // 5))
    mean = np.where(np.arange(periods) >= first, 2 * MEAN, MEAN)
    return pd.Series(negative_binomial(random, mean)), first


def runs(alarm: npt.NDArray[np.bool_]) -> int:
    """How many runs of alarms there are."""
    return int((alarm & ~np.r_[False, alarm[:-1]]).sum())
