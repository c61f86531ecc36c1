"""The demonstration: four invented participants, graded on a world that nobody has seen."""

from __future__ import annotations

import argparse
import copy
import csv
import re
import sqlite3
import sys
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from rilo_training.answers import Plain
from rilo_training.course.manifest import CourseError, Programme, load_programme
from rilo_training.course.material import build_material, practice_key
from rilo_training.course.notebook import (
    notebook_text,
    participant_copy,
    question_of,
    read_notebook,
    role_of,
)
from rilo_training.files import write_text
from rilo_training.grading.grade import grade
from rilo_training.grading.publish import current_results
from rilo_training.grading.reports.report import cohort_table
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.policy import counting_results
from rilo_training.grading.store.result import Result
from rilo_training.kernels import RunFailed
from rilo_training.learn.session import check_calls

COHORT = Path("examples") / "cohort"
COPIED_TEXT = "The text of a colleague, typed in."
_MARK = re.compile(r"^# %% (q\d+)(?: ([a-z-]+))?[ \t]*$", re.MULTILINE)


def main(words: list[str] | None = None) -> int:
    """Build copies, lay in the sample answers, grade, and say where the report is."""
    parser = argparse.ArgumentParser(prog="run.py demo", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path("out") / "demo")
    out: Path = parser.parse_args(words).out
    try:
        programme = load_programme()
        submissions = out / "submissions"
        written = write_submissions(programme, submissions, _say)
        _say(f"{written} submissions are in {submissions}")
        summary = grade(programme, submissions, out / "store", say=_say)
        results = current_results(programme, Store(out / "store"))
    except (CourseError, RunFailed, OSError, sqlite3.Error) as reason:
        print(f"demo: {reason}", file=sys.stderr)
        return 2
    print()
    print(cohort_table(counting_results(results, programme.attempts)))
    for problem in summary.problems:
        print(f"Problem: {problem}")
    surprises = unexpected(results, expected_verdicts(programme.root / COHORT))
    for surprise in surprises:
        print(f"Not as expected: {surprise}")
    print(summary.isolation)
    print(f"Cohort report: {out / 'store' / 'cohort_report.html'}")
    print(f"Feedback:      {out / 'store' / 'feedback'}")
    return 1 if surprises or summary.problems else 0


def write_submissions(
    programme: Programme,
    folder: Path,
    say: Any = lambda line: None,
    units: Container[str] | None = None,
) -> int:
    """Lay the answers of the sample cohort into fresh copies. Return how many were written.

    Parameters
    ----------
    programme
        The course.
    folder
        Where the submissions are written.
    say
        Called with a line at each step.
    units
        Only these units; without it, all that the cohort answered.
    """
    material = build_material(programme, programme.root / "build" / "material", say=say)
    written = 0
    for path in sorted((programme.root / COHORT).glob("*/*.py")):
        if units is not None and path.stem not in units:
            continue
        unit = programme.unit(path.stem)
        blank = participant_copy(read_notebook(programme.notebook(unit)))
        key = practice_key(material, programme, unit)
        values = {name: question.reference for name, question in key.items()}
        made = lay_in(blank, path.read_text(encoding="utf-8"), values)
        write_text(folder / path.parent.name / unit.file, notebook_text(made))
        written += 1
    return written


def lay_in(blank: NotebookNode, answers: str, practice: Mapping[str, Plain]) -> NotebookNode:
    """Return a copy with the answers of a sample participant in it.

    Parameters
    ----------
    blank
        A participant's copy.
    answers
        The text of a sample file; ``examples/cohort/README.md`` explains its marks.
    practice
        The practice value of each question, for answers that are typed in.
    """
    made = copy.deepcopy(blank)
    marks = list(_MARK.finditer(answers))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        code = answers[mark.end() : following.start() if following else None].strip()
        question, how = mark[1], mark[2] or ""
        place = _place(made, question, "answer")
        if how == "own":
            # With an id drawn at random the file would be another one at each call.
            name = f"{question}-own-{mark.start()}"
            made.cells.insert(place, nbformat.v4.new_code_cell(code, id=name))
        elif how == "delete-check":
            del made.cells[_place(made, question, "check")]
        elif how == "as-text":
            text = nbformat.v4.new_markdown_cell(code, id=made.cells[place].id)
            made.cells[place] = text
        elif how == "typed-in":
            made.cells[place]["source"] = _typed_in(made, question, practice[question])
        else:
            made.cells[place]["source"] = code
    return made


def _typed_in(notebook: NotebookNode, question: str, value: Plain) -> str:
    """Return code that assigns a value as a person would type it."""
    check = notebook.cells[_place(notebook, question, "check")].source
    name = check_calls(check)[question]
    if value["type"] == "chart":
        return _typed_chart(name, value)
    if value["type"] == "table":
        columns = dict(zip(value["columns"], zip(*value["rows"], strict=True), strict=True))
        literal = {column: list(values) for column, values in columns.items()}
        return f"{name} = pd.DataFrame({literal!r})"
    if value.get("value") == "":  # a practice key holds no text of a written answer
        return f"{name} = {COPIED_TEXT!r}"
    return f"{name} = {value.get('value', value.get('items'))!r}"


def _typed_chart(name: str, chart: Plain) -> str:
    """Return code that draws the numbers of a chart, as a person would copy them from it."""
    (panel,) = chart["panels"]
    lines = []
    for series in panel["series"]:
        places, *others = zip(*series["points"], strict=True)
        numbers = list(others[-1])
        if series["mark"] == "heat map":
            rows = {"x": list(places), "y": list(others[0]), "value": numbers}
            lines.append(f"rows = pd.DataFrame({rows!r})")
            lines.append('sns.heatmap(rows.pivot(index="y", columns="x", values="value"))')
        elif series["mark"] == "line":
            lines.append(f"plt.plot({list(places)!r}, {numbers!r}, label={series['name']!r})")
            lines.append("plt.legend()")
        else:
            lines.append(
                f"plt.{'barh' if series['flipped'] else 'bar'}({list(places)!r}, {numbers!r})"
            )
    return "\n".join([*lines, f"{name} = plt.gca()", "plt.show()"])


def _place(notebook: NotebookNode, question: str, role: str) -> int:
    for place, cell in enumerate(notebook.cells):
        if "rilo" in cell.metadata and (question_of(cell), role_of(cell)) == (question, role):
            return place
    raise CourseError(f"The sample cohort speaks of {question}, which has no {role} cell.")


def expected_verdicts(folder: Path) -> dict[tuple[str, str, str], str]:
    """Return the verdict that each sample answer must get."""
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["participant"], row["unit"], row["question"]): row["verdict"] for row in rows}


def unexpected(results: list[Result], expected: Mapping[tuple[str, str, str], str]) -> list[str]:
    """Return a sentence for each verdict that is missing or not as expected."""
    found = {(r.participant, r.unit, r.question): r.verdict for r in results}
    return [
        f"{' '.join(place)}: expected {verdict}, found {found.get(place, 'nothing')}."
        for place, verdict in expected.items()
        if found.get(place) != verdict
    ]


def _say(line: str) -> None:
    print(f"  {line} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
