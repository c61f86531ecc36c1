"""The participant's workspace: where the practice keys and the progress are kept.

A workspace is a folder with a ``.rilo`` folder in it::

    w1d1_01_lesson_first_chart.ipynb     the participant's notebooks
    datasets/practice/                   the practice data
    .rilo/workspace.json                 who works here, with which edition
    .rilo/copies/                        the notebooks as they were given out
    .rilo/keys/<unit>/<world>.json       the practice key of a unit on a world
    .rilo/worlds.json                    prepared worlds for more practice
    .rilo/practised.json                 the last seed of each unit, in the instructor's course
    .rilo/progress.jsonl                 one line for each check; only ever added to
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rilo_training.answers import Question

FOLDER = ".rilo"
STATE, WORLDS, PROGRESS = "workspace.json", "worlds.json", "progress.jsonl"


@dataclass(frozen=True)
class Workspace:
    """A participant's folder."""

    root: Path

    @property
    def inner(self) -> Path:
        """The ``.rilo`` folder."""
        return self.root / FOLDER

    @property
    def about(self) -> dict[str, Any]:
        """Who works here (``participant``) and which ``edition`` and ``version`` it is."""
        found: dict[str, Any] = json.loads((self.inner / STATE).read_text(encoding="utf-8"))
        return found

    @property
    def copies(self) -> Path:
        """The folder of the notebooks as they were given out."""
        return self.inner / "copies"

    def copy_of(self, unit: str) -> Path | None:
        """Return the notebook of a unit as it was given out, or None."""
        return next(iter(sorted(self.copies.glob(f"{unit}*.ipynb"))), None)

    def units(self) -> list[str]:
        """Return the ids of the units that were given out, in order."""
        found: list[str] = self.about["units"]
        return found

    def key_file(self, unit: str, world_id: str) -> Path:
        """Return where the practice key of a unit on a world is kept."""
        return self.inner / "keys" / unit / f"{world_id}.json"

    def key(self, unit: str, world_id: str) -> dict[str, Question] | None:
        """Return the questions with their values on a world, or None without such a key."""
        return read_key(self.key_file(unit, world_id))

    def record(self, entry: dict[str, Any]) -> None:
        """Add one line to the progress. Where that fails, the check goes on without it."""
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        try:
            with (self.inner / PROGRESS).open("ab+") as lines:
                if lines.tell():  # a line that was cut off ends here, and takes no other along
                    lines.seek(-1, os.SEEK_END)
                    line = line if lines.read(1) == b"\n" else f"\n{line}"
                lines.write(line.encode("utf-8"))
        except OSError:
            return

    def progress(self) -> list[dict[str, Any]]:
        """Return the recorded checks, oldest first. A broken line is left out."""
        try:
            text = (self.inner / PROGRESS).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        entries = []
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            names = ("unit", "question", "verdict")
            if isinstance(entry, dict) and all(isinstance(entry.get(n), str) for n in names):
                entries.append(entry)
        return entries


def find_workspace(folder: Path) -> Workspace | None:
    """Return the workspace that holds a folder, or None."""
    for place in (folder, *folder.parents):
        if (place / FOLDER / STATE).is_file():
            return Workspace(place)
    return None


def read_key(file: Path) -> dict[str, Question] | None:
    """Return the questions of a key file by their id, or None when there is no such file."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        return None
    questions = (Question.from_json(entry) for entry in found["questions"])
    return {question.question: question for question in questions}
