"""The form of a unit's notebook: which cell plays which part, and the copies made from it."""

from __future__ import annotations

import ast
import copy
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from rilo_training.course.manifest import CourseError
from rilo_training.learn.session import check_calls

# Prose and examples stay open: a reader changes an example and runs it again. The grader uses
# its own cells anyway.
LOCKED_ROLES = ("setup", "task", "check", "key")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ROLES = ("parameters", "setup", "prose", "example", "task", "answer", "check", "key")
_TASK_HEADING = re.compile(r"^#{2,4} Question (\d+)\b", re.MULTILINE)
_KEY_CALLS = {"key", "mistake", "claim"}
_KEY_WORDS = re.compile(
    r"^[ \t]*((key|mistake|claim)\(|(from|import) rilo_training\.course\b)", re.MULTILINE
)
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")


def read_notebook(path: Path) -> NotebookNode:
    """Read one of our own notebooks, or raise :class:`CourseError`."""
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except Exception as reason:  # nbformat raises errors of many kinds
        words = " ".join(str(reason).split())[:200]
        raise CourseError(f"The notebook {path.name} cannot be read: {words}") from reason
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return the one text of a notebook: sorted names, fixed indent, a line end."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def role_of(cell: NotebookNode) -> str:
    """Return the part of a cell, from ``metadata.rilo``."""
    role = cell.metadata.get("rilo", {}).get("role", "")
    if role not in ROLES:
        raise CourseError(f"The cell {cell.get('id')!r} has no role. Run `rilo normalise`.")
    return str(role)


def question_of(cell: NotebookNode) -> str | None:
    """Return the question to which a task, answer, check or key cell belongs, or None."""
    found = cell.metadata.get("rilo", {}).get("question")
    return None if found is None else str(found)


def cells_of(notebook: NotebookNode, role: str) -> dict[str, NotebookNode]:
    """Return the cells with one role by their question, in order; the first where several."""
    found: dict[str, NotebookNode] = {}
    for cell in notebook.cells:
        question = question_of(cell)
        if role_of(cell) == role and question is not None:
            found.setdefault(question, cell)
    return found


def questions_of(notebook: NotebookNode) -> list[str]:
    """Return the ids of the questions in order."""
    return list(cells_of(notebook, "check"))


def starter_of(source: str) -> str:
    """Return an answer cell without its solution.

    Examples
    --------
    >>> starter_of(chr(10).join(["total = ...", BEGIN, "total = 3", END]))
    'total = ...'
    """
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif not inside:
            kept.append(line)
    return "\n".join(kept).strip()


def solution_of(source: str) -> str:
    """Return only the solution of an answer cell."""
    parts = [part.partition(END)[0].strip("\n") for part in source.split(BEGIN)[1:]]
    return "\n".join(parts)


def assign_roles(notebook: NotebookNode, unit_id: str, points: Mapping[str, float]) -> None:
    """Give every cell its role, its question and its id, from what the cell contains.

    An id that a person chose stays; a random one becomes a slug of the text. Cells get the
    metadata of nbgrader too, so that the course opens there; answers never go into metadata.
    """
    parts = _parts(notebook)
    # An id that was given out stays with its cell: a new cell takes none of them.
    kept = {
        cell.id: number
        for number, cell in reversed(list(enumerate(notebook.cells)))
        if _kept_id(cell) and parts[number][0] in ("prose", "example")
    }
    taken = set(kept)
    slug = "start"
    for number, (cell, (role, question)) in enumerate(zip(notebook.cells, parts, strict=True)):
        if kept.get(cell.get("id", "")) == number:
            taken.discard(cell.id)
        if role in ("task", "answer", "check", "key") and question:
            wanted = f"{question}-{role}"
        elif role in ("parameters", "setup"):
            wanted = role
        elif role == "key":
            wanted = "key-setup"
        elif role == "prose":
            wanted = slug = _kept_id(cell) or _slug(cell.source)
        else:
            wanted = _kept_id(cell) or f"{slug[:50]}-code"
        cell["id"] = _unused(wanted, taken)
        tags = ["parameters"] if role == "parameters" else []
        rilo = {"role": role, **({"question": question} if question else {})}
        cell["metadata"] = NotebookNode(
            {
                **({"tags": tags} if tags else {}),
                "rilo": NotebookNode(rilo),
                "nbgrader": _nbgrader(cell["id"], role, question, points),
                **({"deletable": False} if role != "prose" else {}),
                **({"editable": False} if role in LOCKED_ROLES else {}),
            }
        )
    notebook["metadata"] = NotebookNode(
        {
            # The name that JupyterLab gives it: with another one a file is changed when it opens.
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "rilo": {"unit": unit_id},
        }
    )
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5


def _parts(notebook: NotebookNode) -> list[tuple[str, str | None]]:
    """Return role and question of each cell."""
    parts: list[tuple[str, str | None]] = []
    upcoming: list[int] = []
    latest: str | None = None
    for position, cell in enumerate(notebook.cells):
        source = cell.source
        question: str | None = None
        if cell.cell_type != "code":
            heading = _TASK_HEADING.search(source)
            role, question = ("task", f"q{heading[1]}") if heading else ("prose", None)
        elif "parameters" in cell.metadata.get("tags", []):
            role = "parameters"
        elif re.search(r"^begin\(", source, re.MULTILINE):
            role = "setup"
        elif BEGIN in source:
            role = "answer"
            upcoming.append(position)
        elif _is_key(source) or _follows_a_key(notebook, position, parts):
            role, question = "key", latest
        elif calls := check_calls(source):
            if len(calls) != 1 or len(source.strip().splitlines()) != 1:
                raise CourseError(f"A check cell holds one check and nothing else: {source!r}")
            role, question = "check", next(iter(calls))
            latest = question
            for answer in upcoming:
                parts[answer] = ("answer", question)
            upcoming = []
        else:
            role = "example"
        parts.append((role, question))
    if upcoming:
        raise CourseError("An answer cell has no check cell after it.")
    return parts


def _follows_a_key(
    notebook: NotebookNode, position: int, parts: list[tuple[str, str | None]]
) -> bool:
    """Whether a code cell stands right after a key: every cell of a participant follows a text."""
    return (
        bool(parts) and parts[-1][0] == "key" and not check_calls(notebook.cells[position].source)
    )


def _is_key(source: str) -> bool:
    """Whether a cell calls ``key``, ``mistake`` or ``claim``, or imports from the course."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # a cell may hold lines that only IPython reads
        return bool(_KEY_WORDS.search(source))
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    imported = {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    imported |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    return bool(called & _KEY_CALLS) or any(
        name.startswith("rilo_training.course") for name in imported
    )


def _kept_id(cell: NotebookNode) -> str:
    found = str(cell.get("id", ""))
    is_slug = re.fullmatch(r"[a-z][a-z0-9-]{2,59}", found) and not _RANDOM_ID.fullmatch(found)
    return found if is_slug else ""


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:6]
    slug = "-".join(words)[:48].strip("-")
    return slug if slug and slug[0].isalpha() else f"cell-{slug}".strip("-")


def _unused(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    taken.add(found)
    return found


def _nbgrader(
    cell_id: str, role: str, question: str | None, points: Mapping[str, float]
) -> NotebookNode:
    """Return nbgrader's cell metadata (schema version 3).

    nbgrader has no key of ours. It gives full points to every check cell that prints no error, so
    a check is no graded cell there: the points stand on the task, which nbgrader leaves to a
    person. It empties solution cells when it releases a notebook, so a key is one, too.
    """
    is_task, is_solution = role == "task", role in ("answer", "key")
    return NotebookNode(
        {
            "grade": False,
            "grade_id": cell_id,
            "locked": not is_solution,
            "schema_version": 3,
            "solution": is_solution,
            "task": is_task,
            **({"points": points.get(question or "", 0.0)} if is_task else {}),
        }
    )


def participant_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a participant's copy: no key, no solution, no output."""
    made = copy.deepcopy(notebook)
    made["cells"] = [cell for cell in made.cells if role_of(cell) != "key"]
    for cell in made.cells:
        if role_of(cell) == "answer":
            cell["source"] = starter_of(cell.source)
        clear_outputs(cell)
    return made


def with_answers(copy_: NotebookNode, answers: Mapping[str, str | Sequence[str]]) -> NotebookNode:
    """Return a copy whose answer cells hold the given code, question by question.

    A list of codes becomes as many cells, so that one which fails does not take the next along.
    """
    made = copy.deepcopy(copy_)
    filled: set[str] = set()
    cells = []
    for cell in made.cells:
        cells.append(cell)
        question = question_of(cell)
        if role_of(cell) != "answer" or question is None or question not in answers:
            continue
        given = answers[question] if question not in filled else ""
        parts = [given] if isinstance(given, str) else [*given] or [""]
        filled.add(question)
        cell["source"] = parts[0]
        for number, part in enumerate(parts[1:], start=2):
            more = copy.deepcopy(cell)
            more["id"], more["source"] = f"{cell.id}-part-{number}", part
            cells.append(more)
    made["cells"] = cells
    return made


def alone(notebook: NotebookNode, questions: Iterable[str]) -> NotebookNode:
    """Return the locked code cells with the answers of the given questions only."""
    kept = set(questions)
    made = copy.deepcopy(notebook)
    made["cells"] = [
        cell
        for cell in made.cells
        if cell.cell_type == "code" and (question_of(cell) is None or question_of(cell) in kept)
    ]
    return made


def solutions_of(notebook: NotebookNode) -> dict[str, str]:
    """Return the reference solution of each question, as code for its answer cell."""
    found: dict[str, list[str]] = {}
    for cell in notebook.cells:
        question = question_of(cell)
        if role_of(cell) == "answer" and question:
            found.setdefault(question, []).append(_solved(cell.source))
    return {question: "\n".join(parts) for question, parts in found.items()}


def _solved(source: str) -> str:
    """Return the solution in an answer cell: no marks, no three dots, no empty lines around it."""
    lines = source.splitlines()
    return "\n".join(
        line for line in lines if line.strip() not in (BEGIN, END) and not _is_open(line)
    ).strip("\n")


def _is_open(line: str) -> bool:
    """Whether a line waits to be filled in: the value that it assigns holds three dots.

    Three dots that say which part of a table is taken, as in ``table[..., 0]``, are real code.
    """
    try:
        (found,) = ast.parse(line).body
    except (SyntaxError, ValueError):  # a part of several lines, or no line of code
        return False
    if not isinstance(found, ast.Assign) or not isinstance(found.targets[0], ast.Name):
        return False
    parts = list(ast.walk(found.value))
    places = [one.slice for one in parts if isinstance(one, ast.Subscript)]
    real = {part for place in places for part in ast.walk(place)}
    return any(
        isinstance(one, ast.Constant) and one.value is ... and one not in real for one in parts
    )


def clear_outputs(cell: NotebookNode) -> None:
    """Remove what a run left in a cell."""
    if cell.cell_type == "code":
        cell["outputs"], cell["execution_count"] = [], None


def clean_outputs(cell: NotebookNode) -> None:
    """Keep the outputs that mean the same everywhere: no pictures, no timing, no metadata."""
    if cell.cell_type != "code":
        return
    kept: list[Any] = []
    for output in cell.outputs:
        if "data" in output:
            output["data"] = {
                mime: value for mime, value in output["data"].items() if "image/" not in mime
            }
            output["metadata"] = {}
        kept.append(output)
    cell["outputs"] = kept
