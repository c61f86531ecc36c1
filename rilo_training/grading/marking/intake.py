"""What sheets that came back give: marks for the history, and what cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rilo_training.course.rubric import Rubric
from rilo_training.grading.marking.marks import (
    Mark,
    Rubrics,
    add_comment,
    add_marks,
    read_comments,
    read_marks,
    unknown_codes,
)
from rilo_training.grading.marking.returned import Cell, Returned, Sheet
from rilo_training.grading.marking.sheet import clean, cut, who, written_rows


@dataclass
class Taken:
    """What was taken: how many new marks and comments, and what cannot be used, in sentences."""

    marks: int = 0
    comments: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Given:
    """A mark as it came back, as its row was written, and where it stands."""

    mark: Mark
    written: Mark
    place: str


def take_in(sheets: Sequence[Sheet], history: sqlite3.Connection, rubrics: Rubrics) -> Taken:
    """Add the marks and comments of sheets that came back to the history.

    Parameters
    ----------
    sheets
        What :func:`rilo_training.grading.marking.returned.read_sheet` read.
    history
        The database of the store.
    rubrics
        The rubric of each unit and question.

    Returns
    -------
    Taken
        A row that nobody changed since it was written gives nothing, and neither does an empty
        one: so an old sheet never takes a newer mark away. Where two places hold different new
        marks for one text, none of them is taken, and a sentence says so.
    """
    taken = Taken()
    written = written_rows(history)
    given: dict[tuple[object, ...], list[_Given]] = {}
    for rows, comments, problems in sheets:
        taken.problems += problems
        for comment in comments:
            if read_comments(history, rubrics).get(comment.code) == comment.words:
                continue
            if add_comment(history, comment):
                taken.comments += 1
            else:
                taken.problems.append(
                    f"The comment #{comment.code} has newer words than those of a sheet that was "
                    "given back. The newer ones stay."
                )
        for row in rows:
            found = _mark_of(row, written, rubrics, taken.problems)
            if found is not None:
                given.setdefault((found.mark.answer, found.mark.text), []).append(found)
    before: dict[tuple[object, ...], list[Mark]] = {}
    for mark in read_marks(history):
        before.setdefault((mark.answer, mark.text), []).append(mark)
    known = read_comments(history, rubrics)
    new = []
    for place, several in given.items():
        found = _one_of(several, taken.problems)
        if found is None or not _is_new(found, before.get(place, []), taken.problems):
            continue
        new.append(found.mark)
        if unknown := unknown_codes(found.mark.comment, known):
            taken.problems.append(
                f"{found.place}: the code #{unknown[0]} is not in the list of comments. It stays "
                "as typed. Add it to the comments, and its words will stand there."
            )
    taken.marks = add_marks(history, new)
    return taken


def _one_of(several: Sequence[_Given], problems: list[str]) -> _Given | None:
    """Return the one new mark for a text, or None where there is none or more than one."""
    changed = {
        (found.mark.rubric, found.mark.given): found
        for found in several
        if found.mark.given != found.written.given and not found.mark.is_empty
    }
    if len(changed) > 1:
        places = "; ".join(found.place for found in changed.values())
        problems.append(
            f"{who(several[0].mark)}: two different marks ({places}). None of them was taken. "
            "Write one of them into the newest sheet. The sheets are kept in the folder 'marked'."
        )
    return next(iter(changed.values())) if len(changed) == 1 else None


def _is_new(found: _Given, before: Sequence[Mark], problems: list[str]) -> bool:
    """Whether a mark is to be added; says so where it meets a mark of another sheet."""
    newest = before[-1].given if before else None
    if newest == found.mark.given and before[-1].rubric == found.mark.rubric:
        return False
    if any(old.row == found.mark.row and old.given == found.mark.given for old in before):
        problems.append(
            f"{found.place}: this mark was taken before, and a later one counts now. To change "
            "it, fill in the newest sheet."
        )
        return False
    if before and newest != found.written.given and found.written.rubric == before[-1].rubric:
        problems.append(
            f"{found.place}: {who(found.mark)} got another mark since this sheet was written. "
            "The mark of this sheet counts now; the other one stays in the history."
        )
    return True


def _mark_of(
    row: Returned, written: Mapping[str, Mark], rubrics: Rubrics, problems: list[str]
) -> _Given | None:
    """Return what a person filled in; what cannot be used becomes a sentence."""
    own = written.get(row.row)
    is_filled = any(cell.text.strip() for cell in row.cells.values())
    rubric = rubrics.get((own.unit, own.question)) if own is not None else None
    if own is None or rubric is None:
        if is_filled and own is None:
            problems.append(
                f"{row.place}: the row {row.row[:40]!r} was not written by this store. It may "
                "belong to another store. Its marks were not taken."
            )
        elif is_filled and own is not None:
            problems.append(
                f"{row.place}: {own.unit} {own.question} is no written question any more. Its "
                "marks were not taken."
            )
        return None
    levels: dict[str, str] = {}
    unused: list[str] = []
    for criterion in rubric.criteria:
        cell = row.cells.get(" ".join(criterion.name.split()).casefold())
        if cell is None:
            # Somebody took the column away: what stood there when it was written still stands.
            if criterion.id in own.levels:
                levels[criterion.id] = own.levels[criterion.id]
            elif is_filled:
                unused.append(f"{row.place}: {criterion.name!r} is not there. It still waits.")
        elif cell.text.strip():
            letter = rubric.letter_of(criterion, cell.text)
            if letter is None:
                unused.append(
                    f"{cell.place}: found {cell.text.strip()[:40]!r}. Expected a letter or its "
                    f"points: {_choices(rubric, criterion.id)}. This criterion still waits."
                )
            else:
                levels[criterion.id] = letter
    mark = replace(
        own,
        levels=levels,
        comment=_words(row.cells.get("comment"), own.comment),
        marker=_words(row.cells.get("marker"), own.marker),
    )
    problems += unused
    if mark.given != own.given and own.rubric != rubric.digest:
        problems.append(
            f"{row.place}: the criteria were changed after this sheet was written. The mark is "
            "kept, but it does not count. Mark the text again in the newest sheet."
        )
    return _Given(mark, own, row.place)


def _choices(rubric: Rubric, criterion_id: str) -> str:
    criterion = next(c for c in rubric.criteria if c.id == criterion_id)
    return ", ".join(
        f"{level.letter} ({rubric.points_of(criterion, level.letter):g})" for level in rubric.levels
    )


def _words(cell: Cell | None, otherwise: str) -> str:
    return cut(clean(cell.text), "").strip() if cell is not None else otherwise
