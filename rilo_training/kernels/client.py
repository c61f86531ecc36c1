"""A notebook client that records what happened to each cell and what each cell declared."""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async

from rilo_training.kernels.manager import OwnKernelManager
from rilo_training.kernels.outcome import CellOutcome, Limits

DECLARED_PREFIX = "application/vnd.rilo."
_TIMEOUT = "CellTimeout"
_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_IGNORED = ("update_display_data", "comm_open", "comm_msg", "comm_close", "clear_output")
_SECONDS_TO_ANSWER = 5


class RecordingClient(NotebookClient):
    """Runs a notebook and fills the outcomes that it is given.

    Parameters
    ----------
    notebook
        The notebook, which gets the outputs.
    cells
        The outcome of each cell by its id; filled as the run goes on. Cells that are not in
        it, such as the parameters that papermill puts in, are run and not recorded.
    limits
        What the run may use.
    private
        A folder of this run, with a short path, for the sockets of the kernel.
    """

    def __init__(
        self,
        notebook: nbformat.NotebookNode,
        cells: dict[str, CellOutcome],
        limits: Limits,
        private: Path,
    ) -> None:
        super().__init__(
            notebook,
            kernel_manager_class=OwnKernelManager,
            kernel_name="python3",
            allow_errors=True,
            record_timing=False,
            coalesce_streams=True,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": _TIMEOUT, "evalue": "", "traceback": []},
            timeout_func=self._seconds,
            startup_timeout=limits.start_seconds,
        )
        self.log.setLevel("CRITICAL")
        self.on_cell_executed = self._record_reply
        self._cells = cells
        self._limits = limits
        self._private = private
        self._characters: dict[int, int] = {}

    def create_kernel_manager(self) -> KernelManager:
        """Create the manager; where the system has them, with sockets in a private folder."""
        manager = super().create_kernel_manager()
        if os.name == "posix":
            manager.transport = "ipc"
            manager.ip = str(self._private / "kernel")
        return manager

    async def run(self, folder: Path, environment: dict[str, str]) -> None:
        """Run all cells. A kernel that dies or hangs ends the run, and nothing else."""
        self.reset_execution_trackers()
        async with self.async_setup_kernel(
            cwd=str(folder), env=environment, stdout=DEVNULL, stderr=DEVNULL
        ):
            for index, cell in enumerate(self.nb.cells):
                try:
                    await self.async_execute_cell(cell, index)
                except DeadKernelError:
                    self._outcome(cell).status = "kernel_died"
                    return
                timed_out = self._outcome(cell).status == "timeout"
                if timed_out and not await self._kernel_answers():
                    await self._end_kernel()
                    return

    def _seconds(self, cell: nbformat.NotebookNode) -> int:
        """Give cells that set the unit up more time: they import the libraries."""
        is_setup = cell.get("metadata", {}).get("rilo", {}).get("role") == "setup"
        return self._limits.start_seconds if is_setup else self._limits.cell_seconds

    def _outcome(self, cell: nbformat.NotebookNode) -> CellOutcome:
        return self._cells.get(cell.get("id", ""), CellOutcome())

    def _record_reply(
        self, cell: nbformat.NotebookNode, cell_index: int, execute_reply: dict[str, Any] | None
    ) -> None:
        outcome = self._outcome(cell)
        content = execute_reply["content"] if execute_reply else {"status": "error"}
        if content["status"] == "ok":
            outcome.status = "ok"
        elif content.get("ename") == _TIMEOUT:
            outcome.status, outcome.detail = "timeout", str(self._seconds(cell))
        elif content.get("ename") == "MemoryError":
            outcome.status, outcome.detail = "out_of_memory", "memory"
        else:
            outcome.status = "error"
            text = f"{content.get('ename', 'Error')}: {content.get('evalue', '')}"
            outcome.detail = text.splitlines()[0][:300]

    async def _end_kernel(self) -> None:
        assert self.km is not None
        await ensure_async(self.km.shutdown_kernel(now=True))

    async def _kernel_answers(self) -> bool:
        """Whether the kernel answers again after it was interrupted."""
        assert self.kc is not None
        request = self.kc.kernel_info()
        end = time.monotonic() + _SECONDS_TO_ANSWER
        while time.monotonic() < end:
            try:
                message = await ensure_async(self.kc.shell_channel.get_msg(timeout=0.5))
            except Empty:
                continue
            if message["parent_header"].get("msg_id") == request:
                return True
        return False

    def process_message(
        self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> nbformat.NotebookNode | None:
        """Keep declared data apart from the outputs, and the outputs within their limit."""
        kind = msg["msg_type"]
        if kind in _IGNORED:
            return None
        data = msg["content"].get("data", {}) if kind == "display_data" else {}
        declared = [(str(mime), str(data[mime])) for mime in data if _is_declared(mime)]
        if declared:
            self._outcome(cell).declared.extend(declared)
            return None
        if kind in _OUTPUTS:
            used = self._characters.get(cell_index, 0) + len(str(msg["content"]))
            self._characters[cell_index] = used
            if used > self._limits.output_characters and kind != "error":
                return None
        return super().process_message(msg, cell, cell_index)


def _is_declared(mime: object) -> bool:
    return isinstance(mime, str) and mime.startswith(DECLARED_PREFIX)
