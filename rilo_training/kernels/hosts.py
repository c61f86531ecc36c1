"""Start hosts, give them orders, and use them again.

A host is a long-lived process that forks to become kernels (see
:mod:`rilo_training.host.serve`). Starting a kernel there takes hundredths of a second: the
libraries are imported already. Where the system does not offer it, there is no host, and a
kernel starts in the ordinary way with the same results.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SWITCH = "RILO_WARM_KERNEL"
"""Set to ``0`` to start every kernel in the ordinary way."""

_LONGEST_ANSWER = 1_000_000  # bytes
_SECONDS_TO_START, _SECONDS_TO_ANSWER = 120, 30
# Freed memory is kept and used again, by pyarrow too: a kernel that lives for one run spends less
# time on asking the system for pages. The names with MALLOC are for the C library of Linux.
_ONE_HEAP = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(400 * 2**20),
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class HostGone(RuntimeError):
    """The host did not start or does not answer any more."""


class HostHandle:
    """A host as its owner sees it.

    Parameters
    ----------
    command
        What to put before the command of the host, such as a sandbox.
    environment
        Variables of the host; none of them reaches a kernel. A few clean ones by default.
    """

    def __init__(
        self, command: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self._kernel, self._is_outside = 0, not command
        ours, theirs = socket.socketpair()
        self._socket, self._waiting, self._lock = ours, b"", threading.Lock()
        try:
            self._process = subprocess.Popen(
                [
                    *command,
                    sys.executable,
                    "-P",
                    "-m",
                    "rilo_training.host.serve",
                    str(theirs.fileno()),
                ],
                env={**(environment or clean_environment()), **_host_variables()},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as reason:
            ours.close()
            raise HostGone(str(reason)) from reason
        finally:
            theirs.close()
        ours.settimeout(_SECONDS_TO_START)
        try:
            threads = self._line().get("threads")
        except HostGone:
            self.close()
            raise
        ours.settimeout(_SECONDS_TO_ANSWER)
        if threads != 1:
            self.close()
            raise HostGone(f"it runs {threads} threads, and a fork needs one")

    def order(self, do: str, **words: Any) -> dict[str, Any]:
        """Send an order and return what the host answers.

        Raises
        ------
        HostGone
            When the host ended or does not answer.
        """
        with self._lock:
            try:
                self._socket.sendall(json.dumps({"do": do, **words}).encode() + b"\n")
            except OSError as reason:
                raise HostGone(str(reason)) from reason
            found = self._line()
        self._kernel = found.get("process", self._kernel)
        return found

    def _line(self) -> dict[str, Any]:
        while b"\n" not in self._waiting:
            try:
                received = self._socket.recv(65_536)
            except OSError as reason:
                raise HostGone(str(reason)) from reason
            if not received:
                raise HostGone("it ended")
            self._waiting += received
            if len(self._waiting) > _LONGEST_ANSWER:
                raise HostGone("it sends what no host sends")
        line, self._waiting = self._waiting.split(b"\n", 1)
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as reason:
            raise HostGone("it sends what no host sends") from reason
        if not isinstance(found, dict):
            raise HostGone("it sends what no host sends")
        return found

    @property
    def is_alive(self) -> bool:
        """Whether the process of the host runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the host with all that it started."""
        self._socket.close()  # the host kills what is below it, and leaves
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._kernel and self._is_outside:
            _end_session(self._kernel)


def _end_session(leader: int) -> None:
    """Kill what a kernel left when it killed its host. A sandbox needs none of this."""
    import psutil

    for process in psutil.pids():
        with contextlib.suppress(OSError):
            if os.getsid(process) == leader:
                os.kill(process, signal.SIGKILL)


_idle: list[HostHandle] = []
_lock = threading.Lock()


@contextlib.contextmanager
def borrowed_host() -> Iterator[HostHandle | None]:
    """Lend a host for one run at a time; None where the system offers none."""
    host = take_host()
    try:
        yield host
    finally:
        if host is not None:
            give_host_back(host)


def take_host() -> HostHandle | None:
    """Return an idle host, or a new one; None where the system offers none."""
    if sys.platform != "linux" or os.environ.get(SWITCH) == "0":
        return None
    with _lock:
        while _idle:
            host = _idle.pop()
            if host.is_alive:
                return host
            host.close()
    try:
        return HostHandle()
    except HostGone:
        return None


def give_host_back(host: HostHandle) -> None:
    """End what still runs in a host, and keep it for the next run."""
    try:
        host.order("end")
    except HostGone:
        host.close()
        return
    with _lock:
        _idle.append(host)


def close_hosts() -> None:
    """End all idle hosts; the process does so by itself when it ends."""
    with _lock:
        while _idle:
            _idle.pop().close()


atexit.register(close_hosts)


def clean_environment() -> dict[str, str]:
    """Return the few variables that a program needs, and nothing else of the caller's."""
    kept = ("PATH", "LD_LIBRARY_PATH", "HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _host_variables() -> dict[str, str]:
    """Return what must be set before the libraries are imported."""
    return {
        **dict.fromkeys(_THREADS, "1"),
        **_ONE_HEAP,
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a thread that a fork would lose
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
