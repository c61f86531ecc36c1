"""The marking sheets of a store: written for a person, filled in, taken back.

Nothing that a person wrote is lost: a sheet that was changed is read before it is written
again, and a copy of it stays in the folder ``marked`` of the store.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rilo_training.files import safe_name, write_bytes
from rilo_training.grading.marking.intake import Taken, take_in
from rilo_training.grading.marking.listing import csv_text
from rilo_training.grading.marking.marks import Rubrics, prepare_history, read_comments, read_marks
from rilo_training.grading.marking.returned import read_sheet
from rilo_training.grading.marking.sheet import rows_of, waiting_notes
from rilo_training.grading.marking.workbook import xlsx_bytes
from rilo_training.grading.store.result import Result

SHEETS = ("marking_sheet.xlsx", "marking_sheet.csv")
_TABLES = {
    "sheet_files": """
        file INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        name TEXT NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL"""
}


def take_back(
    folder: Path, history: sqlite3.Connection, rubrics: Rubrics, path: Path | None = None
) -> Taken:
    """Take the marks and comments out of a sheet, and add them to the history.

    Parameters
    ----------
    folder
        The store.
    history
        Its database.
    rubrics
        The rubric of each unit and question.
    path
        A sheet that was filled in somewhere else. Without it, the sheets in the store are read
        where somebody changed them since they were written.

    Returns
    -------
    Taken
        How many new marks and comments there were, and sentences on what cannot be used. A copy
        of each sheet is kept in the folder ``marked``, so that nothing in it is lost.
    """
    changed = _changed(folder, history)
    paths = [path] if path is not None else changed
    sheets, problems = [], []
    for sheet in paths:
        try:
            _keep_copy(folder, sheet)
        except OSError as reason:
            problems.append(f"No copy of {sheet.name} could be kept ({reason.strerror}).")
        sheets.append(read_sheet(sheet))
    taken = take_in(sheets, history, rubrics)
    taken.problems = problems + taken.problems
    return taken


def write_sheets(
    folder: Path, history: sqlite3.Connection, results: Sequence[Result], rubrics: Rubrics
) -> list[str]:
    """Write the marking sheets of a store, after what a person filled in was taken back.

    Parameters
    ----------
    folder
        The store.
    history
        Its database.
    results
        The newest results.
    rubrics
        The rubric of each unit and question.

    Returns
    -------
    list of str
        Sentences: marks that cannot be used, answers that wait again, files that cannot be
        written. A file that is the same is not touched.
    """
    problems = take_back(folder, history, rubrics).problems
    rows = rows_of(results, read_marks(history), rubrics, history)
    problems += waiting_notes(rows)
    if not rows and not any((folder / name).exists() for name in SHEETS):
        return problems
    comments = read_comments(history, rubrics)
    content = _digest(repr((rows, comments)).encode("utf-8", "replace"))
    newest = _written_files(history)
    for name in SHEETS:
        path = folder / name
        if newest.get(name, ("", ""))[1] == content and path.exists():
            continue
        if not _is_safe(path, newest.get(name, ("", ""))[0]):
            problems.append(
                f"{name} was saved while this ran. It was not written again. "
                "Grade again: its marks will be taken then."
            )
            continue
        made = (
            xlsx_bytes(rows, comments)
            if name.endswith(".xlsx")
            else csv_text(rows, comments).encode("utf-8-sig", "replace")
        )
        try:
            write_bytes(path, made)
        except OSError as reason:
            problems.append(
                f"{name} could not be written ({reason.strerror}). Close it if it is open in "
                "another program, and grade again: the marks are safe in the history."
            )
            continue
        with history:
            history.execute(
                "INSERT INTO sheet_files (at, name, digest, content) VALUES (?, ?, ?, ?)",
                (datetime.now(UTC).isoformat(timespec="seconds"), name, _digest(made), content),
            )
    return problems


def _changed(folder: Path, history: sqlite3.Connection) -> list[Path]:
    """Return the sheets in the store that are not as they were written last."""
    newest = _written_files(history)
    found = []
    for name in SHEETS:
        path = folder / name
        try:
            digest = _digest(path.read_bytes())
        except FileNotFoundError:
            continue
        except OSError:
            digest = ""  # reading it as a sheet says why it cannot be read
        if digest != newest.get(name, ("", ""))[0]:
            found.append(path)
    return found


def _is_safe(path: Path, written: str) -> bool:
    """Whether a sheet can be written again: it is as it was written, or a copy of it is kept."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return _digest(content) == written or _copy_of(path.parent, path, content).is_file()


def _keep_copy(folder: Path, path: Path) -> None:
    """Keep a sheet as it came back: also what cannot be used stays there."""
    content = path.read_bytes()
    place = _copy_of(folder, path, content)
    if not place.exists():
        write_bytes(place, content)


def _copy_of(folder: Path, path: Path, content: bytes) -> Path:
    return (
        folder / "marked" / (f"{_digest(content)[:12]}_{safe_name(path.stem)}{path.suffix.lower()}")
    )


def _written_files(history: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return the digests of file and content of each sheet as it was written last."""
    prepare_history(history, _TABLES)
    rows = history.execute("SELECT name, digest, content FROM sheet_files ORDER BY file")
    return {name: (digest, content) for name, digest, content in rows}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
