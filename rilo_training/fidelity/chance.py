"""How far chance alone can move a share: exact p values, clusters, and many comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.world.tables import Floats

LEVEL = 0.01
"""A family of tests is called outside when chance gives such a result once in a hundred worlds."""


def share_p(count: Floats, number: Floats, share: Floats, spread: Floats) -> Floats:
    """Return the two-sided p value of counts under their expected shares.

    The test is the exact binomial one (both tails, doubled). Lines of one case are alike, so
    they count for less than as many cases: counts and numbers are divided by the design effect,
    the clustered variance over the binomial one, never below 1.

    Parameters
    ----------
    count, number : array of float
        How many were found, among how many.
    share : array of float
        Expected shares, 0 to 1.
    spread : array of float
        Clustered variance of the count; the binomial one where nothing is clustered.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.chance import share_p
    >>> one = np.ones(2)
    >>> share_p(np.array([5.0, 10.0]), 10 * one, 0.5 * one, 2.5 * one).round(4).tolist()
    [1.0, 0.002]
    """
    from scipy.special import betainc

    effect = design_effect(number, share, spread)
    found, size = count / effect, number / effect
    with np.errstate(invalid="ignore"):
        at_least = np.where(found > 0, betainc(np.maximum(found, 1e-9), size - found + 1, share), 1)
        more = betainc(found + 1, np.maximum(size - found, 1e-9), share)
    at_most = np.where(found < size, 1 - more, 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(at_least, at_most)))


def design_effect(number: Floats, share: Floats, spread: Floats) -> Floats:
    """Return the clustered variance over the binomial one, at least 1."""
    plain = number * share * (1 - share)
    effect = np.divide(spread, plain, out=np.ones_like(plain), where=plain > 0)
    return np.asarray(np.maximum(effect, 1.0))


def holm(p: npt.ArrayLike) -> Floats:
    """Return the p values corrected for their number by the method of Holm (1979).

    The chance that a single corrected value falls below a level, though all shares are right,
    is at most that level, however the tests depend on each other.

    Examples
    --------
    >>> from rilo_training.fidelity.chance import holm
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    result = np.empty(len(values))
    result[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return result


def chi_square(count: Floats, expected: Floats, effect: float = 1.0) -> tuple[float, int]:
    """Return the statistic of Pearson and its degrees of freedom.

    Cells with fewer than five expected are put together. `effect` is the mean design effect of
    clustered counts: the statistic is divided by it (Rao and Scott, 1981).

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.chance import chi_square
    >>> chi_square(np.array([60.0, 38.0, 2.0]), np.array([50.0, 47.0, 3.0]))
    (4.0, 1)
    """
    small = expected < 5
    found = np.append(count[~small], count[small].sum())
    wanted = np.append(expected[~small], expected[small].sum())
    if wanted[-1] < 5 and len(wanted) > 1:  # the rest is small too: it joins the smallest cell
        place = int(np.argmin(wanted[:-1]))
        found[place] += found[-1]
        wanted[place] += wanted[-1]
        found, wanted = found[:-1], wanted[:-1]
    if len(wanted) < 2:
        return 0.0, 0
    return float(((found - wanted) ** 2 / wanted).sum() / effect), len(wanted) - 1
