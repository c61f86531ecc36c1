"""What a column is: a category, a number, a date, words, or nothing that can be used.

What its cells hold is read by `rilo_training.tables`; here stands what risk makes of it: texts
for categories, which may be many, and codes of digits with their beginnings. It is decided once,
on the training table; later tables are read in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.errors import RiskError
from rilo_training.risk.table import FIRST, MISSING, UNSEEN, Codes, Table
from rilo_training.tables.cells import (
    ISO,
    WHY_IGNORED,
    as_days,
    as_numbers,
    as_text,
    distinct,
    find_content,
)
from rilo_training.tables.refusals import as_frame, check_columns, ignored, warn_of_unread

ALMOST_ALL = 0.98
"""A column of which so large a share of the values occurs once names rows, and says no more."""
FEW_KINDS = 4
"""When each row stands more often than so in the table, rows are alike, not repeated."""
MANY_ROWS = 100
"""In a smaller table distinct values say nothing about what a column is."""
CODE_LIKE = 0.2
"""Whole numbers with fewer distinct values than this share of the rows may be codes as well."""
CODE_DIGITS = 6
"""Whole numbers that all have so many digits, and repeat, are codes and no amounts."""
TRUTH = {"1": "true", "0": "false"}
ENOUGH_CELLS = 20
"""When none of so many cells can be used, the column was probably read in another form."""
PREFIXES = (2, 4, 6)
"""Codes of digits are read by chapter, heading and subheading as well (Harmonized System)."""


def as_table(table: Any, what: str = "X") -> pd.DataFrame:
    """Return a DataFrame whose column names are distinct texts.

    Raises
    ------
    RiskError
        When there are no rows, no columns, or two columns of one name.
    """
    frame = as_frame(table, RiskError, what)
    named = frame.set_axis([str(name) for name in frame.columns], axis=1)
    return as_frame(named, RiskError, what)  # 1 and "1" are one name


def plain_text(values: pd.Index) -> npt.NDArray[np.object_]:
    """Return texts without differences of case and spaces; None for an empty one.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk.columns import plain_text
    >>> plain_text(pd.Index(["Green  TEA ", "", "0805"])).tolist()
    ['green tea', None, '0805']
    """
    return np.array(
        [" ".join(as_text(value).casefold().split()) or None for value in values.tolist()], object
    )


@dataclass
class Column:
    """How one column is read.

    Attributes
    ----------
    name : str
        Name of the column.
    kind : str
        ``category``, ``number``, ``date``, ``words``, or ``ignored``.
    notice : str
        Why it is ignored; empty when it is used.
    is_numeric : bool
        The column holds numbers, not texts.
    has_codes : bool
        A number that is read as a category as well.
    levels : dict of str to int
        The code of each text of a category.
    is_truth : bool
        The column holds true and false; 1 and 0 are the same.
    width : int
        Length of texts of digits; a shorter one has lost its first zeros. 0 when they differ.
    digits : int
        Length of a code of digits with parts, 0 when it is none.
    form : str
        How dates are written.
    """

    name: str
    kind: str = "ignored"
    notice: str = ""
    is_numeric: bool = False
    has_codes: bool = False
    levels: dict[str, dict[str, int]] = field(default_factory=dict)
    is_truth: bool = False
    width: int = 0
    digits: int = 0
    form: str = ISO

    @classmethod
    def learn(cls, column: pd.Series, name: str, at: Codes, values: pd.Index) -> Column:
        """Return how a column of the training table is read.

        Parameters
        ----------
        column : pandas.Series
            The column.
        name : str
            Its name.
        at, values
            What `distinct` says of it, of different rows only.
        """
        content = find_content(column, at, values)
        if content.holds in WHY_IGNORED:
            return cls(name, notice=ignored(name, WHY_IGNORED[content.holds]))
        known, number = int((at >= 0).sum()), len(values)
        found = cls(name, "category", form=content.form)
        names_rows = known >= MANY_ROWS and number >= ALMOST_ALL * known
        if content.holds == "date":
            found.kind = "date"
        elif content.holds == "number":
            numbers = as_numbers(pd.Series(values))
            whole = bool(np.all(np.mod(numbers[np.isfinite(numbers)], 1) == 0))
            if whole and names_rows:
                return cls(name, notice=ignored(name, "it numbers the rows"))
            found.kind, found.is_numeric = "number", True
            found.has_codes = whole and number <= max(CODE_LIKE * known, 2)
        elif content.holds == "label":
            if known >= MANY_ROWS and number >= 0.5 * known and _word_count(values) >= 3:
                found.kind = "words"
            elif names_rows:
                return cls(name, notice=ignored(name, "it names the rows"))
        if found.kind == "category" or found.has_codes:
            found._learn_levels(at, values)
        if found.kind == "number" and found.digits >= CODE_DIGITS:
            # A tariff code is no amount: twice a heading means nothing.
            found.kind = "category"
        return found

    def _learn_levels(self, at: Codes, values: pd.Index) -> None:
        texts = self._texts(values)
        length = [len(text) if text is not None and text.isdigit() else 0 for text in texts]
        rows = np.bincount(np.array(length, np.int64)[at[at >= 0]])
        longest = len(rows) - 1
        # A heading may have lost its first zero; a count has numbers of every length.
        if longest >= 4 and rows[-2:].sum() >= ALMOST_ALL * rows.sum():
            self.digits = self.width = longest
        elif rows[-1] == rows.sum():
            self.width = longest
        self.is_truth = {text for text in texts if text is not None} <= {"true", "false"}
        texts = self._in_one_form(texts)
        for title, part in self._parts(texts).items():
            ordered = sorted({text for text in part if text is not None})
            self.levels[title] = {text: FIRST + place for place, text in enumerate(ordered)}

    def _texts(self, values: pd.Index) -> npt.NDArray[np.object_]:
        if self.is_numeric:
            numbers = as_numbers(pd.Series(values))
            return np.array([f"{n:.15g}" if np.isfinite(n) else None for n in numbers], object)
        return plain_text(values)

    def _in_one_form(self, texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return texts as they were in the training table, where their type was another one."""
        if self.is_truth:
            return np.array([TRUTH.get(text, text) for text in texts], object)
        if self.width:
            full = [t.zfill(self.width) if t is not None and t.isdigit() else t for t in texts]
            return np.array(full, object)
        return texts

    def _parts(self, texts: npt.NDArray[np.object_]) -> dict[str, npt.NDArray[np.object_]]:
        """Return the texts, and the beginnings of a code of digits."""
        parts = {self.name: texts}
        if self.digits:
            for length in PREFIXES:
                if length < self.digits:
                    cut = [None if text is None else text[:length] for text in texts]
                    parts[f"first {length} digits of {self.name}"] = np.array(cut, object)
        return parts

    def read(self, column: pd.Series, table: Table) -> None:
        """Put what a column says into a table."""
        if self.kind == "ignored":
            return
        if self.kind == "date":
            table.days[self.name] = days = as_days(column, self.form)
            self._look_at(column, np.isnan(days), "no date")
            return
        if self.kind == "number":
            table.numbers[self.name] = numbers = as_numbers(column)
            self._look_at(column, np.isnan(numbers), "no number")
            if not self.has_codes:
                return
        at, values = distinct(column)
        if self.kind == "words":
            texts = plain_text(values)
            split = [sorted(set(re.findall(r"\w+", text or ""))) for text in texts]
            table.words[self.name] = np.where(at < 0, len(split), at), [*split, []]
        else:
            self._read_levels(at, values, table)
            if self.kind == "category":
                code = table.codes[self.name]
                self._look_at(column, code == UNSEEN, "not in the training table")

    def _look_at(self, column: pd.Series, unread: npt.NDArray[np.bool_], why: str) -> None:
        """Warn where no cell of a column is of use any more."""
        there = column.notna().to_numpy()
        if there.sum() >= ENOUGH_CELLS and unread[there].all():
            warn_of_unread(self.name, int(there.sum()), int(there.sum()), why)

    def _read_levels(self, at: Codes, values: pd.Index, table: Table) -> None:
        for title, part in self._parts(self._in_one_form(self._texts(values))).items():
            levels = self.levels[title]
            codes = [MISSING if t is None else levels.get(t, UNSEEN) for t in part]
            table.codes[title] = np.array([*codes, MISSING], np.int64)[at]
            table.sizes[title] = FIRST + len(levels)


def _word_count(values: pd.Index) -> float:
    return float(np.mean([len(str(value).split()) for value in values.tolist()]))


def learn_columns(frame: pd.DataFrame, leave_out: tuple[str, ...] = ()) -> list[Column]:
    """Return how each column of the training table is read.

    Rows that stand in the table several times count once, so that a table that was joined with
    itself by mistake is read as before.
    """
    held = {name: distinct(frame[name]) for name in frame.columns if name not in leave_out}
    parts = [pd.util.hash_array(at) for at, _ in held.values()]
    key = np.zeros(len(frame), np.uint64)
    for part in parts:
        key = key * np.uint64(31) + part
    first = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
    if len(first) * FEW_KINDS < len(frame):
        first = np.arange(len(frame))
    return [
        Column.learn(frame[name], name, held[name][0][first], held[name][1])
        if name in held
        else Column(name, notice=f"Column {name!r} is left out, as asked.")
        for name in frame.columns
    ]


def read_table(frame: pd.DataFrame, columns: list[Column]) -> Table:
    """Return the columns of a table as numbers.

    Raises
    ------
    RiskError
        When a column of the training table is not there.
    """
    used = [column for column in columns if column.kind != "ignored"]
    check_columns(frame, [column.name for column in used], RiskError)
    table = Table(len(frame))
    for column in used:
        column.read(frame[column.name], table)
    return table
