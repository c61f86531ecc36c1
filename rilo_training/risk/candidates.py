"""Which levels are worth trying for a table, from what its columns are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, permutations

import numpy as np

from rilo_training.risk.columns import Column
from rilo_training.risk.familiarity import Frequency, Partners, Together
from rilo_training.risk.features import Bins, Category, Levels
from rilo_training.risk.measures import Age, Measure, Moment, Plain, Ratio, Share, Size, Training
from rilo_training.risk.peers import Peer, find_peers
from rilo_training.risk.table import Table
from rilo_training.risk.words import Words

MOST_RATIO_COLUMNS = 6
MOST_TOGETHER = 14
MOST_PARTNERS = 6
MANY_LEVELS = 30
"""A category with more values names parties, places or goods."""


def names_of(columns: Iterable[Column], table: Table) -> list[str]:
    """Return the categories that are no reading of a number, those with most values first."""
    names = [column.name for column in columns if column.kind == "category" or column.digits]
    names = [name for name in names if name in table.codes]
    return sorted(names, key=lambda name: (-table.sizes[name], name))


def candidates(columns: list[Column], training: Training, kept_apart: set[str]) -> list[Levels]:
    """Return all levels that are tried on their own.

    Parameters
    ----------
    columns : list of Column
        How the columns are read.
    training : Training
        Training rows, or some of them.
    kept_apart : set of str
        Columns that enter nothing else (those with a direction).
    """
    table = training.table
    found: list[Levels] = [Category(name) for name in table.codes if name not in kept_apart]
    return found + [Bins(measure) for measure in _measures(columns, training, kept_apart)]


def _measures(columns: list[Column], training: Training, kept_apart: set[str]) -> list[Measure]:
    table = training.table
    numbers = [name for name in table.numbers if name not in kept_apart]
    found: list[Measure] = [Plain(name) for name in numbers]
    found += [Words(name) for name in table.words]
    ages: list[Measure] = []
    for since, until in combinations(table.days, 2):
        if np.nanmedian(table.days[until] - table.days[since]) < 0:
            since, until = until, since
        ages.append(Age(since, until))
    for name, days in table.days.items():
        if len(np.unique(np.floor(days[np.isfinite(days)]))) > 7:
            found.append(Moment(name, "weekday"))
        if np.any(np.mod(days[np.isfinite(days)], 1) > 0):
            found.append(Moment(name, "hour"))
    ratios = _ratios(table, numbers)
    shares: list[Measure] = [
        Share(part, whole)
        for part, whole in permutations(numbers, 2)
        if _is_part(table, part, whole)
    ]
    found += [*ages, *ratios, *shares]
    groups = [name for name in names_of(columns, table) if name not in kept_apart]
    groups += [n for n in table.codes if n not in groups and n not in kept_apart]
    sizes = [Size(n) for n in numbers if np.nanmin(table.numbers[n]) >= 0]
    for measure in [*sizes, *ratios, *ages]:
        # Numbers read as categories are no peers: they only repeat the number.
        others = [g for g in groups if g not in measure.name]
        peers = find_peers(training, measure.learn(training), others)
        if peers:
            found.append(Peer(measure, peers))
    names = [name for name in names_of(columns, table) if name not in kept_apart]
    found += [Frequency(name) for name in names if table.sizes[name] > MANY_LEVELS]
    found += [Together(a, b) for a, b in combinations(names[:MOST_TOGETHER], 2)]
    parties = [name for name in names if table.sizes[name] > MANY_LEVELS][:MOST_PARTNERS]
    found += [Partners(a, b) for a, b in permutations(parties, 2)]
    return found


def _ratios(table: Table, numbers: list[str]) -> list[Measure]:
    """Return ratios of the numbers that are never negative and take many values."""
    kinds = {}
    for name in numbers:
        known = table.numbers[name][np.isfinite(table.numbers[name])]
        if known.min() >= 0:
            kinds[name] = len(np.unique(known))
    many = [name for name, kind in kinds.items() if kind > MANY_LEVELS]
    many = sorted(many, key=lambda name: (-kinds[name], name))[:MOST_RATIO_COLUMNS]
    return [Ratio(above, below) for above, below in combinations(many, 2)]


def _is_part(table: Table, part: str, whole: str) -> bool:
    """Return whether one count is never above another, and not the same."""
    one, two = table.numbers[part], table.numbers[whole]
    known = np.isfinite(one) & np.isfinite(two)
    one, two = one[known], two[known]
    if len(one) == 0 or one.min() < 0 or np.any(np.mod(one, 1)) or np.any(np.mod(two, 1)):
        return False
    return bool(np.all(one <= two)) and float(one.sum()) < 0.9 * float(two.sum()) and two.max() > 5
