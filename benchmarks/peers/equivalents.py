"""The same unit, the same answers and the same world, in the form that each grader wants."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_raw_cell

from benchmarks.peers.environment import ROOT, run_peer
from rilo_training.answers import Question
from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import (
    notebook_text,
    participant_copy,
    question_of,
    read_notebook,
    role_of,
    solutions_of,
)
from rilo_training.course.reference import run_reference
from rilo_training.demo import COHORT, lay_in
from rilo_training.files import write_text

UNIT = "w1d1_90"
FILE = f"{UNIT}.ipynb"
SEED = "1"
PARTICIPANT = "name-of-the-participant"
"""A comment in each submission, so that nobody can grade one and take it for all."""


@dataclass(frozen=True)
class Equivalents:
    """Everything that the comparison needs, made once.

    ``right`` and ``failing`` are our copies with answers; ``executable`` is the right one with the
    world named in it. ``nbgrader`` is a course folder with one assignment, ``otter`` the folder of
    its autograder, and the two notebooks beside them hold the same answers.
    """

    world: Path
    points: float
    right: str
    failing: str
    executable: str
    nbgrader: Path
    nbgrader_copy: str
    otter: Path
    otter_copy: str


def make_equivalents(folder: Path) -> Equivalents:
    """Make the world of the official run, and the unit in every form."""
    programme = load_programme()
    instructor = read_notebook(programme.notebook(programme.unit(UNIT)))
    blank = participant_copy(instructor)
    world = _official_world(folder / "ours", notebook_text(blank))
    questions = run_reference(instructor, UNIT, world).questions
    asserts = {name: assertion(question) for name, question in questions.items()}
    points = {name: question.points for name, question in questions.items()}
    answers = {who: _sample(who) for who in ("another_way", "named_mistakes")}
    right = lay_in(blank, answers["another_way"], {})
    here = with_world(instructor, world)
    source = nbgrader_source(here, asserts, points)
    course = folder / "nbgrader"
    write_text(course / "source" / "unit" / FILE, notebook_text(source))
    run_peer(["nbgrader", "generate_assignment", "unit"], course)
    master = folder / "otter" / FILE
    write_text(master, notebook_text(otter_master(here, asserts, points)))
    run_peer(["otter", "assign", "--no-run-tests", FILE, "dist"], master.parent)
    student = read_notebook(master.parent / "dist" / "student" / FILE)
    return Equivalents(
        world,
        sum(points.values()),
        notebook_text(right),
        notebook_text(lay_in(blank, answers["named_mistakes"], {})),
        notebook_text(with_world(right, world)),
        course,
        notebook_text(lay_in(participant_copy(source), answers["another_way"], {})),
        master.parent / "dist" / "autograder",
        notebook_text(lay_in(student, answers["another_way"], {})),
    )


def assertion(question: Question) -> str:
    """Return a test as an author writes it for nbgrader or otter: one statement.

    Raises
    ------
    ValueError
        For a kind of answer that the unit of the comparison does not have.
    """
    value: Mapping[str, Any] = question.reference
    name = question.name
    if question.kind == "number":
        half = 0.5 * 10.0 ** -int(question.form["digits"])
        return f"assert abs({name} - {value['value']!r}) <= {half!r}"
    if question.kind == "choice":
        return f"assert {name}.strip().lower() == {value['value']!r}"
    if question.kind == "set":
        return f"assert set({name}) == {set(value['items'])!r}"
    if question.kind == "text":
        return f"assert 80 <= len({name}.split()) <= 120"
    if question.kind == "table":
        columns = [*question.form["on"], *question.form["columns"]]
        places = [value["columns"].index(column) for column in columns]
        rows = sorted(tuple(row[place] for place in places) for row in value["rows"])
        return f"assert sorted({name}[{columns!r}].itertuples(index=False, name=None)) == {rows!r}"
    raise ValueError(f"There is no test for a {question.kind}.")


def with_world(notebook: NotebookNode, world: Path) -> NotebookNode:
    """Return a notebook that names its world, as one that nobody gives parameters to."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell["source"] = f"EXTRACT = {str(world)!r}"
    return made


def nbgrader_source(
    instructor: NotebookNode, asserts: Mapping[str, str], points: Mapping[str, float]
) -> NotebookNode:
    """Return the unit as an nbgrader assignment: its checks are hidden tests with points."""
    made = copy.deepcopy(instructor)
    made["cells"] = [cell for cell in made.cells if role_of(cell) != "key"]
    for cell in made.cells:
        question, theirs = question_of(cell), cell.metadata["nbgrader"]
        if role_of(cell) == "task":
            theirs["task"] = False
            del theirs["points"]
        elif role_of(cell) == "check" and question:
            theirs["grade"], theirs["points"] = True, points[question]
            test = asserts[question]
            cell["source"] = f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
    return made


def otter_master(
    instructor: NotebookNode, asserts: Mapping[str, str], points: Mapping[str, float]
) -> NotebookNode:
    """Return the unit as a master notebook for ``otter assign``."""
    made = copy.deepcopy(instructor)
    solutions = solutions_of(instructor)
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\nexport_cell: false\ngenerate: true")]
    for cell in made.cells:
        role, question = role_of(cell), question_of(cell) or ""
        if role == "task":
            words = f"# BEGIN QUESTION\nname: {question}\npoints: {points[question]}"
            cells += [new_raw_cell(words), cell]
        elif role == "answer":
            code = f"# BEGIN SOLUTION\n{solutions[question]}\n# END SOLUTION"
            cell["source"] = code
            cells += [new_raw_cell("# BEGIN SOLUTION"), cell, new_raw_cell("# END SOLUTION")]
        elif role == "check":
            cell["source"] = f"# HIDDEN\n{asserts[question]}"
            cell["outputs"] = []
            cells += [new_raw_cell("# BEGIN TESTS"), cell, new_raw_cell("# END TESTS")]
            cells += [new_raw_cell("# END QUESTION")]
        elif role != "key":
            cells.append(cell)
    made["cells"] = cells
    return made


def cheap_submission() -> str:
    """Return a submission with one answer: nothing of it is run a second time."""
    programme = load_programme()
    blank = participant_copy(read_notebook(programme.notebook(programme.unit(UNIT))))
    return notebook_text(lay_in(blank, f"# %% q1\n# {PARTICIPANT}\nanswer_to = 'a'", {}))


def _sample(participant: str) -> str:
    text = (ROOT / COHORT / participant / f"{UNIT}.py").read_text(encoding="utf-8")
    return text.replace("answer_to = ", f"# {PARTICIPANT}\nanswer_to = ", 1)


def _official_world(folder: Path, notebook: str) -> Path:
    """Return the world that ``rilo grade --seed`` takes: that of a first call, which makes it."""
    write_text(folder / "submissions" / "nobody" / FILE, notebook)
    command = [sys.executable, "-P", "-m", "rilo_training.cli", "grade", "submissions"]
    command += ["--out", "store", "--isolation", "process", "--seed", SEED]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return next(folder.glob("store/worlds/*/world")).resolve()
