#!/usr/bin/env python3
"""Set the course up in `.venv` beside this file, then run one command of it.

Standard library only. The file is written in the syntax of Python 3.6, so that an old Python
can read it and answer with a sentence instead of a syntax error.
"""

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

HELP = """\
Usage: python3 run.py COMMAND        (on Windows: py run.py COMMAND)

  demo [--out DIR]    the main job end to end: build, submit, grade, report (default out/demo)
  lab [DIR]           JupyterLab on a workspace (default: the folder workspace beside run.py)
  rilo ARGS...        any command of the course: rilo --help lists them
  test [ARGS...]      style, types and tests; ARGS go to pytest
  prove               test, and after it every number that the course claims
  bench               the benchmarks
  setup [--dev]       only set up; --dev: with the tools for test and prove
  wheelhouse          download all packages into ./wheelhouse, for a room with no network

Every command sets up what it needs first. RILO_VERBOSE=1 shows all that pip says.
"""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "rilo-stamp.json"  # what is installed; only there when all of it is
UNFINISHED = VENV / "rilo-unfinished"  # a set-up began here and did not end
LOG = VENV / "setup.log"
WHEELHOUSE = ROOT / "wheelhouse"
# The Python behind the one that runs this file: a virtual environment can be deleted under us.
OUTSIDE = getattr(sys, "_base_executable", None) or sys.executable
QUIET = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
ME = "py run.py" if os.name == "nt" else "python3 run.py"


class Stop(Exception):
    """Ends the run with one sentence for the reader and an exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def python_problem(version: Sequence[int], argv: Sequence[str]) -> str:
    """One sentence when this Python is too old, else an empty text."""
    if tuple(version[:2]) >= (3, 11):
        return ""
    found = ".".join(str(part) for part in version[:3])
    command = " ".join(["py -3.11" if os.name == "nt" else "python3.11", "run.py", *argv])
    return (
        f"This course needs Python 3.11 or newer. This is Python {found}. Install Python 3.11 "
        f"from your system's packages or from www.python.org and run: {command}"
    )


# --- what is installed, and what is wanted ----------------------------------------------------


def package_source() -> Path:
    """The file that stands for the package: pyproject.toml, or the wheel of a release."""
    sources = [ROOT / "pyproject.toml", *sorted(ROOT.glob("rilo_training-*.whl"), reverse=True)]
    for source in sources:
        if source.exists():
            return source
    raise Stop(
        f"There is no pyproject.toml and no rilo_training-*.whl in {ROOT}: please copy the whole "
        "course folder again."
    )


def lock_file(dev: bool) -> Path:
    """The lock to install; a release has no development lock."""
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    if lock.exists():
        return lock
    if dev:
        raise Stop(f"There is no {lock.name} in {ROOT}: only the full checkout can run the tests.")
    raise Stop(f"There is no {lock.name} in {ROOT}: please copy the whole course folder again.")


def digest(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def venv_version() -> str:
    """The version of the Python in .venv, empty when it does not run."""
    try:
        command = [str(PYTHON), "-I", "-S", "-c", "import platform as p; print(p.python_version())"]
        return subprocess.check_output(
            command, stderr=subprocess.DEVNULL, universal_newlines=True
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def wanted(version: str, dev: bool) -> Dict[str, str]:
    """The stamp of a complete installation."""
    return {
        "folder": str(ROOT),
        "python": version,
        "package": digest(package_source()),
        "runtime_lock": digest(lock_file(dev=False)),
        "dev_lock": digest(lock_file(dev=True)) if dev else "",
    }


def read_stamp() -> Dict[str, str]:
    """The stamp in .venv, empty when there is none that can be read."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def satisfied(have: Dict[str, str], want: Dict[str, str]) -> bool:
    """Whether what is installed is enough; the development set holds the runtime set."""
    return all(have.get(name) == value for name, value in want.items() if value)


def must_rebuild(have: Dict[str, str], version: str) -> bool:
    """Whether .venv is no base to install on: unfinished, broken, moved, or another Python."""
    other = version.split(".")[:2] != [str(part) for part in sys.version_info[:2]]
    moved = bool(have) and have.get("folder") != str(ROOT)
    return UNFINISHED.exists() or not version or other or moved


# --- set-up -----------------------------------------------------------------------------------


def set_up(dev: bool = False) -> None:
    """Make .venv hold the lock and the package; do nothing when it already does."""
    if is_set_up(dev):
        return
    with only_one_set_up():
        if not is_set_up(dev):  # another one may have done it meanwhile
            change_venv(dev)


def is_set_up(dev: bool) -> bool:
    """Whether .venv holds what is wanted."""
    version = venv_version()
    complete = satisfied(read_stamp(), wanted(version, dev))  # also finds a missing file
    return bool(complete and version and not UNFINISHED.exists())


@contextlib.contextmanager
def only_one_set_up() -> Iterator[None]:
    """Let one set-up at a time change .venv; the lock ends with the process, however it ends."""
    connection = None
    try:
        connection = sqlite3.connect(str(ROOT / ".setup-lock"), timeout=1800, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        yield
    except sqlite3.Error as problem:
        if "locked" in str(problem):
            raise Stop(
                f"Another set-up works in {ROOT} ({problem}): wait until it is done, then run the "
                "same command again."
            ) from None
        raise Stop(
            f"The folder {ROOT} cannot be written ({problem}): copy the course into a folder in "
            "which you may write, and run the same command there."
        ) from None
    finally:
        if connection is not None:
            connection.close()


def change_venv(dev: bool) -> None:
    """Install what is missing, or everything where nothing can be kept."""
    have, version, lock = read_stamp(), venv_version(), lock_file(dev)
    began = time.monotonic()
    if STAMP.exists():
        STAMP.unlink()
    if must_rebuild(have, version):
        say(f"Setting up in {VENV} (first time: 2 to 5 minutes) ...")
        remove(VENV)
    else:
        say(f"Something changed: bringing {VENV} up to date ...")
    VENV.mkdir(exist_ok=True)
    UNFINISHED.write_text("A set-up began and did not end.\n", encoding="utf-8")
    if not venv_version():
        make_venv()
    pip = pip_for_venv()
    packages = len(set(re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.M)))
    source = " from the folder wheelhouse" if WHEELHOUSE.is_dir() else ""
    say(f"Installing about {packages} packages{source} ...")
    binary = ["--only-binary", ":all:", "--require-hashes", "-r", lock.name]
    install(pip, source_arguments() + binary, packages)
    install(pip, ["--no-index", "--no-deps", *package_arguments()])
    write_stamp(wanted(venv_version(), dev))
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def make_venv() -> None:
    """Make .venv without pip: a Debian without ensurepip can do that, too."""
    code, output = logged([OUTSIDE, "-m", "venv", "--without-pip", str(VENV)], LOG)
    if code:
        raise explain(output, LOG)


def has_pip(python: str) -> bool:
    """Whether this Python has a pip that can install for another Python (22.3 or newer)."""
    try:
        text = subprocess.check_output(
            [python, "-m", "pip", "--version"], stderr=subprocess.DEVNULL, universal_newlines=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    found = re.match(r"pip (\d+)\.(\d+)", text)
    return bool(found) and tuple(int(part) for part in found.groups()) >= (22, 3)


def pip_for_venv() -> List[str]:
    """The pip that installs into .venv: the one outside, or else one of its own."""
    if has_pip(OUTSIDE):
        return [OUTSIDE, "-P", "-m", "pip", "--python", str(PYTHON)]
    if not has_pip(str(PYTHON)) and logged([str(PYTHON), "-P", "-m", "ensurepip"], LOG)[0]:
        raise Stop(
            f"This Python ({OUTSIDE}) has neither pip nor ensurepip: install pip (on Debian and "
            "Ubuntu: sudo apt install python3-pip) and run the same command again."
        )
    return [str(PYTHON), "-P", "-m", "pip"]


def source_arguments() -> List[str]:
    """Where pip looks: only into ./wheelhouse when there is one, else where it is set to look."""
    if not WHEELHOUSE.is_dir():
        return []
    return ["--isolated", "--no-index", "--find-links", WHEELHOUSE.name]


def package_arguments() -> List[str]:
    """How to install the package itself: the checkout in place, a release from its wheel."""
    source = package_source()
    if source.suffix == ".whl":
        return ["--force-reinstall", source.name]
    return ["--no-build-isolation", "-e", "."]


def install(pip: List[str], arguments: List[str], total: int = 0) -> None:
    """Run pip install, with byte code compiled: without it every start takes much longer."""
    command = [*pip, "install", "--compile", *QUIET]
    code, output = logged(command + arguments, LOG, total)
    if code:
        raise explain(output, LOG)


def write_stamp(stamp: Dict[str, str]) -> None:
    """Write the stamp in one step, then take the sign of an unfinished set-up away."""
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    os.replace(str(draft), str(STAMP))
    UNFINISHED.unlink()


def remove(folder: Path) -> None:
    """Delete a folder that this file made."""
    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(str(folder))
    except OSError as problem:
        raise Stop(
            f"{folder} could not be deleted ({problem.strerror}): close JupyterLab and every "
            "window that uses it, then run the same command again."
        ) from None


def make_wheelhouse() -> int:
    """Download the wheels of the lock for computers of this kind into ./wheelhouse."""
    lock = lock_file(dev=(ROOT / "requirements-dev.lock").exists())
    draft = ROOT / "wheelhouse.part"  # ./wheelhouse itself is only ever complete
    draft.mkdir(exist_ok=True)
    if not has_pip(OUTSIDE):
        raise Stop(f"This Python ({OUTSIDE}) has no pip, which downloads the packages.")
    command = [OUTSIDE, "-P", "-m", "pip", "download", *QUIET]
    command += ["--only-binary", ":all:", "--require-hashes", "-d", draft.name, "-r", lock.name]
    say(f"Downloading the packages of {lock.name} ...")
    log = draft / "download.log"
    code, output = logged(command, log)
    if code:
        raise explain(output, log, download=True)
    remove(WHEELHOUSE)
    os.replace(str(draft), str(WHEELHOUSE))
    wheels = list(WHEELHOUSE.glob("*.whl"))
    version = platform.python_version()
    size_mb = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    say(f"{WHEELHOUSE} holds {len(wheels)} packages ({size_mb:.0f} MB).")
    say(f"Copy it beside run.py on computers with this system and Python {version}.")
    return 0


# --- what to say when pip stops ---------------------------------------------------------------

NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Failed to (?:establish|resolve)|Max retries"
    r"|TimeoutError|timed out|ProxyError|Cannot connect to proxy|Network is unreachable"
    r"|RemoteDisconnected|Connection (?:refused|reset|aborted|broken)|IncompleteRead|SSLError"
    r"|CERTIFICATE_VERIFY"
)
NO_SPACE = re.compile(r"No space left|Errno 28|WinError 112|not enough space|Errno 122")


def explain(output: str, log: Path, download: bool = False) -> Stop:
    """What pip found and what to do now, in one sentence."""
    missing = re.search(r"No matching distribution found for ([^\s;]+)", output)
    name = missing.group(1) if missing else "a package"
    again = "run the same command again"
    here = f"Python {platform.python_version()} on this system"
    if NO_SPACE.search(output):
        return Stop(f"The disk is full: make 2 GB free and {again}.")
    if "Long Path" in output:
        return Stop(
            "The path of this folder is too long for Windows: move the course to a short one, "
            f"such as C:\\rilo, and {again}."
        )
    if "DO NOT MATCH THE HASHES" in output:
        return Stop(
            "A package is not the one that the lock names, so it was not installed: use another "
            f"network or a new wheelhouse and {again}. Details: {log}"
        )
    if missing and WHEELHOUSE.is_dir() and not download:
        count = len(list(WHEELHOUSE.glob("*.whl")))
        return Stop(
            f"The folder wheelhouse ({count} packages) holds no {name} for {here}: make it again "
            f"with `{ME} wheelhouse` on a connected computer of the same kind, or delete it to use "
            "the network.",
            3,
        )
    if missing and not NETWORK.search(output) and sys.version_info[:2] > (3, 13):
        return Stop(f"There is no {name} for {here}: use Python 3.11 to 3.13. Details: {log}", 3)
    if missing or NETWORK.search(output):
        reasons = re.findall(r"(?:Errno -?\d+|WinError \d+)\] ([\w ,]+)", output)
        why = reasons[-1].strip() if reasons else f"no {name} was found"
        return Stop(
            f"The packages could not be downloaded ({why}): connect this computer to the internet "
            f"once and {again}, or run `{ME} wheelhouse` on a connected computer of the same kind "
            f"and copy the folder wheelhouse beside run.py. Details: {log}",
            3,
        )
    errors = re.findall(r"^(?:ERROR|Error): *(.+)$", output, re.M)
    why = errors[-1] if errors else "no reason was given"
    return Stop(f"The set-up stopped ({why}). Details: {log}")


# --- running other programs -------------------------------------------------------------------


def say(sentence: str) -> None:
    """Print a line at once, also into a file or a pipe."""
    print(sentence, flush=True)


def child_environment(**more: str) -> Dict[str, str]:
    """The environment of a child: ours, where the course is, and UTF-8 everywhere."""
    return dict(os.environ, RILO_COURSE=str(ROOT), PYTHONUTF8="1", **more)


def logged(command: List[str], log: Path, total: int = 0) -> Tuple[int, str]:
    """Run a command with its output in a log; of `total` packages, say now and then how far."""
    # With a wheelhouse, nobody's settings may add another source.
    sealed = {"PIP_CONFIG_FILE": os.devnull} if "--no-index" in command else {}
    verbose = os.environ.get("RILO_VERBOSE") == "1"
    lines, collected = [], 0  # type: List[str], int
    with log.open("a", encoding="utf-8") as record:
        record.write("$ {}\n".format(" ".join(command)))
        process = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=child_environment(**sealed),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            for line in process.stdout or ():
                lines.append(line)
                record.write(line)
                found = line.startswith(("Collecting ", "Processing "))
                collected += found
                if verbose:
                    say(line.rstrip())
                elif total and found and collected % 40 == 0:
                    say(f"  {collected} packages found ...")
                elif total and line.startswith("Installing collected"):
                    say("  copying them into place ...")
            return process.wait(), "".join(lines)
        except BaseException:
            process.terminate()
            process.wait()
            raise


def call(command: List[str], cwd: Optional[Path] = None, **more: str) -> int:
    """Run a command on this terminal; Ctrl-C reaches it, too, and it ends in its own way."""
    process = subprocess.Popen(
        [str(PYTHON), *command], cwd=str(cwd) if cwd else None, env=child_environment(**more)
    )
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        if code == 0xC000013A:  # Ctrl-C on Windows
            return 130
        return 128 - code if code < 0 else code


# --- the commands -----------------------------------------------------------------------------


def rilo(arguments: List[str]) -> int:
    """Run one `rilo` command."""
    return call(["-P", "-m", "rilo_training.cli", *arguments])


def demo(arguments: List[str]) -> int:
    """Run the main job end to end."""
    set_up()
    if not any(word.split("=")[0] == "--out" for word in arguments):
        arguments = ["--out", str(ROOT / "out" / "demo"), *arguments]
    return call(["-P", "-m", "rilo_training.demo", *arguments])


def lab(arguments: List[str]) -> int:
    """Open JupyterLab on a workspace, which is made first where there is none."""
    set_up()
    named = bool(arguments) and not arguments[0].startswith("-")  # else they are options
    workspace = Path(arguments[0]).resolve() if named else ROOT / "workspace"
    if not (workspace / ".rilo" / "workspace.json").is_file():
        code = rilo(["start", str(workspace), "--participant", "me"])
        if code:
            return code
    return rilo(["lab", str(workspace), *(arguments[1:] if named else arguments)])


def bench(arguments: List[str]) -> int:
    """Run the benchmarks."""
    if not (ROOT / "benchmarks").is_dir():
        raise Stop("There is no folder benchmarks beside run.py.")
    set_up()
    return call(["-m", "benchmarks", *arguments], cwd=ROOT)


def pytest_command(arguments: List[str]) -> List[str]:
    """The pytest command: two workers, unless the reader says how many."""
    own = any(re.match(r"-n\S*$|--numprocesses\b", word) for word in arguments)
    return ["-m", "pytest"] + ([] if own else ["-n", "2", "--dist", "loadfile"]) + arguments


def notebooks_command(there: List[str]) -> List[str]:
    """The command that runs every notebook and compares every printed number (nbval, strict)."""
    kernel = ["--nbval-kernel-name", "rilo-warm"]  # forked by a process that imported everything
    limit = ["--nbval-cell-timeout", "120"]  # the default of nbval is 2,000 seconds
    return pytest_command(["--nbval", *kernel, *limit, *there])


def check_all(arguments: List[str], prove: bool = False) -> int:
    """Run every step, also after a failed one, and close with a table."""
    set_up(dev=True)
    # Two workers with two threads each wait for each other: models then take three times as long.
    one_thread = {"OMP_NUM_THREADS": "1"}
    steps = [
        ("ruff check", ["-m", "ruff", "check", "."], {}),
        ("ruff format", ["-m", "ruff", "format", "--check", "."], {}),
        ("mypy", ["-m", "mypy"], {}),
        ("pytest", pytest_command(arguments), one_thread),
    ]  # type: List[Tuple[str, List[str], Dict[str, str]]]
    folders = ["week1_cen_data_analysis", "ojt_exercises"]
    there = [folder for folder in folders if (ROOT / folder).is_dir()]
    if there:
        kernels = {"JUPYTER_PATH": str(ROOT / "rilo_training" / "kernels" / "jupyter")}
        steps.insert(3, ("notebooks", notebooks_command(there), {**one_thread, **kernels}))
    if prove and (ROOT / "tests" / "prove").is_dir():
        steps.append(("prove", pytest_command(["tests/prove"]), {**one_thread, "RILO_PROVE": "1"}))
    rows = []
    for name, command, more in steps:
        say(f"\n== {name}")
        began = time.monotonic()
        code = call(command, cwd=ROOT, **more)
        if code == 130:
            raise KeyboardInterrupt
        rows.append((name, "passed" if code == 0 else "FAILED", time.monotonic() - began))
    say("\n{:<14}{:<10}{:>8}".format("step", "result", "seconds"))
    for row in rows:
        say("{:<14}{:<10}{:>8.1f}".format(*row))
    return int(any(result != "passed" for _, result, _ in rows))


def run(argv: List[str]) -> int:
    """Run the command that the reader typed."""
    name, arguments = argv[0], argv[1:]
    if name == "rilo":
        set_up()
        return rilo(arguments)
    if name == "setup":
        set_up(dev="--dev" in arguments)
        say(f"The course is set up in {VENV}.")
        return 0
    if name == "wheelhouse":
        return make_wheelhouse()
    if name == "prove":
        return check_all(arguments, prove=True)
    commands = {"demo": demo, "lab": lab, "bench": bench, "test": check_all}
    if name in commands:
        return commands[name](arguments)
    raise Stop(f"There is no command {name!r}.\n\n{HELP}", 2)


def main(argv: List[str]) -> int:
    """Run the command and turn every expected problem into one sentence."""
    problem = python_problem(sys.version_info, argv)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if not argv or argv[0] in ("-h", "--help", "help"):
        say(HELP.rstrip())
        return 0
    try:
        return run(argv)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            print("The disk is full: make 2 GB free and run it again.", file=sys.stderr)
        else:
            print(f"The system refused: {error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
