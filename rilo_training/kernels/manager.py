"""The kernel of a run: this same Python, with a private folder and a clean environment."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Any as AnyTrait
from traitlets import Type

from rilo_training.kernels.fonts import font_lists

JUPYTER_FOLDER = Path(__file__).with_name("jupyter")
"""Add it to ``JUPYTER_PATH``, and every program of Jupyter finds the kernel ``rilo-warm``."""

_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "LD_LIBRARY_PATH", "TEMP", "TMP")
_LARGEST_MESSAGE = 32_000_000  # bytes; whoever sends a larger one is cut off
_SECONDS_TO_START, _SECONDS_TO_OPEN, _MILLISECONDS_TO_KNOCK = 0.5, 0.02, 5
_PRIVATE = ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR")


class OwnKernelClient(AsyncKernelClient):
    """A client without a heart, that does not wait longer than it must."""

    def start_channels(self, *given: Any, **words: Any) -> None:
        """Open the channels.

        Whether a kernel lives is asked of its process. A heart that beats for a kernel which
        ends at the wrong moment waits for ever, and whoever stops it waits too.
        """
        super().start_channels(*given, **{**words, "hb": False})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers a request, and its outputs arrive too.

        Raises
        ------
        RuntimeError
            When the kernel died, or did not answer in so many seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            request = self.kernel_info()
            if await _answers(self.shell_channel, request, _SECONDS_TO_START):
                # The channel of outputs opens by itself; what was sent before is lost.
                if await _answers(self.iopub_channel, request, _SECONDS_TO_OPEN):
                    return
            elif not await self.is_alive():
                raise RuntimeError("it ended before it answered")
            if time.monotonic() > end:
                raise RuntimeError(f"it did not answer in {timeout:g} seconds")


async def _answers(channel: Any, request: str, seconds: float) -> bool:
    """Whether the last message about a request arrives: a reply, or that it is done."""
    try:
        while True:
            message = await channel.get_msg(timeout=seconds)
            is_busy = message["content"].get("execution_state") == "busy"
            if message["parent_header"].get("msg_id") == request and not is_busy:
                return True
    except Empty:
        return False


class OwnKernelManager(AsyncKernelManager):
    """Starts the Python that runs this code, whatever kernels are installed beside it."""

    host: Any = AnyTrait(help="The host that starts the kernel; None for any.")
    client_factory = Type(OwnKernelClient)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The warm kernel of this package."""
        return KernelSpec.from_resource_dir(str(JUPYTER_FOLDER / "kernels" / "rilo-warm"))

    def client(self, **words: Any) -> Any:
        """Return a client to whom a kernel cannot send messages of any size."""
        found = super().client(**words)
        found.context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        found.context.setsockopt(zmq.RECONNECT_IVL, _MILLISECONDS_TO_KNOCK)
        return found


def kernel_environment(private: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return a clean environment: nothing of the caller's but what a process needs.

    Parameters
    ----------
    private
        An empty folder for this run alone: home, settings, fonts, temporary files.
    more
        Variables that this run needs besides.
    """
    matplotlib = private / "matplotlib"
    matplotlib.mkdir()
    for fonts in font_lists():
        shutil.copy(fonts, matplotlib)
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        **{name: str(private) for name in _PRIVATE},
        "MPLCONFIGDIR": str(matplotlib),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the debugger warns on stderr
        "TZ": "UTC",
        **more,
    }
