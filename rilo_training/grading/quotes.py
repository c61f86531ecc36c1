"""The figures that a written answer quotes, looked for in the outputs of its own run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from nbformat import NotebookNode

from rilo_training.answers import Judgement, Question
from rilo_training.answers.figures import figures_note, unsupported_figures
from rilo_training.course.notebook import question_of, role_of
from rilo_training.grading.execute import Evidence


def with_quotes_checked(
    judgements: Mapping[str, Judgement],
    key: Mapping[str, Question],
    evidence: Mapping[str, Evidence],
    executed: NotebookNode,
    blank: NotebookNode,
) -> dict[str, Judgement]:
    """Return the judgements; texts that quote an unknown figure say so in their diagnosis.

    Parameters
    ----------
    judgements, evidence
        Of each question of one submission.
    key
        The questions; those with ``figures=True`` in their key are looked at.
    executed
        The notebook of the submission after its run.
    blank
        The participant's copy as it was given out: numbers of the task may be quoted.
    """
    found = dict(judgements)
    for name, question in key.items():
        answer = evidence[name].answer
        if judgements[name].verdict != "to_mark" or not question.form.get("figures"):
            continue
        if answer is None or not isinstance(answer.get("value"), str):
            continue
        others = [json.dumps(e.answer) for q, e in evidence.items() if q != name and e.answer]
        printed = [*outputs_of(executed), *others]
        note = figures_note(unsupported_figures(answer["value"], printed, _task(blank, name)))
        if note:
            diagnosis = f"{judgements[name].diagnosis} {note}".strip()
            found[name] = replace(judgements[name], diagnosis=diagnosis)
    return found


def outputs_of(notebook: NotebookNode) -> Iterator[str]:
    """Give the text of every output of a notebook, as a reader sees it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for text in (output.get("text"), output.get("data", {}).get("text/plain")):
                if text:
                    yield text if isinstance(text, str) else "".join(text)


def _task(blank: NotebookNode, question: str) -> str:
    """Return the text of a task, and the prose of the unit: numbers in them may be quoted."""
    return "\n".join(
        cell.source
        for cell in blank.cells
        if role_of(cell) == "prose" or (role_of(cell) == "task" and question_of(cell) == question)
    )
