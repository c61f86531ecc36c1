"""A table that cannot be read, and what is said about it."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.errors import GuidedError


def as_frame(X: Any, error: type[GuidedError], what: str = "X") -> pd.DataFrame:
    """Return a DataFrame with rows and columns, each name once.

    Parameters
    ----------
    X : pandas.DataFrame, pandas.Series, or two-dimensional array
        One row for each record.
    error : type of GuidedError
        The error of the room that asks.
    what : str
        How the table is called in the message.

    Returns
    -------
    pandas.DataFrame
        The cells are not copied.

    Raises
    ------
    GuidedError
        Of the given type: when X is no table, has no row or no column, or two columns share a
        name.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.errors import GuidedError
    >>> from rilo_training.tables.refusals import as_frame
    >>> as_frame(pd.DataFrame({"kg": [5, 6]}), GuidedError).shape
    (2, 1)
    """
    if isinstance(X, (pd.DataFrame, pd.Series)):
        table = pd.DataFrame(X)
    else:
        array = np.asarray(X)
        if array.ndim != 2:
            raise error(
                f"{what} is of type {type(X).__name__}.",
                "A pandas DataFrame or a two-dimensional array was expected.",
                "Give a table with one row for each record.",
            )
        table = pd.DataFrame(array)
    repeated = table.columns[table.columns.duplicated()].unique()
    if len(repeated):
        raise error(
            f"Several columns of {what} have the name {_listed(repeated)}.",
            "Every column was expected to have a name of its own.",
            "Rename or drop the repeated columns.",
        )
    rows, columns = table.shape
    if rows == 0 or columns == 0:
        raise error(
            f"{what} has {rows} rows and {columns} columns.",
            "At least one row and one column were expected.",
            "Check the filter or the file that the table came from.",
        )
    return table


def check_columns(table: pd.DataFrame, names: Iterable[Hashable], error: type[GuidedError]) -> None:
    """Refuse a table that lacks a column that was there when a model learned.

    Raises
    ------
    GuidedError
        Of the given type: when a column is missing. Others, and their order, do not matter.
    """
    wanted = list(names)
    lost = [name for name in wanted if name not in table.columns]
    if lost:
        raise error(
            f"The table has no column {_listed(lost)}.",
            f"These columns were expected: {_listed(wanted)}.",
            "Give the columns that the model was fitted on.",
        )


def ignored(name: Hashable, reason: str) -> str:
    """Return the notice about a column that is ignored."""
    return f"Column {name!r} is ignored: {reason}."


def warn_of_unread(name: Hashable, unread: int, there: int, why: str) -> None:
    """Warn that cells of a column are not what they were in the table that a model learned from.

    Parameters
    ----------
    name : Hashable
        The column.
    unread, there : int
        How many cells are read as missing or unseen, and how many hold something.
    why : str
        What they are not: ``"no number"``.
    """
    warnings.warn(
        f"Column {name!r} has {unread} cells of {there} that are {why}. Give the column in the "
        "form in which the model learned it.",
        stacklevel=2,
    )


def _listed(names: Iterable[Hashable]) -> str:
    return ", ".join(repr(name) for name in names)
