"""A marking sheet that came back: its rows and comments, as a person left them.

Spreadsheet programs change separators, letters and the order of columns. What cannot be read
becomes a sentence with its place; everything else is read.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rilo_training.grading.marking.listing import as_written
from rilo_training.grading.marking.marks import Comment
from rilo_training.grading.marking.sheet import COMMENTS, RUBRIC, WORDS_ROW, clean
from rilo_training.grading.marking.workbook import TOLD

_NEEDED = {"row", "part", "mark"}  # the columns of a CSV file without which nothing is known


@dataclass(frozen=True)
class Cell:
    """A cell that a person may have filled in, and where it stands, in words."""

    text: str
    place: str


@dataclass(frozen=True)
class Returned:
    """A row as it came back.

    ``cells`` are by the name of their column in small letters: the criteria, ``comment`` and
    ``marker``. ``participant`` and ``answer`` are as read, and are used in messages only.
    """

    row: str
    place: str
    cells: Mapping[str, Cell]
    participant: str = ""
    answer: str = ""


Sheet = tuple[list[Returned], list[Comment], list[str]]
"""Rows, re-usable comments, and sentences on what cannot be used."""


def read_sheet(path: Path) -> Sheet:
    """Read a marking sheet that came back, ``.xlsx`` or ``.csv``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    rows, comments, problems
        The rows as they came back, the re-usable comments, and a sentence with file, row and
        column for each thing that cannot be read. It never raises because of the file.
    """
    read = {".xlsx": _read_xlsx, ".xlsm": _read_xlsx, ".csv": _read_csv, ".txt": _read_csv}
    reader = read.get(path.suffix.lower())
    if reader is None:
        return _nothing(f"{path.name} is no .xlsx and no .csv. Save it as one of them.")
    try:
        content = path.read_bytes()
    except OSError as reason:
        return _nothing(f"{path.name} cannot be read ({reason.strerror}). Close it and try again.")
    return reader(path.name, content)


def _nothing(problem: str) -> Sheet:
    return [], [], [problem]


def _read_xlsx(name: str, content: bytes) -> Sheet:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # A program that saved the file may use parts of the format that are not read here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), data_only=True)
    except Exception as reason:  # a damaged file raises errors of many kinds
        words = " ".join(str(reason).split())[:100]
        return _nothing(
            f"{name} cannot be read as a workbook ({words or type(reason).__name__}). "
            "Save it as .xlsx without a password, or give the CSV file back."
        )
    rows: list[Returned] = []
    comments: list[Comment] = []
    problems: list[str] = []
    for sheet in book.worksheets:
        title = sheet.title.strip().casefold()
        lines = list(_lines_of(sheet))
        where = f"{name}, sheet {sheet.title!r}"
        if title == COMMENTS:
            comments += _comments_in(lines)
        elif title != RUBRIC and lines:
            found, problem = _rows_in(where, lines)
            rows += found
            problems += problem
    return rows, comments, problems


def _lines_of(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Give the lines that hold something: their number, and their cells as text."""
    for number, line in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in line]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _heads(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()).casefold() for cell in cells]


def _comments_in(lines: Sequence[tuple[int, list[str]]]) -> Iterator[Comment]:
    names: list[str] | None = None
    for _, cells in lines:
        if names is None:
            names = _heads(cells) if {"code", "comment"} <= set(_heads(cells)) else None
            continue
        code = cells[names.index("code")].strip().lstrip("#").casefold()
        words = clean(cells[names.index("comment")]).strip()
        if code and words:
            yield Comment(code, words)


def _rows_in(
    where: str, lines: Sequence[tuple[int, list[str]]]
) -> tuple[list[Returned], list[str]]:
    names: list[str] | None = None
    titles: dict[str, str] = {}
    rows, problems = [], []
    for number, cells in lines:
        if names is None:
            if {"row", "comment"} <= set(_heads(cells)):
                names = _heads(cells)
                titles = dict(zip(names, cells, strict=True))
            continue
        by_name = dict(zip(reversed(names), reversed(cells), strict=True))
        row = by_name["row"].strip()
        if row == WORDS_ROW:
            continue
        place = f"{where}, row {number}"
        filled = {
            name: Cell(text, f"{place}, column {titles[name]!r}")
            for name, text in by_name.items()
            if name and name not in TOLD
        }
        if row:
            told = [by_name.get(name, "") for name in ("participant", "answer")]
            rows.append(Returned(row, place, filled, *told))
        elif any(cell.text.strip() for cell in filled.values()):
            problems.append(
                f"{place}: the cell 'row' is empty, so it is not known whose marks these are. "
                "Copy the id from the sheet that rilo wrote."
            )
    if names is None:
        problems.append(f"{where} has no columns 'row' and 'comment'. Nothing was taken from it.")
    return rows, problems


def _read_csv(name: str, content: bytes) -> Sheet:
    text, problems = _decoded(name, content)
    try:
        lines = _csv_lines(text)
    except csv.Error as reason:
        return _nothing(f"{name} is not a table: {reason}. Give the marking sheet back.")
    if lines is None:
        return _nothing(
            f"{name} has no columns {', '.join(sorted(_NEEDED))}. Expected the marking sheet that "
            "rilo wrote. Nothing was taken from it."
        )
    rows: dict[str, Returned] = {}
    cells: dict[str, dict[str, Cell]] = {}
    comments = []
    for number, line in lines:
        place = f"{name}, line {number}"
        row, mark = line["row"].strip(), as_written(line["mark"])
        title = " ".join(as_written(line["part"]).split())
        part = title.casefold()
        if row.casefold() == COMMENTS:
            if part.strip("#") and clean(mark).strip():
                comments.append(Comment(part.strip("#"), clean(mark).strip()))
        elif not row and mark.strip():
            problems.append(
                f"{place}: the cell 'row' is empty, so it is not known whose mark "
                f"{mark.strip()[:40]!r} is. Copy the id from the sheet that rilo wrote."
            )
        elif row:
            own = cells.setdefault(row, {})
            participant, answer = (as_written(line.get(n, "")) for n in ("participant", "answer"))
            rows.setdefault(row, Returned(row, place, own, participant, answer))
            if part in own and own[part].text.strip() != mark.strip():
                problems.append(f"{place}: {title!r} stands twice for this row. The first counts.")
            elif part:
                own.setdefault(part, Cell(mark, f"{place}, part {title!r}"))
    return list(rows.values()), comments, problems


def _decoded(name: str, content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\ufffd" in text:
        return text, [f"{name}: some letters cannot be read. Save it as 'CSV UTF-8'."]
    return text, []


def _csv_lines(text: str) -> list[tuple[int, dict[str, str]]] | None:
    """Return the lines by the names of their columns, or None where these are not there."""
    for delimiter in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        found: list[tuple[int, dict[str, str]]] = []
        names: list[str] | None = None
        try:
            for line in reader:
                if names is None:
                    heads = [" ".join(head.split()).casefold() for head in line]
                    names = heads if set(heads) >= _NEEDED else None
                elif any(cell.strip() for cell in line):
                    cells = dict(zip(reversed(names), reversed(_padded(line, names)), strict=True))
                    found.append((reader.line_num, cells))
        except csv.Error:
            if names is not None:
                raise
        if names is not None:
            return found
    return None


def _padded(line: list[str], names: list[str]) -> list[str]:
    return [*line, *([""] * len(names))][: len(names)]
