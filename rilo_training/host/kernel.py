"""An IPython kernel that starts in two steps and does not pass its messages from thread to thread.

What needs no connection is done in the first step: a host does it once, before it forks. An
ordinary kernel receives in one thread, runs cells in another and sends in a third; a cell that
prints one line wakes threads some thirty times. This one receives and sends where it runs.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from zmq.eventloop.zmqstream import ZMQStream

# The history of a kernel that lives for one run is of use to nobody: no file is made for it.
_WORDS = ["--HistoryManager.enabled=False"]


class _Publisher(IOPubThread):
    """Sends at once, from whatever thread; a lock lets one send at a time."""

    def __init__(self, *given: Any, **words: Any) -> None:
        self.lock = threading.RLock()
        super().__init__(*given, **words)

    def send_multipart(self, *given: Any, **words: Any) -> None:
        """Send a message."""
        with self.lock:
            self._really_send(*given, **words)


class _Stream(OutStream):
    """What is printed, sent when the kernel asks for it or after a moment."""

    def flush(self) -> None:
        """Send what was printed."""
        self._flush()

    def _flush(self) -> None:
        publisher = self.pub_thread
        if publisher is not None:
            with publisher.lock:  # what was printed first is sent first
                super()._flush()


class _NoThread:
    """What stands for the thread that would receive: cells run in the thread of the program."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class _Kernel(IPythonKernel):
    """The kernel, which answers one request after the other."""

    _supports_kernel_subshells = False
    shell_channel_thread = _NoThread()
    _execute_sleep = 0.0  # what is printed was sent before the reply is


class OneRunKernel(IPKernelApp):
    """A kernel for one run: :meth:`prepare`, then :meth:`connect`, then ``start``."""

    def prepare(self) -> None:
        """Make the shell. Nothing here may start a thread: a fork would lose it."""
        super(IPKernelApp, self).initialize(_WORDS)
        self.init_pdb()
        self.kernel = _Kernel.instance(
            parent=self, log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns
        )
        self.init_path()
        self.init_shell()
        self.init_extensions()
        self.init_code()

    def connect(self, connection_file: str) -> None:
        """Open the channels that a file names, and join them to the shell."""
        self.connection_file = connection_file
        self.init_connection_file()
        self.init_poller()
        self.init_sockets()
        self.init_heartbeat()
        self.write_connection_file()
        self.init_io()
        self.init_signal()
        self.init_gui_pylab()
        kernel: Any = self.kernel
        kernel.session, kernel.stdin_socket = self.session, self.stdin_socket
        kernel.iopub_thread, kernel.iopub_socket = self.iopub_thread, self.iopub_socket
        kernel.control_thread = self.control_thread
        kernel.control_stream = ZMQStream(self.control_socket, self.control_thread.io_loop)
        kernel.shell_stream = ZMQStream(self.shell_socket)
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
        kernel.record_ports({f"{name}_port": port for name, port in self._ports.items()})
        for display in (kernel.shell.displayhook, kernel.shell.display_pub):
            display.session, display.pub_socket = self.session, self.iopub_socket
        self.displayhook.get_execution_count = lambda: kernel.execution_count
        self.control_thread.start()

    def init_control(self, context: zmq.Context[Any]) -> None:
        """Open the control channel; messages of the shell channel arrive where cells run."""
        super().init_control(context)
        self.shell_channel_thread = None

    def init_iopub(self, context: zmq.Context[Any]) -> None:
        """Open the channel of outputs."""
        self.iopub_socket = context.socket(zmq.PUB)
        self.iopub_socket.linger = 1000
        self.iopub_port = self._bind_socket(self.iopub_socket, self.iopub_port)
        self.configure_tornado_logger()
        self.iopub_thread = _Publisher(self.iopub_socket, pipe=True, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket
        self.outstream_class = f"{__name__}.{_Stream.__name__}"
