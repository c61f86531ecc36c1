"""Runs the cells of a notebook in a kernel, and records what happened and what each declared."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import nbformat
import zmq

from rilo_training.files import whole_text
from rilo_training.kernels.hosts import HostHandle
from rilo_training.kernels.manager import OwnKernelManager
from rilo_training.kernels.outcome import CellOutcome, Limits

DECLARED_PREFIX = "application/vnd.rilo."
_OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")  # Python, numpy, pyarrow
_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_SECONDS_TO_ANSWER = 5  # after an interrupt
_SECONDS_TO_END = 4  # after the reply, for the last outputs
_SECONDS_BETWEEN_LOOKS = 0.5  # whether a silent kernel lives
_SECONDS_TO_GREET, _SECONDS_TO_OPEN = 0.5, 0.02
_MILLISECONDS_TO_KNOCK = 5
_LARGEST_MESSAGE = 32_000_000  # bytes; whoever sends a larger one is cut off
_MOST_AT_ONCE = 100  # messages, before the clock is looked at again
_MOST_DECLARED = 4_000_000  # characters of one cell
_LARGEST_OUTPUT = 4_000_000  # characters; a picture may be larger than the limit of a cell
_LONGEST_LINE, _MOST_LINES = 2_000, 50  # of an error


class _KernelDied(Exception):
    """The process of the kernel has ended."""


class RecordingClient:
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
        self._notebook, self._cells, self._limits = notebook, cells, limits
        self._manager: Any = OwnKernelManager(kernel_name="python3", host=host)
        # In the private folder, so that the kernel can read it whatever it may see.
        self._manager.connection_file = str(private / "connection.json")
        # The path of a socket has a limit of about 100 characters on every system that has them.
        if os.name == "posix" and len(os.fsencode(private)) <= 80:
            self._manager.transport = "ipc"
            self._manager.ip = str(private / "kernel")
        self._client: Any  # a BlockingKernelClient
        self._wait: Callable[[Any], Any]
        self._poller = zmq.Poller()
        self._characters = 0

    def run(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Run all cells. A kernel that dies or hangs ends the run, and nothing else.

        Raises
        ------
        RuntimeError
            When the kernel did not start.
        """
        context = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        context.setsockopt(zmq.RECONNECT_IVL, _MILLISECONDS_TO_KNOCK)
        with asyncio.Runner() as runner:
            self._wait = runner.run
            try:
                self._start(folder, environment, context)
                self._greet()
                self._run_cells()
            finally:
                context.destroy(linger=0)
                if self._manager.has_kernel:
                    self._wait(self._manager.shutdown_kernel(now=True))

    def _start(
        self, folder: Path, environment: Mapping[str, str], context: zmq.Context[Any]
    ) -> None:
        self._wait(
            self._manager.start_kernel(
                cwd=str(folder), env=dict(environment), stdout=DEVNULL, stderr=DEVNULL
            )
        )
        self._client = self._manager.client(context=context)
        # Without a heart: whether a kernel lives is asked of its process. A heart that beats for
        # a kernel which ends at the wrong moment waits for ever.
        self._client.start_channels(hb=False)
        for channel in (self._client.shell_channel, self._client.iopub_channel):
            self._poller.register(channel.socket, zmq.POLLIN)

    def _greet(self) -> None:
        """Wait until the kernel answers a request, and what it sends to all arrives too."""
        shell, iopub = self._client.shell_channel, self._client.iopub_channel
        end = time.monotonic() + self._limits.start_seconds
        while True:
            request = self._client.kernel_info()
            if _is_answered(shell, request, _SECONDS_TO_GREET):
                # The second channel opens by itself; what was sent before is lost.
                if _is_answered(iopub, request, _SECONDS_TO_OPEN):
                    return
            elif not self._wait(self._manager.is_alive()):
                raise RuntimeError("it ended before it answered")
            if time.monotonic() > end:
                raise RuntimeError(f"it did not answer in {self._limits.start_seconds} seconds")

    def _run_cells(self) -> None:
        timed_out = False
        for cell in self._notebook.cells:
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            outcome = self._cells.get(cell.get("id", ""), CellOutcome())
            began = time.monotonic()
            try:
                answers = self._execute(cell, outcome)
            except _KernelDied:
                if outcome.status != "timeout":
                    self._say_why_dead(outcome)
                return
            except Exception:  # messages that no kernel sends: the code of the cell sent them
                outcome.status = "error"
                outcome.detail = "it sent messages that no kernel sends"
                return
            finally:
                outcome.seconds = time.monotonic() - began
            again, timed_out = timed_out, outcome.status == "timeout"
            # After the second cell in a row, nothing good is to be expected of this kernel.
            if timed_out and (again or not answers):
                return

    def _execute(self, cell: nbformat.NotebookNode, outcome: CellOutcome) -> bool:
        """Run one cell; return whether the kernel answered, in time or after an interrupt."""
        cell.outputs, self._characters = [], 0
        request = self._client.execute(cell.source, stop_on_error=False, allow_stdin=False)
        seconds = self._seconds(cell)
        end = time.monotonic() + seconds
        reply, is_idle = None, False
        while reply is None or not is_idle:
            if time.monotonic() > end:
                if reply is not None:  # the last outputs did not come
                    break
                if outcome.status == "timeout":
                    return False
                outcome.status, outcome.detail = "timeout", str(seconds)
                self._wait(self._manager.interrupt_kernel())
                end = time.monotonic() + _SECONDS_TO_ANSWER
            has_message = False
            for channel, message in self._messages(end):
                has_message = True
                if message["parent_header"].get("msg_id") != request:
                    continue
                if channel == "iopub":
                    self._take(message, cell, outcome)
                    is_idle |= message["content"].get("execution_state") == "idle"
                elif reply is None:
                    reply, end = message, time.monotonic() + _SECONDS_TO_END
            if not has_message and reply is None and not self._wait(self._manager.is_alive()):
                raise _KernelDied
        assert reply is not None
        if outcome.status != "timeout":
            _record_reply(reply["content"], outcome)
        return True

    def _messages(self, end: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give what has arrived, or arrives soon: first the outputs, then replies."""
        seconds = min(_SECONDS_BETWEEN_LOOKS, max(end - time.monotonic(), 0))
        ready = dict(self._poller.poll(int(seconds * 1000) + 1))
        for name, channel in (
            ("iopub", self._client.iopub_channel),
            ("shell", self._client.shell_channel),
        ):
            if channel.socket in ready:
                for _ in range(_MOST_AT_ONCE):
                    if (message := _next_message(channel)) is None:
                        break
                    yield name, message

    def _seconds(self, cell: nbformat.NotebookNode) -> int:
        """Give cells that set the unit up more time: they import the libraries."""
        is_setup = cell.get("metadata", {}).get("rilo", {}).get("role") == "setup"
        return self._limits.start_seconds if is_setup else self._limits.cell_seconds

    def _say_why_dead(self, outcome: CellOutcome) -> None:
        """Tell a kernel that was stopped for what it used from one that ended by itself."""
        reason = getattr(self._manager.provisioner, "reason", "")
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

    def _take(
        self, message: dict[str, Any], cell: nbformat.NotebookNode, outcome: CellOutcome
    ) -> None:
        """Keep declared data apart from the outputs, and the outputs within their limit."""
        kind, content = message["header"]["msg_type"], message["content"]
        number = content.pop("execution_count", None)
        if isinstance(number, int):
            cell["execution_count"] = number
        # Any other kind, such as an update of a display, changes nothing that was shown before.
        if kind not in _OUTPUTS or self._is_held_back(kind, content, outcome):
            return
        if kind == "stream" and _is_continued(cell.outputs, content):
            return
        if kind == "execute_result":
            content["execution_count"] = number if isinstance(number, int) else None
        if kind == "error":
            for name in ("ename", "evalue"):
                content[name] = str(content.get(name, ""))[:_LONGEST_LINE]
            lines = content.get("traceback")
            lines = lines[-_MOST_LINES:] if isinstance(lines, list) else []
            content["traceback"] = [str(line)[:_LONGEST_LINE] for line in lines]
        try:
            cell.outputs.append(_output(kind, content, message))
        except (KeyError, TypeError, AttributeError):
            return  # a message that no kernel sends

    def _is_held_back(self, kind: str, content: dict[str, Any], outcome: CellOutcome) -> bool:
        """Whether a message is no output: declared data, or more than a cell may show."""
        used = self._characters
        self._characters = now = used + len(str(content))
        data = content.get("data") if kind == "display_data" else None
        declared = {
            mime: text
            for mime, text in (data.items() if isinstance(data, dict) else ())
            if isinstance(mime, str) and mime.startswith(DECLARED_PREFIX)
        }
        if declared:
            if now <= _MOST_DECLARED:
                outcome.declared.extend((kind, str(text)) for kind, text in declared.items())
            return True
        return used > self._limits.output_characters or now - used > _LARGEST_OUTPUT


def _is_answered(channel: Any, request: str, seconds: float) -> bool:
    """Whether the last message about a request arrives in time: a reply, or that it is done."""
    end = time.monotonic() + seconds
    while channel.socket.poll(max(int((end - time.monotonic()) * 1000), 0)):
        message = _next_message(channel) or {}
        is_busy = message["content"].get("execution_state") == "busy"
        if message["parent_header"].get("msg_id") == request and not is_busy:
            return True
    return False


def _next_message(channel: Any) -> dict[str, Any] | None:
    """Return the next message that has arrived, or None.

    Raises
    ------
    ValueError
        When it is no message, or not signed with the key of this run.
    """
    try:
        frames = channel.socket.recv_multipart(zmq.NOBLOCK)
    except zmq.Again:
        return None
    # What a session would do, without making dates of texts: that takes longer than all the rest.
    session = channel.session
    signature, *parts = session.feed_identities(frames)[1]
    if signature != session.sign(parts[:4]):
        raise ValueError("a message is not signed with the key of this run")
    header, parent, _, content = (session.unpack(part) for part in parts[:4])
    if not all(isinstance(part, dict) for part in (header, parent, content)):
        raise ValueError("a message has parts that no kernel sends")
    return {"header": header, "parent_header": parent, "content": content}


def _record_reply(content: dict[str, Any], outcome: CellOutcome) -> None:
    if content["status"] == "ok":
        outcome.status = "ok"
    elif content.get("ename") in _OUT_OF_MEMORY:
        outcome.status, outcome.detail = "out_of_memory", "memory"
    else:
        outcome.status = "error"
        text = f"{content.get('ename', 'Error')}: {content.get('evalue', '')}"
        outcome.detail = whole_text(text.splitlines()[0][:300])


def _output(kind: str, content: dict[str, Any], message: dict[str, Any]) -> nbformat.NotebookNode:
    """Return an output of a notebook; the common one, a printed text, without the long look."""
    name, text = content.get("name"), content.get("text")
    if kind == "stream" and name in ("stdout", "stderr") and isinstance(text, str):
        return nbformat.NotebookNode(output_type=kind, name=name, text=text)
    return nbformat.v4.output_from_msg(message)  # type: ignore[no-any-return]


def _is_continued(outputs: list[nbformat.NotebookNode], content: dict[str, Any]) -> bool:
    """Whether a text was put behind the one before it, which came from the same stream."""
    last = outputs[-1] if outputs else {}
    name, text = content.get("name"), content.get("text")
    if last.get("output_type") != "stream" or last.get("name") != name or not isinstance(text, str):
        return False
    last["text"] += text
    return True
