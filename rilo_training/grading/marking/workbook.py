"""The marking sheet as a workbook: one sheet for each question, the rubrics, the comments."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from rilo_training.course.rubric import Rubric
from rilo_training.grading.marking.sheet import COMMENTS, RUBRIC, WORDS_ROW, Row, clean

# Columns that are read by a person only, with their widths; then come the columns to fill in.
TOLD = {"row": 9, "participant": 16, "attempt": 8, "answer": 60, "found": 24, "earlier mark": 22}
_FILLED = {"comment": 36, "marker": 12}
_CRITERION_WIDTH, _RUBRIC_WIDTH = 17, 44
_HEADER_ROW = 2
_DARK, _PALE, _TO_FILL, _GREY = "1F3864", "EEF2F8", "FFF9DB", "808080"
_MOST_PROMPT = 250  # Excel refuses a file with a longer one
_MOST_HEIGHT = 400.0  # points; Excel allows 409


def xlsx_bytes(rows: Sequence[Row], comments: Mapping[str, str]) -> bytes:
    """Return the sheet as a workbook.

    Parameters
    ----------
    rows
        The answers; each unit and question gets a sheet of its own.
    comments
        The re-usable comments.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for unit, question in dict.fromkeys((row.mark.unit, row.mark.question) for row in rows):
        own = [row for row in rows if (row.mark.unit, row.mark.question) == (unit, question)]
        _answers_sheet(book, f"{unit} {question}"[:31], own)
    _rubric_sheet(book, list({row.rubric.name: row.rubric for row in rows}.values()))
    _comments_sheet(book, comments)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _answers_sheet(book: Any, title: str, rows: Sequence[Row]) -> None:
    sheet = book.create_sheet(title)
    rubric = rows[0].rubric
    widths = dict(TOLD)
    if not any(row.earlier for row in rows):
        del widths["earlier mark"]
    names = [criterion.name for criterion in rubric.criteria]
    widths |= dict.fromkeys(names, _CRITERION_WIDTH) | _FILLED
    letters = ", ".join(level.letter for level in rubric.levels)
    _put(
        sheet,
        1,
        1,
        f"{title}. {rubric.title}. Fill in the yellow cells: a letter ({letters}) or the points. "
        "Then save the file and run: rilo mark STORE FILE",
        bold=True,
    )
    for column, name in enumerate(widths, start=1):
        _put(sheet, _HEADER_ROW, column, name, fill=_DARK, colour="FFFFFF", bold=True)
    start = len(widths) - len(names) - len(_FILLED) + 1
    _words_line(sheet, rubric, start)
    for number, row in enumerate(rows, start=_HEADER_ROW + 2):
        mark = row.mark
        told = {
            "row": mark.row,
            "participant": mark.participant,
            "attempt": mark.attempt,
            "answer": row.answer,
            "found": row.found,
            "earlier mark": row.earlier,
        }
        for column, name in enumerate(list(widths)[: start - 1], start=1):
            size, colour = (7, _GREY) if name == "row" else (10, "000000")
            is_number = name == "attempt"
            _put(sheet, number, column, told[name], colour=colour, size=size, centred=is_number)
        given = [mark.levels.get(criterion.id, "") for criterion in rubric.criteria]
        for column, value in enumerate([*given, mark.comment, mark.marker], start=start):
            _put(sheet, number, column, value, fill=_TO_FILL, centred=column < start + len(names))
        texts = {"answer": row.answer, "found": row.found, "earlier mark": row.earlier}
        texts |= {"comment": mark.comment, "participant": mark.participant}
        sheet.row_dimensions[number].height = _height(texts, widths)
    _choices(sheet, rubric, start, _HEADER_ROW + 2, _HEADER_ROW + 1 + len(rows))
    _set_page(sheet, widths.values(), f"C{_HEADER_ROW + 1}")


def _words_line(sheet: Any, rubric: Rubric, start: int) -> None:
    """Write what each letter means above the cells to fill in."""
    line = _HEADER_ROW + 1
    _put(sheet, line, 1, WORDS_ROW, fill=_PALE, colour=_GREY, size=7)
    for column in range(2, start):
        _put(sheet, line, column, "", fill=_PALE)
    longest = 1
    for number in range(len(rubric.criteria)):
        words = _words(rubric, number)
        _put(sheet, line, start + number, words, fill=_PALE, size=8)
        longest = max(longest, _lines(words, _CRITERION_WIDTH * 1.25))
    for column, words in enumerate(
        (
            "Words for the participant. #code stands for a comment of the sheet 'comments'.",
            "Your name.",
        ),
        start=start + len(rubric.criteria),
    ):
        _put(sheet, line, column, words, fill=_PALE, size=8)
    sheet.row_dimensions[line].height = min(_MOST_HEIGHT, 11.0 * longest + 6)


def _words(rubric: Rubric, number: int) -> str:
    criterion = rubric.criteria[number]
    return "\n".join(
        f"{level.letter} ({rubric.points_of(criterion, level.letter):g}): "
        f"{criterion.words[level.letter]}"
        for level in rubric.levels
    )


def _choices(sheet: Any, rubric: Rubric, start: int, first: int, last: int) -> None:
    """Add a list to choose from; other values are let through, since points may be typed too."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = ",".join(level.letter for level in rubric.levels)
    for number, criterion in enumerate(rubric.criteria):
        words = _words(rubric, number)
        rule = DataValidation(type="list", formula1=f'"{letters}"', allow_blank=True)
        rule.showErrorMessage, rule.showInputMessage = False, True
        rule.promptTitle = criterion.name[:32]
        rule.prompt = words if len(words) <= _MOST_PROMPT else f"{words[: _MOST_PROMPT - 4]} ..."
        column = get_column_letter(start + number)
        rule.add(f"{column}{first}:{column}{last}")
        sheet.add_data_validation(rule)


def _rubric_sheet(book: Any, rubrics: Sequence[Rubric]) -> None:
    sheet = book.create_sheet(RUBRIC)
    widths = [24]
    line = 1
    for rubric in rubrics:
        heads = [f"{level.letter}: {level.name}" for level in rubric.levels]
        _put(sheet, line, 1, f"{rubric.title} ({rubric.points:g} points)", bold=True)
        for column, name in enumerate(["criterion", *heads], start=1):
            _put(sheet, line + 1, column, name, fill=_DARK, colour="FFFFFF", bold=True)
        line += 2
        for number, criterion in enumerate(rubric.criteria):
            words = _words(rubric, number).split("\n")
            _put_line(sheet, line, [criterion.name, *words])
            line += 1
        examples = {example.level: example for example in rubric.examples}
        of_levels = [examples[level.letter] for level in rubric.levels]
        whys = ["\n".join(f"{c.name}: {e.why[c.id]}" for c in rubric.criteria) for e in of_levels]
        _put_line(sheet, line, ["an example", *(example.text for example in of_levels)], _PALE)
        _put_line(sheet, line + 1, ["why", *whys], _PALE)
        line += 3
        widths += [_RUBRIC_WIDTH] * (1 + len(rubric.levels) - len(widths))
    _set_page(sheet, widths, "A1")


def _put_line(sheet: Any, line: int, texts: Sequence[str], fill: str = "") -> None:
    """Write one line of the sheet of rubrics, high enough for its longest text."""
    for column, text in enumerate(texts, start=1):
        _put(sheet, line, column, text, bold=column == 1, fill=fill)
    lines = max(_lines(text, _RUBRIC_WIDTH) for text in texts)
    sheet.row_dimensions[line].height = min(_MOST_HEIGHT, 13.5 * lines + 6)


def _comments_sheet(book: Any, comments: Mapping[str, str]) -> None:
    sheet = book.create_sheet(COMMENTS)
    _put(sheet, 1, 1, "Comments to use again. Add your own below: a short code and its words.")
    for column, name in enumerate(("code", "comment"), start=1):
        _put(sheet, _HEADER_ROW, column, name, fill=_DARK, colour="FFFFFF", bold=True)
    for line, (code, words) in enumerate(comments.items(), start=_HEADER_ROW + 1):
        _put(sheet, line, 1, f"#{code}", fill=_TO_FILL)
        _put(sheet, line, 2, words, fill=_TO_FILL)
    _set_page(sheet, (16, 100), f"A{_HEADER_ROW + 1}")


def _put(
    sheet: Any,
    line: int,
    column: int,
    value: object,
    *,
    fill: str = "",
    colour: str = "000000",
    bold: bool = False,
    size: int = 10,
    centred: bool = False,
) -> None:
    """Write one cell. A text is a text, whatever it starts with."""
    cell = sheet.cell(line, column)
    # Styles with names: openpyxl compares an unnamed one with all others, at every cell.
    cell.style = _style(
        sheet.parent, fill, colour, bold, size, centred, isinstance(value, str), line != 1
    )
    if isinstance(value, str):
        if value:
            cell.value = clean(value)
            cell.data_type = "s"
    else:
        cell.value = value


def _style(
    book: Any,
    fill: str,
    colour: str,
    bold: bool,
    size: int,
    centred: bool,
    is_text: bool,
    is_framed: bool,
) -> str:
    """Return the name of a style of the workbook; it is made when it is asked for first."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    marks = (("bold", bold), ("centred", centred), ("text", is_text), ("framed", is_framed))
    name = " ".join(
        ["sheet", str(size), colour, fill, *(word for word, holds in marks if holds)]
    ).replace("  ", " ")
    if name in book.named_styles:
        return name
    style = NamedStyle(name, number_format="@" if is_text else "General")
    style.font = Font(name="Calibri", size=size, bold=bold, color=colour)
    style.alignment = Alignment(
        wrap_text=is_framed, vertical="top", horizontal="center" if centred else None
    )
    if fill:
        style.fill = PatternFill("solid", start_color=fill)
    if is_framed:
        edge = Side(style="thin", color="BFBFBF")
        style.border = Border(left=edge, right=edge, top=edge, bottom=edge)
    book.add_named_style(style)
    return name


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes; a width counts digits, and letters are narrower."""
    return sum(max(1, math.ceil(len(part) / (1.1 * width))) for part in text.split("\n"))


def _height(texts: Mapping[str, str], widths: Mapping[str, float]) -> float:
    """Return a height in which every text of a row is seen."""
    lines = max(_lines(text, widths[name]) for name, text in texts.items() if name in widths)
    return min(_MOST_HEIGHT, 13.5 * lines + 6)


def _set_page(sheet: Any, widths: Any, frozen: str) -> None:
    """Set the widths, and one page of A4 in landscape across."""
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = frozen if frozen != "A1" else None
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.oddFooter.center.text = "&A, page &P of &N"
    if frozen != "A1":
        sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
