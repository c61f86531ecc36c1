"""Write what people read: result tables, feedback pages, the cohort report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from rilo_training.course.manifest import Programme
from rilo_training.files import write_text
from rilo_training.grading.reports.cohort import NEWEST_COUNTS, cohort_page
from rilo_training.grading.reports.evidence import executed_text
from rilo_training.grading.reports.feedback import feedback_page
from rilo_training.grading.reports.standing import points_of
from rilo_training.grading.reports.tables import (
    by_attempt,
    gradebook_csv,
    newest_attempts,
    results_csv,
)
from rilo_training.grading.store.result import Result
from rilo_training.grading.submissions import printable

__all__ = ["cohort_table", "executed_text", "write_reports"]


class Places(Protocol):
    """What is asked of a store: its folder, and where each file of a participant stands."""

    folder: Path

    def place(self, room: str, participant: str, unit: str, attempt: int) -> Path:
        """Return the place of a file in ``executed`` or ``feedback``."""


def write_reports(
    programme: Programme,
    store: Places,
    results: Sequence[Result],
    changed: Collection[tuple[str, str]] | None = None,
    *,
    counting: Sequence[Result] | None = None,
    policy: str = NEWEST_COUNTS,
) -> list[str]:
    """Write all reports. A file that cannot be written gives a sentence; the others are written.

    A file that already holds what it should hold is not touched.

    Parameters
    ----------
    programme
        The course.
    store
        The instructor's store.
    results
        The newest results of every attempt, in the order of participant, unit and question.
    changed
        The pairs of participant and unit whose feedback may be another one now; without it, all
        of them. Tables and the cohort report are always written: they are about everybody.
    counting
        The results of the attempts that count; without it, those of the newest attempts.
    policy
        Which attempt counts, in a sentence for the cohort report.

    Returns
    -------
    list of str
        A sentence for each file that could not be written.
    """
    if counting is None:
        counting = newest_attempts(results)

    def page_of(result: Result) -> Path:
        return store.place("feedback", result.participant, result.unit, result.attempt)

    def link(result: Result) -> str:
        return page_of(result).relative_to(store.folder).as_posix()

    cohort = cohort_page(programme, results, counting, policy, link)
    problems = [
        _written(store, store.folder / "results.csv", results_csv(results), "utf-8-sig"),
        _written(store, store.folder / "gradebook.csv", gradebook_csv(counting), "utf-8-sig"),
        _written(store, store.folder / "cohort_report.html", cohort),
    ]
    for (participant, unit, attempt), found in by_attempt(results).items():
        if changed is None or (participant, unit) in changed:
            executed = store.place("executed", participant, unit, attempt)
            page = feedback_page(programme, found, executed)
            problems.append(_written(store, page_of(found[0]), page))
    return [problem for problem in problems if problem]


def _written(store: Places, path: Path, text: str, encoding: str = "utf-8") -> str:
    """Write a file where it would change; return a sentence where that is not possible."""
    try:
        if not path.is_file() or path.read_bytes() != text.encode(encoding, "replace"):
            write_text(path, text, encoding)
    except OSError as reason:
        name = path.relative_to(store.folder).as_posix()
        return (
            f"{name} could not be written ({reason.strerror}). Close it if it is open "
            "in another program, and grade again: the results are safe in the history."
        )
    return ""


def cohort_table(results: Sequence[Result]) -> str:
    """Return the cohort as plain text: participants by questions, each with its verdict.

    The points of a participant stand in the last column.
    """
    units: dict[str, dict[str, dict[str, Result]]] = {}
    for result in results:
        people = units.setdefault(result.unit, {})
        people.setdefault(result.participant, {})[result.question] = result
    lines = []
    for unit, people in units.items():
        questions = list(dict.fromkeys(q for own in people.values() for q in own))
        rows = [["participant", *questions, "points"]]
        for name, own in people.items():
            verdicts = (own[q].verdict if q in own else "-" for q in questions)
            rows.append([printable(name), *verdicts, points_of(list(own.values()))])
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines.append(unit)
        for row in rows:
            aligned = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(aligned).rstrip())
        lines.append("")
    return "\n".join(lines)
