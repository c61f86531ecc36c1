"""How likely a count is by chance, and what a count looks like after many comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import Floats


def chance_of_more(
    found: npt.ArrayLike,
    expected: npt.ArrayLike,
    variance: npt.ArrayLike,
    dispersion: npt.ArrayLike = 1.0,
) -> Floats:
    """Return the probability of so many cases or more when only chance is at work.

    The count is taken as binomial with the given mean and variance, and as Poisson where both
    are equal. This fits a sum of hypergeometric counts, which is what independence within
    groups leads to.

    Parameters
    ----------
    found, expected, variance : array of float
        Number of cases, its mean and its variance when nothing is special. Not negative.
    dispersion : float or array of float
        How many times larger the variance of real counts is, because cases come in groups.
        Counts are divided by it first.

    Returns
    -------
    numpy.ndarray of float64
        Probabilities, one-sided; small means too many to be chance.

    References
    ----------
    W. Ehm, Binomial approximation to the Poisson binomial distribution, Statistics and
    Probability Letters 11, 1991.

    Examples
    --------
    >>> from rilo_training.analysis.chance import chance_of_more
    >>> chance_of_more([8, 4], [4, 4], [1.92, 1.92]).round(4).tolist()
    [0.0039, 0.641]
    """
    from scipy.special import betainc, gammainc

    scale = np.asarray(dispersion, dtype=np.float64)
    k, mean, spread = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) / scale for part in (found, expected, variance))
    )
    result = np.ones(k.shape, dtype=np.float64)
    some = k > 0
    k, mean, spread = k[some], mean[some], spread[some]
    gap = np.maximum(mean - spread, 0.0)
    nearly_poisson = gap <= 1e-6 * mean
    trials = np.divide(mean**2, gap, out=np.full_like(mean, np.inf), where=~nearly_poisson)
    # Never fewer trials than cases found: the variance is then taken a little too large.
    trials = np.where(nearly_poisson, 1.0, np.maximum(trials, k))
    binomial = betainc(k, np.maximum(trials - k, 0.0) + 1, np.minimum(mean / trials, 1.0))
    result[some] = np.where(nearly_poisson, gammainc(k, mean), binomial)
    return result


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
