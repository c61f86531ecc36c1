"""Prove that a unit is sound: its form, its copy, its key on several worlds."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from rilo_training.answers import Question, judge
from rilo_training.answers.kinds import KINDS
from rilo_training.course.admission import admitted_worlds, practice_reference, problems_of
from rilo_training.course.manifest import CourseError, Programme, Unit
from rilo_training.course.notebook import (
    alone,
    cells_of,
    notebook_text,
    participant_copy,
    read_notebook,
    role_of,
    solution_of,
    solutions_of,
    with_answers,
)
from rilo_training.course.reference import Reference, declared_answer, declared_run
from rilo_training.kernels.scratch import scratch_folder
from rilo_training.learn.session import check_calls

FIRST_SEED = 1001
MOST_CELLS_OF_A_LESSON = 60
MOST_INDEPENDENT_SHARE = 0.2
MOST_UNPAID_SHARE = 0.2

Say = Callable[[str], None]


@dataclass
class UnitReport:
    """What the proof of a unit found. ``problems`` is empty for a sound unit."""

    unit: str
    worlds: int = 0
    replaced: int = 0
    questions: int = 0
    points: float = 0.0
    mistakes: int = 0
    problems: list[str] = field(default_factory=list)


def verify_unit(
    programme: Programme, unit: Unit, worlds: int = 5, say: Say = lambda line: None
) -> UnitReport:
    """Prove one unit on several worlds.

    Parameters
    ----------
    programme, unit
        The course and the unit.
    worlds
        How many fair worlds to prove it on.
    say
        Called with a line at each step, for progress.

    Returns
    -------
    UnitReport
        With a sentence for each problem.
    """
    report = UnitReport(unit.id)
    notebook = read_notebook(programme.notebook(unit))
    say("form")
    try:
        report.problems += problems_of_form(notebook, unit)
        report.problems += problems_of_copy(notebook)
    except CourseError as reason:
        report.problems.append(str(reason))
    if report.problems:
        return report
    say("the practice data")
    practice = practice_reference(notebook, unit, programme.practice_world)
    report.problems += [f"On the practice data: {found}" for found in problems_of(practice)]
    with scratch_folder() as folder:
        refused: list[str] = []
        fair = admitted_worlds(
            notebook,
            unit,
            itertools.count(FIRST_SEED),
            folder,
            on_refused=lambda seed, found: refused.append(f"seed {seed}: {found[0]}"),
        )
        references: list[Reference] = []
        try:
            for _, place, reference in itertools.islice(fair, worlds):
                references.append(reference)
                say(f"world {len(references)} of {worlds}")
                if len(references) == 1:
                    say("the blank copy")
                    report.problems += _problems_of_blank(notebook, unit, place, reference)
                    say("each question alone")
                    report.problems += _problems_alone(notebook, unit, place, reference)
        except CourseError as reason:
            report.problems.append(str(reason))
    report.worlds, report.replaced = len(references), len(refused)
    if len(refused) > max(1, worlds // 5):
        report.problems.append(f"Too many worlds had to be replaced. First: {refused[0]}")
    if references:
        report.problems += _problems_of_points(notebook, unit, references[0])
        report.problems += _problems_of_dependence(references)
        if unit.kind == "graded":
            report.problems += _problems_of_credit(references)
        questions = references[0].questions.values()
        report.questions = len(references[0].questions)
        report.points = sum(question.points for question in questions)
        report.mistakes = sum(len(question.mistakes) for question in questions)
    return report


def problems_of_form(notebook: NotebookNode, unit: Unit) -> list[str]:
    """Return what is wrong with the cells: ids, roles, tasks, answers, length."""
    problems = []
    ids = [cell.id for cell in notebook.cells]
    problems += [f"The id {name!r} stands twice." for name in {*ids} if ids.count(name) > 1]
    roles = [role_of(cell) for cell in notebook.cells]
    for role in ("parameters", "setup"):
        if roles.count(role) != 1:
            problems.append(f"There must be one {role} cell. Found {roles.count(role)}.")
    tasks, answers = cells_of(notebook, "task"), cells_of(notebook, "answer")
    keys = cells_of(notebook, "key")
    checks = cells_of(notebook, "check")
    parts = {"task": tasks, "answer": answers, "check": checks, "key": keys}
    for question in dict.fromkeys(name for cells in parts.values() for name in cells):
        for role, cells in parts.items():
            if question not in cells:
                problems.append(f"{question}: there is no {role} cell.")
    for question, check in checks.items():
        name = check_calls(check.source)[question]
        if question in tasks and f"`{name}`" not in tasks[question].source:
            problems.append(f"{question}: the task does not name `{name}`.")
        if question in answers and not solution_of(answers[question].source).strip():
            problems.append(f"{question}: the answer cell has no solution.")
    length = sum(role != "key" for role in roles)
    if unit.kind == "lesson" and length > MOST_CELLS_OF_A_LESSON:
        problems.append(f"The copy has {length} cells; at most {MOST_CELLS_OF_A_LESSON}.")
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.rstrip().endswith(";"):
            problems.append(f"The cell {cell.id!r} ends with ';'.")
        if "NBVAL" in cell.source:
            problems.append(f"The cell {cell.id!r} has a mark for NBVAL: every cell is compared.")
        if any(output.get("name") == "stderr" for output in cell.get("outputs", [])):
            problems.append(f"The cell {cell.id!r} writes to stderr.")
    return problems


def problems_of_copy(notebook: NotebookNode) -> list[str]:
    """Return what of the answers survives in a participant's copy."""
    copy_ = participant_copy(notebook)
    text = notebook_text(copy_)
    problems = []
    public = {line.strip() for cell in copy_.cells for line in cell.source.splitlines()}
    for cell in notebook.cells:
        role = role_of(cell)
        secret = solution_of(cell.source) if role == "answer" else cell.source
        if role not in ("answer", "key"):
            continue
        for line in secret.splitlines():
            bare = line.strip()
            if len(bare) < 12 or (role == "key" and bare in public):
                continue  # too short to be an answer; or a key repeats what a task shows
            if json.dumps(bare, ensure_ascii=False)[1:-1] in text:
                problems.append(f"This line of {cell.id!r} survives in the copy: {bare[:60]}")
    for cell in copy_.cells:
        if role_of(cell) == "key" or cell.get("outputs"):
            problems.append(f"The cell {cell.id!r} should not be in the copy as it is.")
        if "SOLUTION" in cell.source:
            problems.append(f"The cell {cell.id!r} still has a solution mark.")
    return problems


def _problems_of_blank(
    notebook: NotebookNode, unit: Unit, extract: Path, reference: Reference
) -> list[str]:
    """The blank copy runs top to bottom, and every question is not attempted."""
    blank = participant_copy(notebook)
    run = declared_run(blank, extract, unit.id)
    problems = []
    if failure := run.first_failure():
        problems.append(f"The blank copy stops at {failure[0]!r}: {failure[1].detail}")
    for name, check in cells_of(blank, "check").items():
        answer = declared_answer(run, check.id, name)
        if answer is None:
            problems.append(f"{name}: the blank copy declares nothing.")
        elif (verdict := judge(reference.questions[name], answer).verdict) != "not_attempted":
            problems.append(f"{name}: the blank copy is judged {verdict}.")
    return problems


def _problems_alone(
    notebook: NotebookNode, unit: Unit, extract: Path, reference: Reference
) -> list[str]:
    """Each question passes in a kernel of its own with the locked cells and what it needs."""
    solved = with_answers(participant_copy(notebook), solutions_of(notebook))
    problems = []
    for name, question in reference.questions.items():
        needed = with_needs(reference.questions, name)
        run = declared_run(alone(solved, needed), extract, unit.id)
        answer = declared_answer(run, cells_of(solved, "check")[name].id, name)
        judgement = judge(question, answer) if answer else None
        if judgement is None or not judgement.has_full_marks:
            failure = run.first_failure()
            reason = f" ({failure[0]}: {failure[1].detail})" if failure else ""
            problems.append(f"{name}: it does not pass alone{reason}. Does it need another?")
    return problems


def with_needs(questions: dict[str, Question], name: str) -> list[str]:
    """Return a question with all that it needs, directly and through others."""
    found, waiting = {name}, [name]
    while waiting:
        for needed in questions[waiting.pop()].needs:
            if needed not in found:
                found.add(needed)
                waiting.append(needed)
    return [question for question in questions if question in found]


def _problems_of_points(notebook: NotebookNode, unit: Unit, reference: Reference) -> list[str]:
    """The points that the tasks say, the keys give and the manifest lists are the same."""
    questions = reference.questions
    problems = []
    for name, task in cells_of(notebook, "task").items():
        said = re.search(r"\((\d+) points?\)", task.source)
        if name in questions and (not said or float(said[1]) != questions[name].points):
            problems.append(f"{name}: the task should say ({questions[name].points:g} points).")
    total = sum(question.points for question in questions.values())
    if total != unit.points:
        problems.append(f"The keys give {total:g} points, the manifest says {unit.points:g}.")
    taught = {question.competence for question in questions.values()}
    if unknown := taught - set(unit.competences):
        problems.append(f"The manifest does not list the competence {sorted(unknown)[0]}.")
    if unit.kind == "graded":
        fixed = sum(
            question.points
            for question in questions.values()
            if not question.depends_on_world and not KINDS[question.kind].is_marked_by_a_person
        )
        if fixed > MOST_INDEPENDENT_SHARE * total:
            problems.append(f"{fixed:g} of {total:g} points do not depend on the data.")
        for name, question in questions.items():
            by_person = KINDS[question.kind].is_marked_by_a_person
            named = len(question.mistakes) + (question.on_lines is not None)
            if named < 3 and not by_person:
                problems.append(f"{name}: a graded question names at least three mistakes.")
    return problems


def _different(asked: list[Question]) -> int:
    """Return how many different answers there are, to the tolerance of the question."""
    kind, form = KINDS[asked[0].kind], asked[0].form
    found: list[Any] = []
    for question in asked:
        value = kind.read(question.reference, form)
        if not any(kind.compare(other, value, form).is_equal for other in found):
            found.append(value)
    return len(found)


def _problems_of_dependence(references: list[Reference]) -> list[str]:
    """A question that depends on the world differs on at least four of five worlds."""
    problems = []
    for name, question in references[0].questions.items():
        if KINDS[question.kind].is_marked_by_a_person:
            continue
        values = [reference.questions[name] for reference in references]
        different = _different(values)
        if question.depends_on_world and different < 0.8 * len(values):
            problems.append(
                f"{name}: it should depend on the world, but {len(values)} worlds give "
                f"{different} different answers."
            )
        if not question.depends_on_world and different > 1:
            problems.append(f"{name}: it should not depend on the world, but it does.")
    return problems


def _problems_of_credit(references: list[Reference]) -> list[str]:
    """A named mistake costs little of what the same answer would earn without its name."""
    problems = []
    for name, question in references[0].questions.items():
        if not KINDS[question.kind].has_partial_credit:
            continue
        unpaid: dict[str, list[float]] = {}
        for reference in references:
            for sentence, share in _unpaid_shares(reference.questions[name]):
                unpaid.setdefault(sentence, []).append(share)
        for sentence, shares in unpaid.items():
            if min(shares) > MOST_UNPAID_SHARE:
                problems.append(
                    f"{name}: the mistake ({sentence[:50]}) has more of the answer right than it "
                    f"earns, by {min(shares):.2f} of the points. Give it credit=."
                )
    return problems


def _unpaid_shares(question: Question) -> list[tuple[str, float]]:
    """Return, for each named mistake, its sentence and its share that is right and not paid."""
    kind = KINDS[question.kind]
    truth = kind.read(question.reference, question.form)
    found = []
    for mistake in question.mistakes:
        value = kind.read(mistake.value, question.form)
        share = kind.compare(truth, value, question.form).share
        found.append((mistake.sentence, share - mistake.credit))
    return found
