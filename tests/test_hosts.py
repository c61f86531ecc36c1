"""A host forks kernels: they are quick, they are the same as ordinary ones, and none stays."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import participant_copy, read_notebook, solutions_of
from rilo_training.course.notebook import with_answers as filled
from rilo_training.course.reference import declared_run
from rilo_training.kernels import Limits, NotebookRun, RunPlace, hosts, run_confined
from rilo_training.kernels.engine import run_notebook
from rilo_training.kernels.hosts import HostGone, HostHandle, borrowed_host, take_host
from rilo_training.kernels.manager import JUPYTER_FOLDER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts fork, on Linux only")


@pytest.fixture
def own_hosts() -> Iterator[None]:
    """No host is there before, and none afterwards."""
    hosts.close_hosts()
    yield
    hosts.close_hosts()


def notebook(*sources: str) -> NotebookNode:
    """Return a notebook with a parameters cell and code cells ``c1``, ``c2`` and so on."""
    made = nbformat.v4.new_notebook()
    first = nbformat.v4.new_code_cell("", id="parameters", metadata={"tags": ["parameters"]})
    cells = [
        nbformat.v4.new_code_cell(source, id=f"c{number}")
        for number, source in enumerate(sources, start=1)
    ]
    made.cells = [first, *cells]
    return made


def texts(run: NotebookRun) -> list[str]:
    """Return what the cells printed, one text for each code cell."""
    return [
        "".join(output.get("text", "") for output in cell.outputs)
        for cell in run.notebook.cells
        if cell.id in run.cells and cell.id != "parameters"
    ]


def everything_declared(run: NotebookRun) -> dict[str, list[tuple[str, str]]]:
    """Return all data that the cells sent."""
    return {cell_id: outcome.declared for cell_id, outcome in run.cells.items()}


def test_a_host_is_used_again(own_hosts: None, tmp_path: Path) -> None:
    """Two runs after each other are forked by one process."""
    found = [texts(run_notebook(notebook("import os\nprint(os.getppid())"), {}, tmp_path))]
    found.append(texts(run_notebook(notebook("import os\nprint(os.getppid())"), {}, tmp_path)))
    assert found[0] == found[1]
    assert len(hosts._idle) == 1


def test_runs_at_once_have_a_host_each(own_hosts: None, tmp_path: Path) -> None:
    """Threads do not share a host: what one run leaves is never taken for another's."""
    parents: list[list[str]] = []
    code = "import os, time\ntime.sleep(1)\nprint(os.getppid())"

    def work() -> None:
        parents.append(texts(run_notebook(notebook(code), {}, tmp_path)))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert parents[0] != parents[1]


def test_a_host_lives_on_when_the_thread_that_started_it_ends(own_hosts: None) -> None:
    """Linux ends some processes with the thread of their parent: a host is not one of them."""
    made: list[HostHandle | None] = []
    thread = threading.Thread(target=lambda: made.append(take_host()))
    thread.start()
    thread.join()
    time.sleep(0.3)
    host = made[0]
    assert host is not None
    assert host.is_alive
    host.close()


def test_closing_a_host_ends_its_kernel(own_hosts: None, tmp_path: Path) -> None:
    """The owner goes, and the host with everything below it."""
    with borrowed_host() as host:
        assert host is not None
        process = psutil.Process(host._process.pid)
        host.order(
            "start",
            connection_file=str(tmp_path / "c.json"),
            folder=str(tmp_path),
            environment=dict(os.environ),
            limits={},
        )
        below = process.children(recursive=True)
        assert below
        host.close()
    assert not any(one.is_running() and one.status() != "zombie" for one in [process, *below])


def test_a_killed_host_is_a_sentence_and_the_next_run_works(
    own_hosts: None, tmp_path: Path
) -> None:
    """A host that was killed from outside is replaced."""
    with borrowed_host() as host:
        assert host is not None
        host._process.kill()
        host._process.wait()
        with pytest.raises(HostGone):
            host.order("poll")
    assert texts(run_notebook(notebook("print(1)"), {}, tmp_path)) == ["1\n"]


def test_a_host_ends_with_its_owner(tmp_path: Path) -> None:
    """Nothing stays when the program that started the host is killed."""
    code = (
        "import time\nfrom rilo_training.kernels.hosts import take_host\n"
        "print(take_host()._process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        host = int(owner.stdout.readline())
        assert psutil.pid_exists(host)
        owner.kill()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(host) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(host)


@pytest.mark.parametrize("unit_id", ["w1d1_01", "w1d1_90"])
def test_warm_and_ordinary_kernels_declare_the_same(
    monkeypatch: pytest.MonkeyPatch, unit_id: str
) -> None:
    """The fallback gives the same answers, in the same cells."""
    programme = load_programme()
    instructor = read_notebook(programme.notebook(programme.unit(unit_id)))
    solved = filled(participant_copy(instructor), solutions_of(instructor))
    warm = declared_run(solved, programme.practice_world, unit_id)
    monkeypatch.setenv(hosts.SWITCH, "0")
    ordinary = declared_run(solved, programme.practice_world, unit_id)
    assert warm.first_failure() is None
    assert any(everything_declared(warm).values())
    assert everything_declared(warm) == everything_declared(ordinary)


KNOWS = """
import os, random, sys, tempfile, time
import matplotlib, numpy, pandas, sklearn
print(sorted(name for name in os.environ if not name.startswith(("JPY", "MPL", "LC_"))))
print(os.getcwd() == os.environ["HERE"], tempfile.gettempdir() == os.environ["TMPDIR"])
print(time.tzname, "" in sys.path, os.environ["HERE"] in sys.path, sys.argv[0])
print(pandas.get_option("display.max_columns"), matplotlib.get_backend(), __name__)
"""


def test_a_forked_kernel_knows_what_an_ordinary_one_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables, folders, clock zone, paths, settings of the libraries are those of a new one."""
    tokyo = {"TZ": "Asia/Tokyo", "HERE": str(tmp_path)}
    warm = run_notebook(notebook(KNOWS), {}, tmp_path, environment=tokyo)
    monkeypatch.setenv(hosts.SWITCH, "0")
    ordinary = run_notebook(notebook(KNOWS), {}, tmp_path, environment=tokyo)
    assert "Asia" not in texts(warm)[0]
    assert "JST" in texts(warm)[0]
    assert texts(warm) == texts(ordinary)


SPEAKS = """
import asyncio, os, threading, time
await asyncio.sleep(0)
print("one", flush=True)
thread = threading.Thread(target=print, args=("two",))
thread.start()
thread.join()
code = os.system("echo three")
time.sleep(0.5)
print(len(In), "cells")
"""


def test_a_forked_kernel_says_what_an_ordinary_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells that wait, threads and programs that print, values that are shown, errors."""
    code = [SPEAKS, "6 * 7", "_ + 1", "1 / 0", "Out"]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in code])
    warm = run_notebook(made, {}, tmp_path)
    monkeypatch.setenv(hosts.SWITCH, "0")
    ordinary = run_notebook(made, {}, tmp_path)
    said = [shown(run) for run in (warm, ordinary)]
    assert said[0] == said[1]
    assert "".join(sorted(said[0][0])) == "".join(sorted("one\ntwo\nthree\n2 cells\n"))
    assert said[0][1:3] == ["42", "43"]


def shown(run: NotebookRun) -> list[str]:
    """What each cell shows, as text."""
    return [
        "".join(
            out.get("text") or out.get("evalue") or out["data"]["text/plain"]
            for out in cell.outputs
        )
        for cell in run.notebook.cells
    ]


def test_two_forked_kernels_draw_different_random_numbers(tmp_path: Path) -> None:
    """The random state of the host is not handed on."""
    code = "import random, numpy\nprint(random.random(), numpy.random.random())"
    drawn = {texts(run_notebook(notebook(code), {}, tmp_path))[0] for _ in range(2)}
    assert len(drawn) == 2


def test_programs_of_jupyter_find_the_warm_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nbclient without any help of ours runs in a kernel that a host has forked."""
    monkeypatch.setenv("JUPYTER_PATH", str(JUPYTER_FOLDER))
    assert "rilo-warm" in KernelSpecManager().find_kernel_specs()
    made = notebook("import sys\nprint('rilo_training.host.serve' in sys.modules or __name__)")
    made.cells.append(nbformat.v4.new_code_cell("import os\nprint(os.getppid())"))
    client = NotebookClient(made, kernel_name="rilo-warm", resources={"metadata": {"path": "."}})
    asyncio.run(client.async_execute())
    parent = int(made.cells[-1].outputs[0].text)
    assert parent in {host._process.pid for host in hosts._idle}


def test_a_kernel_of_a_sandbox_starts_nowhere_else(own_hosts: None, tmp_path: Path) -> None:
    """Whatever a run asks for, the host that it was given starts its kernel."""
    with borrowed_host() as host:
        assert host is not None
        (tmp_path / "work").mkdir()
        (tmp_path / "private").mkdir()
        place = RunPlace(tmp_path / "work", tmp_path / "private", "", host)
        other = {"PYTHONHASHSEED": "4242"}
        code = "import os\nprint(os.getppid())"
        found = run_confined(notebook(code), {}, place, Limits(), other)
        assert texts(found) == [f"{host._process.pid}\n"]


def test_a_kernel_that_does_not_start_leaves_no_traceback_at_the_end(tmp_path: Path) -> None:
    """Nobody sees what the libraries say of a kernel that they could not start."""
    code = (
        "import sys\nfrom pathlib import Path\nimport nbformat\n"
        "from rilo_training.kernels import RunFailed, run_notebook\n"
        "from rilo_training.kernels.provisioner import WarmProvisioner\n"
        "async def refuse(*given, **words): raise RuntimeError('no kernel today')\n"
        "WarmProvisioner.launch_kernel = refuse\n"
        "try:\n    run_notebook(nbformat.v4.new_notebook(), {}, Path(sys.argv[1]))\n"
        "except RunFailed as reason:\n    print(reason)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "no kernel today" in ended.stdout
    assert ended.stderr == ""


def test_the_switch_asks_for_ordinary_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever suspects the warm kernel can do without it."""
    monkeypatch.setenv(hosts.SWITCH, "0")
    with borrowed_host() as host:
        assert host is None
