"""The manifest names every unit of the course, and says in a sentence what is wrong in it."""

import ast
import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rilo_training.course.manifest import (
    MANIFEST,
    CourseError,
    Programme,
    Unit,
    find_root,
    load_programme,
)

ROOT = Path(__file__).resolve().parent.parent
MINUTES = {"lesson": 65, "graded": 80}
SOUND = """\
[programme]
title = "A course"
start = 2026-11-30
end = 2026-12-25
holidays = [2026-12-23]

[grading]
cell_seconds = 20
practice_extract = "datasets/practice"
attempts = "best"

[[competence]]
id = "C1"
name = "Enforcement data"

[[unit]]
id = "w1d1_01"
title = "First"
kind = "lesson"
week = 1
day = 1
minutes = 65
desk = "RILO"
folder = "week1"
file = "w1d1_01_first.ipynb"
office_asks = "What do we hold?"
objectives = ["Open an extract."]
proved_by = [["q1"]]
competences = ["C1"]
tables = ["seizures"]
stories = []
points = 10
"""


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course of this checkout."""
    return load_programme(ROOT)


def manifest(folder: Path, text: str | bytes) -> Path:
    """A course that is nothing but a manifest."""
    place = folder / MANIFEST
    place.parent.mkdir(parents=True)
    place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def sources(programme: Programme, unit: Unit, kind: str) -> list[str]:
    """The cells of one type of a unit."""
    cells = json.loads(programme.notebook(unit).read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def keys(programme: Programme, unit: Unit) -> dict[str, dict[str, object]]:
    """Question and plain arguments of every `key` call of a unit, read without running it."""
    found: dict[str, dict[str, object]] = {}
    for source in sources(programme, unit, "code"):
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Call(func=ast.Name(id="key"), args=[ast.Constant(value=str(question))]):
                    found[question] = {
                        word.arg: word.value.value
                        for word in node.keywords
                        if word.arg and isinstance(word.value, ast.Constant)
                    }
    return found


def test_every_notebook_is_in_the_manifest_and_every_unit_is_on_disk(
    programme: Programme,
) -> None:
    """Nothing on disk is forgotten, and nothing in the manifest is missing."""
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for folder in ("week1_cen_data_analysis", "ojt_exercises")
        for path in (ROOT / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    named = {f"{unit.folder}/{unit.file}" for unit in programme.units}
    assert on_disk == named
    assert len(named) == len(programme.units)


def test_the_name_of_a_unit_says_where_it_stands(programme: Programme) -> None:
    """Week and day are those of the id, the file starts with it, and units stand in order."""
    for unit in programme.units:
        parts = re.fullmatch(r"w(\d)d(\d)_\d\d", unit.id)
        assert parts is not None, unit.id
        assert (unit.week, unit.day) == (int(parts[1]), int(parts[2])), unit.id
        assert unit.file.startswith(f"{unit.id}_{unit.kind}_"), unit.id
    ids = [unit.id for unit in programme.units]
    assert ids == sorted(set(ids))


def test_a_lesson_takes_65_minutes_and_a_graded_unit_80(programme: Programme) -> None:
    """The timetable of a day has room for these lengths and no others."""
    timed = [unit for unit in programme.units if unit.kind in MINUTES]
    assert {unit.kind for unit in timed} == MINUTES.keys()
    for unit in timed:
        assert unit.minutes == MINUTES[unit.kind], unit.id


def test_a_unit_says_what_it_is_for(programme: Programme) -> None:
    """Every unit has a question of the office, objectives as sentences, and competences."""
    for unit in programme.units:
        assert unit.office_asks.strip().endswith((".", "?")), unit.id
        assert unit.objectives, unit.id
        assert all(line.endswith(".") for line in unit.objectives), unit.id
        assert unit.competences, unit.id


def test_the_points_are_those_of_the_keys(programme: Programme) -> None:
    """The total of a unit is the sum over its key cells, and every task says its own points."""
    for unit in programme.units:
        found = keys(programme, unit)
        assert sum(float(str(entry["points"])) for entry in found.values()) == unit.points, unit.id
        tasks = "\n".join(sources(programme, unit, "markdown"))
        said = re.findall(r"^#+ Question (\d+) \((\d+) points?\)", tasks, re.MULTILINE)
        assert {f"q{number}": int(points) for number, points in said} == {
            question: entry["points"] for question, entry in found.items()
        }, unit.id


def test_the_competences_are_known_and_those_of_the_keys(programme: Programme) -> None:
    """A unit lists competences of the programme, and every one that a question tests."""
    assert list(programme.competences) == [f"C{number}" for number in range(1, 8)]
    for unit in programme.units:
        assert set(unit.competences) <= programme.competences.keys(), unit.id
        tested = {str(entry["competence"]) for entry in keys(programme, unit).values()}
        assert tested <= set(unit.competences), unit.id


def test_the_working_days_leave_out_week_ends_and_holidays(tmp_path: Path) -> None:
    """Four weeks are twenty days; a holiday in them leaves nineteen."""
    found = load_programme(manifest(tmp_path, SOUND))
    days = found.working_days()
    assert days[0] == dt.date(2026, 11, 30)
    assert days[-1] == dt.date(2026, 12, 25)
    assert len(days) == 19
    assert dt.date(2026, 12, 23) not in days
    assert all(day.weekday() < 5 for day in days)
    assert len(replace(found, holidays=()).working_days()) == 20
    on_saturday = replace(found, holidays=(dt.date(2026, 12, 5),))
    assert len(on_saturday.working_days()) == 20


def test_the_dates_of_the_course_are_four_weeks(programme: Programme) -> None:
    """The programme of this checkout has one week of lessons and three weeks on the job."""
    holidays = [day for day in programme.holidays if day.weekday() < 5]
    assert len(programme.working_days()) + len(holidays) == 20
    assert programme.working_days()[0].weekday() == 0


def test_a_unit_that_does_not_exist_is_said_with_the_ones_that_do(programme: Programme) -> None:
    """The sentence names the units of the course."""
    with pytest.raises(CourseError, match=r"There is no unit 'w9d9_99'\. The units are: w1d0_00, "):
        programme.unit("w9d9_99")
    for unit in programme.units:
        assert programme.unit(unit.id) is unit


BROKEN: dict[str, str | bytes] = {
    "no toml": "[programme\ntitle = ",
    "a note without quotes": SOUND.replace('"A course"', "A course"),
    "empty": "",
    "not utf-8": SOUND.replace("A course", "caf\xe9").encode("latin-1"),
    "no programme": SOUND.replace("[programme]", "[program]"),
    "no grading": SOUND.replace("[grading]", "[grades]"),
    "no units": SOUND.partition("[[unit]]")[0],
    "one unit in single brackets": SOUND.replace("[[unit]]", "[unit]"),
    "no competences": SOUND.replace("[[competence]]", "[[skill]]"),
    "a missing entry": SOUND.replace("minutes = 65\n", ""),
    "an unknown entry": SOUND + "colour = 3\n",
    "the same unit twice": SOUND + "[[unit]]" + SOUND.partition("[[unit]]")[2],
    "an unknown competence": SOUND.replace('competences = ["C1"]', 'competences = ["C9"]'),
    "an unknown kind of unit": SOUND.replace('kind = "lesson"', 'kind = "lecture"'),
    "points in words": SOUND.replace("points = 10", 'points = "ten"'),
    "minutes in words": SOUND.replace("minutes = 65", 'minutes = "65"'),
    "another policy": SOUND.replace('"best"', '"first"'),
    "no policy": SOUND.replace('attempts = "best"\n', ""),
    "seconds in words": SOUND.replace("cell_seconds = 20", 'cell_seconds = "some"'),
    "a date in words": SOUND.replace("start = 2026-11-30", 'start = "30 November"'),
    "a holiday in words": SOUND.replace("[2026-12-23]", '["23 December"]'),
    "an end before the start": SOUND.replace("end = 2026-12-25", "end = 2026-11-01"),
    "an objective without a proof": SOUND.replace('[["q1"]]', "[]"),
    "one competence without brackets": SOUND.replace('= ["C1"]', '= "C1"'),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_manifest_is_said_in_a_sentence(fault: str, tmp_path: Path) -> None:
    """Whatever is wrong, the author reads which file it is and what to do."""
    with pytest.raises(CourseError) as found:
        load_programme(manifest(tmp_path, BROKEN[fault]))
    said = str(found.value)
    assert said.startswith("The manifest curriculum/programme.toml cannot be read: "), said
    assert said.endswith("."), said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("a missing entry", "minutes"),
        ("an unknown entry", "colour"),
        ("the same unit twice", "w1d1_01"),
        ("an unknown competence", "C9"),
        ("an unknown kind of unit", "lecture"),
        ("points in words", "points"),
        ("no grading", "grading"),
    ],
)
def test_the_sentence_names_the_entry_at_fault(fault: str, word: str, tmp_path: Path) -> None:
    """An author finds the place from the sentence alone."""
    with pytest.raises(CourseError, match=word):
        load_programme(manifest(tmp_path, BROKEN[fault]))


def test_the_course_is_found_from_a_folder_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest is looked for where a variable says, then here, then above."""
    monkeypatch.delenv("RILO_COURSE", raising=False)
    inner = manifest(tmp_path / "here", SOUND) / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find_root(MANIFEST) == tmp_path / "here"
    monkeypatch.setenv("RILO_COURSE", str(manifest(tmp_path / "there", SOUND)))
    assert find_root(MANIFEST) == tmp_path / "there"
    monkeypatch.setenv("RILO_COURSE", str(tmp_path / "nowhere"))
    assert find_root(MANIFEST) == tmp_path / "here"


def test_a_folder_without_a_manifest_is_not_a_course(tmp_path: Path) -> None:
    """The sentence says which file is missing."""
    with pytest.raises(CourseError, match=r"programme\.toml cannot be read: No such file"):
        load_programme(tmp_path)
