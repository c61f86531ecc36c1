"""What nbgrader itself says about our notebooks: its validator, and its whole way with one unit."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.peers.environment import FOLDER, PYTHON, run_peer, set_up
from benchmarks.peers.equivalents import FILE, UNIT, with_world
from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import notebook_text, participant_copy, read_notebook
from rilo_training.demo import COHORT, lay_in
from rilo_training.files import write_text

_VALIDATE = """
import sys
import nbformat
from nbgrader.nbgraderformat import MetadataValidator
for path in sys.argv[1:]:
    notebook = nbformat.read(path, as_version=4)
    assert all("nbgrader" in cell.metadata for cell in notebook.cells), path
    MetadataValidator().validate_nb(notebook)
"""
_GRADES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    found = book.assignment_submissions("unit")
    print(json.dumps({s.student.id: [s.score, s.max_score, s.needs_manual_grade] for s in found}))
"""
_PARTICIPANTS = ("another_way", "named_mistakes", "nobody")


def check_interchange() -> list[str]:
    """Print and return what is wrong with our notebooks in nbgrader; nothing is as it should be.

    Raises
    ------
    Unavailable
        When nbgrader is not there and cannot be had.
    """
    set_up()
    with tempfile.TemporaryDirectory(prefix="nbgrader-", dir=FOLDER) as place:
        problems = [*_validated(Path(place) / "units"), *_released(Path(place) / "course")]
    for problem in problems:
        print(f"Problem: {problem}")
    return problems


def _validated(folder: Path) -> list[str]:
    """Let nbgrader's own validator read every notebook and every participant's copy."""
    programme = load_programme()
    paths = []
    for unit in programme.units:
        notebook = read_notebook(programme.notebook(unit))
        for kind, made in (("instructor", notebook), ("copy", participant_copy(notebook))):
            write_text(folder / f"{unit.id}_{kind}.ipynb", notebook_text(made))
            paths.append(str(folder / f"{unit.id}_{kind}.ipynb"))
    done = subprocess.run(
        [str(PYTHON), "-c", _VALIDATE, *paths], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [f"nbgrader's validator refuses a notebook: {done.stderr.splitlines()[-1]}"]
    print(f"nbgrader's validator accepts {len(paths)} notebooks.")
    return []


def _released(course: Path) -> list[str]:
    """Take the instructor notebook through nbgrader: release it, and grade three submissions."""
    programme = load_programme()
    unit = programme.unit(UNIT)
    source = with_world(read_notebook(programme.notebook(unit)), programme.practice_world.resolve())
    blank = participant_copy(source)
    write_text(course / "source" / "unit" / FILE, notebook_text(source))
    for who in _PARTICIPANTS:
        sample = programme.root / COHORT / who / f"{UNIT}.py"
        made = lay_in(blank, sample.read_text(encoding="utf-8"), {}) if sample.is_file() else blank
        write_text(course / "submitted" / who / "unit" / FILE, notebook_text(made))
    run_peer(["nbgrader", "generate_assignment", "unit"], course)
    run_peer(["nbgrader", "autograde", "unit"], course)
    released = (course / "release" / "unit" / FILE).read_text(encoding="utf-8")
    problems = [
        f"nbgrader releases the text of a key: {call}"
        for call in ("key(", "mistake(", "claim(", "SOLUTION")
        if call in released
    ]
    grades = json.loads(run_peer(["python", "-c", _GRADES], course))
    points = sum(cell.metadata.nbgrader.get("points", 0) for cell in source.cells)
    for who in _PARTICIPANTS:
        # It must leave the marks to a person: it has no key of ours.
        if grades.get(who) != [0, points, True]:
            problems.append(f"nbgrader gives {who} {grades.get(who)}, not 0 of {points} to mark.")
    if not problems:
        print(
            f"nbgrader releases {UNIT} without its key, and leaves {points:g} points to a person."
        )
    return problems
