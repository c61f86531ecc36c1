"""The work of a participant as their page shows it: tasks, code, outputs, charts."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rilo_training.grading.reports.page import counted, shortened

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from PIL.Image import Image as Picture

MOST_BYTES = 200_000_000  # of an executed notebook; a run is stopped long before
MOST_CODE, MOST_CODE_LINES = 8_000, 150
MOST_OUTPUT, MOST_OUTPUT_LINES = 3_000, 40
MOST_PICTURES = 4  # of one answer
MOST_PICTURE_BYTES = 6_000_000  # of one page, as text
_MOST_PIXELS = 20_000_000
_WIDEST = 1_400  # pixels; more cannot be seen on A4


@dataclass(frozen=True)
class OwnCell:
    """One cell of an answer.

    Parameters
    ----------
    source, output
        The code, and the text that it showed. Both are cut where they are long.
    pictures
        The charts, as base64 PNG.
    notes
        A sentence for each thing that is not shown.
    """

    source: str
    output: str = ""
    pictures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """What was asked and what was handed in, by question."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, tuple[OwnCell, ...]] = field(default_factory=dict)


def work_of(executed: Path) -> Work:
    """Return the tasks and the participant's own cells, from an executed notebook.

    Parameters
    ----------
    executed
        The executed notebook. Its outputs come from somebody else's code, so nothing in them is
        taken for granted. Where the file is gone or broken, there is no work to show.
    """
    try:
        if executed.stat().st_size > MOST_BYTES:
            return Work()
        content = json.loads(executed.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Work()
    tasks: dict[str, str] = {}
    cells: dict[str, tuple[OwnCell, ...]] = {}
    room = MOST_PICTURE_BYTES
    for cell in _entries(content, "cells"):
        rilo = _part(_part(cell, "metadata"), "rilo")
        question, role = rilo.get("question"), rilo.get("role")
        if not isinstance(question, str):
            continue
        if role == "task":
            tasks[question] = _joined(cell.get("source"))
        elif role == "answer":
            before = cells.get(question, ())
            drawn = sum(len(own.pictures) for own in before)
            own = _own_cell(cell, MOST_PICTURES - drawn, room)
            room -= sum(len(picture) for picture in own.pictures)
            cells[question] = (*before, own)
    return Work(tasks, cells)


def _own_cell(cell: Mapping[str, Any], pictures_left: int, room: int) -> OwnCell:
    source, cut = shortened(_joined(cell.get("source")), MOST_CODE, MOST_CODE_LINES)
    notes = [f"The code is long. {cut}"] if cut else []
    texts: list[str] = []
    pictures: list[str] = []
    too_many = not_shown = 0
    for output in _entries(cell, "outputs"):
        data = _part(output, "data")
        if text := _joined(output.get("text")) or _joined(data.get("text/plain")):
            # A stream goes on where it stopped; a value begins a line of its own.
            goes_on = output.get("output_type") == "stream" and texts and texts[-1].endswith("\n")
            texts.append(text if goes_on or not texts else f"\n{text}")
        if "image/png" in data:
            if len(pictures) >= pictures_left or room <= 0:
                too_many += 1
            elif picture := safe_picture(data["image/png"]):
                pictures.append(picture)
                room -= len(picture)
            else:
                not_shown += 1
        elif data and not text:
            not_shown += 1
    output_text, cut = shortened(_as_on_a_screen("".join(texts)), MOST_OUTPUT, MOST_OUTPUT_LINES)
    if cut:
        notes.append(f"The output is long. {cut}")
    if too_many:
        notes.append(f"{counted(too_many, 'more chart')} of this answer cannot be shown here.")
    if not_shown:
        notes.append(
            f"{counted(not_shown, 'output')} of this answer cannot be shown here: "
            "a page shows text and PNG pictures."
        )
    return OwnCell(source, output_text, tuple(pictures), tuple(notes))


def _as_on_a_screen(text: str) -> str:
    """Return what a terminal shows of lines that are written again and again, as progress is."""
    if "\r" not in text:
        return text
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return "\n".join(lines)


def _entries(holder: object, name: str) -> Iterator[Mapping[str, Any]]:
    """Return the objects in a list of an object, however odd the rest is."""
    found = holder.get(name) if isinstance(holder, dict) else None
    entries = found if isinstance(found, list) else []
    return (entry for entry in entries if isinstance(entry, dict))


def _part(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _joined(text: object) -> str:
    """Return a text of a notebook: in one piece, or in lines."""
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def safe_picture(encoded: object) -> str:
    """Return a picture as base64 PNG, drawn again from its pixels; empty when it is none.

    Nothing of the file that came reaches the page: no note, no profile, no other kind of file.
    A picture that is larger than a page is made smaller.
    """
    from PIL import Image

    try:
        content = base64.b64decode(_joined(encoded))
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return ""
            drawn = _on_white(picture)
    except Exception:  # it came from a submission; whatever is wrong with it, it is not shown
        return ""
    drawn.thumbnail((_WIDEST, _WIDEST))
    again = io.BytesIO()
    drawn.save(again, "PNG")
    return base64.b64encode(again.getvalue()).decode("ascii")


def _on_white(picture: Picture) -> Picture:
    """Return the pixels alone, in colours. Where it can be seen through, there is paper."""
    from PIL import Image

    pixels = picture.convert("RGBA")
    drawn = Image.new("RGB", pixels.size, "white")
    drawn.paste(pixels, mask=pixels.getchannel("A"))
    return drawn


def executed_text(notebook: NotebookNode) -> str:
    """Return the executed notebook as text, without what papermill notes about itself."""
    notebook.metadata.pop("papermill", None)
    notebook["cells"] = [
        cell
        for cell in notebook.cells
        if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
    return json.dumps(notebook, sort_keys=True, ensure_ascii=True) + "\n"
