"""Write what people read: result tables, feedback pages, the cohort report."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from rilo_training.answers import VERDICTS
from rilo_training.course.manifest import Programme
from rilo_training.files import safe_name, write_text
from rilo_training.grading.record import Store
from rilo_training.grading.result import Result
from rilo_training.grading.submissions import printable

RESULT_COLUMNS = (
    "participant",
    "unit",
    "question",
    "verdict",
    "points",
    "out_of",
    "diagnosis",
    "competence",
    "attempt",
    "isolation",
    "rehearsal",
)
# The columns of nbgrader's CSV export, so that an institution can read the file as it is used to.
GRADEBOOK_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_OUTPUT = 3_000


def write_reports(programme: Programme, store: Store, results: Sequence[Result]) -> list[str]:
    """Write all reports. A file that cannot be written gives a sentence; the others are written.

    Parameters
    ----------
    programme
        The course.
    store
        The instructor's store.
    results
        The newest results, in the order of participant, unit and question.

    Returns
    -------
    list of str
        A sentence for each file that could not be written.
    """
    pages: list[tuple[Path, str, str]] = [
        (store.folder / "results.csv", results_csv(results), "utf-8-sig"),
        (store.folder / "gradebook.csv", gradebook_csv(results), "utf-8-sig"),
        (store.folder / "cohort_report.html", cohort_page(programme, results), "utf-8"),
    ]
    for (participant, unit), found in _grouped(results).items():
        place = store.folder / "feedback" / safe_name(participant) / f"{unit}.html"
        executed = store.folder / "executed" / safe_name(participant) / f"{unit}.ipynb"
        pages.append((place, feedback_page(programme, found, executed), "utf-8"))
    problems = []
    for path, text, encoding in pages:
        try:
            write_text(path, text, encoding)
        except OSError as reason:
            problems.append(
                f"{path.relative_to(store.folder).as_posix()} could not be written "
                f"({reason.strerror}). Close it if it is open "
                "in another program, and grade again: the results are safe in the history."
            )
    return problems


def results_csv(results: Iterable[Result]) -> str:
    """Return the text of ``results.csv``: one row per participant, unit and question."""
    rows = [
        {
            **{name: getattr(result, name) for name in RESULT_COLUMNS},
            "points": "" if result.points is None else f"{result.points:g}",
            "out_of": f"{result.out_of:g}",
            "rehearsal": "yes" if result.rehearsal else "no",
        }
        for result in results
    ]
    return _csv(RESULT_COLUMNS, rows)


def gradebook_csv(results: Sequence[Result]) -> str:
    """Return the text of ``gradebook.csv``: one row per participant and unit."""
    rows = []
    for (participant, unit), found in _grouped(results).items():
        score = sum(result.points or 0 for result in found)
        rows.append(
            {
                "assignment": unit,
                "duedate": "",
                "timestamp": found[0].at,
                "student_id": participant,
                "last_name": "",
                "first_name": "",
                "email": "",
                "raw_score": f"{score:g}",
                "late_submission_penalty": "0",
                "score": f"{score:g}",
                "max_score": f"{sum(result.out_of for result in found):g}",
            }
        )
    return _csv(GRADEBOOK_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: as_text_cell(value) for name, value in row.items()})
    return text.getvalue()


def as_text_cell(value: object) -> str:
    """Return a value that a spreadsheet shows as text and never runs as a formula.

    Examples
    --------
    >>> as_text_cell("=1+1"), as_text_cell(2)
    ("'=1+1", '2')
    """
    text = str(value)
    risky = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if isinstance(value, str) and risky else text


def cohort_table(results: Sequence[Result]) -> str:
    """Return the cohort as plain text: participants by questions, with points."""
    lines = []
    for unit in dict.fromkeys(result.unit for result in results):
        found = [result for result in results if result.unit == unit]
        questions = list(dict.fromkeys(result.question for result in found))
        names = list(dict.fromkeys(result.participant for result in found))
        rows = [["participant", *questions, "points"]]
        for name in names:
            own = {result.question: result for result in found if result.participant == name}
            rows.append(
                [
                    printable(name),
                    *(own[q].verdict if q in own else "-" for q in questions),
                    points_of(own),
                ]
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines.append(unit)
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        lines.append("")
    return "\n".join(lines)


def points_of(own: dict[str, Result]) -> str:
    """Return the points of one unit in words: ``12 of 16, 4 to mark``."""
    marked = [result for result in own.values() if result.verdict != "to_mark"]
    waiting = sum(result.out_of for result in own.values() if result.verdict == "to_mark")
    text = f"{sum(r.points or 0 for r in marked):g} of {sum(r.out_of for r in marked):g}"
    return f"{text}, {waiting:g} to mark" if waiting else text


def cohort_page(programme: Programme, results: Sequence[Result]) -> str:
    """Return the page of the cohort: verdicts, difficulty, and the mistakes that were made."""
    units = []
    for unit_id in dict.fromkeys(result.unit for result in results):
        found = [result for result in results if result.unit == unit_id]
        questions = list(dict.fromkeys(result.question for result in found))
        people = []
        for name in dict.fromkeys(result.participant for result in found):
            own = {result.question: result for result in found if result.participant == name}
            people.append(
                {
                    "name": name,
                    "cells": [own.get(q) for q in questions],
                    "points": points_of(own),
                    "page": f"feedback/{safe_name(name)}/{unit_id}.html",
                }
            )
        mistakes = Counter(
            (result.question, result.diagnosis) for result in found if result.verdict == "near_miss"
        )
        units.append(
            {
                "id": unit_id,
                "title": _title(programme, unit_id),
                "questions": questions,
                "people": people,
                "mistakes": [
                    {
                        "question": question,
                        "sentence": sentence,
                        "times": times,
                        "who": [
                            result.participant
                            for result in found
                            if (result.question, result.diagnosis) == (question, sentence)
                        ],
                    }
                    for (question, sentence), times in mistakes.most_common()
                ],
                "difficulty": _difficulty(found, questions),
            }
        )
    return _render(
        "cohort.html",
        units=units,
        verdicts=VERDICTS,
        levels=sorted({result.isolation for result in results}),
        rehearsal=any(result.rehearsal for result in results),
        competences=_competences(programme, results),
    )


def _title(programme: Programme, unit_id: str) -> str:
    """Return the title of a unit; its id where it was taken out of the course."""
    return next((unit.title for unit in programme.units if unit.id == unit_id), unit_id)


def _difficulty(found: Sequence[Result], questions: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for question in questions:
        asked = [r for r in found if r.question == question and r.verdict != "to_mark"]
        if asked:
            right = sum(result.verdict == "correct" for result in asked)
            rows.append({"question": question, "right": right, "of": len(asked)})
    return sorted(rows, key=lambda row: row["right"] / row["of"])


def _competences(programme: Programme, results: Sequence[Result]) -> dict[str, Any]:
    """Return the share of points by participant and competence, as text."""
    ids = sorted({result.competence for result in results})
    people = []
    for name in dict.fromkeys(result.participant for result in results):
        cells = []
        for competence in ids:
            own = [
                result
                for result in results
                if result.participant == name
                and result.competence == competence
                and result.points is not None
            ]
            out_of = sum(result.out_of for result in own)
            earned = sum(result.points or 0 for result in own)
            cells.append(f"{earned:g} of {out_of:g}" if own else "to mark")
        people.append({"name": name, "cells": cells})
    return {"names": [f"{c} {programme.competences[c]}" for c in ids], "people": people}


def feedback_page(programme: Programme, results: Sequence[Result], executed: Path) -> str:
    """Return the page of one participant and unit."""
    unit = {"id": results[0].unit, "title": _title(programme, results[0].unit)}
    cells = evidence_of(executed)
    return _render(
        "feedback.html",
        unit=unit,
        results=[{"result": result, "cells": cells.get(result.question, [])} for result in results],
        tasks=cells.get("tasks", {}),
        first=results[0],
        points=points_of({result.question: result for result in results}),
        verdicts=VERDICTS,
    )


def evidence_of(executed: Path) -> dict[str, Any]:
    """Return the participant's own cells by question: code, text output, charts.

    Charts are decoded and encoded again, so that nothing but a picture reaches the page.
    """
    try:
        content = json.loads(executed.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found: dict[str, Any] = {"tasks": {}}
    for cell in content.get("cells", []):
        rilo = cell.get("metadata", {}).get("rilo", {})
        question, role = rilo.get("question"), rilo.get("role")
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        if role == "task":
            found["tasks"][question] = source
        elif role == "answer" and question:
            texts, pictures = [], []
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                text = output.get("text") or data.get("text/plain") or ""
                texts.append(text if isinstance(text, str) else "".join(text))
                if "image/png" in data and (picture := safe_picture(data["image/png"])):
                    pictures.append(picture)
            shown = "\n".join(texts).strip()[:MOST_OUTPUT]
            found.setdefault(question, []).append(
                {"source": source, "output": shown, "pictures": pictures}
            )
    return found


def safe_picture(encoded: object) -> str:
    """Return a picture as base64 PNG, encoded again from its pixels; empty when it is none."""
    import base64

    from PIL import Image

    try:
        content = base64.b64decode(str(encoded))
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > 20_000_000:
                return ""
            again = io.BytesIO()
            picture.convert("RGB").save(again, "PNG", optimize=False)
    except Exception:  # it came from a submission; whatever is wrong with it, it is not shown
        return ""
    return base64.b64encode(again.getvalue()).decode("ascii")


def executed_text(notebook: NotebookNode) -> str:
    """Return the executed notebook as text, without what papermill notes about itself."""
    notebook.metadata.pop("papermill", None)
    notebook["cells"] = [
        cell
        for cell in notebook.cells
        if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _grouped(results: Iterable[Result]) -> dict[tuple[str, str], list[Result]]:
    """Return results by participant and unit; of several attempts, the newest."""
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        group = found.setdefault((result.participant, result.unit), [])
        if group and group[0].attempt != result.attempt:
            group.clear()
        group.append(result)
    return found


def _render(template: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rilo_training.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)
