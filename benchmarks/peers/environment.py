"""The environment of the other graders: ``build/peers/.venv``, made from ``benchmarks/peers.lock``.

It holds the same versions of pandas, matplotlib, seaborn and IPython as ``requirements.lock``.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import run  # run.py of the course: it knows how to find a pip, and how to show its progress
from run import Stop as Unavailable

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "benchmarks" / "peers.lock"
FOLDER = ROOT / "build" / "peers"
VENV = FOLDER / ".venv"
PYTHON = VENV / "bin" / "python"
_STAMP = VENV / "installed.sha256"

__all__ = [
    "FOLDER",
    "PYTHON",
    "ROOT",
    "Unavailable",
    "is_ready",
    "peer_variables",
    "run_peer",
    "set_up",
]


def is_ready() -> bool:
    """Whether the environment is there and holds what the lock names."""
    return _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == run.digest(LOCK)


def set_up() -> None:
    """Make the environment when it is not there.

    Raises
    ------
    Unavailable
        When the packages cannot be had. The text says what to do.
    """
    if is_ready():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / "setup.log"
    log.unlink(missing_ok=True)
    run.say(f"Setting up the other graders in {VENV} (1 to 3 minutes) ...")
    run.remove(VENV)
    outside = run.has_pip(run.OUTSIDE)
    make = [run.OUTSIDE, "-m", "venv", *(["--without-pip"] if outside else []), str(VENV)]
    pip = [run.OUTSIDE, "-P", "-m", "pip", "--python"] if outside else []
    pip += [str(PYTHON)] if outside else [str(PYTHON), "-P", "-m", "pip"]
    total = LOCK.read_text(encoding="utf-8").count("==")
    install = ["install", "--compile", *run.QUIET, "--only-binary", ":all:", "--require-hashes"]
    for command, packages in ((make, 0), ([*pip, *install, "-r", str(LOCK)], total)):
        code, output = run.logged(command, log, packages)
        is_away = run.NETWORK.search(output) or "No matching distribution found" in output
        if code and is_away:
            raise Unavailable(
                "The other graders could not be downloaded, so nothing was compared. Connect this "
                f"computer to the internet once and run the same command again. Details: {log}",
                3,
            )
        if code:
            raise run.explain(output, log)
    _STAMP.write_text(run.digest(LOCK), encoding="utf-8")


def peer_variables() -> dict[str, str]:
    """Return the variables with which the other graders run: their programs, and our package."""
    return {
        **os.environ,
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "VIRTUAL_ENV": str(VENV),
    }


def run_peer(arguments: list[str], folder: Path) -> str:
    """Run a program of the environment and return what it says, for steps that nobody measures."""
    done = subprocess.run(
        [str(PYTHON.parent / arguments[0]), *arguments[1:]],
        cwd=folder,
        env=peer_variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"{arguments[0]} stopped:\n{done.stdout[-2000:]}")
    return done.stdout
