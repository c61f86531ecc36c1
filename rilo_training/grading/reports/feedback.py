"""The page that a participant gets back for one unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rilo_training.answers import VERDICTS
from rilo_training.course.manifest import Programme
from rilo_training.grading.reports.evidence import (
    MOST_CODE,
    MOST_CODE_LINES,
    MOST_OUTPUT,
    MOST_OUTPUT_LINES,
    OwnCell,
    Work,
    work_of,
)
from rilo_training.grading.reports.page import amount, counted, listed, render, shortened
from rilo_training.grading.reports.standing import NOTHING_CAME, STOPPED, points_of, title_of
from rilo_training.grading.store.result import Result


def feedback_page(programme: Programme, results: Sequence[Result], executed: Path) -> str:
    """Return the page of one participant, unit and attempt.

    Parameters
    ----------
    programme
        The course.
    results
        The results of one participant, unit and attempt, in the order of the questions.
    executed
        The executed notebook, for what was asked, the code, the outputs and the charts. Without
        it, the page has the verdicts and the reasons alone.

    Returns
    -------
    str
        A page that needs no network and runs no script. It never holds an expected value: it is
        made from results alone, and a result has none.
    """
    work = work_of(executed)
    return render(
        "feedback.html",
        unit=results[0].unit,
        title=title_of(programme, results[0].unit),
        entries=[_entry(programme, result, work) for result in results],
        first=results[0],
        is_released=all(result.is_released for result in results),
        has_times=any(result.seconds is not None for result in results),
        points_text=points_of(results),
        well=went_well(programme, results),
        step=next_step(programme, results),
        verdicts=VERDICTS,
    )


def _entry(programme: Programme, result: Result, work: Work) -> dict[str, Any]:
    """Return what the page shows of one question."""
    # A run that was stopped has no answer that could be shown as the participant's.
    has_answer = result.verdict not in (*STOPPED, "not_attempted")
    answer, cut = shortened(result.answer if has_answer else "", MOST_CODE, MOST_CODE_LINES)
    return {
        "result": result,
        "diagnosis": shortened(result.diagnosis, MOST_OUTPUT, MOST_OUTPUT_LINES)[0],
        "task": work.tasks.get(result.question, ""),
        "answer": answer,
        "answer_is_cut": cut,
        "cells": _shown_cells(result, work.cells.get(result.question, ())),
        "review_names_a_unit": any(unit.id in result.review for unit in programme.units),
        "competence": programme.competences.get(result.competence, ""),
    }


def _shown_cells(result: Result, cells: tuple[OwnCell, ...]) -> tuple[OwnCell, ...]:
    """Return the cells to show; the code of a written answer is the text itself once more."""
    is_text_alone = result.kind == "text" and result.answer and result.verdict not in STOPPED
    return () if is_text_alone else cells


def went_well(programme: Programme, results: Sequence[Result]) -> str:
    """Return what went well, as the results say it: the first line of the page.

    The first that applies: questions that are correct, with the competences that have all their
    points; answers that arrived; a file that could be read.
    """
    correct = [result for result in results if result.verdict == "correct"]
    if correct:
        if len(correct) == len(results):
            text = f"{'All ' if len(results) > 1 else ''}{_questions(len(results))} correct."
        else:
            text = f"{len(correct)} of {_questions(len(results))} correct."
        full = _full_competences(programme, results)
        return f"{text} You have all points for: {listed(full)}." if full else text
    ran = [r for r in results if r.verdict not in (*STOPPED, *NOTHING_CAME)]
    if ran:
        text = f"You answered {len(ran)} of {counted(len(results), 'question')}."
        if told := sum(bool(r.diagnosis) for r in ran):
            text += f" For {told} of them, the text below says what to change."
        return text
    return "Your notebook arrived, and it could be read."


def _questions(number: int) -> str:
    return f"{counted(number, 'question')} {'is' if number == 1 else 'are'}"


def _full_competences(programme: Programme, results: Sequence[Result]) -> list[str]:
    lost = {r.competence for r in results if r.verdict != "correct"}
    full = dict.fromkeys(r.competence for r in results if r.competence not in lost)
    return [programme.competences.get(competence, competence) for competence in full]


def next_step(programme: Programme, results: Sequence[Result]) -> str:
    """Return the one next step: the question that lost most points, and what to read again.

    Of several with the same loss, the first in the unit. Where no points were lost, the next unit.
    """
    lost = [r for r in results if r.points is not None and r.points < r.out_of]
    if not lost:
        waits = any(result.points is None for result in results)
        done = "Nothing has to be corrected."
        done += " What you wrote waits for an instructor." if waits else ""
        after = _unit_after(programme, results[0].unit)
        return f"{done} Go on with {after}." if after else done
    most = max(lost, key=lambda result: result.out_of - (result.points or 0))
    number, loss = most.question[1:], most.out_of - (most.points or 0)
    read = f"Read again: {most.review}. Then" if most.review else "Read its task again. Then"
    what = "write your answer" if most.verdict in NOTHING_CAME else "correct your answer"
    return (
        f"Start with question {number}: {amount(loss)} of its {amount(most.out_of)} points are "
        f"still open. {read} {what}, and run its check on the practice data."
    )


def _unit_after(programme: Programme, unit_id: str) -> str:
    ids = [unit.id for unit in programme.units]
    if unit_id not in ids or unit_id == ids[-1]:
        return ""
    unit = programme.units[ids.index(unit_id) + 1]
    return f"{unit.id}, {unit.title}"
