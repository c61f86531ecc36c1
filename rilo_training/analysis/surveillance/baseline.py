"""What is usual: the mean of each period, fitted without the periods of a surge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.analysis.surveillance.noise import Noise, measure_noise
from rilo_training.analysis.surveillance.scan import stretch_scores, strongest_stretches
from rilo_training.analysis.surveillance.series import Floats

TRIM = 2.1
"""A stretch with a higher score is left out when the mean is fitted again."""
ROUNDS = 2
"""So often stretches are looked for and left out."""
STEPS = 12
"""Steps of Newton's method; the mean of a count series settles in fewer."""
LARGE_COUNTS = 5.0
"""Where the median count is lower, or a Member uploads in batches, medians tell little."""
SPOILED = 1.8
"""So many times the dispersion of the medians is a sign of many surges."""
BLOCK = 500
"""Products of more rows start threads in BLAS, and waiting for them takes longer than the work."""
ALONE = 4.0
"""One period that makes the dispersion so many times as large is left out at first."""
NORMAL_SPREAD = 1.4826
"""Standard deviation of a normal distribution divided by its median distance."""
LOWEST = 100.0
"""No period is expected to have less than the average divided by this."""
PRIOR_COUNTS = 0.5
"""Half a count is added to each series: a series of zeros has a small mean, not none."""


@dataclass(frozen=True)
class Baseline:
    """The usual course of one or several series.

    Attributes
    ----------
    mean : array of float, shape (series, periods)
        Expected counts.
    noise : Noise
        How counts vary around it.
    weight : array of float, shape (series, periods)
        0 where a period was not known or was left out, else 1.
    """

    mean: Floats
    noise: Noise
    weight: Floats


def fit_mean(
    counts: Floats, weight: Floats, design: Floats, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return means and coefficients of a log-linear model of each series (quasi-likelihood).

    Parameters
    ----------
    counts, weight : array of float, shape (series, periods)
        Counts are finite everywhere; a weight of 0 leaves a period out.
    design : array of float, shape (periods, coefficients)
        The first column is 1. The others are kept from running away by a weak ridge.
    start : array of float, shape (series, coefficients), optional
        Coefficients of a similar fit: from there fewer steps are needed.
    """
    size = design.shape[1]
    ridge = np.full(size, 0.1)
    ridge[0] = 0.0
    level = ((weight * counts).sum(axis=1) + PRIOR_COUNTS) / np.maximum(weight.sum(axis=1), 1.0)
    beta = np.zeros((len(counts), size))
    beta[:, 0] = np.log(level)
    if size == 1:
        return np.broadcast_to(level[:, None], counts.shape).copy(), beta
    if start is not None:
        beta = start.copy()
    for _ in range(STEPS):
        mean = np.exp(np.clip(beta @ design.T, -30, 30))
        slope = (weight * (counts - mean)) @ design - ridge * beta
        curve = np.diag(ridge + 1e-9)[None, :, :]
        for first in range(0, len(design), BLOCK):
            part = slice(first, first + BLOCK)
            curve = curve + (design[part].T * (weight * mean)[:, None, part]) @ design[part]
        change = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        beta += np.clip(change, -2, 2)
        if np.abs(change).max() < 1e-6:
            break
    mean = np.exp(np.clip(beta @ design.T, -30, 30))
    return np.maximum(mean, level[:, None] / LOWEST), beta


def fit_baseline(
    counts: Floats, known: Floats, design: Floats, lengths: tuple[int, ...]
) -> Baseline:
    """Return the baseline of each series, with stretches far above it left out.

    Parameters
    ----------
    counts, known : array of float, shape (series, periods)
        Counts, and 1 where the count is known.
    design : array of float, shape (periods, coefficients)
        See `fit_mean`.
    lengths : tuple of int
        Lengths of the stretches that are looked at, in periods.
    """
    weight, beta = known, None
    for number in range(ROUNDS):
        mean, beta = fit_mean(counts, weight, design, beta)
        noise = measure_noise(counts, mean, weight, design.shape[1])
        if number == 0:
            mean, noise = _by_medians(counts, mean, weight, noise)
            mean, noise = _without_spike(counts, mean, weight, noise, design.shape[1])
        scores = stretch_scores(counts, mean, known, noise, lengths)
        weight = known * (strongest_stretches(scores, lengths, TRIM).score <= TRIM)
    mean, _ = fit_mean(counts, weight, design, beta)
    return Baseline(mean, measure_noise(counts, mean, weight, design.shape[1]), weight)


def _by_medians(counts: Floats, mean: Floats, weight: Floats, noise: Noise) -> tuple[Floats, Noise]:
    """Return means and noise that a fifth of the periods in surges do not spoil.

    Only where the medians tell of far less spread than the squares do; where counts are small
    their median tells little.
    """
    known = np.where(weight > 0, counts, np.nan)
    usual = np.maximum(mean * np.nanmedian(known / mean, axis=1)[:, None], 1.0)
    spread = np.nanmedian(np.abs(known - usual) / np.sqrt(usual), axis=1)
    dispersion = np.maximum((NORMAL_SPREAD * spread) ** 2, 1.0)
    large = np.nanmedian(known, axis=1) >= LARGE_COUNTS
    spoiled = large & (noise.dispersion > SPOILED * dispersion)
    mean = np.where(spoiled[:, None], usual, mean)
    return mean, Noise(np.where(spoiled, dispersion, noise.dispersion), noise.memory)


def _without_spike(
    counts: Floats, mean: Floats, weight: Floats, noise: Noise, fitted: int
) -> tuple[Floats, Noise]:
    """Return means and noise that one enormous count in a short series does not hide behind."""
    rest = weight.copy()
    highest = (weight * (counts - mean) / np.sqrt(mean)).argmax(axis=1)
    rest[np.arange(len(rest)), highest] = 0.0
    ratio = ((rest * counts).sum(axis=1) + PRIOR_COUNTS) / (rest * mean).sum(axis=1)
    usual = mean * ratio[:, None]
    without = measure_noise(counts, usual, rest, fitted)
    alone = noise.dispersion > ALONE * without.dispersion
    return np.where(alone[:, None], usual, mean), Noise(
        np.where(alone, without.dispersion, noise.dispersion),
        np.where(alone, without.memory, noise.memory),
    )
