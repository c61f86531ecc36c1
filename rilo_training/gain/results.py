"""The two result files, for a spreadsheet: every answer that was entered, and every mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from rilo_training.gain.records import Entry, Mark, Script, TestWorld
from rilo_training.gain.standing import judge
from rilo_training.grading.marking.listing import as_text

RESULT_COLUMNS = (
    "participant",
    "occasion",
    "form",
    "world_id",
    "item",
    "tag",
    "competence",
    "group",
    "is_control",
    "answer",
    "sure",
    "is_right",
    "misconception",
    "entered_by",
    "entered_at",
)
TASK_COLUMNS = (
    "script_code",
    "participant",
    "occasion",
    "form",
    "world_id",
    "criterion",
    "points",
    "marker",
    "marked_at",
)


def results_text(entries: Iterable[Entry], worlds: Mapping[str, TestWorld]) -> str:
    """Return one row for each item of each entry, oldest first.

    ``is_right`` is empty where no letter from a to d was given.
    """
    rows = []
    for entry in entries:
        about = (entry.participant, entry.occasion, entry.form, entry.world_id)
        for one in judge(entry, worlds[entry.occasion].exams[entry.form].keys):
            key = one.key
            place = (key.number, key.tag, key.competence, key.group, _yes(key.is_control))
            right = _yes(one.is_right) if one.is_answered else ""
            said = (one.answer, one.sure, right, one.misconception)
            rows.append((*about, *place, *said, entry.entered_by, entry.at))
    return table_text(RESULT_COLUMNS, rows)


def task_text(
    marks: Iterable[Mark], scripts: Mapping[str, Script], sat: Mapping[tuple[str, str], Entry]
) -> str:
    """Return one row for each mark of each script, oldest first.

    Parameters
    ----------
    marks
        Every mark.
    scripts
        Whose script a code stands for.
    sat
        What counts of each participant and occasion.
    """
    rows = []
    for mark in marks:
        script = scripts[mark.code]
        entry = sat.get((script.participant, script.occasion))
        about = (entry.form, entry.world_id) if entry else ("", "")
        who = (mark.code, script.participant, script.occasion, *about)
        rows.append((*who, mark.criterion, f"{mark.points:g}", mark.marker, mark.at))
    return table_text(TASK_COLUMNS, rows)


def table_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV table whose texts stay texts in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _yes(value: bool) -> str:
    return "yes" if value else "no"
