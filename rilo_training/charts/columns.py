"""The columns of a table, looked at before anything is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts.words import counted, listed, unit_of

MISSING = "(not recorded)"


class ChartError(ValueError):
    """What was asked for cannot be drawn. The sentence says why, and what to do."""


def required(table: object, *names: str | None) -> pd.DataFrame:
    """Return a table with these columns alone, each once.

    Raises
    ------
    ChartError
        When it is no DataFrame, has no rows, lacks a column or has one twice.
    """
    if not isinstance(table, pd.DataFrame):
        raise ChartError(
            f"A chart is drawn from a DataFrame; this is a {type(table).__name__}. "
            "Bring it into the form of a table first, for example with reset_index()."
        )
    wanted = list(dict.fromkeys(name for name in names if name is not None))
    known = [str(name) for name in table.columns]
    for name in wanted:
        times = int((table.columns == name).sum())
        if times == 0:
            raise ChartError(
                f"The table has no column {name!r}. Its columns: {listed(known, 20) or 'none'}. "
                "Correct the name."
            )
        if times > 1:
            raise ChartError(
                f"The table has {times} columns with the name {name!r}. "
                "Rename them, so that each name stands once."
            )
    if table.empty:
        raise ChartError(
            "The table has no rows, so there is nothing to draw. Look at the step before: "
            "a filter may have left nothing."
        )
    return table[wanted].reset_index(drop=True)


def numbers(table: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return a column as numbers; what is missing or not finite is missing.

    Raises
    ------
    ChartError
        When it holds text or dates, or no number at all.
    """
    column = table[name]
    if pd.api.types.is_datetime64_any_dtype(column) or isinstance(column.dtype, pd.PeriodDtype):
        raise ChartError(f"The column {name!r} holds dates. Expected are numbers.")
    found = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = column[found.isna() & column.notna()]
    if len(wrong):
        raise ChartError(
            f"The column {name!r} holds text in {counted(len(wrong), 'row')}, for example "
            f"{str(wrong.iloc[0])[:40]!r}. Expected are numbers. Convert it first."
        )
    found = found.where(np.isfinite(found))
    if found.notna().sum() == 0:
        raise ChartError(f"The column {name!r} holds no number. Choose another column.")
    return found


def outcomes(table: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return a column of yes and no as 1 and 0.

    Raises
    ------
    ChartError
        When it holds anything else.
    """
    found = numbers(table, name)
    if not set(found.dropna().unique()) <= {0.0, 1.0}:
        raise ChartError(
            f"The column {name!r} holds {listed([f'{v:g}' for v in found.dropna().unique()], 4)}. "
            "Expected are yes and no: True and False, or 1 and 0."
        )
    return found


def labels(column: pd.Series[Any]) -> pd.Series[str]:
    """Return a column as texts; what is missing says so."""
    places, kinds = pd.factorize(column)  # each kind of value is written once
    texts = np.array([*(_label(kind) for kind in kinds), MISSING], dtype=object)
    return pd.Series(texts[places], index=column.index, name=column.name, dtype=object)


def _label(value: Any) -> str:
    if pd.isna(value):
        return MISSING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column with missing cells holds 3.0 in the place of 3
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return value.date().isoformat()
    return str(value).strip() or MISSING


def known_unit(column: str | None, unit: str | None) -> str:
    """Return the unit of a value: the one given, or the one that its name tells.

    Raises
    ------
    ChartError
        When neither says it.
    """
    if unit:
        return unit
    found = unit_of(column) if column else ""
    if not found:
        raise ChartError(
            f"The column {column!r} does not tell its unit. Give it: unit='kg', or unit='number' "
            "where things are counted."
        )
    return found


def several(number: int, name: str) -> int:
    """Return how many parts to show, a whole number from 1.

    Raises
    ------
    ChartError
        When it is none.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise ChartError(f"{name} is {number!r}. Expected is a whole number from 1.")
    return int(number)
