"""How likely a count is by chance, and what a count looks like after many comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import Floats

MEDIAN_OF_CHI_SQUARE = 0.4549364
"""Median of the chi-square distribution with one degree of freedom."""
LEAST_VARIANCE = 2.0
"""Counts that vary less say little: they move in steps of one."""
RELATIVE_ERROR = 2.33
"""Standard error of the median of one such value, relative to it."""
FEWEST_COUNTS = 10
"""Counts that are needed to learn how much they vary."""


def hypergeometric(own: npt.ArrayLike, drawn: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """Return the moments of a count when two labels are independent.

    Parameters
    ----------
    own, drawn, whole : array of float
        Cases with the one label, with the other, and of both together.

    Returns
    -------
    numpy.ndarray of float64, shape (4, ...)
        Mean, variance, third central moment, and the largest possible count. The moments of
        independent counts may be added up.

    Examples
    --------
    >>> from rilo_training.analysis.chance import hypergeometric
    >>> hypergeometric(8, 90, 180).round(2).tolist()
    [4.0, 1.92, 0.0, 8.0]
    """
    k, n, size = (np.asarray(part, dtype=np.float64) for part in (own, drawn, whole))
    mean = k * n / size
    variance = mean * (1 - n / size) * (size - k) / np.maximum(size - 1, 1)
    third = variance * (size - 2 * n) * (size - 2 * k) / (size * np.maximum(size - 2, 1))
    return np.stack(np.broadcast_arrays(mean, variance, third, np.minimum(k, n)))


def binomial(trials: npt.ArrayLike, share: npt.ArrayLike) -> Floats:
    """Return the moments of a count of independent trials, as `hypergeometric` does."""
    n, p = (np.asarray(part, dtype=np.float64) for part in (trials, share))
    variance = n * p * (1 - p)
    return np.stack(np.broadcast_arrays(n * p, variance, variance * (1 - 2 * p), n))


def chance_of_more(
    found: npt.ArrayLike, moments: Floats, dispersion: npt.ArrayLike = 1.0
) -> Floats:
    """Return the probability of so many cases or more when only chance is at work.

    A binomial count, stretched so that its mean, variance and skewness are those given; where
    the count is more skewed than that allows, the gamma distribution (Pearson, type III). It is
    exact for a binomial count and close for sums of hypergeometric counts.

    Parameters
    ----------
    found : array of float
        Number of cases.
    moments : array of float, shape (4, ...)
        Mean, variance, third central moment and largest possible count when nothing is special.
    dispersion : float or array of float
        How many times larger the variance of real counts is, because cases come in groups.
        Counts are divided by it first.

    Returns
    -------
    numpy.ndarray of float64
        Probabilities, one-sided; small means too many to be chance.

    Examples
    --------
    >>> from rilo_training.analysis.chance import binomial, chance_of_more, hypergeometric
    >>> chance_of_more([8, 4], hypergeometric(8, 90, 180)).round(4).tolist()
    [0.0033, 0.6394]
    >>> chance_of_more(8, binomial(8, 0.5)).round(4).tolist()
    0.0039
    """
    from scipy.special import betainc, gammaincc

    parts = np.broadcast_arrays(found, *moments, dispersion)
    k, mean, variance, third, most, scale = (part.astype(np.float64) for part in parts)
    result = np.ones(k.shape, dtype=np.float64)
    # A count that cannot vary is no surprise.
    some = (k > 0) & (variance > 1e-9)
    k, mean, variance, third, most = (
        part[some] / scale[some] for part in (k, mean, variance, third, most)
    )
    skew = third * mean / variance**2
    share = np.divide(1 - skew, 2 - skew, out=np.zeros_like(skew), where=skew < 1)
    share = np.clip(np.minimum(share, mean / most), 1e-6, 0.999)
    stretch = variance / (mean * (1 - share))
    step = (k - 0.5) / stretch + 0.5  # counts move in steps of one, stretched as well
    trials = mean / share / stretch
    chance = betainc(np.maximum(step, 1e-9), np.maximum(trials - step + 1, 1e-9), share)
    wide = skew >= 1
    shape = 4 * variance[wide] ** 3 / third[wide] ** 2
    z = (k[wide] - 0.5 - mean[wide]) / np.sqrt(variance[wide])
    pearson = gammaincc(shape, np.maximum(shape + np.sqrt(shape) * z, 0.0))
    chance[wide] = np.maximum(chance[wide], pearson)
    result[some] = chance
    return result


def usual_dispersion(gap: Floats, variance: Floats) -> float:
    """Return how many times more counts vary than by chance; 1 when it is not clearly more.

    It is taken from the median count, so the few that are special do not set it. Cases that
    come in groups, such as the lines of one journey, make it larger than 1.

    Parameters
    ----------
    gap, variance : array of float, shape (n,)
        Counts minus their expectation, and their variance when nothing is special.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.chance import usual_dispersion
    >>> usual_dispersion(np.array([3.0, -4.0] * 10), np.full(20, 9.0)) > 2
    True
    """
    used = variance >= LEAST_VARIANCE
    number = int(np.count_nonzero(used))
    if number < FEWEST_COUNTS:
        return 1.0
    found = float(np.median(gap[used] ** 2 / variance[used])) / MEDIAN_OF_CHI_SQUARE
    return found if found > 1 + 2 * RELATIVE_ERROR / np.sqrt(number) else 1.0


def benjamini_hochberg(p_values: npt.ArrayLike, tests: int | None = None) -> Floats:
    """Return p values corrected for the number of comparisons.

    Who tests a thousand combinations finds fifty below 0.05 by chance. Of the findings with a
    corrected value below 0.05, about one in twenty is expected to be false.

    Parameters
    ----------
    p_values : array of float, shape (n,)
        Probabilities from 0 to 1. Missing values stay missing and do not count as a comparison.
    tests : int, optional
        Number of comparisons that could have been made, when it is more than those listed.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The corrected values (q values) from 0 to 1, in the order of `p_values`.

    Raises
    ------
    AnalysisError
        When a value is no probability.

    References
    ----------
    Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57, 1995.

    Examples
    --------
    >>> from rilo_training.analysis import benjamini_hochberg
    >>> benjamini_hochberg([0.01, 0.02, 0.5]).tolist()
    [0.03, 0.03, 0.5]
    """
    p = np.asarray(p_values, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(p))
    if p.ndim != 1 or ((p[known] < 0) | (p[known] > 1)).any():
        raise AnalysisError(
            "The values are not a list of numbers from 0 to 1.",
            "One probability for each comparison was expected.",
            "Give the column p_value.",
        )
    number = len(known) if tests is None else max(int(tests), len(known))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * number / np.arange(1, len(order) + 1)
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return corrected
