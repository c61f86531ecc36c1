"""How far code of other people is kept away: the levels, and which of them works here.

``bwrap``: a sandbox of bubblewrap. No network, own process space; the interpreter, the
installed packages and the world can be read, nothing else; only a scratch folder can be written.

``process``: own session, limits on time, memory, processes, size of files and output, private
copies, a clean environment. It protects against accidents, not against attackers. Where the
grader is the superuser, the code also runs as a user without any rights.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rilo_training.kernels.fonts import font_lists
from rilo_training.kernels.hosts import HostGone, HostHandle, clean_environment
from rilo_training.kernels.scratch import remove, scratch_folder

LEVELS = ("auto", "bwrap", "process")
WORLD_INSIDE = "/world"
_TMPFS_BYTES = 64 * 2**20
_FIRST_USER, _LAST_USER = 61_184, 65_519  # no accounts of people or services have these numbers
# Of the host alone, to become another user, and to watch and end it; no kernel has them.
_RIGHTS_OF_HOST = (
    *("CAP_SETUID", "CAP_SETGID", "CAP_KILL"),
    *("CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"),
)
_HIDDEN = ("/usr/src", "/usr/local/src")  # a course may be kept there
_OUTSIDE_PACKAGES = ("IPython", "ipykernel", "matplotlib", "numpy", "pandas", "pyarrow", "zmq")


class IsolationError(ValueError):
    """The level is not there; the text says why and what to do."""


@dataclass(frozen=True)
class Level:
    """A level that works here.

    Parameters
    ----------
    name
        ``bwrap`` or ``process``.
    sentence
        What it covers and what it does not, for the instructor.
    """

    name: str
    sentence: str


@dataclass(frozen=True)
class RunPlace:
    """Where one run happens.

    Parameters
    ----------
    work
        The folder in which the kernel works.
    private
        Home, settings and sockets of the kernel.
    extract
        The folder of the world as the kernel sees it.
    host
        The host that starts the kernel, None for any.
    user
        The number of the user that the kernel becomes, 0 for no change.
    reads
        Whether that user may read what the superuser may: where there is no sandbox, the
        interpreter may stand in a folder that is closed to others.
    """

    work: Path
    private: Path
    extract: str
    host: HostHandle | None = None
    user: int = 0
    reads: bool = False


def choose_level(asked: str) -> Level:
    """Return the level to use.

    Parameters
    ----------
    asked
        ``auto`` (the strongest that works here), ``bwrap`` or ``process``.

    Raises
    ------
    IsolationError
        When the asked level is not there.
    """
    if asked not in LEVELS:
        raise IsolationError(f"There is no isolation {asked!r}. Choose from: {', '.join(LEVELS)}.")
    reason = "" if asked == "process" else why_no_sandbox()
    if asked == "bwrap" and reason:
        raise IsolationError(
            f"Isolation bwrap does not work here: {reason} Nothing was graded. Install "
            "bubblewrap, or use --isolation process for files that you trust."
        )
    if asked == "process" or reason:
        return Level("process", " ".join(filter(None, [_of_process(), reason])))
    return Level(
        "bwrap",
        "Isolation: bwrap. Submissions had no network and saw only Python, its packages and "
        "the data of the question.",
    )


def _of_process() -> str:
    words = (
        "Isolation: process. It protects against accidents, not against attackers: a submission "
        "could read files of this computer and use its network."
    )
    if sys.platform == "win32":
        words += (
            " This system limits time and output, but not memory and processes. Where marks "
            "count, grade in WSL2 or on a Linux computer."
        )
    elif sys.platform != "linux":
        words += " This system does not limit memory and processes."
    return words


@dataclass
class Sandbox:
    """Where all runs of one submission happen. Made by :func:`open_sandbox`."""

    level: str
    scratch: Path
    extract: Path
    user: int = 0
    _host: HostHandle | None = None

    def living_host(self) -> HostHandle | None:
        """Return the host in the sandbox, a new one where the last was lost; None without bwrap.

        Raises
        ------
        IsolationError
            When the sandbox does not start.
        """
        if self.level != "bwrap":
            return None
        if self._host is None or not self._host.is_alive:
            self.close()
            try:
                self._host = HostHandle(
                    sandbox_command(self.scratch, self.extract), _environment_inside(self.scratch)
                )
            except HostGone as reason:
                raise IsolationError(f"The sandbox of bwrap did not start: {reason}.") from reason
        return self._host

    def close(self) -> None:
        """End the host with everything in the sandbox."""
        if self._host is not None:
            self._host.close()
            self._host = None

    @contextlib.contextmanager
    def new_run(self) -> Iterator[RunPlace]:
        """Give a place for one run: empty folders, and the world that no other run touched."""
        with contextlib.ExitStack() as stack:
            place = self.scratch / f"run_{random.getrandbits(32):08x}"
            stack.callback(remove, place)
            for folder in (place, place / "work", place / "private"):
                folder.mkdir(mode=0o700)
            extract, host = WORLD_INSIDE, self.living_host()
            if host is None:
                extract = str(shutil.copytree(self.extract, place / "world"))
            if self.user:
                give(place, self.user)
            yield RunPlace(
                place / "work",
                place / "private",
                extract,
                host,
                self.user,
                reads=self.level != "bwrap",
            )


@contextlib.contextmanager
def open_sandbox(level: str, extract: Path) -> Iterator[Sandbox]:
    """Open the place of one submission, and remove it with all that was left in it.

    Parameters
    ----------
    level
        ``bwrap`` or ``process``, as :func:`choose_level` gave it.
    extract
        The folder of the world.

    Raises
    ------
    IsolationError
        When the sandbox does not start.
    """
    with scratch_folder() as scratch:
        user = _unused_user(level)
        if user:
            os.chmod(scratch, 0o711)  # its own folders inside can be reached, not listed
        sandbox = Sandbox(level, scratch, extract, user)
        try:
            sandbox.living_host()
            yield sandbox
        finally:
            sandbox.close()


def _environment_inside(scratch: Path) -> dict[str, str]:
    """Return the variables of the host in a sandbox, with the lists of fonts within its reach."""
    settings = scratch / "matplotlib"
    settings.mkdir(exist_ok=True)
    for fonts in font_lists():
        shutil.copy(fonts, settings)
    environment = {**clean_environment(), "HOME": "/tmp", "MPLCONFIGDIR": str(settings)}
    environment.pop("TMPDIR", None)
    return environment


def sandbox_command(scratch: Path, extract: Path | None) -> list[str]:
    """Return the words that put a command into a sandbox of bubblewrap.

    Parameters
    ----------
    scratch
        The only folder of this computer that can be written there.
    extract
        The folder of the world, seen as ``/world``.
    """
    words = ["bwrap", "--die-with-parent", "--as-pid-1", "--new-session", "--unshare-ipc"]
    words += ["--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--hostname", "rilo", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        for right in _RIGHTS_OF_HOST:
            words += ["--cap-add", right]
    else:
        words += ["--unshare-user"]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/dev/shm", "/tmp"):
        words += ["--size", str(_TMPFS_BYTES), "--perms", "1777", "--tmpfs", folder]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            words += ["--symlink", os.readlink(name), name]
        else:
            words += ["--ro-bind-try", name, name]
    for name in ("/usr", "/etc/ld.so.cache", "/etc/alternatives"):
        words += ["--ro-bind-try", name, name]
    hidden = [name for name in _HIDDEN if os.path.isdir(name)]
    for name in hidden:
        words += ["--perms", "0755", "--tmpfs", name]
    shown = [*map(Path, _needed_folders()), scratch]
    parents = {parent for folder in shown for parent in folder.parents}
    for parent in sorted(parents - {Path("/"), Path("/tmp"), Path("/usr")}):
        # Made with open doors; bwrap by itself closes them to other users.
        words += ["--perms", "0755", "--dir", str(parent)]
    for folder in _needed_folders():
        words += ["--ro-bind", folder, folder]
    if extract is not None:
        words += ["--ro-bind", str(extract.resolve()), WORLD_INSIDE]
    words += ["--bind", str(scratch), str(scratch)]
    for name in (*hidden, "/dev", "/"):
        words += ["--remount-ro", name]
    return [*words, "--chdir", "/", "--"]


@functools.cache
def _needed_folders() -> tuple[str, ...]:
    """Return the folders of the interpreter and of the packages, and of this package alone."""
    found = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), Path(sys.prefix)}
    found.add(Path(sys.executable).resolve().parent.parent)
    for name in _OUTSIDE_PACKAGES:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            found.add(Path(spec.origin).resolve().parent.parent)
    found.add(Path(__file__).resolve().parent.parent)
    inner = {
        folder
        for folder in found
        if any(other in folder.parents for other in found) or _is_shown_with_usr(folder)
    }
    return tuple(sorted(str(folder) for folder in found - inner))


def _is_shown_with_usr(folder: Path) -> bool:
    return folder.is_relative_to("/usr") and not any(map(folder.is_relative_to, _HIDDEN))


def _folder_with_course() -> str:
    """Return the folder that a sandbox shows and that holds the instructor notebooks, if any."""
    root = Path(__file__).resolve().parent.parent.parent
    if not (root / "curriculum").is_dir():
        return ""
    shown = [folder for folder in _needed_folders() if root.is_relative_to(folder)]
    return "/usr" if _is_shown_with_usr(root) else next(iter(shown), "")


@functools.cache
def why_no_sandbox() -> str:
    """Return why no sandbox works here, in a sentence; empty where one works.

    The self-test starts one and tries from inside what it must prevent.
    """
    if sys.platform != "linux":
        return "bwrap is there on Linux only."
    if shutil.which("bwrap") is None:
        return "The program bwrap was not found (on Debian and Ubuntu: apt install bubblewrap)."
    if folder := _folder_with_course():
        return (
            f"The course is kept in {folder}, which submissions must see because Python is there. "
            "Keep the course somewhere else."
        )
    with scratch_folder() as scratch, scratch_folder() as hidden, socket.socket() as listener:
        os.chmod(scratch, 0o777)
        (hidden / "secret").write_text("secret", encoding="utf-8")
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        words = [str(hidden / "secret"), str(listener.getsockname()[1]), str(_unused_user("bwrap"))]
        command = sandbox_command(scratch, None)
        try:
            found = subprocess.run(
                [*command, sys.executable, "-P", "-c", _PROBE, *words],
                capture_output=True,
                text=True,
                env=clean_environment(),
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as reason:
            return f"The self-test did not run ({reason})."
    if found.returncode:
        last = (found.stderr.strip().splitlines() or ["no reason was given"])[-1]
        return f"The self-test did not run ({last[:200]})."
    if leaks := json.loads(found.stdout):
        return f"The self-test found what must not be: {', '.join(leaks)}."
    return ""


# What the self-test does in the sandbox: it prints a list of what it could do but must not.
_PROBE = """
import ctypes, json, os, socket, sys, tempfile
from rilo_training.host.confine import confine
secret, port, user = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
confine({"user": user, "filter": 1})
import numpy
leaks = []
if os.path.exists(secret):
    leaks.append("a file of this computer")
try:
    socket.create_connection(("127.0.0.1", port), 2).close()
    leaks.append("the network")
except OSError:
    pass
if sum(name.isdigit() for name in os.listdir("/proc")) > 3:
    leaks.append("other processes")
if os.fork() == 0:
    os._exit(ctypes.CDLL(None).unshare(0x10000000) == 0)
if os.wait()[1]:
    leaks.append("rights in a name space of its own")
for folder in ("/", "/usr", "/usr/src", "/dev", sys.prefix, os.path.dirname(numpy.__file__)):
    try:
        tempfile.TemporaryFile(dir=folder).close()
        leaks.append("writing in " + folder)
    except OSError:
        pass
print(json.dumps(leaks))
"""


def _unused_user(level: str) -> int:
    """Return the number of a user without rights that a run takes; 0 where it cannot."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return 0
    if level != "bwrap" and not _can_work_as(_FIRST_USER):
        return 0
    return random.randint(_FIRST_USER, _LAST_USER)


@functools.cache
def _can_work_as(user: int) -> bool:
    """Whether a process of this user can import what a kernel needs."""
    code = (
        "import sys; from rilo_training.host.confine import confine; "
        "confine({'user': int(sys.argv[1]), 'reads': 1}); "
        "import numpy, rilo_training.learn.calls"
    )
    try:
        found = subprocess.run(
            [sys.executable, "-P", "-c", code, str(user)],
            cwd="/",
            env=clean_environment(),
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0


def give(place: Path, user: int) -> None:
    """Make a folder with all in it belong to a user."""
    os.chown(place, user, user)
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            os.chown(os.path.join(folder, name), user, user, follow_symlinks=False)
