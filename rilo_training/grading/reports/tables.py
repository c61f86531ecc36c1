"""The tables for a spreadsheet: ``results.csv`` and ``gradebook.csv``. Every text stays a text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from rilo_training.grading.store.result import Result

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
# What begins a formula, also in the wide and small forms of East Asian keyboards.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
# A program that takes another separator, or breaks a cell at a line end, starts a cell there too.
_RISKY = re.compile(
    rf"\A(?=[\t\r\n]|[\s\u200b\ufeff\"]*[{_SIGNS}])"
    rf"|(?<=[;\t\r\n])(?=(?:[^\S\t\r\n]|[\u200b\ufeff\"])*[{_SIGNS}])"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def results_csv(results: Iterable[Result]) -> str:
    """Return the text of ``results.csv``: one row per participant, unit and question.

    Examples
    --------
    >>> results_csv([]).startswith("participant,unit,question,verdict,points,out_of")
    True
    """
    rows = (
        {
            **{name: getattr(result, name) for name in RESULT_COLUMNS},
            "points": "" if result.points is None else number_cell(result.points),
            "out_of": number_cell(result.out_of),
            "rehearsal": "yes" if result.rehearsal else "no",
        }
        for result in results
    )
    return _csv(RESULT_COLUMNS, rows)


def gradebook_csv(results: Sequence[Result]) -> str:
    """Return the text of ``gradebook.csv``: one row per participant and unit.

    Parameters
    ----------
    results
        The results that count. Of several attempts at a unit, the newest is taken.
    """
    rows = []
    for (participant, unit, _), found in by_attempt(newest_attempts(results)).items():
        score = number_cell(sum(result.points or 0 for result in found))
        rows.append(
            {
                "assignment": unit,
                "duedate": "",
                "timestamp": found[0].at,
                "student_id": participant,
                "last_name": "",
                "first_name": "",
                "email": "",
                "raw_score": score,
                "late_submission_penalty": "0",
                "score": score,
                "max_score": number_cell(sum(result.out_of for result in found)),
            }
        )
    return _csv(GRADEBOOK_COLUMNS, rows)


def by_attempt(results: Iterable[Result]) -> dict[tuple[str, str, int], list[Result]]:
    """Return results by participant, unit and attempt, in the order in which they come."""
    found: dict[tuple[str, str, int], list[Result]] = {}
    for result in results:
        place = (result.participant, result.unit, result.attempt)
        found.setdefault(place, []).append(result)
    return found


def newest_attempts(results: Sequence[Result]) -> list[Result]:
    """Return the results of the newest attempt of each participant at each unit, in their order."""
    newest: dict[tuple[str, str], int] = {}
    for result in results:
        place = (result.participant, result.unit)
        newest[place] = max(newest.get(place, 0), result.attempt)
    return [r for r in results if r.attempt == newest[(r.participant, r.unit)]]


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: as_text_cell(value) for name, value in row.items()})
    return text.getvalue()


def number_cell(value: float) -> str:
    """Return a number for a table: a point before the digits, at most six of them.

    Examples
    --------
    >>> number_cell(2.0), number_cell(4 / 3), number_cell(1234567.5)
    ('2', '1.333333', '1234567.5')
    """
    return f"{round(value, 6) + 0.0:.15g}"  # and never "-0"


def as_text_cell(value: object) -> str:
    """Return a value that a spreadsheet shows as text and never runs as a formula.

    Parameters
    ----------
    value
        A text or a number. A number stays as it is.

    Returns
    -------
    str
        The text. An apostrophe is put before the text, and after a semicolon, a tab or a line end
        in it, wherever a sign follows that could begin a formula. Control characters, which no
        spreadsheet can show, become the character that stands for what cannot be shown.

    Examples
    --------
    >>> as_text_cell("=1+1"), as_text_cell("a;  @b"), as_text_cell("anna"), as_text_cell(-2)
    ("'=1+1", "a;'  @b", 'anna', '-2')
    """
    if not isinstance(value, str):
        return str(value)
    return _RISKY.sub("'", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value))
