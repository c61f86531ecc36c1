"""An institution with nbgrader can open the course there, and gets no untrue mark and no key.

nbgrader is not needed here: the rules of its cell metadata (schema version 3) are written down
below. `run.py bench nbgrader` asks nbgrader itself.
"""

import copy
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from rilo_training.course.manifest import Unit, load_programme
from rilo_training.course.notebook import (
    BEGIN,
    END,
    assign_roles,
    participant_copy,
    question_of,
    read_notebook,
    role_of,
)

ROOT = Path(__file__).resolve().parent.parent
PROGRAMME = load_programme(ROOT)
every_unit = pytest.mark.parametrize("unit", PROGRAMME.units, ids=lambda unit: unit.id)

REQUIRED = {"schema_version", "grade", "locked", "solution"}
ALLOWED = REQUIRED | {"task", "grade_id", "points", "checksum", "cell_type"}


def problems_in_nbgrader(notebook: NotebookNode) -> list[str]:
    """Return what nbgrader would refuse in the cells of a notebook."""
    found = []
    for number, cell in enumerate(notebook.cells):
        entry = cell.metadata.get("nbgrader")
        if entry is not None:
            found += [f"cell {number}: {words}" for words in problems_of_cell(cell, entry)]
    ids = Counter(
        cell.metadata["nbgrader"]["grade_id"]
        for cell in notebook.cells
        if any(cell.metadata.get("nbgrader", {}).get(n) for n in ("grade", "solution", "locked"))
        and "grade_id" in cell.metadata["nbgrader"]
    )
    return found + [f"grade_id {name} stands twice" for name, times in ids.items() if times > 1]


def problems_of_cell(cell: NotebookNode, entry: dict[str, Any]) -> list[str]:
    """Return what nbgrader would refuse in one cell."""
    grade, solution, task = (entry.get(name) is True for name in ("grade", "solution", "task"))
    has_part = grade or solution or entry.get("locked") is True
    is_text = cell.cell_type == "markdown"
    rules = {
        "a name that is not allowed": set(entry) <= ALLOWED,
        "a required name is missing": set(entry) >= REQUIRED,
        "schema_version is not 3": type(entry.get("schema_version")) is int
        and entry["schema_version"] == 3,
        "a part is not true or false": all(
            isinstance(entry[name], bool)
            for name in ("grade", "locked", "solution", "task")
            if name in entry
        ),
        "grade_id has a letter that is not allowed": isinstance(entry.get("grade_id", ""), str)
        and re.fullmatch(r"[a-zA-Z0-9_\-]*", entry.get("grade_id", "")) is not None,
        "there is no grade_id": not has_part or bool(entry.get("grade_id")),
        "points are no number of zero or more": "points" not in entry
        or (type(entry["points"]) in (int, float) and entry["points"] >= 0),
        "there are no points": not (grade or task) or "points" in entry,
        "points without a grade": grade or task or "points" not in entry,
        "a checksum has not 32 letters": len(entry.get("checksum", "-" * 32)) == 32,
        "an unknown cell_type": entry.get("cell_type", "raw") in ("raw", "code", "markdown"),
        "a text with a grade is no solution": task or not is_text or grade is solution,
        "a task is no text": not task or is_text,
        "a task is graded by the machine": not (task and (grade or solution)),
    }
    return [words for words, holds in rules.items() if not holds]


def small() -> NotebookNode:
    """Return a notebook with every part, as `rilo normalise` gives the parts out."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# A unit"),
            new_code_cell('EXTRACT = "x"', metadata={"tags": ["parameters"]}),
            new_code_cell('begin("w9d9_01", EXTRACT)'),
            new_code_cell("table = 1"),
            new_markdown_cell("## Question 1 (2 points)\n\nHow many?"),
            new_code_cell(f"rows = ...\n{BEGIN}\nrows = 42\n{END}"),
            new_code_cell('check("q1", rows)'),
            new_code_cell('key("q1", points=2, kind="number", digits=0)'),
        ]
    )
    assign_roles(notebook, "w9d9_01", {"q1": 2.0})
    return notebook


# --- the rules --------------------------------------------------------------------------------


def change(**more: object) -> Callable[[NotebookNode], None]:
    """Return a way to spoil a cell: other values in its nbgrader metadata; None takes one out."""

    def spoil(cell: NotebookNode) -> None:
        entry = cell.metadata["nbgrader"]
        for name, value in more.items():
            entry[name] = value
            if value is None:
                del entry[name]

    return spoil


TASK, ANSWER, CHECK = 4, 5, 6
BREAKS: list[tuple[str, int, Callable[[NotebookNode], None]]] = [
    ("a name that is not allowed", CHECK, change(tolerance=0.5)),
    ("a required name is missing", CHECK, change(locked=None)),
    ("schema_version is not 3", CHECK, change(schema_version=2)),
    ("schema_version is not 3", CHECK, change(schema_version="3")),
    ("schema_version is not 3", CHECK, change(schema_version=None)),
    ("a part is not true or false", CHECK, change(solution="no")),
    ("grade_id has a letter that is not allowed", CHECK, change(grade_id="q1 check")),
    ("grade_id has a letter that is not allowed", CHECK, change(grade_id="größe")),
    ("there is no grade_id", CHECK, change(grade_id=None)),
    ("there is no grade_id", CHECK, change(grade_id="")),
    ("points are no number of zero or more", TASK, change(points=-1)),
    ("points are no number of zero or more", TASK, change(points="2")),
    ("points are no number of zero or more", TASK, change(points=True)),
    ("there are no points", TASK, change(points=None)),
    ("there are no points", CHECK, change(grade=True)),
    ("points without a grade", ANSWER, change(points=2)),
    ("a checksum has not 32 letters", CHECK, change(checksum="abc")),
    ("an unknown cell_type", CHECK, change(cell_type="heading")),
    ("a text with a grade is no solution", 0, change(grade=True, points=1)),
    ("a text with a grade is no solution", 0, change(solution=True)),
    ("a task is no text", ANSWER, change(task=True, solution=False, points=1)),
    ("a task is graded by the machine", TASK, change(grade=True)),
    ("grade_id q1-check stands twice", ANSWER, change(grade_id="q1-check")),
]


def test_the_parts_of_a_notebook_break_no_rule() -> None:
    """What we write for each part is valid, for the author and for the participant."""
    assert problems_in_nbgrader(small()) == []
    assert problems_in_nbgrader(participant_copy(small())) == []


@pytest.mark.parametrize(("words", "place", "spoil"), BREAKS)
def test_a_broken_rule_is_noticed(
    words: str, place: int, spoil: Callable[[NotebookNode], None]
) -> None:
    """Each rule of nbgrader is one that a notebook can break."""
    notebook = small()
    spoil(notebook.cells[place])
    assert [found for found in problems_in_nbgrader(notebook) if words in found]


def test_a_cell_that_changed_its_type_is_noticed() -> None:
    """A task must be a text: a raw cell under its metadata is refused."""
    notebook = small()
    was = notebook.cells[TASK]
    notebook.cells[TASK] = new_raw_cell(was.source, metadata=was.metadata)
    assert problems_in_nbgrader(notebook) == [f"cell {TASK}: a task is no text"]


# --- every unit -------------------------------------------------------------------------------


@every_unit
def test_nbgrader_accepts_every_notebook_and_every_copy(unit: Unit) -> None:
    """Every cell has the metadata of nbgrader, and none of it breaks a rule."""
    notebook = read_notebook(PROGRAMME.notebook(unit))
    for made in (notebook, participant_copy(notebook)):
        assert all("nbgrader" in cell.metadata for cell in made.cells)
        assert problems_in_nbgrader(made) == []


@every_unit
def test_nbgrader_gives_no_point_by_itself(unit: Unit) -> None:
    """It has no key of ours, and would give a check that prints no error full points."""
    copy_ = participant_copy(read_notebook(PROGRAMME.notebook(unit)))
    assert not [cell.id for cell in copy_.cells if cell.metadata["nbgrader"]["grade"]]
    tasks = [cell for cell in copy_.cells if cell.metadata["nbgrader"]["task"]]
    assert [role_of(cell) for cell in tasks] == ["task"] * len(tasks)
    questions = [question_of(cell) for cell in tasks]
    assert len(questions) == len(set(questions))


@every_unit
def test_the_points_in_nbgrader_are_those_that_the_task_names(unit: Unit) -> None:
    """An instructor who marks there sees the points that the participant was told."""
    for cell in participant_copy(read_notebook(PROGRAMME.notebook(unit))).cells:
        if cell.metadata["nbgrader"]["task"]:
            said = re.search(r"\((\d+(?:\.\d+)?) points?\)", cell.source)
            assert said is not None
            assert cell.metadata["nbgrader"]["points"] == float(said[1])


@every_unit
def test_nbgrader_empties_every_answer_and_every_key_when_it_releases_a_unit(unit: Unit) -> None:
    """It empties solution cells and no others: a key that is none would be given out."""
    for cell in read_notebook(PROGRAMME.notebook(unit)).cells:
        is_emptied = cell.metadata["nbgrader"]["solution"]
        assert is_emptied is (role_of(cell) in ("answer", "key"))


@every_unit
def test_nothing_but_parts_and_points_stands_in_the_metadata(unit: Unit) -> None:
    """No answer, tolerance or mistake is in the metadata, whatever its name."""
    ours = {"nbgrader", "rilo", "tags", "deletable", "editable"}
    for cell in participant_copy(read_notebook(PROGRAMME.notebook(unit))).cells:
        assert set(cell.metadata) <= ours
        assert set(cell.metadata["rilo"]) <= {"role", "question"}
        points = {"points"} if role_of(cell) == "task" else set()
        assert set(cell.metadata["nbgrader"]) == REQUIRED | {"task", "grade_id"} | points


def test_a_question_without_a_key_is_worth_nothing_in_nbgrader() -> None:
    """Before the first run the points are not known: nbgrader is told zero, and not left out."""
    notebook = copy.deepcopy(small())
    assign_roles(notebook, "w9d9_01", {})
    assert notebook.cells[TASK].metadata["nbgrader"]["points"] == 0.0
    assert problems_in_nbgrader(notebook) == []
