"""What is compared: each grader grades copies of one submission, and proves that it did."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import limit
from benchmarks.peers.environment import PYTHON, Unavailable, peer_variables
from benchmarks.peers.equivalents import FILE, PARTICIPANT, SEED, Equivalents
from benchmarks.peers.measure import Cost, cost_of
from rilo_training.files import write_text

_PAPERMILL = """
import os, sys
from papermill import execute_notebook
for path in sys.argv[2:]:
    folder = os.path.dirname(path)
    execute_notebook(path, folder + "/executed.ipynb", parameters={"EXTRACT": sys.argv[1]},
                     kernel_name="python3", progress_bar=False, cwd=folder)
"""
_OTTER = 'for place in "$@"; do otter run --no-logo -a "$ZIP" -o "$place" "$place/$FILE"; done'
# What the limit has imported before it forks: the libraries of the course, and what a unit calls.
_LIBRARIES = (
    "matplotlib.pyplot,numpy,pandas,pyarrow.parquet,scipy.stats,seaborn,sklearn.ensemble,"
    "rilo_training.answers,rilo_training.learn,rilo_training.seizures"
)
# One thread for linear algebra, for everybody: it is the setting with which a process may fork.
_COMMON = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Contender:
    """A grader: its name, and how it grades so many submissions in an empty folder.

    ``grade`` returns the cost, and raises :class:`Unavailable` unless each of them got full marks.
    What one submission more costs is the difference between one and ``many`` of them. Many are 8
    where a submission costs seconds, and more where it would be lost in the noise of the start.
    """

    name: str
    grade: Callable[[Equivalents, Path, int], Cost]
    many: int = 8


def contenders() -> list[Contender]:
    """Return all contenders in the order of the table; the first two are the limit."""
    return [
        Contender("limit, exec", lambda e, folder, n: _limit("exec", e, folder, n), 32),
        Contender("limit, IPython", lambda e, folder, n: _limit("shell", e, folder, n), 32),
        Contender("ours, process", lambda e, folder, n: _ours("process", e.right, folder, n), 32),
        Contender("ours, bwrap", lambda e, folder, n: _ours("bwrap", e.right, folder, n), 32),
        Contender("ours, failing", _ours_failing),
        Contender("papermill loop", _papermill),
        Contender("nbgrader", _nbgrader),
        Contender("otter", _otter),
    ]


def lay_out(text: str, folder: Path, count: int) -> list[Path]:
    """Write so many copies of a submission, one folder for each participant; no two are equal."""
    places = [folder / f"p{number:04}" for number in range(1, count + 1)]
    for place in places:
        write_text(place / FILE, text.replace(PARTICIPANT, place.name))
    return places


def our_command(isolation: str) -> list[str]:
    """Return the command that grades the folder ``submissions`` into ``store``."""
    command = [sys.executable, "-P", "-m", "rilo_training.cli", "grade", "submissions"]
    return [*command, "--out", "store", "--isolation", isolation, "--seed", SEED]


def our_verdicts(folder: Path) -> list[str]:
    """Return the verdict of each row that our grader wrote."""
    with (folder / "store" / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["verdict"] for row in csv.DictReader(file)]


def _ours(isolation: str, text: str, folder: Path, count: int, *, is_right: bool = True) -> Cost:
    lay_out(text, folder / "submissions", count)
    cost = cost_of(our_command(isolation), folder, {**os.environ, **_COMMON})
    verdicts = our_verdicts(folder)
    full = sum(verdict in ("correct", "to_mark") for verdict in verdicts)
    _must(len(verdicts) == 8 * count and (full == len(verdicts)) is is_right, "Our grader")
    return cost


def _ours_failing(equivalents: Equivalents, folder: Path, count: int) -> Cost:
    return _ours("process", equivalents.failing, folder, count, is_right=False)


def _limit(how: str, equivalents: Equivalents, folder: Path, count: int) -> Cost:
    lay_out(equivalents.executable, folder / "submissions", count)
    command = [sys.executable, str(Path(limit.__file__)), how, _LIBRARIES, "submissions"]
    return cost_of(command, folder, {**os.environ, **_COMMON, "RILO_RUN": "official"})


def _papermill(equivalents: Equivalents, folder: Path, count: int) -> Cost:
    places = lay_out(equivalents.right, folder, count)
    command = [str(PYTHON), "-c", _PAPERMILL, str(equivalents.world)]
    variables = {**peer_variables(), **_COMMON, "RILO_RUN": "official"}
    cost = cost_of([*command, *(str(place / FILE) for place in places)], folder, variables)
    _must(all((place / "executed.ipynb").is_file() for place in places), "papermill")
    return cost


def _nbgrader(equivalents: Equivalents, folder: Path, count: int) -> Cost:
    course = folder / "course"
    shutil.copytree(equivalents.nbgrader, course)
    for place in lay_out(equivalents.nbgrader_copy, folder / "copies", count):
        (course / "submitted" / place.name).mkdir(parents=True)
        place.rename(course / "submitted" / place.name / "unit")
    command = [str(PYTHON.parent / "nbgrader"), "autograde", "unit"]
    cost = cost_of(command, course, {**peer_variables(), **_COMMON})
    grades = sqlite3.connect(course / "gradebook.db")
    try:
        points = grades.execute("SELECT auto_score FROM grade").fetchall()
    finally:
        grades.close()
    found = sum(row[0] or 0 for row in points)
    _must(found == equivalents.points * count, "nbgrader")
    return cost


def _otter(equivalents: Equivalents, folder: Path, count: int) -> Cost:
    places = lay_out(equivalents.otter_copy, folder, count)
    command = ["sh", "-c", _OTTER, "sh", *(str(place) for place in places)]
    configuration = next(equivalents.otter.glob("*.zip"))
    more = {**_COMMON, "ZIP": str(configuration), "FILE": FILE}
    cost = cost_of(command, folder, {**peer_variables(), **more})
    results = [json.loads((place / "results.json").read_text("utf-8")) for place in places]
    points = [sum(test.get("score", 0) for test in found["tests"]) for found in results]
    _must(points == [equivalents.points] * count, "otter")
    return cost


def _must(is_as_expected: bool, who: str) -> None:
    if not is_as_expected:
        raise Unavailable(f"{who} did not give the marks that these submissions earn.")
