"""What a command costs, together with every process that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.environment import Unavailable

# The wrapper becomes the parent of orphans, so that a process that outlives the command is waited
# for and counted, too. 36 is PR_SET_CHILD_SUBREAPER.
_WRAPPER = """
import ctypes, json, os, resource, subprocess, sys, time
import psutil
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
began = time.monotonic()
with open(sys.argv[1], "wb") as log:
    code = subprocess.call(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
wall = time.monotonic() - began
while left := psutil.Process().children(recursive=True):
    if time.monotonic() - began > wall + 10:
        for process in left:
            process.kill()
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    time.sleep(0.02)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, wall]))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of processor (user and system, of all processes), and seconds on the clock."""

    cpu: float
    wall: float

    def minus(self, other: Cost, shares: int) -> Cost:
        """Return the difference of two costs, divided into equal shares."""
        return Cost((self.cpu - other.cpu) / shares, (self.wall - other.wall) / shares)


def cost_of(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Cost:
    """Run a command and return what it cost.

    Parameters
    ----------
    command, folder, variables
        What to run, where, and with which environment.

    Raises
    ------
    Unavailable
        When the command ends with an error. The text holds its last words.
    """
    log = folder / "output.log"
    done = subprocess.run(
        [sys.executable, "-c", _WRAPPER, str(log), *command],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        check=True,
    )
    code, cpu, wall = json.loads(done.stdout)
    if code:
        words = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Unavailable(f"This command ended with code {code}: {' '.join(command)}\n{words}")
    return Cost(cpu, wall)
