"""What people read after grading: tables, feedback pages, the report of the cohort."""

import dataclasses
import itertools
import re
from pathlib import Path

import pytest
from graded import EVIL, Page, executed_with, result, rows_of

from rilo_training.course.manifest import Programme, load_programme
from rilo_training.files import safe_name
from rilo_training.grading.reports import tables
from rilo_training.grading.reports.cohort import cohort_page
from rilo_training.grading.reports.feedback import feedback_page
from rilo_training.grading.reports.page import visible
from rilo_training.grading.reports.report import cohort_table, write_reports
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.result import Criterion

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return load_programme(ROOT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store of an instructor."""
    return Store(tmp_path / "store")


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


# ---- the page of a participant


def page_of(programme: Programme, tmp_path: Path, *results: object, source: str = "x = 1") -> Page:
    """The feedback page of some results."""
    return Page(feedback_page(programme, list(results), executed_with(tmp_path, source)))  # type: ignore[arg-type]


def test_an_open_attempt_is_not_handed_out(programme: Programme, tmp_path: Path) -> None:
    """The page of an open attempt says so above everything; that of a closed one does not."""
    warning = "Not released: attempt 2 is open. Do not hand out."
    assert warning in page_of(programme, tmp_path, result(attempt=2)).text
    closed = page_of(programme, tmp_path, result(attempt=2, is_released=True)).text
    assert "Not released" not in closed


def test_a_rehearsal_is_said_on_both_pages(programme: Programme, tmp_path: Path) -> None:
    """Nobody takes a page of a rehearsal for a real one."""
    rehearsed = result(rehearsal="seed 7")
    for text in (
        page_of(programme, tmp_path, rehearsed).text,
        Page(cohort_page(programme, [rehearsed])).text,
    ):
        assert "REHEARSAL: these points do not count." in text


def test_the_isolation_is_not_for_participants(programme: Programme, tmp_path: Path) -> None:
    """How the answers were protected stands in the report of the cohort alone."""
    assert "process" not in page_of(programme, tmp_path, result()).text
    assert "Isolation process" in Page(cohort_page(programme, [result()])).text


def test_a_participant_reads_what_to_read_again(programme: Programme, tmp_path: Path) -> None:
    """A wrong answer names the part of the unit; a right one does not send anybody back."""
    wrong = page_of(programme, tmp_path, result(review="part 3, Cases in each section")).text
    assert "Read again: part 3, Cases in each section (unit w1d1_90" in wrong
    elsewhere = page_of(programme, tmp_path, result(review="the lesson w1d1_01, part 5")).text
    assert "Read again: the lesson w1d1_01, part 5." in elsewhere
    right = result(verdict="correct", points=2.0, review="part 3", diagnosis="")
    assert "part 3" not in page_of(programme, tmp_path, right).text


def test_a_participant_reads_how_long_the_code_ran(programme: Programme, tmp_path: Path) -> None:
    """The time of each answer, and nothing where no answer ran."""
    timed = page_of(programme, tmp_path, result(seconds=1.26)).text
    assert "your code ran 1.3 s" in timed
    assert "your code ran" not in page_of(programme, tmp_path, result()).text


def test_a_marked_text_shows_its_levels_and_the_comment(
    programme: Programme, tmp_path: Path
) -> None:
    """Each criterion with its level and points, what the instructor wrote, and the text once."""
    marked = result(
        kind="text",
        verdict="partial",
        points=1.5,
        answer="Dear colleague, " + EVIL,
        criteria=(
            Criterion("Limits", "one that matters " + EVIL, 1.0, 1.0),
            Criterion("Reader", "clear", 0.5, 1.0),
        ),
        comment="Good order. " + EVIL,
    )
    page = page_of(programme, tmp_path, marked, source="reply = 'Dear colleague, again'")
    for words in (
        "Limits",
        "one that matters " + EVIL,
        "1 of 1",
        "0.5 of 1",
        "Good order. " + EVIL,
    ):
        assert words in page.text
    assert page.text.count("Dear colleague") == 1
    assert page.runs_nothing()


def test_the_first_line_says_what_went_well_and_one_next_step(
    programme: Programme, tmp_path: Path
) -> None:
    """It counts what is correct, and sends to the question that lost most points."""
    results = [
        result(question="q1", verdict="correct", points=2.0, diagnosis="", competence="C6"),
        result(question="q2", points=1.0, review="the first tool"),
        result(question="q3", points=0.0, out_of=3.0, review="the second tool"),
        result(question="q4", verdict="error", points=0.0, out_of=3.0, review="the third tool"),
    ]
    text = page_of(programme, tmp_path, *results).text
    assert "1 of 4 questions are correct. You have all points for: Intelligence practice." in text
    step = "Start with question 3: 3 of its 3 points are still open. Read again: the second tool."
    assert step in text
    assert text.count("Start with question") == 1


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (
            "wrong",
            "You answered 1 of 1 question. For 1 of them, the text below says what to change.",
        ),
        ("error", "Your notebook arrived, and it could be read."),
        ("not_attempted", "Your notebook arrived, and it could be read."),
    ],
)
def test_there_is_always_something_that_went_well(
    programme: Programme, tmp_path: Path, verdict: str, words: str
) -> None:
    """Also without a point, the first line is true and kind."""
    assert words in page_of(programme, tmp_path, result(verdict=verdict)).text


def test_full_marks_lead_to_the_next_unit(programme: Programme, tmp_path: Path) -> None:
    """Where nothing was lost, nothing is invented: the next step is the next unit."""
    right = result(unit="w1d1_01", verdict="correct", points=2.0, diagnosis="")
    text = page_of(programme, tmp_path, right).text
    assert "1 question is correct." in text
    after = programme.units[[unit.id for unit in programme.units].index("w1d1_01") + 1]
    assert f"Nothing has to be corrected. Go on with {after.id}" in text


def test_the_table_of_a_page_has_headings_for_its_rows(programme: Programme) -> None:
    """Who listens to a page hears the row and the column of every number."""
    text = cohort_page(programme, [result(), result(participant="ben")])
    assert text.count("<th ") == text.count('scope="')
    assert '<html lang="en">' in text
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


# ---- what is hidden


@pytest.mark.parametrize(
    "code", [0x0, 0x7, 0x1B, 0x7F, 0x200B, 0x200E, 0x202E, 0x2066, 0xE0041, 0xD800]
)
def test_a_hidden_character_is_shown_by_its_number(
    programme: Programme, tmp_path: Path, code: int
) -> None:
    """Text in an answer cannot turn round, hide or move what stands beside it."""
    evil = f"a{chr(code)}b"
    shown = f"a[U+{code:04X}]b"
    one = result(diagnosis=evil, answer=evil, participant=evil)
    page = page_of(programme, tmp_path, one)
    assert page.text.count(shown) >= 3
    assert chr(code) not in page.text
    assert shown in Page(cohort_page(programme, [one])).text


def test_hindi_sinhala_and_thai_are_not_touched() -> None:
    """Letters that need a joiner or several marks are shown as they were written."""
    for text in (
        "\u0915\u094d\u200d\u0937",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
        "\u0e17\u0e35\u0e48",
        "e\u0302\u0323",
    ):
        assert visible(text) == text


def test_marks_above_each_other_end_somewhere() -> None:
    """A letter with a thousand marks would cover the verdict above it."""
    assert len(visible("a" + "\u0301" * 1_000)) == 5


def test_colours_of_a_terminal_are_left_out(programme: Programme, tmp_path: Path) -> None:
    """An output with colours for a terminal is shown as its words."""
    output = {"output_type": "stream", "text": "\x1b[1;31mred\x1b[0m\x1b]8;;x\x07link"}
    text = feedback_page(programme, [result()], executed_with(tmp_path, "x", output))
    assert "redlink" in Page(text).text


def test_addresses_in_a_task_are_words(programme: Programme, tmp_path: Path) -> None:
    """No text makes a link: the only addresses of a page are those of its own questions."""
    words = "[a](javascript:alert(1)) ![b](data:text/html,x) <https://example.org>"
    page = page_of(programme, tmp_path, result(diagnosis=words), source=words)
    assert page.text.count(words) == 2
    links = [value for name, value in page.attributes if name in ("href", "src")]
    assert links == ["#q2"]


def test_a_text_without_end_is_cut_everywhere(programme: Programme, tmp_path: Path) -> None:
    """An answer or an error of a million letters leaves a page that opens."""
    one = result(answer="y" * 1_000_000, diagnosis="z" * 1_000_000)
    text = feedback_page(programme, [one], executed_with(tmp_path, "x = 1"))
    assert len(text) < 40_000
    assert "The first 8,000 of 1,000,000 characters are shown." in text
    assert len(cohort_page(programme, [one])) < 40_000


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


@dataclasses.dataclass
class PlainFolder:
    """A store that asks no database for the names of its folders."""

    folder: Path

    def place(self, room: str, participant: str, unit: str, attempt: int) -> Path:
        """The place of a file."""
        return self.folder / room / safe_name(participant) / f"{unit}_{attempt}.html"


def test_half_a_character_does_not_stop_the_reports(programme: Programme, tmp_path: Path) -> None:
    """A broken character in a name or in a text costs that character alone."""
    store = PlainFolder(tmp_path)
    broken = result(participant="Ren\udce9", diagnosis="\ud800", answer="\ud800")
    assert write_reports(programme, store, [broken, result()]) == []
    rows = rows_of((store.folder / "results.csv").read_text(encoding="utf-8-sig"))
    assert len(rows) == 2


def test_the_columns_are_said_once() -> None:
    """The names of the columns in the code are those of the contract."""
    assert len(tables.RESULT_COLUMNS) == len(tables.GRADEBOOK_COLUMNS) == 11


def test_what_did_not_change_is_not_written_again(programme: Programme, store: Store) -> None:
    """A page keeps its time when nothing on it changed; what changed is written."""
    people = [result(), result(participant="ben")]
    write_reports(programme, store, people)
    pages = [*store.folder.rglob("*.html"), store.folder / "results.csv"]
    before = {path: path.stat().st_mtime_ns for path in pages}
    write_reports(programme, store, people)
    assert {path: path.stat().st_mtime_ns for path in pages} == before
    write_reports(programme, store, [people[0], dataclasses.replace(people[1], points=1.0)])
    changed = {path.parent.name for path in pages if path.stat().st_mtime_ns != before[path]}
    assert changed == {"ben", store.folder.name}


def test_pages_of_a_few_can_be_written_alone(programme: Programme, store: Store) -> None:
    """After one more submission, the pages of the others are not even made."""
    people = [result(), result(participant="ben")]
    write_reports(programme, store, people, {("ben", "w1d1_90")})
    assert {path.parent.name for path in (store.folder / "feedback").rglob("*.html")} == {"ben"}
    rows = rows_of((store.folder / "results.csv").read_text(encoding="utf-8-sig"))
    assert len(rows) == 2


def test_each_attempt_keeps_its_page(programme: Programme, store: Store) -> None:
    """The page of the first attempt stays when there is a second, and the report links right."""
    first, second = result(answer="the first"), result(attempt=2, answer="the second")
    write_reports(programme, store, [first, second])
    for attempt, words in ((1, "the first"), (2, "the second")):
        page = store.place("feedback", "anna", "w1d1_90", attempt).read_text(encoding="utf-8")
        assert words in page
    cohort = Page((store.folder / "cohort_report.html").read_text(encoding="utf-8"))
    links = [value for name, value in cohort.attributes if name == "href" and "/" in value]
    assert set(links) == {"feedback/anna/w1d1_90_attempt_2.html"}
    assert (store.folder / links[0]).is_file()


def test_the_gradebook_holds_the_attempts_that_count(programme: Programme, store: Store) -> None:
    """With another policy than the newest attempt, the sums are those of that attempt."""
    first, second = result(points=2.0), result(attempt=2, points=0.5)
    write_reports(
        programme, store, [first, second], counting=[first], policy="The best attempt counts."
    )
    (row,) = rows_of((store.folder / "gradebook.csv").read_text(encoding="utf-8-sig"))
    assert row["score"] == "2"
    text = Page((store.folder / "cohort_report.html").read_text(encoding="utf-8")).text
    assert "The best attempt counts." in text
    assert "Points: 2 of 2." in text
