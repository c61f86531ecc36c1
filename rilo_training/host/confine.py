"""Give up rights and accept limits, in the process that is about to become a kernel.

What the system does not offer is left out: on Windows there are no such limits, and only a
process of the superuser can take another user.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping

_DIE_WITH_PARENT, _NO_NEW_RIGHTS, _ADOPT_ORPHANS = 1, 38, 36
MEGABYTE = 2**20


def confine(limits: Mapping[str, int]) -> None:
    """Apply limits to this process and to all that it will start.

    Parameters
    ----------
    limits
        Any of ``memory_mb`` (address space beyond what is used now), ``processes``, ``file_mb``
        (size of one file), ``user`` (the number of a user, taken for good).
    """
    if sys.platform == "win32":
        return
    import resource

    def limit(kind: int, most: int) -> None:
        with contextlib.suppress(ValueError, OSError):  # a lower limit was set from outside
            resource.setrlimit(kind, (most, most))

    if "memory_mb" in limits and sys.platform == "linux":
        limit(resource.RLIMIT_AS, _address_space() + limits["memory_mb"] * MEGABYTE)
    if "file_mb" in limits:
        limit(resource.RLIMIT_FSIZE, limits["file_mb"] * MEGABYTE)
    limit(resource.RLIMIT_CORE, 0)
    if user := limits.get("user"):
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    if "processes" in limits and sys.platform == "linux":
        limit(resource.RLIMIT_NPROC, _processes_of_user() + limits["processes"])
    if sys.platform == "linux":
        _prctl(_NO_NEW_RIGHTS, 1)


def die_with_parent() -> None:
    """Have the system end this process when its parent ends, where it can."""
    if sys.platform == "linux":
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of processes below this one whose own parent ends."""
    if sys.platform == "linux":
        _prctl(_ADOPT_ORPHANS, 1)


def _prctl(what: int, value: int) -> None:
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _address_space() -> int:
    """Return the bytes of address space that this process has now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _processes_of_user() -> int:
    """Return how many processes and threads the user of this process has now."""
    import psutil

    found = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == os.getuid():
                found += process.num_threads()
    return found
