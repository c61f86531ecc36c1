"""What a world is made from: the seed and the choices beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rilo_training.world.errors import WorldError

FIRST_DAY = np.datetime64("2024-01-01", "D")
LAST_DAY = np.datetime64("2026-09-30", "D")
"""First and last day of the extract. A case reported after the last day is not in it yet."""

DAYS = int((LAST_DAY - FIRST_DAY).astype(np.int64)) + 1
"""Number of days of the extract. Days are counted from 0, the first day."""


def day_number(date: str) -> int:
    """Return the days from the first day of the extract to an ISO date.

    Examples
    --------
    >>> from rilo_training.world.recipe import day_number
    >>> day_number("2024-02-01")
    31
    """
    return int((np.datetime64(date, "D") - FIRST_DAY) / np.timedelta64(1, "D"))


BLOCK = 40_000
"""Cases of a block. A world is made block by block, and a block can be made by itself."""

USUAL_CASES, USUAL_CONSIGNMENTS = 12_000, 60_000
"""The sizes of a usual world. What a story adds is stated for a world of this size."""

MOST_CASES = 100_000_000


@dataclass(frozen=True)
class Recipe:
    """The choices that decide every row of a world.

    Attributes
    ----------
    seed : int
        0 to 2**128 - 1.
    cases : int
        True cases found between the first and the last day, beside those that stories add.
    stories : tuple of str
        Story lines that the world must contain.
    drawn : bool
        Whether about five more story lines are drawn by the seed.
    without : tuple of str
        Story lines left out: the control of a story is the same world without it.
    plain : bool
        True for a world without defects and without batch reporting; with no stories it is the
        world that the published shares are compared with.
    consignments : int
        Number of consignments of the home desk.
    difficulty : str
        How hard the illicit consignments are to find; see ``home_difficulty.csv``.
    """

    seed: int
    cases: int = USUAL_CASES
    stories: tuple[str, ...] = ()
    drawn: bool = True
    without: tuple[str, ...] = ()
    plain: bool = False
    consignments: int = USUAL_CONSIGNMENTS
    difficulty: str = "standard"

    def __post_init__(self) -> None:
        """Refuse a number that cannot be made."""
        whole = isinstance(self.cases, int) and not isinstance(self.cases, bool)
        if not whole or not 1 <= self.cases <= MOST_CASES:
            raise WorldError(
                f"The number of cases was {self.cases!r}. Give a whole number, 1 to {MOST_CASES:,}."
            )

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the number of each block and how many cases it holds.

        Examples
        --------
        >>> from rilo_training.world.recipe import Recipe
        >>> list(Recipe(seed=1, cases=45_000).blocks())
        [(0, 40000), (1, 5000)]
        """
        for number, first in enumerate(range(0, self.cases, BLOCK)):
            yield number, min(BLOCK, self.cases - first)
