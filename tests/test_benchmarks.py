"""The benchmarks count what they say that they count."""

import os
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # benchmarks and run.py

import run
from benchmarks.peers import environment, table
from benchmarks.peers.equivalents import assertion
from benchmarks.peers.measure import Cost, cost_of
from rilo_training.answers import Question

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the comparison needs Linux")

BURN = "import time\nwhile time.process_time() < 0.6: pass"
DETACHED = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {BURN!r}], start_new_session=True)
"""


@on_linux
def test_a_process_that_outlives_the_command_is_counted(tmp_path: Path) -> None:
    """A server that a grader leaves behind would otherwise work for nothing."""
    cost = cost_of([sys.executable, "-c", DETACHED], tmp_path, os.environ)
    assert cost.cpu > 0.6


@on_linux
def test_a_command_that_fails_has_no_cost(tmp_path: Path) -> None:
    """What did not do its work is not compared; its last words are shown."""
    with pytest.raises(environment.Unavailable, match="no such unit"):
        cost_of([sys.executable, "-c", "raise SystemExit('no such unit')"], tmp_path, os.environ)


def test_one_more_submission_is_the_median_of_the_differences() -> None:
    """The start of a grader is in both runs, so it is in none of the differences."""
    costs = [(10.0, 24.0), (11.0, 25.0), (10.0, 45.0)]
    runs = [{1: Cost(one, 5.0), 8: Cost(eight, eight / 2)} for one, eight in costs]
    assert table.row_of(runs) == table.Row(Cost(25.0, 12.5), Cost(2.0, 7.5 / 7))
    for one, most in zip(runs, (109.0, 110.0, 9.0), strict=True):
        one[100] = Cost(most, 995.0)
    assert table.row_of(runs) == table.Row(Cost(25.0, 12.5), Cost(1.0, 10.0))


@pytest.mark.parametrize(
    ("ours", "limit", "nbgrader", "reached"),
    [(0.4, 0.2, 1.0, True), (0.41, 0.2, 4.0, False), (0.4, 0.2, 0.99, False)],
)
def test_a_target_is_said_to_be_reached_only_where_it_is(
    ours: float, limit: float, nbgrader: float, reached: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two times the limit and 2.5 times less than another are just reached; no less is."""
    costs = {table.OURS: ours, table.LIMIT: limit, "nbgrader": nbgrader}
    rows = {name: table.Row(Cost(9.0, 9.0), Cost(cpu, cpu)) for name, cpu in costs.items()}
    assert table.print_targets(rows) is reached
    said = capsys.readouterr().out
    assert ("NOT REACHED" in said) is not reached
    assert said.count("not measured") == 2


def test_without_a_network_the_comparison_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads a page of pip's words, and no half environment is taken for a whole one."""
    log = "Failed to establish a new connection: [Errno 101] Network is unreachable"
    monkeypatch.setattr(environment, "FOLDER", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "_STAMP", tmp_path / ".venv" / "installed.sha256")
    monkeypatch.setattr(run, "logged", lambda command, *_: (int("install" in command), log))
    with pytest.raises(environment.Unavailable) as stopped:
        environment.set_up()
    assert str(stopped.value).startswith("The other graders could not be downloaded")
    assert stopped.value.code == 3
    assert not environment.is_ready()


def pins(name: str) -> dict[str, set[str]]:
    """Return the versions of each package in a lock; a package may have one for each Python."""
    found: dict[str, set[str]] = {}
    text = (environment.ROOT / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([\w.-]+)==([^ ;\\\n]+)", text, re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def test_the_other_graders_have_the_libraries_that_we_have() -> None:
    """Another pandas would make another speed; the lock is renewed together with ours."""
    ours, theirs = pins("requirements.lock"), pins("benchmarks/peers.lock")
    shared = set(ours) & set(theirs)
    assert {"pandas", "matplotlib", "seaborn", "ipykernel", "ipython", "papermill"} <= shared
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}
    text = environment.LOCK.read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") > len(theirs)
    assert "://" not in text


OTHER = {"points": 1.0, "competence": "C1", "hints": ("Look.", "Count."), "name": "answer"}


@pytest.mark.parametrize(
    ("kind", "form", "reference", "right", "wrong"),
    [
        ("number", {"digits": 1}, {"type": "value", "value": 58.44}, 58.4, 58.5),
        ("choice", {}, {"type": "value", "value": "a"}, "A", "b"),
        ("set", {}, {"type": "set", "items": ["AU", "JP"]}, ["JP", "AU"], ["JP"]),
        ("text", {}, {"type": "value", "value": "x"}, "word " * 90, "word"),
    ],
)
def test_the_tests_of_the_other_graders_tell_right_from_wrong(
    kind: str, form: dict[str, object], reference: dict[str, object], right: object, wrong: object
) -> None:
    """A comparison with a grader that tests nothing would say nothing."""
    test = assertion(Question(question="q1", kind=kind, form=form, reference=reference, **OTHER))
    exec(test, {"answer": right})
    with pytest.raises(AssertionError):
        exec(test, {"answer": wrong})
