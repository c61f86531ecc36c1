"""Refuse calls to the system that no answer needs, in the process that is about to be a kernel.

With them, code could get memory that no limit counts, rights in a name space of its own, the
memory of another process, or parts of the system where faults were found again and again. The
filter is for good and holds for all that the process starts. Where the system is not Linux on
one of two usual machines, there is none.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_NUMBERS = {
    # name: number on x86_64, on aarch64
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setns": (308, 268),
    "shmget": (29, 194),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_SOCKETS = (1, 2, 10, 16)  # of this computer, IPv4, IPv6, and to ask the system about them
_NEW_SPACES = 0x7E02_0000  # the flags of clone that ask for a name space
_MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
_FIRST_OF_X32 = 0x4000_0000  # a second set of numbers on x86_64

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_MACHINE, _AT_FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000
_SET_FILTER, _FILTER_MODE = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_needless_calls() -> None:
    """Apply the filter to this process and to all that it will start.

    New rights must have been given up before (see :func:`rilo_training.host.confine.confine`).
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return
    steps = _steps(*_MACHINES[platform.machine()])
    program = _Program(len(steps) // 8, steps)
    ctypes.CDLL(None).prctl(_SET_FILTER, _FILTER_MODE, ctypes.byref(program), 0, 0)


def _steps(column: int, machine: int) -> bytes:
    """Return the filter as the system reads it: steps with a code, two jumps and a value."""
    refused, absent = _REFUSE | errno.EPERM, _REFUSE | errno.ENOSYS
    steps = [(_LOAD, 0, 0, _AT_MACHINE), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, refused)]
    steps += [(_LOAD, 0, 0, _AT_NUMBER)]
    if column == 0:
        steps += [(_AT_LEAST, 0, 1, _FIRST_OF_X32), (_RETURN, 0, 0, refused)]
    for numbers in _NUMBERS.values():
        steps += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, refused)]
    # Its flags cannot be read here; without it, programs take the older clone.
    steps += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, absent)]
    # Not every kind of socket ends at the border of a network of its own.
    steps += [(_EQUAL, 0, 2 + 2 * len(_SOCKETS), _SOCKET[column])]
    steps += [(_LOAD, 0, 0, _AT_FIRST_ARGUMENT)]
    for kind in _SOCKETS:
        steps += [(_EQUAL, 0, 1, kind), (_RETURN, 0, 0, _ALLOW)]
    steps += [(_RETURN, 0, 0, _REFUSE | errno.EAFNOSUPPORT)]
    steps += [(_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, _AT_FIRST_ARGUMENT)]
    steps += [(_ANY_BIT, 0, 1, _NEW_SPACES), (_RETURN, 0, 0, refused)]
    steps += [(_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
