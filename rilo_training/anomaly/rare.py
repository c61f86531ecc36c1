"""Rare groups, and groups that are rare beside another group of the same row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rilo_training.anomaly.peers import joined
from rilo_training.tables.cells import Codes, Floats

MOST_PARTNERS = 3
LEAST_BOND = 0.03
"""Share of the uncertainty of a column that another must remove to be its partner."""
SEEN_ROWS = 1
"""Rows of a group from which they have half a say in what is usual beside it."""
LEAST_ROWS = 20
MOST_ROWS = 20_000
MOST_WORK = 40_000_000
"""Cells that are read to choose the partners of all columns together."""


@dataclass(frozen=True)
class Rarity:
    """How rare each group of a column is.

    Attributes
    ----------
    share : array of float
        For each code: share of rows.
    tail : array of float
        For each code: share of rows whose group is as rare or rarer.
    """

    share: Floats
    tail: Floats


@dataclass(frozen=True)
class Pairs:
    """How rare the groups of one column are beside the groups of its partner.

    Attributes
    ----------
    keys : tuple of int
        The partner, then the column itself.
    known : array of int, sorted
        The pairs seen.
    deviation : array of float
        For each pair seen: how rare it is, from the share of rows of the partner's group whose
        group is as rare or rarer.
    unseen : array of float
        For each group of the partner: what is left for pairs that were not seen.
    rarity : Rarity
        Of the column itself, for what was not seen.
    """

    keys: tuple[int, int]
    known: Codes
    deviation: Floats
    unseen: Floats
    rarity: Rarity

    def deviations(self, groups: Codes, widths: Codes) -> Floats:
        """Return for each row how rare its group is beside that of the partner."""
        partner, own = self.keys
        joint = joined(groups, self.keys, widths)
        at = np.searchsorted(self.known, joint).clip(max=len(self.known) - 1)
        found = self.deviation[at]
        new = np.flatnonzero(self.known[at] != joint)
        left = self.unseen[groups[new, partner]] * self.rarity.tail[groups[new, own]]
        found[new] = as_deviations(left)
        return np.asarray(found)


@dataclass(frozen=True)
class Order:
    """The values of a number that were seen, to say how many rows have as much or more.

    Attributes
    ----------
    values : array of float, sorted
        Each value seen once.
    tail : array of float
        For each: share of rows with as much or more.
    """

    values: Floats
    tail: Floats

    def tails(self, numbers: Floats) -> Floats:
        """Return the share of rows that have as much or more."""
        at = np.searchsorted(self.values, numbers - 1e-9)
        beyond = np.append(self.tail, self.tail[-1] / 2)
        return np.asarray(beyond[at])


def fit_order(numbers: Floats) -> Order:
    """Return the values of a number that were seen."""
    values, counts = np.unique(np.round(numbers, 9), return_counts=True)
    return Order(values, np.cumsum(counts[::-1])[::-1] / len(numbers))


def fit_rarity(code: Codes, width: int) -> Rarity:
    """Return how rare each group of a column is, groups that were not seen included."""
    counts = np.bincount(code, minlength=width)
    rows = len(code)
    order = np.argsort(counts, kind="stable")
    ordered = counts[order]
    # Groups of the same size are as rare as each other: the last of them has the sum.
    last = np.searchsorted(ordered, ordered, side="right") - 1
    tail = np.empty(width)
    tail[order] = np.cumsum(ordered)[last] / rows
    alone = float(np.count_nonzero(counts == 1))
    tail[counts == 0] = (alone + 1) / 2 / (rows + 1)
    return Rarity(counts / rows, tail)


def fit_pairs(groups: Codes, widths: Codes, keys: tuple[int, int], rarity: Rarity) -> Pairs:
    """Return how rare the groups of a column are beside each group of its partner."""
    partner, own = keys
    known, counts = np.unique(joined(groups, keys, widths), return_counts=True)
    beside, code = np.divmod(known, widths[own])
    total = np.bincount(groups[:, partner], minlength=widths[partner])
    chance = (counts + SEEN_ROWS * rarity.share[code]) / (total[beside] + SEEN_ROWS)
    left = np.ones(widths[partner])
    np.subtract.at(left, beside, chance)
    left = np.maximum(left, 1 / (total + SEEN_ROWS + 1.0))
    order = np.lexsort((chance, beside))
    running = np.cumsum(chance[order])
    first = np.searchsorted(beside[order], beside[order])
    before = running[first] - chance[order][first]
    tail = np.empty(len(known))
    tail[order] = left[beside[order]] + running - before
    # Equal chances are equally rare: each has the sum up to the last of them.
    ends = np.append(
        (np.diff(beside[order]) != 0) | ~np.isclose(np.diff(chance[order]), 0, atol=1e-15), True
    )
    last = np.flatnonzero(ends)[np.cumsum(ends) - ends]
    tail[order] = tail[order][last]
    return Pairs(keys, known, as_deviations(tail), left, rarity)


def choose_partners(groups: Codes, widths: Codes) -> list[list[int]]:
    """Return for each grouping column the columns that say most about it, at most three.

    Half of the rows teach what is usual beside a group; the other half say how much that helps.

    Parameters
    ----------
    groups : array of int, shape (rows, grouping columns)
        Codes of the groups.
    widths : array of int
        Number of codes of each grouping column.
    """
    columns = groups.shape[1]
    if len(groups) < LEAST_ROWS:
        return [[] for _ in range(columns)]
    rows = MOST_WORK // max(1, 2 * columns**2)
    groups = groups[: max(rows, 1000)][:MOST_ROWS]
    learn, test = groups[::2], groups[1::2]
    counts = [
        np.bincount(code, minlength=width) for code, width in zip(learn.T, widths, strict=True)
    ]
    shares = [(count + 1 / len(count)) / (len(learn) + 1) for count in counts]
    alone = [float(-np.log(shares[at][test[:, at]]).mean()) for at in range(columns)]
    bond = np.zeros((columns, columns))
    for one in range(columns):
        for other in range(one):
            joint = joined(learn, (one, other), widths)
            known, count = np.unique(joint, return_counts=True)
            wanted = joined(test, (one, other), widths)
            at = np.searchsorted(known, wanted).clip(max=len(known) - 1)
            seen = np.where(known[at] == wanted, count[at], 0)
            for own, beside in ((one, other), (other, one)):
                share = shares[own][test[:, own]]
                chance = (seen + SEEN_ROWS * share) / (counts[beside][test[:, beside]] + SEEN_ROWS)
                if alone[own] > 0:
                    bond[own, beside] = 1 + float(np.log(chance).mean()) / alone[own]
    best = [np.argsort(-bond[at], kind="stable")[:MOST_PARTNERS] for at in range(columns)]
    return [[int(j) for j in best[at] if bond[at, j] >= LEAST_BOND] for at in range(columns)]


def as_deviations(tail: Floats) -> Floats:
    """Return how many standard deviations from the middle are as rare as a share of rows."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(np.clip(tail, 1e-12, 1.0) / 2))
