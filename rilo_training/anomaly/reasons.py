"""The strongest reasons for each row, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rilo_training.anomaly.credit import KEY_SHARE
from rilo_training.anomaly.evidence import Evidence, Usual
from rilo_training.anomaly.table import FIRST_LABEL, MISSING, Reader, Reading
from rilo_training.tables.cells import Floats

LEAST, MOST = 1e-6, 1e15
"""Sizes of numbers that are written without an exponent."""
FAR = 3.0
"""Spreads from which a number is far above or below, and not only above or below."""


def reason_table(
    reader: Reader,
    usual: Usual,
    reading: Reading,
    evidence: Evidence,
    explained: pd.DataFrame,
    most: int,
) -> pd.DataFrame:
    """Return the strongest reasons for each row.

    Parameters
    ----------
    reader : Reader
        How the table is read.
    usual : Usual
        What is usual.
    reading : Reading
        The rows.
    evidence : Evidence
        What speaks against them.
    explained : pandas.DataFrame
        What each column adds to the score of each row.
    most : int
        Reasons for each row.

    Returns
    -------
    pandas.DataFrame
        ``row``, ``rank``, ``column``, ``contribution``, ``reason``.
    """
    added = explained.to_numpy()
    order = np.argsort(-added, axis=1, kind="stable")[:, :most]
    middles = [peers.middle(reading.groups, usual.widths)[0] for peers in usual.peers]
    teller = Teller(reader, usual, reading, evidence, middles)
    rows = [
        (explained.index[row], rank, explained.columns[column], added[row, column], row, column)
        for row, columns in enumerate(order.tolist())
        for rank, column in enumerate(columns, start=1)
        if added[row, column] > 0
    ]
    return pd.DataFrame(
        {
            "row": [entry[0] for entry in rows],
            "rank": np.array([entry[1] for entry in rows], dtype=np.int64),
            "column": [entry[2] for entry in rows],
            "contribution": np.array([entry[3] for entry in rows], dtype=np.float64),
            "reason": [teller.sentence(entry[4], entry[5]) for entry in rows],
        }
    )


class Teller:
    """Says in a sentence what speaks most against a column of a row.

    Parameters
    ----------
    reader, usual, reading, evidence
        As in `reason_table`.
    middles : list of array of float
        For each measure: the centre of the peers of each row.
    """

    def __init__(
        self,
        reader: Reader,
        usual: Usual,
        reading: Reading,
        evidence: Evidence,
        middles: list[Floats],
    ) -> None:
        self.reader = reader
        self.usual = usual
        self.reading = reading
        self.evidence = evidence
        self.middles = middles

    def sentence(self, row: int, column: int) -> str:
        """Return the strongest sentence about a column of a row."""
        said = list(self._said(row, column))
        if not said:
            return f"{self.reader.name(column)} is unusual only together with other columns."
        return max(said)[1]

    def _said(self, row: int, column: int) -> Iterator[tuple[float, str]]:
        """Yield what speaks against a column: squared deviations and a sentence."""
        for at, measure in enumerate(self.usual.measures):
            squared = float(self.evidence.among[row, at]) ** 2
            lost = float(self.evidence.lost[row, at]) ** 2
            if column in measure.columns:
                if squared > 0:
                    yield squared, self._number(row, at)
                if lost > 0 and measure.way != "digits":
                    share = 100 * self.usual.missing[at]
                    name = self.reader.name(measure.columns[0])
                    yield lost, f"{name} is missing, as in {share:.2g} per cent of the records."
            elif squared > 0 and column in [self.usual.grouping[k] for k in self._keys(at)]:
                names = " and ".join(self.reader.name(place) for place in measure.columns)
                yield (
                    KEY_SHARE * squared,
                    f"{names} would have other peers with another {self.reader.name(column)}.",
                )
        for at, place in enumerate(self.usual.grouping):
            if place == column:
                yield from self._group(row, at)

    def _keys(self, at: int) -> tuple[int, ...]:
        return self.usual.peers[at].keys

    def _number(self, row: int, at: int) -> str:
        """Return how a number, gap or ratio of a row lies among its peers."""
        measure = self.usual.measures[at]
        names = [self.reader.name(place) for place in measure.columns]
        number = float(self.reading.numbers[row, self.usual.kept[at]])
        middle = float(self.usual.forms[at].back(self.middles[at][row : row + 1])[0])
        peers = " and ".join(self.reader.name(self.usual.grouping[k]) for k in self._keys(at))
        among = f" among records of the same {peers}" if peers else ""
        z = float(self.evidence.among[row, at])
        far = ("far " if abs(z) >= FAR else "") + ("above" if z > 0 else "below")
        if measure.way == "ratio":
            times = f"{np.exp(number - middle):.3g}"
            return f"{names[0]} divided by {names[1]} is {times} times the usual ratio{among}."
        if measure.way == "days":
            days = [str(np.datetime64("1970-01-01", "D") + int(day)) for day in (number, middle)]
            far = ("far " if abs(z) >= FAR else "") + ("later" if z > 0 else "earlier")
            return f"{names[0]} is {days[0]}, {far} than the usual {days[1]}{among}."
        subject = {
            "value": f"{names[0]} is {_plain(number, 6)}",
            "between": f"{names[-1]} is {_plain(number, 6)} days after {names[0]}",
            "length": f"{names[0]} has {number:.0f} characters",
            "digits": f"{names[0]} has {number:.0f} digits",
        }[measure.way]
        return f"{subject}, {far} the usual {_plain(middle, 3)}{among}."

    def _group(self, row: int, at: int) -> Iterator[tuple[float, str]]:
        """Yield how rare a group of a row is, alone and beside its rarest partner."""
        rare = float(self.evidence.rare[row, at]) ** 2
        pair = float(self.evidence.pair[row, at]) ** 2
        own = self._label(row, at)
        if rare > 0:
            share = 100 * self.usual.rarities[at].share[self.reading.groups[row, at]]
            yield rare, f"{own} stands in {share:.2g} per cent of the records."
        if pair > 0:
            groups = self.reading.groups[row : row + 1]
            partner = max(
                self.usual.pairs[at],
                key=lambda pairs: float(pairs.deviations(groups, self.usual.widths)[0]),
            ).keys[0]
            yield pair, f"{own} is rare beside {self._label(row, partner)}."

    def _label(self, row: int, at: int) -> str:
        name = self.reader.name(self.usual.grouping[at])
        code = int(self.reading.groups[row, at])
        known = self.reader.labels[at]
        if code == MISSING:
            return f"{name} missing"
        if code - FIRST_LABEL == len(known):
            return f"a {name} that was not seen before"
        return f"{name} {known[code - FIRST_LABEL]!r}"


def _plain(number: float, digits: int) -> str:
    """Return a number with so many digits that count, and without an exponent where it is short."""
    if number != 0 and not LEAST <= abs(number) < MOST:
        return f"{number:.{digits}g}"
    return np.format_float_positional(number, precision=digits, fractional=False, trim="-")
