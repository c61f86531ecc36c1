"""nbgrader itself accepts our notebooks, where `run.py bench nbgrader` has installed it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks and run.py

from benchmarks.peers.environment import is_ready
from benchmarks.peers.interchange import check_interchange


@pytest.mark.skipif(not is_ready(), reason="nbgrader is not there: run.py bench nbgrader")
def test_nbgrader_takes_our_notebooks_and_gives_no_untrue_mark() -> None:
    """Its validator accepts them, its release holds no key, and it leaves the marks to a person."""
    assert check_interchange() == []
