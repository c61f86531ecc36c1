"""Compare stretches of neighbouring periods with what is usual: a likelihood-ratio scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.analysis.surveillance.noise import Noise
from rilo_training.analysis.surveillance.series import Floats, Indices

FEWEST_COUNTS = 3
"""Fewer counts together are no surge, however rare they are."""
LASTING = np.log(8.0)
"""Log of how much more likely a surge has the longest length than a single period."""
LEAST_DISPERSION = 1.001
"""The negative-binomial likelihood needs a variance above the mean."""


@dataclass(frozen=True)
class Stretches:
    """Stretches that share no period, each the strongest where it stands.

    Attributes
    ----------
    score : array of float, shape (series, periods)
        The score of the stretch that a period belongs to; 0 outside of all.
    start, length : array of int, shape (series, periods)
        First period and length of that stretch; the period itself and 1 outside of all.
    """

    score: Floats
    start: Indices
    length: Indices


def likelihood_score(
    counts: Floats, mean: Floats, dispersion: Floats, handicap: float = 0.0
) -> Floats:
    """Return the signed root of the likelihood ratio of counts above their mean, 0 below.

    The counts are negative-binomial with a variance of `dispersion` times the mean. Under the
    baseline the score without a handicap is near a standard normal deviate.
    """
    size = mean / (np.maximum(dispersion, LEAST_DISPERSION) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(counts > 0, counts * np.log(counts / mean), 0.0)
        ratio = own - (counts + size) * np.log1p((counts - mean) / (mean + size))
    score = np.sqrt(2 * np.maximum(ratio - handicap, 0.0))
    return np.asarray(np.where(counts > mean, score, 0.0))


def handicap(length: int, lengths: tuple[int, ...]) -> float:
    """Return what a stretch must show more, as it is shorter than the longest (log likelihood).

    A surge lasts: the longest stretch is held to be eight times as likely as a single period.
    """
    if len(lengths) == 1:
        return 0.0
    return float(LASTING * (1 - np.log(length) / np.log(max(lengths))))


def stretch_scores(
    counts: Floats, mean: Floats, known: Floats, noise: Noise, lengths: tuple[int, ...]
) -> Floats:
    """Return the score of each stretch, by series, length and first period.

    A gap inside a stretch adds neither a count nor an expectation.
    """
    series, periods = counts.shape
    scores = np.zeros((series, len(lengths), periods))
    total, usual = (
        np.cumsum(np.pad(known * values, ((0, 0), (1, 0))), axis=1) for values in (counts, mean)
    )
    for row, length in enumerate(lengths):
        if length > periods:
            continue
        inside = total[:, length:] - total[:, :-length]
        expected = np.maximum(usual[:, length:] - usual[:, :-length], 1e-9)
        spread = noise.of_stretch(length)[:, None]
        score = likelihood_score(inside, expected, spread, handicap(length, lengths))
        scores[:, row, : periods - length + 1] = np.where(inside >= FEWEST_COUNTS, score, 0.0)
    return scores


def strongest_stretches(scores: Floats, lengths: tuple[int, ...], least: float) -> Stretches:
    """Return stretches that do not overlap, the strongest first.

    Parameters
    ----------
    scores : array of float, shape (series, lengths, periods)
        What `stretch_scores` returns.
    lengths : tuple of int
        The lengths of the stretches.
    least : float
        Stretches with a lower score are not looked at.
    """
    series, _, periods = scores.shape
    score = np.zeros(series * periods)
    start = np.arange(series * periods)
    length = np.ones(series * periods, dtype=np.int64)
    taken = bytearray(series * periods)
    where = np.flatnonzero(scores.ravel() > least)
    values = scores.ravel()[where]
    row, kind, place = np.unravel_index(where, scores.shape)
    first = row * periods + place
    order = np.lexsort((first, -values))
    ordered = zip(
        first[order].tolist(),
        np.array(lengths)[kind[order]].tolist(),
        values[order].tolist(),
        strict=True,
    )
    for begin, long, value in ordered:
        if not any(taken[begin : begin + long]):
            taken[begin : begin + long] = b"\1" * long
            score[begin : begin + long] = value
            start[begin : begin + long] = begin
            length[begin : begin + long] = long
    shape = (series, periods)
    inside = start.reshape(shape) - np.arange(series)[:, None] * periods
    return Stretches(score.reshape(shape), inside, length.reshape(shape))
