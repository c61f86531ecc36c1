"""Read the file of somebody else as a notebook: with limits, as text, and never run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rilo_training.files import whole_text

MOST_BYTES = 25_000_000
MOST_PARTS = 300_000  # opening brackets: a small file can need a lot of memory when it is read
MOST_CELLS = 2_000
MOST_TEXT = 2_000_000  # characters of all cells together


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
                _text(found.get("cell_type"))[:20],
                _text(source),
                _text(found.get("id"))[:100],
                _text(rilo.get("role"))[:20],
                _text(rilo.get("question"))[:20],
            )
        )
    return tuple(cells)


def _text(found: object) -> str:
    return whole_text(found) if isinstance(found, str) else ""


def read_notebook_file(path: Path) -> dict[str, Any]:
    """Return the JSON of a notebook file, or raise :class:`SubmissionError`."""
    try:
        if not path.is_file():
            raise SubmissionError(
                "The file cannot be read: it is not an ordinary file. Ask the participant for it."
            )
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1) if path.stat().st_size <= MOST_BYTES else None
        if raw is None or len(raw) > MOST_BYTES:
            raise SubmissionError(
                f"The file is larger than {MOST_BYTES // 1_000_000} MB. "
                "Clear its outputs and hand it in again."
            )
        if raw.count(b"{") + raw.count(b"[") > MOST_PARTS:
            raise SubmissionError(
                f"The file has more than {MOST_PARTS:,} parts. "
                "Clear its outputs and hand it in again."
            )
        content = json.loads(raw.decode("utf-8-sig"))
    except SubmissionError:
        raise
    except OSError as reason:
        raise SubmissionError(f"The file cannot be read: {reason.strerror}.") from reason
    except (ValueError, RecursionError) as reason:
        raise SubmissionError(
            "The file is not a notebook: it is not JSON. Ask the participant for it again."
        ) from reason
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        raise SubmissionError(
            "The file is a notebook in an old form, and it has no list of cells. Open it in "
            "JupyterLab, save it, and hand it in again."
        )
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise SubmissionError("The file is not a notebook: it has no list of cells.")
    _refuse_too_much(content["cells"])
    return content


def _refuse_too_much(cells: list[object]) -> None:
    if len(cells) > MOST_CELLS:
        raise SubmissionError(
            f"The notebook has {len(cells):,} cells; at most {MOST_CELLS:,} are read. Remove the "
            "cells that are not yours, and hand it in again."
        )
    sources = [cell.get("source") for cell in cells if isinstance(cell, dict)]
    parts = [part for s in sources for part in (s if isinstance(s, list) else [s])]
    if sum(len(part) for part in parts if isinstance(part, str)) > MOST_TEXT:
        raise SubmissionError(
            f"The cells hold more than {MOST_TEXT:,} characters. Remove what is no answer, and "
            "hand it in again."
        )


def printable(text: str) -> str:
    """Return a text without control characters, short enough for a line."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean[:80]
