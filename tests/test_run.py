"""What `run.py` promises: one command sets up, says what it does, and survives a bad day."""

import ast
import base64
import csv
import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).resolve().parent.parent / "run.py"
CLI = """\
import json, os, sys
print(json.dumps({"args": sys.argv[1:], "course": os.environ["RILO_COURSE"],
                  "utf8": os.environ["PYTHONUTF8"], "prefix": sys.prefix}))
"""


def make_wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """Write a small, valid wheel."""
    info = f"{name}-1.0.dist-info"
    contents = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.writerow([path, f"sha256={digest.decode()}", len(text.encode())])
    rows.writerow([f"{info}/RECORD", "", ""])
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (contents | {f"{info}/RECORD": record.getvalue()}).items():
            archive.writestr(path, text)
    return wheel


def lock_line(wheel: Path) -> str:
    """The line of a lock that pins a wheel."""
    name = wheel.name.split("-")[0]
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A release in small: run.py, a lock of one package, its wheel, and the course's wheel."""
    folder = tmp_path / "a course"
    (folder / "wheelhouse").mkdir(parents=True)
    (folder / "run.py").write_bytes(RUN.read_bytes())
    ours = {"rilo_training/__init__.py": "", "rilo_training/cli.py": CLI}
    make_wheel(folder, "rilo_training", ours)
    tiny = make_wheel(folder / "wheelhouse", "tiny", {"tiny.py": "VALUE = 1\n"})
    (folder / "requirements.lock").write_text(lock_line(tiny), encoding="utf-8")
    return folder


def load(folder: Path) -> ModuleType:
    """The run.py of a folder as a module."""
    spec = importlib.util.spec_from_file_location("course_run", folder / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run run.py as a reader does, from another folder."""
    return subprocess.run(
        [sys.executable, str(folder / "run.py"), *arguments],
        cwd=folder.parent,
        env=os.environ | more,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def pretend_installed(run: ModuleType, dev: bool = False) -> None:
    """Leave the stamp of a complete set-up."""
    run.VENV.mkdir(exist_ok=True)
    run.STAMP.write_text(json.dumps(run.wanted("3.11.7", dev)), encoding="utf-8")


@pytest.fixture
def quick(course: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, list[list[str]]]:
    """run.py with a .venv that is only pretended, and the list of what was installed."""
    run = load(course)
    installed: list[list[str]] = []
    here = ".".join(str(part) for part in sys.version_info[:2]) + ".99"
    monkeypatch.setattr(run, "venv_version", lambda: here if run.VENV.is_dir() else "")
    monkeypatch.setattr(run, "pip_for_venv", lambda: ["pip"])
    monkeypatch.setattr(run, "install", lambda pip, arguments, total=0: installed.append(arguments))
    return run, installed


# --- an old Python ----------------------------------------------------------------------------


def test_an_old_python_can_read_the_file() -> None:
    """The file holds no syntax that Python 3.6 does not know."""
    ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_gets_one_sentence_with_the_command_to_type() -> None:
    """What is needed, what was found, and what to run instead."""
    sentence = load(RUN.parent).python_problem((3, 10, 13, "final", 0), ["demo", "--out", "x"])
    assert "\n" not in sentence
    assert sentence.startswith(
        "This course needs Python 3.11 or newer. This is Python 3.10.13. Install "
    )
    assert sentence.endswith(" run.py demo --out x")


def test_an_old_python_ends_with_code_2_and_no_set_up(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made for a Python that cannot run the course."""
    run = load(course)
    monkeypatch.setattr(run.sys, "version_info", (3, 6, 15, "final", 0))
    assert run.main(["demo"]) == 2
    assert "This is Python 3.6.15." in capsys.readouterr().err
    assert not run.VENV.exists()


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 2), (4, 0, 0)])
def test_a_new_python_is_welcome(version: tuple[int, int, int]) -> None:
    """Python 3.11 and everything newer has no problem."""
    assert load(RUN.parent).python_problem(version, ["demo"]) == ""


# --- a whole set-up in small ------------------------------------------------------------------


def test_a_release_sets_itself_up_from_the_wheelhouse_once(course: Path) -> None:
    """The first command installs with compiled byte code, the second one only runs."""
    first = start(course, "rilo", "doctor", "--x")
    assert first.returncode == 0, first.stderr
    assert "Setting up" in first.stdout
    told = json.loads(first.stdout.splitlines()[-1])
    assert told["args"] == ["doctor", "--x"]
    assert told["utf8"] == "1"
    assert Path(told["course"]) == course.resolve()
    assert Path(told["prefix"]) == course.resolve() / ".venv"
    assert list(course.glob(".venv/**/__pycache__/tiny.*.pyc"))
    assert not (course / ".venv" / "rilo-unfinished").exists()

    second = start(course, "rilo", "doctor")
    assert second.stdout.count("\n") == 1

    (course / ".venv" / "pyvenv.cfg").unlink()
    run = load(course)
    run.PYTHON.unlink()
    third = start(course, "rilo", "doctor")
    assert third.returncode == 0, third.stderr
    assert "Setting up" in third.stdout


def test_an_empty_wheelhouse_is_named_with_what_is_missing(course: Path) -> None:
    """One sentence instead of a traceback, code 3, and no stamp."""
    (course / "wheelhouse" / "tiny-1.0-py3-none-any.whl").unlink()
    result = start(course, "rilo", "doctor")
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "wheelhouse (0 packages) holds no tiny==1.0" in result.stderr
    assert not (course / ".venv" / "rilo-stamp.json").exists()
    assert "tiny" in (course / ".venv" / "setup.log").read_text(encoding="utf-8")


def test_no_network_gets_one_sentence(course: Path) -> None:
    """Without network and wheelhouse: what was found, and the two ways out."""
    (course / "wheelhouse" / "tiny-1.0-py3-none-any.whl").unlink()
    (course / "wheelhouse").rmdir()
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    nothing_else = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    result = start(course, "rilo", "doctor", NO_PROXY="*", **nowhere, **nothing_else)
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "could not be downloaded" in result.stderr
    assert "run.py wheelhouse" in result.stderr
    assert not (course / ".venv" / "rilo-stamp.json").exists()


# --- what is installed again, and what is not -------------------------------------------------


def test_nothing_is_installed_when_nothing_changed(
    quick: tuple[ModuleType, list[list[str]]],
) -> None:
    """The second set-up does nothing at all."""
    run, installed = quick
    run.set_up()
    assert len(installed) == 2
    run.set_up()
    assert len(installed) == 2


def test_two_set_ups_at_once_are_one(quick: tuple[ModuleType, list[list[str]]]) -> None:
    """Whoever comes second waits, and finds it done: nobody deletes a half-made .venv."""
    run, installed = quick
    threads = [threading.Thread(target=run.set_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(installed) == 2


def test_a_changed_lock_is_installed(quick: tuple[ModuleType, list[list[str]]]) -> None:
    """A new lock is installed over the old one, without a new .venv."""
    run, installed = quick
    run.set_up()
    (run.VENV / "kept").write_text("", encoding="utf-8")
    with (run.ROOT / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# renewed\n")
    run.set_up()
    assert len(installed) == 4
    assert (run.VENV / "kept").exists()


def test_a_changed_package_is_installed(quick: tuple[ModuleType, list[list[str]]]) -> None:
    """A newer wheel of the course replaces the older one."""
    run, installed = quick
    run.set_up()
    make_wheel(run.ROOT, "rilo_training", {"rilo_training/__init__.py": "NEW = True\n"})
    run.set_up()
    assert len(installed) == 4
    assert "rilo_training-1.0-py3-none-any.whl" in installed[-1]


def test_the_development_set_also_serves_the_other_commands(
    quick: tuple[ModuleType, list[list[str]]],
) -> None:
    """After `test` nothing is installed for `demo`, as long as the runtime lock is the same."""
    run, installed = quick
    dev_lock = run.ROOT / "requirements-dev.lock"
    dev_lock.write_text("tiny==1.0\n", encoding="utf-8")
    run.set_up()
    run.set_up(dev=True)
    assert len(installed) == 4
    assert dev_lock.name in installed[2]
    run.set_up()
    run.set_up(dev=True)
    assert len(installed) == 4
    (run.ROOT / "requirements.lock").write_text("tiny==1.0\n", encoding="utf-8")
    run.set_up()
    assert len(installed) == 6


def test_a_killed_set_up_leaves_no_stamp_and_is_begun_again(
    quick: tuple[ModuleType, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-installed packages are never trusted: the next set-up starts from nothing."""
    run, installed = quick
    run.set_up()
    (run.ROOT / "requirements.lock").write_text("tiny==1.0\n", encoding="utf-8")
    with monkeypatch.context() as during:

        def killed(pip: list[str], arguments: list[str], total: int = 0) -> None:
            (run.VENV / "half").write_text("", encoding="utf-8")
            raise KeyboardInterrupt

        during.setattr(run, "install", killed)
        assert run.main(["setup"]) == 130
    assert not run.STAMP.exists()
    run.set_up()
    assert len(installed) == 4
    assert not (run.VENV / "half").exists()
    assert run.STAMP.exists()


def test_a_moved_folder_is_set_up_again(
    quick: tuple[ModuleType, list[list[str]]],
) -> None:
    """A .venv knows its old place in every script, so it does not move."""
    run, installed = quick
    run.set_up()
    stamp = json.loads(run.STAMP.read_text(encoding="utf-8"))
    run.STAMP.write_text(json.dumps(stamp | {"folder": "elsewhere"}), encoding="utf-8")
    (run.VENV / "old").write_text("", encoding="utf-8")
    run.set_up()
    assert len(installed) == 4
    assert not (run.VENV / "old").exists()


def test_another_python_builds_anew(
    quick: tuple[ModuleType, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .venv of another minor version is no base; a newer patch only installs again."""
    run, _ = quick
    run.VENV.mkdir()
    version = ".".join(str(part) for part in sys.version_info[:2])
    assert not run.must_rebuild({}, f"{version}.50")
    assert run.must_rebuild({}, "3.10.1")
    assert run.must_rebuild({}, "")
    pretend_installed(run)
    assert not run.satisfied(run.read_stamp(), run.wanted("3.11.8", False))


# --- which pip, and which words ---------------------------------------------------------------


def test_pip_outside_installs_into_a_venv_without_pip(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Debian without ensurepip has a pip, which can install elsewhere."""
    run = load(course)
    monkeypatch.setattr(run, "has_pip", lambda python: True)
    assert run.pip_for_venv()[-2:] == ["--python", str(run.PYTHON)]


def test_without_pip_outside_the_venv_gets_its_own(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ensurepip serves where pip is missing."""
    run = load(course)
    commands: list[list[str]] = []

    def record(command: list[str], log: Path, total: int = 0) -> tuple[int, str]:
        commands.append(command)
        return 0, ""

    monkeypatch.setattr(run, "has_pip", lambda python: False)
    monkeypatch.setattr(run, "logged", record)
    assert run.pip_for_venv()[0] == str(run.PYTHON)
    assert commands == [[str(run.PYTHON), "-P", "-m", "ensurepip"]]


def test_neither_pip_nor_ensurepip_gets_one_sentence(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the package to install."""
    run = load(course)
    monkeypatch.setattr(run, "has_pip", lambda python: False)
    monkeypatch.setattr(run, "logged", lambda command, log, total=0: (1, ""))
    with pytest.raises(run.Stop, match=r"neither pip nor ensurepip.*python3-pip"):
        run.pip_for_venv()


@pytest.mark.parametrize(
    ("output", "words", "code"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full", 1),
        ("NewConnectionError: [Errno -3] Temporary failure", r"\(Temporary failure\): connect", 3),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that the lock names", 1),
        ("No matching distribution found for tiny==1.0", r"\(no tiny==1.0 was found\)", 3),
        ("HINT: ... Windows Long Path support", "too long for Windows", 1),
        ("ERROR: something new", r"stopped \(something new\)", 1),
    ],
)
def test_what_pip_says_becomes_a_sentence(
    course: Path, monkeypatch: pytest.MonkeyPatch, output: str, words: str, code: int
) -> None:
    """Every known end of pip has its own sentence and code."""
    run = load(course)
    monkeypatch.setattr(run, "WHEELHOUSE", run.ROOT / "none")
    monkeypatch.setattr(run.sys, "version_info", (3, 12, 1, "final", 0))
    with pytest.raises(run.Stop, match=words) as stop:
        raise run.explain(output, run.LOG)
    assert stop.value.code == code
    assert "\n" not in str(stop.value)


def test_a_full_disk_outside_pip_gets_a_sentence(
    quick: tuple[ModuleType, list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also when the stamp itself finds no room."""
    run, _ = quick

    def full(stamp: dict[str, str]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "write_stamp", full)
    assert run.main(["setup"]) == 1
    assert capsys.readouterr().err == "The disk is full: make 2 GB free and run it again.\n"


def test_a_python_that_is_too_new_for_the_packages_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a wheel for it, the way out is another Python and not the network."""
    run = load(course)
    monkeypatch.setattr(run, "WHEELHOUSE", run.ROOT / "none")
    monkeypatch.setattr(run.sys, "version_info", (3, 99, 0, "final", 0))
    sentence = str(run.explain("No matching distribution found for tiny==1.0", run.LOG))
    assert sentence.startswith("There is no tiny==1.0 for Python ")
    assert "use Python 3.11 to 3.13" in sentence


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
def calls(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[ModuleType, list[tuple[list[str], dict[str, str]]]]:
    """run.py with nothing to set up, and the list of what it would start."""
    run = load(course)
    started: list[tuple[list[str], dict[str, str]]] = []

    def call(command: list[str], cwd: Path | None = None, **more: str) -> int:
        started.append((command, more))
        return int("mypy" in command)

    monkeypatch.setattr(run, "set_up", lambda dev=False: None)
    monkeypatch.setattr(run, "call", call)
    return run, started


def test_lab_makes_a_workspace_once(
    calls: tuple[ModuleType, list[tuple[list[str], dict[str, str]]]],
) -> None:
    """A folder that is a workspace already is opened as it is."""
    run, started = calls
    assert run.main(["lab"]) == 0
    assert [command[3] for command, _ in started] == ["start", "lab"]
    (inner := run.ROOT / "workspace" / ".rilo").mkdir(parents=True)
    assert run.main(["lab"]) == 0  # a start that was interrupted: `rilo start` says what to do
    (inner / "workspace.json").touch()
    assert run.main(["lab"]) == 0
    assert [command[3] for command, _ in started] == ["start", "lab", "start", "lab", "lab"]


def test_lab_passes_options_on(
    calls: tuple[ModuleType, list[tuple[list[str], dict[str, str]]]],
) -> None:
    """An option in the place of the folder does not become the name of a workspace."""
    run, started = calls
    own = run.ROOT / "desk" / ".rilo"
    for inner in (run.ROOT / "workspace" / ".rilo", own):
        inner.mkdir(parents=True)
        (inner / "workspace.json").touch()
    assert run.main(["lab", "--no-browser"]) == 0
    assert run.main(["lab", str(own.parent), "--port", "9999"]) == 0
    assert [command[3:] for command, _ in started] == [
        ["lab", str(run.ROOT / "workspace"), "--no-browser"],
        ["lab", str(own.parent), "--port", "9999"],
    ]


def test_a_folder_that_cannot_be_written_is_a_sentence(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A course on a drive that can only be read is no set-up that somebody else began."""
    run = load(course)
    monkeypatch.setattr(run, "is_set_up", lambda dev: False)
    (course / ".setup-lock").mkdir()
    assert run.main(["setup"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"The folder {course} cannot be written (")
    assert said.count("\n") == 1


def test_demo_writes_beside_run_py_unless_told_otherwise(
    calls: tuple[ModuleType, list[tuple[list[str], dict[str, str]]]],
) -> None:
    """`--out` is passed on, and has a default."""
    run, started = calls
    run.main(["demo"])
    run.main(["demo", "--out", "here"])
    assert started[0][0][3:] == ["--out", str(run.ROOT / "out" / "demo")]
    assert started[1][0][3:] == ["--out", "here"]


def test_test_runs_every_step_and_fails_when_one_failed(
    calls: tuple[ModuleType, list[tuple[list[str], dict[str, str]]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A failed step does not hide the others; the table names it; the code is 1."""
    run, started = calls
    assert run.main(["test", "-k", "house"]) == 1
    assert [command[1] for command, _ in started] == ["ruff", "ruff", "mypy", "pytest"]
    assert started[-1][0][2:] == ["-n", "2", "--dist", "loadfile", "-k", "house"]
    table = capsys.readouterr().out.split("\nstep")[1]
    assert [line.split()[-2] for line in table.splitlines()[1:]] == [
        "passed",
        "passed",
        "FAILED",
        "passed",
    ]


@pytest.mark.parametrize("own", [["-n", "0"], ["-n4"], ["--numprocesses=1"]])
def test_the_reader_may_choose_the_number_of_workers(own: list[str]) -> None:
    """`-n` of the reader replaces ours; a test named with `-k` does not."""
    assert load(RUN.parent).pytest_command(own) == ["-m", "pytest", *own]


def test_prove_runs_the_tests_and_then_the_proofs(
    calls: tuple[ModuleType, list[tuple[list[str], dict[str, str]]]],
) -> None:
    """The proofs know by RILO_PROVE that they are asked for."""
    run, started = calls
    (run.ROOT / "tests" / "prove").mkdir(parents=True)
    run.main(["prove"])
    assert len(started) == 5
    assert started[-1][0][-1] == "tests/prove"
    assert started[-1][1] == {"RILO_PROVE": "1", "OMP_NUM_THREADS": "1"}
    assert started[-2][1] == {"OMP_NUM_THREADS": "1"}  # two workers share the processors


def test_bench_says_when_there_is_nothing_to_run(course: Path) -> None:
    """A release holds no benchmarks."""
    result = start(course, "bench")
    assert result.returncode == 1
    assert result.stderr == "There is no folder benchmarks beside run.py.\n"


def test_help_lists_every_command() -> None:
    """No command and --help say the same; an unknown command is named."""
    run = load(RUN.parent)
    result = start(RUN.parent)
    assert result.returncode == 0
    for command in ["demo", "lab", "rilo", "test", "prove", "bench", "setup", "wheelhouse"]:
        assert f"\n  {command} " in result.stdout
    with pytest.raises(run.Stop, match="no command 'dmeo'") as stop:
        run.run(["dmeo"])
    assert stop.value.code == 2
