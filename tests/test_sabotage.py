"""Notebooks that were damaged in every way: nothing crashes, and no damage raises a mark."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from rilo_training.answers import Question
from rilo_training.course.manifest import Programme, load_programme
from rilo_training.course.notebook import (
    participant_copy,
    question_of,
    read_notebook,
    role_of,
)
from rilo_training.course.reference import run_reference
from rilo_training.demo import write_submissions
from rilo_training.grading.assemble import assemble
from rilo_training.grading.examine import examine
from rilo_training.grading.submissions import SubmissionError, cells_of_file, find_submissions
from rilo_training.kernels import Limits
from rilo_training.learn.session import check_calls

UNIT = "w1d1_90"
QUESTIONS = [f"q{number}" for number in range(1, 10)]
Content = dict[str, Any]
Sabotage = Callable[[Content, Any], None]

PATIENT = settings(deadline=None, max_examples=150)
FEW = settings(deadline=None, max_examples=4, phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return load_programme()


@pytest.fixture(scope="module")
def blank(programme: Programme) -> NotebookNode:
    """The copy as it was given out."""
    return participant_copy(read_notebook(programme.notebook(programme.unit(UNIT))))


@pytest.fixture(scope="module")
def cohort(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Content]:
    """The sample submissions, by participant."""
    folder = tmp_path_factory.mktemp("cohort")
    write_submissions(programme, folder)
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob(f"*/{UNIT}*.ipynb"))
    }


SAMPLES = ["another_way", "damaged", "named_mistakes", "typed_in"]

# ---- ways to damage a notebook -----------------------------------------------------------------

ODD: list[Any] = [
    None,
    True,
    -1,
    1e308,
    10**4000,
    "",
    "q1",
    "q1-answer",
    "\ud800",
    "x" * 100_000,
    "(" * 5_000,
    [],
    [[]],
    [None, 5, "text"],
    {},
    {"rilo": {"role": "check", "question": "q1"}},
    {"rilo": 5},
    {"rilo": {"role": ["answer"], "question": {"q1": 1}}},
]
"""Values that stand where nobody expects them."""


def cells_in(content: Content) -> list[Any]:
    """The cells, where there is a list of them."""
    cells = content.get("cells")
    return cells if isinstance(cells, list) else []


def delete(content: Content, draw: Any) -> None:
    """Delete a cell."""
    if cells := cells_in(content):
        del cells[draw(st.integers(0, len(cells) - 1))]


def double(content: Content, draw: Any) -> None:
    """Put a copy of a cell anywhere."""
    if cells := cells_in(content):
        found = copy.deepcopy(cells[draw(st.integers(0, len(cells) - 1))])
        cells.insert(draw(st.integers(0, len(cells))), found)


def move(content: Content, draw: Any) -> None:
    """Put a cell somewhere else."""
    if cells := cells_in(content):
        found = cells.pop(draw(st.integers(0, len(cells) - 1)))
        cells.insert(draw(st.integers(0, len(cells))), found)


def retype(content: Content, draw: Any) -> None:
    """Make code of a text, a text of code, or something unknown of both."""
    if cells := cells_in(content):
        found = cells[draw(st.integers(0, len(cells) - 1))]
        if isinstance(found, dict):
            found["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw", "x", 5, None]))


def strip(content: Content, draw: Any) -> None:
    """Take the id or the metadata away from a cell, or from all."""
    cells = [cell for cell in cells_in(content) if isinstance(cell, dict)]
    kept = draw(st.booleans())
    for cell in cells[draw(st.integers(0, len(cells))) :] if kept else cells:
        for name in draw(st.sampled_from([["id"], ["metadata"], ["id", "metadata"]])):
            cell.pop(name, None)


def swap_names(content: Content, draw: Any) -> None:
    """Give a cell the id, or the metadata, of another one."""
    cells = [cell for cell in cells_in(content) if isinstance(cell, dict)]
    if cells:
        one, other = (cells[draw(st.integers(0, len(cells) - 1))] for _ in range(2))
        for name in draw(st.sampled_from([["id"], ["metadata"], ["id", "metadata"]])):
            if name in other:
                one[name] = copy.deepcopy(other[name])


def split(content: Content, draw: Any) -> None:
    """Cut a cell in two."""
    cells = cells_in(content)
    if cells:
        place = draw(st.integers(0, len(cells) - 1))
        found = cells[place]
        if isinstance(found, dict) and isinstance(found.get("source"), str):
            lines = found["source"].splitlines(keepends=True)
            cut = draw(st.integers(0, len(lines)))
            first = {**found, "source": "".join(lines[:cut])}
            second = {**found, "source": "".join(lines[cut:])}
            cells[place : place + 1] = [first, second]


def merge(content: Content, draw: Any) -> None:
    """Join a cell with the next."""
    cells = cells_in(content)
    if len(cells) > 1:
        place = draw(st.integers(0, len(cells) - 2))
        sources = [
            cell.get("source") for cell in cells[place : place + 2] if isinstance(cell, dict)
        ]
        if len(sources) == 2 and all(isinstance(source, str) for source in sources):
            cells[place : place + 2] = [{**cells[place], "source": "\n".join(sources)}]


def spoil(content: Content, draw: Any) -> None:
    """Put an odd value anywhere in the file."""
    holder: Any = content
    for _ in range(draw(st.integers(0, 6))):
        inner = [
            value
            for value in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(value, dict | list) and value
        ]
        if not inner:
            break
        holder = draw(st.sampled_from(inner))
    odd = copy.deepcopy(draw(st.sampled_from(ODD)))
    if isinstance(holder, dict):
        holder[draw(st.sampled_from([*holder, "new"]))] = odd
    else:
        holder[draw(st.integers(0, len(holder) - 1))] = odd


STRUCTURAL: list[Sabotage] = [delete, double, move, retype, strip, swap_names, split, merge]


def damaged(content: Content, draw: Any, ways: list[Sabotage]) -> Content:
    """A damaged copy."""
    made = copy.deepcopy(content)
    for _ in range(draw(st.integers(1, 12))):
        draw(st.sampled_from(ways))(made, draw)
    return made


# ---- nothing crashes ---------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
@PATIENT
@given(data=st.data())
def test_no_damage_stops_the_grader(
    cohort: dict[str, Content],
    blank: NotebookNode,
    tmp_path_factory: pytest.TempPathFactory,
    sample: str,
    data: st.DataObject,
) -> None:
    """A damaged file is read and assembled, or named in a sentence; the one beside it is found."""
    made = damaged(cohort[sample], data.draw, [*STRUCTURAL, spoil, spoil, spoil])
    folder = tmp_path_factory.mktemp("submissions")
    for name, content in ((sample, made), ("honest", cohort["another_way"])):
        path = folder / name / f"{UNIT}.ipynb"
        path.parent.mkdir()
        path.write_text(json.dumps(content), encoding="utf-8")
    found = find_submissions(folder, [UNIT])
    names = {submission.participant for submission in found.submissions}
    assert "honest" in names
    if sample not in names:
        assert any(problem.startswith(f"{sample}/{UNIT}.ipynb: ") for problem in found.problems)
        return
    own = next(one for one in found.submissions if one.participant == sample)
    try:
        _, cells = own.read()
    except SubmissionError as reason:  # pragma: no cover - it was read a moment ago
        pytest.fail(str(reason))
    assembled = assemble(blank, cells)
    assert set(assembled.cells) == set(QUESTIONS)
    assert all(isinstance(part, str) for parts in assembled.cells.values() for part in parts)


# ---- no damage raises a mark -------------------------------------------------------------------
#
# A mark comes from the code of one question, run in our notebook with the code of the others. So
# it can rise in two ways alone: by code that the participant did not hand in, and by code of
# another place. What is assembled is therefore compared with what was handed in.


def statements(content: Content) -> set[str]:
    """The lines of code and text that somebody handed in."""
    return {line.strip() for cell in cells_of_file(content) for line in cell.source.splitlines()}


@pytest.mark.parametrize("sample", SAMPLES)
@PATIENT
@given(data=st.data())
def test_no_code_comes_from_anywhere_else(
    cohort: dict[str, Content], blank: NotebookNode, sample: str, data: st.DataObject
) -> None:
    """Every line of an answer was handed in; the grader completes nothing."""
    made = damaged(cohort[sample], data.draw, STRUCTURAL)
    assembled = assemble(blank, cells_of_file(made))
    handed_in = statements(cohort[sample])
    lines = {
        line.strip()
        for parts in assembled.cells.values()
        for part in parts
        for line in part.splitlines()
    }
    assert lines <= handed_in | {""}


@pytest.mark.parametrize("sample", SAMPLES)
@PATIENT
@given(data=st.data())
def test_one_cell_answers_one_question(
    cohort: dict[str, Content], blank: NotebookNode, sample: str, data: st.DataObject
) -> None:
    """However cells are moved and doubled, one cell is used once: it never counts twice."""
    made = damaged(cohort[sample], data.draw, [delete, move, retype, strip, swap_names])
    # Each code cell gets a mark of its own, so that it is known again.
    for number, cell in enumerate(cells_in(made)):
        if isinstance(cell.get("source"), str) and not check_calls(cell["source"]):
            cell["source"] = f"mark_{number} = {number}\n{cell['source']}"
    assembled = assemble(blank, cells_of_file(made))
    used = [
        line
        for parts in assembled.cells.values()
        for part in parts
        for line in part.splitlines()
        if line.startswith("mark_")
    ]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("sample", SAMPLES)
def test_locked_cells_are_ours_whatever_came_back(
    cohort: dict[str, Content], blank: NotebookNode, sample: str
) -> None:
    """Another choice of data, another start, another example: none of them is ever run."""
    made = copy.deepcopy(cohort[sample])
    for cell in made["cells"]:
        if cell["metadata"].get("rilo", {}).get("role") in ("parameters", "setup", "example"):
            cell["source"] = "FOREIGN = 1\nEXTRACT = 'datasets/practice'"
    assembled = assemble(blank, cells_of_file(made))
    assert assembled.cells == assemble(blank, cells_of_file(cohort[sample])).cells


HARMLESS: dict[str, Callable[[Content], None]] = {
    "no ids": lambda content: [cell.pop("id") for cell in content["cells"]] and None,
    "no metadata": lambda content: [cell.pop("metadata") for cell in content["cells"]] and None,
    "no metadata of the file": lambda content: content.pop("metadata") and None,
    "sources as lists": lambda content: (
        [cell.update(source=cell["source"].splitlines(keepends=True)) for cell in content["cells"]]
        and None
    ),
    "every cell doubled": lambda content: content.update(
        cells=[cell for cell in content["cells"] for _ in range(2)]
    ),
    "checks deleted": lambda content: content.update(
        cells=[cell for cell in content["cells"] if not check_calls(cell["source"])]
    ),
    "empty cells between": lambda content: content.update(
        cells=[
            part
            for cell in content["cells"]
            for part in (cell, {"cell_type": "code", "source": "", "metadata": {}})
        ]
    ),
    "outputs of another type": lambda content: (
        [cell.update(outputs=5, execution_count="x") for cell in content["cells"]] and None
    ),
}


# One answer of the sample "damaged" is a text without metadata: only its id says what it is.
PAIRS = [pair for pair in itertools.product(SAMPLES, HARMLESS) if pair != ("damaged", "no ids")]


@pytest.mark.parametrize(("sample", "damage"), PAIRS)
def test_damage_that_programs_do_costs_nothing(
    cohort: dict[str, Content], blank: NotebookNode, sample: str, damage: str
) -> None:
    """What a person cannot help leaves the answers as they are."""
    made = copy.deepcopy(cohort[sample])
    HARMLESS[damage](made)
    whole = assemble(blank, cells_of_file(cohort[sample])).answers
    assert assemble(blank, cells_of_file(made)).answers == whole


def test_of_two_answers_both_run_in_their_order(
    cohort: dict[str, Content], blank: NotebookNode
) -> None:
    """The last one counts: whoever leaves a wrong one behind a right one has the wrong value."""
    made = copy.deepcopy(cohort["another_way"])
    place = [cell.get("id") for cell in made["cells"]].index("q4-answer")
    made["cells"].insert(place + 1, {**made["cells"][place], "source": "total_kg = -1"})
    parts = assemble(blank, cells_of_file(made)).cells["q4"]
    assert parts[-1] == "total_kg = -1"
    assert len(parts) == 2


def test_an_answer_in_the_place_of_another_counts_there_alone(
    cohort: dict[str, Content], blank: NotebookNode
) -> None:
    """Whoever puts one answer in the places of all has answered one question."""
    made = copy.deepcopy(cohort["another_way"])
    found = {cell["id"]: cell for cell in made["cells"] if str(cell.get("id")).endswith("-answer")}
    source = found["q4-answer"]["source"]
    for cell in found.values():
        cell["source"] = source
    assembled = assemble(blank, cells_of_file(made))
    names = {question_of(cell): role_of(cell) for cell in blank.cells if question_of(cell)}
    assert set(names) == set(QUESTIONS)
    # The code stands in every place now, and it assigns the name of one question in each.
    for question in QUESTIONS:
        assert all("total_kg" in part or "def " in part for part in assembled.cells[question])


# ---- really graded -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key(programme: Programme) -> dict[str, Question]:
    """The key on the practice data, which are as good as others here."""
    notebook = read_notebook(programme.notebook(programme.unit(UNIT)))
    return run_reference(notebook, UNIT, programme.practice_world).questions


Points = Callable[[Content], list[float]]


@pytest.fixture(scope="module")
def points(programme: Programme, blank: NotebookNode, key: dict[str, Question]) -> Points:
    """Grade a notebook: the points of each question, as a machine gives them."""

    def graded(content: Content) -> list[float]:
        cells = assemble(blank, cells_of_file(content)).cells
        found = examine(
            blank, cells, key, UNIT, programme.practice_world, Limits(), isolation="process"
        )
        return [found.judgements[question].points or 0 for question in QUESTIONS]

    return graded


@pytest.fixture(scope="module")
def undamaged(cohort: dict[str, Content], points: Points) -> dict[str, list[float]]:
    """The points of the sample submissions as they are."""
    return {sample: points(cohort[sample]) for sample in ("another_way", "named_mistakes")}


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["another_way", "named_mistakes"])
@FEW
@given(data=st.data())
def test_no_damage_raises_a_mark(
    cohort: dict[str, Content],
    points: Points,
    undamaged: dict[str, list[float]],
    sample: str,
    data: st.DataObject,
) -> None:
    """Graded in earnest, no question of a damaged notebook has more points than before."""
    made = damaged(cohort[sample], data.draw, STRUCTURAL)
    found = points(made)
    assert all(now <= before for now, before in zip(found, undamaged[sample], strict=True))
