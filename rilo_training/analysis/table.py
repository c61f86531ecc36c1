"""Check a table of any shape, and give its labels numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = ("Unknown",)
"""Labels that say nothing. They are no country and no method."""


def listed(columns: str | Sequence[str] | None) -> list[str]:
    """Return one column name, several, or none as a list."""
    if columns is None:
        return []
    return [columns] if isinstance(columns, str) else list(columns)


def checked_share(**options: float) -> None:
    """Check options that are shares or probabilities: more than 0 and less than 1.

    Raises
    ------
    AnalysisError
        When one is not.

    Examples
    --------
    >>> from rilo_training.analysis.table import checked_share
    >>> checked_share(level=0.05)
    """
    for name, value in options.items():
        if not isinstance(value, Real) or not 0 < value < 1:
            raise AnalysisError(
                f"{name} was {value!r}.",
                "A number between 0 and 1 was expected.",
                "Write 5 per cent as 0.05.",
            )


def checked(
    rows: pd.DataFrame,
    columns: Iterable[str],
    dates: Iterable[str] = (),
    numbers: Iterable[str] = (),
) -> pd.DataFrame:
    """Return the named columns of a table, with dates as dates and numbers as float64.

    Parameters
    ----------
    rows : pandas.DataFrame
        Any table.
    columns : iterable of str
        The columns to take; a column that is named twice is taken once.
    dates, numbers : iterable of str
        More columns to take: those that must hold dates, and those that must hold numbers.

    Returns
    -------
    pandas.DataFrame
        A new table with the rows in their order and an index from 0.

    Raises
    ------
    AnalysisError
        When `rows` is no table or is empty, when a column is missing or stands in the table
        twice, or when a value is no date or no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis.table import checked
    >>> rows = pd.DataFrame({"day": ["2026-01-05"], "member": ["JP"], "note": ["x"]})
    >>> checked(rows, ["member"], dates=["day"]).columns.tolist()
    ['member', 'day']
    """
    if not isinstance(rows, pd.DataFrame):
        raise AnalysisError(
            f"A {type(rows).__name__} was given.",
            "A pandas DataFrame was expected.",
            "Load the table first, for example with load_seizures().",
        )
    columns, dates, numbers = list(columns), list(dates), list(numbers)
    for name in [*columns, *dates, *numbers]:
        if not isinstance(name, Hashable):
            raise AnalysisError(
                f"{name!r} was given as the name of one column.",
                "One name was expected here.",
                "Give one name. To use several columns, join them to one first.",
            )
    names = list(dict.fromkeys([*columns, *dates, *numbers]))
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise AnalysisError(
            f"The table has no column {', '.join(map(repr, missing))}.",
            f"Its columns are: {', '.join(map(str, rows.columns))}.",
            "Give the name of the column in your table as an argument.",
        )
    twice = [name for name in names if list(rows.columns).count(name) > 1]
    if twice:
        raise AnalysisError(
            f"The table has more than one column {', '.join(map(repr, twice))}.",
            "Each column name was expected once.",
            "Rename or drop the columns that are there twice.",
        )
    if rows.empty:
        raise AnalysisError(
            "The table has no rows.",
            "At least one row was expected.",
            "Check the filter that made the table.",
        )
    table = rows[names].reset_index(drop=True)
    for name in dates:
        table[name] = _as_dates(table[name])
    for name in numbers:
        table[name] = _as_numbers(table[name])
    return table


def _as_dates(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return pd.Series(values.dt.tz_localize(None))
    if isinstance(values.dtype, pd.PeriodDtype):
        return pd.Series(values.dt.to_timestamp())
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    dates = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    if not pd.api.types.is_numeric_dtype(values.dtype):
        dates = pd.to_datetime(values.astype("str"), format="ISO8601", errors="coerce")
    wrong = values.notna() & dates.isna()
    if wrong.any():
        raise AnalysisError(
            f"The column '{values.name}' holds {values[wrong].iloc[0]!r}.",
            "Every value was expected to be a date such as 2026-01-31.",
            "Turn the column into dates with pandas.to_datetime first.",
        )
    return dates


def _as_numbers(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    wrong = values.notna() & ~np.isfinite(numbers.to_numpy())
    if wrong.any():
        raise AnalysisError(
            f"The column '{values.name}' holds {values[wrong].iloc[0]!r}.",
            "Every value was expected to be a finite number.",
            "Repair the value, or leave the row out.",
        )
    return numbers


def informative(
    table: pd.DataFrame, columns: Iterable[str], unknown: Iterable[str] = UNKNOWN
) -> pd.DataFrame:
    """Return the rows whose labels are all known: not missing and not in `unknown`.

    Raises
    ------
    AnalysisError
        When no row is left.
    """
    names, silent = list(columns), list(unknown)
    keep = np.ones(len(table), dtype=bool)
    for name in names:
        keep &= table[name].notna().to_numpy() & ~table[name].isin(silent).to_numpy()
    if not keep.any():
        raise AnalysisError(
            f"No row has a known value in all of: {', '.join(names)}.",
            "At least one such row was expected.",
            f"Check these columns; missing values and {', '.join(silent) or 'no label'} do not "
            "count as known.",
        )
    return table[keep].reset_index(drop=True)


def encoded(table: pd.DataFrame, columns: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
    """Return a number for each row's combination of labels, and the labels of each number.

    Numbers follow the order of the labels, so they do not depend on the order of the rows.
    Without columns every row has number 0. Labels must not be missing.
    """
    numbers = np.zeros(len(table), dtype=np.int64)
    labels: dict[str, object] = {}
    parts: list[tuple[str, Ints, pd.Index]] = []
    for name in columns:
        values = table[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(values.cat.categories.dtype)
        own, names = pd.factorize(values, sort=True)
        parts.append((name, own.astype(np.int64), pd.Index(names)))
        numbers = numbers * max(len(names), 1) + own
        # The numbers are made dense again at each column, so they never grow too large.
        numbers = pd.factorize(numbers, sort=True)[0].astype(np.int64)
    count = int(numbers.max()) + 1 if len(numbers) else 0
    first = np.zeros(count, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    for name, own, names in parts:
        labels[name] = names.take(own[first])
    return numbers, pd.DataFrame(labels, index=range(count))


def one_row_per_case(
    rows: pd.DataFrame, case: str = "case_id", line: str | None = "line_no"
) -> pd.DataFrame:
    """Return one row per case, the first line, without exact duplicates.

    A case with five lines is one event. Who counts lines as cases gives weight to the Members
    that split their cases.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per seizure line.
    case : str
        Column with the number of the case.
    line : str, optional
        Column with the number of the line; without it, the first row of a case is taken.

    Returns
    -------
    pandas.DataFrame
        All columns of `rows`, in the order of the cases, with an index from 0.

    Raises
    ------
    AnalysisError
        When the table is empty, or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import one_row_per_case
    >>> lines = pd.DataFrame({"case_id": ["a", "b", "a"], "line_no": [2, 1, 1]})
    >>> one_row_per_case(lines)
      case_id  line_no
    0       a        1
    1       b        1
    """
    order = [case, *listed(line)]
    checked(rows, order)
    cases = rows.drop_duplicates().sort_values(order, kind="stable").drop_duplicates(case)
    return cases.reset_index(drop=True)
