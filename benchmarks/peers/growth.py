"""How time and memory of ``rilo grade`` grow with the number of submissions."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.contenders import lay_out, our_command
from benchmarks.peers.environment import FOLDER, Unavailable
from benchmarks.peers.equivalents import cheap_submission
from benchmarks.peers.measure import cost_of

QUICK = (8, 16, 32)
THOUSAND = (50, 200, 1000)
# The peak is that of the grader itself, not of the processes in which notebooks run.
_WITH_PEAK = """
import atexit, json, resource, sys
def tell():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    open("peak.json", "w").write(json.dumps(peak))
atexit.register(tell)
from rilo_training.cli import main
main()
"""


@dataclass(frozen=True)
class Size:
    """One number of submissions: seconds of processor, seconds, and peak memory in MB."""

    submissions: int
    cpu: float
    wall: float
    peak_mb: float


def grow(sizes: tuple[int, ...] = QUICK) -> list[Size]:
    """Grade submissions with one answer, and print what each number of them costs."""
    if sys.platform != "linux":
        raise Unavailable("This measurement needs Linux. Nothing was measured.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = cheap_submission()
    found = []
    print("\nsubmissions   seconds   CPU   microseconds (CPU) each   peak memory, MB")
    for count in (1, *sizes):
        print(f"  {count} submissions ...", file=sys.stderr, flush=True)
        size = _measure(text, count)
        found.append(size)
        # Without what a grading of one costs: the start, the world and the key.
        each = (size.cpu - found[0].cpu) / max(1, count - 1) * 1e6
        line = f"{count:>11,} {size.wall:>9.1f} {size.cpu:>5.0f}"
        print(f"{line} {each if count > 1 else 0:>25,.0f} {size.peak_mb:>17.0f}")
    _, first, *_, last = found
    times = last.submissions / first.submissions
    growth = (last.cpu - found[0].cpu) / (first.cpu - found[0].cpu)
    wanted = (last.submissions - 1) / (first.submissions - 1)
    print(f"{times:.0f} times the submissions: {growth / wanted:.2f} times the CPU of each,")
    print(f"{last.peak_mb / first.peak_mb:.2f} times the memory.")
    return found


def _measure(text: str, count: int) -> Size:
    with tempfile.TemporaryDirectory(prefix="grow-", dir=FOLDER) as place:
        folder = Path(place)
        lay_out(text, folder / "submissions", count)
        command = our_command("process")
        command[1:4] = ["-P", "-c", _WITH_PEAK]
        cost = cost_of(command, folder, os.environ)
        peak = json.loads((folder / "peak.json").read_text(encoding="utf-8"))
        shutil.rmtree(folder / "store")
    return Size(count, cost.cpu, cost.wall, peak / 1e3)
