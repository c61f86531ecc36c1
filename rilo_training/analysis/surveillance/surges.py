"""Find surges: stretches of periods with more cases than usual."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.surveillance.baseline import Baseline, fit_baseline
from rilo_training.analysis.surveillance.levels import choose_course, stretch_lengths
from rilo_training.analysis.surveillance.scan import (
    FEWEST_COUNTS,
    Stretches,
    handicap,
    likelihood_score,
    stretch_scores,
    strongest_stretches,
)
from rilo_training.analysis.surveillance.series import CountSeries, Floats, read_series
from rilo_training.analysis.surveillance.simulate import quiet_series

SIMULATED_PERIODS = 60_000
"""Periods of quiet series that are simulated: some hundred years of weeks."""
FEWEST_SERIES = 20
PROMISED = 0.85
"""The limit aims at so many times the false alarms asked for: no fitted model is quite true."""
LEAST_SCORE = 1.0
"""Weaker stretches are not looked at when the limit is set."""
RELIABLE_ALARMS = 20
"""A limit with fewer simulated alarms above it is set by the course of the rarer ones."""
LEVEL_GAIN = 14.0
"""A change of level is part of what is usual where it explains so much (chi-square)."""
SHORTEST_LEVEL = 8
"""A higher level of so many periods, and of half a year, is usual and no surge any more."""


def detect_surges(counts: pd.Series, false_alarms_per_year: float = 0.5) -> pd.DataFrame:
    """Return for each period what was expected, and whether a surge is indicated.

    A list of the highest weeks names chance as often as news. This tells an analyst which
    stretches of one to four periods hold more cases than the level, the season, the growth and
    the ordinary ups and downs of the series explain, with a stated number of false alarms.

    Parameters
    ----------
    counts : pandas.Series
        Counts of 0 or more, at least 8 of them, indexed by period: a PeriodIndex, dates at a
        regular distance, or whole numbers (202401 is a month; any others are weeks). The order
        of the rows does not matter. A missing value or a missing period is a gap, not a zero.
    false_alarms_per_year : float
        How many surges a year may be indicated by chance in a series where nothing happens,
        above 0; 0.5 is one in two years. Where many series are watched, divide it by their
        number.

    Returns
    -------
    pandas.DataFrame
        One row for each label of `counts`, in the order of time:

        - ``expected``: the count that is usual in the period, without surges;
        - ``upper``: a higher count is an alarm by itself;
        - ``score``: how strong the evidence is for the stretch that the period belongs to,
          relative to the limit; higher is more unusual, an alarm is above 1; missing where no
          count is known;
        - ``alarm``: True while a surge is indicated, and not after it;
        - ``reason``: the stretch, its cases and what was expected; empty without an alarm.

    Raises
    ------
    AnalysisError
        When the index holds no periods or one twice, a count is negative, fewer than 8 counts
        are known, or `false_alarms_per_year` is not above 0.

    Notes
    -----
    The mean is log-linear; the counts are negative-binomial with the memory of a process of
    order one. Stretches of one to four periods are compared with their expectation by a
    likelihood ratio; stretches far above it are left out and the mean is fitted again. Quiet
    series of the fitted model go the same way, and the limit is the score that they exceed as
    often as was asked. The simulation has a fixed seed: the same counts give the same result.

    Simulated quiet series keep the stated rate within a quarter: weeks and months, 26 weeks of
    history, 0.3 cases a week, a fifth of the weeks missing, a season, and rates from 0.1 to 4 a
    year. Where the mean itself wanders there may be up to twice as many false alarms. Of short
    series with one enormous count that count is an alarm, though it may be a late upload.

    References
    ----------
    Kulldorff, M. (2001). Prospective time periodic geographical disease surveillance using a
    scan statistic. Journal of the Royal Statistical Society A, 164, 61-72.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import detect_surges
    >>> weeks = pd.period_range("2026-01-05", periods=20, freq="W")
    >>> cases = pd.Series([4, 6, 5, 3, 5, 4, 6, 5, 4, 5, 3, 6, 5, 4, 5, 6, 14, 17, 5, 4], weeks)
    >>> surges = detect_surges(cases)
    >>> surges.loc[surges["alarm"], "reason"].tolist()[0]
    '31 in 2 weeks from 2026-04-27; 9.5 expected'
    """
    if not (isinstance(false_alarms_per_year, Real) and 0 < false_alarms_per_year < np.inf):
        raise AnalysisError(
            f"{false_alarms_per_year!r} false alarms a year were asked for.",
            "A number above 0 was expected: a method without false alarms finds nothing.",
            "Use 0.5 for one false alarm in two years.",
        )
    series = read_series(counts)
    lengths = stretch_lengths(series)
    shortest = max(SHORTEST_LEVEL, round(series.a_year / 2))
    design = choose_course(series, shortest, LEVEL_GAIN).design
    known = series.known.astype(np.float64)[None, :]
    values = np.nan_to_num(series.counts)[None, :]
    baseline = fit_baseline(values, known, design, lengths)
    stretches = _stretches(values, known, baseline, lengths)
    limit = _limit(series, baseline, design, lengths, false_alarms_per_year)
    upper = _upper(baseline, limit, handicap(1, lengths))
    return _table(series, baseline, upper, stretches, limit)


def _stretches(
    counts: Floats, known: Floats, baseline: Baseline, lengths: tuple[int, ...]
) -> Stretches:
    scores = stretch_scores(counts, baseline.mean, known, baseline.noise, lengths)
    return strongest_stretches(scores, lengths, LEAST_SCORE)


def _limit(
    series: CountSeries,
    baseline: Baseline,
    design: Floats,
    lengths: tuple[int, ...],
    false_alarms_per_year: float,
) -> float:
    """Return the score that quiet series exceed as often as was asked."""
    mean = baseline.mean[0]
    dispersion, memory = float(baseline.noise.dispersion[0]), float(baseline.noise.memory[0])
    number = max(SIMULATED_PERIODS // len(mean), FEWEST_SERIES)
    known = series.known.astype(np.float64)[None, :]
    # What is measured in a fitted series is less than what made it: both are put right by
    # measuring series with known values (indirect inference).
    trial = quiet_series(mean, dispersion, memory, max(number // 4, FEWEST_SERIES))
    found = fit_baseline(trial, np.repeat(known, len(trial), axis=0), design, lengths).noise
    dispersion *= dispersion / float(found.dispersion.mean())
    memory += memory - float(found.memory.mean())
    quiet = quiet_series(mean, dispersion, memory, number)
    all_known = np.repeat(known, number, axis=0)
    fitted = fit_baseline(quiet, all_known, design, lengths)
    score = _stretches(quiet, all_known, fitted, lengths).score
    years = number * float(known.sum()) / series.a_year
    return limit_of(score, PROMISED * false_alarms_per_year * years)


def limit_of(score: Floats, alarms: float) -> float:
    """Return the lowest score that is exceeded by no more than a number of runs of periods.

    Parameters
    ----------
    score : array of float, shape (series, periods)
        Scores of quiet series.
    alarms : float
        Number of runs. Below 20 the limit continues the line through the scores that 20 and
        80 runs exceed: the number of runs falls exponentially.
    """
    before = np.pad(score, ((0, 0), (1, 0)))[:, :-1]
    rises = score > before
    ups, downs = np.sort(score[rises]), np.sort(before[rises])
    tried = np.unique(ups)[::-1]
    if not len(tried):
        return LEAST_SCORE
    runs = len(ups) - np.searchsorted(ups, tried, side="right")
    runs = runs - (len(downs) - np.searchsorted(downs, tried, side="right"))

    def exceeded_by(number: float) -> float:
        """Return the lowest score above which there are no more runs than the number."""
        too_many = np.flatnonzero(runs > number)
        return float(tried[(too_many[0] if len(too_many) else len(tried)) - 1])

    if alarms >= RELIABLE_ALARMS:
        return exceeded_by(alarms)
    near, far = exceeded_by(4 * RELIABLE_ALARMS), exceeded_by(RELIABLE_ALARMS)
    return float(far + (far - near) * np.log(RELIABLE_ALARMS / alarms) / np.log(4))


def _upper(baseline: Baseline, limit: float, handicap: float) -> Floats:
    """Return the highest count of a single period that is no alarm by itself, by bisection."""
    mean = baseline.mean[0]
    low, high = mean.copy(), mean + 10.0
    spread = baseline.noise.dispersion
    while np.any(likelihood_score(high, mean, spread, handicap) < limit):
        high = high * 2
    for _ in range(60):
        middle = (low + high) / 2
        below = likelihood_score(middle, mean, spread, handicap) <= limit
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(np.maximum(low, FEWEST_COUNTS - 1))


def _table(
    series: CountSeries, baseline: Baseline, upper: Floats, stretches: Stretches, limit: float
) -> pd.DataFrame:
    place = series.place
    known = series.known[place]
    score = stretches.score[0][place] / limit
    alarm = known & (score > 1)
    table = pd.DataFrame(
        {
            "expected": baseline.mean[0][place],
            "upper": upper[place],
            "score": np.where(known, score, np.nan),
            "alarm": alarm,
        },
        index=series.labels,
    )
    reasons = [
        _reason(series, baseline, stretches, int(number)) if raised else ""
        for number, raised in zip(place, alarm, strict=True)
    ]
    return table.assign(reason=pd.Series(reasons, index=table.index, dtype="str"))


def _reason(series: CountSeries, baseline: Baseline, stretches: Stretches, number: int) -> str:
    """Return the stretch of a period in words."""
    start, length = int(stretches.start[0, number]), int(stretches.length[0, number])
    inside = slice(start, start + length)
    known = series.known[inside]
    cases = float(series.counts[inside][known].sum())
    expected = float(baseline.mean[0, inside][known].sum())
    first = series.labels[int(np.searchsorted(series.place, start))]
    if isinstance(first, pd.Period) and series.step in ("day", "week"):
        first = first.start_time
    day = f"{first:%Y-%m-%d}" if isinstance(first, pd.Timestamp) else str(first)
    stretch = f"{length} {series.step}{'s' if length > 1 else ''}"
    return f"{cases:g} in {stretch} from {day}; {expected:.1f} expected"
