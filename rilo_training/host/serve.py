"""The program of a host: a process with everything imported that forks to become kernels.

It is started as ``python -P -m rilo_training.host.serve NUMBER`` with the number of an open
socket. Each line that arrives is one order, and each gets one line back. A host serves one
kernel at a time: so every process below it belongs to that kernel, also one that detached
itself, and nothing of a run outlives it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from typing import Any, NoReturn

import psutil

from rilo_training.host.confine import MEGABYTE, adopt_orphans
from rilo_training.host.launch import LIMITS_VARIABLE, become_kernel

PRELOADED = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "encodings.idna",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "numpy",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "rilo_training.answers",
    "rilo_training.learn",
    "rilo_training.seizures",
    "scipy.stats",
    "seaborn",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "tornado.platform.asyncio",
)
_SECONDS_BETWEEN_LOOKS = 0.5
_NICE = 5
_SECONDS_TO_DIE = 10
_MOST_ENTRIES = 20_000  # files and folders that one run may make


class Host:
    """What the host knows: its owner, what imports set, and the kernel that runs now."""

    def __init__(self, owner: socket.socket, of_imports: dict[str, str]) -> None:
        self.owner, self.of_imports = owner, of_imports
        self.kernel = 0
        self.ended: int | None = None
        self.reason = ""
        self.limits: dict[str, int] = {}
        self.folder = ""
        self.began = 0.0

    def serve(self) -> None:
        """Obey until the owner is gone."""
        waiting = b""
        while True:
            is_busy = self.kernel and self.ended is None
            ready, _, _ = select.select(
                [self.owner], [], [], _SECONDS_BETWEEN_LOOKS if is_busy else None
            )
            self.look()
            if not ready:
                continue
            received = self.owner.recv(65_536)
            if not received:
                self.end()
                return
            waiting += received
            while b"\n" in waiting:
                line, waiting = waiting.split(b"\n", 1)
                order = json.loads(line)
                answer = getattr(self, f"do_{order.pop('do')}")(**order)
                self.owner.sendall(json.dumps(answer).encode() + b"\n")

    def do_start(
        self, connection_file: str, folder: str, environment: dict[str, str], limits: dict[str, int]
    ) -> dict[str, Any]:
        """Fork a kernel."""
        self.end()
        self.limits, self.folder, self.began = limits, folder, time.monotonic()
        self.ended, self.reason = None, ""
        self.kernel = os.fork()
        if self.kernel == 0:
            self._become(connection_file, folder, environment)
        return {"process": self.kernel}

    def do_poll(self) -> dict[str, Any]:
        """Say whether the kernel has ended, and why where that is known."""
        self.look()
        return {"ended": self.ended, "reason": self.reason}

    def do_signal(self, number: int) -> dict[str, Any]:
        """Send a signal to the kernel."""
        if self.kernel and self.ended is None:
            with contextlib.suppress(OSError):
                os.kill(self.kernel, number)
        return {}

    def do_end(self) -> dict[str, Any]:
        """End the kernel and every process that it left."""
        self.end()
        return {}

    def look(self) -> None:
        """Bury the dead, and stop a run that uses more than it may use."""
        if not self.kernel:
            return
        self._bury()
        if self.ended is None and (reason := self._excess()):
            self.reason = reason
            self.end()

    def _excess(self) -> str:
        """Return which limit of the whole run is passed."""
        if len(psutil.Process().children(recursive=True)) > self.limits.get("processes", 10**6):
            return "processes"
        if time.monotonic() - self.began > self.limits.get("run_seconds", 10**6):
            return "seconds"
        most = self.limits.get("memory_mb", 0) * MEGABYTE
        if most and _memory(shared_too=True) > most and _memory(shared_too=False) > most:
            return "memory"
        most = self.limits.get("folder_mb", 0) * MEGABYTE
        return "disk" if most and _is_larger(self.folder, most) else ""

    def end(self) -> None:
        """Kill everything below this process, and wait until it is gone."""
        if not self.kernel:
            return
        if self.ended is None:
            with contextlib.suppress(OSError):
                os.killpg(self.kernel, signal.SIGKILL)  # the session of the kernel, in one step
        end = time.monotonic() + _SECONDS_TO_DIE
        while left := psutil.Process().children(recursive=True):
            # First all are stopped: so none can start another while the rest is killed.
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in left:
                    with contextlib.suppress(psutil.Error):
                        process.send_signal(number)
            self._bury()
            if time.monotonic() > end:
                os._exit(1)  # what is left goes to the system with this process
            time.sleep(0.002)
        self._bury()
        if self.ended is None:
            self.ended = -signal.SIGKILL
        self.kernel = 0

    def _bury(self) -> None:
        """Take notice of processes that ended."""
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.kernel:
                    self.ended = os.waitstatus_to_exitcode(found[1])

    def _become(self, connection_file: str, folder: str, environment: dict[str, str]) -> NoReturn:
        """Turn this forked process into the kernel. It never comes back from here."""
        status = 1
        try:
            os.setsid()
            os.nice(_NICE)  # so that the host is heard, whatever a kernel starts
            self.owner.close()
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(self.of_imports)
            os.environ.update(environment)
            os.environ[LIMITS_VARIABLE] = json.dumps(self.limits)
            _as_if_new()
            become_kernel(connection_file, of_host=True)
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else int(left.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)


def _as_if_new() -> None:
    """Forget what a new process would not know: clock zone, random state, folders, signals."""
    import numpy
    import pandas

    # What pandas chooses when it is imported in a notebook; in the host it saw none.
    pandas.set_option("display.max_columns", 20)
    time.tzset()
    random.seed()
    numpy.random.seed()
    tempfile.tempdir = None
    sys.path.insert(0, "")  # the host was started without the current folder
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _memory(*, shared_too: bool) -> int:
    """Return the bytes of memory of all processes below this one."""
    found = 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if shared_too:
                found += process.memory_info().rss
            else:  # what processes share is counted once
                found += process.memory_full_info().pss
    return found


def _is_larger(folder: str, most: int) -> bool:
    """Whether the files in a folder need more than so many bytes, or are too many."""
    total, entries, waiting = 0, 0, [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if total > most or entries > _MOST_ENTRIES:
                        return True
        except OSError:
            continue  # it was removed meanwhile
    return False


def main() -> None:
    """Import everything, say that the host is ready, and serve."""
    owner = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(owner.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is a matter of the owner
    adopt_orphans()
    before = dict(os.environ)
    for name in PRELOADED:
        __import__(name)
    # Libraries set variables when they are imported: a kernel has them too.
    of_imports = {name: text for name, text in os.environ.items() if before.get(name) != text}
    gc.collect()
    gc.freeze()
    threads = len(os.listdir("/proc/self/task"))
    owner.sendall(json.dumps({"threads": threads}).encode() + b"\n")
    if threads == 1:  # a fork of a process with several threads may hang
        Host(owner, of_imports).serve()


if __name__ == "__main__":
    main()
