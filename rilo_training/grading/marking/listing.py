"""The marking sheet as CSV: one line for each criterion, one for the comment, one for the marker.

So questions with different criteria stand in one file, and there is one column to fill in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from rilo_training.grading.marking.sheet import COMMENTS, Row, clean

COLUMNS = (
    "row",
    "participant",
    "unit",
    "question",
    "attempt",
    "answer",
    "found",
    "earlier mark",
    "part",
    "levels",
    "mark",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(rows: Sequence[Row], comments: Mapping[str, str]) -> str:
    """Return the sheet as the text of a CSV file.

    Parameters
    ----------
    rows
        The answers.
    comments
        The re-usable comments.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        about = [row.mark.row, row.mark.participant, row.mark.unit, row.mark.question]
        head = [*about, row.mark.attempt]
        told = [row.answer, row.found, row.earlier]
        for part, levels, mark in _parts(row):
            cells = [*head, *told, part, levels, mark]
            writer.writerow([as_text(clean(str(cell))) for cell in cells])
            told = ["", "", ""]  # the text stands once, in the first line
    for code, words in comments.items():
        empty = [""] * (len(COLUMNS) - 4)
        writer.writerow([COMMENTS, *empty, f"#{code}", "", as_text(clean(words))])
    return text.getvalue()


def _parts(row: Row) -> Iterator[tuple[str, str, str]]:
    for criterion in row.rubric.criteria:
        levels = " / ".join(
            f"{level.letter}: {criterion.words[level.letter]}" for level in row.rubric.levels
        )
        yield criterion.name, levels, row.mark.levels.get(criterion.id, "")
    yield (
        "comment",
        "Words for the participant; #code for a comment from the end.",
        (row.mark.comment),
    )
    yield "marker", "Your name.", row.mark.marker


def as_text(text: str) -> str:
    """Return a text that a spreadsheet shows as text: with a mark before what starts a formula.

    Examples
    --------
    >>> as_text("=1+1"), as_text("'=1+1"), as_text("one")
    ("'=1+1", "''=1+1", 'one')
    >>> [as_written(as_text(text)) for text in ("=1+1", "'=1+1", "'one'")]
    ['=1+1', "'=1+1", "'one'"]
    """
    return f"'{text}" if _is_risky(text) else text


def as_written(text: str) -> str:
    """Return the text for which :func:`as_text` was written."""
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def _is_risky(text: str) -> bool:
    bare = text.lstrip("'")
    return bare.startswith(_FORMULA_STARTS) or bare.lstrip().startswith(_FORMULA_STARTS)
