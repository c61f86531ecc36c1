"""Execute an instructor notebook and write it in its one normal form."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.course.manifest import CourseError, Programme, Unit
from rilo_training.course.notebook import (
    assign_roles,
    clean_outputs,
    clear_outputs,
    notebook_text,
    read_notebook,
)
from rilo_training.course.reference import run_reference
from rilo_training.files import write_text
from rilo_training.kernels import Limits, run_notebook

# Two runs that should not differ: another order of sets, another clock, other threads.
CONDITIONS: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "OMP_NUM_THREADS": "2"},
)


def normalise_unit(programme: Programme, unit: Unit) -> bool:
    """Write one unit in its normal form, in place.

    Parameters
    ----------
    programme, unit
        The course and the unit.

    Returns
    -------
    bool
        Whether any byte changed.

    Raises
    ------
    CourseError
        When a cell fails, or two runs under different conditions differ.
    """
    path = programme.notebook(unit)
    notebook = read_notebook(path)
    assign_roles(notebook, unit.id, {})
    for cell in notebook.cells:
        clear_outputs(cell)
    # The parts must stand before the run: the points for nbgrader come from the keys.
    reference = run_reference(notebook, unit.id, programme.practice_world)
    if reference.problems:
        raise CourseError(f"{unit.id}: {reference.problems[0]}")
    points = {name: question.points for name, question in reference.questions.items()}
    assign_roles(notebook, unit.id, points)
    texts = [notebook_text(_executed(notebook, path, how)) for how in CONDITIONS]
    if texts[0] != texts[1]:
        raise CourseError(f"{unit.id}: two runs differ.\n{_difference(*texts)}")
    if path.read_text(encoding="utf-8") == texts[0]:
        return False
    write_text(path, texts[0])
    return True


def _executed(notebook: NotebookNode, path: Path, environment: Mapping[str, str]) -> NotebookNode:
    """Run the notebook as an author does: in its own folder, on the practice data."""
    prepared = copy.deepcopy(notebook)
    run = run_notebook(
        prepared, {}, path.parent, limits=Limits(cell_seconds=120), environment=environment
    )
    if failure := run.first_failure():
        raise CourseError(f"{path.name}: the cell {failure[0]!r} stopped: {failure[1].detail}")
    number = 0
    for cell, ran in zip(prepared.cells, run.notebook.cells, strict=True):
        if cell.cell_type == "code":
            number += 1
            cell["outputs"], cell["execution_count"] = ran.outputs, number
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = number
            clean_outputs(cell)
    return prepared


def _difference(first: str, second: str) -> str:
    lines = difflib.unified_diff(first.splitlines(), second.splitlines(), "first", "second", n=1)
    return "\n".join(list(lines)[:20])
