"""The marks that people gave to written answers: kept for ever, the newest counts.

A mark belongs to a text, not to a run: grading the same text again keeps it, and a new text waits
for a new mark. Marks and re-usable comments are tables of the store's history. Rows are only
ever added to them.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from rilo_training.course.rubric import Rubric
from rilo_training.grading.store.database import append_only
from rilo_training.grading.store.result import Criterion, Result

Rubrics = Mapping[tuple[str, str], Rubric]
"""The rubric of each unit and question."""

_TABLES = {
    "marks": """
        mark INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        participant TEXT NOT NULL, unit TEXT NOT NULL, question TEXT NOT NULL,
        attempt INTEGER NOT NULL, rehearsal TEXT NOT NULL, text TEXT NOT NULL,
        rubric TEXT NOT NULL, levels TEXT NOT NULL, comment TEXT NOT NULL, marker TEXT NOT NULL,
        sheet_row TEXT NOT NULL""",
    "comments": """
        comment INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        code TEXT NOT NULL, words TEXT NOT NULL""",
}
_TEXT = "participant, unit, question, attempt, rehearsal, text"
_CODE = re.compile(r"#([A-Za-z][\w-]*)")


@dataclass(frozen=True)
class Mark:
    """What a person gave for one text.

    Parameters
    ----------
    participant, unit, question, attempt, rehearsal
        Which answer.
    text
        The digest of the text, from :func:`text_digest`.
    rubric
        The digest of the rubric that was applied.
    levels
        The letter for each criterion, by its id. A criterion without a letter is missing here.
    comment, marker
        What the person wrote, and who it was.
    row
        The row of the marking sheet.
    at
        When it was taken back, ISO 8601, UTC; empty until then.
    """

    participant: str
    unit: str
    question: str
    attempt: int
    rehearsal: str
    text: str
    rubric: str
    levels: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    marker: str = ""
    row: str = ""
    at: str = ""

    @property
    def answer(self) -> tuple[str, str, str, int, str]:
        """Which answer it is for, whatever the text."""
        return (self.participant, self.unit, self.question, self.attempt, self.rehearsal)

    @property
    def given(self) -> tuple[tuple[tuple[str, str], ...], str, str]:
        """What the person filled in, to compare two marks."""
        return (tuple(sorted(self.levels.items())), self.comment, self.marker)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in. A name in the marker column alone is nothing yet."""
        return not self.levels and not self.comment

    def is_complete(self, rubric: Rubric) -> bool:
        """Whether every criterion of this rubric has a level, and it is the one applied."""
        return self.rubric == rubric.digest and all(c.id in self.levels for c in rubric.criteria)


@dataclass(frozen=True)
class Comment:
    """A re-usable comment: ``#code`` in the comment of a text stands for its words."""

    code: str
    words: str


def text_digest(text: str) -> str:
    """Return the digest of a written answer. Spaces and line breaks do not count.

    Examples
    --------
    >>> text_digest("Dear  colleague") == text_digest("Dear colleague ")
    True
    """
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:32]


def prepare_history(history: sqlite3.Connection, tables: Mapping[str, str]) -> None:
    """Make append-only tables, each with its columns, where they are not there yet.

    The first column of a table is its key.
    """
    for table, columns in tables.items():
        history.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        for statement in append_only(table, columns.split()[0]):
            history.execute(statement)


def add_marks(history: sqlite3.Connection, marks: Iterable[Mark]) -> int:
    """Add marks, all together or none, and return how many are new.

    A mark that already counts for its text is not added again.
    """
    prepare_history(history, _TABLES)
    history.execute(f"CREATE INDEX IF NOT EXISTS marks_of_texts ON marks ({_TEXT})")
    where = "participant = ? AND unit = ? AND question = ? AND attempt = ? AND rehearsal = ?"
    added = 0
    with history:
        for mark in marks:
            levels = json.dumps(dict(sorted(mark.levels.items())))
            given = (mark.rubric, levels, mark.comment, mark.marker)
            place = (*mark.answer, mark.text)
            # One statement, so that two programs at once add it once.
            added += history.execute(
                "INSERT INTO marks (at, participant, unit, question, attempt, rehearsal, text, "
                "rubric, levels, comment, marker, sheet_row) "
                "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? "
                "WHERE NOT EXISTS (SELECT 1 FROM marks WHERE mark = "
                f"(SELECT max(mark) FROM marks WHERE {where} AND text = ?) "
                "AND rubric = ? AND levels = ? AND comment = ? AND marker = ?)",
                (_now(), *place, *given, mark.row, *place, *given),
            ).rowcount
    return added


def read_marks(history: sqlite3.Connection) -> list[Mark]:
    """Return every mark that was ever given, oldest first."""
    prepare_history(history, _TABLES)
    rows = history.execute(
        "SELECT participant, unit, question, attempt, rehearsal, text, rubric, levels, comment, "
        "marker, sheet_row, at FROM marks ORDER BY mark"
    )
    return [mark_of(row) for row in rows]


def mark_of(row: Sequence[Any]) -> Mark:
    """Return a mark from the columns of the database, in the order of its fields."""
    values = dict(zip((each.name for each in fields(Mark)), row, strict=True))
    return Mark(**{**values, "levels": json.loads(values["levels"])})


def add_comment(history: sqlite3.Connection, comment: Comment) -> bool:
    """Add a re-usable comment, and return whether it is new.

    Words that its code had before are not added again: they come from an old sheet.
    """
    prepare_history(history, _TABLES)
    with history:
        added = history.execute(
            "INSERT INTO comments (at, code, words) SELECT ?, ?, ? WHERE NOT EXISTS "
            "(SELECT 1 FROM comments WHERE code = ? AND words = ?)",
            (_now(), comment.code, comment.words, comment.code, comment.words),
        )
    return added.rowcount == 1


def read_comments(history: sqlite3.Connection, rubrics: Rubrics) -> dict[str, str]:
    """Return the re-usable comments: those of the rubrics, and the newest of this store."""
    prepare_history(history, _TABLES)
    found = {
        code.casefold(): words
        for rubric in rubrics.values()
        for code, words in rubric.comments.items()
    }
    found.update(history.execute("SELECT code, words FROM comments ORDER BY comment"))
    return found


def expand(comment: str, comments: Mapping[str, str]) -> str:
    """Return a comment with the words of the codes in it; an unknown code stays as it is.

    Examples
    --------
    >>> expand("#Limit Else good.", {"limit": "Name one limit."})
    'Name one limit. Else good.'
    """
    return _CODE.sub(lambda found: comments.get(found[1].casefold(), found[0]), comment)


def unknown_codes(comment: str, comments: Mapping[str, str]) -> list[str]:
    """Return the codes in a comment that stand for nothing."""
    return [code for code in _CODE.findall(comment) if code.casefold() not in comments]


def newest_mark(marks: Iterable[Mark], result: Result) -> Mark | None:
    """Return the mark that counts for the text of a result, or None."""
    wanted, text = _answer_of(result), text_digest(result.answer)
    own = [mark for mark in marks if mark.answer == wanted and mark.text == text]
    return own[-1] if own else None


def with_marks(
    results: Sequence[Result],
    marks: Sequence[Mark],
    rubrics: Rubrics,
    comments: Mapping[str, str] | None = None,
) -> list[Result]:
    """Return the results with what people gave for written answers.

    Parameters
    ----------
    results
        As the store gives them: a written answer is ``to_mark``.
    marks
        All marks, oldest first. The newest for the same text counts; one for another text, or
        by criteria that were changed since, does not count, and the answer waits again.
    rubrics
        The rubric of each unit and question.
    comments
        The words of the codes in the comments.
    """
    by_answer: dict[tuple[str, str, str, int, str], list[Mark]] = {}
    for mark in marks:
        by_answer.setdefault(mark.answer, []).append(mark)
    return [
        _marked(result, by_answer.get(_answer_of(result), ()), rubrics, comments or {})
        for result in results
    ]


def _marked(
    result: Result, marks: Iterable[Mark], rubrics: Rubrics, comments: Mapping[str, str]
) -> Result:
    rubric = rubrics.get((result.unit, result.question))
    if result.verdict != "to_mark" or rubric is None:
        return result
    mark = newest_mark(marks, result)
    if mark is None or not mark.is_complete(rubric):
        return result
    criteria = tuple(
        Criterion(
            name=criterion.name,
            level=criterion.words[mark.levels[criterion.id]],
            points=rubric.points_of(criterion, mark.levels[criterion.id]),
            out_of=criterion.points,
        )
        for criterion in rubric.criteria
    )
    points = round(sum(criterion.points for criterion in criteria), 4)
    verdict = "correct" if points >= rubric.points else "partial" if points > 0 else "wrong"
    return replace(
        result,
        verdict=verdict,
        points=points,
        criteria=criteria,
        comment=expand(mark.comment, comments),
    )


def _answer_of(result: Result) -> tuple[str, str, str, int, str]:
    return (result.participant, result.unit, result.question, result.attempt, result.rehearsal)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
