"""Graded answers as the store gives them, and what a page says, for the tests of reports."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from rilo_training.grading.store.result import Result

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\"'&"


def result(**different: Any) -> Result:
    """One graded question."""
    found: dict[str, Any] = {
        "participant": "anna",
        "unit": "w1d1_90",
        "question": "q2",
        "verdict": "near_miss",
        "points": 0.0,
        "out_of": 2.0,
        "diagnosis": "You found one spelling.",
        "competence": "C1",
        "attempt": 1,
        "isolation": "process",
        "rehearsal": "",
        "mistake": 0,
        "notes": "",
        "answer": "412 lines",
        "at": "2026-12-01T09:00:00+00:00",
        "receipt": "",
    }
    return Result(**{**found, **different})


def waiting_text(text: str, **different: Any) -> Result:
    """A written answer that waits for a person."""
    own = {"question": "q8", "verdict": "to_mark", "points": None, "out_of": 4.0, "kind": "text"}
    about = {"participant": "participant_01", "competence": "C6", "mistake": None, "answer": text}
    return result(**{**own, **about, "diagnosis": "Your text is short.", **different})


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


class Page(HTMLParser):
    """The tags, the attributes and the words of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words without the tags between them."""
        return "".join(self.words)

    def runs_nothing(self) -> bool:
        """Whether no tag and no attribute could run or load anything."""
        bad_tags = {"script", "iframe", "object", "embed", "link", "base", "form", "svg"}
        return not bad_tags & set(self.tags) and not any(
            name.startswith("on")
            or (name in ("src", "href") and re.match(r"(?i)\s*(javascript|https?|//)", value))
            for name, value in self.attributes
        )


def executed_with(folder: Path, source: str, *outputs: dict[str, Any]) -> Path:
    """An executed notebook with one answer to q2."""
    path = folder / "executed.ipynb"
    task = {"rilo": {"role": "task", "question": "q2"}}
    answer = {"rilo": {"role": "answer", "question": "q2"}}
    cells = [
        {"cell_type": "markdown", "metadata": task, "source": "## Question 2 (2 points)\n\nCount."},
        {"cell_type": "code", "metadata": answer, "source": source, "outputs": list(outputs)},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def png(text: str = "", size: tuple[int, int] = (4, 3)) -> bytes:
    """A small picture, with a text hidden in it."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", text)
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, "PNG", pnginfo=about)
    return file.getvalue()


def encoded(content: bytes) -> str:
    """A picture as it stands in a notebook."""
    return base64.b64encode(content).decode("ascii")
