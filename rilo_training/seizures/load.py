"""Load the tables of a world folder (an extract)."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from rilo_training.errors import GuidedError
from rilo_training.seizures.home_schema import CONSIGNMENT_COLUMNS, INSPECTION_COLUMNS
from rilo_training.seizures.movement_schema import MOVEMENT_COLUMNS
from rilo_training.seizures.schema import COLUMNS, Column

if TYPE_CHECKING:
    import pandas as pd

_extract: Path | None = None


class ExtractError(GuidedError):
    """An extract cannot be read."""


def check_table(table: object, function: str) -> None:
    """Check that a function was given a table.

    Raises
    ------
    ExtractError
        When it is none.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise ExtractError(
            f"{function} was given a {type(table).__name__}.",
            "A table (pandas.DataFrame) was expected.",
            "Load one with load_seizures, or make one with pandas.DataFrame.",
        )


def use_extract(path: str | PathLike[str] | None) -> None:
    """Set the world folder that `load_seizures` and the others read in this run.

    A notebook sets it once; the same notebook then runs on the data of another year.

    Parameters
    ----------
    path : path or None
        A world folder; None forgets the folder. Whether it can be read is said on loading.

    Examples
    --------
    >>> from rilo_training.seizures import current_extract, use_extract
    >>> use_extract("datasets/practice")
    >>> current_extract().name
    'practice'
    >>> use_extract(None)
    """
    global _extract
    _extract = None if path is None else Path(fspath(path))


def current_extract() -> Path | None:
    """Return the world folder of this run, or None when none was set.

    An analyst looks here when figures are not those that were expected: are these the right data?

    Returns
    -------
    pathlib.Path or None
        As it was set.

    Examples
    --------
    >>> from rilo_training.seizures import current_extract, use_extract
    >>> use_extract(None)
    >>> current_extract() is None
    True
    """
    return _extract


def _folder(extract: str | PathLike[str] | None) -> Path:
    folder = _extract if extract is None else Path(fspath(extract))
    if folder is None:
        raise ExtractError(
            "No extract was chosen.",
            "A world folder was expected.",
            "Run the setup cell at the top of the notebook, or give the folder: "
            'load_seizures("datasets/practice").',
        )
    if not folder.is_dir():
        raise ExtractError(
            f"There is no folder '{folder}'.",
            "A world folder was expected, with seizures.parquet (or seizures.csv) and world.json.",
            "Check the path in the parameters cell.",
        )
    return folder


def _read(file: Path, columns: tuple[Column, ...]) -> pd.DataFrame:
    import pandas as pd

    try:
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        # Codes such as "NA" (Namibia) are values: only an empty cell is missing.
        # Text is read as text: "0805" is a heading, and must not lose its zero.
        text = {column.name: "str" for column in columns if column.kind == "text"}
        return pd.read_csv(
            file, keep_default_na=False, na_values=[""], encoding="utf-8-sig", dtype=text
        )
    except Exception as error:  # pyarrow and pandas raise many kinds for one damaged file
        raise ExtractError(
            f"The file '{file}' cannot be read ({type(error).__name__}).",
            "A complete parquet or CSV file was expected.",
            "Copy the world folder again; it may be cut off or damaged.",
        ) from error


def _file(folder: Path, table: str) -> Path | None:
    for suffix in (".parquet", ".csv"):
        file = folder / f"{table}{suffix}"
        if file.is_file():
            return file
    return None


def load_seizures(extract: str | PathLike[str] | None = None, raw: bool = False) -> pd.DataFrame:
    """Return the seizures of an extract, one row per seizure line.

    Every analysis begins here. Names and kinds of the columns are the same whatever the file is.

    Parameters
    ----------
    extract : path, optional
        A world folder that holds ``seizures.parquet`` or ``seizures.csv`` (parquet is taken when
        both are there). Without it, the world of this run.
    raw : bool
        Read ``seizures_raw`` instead: the lines as the Members uploaded them, before the RILO
        validated them.

    Returns
    -------
    pandas.DataFrame
        The columns of `rilo_training.seizures.COLUMNS` in their order, then any others of the
        file. Rows keep the order of the file, the index counts from 0. Dates are
        ``datetime64[us]``, text is ``str``, ``is_ecommerce`` is bool, ``line_no`` is int64 and
        ``quantity`` is float64 **in the unit of its own row**. A case with several lines has
        several rows. The extract holds the defects of real data; nothing is repaired.

    Raises
    ------
    ExtractError
        When there is no such folder or file, or a column is missing or cannot be read.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures
    >>> seizures = load_seizures("datasets/practice")
    >>> seizures.columns[:3].tolist()
    ['case_id', 'line_no', 'seizure_date']
    """
    return _load("seizures_raw" if raw else "seizures", COLUMNS, extract)


def load_consignments(extract: str | PathLike[str] | None = None) -> pd.DataFrame:
    """Return the consignments of an extract, one row per declaration.

    A seizure is only known as many or few beside the traffic that it was found in.

    Parameters
    ----------
    extract : path, optional
        A world folder; without it, the world of this run.

    Returns
    -------
    pandas.DataFrame
        The columns of `rilo_training.seizures.CONSIGNMENT_COLUMNS`, in the order of arrival.

    Raises
    ------
    ExtractError
        When the world holds no consignments, or they cannot be read.

    Examples
    --------
    >>> from rilo_training.seizures import load_consignments
    >>> load_consignments("datasets/practice").columns[:2].tolist()
    ['consignment_id', 'arrival_date']
    """
    return _load("consignments", CONSIGNMENT_COLUMNS, extract)


def load_inspections(extract: str | PathLike[str] | None = None) -> pd.DataFrame:
    """Return the inspections of an extract, one row per inspected consignment.

    What was looked at and not found is needed for every hit rate.

    Parameters
    ----------
    extract : path, optional
        A world folder; without it, the world of this run.

    Returns
    -------
    pandas.DataFrame
        The columns of `rilo_training.seizures.INSPECTION_COLUMNS`. What is not inspected has no
        row: whether it is illicit is not known.

    Raises
    ------
    ExtractError
        When the world holds no inspections, or they cannot be read.

    Examples
    --------
    >>> from rilo_training.seizures import load_inspections
    >>> load_inspections("datasets/practice").columns.tolist()
    ['consignment_id', 'inspected_on', 'selected_by', 'is_illicit']
    """
    return _load("inspections", INSPECTION_COLUMNS, extract)


def load_movements(extract: str | PathLike[str] | None = None) -> pd.DataFrame:
    """Return the container movements that Members shared, one row per leg.

    The legs of one container show a declaration that changes on the way.

    Parameters
    ----------
    extract : path, optional
        A world folder; without it, the world of this run.

    Returns
    -------
    pandas.DataFrame
        The columns of `rilo_training.seizures.MOVEMENT_COLUMNS`.

    Raises
    ------
    ExtractError
        When the world holds no movements, or they cannot be read.

    Examples
    --------
    >>> from rilo_training.seizures import load_movements
    >>> load_movements("datasets/practice").columns[:3].tolist()
    ['movement_id', 'container_number', 'leg_no']
    """
    return _load("movements", MOVEMENT_COLUMNS, extract)


def _load(
    table: str, columns: tuple[Column, ...], extract: str | PathLike[str] | None
) -> pd.DataFrame:
    """Return a table of an extract with the columns and dtypes of its schema."""
    folder = _folder(extract)
    file = _file(folder, table)
    if file is None:
        raise ExtractError(
            f"The folder '{folder}' holds no {table}.",
            f"A file {table}.parquet or {table}.csv was expected.",
            "Check that the path is a world folder, and that its world was made with this table.",
        )
    rows = _read(file, columns)
    names = [column.name for column in columns]
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise ExtractError(
            f"The file '{file}' has no column {', '.join(missing)}.",
            f"These columns were expected: {', '.join(names)}.",
            "Make the world again with this version of the package.",
        )
    for column in columns:
        try:
            rows[column.name] = _as_kind(rows[column.name], column)
        except (ValueError, TypeError) as error:
            raise ExtractError(
                f"The column {column.name} of '{file}' holds a value that is no {column.kind}.",
                f"Every value was expected to be a {column.kind}.",
                "Make the world again, or repair the value in the file.",
            ) from error
    return rows[names + [name for name in rows.columns if name not in names]]


def _as_kind(values: pd.Series, column: Column) -> pd.Series:
    import pandas as pd

    kind = column.kind
    if kind == "date":
        return pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
    if kind == "whole number":
        missing = column.missing_allowed and values.isna().any()
        return values.astype("Int64" if missing else "int64")
    if kind == "number":
        return values.astype("float64")
    if kind == "yes/no":
        if not values.isin([True, False, "True", "False"]).all():
            raise ValueError("a value is neither True nor False")
        return values.isin([True, "True"])
    if values.isna().all():
        return pd.Series([None] * len(values), index=values.index, dtype="str")
    # A missing value stays missing: before pandas 3, astype("str") would write "nan".
    return values.astype("str").where(values.notna())
