"""How long `detect_surges` and `detect_shifts` take beside plain fits of a season, by length.

``python -m benchmarks surveillance`` runs it. A limit from simulation needs each quiet series to be
fitted as the real one was. The peer is scikit-learn's `PoissonRegressor` on the same season, once
for each of these fits (a few are timed, and the mean counts for all). All times are seconds of
processor in the same process; what is compared are ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import process_time

import numpy as np
import pandas as pd

from rilo_training.analysis import detect_shifts, detect_surges
from rilo_training.analysis.surveillance.baseline import ROUNDS
from rilo_training.analysis.surveillance.surges import FEWEST_SERIES, SIMULATED_PERIODS

LENGTHS = ((100, "W"), (500, "W"), (1_000, "W"), (3_650, "D"))
TIMED_FITS = 20
RUNS = 3


@dataclass(frozen=True)
class Length:
    """One length: seconds of processor of both functions and of one fit of the peer, and fits."""

    periods: int
    surges: float
    shifts: float
    one_fit: float
    fits: int


def seasonal(periods: int, frequency: str) -> pd.Series:
    """Return counts of ten a period with a season, a weekly one too where they are days."""
    time = np.arange(periods)
    year = 365.25 if frequency == "D" else 365.25 / 7
    log_mean = 0.4 * np.cos(2 * np.pi * time / year)
    if frequency == "D":
        log_mean += 0.4 * np.cos(2 * np.pi * time / 7)
    counts = np.random.default_rng(periods).negative_binomial(5 * np.exp(log_mean), 1 / 3)
    return pd.Series(counts, pd.period_range("2015-01-01", periods=periods, freq=frequency))


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the seconds of processor of one run, the fewest of several."""
    taken = []
    for _ in range(runs):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


def one_fit(counts: pd.Series, frequency: str) -> float:
    """Return the seconds of processor of one fit of the peer."""
    from sklearn.linear_model import PoissonRegressor

    time = np.arange(len(counts))
    cycles = [365.25, 7.0] if frequency == "D" else [365.25 / 7]
    angles = [2 * np.pi * wave * time / cycle for cycle in cycles for wave in (1, 2, 3)]
    design = np.column_stack([wave(angle) for angle in angles for wave in (np.cos, np.sin)])
    values = counts.to_numpy(dtype=np.float64)

    def fit() -> None:
        for _ in range(TIMED_FITS):
            PoissonRegressor(alpha=0.01, max_iter=300).fit(design, values)

    return seconds(fit) / TIMED_FITS


def fits_needed(periods: int) -> int:
    """Return how many fits the limit of `detect_surges` rests on."""
    quiet = max(SIMULATED_PERIODS // periods, FEWEST_SERIES)
    return (quiet + max(quiet // 4, FEWEST_SERIES)) * (ROUNDS + 1)


def main() -> list[Length]:
    """Print the times, their ratios to the peer, and how they grow."""
    found: list[Length] = []
    head = ("periods", "surges, s", "fits", "of the peer", "shifts, s", "in fits", "growth")
    print("{:>8} {:>10} {:>7} {:>12} {:>10} {:>8}   {}".format(*head))
    for periods, frequency in LENGTHS:
        counts = seasonal(periods, frequency)
        surges = seconds(partial(detect_surges, counts))
        shifts = seconds(partial(detect_shifts, counts))
        fit = one_fit(counts, frequency)
        row = Length(periods, surges, shifts, fit, fits_needed(periods))
        found.append(row)
        peer = row.surges / (row.one_fit * row.fits)
        growth = row.surges / found[0].surges
        print(
            f"{row.periods:>8,} {row.surges:>10.3f} {row.fits:>7,} {peer:>11.3f}x "
            f"{row.shifts:>10.3f} {row.shifts / row.one_fit:>8.0f}   "
            f"{'#' * round(4 * growth)} {growth:.1f}",
            flush=True,
        )
    first, last = found[0], found[-1]
    print(
        f"{last.periods / first.periods:.1f} times the periods: surges "
        f"{last.surges / first.surges:.1f} times the time, shifts "
        f"{last.shifts / first.shifts:.1f} times."
    )
    return found


if __name__ == "__main__":
    main()
