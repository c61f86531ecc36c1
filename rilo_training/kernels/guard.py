"""End a run that fills the memory of the grader with what it sends.

A message may come in parts, and what receives them keeps all parts until the last one came. So
no limit on one message helps here; the memory of this process is what has to be watched.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import psutil

from rilo_training.kernels.hosts import HostGone, HostHandle

MOST_GROWTH = 2**29
"""Bytes by which the grader may grow while a run goes on."""

_SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_OF_PROOF = 0.3
_FASTEST = 5_000_000  # bytes in the seconds of a proof
_proof = threading.Lock()


@contextlib.contextmanager
def guarded(host: HostHandle | None) -> Iterator[None]:
    """Watch the memory of this process while a kernel of the host runs.

    Parameters
    ----------
    host
        Whose kernel is ended when this process grows because of it. Other runs may go on at the
        same time in this process: only the one without which it does not grow is ended.
    """
    if host is None:
        yield
        return
    before, is_over = _bytes(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_SECONDS_BETWEEN_LOOKS):
            if _bytes() - before > MOST_GROWTH and _is_because_of(host):
                with contextlib.suppress(HostGone):
                    host.order("end")
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def _is_because_of(host: HostHandle) -> bool:
    """Whether this process grows while the run of a host goes on, and not while it is paused."""
    with _proof:
        start = _bytes()
        time.sleep(_SECONDS_OF_PROOF)
        growth = _bytes() - start
        if growth < _FASTEST:
            return False
        start = _bytes()
        try:
            host.order("pause", seconds=_SECONDS_OF_PROOF)
        except HostGone:
            return False
        return _bytes() - start < growth / 2


def _bytes() -> int:
    return int(psutil.Process().memory_info().rss)
