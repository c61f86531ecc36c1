"""Become a kernel: an ordinary IPython kernel, after limits were set.

``python -m rilo_training.host.launch -f FILE`` is the ordinary start of a kernel, a new
process that imports everything. A host calls :func:`become_kernel` in a process that it has
forked. Both give the same kernel.
"""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn

from rilo_training.host.confine import confine, die_with_parent

LIMITS_VARIABLE = "RILO_LIMITS"


def become_kernel(connection_file: str, *, of_host: bool = False) -> NoReturn:
    """Run a kernel in this process until it is told to stop.

    Parameters
    ----------
    connection_file
        The file that names the sockets of the kernel.
    of_host
        Whether a host has forked this process: then it ends with the host. (Elsewhere the
        system would end it with the thread that started it.)
    """
    confine(json.loads(os.environ.pop(LIMITS_VARIABLE, "{}")))
    if of_host:
        die_with_parent()  # after the change of the user, which forgets it
    from rilo_training.host.kernel import OneRunKernel

    sys.argv = ["ipykernel_launcher", "-f", connection_file]
    application = OneRunKernel.instance()
    if not of_host:
        application.prepare()
    application.connect(connection_file)
    application.start()
    raise SystemExit(0)


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
    become_kernel(sys.argv[sys.argv.index("-f") + 1])
