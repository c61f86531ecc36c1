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
import stat
import sys
import tempfile
import time
import traceback
from typing import Any, NoReturn

import psutil

from rilo_training.host.confine import MEGABYTE, adopt_orphans, hide_from_equals
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
_SECONDS_TO_DIE, _SECONDS_TO_FOLLOW = 10, 0.02
_MOST_ENTRIES = 20_000  # files and folders that one run may make
_MOST_RUNNABLE = (os.cpu_count() or 1) + 4  # threads that want to run at once
_SECONDS_OF_CROWD = 3


class Host:
    """What the host knows: its owner, what imports set, and the kernel that runs now."""

    def __init__(self, owner: socket.socket, of_imports: dict[str, str]) -> None:
        self.owner, self.of_imports = owner, of_imports
        self.kernel = 0
        self.ended: int | None = None
        self.reason = ""
        self.limits: dict[str, int] = {}
        self.folder = ""
        self.began = self.calm = self.looked = 0.0

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
        self.calm = self.looked = self.began
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

    def do_pause(self, seconds: float) -> dict[str, Any]:
        """Let every process of the run rest for a while."""
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    process.send_signal(number)
            time.sleep(seconds if number == signal.SIGSTOP else 0)
        return {}

    def do_end(self) -> dict[str, Any]:
        """End the kernel and every process that it left."""
        self.end()
        return {}

    def look(self) -> None:
        """Bury the dead, and from time to time stop a run that uses more than it may use."""
        if not self.kernel:
            return
        self._bury()
        if self.ended is not None:
            self.end()  # what it left
            return
        now = time.monotonic()
        if now - self.looked >= _SECONDS_BETWEEN_LOOKS:
            self.looked = now
            if reason := self._excess():
                self.reason = reason
                self.end()

    def _excess(self) -> str:
        """Return which limit of the whole run is passed."""
        if len(psutil.Process().children(recursive=True)) > self.limits.get("processes", 10**6):
            return "processes"
        if "processes" in self.limits and self._is_crowd():
            return "processors"
        if time.monotonic() - self.began > self.limits.get("run_seconds", 10**6):
            return "seconds"
        most = self.limits.get("memory_mb", 0) * MEGABYTE
        if most and _memory(shared_too=True) > most and _memory(shared_too=False) > most:
            return "memory"
        most = self.limits.get("folder_mb", 0) * MEGABYTE
        # The folder of the run, which also holds the private one.
        return "disk" if most and _is_larger(os.path.dirname(self.folder), most) else ""

    def _is_crowd(self) -> bool:
        """Whether so many threads want to run, and for so long, that others hardly can."""
        now = time.monotonic()
        if _runnable() <= _MOST_RUNNABLE:
            self.calm = now
        return now - self.calm > _SECONDS_OF_CROWD

    def end(self) -> None:
        """Kill everything below this process, and wait until it is gone."""
        if not self.kernel:
            return
        if self.ended is None:
            with contextlib.suppress(OSError):
                os.killpg(self.kernel, signal.SIGKILL)  # the session of the kernel, in one step
        began = time.monotonic()
        while self._bury():
            waited = time.monotonic() - began
            if waited > _SECONDS_TO_DIE:
                os._exit(1)  # what is left goes to the system with this process
            if waited > _SECONDS_TO_FOLLOW:
                self._kill_all()
            time.sleep(0.001)
        if self.ended is None:
            self.ended = -signal.SIGKILL
        self.kernel = 0

    def _kill_all(self) -> None:
        """Kill what left the session. First all are stopped: so none can start another."""
        left = psutil.Process().children(recursive=True)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.send_signal(number)

    def _bury(self) -> bool:
        """Take notice of processes that ended; return whether any other is left below this one."""
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.kernel:
                    self.ended = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            return False
        return True

    def _become(self, connection_file: str, folder: str, environment: dict[str, str]) -> NoReturn:
        """Turn this forked process into the kernel. It never comes back from here."""
        status = 1
        try:
            os.setsid()
            os.nice(_NICE)
            hide_from_equals(False)
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
            found += process.memory_info().rss if shared_too else _own_memory(process)
    return found


def _runnable() -> int:
    """Return how many threads below this process run or wait for a processor."""
    found = 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{process.pid}/task"):
                with open(f"/proc/{process.pid}/task/{task}/stat", encoding="latin-1") as file:
                    found += file.read().rpartition(")")[2].split()[0] == "R"
    return found


def _own_memory(process: psutil.Process) -> int:
    """Return the bytes of memory of a process; what processes share is counted once."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:  # it hides, as an ordinary process has no reason to
        return int(process.memory_info().rss)


def _without_names() -> int:
    """Return the bytes of files that were removed and are still open in processes below."""
    found: dict[tuple[int, int], int] = {}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    about = entry.stat()
                    if about.st_nlink == 0 and stat.S_ISREG(about.st_mode):
                        found[about.st_dev, about.st_ino] = about.st_blocks * 512
    return sum(found.values())


def _is_larger(folder: str, most: int) -> bool:
    """Whether the files in a folder need more than so many bytes, or are too many."""
    total, entries, waiting = _without_names(), 0, [folder]
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
        except (FileNotFoundError, NotADirectoryError):
            continue  # it was removed meanwhile
        except OSError:
            return True  # it is closed, or its path is too long: it hides what it writes
    return False


def _prepare() -> None:
    """Make what all kernels have alike, in a folder of settings that is empty and then removed."""
    from rilo_training.host.kernel import OneRunKernel

    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder
        application = OneRunKernel.instance()
        application.prepare()
        del os.environ["IPYTHONDIR"]
    try:
        raise ValueError
    except ValueError:
        # The first error of a process takes long: all modules are looked up.
        application.kernel.shell.InteractiveTB.structured_traceback(*sys.exc_info())


def main() -> None:
    """Import everything, say that the host is ready, and serve."""
    owner = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(owner.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is a matter of the owner
    adopt_orphans()
    hide_from_equals(True)
    before = dict(os.environ)
    for name in PRELOADED:
        __import__(name)
    _prepare()
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
