"""The history of a store: only added to, upgraded or refused in a sentence, joined as asked."""

import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rilo_training.course.manifest import CourseError
from rilo_training.files import claim
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.history import (
    CHANGED,
    CONFIRMED,
    History,
    Run,
    read_code,
    receipt_sentence,
)
from rilo_training.grading.store.policy import counting_results, policy_sentence
from rilo_training.grading.store.result import Result

UNIT = "w1d1_90"
CODE, OTHER = "RILO-2YB7-P2OP-RLIC", "RILO-AAAA-BBBB-CCCC"
RUN = Run(
    participant="anna",
    unit=UNIT,
    attempt=1,
    rehearsal="",
    submission="s1",
    receipt=CODE,
    claimed="",
    unit_digest="u1",
    key="k1",
    world_id="w1",
    world_digest="d1",
    isolation="bwrap",
    limits='{"cell_seconds": 20}',
    version="0.1.0",
    lock="l1",
    seconds=1.5,
)
ROW = {
    "question": "q1",
    "verdict": "near_miss",
    "points": 1.0,
    "out_of": 2.0,
    "diagnosis": "You counted lines.",
    "competence": "C1",
    "mistake": 0,
    "notes": "",
    "answer": "7",
    "kind": "number",
    "seconds": 0.25,
    "review": "Part 2",
    "credit": 0.5,
}
# What a store of the first version of this package looks like.
FIRST_VERSION = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, participant TEXT NOT NULL, unit TEXT NOT NULL, attempt INTEGER NOT NULL,
    submission TEXT NOT NULL, key TEXT NOT NULL, world_id TEXT NOT NULL, receipt TEXT NOT NULL,
    isolation TEXT NOT NULL, rehearsal TEXT NOT NULL, seconds REAL NOT NULL, version TEXT NOT NULL
);
CREATE TABLE results (
    run INTEGER NOT NULL REFERENCES runs(run),
    question TEXT NOT NULL, verdict TEXT NOT NULL, points REAL, out_of REAL NOT NULL,
    diagnosis TEXT NOT NULL, competence TEXT NOT NULL, mistake INTEGER, notes TEXT NOT NULL,
    answer TEXT NOT NULL
);
INSERT INTO runs VALUES (1, '2026-12-01T09:00:00+00:00', 'anna', 'w1d1_90', 1, 's0', 'k0', 'w0',
    'changed after the receipt was given', 'process', '', 2.5, '0.1.0');
INSERT INTO results VALUES (1, 'q1', 'correct', 2, 2, '', 'C1', NULL, '', '7');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a history."""
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def history(path: Path) -> History:
    """A history with one run."""
    made = History(path)
    made.add_run(RUN, [ROW])
    return made


def run(**different: Any) -> Run:
    """A run that differs from the first one."""
    return dataclasses.replace(RUN, **different)


def all_rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a database holds."""
    database = sqlite3.connect(path)
    try:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}
    finally:
        database.close()


# --- added to, never changed ------------------------------------------------------------------


FORBIDDEN = [
    "UPDATE runs SET participant = 'ben'",
    "UPDATE results SET points = 2",
    "DELETE FROM runs",
    "DELETE FROM results WHERE question = 'q1'",
    "INSERT OR REPLACE INTO runs SELECT * FROM runs",
    "INSERT OR REPLACE INTO results SELECT * FROM results",
    "REPLACE INTO results (rowid, run, question, verdict, points, out_of, diagnosis, competence, "
    "notes, answer) VALUES (1, 9, 'q9', 'correct', 2, 2, '', 'C1', '', '')",
    "UPDATE receipts SET code = 'x'",
    "DELETE FROM receipts",
    "INSERT OR REPLACE INTO receipts SELECT * FROM receipts",
    "DELETE FROM closings",
    "UPDATE closings SET attempt = 2",
    "INSERT OR REPLACE INTO closings (at, unit, attempt) SELECT 'x', unit, attempt FROM closings",
    "DELETE FROM folders",
    "UPDATE folders SET folder = 'x'",
    "INSERT OR REPLACE INTO folders VALUES ('anna', 'other')",
    "INSERT OR REPLACE INTO folders VALUES ('mallory', 'ANNA')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_refuses_to_change_a_row(
    history: History, path: Path, statement: str
) -> None:
    """Whichever program asks, what was given stays as it was."""
    history.add_receipt("anna", UNIT, 1, CODE)
    history.close(UNIT, 1)
    history.folder_of("anna")
    before = all_rows(path)
    database = sqlite3.connect(path)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            database.execute(statement)
        database.rollback()
    finally:
        database.close()
    assert all_rows(path) == before


def test_a_run_keeps_all_that_its_marks_depend_on(history: History, path: Path) -> None:
    """Years later a mark can be explained: file, unit, key, world, limits, versions, isolation."""
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    try:
        (found,) = [dict(row) for row in database.execute("SELECT * FROM runs")]
        (result,) = [dict(row) for row in database.execute("SELECT * FROM results")]
    finally:
        database.close()
    assert {name: found[name] for name in vars(RUN)} == vars(RUN)
    assert found["at"].endswith("+00:00")
    assert {name: result[name] for name in ROW} == ROW


def test_a_run_without_its_results_is_not_kept(history: History, path: Path) -> None:
    """A run is there with all its results, or not at all."""
    before = all_rows(path)

    def broken() -> Any:
        yield ROW
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.add_run(run(participant="ben"), broken())
    assert all_rows(path)["runs"] == before["runs"]
    assert history.newest_of("ben", UNIT, 1, "") is None


def test_the_newest_run_counts_and_the_older_ones_stay(history: History, path: Path) -> None:
    """A re-grade replaces what is shown; the history holds both."""
    history.add_run(run(submission="s2"), [{**ROW, "verdict": "correct", "points": 2.0}])
    (found,) = history.results("")
    assert (found.verdict, found.points) == ("correct", 2.0)
    assert history.newest(UNIT, 1, "")["anna"].submission == "s2"
    assert [row[0] for row in all_rows(path)["runs"]] == [1, 2]


def test_a_result_has_its_kind_its_seconds_and_what_to_read(history: History) -> None:
    """The pages show them without looking at the unit again."""
    (found,) = history.results("")
    assert (found.kind, found.seconds, found.review) == ("number", 0.25, "Part 2")
    assert (found.participant, found.isolation, found.is_released) == ("anna", "bwrap", False)


def test_rehearsals_and_attempts_stay_apart(history: History) -> None:
    """Each has runs of its own."""
    history.add_run(run(attempt=2, submission="s2"), [ROW])
    history.add_run(run(rehearsal="seed 7", submission="s3"), [ROW])
    assert [result.attempt for result in history.results("")] == [1, 2]
    assert len(history.results("seed 7")) == 1
    assert history.newest(UNIT, 1, "")["anna"].submission == "s1"
    assert history.kinds() == {"", "seed 7"}


def test_half_a_character_is_kept_as_a_sign(history: History) -> None:
    """An answer with a broken character does not lose the run."""
    history.add_run(run(participant="ben"), [{**ROW, "answer": "a\ud800b"}])
    assert history.results("")[-1].answer == "a?b"


# --- upgraded, damaged, of another version ----------------------------------------------------


def test_a_store_of_the_first_version_is_upgraded(path: Path) -> None:
    """What it holds stays, can be read, and is protected from then on."""
    database = sqlite3.connect(path)
    database.executescript(FIRST_VERSION)
    database.close()
    history = History(path)
    (found,) = history.results("")
    assert (found.participant, found.points, found.kind, found.seconds) == ("anna", 2, "", None)
    assert found.receipt == ""
    history.add_run(run(participant="ben"), [ROW])
    assert [result.participant for result in History(path).results("")] == ["anna", "ben"]
    with pytest.raises(sqlite3.IntegrityError), history.connect() as opened:
        opened.execute("DELETE FROM runs")


def test_a_new_store_and_an_upgraded_one_are_the_same(tmp_path: Path) -> None:
    """There is one way to the newest form, so that nothing differs by age."""
    database = sqlite3.connect(tmp_path / "old.sqlite")
    database.executescript(FIRST_VERSION)
    database.close()
    forms = []
    for name in ("old.sqlite", "new.sqlite"):
        History(tmp_path / name)
        database = sqlite3.connect(tmp_path / name)
        rows = database.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
        columns = database.execute("SELECT name FROM pragma_table_info('runs')").fetchall()
        forms.append((rows, columns))
        database.close()
    assert forms[0] == forms[1]


def test_a_store_of_a_later_version_is_refused(history: History, path: Path) -> None:
    """An earlier version does not know what the newer columns mean."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(CourseError, match="made by a later version"):
        Store(path.parent)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["no database", "zeros at the start", "a page of zeros", "cut"])
def test_a_damaged_history_is_a_sentence(history: History, path: Path, how: str) -> None:
    """The instructor reads which file, and what to do; the file is not touched."""
    for number in range(40):
        history.add_run(run(participant=f"p{number}"), [{**ROW, "answer": "x" * 2_000}])
    content = bytearray(path.read_bytes())
    if how == "no database":
        content = bytearray(b"this is a text\n" * 100)
    elif how == "zeros at the start":
        content[:100] = bytes(100)
    elif how == "a page of zeros":
        for start in range(4096, len(content), 4096):
            content[start : start + 4096] = bytes(4096)
    else:
        content = content[: len(content) // 2]
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"gradebook\.sqlite is damaged .* from a copy"):
        Store(path.parent)
    assert path.read_bytes() == bytes(content)


def test_a_file_that_holds_nothing_is_a_new_history(path: Path) -> None:
    """A computer that stopped at the first moment leaves it: there is nothing to lose."""
    path.touch()
    assert History(path).results("") == []


# --- attempts and receipts --------------------------------------------------------------------


def test_a_closed_attempt_is_released_and_closing_twice_is_harmless(history: History) -> None:
    """Its results say so; those of other attempts do not."""
    history.add_run(run(attempt=2), [ROW])
    assert history.closed() == set()
    assert history.close(UNIT, 1)
    assert not history.close(UNIT, 1)
    assert history.closed() == {(UNIT, 1)}
    released = {result.attempt: result.is_released for result in history.results("")}
    assert released == {1: True, 2: False}


def test_the_receipt_that_was_recorded_last_is_compared(history: History) -> None:
    """It shows without grading again; the wrong one first and the right one later is right."""
    assert [result.receipt for result in history.results("")] == [""]
    history.add_receipt("anna", UNIT, 1, OTHER)
    assert [result.receipt for result in history.results("")] == [CHANGED]
    history.add_receipt("anna", UNIT, 1, CODE)
    assert [result.receipt for result in history.results("")] == [CONFIRMED]


@pytest.mark.parametrize(
    ("participant", "unit", "attempt"),
    [("ben", UNIT, 1), ("anna", "w1d1_01", 1), ("anna", UNIT, 2)],
)
def test_a_receipt_is_for_one_person_unit_and_attempt(
    history: History, participant: str, unit: str, attempt: int
) -> None:
    """The receipt of somebody or something else confirms nothing."""
    history.add_receipt(participant, unit, attempt, CODE)
    assert [result.receipt for result in history.results("")] == [""]


def test_what_a_file_claims_is_no_receipt(history: History) -> None:
    """Anyone can write a code into a file."""
    history.add_run(run(claimed=OTHER), [ROW])
    assert [result.receipt for result in history.results("")] == [""]
    assert receipt_sentence("changed after the receipt was given", CODE) == ""


@given(st.from_regex(r"RILO-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", fullmatch=True))
def test_a_code_is_read_however_it_was_typed(code: str) -> None:
    """Small letters, spaces and a missing first word change nothing."""
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(code.removeprefix("RILO-").replace("-", "")) == code


@pytest.mark.parametrize("text", ["", "RILO", "RILO-AAAA-BBBB", "RILO-AAAA-BBBB-CCC1", "x" * 13])
def test_what_is_no_code_is_no_code(text: str) -> None:
    """`0`, `1`, `8` and `9` are in no code: they look like letters."""
    assert read_code(text) is None


# --- which attempt counts ---------------------------------------------------------------------


def result(attempt: int, points: float | None, **different: Any) -> Result:
    """One question of one attempt."""
    found: dict[str, Any] = {
        "participant": "anna",
        "unit": UNIT,
        "question": "q1",
        "verdict": "correct",
        "points": points,
        "out_of": 4.0,
        "diagnosis": "",
        "competence": "C1",
        "attempt": attempt,
        "isolation": "bwrap",
        "rehearsal": "",
        "mistake": None,
        "notes": "",
        "answer": "",
        "at": "",
        "receipt": "",
    }
    return Result(**{**found, **different})


def test_the_best_attempt_is_that_with_most_points_in_all() -> None:
    """Attempts are not mixed: a question that was right once does not count beside another try."""
    results = [
        result(1, 3.0),
        result(1, 0.0, question="q2"),
        result(2, 1.0),
        result(2, 1.5, question="q2"),
    ]
    assert {found.attempt for found in counting_results(results, "best")} == {1}
    assert {found.attempt for found in counting_results(results, "last")} == {2}


def test_of_equal_attempts_the_later_counts() -> None:
    """Also where adding the same points in another order gives another last digit."""
    results = [
        *(result(1, points, question=f"q{n}") for n, points in enumerate([0.1, 0.2, 0.3])),
        *(result(2, points, question=f"q{n}") for n, points in enumerate([0.3, 0.2, 0.1])),
    ]
    assert {found.attempt for found in counting_results(results, "best")} == {2}
    assert {found.attempt for found in counting_results(results[::-1], "best")} == {2}


def test_an_answer_that_waits_has_no_points_yet() -> None:
    """Until a person marked it, an attempt is worth what the machine gave."""
    results = [result(1, 2.0), result(2, None)]
    assert {found.attempt for found in counting_results(results, "best")} == {1}


def test_each_person_and_unit_has_an_attempt_of_its_own() -> None:
    """The order of the results is kept."""
    results = [
        result(1, 3.0),
        result(2, 1.0),
        result(1, 0.0, participant="ben"),
        result(2, 1.0, participant="ben"),
        result(1, 1.0, unit="w1d1_01"),
    ]
    counting = counting_results(results, "best")
    assert [(r.participant, r.unit, r.attempt) for r in counting] == [
        ("anna", UNIT, 1),
        ("ben", UNIT, 2),
        ("anna", "w1d1_01", 1),
    ]


@pytest.mark.parametrize("policy", ["best", "last"])
def test_a_policy_is_said_in_a_sentence(policy: str) -> None:
    """It stands beside the points."""
    assert policy_sentence(policy).startswith("Of several attempts at a unit, the ")
    with pytest.raises(ValueError, match="no policy"):
        counting_results([], "first")


# --- folders of participants ------------------------------------------------------------------


def test_no_two_participants_share_a_folder_on_any_system(history: History) -> None:
    """Windows and macOS take `Anna` and `anna` for one name; the first one has it as it is."""
    names = ["Anna", "anna", "ANNA", "../x", ".. x", "=cmd", "<script>", "CON", "", "x" * 300]
    folders = [history.folder_of(name) for name in names]
    assert folders[0] == "Anna"
    assert len({folder.lower() for folder in folders}) == len(names)
    assert [history.folder_of(name) for name in names] == folders
    assert all(set(folder) <= set(SAFE) for folder in folders)


SAFE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


def test_a_name_that_looks_like_the_folder_of_another_gets_another(history: History) -> None:
    """Nobody can take the folder of somebody else by choosing their own id."""
    taken = history.folder_of("Anna Sato")
    assert history.folder_of(taken) != taken
    assert history.folder_of(taken.lower()).lower() != taken.lower()


def test_a_later_attempt_never_replaces_a_file(tmp_path: Path) -> None:
    """The first attempt has the name of the contract; the second stands beside it."""
    store = Store(tmp_path / "store")
    first = store.place("feedback", "anna", UNIT, 1)
    assert first == tmp_path / "store" / "feedback" / "anna" / "w1d1_90.html"
    assert store.place("executed", "anna", UNIT, 1).name == "w1d1_90.ipynb"
    assert store.place("feedback", "anna", UNIT, 2).name == "w1d1_90_attempt_2.html"


def test_a_half_written_file_of_long_ago_is_removed(tmp_path: Path) -> None:
    """A file that somebody writes at this moment stays."""
    store = Store(tmp_path / "store")
    old, new = (tmp_path / "store" / name for name in (".writing-old", ".writing-new"))
    for path in (old, new):
        path.touch()
    os.utime(old, (1, 1))
    store.tidy()
    assert (old.exists(), new.exists()) == (False, True)


# --- two at once ------------------------------------------------------------------------------


def test_a_room_keeps_its_own_tables_in_the_history(tmp_path: Path) -> None:
    """What another room adds is kept whole or not at all."""
    store = Store(tmp_path / "store")
    with store.history() as database:
        database.execute("CREATE TABLE notes (note TEXT)")
        database.execute("INSERT INTO notes VALUES ('a')")

    def fail() -> None:
        with store.history() as database:
            database.execute("INSERT INTO notes VALUES ('b')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.history() as database:
        assert database.execute("SELECT note FROM notes").fetchall() == [("a",)]


def test_what_changed_is_known_since_the_last_time(history: History) -> None:
    """Runs, receipts and closings change the pages of those that they are about."""
    numbers = history.last_numbers()
    assert history.changed_since(numbers) == set()
    assert history.changed_since({}) == {("anna", UNIT)}
    changes: list[Callable[[], object]] = [
        lambda: history.add_run(run(), [ROW]),
        lambda: history.add_receipt("anna", UNIT, 1, CODE),
        lambda: history.close(UNIT, 1),
    ]
    for change in changes:
        numbers = history.last_numbers()
        change()
        assert history.changed_since(numbers) == {("anna", UNIT)}


def test_a_claim_is_held_by_one_and_can_be_given_back(tmp_path: Path) -> None:
    """A second grader does something else meanwhile."""
    mine = claim(tmp_path / "running" / "a")
    assert mine is not None
    assert claim(tmp_path / "running" / "a") is None
    other = claim(tmp_path / "running" / "b")
    assert other is not None
    mine.release()
    again = claim(tmp_path / "running" / "a")
    assert again is not None
    again.release()
    other.release()
    assert list((tmp_path / "running").iterdir()) == []


def test_a_claim_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    """After SIGKILL nobody has to remove anything by hand."""
    code = (
        "import sys, pathlib, time; from rilo_training.files import claim; "
        "mine = claim(pathlib.Path(sys.argv[1])); print(mine is not None, flush=True); "
        "time.sleep(60)"
    )
    place = tmp_path / "work"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(place)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert claim(place) is None
        process.kill()
    mine = claim(place)
    assert mine is not None
    mine.release()


def test_a_claim_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    """A folder in the way is an error of the system with its name."""
    (tmp_path / "work").mkdir()
    with pytest.raises(OSError, match="unable to open") as caught:
        claim(tmp_path / "work")
    assert caught.value.filename == str(tmp_path / "work")


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four processes that open a new store and write into it at the same moment."""
    code = (
        "import sys, json, pathlib; from rilo_training.grading.store.history import History, Run\n"
        "history = History(pathlib.Path(sys.argv[1]))\n"
        "run, row = json.loads(sys.argv[3]), json.loads(sys.argv[4])\n"
        "for number in range(20):\n"
        "    name = f'{sys.argv[2]}_{number}'\n"
        "    history.add_run(Run(**{**run, 'participant': name}), [row])\n"
        "    history.folder_of(name)\n"
    )
    words = [json.dumps(vars(RUN)), json.dumps(ROW)]
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "h.sqlite"), who, *words])
        for who in "abcd"
    ]
    assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
    history = History(tmp_path / "h.sqlite")
    assert len(history.results("")) == 80
    assert len(history.folders()) == 80
