"""Taking the answers out of a notebook that came back: what can be found again is found."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import (
    participant_copy,
    question_of,
    read_notebook,
    role_of,
    solutions_of,
)
from rilo_training.grading import assemble as module
from rilo_training.grading.assemble import Assembled, assemble
from rilo_training.grading.submissions import Cell, cells_of_file

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ("q1", "q2", "q3")
Change = Callable[[list[NotebookNode]], None]


def cell(kind: str, source: str, cell_id: str, role: str, question: str = "") -> NotebookNode:
    """A cell as the course gives it out."""
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    rilo = {"role": role, **({"question": question} if question else {})}
    made: NotebookNode = make(
        source, id=cell_id, metadata=NotebookNode({"rilo": NotebookNode(rilo)})
    )
    return made


def small_copy() -> NotebookNode:
    """A participant's copy: q1 stands apart, q2 and q3 follow each other directly."""
    cells = [
        cell("code", 'EXTRACT = "datasets/practice"', "parameters", "parameters"),
        cell("code", 'begin("w1d1_90", EXTRACT)', "setup", "setup"),
    ]
    for question in QUESTIONS:
        heading = f"## Question {question[1:]} (2 points)\n\nAssign it to `{question}_value`."
        cells += [
            cell("markdown", heading, f"{question}-task", "task", question),
            cell("code", f"{question}_value = ...", f"{question}-answer", "answer", question),
            cell(
                "code",
                f'check("{question}", {question}_value)',
                f"{question}-check",
                "check",
                question,
            ),
        ]
        if question == "q1":
            cells.append(cell("markdown", "## The table", "the-table", "prose"))
            cells.append(cell("code", "table = load_seizures()", "the-table-code", "example"))
    cells.append(cell("code", "progress()", "how-far-code", "example"))
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    return notebook


BLANK = small_copy()


def code_for(question: str) -> str:
    """What the participant of these tests answers."""
    return f"{question}_value = compute('{question}')"


def filled() -> list[NotebookNode]:
    """The cells of a participant who answered every question."""
    cells = small_copy().cells
    for one in cells:
        if role_of(one) == "answer":
            one["source"] = code_for(str(question_of(one)))
    return list(cells)


def place_of(cells: list[NotebookNode], cell_id: str) -> int:
    """The position of a cell."""
    return [one.get("id") for one in cells].index(cell_id)


def own(source: str) -> NotebookNode:
    """A cell that a participant made."""
    made: NotebookNode = nbformat.v4.new_code_cell(source)
    return made


def read(cells: list[NotebookNode]) -> Assembled:
    """What is found in these cells."""
    return assemble(BLANK, cells_of_file({"cells": cells}))


def strip(cells: list[NotebookNode], *, ids: bool = True, metadata: bool = True) -> None:
    """Take away ids and metadata, as other notebook programs do."""
    for one in cells:
        if ids:
            one.pop("id", None)
        if metadata:
            one["metadata"] = NotebookNode()


ALL = {question: code_for(question) for question in QUESTIONS}


def test_an_untouched_copy_holds_no_answer() -> None:
    """The starter is no answer, and there is nothing to say about such a file."""
    found = read(list(small_copy().cells))
    assert found.answers == dict.fromkeys(QUESTIONS, "")
    assert found.notes == {question: [] for question in QUESTIONS}
    assert found.unused == 0


def test_answers_in_their_cells_are_taken_as_they_are() -> None:
    """The ordinary case: the code of the answer cells, and not a word about it."""
    found = read(filled())
    assert found.answers == ALL
    assert not any(found.notes.values())


def _without(*ids: str) -> Change:
    def change(cells: list[NotebookNode]) -> None:
        cells[:] = [one for one in cells if one.id not in ids]

    return change


def _retyped(kind: str) -> Change:
    def change(cells: list[NotebookNode]) -> None:
        cells[place_of(cells, "q2-answer")]["cell_type"] = kind

    return change


def _merged(cells: list[NotebookNode]) -> None:
    answer, check = place_of(cells, "q2-answer"), place_of(cells, "q2-check")
    cells[answer]["source"] += "\n" + cells[check].source
    del cells[check]


def _without_text(cells: list[NotebookNode]) -> None:
    cells[:] = [one for one in cells if one.cell_type == "code"]


def _without_text_and_marks(cells: list[NotebookNode]) -> None:
    _without_text(cells)
    strip(cells)


DAMAGE: dict[str, Change] = {
    "ids are gone": lambda cells: strip(cells, metadata=False),
    "metadata is gone": lambda cells: strip(cells, ids=False),
    "ids and metadata are gone": strip,
    "all ids are the same": lambda cells: [one.update(id="same") for one in cells] and None,
    "a check is gone": _without("q2-check"),
    "a task is gone": _without("q2-task"),
    "all checks are gone": _without("q1-check", "q2-check", "q3-check"),
    "all tasks are gone": _without("q1-task", "q2-task", "q3-task"),
    "the cells between two answers are gone": _without("q2-check", "q3-task"),
    "all text is gone": _without_text,
    "all text and all marks are gone": _without_text_and_marks,
    "parameters and set-up are gone": _without("parameters", "setup"),
    "upside down": lambda cells: cells.reverse(),
    "the answer is a text cell": _retyped("markdown"),
    "the answer is a raw cell": _retyped("raw"),
    "two cells are the same": lambda cells: cells.insert(4, cells[place_of(cells, "q1-answer")]),
    "answers stand at the end": lambda cells: cells.sort(key=lambda c: "answer" in c.id),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_costs_no_answer(damage: str) -> None:
    """Each answer goes to its own question, whatever happened to the cells around it."""
    cells = filled()
    DAMAGE[damage](cells)
    assert read(cells).answers == ALL


def test_cells_of_ours_are_known_by_their_marks_alone() -> None:
    """Without ids and with changed texts, the marks in the metadata still tell the cells."""
    cells = filled()
    strip(cells, metadata=False)
    for one in cells:
        if role_of(one) in ("task", "check"):
            one["source"] = f"# changed: {one.source.splitlines()[0].lstrip('# ')[:5]}"
    for question in QUESTIONS:
        place = [question_of(one) if "rilo" in one.metadata else "" for one in cells].index(
            question
        )
        cells.insert(place + 1, own(f"helper = '{question}'"))
    expected = {
        question: f"helper = '{question}'\n\n{code_for(question)}" for question in QUESTIONS
    }
    assert read(cells).answers == expected


def test_cells_of_ours_are_known_by_what_they_say_alone() -> None:
    """Without ids and metadata, the heading of a task and the call of a check tell the cells."""
    cells = filled()
    strip(cells)
    for one in cells:
        if one.source.startswith("check("):
            one["source"] = one.source.replace('"', "'").replace(", ", ",")
        elif one.source.startswith("## Question"):
            one["source"] = f"{one.source.splitlines()[0]}\n\nMy own notes on this question."
    found = read(cells)
    assert found.answers == ALL
    assert found.unused == 0


def test_answer_and_check_in_one_cell_are_an_answer() -> None:
    """Two cells that were merged are still the answer; its own check does no harm."""
    cells = filled()
    _merged(cells)
    found = read(cells)
    assert code_for("q2") in found.answers["q2"]
    assert {q: found.answers[q] for q in ("q1", "q3")} == {q: ALL[q] for q in ("q1", "q3")}


@pytest.mark.parametrize("without_marks", [False, True])
def test_an_answer_that_was_typed_into_the_check_cell_is_an_answer(without_marks: bool) -> None:
    """Other notebook programs let people write into the check cell. Their work counts."""
    cells = filled()
    answer, check = place_of(cells, "q2-answer"), place_of(cells, "q2-check")
    cells[answer]["source"] = "q2_value = ..."
    cells[check]["source"] = f"{code_for('q2')}\n{cells[check].source}"
    if without_marks:
        strip(cells)
    found = read(cells)
    assert code_for("q2") in found.answers["q2"]
    assert {q: found.answers[q] for q in ("q1", "q3")} == {q: ALL[q] for q in ("q1", "q3")}


def test_own_cells_of_a_question_come_with_it_in_their_order() -> None:
    """Helpers before the answer and repairs after it belong to the question."""
    cells = filled()
    cells.insert(place_of(cells, "q2-answer"), own("def helper(): ..."))
    cells.insert(place_of(cells, "q2-check"), own("q2_value = q2_value + 1"))
    answer = read(cells).answers["q2"]
    parts = ["def helper(): ...", code_for("q2"), "q2_value = q2_value + 1"]
    assert [answer.find(part) for part in parts] == sorted(answer.find(part) for part in parts)
    assert all(part in answer for part in parts)


def test_an_answer_in_two_cells_is_whole() -> None:
    """A cell that was split gives the same code as before."""
    cells = filled()
    place = place_of(cells, "q2-answer")
    cells[place]["source"] = "first = 1"
    cells.insert(place + 1, own("q2_value = first + 1"))
    answer = read(cells).answers["q2"]
    assert answer.index("first = 1") < answer.index("q2_value = first + 1")


def test_a_cell_of_ones_own_beside_the_starter_is_the_answer() -> None:
    """Whoever leaves the starter and writes below it has answered."""
    cells = list(small_copy().cells)
    cells.insert(place_of(cells, "q2-answer") + 1, own(code_for("q2")))
    assert read(cells).answers == {"q1": "", "q2": code_for("q2"), "q3": ""}


def test_a_copied_cell_belongs_to_the_question_where_it_stands() -> None:
    """A copy of q2's cell under q3 is an answer to q3, although it carries the marks of q2."""
    cells = filled()
    copied = cell("code", code_for("q3"), "made-by-copying", "answer", "q2")
    cells[place_of(cells, "q3-answer")]["source"] = "q3_value = ..."
    cells.insert(place_of(cells, "q3-answer") + 1, copied)
    assert read(cells).answers == ALL


def test_what_was_put_back_is_said() -> None:
    """A participant reads which of our cells were missing, at the question they belong to."""
    cells = filled()
    _without("q2-check", "q3-task")(cells)
    notes = read(cells).notes
    assert notes["q1"] == []
    assert notes["q2"] == ["The check cell was missing. It was put back."]
    assert notes["q3"] == ["The task cell was missing. It was put back."]


def test_a_place_found_from_its_neighbours_is_said() -> None:
    """A participant reads that their cell was found by its place."""
    cells = filled()
    strip(cells)
    for sentences in read(cells).notes.values():
        assert sentences == [
            "The answer cell was not there; its place was found from its neighbours."
        ]


def test_an_answer_as_text_is_used_and_said() -> None:
    """Code in a text cell counts, with a note."""
    cells = filled()
    _retyped("markdown")(cells)
    found = read(cells)
    assert found.answers["q2"] == code_for("q2")
    assert "It was used as code." in found.notes["q2"][0]


def test_an_answer_in_words_is_not_run() -> None:
    """A text that is no code is not used as code, and the note says so."""
    cells = filled()
    cells[place_of(cells, "q2-answer")]["source"] = "I could not find it, sorry."
    _retyped("markdown")(cells)
    found = read(cells)
    assert found.answers["q2"] == ""
    assert "It was not used." in found.notes["q2"][0]


def test_cells_that_belong_to_no_question_are_counted() -> None:
    """Code outside of the questions is not run; how many such cells there are is known."""
    cells = filled()
    cells.insert(2, own("import numpy as np"))
    cells.append(own("print('ready')"))
    cells.append(own("   "))
    found = read(cells)
    assert found.answers == ALL
    assert found.unused == 2


def test_changed_cells_of_ours_are_never_used() -> None:
    """What a participant wrote into locked cells is not run."""
    cells = filled()
    for name in ("parameters", "setup", "the-table-code", "q1-task"):
        cells[place_of(cells, name)]["source"] = "changed = 1"
    found = read(cells)
    assert found.answers == ALL
    assert not any("changed" in code for code in found.answers.values())


def test_a_copied_check_is_not_taken_for_the_work_of_the_next_question() -> None:
    """A second copy of a check in another place moves no answer."""
    cells = filled()
    cells.append(cells[place_of(cells, "q1-check")].copy())
    found = read(cells)
    assert found.answers == ALL


def test_an_endless_answer_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is longer than anybody writes is left out, with a note."""
    monkeypatch.setattr(module, "MOST_CHARACTERS", 1_000)
    cells = filled()
    cells[place_of(cells, "q2-answer")]["source"] = "x = 1\n" * 500
    found = read(cells)
    assert found.answers == {**ALL, "q2": ""}
    assert "longer than" in found.notes["q2"][0]


def test_an_answer_in_hundreds_of_cells_does_not_run_for_hours() -> None:
    """Each cell has seconds of its own, so there are not many of them: the rest go together."""
    cells = filled()
    place = place_of(cells, "q2-answer")
    for number in range(300):
        cells.insert(place, own(f"import time\ntime.sleep(19)  # {number}"))
    found = read(cells)
    assert len(found.cells["q2"]) <= 50
    assert {q: found.answers[q] for q in ("q1", "q3")} == {q: ALL[q] for q in ("q1", "q3")}


@pytest.mark.parametrize("terms", [100, 400, 900])
def test_a_long_sum_in_the_check_cell_stops_nothing(terms: int) -> None:
    """A statement that is deep inside is read like any other, wherever it stands."""
    cells = filled()
    check = place_of(cells, "q2-check")
    cells[check]["source"] = f"x = {' + '.join(['1'] * terms)}\n{cells[check].source}"
    found = read(cells)
    assert code_for("q2") in found.answers["q2"]


UNREADABLE = {
    "not Python": "this is :: not python",
    "a null character": "a = '\x00'",
    "deep brackets": "(" * 5_000 + ")" * 5_000,
    "many signs": "x = " + "-" * 60_000 + "1",
    "half a character": "a = '\ud800'",
    "a magic": "%%time\nx = 1",
    "an odd escape": "x = '\\d'",
}


@pytest.mark.parametrize("case", UNREADABLE)
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_code_that_python_cannot_read_costs_itself_alone(case: str, kind: str) -> None:
    """The other answers of the same notebook are found, and nothing is raised."""
    cells = filled()
    place = place_of(cells, "q2-answer")
    cells[place]["source"], cells[place]["cell_type"] = UNREADABLE[case], kind
    found = read(cells)
    assert {q: found.answers[q] for q in ("q1", "q3")} == {q: ALL[q] for q in ("q1", "q3")}


def test_a_real_unit_without_any_marks_is_read_in_full() -> None:
    """A copy of a unit that lost ids, metadata and text gives back every solution."""
    programme = load_programme(ROOT)
    notebook = read_notebook(programme.notebook(programme.unit("w1d1_90")))
    blank = participant_copy(notebook)
    solutions = solutions_of(notebook)
    cells = participant_copy(notebook).cells
    for one in cells:
        if role_of(one) == "answer":
            one["source"] = solutions[str(question_of(one))]
    cells = [one for one in cells if one.cell_type == "code"]
    strip(cells)
    found = assemble(blank, cells_of_file({"cells": cells}))
    assert found.answers == {question: code.strip() for question, code in solutions.items()}
    assert found.unused == 0


def _is_only_in_its_own_answer(found: Assembled) -> bool:
    return all(
        code_for(question) not in code
        for name, code in found.answers.items()
        for question in QUESTIONS
        if question != name
    )


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_an_answer_never_goes_to_another_question(data: st.DataObject) -> None:
    """However cells are moved, deleted and doubled, a named answer stays with its question."""
    kept = data.draw(st.lists(st.sampled_from(filled()), max_size=16))
    for _ in range(data.draw(st.integers(0, 2))):
        kept.insert(data.draw(st.integers(0, len(kept))), own("scratch = 1"))
    found = read(kept)
    assert set(found.answers) == set(QUESTIONS)
    assert _is_only_in_its_own_answer(found)
    there = {one.get("id") for one in kept}
    for question in QUESTIONS:
        is_found = code_for(question) in found.answers[question]
        assert is_found == (f"{question}-answer" in there)


_TEXT = st.sampled_from(
    [
        *(one.source for one in filled()),
        "scratch = 1",
        "# Question 2",
        'check("q9", x)',
        "%%time",
        "",
    ]
) | st.text(st.characters(), max_size=20)
_CELLS = st.builds(
    Cell,
    cell_type=st.sampled_from(["code", "markdown", "raw", ""]),
    source=_TEXT,
    cell_id=st.sampled_from([*(str(one.id) for one in filled()), "", "x"]),
    role=st.sampled_from(["", "answer", "check", "task", "setup", "key"]),
    question=st.sampled_from(["", *QUESTIONS, "q9"]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(_CELLS, max_size=12))
def test_no_cells_stop_the_reading(cells: list[Cell]) -> None:
    """Any cells give code for each question, and code comes from their cells alone."""
    found = assemble(BLANK, cells)
    assert set(found.answers) == set(QUESTIONS)
    sources = "\n".join(one.source for one in cells)
    for code in found.answers.values():
        assert all(line.strip() in sources for line in code.splitlines())
