"""The performance task: a blind sheet for the marker, and taking it back.

A row has a script code and no name, no date and no earlier mark. The codes are drawn, so the order
of the rows says nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rilo_training.gain.bank import Criterion
from rilo_training.gain.intake import TASK_PARTS
from rilo_training.gain.records import Entry, Mark, Script, TestWorld
from rilo_training.gain.results import table_text
from rilo_training.gain.typed import decoded
from rilo_training.grading.marking.listing import as_written
from rilo_training.grading.marking.sheet import clean

ON_PAPER = "(on paper)"
ONE_IN = 3
"""A second person marks one script in three."""
LARGE_DIFFERENCE = 1
"""Two markers who differ by more points than this talk about the script."""
_TOLD = ("script_code", "second_reading", "conveyance", "right_cases", "half_for", "right_country")


@dataclass
class Marked:
    """Marks that can be taken, and what cannot, in sentences."""

    marks: list[Mark] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def sheet_text(
    scripts: Mapping[str, Script],
    sat: Mapping[tuple[str, str], Entry],
    worlds: Mapping[str, TestWorld],
    criteria: Sequence[Criterion],
) -> str:
    """Return the sheet: one row for each script of somebody whose answers were entered.

    Parameters
    ----------
    scripts
        The scripts by their code.
    sat
        What counts of each participant and occasion.
    worlds
        The test of each occasion.
    criteria
        The rubric.
    """
    rows: list[Sequence[object]] = []
    for code in sorted(scripts):
        script = scripts[code]
        entry = sat.get((script.participant, script.occasion))
        if entry is None:
            continue
        task = worlds[entry.occasion].exams[entry.form].task
        again = "yes" if len(rows) % ONE_IN == 0 else "no"
        told = (code, again, task.conveyance, task.cases, task.rows, task.departure)
        written = [clean(entry.task.get(part, "")) for part in TASK_PARTS]
        texts = written if any(written) else [ON_PAPER, "", "", ""]
        rows.append((*told, *texts, *("" for _ in criteria), ""))
    names = [f"points: {criterion.name}" for criterion in criteria]
    written_columns = [f"written: {part}" for part in TASK_PARTS]
    return table_text((*_TOLD, *written_columns, *names, "marker"), rows)


def read_sheet(
    content: bytes, known: Mapping[str, Script], criteria: Sequence[Criterion]
) -> Marked:
    """Read a sheet that came back. The marks of a script are taken whole or not at all.

    Parameters
    ----------
    content
        The bytes of the file.
    known
        The scripts by their code.
    criteria
        The rubric.
    """
    found = Marked()
    text = decoded(content)
    if text is None:
        found.problems.append("The sheet is no text. Save it as CSV, and give it back.")
        return found
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max((";", "\t", ","), key=first.count)
    columns = {criterion.id: f"points: {criterion.name}".casefold() for criterion in criteria}
    try:
        every = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        rows = [cells for cells in every if any(cell.strip() for cell in cells)]
    except csv.Error as reason:
        found.problems.append(f"The sheet is not a table: {reason}. Save it as CSV again.")
        return found
    names = [" ".join(cell.split()).casefold() for cell in rows[0]] if rows else []
    if missing := {"script_code", "marker", *columns.values()} - set(names):
        found.problems.append(
            f"The sheet has no column {sorted(missing)[0]!r}. Give back the sheet that rilo wrote."
        )
        return found
    for cells in rows[1:]:
        row = dict(zip(names, (as_written(cell.strip()) for cell in cells), strict=False))
        _take_row(row, columns, known, criteria, found)
    return found


def _take_row(
    row: Mapping[str, str],
    columns: Mapping[str, str],
    known: Mapping[str, Script],
    criteria: Sequence[Criterion],
    found: Marked,
) -> None:
    typed = {criterion.id: row.get(columns[criterion.id], "") for criterion in criteria}
    if not any(typed.values()):
        return  # nobody marked it yet
    code, marker = row.get("script_code", ""), row.get("marker", "")
    if code not in known:
        found.problems.append(f"{code[:20]!r} is no script code of this store.")
        return
    problems = [] if marker else [f"{code}: the name of the marker is missing."]
    marks = []
    for criterion in criteria:
        points = _points(typed[criterion.id])
        if points not in criterion.possible:
            choices = ", ".join(f"{one:g}" for one in criterion.possible)
            problems.append(
                f"{code}, {criterion.name}: found {typed[criterion.id][:20]!r}. Expected one of: "
                f"{choices}."
            )
        else:
            marks.append(Mark(code, criterion.id, points, marker[:80]))
    found.problems += problems
    if not problems:
        found.marks += marks


def _points(text: str) -> float:
    """Return points as typed, with a comma or a point; what is no number becomes -1."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0


def newest_marks(marks: Sequence[Mark]) -> dict[str, dict[str, dict[str, Mark]]]:
    """Return the marks that count by code, by marker, the first one first, and by criterion."""
    found: dict[str, dict[str, dict[str, Mark]]] = {}
    for mark in marks:
        found.setdefault(mark.code, {}).setdefault(mark.marker, {})[mark.criterion] = mark
    return found


def new_marks(given: Sequence[Mark], before: Sequence[Mark]) -> list[Mark]:
    """Return the marks that differ from what the same marker gave last."""
    last = {(one.code, one.criterion, one.marker): one.points for one in before}
    return [one for one in given if last.get((one.code, one.criterion, one.marker)) != one.points]


def to_talk_over(marks: Sequence[Mark]) -> list[str]:
    """Return a sentence for each script on which two markers differ by more than a point."""
    sentences = []
    for code, by_marker in sorted(newest_marks(marks).items()):
        sums = {
            marker: sum(mark.points for mark in own.values()) for marker, own in by_marker.items()
        }
        if sums and max(sums.values()) - min(sums.values()) > LARGE_DIFFERENCE:
            names = " and ".join(sums)
            sentences.append(f"Script {code}: {names} differ by more than one point. Talk it over.")
    return sentences
