"""Separate what stays from what passes: levels, season and growth of a series, without surges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.surveillance.baseline import fit_mean
from rilo_training.analysis.surveillance.noise import measure_noise
from rilo_training.analysis.surveillance.scan import stretch_scores, strongest_stretches
from rilo_training.analysis.surveillance.series import CountSeries, Floats

PRICE = 1.5
"""What a coefficient must explain, in units of that criterion: a simple course is steadier."""
GROWTH_PARTS = 3
"""Steady growth must explain as much as so many parts: in few counts it looks like a change."""
SURGE_SCORE = 3.0
"""A stretch with a higher score that explains more than any change of level is a surge."""
MOST_PARTS = 24
"""Changes and surges of one series together."""
MOST_WAVES = 3
"""The season is a sum of up to so many waves a year."""
YEARS_OF_SEASON = 1.9
"""A season is fitted where so many years are known; before, it looks like any other change."""


@dataclass(frozen=True)
class Course:
    """The course of one series that was chosen.

    Attributes
    ----------
    base : array of float, shape (periods, coefficients)
        Columns of level, season and growth.
    steps : tuple of int
        First periods of new levels, sorted.
    """

    base: Floats
    steps: tuple[int, ...]

    @property
    def design(self) -> Floats:
        """The columns of the base and of the levels."""
        return with_steps(self.base, self.steps)


def with_steps(base: Floats, steps: tuple[int, ...]) -> Floats:
    """Return the columns of the base and one for each new level."""
    period = np.arange(len(base))[:, None]
    return np.hstack([base, (period >= np.array(steps, dtype=np.int64)).astype(np.float64)])


def stretch_lengths(series: CountSeries) -> tuple[int, ...]:
    """Return the lengths of the stretches in which a surge is looked for: up to four periods."""
    lengths = (1, 2, 3, 4, 7, 14, 28) if series.step == "day" else (1, 2, 3, 4)
    return tuple(length for length in lengths if length == 1 or 4 * length <= len(series.counts))


def bases(series: CountSeries) -> Iterator[tuple[Floats, int]]:
    """Yield each course without changes of level, simplest first: its columns and its parts."""
    periods = len(series.counts)
    time = np.arange(periods)
    always = [np.ones(periods)]
    if series.step == "day" and periods >= 56:
        always += _waves(time, 7.0, 3)
    years = periods / series.a_year
    # Two waves a month or one a quarter are all that twelve or four values a year can tell.
    most = min(MOST_WAVES, int(series.a_year / 2)) if years >= YEARS_OF_SEASON else 0
    growth = (time - periods / 2) / periods
    for waves in range(most + 1):
        season = _waves(time, series.a_year, waves)
        base = np.column_stack([*always, *season])
        yield base, base.shape[1]
        if years >= 1 and periods >= 24:
            yield np.column_stack([base, growth]), base.shape[1] + GROWTH_PARTS


def _waves(time: npt.NDArray[np.int64], cycle: float, number: int) -> list[Floats]:
    angles = [2 * np.pi * wave * time / cycle for wave in range(1, number + 1)]
    return [wave(angle) for angle in angles for wave in (np.cos, np.sin)]


def choose_course(series: CountSeries, shortest: int, least_gain: float) -> Course:
    """Return level, season, growth and changes of level that explain a series with few parts.

    Parameters
    ----------
    series : CountSeries
        The counts.
    shortest : int
        A level lasts so many periods or more.
    least_gain : float
        A change of level that explains less (chi-square) is left out.

    Notes
    -----
    The choice is that of the Bayesian information criterion, with the deviance divided by the
    over-dispersion (and memory) of the richest course.
    """
    tried = [_separate(series, base, parts, shortest, least_gain) for base, parts in bases(series)]
    spread = tried[-1].spread
    price = PRICE * np.log(int(series.known.sum()))
    costs = [part.deviance / spread + price * part.parts for part in tried]
    return tried[int(np.argmin(costs))].course


@dataclass(frozen=True)
class _Tried:
    course: Course
    deviance: float
    spread: float
    parts: int


def _separate(
    series: CountSeries, base: Floats, parts: int, shortest: int, least_gain: float
) -> _Tried:
    """Add changes of level to a base, and leave out surges, as long as one explains much."""
    counts = np.nan_to_num(series.counts)[None, :]
    weight = series.known.astype(np.float64)[None, :]
    lengths = stretch_lengths(series)
    steps: tuple[int, ...] = ()
    surges = 0
    mean, beta = fit_mean(counts, weight, base)
    for _ in range(MOST_PARTS):
        design = with_steps(base, steps)
        gain = step_gains(counts, mean, weight, design, mean[0])[0]
        gain *= allowed_steps(weight[0], steps, shortest)
        best = int(gain.argmax())
        trial = (*steps, best) if gain[best] > 0 else steps
        start = np.pad(beta, ((0, 0), (0, len(trial) - len(steps))))
        fuller, fuller_beta = fit_mean(counts, weight, with_steps(base, trial), start)
        noise = measure_noise(counts, fuller, weight, base.shape[1] + len(trial))
        scores = stretch_scores(counts, mean, weight, noise, lengths)
        surge = strongest_stretches(scores, lengths, SURGE_SCORE).score
        explained = gain[best] / noise.of_level()[0]
        if surge.max() ** 2 > explained:
            weight = weight * (surge < surge.max())
            surges += 1
            mean, beta = fit_mean(counts, weight, design, beta)
        elif explained >= least_gain:
            steps, mean, beta = trial, fuller, fuller_beta
        else:
            break
    noise = measure_noise(counts, mean, weight, base.shape[1] + len(steps))
    return _Tried(
        Course(base, tuple(sorted(steps))),
        float((weight * deviance(counts, mean)).sum()),
        float(noise.of_level()[0]),
        parts + len(steps) + surges,
    )


def deviance(counts: Floats, mean: Floats) -> Floats:
    """Return the Poisson deviance of each count."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(counts > 0, counts * np.log(counts / mean), 0.0)
    return np.asarray(2 * (own - counts + mean))


def step_gains(
    counts: Floats, mean: Floats, weight: Floats, design: Floats, usual: Floats
) -> Floats:
    """Return how much a new level from each period on would explain (score test, chi-square).

    All series share the weights, and the mean `usual` (shape (periods,)) for the variance.
    """
    variance = weight[0] * usual
    curve = design.T @ (variance[:, None] * design) + 1e-9 * np.eye(design.shape[1])
    shared = _from_here(variance[:, None] * design, axis=0)
    own = _from_here(variance, axis=0)
    left = own - (shared @ np.linalg.inv(curve) * shared).sum(axis=1)
    rise = _from_here(weight * (counts - mean), axis=1)
    usable = left > 1e-6 * own.max()
    return np.asarray(np.where(usable, rise**2 / np.where(usable, left, 1.0), 0.0))


def _from_here(values: Floats, axis: int) -> Floats:
    """Return sums from each place to the end."""
    return np.asarray(np.flip(np.cumsum(np.flip(values, axis), axis), axis))


def allowed_steps(weight: Floats, steps: tuple[int, ...], shortest: int) -> npt.NDArray[np.bool_]:
    """Return from which periods on a new level may begin: far enough from ends and steps."""
    before = np.cumsum(weight) - weight
    allowed = (before >= shortest) & (weight.sum() - before >= shortest)
    for step in steps:
        allowed &= np.abs(before - before[step]) >= shortest
    return np.asarray(allowed)
