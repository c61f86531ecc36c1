"""Marks of people: kept for ever, counted for the text they were given for, never lost."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from graded import waiting_text

from rilo_training.course.rubric import Example, Level, Rubric, Standard, load_rubric
from rilo_training.grading.marking.marks import (
    Comment,
    Mark,
    add_comment,
    add_marks,
    expand,
    read_comments,
    read_marks,
    text_digest,
    unknown_codes,
    with_marks,
)
from rilo_training.grading.store.result import Criterion, Result

ROOT = Path(__file__).resolve().parents[1]
RUBRIC = load_rubric(ROOT / "curriculum" / "rubrics" / "information_reply.toml")
RUBRICS = {("w1d1_90", "q8"): RUBRIC}
FULL = {"numbers": "A", "limits": "A", "handling": "A", "reader": "A"}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The database of a store."""
    connection = sqlite3.connect(tmp_path / "gradebook.sqlite")
    yield connection
    connection.close()


def result_of(text: str = "Dear colleague, 3 kg.", **more: object) -> Result:
    """A written answer that waits for a person."""
    return waiting_text(text, **more)


def mark_of(result: Result, levels: dict[str, str] | None = None, **more: object) -> Mark:
    """A mark for the text of a result."""
    made = Mark(
        participant=result.participant,
        unit=result.unit,
        question=result.question,
        attempt=result.attempt,
        rehearsal=result.rehearsal,
        text=text_digest(result.answer),
        rubric=RUBRIC.digest,
        levels=FULL if levels is None else levels,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("levels", "verdict", "points"),
    [
        (FULL, "correct", 4.0),
        ({**FULL, "limits": "B"}, "partial", 3.5),
        ({**FULL, "limits": "C", "reader": "B"}, "partial", 2.5),
        (dict.fromkeys(FULL, "C"), "wrong", 0.0),
    ],
)
def test_points_are_the_sum_of_the_criteria(
    levels: dict[str, str], verdict: str, points: float
) -> None:
    """Full points are correct, no points are wrong, the rest is partly correct."""
    found = with_marks([result_of()], [mark_of(result_of(), levels)], RUBRICS)[0]
    assert (found.verdict, found.points) == (verdict, points)
    assert sum(criterion.points for criterion in found.criteria) == points
    assert sum(criterion.out_of for criterion in found.criteria) == found.out_of


def test_a_marked_result_shows_the_words_of_each_level_and_the_comment() -> None:
    """The participant reads why, in the words of the rubric."""
    mark = mark_of(result_of(), {**FULL, "limits": "C"}, comment="#limit Else good. #nothing")
    found = with_marks([result_of()], [mark], RUBRICS, {"limit": "Name one limit."})[0]
    assert found.criteria[1] == Criterion("Limits", RUBRIC.criteria[1].words["C"], 0.0, 1.0)
    assert found.comment == "Name one limit. Else good. #nothing"
    assert found.diagnosis == "Your text is short."


def test_an_incomplete_mark_gives_no_points() -> None:
    """One empty criterion: the answer still waits."""
    levels = {key: letter for key, letter in FULL.items() if key != "reader"}
    assert with_marks([result_of()], [mark_of(result_of(), levels)], RUBRICS) == [result_of()]


def test_a_changed_text_waits_again_and_the_old_one_keeps_its_mark() -> None:
    """A mark belongs to a text; sent again as it was, it has its mark again."""
    mark = mark_of(result_of())
    assert with_marks([result_of("Another reply.")], [mark], RUBRICS)[0].verdict == "to_mark"
    assert with_marks([result_of()], [mark], RUBRICS)[0].verdict == "correct"
    spaced = result_of(" Dear  colleague,\n3 kg. ")
    assert with_marks([spaced], [mark], RUBRICS)[0].verdict == "correct"


@pytest.mark.parametrize(
    "other",
    [
        {"participant": "participant_02"},
        {"unit": "w1d2_90"},
        {"question": "q9"},
        {"attempt": 2},
        {"rehearsal": "seed 7"},
    ],
)
def test_a_mark_is_never_given_to_another_answer(other: dict[str, object]) -> None:
    """The same text of another person, unit, question, attempt or rehearsal waits."""
    rubrics = {**RUBRICS, ("w1d2_90", "q8"): RUBRIC, ("w1d1_90", "q9"): RUBRIC}
    asked = result_of(**other)
    assert with_marks([asked], [mark_of(result_of())], rubrics) == [asked]


def changed(points: float = 1.0, words: str = "other words") -> Rubric:
    """The rubric with other points or words for its first criterion."""
    first = RUBRIC.criteria[0]
    other = Standard(first.id, first.name, points, {**first.words, "C": words})
    return replace(RUBRIC, criteria=(other, *RUBRIC.criteria[1:]))


def test_a_mark_by_other_criteria_does_not_count() -> None:
    """Where the points of a criterion changed, the answer waits again; better words keep it."""
    marks = [mark_of(result_of())]
    other = {("w1d1_90", "q8"): changed(points=2)}
    assert with_marks([result_of()], marks, other)[0].verdict == "to_mark"
    better = {("w1d1_90", "q8"): changed()}
    assert with_marks([result_of()], marks, better)[0].verdict == "correct"


@pytest.mark.parametrize("verdict", ["correct", "wrong", "error", "not_attempted", "timeout"])
def test_only_answers_that_wait_for_a_person_get_marks(verdict: str) -> None:
    """What the machine judged stays as it is, also where an old mark has the same text."""
    judged = result_of(verdict=verdict, points=0.0)
    assert with_marks([judged], [mark_of(judged)], RUBRICS) == [judged]


def test_the_newest_mark_counts() -> None:
    """A person may change their mind."""
    marks = [mark_of(result_of()), mark_of(result_of(), {**FULL, "reader": "C"})]
    assert with_marks([result_of()], marks, RUBRICS)[0].points == 3.0
    assert with_marks([result_of()], [*marks, marks[0]], RUBRICS)[0].points == 4.0


def test_uneven_points_add_up() -> None:
    """Criteria may have other points than one, and levels other shares than a half."""
    third = Rubric(
        name="thirds",
        title="Thirds",
        source="Ours.",
        minutes=1,
        levels=(Level("A", "full", 1.0), Level("B", "some", 1 / 3), Level("C", "none", 0.0)),
        criteria=(
            Standard("a", "First", 3.0, {"A": "x", "B": "y", "C": "z"}),
            Standard("b", "Second", 1.0, {"A": "x", "B": "y", "C": "z"}),
        ),
        examples=(Example("A", "x", {"a": "x", "b": "x"}),),
        comments={},
    )
    mark = mark_of(result_of(), {"a": "B", "b": "A"}, rubric=third.digest)
    found = with_marks([result_of()], [mark], {("w1d1_90", "q8"): third})[0]
    assert (found.verdict, found.points) == ("partial", 2.0)


# --- the history --------------------------------------------------------------------------------


def test_the_same_mark_twice_adds_no_row(history: sqlite3.Connection) -> None:
    """Reading a sheet again changes nothing; a changed mark is a new row."""
    mark = mark_of(result_of(), comment="Good.", marker="NN")
    assert add_marks(history, [mark]) == 1
    assert add_marks(history, [mark, mark]) == 0
    assert add_marks(history, [replace(mark, comment="Very good.")]) == 1
    assert add_marks(history, [mark]) == 1, "going back is a new mark: the newest counts"
    found = read_marks(history)
    assert [each.comment for each in found] == ["Good.", "Very good.", "Good."]
    assert all(each.at for each in found)
    assert replace(found[0], at="") == mark


def test_marks_and_comments_cannot_be_changed_or_deleted(history: sqlite3.Connection) -> None:
    """The database itself refuses, whichever program asks."""
    add_marks(history, [mark_of(result_of())])
    add_comment(history, Comment("unit", "Give the unit."))
    for order in (
        "UPDATE marks SET levels = '{}'",
        "DELETE FROM marks",
        "UPDATE comments SET words = ''",
        "DELETE FROM comments",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            history.execute(order)
    assert len(read_marks(history)) == 1


def test_comments_of_the_store_stand_beside_those_of_the_rubric(
    history: sqlite3.Connection,
) -> None:
    """The newest words of a code count; old words never come back by an old sheet."""
    assert read_comments(history, RUBRICS)["limit"] == RUBRIC.comments["limit"]
    assert add_comment(history, Comment("limit", "Name a limit."))
    assert add_comment(history, Comment("unit", "Give the unit."))
    assert add_comment(history, Comment("limit", "Name one limit, please."))
    assert not add_comment(history, Comment("limit", "Name a limit."))
    found = read_comments(history, RUBRICS)
    assert (found["limit"], found["unit"]) == ("Name one limit, please.", "Give the unit.")


def test_codes_in_a_comment_become_words() -> None:
    """Capitals do not matter; a number sign before a digit is no code."""
    known = {"limit": "Name one limit."}
    assert expand("#limit #LIMIT #1 #other", known) == ("Name one limit. Name one limit. #1 #other")
    assert unknown_codes("#limit #1 #other", known) == ["other"]
    assert expand("#limit", {"limit": r"\1 \g<0>"}) == r"\1 \g<0>"


def test_the_work_for_a_mark_does_not_grow_with_the_marks_that_are_kept() -> None:
    """Ten times as many marks are about ten times the steps of the database, not a hundred."""

    def steps(number: int) -> int:
        done: list[None] = []
        marks = [mark_of(replace(result_of(), participant=f"p{n}")) for n in range(number)]
        with contextlib.closing(sqlite3.connect(":memory:")) as history:
            history.set_progress_handler(lambda: done.append(None), 100)
            assert add_marks(history, marks) == number
        return len(done)

    assert steps(1_000) < 20 * steps(100)
