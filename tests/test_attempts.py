"""Attempts, receipts and released pages: what is graded again, what is refused, what counts."""

import dataclasses
import json
import pickle
import shutil
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from rilo_training.answers import Judgement
from rilo_training.cli import main
from rilo_training.course.manifest import CourseError, Programme, load_programme
from rilo_training.course.material import build_material
from rilo_training.course.notebook import participant_copy, read_notebook
from rilo_training.files import read_json, sha256_of
from rilo_training.grading import grade as module
from rilo_training.grading.grade import Summary, grade
from rilo_training.grading.package import world_digest
from rilo_training.grading.publish import close_attempt, publish, record_receipt
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.history import CHANGED, CONFIRMED
from rilo_training.grading.submissions import find_submissions
from rilo_training.grading.task import Graded, Task, grade_one
from rilo_training.grading.work import Workers, results_of
from rilo_training.kernels import Level, RunFailed
from rilo_training.world import read_about

ROOT = Path(__file__).resolve().parent.parent
UNIT = "w1d1_90"
NOBODY = json.dumps({"cells": []})


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course, with the material that grading needs."""
    course = load_programme(ROOT)
    build_material(course, ROOT / "build" / "material")
    return course


@pytest.fixture
def make_world(programme: Programme) -> Callable[[Path, int], Path]:
    """Lay a world with its key into a store, without running anything."""
    practice = programme.practice_world
    keys = ROOT / "build" / "material" / "keys" / UNIT
    key = read_json(keys / f"{read_about(practice)['world_id']}.json")
    digest = sha256_of(programme.notebook(programme.unit(UNIT)).read_bytes())

    def lay(store: Path, attempt: int) -> Path:
        place = store / "worlds" / f"{UNIT}_attempt_{attempt}"
        (place / "world").mkdir(parents=True)
        for name in ("world.json", "seizures.parquet"):
            shutil.copy(practice / name, place / "world")
        key["world_digest"] = world_digest(place / "world")
        text = json.dumps({**key, "unit_digest": digest})
        (place / "key.json").write_text(text, encoding="utf-8")
        return place

    return lay


@pytest.fixture
def store(tmp_path: Path, make_world: Callable[[Path, int], Path]) -> Path:
    """A store with worlds for two attempts."""
    for attempt in (1, 2):
        make_world(tmp_path / "store", attempt)
    return tmp_path / "store"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grade without running anything: an answer that says so is good. Gives who was graded."""
    graded: list[str] = []

    def pretend(task: Task) -> Graded:
        graded.append(task.participant)
        is_good = any("good" in cell.source for cell in task.cells)
        judgements = {
            name: Judgement("correct" if is_good else "wrong", q.points * is_good, q.points)
            for name, q in task.package.questions.items()
        }
        return Graded(judgements, {}, {}, {}, dict.fromkeys(judgements, 0.5), NOBODY, 0.1)

    monkeypatch.setattr(module, "grade_one", pretend)
    return graded


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Lay the notebook of a participant into the folder of submissions."""

    def lay(participant: str, answer: str = "bad", folder: str = "submissions") -> Path:
        path = tmp_path / folder / participant / f"{UNIT}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        marks = {"rilo": {"role": "answer", "question": "q1"}}
        cell = {"cell_type": "code", "id": "q1-answer", "metadata": marks, "source": answer}
        path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
        return path

    return lay


@pytest.fixture
def again(programme: Programme, tmp_path: Path, store: Path, seen: list[str]) -> Callable[..., Any]:
    """Grade the folder of submissions."""

    def run(**different: Any) -> Summary:
        return grade(programme, tmp_path / "submissions", store, **different)

    return run


def rilo(*words: object) -> Ended:
    """Run a command as an instructor types it."""
    return CliRunner().invoke(main, [str(word) for word in words])


def rows(store: Path) -> list[tuple[str, int, str]]:
    """Participant, attempt and verdict of each person, from the first question."""
    found = Store(store).results("")
    return [(r.participant, r.attempt, r.verdict) for r in found if r.question == "q1"]


# --- what is graded again ---------------------------------------------------------------------


def test_a_changed_file_is_graded_again_and_a_changed_name_is_not(
    again: Any, hand_in: Any, seen: list[str], tmp_path: Path
) -> None:
    """What counts is the cells, not the name or the outputs of the file."""
    path = hand_in("anna")
    again()
    path.rename(path.with_name(f"{UNIT} (1).ipynb"))
    assert again().unchanged == 1
    hand_in("anna", "good")
    path.with_name(f"{UNIT} (1).ipynb").unlink()
    assert again().graded == 1
    assert seen == ["anna", "anna"]


def test_a_changed_key_is_a_reason_to_grade_again(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """The marks that were given rest on another key."""
    hand_in("anna")
    again()
    key = store / "worlds" / f"{UNIT}_attempt_1" / "key.json"
    content = json.loads(key.read_text(encoding="utf-8"))
    content["questions"][0]["points"] = 3
    key.write_text(json.dumps(content), encoding="utf-8")
    assert again().graded == 1
    assert Store(store).results("")[0].out_of == 3
    assert again().unchanged == 1


def test_newer_code_alone_changes_no_mark(
    again: Any, hand_in: Any, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark that was given is not given again because the package was installed anew."""
    hand_in("anna")
    again()
    monkeypatch.setattr("rilo_training.__version__", "9.9.9")
    assert again().unchanged == 1


@pytest.mark.parametrize(
    ("first", "second", "times"),
    [("process", "bwrap", 2), ("bwrap", "process", 1), ("bwrap", "bwrap", 1)],
)
def test_only_a_stronger_isolation_is_a_reason_to_grade_again(
    again: Any, hand_in: Any, seen: list[str], store: Path, first: str, second: str, times: int
) -> None:
    """What ran behind the better wall needs no second run behind a weaker one."""
    hand_in("anna")
    for level in (first, second):
        again(workers=Workers(choose=lambda asked, level=level: Level(level, "Covered.")))
    assert len(seen) == times
    assert {found.isolation for found in Store(store).results("")} == {"bwrap"}


def test_a_damaged_key_is_made_again(
    again: Any,
    hand_in: Any,
    seen: list[str],
    store: Path,
    programme: Programme,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The world is what must not change; its key can be computed from it."""
    from rilo_training.course.reference import Reference, run_reference
    from rilo_training.grading.store import folder as of_store

    hand_in("anna")
    again()
    place = store / "worlds" / f"{UNIT}_attempt_1"
    runs: list[Path] = []

    def run(notebook: Any, unit: str, extract: Path) -> Reference:
        runs.append(extract)
        return run_reference(notebook, unit, programme.practice_world)

    monkeypatch.setattr(of_store, "run_reference", run)
    (place / "key.json").write_text('{"unit_digest": 1, "questions": [7]}', encoding="utf-8")
    assert again().problems == []
    assert runs == [place / "world"]
    assert again().unchanged == 1
    assert len(runs) == 1


def test_a_changed_world_grades_nobody(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Marks on one world and marks on another are not the same marks."""
    hand_in("anna")
    again()
    about = store / "worlds" / f"{UNIT}_attempt_1" / "world" / "world.json"
    about.write_text(about.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    hand_in("anna", "good")
    (problem,) = again().problems
    assert problem.startswith(f"{UNIT} was not graded. The world in ")
    assert "Put it back from a copy" in problem
    assert rows(store) == [("anna", 1, "wrong")]


def test_a_file_that_changed_while_others_were_graded_is_graded_as_it_is(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """What is kept as graded is what was graded, and not what was there at the start."""
    hand_in("anna")
    hand_in("ben")
    hand_in("carl")

    def change(line: str) -> None:
        if line.startswith("graded 1 of 3"):
            hand_in("ben", "good")
            (hand_in("carl").unlink())

    summary = again(say=change)
    assert rows(store) == [("anna", 1, "wrong"), ("ben", 1, "correct")]
    assert "carl w1d1_90: The file cannot be read" in summary.problems[0]
    hand_in("carl")
    assert (again().unchanged, seen) == (2, ["anna", "ben", "carl"])


# --- attempts ---------------------------------------------------------------------------------


def test_a_second_attempt_stands_beside_the_first(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Nothing of the first attempt is overwritten: results, notebook, page."""
    hand_in("anna", "good")
    again()
    page = store / "feedback" / "anna" / f"{UNIT}.html"
    before = page.read_text(encoding="utf-8")
    hand_in("anna")
    again(attempt=2)
    assert rows(store) == [("anna", 1, "correct"), ("anna", 2, "wrong")]
    assert page.read_text(encoding="utf-8") == before
    assert (store / "feedback" / "anna" / f"{UNIT}_attempt_2.html").is_file()
    assert (store / "executed" / "anna" / f"{UNIT}_attempt_2.ipynb").is_file()


@pytest.mark.parametrize(("policy", "counts"), [("best", True), ("last", False)])
def test_the_gradebook_has_the_attempt_that_counts(
    programme: Programme,
    again: Any,
    hand_in: Any,
    seen: list[str],
    store: Path,
    tmp_path: Path,
    policy: str,
    counts: bool,
) -> None:
    """`results.csv` has every attempt; the gradebook has one row for a person and a unit."""
    hand_in("anna", "good")
    again()
    hand_in("anna")
    again(attempt=2)
    publish(dataclasses.replace(programme, attempts=policy), Store(store))
    lines = (store / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert (float(lines[1].split(",")[-2]) > 0) is counts
    assert len((store / "results.csv").read_text(encoding="utf-8-sig").splitlines()) == 19


def test_the_policy_is_said_where_it_matters(
    again: Any, hand_in: Any, seen: list[str], store: Path, tmp_path: Path
) -> None:
    """The instructor reads which attempt the table shows."""
    hand_in("anna", "good")
    words = ["grade", tmp_path / "submissions", "--out", store]
    assert "several attempts" not in rilo(*words).output
    hand_in("anna")
    said = rilo(*words, "--attempt", 2).output
    assert "Of several attempts at a unit, the attempt with the most points counts." in said
    assert said.count("correct") >= 7


# --- closing ----------------------------------------------------------------------------------


def test_feedback_is_released_when_the_attempt_closes(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Before, the instructor has the page; after, the participant may have it."""
    hand_in("anna")
    again()
    released = store / "released" / "anna" / f"{UNIT}.html"
    assert not released.exists()
    assert not any(found.is_released for found in Store(store).results(""))
    sentence, problems = close_attempt(programme, store, UNIT, 1)
    assert (sentence.split(".")[0], problems) == (f"Attempt 1 of {UNIT} is closed", [])
    assert all(found.is_released for found in Store(store).results(""))
    page = (store / "feedback" / "anna" / f"{UNIT}.html").read_text(encoding="utf-8")
    assert released.read_text(encoding="utf-8") == page


def test_closing_twice_is_harmless(again: Any, hand_in: Any, seen: list[str], store: Path) -> None:
    """The second time nothing is changed, and it is said."""
    hand_in("anna")
    again()
    assert "is closed" in rilo("close", store, UNIT).output
    before = (store / "released" / "anna" / f"{UNIT}.html").stat().st_mtime_ns
    ended = rilo("close", store, UNIT)
    assert (ended.exit_code, "was closed before" in ended.output) == (0, True)
    assert (store / "released" / "anna" / f"{UNIT}.html").stat().st_mtime_ns == before


def test_an_attempt_without_results_is_not_closed(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """A wrong number must not lock everybody out of an attempt that was never made."""
    hand_in("anna")
    again()
    ended = rilo("close", store, UNIT, "--attempt", 2)
    assert ended.exit_code == 2
    assert "There are no results of w1d1_90, attempt 2" in ended.output
    assert Store(store).records.closed() == set()


def test_a_new_file_after_the_close_is_refused(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Who has read the feedback cannot use it for the same attempt; marks that were given stay."""
    hand_in("anna")
    again()
    close_attempt(programme, store, UNIT, 1)
    hand_in("anna", "good")
    hand_in("late", "good")
    summary = again()
    assert [problem.split(" handed in")[0] for problem in summary.problems] == ["anna", "late"]
    assert all("Grade it with --attempt 2." in problem for problem in summary.problems)
    assert rows(store) == [("anna", 1, "wrong")]
    assert again(attempt=2).graded == 2


def test_the_same_file_is_graded_again_after_the_close_and_its_page_is_renewed(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """A mistake of the course is put right for everybody, also after the pages went out."""
    hand_in("anna")
    again()
    close_attempt(programme, store, UNIT, 1)
    released = store / "released" / "anna" / f"{UNIT}.html"
    before = released.read_text(encoding="utf-8")
    key = store / "worlds" / f"{UNIT}_attempt_1" / "key.json"
    content = json.loads(key.read_text(encoding="utf-8"))
    content["questions"][0]["points"] = 13
    key.write_text(json.dumps(content), encoding="utf-8")
    summary = again()
    assert (summary.graded, summary.problems) == (1, [])
    now = released.read_text(encoding="utf-8")
    assert "13" in now
    assert now != before


def test_a_released_page_stays_that_of_its_attempt(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Grading the next attempt shows nothing of it to the participant."""
    hand_in("anna")
    again()
    close_attempt(programme, store, UNIT, 1)
    released = {p: p.read_bytes() for p in (store / "released").rglob("*.html")}
    hand_in("anna", "good")
    again(attempt=2)
    assert {p: p.read_bytes() for p in (store / "released").rglob("*.html")} == released


def test_a_released_page_that_is_gone_is_written_again(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Everything that people read can be made from the history at any time."""
    hand_in("anna")
    again()
    close_attempt(programme, store, UNIT, 1)
    shutil.rmtree(store / "released")
    shutil.rmtree(store / "feedback")
    again()
    assert (store / "released" / "anna" / f"{UNIT}.html").is_file()
    assert (store / "feedback" / "anna" / f"{UNIT}.html").is_file()


# --- receipts ---------------------------------------------------------------------------------


def test_a_receipt_that_was_recorded_is_compared_with_the_file(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path, tmp_path: Path
) -> None:
    """The same code confirms it; another one is a problem, and the file is graded all the same."""
    hand_in("anna", "good")
    hand_in("ben", "good")
    hand_in("carl", "good")
    found = find_submissions(tmp_path / "submissions", [UNIT]).submissions
    codes = {submission.participant: submission.receipt for submission in found}
    record_receipt(programme, store, "anna", UNIT, codes["anna"], 1)
    record_receipt(programme, store, "ben", UNIT, codes["carl"], 1)
    summary = again()
    receipts = {r.participant: r.receipt for r in Store(store).results("")}
    assert receipts == {"anna": CONFIRMED, "ben": CHANGED, "carl": ""}
    (problem,) = summary.problems
    assert problem.startswith(f"ben {UNIT}: {CHANGED}")
    assert [verdict for _, _, verdict in rows(store)] == ["correct"] * 3
    assert again().problems == [problem]


def test_a_receipt_that_is_recorded_later_shows_without_grading_again(
    programme: Programme, again: Any, hand_in: Any, seen: list[str], store: Path, tmp_path: Path
) -> None:
    """The page of the participant has it after the next call."""
    hand_in("anna")
    again()
    (found,) = find_submissions(tmp_path / "submissions", [UNIT]).submissions
    ended = rilo("receipt", store, "anna", UNIT, found.receipt.lower())
    assert ended.exit_code == 0, ended.output
    assert again().unchanged == 1
    assert seen == ["anna"]
    page = (store / "feedback" / "anna" / f"{UNIT}.html").read_text(encoding="utf-8")
    assert CONFIRMED.rstrip(".").split()[-1] in page


# --- people -----------------------------------------------------------------------------------


def test_two_names_that_windows_takes_for_one_have_two_folders(
    again: Any, hand_in: Any, seen: list[str], store: Path
) -> None:
    """Neither reads the feedback of the other."""
    hand_in("Anna", "good", "first")
    shutil.move(store.parent / "first", store.parent / "submissions")
    again()
    hand_in("anna")
    again()
    pages = sorted(path.parent.name for path in (store / "feedback").rglob("*.html"))
    assert len(pages) == len({page.lower() for page in pages}) == 2
    assert "Anna" in pages


# --- two graders, many submissions, other workers ---------------------------------------------


def test_two_graders_at_once_do_nothing_twice(
    programme: Programme,
    hand_in: Any,
    again: Any,
    seen: list[str],
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each submission is graded by one of them, and both end with all results."""
    pretend = module.grade_one

    def slowly(task: Task) -> Graded:
        time.sleep(0.1)
        return pretend(task)

    monkeypatch.setattr(module, "grade_one", slowly)
    names = [f"p{number:02d}" for number in range(12)]
    for name in names:
        hand_in(name)
    ends: list[tuple[Summary, int]] = []

    def run() -> None:
        with ThreadPoolExecutor(2) as executor:
            summary = again(workers=Workers(executor, in_flight=2))
        ends.append((summary, len((store / "results.csv").read_text("utf-8-sig").splitlines())))

    graders = [threading.Thread(target=run) for _ in range(3)]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join(60)
    assert sorted(seen) == names
    assert sum(summary.graded for summary, _ in ends) == 12
    assert [summary.graded + summary.unchanged for summary, _ in ends] == [12, 12, 12]
    assert [(summary.problems, lines) for summary, lines in ends] == [([], 12 * 9 + 1)] * 3
    assert list((store / "running").glob("[!.]*.lock")) == []


def test_what_another_grader_fails_to_do_is_done(
    programme: Programme,
    hand_in: Any,
    again: Any,
    seen: list[str],
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A submission that another grader claimed and did not grade is not forgotten."""
    pretend, first = module.grade_one, threading.Event()

    def breaks(task: Task) -> Graded:
        if not first.is_set():
            first.set()
            time.sleep(0.7)
            raise MemoryError
        return pretend(task)

    monkeypatch.setattr(module, "grade_one", breaks)
    hand_in("anna")
    summaries: list[Summary] = []
    other = threading.Thread(target=lambda: summaries.append(again()))
    other.start()
    assert first.wait(30)
    own = again()
    other.join(30)
    assert own.graded == 1
    assert len(summaries[0].problems) == 1
    assert rows(store) == [("anna", 1, "wrong")]


def test_memory_does_not_grow_with_the_number_of_submissions(
    hand_in: Any, again: Any, seen: list[str]
) -> None:
    """Files are read one after the other; a few at a time wait for a worker."""
    text = "x = 1\n" * 70_000  # 420 kB
    peaks = []
    for number in range(60):
        hand_in(f"p{number:02d}", f"{text}# {number}")
        if number not in (9, 19, 59):
            continue
        tracemalloc.start()
        try:
            again(workers=Workers(in_flight=2))
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert len(seen) == 60
    assert peaks[2] - peaks[1] < 40 * len(text) / 4


def test_many_submissions_are_kept_in_linear_time(
    again: Any, hand_in: Any, seen: list[str], tmp_path: Path
) -> None:
    """Looking up, keeping and giving back cost the same for the last as for the first."""
    for number in range(240):
        hand_in(f"p{number:03d}")
    at: list[float] = []

    def note(line: str) -> None:
        if line.startswith("graded"):
            at.append(time.perf_counter())

    summary = again(say=note)
    assert summary.graded == 240
    first, last = at[60] - at[0], at[-1] - at[-61]
    assert last < 3 * first + 0.5


def test_a_task_is_plain_data_and_its_world_comes_along(
    programme: Programme, store: Path, hand_in: Any, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker on another computer has all that it needs in the task itself."""
    tasks: list[Task] = []

    def catch(task: Task) -> Graded:
        tasks.append(pickle.loads(pickle.dumps(task)))
        raise RuntimeError("enough")

    monkeypatch.setattr(module, "grade_one", catch)
    hand_in("anna")
    again()
    (task,) = tasks
    shutil.rmtree(store / "worlds")
    place = task.package.unpacked()
    assert world_digest(place) == task.package.world_digest
    assert task.package.unpacked() == place
    assert not place.is_relative_to(store)
    unit = programme.unit(UNIT)
    assert task.package.blank == participant_copy(read_notebook(programme.notebook(unit)))


def test_a_submission_that_changes_the_world_costs_nobody_else_anything(
    store: Path, hand_in: Any, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds the data of the run and changes them is named; the next has the right data."""
    from rilo_training.grading import task as of_task

    worlds: list[str] = []

    def spoils(*arguments: Any, **_: Any) -> Any:
        place = arguments[4]
        worlds.append(world_digest(place))
        if len(worlds) == 1:
            (place / "world.json").write_text("{}", encoding="utf-8")
        raise KeyError("not further")

    def grade_it(task: Task) -> Graded:
        with pytest.raises(KeyError):
            grade_one(task)
        if not task.package.is_as_made():
            raise RunFailed("changed")
        return Graded({}, {}, {}, {}, {}, NOBODY, 0.1)

    monkeypatch.setattr(of_task, "examine", spoils)
    monkeypatch.setattr(module, "grade_one", grade_it)
    hand_in("a_mallory")
    hand_in("b_anna")
    summary = again()
    assert [problem.split()[0] for problem in summary.problems] == ["a_mallory"]
    assert summary.graded == 1
    assert worlds[0] == worlds[1]


def test_an_executor_that_breaks_loses_no_result() -> None:
    """What it refuses is a failure of that task; what it did is kept."""

    class Breaks(ThreadPoolExecutor):
        count = 0

        def submit(self, *words: Any, **more: Any) -> Any:
            self.count += 1
            if self.count == 3:
                raise RuntimeError("the pool is broken")
            return super().submit(*words, **more)

    with Breaks(1) as executor:
        found = dict(results_of(str, [1, 2, 3, 4], executor, 2))
    assert {task: result for task, result in found.items() if task != 3} == {1: "1", 2: "2", 4: "4"}
    assert isinstance(found[3], RuntimeError)


def test_a_kind_of_isolation_that_is_not_there_is_a_sentence(
    programme: Programme, tmp_path: Path
) -> None:
    """Nothing is made."""
    with pytest.raises(CourseError, match="There is no isolation 'vault'"):
        grade(programme, tmp_path, tmp_path / "out", isolation="vault")
    assert not (tmp_path / "out").exists()
