"""Read the cells of any table that has our columns, and say which cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rilo_training.seizures.schema import COLUMNS, Column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

YES = (True, "true", "yes", "y", "1", 1)
NO = (False, "false", "no", "n", "0", 0)


@dataclass(frozen=True)
class Cells:
    """A table that was read, in an order that does not depend on the order of its rows.

    Attributes
    ----------
    source : pandas.DataFrame
        The table as it came, sorted by its row labels where they can be sorted.
    table : pandas.DataFrame
        The columns of the schema that are there, each of its kind, with the rows of `source`
        and the labels 0, 1, 2 and so on. Text is without blanks at both ends only where it is
        nothing but blanks: such a cell is missing. Numbers are float64.
    unreadable : dict of str to array of int
        For each column, the positions of cells that are filled and not of the kind of the column.
    """

    source: pd.DataFrame
    table: pd.DataFrame
    unreadable: dict[str, npt.NDArray[np.int64]]

    def has(self, *names: str) -> bool:
        """Return whether the table has all these columns."""
        return all(name in self.table.columns for name in names)


def read_cells(seizures: pd.DataFrame) -> Cells:
    """Return a table with every column of the schema read as its kind.

    Parameters
    ----------
    seizures : pandas.DataFrame
        Any table; columns that are not of the schema are not read. Of two columns with one name
        the first is read.
    """
    import numpy as np
    import pandas as pd

    source = seizures.iloc[_by_label(seizures.index)]
    found: dict[str, pd.Series] = {}
    unreadable: dict[str, npt.NDArray[np.int64]] = {}
    for column in COLUMNS:
        if column.name not in source.columns:
            continue
        place = int(np.flatnonzero(source.columns == column.name)[0])
        values = source.iloc[:, place].reset_index(drop=True)
        read = _read(values, column)
        lost = values.notna() & read.isna()
        if column.kind != "text":
            lost &= ~_blank(values)
            unreadable[column.name] = np.flatnonzero(lost)
        found[column.name] = read
    table = pd.DataFrame(found, index=pd.RangeIndex(len(source)))
    return Cells(source, table, unreadable)


def _by_label(index: pd.Index) -> npt.NDArray[np.int64]:
    """Return the order of the row labels; their own order where they cannot be sorted."""
    import numpy as np

    if index.is_monotonic_increasing:
        return np.arange(len(index))
    try:
        return np.argsort(index.to_numpy(), kind="stable").astype(np.int64)
    except TypeError:
        return np.arange(len(index))


def _blank(values: pd.Series) -> pd.Series:
    import pandas as pd

    if pd.api.types.is_string_dtype(values.dtype) or values.dtype == object:
        return values.map(lambda value: isinstance(value, str) and not value.strip()).astype(bool)
    return pd.Series(False, index=values.index)


def _read(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "text":
        return _text(values)
    if column.kind == "date":
        return _dates(values)
    if column.kind == "yes/no":
        return _yes_no(values)
    numbers = _numbers(values)
    if column.kind == "whole number":
        return numbers.where(numbers.mod(1).eq(0))
    return numbers


def _text(values: pd.Series) -> pd.Series:
    """Return text; an empty cell and one of blanks are missing."""
    import pandas as pd

    if values.isna().all():
        return pd.Series(index=values.index, dtype="str")
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype == object:
        filled = values.notna()
        texts = [str(value) for value in values[filled]]
        values = pd.Series(None, index=values.index, dtype=object)
        values[filled] = texts
    read = values.astype("str").where(values.notna())
    blank = read.str.strip().eq("")
    return read.mask(blank) if blank.any() else read


def _numbers(values: pd.Series) -> pd.Series:
    import numpy as np
    import pandas as pd

    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(
        values.dtype
    ):
        return pd.Series(np.nan, index=values.index)
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _dates(values: pd.Series) -> pd.Series:
    """Return days; a number is no date, and text must be of the form 2025-03-31."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.dt.tz_localize(None) if values.dt.tz is not None else values
    elif pd.api.types.is_numeric_dtype(values.dtype):
        days = pd.Series(pd.NaT, index=values.index)
    else:
        as_text = values.astype(object).map(_day_text, na_action="ignore")
        days = pd.to_datetime(as_text, format="%Y-%m-%d", errors="coerce")
    return days.astype("datetime64[us]").dt.floor("D")


def _day_text(value: object) -> str | None:
    """Return the first ten characters of a date, or None for what is neither date nor text."""
    text = str(value).strip()
    return None if isinstance(value, int | float) else text[:10]


def _yes_no(values: pd.Series) -> pd.Series:
    if values.dtype == bool:
        return values.astype("boolean")
    known = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}

    def read(value: object) -> object:
        key = value.strip().lower() if isinstance(value, str) else value
        return known.get(key) if isinstance(key, str | bool | int | float) else None

    return values.astype(object).map(read, na_action="ignore").astype("boolean")
