"""The sheet for the instructor in the morning: two sides, every number counted, pairs that turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from pathlib import Path

import pytest
from browsing import Visit
from click.testing import CliRunner
from graded import EVIL, Page, result
from hypothesis import given, settings
from hypothesis import strategies as st
from mornings import LINES, ROOT, SENTENCES, filled_store, room, two_days

from rilo_training.cli import main
from rilo_training.course.manifest import CourseError, Programme, load_programme
from rilo_training.course.written import rubrics_of
from rilo_training.grading.morning import morning_page, write_morning
from rilo_training.grading.morning.day import can_be_dropped, find_day
from rilo_training.grading.morning.mistakes import common_mistakes
from rilo_training.grading.morning.notes import CARDS, NOTES, read_notes
from rilo_training.grading.morning.owed import marking_owed
from rilo_training.grading.morning.pace import handed_in_by_nobody, paces
from rilo_training.grading.morning.pairs import Group, pairs_for
from rilo_training.grading.morning.sheet import pairs_of
from rilo_training.grading.morning.stops import Planned, places_to_stop, planned_questions
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.result import Result

COURSE = two_days()


def sheet(results: list[Result], word: str = "2", course: Programme = COURSE) -> str:
    """The page of a day."""
    day = find_day(course, word)
    return morning_page(course, day, results, pairs_of(course, day, results))


def words(html: str) -> str:
    """The words of a page, with one blank between them; nothing on it runs."""
    page = Page(html)
    assert page.runs_nothing()
    return " ".join(" ".join(page.words).split())


# --- the day ----------------------------------------------------------------------------------


def test_a_day_is_counted_in_working_days() -> None:
    """A holiday and a week-end are no training days; a date is the same day as its number."""
    course = dataclasses.replace(
        COURSE,
        start=dt.date(2026, 12, 3),
        end=dt.date(2026, 12, 9),
        holidays=(dt.date(2026, 12, 4),),
    )
    assert [find_day(course, str(n)).date.day for n in (1, 2, 3, 4)] == [3, 7, 8, 9]
    assert find_day(course, "2026-12-07") == find_day(course, "2")
    assert find_day(course, "2").place == (1, 2)
    assert find_day(course, "4").parts == ()


@pytest.mark.parametrize("word", ["0", "21", "2026-12-05", "tomorrow", "-1", "²", ""])
def test_a_day_that_is_not_there_is_said(word: str) -> None:
    """The sentence says which days there are."""
    with pytest.raises(CourseError, match=r"training days 1 to 20, from 2026-11-30 to 2026-12-25"):
        find_day(COURSE, word)


def test_what_can_go_is_no_unit_and_not_live() -> None:
    """The last parts go first, until there are enough minutes."""
    day = find_day(COURSE, "2")
    assert [part.name for part in can_be_dropped(day, 15)] == ["Exit question"]
    assert [part.name for part in can_be_dropped(day, 30)] == ["Exit question", "Study log"]
    assert not any(part.unit or "Live" in part.name for part in can_be_dropped(day, 999))


def test_every_day_of_the_course_has_a_sheet() -> None:
    """Also the days that the manifest does not plan yet."""
    course = load_programme(ROOT)
    for number in range(1, len(course.working_days()) + 1):
        text = words(sheet(room(3), str(number), course))
        assert f"Day {number} of {len(course.working_days())}" in text


# --- notes ------------------------------------------------------------------------------------

NOTES_TEXT = """# Day 2

## What to drop

| late by | drop |
|---|---|
| 15 minutes | w1d2_01: the **Change it** of part 2 |
| 30 minutes | also `w1d2_90`, Question 9 |

## The live CEN hour: enter and validate (60 minutes)

- [ ] telephones are
      in the box
- [ ] one case is ready

**Stand-in in the practice database** (no network): open the queue.
Decide on three lines.

## Debrief

- [ ] not part of the live hour
"""


def test_the_notes_of_the_day_stand_on_the_sheet(tmp_path: Path) -> None:
    """What to drop, the checklist and the stand-in, without the marks of Markdown."""
    (tmp_path / NOTES).mkdir(parents=True)
    (tmp_path / NOTES / "day2.md").write_text(NOTES_TEXT, encoding="utf-8")
    notes = read_notes(tmp_path, 2)
    assert notes.drop == (
        (15, "w1d2_01: the Change it of part 2"),
        (30, "also w1d2_90, Question 9"),
    )
    assert notes.checklist == ("telephones are in the box", "one case is ready")
    assert notes.fallback.startswith("Stand-in in the practice database (no network): open")
    assert notes.fallback.endswith("Decide on three lines.")
    assert read_notes(tmp_path, 3).checklist == ()


def test_what_to_drop_may_be_a_list_too(tmp_path: Path) -> None:
    """Colleagues write a table or a list; both are read to their ends."""
    (tmp_path / NOTES).mkdir(parents=True)
    listed = (
        "- **15 minutes late:** the chart;\n  the box.\n- **30 minutes late:** also Question 4.\n"
    )
    (tmp_path / NOTES / "day2.md").write_text(f"## What to drop\n\n{listed}", encoding="utf-8")
    assert read_notes(tmp_path, 2).drop == (
        (15, "the chart; the box."),
        (30, "also Question 4."),
    )


@pytest.mark.parametrize("text", ["", "# Day 2\n\nNothing else.\n", "## What to drop\n\n| 15 |\n"])
def test_notes_that_hold_nothing_are_no_problem(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet then says what the manifest allows."""
    (tmp_path / NOTES).mkdir(parents=True)
    (tmp_path / NOTES / "day2.md").write_text(text, encoding="utf-8")
    assert read_notes(tmp_path, 2).drop == ()
    monkeypatch.setattr(
        "rilo_training.grading.morning.sheet.read_notes", lambda _, day: read_notes(tmp_path, day)
    )
    assert "No notes for this. From the timetable: Exit question (15)" in words(sheet([]))


@pytest.mark.parametrize(("cards", "is_named"), [("## Day 2, live hour: x\n", True), ("", False)])
def test_the_sheet_names_a_card_only_where_there_is_one(
    cards: str, is_named: bool, tmp_path: Path
) -> None:
    """Nobody is sent to a card that nobody wrote: the card of day 22 is none of day 2."""
    (tmp_path / CARDS).parent.mkdir()
    (tmp_path / CARDS).write_text(f"## Day 1, x\n{cards}## Day 22, x\n", encoding="utf-8")
    course = dataclasses.replace(COURSE, root=tmp_path, units=())
    text = words(sheet([], course=course))
    assert ("The card of day 2 in curriculum/practice_database.md" in text) == is_named
    assert "ead one printed record aloud in pairs." in text


def test_what_to_drop_and_the_open_competences_reach_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of the notes, and each competence under the line with its share."""
    (tmp_path / NOTES).mkdir(parents=True)
    (tmp_path / NOTES / "day2.md").write_text(NOTES_TEXT, encoding="utf-8")
    monkeypatch.setattr(
        "rilo_training.grading.morning.sheet.read_notes", lambda _, day: read_notes(tmp_path, day)
    )
    results = [
        result(competence=competence, question=question, verdict="partial", points=points)
        for competence, question, points in (("C1", "q1", 1.0), ("C2", "q2", 1.5), ("C6", "q3", 0))
    ]
    text = words(sheet(results))
    assert "15 minutes late w1d2_01: the Change it of part 2" in text
    assert "30 minutes late also w1d2_90, Question 9" in text
    assert "Open: C1 (50 per cent), C6 (0 per cent)." in text


# --- what happened yesterday ------------------------------------------------------------------


def test_the_commonest_mistakes_are_those_of_most_people() -> None:
    """The same sentence in two questions is one mistake; points decide only between equals."""
    about = {"unit": "w1d1_90", "kind": "number", "verdict": "near_miss", "points": 0.0}
    results = [
        result(**about, participant="anna", question="q1", out_of=9.0, diagnosis="Costs much."),
        result(**about, participant="anna", question="q2", out_of=1.0, diagnosis=LINES),
        result(**about, participant="ben", question="q3", out_of=1.0, diagnosis=LINES),
    ]
    asked: list[str] = []
    first, second = common_mistakes(results, asked)
    assert (first.sentence, first.people, first.questions) == (LINES, ("anna", "ben"), ("q2", "q3"))
    assert (second.sentence, second.lost) == ("Costs much.", 9.0)
    assert len(set(asked)) == 2  # no question is asked twice


def test_the_sheet_counts_what_is_in_the_store() -> None:
    """Of eight people: who made a mistake, how many texts wait and how long they take."""
    results = room(8)
    text = words(sheet(results))
    for sentence in SENTENCES:
        people = {r.participant for r in results if r.diagnosis == sentence}
        assert f"{sentence} Made by {len(people)} of 8:" in text
    (rubric,) = {rubrics_of(COURSE)["w1d1_90", "q8"].minutes}
    assert f"Marking still owed: {8 * rubric:g} minutes" in text
    assert f"w1d1_90, question 8: 8 texts, {8 * rubric:g} minutes" in text
    (owed,) = marking_owed(results, {})
    assert (owed.texts, owed.minutes) == (8, None)


def test_who_is_behind_and_who_is_ahead() -> None:
    """By units and by the share of correct questions against the middle of the room."""
    results = [r for r in room(5) if r.participant != "participant_04"]
    lesson = {"unit": "w1d1_01", "participant": "participant_04", "verdict": "correct"}
    results.append(result(**lesson, points=2.0, diagnosis=""))
    results.append(result(**{**lesson, "unit": "w1d2_90", "participant": "participant_02"}))
    found = {one.name: one for one in paces(COURSE, find_day(COURSE, "2"), results)}
    # Both units count, because somebody handed in the lesson: all four have one of two.
    assert {one.expected for one in found.values()} == {2}
    assert {one.standing for one in found.values()} == {"behind"}
    assert handed_in_by_nobody(COURSE, find_day(COURSE, "2"), results) == []
    assert handed_in_by_nobody(COURSE, find_day(COURSE, "2"), []) == ["w1d1_90"]
    only = {one.name: one for one in paces(COURSE, find_day(COURSE, "2"), room(5))}
    assert {name: (one.correct, one.asked) for name, one in only.items()} == {
        f"participant_{n:02d}": (7 - n, 7) for n in range(5)
    }
    assert [only[f"participant_{n:02d}"].standing for n in range(5)] == [
        "ahead",
        "with the room",
        "with the room",
        "with the room",
        "behind",
    ]


def test_results_of_today_are_not_those_of_yesterday() -> None:
    """The morning of day 1 knows no mistakes, even when somebody was early."""
    text = words(sheet(room(4), "1"))
    assert "Nothing was graded before this day." in text
    assert not any(sentence in text.split("Two places")[0] for sentence in SENTENCES)


# --- places to stop ---------------------------------------------------------------------------


def test_the_places_to_stop_follow_the_rule() -> None:
    """Open competences first, then most named mistakes; from two units where possible."""
    one = Planned("u1", "q1", "number", "C1", 2, 3)
    more = Planned("u1", "q2", "number", "C2", 2, 6)
    other = Planned("u2", "q1", "table", "C6", 4, 4)
    assert places_to_stop([one, more, other], {}) == [more, other]
    assert places_to_stop([one, more, other], {"C1"}) == [one, other]
    assert places_to_stop([one, more], {}) == [more, one]
    assert places_to_stop([], {}) == []


def test_named_mistakes_are_read_from_the_key_cells() -> None:
    """A graded unit names at least three mistakes for a question, with their sentences."""
    planned = planned_questions(COURSE, COURSE.unit("w1d1_90"))
    assert sum(one.points for one in planned) == COURSE.unit("w1d1_90").points
    assert max(one.mistakes for one in planned) >= 3
    assert all(one.watch_for.endswith((".", "?")) for one in planned if one.mistakes)
    gone = dataclasses.replace(COURSE.unit("w1d1_90"), file="gone.ipynb")
    assert planned_questions(COURSE, gone) == []


# --- pairs ------------------------------------------------------------------------------------


def meetings(groups: list[Group]) -> list[frozenset[str]]:
    """Everybody who works with somebody."""
    return [frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)]


shares = st.one_of(st.none(), st.floats(0, 1))


@settings(deadline=None)
@given(st.lists(shares, max_size=40), st.randoms(use_true_random=False))
def test_pairs_cover_everybody_once_and_nobody_has_the_same_partner_twice(
    found: list[float | None], random: object
) -> None:
    """Groups of two, one of three for an odd number; a repeat only where there is no other way."""
    strength = {f"p{number:02d}": share for number, share in enumerate(found)}
    days: list[list[Group]] = [[]]
    for _ in range(4):
        groups = pairs_for(list(strength), strength, days[-1])
        assert sorted(itertools.chain(*groups)) == sorted(strength)
        sizes = sorted(map(len, groups))
        if len(strength) >= 2:
            assert set(sizes) <= {2, 3}
            assert sizes.count(3) == len(strength) % 2
        again = set(meetings(groups)) & set(meetings(days[-1]))
        # Of four or six and more, all can change; of five, a group of three and a pair must mix.
        if len(strength) == 4 or len(strength) >= 6:
            assert not again
        days.append(groups)


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=40, unique=True).filter(
        lambda x: len(x) % 2 == 0
    )
)
def test_a_pair_is_one_of_the_stronger_and_one_of_the_weaker_half(found: list[float]) -> None:
    """When nobody met before, the strongest works with the weakest, and so on to the middle."""
    strength = {f"p{number:02d}": share for number, share in enumerate(found)}
    ordered = sorted(strength, key=lambda name: -strength[name])
    wanted = {frozenset((ordered[i], ordered[-1 - i])) for i in range(len(ordered) // 2)}
    assert set(meetings(pairs_for(list(strength), strength))) == wanted


def test_five_people_mix_as_far_as_they_can() -> None:
    """Of a group of three, two must stay together: one repeat is the fewest."""
    people = {name: 1 - place / 5 for place, name in enumerate("abcde")}
    first = pairs_for(list(people), people)
    second = pairs_for(list(people), people, first)
    assert len(set(meetings(first)) & set(meetings(second))) <= 1
    assert pairs_for(["anna"], {}) == [("anna",)]
    assert pairs_for([], {}) == []


def test_pairs_are_kept_for_the_next_morning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Day 3 knows the pairs of day 2; the same morning twice gives the same pairs."""
    results = room(6)
    monkeypatch.setattr(
        "rilo_training.grading.morning.sheet.current_results", lambda programme, store: results
    )
    store = Store(tmp_path / "store")
    kept = []
    for word in ("2", "2", "3"):
        _, day = write_morning(COURSE, store, word)
        file = tmp_path / "store" / "morning" / f"pairs_day_{day.number:02d}.json"
        kept.append([tuple(g) for g in json.loads(file.read_text(encoding="utf-8"))["groups"]])
    assert kept[0] == kept[1]
    assert not set(meetings(kept[1])) & set(meetings(kept[2]))
    file.write_text('{"groups": 7}', encoding="utf-8")  # damaged: then nothing is known
    assert write_morning(COURSE, store, "4")[0].is_file()


def test_the_pairs_of_a_morning_that_was_printed_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts of day 1 are marked during the day; another person gives new pairs."""
    marked = [
        dataclasses.replace(r, verdict="correct", points=2.0 if r.participant[-1] in "45" else 0.0)
        for r in room(6)
    ]
    rooms = [room(6), marked, room(7)]
    monkeypatch.setattr(
        "rilo_training.grading.morning.sheet.current_results", lambda programme, store: rooms[0]
    )
    store, found = Store(tmp_path / "store"), []
    file = tmp_path / "store" / "morning" / "pairs_day_02.json"
    while rooms:
        page, _ = write_morning(COURSE, store, "2")
        found.append(json.loads(file.read_text(encoding="utf-8"))["groups"])
        assert all(name in page.read_text(encoding="utf-8") for name in found[-1][0])
        rooms.pop(0)
    assert found[0] == found[1]
    assert sum(map(len, found[2])) == 7


# --- the page ---------------------------------------------------------------------------------

LONG = "A very long name of a participant, number {:03d}, of the office of an administration"
CASES: dict[str, tuple[str, list[Result]]] = {
    "an empty store": ("1", []),
    "one person": ("2", room(1)),
    "four people": ("2", room(4)),
    "thirteen with long texts": (
        "2",
        [dataclasses.replace(r, diagnosis=f"{r.question} {EVIL * 9}") for r in room(13, LONG)],
    ),
    "three hundred people": ("2", room(300, LONG)),
    "one word without a blank": (
        "2",
        [dataclasses.replace(r, participant="W" * 90 + r.participant) for r in room(9)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_page_is_for_the_instructor_and_runs_nothing(case: str) -> None:
    """Whatever is in the store: no script, no address elsewhere, no empty heading."""
    word, results = CASES[case]
    text = words(sheet(results, word))
    assert "For the instructor only" in text
    assert "All data are SYNTHETIC" in text
    for heading in ("Timetable", "What to drop", "Live hour", "Fallback", "Marking still owed"):
        assert heading in text
    for heading in (
        "The commonest mistakes",
        "Two places to stop",
        "Who is behind",
        "Pairs for today",
    ):
        assert heading in text


def test_a_large_room_is_counted_and_not_listed() -> None:
    """Of 300 people some names stand on the sheet, and the others are numbers."""
    text = words(sheet(CASES["three hundred people"][1]))
    assert re.search(r"And 292 more people: \d+ behind, \d+ with the room, \d+ ahead\.", text)
    assert "And 140 more groups, in pairs_day_02.json of the store." in text
    assert re.search(r"Made by \d+ of 300: .* and \d+ more\.", text)


def test_a_rehearsal_says_so() -> None:
    """Its results do not count."""
    rehearsed = [dataclasses.replace(r, rehearsal="seed 7") for r in room(2)]
    assert "REHEARSAL" in words(sheet(rehearsed))
    assert "REHEARSAL" not in words(sheet(room(2)))


@pytest.mark.browser
def test_printed_it_has_exactly_two_sides(visit: Visit, tmp_path: Path) -> None:
    """A4, in Chromium; and nothing stands below the end of a side, where it would be lost."""
    (tmp_path / NOTES).mkdir(parents=True)
    items = "\n".join(f"- [ ] {'say what you see and what you do not see ' * 9}" for _ in range(20))
    full = NOTES_TEXT.replace("- [ ] one case is ready", items).replace("Question 9", "Q9 " * 200)
    (tmp_path / NOTES / "day2.md").write_text(full, encoding="utf-8")
    (tmp_path / "curriculum" / "rubrics").symlink_to(ROOT / "curriculum" / "rubrics")
    for folder in {unit.folder.split("/")[0] for unit in COURSE.units}:
        (tmp_path / folder).symlink_to(ROOT / folder)
    noted = dataclasses.replace(COURSE, root=tmp_path)
    pages = {name: sheet(results, word) for name, (word, results) in CASES.items()}
    pages["full notes"] = sheet(CASES["three hundred people"][1], "2", noted)
    for name, html in pages.items():
        (tmp_path / "sheet.html").write_text(html, encoding="utf-8")
        visit.page.goto((tmp_path / "sheet.html").as_uri())
        pdf = visit.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2, name
        visit.page.emulate_media(media="print")
        visit.page.set_viewport_size({"width": 680, "height": 1000})  # 180 mm, as printed
        sides = "[...document.querySelectorAll('.side')].map(s => s.scrollHeight - s.clientHeight)"
        assert visit.page.evaluate(sides) == [0, 0], name
        visit.page.emulate_media(media="screen")
    assert visit.complaints == []


# --- the command ------------------------------------------------------------------------------


def test_the_command_reads_the_store_of_the_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt that counts is the best one; the sheet of day 2 counts what day 1 left."""
    again = [
        dataclasses.replace(r, attempt=2, verdict="correct", points=2.0, diagnosis="")
        for r in room(4)
        if r.participant == "participant_03" and r.kind != "text"
    ]
    filled_store(tmp_path / "store", [*room(4), *again])
    monkeypatch.setenv("RILO_COURSE", str(ROOT))
    done = CliRunner().invoke(main, ["morning", "2", "--store", str(tmp_path / "store")])
    assert done.exit_code == 0, done.output
    text = words((tmp_path / "store" / "morning" / "day_02.html").read_text(encoding="utf-8"))
    assert "w1d1_90, 4 people" in text
    assert "participant_03 1 of 1 7 of 7" in text
    assert "participant_02 1 of 1 5 of 7" in text
    assert "Nothing was graded" not in done.stdout
    assert "3 texts" in text  # nobody marked the first three; the second attempt had none


def test_the_command_works_on_a_store_that_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first morning nothing was graded; a wrong day is one sentence."""
    monkeypatch.setenv("RILO_COURSE", str(ROOT))
    store = tmp_path / "store"
    done = CliRunner().invoke(main, ["morning", "1", "--store", str(store)])
    assert done.exit_code == 0, done.output
    assert (store / "morning" / "day_01.html").is_file()
    assert "For the instructor only." in done.stdout
    assert f"Nothing was graded in {store} yet: the sheet shows no results." in done.stdout
    run_again = CliRunner().invoke(main, ["morning", "1", "--store", str(store)])
    assert "Nothing was graded" in run_again.stdout
    other = CliRunner().invoke(
        main, ["morning", "2026-12-01", "--store", str(store), "--out", str(tmp_path / "a.html")]
    )
    assert other.exit_code == 0, other.output
    assert "Day 2 of 20" in (tmp_path / "a.html").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(main, ["morning", "99", "--store", str(store)])
    assert wrong.exit_code == 2
    assert "There is no training day '99'." in wrong.stderr
