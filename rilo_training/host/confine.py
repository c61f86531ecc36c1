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

from rilo_training.host.filter import refuse_needless_calls

_DIE_WITH_PARENT, _CAN_BE_READ, _KEEP_RIGHTS, _NO_NEW_RIGHTS, _ADOPT_ORPHANS = 1, 4, 8, 38, 36
_RIGHT_TO_READ, _VERSION_OF_RIGHTS = 2, 0x2008_0522
MEGABYTE = 2**20


def confine(limits: Mapping[str, int]) -> None:
    """Apply limits to this process and to all that it will start.

    Parameters
    ----------
    limits
        Any of ``memory_mb`` (address space beyond what is used now), ``processes``, ``file_mb``
        (size of one file), ``user`` (the number of a user, taken for good), ``reads`` (that user
        may read what the superuser may), ``filter`` (refuse calls to the system that no answer
        needs).
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
        _become(user, reads=bool(limits.get("reads")))
    if "processes" in limits and sys.platform == "linux":
        # A user of its own has this process alone.
        others = 1 if user else _processes_of_user()
        limit(resource.RLIMIT_NPROC, others + limits["processes"])
    if sys.platform == "linux":
        _prctl(_NO_NEW_RIGHTS, 1)
    if limits.get("filter"):
        refuse_needless_calls()


def hide_from_equals(yes: bool) -> None:
    """Whether other processes of the same user are kept from reading and changing this one."""
    if sys.platform == "linux":
        _prctl(_CAN_BE_READ, not yes)


def die_with_parent() -> None:
    """Have the system end this process when its parent ends, where it can."""
    if sys.platform == "linux":
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of processes below this one whose own parent ends."""
    if sys.platform == "linux":
        _prctl(_ADOPT_ORPHANS, 1)


def _become(user: int, *, reads: bool) -> None:
    """Take another user for good, with no right of the superuser or with that to read."""
    _prctl(_KEEP_RIGHTS, int(reads))
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    if reads:
        # The interpreter may stand where only the superuser can read it.
        for right in (1 << _RIGHT_TO_READ, 0):
            head = (ctypes.c_uint32 * 2)(_VERSION_OF_RIGHTS, 0)
            sets = (ctypes.c_uint32 * 6)(right, right, 0, 0, 0, 0)
            if ctypes.CDLL(None).capset(head, sets) == 0:
                break


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
