"""Which attempt counts where a participant made several at one unit."""

from __future__ import annotations

from collections.abc import Iterable

from rilo_training.course.manifest import ATTEMPT_POLICIES
from rilo_training.grading.store.result import Result


def counting_results(results: Iterable[Result], policy: str) -> list[Result]:
    """Return, for each participant and unit, the results of the attempt that counts.

    Parameters
    ----------
    results
        Results of all attempts. Their order is kept.
    policy
        ``best``: the attempt with the most points; of equal ones the later. A written answer
        that nobody has marked yet has no points. ``last``: the latest attempt.

    Raises
    ------
    ValueError
        When there is no such policy.

    Examples
    --------
    >>> from rilo_training.grading.store.result import Result
    >>> def result(attempt, points):
    ...     found = ("correct", points, 2.0, "", "C1", attempt, "process", "", None)
    ...     return Result("anna", "w1d1_90", "q1", *found, "", "", "", "")
    >>> both = [result(1, 2.0), result(2, 1.0)]
    >>> [found.attempt for found in counting_results(both, "best")]
    [1]
    >>> [found.attempt for found in counting_results(both, "last")]
    [2]
    """
    if policy not in ATTEMPT_POLICIES:
        raise ValueError(f"There is no policy {policy!r}. Choose: {', '.join(ATTEMPT_POLICIES)}.")
    every = list(results)
    points: dict[tuple[str, str], dict[int, float]] = {}
    for result in every:
        attempts = points.setdefault((result.participant, result.unit), {})
        attempts[result.attempt] = attempts.get(result.attempt, 0.0) + (result.points or 0.0)
    counts = {unit: _counting(attempts, policy) for unit, attempts in points.items()}
    return [r for r in every if r.attempt == counts[(r.participant, r.unit)]]


def _counting(points: dict[int, float], policy: str) -> int:
    """Return the number of the attempt that counts, from the points of each."""
    if policy == "last":
        return max(points)
    # Sums of the same points in another order differ in the last digit: that is no better attempt.
    return max(points, key=lambda attempt: (round(points[attempt], 6), attempt))


def policy_sentence(policy: str) -> str:
    """Return the policy in a sentence.

    Examples
    --------
    >>> policy_sentence("last")
    'Of several attempts at a unit, the latest attempt counts.'
    """
    which = {"best": "the attempt with the most points", "last": "the latest attempt"}[policy]
    return f"Of several attempts at a unit, {which} counts."
