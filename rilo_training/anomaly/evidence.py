"""What speaks against each row, column by column, all in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rilo_training.anomaly.peers import Peers, choose_keys, fit_peers
from rilo_training.anomaly.rare import (
    Order,
    Pairs,
    Rarity,
    as_deviations,
    choose_partners,
    fit_order,
    fit_pairs,
    fit_rarity,
)
from rilo_training.anomaly.robust import Form, Scale, choose_form, fit_scale
from rilo_training.anomaly.table import Measure, Reader, Reading
from rilo_training.tables.cells import Codes, Floats

TIGHT = 0.8
"""A ratio or gap is regarded when it varies less than this share of what its ends vary."""


@dataclass(frozen=True)
class Evidence:
    """What speaks against each row. All but the first two are zero or more.

    Attributes
    ----------
    alone : array of float, shape (rows, measures)
        Signed distance of each number from the middle of the table.
    among : array of float, shape (rows, measures)
        Signed distance of each number from the middle of its peers.
    lost : array of float, shape (rows, measures)
        How rare it is that the number is missing; 0 where it is there.
    rare : array of float, shape (rows, grouping columns)
        How rare the group is.
    pair : array of float, shape (rows, grouping columns)
        How rare the group is beside its partners.
    """

    alone: Floats
    among: Floats
    lost: Floats
    rare: Floats
    pair: Floats


@dataclass(frozen=True)
class Usual:
    """What is usual in a table: learned once, compared with often.

    Attributes
    ----------
    kept : list of int
        Places of the measures that are regarded, among those that the reader takes.
    measures : list of Measure
        The measures that are regarded.
    grouping : list of int
        The columns that form groups.
    named : array of bool
        Which of them are categories; the others are numbers with few values.
    forms, scales, peers : list
        For each measure: its form, its scale in the table, and its peers.
    missing : array of float
        For each measure: share of rows where it is missing.
    widths : array of int
        Number of codes of each grouping column.
    rarities, pairs, seen : list
        For each grouping column: how rare its groups are, how rare beside its partners, and how
        often something as rare beside its partners was seen.
    """

    kept: list[int]
    measures: list[Measure]
    grouping: list[int]
    named: npt.NDArray[np.bool_]
    forms: list[Form]
    scales: list[Scale]
    peers: list[Peers]
    missing: Floats
    widths: Codes
    rarities: list[Rarity]
    pairs: list[list[Pairs]]
    seen: list[Order]

    @property
    def single(self) -> Codes:
        """Places of the measures that are read from one column."""
        return np.flatnonzero([len(measure.columns) == 1 for measure in self.measures])

    def compare(self, reading: Reading) -> Evidence:
        """Return what speaks against each row."""
        numbers = reading.numbers[:, self.kept]
        alone, among = np.zeros(numbers.shape), np.zeros(numbers.shape)
        for at, number in enumerate(numbers.T):
            bent = self.forms[at](number)
            alone[:, at] = self.scales[at](bent)
            peers = self.peers[at]
            away = peers.distance(bent, reading.groups, self.widths)
            among[:, at] = peers.scale.tamed(away)
        lost = np.where(np.isnan(numbers), as_deviations(self.missing), 0.0)
        rare = np.zeros(reading.groups.shape)
        pair = np.zeros(reading.groups.shape)
        for at, code in enumerate(reading.groups.T):
            rare[:, at] = as_deviations(self.rarities[at].tail)[code]
            if self.pairs[at]:
                found = pair_deviations(self.pairs[at], reading.groups, self.widths)
                pair[:, at] = as_deviations(self.seen[at].tails(found))
        return Evidence(alone, among, lost, rare, pair)


def pair_deviations(pairs: list[Pairs], groups: Codes, widths: Codes) -> Floats:
    """Return the mean of the two strongest deviations beside any partner."""
    if not pairs:
        return np.zeros(len(groups))
    found = np.column_stack([one.deviations(groups, widths) for one in pairs])
    found.sort(axis=1)
    return np.asarray(found[:, -2:].mean(axis=1))


def learn_usual(reading: Reading, reader: Reader) -> Usual:
    """Return what is usual among rows that stand in no meaningful order.

    A ratio or gap is regarded only where it varies less among its peers than either of its ends.

    Parameters
    ----------
    reading : Reading
        The rows.
    reader : Reader
        What the numbers and groups of the reading are.
    """
    groups, widths = reading.groups, reader.widths
    # The ends of a gap or ratio are compared with it in the same unit: it is not bent again.
    forms = [
        choose_form(number) if len(measure.columns) == 1 else Form("plain")
        for measure, number in zip(reader.measures, reading.numbers.T, strict=True)
    ]
    bent = np.empty(reading.numbers.shape)
    for at, form in enumerate(forms):
        bent[:, at] = form(reading.numbers[:, at])
    own = [
        {reader.grouping.index(at) for at in measure.columns if at in reader.grouping}
        for measure in reader.measures
    ]
    keys, left = choose_keys(bent, groups, widths, own)
    kept = [at for at in range(len(forms)) if _is_tight(at, reader.measures, left)]
    measures = [reader.measures[at] for at in kept]
    rarities = [fit_rarity(code, int(width)) for code, width in zip(groups.T, widths, strict=True)]
    pairs = [
        [fit_pairs(groups, widths, (other, at), rarities[at]) for other in others]
        for at, others in enumerate(choose_partners(groups, widths))
    ]
    kinds = [reader.columns[place].kind for place in reader.grouping]
    return Usual(
        kept=kept,
        measures=measures,
        grouping=reader.grouping,
        named=np.array([kind == "category" for kind in kinds], dtype=bool),
        forms=[forms[at] for at in kept],
        scales=[fit_scale(bent[:, at]) for at in kept],
        peers=[
            fit_peers(bent[:, at], groups, widths, keys[at], len(measure.columns) == 2)
            for at, measure in zip(kept, measures, strict=True)
        ],
        missing=np.isnan(reading.numbers[:, kept]).mean(axis=0),
        widths=widths,
        rarities=rarities,
        pairs=pairs,
        seen=[fit_order(pair_deviations(one, groups, widths)) for one in pairs],
    )


def _is_tight(at: int, measures: list[Measure], left: Floats) -> bool:
    """Whether a ratio or gap varies clearly less among its peers than either of its ends."""
    ends = [
        other
        for other, measure in enumerate(measures)
        if len(measure.columns) == 1 and measure.columns[0] in measures[at].columns
    ]
    return len(measures[at].columns) == 1 or bool(left[at] < TIGHT * left[ends].min())
