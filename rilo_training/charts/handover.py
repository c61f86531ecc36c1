"""Hand-over: tables as files for Power BI, Tableau and a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from rilo_training.charts.columns import ChartError
from rilo_training.charts.star import is_text
from rilo_training.files import write_bytes

Format = Literal["excel", "csv", "parquet"]

FORMATS: tuple[Format, ...] = ("excel", "csv", "parquet")

MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel, without the header."""

MOST_LETTERS = 32_767
"""Letters in a cell of Excel."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# What begins a formula, also in the wide and small forms of East Asian keyboards.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
# A program that takes another separator, or breaks a cell at a line end, starts a cell there too.
_FORMULA = re.compile(
    rf"\A(?=[\t\r\n]|[\s\u200b\ufeff\"]*[{_SIGNS}])"
    rf"|(?<=[;\t\r\n])(?=(?:[^\S\t\r\n]|[\u200b\ufeff\"])*[{_SIGNS}])"
)
_NOT_IN_NAMES = re.compile(r"[^\w -]|^ | $")


def write_star(
    star: Mapping[str, pd.DataFrame],
    folder: str | PathLike[str],
    formats: tuple[Format, ...] = FORMATS,
) -> list[Path]:
    """Write the tables so that Power BI, Tableau and a spreadsheet open them, and return the files.

    An analyst hands a picture that others can change to people who do not write code.

    Parameters
    ----------
    star : mapping of str to pandas.DataFrame
        Tables by name, as :func:`star_tables` returns them.
    folder : path
        Where the files are written; files of the same name are replaced.
    formats : tuple of {"excel", "csv", "parquet"}
        ``excel``: ``star.xlsx``, one sheet per table, each a named table; text is text, also
        where it begins with a sign of a formula, and ``0302`` keeps its 0. ``csv``: one file per
        table, UTF-8 with a mark at the start, dates as 2026-01-31; an apostrophe stands before a
        text that a spreadsheet would run. ``parquet``: one file per table, values unchanged.

    Returns
    -------
    list of pathlib.Path
        The files, in the order of ``formats``.

    Raises
    ------
    ChartError
        When a format is not known, a table is too long for a sheet, or a file cannot be written.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> from rilo_training.charts import write_star
    >>> star = {"goods": pd.DataFrame({"heading": ["0302", "=1+1"]})}
    >>> with TemporaryDirectory() as folder:
    ...     files = write_star(star, folder, ("csv",))
    ...     files[0].name, files[0].read_text(encoding="utf-8-sig").split()
    ('goods.csv', ['heading', '0302', "'=1+1"])
    """
    _refuse_what_is_no_star(star)
    if unknown := [name for name in formats if name not in FORMATS]:
        raise ChartError(f"There is no format {unknown[0]!r}. Formats: {', '.join(FORMATS)}.")
    target = Path(fspath(folder))
    contents: dict[str, bytes] = {}
    for name in formats:
        if name == "excel":
            contents["star.xlsx"] = _workbook(star)
        elif name == "csv":
            contents |= {f"{table}.csv": _csv(rows) for table, rows in star.items()}
        else:
            contents |= {f"{table}.parquet": _parquet(rows) for table, rows in star.items()}
    for file, content in contents.items():
        try:
            write_bytes(target / file, content)
        except OSError as reason:
            raise ChartError(
                f"The file {target / file} cannot be written: {reason.strerror}. Close it where "
                "it is open, or choose another folder."
            ) from reason
    return [target / file for file in contents]


def _refuse_what_is_no_star(star: object) -> None:
    """Refuse what cannot be written, before the first file is."""
    if not isinstance(star, Mapping) or not star:
        raise ChartError(
            f"There is no table in what was given ({type(star).__name__}). Expected are tables by "
            "name, as star_tables returns them."
        )
    for name, table in star.items():
        if not isinstance(table, pd.DataFrame):
            raise ChartError(
                f"{name!r} is a {type(table).__name__}. Expected is a DataFrame for each name."
            )
        if not str(name).strip() or _NOT_IN_NAMES.search(str(name)):
            raise ChartError(
                f"A table cannot have the name {name!r}: it is that of a file and of a sheet. Use "
                "letters, digits, spaces, - and _."
            )


def clean(text: str) -> str:
    """Return a text that a cell of any spreadsheet can hold.

    Examples
    --------
    >>> from rilo_training.charts.handover import clean
    >>> clean("one" + chr(7) + chr(13) + chr(10) + "two").splitlines()
    ['one', 'two']
    """
    whole = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return whole[:MOST_LETTERS]


def _csv(rows: pd.DataFrame) -> bytes:
    written = rows.copy()
    for name in written.columns:
        if is_text(written[name]):
            safe = written[name].map(
                lambda value: value if pd.isna(value) else _FORMULA.sub("'", clean(str(value)))
            )
            written[name] = safe.astype(object)
    written.columns = [_FORMULA.sub("'", str(name)) for name in written.columns]
    text = written.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _parquet(rows: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    # Microseconds: Power BI reads no nanoseconds.
    rows.to_parquet(
        content,
        engine="pyarrow",
        index=False,
        coerce_timestamps="us",
        allow_truncated_timestamps=True,
    )
    return content.getvalue()


def _workbook(star: Mapping[str, pd.DataFrame]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in star.items():
        if len(rows) > MOST_ROWS:
            raise ChartError(
                f"The table {name!r} has {len(rows):,} rows; a sheet of Excel holds {MOST_ROWS:,}. "
                "Write csv or parquet, or fewer rows."
            )
        _sheet(book.create_sheet(name[:31]), name, rows)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet(sheet: Any, name: str, rows: pd.DataFrame) -> None:
    """Write one table; a text is a text, whatever it starts with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    sheet.freeze_panes = "A2"
    for number, column in enumerate(rows.columns, start=1):
        longest = max([len(str(column)), *(len(str(value)) for value in rows[column].head(200))])
        sheet.column_dimensions[get_column_letter(number)].width = min(60, longest + 3)

    def text_cell(text: str) -> Any:
        cell = WriteOnlyCell(sheet, value="")
        cell.value, cell.data_type = clean(text), "s"
        cell.number_format = "@"
        return cell

    def day_cell(day: Any) -> Any:
        cell = WriteOnlyCell(sheet, value=day.tz_localize(None).to_pydatetime())
        cell.number_format = "yyyy-mm-dd"
        return cell

    head = []
    for column in rows.columns:
        cell = text_cell(str(column))
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    kinds = [
        "day"
        if pd.api.types.is_datetime64_any_dtype(rows[column])
        else "text"
        if is_text(rows[column])
        else "number"
        for column in rows.columns
    ]
    for line in rows.itertuples(index=False, name=None):
        cells: list[Any] = []
        for kind, value in zip(kinds, line, strict=True):
            if pd.isna(value):
                cells.append(None)
            elif kind == "text":
                cells.append(text_cell(str(value)))
            elif kind == "day":
                cells.append(day_cell(value))
            else:
                cells.append(value.item() if hasattr(value, "item") else value)
        sheet.append(cells)
    if len(rows):
        last = f"{get_column_letter(len(rows.columns))}{len(rows) + 1}"
        table = Table(displayName=f"table_{re.sub(r'[^A-Za-z0-9_]', '_', name)}", ref=f"A1:{last}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        table._initialise_columns()
        for part, column in zip(table.tableColumns, rows.columns, strict=True):
            part.name = str(column)
        sheet.tables.add(table)
