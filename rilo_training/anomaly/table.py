"""Read a table of mixed columns as numbers and groups, in the way that was learned once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from rilo_training.anomaly.columns import (
    AnomalyError,
    Column,
    as_labels,
    as_table,
    read_kinds,
)
from rilo_training.anomaly.robust import DIGITS, choose_form
from rilo_training.tables.cells import Codes, Floats, as_days, as_numbers
from rilo_training.tables.refusals import check_columns, warn_of_unread

MISSING, FIRST_LABEL = 0, 1
"""Codes of a group: 0 is a missing cell, then the known labels, then one code for all others."""
MOST_DATES = 5
"""Dates among which the days between each two are regarded."""
MOST_NUMBERS = 8
"""Numbers of many sizes among which the ratio of each two is regarded."""


@dataclass(frozen=True)
class Measure:
    """A number that is read from one or two columns.

    Attributes
    ----------
    columns : tuple of int
        Places of the columns in the list of columns.
    way : {"value", "days", "between", "ratio", "length", "digits"}
        The number itself, days of a date, days from the first date to the second, logarithm of
        the first number divided by the second, characters of a text, or digits in a text.
    """

    columns: tuple[int, ...]
    way: str


@dataclass(frozen=True)
class Reading:
    """The numbers and groups of some rows.

    Attributes
    ----------
    numbers : array of float, shape (rows, measures)
        NaN where missing.
    groups : array of int, shape (rows, grouping columns)
        Codes from 0 (missing) to the number of labels + 1 (not seen when the model learned).
    """

    numbers: Floats
    groups: Codes

    def take(self, rows: Codes) -> Reading:
        """Return the reading of some rows."""
        return Reading(self.numbers[rows], self.groups[rows])


@dataclass
class Reader:
    """How a table is read: its columns, the numbers taken from them, and the labels known.

    Attributes
    ----------
    columns : list of Column
        Those that are used, in the order of the table.
    measures : list of Measure
        The numbers.
    grouping : list of int
        Places of the columns that form groups.
    labels : list of list of str
        The known labels of each grouping column, sorted.
    notices : list of str
        What was ignored, and why.
    """

    columns: list[Column] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    grouping: list[int] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def learn(self, table: pd.DataFrame) -> Reading:
        """Learn how a table is read, and return it read."""
        every = read_kinds(table)
        self.notices = [column.notice for column in every if column.notice]
        self.columns = [column for column in every if column.kind != "ignored"]
        kinds = [column.kind for column in self.columns]
        ways = {"number": ["value"], "date": ["days"], "text": ["length", "digits"]}
        self.measures = [
            Measure((place,), way) for place, kind in enumerate(kinds) for way in ways.get(kind, [])
        ]
        dates = [place for place, kind in enumerate(kinds) if kind == "date"][:MOST_DATES]
        self.measures += [Measure(pair, "between") for pair in combinations(dates, 2)]
        positive = [
            place
            for place, kind in enumerate(kinds)
            if kind == "number"
            and choose_form(as_numbers(table[self.columns[place].name])).way == "log"
        ][:MOST_NUMBERS]
        self.measures += [Measure(pair, "ratio") for pair in combinations(positive, 2)]
        self.grouping = [
            place
            for place, column in enumerate(self.columns)
            if column.kind == "category" or column.is_grouped
        ]
        self.labels = [
            sorted(as_labels(table[self.columns[place].name])[1], key=_place)
            for place in self.grouping
        ]
        return self.read(table)

    def read(self, table: pd.DataFrame) -> Reading:
        """Return a table read in the way that was learned.

        Warns when most cells of a column are no numbers or dates any more.

        Raises
        ------
        AnomalyError
            When a column is missing that was there when the model learned.
        """
        table = as_table(table)
        check_columns(table, [column.name for column in self.columns], AnomalyError)
        numbers = np.full((len(table), len(self.measures)), np.nan)
        own: dict[int, Floats] = {}
        for at, measure in enumerate(self.measures):
            column = self.columns[measure.columns[0]]
            values = table[column.name]
            if measure.way == "value":
                own[measure.columns[0]] = numbers[:, at] = as_numbers(values)
                _warn_of_unread(column.name, values, numbers[:, at], "number")
            elif measure.way == "days":
                own[measure.columns[0]] = numbers[:, at] = as_days(values, column.form)
                _warn_of_unread(column.name, values, numbers[:, at], "date")
            elif measure.way == "between":
                start, end = measure.columns
                numbers[:, at] = np.round(own[end] - own[start], DIGITS)
            elif measure.way == "ratio":
                above, below = (np.where(own[at] > 0, own[at], np.nan) for at in measure.columns)
                # Without the last digits, which another unit changes, a constant ratio is constant.
                numbers[:, at] = np.round(np.log(above) - np.log(below), DIGITS)
            else:
                text = values.astype("str").where(values.notna())
                counted = text.str.len() if measure.way == "length" else text.str.count(r"\d")
                numbers[:, at] = counted.to_numpy(dtype=np.float64, na_value=np.nan)
        groups = np.empty((len(table), len(self.grouping)), dtype=np.int64)
        for at, place in enumerate(self.grouping):
            groups[:, at] = _coded(table[self.columns[place].name], self.labels[at])
        return Reading(numbers, groups)

    @property
    def widths(self) -> Codes:
        """Number of codes of each grouping column."""
        return np.array([len(known) + 1 + FIRST_LABEL for known in self.labels], dtype=np.int64)

    def name(self, place: int) -> str:
        """Return the name of a used column as text."""
        return str(self.columns[place].name)


def _warn_of_unread(name: Hashable, values: pd.Series, numbers: Floats, what: str) -> None:
    """Warn when most cells of a column are there, but are not what they were at learning."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return
    there = values.notna().to_numpy()
    unread = int((there & np.isnan(numbers)).sum())
    if unread > there.sum() / 2:
        warn_of_unread(name, unread, int(there.sum()), f"no {what}")


def _place(label: str) -> tuple[bool, float, str]:
    """Return what labels are sorted by: numbers by size, so that their unit changes nothing."""
    try:
        size = float(label)
    except ValueError:
        size = np.nan
    return (not np.isfinite(size), size if np.isfinite(size) else 0.0, label)


def _coded(values: pd.Series, labels: list[str]) -> Codes:
    places, found = as_labels(values)
    known = {label: code for code, label in enumerate(labels, start=FIRST_LABEL)}
    unseen = len(labels) + FIRST_LABEL
    code = np.array([*(known.get(label, unseen) for label in found), MISSING], dtype=np.int64)
    return code[places]  # place -1 is the last entry: missing
