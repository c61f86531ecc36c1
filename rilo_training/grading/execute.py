"""Run a participant's answers in our own notebook: all together, then again one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from rilo_training.answers import NOT_ATTEMPTED, Plain
from rilo_training.course.notebook import alone, cells_of, question_of, role_of, with_answers
from rilo_training.course.reference import confined_run, declared_answer
from rilo_training.kernels import Limits, NotebookRun, Sandbox


@dataclass(frozen=True)
class Evidence:
    """What really happened to one question.

    ``answer`` is what its check declared, or None. ``status`` is ``ok``, ``error``,
    ``timeout``, ``out_of_memory``, ``kernel_died`` or ``not_run``; ``detail`` says more.
    ``seconds`` is how long its own cells ran.
    """

    answer: Plain | None
    status: str
    detail: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Execution:
    """The evidence for each question, and the executed notebook for people."""

    evidence: dict[str, Evidence]
    notebook: NotebookNode


def execute(
    blank: NotebookNode,
    answers: Mapping[str, Sequence[str]],
    questions: Iterable[str],
    unit_id: str,
    sandbox: Sandbox,
    limits: Limits,
    *,
    one_by_one: bool = False,
) -> Execution:
    """Run answers in a fresh copy of our own notebook, in one fresh kernel.

    Parameters
    ----------
    blank
        The participant's copy as it was given out.
    answers
        The code cells for each question.
    questions
        Which questions to run: all of them, or one with what it needs.
    unit_id, sandbox, limits
        The unit, where the answers run with the world, and what they may use.
    one_by_one
        Run only the locked cells and the given questions.
    """
    asked = list(questions)
    notebook = with_answers(blank, answers)
    if one_by_one:
        notebook = alone(notebook, asked)
    run = confined_run(notebook, sandbox, unit_id, limits)
    return Execution({q: _evidence(notebook, run, q) for q in asked}, run.notebook)


def _evidence(notebook: NotebookNode, run: NotebookRun, question: str) -> Evidence:
    check = cells_of(notebook, "check")[question]
    answer = declared_answer(run, check.id, question)
    own = [
        cell.id
        for cell in notebook.cells
        if question_of(cell) == question and role_of(cell) in ("answer", "check")
    ]
    took = [found for cell_id in own if (found := run.cells[cell_id].seconds) is not None]
    seconds = sum(took) if took else None
    for cell_id in own:
        outcome = run.cells[cell_id]
        if outcome.status not in ("ok", "not_run"):
            return Evidence(answer, outcome.status, outcome.detail, seconds)
    if run.cells[check.id].status == "not_run":
        return Evidence(answer, "not_run", seconds=seconds)
    return Evidence(answer, "ok", seconds=seconds)


def is_untouched(evidence: Evidence, cells: Sequence[str]) -> bool:
    """Whether there is nothing to run again: no code, and the name is still ``...``."""
    return not any(cell.strip() for cell in cells) and evidence.answer in (None, NOT_ATTEMPTED)
