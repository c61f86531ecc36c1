"""The tables for a spreadsheet: every text stays a text, every number is the one of the history."""

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from graded import result, rows_of
from hypothesis import given
from hypothesis import strategies as st

from rilo_training.grading.reports.report import cohort_table
from rilo_training.grading.reports.standing import points_of
from rilo_training.grading.reports.tables import (
    as_text_cell,
    gradebook_csv,
    newest_attempts,
    results_csv,
)

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|'/c calc'!A1"]
FORMULAS += ["＝1+1", "＋1", "－1"]
FORMULAS += ["＠A1", "   =1+1", "\u3000=1", '"=1', "a;=1", "a\n\t@b"]
SIGNS = set("=+-@＝＋－＠﹦﹢﹣﹫−")


def test_results_have_the_columns_of_the_contract() -> None:
    """Other programs read this file by these names, in this order."""
    header = results_csv([result()]).splitlines()[0]
    assert header == (
        "participant,unit,question,verdict,points,out_of,diagnosis,competence,attempt,"
        "isolation,rehearsal"
    )


def test_the_gradebook_has_the_columns_of_nbgrader() -> None:
    """An institution reads the gradebook as it reads that of nbgrader."""
    header = gradebook_csv([result()]).splitlines()[0]
    assert header == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )


def test_a_row_says_what_happened() -> None:
    """One row for a question: verdict, points, why, and with which protection it was run."""
    (row,) = rows_of(results_csv([result(points=0.5)]))
    assert row["verdict"] == "near_miss"
    assert (row["points"], row["out_of"]) == ("0.5", "2")
    assert row["diagnosis"] == "You found one spelling."
    assert (row["isolation"], row["rehearsal"]) == ("process", "no")


def test_what_waits_for_a_person_has_no_points_yet() -> None:
    """A text that nobody has marked is empty in the table: 0 would be a mark."""
    waiting = result(question="q8", verdict="to_mark", points=None, out_of=4.0)
    (row,) = rows_of(results_csv([waiting]))
    assert (row["points"], row["out_of"]) == ("", "4")
    assert points_of([result(points=2.0), waiting]) == "2 of 2, 4 to mark"


def test_a_rehearsal_is_marked_in_every_row() -> None:
    """Nobody can take the points of a rehearsal for real ones."""
    (row,) = rows_of(results_csv([result(rehearsal="seed 7")]))
    assert row["rehearsal"] == "yes"


def test_the_gradebook_adds_up_a_unit() -> None:
    """One row for a participant and unit, with the sum of its questions."""
    first, second = result(points=1.5), result(question="q3", points=1.0, out_of=3.0)
    rows = rows_of(gradebook_csv([first, second, result(participant="ben", points=2.0)]))
    assert [(r["student_id"], r["score"], r["max_score"]) for r in rows] == [
        ("anna", "2.5", "5"),
        ("ben", "2", "2"),
    ]


def test_the_newest_attempt_is_the_one_in_the_gradebook() -> None:
    """Two attempts are one row: points of different attempts are not added up."""
    rows = rows_of(gradebook_csv([result(points=1.0), result(attempt=2, points=2.0)]))
    assert [(row["score"], row["max_score"]) for row in rows] == [("2", "2")]


def starts_a_formula(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula, however it reads blanks."""
    return cell.strip(' \t\r\n\u3000\u200b\ufeff"')[:1] in SIGNS and cell != ""


def without_marks(cell: str) -> str:
    """A text as it was, before the apostrophes were put into it."""
    return cell.replace("'", "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(formula: str) -> None:
    """A spreadsheet shows every text as text, wherever a participant could have put it."""
    evil = result(participant=formula, diagnosis=formula)
    for text in (results_csv([evil]), gradebook_csv([evil])):
        for row in rows_of(text):
            assert not any(starts_a_formula(value) for value in row.values())
            assert not any(value.startswith(("\t", "\r", "\n")) for value in row.values())
    (row,) = rows_of(results_csv([evil]))
    assert without_marks(row["participant"]) == without_marks(formula)


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula_where_another_separator_is_used(separator: str, formula: str) -> None:
    """Spreadsheets of many countries split at a semicolon, and then a quote protects nothing."""
    text = results_csv([result(participant=f"x{separator}{formula}", diagnosis=formula)])
    cells = [cell for line in text.splitlines() for cell in line.split(separator)]
    assert not any(starts_a_formula(cell.strip(",")) for cell in cells)


LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n=;"))
ANY_LETTERS = st.text(st.characters(exclude_categories=[])) | st.text("=+-@\t\r\n;\x00\ud800 ＝")


@given(name=LETTERS)
def test_a_text_comes_back_as_it_was_but_for_apostrophes(name: str) -> None:
    """Written and read again, a text is the same, apart from the marks that keep it a text."""
    (row,) = rows_of(results_csv([result(participant=name, diagnosis="why")]))
    assert without_marks(row["participant"]) == without_marks(name)
    assert (row["unit"], row["diagnosis"]) == ("w1d1_90", "why")


@given(name=ANY_LETTERS)
def test_no_text_at_all_is_a_formula_or_breaks_a_table(name: str) -> None:
    """Control characters and half characters cost themselves alone; the file can be written."""
    text = results_csv([result(participant=name, diagnosis=name)])
    assert text.encode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert not starts_a_formula(row["participant"])
    assert not set(row["participant"]) & {chr(code) for code in range(32)} - set("\t\r\n")
    assert len(without_marks(row["participant"])) == len(without_marks(name))
    assert (row["unit"], row["points"], row["rehearsal"]) == ("w1d1_90", "0", "no")


NAMES = [
    "Smith, Ana",
    'Ana "Nani" Smith',
    "two\nlines",
    "=1+1",
    "+66 2",
    "-",
    "@home",
    "日本 太郎",
    "O'Neil",
]


def test_pandas_reads_the_tables(tmp_path: Path) -> None:
    """A program of an institution gets each name in its column, and numbers as numbers."""
    path = tmp_path / "gradebook.csv"
    content = gradebook_csv([result(participant=name, points=1.5) for name in NAMES])
    path.write_bytes(content.encode("utf-8-sig"))
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert [without_marks(name) for name in table["student_id"]] == [
        without_marks(name) for name in NAMES
    ]
    assert table["score"].tolist() == [1.5] * len(NAMES)
    assert set(table["assignment"]) == {"w1d1_90"}


def test_a_workbook_that_is_made_from_the_table_holds_no_formula(tmp_path: Path) -> None:
    """An instructor who saves the table as a workbook gets texts, not formulas."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in csv.reader(
        io.StringIO(results_csv([result(participant=n) for n in NAMES]), newline="")
    ):
        sheet.append(row)
    book.save(tmp_path / "results.xlsx")
    again = openpyxl.load_workbook(tmp_path / "results.xlsx").active
    assert {cell.data_type for row in again.iter_rows() for cell in row} <= {"s", "n"}


def test_numbers_stay_numbers() -> None:
    """The mark for text is put before texts only."""
    assert as_text_cell(-1) == "-1"
    assert as_text_cell("C1") == "C1"


def test_points_are_written_in_full() -> None:
    """A sum over a large cohort is not shortened to a power of ten."""
    many = result(points=1234567.25, out_of=2000000.0)
    (row,) = rows_of(gradebook_csv([many]))
    assert (row["score"], row["max_score"]) == ("1234567.25", "2000000")


def test_the_newest_attempt_is_found_in_any_order() -> None:
    """An older attempt that is listed later does not come back."""
    old, new = result(points=2.0), result(attempt=2, points=1.0)
    assert newest_attempts([new, old]) == [new]


def test_a_comma_a_quote_and_a_line_end_stay_in_their_cell() -> None:
    """A name cannot move the columns of its row."""
    name = 'a,b"c\nd'
    (row,) = rows_of(results_csv([result(participant=name)]))
    assert row["participant"] == name
    assert row["unit"] == "w1d1_90"


def test_the_table_for_the_console_shows_no_control_characters() -> None:
    """A name cannot move the cursor of the instructor's terminal."""
    assert "\x1b" not in cohort_table([result(participant="a\x1b[2Jb")])
