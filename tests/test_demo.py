"""The demonstration: what it lays in is the same each time, and what stops it is a sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rilo_training import demo
from rilo_training.course.manifest import CourseError, load_programme
from rilo_training.course.notebook import notebook_text, participant_copy, read_notebook
from rilo_training.kernels import RunFailed

ROOT = Path(__file__).resolve().parent.parent
OWN = "# %% q2 own\nfirst = 1\n# %% q2\nsecond = 2\n# %% q2 own\nthird = 3\n"


def test_the_sample_answers_make_the_same_file_each_time() -> None:
    """A second demonstration finds its submissions graded: their cells keep their ids."""
    programme = load_programme(ROOT)
    blank = participant_copy(read_notebook(programme.notebook(programme.unit("w1d1_90"))))
    made = [demo.lay_in(blank, OWN, {}) for _ in range(2)]
    assert notebook_text(made[0]) == notebook_text(made[1])
    ids = [cell.id for cell in made[0].cells]
    assert len(ids) == len(set(ids)) == len(blank.cells) + 2


@pytest.mark.parametrize(
    "reason",
    [
        CourseError("The course was not found."),
        RunFailed("No kernel could be started."),
        OSError(28, "No space left on device"),
        sqlite3.OperationalError("unable to open database file"),
    ],
    ids=lambda reason: type(reason).__name__,
)
def test_what_stops_the_demonstration_is_a_sentence(
    reason: Exception,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is the first command of a newcomer: no stack of calls, and exit code 2."""

    def stopped(*_: object, **__: object) -> None:
        raise reason

    monkeypatch.setenv("RILO_COURSE", str(ROOT))
    monkeypatch.setattr(demo, "build_material", stopped)
    assert demo.main(["--out", str(tmp_path / "demo")]) == 2
    assert capsys.readouterr().err == f"demo: {reason}\n"
