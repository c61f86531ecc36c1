"""Whether a key on a world is fair. A world that is not admitted is replaced by the next."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from rilo_training.answers import Mistake, Plain, Question, judge, with_truth
from rilo_training.answers.kinds import KINDS, Unreadable
from rilo_training.course.manifest import CourseError, Unit
from rilo_training.course.reference import Reference, run_reference
from rilo_training.world import make_practice_world, save_world

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ROWS = 20
TRIES = 20


def problems_of(reference: Reference) -> list[str]:
    """Return what makes a key unfair on its world; an empty list means that it is admitted.

    The reference earns full marks; every known mistake is recognised as itself, so it differs
    from the truth and from the other mistakes; at least twenty rows stand behind an answer;
    every claim holds; nothing failed in the run.
    """
    problems = list(reference.problems)
    for name, question in reference.questions.items():
        problems += [f"{name}: {problem}" for problem in _problems_of_question(question)]
        for needed in question.needs:
            if needed not in reference.questions:
                problems.append(f"{name}: it needs {needed}, which is not there.")
    return problems


def _alike(reference: Reference, values: Mapping[str, Plain]) -> list[str]:
    """Return the questions whose answer, or known mistake, is the answer on other data.

    A typed-in value is then wrong, earns nothing and is called typed in. The mistakes of a choice
    are its other options: there only the answer counts.
    """
    problems = []
    for name, question in reference.questions.items():
        if question.depends_on_world and name in values:
            verdict = judge(question, values[name]).verdict
            if verdict == "correct":
                problems.append(f"{name}: the answer is that of the practice data.")
            elif verdict == "near_miss" and question.kind != "choice":
                problems.append(f"{name}: a mistake gives the answer of the practice data.")
    return problems


def _problems_of_question(question: Question) -> list[str]:
    kind = KINDS[question.kind]
    try:
        reference = kind.read(question.reference, question.form)
    except Unreadable as found:
        return [f"the reference is not {kind.asks_for}. {found}"]
    if unfair := kind.problems(reference, question.form):
        return unfair
    problems = _problems_of_lines(question)
    own = judge(question, question.reference)
    if kind.is_marked_by_a_person:
        if own.verdict != "to_mark" or own.diagnosis:
            problems.append(f"the reference text lacks something: {own.diagnosis}")
        return problems
    if own.verdict != "correct":
        problems.append(f"the reference is judged {own.verdict}.")
    for position, mistake in enumerate(question.mistakes):
        problem = _problem_of_mistake(question, position, mistake)
        if problem:
            problems.append(problem)
    if question.depends_on_world and (question.support or 0) < FEWEST_ROWS:
        problems.append(
            f"{question.support} rows stand behind the answer; at least {FEWEST_ROWS} are needed."
        )
    return problems


def _problems_of_lines(question: Question) -> list[str]:
    """The answer on lines may equal the truth, but it must be an answer."""
    if question.on_lines is None:
        return []
    try:
        KINDS[question.kind].read(question.on_lines, question.form)
    except Unreadable as reason:
        return [f"on_lines has a value that cannot be read: {reason}"]
    return []


def _problem_of_mistake(question: Question, position: int, mistake: Mistake) -> str:
    words = f"mistake {position + 1} ({mistake.sentence[:50]})"
    try:
        KINDS[question.kind].read(mistake.value, question.form)
    except Unreadable as reason:
        return f"{words} has a value that cannot be read: {reason}"
    found = judge(question, mistake.value)
    if found.verdict == "near_miss" and found.mistake == position:
        return ""
    if found.verdict == "correct":
        return f"{words} gives the right answer."
    if found.verdict == "near_miss":
        return f"{words} gives the same value as mistake {(found.mistake or 0) + 1}."
    return f"{words} has a value that cannot be read: {found.diagnosis}"


def needs_truth(reference: Reference) -> bool:
    """Whether a question is graded with what only the world knows."""
    return any(question.kind == "score" for question in reference.questions.values())


def with_world_truth(reference: Reference, truth_consignments: pd.DataFrame) -> Reference:
    """Return the key with the true risk of each consignment.

    Parameters
    ----------
    reference
        The key on this world.
    truth_consignments
        Columns ``consignment_id`` and ``p_illicit``, from the truth of the world: it is in none
        of the files that a notebook can read.
    """
    ids = truth_consignments["consignment_id"]
    chances = dict(zip(ids, truth_consignments["p_illicit"].astype(float), strict=True))
    questions = {name: with_truth(found, chances) for name, found in reference.questions.items()}
    return replace(reference, questions=questions)


def practice_reference(notebook: NotebookNode, unit: Unit, practice_world: Path) -> Reference:
    """Return the key of a unit on the practice data, which may be fair or not."""
    reference = run_reference(notebook, unit.id, practice_world)
    if needs_truth(reference):
        truth = make_practice_world().truth["truth_consignments"]
        reference = with_world_truth(reference, truth)
    return reference


def truth_beside(place: Path) -> Path:
    """Return the folder with the truth of a world that :func:`admitted_worlds` gave."""
    return place.with_name(place.name.replace("world_", "truth_"))


def admitted_worlds(
    notebook: NotebookNode,
    unit: Unit,
    seeds: Iterator[int],
    folder: Path,
    *,
    official: bool = False,
    unlike: Mapping[str, Plain] | None = None,
    on_refused: Callable[[int, list[str]], None] = lambda seed, problems: None,
) -> Iterator[tuple[int, Path, Reference]]:
    """Make worlds from seeds and give those that are fair for a unit.

    Parameters
    ----------
    notebook, unit
        The instructor notebook and its unit, which says what its worlds hold.
    seeds
        Seeds to try, in order.
    folder
        Where the worlds are written, each in a folder of its own.
    official
        Whether the world hides its seed and gets a random id; its truth is written beside it,
        see :func:`truth_beside`.
    unlike
        Values of the practice data. No answer that depends on the world may equal its own, nor
        may a known mistake, so that a number typed in from there is wrong here.
    on_refused
        Called with the seed and the problems of each world that is not used.

    Yields
    ------
    (seed, folder of the world, key)

    Raises
    ------
    CourseError
        When many worlds in a row are refused: then the unit is at fault, not the world.
    """
    refused_in_a_row = 0
    for number, seed in enumerate(seeds):
        place = folder / f"world_{number:02d}"
        world_id = secrets.token_hex(6) if official else None
        world = unit.world.make(seed)
        truth = truth_beside(place) if official else None
        save_world(world, place, truth, official=official, world_id=world_id)
        reference = run_reference(notebook, unit.id, place)
        if needs_truth(reference):
            reference = with_world_truth(reference, world.truth["truth_consignments"])
        problems = problems_of(reference) or _alike(reference, unlike or {})
        if not problems:
            refused_in_a_row = 0
            yield seed, place, reference
            continue
        on_refused(seed, problems)
        refused_in_a_row += 1
        if refused_in_a_row == TRIES:
            raise CourseError(
                f"{TRIES} worlds in a row are not fair for {unit.id}. The last one: {problems[0]}"
            )
