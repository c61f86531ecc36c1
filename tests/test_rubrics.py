"""Rubrics are sound, are what the questions need, and are the one source of their pages."""

import re
from pathlib import Path

import pytest

from rilo_training.codes.estimation import estimation
from rilo_training.course.manifest import CourseError, load_programme
from rilo_training.course.notebook import read_notebook
from rilo_training.course.rubric import RUBRICS, RubricError, load_rubric
from rilo_training.course.written import (
    renew_pages,
    rubric_pages,
    rubrics_of,
    written_questions,
)

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / RUBRICS).glob("*.toml"))
every_rubric = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

SMALL = """
title = "A small text"
minutes = 2
source = "Ours."
[[level]]
letter = "A"
name = "full"
share = 1
[[level]]
letter = "B"
name = "none"
share = 0
[[criterion]]
id = "clear"
name = "Clear"
points = 2
[criterion.words]
A = "one reading is enough"
B = "the reader must guess"
[[example]]
level = "A"
text = "One case."
[example.why]
clear = "One thing is said."
[[example]]
level = "B"
text = "It."
[example.why]
clear = "What?"
[[comment]]
code = "good"
words = "Good work."
"""


def written(folder: Path, text: str) -> Path:
    """A rubric in a file."""
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rubric_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Points are shares of a criterion's points."""
    rubric = load_rubric(written(tmp_path, SMALL))
    assert (rubric.name, rubric.points) == ("small", 2.0)
    assert rubric.points_of(rubric.criteria[0], "A") == 2
    assert rubric.comments == {"good": "Good work."}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minutes = 2", "minutes = 3", "at most 2 minutes"),
        ("share = 0", "share = 1", "must fall"),
        ("share = 1\n", "share = 0.9\n", "the first level has the share 1"),
        ('letter = "B"', 'letter = "C"', "the letters of the levels are A, C"),
        ("points = 2", "points = 0", "points of 'clear' are 0"),
        ("points = 2", 'points = "two"', "could not convert"),
        ('B = "the reader must guess"', "", "the criterion 'clear' has no words for B"),
        ('A = "one', 'D = "x"\nA = "one', "has words for 'D', which is not there"),
        ('A = "one', f'A = "{"word " * 31}one', "level A of 'clear' has more than 30 words"),
        ('level = "B"', 'level = "A"', "there is no example for level B"),
        ('text = "It."', 'text = " "', "the example for level B has no text"),
        ('clear = "What?"', "", "the example for level B has no words for clear"),
        ('title = "A small text"', "", "the entry 'title' is missing"),
        ("[[criterion]]", "[[criterion", "Expected"),
    ],
)
def test_what_is_wrong_in_a_rubric_is_named(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    """An author reads in one sentence what to repair."""
    assert old in SMALL
    with pytest.raises(RubricError, match=r"The rubric small\.toml is not ready: ") as found:
        load_rubric(written(tmp_path, SMALL.replace(old, new, 1)))
    assert sentence in str(found.value)


def test_a_rubric_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A name in a key without a file."""
    with pytest.raises(RubricError, match=r"nothing.toml is not ready: it cannot be read"):
        load_rubric(tmp_path / "nothing.toml")


LETTERS = {"A": "A", "a": "A", " b.": "B", "half": "B", "1": "A", "0,5": "B", "0.50": "B", "0": "C"}
LETTERS |= dict.fromkeys(("D", "2", "good", "", "nan"))


@pytest.mark.parametrize(("typed", "letter"), LETTERS.items())
def test_letters_names_and_points_are_understood(typed: str, letter: str | None) -> None:
    """A person types what is quickest; nothing else is guessed."""
    rubric = load_rubric(ROOT / RUBRICS / "information_reply.toml")
    assert rubric.letter_of(rubric.criteria[0], typed) == letter


def test_better_words_keep_the_marks_and_other_points_do_not(tmp_path: Path) -> None:
    """The digest of a rubric follows what gives points."""
    digest = load_rubric(written(tmp_path, SMALL)).digest
    words = SMALL.replace("one reading is enough", "clear at the first reading")
    assert load_rubric(written(tmp_path, words)).digest == digest
    points = SMALL.replace("points = 2", "points = 3")
    assert load_rubric(written(tmp_path, points)).digest != digest


# --- the rubrics of the course ------------------------------------------------------------------


@every_rubric
def test_every_rubric_of_the_course_is_sound(path: Path) -> None:
    """Two minutes, falling levels, words and an example for each of them."""
    assert load_rubric(path).minutes <= 2


def test_every_written_question_has_a_rubric_with_its_points() -> None:
    """The weights of the criteria add up to the points of the question, in every unit."""
    programme = load_programme(ROOT)
    found = rubrics_of(programme)
    asked = 0
    for unit in programme.units:
        notebook = read_notebook(programme.notebook(unit))
        asked += sum('kind="text"' in cell.source for cell in notebook.cells)
        for question, (name, points) in written_questions(notebook).items():
            assert found[unit.id, question].name == name
            assert found[unit.id, question].points == points
    assert len(found) == asked > 0


def test_other_points_than_those_of_the_question_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark of five out of four would be no mark."""
    (tmp_path / "information_reply.toml").write_text(SMALL, encoding="utf-8")
    other = tmp_path / "information_reply.toml"
    monkeypatch.setattr(
        "rilo_training.course.written.load_rubric",
        lambda path: load_rubric(other if path.name == other.name else path),
    )
    with pytest.raises(RubricError, match=r"has 2 points, and w1d1_90 q8 has 4\. Make them equal"):
        rubrics_of(load_programme(ROOT))


def test_a_key_that_computes_its_rubric_is_refused() -> None:
    """The rubric of a question is read without running anything."""
    notebook = read_notebook(load_programme(ROOT).notebook(load_programme(ROOT).unit("w1d1_90")))
    for cell in notebook.cells:
        cell["source"] = cell.source.replace('rubric="information_reply"', 'rubric="a" + "b"')
    with pytest.raises(CourseError, match="must write out its question, rubric and points"):
        written_questions(notebook)


@every_rubric
def test_the_page_of_every_rubric_is_made_from_it(path: Path) -> None:
    """A person reads the same words as the machine."""
    pages = rubric_pages(load_programme(ROOT))
    page = path.with_suffix(".md")
    assert page.read_text(encoding="utf-8") == pages[page], "run renew_pages()"
    rubric = load_rubric(path)
    assert all(criterion.name in pages[page] for criterion in rubric.criteria)
    assert f"At most {rubric.minutes:g} minutes" in pages[page]


def test_renewing_the_pages_changes_nothing_when_nothing_changed() -> None:
    """A page is written only where its rubric changed."""
    before = {path: path.with_suffix(".md").stat().st_mtime_ns for path in FILES}
    renew_pages(load_programme(ROOT))
    assert {path: path.with_suffix(".md").stat().st_mtime_ns for path in FILES} == before


@every_rubric
def test_the_examples_of_a_rubric_type_no_number_of_the_data(path: Path) -> None:
    """A figure in an example would be true on one world only."""
    for example in load_rubric(path).examples:
        # Dates, months and the numbers of figures are no numbers of the data.
        allowed = r"\d+ [A-Z][a-z]+( \d{4})?|[A-Z][a-z]+ \d{4}|Figure \d\."
        bare = re.sub(allowed, "", example.text)
        assert not re.search(r"\d", bare), example.text


# --- words of estimation ------------------------------------------------------------------------


def test_the_words_of_estimation_rise_and_do_not_overlap() -> None:
    """Seven words of probability with gaps between them, three of confidence without ranges."""
    words = [term for term in estimation() if term.measures == "probability"]
    assert len(words) == 7
    ends = [end for term in words for end in (term.lowest, term.highest)]
    assert ends == sorted(set(ends)), "each range starts above the end of the one before"
    confidence = [term for term in estimation() if term.measures == "confidence"]
    assert [term.term for term in confidence] == [
        f"{w} confidence" for w in ("high", "moderate", "low")
    ]
    assert all(term.lowest is None for term in confidence)
    assert all(term.source for term in estimation())
