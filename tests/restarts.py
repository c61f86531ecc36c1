"""Kill `rilo grade` at random moments, for the tests that look at what is left behind."""

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import (
    notebook_text,
    participant_copy,
    question_of,
    read_notebook,
    role_of,
    solutions_of,
)
from rilo_training.files import write_text

ROOT = Path(__file__).resolve().parent.parent
UNIT = "w1d1_90"
SEED = 7


@dataclass
class Day:
    """Submissions, a store of a run that nobody disturbed, and how long that took."""

    submissions: Path
    store: Path
    seconds: float


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder for temporary files whose path is short, as a grader needs it."""
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(submissions: Path, store: Path, temporary: Path) -> subprocess.Popen[str]:
    """Start a grader in a process of its own, as an instructor does."""
    words = ["grade", str(submissions), "--out", str(store), "--seed", str(SEED), "--jobs", "2"]
    return subprocess.Popen(
        [sys.executable, "-m", "rilo_training.cli", *words],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def hand_in(submissions: Path) -> None:
    """Lay in six submissions; each lacks another answer."""
    programme = load_programme(ROOT)
    unit = programme.unit(UNIT)
    notebook = read_notebook(programme.notebook(unit))
    solutions = solutions_of(notebook)
    for number in range(1, 7):
        made = participant_copy(notebook)
        for cell in made.cells:
            if role_of(cell) == "answer" and question_of(cell) != f"q{number}":
                cell["source"] = solutions[str(question_of(cell))]
        write_text(submissions / f"lacks_q{number}" / unit.file, notebook_text(made))


def quiet_day(folder: Path) -> Day:
    """Grade six submissions without a disturbance."""
    hand_in(folder / "submissions")
    said, at = [], [time.monotonic()]
    with (
        short_folder() as temporary,
        start(folder / "submissions", folder / "store", temporary) as grader,
    ):
        assert grader.stderr is not None
        for line in grader.stderr:
            said.append(line)
            at.append(time.monotonic())
    assert grader.returncode == 0, said
    # Without the time for the world, which is made once: from the start to the first line, and
    # from the first graded submission to the end.
    first = next(number for number, line in enumerate(said) if "graded 1 of 6" in line)
    seconds = at[1] - at[0] + time.monotonic() - at[first + 1]
    return Day(folder / "submissions", folder / "store", seconds + 2)


def grade_with_kills(day: Day, store: Path, chance: random.Random, most: int) -> list[float]:
    """Grade with kills at random moments until a run ends by itself. Return the moments."""
    moments: list[float] = []
    with short_folder() as temporary:
        while True:
            wait = chance.uniform(0, day.seconds) if len(moments) < most else 600
            grader = start(day.submissions, store, temporary)
            try:
                said = grader.communicate(timeout=wait)[1]
            except subprocess.TimeoutExpired:
                grader.kill()
                grader.communicate()
                moments.append(round(wait, 2))
                continue
            assert grader.returncode == 0, said
            left = left_behind(temporary)
            assert left == [], moments
            return moments


def left_behind(temporary: Path) -> list[str]:
    """Files and processes that killed graders left and that nobody removed."""
    end = time.monotonic() + 20
    while True:
        found = [path.name for path in temporary.glob("rilo-*")]
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR", "").startswith(str(temporary)):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.2)


def rows(store: Path) -> list[dict[str, str]]:
    """The rows of the results."""
    with (store / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def files(store: Path) -> set[str]:
    """Pages and executed notebooks."""
    return {
        path.relative_to(store).as_posix()
        for room in ("feedback", "executed")
        for path in (store / room).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
