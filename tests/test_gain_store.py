"""The test of gain in a store: draw, make, enter, mark, report, and that nothing is lost."""

from __future__ import annotations

import csv
import io
import itertools
import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from gaining import (
    PAIRS,
    SEEDS,
    all_right,
    all_wrong,
    bank,
    exams_of,
    nothing_known,
    saved,
    tables_of,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.cli import main
from rilo_training.gain import occasion
from rilo_training.gain.draw import draw, form_of
from rilo_training.gain.marking import to_talk_over
from rilo_training.gain.records import (
    Mark,
    Script,
    TestWorld,
    read_entries,
    read_marks,
    read_scripts,
    read_worlds,
)
from rilo_training.gain.report import Found
from rilo_training.gain.standing import sittings
from rilo_training.gain.store import GainStore

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("anna", "ben", "chen", "dina")
WORLDS = {
    "before": TestWorld("before", 1, "w1", "1", exams_of(SEEDS[0])),
    "after": TestWorld("after", 2, "w2", "1", exams_of(SEEDS[1])),
}


def run(*words: object) -> Result:
    """Run `rilo gain ...` in this process; an error that is no sentence is an error here."""
    result = CliRunner().invoke(main, ["gain", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def quick() -> Iterator[list[int]]:
    """Worlds from a few seeds, whatever seed is drawn: each is made once for all tests."""
    drawn: list[int] = []

    def tables(seed: int) -> Any:
        if seed not in drawn:
            drawn.append(seed)
        return tables_of(SEEDS[drawn.index(seed) % len(SEEDS)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occasion, "world_tables", tables)
        patch.setenv("RILO_COURSE", str(ROOT))
        yield drawn


@pytest.fixture(scope="module")
def day_1(tmp_path_factory: pytest.TempPathFactory, quick: list[int]) -> Path:
    """A store in which four people were drawn, with the test of day 1; tests get copies."""
    folder = tmp_path_factory.mktemp("day_1") / "store"
    assert run("draw", folder, "--participants", ",".join(NAMES)).exit_code == 0
    assert run("make", folder, "--occasion", "before").exit_code == 0
    return folder


@pytest.fixture
def store(tmp_path: Path, day_1: Path) -> Path:
    """The store of day 1."""
    return shutil.copytree(day_1, tmp_path / "store")


def worlds_in(folder: Path) -> dict[str, TestWorld]:
    """The tests that a store keeps."""
    with GainStore(folder).history() as history:
        return read_worlds(history)


def forms_in(folder: Path, when: str) -> dict[str, str]:
    """Who writes which form on an occasion, from the commands' own words."""
    said = run("draw", folder, "--participants", NAMES[0]).output
    return {
        name: match[1]
        for name in NAMES
        if (match := re.search(rf"{name}: .*?form (\w) {when}", said)) is not None
    }


def answer_file(folder: Path, name: str, when: str, pairs: Any, **more: Any) -> Path:
    """Answers as the page of this store would save them; `pairs` may be made from the exam."""
    world, form = worlds_in(folder)[when], forms_in(folder, when)[name]
    answers = pairs(world.exams[form]) if callable(pairs) else pairs
    content = {**saved(name, when, form, world.world_id, answers), **more}
    return write(folder.parent, f"{name}_{when}.json", content)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a result file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


# --- the draw ---------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(0, 5), max_size=6), seed=st.integers())
def test_the_forms_are_balanced_and_crossed(sizes: list[int], seed: int) -> None:
    """However many come, and when: the forms differ by one person at most, and all cross."""
    chance, drawn = random.Random(seed), dict[str, str]()
    for number, size in enumerate(sizes):
        drawn |= draw([f"p{number}_{place}" for place in range(size)], drawn, chance)
    forms = list(drawn.values())
    assert abs(forms.count("A") - forms.count("B")) <= 1
    assert len(forms) == sum(sizes)
    assert all({form_of(form, when) for when in WORLDS} == {"A", "B"} for form in forms)


def test_the_lot_decides() -> None:
    """Each of four people gets each form: it is not the order of the names."""
    for place in range(4):
        drawn = [draw(list("wxyz"), {}, random.Random(seed))["wxyz"[place]] for seed in range(40)]
        assert {"A", "B"} == set(drawn)


def test_who_was_drawn_stays_and_others_are_added(store: Path) -> None:
    """A second draw changes nobody; capital letters make nobody new."""
    before = forms_in(store, "before")
    result = run("draw", store, "--participants", "ANNA,edo")
    assert result.exit_code == 0
    assert forms_in(store, "before") == before
    assert "anna: form" in result.output
    assert "ANNA" not in result.output
    assert result.output.count("(drawn earlier)") == 4
    assert sorted(before.values()) == ["A", "A", "B", "B"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [("", "No participant"), ("a,b,A", "stands twice"), ("x" * 41, "cannot be the id")],
)
def test_names_that_cannot_be_drawn(tmp_path: Path, names: str, sentence: str) -> None:
    """A sentence says why, and nothing is kept."""
    result = run("draw", tmp_path / "store", "--participants", names)
    assert (result.exit_code, sentence in result.output) == (2, True)


# --- make -------------------------------------------------------------------------------------


def test_each_person_gets_the_form_that_was_drawn(store: Path) -> None:
    """Pages with name and form, the data, and the key in another folder."""
    hand_out = store / "gain" / "before" / "hand_out"
    for name, form in forms_in(store, "before").items():
        for page in ("test_on_screen.html", "test_on_paper.html"):
            text = (hand_out / name / page).read_text(encoding="utf-8")
            assert re.search(rf"{name}</bdi>.*form (<strong>)?{form}\b", text)
    assert {path.name for path in hand_out.iterdir() if path.is_file()} == {
        "SYNTHETIC.txt",
        "task_data.csv",
        "task_data.parquet",
    }
    assert not list(hand_out.rglob("*key*"))
    assert (store / "gain" / "before" / "for_the_marker" / "key.html").is_file()


def test_the_seed_and_the_code_of_others_are_in_no_file_that_is_handed_out(
    store: Path, quick: list[int]
) -> None:
    """The seed stands in the history alone; a code stands on the sheet of its own person."""
    world = worlds_in(store)["before"]
    assert world.seed in quick
    for path in (store / "gain").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(world.seed).encode() not in content
            assert f"{world.seed:x}".encode() not in content
    with GainStore(store).history() as history:
        scripts = read_scripts(history)
    hand_out = store / "gain" / "before" / "hand_out"
    for code, script in scripts.items():
        found = [path for path in hand_out.rglob("*.html") if code in path.read_text("utf-8")]
        assert {path.parent.name for path in found} == {script.participant}
    assert len(scripts) == 4


def test_the_data_of_the_task_open_in_a_spreadsheet_and_in_python(store: Path) -> None:
    """UTF-8 with a mark, days as year-month-day; both files hold the same rows."""
    folder = store / "gain" / "before" / "hand_out"
    assert (folder / "task_data.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(folder / "task_data.csv", low_memory=False)
    same = pd.read_parquet(folder / "task_data.parquet")
    assert len(rows) == len(same)
    assert rows["seizure_date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert list(rows["case_id"]) == list(same["case_id"])
    task = worlds_in(store)["before"].exams["B"].task
    own = rows[(rows["section"] == "Drugs") & (rows["conveyance"] == task.conveyance)]
    own = own[(own["seizure_date"] >= "2026-01-01") & (own["seizure_date"] <= "2026-06-30")]
    assert own["case_id"].nunique() == task.cases


def test_a_second_make_writes_the_same_test_again(store: Path) -> None:
    """Somebody who came later gets a page of the same test, and typed answers stay."""
    typed = store / "gain" / "before" / "for_the_marker" / "typed_answers.csv"
    typed.write_text("half typed", encoding="utf-8")
    kept, key = worlds_in(store), typed.with_name("key.html").read_bytes()
    run("draw", store, "--participants", "edo")
    result = run("make", store, "--occasion", "before")
    assert "The same test as before" in result.output
    assert f"The empty table for all participants: {typed.with_stem('typed_answers_blank')}" in (
        result.output
    )
    assert worlds_in(store) == kept
    assert typed.with_name("key.html").read_bytes() == key
    assert typed.read_text(encoding="utf-8") == "half typed"
    blank = typed.with_name("typed_answers_blank.csv").read_text(encoding="utf-8-sig")
    assert len(blank.splitlines()) == 1 + 28 * 5
    assert (store / "gain" / "before" / "hand_out" / "edo" / "test_on_screen.html").is_file()


def test_the_two_occasions_have_two_worlds(store: Path) -> None:
    """In week 4 no computed item reads as on day 1."""
    assert run("make", store, "--occasion", "after").exit_code == 0
    before, after = worlds_in(store)["before"], worlds_in(store)["after"]
    assert before.world_id != after.world_id
    assert before.seed != after.seed
    assert occasion.same_items(before.exams, after.exams) == []


def test_nothing_is_made_before_the_draw(tmp_path: Path, quick: list[int]) -> None:
    """The sentence says what to do first."""
    for words in (("make", tmp_path / "s", "--occasion", "before"), ("report", tmp_path / "s")):
        result = run(*words)
        assert (result.exit_code, "rilo gain draw" in result.output) == (2, True)
    path = write(tmp_path, "x.json", {})
    assert "rilo gain make" in run("enter", tmp_path / "s", path).output


# --- kept for ever -----------------------------------------------------------------------------


def test_a_folder_stands_for_the_files_in_it(store: Path) -> None:
    """The instructor collects what was saved, and names the folder once."""
    folder = store.parent / "collected"
    folder.mkdir()
    for name in NAMES[:3]:
        answer_file(store, name, "before", all_right).rename(folder / f"{name}.json")
    (folder / "notes.md").write_text("nothing of ours", encoding="utf-8")
    (folder / "ben.json").rename(folder / "copied from the page.txt")
    result = run("enter", store, folder)
    assert (result.exit_code, "Entered: 3." in result.output) == (0, True)


def test_a_folder_without_a_file_is_said(store: Path) -> None:
    """A folder for each person stands in it, as they were handed out; capitals are no matter."""
    folder = store.parent / "collected"
    (folder / "anna").mkdir(parents=True)
    answer_file(store, "anna", "before", all_right).rename(folder / "anna" / "ANNA.JSON")
    result = run("enter", store, folder)
    assert result.exit_code == 1
    assert f"The folder {folder} holds no file that ends with .json" in result.output
    assert "Entered: 1." in run("enter", store, folder / "anna").output


def test_a_second_entry_is_a_new_row_and_the_newest_counts(store: Path) -> None:
    """Nothing is written over; the report says that there are two, and where they differ."""
    run("enter", store, answer_file(store, "anna", "before", all_wrong), "--by", "hana")
    pairs = all_wrong(worlds_in(store)["before"].exams[forms_in(store, "before")["anna"]])
    pairs[4] = ("n", "")
    result = run("enter", store, answer_file(store, "anna", "before", pairs))
    assert result.exit_code == 0
    rows = table(store / "gain" / "gain_results.csv")
    assert len(rows) == 56
    assert [rows[4]["answer"] != "n", rows[32]["answer"]] == [True, "n"]
    assert [rows[0]["entered_by"], rows[28]["entered_by"]] == ["hana", "instructor"]
    run("report", store)
    page = (store / "gain" / "report" / "people" / "anna.html").read_text(encoding="utf-8")
    assert "entered 2 times. The newest counts. It differs in items 5." in page


def test_a_folder_that_is_entered_again_undoes_no_correction(store: Path) -> None:
    """A latecomer's file is added; what was entered from the folder earlier is left out."""
    folder = store.parent / "collected"
    folder.mkdir()
    answer_file(store, "anna", "before", all_right).rename(folder / "anna.json")
    run("enter", store, folder)
    run("enter", store, answer_file(store, "anna", "before", nothing_known()))
    answer_file(store, "ben", "before", all_right).rename(folder / "ben.json")
    result = run("enter", store, folder, "--by", "hana")
    assert (result.exit_code, "Entered: 1." in result.output) == (0, True)
    assert "Left out: anna.json was entered earlier with the same answers." in result.output
    with GainStore(store).history() as history:
        entries = read_entries(history)
    assert [entry.participant for entry in entries] == ["anna", "anna", "ben"]
    assert sittings(entries, worlds_in(store))["anna"]["before"].entry.answers[0] == ("n", "")


def test_an_open_result_file_takes_nothing_back(both: Path) -> None:
    """Answers and marks are kept, and a sentence says so; the next report writes the file."""
    sheet = filled(both, itertools.cycle(["1", "0", "0.5", "0", "0"]))
    path = both / "gain" / "gain_results.csv"
    path.unlink()
    path.mkdir()  # as good as open in another program: it cannot be replaced
    said = "gain_results.csv could not be written"
    for words in (("enter", both, answer_file(both, "chen", "before", all_right)), ("mark", both)):
        result = run(*words, *([sheet] if words[0] == "mark" else []))
        assert (result.exit_code, said in result.output) == (1, True)
        assert "What was entered is safe in the store." in result.output
    with GainStore(both).history() as history:
        assert read_entries(history)[-1].participant == "chen"
        assert len(read_marks(history)) == 20
    assert said in run("report", both).output
    path.rmdir()
    assert run("report", both).exit_code == 0
    assert table(path)[-1]["participant"] == "chen"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gain_entries SET answers = '[]'",
        "DELETE FROM gain_entries",
        "INSERT OR REPLACE INTO gain_draws SELECT draw, at, participant, 'A' FROM gain_draws",
        "INSERT OR REPLACE INTO gain_worlds SELECT * FROM gain_worlds",
        "UPDATE gain_scripts SET participant = 'x'",
        "DELETE FROM gain_draws",
    ],
)
def test_the_records_are_only_added_to(store: Path, statement: str) -> None:
    """The database itself refuses, whichever program asks."""
    run("enter", store, answer_file(store, "anna", "before", all_right))
    database = sqlite3.connect(store / "gradebook.sqlite")
    try:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            database.execute(statement)
    finally:
        database.close()


def test_the_result_file_has_the_columns_of_the_plan(store: Path) -> None:
    """One row for each item, and what each answer shows."""
    form = forms_in(store, "before")["ben"]
    exam = worlds_in(store)["before"].exams[form]
    pairs = [*all_wrong(exam)[:7], *all_right(exam)[7:26], ("n", ""), ("", "")]
    run("enter", store, answer_file(store, "ben", "before", pairs))
    rows = table(store / "gain" / "gain_results.csv")
    assert ",".join(rows[0]) == (
        "participant,occasion,form,world_id,item,tag,competence,group,is_control,answer,sure,"
        "is_right,misconception,entered_by,entered_at"
    )
    assert [row["is_right"] for row in rows] == ["no"] * 7 + ["yes"] * 19 + ["", ""]
    assert rows[0]["misconception"] == next(iter(exam.keys[0].shows.values()))
    assert [row["is_control"] for row in rows].count("yes") == 4
    assert [row["item"] for row in rows] == [str(number) for number in range(1, 29)]


# --- the task ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def week_4(tmp_path_factory: pytest.TempPathFactory, day_1: Path) -> Path:
    """A store in which two people wrote on both occasions; tests get copies."""
    store = shutil.copytree(day_1, tmp_path_factory.mktemp("week_4") / "store")
    run("make", store, "--occasion", "after")
    task = {"cases": "=1+1", "departure": "Japan", "words": "<b>12 cases</b>", "how": "Excel"}
    for name in NAMES[:2]:
        run("enter", store, answer_file(store, name, "before", nothing_known(), task=task))
        run("enter", store, answer_file(store, name, "after", all_right))
    return store


@pytest.fixture
def both(tmp_path: Path, week_4: Path) -> Path:
    """The store of week 4."""
    return shutil.copytree(week_4, tmp_path / "store")


def filled(store: Path, points: Iterator[str], marker: str = "hana", mark: str = ",") -> Path:
    """The sheet with points and a name on every row."""
    assert run("mark", store).exit_code == 0
    rows = table(store / "gain" / "blind_marking_sheet.csv")
    for row in rows:
        row |= {name: next(points) for name in row if name.startswith("points: ")}
        row["marker"] = marker
    path = store.parent / "filled.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=mark)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_marking_sheet_is_blind(both: Path) -> None:
    """No name, no occasion, no earlier mark; texts stay texts in a spreadsheet."""
    run("mark", both, filled(both, itertools.cycle(["1", "0", "0.5", "0", "0"])))
    run("mark", both)
    text = (both / "gain" / "blind_marking_sheet.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"anna|ben|before|after", text)
    rows = table(both / "gain" / "blind_marking_sheet.csv")
    assert len(rows) == 4
    assert [row["script_code"] for row in rows] == sorted(row["script_code"] for row in rows)
    assert not any(row[name] for row in rows for name in row if name.startswith("points: "))
    assert {row["written: cases"] for row in rows} == {"'=1+1", "(on paper)"}
    assert [row["second_reading"] for row in rows] == ["yes", "no", "no", "yes"]
    right = {
        (str(exam.task.cases), exam.task.departure)
        for world in worlds_in(both).values()
        for exam in world.exams.values()
    }
    assert {(row["right_cases"], row["right_country"]) for row in rows} <= right


def test_a_sheet_in_which_somebody_marked_is_not_written_over(both: Path) -> None:
    """The command without the file writes another sheet until the marks were taken."""
    marked = both / "gain" / "blind_marking_sheet.csv"
    filled(both, itertools.cycle(["1", "0", "0.5", "0", "0"])).replace(marked)
    content = marked.read_bytes()
    for _ in range(2):
        assert "blind_marking_sheet_2.csv" in run("mark", both).output
        assert marked.read_bytes() == content
    assert "new marks: 4" in run("mark", both, marked).output
    assert "blind_marking_sheet.csv" in run("mark", both).output
    assert not any(row["marker"] for row in table(marked))


def test_typed_letters_do_not_hide_the_text_of_the_task(both: Path) -> None:
    """An answer that is corrected by a typed table leaves the text from the screen to be marked."""
    form = forms_in(both, "before")["anna"]
    lines = [f"anna,before,{form},{number},n," for number in range(1, 29)]
    typed = both.parent / "typed.csv"
    typed.write_text("\n".join(["participant,occasion,form,item,answer,sure", *lines]), "utf-8")
    assert "Entered: 1." in run("enter", both, typed).output
    run("mark", both)
    rows = table(both / "gain" / "blind_marking_sheet.csv")
    assert [row["written: how"] for row in rows].count("Excel") == 2


def test_marks_are_taken_and_shown(both: Path) -> None:
    """A semicolon and a comma in a number are understood; the report shows each criterion."""
    path = filled(both, itertools.cycle(["1", "1", "0,5", "0", "0,5"]), mark=";")
    result = run("mark", both, path)
    assert (result.exit_code, "new marks: 4" in result.output) == (0, True)
    assert "new marks: 0" in run("mark", both, path).output
    rows = table(both / "gain" / "gain_task.csv")
    assert ",".join(rows[0]) == (
        "script_code,participant,occasion,form,world_id,criterion,points,marker,marked_at"
    )
    assert len(rows) == 20
    assert {row["points"] for row in rows} == {"1", "0.5", "0"}
    run("report", both)
    page = (both / "gain" / "report" / "people" / "anna.html").read_text(encoding="utf-8")
    assert re.search(r"Number of cases</th><td class=\"count\">1 → 1</td>", page)
    assert re.search(r"Words</th><td class=\"count\">0.5 → 0.5</td>", page)


@pytest.mark.parametrize("empty", ["\r\n", ";;;;\r\n"])
def test_a_sheet_may_begin_with_an_empty_line(both: Path, empty: str) -> None:
    """Somebody put a row above the names, or a program did."""
    path = filled(both, itertools.cycle(["1"]), mark=";")
    path.write_text(empty + path.read_text(encoding="utf-8-sig"), encoding="utf-8-sig")
    result = run("mark", both, path)
    assert (result.exit_code, "new marks: 4" in result.output) == (0, True)


def test_wrong_marks_give_a_sentence_and_the_script_waits(both: Path) -> None:
    """Points that the rubric does not know, a missing name, an unknown code."""
    path = filled(both, itertools.cycle(["3", "0.5", "", "x", "1"]))
    text = path.read_text(encoding="utf-8-sig")
    first = table(path)[0]["script_code"]
    path.write_text(text.replace(first, "XXX-XXX"), encoding="utf-8-sig")
    result = run("mark", both, path)
    assert (result.exit_code, "new marks: 0" in result.output) == (1, True)
    assert "'XXX-XXX' is no script code of this store." in result.output
    assert "Number of cases: found '3'. Expected one of: 0, 1, 2." in result.output
    assert "Departure country: found '0.5'. Expected one of: 0, 1." in result.output
    nobody = run("mark", both, filled(both, itertools.cycle(["1", "1", "1", "1", "1"]), marker=""))
    assert nobody.output.count("the name of the marker is missing") == 4


def test_two_markers_who_differ_are_named(both: Path) -> None:
    """The first marker counts, and a difference of more than one point is to be talked over."""
    run("mark", both, filled(both, itertools.cycle(["2", "1", "1", "1", "1"])))
    run("mark", both, filled(both, itertools.cycle(["1", "1", "0", "1", "1"]), marker="ito"))
    run("report", both)
    page = (both / "gain" / "report" / "room.html").read_text(encoding="utf-8")
    assert page.count("hana and ito differ by more than one point. Talk it over.") == 4
    assert page.count("2 → 2") >= 2


def test_the_report_reads_the_marks_once_for_all_people() -> None:
    """The work grows with the marks, and not with the marks of each person."""

    class Counted(list[Mark]):
        read = 0

        def __iter__(self) -> Iterator[Mark]:
            self.read += 1
            return super().__iter__()

    scripts = {name: Script(name, name, "before") for name in map(str, range(50))}
    marks = Counted(Mark(code, "cases", float(code), "hana") for code in scripts)
    marks += [Mark("7", "cases", 1.0, "ito"), Mark("7", "cases", 6.0, "hana")]
    found = Found(bank(), {}, {}, {}, scripts, marks)
    for name in scripts:
        expected = 6.0 if name == "7" else float(name)
        assert found.points(name, "before") == {"cases": expected}
    assert found.points("7", "after") == {}
    assert to_talk_over(marks) == [
        "Script 7: hana and ito differ by more than one point. Talk it over."
    ]
    assert marks.read == 2


# --- the report -------------------------------------------------------------------------------


def test_the_report_shows_what_was_entered(both: Path) -> None:
    """Before and after in four groups, the control item, and nothing that is not counted."""
    assert run("report", both).exit_code == 0
    page = (both / "gain" / "report" / "people" / "anna.html").read_text(encoding="utf-8")
    row = r'<td class="count">0 → 6</td><td class="count">0 → 0</td><td class="count">0 → 0</td>'
    row += r'<td class="count">6 → 0</td><td class="count">0 → 0</td>'
    assert len(re.findall(row, page)) == 4
    assert page.count("I do not know yet → right and sure") == 4
    assert "No answer was wrong and sure." in page
    room = (both / "gain" / "report" / "room.html").read_text(encoding="utf-8")
    assert "2 of 4 answered before the course, 2 at the end" in room
    assert room.count("right 0 → 6") == 8
    assert room.count("right – → –") == 8
    assert re.search(r'href="people/anna.html"', room)
    for text in (page, room):
        body = text[text.index("<body>") :]
        assert not re.search(r"\d\s*(%|per cent)|\btotal\b|\bp-value\b|\bmean\b", body, re.I)


def test_nobody_takes_the_place_of_the_page_of_the_room(store: Path) -> None:
    """Whatever somebody is called, and however it is written."""
    assert run("draw", store, "--participants", "room,key,../x,a<b").exit_code == 0
    assert run("make", store, "--occasion", "before").exit_code == 0
    assert run("report", store).exit_code == 0
    report = store / "gain" / "report"
    assert "Gain of the room" in (report / "room.html").read_text(encoding="utf-8")
    pages = {path.name for path in (report / "people").iterdir()}
    assert len(pages) == 8
    links = re.findall(r'href="([^"]+)"', (report / "room.html").read_text(encoding="utf-8"))
    assert {report / link for link in links} == set((report / "people").iterdir())
    assert len(list((store / "gain" / "before" / "hand_out").glob("*/test_on_paper.html"))) == 8
    assert not list(store.parent.glob("x*"))


def test_wrong_and_sure_stands_first_with_its_misconception(store: Path) -> None:
    """The page of a person says what each answer shows, and how the same place stands now."""
    exam = worlds_in(store)["before"].exams[forms_in(store, "before")["dina"]]
    pairs = [*all_wrong(exam)[:8], *all_wrong(exam, "no")[8:14], *nothing_known()[14:]]
    run("enter", store, answer_file(store, "dina", "before", pairs))
    run("make", store, "--occasion", "after")
    run("enter", store, answer_file(store, "dina", "after", all_right))
    run("report", store)
    page = (store / "gain" / "report" / "people" / "dina.html").read_text(encoding="utf-8")
    assert page.index("speak about these first") < page.index("Four groups")
    for key in (*exam.keys[:6], exam.keys[7]):
        assert f"<td>{next(iter(key.shows.values()))}</td><td>{key.taught_in}</td>" in page
    assert exam.keys[6].point not in page  # a control item is not to be talked about
    assert exam.keys[8].point not in page  # wrong, and not sure
    assert page.count("<td>right and sure</td>") == 7
    counts = re.findall(r'<td class="count">([^<]*)</td>', page)
    assert counts[:5] == ["0 → 6", "6 → 0", "0 → 0", "0 → 0", "0 → 0"]
    assert counts[5:10] == ["0 → 6", "1 → 0", "5 → 0", "0 → 0", "0 → 0"]


def test_an_answer_without_sure_or_not_sure_is_shown_apart(store: Path) -> None:
    """It is counted as neither, and it has a column of its own where there is one."""
    run("enter", store, answer_file(store, "anna", "before", lambda exam: all_wrong(exam, "")))
    run("report", store)
    page = (store / "gain" / "report" / "people" / "anna.html").read_text(encoding="utf-8")
    assert "sure or not was not said" in page
    assert page.count('<td class="count">6 → –</td>') == 4


@settings(max_examples=40, deadline=None)
@given(pairs=PAIRS)
def test_the_counts_of_a_group_always_add_up_to_six(pairs: list[tuple[str, str]]) -> None:
    """Every answer is counted once: right, wrong in three ways, not yet, or empty."""
    given_ = saved("anna", "before", "A", "w1", pairs)
    entry = _entry(given_)
    sitting = sittings([entry], WORLDS)["anna"]["before"]
    for group in range(1, 5):
        counts = sitting.counts(group)
        wrong = counts.wrong_sure + counts.wrong_not_sure + counts.wrong_without_mark
        assert counts.right + wrong + counts.not_yet + counts.empty == 6
        assert counts.control


def _entry(content: Any) -> Any:
    from rilo_training.gain.records import Entry

    pairs = tuple((one["answer"], one["sure"]) for one in content["answers"])
    return Entry(content["participant"], content["occasion"], content["form"], "w1", pairs)


def test_a_hostile_answer_file_stays_text(store: Path) -> None:
    """What somebody wrote in the task never becomes a tag or a formula."""
    task = {"words": "=cmd()\ud800<script>", "cases": "x" * 9_000, "how": 7}
    path = answer_file(store, "anna", "before", nothing_known(), task=task)
    assert run("enter", store, path, "--by", "ha\udce9na").exit_code == 0
    with GainStore(store).history() as history:
        kept = read_entries(history)[0].task
    assert kept["words"] == "=cmd()?<script>"
    assert len(kept["cases"]) == 5_000
    assert "how" not in kept
    run("mark", store)
    rows = table(store / "gain" / "blind_marking_sheet.csv")
    assert [row["written: words"] for row in rows] == ["'=cmd()?<script>"]


def test_the_blueprint_and_the_store_agree_on_the_criteria(both: Path) -> None:
    """Each criterion of the rubric is a column of the sheet."""
    run("mark", both)
    names = list(table(both / "gain" / "blind_marking_sheet.csv")[0])
    assert [name for name in names if name.startswith("points: ")] == [
        f"points: {criterion.name}" for criterion in bank().criteria
    ]
    assert sum(criterion.points for criterion in bank().criteria) == 6
