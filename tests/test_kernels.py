"""Running a notebook in a kernel of its own: what happened to each cell is known and true."""

import json
import os
import time
from pathlib import Path

import nbformat
import papermill.engines
import pytest
from nbformat import NotebookNode

from rilo_training.kernels import Limits, NotebookRun, RunFailed, run_notebook
from rilo_training.kernels import client as client_module
from rilo_training.kernels import engine as engine_module
from rilo_training.kernels.manager import OwnKernelManager, kernel_environment

MIME = "application/vnd.rilo.answer+json"
SECRET = "RILO_TEST_SECRET"
LIMITS = Limits(cell_seconds=1, output_characters=2_000)
PUBLISH = (
    "from IPython.display import publish_display_data\n"
    f'def declare(text): publish_display_data({{"{MIME}": text}})\n'
)


def notebook(**cells: str) -> NotebookNode:
    """A notebook with these cells; the name of a cell is its id."""
    parameters = nbformat.v4.new_code_cell("EXTRACT = 'practice'", id="parameters")
    parameters.metadata["tags"] = ["parameters"]
    made: NotebookNode = nbformat.v4.new_notebook(
        cells=[
            parameters,
            *(nbformat.v4.new_code_cell(code, id=name) for name, code in cells.items()),
        ]
    )
    return made


def run(
    folder: Path,
    *,
    limits: Limits = LIMITS,
    variables: dict[str, str] | None = None,
    **cells: str,
) -> NotebookRun:
    """Run cells in a fresh kernel."""
    return run_notebook(
        notebook(**cells),
        {"EXTRACT": "official"},
        folder,
        limits=limits,
        environment=variables,
    )


def text_of(found: NotebookRun, cell_id: str) -> str:
    """What a cell printed."""
    (cell,) = (cell for cell in found.notebook.cells if cell.id == cell_id)
    return "".join(str(output.get("text", "")) for output in cell.outputs)


def status_of(found: NotebookRun, *cells: str) -> list[str]:
    """The status of cells."""
    return [found.cells[name].status for name in cells]


ORDINARY = {
    "works": "value = 3\nprint(EXTRACT)",
    "fails": "raise ValueError('first line\\nsecond line')",
    "leaves": "import sys\nsys.exit(0)",
    "asks": "input('your name')",
    "hungry": "raise MemoryError",
    "endless": "while True:\n    pass",
    "after": "print(value)",
    "wordy": "for line in range(100):\n    print('x' * 100, flush=True)",
    "stderr": "import sys\nprint('a word of warning', file=sys.stderr)",
    "environment": (
        "import json, os\nprint(json.dumps(dict(os.environ)))\n"
        "print(os.getcwd(), file=open('here.txt', 'w'))"
    ),
    "publish": PUBLISH,
    "first": "declare('one')\ndeclare('two')",
    "second": (
        "from IPython.display import display, update_display\n"
        "declare('three')\n"
        f"handle = display({{'{MIME}': 'four'}}, raw=True, display_id='a')\n"
        f"update_display({{'{MIME}': 'five'}}, raw=True, display_id='a')\n"
        "display({'text/plain': 'seen'}, raw=True)"
    ),
    "third": "declare('six')\nraise ValueError('after it was declared')",
    "fourth": "print('nothing is declared here')",
}


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> NotebookRun:
    """One run with a cell for each thing that a kernel survives."""
    folder = tmp_path_factory.mktemp("ordinary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "the instructor's own")
        limits = Limits(cell_seconds=1, output_characters=4_000)
        found = run(folder, limits=limits, variables={"RILO_RUN": "official"}, **ORDINARY)
    found.notebook.metadata["folder"] = str(folder)
    return found


def test_a_cell_that_works_is_ok(ordinary: NotebookRun) -> None:
    """A cell without trouble is ok and says nothing more."""
    assert status_of(ordinary, "parameters", "works") == ["ok", "ok"]
    assert ordinary.cells["works"].detail == ""


def test_parameters_come_from_papermill(ordinary: NotebookRun) -> None:
    """The run goes through papermill, which puts the parameters in behind the tagged cell."""
    tags = [tag for cell in ordinary.notebook.cells for tag in cell.metadata.get("tags", [])]
    places = [tags.index(tag) for tag in ("parameters", "injected-parameters")]
    assert places == sorted(places)
    assert text_of(ordinary, "works") == "official\n"


def test_the_engine_is_registered_with_papermill() -> None:
    """Papermill finds the engine by its name at run time, without an entry point."""
    found = papermill.engines.papermill_engines.get_engine("rilo")
    assert found.__module__ == engine_module.__name__


def test_every_run_is_given_to_papermill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but papermill executes, with the engine that is ours."""
    seen: list[object] = []
    monkeypatch.setattr(
        engine_module.papermill_engines,
        "execute_notebook_with_engine",
        lambda engine, *a, **k: seen.append(engine),
    )
    run(tmp_path, works="1")
    assert seen == ["rilo"]


def test_an_error_is_one_line_without_a_stack(ordinary: NotebookRun) -> None:
    """The detail of an error is its name and its first line, for people who read no stacks."""
    outcome = ordinary.cells["fails"]
    assert (outcome.status, outcome.detail) == ("error", "ValueError: first line")


def test_leaving_is_an_error_and_no_success(ordinary: NotebookRun) -> None:
    """`sys.exit(0)` ends neither the run nor the questions behind it."""
    assert ordinary.cells["leaves"].status == "error"
    assert ordinary.cells["leaves"].detail.startswith("SystemExit")


def test_nobody_waits_for_an_input(ordinary: NotebookRun) -> None:
    """A cell that asks a person something fails at once: there is nobody."""
    assert ordinary.cells["asks"].status == "error"


def test_too_little_memory_has_its_own_status(ordinary: NotebookRun) -> None:
    """A MemoryError is out of memory, which is another thing to explain than an error."""
    assert ordinary.cells["hungry"].status == "out_of_memory"


def test_an_endless_cell_is_stopped_and_the_next_runs(ordinary: NotebookRun) -> None:
    """A loop without end costs its own seconds; names made before it are still there."""
    outcome = ordinary.cells["endless"]
    assert (outcome.status, outcome.detail) == ("timeout", "1")
    assert status_of(ordinary, "after") == ["ok"]
    assert text_of(ordinary, "after") == "3\n"


def test_output_stops_at_its_limit(ordinary: NotebookRun) -> None:
    """A cell that prints without measure is ok; what comes after the limit is left out."""
    assert ordinary.cells["wordy"].status == "ok"
    assert 0 < len(text_of(ordinary, "wordy")) <= 4_000


def test_a_warning_is_no_error(ordinary: NotebookRun) -> None:
    """Words on the second stream of a kernel change no status."""
    assert ordinary.cells["stderr"].status == "ok"


def test_the_environment_is_clean(ordinary: NotebookRun) -> None:
    """A kernel sees none of the variables of the grader but the few that it needs."""
    found = json.loads(text_of(ordinary, "environment"))
    assert SECRET not in found
    assert found["RILO_RUN"] == "official"
    assert Path(found["HOME"]) != Path.home()
    assert not Path(found["HOME"]).exists(), "the private folder stays behind"


def test_the_kernel_works_in_the_given_folder(ordinary: NotebookRun) -> None:
    """Files without a path land in the folder of the run."""
    folder = Path(ordinary.notebook.metadata["folder"])
    assert (folder / "here.txt").read_text(encoding="utf-8").strip() == str(folder.resolve())


def test_declared_data_belong_to_the_cell_that_sent_them(ordinary: NotebookRun) -> None:
    """Each cell has what it declared itself, oldest first, and nothing of its neighbours."""
    assert ordinary.declared("first", MIME) == ["one", "two"]
    assert ordinary.declared("third", MIME) == ["six"]
    assert ordinary.declared("fourth", MIME) == []
    assert ordinary.declared("no such cell", MIME) == []


def test_an_update_of_a_display_declares_nothing(ordinary: NotebookRun) -> None:
    """What was declared cannot be exchanged later."""
    assert ordinary.declared("second", MIME) == ["three", "four"]


def test_declared_data_are_no_output(ordinary: NotebookRun) -> None:
    """People who read the executed notebook see the ordinary outputs only."""
    text = json.dumps([cell.get("outputs", []) for cell in ordinary.notebook.cells])
    assert "seen" in text
    assert MIME not in text


def test_a_cell_can_declare_and_fail(ordinary: NotebookRun) -> None:
    """That a cell failed and what it declared before are both known."""
    assert ordinary.cells["third"].status == "error"


def test_the_first_failure_is_the_first_in_order(ordinary: NotebookRun) -> None:
    """An author reads about the cell that failed first."""
    failure = ordinary.first_failure()
    assert failure is not None
    assert failure[0] == "fails"


def test_the_notebook_that_was_given_is_not_changed(tmp_path: Path) -> None:
    """A run works on a copy: the same notebook runs for every participant."""
    given = notebook(works="print(1)")
    before = json.dumps(given)
    run_notebook(given, {"EXTRACT": "official"}, tmp_path, limits=LIMITS)
    assert json.dumps(given) == before


def test_a_kernel_that_dies_ends_its_run(tmp_path: Path) -> None:
    """The cell that ended the kernel is named, and cells behind it were not run."""
    found = run(tmp_path, works="value = 1", dies="import os\nos._exit(0)", behind="print(value)")
    assert status_of(found, "works", "dies", "behind") == ["ok", "kernel_died", "not_run"]


def test_a_kernel_that_does_not_answer_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that catches the interrupt is a timeout, and the run ends soon after."""
    monkeypatch.setattr(client_module, "_SECONDS_TO_ANSWER", 1)
    stubborn = (
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n"
        "    except BaseException:\n        pass"
    )
    start = time.monotonic()
    found = run(tmp_path, stubborn=stubborn, behind="print(1)")
    assert status_of(found, "stubborn", "behind") == ["timeout", "not_run"]
    assert time.monotonic() - start < 40


NOT_A_MESSAGE = {
    "bytes": "kernel.iopub_socket.send_multipart([b'not a message'])",
    "no content": "send('display_data', {})",
    "data of another type": "send('display_data', {'data': 5, 'metadata': {}})",
    "a stream of numbers": "send('stream', {'name': 5, 'text': [1]})",
    "a status without a state": "send('status', {})",
}


@pytest.mark.parametrize("case", NOT_A_MESSAGE)
def test_a_kernel_that_sends_rubbish_stops_itself_alone(tmp_path: Path, case: str) -> None:
    """Messages that no kernel sends raise nothing here: they are a matter of that one cell."""
    code = (
        "kernel = get_ipython().kernel\n"
        "def send(kind, content):\n"
        "    kernel.session.send(kernel.iopub_socket, kind, content=content,\n"
        "                        parent=kernel.get_parent())\n"
        f"{NOT_A_MESSAGE[case]}"
    )
    found = run(tmp_path, works="value = 1", rubbish=code)
    assert status_of(found, "works") == ["ok"]
    assert found.cells["rubbish"].status != "not_run"


def test_a_flood_of_declared_data_is_held_back(tmp_path: Path) -> None:
    """A cell cannot fill the memory of the grader with what it declares."""
    flood = f"{PUBLISH}for _ in range(100):\n    declare('x' * 50_000)"
    found = run(tmp_path, flood=flood)
    assert sum(len(text) for text in found.declared("flood", MIME)) <= 4_100_000


def test_a_flood_of_errors_is_held_back(tmp_path: Path) -> None:
    """The limit of the outputs holds for errors too: a message of an error can be endless."""
    found = run(tmp_path, flood="raise ValueError('x' * 1_000_000)")
    assert found.cells["flood"].status == "error"
    assert len(found.cells["flood"].detail) < 1_000
    assert len(json.dumps(found.notebook)) < 100_000


def test_many_errors_are_held_back_like_one(tmp_path: Path) -> None:
    """Code can send as many messages of errors as it likes: together they have the same limit."""
    code = (
        "kernel = get_ipython().kernel\n"
        "content = {name: 'x' * 20_000 for name in ('ename', 'evalue')}\n"
        "for _ in range(100):\n"
        "    kernel.session.send(kernel.iopub_socket, 'error', parent=kernel.get_parent(),\n"
        "                        content={**content, 'traceback': ['x' * 20_000]})"
    )
    found = run(tmp_path, flood=code)
    assert found.cells["flood"].status != "not_run"
    assert len(json.dumps(found.notebook)) < 500_000


@pytest.mark.skipif(not hasattr(os, "kill") or os.name == "nt", reason="needs process ids")
def test_no_process_of_a_run_stays_behind(tmp_path: Path) -> None:
    """What a participant's code started ends with its run."""
    code = "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)"
    found = run(tmp_path, starts=code)
    child = int(text_of(found, "starts"))
    for _ in range(20):
        if not _is_running(child):
            return
        time.sleep(0.1)
    os.kill(child, 9)
    pytest.fail("a process of the run is still there")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_kernel_that_does_not_start_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no kernel can be started, a sentence says what to do."""
    monkeypatch.setattr(OwnKernelManager, "_async_launch_kernel", _refuse, raising=False)
    monkeypatch.setattr(OwnKernelManager, "_launch_kernel", _refuse, raising=False)
    with pytest.raises(RunFailed, match="rilo doctor"):
        run(tmp_path, works="1")


async def _refuse(*_: object, **__: object) -> None:
    raise OSError("no more processes")


def test_the_environment_has_a_home_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings and caches of a run are in its private folder; one thread; no time zone of ours."""
    monkeypatch.setenv(SECRET, "x")
    found = kernel_environment(tmp_path, {"RILO_RUN": "official"})
    assert SECRET not in found
    assert {found[name] for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR")} == {
        str(tmp_path)
    }
    assert (found["OMP_NUM_THREADS"], found["TZ"], found["RILO_RUN"]) == ("1", "UTC", "official")
