"""What the documents say is what is there."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rilo_training.answers.kinds import KINDS
from rilo_training.cli import main
from rilo_training.codes.estimation import estimation_markdown
from rilo_training.course.manifest import Programme, load_programme
from rilo_training.course.notebook import read_notebook

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
GRADING = (ROOT / "curriculum" / "grading.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return load_programme(ROOT)


def test_the_readme_lists_the_units_of_the_manifest(programme: Programme) -> None:
    """The month at a glance shows what is here now, and nothing else."""
    for words, wanted in (("before arrival", programme.units[:1]), ("1", programme.units[1:])):
        listed = re.search(rf"^\| {words} \|.*\| `(\w+)`(?: to `(\w+)`)? \|$", README, re.MULTILINE)
        assert listed
        assert (listed[1], listed[2] or listed[1]) == (wanted[0].id, wanted[-1].id)


def test_every_command_of_run_py_in_the_documents_exists() -> None:
    """A reader who copies a command gets no surprise."""
    known = (ROOT / "run.py").read_text(encoding="utf-8")
    for text in (README, CONTRIBUTING, GRADING):
        for command in re.findall(r"python3 run\.py (\w+)", text):
            assert re.search(rf"^  {command}\b", known, re.MULTILINE), command


def test_every_rilo_command_in_the_documents_exists() -> None:
    """Names of commands in the text are names of commands."""
    listed = CliRunner().invoke(main, ["--help"]).output
    pages = (README, CONTRIBUTING, GRADING, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    for text in pages:
        for command in re.findall(r"(?:`|run\.py )rilo ([a-z]+)", text):
            assert re.search(rf"^  {command}\b", listed, re.MULTILINE), command


def test_the_changelog_lists_every_kind_of_answer() -> None:
    """Authors read which kinds they can use."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"Kinds of answer: {', '.join(KINDS)}." in text


def test_every_room_stands_in_the_contributing_guide() -> None:
    """A newcomer finds each room in the table."""
    rooms = {path.name for path in (ROOT / "rilo_training").iterdir() if path.is_dir()}
    for room in rooms - {"__pycache__"}:
        assert f"`{room}/`" in CONTRIBUTING, room


def test_the_glossary_holds_the_words_of_estimation() -> None:
    """Its table is made from the code list; make it again with `estimation_markdown`."""
    glossary = (ROOT / "curriculum" / "glossary.md").read_text(encoding="utf-8")
    assert glossary.endswith("\n\n" + estimation_markdown())


def test_every_word_that_a_lesson_promises_is_in_the_glossary(programme: Programme) -> None:
    """The list at the end of a lesson can be looked up."""
    glossary = (ROOT / "curriculum" / "glossary.md").read_text(encoding="utf-8")
    words = set(re.findall(r"^\| ([^|]+?) \|", glossary, re.MULTILINE))
    for unit in programme.units:
        for cell in read_notebook(programme.notebook(unit)).cells:
            if promised := re.search(r"\*\*Words for the glossary:\*\* ([^.]+)\.", cell.source):
                listed = {word.strip() for word in promised[1].replace("\n", " ").split(",")}
                assert listed <= words, listed - words


def test_every_rubric_that_a_key_names_is_there(programme: Programme) -> None:
    """An instructor who marks a text finds its rubric."""
    for unit in programme.units:
        for cell in read_notebook(programme.notebook(unit)).cells:
            for rubric in re.findall(r'rubric="(\w+)"', cell.source):
                assert (ROOT / "curriculum" / "rubrics" / f"{rubric}.md").is_file()


def test_code_cells_for_participants_have_at_most_eight_lines(programme: Programme) -> None:
    """A cell that is read by a beginner fits into one look."""
    for unit in programme.units:
        for cell in read_notebook(programme.notebook(unit)).cells:
            role = cell.metadata["rilo"]["role"]
            if cell.cell_type == "code" and role not in ("key", "answer"):
                assert len(cell.source.splitlines()) <= 8, (unit.id, cell.id)


def test_every_unit_says_that_its_data_are_synthetic(programme: Programme) -> None:
    """The first text of a unit says it."""
    for unit in programme.units:
        first = read_notebook(programme.notebook(unit)).cells[0].source
        assert "SYNTHETIC" in first
        assert "not CEN data" in first
