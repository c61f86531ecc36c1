"""JupyterLab is started with our settings, and it ends in good order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = """
import signal, sys, time

def end(*_):
    time.sleep(1)
    print("kernels ended", flush=True)
    sys.exit(3)

signal.signal(signal.SIGINT, end)
print("ready", flush=True)
time.sleep(60)
"""
STARTS = """
import sys
from pathlib import Path
from rilo_training import jupyter

jupyter.lab_command = lambda folder, port, browser: [sys.executable, "-c", sys.argv[1]]
print("code", jupyter.open_lab(Path("desk")), flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="the keys of a terminal are sent as a signal")
def test_after_ctrl_c_the_server_ends_its_kernels_before_the_command_ends() -> None:
    """The signal of the keys reaches both; ours waits, and it is no failure."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTS, SERVER],
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert "ready\n" in lines
        os.killpg(process.pid, signal.SIGINT)
        assert list(lines)[-2:] == ["kernels ended\n", "code 0\n"]
        assert process.wait(20) == 0
