"""A grader that is killed goes on where it was, and the results are those of a quiet day."""

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from restarts import Day, files, grade_with_kills, quiet_day, rows

pytestmark = pytest.mark.slow
KILLS = 3


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Six submissions that were graded without a disturbance."""
    return quiet_day(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def killed(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a grader that was killed three times at random moments."""
    store = tmp_path_factory.mktemp("killed") / "store"
    shutil.copytree(day.store / "worlds", store / "worlds")
    chance = random.Random(os.urandom(8))
    moments: list[float] = []
    while len(moments) < KILLS:  # a run may have ended before its moment came
        if moments:
            shutil.rmtree(store / "executed", ignore_errors=True)
            for path in store.glob("gradebook*"):
                path.unlink()
        moments += grade_with_kills(day, store, chance, KILLS - len(moments))
    return store


def test_the_results_are_the_same_to_the_last_byte(day: Day, killed: Path) -> None:
    """Whatever was running when the grader was killed is graded, and nothing is there twice."""
    assert len(rows(day.store)) == 6 * 9
    assert (killed / "results.csv").read_bytes() == (day.store / "results.csv").read_bytes()


def test_every_page_and_every_notebook_is_there(day: Day, killed: Path) -> None:
    """Also those whose results were kept a moment before the end."""
    assert files(killed) == files(day.store)


def test_what_was_kept_before_the_end_was_not_done_again(killed: Path) -> None:
    """Each submission has one run in the history."""
    history = sqlite3.connect(killed / "gradebook.sqlite")
    try:
        found = history.execute("SELECT count(*), count(DISTINCT participant) FROM runs").fetchone()
    finally:
        history.close()
    assert found == (6, 6)
