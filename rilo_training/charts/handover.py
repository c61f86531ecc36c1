"""Hand-over: seizures as a star of small tables, for Power BI, Tableau and a spreadsheet.

One table of facts has one row per seizure line. Each other table says more about one key, and has
that key once: so a join never doubles a weight.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from rilo_training import codes
from rilo_training.charts.columns import ChartError, required
from rilo_training.charts.words import counted, listed
from rilo_training.files import write_bytes

Format = Literal["excel", "csv", "parquet"]
FORMATS: tuple[Format, ...] = ("excel", "csv", "parquet")
NOT_RECORDED = "not recorded"
"""The key of what is missing: each table has a row for it, so that a join loses no row."""
COUNTRIES = ("reporting_country", "departure_country", "transit_country", "destination_country")
OF_A_CASE = (
    "report_date",
    "location",
    "direction",
    "detection",
    "conveyance",
    "concealment",
    "is_ecommerce",
    "seizure_port",
    "departure_port",
    "transit_port",
    "destination_port",
    "persons",
    "case_value_usd",
)
OF_GOODS = ("section", "commodity", "sub_commodity")
MEASURES = ("quantity", "unit", "quantity_kg", "quantity_g", "value_usd")
MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel, without the header."""
MOST_LETTERS = 32_767
"""Letters in a cell of Excel."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What begins a formula, also in the wide and small forms of East Asian keyboards.
_FORMULA = re.compile('\\A(?=[\\t\\r\\n]|[\\s\u200b\ufeff"]*[=+\\-@＝＋－＠﹦﹢﹣﹫−])')


def star_tables(seizures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the seizures as one table of facts and four tables that explain its keys.

    A flat extract repeats the case on each of its lines; whoever adds up ``persons`` or
    ``case_value_usd`` there counts them several times. In a star each number has one place.

    Parameters
    ----------
    seizures : pandas.DataFrame
        One row per seizure line, with ``case_id`` and ``seizure_date`` at least. Columns that the
        star does not know, such as the narrative, are left out.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``seizures`` (one row per line, with keys, quantity and value), ``cases``, ``dates`` (one
        row per day, without gaps), ``countries``, ``commodities`` and ``about`` (what each table
        holds, and what was decided). Keys are unique and never missing.

    Raises
    ------
    ChartError
        When a column is missing, the table is empty, or a date is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import star_tables
    >>> lines = pd.DataFrame(
    ...     {
    ...         "case_id": ["A", "A", "B"],
    ...         "seizure_date": pd.to_datetime(["2026-01-30", "2026-01-30", "2026-02-01"]),
    ...         "reporting_country": ["FJ", "FJ", "NA"],
    ...         "persons": [2, 2, 0],
    ...         "quantity_kg": [1.5, 2.0, 4.0],
    ...     }
    ... )
    >>> star = star_tables(lines)
    >>> {name: len(table) for name, table in star.items() if name != "about"}
    {'seizures': 3, 'cases': 2, 'dates': 3, 'countries': 2}
    >>> int(star["cases"]["persons"].sum())
    2
    """
    required(seizures, "case_id", "seizure_date")
    known = [*COUNTRIES, *OF_A_CASE, *OF_GOODS, *MEASURES, "line_no"]
    names = ["case_id", "seizure_date", *(name for name in known if name in seizures.columns)]
    lines = required(seizures, *names)
    lines["case_id"] = _keys(lines["case_id"])
    for name in ("seizure_date", "report_date"):
        if name in lines:
            lines[name] = _days(lines[name], name)
    facts = pd.DataFrame({"line_key": range(1, len(lines) + 1), "case_id": lines["case_id"]})
    if "line_no" in lines:
        facts["line_no"] = lines["line_no"].to_numpy()
    facts["seizure_date"] = lines["seizure_date"].to_numpy()
    star: dict[str, pd.DataFrame] = {"seizures": facts}
    notes = {"seizures": "One row per seizure line. line_key is its running number."}
    star["cases"], notes["cases"] = _cases(lines)
    star["dates"], notes["dates"] = _dates(lines["seizure_date"]), "One row per day, without gaps."
    countries = [name for name in COUNTRIES if name in lines]
    for name in countries:
        facts[name] = _keys(lines[name])
    if countries:
        star["countries"] = _countries(facts, countries)
        notes["countries"] = f"Key of {listed(countries)}: one role at a time is joined."
    goods = [name for name in OF_GOODS if name in lines]
    if goods:
        facts["commodity_key"], star["commodities"] = _goods(lines, goods)
        notes["commodities"] = f"One row per combination of {listed(goods)}."
    for name in MEASURES:
        if name in lines:
            facts[name] = lines[name].to_numpy()
    if "line_no" in lines and (twice := int(lines.duplicated(["case_id", "line_no"]).sum())):
        again = counted(twice, "line stands", "lines stand")
        notes["seizures"] += f" {again} a second time: look for duplicates first."
    if "quantity" in facts and "unit" in facts:
        notes["seizures"] += " Add up quantities of one unit only."
    star["about"] = pd.DataFrame(
        {
            "table": list(notes),
            "rows": [len(star[name]) for name in notes],
            "key": [str(star[name].columns[0]) for name in notes],
            "what": list(notes.values()),
        }
    )
    return star


def write_star(
    star: Mapping[str, pd.DataFrame],
    folder: str | PathLike[str],
    formats: tuple[Format, ...] = FORMATS,
) -> list[Path]:
    """Write the tables so that Power BI, Tableau and a spreadsheet open them, and return the files.

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


def _keys(column: pd.Series[Any]) -> pd.Series[str]:
    """Return a column as keys: texts without outer blanks, and never missing."""
    texts = column.map(lambda value: NOT_RECORDED if pd.isna(value) else str(value).strip())
    return texts.replace("", NOT_RECORDED)


def _days(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    found = pd.to_datetime(column, errors="coerce")
    wrong = column[found.isna() & column.notna()]
    if len(wrong):
        raise ChartError(
            f"The column {name!r} holds {str(wrong.iloc[0])[:30]!r}. Expected are dates, such as "
            "2026-01-31. Repair it first."
        )
    return found.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")


def _cases(lines: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return one row per case; where its lines differ, the first is kept, and that is said."""
    kept = [name for name in OF_A_CASE if name in lines]
    grouped = lines.groupby("case_id", sort=False)
    cases = grouped.size().rename("lines").reset_index()
    note = "One row per case. Add up persons and case_value_usd here, never in the lines."
    for name in kept:
        first = lines.drop_duplicates("case_id").set_index("case_id")[name]
        cases[name] = first.reindex(cases["case_id"]).to_numpy()
        if _is_text(cases[name]):
            cases[name] = _keys(cases[name])
    differ = {name: int((grouped[name].nunique(dropna=False) > 1).sum()) for name in kept}
    told = [f"{name} ({counted(number, 'case')})" for name, number in differ.items() if number]
    if told:
        note += f" Lines of one case differ in {listed(told, 20)}: the first line is kept."
    return cases, note


def _dates(days: pd.Series[Any]) -> pd.DataFrame:
    """Return every day from the first year to the last day, with its parts."""
    known = days.dropna()
    if known.empty:
        raise ChartError("The column 'seizure_date' holds no date. Choose another extract.")
    every = pd.date_range(known.min(), known.max(), freq="D")
    return pd.DataFrame(
        {
            "date": every.astype("datetime64[us]"),
            "year": every.year,
            "quarter": every.year.astype("str") + "-Q" + every.quarter.astype("str"),
            "month": every.strftime("%Y-%m"),
            "iso_week": every.strftime("%G-W%V"),
            "iso_weekday": every.strftime("%u").astype("int64"),
        }
    )


def _countries(facts: pd.DataFrame, roles: list[str]) -> pd.DataFrame:
    """Return every country that a line names, with its name and regions where they are known."""
    used = sorted({key for role in roles for key in facts[role]})
    listed_codes = codes.countries().set_index("alpha2")
    columns = ["alpha3", "name", "wco_region", "rilo_region"]
    found = listed_codes[columns].reindex(used)
    found["name"] = found["name"].fillna(pd.Series(used, index=used))
    return found.fillna(NOT_RECORDED).rename_axis("country").reset_index()


def _goods(lines: pd.DataFrame, goods: list[str]) -> tuple[Any, pd.DataFrame]:
    parts = pd.DataFrame({name: _keys(lines[name]) for name in goods})
    kinds = parts.drop_duplicates().sort_values(goods).reset_index(drop=True)
    kinds.insert(0, "commodity_key", range(1, len(kinds) + 1))
    keys = parts.merge(kinds, on=goods, how="left", validate="many_to_one")["commodity_key"]
    return keys.to_numpy(), kinds


def _is_text(column: pd.Series[Any]) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(column)
        or pd.api.types.is_bool_dtype(column)
        or pd.api.types.is_datetime64_any_dtype(column)
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
        if _is_text(written[name]):
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
        cell = WriteOnlyCell(sheet, value=day.to_pydatetime())
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
        if _is_text(rows[column])
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
