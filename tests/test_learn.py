"""What a participant sees when they call begin, check, hint, say and progress."""

import html
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rilo_training.answers import Mistake, Question, encode
from rilo_training.course.workspaces import reset_unit
from rilo_training.learn import begin, calls, check, hint, progress, say
from rilo_training.learn.feedback import Message
from rilo_training.learn.pictures import image_with_words
from rilo_training.learn.session import BeginError, answer_names, check_calls
from rilo_training.learn.workspace import Workspace

PRACTICE = Path(__file__).resolve().parents[1] / "datasets" / "practice"


def notebook(*sources: str) -> str:
    """The text of a small notebook."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def asked(number: int, reference: Any, worked: str = "", **more: Any) -> Question:
    """A question with one known mistake."""
    return Question(
        question=f"q{number}",
        name=f"answer_{number}",
        kind="number",
        points=1.0,
        competence="C1",
        hints=("Look at part one.", "Here is the step."),
        reference=encode(reference),
        mistakes=(Mistake(encode(12), "You counted lines."),),
        form={"digits": 0},
        review="part 1",
        worked=worked,
        **more,
    )


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with one unit of two questions, in which the test works."""
    inner = tmp_path / ".rilo"
    (inner / "copies").mkdir(parents=True)
    text = notebook('check("q1", answer_1)', 'check("q2", answer_2)')
    (inner / "copies" / "u1_first.ipynb").write_text(text, encoding="utf-8")
    shutil.copytree(PRACTICE, tmp_path / "datasets" / "practice")
    world = json.loads((PRACTICE / "world.json").read_text(encoding="utf-8"))["world_id"]
    key = inner / "keys" / "u1" / f"{world}.json"
    key.parent.mkdir(parents=True)
    second = asked(2, 20, worked="answer_2 = 20", depends_on_world=False)
    questions = [asked(1, 10).to_json(), second.to_json()]
    key.write_text(json.dumps({"questions": questions}), encoding="utf-8")
    about = {"participant": "p", "units": ["u1"], "edition": "cohort", "version": "0"}
    (inner / "workspace.json").write_text(json.dumps(about), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RILO_RUN", raising=False)
    return Workspace(tmp_path)


@pytest.fixture
def begun(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Workspace:
    """The same workspace after `begin`."""
    begin("u1", "datasets/practice")
    capsys.readouterr()
    return workspace


def test_begin_sets_every_answer_name_to_three_dots(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check before the answer says *not attempted* and not NameError."""
    begin("u1", "datasets/practice")
    assert globals()["answer_1"] is ...
    assert globals()["answer_2"] is ...
    assert "SYNTHETIC DATA - not CEN data" in capsys.readouterr().out


def test_begin_finds_the_data_from_a_folder_below(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook may stand in a folder of the workspace."""
    below = workspace.root / "week1" / "day1"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    begin("u1", "datasets/practice")
    from rilo_training.seizures import current_extract

    assert Path(current_extract()).is_dir()


@pytest.mark.parametrize(
    ("unit", "extract", "words"),
    [
        ("u9", "datasets/practice", "'u9' was not found"),
        ("u1", "datasets/nowhere", "'datasets/nowhere' was not found"),
    ],
)
def test_begin_says_what_is_missing_and_what_to_do(
    workspace: Workspace, unit: str, extract: str, words: str
) -> None:
    """A wrong name gives a sentence with the next step."""
    with pytest.raises(BeginError, match=words) as found:
        begin(unit, extract)
    assert "Look at" in str(found.value)


def test_check_without_begin_asks_for_begin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A participant who left a cell out is told which one."""
    monkeypatch.setattr(calls, "_session", None)
    check("q1", 1)
    hint("q1")
    progress()
    assert capsys.readouterr().out.count("Run the cell with `begin` first") == 3


def test_check_tells_right_mistake_wrong_and_blank_apart(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of the four gets words of its own."""
    expected = {
        10: "Practice check passed. The official run uses other data.",
        12: "You counted lines.",
        11: 'For help, type `hint("q1")`',
        ...: "Assign your answer to `answer_1`",
    }
    for value, words in expected.items():
        check("q1", value)
        assert words in capsys.readouterr().out


def test_check_speaks_of_other_data_only_where_the_answer_depends_on_them(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """A letter or a published figure is right on all data."""
    check("q2", 20)
    assert capsys.readouterr().out.rstrip().endswith("Practice check passed.")


def test_check_never_says_that_all_tests_passed(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """A practice check is not the official run."""
    check("q1", 10)
    assert "all tests" not in capsys.readouterr().out.lower()


class _Evil:
    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __len__ = __eq__ = __hash__ = __repr__  # type: ignore[assignment]


@pytest.mark.parametrize(
    "value",
    [
        check,
        _Evil(),
        [_Evil()],
        np.zeros((1000, 1000)),
        pd.DataFrame({"a": range(1_000_000)}),
        object,
        10**5000,
        float("nan"),
        b"x",
    ],
    ids=lambda value: type(value).__name__,
)
def test_check_never_raises(
    begun: Workspace, capsys: pytest.CaptureFixture[str], value: Any
) -> None:
    """Whatever the value is, the notebook goes on and the participant reads a sentence."""
    check("q1", value)
    out = capsys.readouterr().out
    assert "Question 1: not correct" in out
    assert "Traceback" not in out


@pytest.mark.parametrize("question", ["q9", "", None, 3, _Evil(), []])
def test_check_and_hint_survive_a_wrong_question(
    begun: Workspace, capsys: pytest.CaptureFixture[str], question: Any
) -> None:
    """A wrong id gives a sentence."""
    check(question, 1)
    hint(question)
    assert capsys.readouterr().out.strip()


def test_a_hint_without_a_key_does_not_say_that_the_question_is_unknown(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """On other data there is a question and no key; a wrong id gets the known ones."""
    for file in (begun.inner / "keys" / "u1").iterdir():
        file.unlink()
    hint("q1")
    hint("q9")
    assert capsys.readouterr().out.splitlines() == [
        "There is no practice key for question 'q1' on these data.",
        "There is no question 'q9'. The questions are: q1, q2.",
    ]


def test_check_survives_a_damaged_key(begun: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is broken on disk stops no notebook."""
    for file in (begun.inner / "keys" / "u1").iterdir():
        file.write_text("{", encoding="utf-8")
    check("q1", 10)
    assert "Your answer is not lost" in capsys.readouterr().out


def test_check_of_an_ordinary_answer_is_quicker_than_loading_the_data(begun: Workspace) -> None:
    """Both in the same run; the quickest of several, for a busy computer makes one slow."""
    from rilo_training.seizures import load_seizures

    def seconds(call: Callable[[], object]) -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    def quickest(call: Callable[[], object]) -> float:
        return min(seconds(call) for _ in range(5))

    assert quickest(lambda: check("q1", 11)) < quickest(load_seizures)


def test_hints_come_one_after_the_other(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first hint says where to look, the second call adds the step."""
    hint("q1")
    first = capsys.readouterr().out
    hint("q1")
    second = capsys.readouterr().out
    assert "Look at part one." in first
    assert "Here is the step." not in first
    assert "Here is the step." in second


def test_a_worked_answer_comes_after_three_tries_and_only_where_there_is_one(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cohort's edition has none; the self-study edition shows it at the third try."""
    outs = []
    for value in (1, 2, 3):
        check("q1", value)
        check("q2", value)
        outs.append(capsys.readouterr().out)
    assert "A worked answer" not in outs[0] + outs[1]
    assert outs[2].count("A worked answer:") == 1  # it is the same on all data
    assert "answer_2 = 20" in outs[2]


def test_tries_before_a_reset_do_not_count(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who starts a unit again has three tries again before a worked answer is shown."""
    for value in (1, 2):
        check("q2", value)
    units = [{"id": "u1", "folder": "", "file": "u1_first.ipynb"}]
    public = {"units": units, "cell_seconds": 20}
    (begun.inner / "units.json").write_text(json.dumps(public), encoding="utf-8")
    reset_unit(begun, "u1")
    for value in (3, 4):
        check("q2", value)
    assert "A worked answer" not in capsys.readouterr().out
    check("q2", ...)  # no try, and no reset
    check("q2", 5)
    assert "A worked answer" in capsys.readouterr().out


def test_three_dots_are_no_try(begun: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Running the blank notebook many times shows no worked answer."""
    for _ in range(5):
        check("q2", ...)
    assert "worked" not in capsys.readouterr().out


def test_progress_is_kept_and_shown(begun: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The last check of each question counts; lines are only ever added."""
    check("q1", 1)
    check("q1", 10)
    capsys.readouterr()
    progress()
    out = capsys.readouterr().out
    assert "1 of 2 questions are done." in out
    assert "not checked yet" in out
    assert [entry["verdict"] for entry in begun.progress()] == ["wrong", "correct"]


def test_a_broken_line_of_progress_costs_nothing_else(begun: Workspace) -> None:
    """A computer that stopped in the middle of a line loses that line."""
    check("q1", 10)
    with (begun.inner / "progress.jsonl").open("a", encoding="utf-8") as lines:
        lines.write('[]\n{"unit": "u1", "quest')
    check("q1", 11)
    assert [entry["verdict"] for entry in begun.progress()] == ["correct", "wrong"]


def test_practice_output_has_no_time_no_path_and_no_id(
    begun: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed is the same tomorrow on another computer."""
    check("q1", 11)
    out = capsys.readouterr().out
    world = json.loads((PRACTICE / "world.json").read_text(encoding="utf-8"))["world_id"]
    assert str(begun.root) not in out
    assert world not in out


def test_author_and_official_runs_say_one_fixed_line_or_nothing(
    begun: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a workspace the answer is recorded; for the grader it is only declared."""
    session = calls._session
    assert session is not None
    monkeypatch.setattr(session, "mode", "author")
    check("q1", 11)
    assert capsys.readouterr().out == "Question 1: the answer is recorded.\n"
    monkeypatch.setattr(session, "mode", "official")
    check("q1", 11)
    assert capsys.readouterr().out == ""


def test_the_grader_decides_the_mode_even_inside_a_workspace(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The official run never looks at a practice key."""
    (workspace.root / "u1.ipynb").write_text(notebook('check("q1", a)'), encoding="utf-8")
    monkeypatch.setenv("RILO_RUN", "official")
    begin("u1", "datasets/practice")
    assert calls._session is not None
    assert calls._session.mode == "official"
    assert calls._session.workspace is None


def test_messages_are_safe_html_and_plain_cp1252() -> None:
    """A label from the data cannot become markup, and a Windows console can print it."""
    message = Message("Title", ["<script>alert(1)</script>", "a\nb"], table=[["x"], ["<b>"]])
    assert "<script>" not in message.html()
    assert "<b>" not in message.html()
    message.plain().encode("cp1252")


def test_say_shows_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence that a cell computes is shown as it is."""
    say("There are 3 cases.")
    assert capsys.readouterr().out == "There are 3 cases.\n"


def test_check_calls_are_found_only_as_whole_statements() -> None:
    """A text that speaks of a check is not a check."""
    assert check_calls('check("q1", a)') == {"q1": "a"}
    assert check_calls('# check("q1", a)') == {}
    assert check_calls('x = "check(q1)"') == {}
    assert check_calls("check('q1', a.b)") == {}
    assert check_calls("this is (not python") == {}


def test_answer_names_come_in_the_order_of_the_notebook(tmp_path: Path) -> None:
    """The progress table follows the notebook."""
    path = tmp_path / "u.ipynb"
    path.write_text(notebook('check("q2", b)', "x = 1", 'check("q1", a)'), encoding="utf-8")
    assert list(answer_names(path)) == ["q2", "q1"]


# --- the words of a picture ----------------------------------------------------------------------


@pytest.mark.parametrize("place", ["figure", "axes"])
def test_a_chart_is_shown_with_its_alt_text(place: str) -> None:
    """The words reach the page wherever they stand, and cannot become part of its HTML."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    axes = figure.subplots()
    assert image_with_words(figure) is None
    words = 'Bars. "Drugs" <b>leads</b> & grows.'
    (figure if place == "figure" else axes).alt_text = words
    shown = image_with_words(figure)
    assert shown is not None
    read = re.match(r'<img alt="([^"<>]*)" src="data:image/png;base64,[A-Za-z0-9+/=\n]+">$', shown)
    assert read is not None
    assert html.unescape(read[1]) == words


@pytest.mark.parametrize("nothing", ["", "  ", None, 7])
def test_a_chart_without_words_is_shown_as_always(nothing: object) -> None:
    """A blank or a wrong type is no alt text; the picture is there all the same."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().alt_text = nothing  # type: ignore[attr-defined]
    assert image_with_words(figure) is None


def test_an_empty_figure_is_no_picture() -> None:
    """Words about nothing make no broken image."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.alt_text = "Bars."  # type: ignore[attr-defined]
    assert image_with_words(figure) is None
