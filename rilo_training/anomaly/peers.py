"""Peers: the groups of rows among which a number is compared, and its distance among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.anomaly.robust import Scale, fit_scale, group_medians
from rilo_training.tables.cells import Codes, Floats

CENTRE_ROWS = 10
SPREAD_ROWS = 20
"""Rows from which a group alone makes its centre and its spread; below, others have a say."""
LEAST_GAIN = 0.05
"""Share of the absolute deviation that a grouping must explain on rows it was not fitted on."""
MOST_KEYS = 2
MOST_WORK = 40_000_000
"""Cells that are read to choose the groupings of all numbers together."""
MOST_ROWS = 10_000
LEAST_ROWS = 20
WORTH = 1.4826
"""Standard deviation of a normal distribution whose median absolute deviation is 1."""
LEAST_SPREAD, LEAST_PART = 0.2, 0.01
"""No group spreads less than these shares of what groups and the wider group spread."""


@dataclass(frozen=True)
class Level:
    """Centre and spread in each group of one grouping.

    Attributes
    ----------
    keys : tuple of int
        Grouping columns that form the groups together.
    known : array of int, sorted
        The groups.
    centre, spread : array of float
        For each group, drawn towards the wider group where it has few rows.
    """

    keys: tuple[int, ...]
    known: Codes
    centre: Floats
    spread: Floats


@dataclass(frozen=True)
class Peers:
    """How a number is compared among its peers.

    Attributes
    ----------
    keys : tuple of int
        Grouping columns that form the peers.
    levels : list of Level
        From wide to narrow.
    whole : Scale
        The scale of the whole table, for rows whose group is not known.
    scale : Scale
        The scale of the distances themselves.
    """

    keys: tuple[int, ...]
    levels: list[Level]
    whole: Scale
    scale: Scale

    def distance(self, bent: Floats, groups: Codes, widths: Codes) -> Floats:
        """Return the distance from the centre of the peers in spreads of the peers; may be NaN."""
        centre, spread = self.middle(groups, widths)
        return np.asarray((bent - centre) / spread)

    def middle(self, groups: Codes, widths: Codes) -> tuple[Floats, Floats]:
        """Return the centre and the spread of the peers of each row."""
        centre = np.full(len(groups), self.whole.centre)
        spread = np.full(len(groups), (self.whole.below + self.whole.above) / 2)
        for level in self.levels:
            joint = joined(groups, level.keys, widths)
            at = np.searchsorted(level.known, joint).clip(max=len(level.known) - 1)
            there = level.known[at] == joint
            centre[there] = level.centre[at[there]]
            spread[there] = level.spread[at[there]]
        return centre, spread


def joined(groups: Codes, keys: tuple[int, ...], widths: Codes) -> Codes:
    """Return one code for each combination of some grouping columns."""
    code = np.zeros(len(groups), dtype=np.int64)
    for key in keys:
        code = code * widths[key] + groups[:, key]
    return code


def fit_peers(
    bent: Floats, groups: Codes, widths: Codes, keys: tuple[int, ...], two_sided: bool = False
) -> Peers:
    """Return centres and spreads of a number among peers formed by some grouping columns.

    Parameters
    ----------
    bent : array of float
        The number in the form in which it is compared, NaN where missing.
    groups : array of int, shape (rows, grouping columns)
        Codes of the groups.
    widths : array of int
        Number of codes of each grouping column.
    keys : tuple of int
        From the most to the least important grouping column.
    two_sided : bool
        Whether distances below and above have a scale of their own.
    """
    there = np.isfinite(bent)
    numbers, own = bent[there], groups[there]
    whole = fit_scale(bent)
    centre = np.full(len(numbers), whole.centre)
    spread = np.full(len(numbers), (whole.below + whole.above) / 2)
    levels = []
    for size in range(1, len(keys) + 1):
        known, place = np.unique(joined(own, keys[:size], widths), return_inverse=True)
        medians, counts = group_medians(numbers, place, len(known))
        first = np.zeros(len(known), dtype=np.int64)
        first[place] = np.arange(len(place))  # any row of a group knows the wider group
        sure = np.minimum(counts / CENTRE_ROWS, 1.0)
        centres = sure * medians + (1 - sure) * centre[first]
        distances = np.abs(numbers - centres[place])
        own_spread = WORTH * group_medians(distances, place, len(known))[0]
        full = distances[counts[place] >= CENTRE_ROWS]
        typical = WORTH * np.median(full) if len(full) else spread[first]
        weight = np.minimum(counts / SPREAD_ROWS, 1.0)
        # Where the centre is not sure, a row can lie as far away as the wider group spreads.
        spreads = np.sqrt(
            weight * own_spread**2 + (1 - weight) * typical**2 + (1 - sure) * spread[first] ** 2
        )
        least = np.maximum(LEAST_SPREAD * typical, LEAST_PART * spread[first])
        spreads = np.maximum(spreads, least)
        levels.append(Level(keys[:size], known, centres, spreads))
        centre, spread = centres[place], spreads[place]
    peers = Peers(keys, levels, whole, Scale(0.0, 1.0, 1.0))
    return Peers(keys, levels, whole, fit_scale(peers.distance(bent, groups, widths), two_sided))


def choose_keys(
    bent: Floats, groups: Codes, widths: Codes, barred: list[set[int]]
) -> tuple[list[tuple[int, ...]], Floats]:
    """Return for each number the grouping columns that explain most of it, and what is left.

    Half of the rows give the centres; the other half say what they explain.

    Parameters
    ----------
    bent : array of float, shape (rows, numbers)
        The numbers in the form in which they are compared; rows in no order that means something.
    groups : array of int, shape (rows, grouping columns)
        Codes of the groups.
    widths : array of int
        Number of codes of each grouping column.
    barred : list of set of int
        For each number: grouping columns that are made from the same column.

    Returns
    -------
    list of tuple of int
        At most two grouping columns for each number.
    array of float
        Mean absolute deviation of each number from the centre of its peers.
    """
    columns = groups.shape[1]
    rows = max(1000, MOST_WORK // max(1, 3 * columns * bent.shape[1]))
    rows = min(rows, MOST_ROWS)
    chosen, remaining = [], np.zeros(bent.shape[1])
    for at, number in enumerate(bent.T):
        there = np.flatnonzero(np.isfinite(number))[:rows]
        values, own = number[there], groups[there]
        keys: tuple[int, ...] = ()
        left = 0.0
        if len(values) >= LEAST_ROWS:
            left = whole = _unexplained(values, np.zeros(len(values), dtype=np.int64))
            while len(keys) < MOST_KEYS and left > 0:
                found = [
                    (_unexplained(values, joined(own, (*keys, key), widths)), key)
                    for key in range(columns)
                    if key not in keys and key not in barred[at]
                ]
                least, key = min(found, default=(left, -1))
                if left - least < LEAST_GAIN * whole:
                    break
                keys, left = (*keys, key), least
        chosen.append(keys)
        remaining[at] = left
    return chosen, remaining


def _unexplained(numbers: Floats, code: Codes) -> float:
    """Return the mean absolute deviation of every second row from the centres of the others."""
    known, place = np.unique(code, return_inverse=True)
    middle = float(np.median(numbers[::2]))
    medians, counts = group_medians(numbers[::2], place[::2], len(known))
    sure = np.minimum(2 * counts / CENTRE_ROWS, 1.0)
    centres = sure * np.nan_to_num(medians) + (1 - sure) * middle
    return float(np.mean(np.abs(numbers[1::2] - centres[place[1::2]])))
