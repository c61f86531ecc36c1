"""The form of a unit, its copies, its keys, its normal form, and the proof that it is sound."""

import copy
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rilo_training.answers import Mistake, Question, encode
from rilo_training.course import admission, reference
from rilo_training.course.admission import problems_of
from rilo_training.course.key import KEY_MIME, MISTAKE_MIME
from rilo_training.course.manifest import MANIFEST, CourseError, Programme, Unit, load_programme
from rilo_training.course.normalise import normalise_unit
from rilo_training.course.notebook import (
    BEGIN,
    END,
    LOCKED_ROLES,
    alone,
    assign_roles,
    cells_of,
    notebook_text,
    participant_copy,
    question_of,
    questions_of,
    read_notebook,
    role_of,
    solution_of,
    solutions_of,
    starter_of,
    with_answers,
)
from rilo_training.course.reference import Reference
from rilo_training.course.verify import (
    problems_of_copy,
    problems_of_form,
    verify_unit,
    with_needs,
)
from rilo_training.course.worlds import UnitWorld
from rilo_training.kernels.manager import JUPYTER_FOLDER
from rilo_training.learn.calls import ANSWER_MIME

ROOT = Path(__file__).resolve().parent.parent
UNITS = load_programme(ROOT).units
NOTEBOOKS = [load_programme(ROOT).notebook(unit) for unit in UNITS]
every_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.id)

# --- small notebooks made by hand -------------------------------------------------------------

ANSWER = f"rows = ...\n{BEGIN}\nrows = sum([20, 20, 2])\n{END}"
KEY = """\
from rilo_training.course import key, mistake

key("q1", points=1, kind="number", digits=0, competence="C7", depends_on_world=False,
    hints=["Look at the list.", "Two and two: sum([2, 2])"])
mistake("q1", 3, "This is the number of numbers. Add them up.")"""
SMALL: list[tuple[str, str]] = [
    ("markdown", "# A small unit"),
    ("parameters", 'EXTRACT = "datasets/practice"'),
    ("code", 'from rilo_training.learn import begin, check\n\nbegin("w9d9_01", EXTRACT)'),
    ("markdown", "## Worked example\n\nAdd up a list."),
    ("code", "print(sum([1, 2]))"),
    ("markdown", "### Question 1 (1 point)\n\nAdd up 20, 20 and 2. Assign the sum to `rows`."),
    ("code", ANSWER),
    ("code", 'check("q1", rows)'),
    ("code", KEY),
]
ROLES = ["prose", "parameters", "setup", "prose", "example", "task", "answer", "check", "key"]


def made(parts: list[tuple[str, str]]) -> NotebookNode:
    """A notebook as an author leaves it: random ids, and one tag."""
    cells = []
    for kind, source in parts:
        cell = new_markdown_cell(source) if kind == "markdown" else new_code_cell(source)
        if kind == "parameters":
            cell.metadata["tags"] = ["parameters"]
        cells.append(cell)
    return new_notebook(cells=cells)


def assigned(parts: list[tuple[str, str]]) -> NotebookNode:
    """The same notebook with its roles and ids."""
    notebook = made(parts)
    assign_roles(notebook, "w9d9_01", {"q1": 1.0})
    return notebook


def ids(notebook: NotebookNode) -> list[str]:
    """The ids of the cells in order."""
    return [cell.id for cell in notebook.cells]


def unit_of(kind: str = "lesson", **more: object) -> Unit:
    """The entry of the small unit in a manifest."""
    return replace(UNITS[0], id="w9d9_01", kind=kind, **more)  # type: ignore[arg-type]


ENTRY = {
    "id": "w9d9_01",
    "title": "A small unit",
    "kind": "lesson",
    "week": 9,
    "day": 9,
    "minutes": 65,
    "desk": "RILO",
    "folder": "week9",
    "file": "w9d9_01_lesson_small.ipynb",
    "office_asks": "How many?",
    "objectives": ["Add up."],
    "proved_by": [["q1"]],
    "competences": ["C7"],
    "tables": ["seizures"],
    "stories": [],
    "points": 1,
}


def some_unit() -> Unit:
    """A unit that stands in no manifest."""
    return Unit(**ENTRY)  # type: ignore[arg-type]


def small_course(folder: Path, parts: list[tuple[str, str]]) -> tuple[Programme, Unit, Path]:
    """A course of one small unit, with a world that is only a name."""
    text = (ROOT / MANIFEST).read_text(encoding="utf-8").partition("[[unit]]")[0]
    lines = [f"{name} = {json.dumps(value)}" for name, value in ENTRY.items()]
    (folder / "curriculum").mkdir(parents=True)
    manifest = text + "[[unit]]\n" + "\n".join(lines) + "\n"
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    world = folder / "datasets" / "practice"
    world.mkdir(parents=True)
    (world / "world.json").write_text('{"world_id": "a small one"}', encoding="utf-8")
    programme = load_programme(folder)
    unit = programme.units[0]
    path = programme.notebook(unit)
    path.parent.mkdir()
    path.write_text(notebook_text(made(parts)), encoding="utf-8")
    return programme, unit, path


# --- roles and ids ----------------------------------------------------------------------------


def test_what_a_cell_holds_says_which_part_it_plays() -> None:
    """An author writes no metadata: roles, questions and ids come from the content."""
    notebook = assigned(SMALL)
    assert [role_of(cell) for cell in notebook.cells] == ROLES
    assert [question_of(cell) for cell in notebook.cells] == [None] * 5 + ["q1"] * 4
    assert ids(notebook) == [
        "a-small-unit",
        "parameters",
        "setup",
        "worked-example-add-up-a-list",
        "worked-example-add-up-a-list-code",
        "q1-task",
        "q1-answer",
        "q1-check",
        "q1-key",
    ]
    nbformat.validate(notebook)


def test_the_metadata_lock_what_the_grader_locks_and_hold_nothing_of_a_key() -> None:
    """Tasks and checks cannot be edited by accident; no answer stands in the metadata."""
    assert set(LOCKED_ROLES) == {"setup", "task", "check", "key"}
    notebook = assigned(SMALL)
    for cell in notebook.cells:
        theirs, role = cell.metadata["nbgrader"], role_of(cell)
        assert theirs["schema_version"] == 3
        assert theirs["grade_id"] == cell.id
        assert theirs["locked"] is (role not in ("answer", "key"))
        assert theirs["solution"] is (role in ("answer", "key"))
        assert theirs["task"] is (role == "task")
        assert theirs["grade"] is False
        assert cell.metadata.get("editable", True) is (role not in LOCKED_ROLES)
        assert "42" not in json.dumps(cell.metadata)
    assert cells_of(notebook, "task")["q1"].metadata["nbgrader"]["points"] == 1.0


def test_an_answer_may_have_several_cells_and_a_key_too() -> None:
    """Cells before a check answer it; key cells after it belong to it; all ids differ."""
    parts = [*SMALL[:7], ("code", f"{BEGIN}\nrows += 0\n{END}"), *SMALL[7:], ("code", "claim(1)")]
    notebook = assigned(parts)
    assert ids(notebook)[6:] == ["q1-answer", "q1-answer-2", "q1-check", "q1-key", "q1-key-2"]
    assert solutions_of(notebook)["q1"].splitlines()[-1] == "rows += 0"
    assert len(set(ids(notebook))) == len(notebook.cells)


@pytest.mark.parametrize(
    "call",
    [
        'key("q1", points=1)',
        "rows_seen = 3\nmistake('q1', rows_seen, 'No.')",
        "claim(True, 'It holds.')",
        "from rilo_training.course import key",
        'for wrong in (1, 2):\n    mistake("q1", wrong, "No.")',
        'if True:\n    key("q1", points=1)',
        "import rilo_training.course",
        '%precision 2\nmistake("q1", 3, "No.")',
    ],
)
def test_a_cell_that_calls_key_mistake_or_claim_is_a_key(call: str) -> None:
    """Wherever in the cell the call stands: nothing of it may come into a copy."""
    notebook = assigned([*SMALL, ("code", call)])
    assert role_of(notebook.cells[-1]) == "key"
    assert call not in notebook_text(participant_copy(notebook))


def test_a_code_cell_right_after_a_key_belongs_to_the_key() -> None:
    """A long key may be cut into cells. What only prepares a mistake is not given out either."""
    prepares = "def the_secret_way(table):\n    return len(table)"
    notebook = assigned([*SMALL, ("code", prepares), ("code", "claim(True, 'It holds.')")])
    assert [role_of(cell) for cell in notebook.cells[-2:]] == ["key", "key"]
    assert "the_secret_way" not in notebook_text(participant_copy(notebook))
    after_a_text = assigned([*SMALL, ("markdown", "Look."), ("code", prepares)])
    assert role_of(after_a_text.cells[-1]) == "example"


def test_a_check_cell_holds_one_check_and_an_answer_has_a_check() -> None:
    """What cannot be given a part is said to the author, with the place."""
    with pytest.raises(CourseError, match="one check and nothing else"):
        assigned([*SMALL[:7], ("code", 'check("q1", rows)\ncheck("q2", rows)')])
    with pytest.raises(CourseError, match="one check and nothing else"):
        assigned([*SMALL[:7], ("code", 'check("q1", rows)\nprint(rows)')])
    with pytest.raises(CourseError, match="no check cell after it"):
        assigned(SMALL[:7])


def test_a_cell_without_a_role_asks_for_normalise() -> None:
    """A notebook that was never normalised is refused with what to do."""
    with pytest.raises(CourseError, match="Run `rilo normalise`"):
        participant_copy(made(SMALL))


def test_a_second_assignment_changes_nothing() -> None:
    """Ids and metadata are a fixed point."""
    notebook = assigned(SMALL)
    text = notebook_text(notebook)
    assign_roles(notebook, "w9d9_01", {"q1": 1.0})
    assert notebook_text(notebook) == text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_committed_unit_has_its_roles_and_ids(path: Path) -> None:
    """Assigning them again changes nothing, no id stands twice, and none is random."""
    notebook = read_notebook(path)
    points = {
        question: cell.metadata["nbgrader"]["points"]
        for question, cell in cells_of(notebook, "task").items()
    }
    again = copy.deepcopy(notebook)
    assign_roles(again, path.stem[:7], points)
    assert notebook_text(again) == path.read_text(encoding="utf-8")
    assert [name for name, times in Counter(ids(notebook)).items() if times > 1] == []
    assert not [name for name in ids(notebook) if re.fullmatch(r"[0-9a-f-]{8,}", name)]
    assert questions_of(notebook) == [f"q{n + 1}" for n in range(len(questions_of(notebook)))]


INSERTED = {
    "prose with other words": ("markdown", "## Something else"),
    "prose that begins as another": ("markdown", "## Worked example\n\nAdd up a list again."),
    "a worked example": ("code", "print(sum([3, 4]))"),
}


@pytest.mark.parametrize("place", [0, 3, 4, 5, 9])
@pytest.mark.parametrize("new", INSERTED)
def test_the_ids_of_other_cells_stay_when_a_cell_is_put_in(new: str, place: int) -> None:
    """Copies that were handed out are matched by id, so a new cell takes no old id."""
    notebook = assigned(SMALL)
    before = {cell.id: cell.source for cell in notebook.cells}
    notebook.cells.insert(place, made([INSERTED[new]]).cells[0])
    assign_roles(notebook, "w9d9_01", {"q1": 1.0})
    after = {cell.id: cell.source for cell in notebook.cells}
    assert len(after) == len(before) + 1
    assert {name: after.get(name) for name in before} == before


def test_a_chosen_id_stays_and_every_id_is_legal() -> None:
    """An id that a person chose is kept; long words and other letters make a legal id too."""
    notebook = made(SMALL)
    notebook.cells[0]["id"] = "welcome"
    notebook.cells[3]["id"] = "a" * 60
    notebook.cells[5]["source"] += "\n\n東京"
    notebook.cells.insert(0, new_markdown_cell("東京"))
    notebook.cells.insert(0, new_markdown_cell("x" * 500))
    notebook.cells.insert(0, new_markdown_cell("2026"))
    assign_roles(notebook, "w9d9_01", {})
    assert "welcome" in ids(notebook)
    assert "a" * 60 in ids(notebook)
    assert len(set(ids(notebook))) == len(notebook.cells)
    assert all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", name) for name in ids(notebook))
    nbformat.validate(notebook)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[]",
        "null",
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        '{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "\xff",
    ],
)
def test_a_damaged_instructor_notebook_is_said_in_a_sentence(text: str, tmp_path: Path) -> None:
    """The author reads the name of the file instead of a stack of calls."""
    path = tmp_path / "w9d9_01.ipynb"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(CourseError, match=r"^The notebook w9d9_01\.ipynb cannot be read: "):
        read_notebook(path)


# --- starter, solution, copy ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "starter", "solution"),
    [
        (ANSWER, "rows = ...", "rows = sum([20, 20, 2])"),
        (f"{BEGIN}\nx = 1\n{END}", "", "x = 1"),
        (f"a = ...\n{BEGIN}\na = 1\n{END}\nb = ...", "a = ...\nb = ...", "a = 1"),
        (
            f"def f(x):\n    {BEGIN}\n    return x\n    {END}\n    return ...",
            "def f(x):\n    return ...",
            "    return x",
        ),
        (f"a = ...\n{BEGIN}\na = 1", "a = ...", "a = 1"),
        ("a = ...", "a = ...", ""),
    ],
)
def test_an_answer_cell_is_a_starter_and_a_solution(
    source: str, starter: str, solution: str
) -> None:
    """What stands between the two marks is the solution; the rest is the starter."""
    assert starter_of(source) == starter
    assert solution_of(source).strip() == solution.strip()


def test_every_solution_in_a_cell_is_taken_out() -> None:
    """An author may solve a cell in two places."""
    source = f"a = ...\n{BEGIN}\na = 1\n{END}\nb = ...\n{BEGIN}\nb = 2\n{END}"
    assert starter_of(source) == "a = ...\nb = ..."
    assert "a = 1" in solution_of(source)
    assert "b = 2" in solution_of(source)


def test_the_empty_lines_around_a_function_are_not_part_of_the_solution() -> None:
    """A formatter puts two empty lines around a function; a worked answer begins with code."""
    answer = f"f = ...\n\n\n{BEGIN}\ndef f(x):\n    return x\n\n\n{END}"
    notebook = assigned([(kind, answer if text == ANSWER else text) for kind, text in SMALL])
    assert solutions_of(notebook) == {"q1": "def f(x):\n    return x"}


def test_a_line_that_waits_to_be_filled_in_is_not_part_of_the_solution() -> None:
    """A list with three dots goes; three dots in a text stay."""
    answer = f"a = [1, ..., ...]\n{BEGIN}\na = [1, 2, 3]\nb = 'and so on ...'\n{END}"
    notebook = assigned([(kind, answer if text == ANSWER else text) for kind, text in SMALL])
    assert solutions_of(notebook) == {"q1": "a = [1, 2, 3]\nb = 'and so on ...'"}


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("a = ...", True),
        ("a = [1, ...]", True),
        ("a = total(...)", True),
        ("a = table['kg'].head(...)", True),
        ("part = table[..., 0]", False),
        ("part = table['kg'].values[..., 0]", False),
        ("a = 3  # and so on ...", False),
        ("a = 'and so on ...'", False),
    ],
)
def test_only_three_dots_that_stand_for_a_value_wait(line: str, is_open: bool) -> None:
    """A line of the starter goes; a line of the solution stays, with all three dots in it."""
    answer = f"{BEGIN}\na = 0\n{line}\n{END}"
    notebook = assigned([(kind, answer if text == ANSWER else text) for kind, text in SMALL])
    assert solutions_of(notebook) == {"q1": "a = 0" if is_open else f"a = 0\n{line}"}


@every_unit
def test_a_copy_has_no_key_no_solution_and_no_output(unit: Unit) -> None:
    """Nothing that a participant should find out is in what a participant gets."""
    notebook = read_notebook(load_programme(ROOT).notebook(unit))
    made_copy = participant_copy(notebook)
    text = notebook_text(made_copy)
    assert problems_of_copy(notebook) == []
    assert all(role_of(cell) != "key" for cell in made_copy.cells)
    assert all(not cell.get("outputs") for cell in made_copy.cells)
    assert all(cell.get("execution_count") is None for cell in made_copy.cells)
    assert "SOLUTION" not in text
    assert not re.search(r"\b(key|mistake|claim)\(", text)
    assert "rilo_training.course" not in text
    for question, cell in cells_of(made_copy, "answer").items():
        name = cells_of(made_copy, "check")[question].source.split(", ")[1].rstrip(")")
        assert f"{name} = ..." in cell.source, question
    nbformat.validate(made_copy)
    assert [cell.id for cell in made_copy.cells] == [
        cell.id for cell in notebook.cells if role_of(cell) != "key"
    ]


@every_unit
def test_a_unit_has_the_form_of_a_unit(unit: Unit) -> None:
    """Nothing is wrong with the cells of a committed notebook."""
    assert problems_of_form(read_notebook(load_programme(ROOT).notebook(unit)), unit) == []


def test_the_answers_of_a_participant_go_into_a_copy() -> None:
    """Code is laid into the answer cell, in a copy of the copy; other cells stay."""
    blank = participant_copy(assigned([*SMALL[:7], SMALL[6], *SMALL[7:]]))
    filled = with_answers(blank, {"q1": "rows = 42"})
    answers = [cell.source for cell in filled.cells if role_of(cell) == "answer"]
    assert answers == ["rows = 42", ""]
    assert cells_of(blank, "answer")["q1"].source == "rows = ..."
    assert ids(filled) == ids(blank)
    assert notebook_text(with_answers(blank, {})) == notebook_text(blank)


def test_a_question_alone_has_the_locked_cells_and_its_own() -> None:
    """The cells of the other questions are not in the kernel of this one."""
    second = [
        ("markdown", "### Question 2 (1 point)\n\nAssign it to `more`."),
        ("code", f"more = ...\n{BEGIN}\nmore = rows + 1\n{END}"),
        ("code", 'check("q2", more)'),
    ]
    blank = participant_copy(assigned([*SMALL, *second]))
    found = ids(alone(blank, ["q2"]))
    assert found == ["parameters", "setup", "worked-example-add-up-a-list-code", *found[3:]]
    assert found[3:] == ["q2-answer", "q2-check"]


# --- planted faults ---------------------------------------------------------------------------


def change(place: int, old: str, new: str) -> Callable[[NotebookNode], None]:
    """A fault: other words in a cell."""

    def plant(notebook: NotebookNode) -> None:
        assert old in notebook.cells[place].source
        notebook.cells[place]["source"] = notebook.cells[place].source.replace(old, new)

    return plant


def drop(place: int) -> Callable[[NotebookNode], None]:
    """A fault: a missing cell."""
    return lambda notebook: notebook.cells.pop(place)


def add(role: str, question: str | None, source: str) -> Callable[[NotebookNode], None]:
    """A fault: one cell too many."""

    def plant(notebook: NotebookNode) -> None:
        is_text = role in ("prose", "task")
        cell = (new_markdown_cell if is_text else new_code_cell)(source, id=f"planted-{role}")
        cell.metadata["rilo"] = {"role": role, **({"question": question} if question else {})}
        notebook.cells.append(cell)

    return plant


def same_id(notebook: NotebookNode) -> None:
    """A fault: two cells with one id."""
    notebook.cells[0]["id"] = notebook.cells[3].id


def on_stderr(notebook: NotebookNode) -> None:
    """A fault: a warning in an output."""
    output = nbformat.v4.new_output("stream", name="stderr", text="Warning: old\n")
    notebook.cells[4]["outputs"] = [output]


def too_long(notebook: NotebookNode) -> None:
    """A fault: a lesson of more than sixty cells."""
    for number in range(60):
        add("prose", None, "More.")(notebook)
        notebook.cells[-1]["id"] = f"more-{number}"


FORM_FAULTS: dict[str, tuple[Callable[[NotebookNode], None], str]] = {
    "one id twice": (same_id, r"id 'worked-example-add-up-a-list' stands twice"),
    "no parameters": (drop(1), r"one parameters cell. Found 0"),
    "no setup": (drop(2), r"one setup cell. Found 0"),
    "two setups": (add("setup", None, 'begin("w9d9_01", EXTRACT)'), r"one setup cell. Found 2"),
    "no task": (drop(5), r"q1: there is no task cell"),
    "no answer": (drop(6), r"q1: there is no answer cell"),
    "no check": (drop(7), r"q1: there is no check cell"),
    "no key": (drop(8), r"q1: there is no key cell"),
    "a task that names nothing": (change(5, "`rows`", "it"), r"q1: the task does not name `rows`"),
    "no solution": (
        change(6, "rows = sum([20, 20, 2])", ""),
        r"q1: the answer cell has no solution",
    ),
    "a semicolon": (change(4, "print(sum([1, 2]))", "3;"), r"'worked-.*-code' ends with ';'"),
    "a warning": (on_stderr, r"'worked-.*-code' writes to stderr"),
    "a long lesson": (too_long, r"The copy has 68 cells; at most 60"),
    "an exception for nbval": (change(4, "print", "# NBVAL_SKIP\nprint"), r"NBVAL"),
    "a task without a check": (
        add("task", "q2", "### Question 2 (1 point)\n\nAssign it to `more`."),
        r"q2: there is no check cell",
    ),
}


def test_the_small_unit_is_sound() -> None:
    """Without a planted fault there is no problem."""
    assert problems_of_form(assigned(SMALL), unit_of()) == []
    assert problems_of_copy(assigned(SMALL)) == []


@pytest.mark.parametrize("fault", FORM_FAULTS)
def test_every_fault_of_form_is_found(fault: str) -> None:
    """Each planted fault gives a sentence that names the place."""
    plant, words = FORM_FAULTS[fault]
    notebook = assigned(SMALL)
    plant(notebook)
    problems = problems_of_form(notebook, unit_of())
    assert any(re.search(words, problem) for problem in problems), problems


def test_a_graded_unit_may_be_long() -> None:
    """The limit of sixty cells is for lessons."""
    notebook = assigned(SMALL)
    too_long(notebook)
    assert problems_of_form(notebook, unit_of("graded")) == []


LEAKS: dict[str, Callable[[NotebookNode], None]] = {
    "the solution in a worked example": change(4, "sum([1, 2])", "rows = sum([20, 20, 2])"),
    "the solution as a worked example": change(
        4, "print(sum([1, 2]))", "rows = sum([20, 20, 2])\nprint(rows)"
    ),
    "the solution in the text": change(5, "Add up", "Write rows = sum([20, 20, 2]). Add up"),
    "a mistake in the text": change(
        3, "list.", 'list.\n\n`mistake("q1", 3, "This is the number of numbers. Add them up.")`'
    ),
    "the end of a solution without its begin": change(4, "print", f"{END}\nprint"),
    "a mark in another spelling": change(4, "print", "###BEGIN SOLUTION\nprint"),
    "a mark with a word behind it": change(6, BEGIN, f"{BEGIN} of question 1"),
    "the solution of a second place": change(
        6, END, f"{END}\n{BEGIN}\nrows_again = sum([19, 21, 2])\n{END}"
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_what_leaks_into_a_copy_is_found(leak: str) -> None:
    """A line of a solution or of a key that stands elsewhere gives a problem."""
    notebook = assigned(SMALL)
    LEAKS[leak](notebook)
    if leak == "the solution of a second place":
        notebook.cells[3]["source"] += " Or: rows_again = sum([19, 21, 2])"
    assert problems_of_copy(notebook) != []


# --- admission: whether a key is fair ---------------------------------------------------------


def question(**more: object) -> Question:
    """A question about a number, with one mistake."""
    plain = Question(
        question="q1",
        name="rows",
        kind="number",
        points=2.0,
        competence="C1",
        hints=("Look.", "Step."),
        reference=encode(42),
        mistakes=(Mistake(encode(40), "You left out the last rows."),),
        form={"digits": 0},
        support=100,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def key_of(*questions: Question, problems: tuple[str, ...] = ()) -> Reference:
    """A key of one unit on one world."""
    return Reference("w9d9_01", "a world", {q.question: q for q in questions}, problems)


def wrong(*values: object) -> tuple[Mistake, ...]:
    """Mistakes with these values."""
    return tuple(Mistake(encode(value), f"Mistake {n}.") for n, value in enumerate(values))


TABLE = {"kind": "table", "form": {"on": ["name"], "columns": {"cases": 0}}}
TEXT = {"kind": "text", "mistakes": (), "form": {"words": [3, 9], "rubric": "r"}}
UNFAIR: dict[str, tuple[dict[str, object], str]] = {
    "a mistake equals the truth": (
        {"mistakes": wrong(42.2)},
        r"mistake 1 .* gives the right answer",
    ),
    "two mistakes are equal": (
        {"mistakes": wrong(40, 41, 40)},
        r"mistake 3 .* gives the same value as mistake 1",
    ),
    "two mistakes differ by less than a digit": (
        {"mistakes": wrong(40, 40.3)},
        r"mistake 2 .* gives the same value as mistake 1",
    ),
    "few rows": ({"support": 19}, r"19 rows stand behind the answer; at least 20"),
    "no rows": ({"support": None}, r"rows stand behind the answer"),
    "a reference that is no number": ({"reference": encode("many")}, r"the reference is not a num"),
    "a reference that is empty": (
        {"reference": encode(float("nan"))},
        r"the reference is not a number",
    ),
    "a reference that is not there": ({"reference": encode(...)}, r"the reference is not a number"),
    "a reference without the asked column": (
        {**TABLE, "reference": {"type": "table", "columns": ["x"], "rows": [], "index_columns": 0}},
        r"the reference is not a table .* name, cases",
    ),
    "a mistake that cannot be read": (
        {"mistakes": wrong("many")},
        r"mistake 1 .* cannot be read",
    ),
    "a mistake that is empty before one that is not": (
        {"mistakes": wrong(float("nan"), 40)},
        r"mistake 1 .* cannot be read",
    ),
    "a mistake that is not attempted": ({"mistakes": wrong(...)}, r"mistake 1 .* cannot be read"),
    "a text that lacks a part": (
        {**TEXT, "reference": encode("Two words")},
        r"the reference text lacks something: Your text has 2 words",
    ),
    "a text that is empty": ({**TEXT, "reference": encode("")}, r"the reference text lacks"),
    "a choice that is not offered": (
        {"kind": "choice", "form": {"options": {"a": "x"}}, "reference": encode("b")},
        r"the reference is not one of the letters",
    ),
    "a need that is not there": ({"needs": ("q7",)}, r"needs q7"),
}


@pytest.mark.parametrize("fault", UNFAIR)
def test_an_unfair_key_is_refused(fault: str) -> None:
    """Each planted fault gives a sentence that names the question; nothing raises."""
    more, words = UNFAIR[fault]
    problems = problems_of(key_of(question(**more)))
    assert any(re.search(rf"^q1: .*{words}", problem) for problem in problems), problems


def test_a_fair_key_is_admitted() -> None:
    """Also one whose answer does not depend on the world, and one that a person marks."""
    fixed = question(question="q2", depends_on_world=False, support=None)
    text = question(question="q3", reference=encode("Four words are enough"), **TEXT)
    assert problems_of(key_of(question(needs=("q2",)), fixed, text)) == []


def test_a_false_claim_or_a_failed_cell_is_a_problem_of_the_key() -> None:
    """What the run found is kept beside what the comparison finds."""
    claim = "This claim does not hold: There are more lines than cases."
    problems = problems_of(key_of(question(support=1), problems=(claim,)))
    assert problems[0] == claim
    assert len(problems) == 2


def worlds_of(monkeypatch: pytest.MonkeyPatch, *references: Reference) -> None:
    """Let the world of each seed, from 0, give the next of these keys, without running anything."""
    found = iter(references)
    monkeypatch.setattr(UnitWorld, "make", lambda self, seed: seed)
    monkeypatch.setattr(admission, "save_world", lambda *_, **__: None)
    monkeypatch.setattr(admission, "run_reference", lambda *_: next(found))


def test_a_mistake_of_no_question_and_a_second_key_are_problems_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slip in the id of a question would lose a mistake or change points, and say nothing."""
    about = {"points": 1.0, "kind": "number", "competence": "C7", "hints": ["Look.", "Step."]}
    about |= {"needs": [], "depends_on_world": False, "support": None, "review": "", "form": {}}
    key = {"question": "q1", **about, "on_lines": None}
    wrong = {"question": "q9", "value": encode(3), "sentence": "Too few.", "credit": 0.0}
    answer = {"question": "q1", "answer": encode(42)}
    said = {KEY_MIME: [key, {**key, "points": 5.0}], MISTAKE_MIME: [wrong], ANSWER_MIME: [answer]}

    class Ran:
        def first_failure(self) -> None:
            """Nothing failed."""

        def declared(self, cell: str, mime: str) -> list[str]:
            """What the cells said."""
            return [json.dumps(one) for one in said.get(mime, [])]

    monkeypatch.setattr(reference, "declared_run", lambda *_: Ran())
    found = reference.run_reference(assigned(SMALL), "w9d9_01", ROOT / "datasets" / "practice")
    assert found.problems == ("q1: there are several keys.", "q9: a mistake without a check.")


def test_a_world_that_is_not_fair_is_replaced_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing that a world does to an answer stops the search; each refusal has its reason."""
    nothing = question(reference=encode(float("nan")), mistakes=wrong(float("nan"), 3))
    other = question(reference=encode(77))
    mistaken = question(reference=encode(77), mistakes=wrong(42, 3))
    references = [nothing, question(support=3), question(), mistaken, other]
    worlds_of(monkeypatch, *map(key_of, references))
    refused: dict[int, str] = {}
    found = admission.admitted_worlds(
        new_notebook(),
        some_unit(),
        itertools.count(),
        tmp_path,
        unlike={"q1": encode(42)},
        on_refused=lambda seed, problems: refused.update({seed: problems[0]}),
    )
    assert next(found)[0] == 4
    assert refused.keys() == {0, 1, 2, 3}
    assert "the reference is not a number" in refused[0]
    assert "3 rows stand behind the answer" in refused[1]
    assert refused[2] == "q1: the answer is that of the practice data."
    assert refused[3] == "q1: a mistake gives the answer of the practice data."


def test_an_option_of_a_choice_may_be_the_answer_of_the_practice_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its known mistakes are the other options: a world without such a one is not to be found."""
    choice = {"kind": "choice", "form": {"options": {"a": "yes", "b": "no"}}}
    made = question(**choice, reference=encode("a"), mistakes=wrong("b"))
    worlds_of(monkeypatch, key_of(made))
    found = admission.admitted_worlds(
        new_notebook(), some_unit(), itertools.count(), tmp_path, unlike={"q1": encode("b")}
    )
    assert next(found)[0] == 0


def test_a_unit_that_is_fair_on_no_world_is_the_unit_s_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The search ends after twenty worlds, with the reason of the last."""
    worlds_of(monkeypatch, *[key_of(question(support=3))] * 20)
    found = admission.admitted_worlds(new_notebook(), some_unit(), itertools.count(), tmp_path)
    with pytest.raises(CourseError, match=r"^20 worlds in a row .* w9d9_01\..* 3 rows stand"):
        next(found)


def test_what_a_question_needs_is_found_through_others() -> None:
    """In the order of the unit; a circle ends."""
    chain = {
        "q1": question(),
        "q2": question(question="q2", needs=("q1",)),
        "q3": question(question="q3", needs=("q2",)),
        "q4": question(question="q4", needs=("q5",)),
        "q5": question(question="q5", needs=("q4",)),
    }
    assert with_needs(chain, "q3") == ["q1", "q2", "q3"]
    assert with_needs(chain, "q1") == ["q1"]
    assert with_needs(chain, "q4") == ["q4", "q5"]


# --- the proof of a unit ----------------------------------------------------------------------

UNSOUND: list[tuple[str, str]] = [
    *SMALL[:8],
    (
        "code",
        KEY.replace("points=1", "points=3").replace(
            "depends_on_world=False", "depends_on_world=True, support=90"
        ),
    ),
    ("markdown", "### Question 2 (1 point)\n\nAssign it to `more`."),
    ("code", f"more = ...\n{BEGIN}\nmore = rows + 1\n{END}"),
    ("code", 'check("q2", more)'),
    ("code", KEY.replace('"q1"', '"q2"').replace('"C7"', '"C1"')),
    ("markdown", "The next cell uses an answer."),
    ("code", "print(more + 1)"),
]


def test_every_fault_of_a_unit_is_found_in_its_proof(tmp_path: Path) -> None:
    """Points, competence, dependence on the data, needs, the blank copy, too few mistakes."""
    programme, unit, path = small_course(tmp_path, SMALL)
    path.write_text(notebook_text(assigned(UNSOUND)), encoding="utf-8")
    report = verify_unit(programme, replace(unit, kind="graded"), worlds=2)
    for words in [
        r"The blank copy stops at 'the-next-cell-uses-an-answer-code'",
        r"q1: the task should say \(3 points\)",
        r"The keys give 4 points, the manifest says 1",
        r"does not list the competence C1",
        r"q1: it should depend on the world, but 2 worlds give 1 different answers",
        r"q2: it does not pass alone .*Does it need another\?",
        r"q1: a graded question names at least three mistakes",
        r"1 of 4 points do not depend on the data",
    ]:
        assert any(re.search(words, problem) for problem in report.problems), words
    assert (report.worlds, report.questions, report.mistakes) == (2, 2, 2)


def test_a_name_for_a_mistake_may_not_cost_what_the_answer_has_right(tmp_path: Path) -> None:
    """Half of a set earns half without a name; with a name it needs `credit=`."""
    key = KEY.replace('kind="number", digits=0', 'kind="set"').rpartition("mistake")[0] + (
        'mistake("q1", {20}, "The small one is missing.")\n'
        'mistake("q1", {2}, "The large one is missing.", credit=0.5)\n'
        'mistake("q1", {7}, "Nothing of this stands there.")'
    )
    answer = ANSWER.replace("sum([20, 20, 2])", "set([20, 20, 2])")
    programme, unit, path = small_course(tmp_path, SMALL)
    parts = [(kind, {ANSWER: answer, KEY: key}.get(text, text)) for kind, text in SMALL]
    path.write_text(notebook_text(assigned(parts)), encoding="utf-8")
    report = verify_unit(programme, replace(unit, kind="graded"), worlds=2)
    unpaid = [problem for problem in report.problems if "credit=" in problem]
    assert len(unpaid) == 1
    assert unpaid[0].startswith("q1: the mistake (The small one is missing.) has more")
    assert "by 0.50 of the points" in unpaid[0]


@every_unit
def test_every_unit_is_proved_on_two_worlds(unit: Unit) -> None:
    """Full marks for the reference, a blank copy that runs, each question alone, a fair key."""
    report = verify_unit(load_programme(ROOT), unit, worlds=2)
    assert report.problems == []
    assert report.worlds == 2
    assert report.points == unit.points


# --- the normal form --------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course without the package: curriculum, notebooks, data."""
    folder = tmp_path / "course"
    for name in ("curriculum", "datasets", "week1_cen_data_analysis", "ojt_exercises"):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("*.png", ".ipynb_checkpoints")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def test_normalise_leaves_a_unit_alone_and_puts_a_number_right(course: Path) -> None:
    """A changed number, id and output come back to the committed bytes; then nothing changes."""
    programme = load_programme(course)
    unit = next(unit for unit in programme.units if unit.kind == "graded")
    path = programme.notebook(unit)
    committed = path.read_bytes()
    assert normalise_unit(programme, unit) is False
    assert path.read_bytes() == committed
    damaged = changed_number(read_notebook(path))
    cells_of(damaged, "check")["q1"]["id"] = "0f8fad5b-d9cb-469f-a165-70867728950e"
    cells_of(damaged, "answer")["q1"]["execution_count"] = 99
    damaged.cells[0]["metadata"] = NotebookNode({"scrolled": True})
    path.write_text(notebook_text(damaged), encoding="utf-8")
    assert normalise_unit(programme, unit) is True
    assert path.read_bytes() == committed


def test_normalise_takes_a_new_notebook_to_its_normal_form(tmp_path: Path) -> None:
    """Pictures, timing and paths are not kept; the points of nbgrader come from the key."""
    picture = """\
from IPython.display import Image, display

display(Image(b"\\x89PNG\\r\\n\\x1a\\n", format="png", metadata={"width": 3}))"""
    programme, unit, path = small_course(tmp_path, [*SMALL[:5], ("code", picture), *SMALL[5:]])
    assert normalise_unit(programme, unit) is True
    text = path.read_text(encoding="utf-8")
    assert "image/png" not in text
    assert '"width"' not in text
    assert str(tmp_path) not in text
    assert "iopub" not in text
    found = read_notebook(path)
    counts = [cell.execution_count for cell in found.cells if cell.cell_type == "code"]
    assert counts == list(range(1, 8))
    assert cells_of(found, "task")["q1"].metadata["nbgrader"]["points"] == 1.0
    assert problems_of_form(found, unit) == []
    assert path.read_bytes().endswith(b"}\n")
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('print("".join({"a", "b", "c", "d", "e", "f", "g", "h"}))', r"two runs differ\.\n(.|\n)*"),
        ("import time\n\nprint(time.localtime(0).tm_hour)", r"two runs differ\.\n(.|\n)*"),
        ("print(object())", r"two runs differ\.\n(.|\n)*object object at"),
        ("1 / 0", r"'worked-.*-code-2' stopped: ZeroDivisionError"),
        ('check("q1", undefined)', r"'q1-check' stopped: NameError"),
    ],
    ids=["hash seed", "time zone", "address", "error", "name"],
)
def test_normalise_refuses_what_is_not_the_same_twice(
    code: str, words: str, tmp_path: Path
) -> None:
    """The author reads the difference or the cell that stopped; the file stays as it was."""
    parts = [*SMALL[:5], ("code", code), *SMALL[5:]]
    programme, unit, path = small_course(tmp_path, parts)
    before = path.read_bytes()
    with pytest.raises(CourseError, match=words) as found:
        normalise_unit(programme, unit)
    assert str(found.value).startswith(("w9d9_01", path.name))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# --- nbval ------------------------------------------------------------------------------------


def changed_number(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with one digit changed in one printed output: a sentence, or a table."""
    changed = copy.deepcopy(notebook)
    for cell, form in itertools.product(changed.cells, (r".*\d.*\.", r"(?s).*\d.*")):
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            if role_of(cell) == "example" and re.fullmatch(form, text):
                digit = re.search(r"\d", text)[0]  # type: ignore[index]
                other = str((int(digit) + 1) % 10)
                for mime, value in output["data"].items():
                    output["data"][mime] = value.replace(text, text.replace(digit, other, 1))
                return changed
    raise AssertionError("The notebook prints no number.")


def test_nbval_proves_every_printed_number(course: Path) -> None:
    """In each notebook with one digit changed, strict nbval finds one cell, and no other.

    The notebooks as they are have a step of their own in `run.py test`.
    """
    programme = load_programme(course)
    for path in map(programme.notebook, programme.units):
        text = notebook_text(changed_number(read_notebook(path)))
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name", "rilo-warm"]
    done = subprocess.run(
        [*command, "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "."],
        cwd=course,
        env=os.environ | {"JUPYTER_PATH": str(JUPYTER_FOLDER)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    cells = re.findall(r"^(PASSED|FAILED|ERROR) (\S+)::(Cell \d+)", done.stdout, re.MULTILINE)
    verdicts: dict[str, Counter[str]] = {}
    for verdict, name, _ in cells:
        verdicts.setdefault(Path(name).stem, Counter())[verdict] += 1
    stems = {programme.notebook(unit).stem for unit in programme.units}
    assert verdicts.keys() == stems, done.stdout[-3000:] + done.stderr
    for stem, found in verdicts.items():
        assert found["PASSED"] > 1, stem
        assert found == {"PASSED": found["PASSED"], "FAILED": 1}, (stem, found)
