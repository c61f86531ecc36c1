"""A papermill engine that trusts nothing but the messages of the kernel itself.

papermill puts the parameters in and drives the run; this engine executes. It goes on after a
cell that fails, notices a kernel that does not answer any more, and takes what a cell declares
from the messages whose parent is that cell's own request. The executed notebook is evidence
for people, never the source of an answer.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from rilo_training.kernels.client import RecordingClient
from rilo_training.kernels.manager import kernel_environment
from rilo_training.kernels.outcome import CellOutcome, Limits, NotebookRun

_ENGINE = "rilo"


class RunFailed(RuntimeError):
    """No kernel could be started; the text says why and what to do."""


class _RecordingEngine(Engine):  # type: ignore[misc]
    """Lets papermill run a notebook through :class:`RecordingClient`."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        run: NotebookRun,
        limits: Limits,
        folder: Path,
        private: Path,
        environment: Mapping[str, str],
        **_of_papermill: Any,
    ) -> None:
        run.notebook = nb_man.nb
        client = RecordingClient(nb_man.nb, run.cells, limits, private)
        asyncio.run(client.run(folder, kernel_environment(private, environment)))


# At run time, not as an entry point: a broken entry point breaks papermill for everybody.
papermill_engines.register(_ENGINE, _RecordingEngine)
logging.getLogger("papermill").setLevel(logging.ERROR)


def run_notebook(
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, object],
    folder: Path,
    *,
    limits: Limits | None = None,
    environment: Mapping[str, str] | None = None,
) -> NotebookRun:
    """Run a notebook from top to bottom; a cell that fails does not stop the next.

    Parameters
    ----------
    notebook
        The notebook; it is not changed.
    parameters
        New values for the cell that is tagged ``parameters``.
    folder
        Where the kernel works.
    limits
        What the run may use.
    environment
        Variables for the kernel besides the few that every kernel gets.

    Returns
    -------
    NotebookRun
        The executed notebook and the outcome of each cell.

    Raises
    ------
    RunFailed
        When no kernel could be started.
    """
    run = NotebookRun(notebook, {cell.id: CellOutcome() for cell in notebook.cells})
    private = Path(tempfile.mkdtemp(prefix="rilo-run-"))
    try:
        execute_notebook(
            copy.deepcopy(notebook),
            None,
            parameters=dict(parameters),
            engine_name=_ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            run=run,
            limits=limits or Limits(),
            folder=folder,
            private=private,
            environment=environment or {},
        )
    except PapermillExecutionError:
        pass  # papermill says at the end that a cell failed; the outcomes say it better
    except (RuntimeError, OSError) as reason:
        raise RunFailed(
            f"The kernel did not start ({reason}). Run `rilo doctor` to find out why."
        ) from reason
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return run
