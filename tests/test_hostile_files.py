"""Hostile submission files, graded by `rilo grade` beside honest ones, at both levels."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hostile_scene import sandbox_or_skip

from rilo_training.cli import main
from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import (
    participant_copy,
    question_of,
    read_notebook,
    role_of,
    solutions_of,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no such files"),
]

UNIT = "w1d1_90"
QUESTIONS = [f"q{number}" for number in range(1, 10)]
SCRIPT = "<script>alert('rilo')</script><img src=x onerror=alert('rilo')>"
Content = dict[str, Any]


def solved(**answers: str) -> Content:
    """A notebook in which every question is solved, but for the answers that are given."""
    programme = load_programme()
    notebook = read_notebook(programme.notebook(programme.unit(UNIT)))
    solutions, made = solutions_of(notebook), participant_copy(notebook)
    for cell in made.cells:
        if role_of(cell) == "answer":
            question = str(question_of(cell))
            cell["source"] = answers.get(question, solutions[question])
    content: Content = json.loads(json.dumps(made))
    return content


def place_of(content: Content, cell_id: str) -> int:
    """Where a cell stands."""
    return [cell["id"] for cell in content["cells"]].index(cell_id)


def code(source: str, **more: Any) -> Content:
    """A code cell as a program writes it."""
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "source": source, **empty, **more}


# ---- files that are no notebooks ---------------------------------------------------------------


class Left:
    """What leaves a mark when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, ("unpickled", "w")


def zip_bomb() -> bytes:
    """An archive that is small, and 100 MB when it is unpacked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("w1d1_90.ipynb", bytes(100_000_000))
        made.writestr("../../outside.ipynb", b"outside")
    return file.getvalue()


def old_form() -> Content:
    """A notebook of nbformat 3."""
    cells = [{"cell_type": "code", "input": 'answer_to = "a"', "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "pickled": (lambda: pickle.dumps(Left()), "not JSON"),
    "zipped": (zip_bomb, "not JSON"),
    "bytes": (lambda: b'{"cells": [\xff\xfe]}', "not JSON"),
    "many": (lambda: {**solved(), "cells": [code("1")] * 10_000}, "10,000 cells"),
    "old": (old_form, "old form"),
    "deep": (lambda: b'{"cells":' + b"[" * 200_000, "not JSON|list of cells"),
    "open": (lambda: b'{"cells": [' + b"[" * 400_000, "parts"),
}

# ---- notebooks that were changed ---------------------------------------------------------------


def bare() -> Content:
    """Without ids and metadata, as some programs save it."""
    content = solved()
    for cell in content["cells"]:
        cell.pop("id")
        cell["metadata"] = {}
    return {"cells": content["cells"]}


def doubled() -> Content:
    """Every cell twice."""
    content = solved()
    content["cells"] = [cell for cell in content["cells"] for _ in range(2)]
    return content


def split() -> Content:
    """Every answer in as many cells as it has lines."""
    content = solved(q8='reply = "too short"')
    made = []
    for cell in content["cells"]:
        lines = cell["source"].splitlines() if cell["id"].endswith("-answer") else [""]
        made += [{**cell, "source": line} for line in lines] if len(lines) > 1 else [cell]
    content["cells"] = made
    return content


def merged() -> Content:
    """Two questions in one cell."""
    content = solved()
    first, second = place_of(content, "q2-answer"), place_of(content, "q3-answer")
    content["cells"][first]["source"] += "\n" + content["cells"][second]["source"]
    del content["cells"][second]
    return content


def retyped() -> Content:
    """Answers as text, tasks as code."""
    content = solved()
    for cell in content["cells"]:
        cell["cell_type"] = "code" if cell["cell_type"] == "markdown" else "markdown"
    return content


def reordered() -> Content:
    """Upside down."""
    content = solved()
    content["cells"] = content["cells"][::-1]
    return content


def second_parameters() -> Content:
    """More cells that look like those in which the data are chosen."""
    content = solved()
    for tag in ("parameters", "injected-parameters"):
        cell = code('EXTRACT = "datasets/practice"', id=f"x-{tag}", metadata={"tags": [tag]})
        content["cells"][3:3] = [cell, cell]
        content["cells"].append(cell)
    return content


def other_extract() -> Content:
    """An answer that begins the unit again on data of its own."""
    again = 'EXTRACT = "datasets/practice"\nbegin("w1d1_90", EXTRACT)\nanswer_to = "a"'
    return solved(q1=again)


def twice_answered() -> Content:
    """A wrong answer behind a right one, with the same name of the cell."""
    content = solved()
    place = place_of(content, "q6-answer")
    wrong = {**content["cells"][place], "source": "unknown_share = -1"}
    content["cells"].insert(place + 1, wrong)
    return content


def scripted() -> Content:
    """Scripts in the code, in outputs of every kind, in errors, in the answers themselves."""
    show = (
        "from IPython.display import HTML, Javascript, Markdown, SVG, display\n"
        f"text = {SCRIPT!r}\n"
        "for kind in (HTML, Javascript, Markdown):\n    display(kind(text))\n"
        "display({'text/plain': text, 'image/svg+xml': text, 'text/html': text, 'text/latex': text,"
        " 'application/javascript': text, 'image/png': text, 'a' + text: text}, raw=True)\n"
        "print(text)\n"
    )
    return solved(
        q1=f"{show}answer_to = text",
        q4=f"{show}raise ValueError(text)",
        q5="departures = pd.DataFrame({'name': [" + repr(SCRIPT) + "] * 3, 'cases': 1})",
        q7=f"owners = {{{SCRIPT!r}, 'x'}}",
        q8=f"reply = {SCRIPT!r} * 3",
    )


FULL = {"bare", "doubled", "retyped", "second_parameters"}
"""A notebook that was changed so has all its points."""

CHANGED: dict[str, Callable[[], Content]] = {
    made.__name__: made
    for made in (
        bare,
        doubled,
        split,
        merged,
        retyped,
        reordered,
        second_parameters,
        other_extract,
        twice_answered,
        scripted,
    )
}

NAMES = {"a": "../../../outside", "b": "/tmp/outside", "c": SCRIPT, "d": '=HYPERLINK("x")'}

# ---- the run -----------------------------------------------------------------------------------


@dataclass
class Graded:
    """A folder of hostile and honest files, graded once."""

    level: str
    folder: Path
    said: str
    rows: list[dict[str, str]]
    files_before: set[Path]

    def of(self, participant: str) -> dict[str, tuple[str, str, str]]:
        """Verdict, points and diagnosis of each question."""
        return {
            row["question"]: (row["verdict"], row["points"], row["diagnosis"])
            for row in self.rows
            if row["participant"] == participant
        }

    def points(self, participant: str) -> list[float]:
        """The points that a machine gave, by question."""
        own = self.of(participant)
        return [float(own[question][1] or 0) for question in QUESTIONS]

    @property
    def pages(self) -> list[Path]:
        """All pages that the grader wrote."""
        return sorted((self.folder / "store").rglob("*.html"))


@pytest.fixture(scope="module", params=["bwrap", "process"])
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Everything of this module in one folder, between two honest participants."""
    level = str(request.param)
    if level == "bwrap":
        sandbox_or_skip()
    folder = tmp_path_factory.mktemp("files")
    submissions = folder / "submissions"
    for name, (make, _) in REFUSED.items():
        lay(submissions / name, make())
    for name, change in CHANGED.items():
        lay(submissions / name, change())
    for number, name in NAMES.items():
        content = solved(q1="answer_to = ...")
        content["metadata"]["rilo"] = {"unit": UNIT, "submission": {"participant": name}}
        lay(submissions, content, f"{UNIT}_{number}.ipynb")
    for name in ("1_honest", "z_honest"):
        lay(submissions / name, solved())
    (submissions / "linked").mkdir()
    (submissions / "linked" / f"{UNIT}.ipynb").symlink_to(
        submissions / "1_honest" / f"{UNIT}.ipynb"
    )
    (submissions / "huge").mkdir()
    with (submissions / "huge" / f"{UNIT}.ipynb").open("wb") as file:
        file.write(b'{"cells": [')
        file.truncate(200_000_000)
    before = set(folder.rglob("*"))
    words = ["grade", str(submissions), "--out", str(folder / "store"), "--isolation", level]
    ended = CliRunner().invoke(main, [*words, "--seed", "7", "--jobs", "2"])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.output
    with (folder / "store" / "results.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    return Graded(level, folder, " ".join(ended.output.split()), rows, before)


def lay(folder: Path, content: object, name: str = f"{UNIT}.ipynb") -> None:
    """Lay a file into the folder of a participant."""
    folder.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / name).write_bytes(data)


def test_every_row_says_the_level(graded: Graded) -> None:
    """What is asserted below was asserted at the level that was asked for."""
    assert {row["isolation"] for row in graded.rows} == {graded.level}


def test_honest_participants_have_all_points(graded: Graded) -> None:
    """Whoever is graded before or after hostile files is graded as alone."""
    first = graded.of("1_honest")
    assert [first[question][0] for question in QUESTIONS] == [
        *["correct"] * 7,
        "to_mark",
        "correct",
    ]
    assert graded.of("z_honest") == first


def test_a_file_that_is_no_notebook_is_named_and_not_graded(graded: Graded) -> None:
    """Each has a sentence with its name, and no row."""
    for name, (_, sentence) in REFUSED.items():
        said = rf"Problem: {name}/{UNIT}\.ipynb: .{{,100}}?({sentence})"
        assert re.search(said, graded.said), name
        assert graded.of(name) == {}
    for name, sentence in (("linked", "a link"), ("huge", "larger than")):
        said = rf"Problem: {name}/{UNIT}\.ipynb: .{{,100}}?{sentence}"
        assert re.search(said, graded.said), name
        assert graded.of(name) == {}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_a_changed_notebook_earns_no_more(graded: Graded, name: str) -> None:
    """A change of the structure never raises a mark, and the harmless ones cost nothing."""
    own, honest = graded.points(name), graded.points("1_honest")
    assert all(point <= most for point, most in zip(own, honest, strict=True))
    if name in FULL:
        assert own == honest


def test_the_second_answer_to_a_question_counts_like_a_correction(graded: Graded) -> None:
    """Of two answers in one place, both run, and the last value is what the check finds."""
    assert graded.of("twice_answered")["q6"][0] == "wrong"


def test_data_of_their_own_help_nobody(graded: Graded) -> None:
    """Whoever begins again on other data does not reach the answers of the official run."""
    assert graded.of("other_extract")["q1"][0] == "error"
    assert graded.points("other_extract")[1:] == graded.points("1_honest")[1:]


def test_nothing_is_written_outside_of_the_store(graded: Graded) -> None:
    """Names with `../`, absolute paths, archives and pickles leave nothing anywhere else."""
    store = graded.folder / "store"
    now = {path for path in graded.folder.rglob("*") if not path.is_relative_to(store)}
    assert now - {store} == graded.files_before
    assert not (graded.folder.parent / "outside.ipynb").exists()
    assert not Path("/tmp/outside").exists()
    assert not Path("unpickled").exists()


def test_no_script_of_a_submission_reaches_a_page(graded: Graded) -> None:
    """Code, outputs, errors, answers and names stand there as text."""
    assert len(graded.pages) > len(CHANGED)
    for path in graded.pages:
        page = path.read_text(encoding="utf-8").lower()
        assert "<script" not in page, path
        assert "<img src=x" not in page, path
        assert "javascript:" not in page, path
    shown = [path for path in graded.pages if "scripted" in str(path.parent)]
    assert any("alert" in path.read_text(encoding="utf-8") for path in shown)
