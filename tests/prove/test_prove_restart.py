"""Twenty kills at random moments, also while the world is made: the results stay the same."""

import random
import shutil
from pathlib import Path

import pytest
from restarts import Day, files, grade_with_kills, quiet_day

KILLS = 20


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Six submissions that were graded without a disturbance."""
    return quiet_day(tmp_path_factory.mktemp("day"))


def test_twenty_kills_change_nothing(day: Day, tmp_path: Path) -> None:
    """A fresh store as often as it takes; every third one begins without a world."""
    seed = random.SystemRandom().getrandbits(32)
    chance, moments, stores = random.Random(seed), [], 0
    while len(moments) < KILLS:
        store = tmp_path / f"store_{stores}"
        if stores % 3:
            shutil.copytree(day.store / "worlds", store / "worlds")
        moments += grade_with_kills(day, store, chance, KILLS - len(moments))
        stores += 1
        same = (store / "results.csv").read_bytes() == (day.store / "results.csv").read_bytes()
        assert same, f"seed {seed}, kills after {moments} seconds"
        assert files(store) == files(day.store), f"seed {seed}, kills after {moments} seconds"
    print(f"{KILLS} kills in {stores} stores, after {min(moments)} to {max(moments)} seconds")
