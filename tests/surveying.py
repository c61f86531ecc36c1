"""What the tests of surveillance share: count series with a known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
NEAREST_END = 8
"""A level lasts so many weeks."""
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


def best_dates(counts: pd.Series) -> tuple[int, int]:
    """Weeks most likely within one of a change: by who knows both levels, and by who does not.

    Both know that there is one change and how far counts vary. No method that reads the counts
    alone is right more often than the first; the second adds up what follows from any levels.
    """
    from scipy.special import logsumexp
    from scipy.stats import nbinom

    levels = MEAN * 2.0 ** np.arange(-1, 2.1, 0.125)
    each = nbinom.logpmf(counts.to_numpy()[:, None], levels / (DISPERSION - 1), 1 / DISPERSION)
    sums = np.cumsum(np.pad(each, ((1, 0), (0, 0))), axis=0)
    before, after = sums[:-1], sums[-1] - sums[:-1]
    low, high = (int(np.abs(levels - level).argmin()) for level in (MEAN, 2 * MEAN))
    known = before[:, low] + after[:, high]
    unknown = logsumexp(before, axis=1) + logsumexp(after, axis=1)
    return _centre(known), _centre(unknown)


def _centre(evidence: Floats) -> int:
    """The centre of the three weeks that hold a change with the highest probability."""
    chance = np.exp(evidence - evidence.max())
    chance[:NEAREST_END] = chance[len(chance) - NEAREST_END + 1 :] = 0
    return int(np.convolve(chance, np.ones(3), mode="same").argmax())


@dataclass(frozen=True)
class Dated:
    """Shares of doublings for good: what was reached, and what could be."""

    within_one: float
    found: float
    single: float
    levels_known: float
    levels_unknown: float
    series: int

    @property
    def expected(self) -> float:
        """What is asked: 80 per cent, or as well as possible less two standard errors."""
        error = np.sqrt(self.levels_unknown * (1 - self.levels_unknown) / self.series)
        return min(0.8, float(self.levels_unknown - 2 * error))


def date_doublings(
    detect: Callable[[pd.Series], list[Any]], numbers: Iterable[int], periods: int = 104
) -> Dated:
    """How many doublings are dated within one week, by the function and at best."""
    rows = []
    for number in numbers:
        counts, first = doubled(number, periods)
        shifts = detect(counts)
        near = [abs(date - first) <= 1 for date in best_dates(counts)]
        within = any(abs(shift - first) <= 1 for shift in shifts)
        rows.append((within, bool(shifts), len(shifts) == 1, *near))
    return Dated(*np.mean(rows, axis=0).tolist(), series=len(rows))


def runs(alarm: npt.NDArray[np.bool_]) -> int:
    """How many runs of alarms there are."""
    return int((alarm & ~np.r_[False, alarm[:-1]]).sum())
