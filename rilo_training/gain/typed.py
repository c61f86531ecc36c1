"""Answers that somebody types from paper: the empty table, and reading it back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rilo_training.gain.bank import ITEMS
from rilo_training.grading.marking.listing import as_text, as_written

COLUMNS = ("participant", "occasion", "form", "item", "answer", "sure")


@dataclass(frozen=True)
class Typed:
    """One row of the table, as it was typed, and its line in the file."""

    line: int
    cells: Mapping[str, str]


def template_text(occasion: str, forms: Mapping[str, str]) -> str:
    """Return the table to fill in: one row for each person and item.

    Examples
    --------
    >>> print(*template_text("before", {"anna": "A"}).splitlines()[:2], sep="; ")
    participant,occasion,form,item,answer,sure; anna,before,A,1,,
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for participant, form in forms.items():
        for number in range(1, ITEMS + 1):
            writer.writerow([as_text(participant), occasion, form, number, "", ""])
    return text.getvalue()


def decoded(content: bytes) -> str | None:
    """Return the text of a file that a spreadsheet program saved, or None where it is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes: tuple[str, ...] = ("utf-16",)
    else:
        codes = ("utf-8-sig", "cp1252")
    for code in codes:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def read_typed(text: str) -> list[Typed] | None:
    """Return the rows of a typed table; None where a column is missing.

    Commas, semicolons and tabs are understood, whatever the program wrote. Lines without any
    cell are left out.

    Raises
    ------
    csv.Error
        When the text is no table.
    """
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max((";", "\t", ","), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    names: Sequence[str] | None = None
    found = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = [" ".join(cell.split()).casefold() for cell in cells]
            if not set(COLUMNS) <= set(names):
                return None
            continue
        by_name = dict(zip(names, cells, strict=False))
        row = {name: as_written(by_name.get(name, "").strip()) for name in COLUMNS}
        found.append(Typed(reader.line_num, row))
    return found if names is not None else None
