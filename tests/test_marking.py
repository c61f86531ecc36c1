"""The way of a marking sheet: written, filled in with any program, taken back, never lost."""

import csv
import io
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from graded import waiting_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rilo_training.course.rubric import Standard, load_rubric
from rilo_training.files import whole_text
from rilo_training.grading.marking.intake import Taken
from rilo_training.grading.marking.marks import read_comments, read_marks, with_marks
from rilo_training.grading.marking.returned import read_sheet
from rilo_training.grading.marking.sheet import MOST_CHARACTERS, clean, written_rows
from rilo_training.grading.marking.sheets import SHEETS, take_back, write_sheets
from rilo_training.grading.store.result import Result

ROOT = Path(__file__).resolve().parents[1]
RUBRIC = load_rubric(ROOT / "curriculum" / "rubrics" / "information_reply.toml")
RUBRICS = {("w1d1_90", "q8"): RUBRIC}
NAMES = [criterion.name for criterion in RUBRIC.criteria]
XLSX, CSV = SHEETS
both = pytest.mark.parametrize("name", SHEETS)

Fill = dict[str, str]


def result_of(participant: str = "participant_01", text: str = "A reply.", **more: Any) -> Result:
    """A written answer that waits for a person."""
    return waiting_text(text, participant=participant, **more)


@dataclass
class Desk:
    """A store with its history, and what an instructor does with it."""

    folder: Path
    history: sqlite3.Connection

    def write(self, *results: Result) -> list[str]:
        """Write the sheets."""
        return write_sheets(self.folder, self.history, results, RUBRICS)

    def take(self, path: Path | None = None) -> Taken:
        """Take the marks back."""
        return take_back(self.folder, self.history, RUBRICS, path)

    def marked(self, *results: Result) -> list[Result]:
        """The results with their marks."""
        comments = read_comments(self.history, RUBRICS)
        return with_marks(results, read_marks(self.history), RUBRICS, comments)

    def fill(self, name: str, fills: dict[str, Fill], path: Path | None = None) -> Path:
        """Fill in cells by participant and column, as a person does."""
        path = path or self.folder / name
        (fill_xlsx if path.suffix == ".xlsx" else fill_csv)(path, fills)
        return path


def fill_xlsx(path: Path, fills: dict[str, Fill]) -> None:
    """Fill in the workbook."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[:-2]:
        names = [cell.value for cell in sheet[2]]
        for line in sheet.iter_rows(min_row=4):
            for column, value in fills.get(line[names.index("participant")].value, {}).items():
                line[names.index(column)].value = value
    book.save(path)


def fill_csv(path: Path, fills: dict[str, Fill]) -> None:
    """Fill in the CSV file."""
    lines = csv_lines(path)
    names = lines[0]
    for line in lines[1:]:
        values = fills.get(line[names.index("participant")], {})
        part = line[names.index("part")]
        if part in values:
            line[names.index("mark")] = values[part]
    save_csv(path, lines)


def csv_lines(path: Path) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def save_csv(path: Path, lines: list[list[str]], delimiter: str = ",", code: str = "utf-8") -> None:
    """Save a CSV file as a spreadsheet program does."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(lines)
    path.write_bytes(text.getvalue().encode(code))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A new store."""
    connection = sqlite3.connect(tmp_path / "gradebook.sqlite")
    yield Desk(tmp_path, connection)
    connection.close()


FULL: Fill = dict.fromkeys(NAMES, "A")
HALF: Fill = dict.fromkeys(NAMES, "B")
ONE, TWO = "participant_01", "participant_02"


# --- the way there and back -----------------------------------------------------------------------


@both
def test_a_sheet_that_was_filled_in_gives_points_and_comments(desk: Desk, name: str) -> None:
    """The main way: write, fill in, take back."""
    assert desk.write(result_of(ONE), result_of(TWO)) == []
    desk.fill(name, {ONE: {**FULL, "comment": "#good", "marker": "NN"}, TWO: HALF})
    taken = desk.take()
    assert (taken.marks, taken.problems) == (2, [])
    first, second = desk.marked(result_of(ONE), result_of(TWO))
    assert (first.verdict, first.points) == ("correct", 4)
    assert first.comment == "A busy officer can work with this reply."
    assert (second.verdict, second.points) == ("partial", 2)
    assert read_marks(desk.history)[0].marker == "NN"


@both
def test_reading_a_sheet_again_gives_nothing_new(desk: Desk, name: str) -> None:
    """The same mark twice is one mark."""
    desk.write(result_of())
    desk.fill(name, {ONE: FULL})
    assert desk.take().marks == 1
    again = desk.take()
    assert (again.marks, again.problems) == (0, [])
    assert desk.take(desk.folder / name).marks == 0
    assert desk.write(result_of()) == []
    assert desk.take().marks == 0
    assert len(read_marks(desk.history)) == 1


@both
def test_grading_again_takes_the_marks_before_it_writes_the_sheet(desk: Desk, name: str) -> None:
    """Nobody has to remember to give a sheet back that lies in the store."""
    desk.write(result_of())
    desk.fill(name, {ONE: {**FULL, "comment": "Clear."}})
    assert desk.write(result_of(), result_of(TWO)) == []
    assert desk.marked(result_of())[0].comment == "Clear."
    for sheet in SHEETS:
        rows, _, problems = read_sheet(desk.folder / sheet)
        assert problems == []
        cells = {row.participant: row.cells for row in rows}
        assert cells[ONE]["limits"].text == "A", "the mark stands in both new sheets"
        assert cells[ONE]["comment"].text == "Clear."
        assert cells[TWO]["limits"].text == ""


def test_a_sheet_without_changes_is_not_written_again(desk: Desk) -> None:
    """A file that somebody looks at is not replaced for nothing."""
    desk.write(result_of())
    before = [(desk.folder / name).stat().st_mtime_ns for name in SHEETS]
    assert desk.write(result_of()) == []
    assert [(desk.folder / name).stat().st_mtime_ns for name in SHEETS] == before
    assert not (desk.folder / "marked").exists()


def test_without_written_answers_there_is_no_sheet(desk: Desk) -> None:
    """A unit without texts needs no marking."""
    assert desk.write(result_of(verdict="error", points=0.0)) == []
    assert not any((desk.folder / name).exists() for name in SHEETS)


def test_a_sheet_that_was_deleted_is_written_again(desk: Desk) -> None:
    """It can be made at any time."""
    desk.write(result_of())
    (desk.folder / XLSX).unlink()
    desk.write(result_of())
    assert (desk.folder / XLSX).is_file()


@both
def test_a_changed_text_waits_again_and_shows_the_earlier_mark(desk: Desk, name: str) -> None:
    """A new submission never drops what was given before."""
    desk.write(result_of())
    desk.fill(name, {ONE: {**HALF, "comment": "Give the period."}})
    problems = desk.write(result_of(text="A better reply."))
    assert "The text was changed after it was marked. Mark it again." in " ".join(problems)
    assert desk.marked(result_of(text="A better reply."))[0].verdict == "to_mark"
    assert desk.marked(result_of())[0].points == 2, "the old text has its mark still"
    for line in csv_lines(desk.folder / CSV)[1:2]:
        assert "True numbers B" in ",".join(line)
        assert "Give the period." in ",".join(line)
    sheet = openpyxl.load_workbook(desk.folder / XLSX).worksheets[0]
    column = [cell.value for cell in sheet[2]].index("earlier mark")
    assert "Limits B" in sheet[4][column].value
    desk.fill(name, {ONE: FULL})
    assert desk.write(result_of(text="A better reply.")) == []
    assert desk.marked(result_of(text="A better reply."))[0].points == 4


def test_the_mark_of_an_earlier_attempt_is_shown_but_is_no_problem(desk: Desk) -> None:
    """Another attempt is another answer."""
    desk.write(result_of())
    desk.fill(CSV, {ONE: HALF})
    assert desk.write(result_of(), result_of(attempt=2)) == []
    assert "Earlier mark of attempt 1: True numbers B" in (desk.folder / CSV).read_text("utf-8-sig")
    assert [found.verdict for found in desk.marked(result_of(attempt=2))] == ["to_mark"]


@both
def test_an_incomplete_row_waits_and_is_said_and_is_kept(desk: Desk, name: str) -> None:
    """What was filled in stands in the next sheet, so that it can be finished."""
    desk.write(result_of())
    desk.fill(name, {ONE: {"Limits": "A", "comment": "To be finished."}})
    problems = desk.write(result_of())
    assert len(problems) == 1
    assert "no mark yet for True numbers, Handling, Reader" in problems[0]
    assert desk.marked(result_of()) == [result_of()]
    rows, _, _ = read_sheet(desk.folder / name)
    assert rows[0].cells["limits"].text == "A"
    assert rows[0].cells["comment"].text == "To be finished."


@both
def test_an_emptied_row_takes_no_mark_away(desk: Desk, name: str) -> None:
    """A mark is replaced by another mark, never by nothing."""
    desk.write(result_of())
    desk.fill(name, {ONE: {**FULL, "comment": "Good."}})
    desk.write(result_of())
    desk.fill(name, {ONE: {**dict.fromkeys(NAMES, ""), "comment": ""}})
    desk.write(result_of())
    assert desk.marked(result_of())[0].points == 4


# --- several sheets -------------------------------------------------------------------------------


def test_two_formats_that_say_the_same_are_one_mark(desk: Desk) -> None:
    """A person may fill in both."""
    desk.write(result_of())
    desk.fill(XLSX, {ONE: FULL})
    desk.fill(CSV, {ONE: FULL})
    taken = desk.take()
    assert (taken.marks, taken.problems) == (1, [])


def test_two_formats_that_differ_give_a_sentence_and_no_mark(desk: Desk) -> None:
    """The machine does not choose between two marks; other rows are taken, and copies are kept."""
    desk.write(result_of(ONE), result_of(TWO))
    desk.fill(XLSX, {ONE: FULL, TWO: FULL})
    desk.fill(CSV, {ONE: HALF})
    problems = desk.write(result_of(ONE), result_of(TWO))
    assert len(problems) == 1
    assert "participant_01, w1d1_90 q8, attempt 1: two different marks" in problems[0]
    assert XLSX in problems[0]
    assert CSV in problems[0]
    first, second = desk.marked(result_of(ONE), result_of(TWO))
    assert (first.verdict, second.verdict) == ("to_mark", "correct")
    assert len(list((desk.folder / "marked").iterdir())) == 2


def test_an_old_sheet_never_takes_a_newer_mark_away(desk: Desk, tmp_path: Path) -> None:
    """A copy from before holds old marks or none: only what a person changed in it counts."""
    desk.write(result_of(ONE), result_of(TWO))
    empty = tmp_path / "old.xlsx"
    empty.write_bytes((desk.folder / XLSX).read_bytes())
    desk.fill(XLSX, {ONE: HALF})
    desk.write(result_of(ONE), result_of(TWO))
    halves = tmp_path / "halves.xlsx"
    halves.write_bytes((desk.folder / XLSX).read_bytes())
    desk.fill(XLSX, {ONE: FULL})
    desk.write(result_of(ONE), result_of(TWO))
    for path in (empty, halves):
        desk.fill("", {TWO: HALF}, path)
        assert desk.take(path).problems == []
    assert [found.points for found in desk.marked(result_of(ONE), result_of(TWO))] == [4, 2]


def test_a_mark_that_was_taken_before_does_not_come_back(desk: Desk, tmp_path: Path) -> None:
    """The same filled-in file given twice, with a newer mark between, changes nothing."""
    desk.write(result_of())
    mine = tmp_path / "mine.csv"
    mine.write_bytes((desk.folder / CSV).read_bytes())
    desk.fill("", {ONE: HALF}, mine)
    assert desk.take(mine).marks == 1
    desk.write(result_of())
    desk.fill(XLSX, {ONE: FULL})
    desk.write(result_of())
    taken = desk.take(mine)
    assert taken.marks == 0
    assert "was taken before, and a later one counts now" in taken.problems[0]
    assert desk.marked(result_of())[0].points == 4


def test_a_second_marker_with_an_older_sheet_is_said(desk: Desk, tmp_path: Path) -> None:
    """The newest mark counts; that there was another one is not hidden."""
    desk.write(result_of())
    mine = tmp_path / "mine.xlsx"
    mine.write_bytes((desk.folder / XLSX).read_bytes())
    desk.fill(CSV, {ONE: {**FULL, "marker": "first"}})
    desk.write(result_of())
    desk.fill("", {ONE: {**HALF, "marker": "second"}}, mine)
    taken = desk.take(mine)
    assert "got another mark since this sheet was written" in taken.problems[0]
    assert desk.marked(result_of())[0].points == 2
    assert [mark.marker for mark in read_marks(desk.history)] == ["first", "second"]


def test_a_sheet_of_another_store_is_noticed(desk: Desk, tmp_path: Path) -> None:
    """Its rows are unknown here, although the same person wrote the same text."""
    (tmp_path / "other").mkdir()
    connection = sqlite3.connect(tmp_path / "other" / "gradebook.sqlite")
    other = Desk(tmp_path / "other", connection)
    other.write(result_of())
    desk.write(result_of())
    sheet = other.fill(CSV, {ONE: FULL})
    taken = desk.take(sheet)
    assert taken.marks == 0
    assert "was not written by this store" in taken.problems[0]
    assert desk.marked(result_of()) == [result_of()]
    connection.close()


def test_a_sheet_saved_while_the_grader_ran_is_not_overwritten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing somebody may save: then the file stays, and is read next time."""
    desk.write(result_of())
    calls: list[Path] = []

    def late(*arguments: Any) -> Taken:
        calls.append(desk.fill(XLSX, {ONE: FULL}))
        return Taken()

    monkeypatch.setattr("rilo_training.grading.marking.sheets.take_back", late)
    problems = desk.write(result_of(), result_of(TWO))
    assert "was saved while this ran" in problems[0]
    monkeypatch.undo()
    assert desk.write(result_of(), result_of(TWO)) == []
    assert desk.marked(result_of())[0].points == 4


def test_a_sheet_that_is_held_open_gives_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marks are safe in the history, and the other sheet is written."""
    desk.write(result_of())

    def refuse(path: Path, content: bytes) -> None:
        if path.name == XLSX:
            raise PermissionError(13, "Permission denied")
        path.write_bytes(content)

    monkeypatch.setattr("rilo_training.grading.marking.sheets.write_bytes", refuse)
    problems = desk.write(result_of(), result_of(TWO))
    assert len(problems) == 1
    assert problems[0].startswith(f"{XLSX} could not be written (Permission denied). Close it")
    assert TWO in (desk.folder / CSV).read_text("utf-8-sig")
    monkeypatch.undo()
    assert desk.write(result_of(), result_of(TWO)) == []


def test_a_changed_rubric_makes_the_answer_wait_and_says_so(desk: Desk) -> None:
    """A mark by other points is shown, and does not count."""
    desk.write(result_of())
    desk.fill(CSV, {ONE: FULL})
    desk.take()
    first = RUBRIC.criteria[0]
    heavier = replace(
        RUBRIC, criteria=(Standard(first.id, first.name, 2, first.words), *RUBRIC.criteria[1:])
    )
    problems = write_sheets(desk.folder, desk.history, [result_of()], {("w1d1_90", "q8"): heavier})
    assert "The criteria were changed after this was marked." in " ".join(problems)
    assert "Earlier mark: True numbers A" in (desk.folder / CSV).read_text("utf-8-sig")


# --- what spreadsheet programs and people do ----------------------------------------------------


def semicolons(path: Path) -> None:
    """European Excel saves so."""
    save_csv(path, csv_lines(path), ";")


def windows_letters(path: Path) -> None:
    """An older Excel saves so."""
    save_csv(path, csv_lines(path), ";", "cp1252")


def unicode_text(path: Path) -> None:
    """'Unicode text' of Excel: tabs and UTF-16."""
    save_csv(path, csv_lines(path), "\t", "utf-16")


def separator_line(path: Path) -> None:
    """A first line that tells Excel the separator."""
    save_csv(path, [["sep=;"], *csv_lines(path)], ";")


def moved_columns(path: Path) -> None:
    """Columns in another order, one more, and other capitals."""
    lines = csv_lines(path)
    save_csv(
        path,
        [[cell.upper() for cell in reversed(lines[0])] + [""]]
        + [[*reversed(line), "my note"] for line in lines[1:]],
    )


def empty_lines(path: Path) -> None:
    """Empty lines between."""
    lines = csv_lines(path)
    save_csv(path, [lines[0], *[each for line in lines[1:] for each in ([], [""] * 11, line)]])


def sorted_lines(path: Path) -> None:
    """Sorted by what is to be filled in."""
    lines = csv_lines(path)
    save_csv(path, [lines[0], *sorted(lines[1:], key=lambda line: (line[8], line[0]))])


def changed_ids(path: Path) -> None:
    """Names and numbers that a program changed."""
    save_csv(
        path, [[cell.replace("participant_0", "") for cell in line] for line in csv_lines(path)]
    )


CHANGES = [semicolons, windows_letters, unicode_text, separator_line, moved_columns, empty_lines]
CHANGES += [sorted_lines, changed_ids]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_a_program_does_to_a_csv_file_loses_no_mark(
    desk: Desk, change: Callable[[Path], None]
) -> None:
    """The row's id and the names of columns and parts are enough."""
    desk.write(result_of(ONE), result_of(TWO))
    comment = "Très bien – voilà; the “limits”, too"
    path = desk.fill(CSV, {ONE: {**FULL, "comment": comment}, TWO: HALF})
    change(path)
    taken = desk.take(path)
    assert (taken.marks, taken.problems) == (2, [])
    first, second = desk.marked(result_of(ONE), result_of(TWO))
    assert (first.points, first.comment, second.points) == (4, comment, 2)


TYPED: dict[str, Any] = {
    "a letter in lower case": "b",
    "a space": " B ",
    "a number": 0.5,
    "a number as text": "0.5",
    "a decimal comma": "0,5",
    "the name of the level": "half",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_a_level_may_be_typed_in_many_ways(desk: Desk, typed: Any) -> None:
    """What a person means is clear."""
    desk.write(result_of())
    desk.fill(XLSX, {ONE: {**FULL, "Limits": typed}})
    assert desk.take().problems == []
    assert desk.marked(result_of())[0].points == 3.5


@both
@pytest.mark.parametrize("typed", ["D", "2", "good", "A/B"])
def test_what_cannot_be_used_is_said_with_its_place(desk: Desk, name: str, typed: str) -> None:
    """File, row and column, what was found and what was expected; the rest is taken."""
    desk.write(result_of(ONE), result_of(TWO))
    desk.fill(name, {ONE: {**FULL, "Limits": typed}, TWO: FULL})
    taken = desk.take()
    assert taken.marks == 2
    assert len(taken.problems) == 1
    assert name in taken.problems[0]
    assert "Limits" in taken.problems[0]
    assert "A (1), B (0.5), C (0)" in taken.problems[0]
    first, second = desk.marked(result_of(ONE), result_of(TWO))
    assert (first.verdict, second.points) == ("to_mark", 4)


def test_rows_and_columns_of_a_workbook_may_move(desk: Desk) -> None:
    """Rows are found by their id, columns by their name."""
    desk.write(result_of(ONE), result_of(TWO))
    path = desk.fill(XLSX, {ONE: FULL, TWO: HALF})
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.title = "my sheet"
    sheet.insert_rows(1, 2)
    sheet.insert_rows(6)
    sheet.insert_cols(1)
    sheet.insert_cols(9)
    book.save(path)
    taken = desk.take()
    assert (taken.marks, taken.problems) == (2, [])
    assert [found.points for found in desk.marked(result_of(ONE), result_of(TWO))] == [4, 2]


@both
def test_a_column_that_was_taken_away_keeps_its_marks(desk: Desk, name: str) -> None:
    """What stood there when the sheet was written still stands."""
    desk.write(result_of())
    desk.fill(name, {ONE: {**FULL, "comment": "Good."}})
    desk.write(result_of())
    path = desk.fill(name, {ONE: {"Limits": "B"}})
    if name == CSV:
        lines = csv_lines(path)
        save_csv(path, [line for line in lines if line[8] not in ("Reader", "comment", "marker")])
    else:
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        for gone in ("Reader", "marker"):
            sheet.delete_cols([cell.value for cell in sheet[2]].index(gone) + 1)
        book.save(path)
    assert desk.take().problems == []
    found = desk.marked(result_of())[0]
    assert (found.points, found.comment) == (3.5, "Good.")


def test_a_mark_in_a_row_without_an_id_is_said(desk: Desk) -> None:
    """Nobody knows whose it is."""
    desk.write(result_of())
    path = desk.fill(XLSX, {})
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book.worksheets[0][2]]
    book.worksheets[0].cell(9, names.index("Limits") + 1, "A")
    book.save(path)
    lines = csv_lines(desk.folder / CSV)
    save_csv(desk.folder / CSV, [*lines, [""] * 8 + ["Limits", "", "A"]])
    problems = desk.take().problems
    assert "row 9: the cell 'row' is empty" in problems[0]
    assert "the cell 'row' is empty" in problems[1]


BROKEN = {
    "empty.xlsx": b"",
    "zip.xlsx": b"PK\x03\x04 and nothing",
    "old.xls": b"\xd0\xcf\x11\xe0",
    "empty.csv": b"",
    "other.csv": b"name;mark\nx;5\n",
    "bytes.csv": bytes(range(256)) * 10,
    "quote.csv": b'row,part,mark\n"' + b"x" * 200_000,
    "sheet.ods": b"PK",
}


@pytest.mark.parametrize(("name", "content"), BROKEN.items(), ids=BROKEN)
def test_a_file_that_is_no_sheet_gives_a_sentence(
    desk: Desk, tmp_path: Path, name: str, content: bytes
) -> None:
    """Never an error, and never a mark."""
    desk.write(result_of())
    path = tmp_path / name
    path.write_bytes(content)
    taken = desk.take(path)
    assert taken.marks == 0
    assert taken.problems
    assert name in taken.problems[0]


def test_a_sheet_that_is_not_there_gives_a_sentence(desk: Desk, tmp_path: Path) -> None:
    """A name typed wrongly."""
    problems = desk.take(tmp_path / "nothing.xlsx").problems
    assert any("nothing.xlsx cannot be read" in problem for problem in problems)


@both
def test_a_damaged_sheet_in_the_store_is_kept_before_it_is_written_again(
    desk: Desk, name: str
) -> None:
    """What cannot be read today may be read by a person tomorrow."""
    desk.write(result_of())
    (desk.folder / name).write_bytes(b"damaged")
    assert desk.write(result_of(), result_of(TWO))
    assert b"damaged" in [path.read_bytes() for path in (desk.folder / "marked").iterdir()]
    assert read_sheet(desk.folder / name)[2] == []


# --- comments to use again ------------------------------------------------------------------------


@both
def test_comments_that_a_person_adds_are_used_and_kept(desk: Desk, name: str) -> None:
    """A code and its words, added below; capitals and the number sign do not matter."""
    desk.write(result_of())
    path = desk.folder / name
    if name == CSV:
        lines = csv_lines(path)
        lines.append(["comments", *[""] * 7, "#Unit", "", "Give the unit."])
        save_csv(path, lines)
    else:
        book = openpyxl.load_workbook(path)
        book["comments"].append(["Unit", "Give the unit."])
        book.save(path)
    desk.fill(name, {ONE: {**FULL, "comment": "#unit #later"}})
    taken = desk.take()
    assert (taken.marks, taken.comments) == (1, 1)
    assert "the code #later is not in the list of comments" in taken.problems[0]
    assert desk.marked(result_of())[0].comment == "Give the unit. #later"
    desk.write(result_of())
    for sheet in SHEETS:
        assert "Give the unit." in [c.words for c in read_sheet(desk.folder / sheet)[1]]


# --- text is always text ------------------------------------------------------------------------

RISKY = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "'=1", "''x", "#N/A", "TRUE", "1E5", "007"]
RISKY += ['=cmd|" /C calc"!A0', "a\nb\r\nc", "\x07bell\x00", "x\ud800y", "a;b,c\t\"d'", "_x0041_"]


@pytest.mark.parametrize("text", RISKY)
def test_no_text_name_or_comment_becomes_a_formula(desk: Desk, text: str) -> None:
    """Neither in the workbook nor in the CSV file, and nothing is a number or a date."""
    person = whole_text(text)  # the store keeps names without half characters
    desk.write(result_of(person, text))
    desk.fill(XLSX, {clean(text): FULL})
    desk.write(result_of(person, text))
    book = openpyxl.load_workbook(desk.folder / XLSX)
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.value is None or cell.data_type in ("s", "n")
                assert cell.data_type == "s" or not cell.value or cell.column == 3
    for line in csv_lines(desk.folder / CSV):
        for cell in line:
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
    for name in SHEETS:
        returned = read_sheet(desk.folder / name)[0][0]
        assert (returned.participant, returned.answer) == (clean(text), clean(text))


anything = st.text(max_size=60)
typed_in = anything.map(clean).map(str.strip)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(anything, anything, typed_in, typed_in)
@both
def test_any_text_comes_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    participant: str,
    text: str,
    comment: str,
    marker: str,
) -> None:
    """Names, texts and comments survive the way there and back, but for control characters."""
    folder = tmp_path_factory.mktemp("store")
    connection = sqlite3.connect(folder / "gradebook.sqlite")
    desk = Desk(folder, connection)
    desk.write(result_of(participant, text))
    row = next(iter(written_rows(connection)))
    if name == XLSX:
        book = openpyxl.load_workbook(folder / XLSX)
        sheet = book.worksheets[0]
        names = [cell.value for cell in sheet[2]]
        for column, value in {**FULL, "comment": comment, "marker": marker}.items():
            cell = sheet.cell(4, names.index(column) + 1, value)
            cell.data_type = "s"
        book.save(folder / XLSX)
    else:
        lines = csv_lines(folder / CSV)
        for line in lines[1:]:
            given = {**FULL, "comment": comment, "marker": marker}.get(line[8])
            if line[0] == row and given is not None:
                # A spreadsheet program keeps what is typed as text with an apostrophe before it.
                line[10] = f"'{given}" if given.lstrip("'")[:1] in tuple("=+-@") else given
        save_csv(folder / CSV, lines)
    taken = desk.take()
    assert taken.marks == 1
    mark = read_marks(connection)[0]
    assert mark.participant == participant
    assert (mark.comment, mark.marker) == (comment, marker)
    desk.write(result_of(participant, text))
    for sheet_name in SHEETS:
        returned = read_sheet(folder / sheet_name)[0][0]
        assert returned.answer == clean(text)
        assert returned.participant == clean(participant)
        assert returned.cells["comment"].text == comment
        assert returned.cells["marker"].text == marker
    assert desk.take().marks == 0
    connection.close()


@pytest.mark.parametrize("letter", ["x", "\U0001f4e6"])
def test_a_text_longer_than_a_cell_says_where_the_rest_is(desk: Desk, letter: str) -> None:
    """Excel cuts a longer cell of a workbook in silence, and breaks a longer one of a CSV file."""
    desk.write(result_of(text=letter * (MOST_CHARACTERS + 1)))
    for name in SHEETS:
        answer = read_sheet(desk.folder / name)[0][0].answer
        assert len(answer.encode("utf-16-le")) // 2 < 32_767
        assert answer.endswith("[The text goes on. The whole text is on the feedback page.]")


def test_the_workbook_is_ready_to_use(desk: Desk) -> None:
    """The levels to choose from, the words of the rubric, and one page of A4 across."""
    desk.write(result_of())
    book = openpyxl.load_workbook(desk.folder / XLSX)
    assert book.sheetnames == ["w1d1_90 q8", "rubric", "comments"]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == [
        *("row", "participant", "attempt", "answer", "found"),
        *NAMES,
        "comment",
        "marker",
    ]
    rules = sheet.data_validations.dataValidation
    assert [rule.formula1 for rule in rules] == ['"A,B,C"'] * len(NAMES)
    assert all(len(rule.prompt) <= 255 for rule in rules)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.freeze_panes == "C3"
    for cell in sheet[4]:  # a text stays a text, whatever is typed; the number of attempts is one
        assert cell.number_format == ("General" if cell.value == 1 else "@"), cell.coordinate
        assert cell.alignment.wrap_text
    to_fill = [cell.fill.start_color.rgb for cell in sheet[4][-len(NAMES) - 2 :]]
    assert set(to_fill) == {"00FFF9DB"}
    words = [cell.value for line in book["rubric"].iter_rows() for cell in line]
    for criterion in RUBRIC.criteria:
        assert any(criterion.words["A"] in str(word) for word in words)
    for example in RUBRIC.examples:
        assert example.text in words
