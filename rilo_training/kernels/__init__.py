"""Run a notebook in a kernel of its own and collect what its cells declare."""

from rilo_training.kernels.engine import RunFailed, run_notebook
from rilo_training.kernels.outcome import CellOutcome, Limits, NotebookRun

__all__ = ["CellOutcome", "Limits", "NotebookRun", "RunFailed", "run_notebook"]
