"""A SQLite file made from a world folder: its tables, the code lists, and how to search them."""

from __future__ import annotations

import contextlib
import sqlite3
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.errors import GuidedError
from rilo_training.seizures import (
    COLUMNS,
    MOVEMENT_COLUMNS,
    Column,
    ExtractError,
    load_movements,
    load_seizures,
    next_in_queue,
)
from rilo_training.seizures.cases import SHARED

if TYPE_CHECKING:
    import pandas as pd

SQL_TYPES = {"whole number": "INTEGER", "number": "REAL"}
"""The type of a column in SQLite by its kind; all others are text, dates as 2026-09-30."""
SEARCHED = {
    "seizures": ("narrative", "commodity", "sub_commodity"),
    "seizures_raw": ("narrative", "commodity", "sub_commodity"),
    "movements": ("description",),
}
"""The columns in which a search looks, by table."""


class BrowseError(GuidedError):
    """The practice database cannot be shown."""


def write_database(extract: str | PathLike[str], file: Path) -> dict[str, int]:
    """Write the tables of a world into a SQLite file, with views, code lists and full-text search.

    A database answers in a browser what a notebook answers in code, so that both can be compared.

    Parameters
    ----------
    extract : path
        A world folder. It must hold seizures; ``seizures_raw`` and ``movements`` are left out
        where the world was made without them.
    file : pathlib.Path
        A file that is not there yet.

    Returns
    -------
    dict of str to int
        The number of rows of each table and view, in the order in which they were written. Labels
        and Member codes stay as they are in the data, defects too; nothing is repaired.

    Raises
    ------
    ExtractError
        When the folder is no world, or a table of it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from rilo_training.browse import write_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = write_database("datasets/practice", Path(folder) / "practice.db")
    >>> rows["members"], rows["cases"] < rows["seizures"]
    (35, True)
    """
    rows: dict[str, int] = {}
    with contextlib.closing(sqlite3.connect(file)) as database:
        tables = {"seizures": (load_seizures(extract), COLUMNS)}
        if any(Path(extract).glob("seizures_raw.*")):  # a world may be made without it
            tables["seizures_raw"] = (load_seizures(extract, raw=True), COLUMNS)
        if any(Path(extract).glob("movements.*")):
            tables["movements"] = (load_movements(extract), MOVEMENT_COLUMNS)
        for name, (table, columns) in tables.items():
            _add_table(database, name, table, columns)
        _add_cases(database)
        if "seizures_raw" in tables:
            _add_queue(database, tables["seizures_raw"][0])
        for name, listed in _code_lists().items():
            _add_table(database, name, listed, ())
        for name in [*tables, "cases", "validation_queue", *_code_lists()]:
            with contextlib.suppress(sqlite3.OperationalError):  # no queue without an upload
                (rows[name],) = database.execute(f"SELECT count(*) FROM {name}").fetchone()
        database.commit()
    return rows


def _add_table(
    database: sqlite3.Connection, name: str, table: pd.DataFrame, columns: tuple[Column, ...]
) -> None:
    """Write one table; the rows keep their order, and ``record`` numbers them from 1.

    There is no index beside the key. Datasette goes from page to page by the sorted column and
    then by the key, but asks SQLite to sort by the column alone: with an index, equal values come
    in another order, and rows were left out and doubled between pages and in exports.
    """
    kinds = {column.name: column.kind for column in columns}
    fields = ", ".join(f'"{c}" {SQL_TYPES.get(kinds.get(c, ""), "TEXT")}' for c in table.columns)
    key = "record INTEGER PRIMARY KEY, " if columns else ""
    database.execute(f"CREATE TABLE {name} ({key}{fields})")
    values = zip(*(_plain(table[column]) for column in table.columns), strict=True)
    numbered = ((n, *row) for n, row in enumerate(values, 1)) if columns else values
    places = ", ".join("?" * (len(table.columns) + bool(columns)))
    database.executemany(f"INSERT INTO {name} VALUES ({places})", numbered)
    if searched := ", ".join(SEARCHED.get(name, ())):
        database.execute(
            f'CREATE VIRTUAL TABLE {name}_fts USING fts5({searched}, content="{name}", '
            "content_rowid='record', tokenize='porter unicode61')"
        )
        database.execute(f"INSERT INTO {name}_fts({name}_fts) VALUES ('rebuild')")


def _plain(values: pd.Series) -> list[object]:
    """Return the values of a column as SQLite takes them: dates as text, nothing as NULL."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_bool_dtype(values):
        values = values.map({True: "yes", False: "no"})
    found: list[object] = values.astype("object").where(values.notna(), None).tolist()
    return found


def _add_cases(database: sqlite3.Connection) -> None:
    """Add the view of cases: what all lines of a case share is read from its first line."""
    shared = ", ".join(("case_id", *SHARED))
    own = {
        "lines": "count(DISTINCT line_no)",
        "sections": "group_concat(DISTINCT section)",
        "commodities": "group_concat(DISTINCT commodity)",
    }
    computed = ", ".join(f"{expression} AS {name}" for name, expression in own.items())
    # SQLite reads columns beside one min() from the row of the minimum: here from the first line.
    database.execute(
        f"CREATE VIEW cases AS SELECT {shared}, {', '.join(own)} FROM "
        f"(SELECT {shared}, {computed}, min(line_no) FROM seizures GROUP BY case_id)"
    )


def _add_queue(database: sqlite3.Connection, raw: pd.DataFrame) -> None:
    """Add the view of the lines that wait for validation, where an upload can be found."""
    try:
        waiting = next_in_queue(raw)
    except ExtractError:  # a small world has no upload that is large enough
        return
    member, first = waiting["reporting_country"].iloc[0], waiting["report_date"].min()
    # A view takes no parameters; both values come from the data, and a quote is doubled.
    condition = (
        f"reporting_country = '{str(member).replace(chr(39), chr(39) * 2)}' "
        f"AND report_date >= '{first:%Y-%m-%d}'"
    )
    database.execute(
        f"CREATE VIEW validation_queue AS SELECT * FROM seizures_raw WHERE {condition} "
        "ORDER BY report_date, record"
    )


def _code_lists() -> dict[str, pd.DataFrame]:
    """Return the code lists, each with its source in the last column."""
    return {
        "members": codes.members(),
        "countries": codes.countries(),
        "commodities": codes.commodities(),
        "sub_commodities": codes.sub_commodities(),
        "units": codes.units(),
        "airports": codes.airports(),
        "ports": codes.ports(),
        "hs_headings": codes.hs_headings(),
    }
