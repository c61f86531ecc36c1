"""The report of the cohort: every number is a sum over the results, and it is said to a person."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from graded import EVIL, Page, result, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.answers import VERDICTS
from rilo_training.answers.diagnosis import TYPED_IN
from rilo_training.course.manifest import Programme, load_programme
from rilo_training.grading.reports.cohort import MOST_NAMES, cohort_page
from rilo_training.grading.reports.discussion import (
    ASK,
    ASK_TYPED_IN,
    question_to_ask,
    things_to_discuss,
)
from rilo_training.grading.reports.page import amount
from rilo_training.grading.reports.repeat import things_to_repeat
from rilo_training.grading.reports.standing import (
    OUTCOMES,
    Score,
    asked_questions,
    cells,
    hardest_first,
    scores,
    shared_mistakes,
    stuck,
)
from rilo_training.grading.reports.tables import gradebook_csv, newest_attempts, results_csv
from rilo_training.grading.store.history import CHANGED, CONFIRMED
from rilo_training.grading.store.result import Result

PROGRAMME = load_programme(Path(__file__).resolve().parent.parent)
SPELLING = "You found one spelling."
LINES = "You counted lines. One case may hold several lines."


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return PROGRAMME


def answer(who: str, question: str, verdict: str, points: float | None, **more: object) -> Result:
    """One answer of the small cohort: q1 has 2 points (C1), q2 has 3 (C2), q3 has 4 (C6)."""
    out_of, competence = {"q1": (2.0, "C1"), "q2": (3.0, "C2"), "q3": (4.0, "C6")}[question]
    about = {"diagnosis": "", "out_of": out_of, "competence": competence, **more}
    return result(participant=who, question=question, verdict=verdict, points=points, **about)


def small_cohort() -> list[Result]:
    """Three participants and three questions. The sums are worked out by hand in the tests."""
    named = {"diagnosis": SPELLING, "kind": "number"}
    text = {"kind": "text"}
    return [
        answer("anna", "q1", "correct", 2.0, seconds=0.2, kind="number"),
        answer("anna", "q2", "correct", 3.0, seconds=1.0, kind="table"),
        answer("anna", "q3", "partial", 2.5, seconds=0.1, **text),
        answer("ben", "q1", "near_miss", 0.0, seconds=0.4, **named),
        answer("ben", "q2", "timeout", 0.0, seconds=20.0, kind="table", diagnosis="Too slow."),
        answer("ben", "q3", "to_mark", None, seconds=0.1, **text),
        answer("chen", "q1", "near_miss", 0.5, seconds=0.6, **named),
        answer("chen", "q2", "partial", 1.0, seconds=3.0, kind="table", diagnosis="Two rows miss."),
        answer("chen", "q3", "not_attempted", 0.0, **text),
    ]


def text_of(results: list[Result], **more: object) -> str:
    """The words of the page, with one blank between them."""
    page = Page(cohort_page(PROGRAMME, results, **more))  # type: ignore[arg-type]
    assert page.runs_nothing()
    return " ".join(page.text.split())


def row_of(text: str, results: list[Result]) -> str:
    """The words of the table row that begins with a text."""
    html = cohort_page(PROGRAMME, results)
    rows = [" ".join(Page(row).text.split()) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]
    found = [row for row in rows if row.startswith(text)]
    assert found, f"no row begins with {text}"
    return found[0]


# ---- numbers, by hand


def test_the_sums_of_a_small_cohort_are_those_of_a_person_with_a_pencil() -> None:
    """7.5 + 0 + 1.5 points are earned; 9 + 5 + 9 are marked; one text with 4 points waits."""
    text = text_of(small_cohort())
    assert "Participants: 3. Units: 1. Answers: 9. Points: 9 of 23, 4 to mark." in text


def test_the_competences_of_a_participant_are_shares_of_their_points() -> None:
    """Chen has 0.5 of 2 points in C1, 1 of 3 in C2, nothing of 4 in C6, and 1.5 of 9 in all."""
    results = small_cohort()
    # The first row of a participant is that of the competences; before it stands who is stuck.
    html = cohort_page(PROGRAMME, results)
    heat = html[html.index('id="competences"') : html.index('<h2 id="w1d1_90"')]
    rows = [" ".join(Page(row).text.split()) for row in re.findall(r"<tr.*?</tr>", heat, re.DOTALL)]
    assert rows == [
        "participantC1 Enforcement dataC2 AnalysisC6 Intelligence practiceall",
        "anna1002 of 21003 of 3622.5 of 4837.5 of 9",
        "ben00 of 200 of 3to mark4 points00 of 5",
        "chen250.5 of 2331 of 300 of 4171.5 of 9",
        "all participants422.5 of 6444 of 9312.5 of 8399 of 23",
    ]


def test_questions_stand_by_difficulty() -> None:
    """q3 has 2.5 of 8 points, q1 2.5 of 6, q2 4 of 9: the most difficult comes first."""
    ordered = hardest_first(asked_questions(small_cohort()))
    assert [(q.question, q.score.earned, q.score.out_of) for q in ordered] == [
        ("q3", 2.5, 8.0),
        ("q1", 2.5, 6.0),
        ("q2", 4.0, 9.0),
    ]


def test_a_question_row_says_how_many_and_how_long() -> None:
    """q2: one correct, one partly, one stopped; 1, 3 and 20 seconds; ben was slowest."""
    assert row_of("q2 C2", small_cohort()) == "q2 C24 of 91113.0 s20 s ben"


def test_a_mistake_is_counted_with_those_who_made_it() -> None:
    """One spelling cost ben 2 points and chen 1.5."""
    (first, *_) = shared_mistakes(small_cohort())
    assert (first.sentence, first.lost) == (SPELLING, 3.5)
    assert list(first.participants) == ["ben", "chen"]
    assert row_of(f"q1{SPELLING}", small_cohort()) == f"q1{SPELLING}3.52ben, chen"


def test_who_is_stuck_is_said_with_the_reason() -> None:
    """Ben was too slow and chen left a question out; anna is not in the list."""
    held = stuck(small_cohort())
    assert {name: [r.question for r in found] for name, found in held.items()} == {
        "ben": ["q2"],
        "chen": ["q3"],
    }
    text = text_of(small_cohort())
    assert "w1d1_90 question 2: the answer took too long" in text
    assert "w1d1_90 question 3: not attempted" in text


def test_what_waits_for_an_instructor_is_said_with_names() -> None:
    """One text waits, and it is ben's."""
    assert "w1d1_90, question 3: 1 answer waits for marks. ben" in text_of(small_cohort())
    marked = [r for r in small_cohort() if r.verdict != "to_mark"]
    assert "No answer waits for marks." in text_of(marked)


def test_who_handed_in_nothing_is_named() -> None:
    """A participant of another unit without a file for this one is missed."""
    results = [*small_cohort(), result(participant="dina", unit="w1d1_01", question="q1")]
    text = text_of(results)
    assert "No file for w1d1_90 from 1: dina" in text
    assert "No file for w1d1_01 from 3: anna, ben, chen" in text


def test_receipts_that_do_not_fit_are_named() -> None:
    """A file that was changed after its receipt is said with its owner; the others are counted."""
    results = [
        result(receipt=CONFIRMED),
        result(participant="ben", receipt=CHANGED),
        result(participant="ben", question="q3", receipt=CHANGED),
        result(participant="chen"),
    ]
    text = text_of(results)
    assert f"Receipt: {CHANGED} ben (w1d1_90)" in text
    assert "Receipts that were recorded and fit: 1. Receipts that do not fit: 1." in text


def test_attempts_and_what_counts_are_said() -> None:
    """The policy in a sentence, and each attempt with its participants and its release."""
    first = result(points=2.0, verdict="correct", is_released=True)
    results = [first, result(attempt=2), result(participant="ben", is_released=True)]
    text = text_of(results, counting=[first, results[2]], policy="The best attempt counts.")
    assert "The best attempt counts." in text
    assert "Points: 2 of 4." in text
    assert "w1d1_9012released" in text
    assert "w1d1_9021not released: do not hand out" in text


def test_levels_of_isolation_are_counted_and_the_weak_one_is_explained() -> None:
    """Each notebook is counted once; only the weak level has a warning."""
    results = [result(), result(question="q3"), result(participant="ben", isolation="bwrap")]
    text = text_of(results)
    assert "Isolation process: 1 notebook. It protects against accidents, not against" in text
    assert "Isolation bwrap: 1 notebook." in text
    assert "accidents" not in text_of([result(isolation="bwrap")])


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    """100 per cent means every point, and 0 means none."""
    assert Score(earned=999.9, out_of=1000).percent == 99
    assert Score(earned=0.1, out_of=1000).percent == 1
    assert [Score(earned=part, out_of=4).percent for part in (0, 1, 4)] == [0, 25, 100]
    assert Score(waiting=4).percent is None


def test_every_verdict_is_in_one_group() -> None:
    """No answer is missing from the row of its question, and none is there twice."""
    grouped = Counter(verdict for verdicts in OUTCOMES.values() for verdict in verdicts)
    assert grouped == Counter(list(VERDICTS))


# ---- numbers, for any cohort

POINTS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.33, 2.0])
ANY = st.builds(
    lambda who, unit, question, verdict, points, attempt: result(
        participant=who,
        unit=unit,
        question=question,
        verdict=verdict,
        points=None if verdict == "to_mark" else 2.0 if verdict == "correct" else points,
        competence=f"C{1 + int(question[1:]) % 7}",
        attempt=attempt,
    ),
    st.sampled_from(["anna", "ben", "chen", EVIL]),
    st.sampled_from(["w1d1_01", "w1d1_90"]),
    st.sampled_from(["q1", "q2", "q3"]),
    st.sampled_from(sorted(VERDICTS)),
    POINTS,
    st.sampled_from([1, 2]),
)
COHORTS = st.lists(
    ANY, min_size=1, max_size=30, unique_by=lambda r: (r.participant, r.unit, r.question, r.attempt)
).map(lambda found: sorted(found, key=lambda r: (r.participant, r.unit, r.attempt, r.question)))


@settings(max_examples=40, deadline=None)
@given(results=COHORTS)
def test_sums_on_the_page_are_sums_over_the_table(results: list[Result]) -> None:
    """The total of the page is the sum of the rows that count, and that of the gradebook."""
    newest = newest_attempts(results)
    rows = rows_of(results_csv(newest))
    earned = sum(float(row["points"]) for row in rows if row["points"])
    marked = sum(float(row["out_of"]) for row in rows if row["points"])
    waiting = sum(float(row["out_of"]) for row in rows if not row["points"])
    said = f"Points: {amount(earned)} of {amount(marked)}"
    said += f", {amount(waiting)} to mark." if waiting else "."
    assert said in text_of(results)
    assert sum(float(row["score"]) for row in rows_of(gradebook_csv(results))) == pytest.approx(
        earned
    )


@settings(max_examples=40, deadline=None)
@given(results=COHORTS)
def test_the_parts_add_up_to_the_whole(results: list[Result]) -> None:
    """Participants, units, competences, cells and questions are different cuts of one sum."""
    whole = sum(result.points or 0 for result in results)
    lost = sum(r.out_of - r.points for r in results if r.points is not None)
    cuts = [
        list(scores(results, lambda r: r.participant).values()),
        list(scores(results, lambda r: r.competence).values()),
        list(cells(results, lambda r: r.participant, lambda r: r.unit).values()),
        [asked.score for asked in asked_questions(results)],
    ]
    for cut in cuts:
        assert sum(score.earned for score in cut) == pytest.approx(whole)
        assert sum(score.lost for score in cut) == pytest.approx(lost)
        assert sum(score.answers for score in cut) == len(results)
    for asked in asked_questions(results):
        assert sum(asked.outcome(name) for name in OUTCOMES) == len(asked.results)


# ---- three things to discuss


def test_the_three_things_follow_the_stated_rule(programme: Programme) -> None:
    """First the dear mistake, then the most difficult question, then the weakest competence."""
    first, second, third = things_to_discuss(programme, small_cohort())
    assert first.title == "Question 1 of w1d1_90"
    assert first.finding == SPELLING
    assert first.numbers == "Made by 2 of 3 participants. It cost 3.5 points."
    assert first.ask == ASK["near_miss"][""]
    assert second.title == "Question 3 of w1d1_90"
    assert second.finding == "Of 3 answers: 1 partly, 1 no answer, 1 to mark."
    assert second.numbers == "2.5 of 8 points were earned (31 per cent)."
    # C6 is the weakest competence, but its only question is spoken about already.
    assert third.title == "C6 Intelligence practice"
    assert "31 per cent" in third.numbers
    assert third.ask not in (first.ask, second.ask)


def test_a_mistake_of_several_goes_before_a_dearer_one_of_one(programme: Programme) -> None:
    """A group talks about what the group did."""
    results = [
        result(participant="anna", question="q5", out_of=9.0, diagnosis=LINES),
        result(participant="ben", diagnosis=SPELLING),
        result(participant="chen", diagnosis=SPELLING),
    ]
    assert things_to_discuss(programme, results)[0].finding == SPELLING


def test_values_of_the_practice_data_are_one_mistake_over_a_unit(programme: Programme) -> None:
    """Six numbers typed in are one thing to talk about, with its own question."""
    results = [
        result(question=f"q{n}", verdict="wrong", diagnosis=TYPED_IN, kind="number")
        for n in (2, 3, 10)
    ]
    (first, *_) = things_to_discuss(programme, results)
    assert first.title == "Questions 2, 3 and 10 of w1d1_90"
    assert first.numbers == "Made by 1 of 1 participant. It cost 6 points."
    assert first.ask == ASK_TYPED_IN


def test_only_the_newest_day_is_discussed(programme: Programme) -> None:
    """The mistakes of last week are not tomorrow's."""
    units = sorted(programme.units, key=lambda unit: (unit.week, unit.day))
    if (units[0].week, units[0].day) == (units[-1].week, units[-1].day):
        newest, old = units[-1].id, "w0d0_00"  # a unit that was taken out counts as the oldest
    else:
        newest, old = units[-1].id, units[0].id
    results = [result(unit=old, diagnosis=LINES), result(unit=newest, diagnosis=SPELLING)]
    findings = {thing.finding for thing in things_to_discuss(programme, results)}
    assert SPELLING in findings
    assert LINES not in findings


def test_where_nothing_was_lost_nothing_is_invented(programme: Programme) -> None:
    """Full marks give no mistake to discuss; the page says so."""
    right = [answer("anna", "q1", "correct", 2.0), answer("ben", "q1", "correct", 2.0)]
    assert things_to_discuss(programme, right) == []
    assert "No points were lost on the newest day" in text_of(right)


def test_fewer_than_three_things_are_said_to_be_fewer() -> None:
    """One question gives one mistake and one competence; the title counts them."""
    text = text_of([result()])
    assert "Tomorrow morning: two things to discuss" in text
    assert "No more points were lost on this day." in text


@pytest.mark.parametrize("verdict", sorted(set(VERDICTS) - {"correct"}))
@pytest.mark.parametrize(
    "kind", ["number", "choice", "set", "list", "table", "score", "chart", "function", "text", ""]
)
def test_there_is_a_question_for_every_kind_of_failure(verdict: str, kind: str) -> None:
    """Every question to ask is one: it ends with a question mark, and it is short."""
    ask = question_to_ask(verdict, kind)
    assert ask.endswith("?")
    assert len(ask) < 120


# ---- from one participant to five hundred


def big_cohort(people: int, units: list[str]) -> list[Result]:
    """A large cohort in which something of everything happened."""
    verdicts = ["correct", "correct", "near_miss", "wrong", "partial", "timeout", "to_mark"]
    return [
        result(
            participant=f"participant_{person:03}",
            unit=unit,
            question=f"q{number}",
            verdict=(verdict := verdicts[(person * 7 + number * 3 + len(unit)) % len(verdicts)]),
            points={"correct": 2.0, "partial": 1.0, "to_mark": None}.get(verdict, 0.0),
            diagnosis="" if verdict == "correct" else SPELLING,
            competence=f"C{1 + number % 7}",
            seconds=person / 100,
        )
        for person in range(people)
        for unit in units
        for number in range(1, 9)
    ]


def test_a_cohort_of_one_has_a_page() -> None:
    """A learner alone is a cohort."""
    text = text_of([result()])
    assert "Participants: 1. Units: 1. Answers: 1. Points: 0 of 2." in text


def test_nothing_graded_is_a_page_too() -> None:
    """An empty store has no thing to discuss, and no error."""
    assert "Nothing is graded yet." in text_of([])


def test_a_large_cohort_is_shown_as_distributions() -> None:
    """Above forty names the competences are counts of participants, which add up to all."""
    results = big_cohort(MOST_NAMES + 1, ["w1d1_90"])
    html = cohort_page(PROGRAMME, results)
    rows = re.findall(r'<tr><th scope="row">C(\d)[^<]*</th>((?:<td>\d+</td>){4})', html)
    assert len(rows) == 7
    by = cells(results, lambda r: r.participant, lambda r: r.competence)
    for number, counts in rows:
        marked = sum(c == f"C{number}" and s.out_of > 0 for (_, c), s in by.items())
        assert sum(int(n) for n in re.findall(r"\d+", counts)) == marked
    assert "Participants by questions" not in html
    assert html.count('<th scope="row" class="name"><bdi>participant_') == MOST_NAMES + 1


@pytest.mark.slow
def test_five_hundred_participants_and_thirty_five_units_make_one_page() -> None:
    """The page stays below three megabytes, and its time grows with the number of answers."""
    units = [
        f"w{week}d{day}_{kind}"
        for week in (1, 2, 3, 4)
        for day in (1, 2, 3, 4, 5)
        for kind in ("01", "90")
    ][:35]
    took = []
    for people in (125, 500):
        results = big_cohort(people, units)
        start = time.process_time()
        html = cohort_page(PROGRAMME, results)
        took.append(time.process_time() - start)
    assert len(html.encode()) < 3_000_000
    assert took[1] < 12 * took[0]  # four times as many answers; sixteen would be the square


# ---- what to repeat


def test_the_weakest_competences_of_all_units_are_repeated_lowest_first(
    programme: Programme,
) -> None:
    """By hand: C6 2.5 of 8, C1 2.5 of 6, C2 4 of 9; who has under half; what cost most."""
    first, second, third = things_to_repeat(programme, small_cohort())
    assert [one.name[:2] for one in (first, second, third)] == ["C6", "C1", "C2"]
    assert first.participants == ("chen",)  # the text of ben is not marked yet
    assert second.participants == ("ben", "chen")
    assert (second.question.question, second.question.score.lost) == ("q1", 3.5)


def test_the_question_that_cost_most_points_is_named(programme: Programme) -> None:
    """A large question that went well is not the one to repeat."""
    about = {"unit": programme.units[-1].id, "competence": "C1"}
    large = result(question="q5", points=9.0, out_of=10.0, review="part 1", **about)
    small = result(question="q6", points=0.0, out_of=2.0, review="w1d1_01, part 2", **about)
    (only,) = things_to_repeat(programme, [large, small])
    assert (only.question.question, only.read_again) == ("q6", "w1d1_01, part 2")
    other = result(unit=programme.units[0].id, competence="C2", review="")
    assert "w1d1_01, part 2" in text_of([large, small, other])


def test_a_question_whose_competence_was_changed_has_its_place(programme: Programme) -> None:
    """Who was graded before keeps the old competence, and the report is made all the same."""
    before = result(participant="anna", competence="C1", verdict="partial", points=1.0)
    after = result(participant="ben", competence="C2")
    assert [one.name[:2] for one in things_to_repeat(programme, [before, after])] == ["C2", "C1"]
    third = things_to_discuss(programme, [before, after])[-1]
    assert third.title.startswith("C2 ")
    assert third.numbers == "0 of 2 points were earned (0 per cent)."
    other = result(unit="w1d1_01", participant="ben", competence="C1")
    assert "What to repeat" in text_of([before, after, other])


def test_old_days_count_when_a_week_is_repeated(programme: Programme) -> None:
    """What was lost on Monday stands in the list on Friday, unlike the things of tomorrow."""
    units = sorted(programme.units, key=lambda unit: (unit.week, unit.day))
    lost = result(unit=units[0].id, diagnosis=LINES, competence="C1")
    right = result(unit=units[-1].id, verdict="correct", points=2.0, competence="C4")
    assert [one.name[:2] for one in things_to_repeat(programme, [lost, right])] == ["C1"]
    text = text_of([lost, right])
    assert "What to repeat, over all units" in text
    assert "What to repeat" not in text_of([lost])  # one unit is what tomorrow is about


def test_nothing_is_repeated_where_nothing_was_lost_or_marked(programme: Programme) -> None:
    """Full marks and texts that wait give no competence to repeat."""
    full = result(verdict="correct", points=2.0)
    waits = result(question="q3", verdict="to_mark", points=None)
    assert things_to_repeat(programme, [full, waits]) == []
