"""Grading from submissions to reports: fair verdicts, and one bad file stops nobody."""

import contextlib
import csv
import dataclasses
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from rilo_training.answers import Judgement, Question
from rilo_training.answers.judge import TYPED_IN
from rilo_training.cli import main
from rilo_training.course.manifest import CourseError, Programme, load_programme
from rilo_training.course.notebook import (
    notebook_text,
    participant_copy,
    question_of,
    read_notebook,
    role_of,
    solutions_of,
)
from rilo_training.demo import expected_verdicts, write_submissions
from rilo_training.files import safe_name
from rilo_training.grading import grade as module
from rilo_training.grading.execute import Evidence
from rilo_training.grading.grade import Summary, grade
from rilo_training.grading.judge import better, judge_run
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.result import Result
from rilo_training.grading.task import Graded, Task
from rilo_training.kernels import choose_level
from rilo_training.world import read_about

ROOT = Path(__file__).resolve().parent.parent
UNIT = "w1d1_90"
SEED = 7
REHEARSAL = f"seed {SEED}"
QUESTIONS = [f"q{number}" for number in range(1, 10)]
MACHINE_MARKED = [question for question in QUESTIONS if question != "q8"]
NUMBERS = ["q2", "q3", "q4", "q6"]
Solved = Callable[..., str]


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course, with less patience for answers that never end."""
    return dataclasses.replace(load_programme(ROOT), cell_seconds=5)


@pytest.fixture(scope="module")
def blank(programme: Programme) -> str:
    """A participant's copy that nobody has touched, as text."""
    return notebook_text(participant_copy(read_notebook(programme.notebook(programme.unit(UNIT)))))


@pytest.fixture(scope="module")
def solved(programme: Programme) -> Solved:
    """Make a copy with every question solved, but for the answers that are given."""
    notebook = read_notebook(programme.notebook(programme.unit(UNIT)))
    solutions = solutions_of(notebook)

    def make(**answers: str) -> str:
        made = participant_copy(notebook)
        for cell in made.cells:
            if role_of(cell) == "answer":
                question = str(question_of(cell))
                cell["source"] = answers.get(question, solutions[question])
        return json.dumps(made)

    return make


@dataclass
class Cohort:
    """The sample cohort, graded once for all tests of this module."""

    store: Path
    submissions: Path
    summary: Summary
    results: dict[tuple[str, str], Result]
    key: dict[str, Question]

    def of(self, participant: str) -> dict[str, Result]:
        """The results of one participant by question."""
        return {q: found for (name, q), found in self.results.items() if name == participant}

    def page(self, participant: str) -> str:
        """What a participant reads on their page."""
        return words_of(self.store / "feedback" / participant / f"{UNIT}.html")


@pytest.fixture(scope="module")
def cohort(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Grade the sample cohort on a world that nobody has seen."""
    folder = tmp_path_factory.mktemp("cohort")
    submissions, store = folder / "submissions", folder / "store"
    write_submissions(programme, submissions, units={UNIT})
    summary = grade(programme, submissions, store, seed=SEED)
    (key_file,) = (store / "worlds").glob("*/key.json")
    questions = json.loads(key_file.read_text(encoding="utf-8"))["questions"]
    return Cohort(
        store,
        submissions,
        summary,
        {(found.participant, found.question): found for found in Store(store).results(REHEARSAL)},
        {entry["question"]: Question.from_json(entry) for entry in questions},
    )


@pytest.fixture
def store(cohort: Cohort, tmp_path: Path) -> Path:
    """A store with the world of the cohort, for a rehearsal and for the first attempt."""
    worlds = tmp_path / "store" / "worlds"
    (ready,) = (cohort.store / "worlds").glob(f"{UNIT}*")
    for name in (ready.name, f"{UNIT}_attempt_1"):
        shutil.copytree(ready, worlds / name)
    return tmp_path / "store"


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """A folder of submissions."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    return folder


def hand_in(submissions: Path, participant: str, text: str) -> Path:
    """Lay the notebook of a participant into the folder of submissions."""
    path = submissions / participant / f"{UNIT}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def words_of(page: Path) -> str:
    """The words of a page without its style and its tags."""
    text = re.sub(r"(?s)<style>.*?</style>", "", page.read_text(encoding="utf-8"))
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def verdicts(results: list[Result], participant: str) -> list[str]:
    """The verdicts of one participant, in the order of the questions."""
    return [found.verdict for found in results if found.participant == participant]


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a table for people."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def executed_text_of(output: str) -> str:
    """An executed notebook in which the answer to q1 printed something."""
    marks = {"rilo": {"role": "answer", "question": "q1"}}
    printed = {"output_type": "stream", "name": "stdout", "text": output}
    cell = {"cell_type": "code", "metadata": marks, "source": "print()", "outputs": [printed]}
    return json.dumps({"cells": [cell]})


@pytest.fixture
def without_kernels(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grade without running anything: all is correct. Gives who was graded, as it happens."""
    seen: list[str] = []

    def pretend(task: Task) -> Graded:
        seen.append(task.participant)
        judgements = {
            name: Judgement("correct", question.points, question.points)
            for name, question in task.package.questions.items()
        }
        return Graded(judgements, {}, {}, {}, {}, executed_text_of("nothing was run"), 0.1)

    monkeypatch.setattr(module, "grade_one", pretend)
    return seen


# ---- the sample cohort


def test_the_sample_cohort_gets_exactly_the_expected_verdicts(cohort: Cohort) -> None:
    """`examples/cohort/expected.csv` is what the grader says, row by row.

    This is the first graded unit; `run.py prove` and `run.py demo` grade all of them.
    """
    every = expected_verdicts(ROOT / "examples" / "cohort")
    expected = {asked: verdict for asked, verdict in every.items() if asked[1] == UNIT}
    found = {(name, UNIT, q): result.verdict for (name, q), result in cohort.results.items()}
    assert found == expected
    assert cohort.summary.problems == []
    assert (cohort.summary.graded, cohort.summary.unchanged) == (4, 0)


def test_another_way_to_the_answer_has_full_marks(cohort: Cohort) -> None:
    """Whoever solves every question in another way than the reference loses nothing."""
    own = cohort.of("another_way")
    for question in MACHINE_MARKED:
        assert own[question].points == own[question].out_of > 0
    assert own["q8"].points is None


def test_a_named_mistake_is_told_in_its_own_sentence(cohort: Cohort) -> None:
    """Each known mistake is recognised as that mistake, and earns what its author says."""
    for question in MACHINE_MARKED:
        found = cohort.of("named_mistakes")[question]
        assert found.mistake is not None
        mistake = cohort.key[question].mistakes[found.mistake]
        assert found.diagnosis == mistake.sentence
        assert found.points == pytest.approx(mistake.credit * found.out_of)
        assert " ".join(mistake.sentence.replace("`", "").split()) in " ".join(
            cohort.page("named_mistakes").replace("`", "").split()
        )


def test_typed_in_numbers_earn_nothing_and_are_told_so(cohort: Cohort) -> None:
    """A number of the practice data is recognised, and the page says why it is wrong."""
    own = cohort.of("typed_in")
    for question in MACHINE_MARKED:
        if cohort.key[question].depends_on_world:
            assert (own[question].points, own[question].diagnosis) == (0, TYPED_IN)
    assert TYPED_IN in " ".join(cohort.page("typed_in").split())


def test_a_damaged_notebook_loses_its_damaged_questions_alone(cohort: Cohort) -> None:
    """A deleted check, a loop without end, an error and a spoiled table cost only themselves."""
    own = cohort.of("damaged")
    lost = {question for question in MACHINE_MARKED if own[question].points == 0}
    assert lost == {"q4", "q6"}
    assert "KeyError" in own["q4"].diagnosis
    assert "5 seconds" in own["q6"].diagnosis
    assert "put back" in own["q2"].notes
    assert "used as code" in own["q3"].notes


@pytest.mark.parametrize("participant", ["typed_in", "named_mistakes"])
def test_no_expected_value_is_on_the_page_of_who_was_wrong(
    cohort: Cohort, participant: str
) -> None:
    """The official value of a question is nowhere in what a participant is given back."""
    page = cohort.page(participant)
    row = " ".join(
        f"{found.diagnosis} {found.notes} {found.answer}"
        for found in cohort.of(participant).values()
    )
    for question in NUMBERS:
        value = float(cohort.key[question].reference["value"])
        digits = int(cohort.key[question].form["digits"])
        for text in {f"{value:.{digits}f}", f"{value:,.{digits}f}", str(value)}:
            hidden = rf"(?<![\d.,-]){re.escape(text)}(?![\d-]|[.,]\d)"
            assert not re.search(hidden, page), f"{question}: {text}"
            assert not re.search(hidden, row), f"{question}: {text}"


def test_the_executed_notebook_holds_no_key(cohort: Cohort) -> None:
    """What the instructor opens is the participant's code in our notebook, without solutions."""
    paths = sorted((cohort.store / "executed").glob(f"*/{UNIT}.ipynb"))
    assert len(paths) == 4
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "rilo_training.course" not in text
        assert "SOLUTION" not in text
        assert "vnd.rilo" not in text


def test_every_participant_has_a_page_and_the_cohort_has_one(cohort: Cohort) -> None:
    """The reports stand where the contract says."""
    for participant in ("another_way", "damaged", "named_mistakes", "typed_in"):
        assert (cohort.store / "feedback" / participant / f"{UNIT}.html").is_file()
        assert participant in words_of(cohort.store / "cohort_report.html")
    assert (cohort.store / "gradebook.sqlite").is_file()


def test_the_results_table_is_as_the_contract_says(cohort: Cohort) -> None:
    """One row for each participant, unit and question, with exactly the promised columns."""
    rows = table(cohort.store / "results.csv")
    assert list(rows[0]) == [
        "participant",
        "unit",
        "question",
        "verdict",
        "points",
        "out_of",
        "diagnosis",
        "competence",
        "attempt",
        "isolation",
        "rehearsal",
    ]
    assert len(rows) == 4 * len(QUESTIONS)
    assert {row["isolation"] for row in rows} == {choose_level("auto").name}
    assert {row["rehearsal"] for row in rows} == {"yes"}
    assert {row["attempt"] for row in rows} == {"1"}
    assert {row["competence"] for row in rows} <= set(load_programme(ROOT).competences)


def test_the_gradebook_is_that_of_nbgrader(cohort: Cohort) -> None:
    """An institution with nbgrader reads the gradebook by the columns that it knows."""
    rows = table(cohort.store / "gradebook.csv")
    assert list(rows[0]) == [
        "assignment",
        "duedate",
        "timestamp",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "raw_score",
        "late_submission_penalty",
        "score",
        "max_score",
    ]
    scores = {row["student_id"]: float(row["score"]) for row in rows}
    full = sum(cohort.key[question].points for question in MACHINE_MARKED)
    assert scores["another_way"] == full
    assert scores["typed_in"] < scores["named_mistakes"] < scores["damaged"] < full


def test_the_store_holds_what_the_guide_for_instructors_says(cohort: Cohort) -> None:
    """Each file and folder of the guide is there; those of other commands come with them."""
    guide = (ROOT / "curriculum" / "grading.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", guide, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    files = {"marking_sheet.xlsx", ".csv", "cohort_report.html", "gradebook.sqlite"}
    assert files | {"feedback/", "executed/", "released/"} <= named
    of_other_commands = {"released/", "morning/", "gain/"}
    assert of_other_commands <= named
    for name in named - of_other_commands - {".csv", "hand_out", "bwrap", "process", "secret/"}:
        assert (cohort.store / name).exists(), name
    assert (cohort.store / "marking_sheet.csv").exists()


def test_the_rehearsal_shows_on_every_page(cohort: Cohort) -> None:
    """Nobody takes a rehearsal for the day of the marks."""
    assert "REHEARSAL" in cohort.page("another_way")
    assert "REHEARSAL" in words_of(cohort.store / "cohort_report.html")


def test_a_second_run_does_nothing_and_changes_nothing(
    programme: Programme, cohort: Cohort, without_kernels: list[str]
) -> None:
    """Grading again is free and gives the same tables."""
    before = (cohort.store / "results.csv").read_bytes()
    summary = grade(programme, cohort.submissions, cohort.store, seed=SEED)
    assert (summary.graded, summary.unchanged, summary.problems) == (0, 4, [])
    assert without_kernels == []
    assert (cohort.store / "results.csv").read_bytes() == before


# ---- the official world


def test_the_official_world_is_drawn_from_a_secret(
    programme: Programme, submissions: Path, blank: str, tmp_path: Path, without_kernels: list[str]
) -> None:
    """No seed is in the world; it is not the practice world; a second run uses it again."""
    hand_in(submissions, "anna", blank)
    store = tmp_path / "secret store"
    grade(programme, submissions, store)
    (extract,) = (store / "worlds").glob("*/world")
    about = read_about(extract)
    practice = read_about(programme.practice_world)
    assert practice["seed"] is not None
    assert about["seed"] is None
    assert about["world_id"] != practice["world_id"]
    assert about["tables"] != practice["tables"]
    secret = (store / "secret" / "seed").read_text(encoding="utf-8")
    assert re.fullmatch("[0-9a-f]{32}", secret)
    if os.name == "posix":
        assert (store / "secret" / "seed").stat().st_mode & 0o077 == 0
    for path in (path for path in store.rglob("*") if path.is_file()):
        if path.parent.name != "secret":
            assert secret.encode() not in path.read_bytes(), path.name
    before = {path.name: path.read_bytes() for path in extract.iterdir()}
    grade(programme, submissions, store)
    assert {path.name: path.read_bytes() for path in extract.iterdir()} == before
    assert without_kernels == ["anna"]


def test_a_rehearsal_world_hides_its_seed_too(cohort: Cohort) -> None:
    """A rehearsal is like the day itself: the world that participants' code sees has no seed."""
    (extract,) = (cohort.store / "worlds").glob("*/world")
    assert read_about(extract)["seed"] is None


def test_an_empty_secret_is_refused(
    programme: Programme, submissions: Path, blank: str, tmp_path: Path, without_kernels: list[str]
) -> None:
    """A secret that was half written when the computer stopped is no secret: everybody knows it."""
    hand_in(submissions, "anna", blank)
    place = tmp_path / "store" / "secret" / "seed"
    place.parent.mkdir(parents=True)
    place.touch()
    try:
        summary = grade(programme, submissions, tmp_path / "store")
    except CourseError as reason:
        assert "secret" in str(reason)  # noqa: PT017  (either way of saying it is good)
    else:
        drawn = place.read_text(encoding="utf-8")
        assert re.fullmatch("[0-9a-f]{32}", drawn) or any("secret" in p for p in summary.problems)


# ---- hostile and unlucky answers

KILLS = "import os\nos._exit(0)"
FORGES = (
    "import json\nfrom IPython.display import publish_display_data\n"
    "answer = {'question': 'q1', 'answer': {'type': 'value', 'value': 'a'}}\n"
    "publish_display_data({'application/vnd.rilo.answer+json': json.dumps(answer)})\n"
    "answer_to = 'b'"
)
SILENCES = (
    "import rilo_training.learn.calls as calls\ncalls._session = None\n"
    "def check(*_): return None\n"
    "begin = load_seizures = check"
)


def with_tries(text: str) -> str:
    """Put unfinished tries of a participant's own before and behind an answer."""
    content = json.loads(text)
    place = [cell["id"] for cell in content["cells"]].index("q4-answer")
    for position, code in ((place, "by_mial.head()"), (place + 2, "%%time\ntotal_kg")):
        own = {"cell_type": "code", "metadata": {}, "source": code, "outputs": []}
        content["cells"].insert(position, own)
    return json.dumps(content)


@pytest.fixture(scope="module")
def hostile(
    programme: Programme,
    solved: Solved,
    cohort: Cohort,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Result]:
    """Grade two submissions that work against the grader, and an untidy one."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(cohort.store / "worlds", folder / "store" / "worlds")
    (folder / "submissions").mkdir()
    hand_in(folder / "submissions", "kills", solved(q7=KILLS))
    hand_in(folder / "submissions", "forges", solved(q1=FORGES, q7=SILENCES))
    hand_in(folder / "submissions", "tries", with_tries(solved()))
    summary = grade(programme, folder / "submissions", folder / "store", seed=SEED)
    assert summary.problems == []
    return Store(folder / "store").results(REHEARSAL)


def test_an_answer_that_kills_the_kernel_costs_itself_alone(hostile: list[Result]) -> None:
    """The questions before and behind it have the verdict that they deserve."""
    assert verdicts(hostile, "kills") == [*["correct"] * 6, "kernel_died", "to_mark", "correct"]


def test_an_answer_that_is_sent_from_another_cell_does_not_count(hostile: list[Result]) -> None:
    """Only what the check itself declares is the answer."""
    assert verdicts(hostile, "forges")[0] == "near_miss"


def test_a_check_that_was_switched_off_gives_no_answer(hostile: list[Result]) -> None:
    """Whoever replaces the check has no answer there, and the next question is not touched."""
    assert verdicts(hostile, "forges")[1:] == [*["correct"] * 5, "no_answer", "to_mark", "correct"]


def test_an_unfinished_try_beside_an_answer_costs_nothing(hostile: list[Result]) -> None:
    """A cell of one's own that fails does not take the answer cell behind it along."""
    assert verdicts(hostile, "tries") == [*["correct"] * 7, "to_mark", "correct"]


def test_half_a_character_in_an_answer_is_graded(
    programme: Programme, solved: Solved, submissions: Path, store: Path
) -> None:
    """A text with a broken character is kept for the instructor, and the next person is graded."""
    hand_in(submissions, "a", solved(q8="reply = 'My reply ' + chr(0xD800) + ' with kind regards'"))
    hand_in(submissions, "b", solved())
    summary = grade(programme, submissions, store, seed=SEED)
    assert (summary.graded, summary.problems) == (2, [])
    results = Store(store).results(REHEARSAL)
    assert (
        verdicts(results, "a") == verdicts(results, "b") == [*["correct"] * 7, "to_mark", "correct"]
    )
    (reply,) = (r.answer for r in results if (r.participant, r.question) == ("a", "q8"))
    assert reply.startswith("My reply ")


def question(**different: object) -> Question:
    """A question with the answer 10 and one known mistake."""
    found = Question(
        "q1",
        "cases",
        "number",
        2,
        "C2",
        ("Look.", "Step."),
        {"type": "value", "value": 10},
        form={"digits": 0},
    )
    return dataclasses.replace(found, **different)


def value(number: object) -> dict[str, object]:
    """A number as a check declares it."""
    return {"type": "value", "value": number}


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(value(10), "ok"), "correct"),
        (Evidence(value(10), "error", "ValueError: x"), "correct"),
        (Evidence(value(11), "ok"), "wrong"),
        (Evidence(value(11), "error", "ValueError: x"), "error"),
        (Evidence(value(11), "timeout", "5"), "timeout"),
        (Evidence({"type": "not_attempted"}, "ok"), "not_attempted"),
        (Evidence({"type": "not_attempted"}, "error", "ValueError: x"), "error"),
        (Evidence(None, "ok"), "no_answer"),
        (Evidence(None, "not_run"), "no_answer"),
        (Evidence(None, "kernel_died"), "kernel_died"),
        (Evidence(None, "out_of_memory", "memory"), "out_of_memory"),
    ],
)
def test_the_verdict_is_the_first_that_applies(evidence: Evidence, verdict: str) -> None:
    """A right value counts whatever came after it; else what happened says more than a value."""
    assert judge_run(question(), evidence).verdict == verdict


def test_a_person_reads_what_happened_as_a_sentence() -> None:
    """A reason is a sentence about their code, without words of the machine."""
    out_of_memory = judge_run(question(), Evidence(None, "out_of_memory", "memory")).diagnosis
    assert "memory than the memory" not in out_of_memory
    assert "memory" in out_of_memory


def test_the_better_of_two_runs_counts() -> None:
    """Running a question alone can only help."""
    right, wrong = Judgement("correct", 2, 2), Judgement("wrong", 0, 2)
    assert better(right, wrong) == better(wrong, right) == right
    marked = Judgement("to_mark", None, 2)
    assert better(Judgement("error", 0, 2), marked) == marked


# ---- one bad file stops nobody


def rilo_grade(submissions: Path, store: Path, *more: str) -> Ended:
    """Run `rilo grade` as an instructor types it."""
    words = ["grade", str(submissions), "--out", str(store), *more]
    return CliRunner().invoke(main, words)


def sentence_of(ended: Ended) -> str:
    """What a command said, after looking that no stack came with it."""
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    assert "Traceback" not in ended.output
    return " ".join(ended.output.split())


def test_an_empty_folder_is_a_sentence(submissions: Path, tmp_path: Path) -> None:
    """Nothing to grade is said, with an example of what was expected; nothing is made."""
    ended = rilo_grade(submissions, tmp_path / "new", "--seed", "7")
    assert ended.exit_code == 2
    assert "holds no submissions" in sentence_of(ended)
    assert "participant_01/w1d1_90.ipynb" in sentence_of(ended)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """A wrong name is said."""
    ended = rilo_grade(tmp_path / "gone", tmp_path / "new")
    assert ended.exit_code == 2
    assert "was not found" in sentence_of(ended)


@pytest.mark.parametrize("level", ["bwrap", "vault"])
def test_isolation_that_is_not_there_grades_nothing(
    submissions: Path, blank: str, tmp_path: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for a protection that it cannot give, the grader refuses."""
    monkeypatch.setattr("rilo_training.kernels.isolation.why_no_sandbox", lambda: "It is not here.")
    hand_in(submissions, "anna", blank)
    ended = rilo_grade(submissions, tmp_path / "new", "--isolation", level)
    assert ended.exit_code == 2
    assert level in sentence_of(ended)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("place", ["", "below"])
def test_a_store_that_cannot_be_written_is_a_sentence(
    submissions: Path, blank: str, tmp_path: Path, place: str
) -> None:
    """A file in the place of the store is said, and the file is as it was."""
    hand_in(submissions, "anna", blank)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("mine", encoding="utf-8")
    ended = rilo_grade(submissions, in_the_way / place, "--seed", "7")
    assert ended.exit_code == 2
    assert "file" in sentence_of(ended)
    assert in_the_way.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["worlds", "secret", "executed", "gradebook.sqlite"])
def test_a_part_of_the_store_that_cannot_be_written_is_a_sentence(
    submissions: Path, blank: str, store: Path, without_kernels: list[str], name: str
) -> None:
    """Whatever stands in the way in the store, an instructor reads what, and no stack."""
    hand_in(submissions, "anna", blank)
    if name in ("worlds", "secret"):
        shutil.rmtree(store / "worlds")
    if name == "gradebook.sqlite":
        (store / name).mkdir()
    else:
        (store / name).write_text("in the way", encoding="utf-8")
    ended = rilo_grade(submissions, store, *([] if name == "secret" else ["--seed", "7"]))
    assert ended.exit_code in (1, 2)
    assert name in sentence_of(ended) or "database" in sentence_of(ended)


BAD = {
    "notjson": ("this is no notebook", "not JSON"),
    "another": (json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}), "another course"),
    "list": ("[]", "no list of cells"),
}


def test_bad_files_get_sentences_and_everything_else_is_graded(
    submissions: Path, blank: str, solved: Solved, store: Path, without_kernels: list[str]
) -> None:
    """The list of bad input of the course, in one folder: each is named, the good is graded."""
    for name, (text, _) in BAD.items():
        hand_in(submissions, name, text)
    hand_in(submissions, "twice", blank)
    (submissions / "twice" / f"{UNIT} (1).ipynb").write_text(solved(), encoding="utf-8")
    (submissions / "twice" / "my notes.ipynb").write_text(blank, encoding="utf-8")
    hand_in(submissions, "good", solved())
    ended = rilo_grade(submissions, store, "--seed", "7")
    said = sentence_of(ended)
    assert ended.exit_code == 1
    for name, (_, sentence) in BAD.items():
        assert re.search(rf"Problem: {name}/{UNIT}\.ipynb: .*?{sentence}", said)
    assert "twice handed in w1d1_90 more than once" in said
    assert "my notes.ipynb: The file name does not start with the id of a unit" in said
    assert "Graded: 1." in said
    assert without_kernels == ["good"]


STRANGE = [
    "Anna Sato",
    'o\'neill "x"',
    "..{}",
    "{0}",
    "=cmd|calc!A1",
    "CON",
    "日本",
    "<b>",
    "../../../etc/passwd",
]


def test_strange_ids_are_graded_and_stay_in_the_store(
    submissions: Path, solved: Solved, store: Path, without_kernels: list[str]
) -> None:
    """Ids with spaces, quotes, `../` or `{}` are people like others; no file leaves the store."""
    for number, name in enumerate(STRANGE):
        content = json.loads(solved())
        about = {"participant": name, "unit": UNIT}
        content["metadata"]["rilo"] = {"unit": UNIT, "submission": about}
        (submissions / f"{UNIT}_{number}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    outside = {path for path in store.parent.rglob("*") if not path.is_relative_to(store)}
    ended = rilo_grade(submissions, store, "--seed", "7")
    assert ended.exit_code == 0, sentence_of(ended)
    assert sorted(without_kernels) == sorted(STRANGE)
    for name in STRANGE:
        assert (store / "feedback" / safe_name(name) / f"{UNIT}.html").is_file()
        assert (store / "executed" / safe_name(name) / f"{UNIT}.ipynb").is_file()
    assert {p for p in store.parent.rglob("*") if not p.is_relative_to(store)} == outside
    shown = {row["participant"] for row in table(store / "results.csv")}
    assert shown == {f"'{name}" if name.startswith("=") else name for name in STRANGE}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folder names")
def test_a_strange_id_is_run_like_any_other(submissions: Path, solved: Solved, store: Path) -> None:
    """A real run of a folder whose name is full of signs gives the marks that it deserves."""
    name = '..{} o\'neill "{0}" %s'
    hand_in(submissions, name, solved())
    ended = rilo_grade(submissions, store, "--seed", "7")
    assert ended.exit_code == 0, sentence_of(ended)
    results = Store(store).results(REHEARSAL)
    assert verdicts(results, name) == [*["correct"] * 7, "to_mark", "correct"]


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_submission_that_breaks_the_grader_stops_no_other(
    submissions: Path,
    solved: Solved,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_kernels: list[str],
    jobs: str,
) -> None:
    """Whatever goes wrong with one submission is a sentence with its name."""
    pretend = module.grade_one

    def breaks(task: Task) -> Graded:
        if task.participant == "b":
            raise ValueError("an odd notebook")
        return pretend(task)

    monkeypatch.setattr(module, "grade_one", breaks)
    for name in ("a", "b", "c"):
        hand_in(submissions, name, solved())
    ended = rilo_grade(submissions, store, "--seed", "7", "--jobs", jobs)
    assert ended.exit_code == 1
    assert re.search(r"Problem: b w1d1_90 was not graded\. \S+", sentence_of(ended))
    assert {row["participant"] for row in table(store / "results.csv")} == {"a", "c"}


def test_one_submission_that_breaks_the_grader_stops_no_other_without_jobs(
    programme: Programme,
    submissions: Path,
    solved: Solved,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_kernels: list[str],
) -> None:
    """The same holds where one submission is graded after the other, as the demonstration does."""
    pretend = module.grade_one

    def breaks(task: Task) -> Graded:
        if task.participant == "a":
            raise MemoryError
        return pretend(task)

    monkeypatch.setattr(module, "grade_one", breaks)
    for name in ("a", "b"):
        hand_in(submissions, name, solved())
    summary = grade(programme, submissions, store, seed=SEED)
    (problem,) = summary.problems
    assert re.fullmatch(r"a w1d1_90 was not graded\. \S.*", problem)
    assert summary.graded == 1


def test_results_that_cannot_be_written_are_not_lost(
    submissions: Path, solved: Solved, store: Path, without_kernels: list[str]
) -> None:
    """A table that is open elsewhere gives a sentence; the next run writes it from the history."""
    hand_in(submissions, "anna", solved())
    (store / "results.csv").mkdir()
    ended = rilo_grade(submissions, store, "--seed", "7")
    assert ended.exit_code == 1
    assert "results.csv could not be written" in sentence_of(ended)
    assert (store / "gradebook.csv").is_file()
    (store / "results.csv").rmdir()
    again = rilo_grade(submissions, store, "--seed", "7")
    assert again.exit_code == 0
    assert len(table(store / "results.csv")) == len(QUESTIONS)
    assert without_kernels == ["anna"]


# ---- again, at once, and stopped in the middle


def test_only_what_changed_is_graded_again(
    programme: Programme,
    submissions: Path,
    solved: Solved,
    store: Path,
    without_kernels: list[str],
) -> None:
    """A changed file is graded again, an unchanged one is not, and all stay in the results."""
    for name in ("a", "b"):
        hand_in(submissions, name, solved())
    grade(programme, submissions, store, seed=SEED)
    hand_in(submissions, "b", solved(q1="answer_to = 'b'"))
    hand_in(submissions, "c", solved())
    summary = grade(programme, submissions, store, seed=SEED)
    assert (summary.graded, summary.unchanged) == (2, 1)
    assert without_kernels == ["a", "b", "b", "c"]
    assert {row["participant"] for row in table(store / "results.csv")} == {"a", "b", "c"}


def test_a_result_stays_when_its_file_is_gone(
    programme: Programme, submissions: Path, solved: Solved, store: Path, without_kernels: list[str]
) -> None:
    """A mark that was given is kept, also when the next folder holds other people only."""
    hand_in(submissions, "a", solved())
    grade(programme, submissions, store, seed=SEED)
    shutil.rmtree(submissions / "a")
    hand_in(submissions, "b", solved())
    grade(programme, submissions, store, seed=SEED)
    assert {row["participant"] for row in table(store / "results.csv")} == {"a", "b"}


def test_a_rehearsal_leaves_the_official_feedback_alone(
    programme: Programme,
    submissions: Path,
    solved: Solved,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_kernels: list[str],
) -> None:
    """After a rehearsal in the same store, a participant's page shows the official run."""
    pretend = module.grade_one
    output = "from the official run"

    def shows(task: Task) -> Graded:
        return dataclasses.replace(pretend(task), executed=executed_text_of(output))

    monkeypatch.setattr(module, "grade_one", shows)
    hand_in(submissions, "anna", solved())
    grade(programme, submissions, store)
    output = "from the rehearsal"
    with contextlib.suppress(CourseError):  # to refuse is as good
        grade(programme, submissions, store, seed=SEED)
    grade(programme, submissions, store)
    page = words_of(store / "feedback" / "anna" / f"{UNIT}.html")
    assert "from the official run" in page
    assert "from the rehearsal" not in page
    assert {row["rehearsal"] for row in table(store / "results.csv")} == {"no"}


def test_two_graders_at_once_agree(
    programme: Programme, submissions: Path, solved: Solved, store: Path, without_kernels: list[str]
) -> None:
    """Two runs on one store end without an error and leave one result for each person."""
    for name in ("a", "b", "c"):
        hand_in(submissions, name, solved())
    summaries: list[Summary] = []

    def run() -> None:
        summaries.append(grade(programme, submissions, store, seed=SEED))

    graders = [threading.Thread(target=run) for _ in range(2)]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join(60)
    assert [summary.problems for summary in summaries] == [[], []]
    assert len(table(store / "results.csv")) == 3 * len(QUESTIONS)


def test_whoever_stops_the_grader_does_not_wait_for_everybody(
    programme: Programme,
    submissions: Path,
    solved: Solved,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_kernels: list[str],
) -> None:
    """Ctrl + C waits for what is running; what was done before it is kept."""
    pretend = module.grade_one

    def slowly(task: Task) -> Graded:
        time.sleep(0.2)
        return pretend(task)

    def stop(line: str) -> None:
        if line.startswith("graded 2 of 8"):
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "grade_one", slowly)
    for number in range(8):
        hand_in(submissions, f"p{number}", solved())
    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        grade(programme, submissions, store, seed=SEED, executor=executor, say=stop)
    assert len(without_kernels) <= 4
    assert len(table(store / "results.csv")) >= len(QUESTIONS)


def test_a_grader_that_was_killed_goes_on_where_it_was(
    programme: Programme, submissions: Path, blank: str, store: Path
) -> None:
    """What was graded before the end is kept; the next run does the rest alone."""
    for name in ("a", "b"):
        hand_in(submissions, name, blank)
    words = ["grade", str(submissions), "--out", str(store), "--seed", str(SEED)]
    grader = subprocess.Popen(
        [sys.executable, "-m", "rilo_training.cli", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with grader:
        assert grader.stderr is not None
        for line in grader.stderr:
            if "graded 1 of 2" in line:
                # The line is said before the result is kept: wait until it is.
                _wait_for_a_run(store)
                break
        grader.kill()
    summary = grade(programme, submissions, store, seed=SEED)
    assert (summary.graded, summary.unchanged, summary.problems) == (1, 1, [])
    assert len(table(store / "results.csv")) == 2 * len(QUESTIONS)
    assert {row["verdict"] for row in table(store / "results.csv")} == {"not_attempted"}


def _wait_for_a_run(store: Path) -> None:
    for _ in range(200):
        history = sqlite3.connect(store / "gradebook.sqlite", timeout=10)
        try:
            if history.execute("SELECT count(*) FROM runs").fetchone()[0]:
                return
        finally:
            history.close()
        time.sleep(0.01)
