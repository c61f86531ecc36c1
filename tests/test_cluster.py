"""Grading on a cluster gives the same results file as grading here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rilo_training.course.manifest import load_programme
from rilo_training.demo import write_submissions

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

CLUSTER = """
import sys
from distributed import LocalCluster
with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers, which are processes of their own."""
    with subprocess.Popen(
        [sys.executable, "-c", f"if __name__ == '__main__':\n{_indented(CLUSTER)}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        assert cluster.stdout is not None
        yield cluster.stdout.readline().strip()
        cluster.communicate("")


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())


def rilo_grade(submissions: Path, store: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an instructor does, on a rehearsal with a known world."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "rilo_training.cli",
            "grade",
            str(submissions),
            "--out",
            str(store),
            "--seed",
            "31",
            *more,
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_cluster_gives_the_same_results(tmp_path: Path, scheduler: str) -> None:
    """Verdicts, points, reasons, isolation: every byte of the file is the same."""
    write_submissions(load_programme(), tmp_path / "submissions", units={"w1d1_90"})
    here = rilo_grade(tmp_path / "submissions", tmp_path / "here", "--jobs", "2")
    there = rilo_grade(tmp_path / "submissions", tmp_path / "there", "--scheduler", scheduler)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    found = [(tmp_path / name / "results.csv").read_bytes() for name in ("here", "there")]
    assert found[0] == found[1]
    assert b"near_miss" in found[0]


def test_a_scheduler_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    """The instructor reads what to start, and nothing is graded."""
    write_submissions(load_programme(), tmp_path / "submissions", units={"w1d1_90"})
    ended = rilo_grade(
        tmp_path / "submissions", tmp_path / "store", "--scheduler", "tcp://127.0.0.1:1"
    )
    assert ended.returncode == 2
    assert "No scheduler answers at tcp://127.0.0.1:1" in ended.stderr
    assert "Traceback" not in ended.stderr
