"""The syllabus and the day plans: pages for people, made from the manifest and the key cells."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.course.manifest import Day, Programme, Unit, load_programme
from rilo_training.course.notebook import read_notebook, role_of
from rilo_training.files import renew_text

PAGE = Path("curriculum") / "syllabus.md"
_MADE = (
    "<!-- made from programme.toml and the key cells; change it there, then run renew_syllabus -->"
)


@dataclass(frozen=True)
class Asked:
    """A question as its key cell describes it."""

    points: float
    kind: str
    competence: str


def asked_in(notebook: NotebookNode) -> dict[str, Asked]:
    """Return points, kind and competence of each question, from the key cells as they stand."""
    found = {}
    for cell in (cell for cell in notebook.cells if role_of(cell) == "key"):
        for node in ast.walk(ast.parse(cell.source)):
            match node:
                case ast.Call(func=ast.Name(id="key"), args=[ast.Constant(value=str(name)), *_]):
                    given = {
                        word.arg: word.value.value
                        for word in node.keywords
                        if isinstance(word.value, ast.Constant)
                    }
                    found[name] = Asked(
                        float(str(given["points"])), str(given["kind"]), str(given["competence"])
                    )
    return found


def syllabus(programme: Programme) -> str:
    """Return the page with the days, the units and the competences of the course."""
    asked = {unit.id: asked_in(read_notebook(programme.notebook(unit))) for unit in programme.units}
    blocks = [
        "# Syllabus",
        _MADE,
        f"{programme.title}. {programme.start} to {programme.end}: "
        f"{len(programme.working_days())} working days.",
        "## The days",
        *(_day_block(day) for day in programme.days),
        "## The units",
        *(_unit_block(unit, asked[unit.id]) for unit in programme.units),
        "## The competences",
        "Points that can be earned in each unit, by competence. What each competence means stands "
        "in `programme.toml`.",
        _competence_table(programme, asked),
    ]
    return "\n\n".join(blocks) + "\n"


def _day_block(day: Day) -> str:
    lines = [
        f"### Week {day.week}, day {day.day}: {day.title}",
        "",
        f"{day.minutes} minutes. The live hour: {day.live}.",
        "",
        "| from minute | minutes | what | unit |",
        "|---|---|---|---|",
    ]
    begins = 0
    for part in day.parts:
        lines.append(f"| {begins} | {part.minutes} | {part.name} | {part.unit} |")
        begins += part.minutes
    return "\n".join(lines)


def _unit_block(unit: Unit, asked: dict[str, Asked]) -> str:
    lines = [
        f"### {unit.id} {unit.title}",
        "",
        f"{unit.kind.capitalize()}, {unit.minutes} minutes, {unit.points:g} points, "
        f"{unit.desk} desk. Competences: {', '.join(unit.competences)}.",
        "",
        f'The office asks: "{unit.office_asks}"',
        "",
        "| the participant can afterwards | proved by |",
        "|---|---|",
    ]
    for objective, questions in zip(unit.objectives, unit.proved_by, strict=True):
        named = ", ".join(f"{name} ({asked[name].kind})" for name in questions)
        lines.append(f"| {objective} | {named} |")
    return "\n".join(lines)


def _competence_table(programme: Programme, asked: dict[str, dict[str, Asked]]) -> str:
    ids = list(programme.competences)
    lines = [f"| unit | {' | '.join(ids)} |", "|---" * (1 + len(ids)) + "|"]
    for unit in programme.units:
        cells = []
        for competence in ids:
            points = sum(q.points for q in asked[unit.id].values() if q.competence == competence)
            cells.append(f"{points:g}" if points else "")
        lines.append(f"| {unit.id} | {' | '.join(cells)} |")
    names = (f"{name}: {words}" for name, words in programme.competences.items())
    return "\n".join([*lines, "", "; ".join(names) + "."])


def renew_syllabus(programme: Programme | None = None) -> None:
    """Write the syllabus of a course again."""
    course = programme or load_programme()
    renew_text(course.root / PAGE, syllabus(course))
