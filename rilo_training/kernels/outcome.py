"""What really happened when a notebook ran, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Limits:
    """What one run may use.

    Parameters
    ----------
    cell_seconds
        For each cell; a cell that takes longer is interrupted.
    start_seconds
        For the start of the kernel and for the first cells, which import the libraries.
    run_seconds
        For the whole run, whatever its cells do.
    submission_seconds
        For all runs of one submission together.
    output_characters
        For the outputs of one cell; what comes after is left out.
    memory_mb
        For the processes of the run together, beyond what the libraries use.
    processes
        Processes and threads of the run.
    file_mb, folder_mb
        For one file, and for all files that the run writes.
    """

    cell_seconds: int = 20
    start_seconds: int = 120
    run_seconds: int = 600
    submission_seconds: int = 1_200
    output_characters: int = 500_000
    memory_mb: int = 3_000
    processes: int = 100
    file_mb: int = 200
    folder_mb: int = 400

    def of_processes(self) -> dict[str, int]:
        """Return the limits that the system or the host enforces, not the client."""
        names = ("run_seconds", "memory_mb", "processes", "file_mb", "folder_mb")
        return {name: getattr(self, name) for name in names}


@dataclass
class CellOutcome:
    """What happened to one cell.

    ``status`` is ``not_run``, ``ok``, ``error``, ``timeout``, ``out_of_memory`` or
    ``kernel_died``. ``declared`` holds the data that the cell sent, by type, oldest first.
    ``seconds`` is how long it ran, None where it did not.
    """

    status: str = "not_run"
    detail: str = ""
    declared: list[tuple[str, str]] = field(default_factory=list)
    seconds: float | None = None


@dataclass
class NotebookRun:
    """A run: the notebook with its outputs, and the outcome of each cell by its id."""

    notebook: NotebookNode
    cells: dict[str, CellOutcome]

    def declared(self, cell_id: str, mime: str) -> list[str]:
        """Return the data of one type that a cell sent, oldest first."""
        outcome = self.cells.get(cell_id)
        return [text for kind, text in outcome.declared if kind == mime] if outcome else []

    def first_failure(self) -> tuple[str, CellOutcome] | None:
        """Return the first cell that did not end well, or None."""
        for cell_id, outcome in self.cells.items():
            if outcome.status not in ("ok", "not_run"):
                return cell_id, outcome
        return None
