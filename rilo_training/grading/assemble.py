"""Take a participant's answers out of their notebook. The file itself is never executed.

The answer to a question is every code cell of theirs that stands where our answer cell stands:
after the nearest cell of ours before it, and before the nearest cell of ours after it. So a
deleted task or check, a moved or split cell, a cell turned into text costs nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nbformat import NotebookNode

from rilo_training.course.notebook import question_of, role_of
from rilo_training.grading.submissions import Cell
from rilo_training.learn.session import check_calls

MOST_CHARACTERS = 200_000
MOST_CELLS = 12  # each may use the seconds of a cell; the rest go into one


@dataclass
class Assembled:
    """The code cells of each answer, and sentences about what was found.

    ``cells`` has an empty list where nothing but the starter was found.
    """

    cells: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    unused: int = 0

    @property
    def answers(self) -> dict[str, str]:
        """The code of each answer as one text."""
        return {question: "\n\n".join(parts) for question, parts in self.cells.items()}


class _OurCell(NamedTuple):
    """A cell of our copy: what is asked of it for each cell of theirs."""

    cell_id: str
    role: str
    question: str
    source: str


def assemble(blank: NotebookNode, cells: Sequence[Cell]) -> Assembled:
    """Find the answers of a submission.

    Parameters
    ----------
    blank
        The participant's copy as it was given out.
    cells
        The cells that came back.

    Returns
    -------
    Assembled
        The code for each question's answer cell.
    """
    own_cells = [
        _OurCell(cell.id, role_of(cell), question_of(cell) or "", cell.source)
        for cell in blank.cells
    ]
    place = _places(own_cells, cells)
    ours = {position for position in place.values() if position is not None}
    owner = _owners(own_cells, place, cells)
    made = Assembled()
    used: set[int] = set()
    for number, cell in enumerate(own_cells):
        question = cell.question
        if cell.role != "answer" or not question:
            continue
        notes = made.notes.setdefault(question, [])
        first, last = _region(place, number, len(own_cells), len(cells))
        near = {
            i for i in range(first, last) if i not in ours and owner.get(i, question) == question
        }
        named = {i for i, theirs in enumerate(cells) if _is_answer_to(theirs, cell)}
        own = {i for i in named if owner.get(i) == question and i not in ours}
        parts = []
        for position in sorted((near | own) - used):
            code = _code(cells[position], position in named, cell.source, notes)
            if code is None:
                continue
            used.add(position)
            if code and code not in parts:
                parts.append(code)
        parts += _typed_into_check(own_cells, place, cells, question, notes)
        if sum(map(len, parts)) > MOST_CHARACTERS:
            notes.append(f"The answer is longer than {MOST_CHARACTERS:,} characters. Not used.")
            parts = []
        if len(parts) > MOST_CELLS:
            parts = [*parts[: MOST_CELLS - 1], "\n\n".join(parts[MOST_CELLS - 1 :])]
        made.cells.setdefault(question, []).extend(parts)
        if not own:
            notes.append("The answer cell was not there; its place was found from its neighbours.")
    for number, cell in enumerate(own_cells):
        if cell.question and cell.role in ("task", "check") and place[number] is None:
            made.notes.setdefault(cell.question, []).append(
                f"The {cell.role} cell was missing. It was put back."
            )
    known = {cell.source.strip() for cell in own_cells}
    made.unused = sum(
        theirs.cell_type == "code"
        and bool(theirs.source.strip())
        and position not in ours | used
        and theirs.source.strip() not in known
        for position, theirs in enumerate(cells)
    )
    return made


def _places(own_cells: Sequence[_OurCell], cells: Sequence[Cell]) -> dict[int, int | None]:
    """Return where each locked cell of ours stands in theirs: by id, by role, by likeness."""
    by_id: dict[str, int] = {}
    by_role: dict[tuple[str, str], int] = {}
    by_source: dict[str, int] = {}
    by_check: dict[str, int] = {}
    by_heading: dict[str, int] = {}
    for position, theirs in enumerate(cells):
        by_id.setdefault(theirs.cell_id, position)
        by_role.setdefault((theirs.role, theirs.question), position)
        by_source.setdefault(theirs.source.strip(), position)
        if theirs.cell_type == "code":
            for question in check_calls(theirs.source):
                by_check.setdefault(question, position)
        elif heading := re.search(r"^#+ Question (\d+)\b", theirs.source, re.MULTILINE):
            by_heading.setdefault(f"q{heading[1]}", position)
    found: dict[int, int | None] = {}
    for number, (cell_id, role, question, source) in enumerate(own_cells):
        if role == "answer":
            continue
        candidates = [by_id.get(cell_id)]
        if question:
            candidates.append(by_role.get((role, question)))
            candidates.append((by_check if role == "check" else by_heading).get(question))
        candidates.append(by_source.get(source.strip()))
        found[number] = next((place for place in candidates if place is not None), None)
    return found


def _owners(
    own_cells: Sequence[_OurCell], place: dict[int, int | None], cells: Sequence[Cell]
) -> dict[int, str]:
    """Return the question of each cell of theirs that says or shows to which one it belongs.

    The id of an answer cell says it best. Then its place, between a task and its check. Then its
    role: a copied cell carries the role of the cell that it was copied from.
    """
    ids = {cell.cell_id: cell.question for cell in own_cells if cell.role == "answer"}
    found = {
        position: theirs.question
        for position, theirs in enumerate(cells)
        if theirs.role == "answer" and theirs.question in ids.values()
    }
    ends: dict[str, dict[str, int]] = {}
    for number, cell in enumerate(own_cells):
        position = place.get(number)
        if position is not None and cell.question:
            ends.setdefault(cell.question, {})[cell.role] = position
    for question, roles in ends.items():
        for position in range(roles.get("task", 0) + 1, roles.get("check", 0)):
            if "task" in roles:
                found[position] = question
    for position, theirs in enumerate(cells):
        if theirs.cell_id in ids:
            found[position] = ids[theirs.cell_id]
    return found


def _typed_into_check(
    own_cells: Sequence[_OurCell],
    place: dict[int, int | None],
    cells: Sequence[Cell],
    question: str,
    notes: list[str],
) -> list[str]:
    """Return code that stands in the check cell: there are programs that do not lock it."""
    for number, cell in enumerate(own_cells):
        position = place.get(number)
        if cell.question != question or cell.role != "check" or position is None:
            continue
        if cells[position].source.strip() == cell.source.strip():
            continue
        code = _without_checks(cells[position].source)
        if cells[position].cell_type == "code" and code:
            notes.append("Code stood in the check cell. It was used.")
            return [code]
    return []


def _without_checks(source: str) -> str:
    """Return the statements of a cell that are no checks; empty where there are none."""
    lines = source.splitlines()
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(line for line in lines if not line.startswith("check(")).strip()
    kept = [s for s in statements if not _is_check(s)]
    return "\n".join("\n".join(lines[s.lineno - 1 : s.end_lineno]) for s in kept)


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(func=ast.Name(id="check"))):
            return True
    return False


def _region(
    place: dict[int, int | None], number: int, own_length: int, length: int
) -> tuple[int, int]:
    """Return the positions between our nearest cells before and after an answer cell."""
    before = [place[n] for n in range(number) if place.get(n) is not None]
    after = [place[n] for n in range(number + 1, own_length) if place.get(n) is not None]
    first = before[-1] + 1 if before and before[-1] is not None else 0
    last = after[0] if after and after[0] is not None else length
    return first, last


def _is_answer_to(theirs: Cell, ours: _OurCell) -> bool:
    return theirs.cell_id == ours.cell_id or (
        theirs.role == "answer" and theirs.question == ours.question
    )


def _code(theirs: Cell, is_named: bool, starter: str, notes: list[str]) -> str | None:
    """Return the code of a cell, empty for the starter, None where it is no answer."""
    source = theirs.source.strip()
    if theirs.cell_type == "code":
        return "" if source == starter.strip() else source
    if not is_named:
        return None
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        notes.append("The answer cell was turned into text and is not code. It was not used.")
        return ""
    notes.append("The answer cell was turned into text. It was used as code.")
    return "" if source == starter.strip() else source
