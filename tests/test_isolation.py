"""The levels of isolation: what is chosen, what is said, and what each really keeps away."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode

from rilo_training.course.manifest import load_programme
from rilo_training.files import claim
from rilo_training.kernels import (
    IsolationError,
    Limits,
    NotebookRun,
    Sandbox,
    choose_level,
    isolation,
    open_sandbox,
    run_confined,
)
from rilo_training.kernels.scratch import PREFIX, scratch_folder

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
BOTH = pytest.mark.parametrize("level", ["process", "bwrap"])


@pytest.fixture(scope="module")
def extract() -> Path:
    """The practice world: any world will do."""
    return load_programme().practice_world


@pytest.fixture
def fresh_self_test() -> Iterator[None]:
    """The self-test runs again, now and after the test."""
    isolation.why_no_sandbox.cache_clear()
    yield
    isolation.why_no_sandbox.cache_clear()


def need(level: str) -> None:
    """Skip where the level does not work; not where a sandbox was promised."""
    reason = isolation.why_no_sandbox() if level == "bwrap" else ""
    if reason and not os.environ.get("RILO_NEEDS_SANDBOX"):
        pytest.skip(reason)
    assert not reason


def run(sandbox: Sandbox, *sources: str, limits: Limits | None = None) -> NotebookRun:
    """Run code cells ``c1``, ``c2`` and so on in a sandbox."""
    made: NotebookNode = nbformat.v4.new_notebook()
    first = nbformat.v4.new_code_cell("EXTRACT = ''", id="parameters")
    first.metadata["tags"] = ["parameters"]
    made.cells = [first] + [
        nbformat.v4.new_code_cell(source, id=f"c{number}")
        for number, source in enumerate(sources, start=1)
    ]
    with sandbox.new_run() as place:
        return run_confined(
            made, {"EXTRACT": place.extract}, place, limits or Limits(cell_seconds=10), {}
        )


def said(found: NotebookRun, cell_id: str = "c1") -> str:
    """What a cell printed."""
    (cell,) = (cell for cell in found.notebook.cells if cell.id == cell_id)
    return "".join(str(output.get("text", "")) for output in cell.outputs).strip()


def status(found: NotebookRun, cell_id: str = "c1") -> str:
    """What happened to a cell."""
    return found.cells[cell_id].status


# --- choosing --------------------------------------------------------------------------------


def test_an_unknown_level_is_refused() -> None:
    """The sentence names the levels that there are."""
    with pytest.raises(IsolationError, match="auto, bwrap, process"):
        choose_level("vault")


def test_process_says_what_it_does_not_cover() -> None:
    """Whoever chooses it knows that it is no protection against attackers."""
    assert "not against attackers" in choose_level("process").sentence


@LINUX
def test_without_the_program_auto_is_process_and_says_why(
    monkeypatch: pytest.MonkeyPatch, fresh_self_test: None
) -> None:
    """A computer without bubblewrap grades, and the instructor reads what that means."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    level = choose_level("auto")
    assert level.name == "process"
    assert "bwrap was not found" in level.sentence
    with pytest.raises(IsolationError, match=r"Nothing was graded.*--isolation process"):
        choose_level("bwrap")


@LINUX
def test_a_sandbox_that_leaks_is_not_used(
    monkeypatch: pytest.MonkeyPatch, fresh_self_test: None
) -> None:
    """The self-test tries what must not be: a program that only looks like bwrap is found out."""
    monkeypatch.setattr(isolation, "sandbox_command", lambda scratch, extract: ["env"])
    monkeypatch.setattr(isolation, "_unused_user", lambda level: 0)
    reason = isolation.why_no_sandbox()
    assert "the network" in reason
    assert "a file of this computer" in reason
    assert choose_level("auto").name == "process"


@LINUX
def test_a_sandbox_that_would_show_the_course_is_not_used(
    monkeypatch: pytest.MonkeyPatch, fresh_self_test: None
) -> None:
    """Where Python and the instructor notebooks share a folder, submissions could read them."""
    root = str(load_programme().root)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(isolation, "_needed_folders", lambda: (root,))
    with pytest.raises(IsolationError, match="Keep the course somewhere else"):
        choose_level("bwrap")


def test_auto_takes_the_sandbox_where_it_works() -> None:
    """The strongest level that works is taken."""
    need("bwrap")
    assert choose_level("auto").name == "bwrap"


def test_other_systems_say_what_they_do_not_limit(
    monkeypatch: pytest.MonkeyPatch, fresh_self_test: None
) -> None:
    """On Windows the instructor is told where to grade when marks count."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert "WSL2" in choose_level("auto").sentence
    isolation.why_no_sandbox.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "does not limit memory" in choose_level("auto").sentence


# --- what a run may do -----------------------------------------------------------------------


@BOTH
def test_a_run_reads_the_world_and_writes_in_its_folder(extract: Path, level: str) -> None:
    """The libraries and the data are there."""
    need(level)
    code = (
        "import pandas as pd\nrows = len(pd.read_parquet(EXTRACT + '/seizures.parquet'))\n"
        "open('own.txt', 'w').write('x')\nprint(rows > 1000)"
    )
    with open_sandbox(level, extract) as sandbox:
        assert said(run(sandbox, code)) == "True"


@BOTH
def test_a_changed_world_is_nobody_elses(extract: Path, level: str) -> None:
    """A run that writes into the world has its own copy, or may not."""
    need(level)
    before = {path.name: path.read_bytes() for path in extract.iterdir()}
    spoil = "open(EXTRACT + '/world.json', 'w').write('{}')"
    look = "print(open(EXTRACT + '/world.json').read() == '{}')"
    with open_sandbox(level, extract) as sandbox:
        run(sandbox, spoil)
        assert said(run(sandbox, look)) == "False"
    assert before == {path.name: path.read_bytes() for path in extract.iterdir()}


@LINUX
@BOTH
@pytest.mark.parametrize(
    "code",
    [
        "parts = []\nwhile True: parts.append(bytearray(100_000_000))",
        "import numpy\nnumpy.ones(10**11)",
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        block = bytearray(os.urandom(1)) * 800_000_000\n        time.sleep(30)\n"
        "time.sleep(30)",
    ],
    ids=["python", "numpy", "six processes"],
)
def test_too_much_memory_is_said_to_be_that(extract: Path, level: str, code: str) -> None:
    """Whether one process takes it or several together."""
    need(level)
    with open_sandbox(level, extract) as sandbox:
        found = run(sandbox, code, limits=Limits(cell_seconds=60))
    assert status(found) == "out_of_memory"


@LINUX
@BOTH
def test_one_run_has_its_seconds(extract: Path, level: str) -> None:
    """A kernel that lasts longer than a run may last is ended, and that is a timeout."""
    need(level)
    limits = Limits(cell_seconds=30, run_seconds=2)
    with open_sandbox(level, extract) as sandbox:
        found = run(sandbox, "import time\ntime.sleep(20)", limits=limits)
    assert (status(found), found.cells["c1"].detail) == ("timeout", "2")


@LINUX
@BOTH
def test_files_have_limits(extract: Path, level: str) -> None:
    """One large file is refused; many files end the run."""
    need(level)
    one = "f = open('one', 'wb')\nfor _ in range(300): f.write(bytes(1_000_000))"
    many = (
        "import time\nfor n in range(40):\n"
        "    open(f'{n}', 'wb').write(bytes([n]) * 19_000_000)\n    time.sleep(0.05)"
    )
    with open_sandbox(level, extract) as sandbox:
        found = run(sandbox, one)
        assert (status(found), "too large" in found.cells["c1"].detail) == ("error", True)
        found = run(sandbox, many, limits=Limits(cell_seconds=30))
        assert (status(found), "MB of files" in found.cells["c1"].detail) == ("error", True)


@LINUX
@BOTH
def test_nothing_outlives_a_run(extract: Path, level: str) -> None:
    """A process that detached itself twice ends with its run."""
    need(level)
    mark = f"rilo-stays-{time.time_ns()}"
    code = (
        "import os, subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'],"
        " start_new_session=True)\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(60)',"
        f" '{mark}'])\n    os._exit(0)\nprint('started')"
    )
    with open_sandbox(level, extract) as sandbox:
        assert said(run(sandbox, code)) == "started"
        assert said(run(sandbox, "print('next')")) == "next"
    left = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    assert left == []


@LINUX
@BOTH
def test_nothing_of_the_grader_is_in_the_environment(
    extract: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the kernel nor its host has the variables of who grades."""
    need(level)
    monkeypatch.setenv("RILO_TEST_SECRET", "secret-of-the-grader")
    isolation_code = (
        "import os\nfound = ''\nfor process in ('self', os.getppid()):\n"
        "    try: found += open(f'/proc/{process}/environ').read()\n"
        "    except OSError: pass\nprint('secret-of-the-grader' in found + str(os.environ))"
    )
    with open_sandbox(level, extract) as sandbox:
        assert said(run(sandbox, isolation_code)) == "False"


def test_a_sandbox_has_no_network_and_sees_no_other_file(extract: Path, tmp_path: Path) -> None:
    """Neither this computer nor another one answers, and only the needed folders are there."""
    need("bwrap")
    canary = tmp_path / "canary"
    canary.write_text("canary", encoding="utf-8")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        code = (
            f"import os, socket\nopen_doors = [os.path.exists({str(canary)!r})]\n"
            f"for place in [('127.0.0.1', {port}), ('192.0.2.1', 80)]:\n"
            "    try:\n        socket.create_connection(place, 2); open_doors.append(place)\n"
            "    except OSError: pass\n"
            # The package holds one such file, which is seen where it is installed from its folder.
            "course = any('instructor' in name\n"
            "    or name.endswith('.toml') and name != 'queries.toml'\n"
            "    for folder, _, names in os.walk('/') for name in names\n"
            "    if not folder.startswith(('/proc', '/usr', '/sys')) and 'site-packages' not in"
            " folder and '/lib/python3' not in folder)\n"
            "print(open_doors, course)"
        )
        with open_sandbox("bwrap", extract) as sandbox:
            assert said(run(sandbox, code)) == "[False] False"


def test_a_sandbox_of_the_superuser_runs_as_nobody(extract: Path) -> None:
    """Where the grader is root, the code of a submission has no rights at all."""
    need("bwrap")
    code = (
        "import os\nprint(os.getuid() == 0, [line.split()[1].strip('0') for line in "
        "open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'CapAmb'))])"
    )
    with open_sandbox("bwrap", extract) as sandbox:
        assert said(run(sandbox, code)) == "False ['', '', '']"


def test_a_sandbox_that_was_lost_is_opened_again(extract: Path) -> None:
    """Whoever ends the host in the sandbox costs the run in it, and no later one."""
    need("bwrap")
    with open_sandbox("bwrap", extract) as sandbox:
        host = sandbox.living_host()
        assert host is not None
        host._process.kill()
        host._process.wait()
        assert said(run(sandbox, "print('again')")) == "again"


def test_a_sandbox_that_does_not_start_is_a_sentence(
    extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees a traceback when the program fails between the self-test and the run."""
    if sys.platform != "linux":
        pytest.skip("hosts fork, on Linux only")
    monkeypatch.setattr(isolation, "sandbox_command", lambda scratch, extract: ["false"])
    with (
        pytest.raises(IsolationError, match="did not start"),
        open_sandbox("bwrap", extract),
    ):
        pass


# --- folders ---------------------------------------------------------------------------------


def test_a_scratch_folder_is_gone_afterwards() -> None:
    """Whatever was left in it."""
    with scratch_folder() as folder:
        (folder / "a").mkdir()
        (folder / "a" / "b").write_text("x", encoding="utf-8")
    assert not folder.exists()


def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders of living processes, and of nobody, stay."""
    from rilo_training.kernels import scratch

    monkeypatch.setattr(scratch, "_base", lambda: tmp_path)
    for name in ("dead", "own", "nobody"):
        (tmp_path / f"{PREFIX}{name}" / "full").mkdir(parents=True)
    (tmp_path / f"{PREFIX}dead.owner").write_bytes(b"")
    own = claim(tmp_path / f"{PREFIX}own.owner")
    assert own is not None
    with scratch_folder():
        pass
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    own.release()
    assert left == [f"{PREFIX}nobody", f"{PREFIX}own"]
