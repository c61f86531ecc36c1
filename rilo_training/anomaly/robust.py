"""Robust scales: how far a number lies from the middle, in units of the usual spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.tables.cells import Codes, Floats

LEVELS = ((0.8413447, 1.0), (0.9772499, 2.0), (0.9986501, 3.0))
"""Shares of a normal distribution below one, two and three standard deviations."""
HALF_LEVELS = ((0.5, 0.6744898), (0.6826895, 1.0), (0.9544997, 2.0), (0.9973002, 3.0))
"""Shares of a normal distribution nearer to its middle than so many standard deviations."""
FAR = 3.5
"""How far, in spreads, values lie that are alone on their side of a constant."""
WIDE = 30.0
"""A number whose 95th percentile is so many times its 5th is compared by its logarithm."""
STEADY = 20
"""Rows from which a side of a distribution has half a say in its own spread."""
TAIL_LEVEL, TAIL_START = 0.95, 1.6448536
FAR_LEVEL, TAIL_FAR = 0.99, 2.3263479
"""Shares of a normal distribution below so many standard deviations; tails are compared there."""
FARTHEST = 1e9
"""No number lies farther from the centre, in spreads, so that trees can hold it."""
NOISE = 1e-12
"""A spread of so small a share of the centre is an error of rounding."""
DIGITS = 9
"""Decimals kept, so that a rescaled unit, which changes the last bits, changes no rank."""


@dataclass(frozen=True)
class Form:
    """How a number is bent before it is compared: not at all, or by its logarithm.

    Attributes
    ----------
    way : {"plain", "log", "log of one and more"}
        The last one is for numbers with zeros or negative values: the inverse hyperbolic sine.
    unit : float
        The median size of the values that are not zero; only for the last way.
    """

    way: str
    unit: float = 1.0

    def __call__(self, numbers: Floats) -> Floats:
        """Return the numbers bent."""
        if self.way == "plain":
            return numbers
        if self.way == "log":
            # What is not above zero was not so when the form was chosen: it lies far below.
            least = max(self.unit * 1e-6, float(np.finfo(np.float64).tiny))
            return np.asarray(np.log(np.maximum(numbers, least)) - np.log(self.unit))
        return np.asarray(np.arcsinh(numbers / self.unit))

    def back(self, bent: Floats) -> Floats:
        """Return bent numbers as they were."""
        if self.way == "plain":
            return bent
        return np.asarray(self.unit * (np.exp(bent) if self.way == "log" else np.sinh(bent)))


def choose_form(numbers: Floats) -> Form:
    """Return the form in which a number is compared; a rescaled unit gives the same form."""
    present = numbers[np.isfinite(numbers)]
    sizes = np.abs(present[present != 0])
    if len(sizes) < 3:
        return Form("plain")
    low, middle, high = np.quantile(sizes, [0.05, 0.5, 0.95])
    is_amount = present.min() > 0
    # Near zero, sizes differ much in any distribution: only the large ones say that it is wide.
    if high < (WIDE * low if is_amount else WIDE**0.5 * middle):
        return Form("plain")
    return Form("log" if is_amount else "log of one and more", float(middle))


@dataclass(frozen=True)
class Tail:
    """How long the tail of a distribution is, beside that of a normal distribution.

    Attributes
    ----------
    start : float
        Where the tail begins; at least where that of a normal distribution begins.
    power : float
        1 for the tail of a normal distribution, less for a longer one.
    """

    start: float
    power: float

    def __call__(self, z: Floats) -> Floats:
        """Return distances, zero or more, as those of a normal distribution that are as rare."""
        share = np.maximum(z, 0) / self.start
        return np.asarray(TAIL_START * np.where(share < 1, share, share**self.power))


NORMAL_TAIL = Tail(TAIL_START, 1.0)


def fit_tail(away: Floats) -> Tail:
    """Return the tail of distances from the centre; those on the other side are below zero."""
    start, far = np.quantile(away, [TAIL_LEVEL, FAR_LEVEL])
    start = max(float(start), TAIL_START)
    longer = max(float(far) / start, TAIL_FAR / TAIL_START)
    return Tail(start, float(np.log(TAIL_FAR / TAIL_START) / np.log(longer)))


@dataclass(frozen=True)
class Scale:
    """Centre and spread of a number, below and above the centre.

    Attributes
    ----------
    centre : float
        The median.
    below, above : float
        Spread on either side, of the size of a standard deviation.
    tail_below, tail_above : Tail
        How long the tail on either side is.
    """

    centre: float
    below: float
    above: float
    tail_below: Tail = NORMAL_TAIL
    tail_above: Tail = NORMAL_TAIL

    def __call__(self, numbers: Floats) -> Floats:
        """Return the signed distance from the centre in spreads, 0 where a number is missing."""
        with np.errstate(over="ignore"):
            away = numbers - self.centre
            z = np.where(away < 0, away / self.below, away / self.above)
        return np.asarray(np.nan_to_num(np.round(np.clip(z, -FARTHEST, FARTHEST), DIGITS)))

    def tamed(self, numbers: Floats) -> Floats:
        """Return the signed distance, with a tail no longer than that of a normal distribution."""
        z = self(numbers)
        return np.where(z < 0, -self.tail_below(-z), self.tail_above(z))


def fit_scale(numbers: Floats, two_sided: bool = False) -> Scale:
    """Return centre, spread and tail of a number, whatever its distribution.

    Parameters
    ----------
    numbers : array of float
        NaN where missing.
    two_sided : bool
        Whether each side of the centre has a spread of its own. A longer tail is then less
        unusual; otherwise it is more unusual.
    """
    present = np.sort(numbers[np.isfinite(numbers)])
    if len(present) == 0:
        return Scale(0.0, 1.0, 1.0)
    centre = float(np.median(present))
    both = _spread(np.sort(np.abs(present - centre)), HALF_LEVELS)
    if both <= NOISE * abs(centre):
        return Scale(centre, 1.0, 1.0)
    below = above = both
    if two_sided:
        own = len(present) / (len(present) + STEADY)
        above = _spread(present - centre, LEVELS) or both
        below = _spread(centre - present[::-1], LEVELS) or both
        above, below = (own * side + (1 - own) * both for side in (above, below))
    z = Scale(centre, below, above)(present)
    return Scale(centre, below, above, fit_tail(-z), fit_tail(z))


def _spread(away: Floats, levels: tuple[tuple[float, float], ...]) -> float:
    """Return the spread of sorted distances from the centre; 0 when nothing is away from it."""
    for share, deviations in levels:
        reach = float(np.quantile(away, share))
        if reach > 0:
            return reach / deviations
    alone = away[away > 0]
    return float(np.median(alone)) / FAR if len(alone) else 0.0


def group_medians(numbers: Floats, places: Codes, groups: int) -> tuple[Floats, Codes]:
    """Return the median of each group, NaN where it is empty, and the rows of each.

    Parameters
    ----------
    numbers : array of float
        Without missing values.
    places : array of int
        The group of each number, from 0.
    groups : int
        Number of groups.
    """
    order = np.lexsort((numbers, places))
    ordered = numbers[order]
    counts = np.bincount(places, minlength=groups)
    start = np.cumsum(counts) - counts
    there = counts > 0
    medians = np.full(groups, np.nan)
    low = start[there] + (counts[there] - 1) // 2
    high = start[there] + counts[there] // 2
    medians[there] = (ordered[low] + ordered[high]) / 2
    return medians, counts
