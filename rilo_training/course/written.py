"""The written questions of the course: their rubrics, and the pages of the rubrics for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from rilo_training.course.manifest import CourseError, Programme, load_programme
from rilo_training.course.notebook import read_notebook, role_of
from rilo_training.course.rubric import RUBRICS, Rubric, RubricError, load_rubric
from rilo_training.files import renew_text

_WRITTEN_OUT = ("question", "rubric", "points")


def written_questions(notebook: NotebookNode) -> dict[str, tuple[str, float]]:
    """Return rubric and points of each written question, from the key cells as they stand.

    Nothing is run: question, kind, rubric and points of a key are written out in its cell.

    Raises
    ------
    CourseError
        When one of them is computed.
    """
    found = {}
    for cell in (cell for cell in notebook.cells if role_of(cell) == "key"):
        for call in _key_calls(cell.source):
            given = {word.arg: word.value for word in call.keywords}
            given["question"] = call.args[0]
            if _constant(given.get("kind")) != "text":
                continue
            question, rubric, points = (_constant(given.get(name)) for name in _WRITTEN_OUT)
            if question is None or rubric is None or points is None:
                raise CourseError(
                    f"The key cell {cell.get('id')!r} must write out its question, rubric and "
                    "points: they are read without running the cell."
                )
            found[str(question)] = (str(rubric), float(points))
    return found


def _key_calls(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="key"), args=[_, *_]):
                yield node


def _constant(node: ast.expr | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def rubrics_of(programme: Programme) -> dict[tuple[str, str], Rubric]:
    """Return the rubric of each written question of the course: ``{("w1d1_90", "q8"): ...}``.

    Raises
    ------
    CourseError
        When a rubric is not sound, or its points are not those of the question.
    """
    found = {}
    for unit in programme.units:
        asked = written_questions(read_notebook(programme.notebook(unit)))
        for question, (name, points) in asked.items():
            rubric = load_rubric(programme.root / RUBRICS / f"{name}.toml")
            if abs(rubric.points - points) > 1e-9:
                raise RubricError(
                    f"The rubric {name}.toml has {rubric.points:g} points, and {unit.id} "
                    f"{question} has {points:g}. Make them equal."
                )
            found[unit.id, question] = rubric
    return found


def rubric_page(rubric: Rubric, uses: Sequence[str] = ()) -> str:
    """Return the page for people: the table of the criteria, and the worked examples.

    Parameters
    ----------
    rubric
        The rubric.
    uses
        The questions that use it: ``["w1d1_90, question 8"]``.
    """
    used = f" Used by {'; '.join(uses)}." if uses else ""
    heads = [f"{level.letter}: {level.name}" for level in rubric.levels]
    lines = [
        f"# Rubric: {rubric.title}",
        "",
        f"<!-- made from {rubric.name}.toml; change it there -->",
        "",
        f"{rubric.points:g} points. At most {rubric.minutes:g} minutes a text.{used} "
        f"{rubric.source}",
        "",
        "Choose one letter for each criterion. "
        f"First read {rubric.levels[-1].letter}: one thing that it names is enough for it. "
        f"Then read {rubric.levels[0].letter}: it needs all that it names. "
        "Every other text has a level between them. In doubt, choose the lower level.",
        "",
        f"| criterion | points | {' | '.join(heads)} |",
        "|---" * (2 + len(heads)) + "|",
    ]
    for criterion in rubric.criteria:
        words = [criterion.words[level.letter] for level in rubric.levels]
        earned = " / ".join(
            f"{rubric.points_of(criterion, level.letter):g}" for level in rubric.levels
        )
        lines.append(f"| {criterion.name} | {earned} | {' | '.join(words)} |")
    for level in rubric.levels:
        for example in (example for example in rubric.examples if example.level == level.letter):
            points = sum(rubric.points_of(c, level.letter) for c in rubric.criteria)
            lines += ["", f"**An example at level {level.letter} ({points:g} points).**", ""]
            lines += [f"> {line}".rstrip() for line in example.text.splitlines()]
            lines += [""] + [f"- {c.name}: {example.why[c.id]}" for c in rubric.criteria]
    if rubric.comments:
        lines += ["", "**Comments to use again.** Type the code in the comment of a text.", ""]
        lines += [f"- `#{code}`: {words}" for code, words in rubric.comments.items()]
    return "\n".join(lines) + "\n"


def rubric_pages(programme: Programme) -> dict[Path, str]:
    """Return the page of every rubric of the course, by the file in which it stands."""
    uses: dict[str, list[str]] = {}
    for unit in programme.units:
        asked = written_questions(read_notebook(programme.notebook(unit)))
        for question, (name, _) in asked.items():
            uses.setdefault(name, []).append(f"`{unit.id}`, question {question[1:]}")
    folder = programme.root / RUBRICS
    return {
        path.with_suffix(".md"): rubric_page(load_rubric(path), uses.get(path.stem, []))
        for path in sorted(folder.glob("*.toml"))
    }


def renew_pages(programme: Programme | None = None) -> None:
    """Write the page of every rubric again."""
    for path, text in rubric_pages(programme or load_programme()).items():
        renew_text(path, text)
