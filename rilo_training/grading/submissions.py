"""Find submissions in a folder, and say in a sentence why one cannot be graded.

A file of somebody else is read with limits and never run. What is kept of it here is where it is
and its digest; its cells are read again when it is graded, so that a thousand files need no more
memory than one.
"""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from rilo_training.files import sha256_of, whole_text
from rilo_training.grading.notebook_file import (
    Cell,
    SubmissionError,
    cells_of_file,
    printable,
    read_notebook_file,
)

__all__ = [
    "Cell",
    "Found",
    "Submission",
    "SubmissionError",
    "cells_of_file",
    "find_submissions",
    "participant_name",
    "printable",
    "read_notebook_file",
    "read_submission",
    "receipt_code",
]

LONGEST_NAME = 200
_CHECKPOINTS = {".ipynb_checkpoints", "__MACOSX"}  # copies that programs leave behind


@dataclass(frozen=True)
class Submission:
    """A participant's notebook for a unit.

    Parameters
    ----------
    participant, unit, path
        Whose it is, and where.
    digest
        Of all that decides its marks: the cells.
    receipt
        The receipt code of these cells.
    claimed
        The code that the file says it has: anyone can write one there.
    named
        The participant that the file says it is from: its receipt was made with this name.
    """

    participant: str
    unit: str
    path: Path
    digest: str
    receipt: str
    claimed: str = ""
    named: str = ""

    def read(self) -> tuple[Submission, tuple[Cell, ...]]:
        """Read the file again: the submission as it is now, and its cells.

        Raises
        ------
        SubmissionError
            When the file cannot be read any more.
        """
        cells = cells_of_file(read_notebook_file(self.path))
        digest = _digest(cells)
        receipt = receipt_code(self.named or self.participant, self.unit, cells)
        return replace(self, digest=digest, receipt=receipt), cells


@dataclass
class Found:
    """What a folder holds: submissions, and a sentence for each thing that is not one."""

    submissions: list[Submission] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def find_submissions(folder: Path, units: Iterable[str]) -> Found:
    """Find every submission of a folder.

    Parameters
    ----------
    folder
        Holds ``<participant>/<unit>….ipynb``, or files made by ``rilo submit``.
    units
        The ids of the units of the course.

    Returns
    -------
    Found
        Submissions in the order of participant and unit, and sentences about the rest.
    """
    found = Found()
    known = sorted(units, key=len, reverse=True)
    read: dict[tuple[str, str], list[Submission]] = {}
    silent: dict[str, bool] = {}
    for path in _files(folder, found.problems):
        shown, owner = _shown(path, folder), path.relative_to(folder).parts[0]
        silent.setdefault(owner, path.parent != folder)
        if path.suffix.lower() != ".ipynb":
            if _unit_of(path, known):
                silent[owner] = False
                found.problems.append(
                    f"{shown}: The file is not a notebook. "
                    "Expected a file that ends with .ipynb. Ask the participant for it."
                )
            continue
        silent[owner] = False
        try:
            submission = read_submission(path, folder, known)
        except SubmissionError as reason:
            found.problems.append(f"{shown}: {reason}")
            continue
        read.setdefault((submission.participant, submission.unit), []).append(submission)
    for several in (read[place] for place in sorted(read)):
        found.submissions += _one_of(several, folder, found.problems)
    found.problems += [
        f"{printable(owner)}: No notebook was found in this folder. Expected a file such as "
        "w1d1_90.ipynb. Ask the participant for it."
        for owner, is_silent in silent.items()
        if is_silent
    ]
    return found


def _files(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Give the files below a folder in their order. A link leads to who knows where: not used."""

    def unreadable(reason: OSError) -> None:
        place = _shown(Path(reason.filename), folder)
        problems.append(f"{place}: The folder cannot be read: {reason.strerror}.")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        notebooks = [name for name in folders if name.lower().endswith(".ipynb")]
        folders[:] = sorted({*folders} - {*links, *notebooks} - _CHECKPOINTS)
        for name in sorted([*names, *links, *notebooks]):
            path = Path(place) / name
            if name.startswith("."):
                continue
            if path.is_symlink():
                problems.append(
                    f"{_shown(path, folder)}: This is a link, and links are not used. It cannot be "
                    "read here. Put the file itself in its place."
                )
            else:
                yield path


def _one_of(several: list[Submission], folder: Path, problems: list[str]) -> list[Submission]:
    """Return the submission of one participant and unit, or none where nobody can know which."""
    first = several[0]
    in_folder = [found for found in several if found.path.parent != folder]
    if in_folder and len(in_folder) < len(several):
        # The file of another person could say this name: it must not cost the owner anything.
        digests = {found.digest for found in in_folder}
        problems += [
            f"{_shown(found.path, folder)}: The file says that it is from "
            f"{printable(first.participant)}, who has a folder here. It was not graded. "
            "If it is theirs, put it into that folder."
            for found in several
            if found not in in_folder and found.digest not in digests
        ]
        several = in_folder
    if len({found.digest for found in several}) > 1:
        names = ", ".join(_shown(found.path, folder) for found in several)
        problems.append(
            f"{printable(first.participant)} handed in {first.unit} more than once, with different "
            f"content: {names}. Keep one file and grade again."
        )
        return []
    return several[:1]


def read_submission(path: Path, folder: Path, units: Iterable[str]) -> Submission:
    """Read one submission, or raise :class:`SubmissionError`."""
    unit = _unit_of(path, units)
    if unit is None:
        raise SubmissionError(
            "The file name does not start with the id of a unit. Expected a name such as "
            "w1d1_90.ipynb. Rename the file."
        )
    content = read_notebook_file(path)
    about = _submission_metadata(content)
    parts = path.relative_to(folder).parts
    participant = participant_name(about.get("participant") if len(parts) == 1 else parts[0])
    if not participant:
        raise SubmissionError(
            "The participant is not known. Put the file in a folder with the participant's id, "
            "or make it with `rilo submit`."
        )
    if len(participant) > LONGEST_NAME:
        raise SubmissionError(
            f"The participant's id is longer than {LONGEST_NAME} characters. Put the file in a "
            "folder with a shorter id."
        )
    made_for = _rilo(content).get("unit")
    if isinstance(made_for, str) and made_for != unit and made_for in set(units):
        raise SubmissionError(
            f"The name says {unit}, but this is the notebook of {made_for}. Rename the file."
        )
    cells = cells_of_file(content)
    if not any(cell.question for cell in cells) and not any("check(" in c.source for c in cells):
        raise SubmissionError(
            f"None of its cells belongs to {unit}. It looks like a notebook of another course. "
            "Ask the participant for the right file."
        )
    claimed, named = about.get("receipt"), about.get("participant")
    claimed = whole_text(claimed)[:40] if isinstance(claimed, str) else ""
    # The folder may have another name than the workspace in which the receipt was made.
    if not isinstance(named, str) or len(named) > LONGEST_NAME:
        named = participant
    receipt = receipt_code(named, unit, cells)
    return Submission(participant, unit, path, _digest(cells), receipt, claimed, named)


def participant_name(found: object) -> str:
    """Return the id of a participant in one form; empty where it is none.

    macOS writes a letter with an accent as two characters, other systems as one.

    Examples
    --------
    >>> participant_name(" Jose" + chr(0x301)) == "Jos" + chr(0xE9)
    True
    """
    if not isinstance(found, str):
        return ""
    return unicodedata.normalize("NFC", whole_text(found)).strip()


def _digest(cells: Iterable[Cell]) -> str:
    return sha256_of(json.dumps([astuple(cell) for cell in cells]))


def receipt_code(participant: str, unit: str, cells: Iterable[Cell]) -> str:
    """Return the code that a participant notes down when they hand in.

    Examples
    --------
    >>> receipt_code("participant_01", "w1d1_90", [])
    'RILO-2YB7-P2OP-RLIC'
    """
    text = json.dumps([participant, unit, [[c.cell_type, c.source] for c in cells]])
    letters = base64.b32encode(bytes.fromhex(sha256_of(text)))[:12].decode("ascii")
    return f"RILO-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _unit_of(path: Path, units: Iterable[str]) -> str | None:
    name = path.name.lower()
    return next((unit for unit in units if name.startswith(unit.lower())), None)


def _submission_metadata(content: dict[str, Any]) -> dict[str, Any]:
    about = _rilo(content).get("submission")
    return about if isinstance(about, dict) else {}


def _rilo(content: dict[str, Any]) -> dict[str, Any]:
    metadata = content.get("metadata")
    rilo = metadata.get("rilo") if isinstance(metadata, dict) else None
    return rilo if isinstance(rilo, dict) else {}


def _shown(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder).as_posix())
