"""Find shifts: periods from which on the level of a series is another one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.analysis.surveillance.baseline import PRIOR_COUNTS, fit_mean
from rilo_training.analysis.surveillance.levels import (
    SURGE_SCORE,
    Course,
    allowed_steps,
    choose_course,
    step_gains,
    stretch_lengths,
    with_steps,
)
from rilo_training.analysis.surveillance.noise import Noise, measure_noise
from rilo_training.analysis.surveillance.scan import stretch_scores, strongest_stretches
from rilo_training.analysis.surveillance.series import CountSeries, Floats, read_series
from rilo_training.analysis.surveillance.simulate import quiet_series

SHORTEST_LEVEL = 8
"""A level lasts so many known periods; in a daily series, so many weeks."""
FALSE_SHIFTS = 0.05
"""Share of quiet series in which a shift is found by chance."""
LEAST_GAIN = 8.0
"""A change that explains less (chi-square) is not looked at."""
SIMULATED_PERIODS = 40_000
CORRECTIONS = 2
"""So often the noise of the quiet series is corrected."""
DOUBT = 1.5
"""Standard errors added to the memory: measured too small, it makes a shift of chance."""
FEWEST_SERIES, MOST_SERIES = 100, 400
LEVELS, ROOM = 25, 0.7
"""Levels tried on both sides of a change, and how far they go beyond the fitted two (log)."""
LEAST_DISPERSION = 1.1
"""The likelihood of very large counts is not exact for a smaller variance."""


def detect_shifts(counts: pd.Series) -> list[Any]:
    """Return the periods at which the level of a count series changed.

    A rise that stays asks other questions than a surge that passes: did a Member begin to
    report, did a route open, did the law change? This names the day to look at.

    Parameters
    ----------
    counts : pandas.Series
        Counts of 0 or more, at least 8 of them, indexed by period: a PeriodIndex, dates at a
        regular distance, or whole numbers (202401 is a month; any others are weeks). The order
        of the rows does not matter. A missing value or a missing period is a gap, not a zero.

    Returns
    -------
    list
        The index label of the first period of each new level, earliest first; empty when the
        level is the same throughout. One change is one item. A level lasts at least 8 periods
        (8 weeks in a daily series). Season, surges and clear growth are no changes of level.

    Raises
    ------
    AnalysisError
        When the index holds no periods or one twice, a count is negative, or fewer than 8
        counts are known.

    Notes
    -----
    Changes of level are added one by one to a log-linear model with season and growth, by the
    score test of each period. A change stays when it explains more than the best one of 95 in
    100 quiet series that are simulated with the same over-dispersion and memory. Its date is
    the centre of the three periods that hold the change with the highest probability; the
    negative-binomial likelihoods of many levels before and after it are added up.

    A date is no more exact than the counts: of doublings from ten to twenty a week with a
    variance of three times the mean, about three in four are dated within one week, and four in
    five would be by one who knows both levels. Steady growth of small counts looks like a
    change, and is often reported as one.

    References
    ----------
    Andrews, D. W. K. (1993). Tests for parameter instability and structural change with unknown
    change point. Econometrica, 61, 821-856.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import detect_shifts
    >>> months = pd.period_range("2024-01", periods=20, freq="M")
    >>> cases = pd.Series([4, 6, 5, 3, 5, 4, 6, 5, 4, 5, 12, 15, 11, 14, 13, 12, 15, 13, 14, 12])
    >>> [str(month) for month in detect_shifts(cases.set_axis(months))]
    ['2024-11']
    """
    series = read_series(counts)
    shortest = SHORTEST_LEVEL * (7 if series.step == "day" else 1)
    course = choose_course(series, shortest, LEAST_GAIN)
    if course.steps:
        course = _without_chance(series, course, shortest)
    of_place = dict(zip(series.place.tolist(), series.labels.tolist(), strict=True))
    return [of_place[place] for place in _dated(series, course, shortest).steps]


def _filled(series: CountSeries) -> tuple[Floats, Floats]:
    """Return the counts, and 1 where one is known, as arrays of one series."""
    return np.nan_to_num(series.counts)[None, :], series.known.astype(np.float64)[None, :]


def _without_surges(series: CountSeries, course: Course) -> Floats:
    """Return a weight of 0 for gaps and for the periods of a surge, else 1."""
    counts, known = _filled(series)
    mean, _ = fit_mean(counts, known, course.design)
    noise = measure_noise(counts, mean, known, course.design.shape[1])
    lengths = stretch_lengths(series)
    scores = stretch_scores(counts, mean, known, noise, lengths)
    return known * (strongest_stretches(scores, lengths, SURGE_SCORE).score <= SURGE_SCORE)


def _noise(counts: Floats, weight: Floats, course: Course) -> Noise:
    mean, _ = fit_mean(counts, weight, course.design)
    return measure_noise(counts, mean, weight, course.design.shape[1])


def _without_chance(series: CountSeries, course: Course, shortest: int) -> Course:
    """Return the course without the changes that chance explains; the weakest leaves first."""
    counts, _ = _filled(series)
    while course.steps:
        weight = _without_surges(series, course)
        noise = _noise(counts, weight, course)
        limit = _limit(series, course, weight, noise, shortest)
        gains = []
        for step in course.steps:
            design = with_steps(course.base, tuple(set(course.steps) - {step}))
            mean, _ = fit_mean(counts, weight, design)
            gains.append(step_gains(counts, mean, weight, design, mean[0])[0, step])
        if min(gains) / noise.of_level()[0] > limit:
            break
        weakest = course.steps[int(np.argmin(gains))]
        course = Course(course.base, tuple(step for step in course.steps if step != weakest))
    return course


def _limit(
    series: CountSeries, course: Course, weight: Floats, noise: Noise, shortest: int
) -> float:
    """Return what the best change of level explains in quiet series, at most.

    The quiet series have one level and no season: beside a season or growth a change explains
    less, and these were chosen by the same data.
    """
    counts, known = _filled(series)
    flat = Course(np.ones_like(course.base[:, :1]), course.steps)
    level, _ = fit_mean(counts, weight, flat.base)
    # Changes that are chance take memory away with them: at least what is there without them.
    least = float(_noise(counts, weight, Course(course.base, ())).memory[0])
    measured = float(noise.memory[0]) + DOUBT / np.sqrt(known.sum())
    dispersion, memory = float(noise.dispersion[0]), measured
    number = min(max(SIMULATED_PERIODS // len(level[0]), FEWEST_SERIES), MOST_SERIES)
    gain, found = np.zeros(number), noise
    # As for surges: what is measured after a fit is less than what made the series.
    for _ in range(CORRECTIONS + 1):
        quiet = quiet_series(level[0], dispersion, max(memory, least), number)
        gain, found = _best_gains(quiet, known, level[0], flat, shortest)
        dispersion *= float(noise.dispersion[0] / found.dispersion.mean())
        memory += measured - float(found.memory.mean())
    return float(np.quantile(gain / found.of_level(), 1 - FALSE_SHIFTS))


def _best_gains(
    quiet: Floats, known: Floats, level: Floats, course: Course, shortest: int
) -> tuple[Floats, Noise]:
    """Return what the best change explains in each series, and the noise that is left.

    As many changes are taken out of each quiet series as the course has.
    """
    weight = np.repeat(known, len(quiet), axis=0)
    mean, _ = fit_mean(quiet, weight, course.base)
    allowed = allowed_steps(known[0], (), shortest)
    explained = []
    for _ in course.steps:
        gains = step_gains(quiet, mean, weight, course.base, level) * allowed
        explained.append(gains.max(axis=1))
        later = np.arange(len(level))[None, :] >= gains.argmax(axis=1)[:, None]
        for part in (later, ~later):
            ratio = (weight * quiet * part).sum(axis=1) + PRIOR_COUNTS
            ratio /= (weight * mean * part).sum(axis=1) + PRIOR_COUNTS
            mean = np.where(part, mean * ratio[:, None], mean)
    return np.max(explained, axis=0), measure_noise(quiet, mean, weight, course.design.shape[1])


def _dated(series: CountSeries, course: Course, shortest: int) -> Course:
    """Return the course with each change moved to its best date, the earliest first."""
    for step in course.steps:
        others = tuple(other for other in course.steps if other != step)
        place = _date(series, course, step, others, shortest)
        course = Course(course.base, tuple(sorted((*others, place))))
    return course


def _date(
    series: CountSeries, course: Course, step: int, others: tuple[int, ...], shortest: int
) -> int:
    """Return the place of the period that most likely lies within one of the true first one."""
    counts, known = _filled(series)
    weight = _without_surges(series, course)
    mean, beta = fit_mean(counts, weight, course.design)
    noise = measure_noise(counts, mean, weight, course.design.shape[1])
    rise = float(beta[0, course.base.shape[1] + course.steps.index(step)])
    period = np.arange(len(series.counts))
    before = mean[0] * np.exp(-rise * (period >= step))
    low = max((other for other in others if other < step), default=0)
    high = min((other for other in others if other > step), default=len(period))
    between = (period >= low) & (period < high)
    # What looks like a surge beside the step may be its first periods.
    used = between * np.where(np.abs(period - step) <= shortest, known[0], weight[0])
    evidence = _evidence(counts[0], before, used, rise, noise)
    possible = between & allowed_steps(known[0], others, shortest)
    chance = np.where(possible, np.exp(evidence - evidence[possible].max()), 0.0)
    around = np.convolve(chance, np.ones(3), mode="same")
    return int(np.where(possible & series.known, around, 0.0).argmax())


def _evidence(counts: Floats, before: Floats, used: Floats, rise: float, noise: Noise) -> Floats:
    """Return the log likelihood that each period is the first of the new level.

    The two levels are not known: the likelihoods of many possible ones are added up.
    """
    levels = np.exp(np.linspace(min(rise, 0.0) - ROOM, max(rise, 0.0) + ROOM, LEVELS))
    single = _likelihood(counts[:, None], before[:, None] * levels, float(noise.dispersion[0]))
    # Neighbours with memory tell the same thing twice.
    told = used * float(noise.dispersion[0] / noise.of_level()[0])
    sums = np.cumsum(np.pad(told[:, None] * single, ((1, 0), (0, 0))), axis=0)
    return _log_sum(sums[:-1]) + _log_sum(sums[-1] - sums[:-1])


def _log_sum(values: Floats) -> Floats:
    """Return the logarithm of the sum of the exponentials of each row."""
    highest = values.max(axis=1)
    return np.asarray(highest + np.log(np.exp(values - highest[:, None]).sum(axis=1)))


def _likelihood(counts: Floats, mean: Floats, dispersion: float) -> Floats:
    """Return the negative-binomial log likelihood of each count."""
    from scipy.special import gammaln

    dispersion = max(dispersion, LEAST_DISPERSION)
    size = mean / (dispersion - 1)
    return np.asarray(
        gammaln(counts + size)
        - gammaln(size)
        - size * np.log(dispersion)
        + counts * np.log1p(-1 / dispersion)
    )
