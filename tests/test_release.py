"""A release holds all that a participant needs, none of the answers, and works alone and offline.

The second half plays a participant: the wheel is unpacked into a Python environment of its own,
which knows the libraries and not this checkout, and every command and kernel runs without a
network.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell
from released import SECRET, assert_no_answer_in, contents, copied_course, secret_lines
from shortened import shortened

from rilo_training.answers import encode
from rilo_training.cli import main
from rilo_training.course import release as releases
from rilo_training.course.manifest import CourseError, Programme
from rilo_training.course.notebook import (
    cells_of,
    notebook_text,
    participant_copy,
    read_notebook,
    solutions_of,
)
from rilo_training.course.release import build_release
from rilo_training.grading.submissions import find_submissions
from rilo_training.learn.workspace import read_key
from rilo_training.world import make_world, read_about

ROOT = Path(__file__).resolve().parent.parent
UNIT = "w1d1_90"

# --- building ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """A copy of the course with two units, and an instructor's store in it."""
    return shortened(copied_course(tmp_path_factory.mktemp("instructor") / "course"))


@pytest.fixture(scope="module")
def cohort(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of a cohort, with one prepared world for each unit."""
    return build_release(programme, tmp_path_factory.mktemp("made") / "cohort", worlds=1)


@pytest.fixture(scope="module")
def self_study(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release for learning alone, without prepared worlds."""
    folder = tmp_path_factory.mktemp("made") / "self-study"
    return build_release(programme, folder, worlds=0, edition="self-study")


def test_a_release_holds_what_the_first_steps_need(cohort: Path, programme: Programme) -> None:
    """Set-up, package, copies, practice data, reference, keys, worlds; nothing else."""
    found = {name for name, _ in contents(cohort) if not name.startswith("wheel:")}
    practice = read_about(programme.practice_world)["world_id"]
    prepared = json.loads((cohort / "course" / "worlds.json").read_text(encoding="utf-8"))
    assert prepared.keys() == {unit.id for unit in programme.units}
    expected = {"run.py", "requirements.lock", "LICENSE", "FIRST_STEPS.md", "release.json"}
    expected |= {"course/units.json", "course/worlds.json"}
    expected |= {
        f"course/datasets/{folder}/{file.name}"
        for folder in ("practice", "published")
        for file in (programme.root / "datasets" / folder).iterdir()
    }
    pages = programme.root / "curriculum" / "reference"
    expected |= {f"course/reference/{file.name}" for file in pages.iterdir()}
    for unit in programme.units:
        expected.add(f"course/copies/{unit.file}")
        worlds = [practice, *(entry["world_id"] for entry in prepared[unit.id])]
        assert len(worlds) == 2
        expected |= {f"course/keys/{unit.id}/{world}.json" for world in worlds}
    wheels = {name for name in found if name.endswith(".whl")}
    assert len(wheels) == 1
    assert found - wheels == expected
    for name in ("run.py", "requirements.lock"):
        assert (cohort / name).read_bytes() == (ROOT / name).read_bytes()
    about = json.loads((cohort / "release.json").read_text(encoding="utf-8"))
    assert (about["edition"], about["worlds"]) == ("cohort", 1)


def test_the_wheel_is_the_package_and_nothing_of_the_course(cohort: Path) -> None:
    """No notebook, no sample answers, no data, no tests: the code and its own tables."""
    names = [name for name, _ in contents(cohort) if name.startswith("wheel:")]
    assert names
    for name in names:
        assert re.match(r"wheel:rilo_training(-[\d.]+\.dist-info)?/", name), name
        assert name.endswith((".py", ".csv", ".html", ".md", ".txt", "WHEEL", "METADATA")) or (
            name.endswith(
                (
                    "RECORD",
                    "LICENSE",
                    "py.typed",
                    "entry_points.txt",
                    "/kernel.json",
                    "/countries.json",
                    "/queries.toml",
                    "/screen.js",
                )
            )
        ), name
        assert "test" not in name, name
    package = {path.name for path in (ROOT / "rilo_training").rglob("*.py")}
    assert package <= {name.rpartition("/")[2] for name in names}


def test_no_answer_is_in_a_release(cohort: Path, programme: Programme) -> None:
    """No line of a solution, of a key cell or of the sample cohort stands in any file."""
    assert len([line for line in secret_lines(programme) if len(line) >= 25]) > 50
    assert_no_answer_in(cohort, programme)


def test_the_text_of_a_written_answer_stays_with_the_instructor(cohort: Path) -> None:
    """A practice key looks at the form of a text; nobody can read a reply in it."""
    keys = [read_key(file) or {} for file in (cohort / "course" / "keys").glob("*/*.json")]
    written = [q for key in keys for q in key.values() if q.kind == "text"]
    assert [question.reference for question in written] == [encode("")] * 2


def test_no_secret_and_no_place_of_the_instructor_is_in_a_release(
    cohort: Path, self_study: Path, programme: Programme
) -> None:
    """Neither the seed of the store nor the folders of the computer where it was made."""
    places = [SECRET, str(programme.root), str(cohort.parent), str(Path.home()) + os.sep]
    for folder in (cohort, self_study):
        for name, content in contents(folder):
            for place in places:
                assert place.encode() not in content, f"{name} holds {place}"
            assert not Path(name).name.startswith("."), name


def test_the_copies_are_those_of_the_notebooks(cohort: Path, programme: Programme) -> None:
    """What is handed out is made from the instructor's notebook of today."""
    for unit in programme.units:
        copy_ = participant_copy(read_notebook(programme.notebook(unit)))
        handed_out = (cohort / "course" / "copies" / unit.file).read_text(encoding="utf-8")
        assert handed_out == notebook_text(copy_)


def test_the_keys_of_a_cohort_hold_no_worked_answer_and_those_for_self_study_do(
    cohort: Path, self_study: Path, programme: Programme
) -> None:
    """A worked answer is the solution, with its result on data that nobody practises on."""
    for unit in programme.units:
        solutions = solutions_of(read_notebook(programme.notebook(unit)))
        for file in (cohort / "course" / "keys" / unit.id).iterdir():
            assert {q.worked for q in (read_key(file) or {}).values()} == {""}
        for file in (self_study / "course" / "keys" / unit.id).iterdir():
            for name, question in (read_key(file) or {}).items():
                assert question.worked.startswith(solutions[name])
                where = "On other data the" if question.depends_on_world else "The"
                assert f"\n# {where} result is: " in question.worked


def test_a_release_with_fewer_worlds_holds_fewer_keys(
    cohort: Path, programme: Programme, tmp_path: Path
) -> None:
    """What was made for an earlier release is not carried along."""
    fewer = build_release(programme, tmp_path / "fewer", worlds=0)
    for unit in programme.units:
        assert len(list((cohort / "course" / "keys" / unit.id).iterdir())) == 2
        assert len(list((fewer / "course" / "keys" / unit.id).iterdir())) == 1


def test_the_first_steps_can_be_followed(cohort: Path, programme: Programme) -> None:
    """The page names the id, commands that exist, folders that exist, and every unit."""
    text = (cohort / "FIRST_STEPS.md").read_text(encoding="utf-8")
    run_py = (cohort / "run.py").read_text(encoding="utf-8")
    for command in re.findall(r"python3 run\.py (\w+)", text):
        assert f"  {command} " in run_py, command
    commands = re.findall(r"python3 run\.py rilo (\w+)", text)
    assert {"doctor", "progress", "reset", "practise", "submit"} <= set(commands)
    assert set(commands) <= main.commands.keys()
    assert "SYNTHETIC" in text
    assert "{" not in text
    for folder in re.findall(r"[Oo]pen the folder `(\w+)`", text):
        assert any(unit.folder.startswith(folder) for unit in programme.units)
    for unit in programme.units:
        assert f"- {unit.id} {unit.title} ({unit.minutes} minutes)" in text
    # Without their own id, four participants hand in as one.
    assert "--participant" in text


def test_a_release_is_not_written_over_another(cohort: Path, programme: Programme) -> None:
    """A used folder and an unknown edition are refused before anything is made."""
    with pytest.raises(CourseError, match="is not empty"):
        build_release(programme, cohort)
    with pytest.raises(CourseError, match="no edition 'pocket'"):
        build_release(programme, cohort / "new", edition="pocket")
    assert not (cohort / "new").exists()


def test_a_release_that_fails_leaves_no_half_of_one(
    cohort: Path, programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the cause is mended, the same command works: the folder is still free."""
    monkeypatch.setattr(releases, "build_material", lambda *_, **__: cohort / "course")
    with monkeypatch.context() as patch:
        patch.setattr(releases, "copy_folder", _full)
        with pytest.raises(CourseError, match="No space left"):
            build_release(programme, tmp_path / "out", worlds=0)
    build_release(programme, tmp_path / "out", worlds=0)
    assert (tmp_path / "out" / "release.json").is_file()


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


# --- the journey of a participant -------------------------------------------------------------

OFFLINE = """\
import socket, sys

def _refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        if arguments[1][0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(101, "Network is unreachable")

sys.addaudithook(_refuse)
"""
# In a network of its own, a process has not even itself to talk to until this is done.
LOOPBACK = """\
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
os.execv(sys.argv[1], sys.argv[1:])
"""
EXECUTE = """\
import sys, nbclient, nbformat
path, folder = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
nbclient.NotebookClient(notebook, kernel_name="python3",
                        resources={"metadata": {"path": folder}}).execute()
nbformat.write(notebook, path)
"""


@functools.cache
def network_of_its_own() -> list[str]:
    """How to start a program without any network, where this system can do that."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    start = [unshare, "-rn", sys.executable, "-c", LOOPBACK]
    tried = subprocess.run(
        [*start, sys.executable, "-c", ""], capture_output=True, timeout=60, check=False
    )
    return start if tried.returncode == 0 else []


@dataclass
class Laptop:
    """A participant's computer: an unpacked release, and a Python without this checkout."""

    release: Path
    python: Path
    home: Path
    said: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run Python as `run.py` does, offline, in the folder of the release."""
        kept = ("PATH", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "LD_LIBRARY_PATH")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        for name in ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
            environment[name] = str(self.home)
        return subprocess.run(
            [*network_of_its_own(), str(self.python), "-P", *map(str, words)],
            cwd=self.release,
            env={**environment, "RILO_COURSE": str(self.release), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def rilo(self, name: str, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the course, and remember it under a name."""
        self.said[name] = self.run("-m", "rilo_training.cli", *words)
        return self.said[name]

    def execute(self, path: Path) -> nbformat.NotebookNode:
        """Run a notebook from top to bottom in its own folder; return it with its outputs."""
        done = self.run("-c", EXECUTE, path, path.parent)
        assert done.returncode == 0, done.stderr[-2000:]
        return nbformat.read(path, as_version=4)


def laptop_of(release: Path, folder: Path) -> Laptop:
    """Carry a release to an empty folder, and install its wheel beside the libraries."""
    place = shutil.copytree(release, folder / "course from the stick")
    venv.create(folder / "python", with_pip=False, symlinks=os.name != "nt")
    windows = os.name == "nt"
    python = folder / "python" / ("Scripts/python.exe" if windows else "bin/python")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", asked], encoding="utf-8").strip())
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # The libraries are found, but what is installed beside them for this checkout is not:
    # Python reads no .pth file in a folder that another .pth file names.
    installed = ("site-packages", "dist-packages")
    libraries = [path for path in sys.path if Path(path).name in installed]
    lines = [*libraries, "import rilo_offline"]
    (packages / "laptop.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (packages / "rilo_offline.py").write_text(OFFLINE, encoding="utf-8")
    home = folder / "home"
    home.mkdir()
    return Laptop(place, python, home)


def feedback(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """What a participant reads below a cell, as plain text."""
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    return "\n".join(output["data"]["text/plain"] for output in cell.outputs)


def answer(path: Path, answers: dict[str, str], more: list[str]) -> None:
    """Work on a notebook: write answers, add cells at the end."""
    notebook = nbformat.read(path, as_version=4)
    for question, cell in cells_of(notebook, "answer").items():
        cell["source"] = answers.get(question, cell.source)
    for number, source in enumerate(more):
        notebook.cells.append(new_code_cell(source, id=f"own-{number}"))
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def laptop(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """A participant's computer with the release of the cohort."""
    return laptop_of(cohort, tmp_path_factory.mktemp("laptop"))


@dataclass
class Journey:
    """What a participant did, what the commands said, and what stood in the notebooks."""

    laptop: Laptop
    workspace: Path
    path: Path
    handed_out: bytes
    solved: nbformat.NotebookNode
    fresh: nbformat.NotebookNode
    work: bytes

    def said(self, name: str) -> str:
        """What a command printed."""
        return self.laptop.said[name].stdout


@pytest.fixture(scope="module")
def journey(laptop: Laptop, cohort: Path, programme: Programme) -> Journey:
    """Doctor, start, work, practise twice, hand in, progress, reset: each command once."""
    unit = programme.unit(UNIT)
    solutions = solutions_of(read_notebook(programme.notebook(unit)))
    practice = str(read_about(programme.practice_world)["world_id"])
    key = read_key(cohort / "course" / "keys" / UNIT / f"{practice}.json") or {}
    typed_in = key["q2"].reference["value"]
    workspace = laptop.release / "workspace"
    laptop.rilo("doctor", "doctor")
    begun = laptop.rilo("start", "start", "workspace", "--participant", "participant 01")
    assert begun.returncode == 0, begun.stderr
    path = workspace / unit.folder / unit.file
    handed_out = path.read_bytes()
    wrong = "ketamine_lines = -5"
    four_times = ['check("q4", -5)'] * 4
    answer(path, {"q2": solutions["q2"], "q3": "mail_cases = -5"}, [*four_times, 'hint("q3")'])
    solved = laptop.execute(path)
    work = path.read_bytes()
    laptop.rilo("progress", "progress", "workspace")
    laptop.rilo("practise", "practise", "workspace", UNIT)
    again = workspace / "more_practice" / f"{path.stem}_practice_01.ipynb"
    typed = [f'check("q2", {typed_in!r})', wrong, 'check("q2", ketamine_lines)']
    answer(again, {"q2": solutions["q2"]}, typed)
    fresh = laptop.execute(again)
    laptop.rilo("practise again", "practise", "workspace", UNIT)
    laptop.rilo("submit", "submit", "workspace", UNIT)
    laptop.rilo("submit nothing", "submit", "workspace", "w9d9_99")
    laptop.rilo("progress later", "progress", "workspace")
    laptop.rilo("reset", "reset", "workspace", UNIT)
    return Journey(laptop, workspace, path, handed_out, solved, fresh, work)


def test_the_laptop_knows_the_wheel_and_not_this_checkout(laptop: Laptop) -> None:
    """The package comes from the unpacked wheel, in a command and in a kernel."""
    code = "import rilo_training, sys; print(rilo_training.__file__); print(*sys.path, sep=chr(10))"
    place, *searched = laptop.run("-c", code).stdout.splitlines()
    inside = laptop.python.parent.parent
    assert Path(place).is_relative_to(inside)
    assert not [path for path in searched if Path(path) == ROOT]
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell("import rilo_training as r\nr")])
    path = laptop.home / "where.ipynb"
    nbformat.write(notebook, path)
    found = laptop.execute(path).cells[0].outputs[0]["data"]["text/plain"]
    assert str(inside) in found.replace("\\\\", "\\")


def test_the_laptop_has_no_network(laptop: Laptop) -> None:
    """An address outside cannot be reached; the laptop itself can."""
    code = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5).close()
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as reason:
    print(reason.errno)
"""
    assert laptop.run("-c", code).stdout.strip() == "101"


def test_the_doctor_is_content_with_a_release(journey: Journey) -> None:
    """Every line says OK, a kernel starts, and it knows that this is a release."""
    assert journey.laptop.said["doctor"].returncode == 0, journey.said("doctor")
    assert "OK      This is a release of the course." in journey.said("doctor")
    assert "TO DO" not in journey.said("doctor")


def test_a_workspace_is_started_from_the_release(journey: Journey, programme: Programme) -> None:
    """Every unit lies in its folder, as the release carries it."""
    assert journey.said("start").startswith("Your workspace is ready: workspace\n")
    copies = journey.laptop.release / "course" / "copies"
    for unit in programme.units:
        assert (journey.workspace / unit.folder / unit.file).is_file()
    assert journey.handed_out == (copies / journey.path.name).read_bytes()


def test_a_right_answer_is_told_and_a_wrong_one_explained(journey: Journey) -> None:
    """The words of practice: what stands, that the official run differs, where help is."""
    right = feedback(journey.solved, "q2-check")
    assert right.splitlines()[0] == "Question 2: correct"
    assert right.endswith("Practice check passed. The official run uses other data.")
    wrong = feedback(journey.solved, "q3-check").splitlines()
    assert wrong[0] == "Question 3: not correct"
    assert any(line.startswith("Read again: ") for line in wrong)
    assert 'hint("q3")' in wrong[-1]
    blank = feedback(journey.solved, "q5-check").splitlines()
    assert blank[0] == "Question 5: not attempted"
    assert feedback(journey.solved, "own-4").startswith("Hint 1: ")
    assert "all tests passed" not in notebook_text(journey.solved).lower()


def test_every_cell_of_the_copy_runs(journey: Journey) -> None:
    """A copy with two answers runs from top to bottom without an error or a warning."""
    for notebook in (journey.solved, journey.fresh):
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                assert output.output_type != "error", cell.id
                assert output.get("name") != "stderr", cell.id


def test_progress_counts_the_right_answer(journey: Journey) -> None:
    """One of eight; practice on fresh data does not take it away."""
    for name in ("progress", "progress later"):
        assert journey.laptop.said[name].returncode == 0
        rows = [line.split()[:3] for line in journey.said(name).splitlines()]
        assert [UNIT, "1", "9"] in rows, name


def test_practice_is_on_the_prepared_world_with_its_own_key(journey: Journey) -> None:
    """The code is right on the fresh data; the number of the practice data is not."""
    assert journey.laptop.said["practise"].returncode == 0
    prepared = json.loads(
        (journey.laptop.release / "course" / "worlds.json").read_text(encoding="utf-8")
    )
    about = read_about(journey.workspace / "datasets" / f"{UNIT}_practice_01")
    assert about["world_id"] == prepared[UNIT][0]["world_id"]
    assert (
        about["world_id"]
        == make_world(prepared[UNIT][0]["seed"], tables=["seizures"]).about["world_id"]
    )
    assert feedback(journey.fresh, "q2-check").startswith("Question 2: correct")
    assert feedback(journey.fresh, "own-0").startswith("Question 2: not correct")
    assert feedback(journey.fresh, "own-2").startswith("Question 2: not correct")


def test_practice_beyond_the_prepared_worlds_is_refused(journey: Journey) -> None:
    """Exit code 2 and one sentence with what to do; the first practice is as it was."""
    again = journey.laptop.said["practise again"]
    assert again.returncode == 2
    assert again.stderr == (
        f"rilo: All 1 prepared worlds for {UNIT} are used. "
        "Ask your instructor for a release with more worlds.\n"
    )
    assert len(list((journey.workspace / "more_practice").iterdir())) == 1


def test_handing_in_says_how_every_question_stands(journey: Journey) -> None:
    """A line for each question, the file, the receipt; the grader reads the same receipt."""
    assert journey.laptop.said["submit"].returncode == 0, journey.laptop.said["submit"].stderr
    said = journey.said("submit")
    rows = dict(re.findall(r"^  (q\d)  ([^.]+)\.", said, re.MULTILINE))
    assert list(rows) == [f"q{number}" for number in range(1, 10)]
    assert rows.pop("q2") == "correct"
    assert rows.pop("q3") == "not correct"
    assert set(rows.values()) == {"not attempted"}
    receipt = re.search(r"^Receipt code: +(RILO(-[A-Z2-7]{4}){3})$", said, re.MULTILINE)
    assert receipt is not None
    (file,) = (journey.workspace / "submissions").iterdir()
    assert str(file.name) in said
    (found,) = find_submissions(file.parent, [UNIT]).submissions
    assert (found.participant, found.unit) == ("participant 01", UNIT)
    assert found.receipt == receipt[1]
    assert '"outputs": []' in file.read_text(encoding="utf-8")
    assert "Practice check passed" not in file.read_text(encoding="utf-8")


def test_an_unknown_unit_is_refused(journey: Journey) -> None:
    """Exit code 2 and one sentence with the units of the release."""
    assert journey.laptop.said["submit nothing"].returncode == 2
    said = journey.laptop.said["submit nothing"].stderr
    assert said.startswith("rilo: There is no unit 'w9d9_99'. The units are: ")
    assert said.count("\n") == 1


def test_reset_gives_a_fresh_copy_and_keeps_the_work(journey: Journey) -> None:
    """The old notebook is kept, byte for byte."""
    assert journey.laptop.said["reset"].returncode == 0
    assert journey.path.read_bytes() == journey.handed_out
    (kept,) = (journey.workspace / "kept").iterdir()
    assert kept.read_bytes() == journey.work


def test_a_cohort_never_sees_a_worked_answer(journey: Journey) -> None:
    """Not after four wrong tries either."""
    for number in range(4):
        said = feedback(journey.solved, f"own-{number}")
        assert said.startswith("Question 4: not correct")
    assert "worked answer" not in notebook_text(journey.solved)


def test_nothing_is_written_outside_of_the_workspace(journey: Journey, cohort: Path) -> None:
    """The release is as it was carried in, so that a second workspace can be started from it."""
    before = {name: content for name, content in contents(cohort) if "wheel:" not in name}
    after = {
        path.relative_to(journey.laptop.release).as_posix(): path.read_bytes()
        for path in sorted(journey.laptop.release.rglob("*"))
        if path.is_file() and not path.is_relative_to(journey.workspace)
    }
    assert after == before


def test_self_study_shows_the_worked_answer_after_three_tries(
    laptop: Laptop, self_study: Path, programme: Programme, tmp_path: Path
) -> None:
    """Two wrong tries bring a hint; the third brings the solution on other data."""
    alone = Laptop(shutil.copytree(self_study, tmp_path / "alone"), laptop.python, laptop.home)
    begun = alone.rilo("start", "start", "desk", "--participant", "me")
    assert begun.returncode == 0, begun.stderr
    unit = programme.unit(UNIT)
    solution = solutions_of(read_notebook(programme.notebook(unit)))["q3"]
    path = alone.release / "desk" / unit.folder / unit.file
    answer(path, {"q3": "mail_cases = -5"}, ['check("q3", -6)', 'check("q3", -7)'])
    found = alone.execute(path)
    for cell_id in ("q3-check", "own-0"):
        assert "worked answer" not in feedback(found, cell_id)
        assert 'hint("q3")' in feedback(found, cell_id).splitlines()[-1]
    third = feedback(found, "own-1")
    assert "A worked answer on other data:" in third
    assert solution in third
    assert re.search(r"# On other data the result is: [\d,]+ cases", third)
    assert "worked answer" not in feedback(found, "q4-check")
    assert alone.rilo("practise", "practise", "desk", UNIT).returncode == 2
    assert "All 0 prepared worlds" in alone.said["practise"].stderr


@pytest.mark.parametrize("name", ["out", "new/out", "."])
def test_the_command_builds_a_release(
    name: str, programme: Programme, cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`rilo release` says where to begin, and shows its progress; also in the folder here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RILO_COURSE", str(programme.root))
    monkeypatch.setattr(releases, "build_material", lambda *_, **__: cohort / "course")
    out = Path(name)
    result = CliRunner().invoke(main, ["release", "--out", name, "--worlds", "1"])
    assert result.exit_code == 0, result.output
    assert result.stdout == f"The release is ready: {name}. Begin with FIRST_STEPS.md in it.\n"
    assert "  the package ..." in result.stderr
    made = {name: content for name, content in contents(out) if not name.endswith(".whl")}
    assert made == {name: c for name, c in contents(cohort) if not name.endswith(".whl")}
