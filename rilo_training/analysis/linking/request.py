"""What somebody asks to be linked, checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from rilo_training.analysis.errors import AnalysisError, AnalysisWarning


def column_pairs(
    left: pd.DataFrame, right: pd.DataFrame, columns: str | Iterable[Any] | Mapping[Any, Any]
) -> dict[Any, Any]:
    """Return the name of each column in the right table, by its name in the left table.

    Raises
    ------
    AnalysisError
        When the tables or the columns cannot be used.
    """
    for name, table in (("left", left), ("right", right)):
        _check_table(name, table)
    if isinstance(columns, Mapping):
        pairs = dict(columns)
    elif columns is not None and not isinstance(columns, Iterable):
        pairs = {columns: columns}
    elif columns is None:
        raise AnalysisError(
            f"The columns were {columns!r}.",
            "A name, a list of names, or a dict from the left to the right name was expected.",
            "Name the columns to compare.",
        )
    else:
        names = [columns] if isinstance(columns, str) else list(columns)
        if isinstance(columns, tuple) and columns in left.columns and columns in right.columns:
            names = [columns]  # the name of a column with several levels
        if repeated := [column for column in names if names.count(column) > 1]:
            raise AnalysisError(
                f"The column {repeated[0]!r} was given twice.",
                "Each column was expected once.",
                "Leave the second one out.",
            )
        pairs = {column: column for column in names}
    if not pairs:
        raise AnalysisError(
            "No column was given.",
            "At least one column was expected.",
            "Name a column, such as that of the names.",
        )
    for name, table, wanted in (("left", left, pairs), ("right", right, pairs.values())):
        for column in wanted:
            _check_column(name, table, column)
    return _without_empty(left, right, pairs)


def _check_table(name: str, table: Any) -> None:
    if not isinstance(table, pd.DataFrame):
        raise AnalysisError(
            f"The {name} table was of the type {type(table).__name__}.",
            "A DataFrame was expected.",
            "Make one of it, for example with to_frame().",
        )
    if not len(table):
        raise AnalysisError(
            f"The {name} table has no records.",
            "At least one record was expected.",
            "Choose a table with records.",
        )
    if not table.index.is_unique:
        again = table.index[table.index.duplicated()].tolist()[0]
        raise AnalysisError(
            f"The label {again!r} stands more than once in the index of the {name} table.",
            "Each record was expected to have its own label.",
            "Use reset_index(drop=True) first.",
        )


def _check_column(name: str, table: pd.DataFrame, column: Any) -> None:
    number = int((table.columns == column).sum())
    if not number:
        known = ", ".join(map(str, table.columns[:20]))
        raise AnalysisError(
            f"The {name} table has no column {column!r}.",
            f"Its columns are: {known}.",
            "Choose from these; where the names differ, give a dict from the left to the right "
            "name.",
        )
    if number > 1:
        raise AnalysisError(
            f"The {name} table has {number} columns named {column!r}.",
            "One was expected.",
            "Rename or drop the others.",
        )


def _without_empty(
    left: pd.DataFrame, right: pd.DataFrame, pairs: dict[Any, Any]
) -> dict[Any, Any]:
    """Return the pairs of columns that hold something in both tables."""
    empty = {
        one: "left" if left[one].isna().all() else "right"
        for one, two in pairs.items()
        if left[one].isna().all() or right[two].isna().all()
    }
    if len(empty) == len(pairs):
        raise AnalysisError(
            "Every column that was given is empty in one of the tables.",
            "A column that holds values in both was expected.",
            "Choose another column.",
        )
    for column, name in empty.items():
        warnings.warn(
            f"The column {column!r} is empty in the {name} table. It was left out.",
            AnalysisWarning,
            stacklevel=4,
        )
    return {one: two for one, two in pairs.items() if one not in empty}
