"""What people read after grading: tables, feedback pages, the report of the cohort."""

import base64
import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from rilo_training.course.manifest import Programme, load_programme
from rilo_training.files import safe_name
from rilo_training.grading import report
from rilo_training.grading.record import Store
from rilo_training.grading.report import (
    as_text_cell,
    cohort_page,
    cohort_table,
    evidence_of,
    feedback_page,
    gradebook_csv,
    points_of,
    results_csv,
    safe_picture,
    write_reports,
)
from rilo_training.grading.result import Result

ROOT = Path(__file__).resolve().parent.parent
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\"'&"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|'/c calc'!A1"]


def result(**different: Any) -> Result:
    """One graded question."""
    found: dict[str, Any] = {
        "participant": "anna",
        "unit": "w1d1_90",
        "question": "q2",
        "verdict": "near_miss",
        "points": 0.0,
        "out_of": 2.0,
        "diagnosis": "You found one spelling.",
        "competence": "C1",
        "attempt": 1,
        "isolation": "process",
        "rehearsal": "",
        "mistake": 0,
        "notes": "",
        "answer": "412 lines",
        "at": "2026-12-01T09:00:00+00:00",
        "receipt": "",
    }
    return Result(**{**found, **different})


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return load_programme(ROOT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store of an instructor."""
    return Store(tmp_path / "store")


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


class Page(HTMLParser):
    """The tags, the attributes and the words of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words without the tags between them."""
        return "".join(self.words)

    def runs_nothing(self) -> bool:
        """Whether no tag and no attribute could run or load anything."""
        bad_tags = {"script", "iframe", "object", "embed", "link", "base", "form", "svg"}
        return not bad_tags & set(self.tags) and not any(
            name.startswith("on")
            or (name in ("src", "href") and re.match(r"(?i)\s*(javascript|https?|//)", value))
            for name, value in self.attributes
        )


def executed_with(folder: Path, source: str, *outputs: dict[str, Any]) -> Path:
    """An executed notebook with one answer to q2."""
    path = folder / "executed.ipynb"
    task = {"rilo": {"role": "task", "question": "q2"}}
    answer = {"rilo": {"role": "answer", "question": "q2"}}
    cells = [
        {"cell_type": "markdown", "metadata": task, "source": "## Question 2 (2 points)\n\nCount."},
        {"cell_type": "code", "metadata": answer, "source": source, "outputs": list(outputs)},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def png(text: str = "", size: tuple[int, int] = (4, 3)) -> bytes:
    """A small picture, with a text hidden in it."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", text)
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, "PNG", pnginfo=about)
    return file.getvalue()


def encoded(content: bytes) -> str:
    """A picture as it stands in a notebook."""
    return base64.b64encode(content).decode("ascii")


# ---- tables


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
    assert points_of({"q2": result(points=2.0), "q8": waiting}) == "2 of 2, 4 to mark"


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


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(formula: str) -> None:
    """A spreadsheet shows every text as text, wherever a participant could have put it."""
    evil = result(participant=formula, diagnosis=formula)
    for text in (results_csv([evil]), gradebook_csv([evil])):
        for row in rows_of(text):
            assert not any(
                value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for value in row.values()
            )
    (row,) = rows_of(results_csv([evil]))
    assert formula in row["participant"]


def test_numbers_stay_numbers() -> None:
    """The mark for text is put before texts only."""
    assert as_text_cell(-1) == "-1"
    assert as_text_cell("C1") == "C1"


def test_a_comma_a_quote_and_a_line_end_stay_in_their_cell() -> None:
    """A name cannot move the columns of its row."""
    name = 'a,b"c\nd'
    (row,) = rows_of(results_csv([result(participant=name)]))
    assert row["participant"] == name
    assert row["unit"] == "w1d1_90"


def test_the_table_for_the_console_shows_no_control_characters() -> None:
    """A name cannot move the cursor of the instructor's terminal."""
    assert "\x1b" not in cohort_table([result(participant="a\x1b[2Jb")])


# ---- pages


def test_what_participants_wrote_is_text_on_their_page(
    programme: Programme, tmp_path: Path
) -> None:
    """Tags in an id, an error, an answer, code or output are shown, never obeyed."""
    executed = executed_with(
        tmp_path,
        f"print({EVIL!r})",
        {"output_type": "stream", "name": "stdout", "text": [EVIL, "\n"]},
        {"output_type": "display_data", "data": {"text/html": EVIL, "text/plain": EVIL}},
    )
    evil = result(
        participant=EVIL, diagnosis=EVIL, answer=EVIL, notes=EVIL, receipt=EVIL, verdict="wrong"
    )
    page = Page(feedback_page(programme, [evil], executed))
    assert page.runs_nothing()
    assert "img" not in page.tags
    assert page.text.count(EVIL) >= 5


def test_what_participants_wrote_is_text_on_the_page_of_the_cohort(programme: Programme) -> None:
    """The instructor's page obeys no id and no sentence either."""
    page = Page(cohort_page(programme, [result(participant=EVIL, diagnosis=EVIL)]))
    assert page.runs_nothing()
    assert EVIL in page.text
    links = [value for name, value in page.attributes if name == "href"]
    assert f"feedback/{safe_name(EVIL)}/w1d1_90.html" in links


@pytest.mark.parametrize("mark", ["**", "*", "`", "```", "# x", "- x", "> x", "| x |", "***`**"])
def test_marks_of_markdown_lose_no_word(programme: Programme, tmp_path: Path, mark: str) -> None:
    """A sentence with signs of Markdown in it is shown with all its words."""
    sentence = f"Your code stopped: first {mark} second {mark} {EVIL} last"
    page = Page(
        feedback_page(programme, [result(diagnosis=sentence)], executed_with(tmp_path, "x = 1"))
    )
    assert page.runs_nothing()
    for word in ("first", "second", EVIL, "last"):
        assert word in page.text


@pytest.mark.parametrize("make", ["feedback", "cohort"])
def test_pages_allow_no_script_and_no_address(
    programme: Programme, tmp_path: Path, make: str
) -> None:
    """The policy of a page forbids scripts and everything from outside."""
    executed = executed_with(tmp_path, "x = 1")
    text = (
        feedback_page(programme, [result()], executed)
        if make == "feedback"
        else cohort_page(programme, [result()])
    )
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "http" not in policy
    assert Page(text).runs_nothing()


def test_a_page_says_how_the_question_stands_and_why(programme: Programme, tmp_path: Path) -> None:
    """A participant reads the task, the verdict in words, the reason and their own code."""
    text = Page(
        feedback_page(programme, [result()], executed_with(tmp_path, "ketamine_lines = 412"))
    ).text
    for words in (
        "a known mistake",
        "You found one spelling.",
        "412 lines",
        "ketamine_lines = 412",
    ):
        assert words in text
    assert "0 of 2" in text


def test_a_page_without_an_executed_notebook_is_written(
    programme: Programme, tmp_path: Path
) -> None:
    """Where the evidence is lost or broken, the verdicts are still told."""
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{", encoding="utf-8")
    for executed in (tmp_path / "gone.ipynb", broken):
        assert "You found one spelling." in feedback_page(programme, [result()], executed)


def test_a_long_output_is_cut(programme: Programme, tmp_path: Path) -> None:
    """A page stays short, however much was printed."""
    output = {"output_type": "stream", "name": "stdout", "text": "y" * 1_000_000}
    text = feedback_page(programme, [result()], executed_with(tmp_path, "x = 1", output))
    assert len(text) < 100_000


def test_the_cohort_page_counts_the_mistakes(programme: Programme) -> None:
    """The instructor reads who is stuck on what, the most frequent mistake first."""
    years = {"question": "q3", "diagnosis": "You counted all years."}
    right = {"question": "q3", "diagnosis": "", "verdict": "correct"}
    ben = {"participant": "ben"}
    page = cohort_page(
        programme, [result(), result(**right), result(**ben), result(**ben, **years)]
    )
    text = Page(page).text
    assert text.index("You found one spelling.") < text.index("You counted all years.")
    assert "anna, ben" in text


def test_a_participant_without_one_of_the_questions_is_shown(programme: Programme) -> None:
    """A unit that got a question later does not stop the reports of those graded before."""
    results = [result(question="q1"), result(participant="ben", question="q1")]
    results.append(result(participant="ben", question="q9"))
    assert "anna" in cohort_table(results)
    assert "anna" in cohort_page(programme, results)


def test_results_of_a_unit_that_was_taken_out_stay(programme: Programme, store: Store) -> None:
    """A unit that is no longer in the course does not stop the reports of the others."""
    old = result(unit="w0d0_00", question="q1")
    write_reports(programme, store, [old, result()])
    rows = rows_of((store.folder / "results.csv").read_text(encoding="utf-8-sig"))
    assert [row["unit"] for row in rows] == ["w0d0_00", "w1d1_90"]
    assert (store.folder / "feedback" / "anna" / "w1d1_90.html").is_file()


# ---- pictures


def test_a_picture_is_made_again_from_its_pixels() -> None:
    """A page shows what the picture shows; what was hidden in its file is gone."""
    content = png(text="hidden words") + b"<script>alert(1)</script>"
    again = base64.b64decode(safe_picture(encoded(content)))
    assert b"hidden words" in content
    assert b"hidden words" not in again
    assert b"<script>" not in again
    with Image.open(io.BytesIO(again)) as picture:
        assert picture.size == (4, 3)
        assert picture.getpixel((0, 0)) == (200, 30, 30)


NO_PICTURE = {
    "nothing": "",
    "no base64": "%%%",
    "a page": encoded(b"<html><script>alert(1)</script></html>"),
    "a vector picture": encoded(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "half a picture": encoded(png()[:40]),
    "a number": 7,
    "a list": ["a", "b"],
    "none": None,
}


@pytest.mark.parametrize("case", NO_PICTURE)
def test_what_is_no_picture_is_not_shown(case: str) -> None:
    """Data that only claim to be a picture are left out, without an error."""
    assert safe_picture(NO_PICTURE[case]) == ""


def test_a_picture_of_another_kind_is_not_shown() -> None:
    """Only the kind that charts have is opened: every other reader is a risk of its own."""
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "GIF")
    assert safe_picture(encoded(file.getvalue())) == ""


def test_a_picture_that_unpacks_without_end_is_not_shown() -> None:
    """A small file with a huge picture in it is refused before it is unpacked."""
    file = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    assert safe_picture(encoded(file.getvalue())) == ""


def test_a_page_shows_charts_as_pictures_alone(programme: Programme, tmp_path: Path) -> None:
    """A chart is embedded in the page; vector pictures and HTML are not."""
    data = {
        "image/png": encoded(png("hidden words")),
        "image/svg+xml": "<svg onload='alert(1)'/>",
        "text/html": "<b>bold</b>",
    }
    executed = executed_with(tmp_path, "plot()", {"output_type": "display_data", "data": data})
    text = feedback_page(programme, [result()], executed)
    page = Page(text)
    assert page.tags.count("img") == 1
    assert encoded(png("hidden words")) not in text
    assert not {"svg", "b"} & set(page.tags)
    assert all(value for name, value in page.attributes if name == "alt")


def test_evidence_of_odd_outputs_is_read(tmp_path: Path) -> None:
    """An executed notebook was written by us, but its outputs come from somebody else's code."""
    executed = executed_with(
        tmp_path,
        "x",
        {"output_type": "stream", "text": ["a", "b"]},
        {"output_type": "display_data", "data": {"image/png": 7, "text/plain": ["c", "d"]}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []},
    )
    (cell,) = evidence_of(executed)["q2"]
    assert cell["output"] == "ab\ncd"
    assert cell["pictures"] == []


# ---- files


def test_all_reports_are_written(programme: Programme, store: Store) -> None:
    """Tables, the page of the cohort, and a page for each participant and unit."""
    people = [result(), result(participant="../../ben"), result(participant="CON")]
    assert write_reports(programme, store, people) == []
    assert {path.name for path in store.folder.iterdir()} >= {
        "results.csv",
        "gradebook.csv",
        "cohort_report.html",
    }
    pages = sorted((store.folder / "feedback").rglob("*.html"))
    assert len(pages) == 3
    assert all(path.resolve().is_relative_to(store.folder.resolve()) for path in pages)
    assert "CON" not in {path.parent.name for path in pages}


def test_tables_open_in_excel(programme: Programme, store: Store) -> None:
    """Tables for people begin with the mark by which Excel knows the encoding."""
    write_reports(programme, store, [result(participant="日本")])
    for name in ("results.csv", "gradebook.csv"):
        content = (store.folder / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert "日本" in content.decode("utf-8-sig")


@pytest.mark.parametrize("name", ["results.csv", "gradebook.csv", "cohort_report.html"])
def test_a_file_that_cannot_be_written_stops_no_other(
    programme: Programme, store: Store, name: str
) -> None:
    """A report in the way gives a sentence with its name; all others are written."""
    (store.folder / name).mkdir()
    (problem,) = write_reports(programme, store, [result()])
    assert problem.startswith(name)
    assert "grade again" in problem
    others = {"results.csv", "gradebook.csv", "cohort_report.html"} - {name}
    assert all((store.folder / other).is_file() for other in others)
    assert (store.folder / "feedback" / "anna" / "w1d1_90.html").is_file()


def test_a_page_that_cannot_be_written_is_named_with_its_participant(
    programme: Programme, store: Store
) -> None:
    """Every page of a unit has the same file name: the sentence says whose it is."""
    (store.folder / "feedback").mkdir()
    (store.folder / "feedback" / "anna").write_text("in the way", encoding="utf-8")
    (problem,) = write_reports(programme, store, [result(), result(participant="ben")])
    assert "anna" in problem
    assert (store.folder / "feedback" / "ben" / "w1d1_90.html").is_file()


def test_a_file_in_use_keeps_what_it_had(
    programme: Programme, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that Excel holds open stays as it was, and nothing half-written lies beside it."""
    write_reports(programme, store, [result()])
    before = (store.folder / "results.csv").read_bytes()
    replace = Path.replace

    def held(path: Path, target: Path) -> Path:
        if Path(target).name == "results.csv":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", held)
    (problem,) = write_reports(programme, store, [result(points=2.0)])
    assert "results.csv" in problem
    assert (store.folder / "results.csv").read_bytes() == before
    assert not [path.name for path in store.folder.iterdir() if path.name.startswith(".writing")]


def test_half_a_character_does_not_stop_the_reports(programme: Programme, store: Store) -> None:
    """A broken character in a name or in a text costs that character alone."""
    broken = result(participant="Ren\udce9", diagnosis="\ud800", answer="\ud800")
    assert write_reports(programme, store, [broken, result()]) == []
    rows = rows_of((store.folder / "results.csv").read_text(encoding="utf-8-sig"))
    assert len(rows) == 2


def test_the_columns_are_said_once() -> None:
    """The names of the columns in the code are those of the contract."""
    assert len(report.RESULT_COLUMNS) == len(report.GRADEBOOK_COLUMNS) == 11
