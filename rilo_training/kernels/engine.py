"""A papermill engine that trusts nothing but the messages of the kernel itself.

papermill puts the parameters in and drives the run; this engine executes. It goes on after a
cell that fails, notices a kernel that does not answer any more, and takes what a cell declares
from the messages whose parent is that cell's own request. The executed notebook is evidence
for people, never the source of an answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import Engine, papermill_engines
from papermill.parameterize import parameterize_notebook

from rilo_training.host.launch import LIMITS_VARIABLE
from rilo_training.kernels.client import RecordingClient
from rilo_training.kernels.guard import guarded
from rilo_training.kernels.isolation import RunPlace, give
from rilo_training.kernels.manager import kernel_environment
from rilo_training.kernels.outcome import CellOutcome, Limits, NotebookRun
from rilo_training.kernels.scratch import scratch_folder

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
        place: RunPlace,
        environment: Mapping[str, str],
        **_of_papermill: Any,
    ) -> None:
        run.notebook = nb_man.nb
        client = RecordingClient(nb_man.nb, run.cells, limits, place.private, place.host)
        with guarded(place.host):
            client.run(place.work, environment)


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
    """Run a notebook of ours from top to bottom; a cell that fails does not stop the next.

    Parameters
    ----------
    notebook
        The notebook; it is not changed.
    parameters
        New values for the cell that is tagged ``parameters``.
    folder
        Where the kernel works.
    limits
        What the run may use: seconds and output. Nothing else is limited: the code is ours.
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
    with scratch_folder() as scratch:
        private = scratch / "private"
        private.mkdir()
        place = RunPlace(folder, private, "")
        return _run(notebook, parameters, place, limits or Limits(), environment or {})


def run_confined(
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, object],
    place: RunPlace,
    limits: Limits,
    environment: Mapping[str, str],
) -> NotebookRun:
    """Run a notebook with code of other people in it, in a place of a sandbox.

    Parameters
    ----------
    notebook, parameters, environment
        As for :func:`run_notebook`.
    place
        Where: :meth:`rilo_training.kernels.isolation.Sandbox.new_run` gives it.
    limits
        What the run may use; all of them are enforced where the system offers it.

    Raises
    ------
    RunFailed
        When no kernel could be started.
    """
    confined = {**limits.of_processes(), "user": place.user, "reads": place.reads, "filter": 1}
    more = {**environment, LIMITS_VARIABLE: json.dumps(confined)}
    return _run(notebook, parameters, place, limits, more)


def _run(
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, object],
    place: RunPlace,
    limits: Limits,
    environment: Mapping[str, str],
) -> NotebookRun:
    run = NotebookRun(notebook, {cell.id: CellOutcome() for cell in notebook.cells})
    try:
        made = kernel_environment(place.private, environment)
        if place.user:
            give(place.private, place.user)
        prepared = _with_parameters(notebook, parameters)
        papermill_engines.execute_notebook_with_engine(
            _ENGINE,
            prepared,
            kernel_name="python3",
            progress_bar=False,
            run=run,
            limits=limits,
            place=place,
            environment=made,
        )
    except (RuntimeError, OSError) as reason:
        raise RunFailed(
            f"The kernel did not start ({reason}). Run `rilo doctor` to find out why."
        ) from reason
    return run


def _with_parameters(
    notebook: nbformat.NotebookNode, parameters: Mapping[str, object]
) -> nbformat.NotebookNode:
    """Return a copy, with a cell of new values behind the cell ``parameters`` where there are any.

    papermill's own way around it also writes the notebook twice, and takes its path for a form.
    """
    node: Any = nbformat.NotebookNode
    made: nbformat.NotebookNode = node(notebook, cells=[node(cell) for cell in notebook.cells])
    for part in (made, *made.cells):  # only what is written to is copied
        part["metadata"] = node(part.metadata, papermill=node())
    for cell in made.cells:
        cell.metadata["tags"] = [*cell.metadata.get("tags", ())]
    if not parameters:
        return made
    made = parameterize_notebook(
        made, dict(parameters), kernel_name="python3", language="python", engine_name=_ENGINE
    )
    assert isinstance(made, nbformat.NotebookNode)
    for cell in made.cells:  # also the one with the new values
        cell.metadata.setdefault("papermill", nbformat.NotebookNode())
    return made
