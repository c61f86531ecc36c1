"""Find submissions in a folder, and say in a sentence why one cannot be graded."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rilo_training.files import sha256_of, whole_text

MOST_BYTES = 50_000_000
_CHECKPOINTS = {".ipynb_checkpoints", "__MACOSX"}  # copies that programs leave behind


class SubmissionError(ValueError):
    """A submission cannot be graded; the text says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """One cell of somebody else's notebook, as far as it can be trusted: type, text, names."""

    cell_type: str
    source: str
    cell_id: str
    role: str
    question: str


@dataclass(frozen=True)
class Submission:
    """A participant's notebook for a unit."""

    participant: str
    unit: str
    path: Path
    digest: str
    cells: tuple[Cell, ...]
    receipt: str


@dataclass
class Found:
    """What a folder holds: submissions, and a sentence for each thing that is not one."""

    submissions: list[Submission] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def find_submissions(folder: Path, units: Iterable[str]) -> Found:
    """Read every submission of a folder.

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
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_folder = path.is_dir() and path.suffix.lower() != ".ipynb"
        if is_folder or _CHECKPOINTS & set(parts) or path.name.startswith("."):
            continue
        if path.suffix.lower() != ".ipynb":
            if _unit_of(path, known):
                found.problems.append(
                    f"{_shown(path, folder)}: The file is not a notebook. "
                    "Expected a file that ends with .ipynb. Ask the participant for it."
                )
            continue
        try:
            submission = read_submission(path, folder, known)
        except SubmissionError as reason:
            found.problems.append(f"{_shown(path, folder)}: {reason}")
            continue
        read.setdefault((submission.participant, submission.unit), []).append(submission)
    for (participant, unit), several in sorted(read.items()):
        if len({submission.digest for submission in several}) > 1:
            names = ", ".join(_shown(submission.path, folder) for submission in several)
            found.problems.append(
                f"{printable(participant)} handed in {unit} more than once, with different "
                f"content: {names}. Keep one file and grade again."
            )
            continue
        found.submissions.append(several[0])
    return found


def read_submission(path: Path, folder: Path, units: Iterable[str]) -> Submission:
    """Read one submission, or raise :class:`SubmissionError`."""
    content = read_notebook_file(path)
    about = _submission_metadata(content)
    parts = path.relative_to(folder).parts
    participant = about.get("participant") if len(parts) == 1 else parts[0]
    participant = whole_text(participant) if isinstance(participant, str) else ""
    unit = _unit_of(path, units)
    if unit is None:
        raise SubmissionError(
            "The file name does not start with the id of a unit. Expected a name such as "
            "w1d1_90.ipynb. Rename the file."
        )
    if not participant.strip():
        raise SubmissionError(
            "The participant is not known. Put the file in a folder with the participant's id, "
            "or make it with `rilo submit`."
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
    digest = sha256_of(json.dumps([[c.cell_type, c.source, c.cell_id] for c in cells]))
    claimed = about.get("receipt")
    named = about.get("participant")  # the folder may have another name than the workspace
    actual = receipt_code(named if isinstance(named, str) else participant, unit, cells)
    receipt = ""
    if isinstance(claimed, str):
        receipt = claimed if claimed == actual else "changed after the receipt was given"
    return Submission(participant, unit, path, digest, cells, receipt)


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


def cells_of_file(content: dict[str, Any]) -> tuple[Cell, ...]:
    """Return the cells of a notebook file; what is not of the right type is left out."""
    cells = []
    for found in content["cells"]:
        if not isinstance(found, dict):
            continue
        source = found.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        metadata = found.get("metadata")
        rilo = metadata.get("rilo") if isinstance(metadata, dict) else None
        rilo = rilo if isinstance(rilo, dict) else {}
        cells.append(
            Cell(
                str(found.get("cell_type", ""))[:20],
                whole_text(source) if isinstance(source, str) else "",
                str(found.get("id", ""))[:100],
                str(rilo.get("role", ""))[:20],
                str(rilo.get("question", ""))[:20],
            )
        )
    return tuple(cells)


def read_notebook_file(path: Path) -> dict[str, Any]:
    """Return the JSON of a notebook file, or raise :class:`SubmissionError`."""
    try:
        if not path.is_file():
            raise SubmissionError(
                "The file cannot be read: it is not an ordinary file. Ask the participant for it."
            )
        if path.stat().st_size > MOST_BYTES:
            raise SubmissionError(
                f"The file is larger than {MOST_BYTES // 1_000_000} MB. "
                "Clear its outputs and hand it in again."
            )
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except SubmissionError:
        raise
    except OSError as reason:
        raise SubmissionError(f"The file cannot be read: {reason.strerror}.") from reason
    except (ValueError, RecursionError) as reason:
        raise SubmissionError(
            "The file is not a notebook: it is not JSON. Ask the participant for it again."
        ) from reason
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise SubmissionError("The file is not a notebook: it has no list of cells.")
    return content


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


def printable(text: str) -> str:
    """Return a text without control characters, short enough for a line."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean[:80]


def _shown(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder).as_posix())
