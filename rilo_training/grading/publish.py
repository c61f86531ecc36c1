"""Write what a store has to say: tables, pages, the report; and close an attempt.

All is made from the history, so it can be made again at any time. Feedback pages are written at
once, for the instructor. The pages for participants, in ``released/``, are written when the
attempt closes; after that, only the same files can be graded again for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import groupby
from pathlib import Path

import rilo_training
from rilo_training.course.manifest import CourseError, Programme
from rilo_training.course.written import rubrics_of
from rilo_training.files import only_one, read_json, sha256_of, write_text
from rilo_training.grading.marking.marks import read_comments, read_marks, with_marks
from rilo_training.grading.marking.sheets import take_back, write_sheets
from rilo_training.grading.reports.feedback import feedback_page
from rilo_training.grading.reports.report import write_reports
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.history import read_code
from rilo_training.grading.store.policy import counting_results, policy_sentence
from rilo_training.grading.store.result import Result
from rilo_training.grading.submissions import participant_name, printable


def current_results(programme: Programme, store: Store) -> list[Result]:
    """Return the results of every attempt as they stand now, for all that is shown to people.

    Parameters
    ----------
    programme, store
        The course and the instructor's store.
    """
    rubrics = rubrics_of(programme)
    found = store.results(store.rehearsal())
    with store.history() as history:
        return with_marks(found, read_marks(history), rubrics, read_comments(history, rubrics))


def publish(programme: Programme, store: Store) -> list[str]:
    """Write the marking sheets, the tables, the pages and the report of a store.

    Marks that a person gave in the sheets are taken first. Pages are made again for those about
    whom something was added since the last time.

    Parameters
    ----------
    programme
        The course.
    store
        The instructor's store.

    Returns
    -------
    list of str
        A sentence for each file that could not be written.
    """
    # The last of several graders writes what all of them found, and nothing older.
    with only_one(store.folder / "running"):
        stamp = store.folder / "running" / "published.json"
        known = read_json(stamp)
        rubrics = rubrics_of(programme)
        with store.history() as history:
            problems = write_sheets(
                store.folder, history, store.results(store.rehearsal()), rubrics
            )
            comments = sha256_of(repr(read_comments(history, rubrics)))
        numbers = {
            **store.records.last_numbers(),
            "version": rilo_training.__version__,
            "comments": comments,
        }
        results = current_results(programme, store)
        changed = _changed(store, results, known)
        if known.get("comments") != comments:  # they stand on pages by their short codes
            changed |= {(r.participant, r.unit) for r in results if r.comment}
        problems += write_reports(
            programme,
            store,
            results,
            changed,
            counting=counting_results(results, programme.attempts),
            policy=policy_sentence(programme.attempts),
        )
        problems += _release(programme, store, results, changed)
        if not problems and numbers != known:
            write_text(stamp, json.dumps(numbers))
    return problems


def _changed(
    store: Store, results: Sequence[Result], known: dict[str, object]
) -> set[tuple[str, str]]:
    """Return the participants and units whose pages may be other ones now, or are not there."""
    attempts = {(r.participant, r.unit, r.attempt, r.is_released) for r in results}
    if known.get("version") != rilo_training.__version__:
        return {place[:2] for place in attempts}
    numbers = {name: n for name, n in known.items() if isinstance(n, int)}
    gone = {
        (participant, unit)
        for participant, unit, attempt, is_released in attempts
        for room in (("feedback", "released") if is_released else ("feedback",))
        if not store.place(room, participant, unit, attempt).is_file()
    }
    return store.records.changed_since(numbers) | gone


def _release(
    programme: Programme,
    store: Store,
    results: Sequence[Result],
    changed: Collection[tuple[str, str]],
) -> list[str]:
    """Write the pages for participants, of attempts that are closed."""
    problems = []
    for (participant, unit, attempt), group in groupby(
        results, key=lambda result: (result.participant, result.unit, result.attempt)
    ):
        found = list(group)
        if not found[0].is_released or (participant, unit) not in changed:
            continue
        executed = store.place("executed", participant, unit, attempt)
        page = store.place("released", participant, unit, attempt)
        try:
            write_text(page, feedback_page(programme, found, executed))
        except OSError as reason:
            problems.append(
                f"{page.relative_to(store.folder).as_posix()} could not be written "
                f"({reason.strerror}). Close it if it is open in another program, and close the "
                "attempt again."
            )
    return problems


def close_attempt(
    programme: Programme, folder: Path, unit: str, attempt: int
) -> tuple[str, list[str]]:
    """Close an attempt of a unit and release its feedback. Doing it again is harmless.

    Parameters
    ----------
    programme
        The course.
    folder
        The instructor's store.
    unit, attempt
        Which attempt.

    Returns
    -------
    (str, list of str)
        What was done, and a sentence for each file that could not be written.

    Raises
    ------
    CourseError
        When there is no such unit or store, or nothing of this attempt was graded.
    """
    programme.unit(unit)
    store = _existing(folder)
    people = store.records.newest(unit, attempt, store.rehearsal())
    if not people:
        raise CourseError(
            f"There are no results of {unit}, attempt {attempt}, in {folder}. Grade it first."
        )
    is_new = store.records.close(unit, attempt)
    problems = publish(programme, store)
    return (
        f"Attempt {attempt} of {unit} {'is closed' if is_new else 'was closed before'}. "
        f"Participants: {len(people)}. Their pages are in {folder / 'released'}.",
        problems,
    )


def take_marks(programme: Programme, folder: Path, sheet: Path | None) -> tuple[str, list[str]]:
    """Take the marks out of a sheet that an instructor filled in, and write the pages again.

    Parameters
    ----------
    programme
        The course.
    folder
        The instructor's store.
    sheet
        The file; without it, the sheets that stand in the store.

    Returns
    -------
    (str, list of str)
        What was taken, and a sentence for each thing that could not be used.

    Raises
    ------
    CourseError
        When the store holds no results.
    """
    store = _existing(folder)
    with store.history() as history:
        taken = take_back(folder, history, rubrics_of(programme), sheet)
    problems = [*taken.problems, *publish(programme, store)]
    waiting = sum(r.verdict == "to_mark" for r in current_results(programme, store))
    return (
        f"Marks taken: {taken.marks}. Comments taken: {taken.comments}. "
        f"Answers that still wait: {waiting}.",
        list(dict.fromkeys(problems)),
    )


def _existing(folder: Path) -> Store:
    """Return a store that holds results already."""
    if not (folder / "gradebook.sqlite").is_file():
        raise CourseError(
            f"The folder {folder} holds no results. Give the folder that `rilo grade` got as --out."
        )
    return Store(folder)


def record_receipt(
    programme: Programme, folder: Path, participant: str, unit: str, code: str, attempt: int
) -> str:
    """Record the receipt code that a participant noted down when they handed in.

    Parameters
    ----------
    programme
        The course.
    folder
        The instructor's store; made when it is not there, as receipts come before grading.
    participant, unit, attempt
        Whose receipt, and for what.
    code
        The code, in capital letters or not.

    Returns
    -------
    str
        What was recorded.

    Raises
    ------
    CourseError
        When there is no such unit, or the code is none.
    """
    programme.unit(unit)
    found = read_code(code)
    if found is None:
        raise CourseError(
            f"{printable(code)} is no receipt code. Expected a code such as RILO-2YB7-P2OP-RLIC. "
            "Compare it with what the participant noted down."
        )
    name = participant_name(participant)
    if not name:
        raise CourseError("The participant is missing. Give the id of the participant.")
    Store(folder).records.add_receipt(name, unit, attempt, found)
    return f"Recorded for {printable(name)}, {unit}, attempt {attempt}: {found}"
