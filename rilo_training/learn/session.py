"""What the calls in a notebook know about their run: the unit, the data, who is looking."""

from __future__ import annotations

import ast
import json
import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rilo_training.learn.workspace import Workspace, find_workspace

OFFICIAL_VARIABLE = "RILO_RUN"
"""The grader sets this variable to ``official`` in the kernels that it starts."""


class BeginError(ValueError):
    """The unit or its data was not found; the text says what to do."""


@dataclass
class Session:
    """One run of one unit.

    ``mode`` is ``author`` (an instructor notebook), ``practice`` (a participant's copy in a
    workspace) or ``official`` (the grader).
    """

    unit: str
    mode: str
    extract: Path
    names: dict[str, str]
    workspace: Workspace | None = None
    hints_given: Counter[str] = field(default_factory=Counter)


def open_session(unit: str, extract: str, folder: Path) -> Session:
    """Find out which run this is, where its data are, and what its answers are called.

    Parameters
    ----------
    unit
        The id of the unit, as in ``begin("w1d1_01", EXTRACT)``.
    extract
        The folder of the world: absolute, or relative to a folder above ``folder``.
    folder
        The folder in which the notebook runs.

    Raises
    ------
    BeginError
        When the data or the notebook of the unit is not there.
    """
    workspace = find_workspace(folder)
    if os.environ.get(OFFICIAL_VARIABLE) == "official":
        mode, workspace = "official", None
    else:
        mode = "practice" if workspace else "author"
    notebook = workspace.copy_of(unit) if workspace else _notebook_in(folder, unit)
    if notebook is None:
        raise BeginError(
            f"The unit {unit!r} was not found. Expected a notebook whose name starts with "
            f"{unit!r}. Look at the name in the cell with `begin`."
        )
    return Session(unit, mode, _find_extract(extract, folder), answer_names(notebook), workspace)


def answer_names(notebook: Path) -> dict[str, str]:
    """Return the answer name of each question, from the check cells of a notebook.

    Returns
    -------
    dict
        Question id to name, in the order of the notebook: ``{"q1": "cases_by_section"}``.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    names: dict[str, str] = {}
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            names.update(check_calls(source))
    return names


def check_calls(source: str) -> dict[str, str]:
    """Return question and name of each ``check("q1", name)`` in the source of a cell.

    Examples
    --------
    >>> check_calls('check("q1", top_routes)')
    {'q1': 'top_routes'}
    """
    if "check" not in source:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is a matter of whoever wrote the cell
            statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}  # whatever it is, it is no check
    found = {}
    for statement in statements:
        match statement:
            case ast.Expr(
                ast.Call(
                    func=ast.Name(id="check"),
                    args=[ast.Constant(value=str(question)), ast.Name(id=name)],
                )
            ):
                found[question] = name
    return found


def _notebook_in(folder: Path, unit: str) -> Path | None:
    return next(iter(sorted(folder.glob(f"{unit}*.ipynb"))), None)


def _find_extract(extract: str, folder: Path) -> Path:
    places = [Path(extract)]
    if not places[0].is_absolute():
        places = [parent / extract for parent in (folder, *folder.parents)]
    for place in places:
        if (place / "world.json").is_file():
            return place
    raise BeginError(
        f"The data folder {extract!r} was not found. It should hold the file 'world.json'. "
        "Look at EXTRACT in the first code cell, and open the notebook from its own folder."
    )
