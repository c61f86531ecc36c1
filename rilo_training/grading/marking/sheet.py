"""The rows of the marking sheet as plain data, whatever file they are written into.

A row is known by its id alone. Names, numbers and texts that a spreadsheet program changed on
the way do no harm: what the row was written for stands in the store.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rilo_training.course.rubric import Rubric
from rilo_training.files import whole_text
from rilo_training.grading.marking.marks import (
    Mark,
    Rubrics,
    mark_of,
    newest_mark,
    prepare_history,
    text_digest,
)
from rilo_training.grading.store.result import Result

MOST_CHARACTERS = 32_000  # a cell of Excel holds 32,767, in units of UTF-16
RUBRIC, COMMENTS = "rubric", "comments"  # the sheets beside those of the questions
WORDS_ROW = "words"  # stands for the id in the row of a sheet that repeats the levels
_TABLES = {
    "sheet_rows": """
        id TEXT PRIMARY KEY, at TEXT NOT NULL,
        participant TEXT NOT NULL, unit TEXT NOT NULL, question TEXT NOT NULL,
        attempt INTEGER NOT NULL, rehearsal TEXT NOT NULL, text TEXT NOT NULL,
        rubric TEXT NOT NULL, levels TEXT NOT NULL, comment TEXT NOT NULL, marker TEXT NOT NULL"""
}
# XML and spreadsheets hold no control characters but tab and line feed.
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Row:
    """One answer on the sheet.

    Parameters
    ----------
    mark
        The answer, and what counts for it now; ``mark.row`` is the id of the row.
    rubric
        The rubric of the question.
    answer
        The text of the participant, cut where a cell cannot hold it.
    found
        What the machine found.
    again
        Why the answer waits although it was marked; empty where it was not, or the mark counts.
    earlier
        What was given before, where it does not count: in sentences.
    """

    mark: Mark
    rubric: Rubric
    answer: str
    found: str
    again: str = ""
    earlier: str = ""


def clean(text: str) -> str:
    """Return a text as a cell of any spreadsheet can hold it: no control characters.

    Examples
    --------
    >>> clean(chr(7) + "two" + chr(13) + chr(10) + "lines").splitlines()
    ['two', 'lines']
    """
    text = whole_text(text).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_A_CELL.sub("", text)


def fits_a_cell(text: str) -> bool:
    """Whether a cell of Excel can hold a text."""
    return len(text.encode("utf-16-le", "replace")) // 2 <= MOST_CHARACTERS


def cut(text: str, rest: str) -> str:
    """Return a text that a cell can hold; where it is too long, with a sentence at its end."""
    if fits_a_cell(text):
        return text
    # Characters outside of the basic plane take two units; so half is always short enough.
    kept = text[:MOST_CHARACTERS]
    kept = kept if fits_a_cell(kept) else kept[: MOST_CHARACTERS // 2]
    return f"{kept}\n[The text goes on. {rest}]"


def rows_of(
    results: Sequence[Result], marks: Sequence[Mark], rubrics: Rubrics, history: sqlite3.Connection
) -> list[Row]:
    """Return the rows of the sheet: each written answer that waits for a mark or has one.

    Parameters
    ----------
    results
        The newest results, before or after the marks were added to them.
    marks
        All marks, oldest first.
    rubrics
        The rubric of each unit and question.
    history
        The database of the store: it remembers what each row was written for.
    """
    by_answer: dict[tuple[str, str, str], list[Mark]] = {}
    for mark in marks:
        by_answer.setdefault((mark.participant, mark.unit, mark.question), []).append(mark)
    rows = []
    for result in results:
        rubric = rubrics.get((result.unit, result.question))
        if rubric is None or not (result.verdict == "to_mark" or result.criteria):
            continue
        own = by_answer.get((result.participant, result.unit, result.question), [])
        again, earlier = _earlier(result, own, rubric)
        rows.append(
            Row(
                mark=_counting(result, own, rubric),
                rubric=rubric,
                answer=cut(clean(result.answer), "The whole text is on the feedback page."),
                found=cut(clean(result.diagnosis), ""),
                again=again,
                earlier=cut(clean(f"{again} {earlier}".strip()), ""),
            )
        )
    return _with_ids(rows, history)


def _counting(result: Result, marks: Sequence[Mark], rubric: Rubric) -> Mark:
    """Return the mark that counts for the text of a result, or an empty one."""
    empty = Mark(
        participant=result.participant,
        unit=result.unit,
        question=result.question,
        attempt=result.attempt,
        rehearsal=result.rehearsal,
        text=text_digest(result.answer),
        rubric=rubric.digest,
    )
    found = newest_mark(marks, result)
    if found is None or found.rubric != rubric.digest:
        return empty
    return replace(empty, levels=found.levels, comment=found.comment, marker=found.marker)


def _earlier(result: Result, marks: Sequence[Mark], rubric: Rubric) -> tuple[str, str]:
    """Return why a marked answer waits again, and what was given before."""
    counting = newest_mark(marks, result)
    if not marks or (counting is not None and counting.rubric == rubric.digest):
        return "", ""
    here = [mark for mark in marks if mark.attempt == result.attempt]
    if counting is not None:
        last = counting
        again = "The criteria were changed after this was marked. Mark it again."
    elif here:
        last = here[-1]
        again = "The text was changed after it was marked. Mark it again."
    else:
        last, again = marks[-1], ""
    names = {criterion.id: criterion.name for criterion in rubric.criteria}
    gone = {key: key for key in last.levels if key not in names}
    given = {name: last.levels[key] for key, name in (names | gone).items() if key in last.levels}
    levels = ", ".join(f"{name} {letter}" for name, letter in given.items())
    attempt = "" if here else f" of attempt {last.attempt}"
    return again, f"Earlier mark{attempt}: {levels or 'no level'}. {last.comment}".strip()


def waiting_notes(rows: Sequence[Row]) -> list[str]:
    """Say which answers wait although somebody has marked them, and why.

    Parameters
    ----------
    rows
        From :func:`rows_of`.
    """
    notes = []
    for row in rows:
        mark = row.mark
        missing = [c.name for c in row.rubric.criteria if c.id not in mark.levels]
        if row.again:
            notes.append(f"{who(mark)}: {row.again}")
        elif missing and not mark.is_empty:
            notes.append(f"{who(mark)}: no mark yet for {', '.join(missing)}. It still waits.")
    return notes


def who(mark: Mark) -> str:
    """Return which answer a mark is for, in words."""
    return f"{clean(mark.participant)}, {mark.unit} {mark.question}, attempt {mark.attempt}"


def _with_ids(rows: Sequence[Row], history: sqlite3.Connection) -> list[Row]:
    """Give each row its id, the same one as long as nothing in it changes."""
    known = {_content(mark): row_id for row_id, mark in written_rows(history).items()}
    made = []
    with history:
        for row in rows:
            row_id = known.get(_content(row.mark))
            if row_id is None:
                row_id = f"R{secrets.token_hex(6)}"
                levels, comment, marker = row.mark.given
                history.execute(
                    f"INSERT INTO sheet_rows VALUES ({', '.join('?' * 12)})",
                    (
                        row_id,
                        datetime.now(UTC).isoformat(timespec="seconds"),
                        *row.mark.answer,
                        row.mark.text,
                        row.mark.rubric,
                        json.dumps(dict(levels)),
                        comment,
                        marker,
                    ),
                )
            made.append(replace(row, mark=replace(row.mark, row=row_id)))
    return made


def _content(mark: Mark) -> tuple[object, ...]:
    return (mark.answer, mark.text, mark.rubric, mark.given)


def written_rows(history: sqlite3.Connection) -> dict[str, Mark]:
    """Return every row that this store ever wrote, by its id, as it stood then."""
    prepare_history(history, _TABLES)
    rows = history.execute(
        "SELECT participant, unit, question, attempt, rehearsal, text, rubric, levels, comment, "
        "marker, id, at FROM sheet_rows"
    )
    return {mark.row: mark for mark in map(mark_of, rows)}
