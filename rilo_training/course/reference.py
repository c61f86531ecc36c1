"""Run an instructor notebook on a world: this makes the key of the unit on that world."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from rilo_training.answers import Mistake, Plain, Question, read_plain
from rilo_training.course.key import CLAIM_MIME, KEY_MIME, MISTAKE_MIME
from rilo_training.course.notebook import cells_of, notebook_text, role_of
from rilo_training.kernels import Limits, NotebookRun, Sandbox, run_confined, run_notebook
from rilo_training.kernels.scratch import scratch_folder
from rilo_training.learn.calls import ANSWER_MIME
from rilo_training.learn.session import OFFICIAL_VARIABLE, check_calls
from rilo_training.world import read_about


@dataclass(frozen=True)
class Reference:
    """A unit's key on one world, and what is wrong with it.

    ``problems`` are sentences for the author; a reference with problems is not used.
    """

    unit: str
    world_id: str
    questions: dict[str, Question]
    problems: tuple[str, ...]


def declared_run(
    notebook: NotebookNode, extract: Path, unit_id: str, limits: Limits | None = None
) -> NotebookRun:
    """Run a notebook of ours so that its checks declare their answers, in an empty folder.

    Parameters
    ----------
    notebook
        An instructor notebook, or a copy with reference answers in it.
    extract
        The folder of the world.
    unit_id
        The unit; the notebook is laid under this name where ``begin`` looks for it.
    limits
        What the run may use.
    """
    with scratch_folder() as place:
        (place / f"{unit_id}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
        return run_notebook(
            notebook,
            {"EXTRACT": str(extract.resolve())},
            place,
            limits=limits,
            environment={OFFICIAL_VARIABLE: "official"},
        )


def confined_run(
    notebook: NotebookNode, sandbox: Sandbox, unit_id: str, limits: Limits
) -> NotebookRun:
    """Run a copy with a participant's answers in it, in a sandbox; as :func:`declared_run`.

    Parameters
    ----------
    notebook
        A fresh copy of ours with the answers in it.
    sandbox
        Where it runs, with the world.
    unit_id, limits
        The unit, and what the run may use.
    """
    with sandbox.new_run() as place:
        (place.work / f"{unit_id}.ipynb").write_text(notebook_text(notebook), encoding="utf-8")
        return run_confined(
            notebook,
            {"EXTRACT": place.extract},
            place,
            limits,
            {OFFICIAL_VARIABLE: "official"},
        )


def declared_answer(run: NotebookRun, check_id: str, question: str) -> Plain | None:
    """Return the first answer to a question that its own check cell declared, or None."""
    for text in run.declared(check_id, ANSWER_MIME):
        found = _json(text)
        if found.get("question") == question:
            return read_plain(json.dumps(found.get("answer")))
    return None


def run_reference(notebook: NotebookNode, unit_id: str, extract: Path) -> Reference:
    """Return the key of a unit on a world.

    Parameters
    ----------
    notebook
        The instructor notebook, with solutions and key cells.
    unit_id
        The unit.
    extract
        The folder of the world.
    """
    run = declared_run(notebook, extract, unit_id, Limits(cell_seconds=120))
    problems = []
    if failure := run.first_failure():
        problems.append(f"The cell {failure[0]!r} stopped: {failure[1].detail}")
    checks = cells_of(notebook, "check")
    declared = _declared(run, notebook, KEY_MIME)
    keys = {entry["question"]: entry for entry in declared}
    if len(keys) < len(declared):
        twice = Counter(entry["question"] for entry in declared).most_common(1)[0][0]
        problems.append(f"{twice}: there are several keys.")
    mistakes: dict[str, list[Mistake]] = {}
    for entry in _declared(run, notebook, MISTAKE_MIME):
        mistakes.setdefault(entry["question"], []).append(
            Mistake(read_plain(json.dumps(entry["value"])), entry["sentence"], entry["credit"])
        )
    questions = {}
    for question, check in checks.items():
        value = declared_answer(run, check.id, question)
        if question not in keys:
            problems.append(f"{question}: there is no key.")
        elif value is None:
            problems.append(f"{question}: the reference declared no answer.")
        else:
            entry = keys[question]
            questions[question] = Question(
                **{
                    **entry,
                    "name": check_calls(check.source)[question],
                    "hints": (entry["hints"][0], entry["hints"][1]),
                    "needs": tuple(entry["needs"]),
                    "reference": value,
                    "mistakes": tuple(mistakes.get(question, [])),
                }
            )
    problems += [f"{name}: a key without a check." for name in keys if name not in checks]
    problems += [f"{name}: a mistake without a check." for name in mistakes if name not in checks]
    for entry in _declared(run, notebook, CLAIM_MIME):
        if not entry["holds"]:
            problems.append(f"This claim does not hold: {entry['sentence']}")
    world_id = str(read_about(extract)["world_id"])
    return Reference(unit_id, world_id, questions, tuple(problems))


def with_worked_answers(reference: Reference, worked: dict[str, str]) -> Reference:
    """Return the key with a worked answer on another world for each question."""
    questions = {
        name: replace(question, worked=worked.get(name, ""))
        for name, question in reference.questions.items()
    }
    return replace(reference, questions=questions)


def _declared(run: NotebookRun, notebook: NotebookNode, mime: str) -> list[dict[str, Any]]:
    key_cells = [cell.id for cell in notebook.cells if role_of(cell) == "key"]
    return [_json(text) for cell_id in key_cells for text in run.declared(cell_id, mime)]


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
