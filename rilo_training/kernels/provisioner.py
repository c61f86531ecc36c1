"""A provisioner of jupyter_client whose kernels are forked by a host.

It is named in ``kernel.json`` beside this module and found through an entry point. So
papermill, nbclient, nbval and JupyterLab use warm kernels without knowing of them. Where no
host is to be had, the kernel starts in the ordinary way.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from rilo_training.host.launch import LIMITS_VARIABLE
from rilo_training.kernels.hosts import HostGone, HostHandle, give_host_back, take_host


class WarmProvisioner(LocalProvisioner):
    """Starts kernels in a host: in that of its manager, or in one that is idle.

    Attributes
    ----------
    reason
        Which limit of the run the host enforced: ``memory``, ``seconds``, ``disk`` or nothing.
    """

    reason = ""
    _host: HostHandle | None = None
    _is_lent = False

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and not waited for."""
        return self._host is not None or bool(super().has_process)

    async def launch_kernel(self, cmd: list[str], **words: Any) -> Any:
        """Start a kernel; ``cmd`` is used where there is no host."""
        environment = dict(words.get("env") or {})
        # A host that the manager names is a sandbox: its kernel never starts anywhere else.
        self._host = getattr(self.parent, "host", None)
        if self._host is None and environment.get("PYTHONHASHSEED", "0") in ("0", "random"):
            self._host, self._is_lent = take_host(), True
        if self._host is None:
            return await super().launch_kernel(cmd, **words)
        assert self.parent is not None
        limits = json.loads(environment.pop(LIMITS_VARIABLE, "{}"))
        if user := limits.get("user"):
            os.chown(self.parent.connection_file, user, user, follow_symlinks=False)
        found = self._host.order(
            "start",
            connection_file=self.parent.connection_file,
            folder=str(words.get("cwd") or "."),
            environment=environment,
            limits=limits,
        )
        self.pid, self.cwd = found["process"], words.get("cwd")
        return self.connection_info

    async def poll(self) -> int | None:
        """Return None while the kernel runs, then its exit code."""
        if self._host is None:
            status: int | None = await super().poll()
            return status
        try:
            found = self._host.order("poll")
        except HostGone:
            return -signal.SIGKILL
        self.reason = found["reason"]
        ended: int | None = found["ended"]
        return ended

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, and return its exit code."""
        if self._host is None:
            status: int | None = await super().wait()
            return status
        while (ended := await self.poll()) is None:
            await asyncio.sleep(0.01)
        host, self._host = self._host, None
        if self._is_lent:
            give_host_back(host)
        return ended

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        if self._host is None:
            await super().send_signal(signum)
            return
        try:
            self._host.order("signal", number=signum)
        except HostGone:
            return

    async def kill(self, restart: bool = False) -> None:
        """End the kernel with all that it started."""
        if self._host is None:
            await super().kill(restart)
            return
        try:
            self._host.order("end")
        except HostGone:
            return

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel with all that it started."""
        if self._host is None:
            await super().terminate(restart)
            return
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Give the host back, also where nobody waited for the kernel."""
        host, self._host = self._host, None
        if host is not None and self._is_lent:
            give_host_back(host)
        await super().cleanup(restart)
