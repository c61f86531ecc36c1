"""A notebook client that records what happened to each cell and what each cell declared."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async, run_sync

from rilo_training.files import whole_text
from rilo_training.kernels.hosts import HostHandle
from rilo_training.kernels.manager import OwnKernelManager
from rilo_training.kernels.outcome import CellOutcome, Limits

DECLARED_PREFIX = "application/vnd.rilo."
_TIMEOUT = "CellTimeout"
_OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")  # Python, numpy, pyarrow
_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_IGNORED = ("update_display_data", "comm_open", "comm_msg", "comm_close", "clear_output")
_SECONDS_TO_ANSWER = 5
_MOST_DECLARED = 4_000_000  # characters of one cell
_LARGEST_OUTPUT = 4_000_000  # characters; a picture may be larger than the limit of a cell
_LONGEST_LINE, _MOST_LINES = 2_000, 50  # of an error


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
    host
        The host that starts the kernel; None for any.
    """

    def __init__(
        self,
        notebook: nbformat.NotebookNode,
        cells: dict[str, CellOutcome],
        limits: Limits,
        private: Path,
        host: HostHandle | None = None,
    ) -> None:
        super().__init__(
            notebook,
            kernel_manager_class=OwnKernelManager,
            kernel_name="python3",
            allow_errors=True,
            record_timing=False,
            coalesce_streams=False,  # nbclient needs minutes for a long line; see _is_continued
            interrupt_on_timeout=True,
            shutdown_kernel="immediate",
            error_on_timeout={"ename": _TIMEOUT, "evalue": "", "traceback": []},
            timeout_func=self._seconds,
            startup_timeout=limits.start_seconds,
        )
        self.log.setLevel("CRITICAL")
        self.on_cell_executed = self._record_reply
        self._cells = cells
        self._limits = limits
        self._private = private
        self._host = host
        self._characters: dict[int, int] = {}

    def create_kernel_manager(self) -> KernelManager:
        """Create the manager; where the system has them, with sockets in a private folder."""
        manager = super().create_kernel_manager()
        # The path of a socket has a limit of about 100 characters on every system that has them.
        if os.name == "posix" and len(os.fsencode(self._private)) <= 80:
            manager.transport = "ipc"
            manager.ip = str(self._private / "kernel")
        assert isinstance(manager, OwnKernelManager)
        manager.host = self._host
        # In the private folder, so that the kernel can read it whatever it may see.
        manager.connection_file = str(self._private / "connection.json")
        return manager

    async def run(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Run all cells. A kernel that dies or hangs ends the run, and nothing else."""
        self.reset_execution_trackers()
        async with self.async_setup_kernel(
            cwd=str(folder), env=dict(environment), stdout=DEVNULL, stderr=DEVNULL
        ):
            timed_out = False
            for index, cell in enumerate(self.nb.cells):
                began = time.monotonic()
                try:
                    await self.async_execute_cell(cell, index)
                except DeadKernelError:
                    self._say_why_dead(self._outcome(cell))
                    return
                except Exception:  # messages that no kernel sends: the code of the cell sent them
                    outcome = self._outcome(cell)
                    outcome.status = "error"
                    outcome.detail = "it sent messages that no kernel sends"
                    await self._end_kernel()
                    return
                finally:
                    if cell.cell_type == "code":
                        self._outcome(cell).seconds = time.monotonic() - began
                again, timed_out = timed_out, self._outcome(cell).status == "timeout"
                # After the second cell in a row, nothing good is to be expected of this kernel.
                if timed_out and (again or not await self._kernel_answers()):
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
        elif content.get("ename") in _OUT_OF_MEMORY:
            outcome.status, outcome.detail = "out_of_memory", "memory"
        else:
            outcome.status = "error"
            text = f"{content.get('ename', 'Error')}: {content.get('evalue', '')}"
            outcome.detail = whole_text(text.splitlines()[0][:300])

    def _say_why_dead(self, outcome: CellOutcome) -> None:
        """Tell a kernel that was stopped for what it used from one that ended by itself."""
        reason = getattr(getattr(self.km, "provisioner", None), "reason", "")
        if reason == "memory":
            outcome.status, outcome.detail = "out_of_memory", "memory"
        elif reason == "seconds":
            outcome.status, outcome.detail = "timeout", str(self._limits.run_seconds)
        elif reason == "disk":
            outcome.status = "error"
            outcome.detail = f"it wrote more than {self._limits.folder_mb} MB of files"
        elif reason == "processes":
            outcome.status = "error"
            outcome.detail = f"it started more than {self._limits.processes} processes"
        elif reason == "processors":
            outcome.status = "error"
            outcome.detail = "it kept more processes busy than this computer has processors"
        else:
            outcome.status = "kernel_died"

    async def _async_cleanup_kernel(self) -> None:
        """End the kernel. nbclient also asks for it at the end of the program, without one."""
        if self.km is not None:
            await super()._async_cleanup_kernel()

    _cleanup_kernel = run_sync(_async_cleanup_kernel)

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
        kind, content = msg["msg_type"], msg["content"]
        if kind in _IGNORED:
            return None
        if not isinstance(content, dict):
            return None  # a message that no kernel sends
        content.pop("transient", None)  # a display changes nothing that was shown before
        if not isinstance(content.get("execution_count", 0), int):
            del content["execution_count"]
        if kind in _OUTPUTS and self._is_held_back(kind, content, cell, cell_index):
            return None
        if kind == "stream" and _is_continued(cell.outputs, content):
            return None
        if kind == "error":
            for name in ("ename", "evalue"):
                content[name] = str(content.get(name, ""))[:_LONGEST_LINE]
            lines = content.get("traceback")
            lines = lines[-_MOST_LINES:] if isinstance(lines, list) else []
            content["traceback"] = [str(line)[:_LONGEST_LINE] for line in lines]
        try:
            return super().process_message(msg, cell, cell_index)
        except (KeyError, TypeError, AttributeError):
            return None  # a message that no kernel sends

    def _is_held_back(
        self, kind: str, content: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int
    ) -> bool:
        """Whether a message is no output: declared data, or more than a cell may show."""
        used = self._characters.get(cell_index, 0)
        self._characters[cell_index] = now = used + len(str(content))
        data = content.get("data") if kind == "display_data" else None
        declared = {
            mime: text
            for mime, text in (data.items() if isinstance(data, dict) else ())
            if isinstance(mime, str) and mime.startswith(DECLARED_PREFIX)
        }
        if declared:
            if now <= _MOST_DECLARED:
                self._outcome(cell).declared.extend((k, str(v)) for k, v in declared.items())
            return True
        return used > self._limits.output_characters or now - used > _LARGEST_OUTPUT


def _is_continued(outputs: list[nbformat.NotebookNode], content: dict[str, Any]) -> bool:
    """Whether a text was put behind the one before it, which came from the same stream."""
    last = outputs[-1] if outputs else {}
    name, text = content.get("name"), content.get("text")
    if last.get("output_type") != "stream" or last.get("name") != name or not isinstance(text, str):
        return False
    last["text"] += text
    return True
