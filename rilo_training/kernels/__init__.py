"""Run a notebook in a kernel of its own and collect what its cells declare."""

from rilo_training.kernels.engine import RunFailed, run_confined, run_notebook
from rilo_training.kernels.isolation import (
    IsolationError,
    Level,
    RunPlace,
    Sandbox,
    choose_level,
    open_sandbox,
)
from rilo_training.kernels.outcome import CellOutcome, Limits, NotebookRun

__all__ = [
    "CellOutcome",
    "IsolationError",
    "Level",
    "Limits",
    "NotebookRun",
    "RunFailed",
    "RunPlace",
    "Sandbox",
    "choose_level",
    "open_sandbox",
    "run_confined",
    "run_notebook",
]
