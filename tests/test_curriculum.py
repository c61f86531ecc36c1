"""The curriculum is true and can be read: minutes, objectives, words, numbers, pictures."""

import ast
import datetime as dt
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rilo_training import charts
from rilo_training.answers.kinds import KINDS
from rilo_training.codes import members
from rilo_training.course.editing.english import (
    EnglishRules,
    english_problems,
    load_rules,
    unused_exceptions,
)
from rilo_training.course.editing.facts import (
    Fact,
    known_forms,
    load_facts,
    loose_numbers,
    numbers_beside,
    unused_facts,
)
from rilo_training.course.editing.prose import Passage, passages_of, sentences_of, text_cells
from rilo_training.course.editing.taught import (
    cells_that_draw,
    forward_references,
    untaught_words,
    words_of_code,
)
from rilo_training.course.manifest import Programme, load_programme
from rilo_training.course.notebook import participant_copy, questions_of, read_notebook, role_of
from rilo_training.course.syllabus import PAGE, asked_in, syllabus

ROOT = Path(__file__).resolve().parents[1]
PROGRAMME = load_programme(ROOT)
NOTEBOOKS = {unit.id: read_notebook(PROGRAMME.notebook(unit)) for unit in PROGRAMME.units}
RULES = load_rules(ROOT)
FACTS = load_facts(ROOT)
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "curriculum").glob("*.md")),
    *sorted((ROOT / "curriculum" / "facilitation").glob("*.md")),
    *sorted((ROOT / "curriculum" / "gain").glob("*.md")),
    *sorted((ROOT / "curriculum" / "rubrics").glob("*.md")),
]
every_unit = pytest.mark.parametrize("unit", PROGRAMME.units, ids=lambda unit: unit.id)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return PROGRAMME


def every_passage() -> list[Passage]:
    """All that a reader of the units and of the pages reads."""
    pages = [Passage(page.name, page.read_text(encoding="utf-8")) for page in PAGES]
    units = [text for unit, made in NOTEBOOKS.items() for text in passages_of(made, unit)]
    return units + pages


def texts_in(value: Any) -> Iterator[str]:
    """All texts of a TOML value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


# --- the plan ---------------------------------------------------------------------------------


def test_the_minutes_of_a_day_add_up(programme: Programme) -> None:
    """The parts of a day take exactly the time of the day."""
    assert [day.day for day in programme.days] == [1, 2, 3, 4, 5]
    for day in programme.days:
        assert sum(part.minutes for part in day.parts) == day.minutes, day.title


def test_every_unit_of_a_day_stands_once_in_its_plan(programme: Programme) -> None:
    """A day holds its units in their order, and nothing twice."""
    planned = [part.unit for day in programme.days for part in day.parts if part.unit]
    assert planned == [unit.id for unit in programme.units if unit.day > 0]


@every_unit
def test_every_objective_is_proved_by_a_question(unit) -> None:
    """The questions that the manifest names are in the notebook; each question proves something."""
    asked = asked_in(NOTEBOOKS[unit.id])
    named = {name for questions in unit.proved_by for name in questions}
    assert all(unit.proved_by), unit.id
    assert named <= asked.keys(), named - asked.keys()
    assert list(asked) == questions_of(NOTEBOOKS[unit.id])


def test_the_syllabus_is_made_from_the_manifest(programme: Programme) -> None:
    """Make it again with `renew_syllabus` of `rilo_training.course.syllabus`."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == syllabus(programme)


@pytest.mark.parametrize("kind", ["lesson", "graded"])
def test_a_unit_has_the_questions_of_its_kind(kind: str) -> None:
    """A lesson has six to eight tasks; a graded unit six to ten, one written, one on handling."""
    for unit in (unit for unit in PROGRAMME.units if unit.kind == kind):
        asked = asked_in(NOTEBOOKS[unit.id])
        assert 6 <= len(asked) <= (8 if kind == "lesson" else 10), unit.id
        if kind == "graded":
            assert [q.kind for q in asked.values()].count("text") == 1, unit.id
            assert any(q.competence == "C6" and q.kind != "text" for q in asked.values()), unit.id


def test_a_lesson_fits_into_sixty_cells() -> None:
    """What a participant gets of a lesson is not longer than a lesson."""
    for unit in (unit for unit in PROGRAMME.units if unit.kind == "lesson"):
        assert len(participant_copy(NOTEBOOKS[unit.id]).cells) <= 60, unit.id


def test_every_kind_of_answer_is_used_in_the_week() -> None:
    """The week shows each of the kinds at least once."""
    used = {q.kind for made in NOTEBOOKS.values() for q in asked_in(made).values()}
    assert used == set(KINDS)


@every_unit
def test_a_unit_announces_the_competences_that_its_questions_measure(unit) -> None:
    """What the syllabus promises has a question, and no question measures something else."""
    asked = asked_in(NOTEBOOKS[unit.id]).values()
    assert {question.competence for question in asked} == set(unit.competences)


def test_the_graded_units_of_the_week_measure_every_competence(programme: Programme) -> None:
    """So the cohort report after the week shows all seven."""
    graded = (unit for unit in programme.units if unit.week == 1 and unit.kind == "graded")
    assert {name for unit in graded for name in unit.competences} == set(programme.competences)


@every_unit
def test_a_graded_question_names_at_least_three_mistakes(unit) -> None:
    """The mistakes that officers really make stand beside the answer."""
    if unit.kind != "graded":
        return
    counts: dict[str, int] = {}
    for cell in (cell for cell in NOTEBOOKS[unit.id].cells if role_of(cell) == "key"):
        for node in ast.walk(ast.parse(cell.source)):
            match node:
                case ast.Call(func=ast.Name(id="mistake"), args=[ast.Constant(value=str(q)), *_]):
                    counts[q] = counts.get(q, 0) + 1
    for question, asked in asked_in(NOTEBOOKS[unit.id]).items():
        if asked.kind not in ("text", "score"):
            assert counts.get(question, 0) >= 3, question


@every_unit
def test_the_parts_of_a_lesson_take_its_minutes(unit) -> None:
    """The minutes of its parts and of its recap add up to the minutes of the manifest."""
    if unit.kind != "lesson":
        return
    text = "\n".join(cell.text for cell in text_cells(NOTEBOOKS[unit.id], unit.id))
    parts = re.findall(r"\((\d+) minutes?\)", text)
    assert sum(map(int, parts)) == unit.minutes, parts


# --- words ------------------------------------------------------------------------------------


@every_unit
def test_the_text_of_a_unit_is_plain_english(unit) -> None:
    """Short sentences and known words, in texts, hints, sentences of mistakes and titles."""
    problems = english_problems(passages_of(NOTEBOOKS[unit.id], unit.id), RULES)
    assert not problems, "\n".join(problems)


@every_page
def test_a_page_of_the_curriculum_is_plain_english(page: Path) -> None:
    """Pages for instructors keep to the same rules."""
    text = page.read_text(encoding="utf-8")
    problems = english_problems([Passage(page.name, text)], RULES)
    assert not problems, "\n".join(problems)


def test_the_test_of_gain_is_plain_english() -> None:
    """A hard sentence would measure English. Items, options and the task are read."""
    blueprint = tomllib.loads((ROOT / "curriculum" / "gain" / "blueprint.toml").read_text("utf-8"))
    read = list(texts_in([blueprint["item"], blueprint["task"]]))
    assert len(read) > 28 * 2 * 5  # a question and four options, in two forms
    assert english_problems([Passage("blueprint.toml", text) for text in read], RULES) == []


def test_every_exception_of_plain_english_is_needed() -> None:
    """An exception whose text is gone is removed."""
    assert unused_exceptions(every_passage(), RULES) == []


def test_a_long_sentence_and_a_refused_word_are_found() -> None:
    """The check finds what it is made for, and lets an exception pass."""
    rules = EnglishRules(4, {re.compile(r"\b(?:just)\b"): "nothing"}, {"a b c d e": "a test"})
    found = english_problems([Passage("p", "One two three four five. It is just so.")], rules)
    assert len(found) == 2
    assert not english_problems([Passage("p", "a b c d e")], rules)


@pytest.mark.parametrize(
    "code",
    [
        'plt.title("We utilise it")',
        'ax.set_title("We utilise it")',
        'ax.set(title="We utilise it", xlabel="cases")',
        'plt.xlabel("We utilise it")',
        'ax.set_ylabel(f"We utilise it in {year}")',
        'say("We utilise it")',
        'mistake("q1", 3, "We utilise it")',
        'mistake("q1", value=3, sentence="We utilise it")',
        'key("q1", hints=["We utilise it", "Step."])',
    ],
)
def test_what_the_code_says_to_a_reader_is_read(code: str) -> None:
    """Titles, labels and sentences, wherever they stand in the call."""
    cell = new_code_cell(code, metadata={"rilo": {"role": "example"}})
    said = [passage.text for passage in passages_of(new_notebook(cells=[cell]), "u1")]
    assert any(text.startswith("We utilise it") for text in said), said


def test_a_table_a_list_and_a_heading_are_sentences_of_their_own() -> None:
    """Their words do not add up to one long sentence."""
    text = "# One\n\n| a b | c |\n|---|---|\n| d | e f |\n\n1. first\n2. second `x = 1`\n"
    assert sentences_of(text) == ["One", "a b", "c", "d", "e f", "first", "second code"]


# --- numbers ----------------------------------------------------------------------------------


@every_unit
def test_every_number_in_prose_is_proved(unit) -> None:
    """By the manifest, by the notebook itself, or by a row of the fact table."""
    made = NOTEBOOKS[unit.id]
    known, beside = known_forms(unit, made), numbers_beside(made)
    loose = loose_numbers(text_cells(made, unit.id), unit.id, FACTS, known, beside)
    assert not loose, "\n".join(loose)


def test_every_fact_of_the_table_stands_in_a_text() -> None:
    """A fact that nobody reads any more is removed."""
    texts = [
        (unit, passage) for unit, made in NOTEBOOKS.items() for passage in text_cells(made, unit)
    ]
    assert unused_facts(texts, FACTS) == []


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.proof], ids=lambda f: f.text)
def test_a_fact_that_can_be_computed_is_true(fact: Fact) -> None:
    """Its proof holds, and every number of the text stands in it."""
    names = {"statistics": statistics, "dt": dt, "members": members}
    assert eval(fact.proof, names) is True
    said = re.findall(r"\d[\d,]*\.?\d*", fact.text)
    proved = re.findall(r"\d[\d_]*\.?\d*", fact.proof)
    assert {float(n.replace(",", "")) for n in said} <= {float(n) for n in proved}


@every_unit
def test_a_changed_number_is_noticed(unit) -> None:
    """One more in any number of a fact is found."""
    made = NOTEBOOKS[unit.id]
    known = known_forms(unit, made)
    covered = {fact.text for fact in FACTS if fact.unit in (unit.id, "any")}
    for passage in text_cells(made, unit.id):
        plain = " ".join(passage.text.split())
        for text in covered:
            if text in plain:
                changed = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), text)
                wrong = Passage(passage.place, plain.replace(text, changed))
                if changed not in covered:
                    assert loose_numbers([wrong], unit.id, FACTS, known), text


def test_a_number_without_a_proof_is_found() -> None:
    """A fact covers its own words, and no others."""
    facts = [Fact("w1d1_01", "35 Members", "list of Members"), Fact("other", "7 days", "test")]
    texts = [Passage("p", "The region has 35 Members. 7 days, and `x = 3`.\n\n1. one\n")]
    never = re.compile("(?!)")
    (only,) = loose_numbers(texts, "w1d1_01", facts, never)
    assert only.startswith("p: 7 in")
    assert loose_numbers(texts, "other", facts, never)[0].startswith("p: 35 in")


# --- order and pictures -----------------------------------------------------------------------


def test_nothing_is_used_before_it_is_taught(programme: Programme) -> None:
    """Each word of code in a solution stood before in a text, an example or a starter."""
    assert untaught_words(programme) == []


def test_the_words_of_a_solution_are_found() -> None:
    """Methods, functions, arguments and keywords count; own names and columns do not."""
    code = 'def rate(x):\n    return x.mean()\nbest = rate(table["a"].round(2, decimals=1))'
    assert words_of_code(code) == {"def", "return", "mean", "round", "decimals"}


def test_nobody_is_sent_to_a_later_unit(programme: Programme) -> None:
    """What to read again stands in this unit or in an earlier one."""
    assert forward_references(programme) == []


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("prose", "More of it stands in w1d5_90."),
        ("key", 'key("q1", review="part 1, and w1d5_90")'),
        ("key", "key('q1', review='w1d5_90, part 1')"),
        ("key", 'key("q1", hints=["See w1d5_90.", "Step."])'),
    ],
)
def test_a_way_to_a_later_unit_is_found(
    role: str, words: str, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a text, in a hint, and in what to read again, however it is written."""
    made = new_code_cell if role == "key" else new_markdown_cell
    cell = made(words, metadata={"rilo": {"role": role}})
    first, changed = "w1d1_01", new_notebook(cells=[cell])

    def read(path: Path) -> Any:
        return changed if path.name.startswith(first) else read_notebook(path)

    monkeypatch.setattr("rilo_training.course.editing.taught.read_notebook", read)
    assert forward_references(programme) == [(first, "w1d5_90")]


@every_unit
def test_every_picture_has_words_for_those_who_do_not_see_it(unit) -> None:
    """A cell that draws gives alt text; a chart of the house writes its own."""
    house = set(charts.__all__)
    for cell in cells_that_draw(NOTEBOOKS[unit.id]):
        assert "alt_text" in cell.source or house & words_of_code(cell.source), cell.id
    for passage in text_cells(NOTEBOOKS[unit.id], unit.id):
        assert not re.search(r"!\[\s*\]\(", passage.text), passage.place


@every_page
def test_every_picture_of_a_page_has_words(page: Path) -> None:
    """The words say what the picture shows."""
    for words in re.findall(r"!\[([^\]]*)\]\(", page.read_text(encoding="utf-8")):
        assert len(words.split()) >= 4, (page.name, words)


def test_the_checks_of_the_course_find_what_they_look_for(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty list is good only where the check could have found something."""
    rules = EnglishRules(9, {}, {"a word that is gone": "a test"})
    assert unused_exceptions([Passage("p", "Another word.")], rules) == ["a word that is gone"]
    facts = [Fact("u", "35 Members", "list of Members"), Fact("u", "7 days", "test")]
    assert unused_facts([("u", Passage("p", "It has 35 Members."))], facts) == ["u: 7 days"]
    source = "rows = ...\n### BEGIN SOLUTION\nrows = table.explode()\n### END SOLUTION"
    answer = new_code_cell(source, metadata={"rilo": {"role": "answer", "question": "q1"}})
    picture = new_code_cell("plt.show()", metadata={"rilo": {"role": "example"}})
    changed = new_notebook(cells=[picture, answer])
    assert cells_that_draw(changed) == [picture]

    def read(path: Path) -> Any:
        return changed if path.name.startswith("w1d1_01") else read_notebook(path)

    monkeypatch.setattr("rilo_training.course.editing.taught.read_notebook", read)
    assert ("w1d1_01", "q1", "explode") in untaught_words(programme)


# --- for the instructor -----------------------------------------------------------------------

HEADINGS = (
    "At the start",
    "Where people get stuck",
    "What to drop",
    "The live CEN hour",
    "Handling",
    "Debrief",
    "Exit question",
)


@pytest.mark.parametrize("day", [1, 2, 3, 4, 5])
def test_every_day_has_facilitation_notes(day: int) -> None:
    """What to say, where people get stuck, what to drop, and the rest, under the same headings."""
    text = (ROOT / "curriculum" / "facilitation" / f"day{day}.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for heading in HEADINGS:
        assert any(line.startswith(heading) for line in found), (heading, found)


def test_the_map_of_the_charter_names_units_that_are_here(programme: Programme) -> None:
    """What is not built yet is called planned."""
    text = (ROOT / "curriculum" / "charter_map.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(w\dd\d_\d\d)`", text))
    assert named <= {unit.id for unit in programme.units}, named
    for row in re.findall(r"^\| [IV].*\|$", text, re.MULTILINE):
        assert row.rstrip(" |").endswith(("here", "planned")) or "here (" in row, row
