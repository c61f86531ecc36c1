"""The commands: each is there with its help, and each error is one sentence and exit code 2."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from rilo_training import __version__, doctor
from rilo_training.cli import main
from rilo_training.course import manifest, release
from rilo_training.course.rubric import RubricError
from rilo_training.seizures import COLUMNS, load_seizures
from rilo_training.world import make_world, read_about

ROOT = Path(__file__).resolve().parent.parent

# The contract: what the commands take. Words in capitals are arguments.
CONTRACT: dict[str, set[str]] = {
    "doctor": set(),
    "start": {"FOLDER", "--participant"},
    "lab": {"FOLDER"},
    "browse": {"FOLDER", "--no-browser", "--port"},
    "progress": {"FOLDER"},
    "reset": {"FOLDER", "UNIT"},
    "practise": {"FOLDER", "UNIT"},
    "submit": {"FOLDER", "UNIT"},
    "release": {"--out", "--worlds", "--edition"},
    "world": {"--seed", "--out", "--cases", "--format", "--truth"},
    "grade": {"SUBMISSIONS", "--out", "--isolation", "--jobs", "--scheduler", "--seed"},
    "receipt": {"STORE", "PARTICIPANT", "UNIT", "CODE", "--attempt"},
    "mark": {"STORE", "SHEET"},
    "close": {"STORE", "UNIT", "--attempt"},
    "gain": set(),
    "verify": {"UNIT", "--worlds"},
    "morning": {"DAY", "--store", "--out"},
    "normalise": {"UNIT"},
}
ORDER = ["FOLDER", "SUBMISSIONS", "STORE", "SHEET", "PARTICIPANT", "UNIT", "CODE", "DAY"]
OF_A_WORKSPACE = ["lab", "progress", "reset", "practise", "submit"]


def run(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def outside(
    *words: object, cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, as `run.py` does."""
    environment = {name: value for name, value in os.environ.items() if name != "RILO_COURSE"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "rilo_training.cli", *map(str, words)],
        cwd=cwd or ROOT,
        env={**environment, **more},
        capture_output=True,
        check=False,
    )


def refused(result: Result) -> str:
    """The one sentence of a command that could not be done."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    *before, last = result.stderr.rstrip().splitlines()
    if last.startswith("Error: "):  # the words were not understood: click says how to use them
        assert before[0].startswith("Usage: ")
        return last
    assert last.startswith("rilo: "), result.output
    assert all(line.startswith("  ") and line.endswith(" ...") for line in before), before
    return last


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder from which no course can be found."""
    monkeypatch.delenv("RILO_COURSE", raising=False)
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "a" / "b" / "c" / "manifest.py"))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return tmp_path / "empty"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course of this checkout."""
    monkeypatch.setenv("RILO_COURSE", str(ROOT))
    return ROOT


# --- names and help ---------------------------------------------------------------------------


def test_the_commands_are_those_of_the_contract() -> None:
    """No command is missing, and none is there that nobody promised."""
    assert main.commands.keys() == CONTRACT.keys()


@pytest.mark.parametrize("name", CONTRACT)
def test_a_command_takes_what_the_contract_says(name: str) -> None:
    """Arguments in this order, and every option under its name."""
    found = []
    for parameter in main.commands[name].params:
        is_argument = isinstance(parameter, click.Argument)
        found.append(str(parameter.name).upper() if is_argument else parameter.opts[0])
    assert CONTRACT[name] <= set(found)
    arguments = [word for word in found if not word.startswith("--")]
    assert arguments == sorted(arguments, key=ORDER.index)


@pytest.mark.parametrize("name", CONTRACT)
@pytest.mark.parametrize("how", ["--help", "-h"])
def test_a_command_has_a_help_text(name: str, how: str) -> None:
    """The help begins with what the command does, in a sentence, and prints on any console."""
    result = run(name, how)
    assert result.exit_code == 0
    text = " ".join((main.commands[name].help or "").split())
    assert re.match(r"[A-Z][^.]{15,}\.", text), text
    assert text[:30] in " ".join(result.stdout.split())
    result.stdout.encode("cp1252")


def test_the_help_lists_every_command_with_what_it_does() -> None:
    """A participant finds a command without a manual."""
    result = run("--help")
    assert result.exit_code == 0
    for name in CONTRACT:
        assert re.search(rf"^  {name} +[A-Z]\w+", result.stdout, re.MULTILINE), name
    assert "synthetic" in result.stdout
    result.stdout.encode("cp1252")


def test_the_version_is_that_of_the_package() -> None:
    """It is asked for when help is needed."""
    result = run("--version")
    assert result.exit_code == 0
    assert __version__ in result.stdout


@pytest.mark.parametrize("words", [["dance"], ["start"], ["world", "--colour", "red"], ["grade"]])
def test_words_that_are_not_understood_get_the_usage(words: list[str]) -> None:
    """Unknown commands and options, and missing arguments."""
    assert refused(run(*words)).startswith("Error: ")


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OF_A_WORKSPACE)
def test_a_missing_workspace_is_said_with_how_to_make_one(name: str, tmp_path: Path) -> None:
    """Also for a folder that is not there at all."""
    unit = ["w1d1_01"] if name in ("reset", "practise") else []
    for folder in (tmp_path, tmp_path / "nowhere"):
        said = refused(run(name, folder, *unit))
        assert "is not a workspace" in said
        assert "rilo start" in said


@pytest.mark.parametrize("name", ["verify", "normalise"])
def test_an_unknown_unit_is_said_with_the_known_ones(name: str, here: Path) -> None:
    """The author reads which units there are."""
    said = refused(run(name, "w9d9_99"))
    assert said.startswith("rilo: There is no unit 'w9d9_99'. The units are: w1d0_00, w1d1_01")


@pytest.mark.parametrize(
    "words",
    [
        ["start", "desk", "--participant", "p"],
        ["release", "--out", "out"],
        ["grade", "submissions", "--out", "store"],
        ["receipt", "store", "anna", "w1d1_90", "RILO-2YB7-P2OP-RLIC"],
        ["close", "store", "w1d1_90"],
        ["verify"],
        ["verify", "w1d1_01"],
        ["normalise"],
    ],
    ids=" ".join,
)
def test_without_a_course_nothing_is_begun(words: list[str], nowhere: Path) -> None:
    """The sentence says what was looked for and where to go; no folder is left behind."""
    said = refused(run(*words))
    assert "course was not found" in said
    assert "curriculum/programme.toml" in said
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize("closed", ["here", "temporary files"])
def test_the_doctor_looks_at_both_places_of_files(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder for temporary files may be well, and the one in which somebody works not."""

    def refuse(dir: Path | None = None) -> None:
        if (dir is None) == (closed != "here"):
            raise PermissionError(13, "Permission denied")
        return opened(dir=dir)

    opened = tempfile.TemporaryDirectory
    monkeypatch.chdir(tmp_path)
    assert doctor._writing().is_well
    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    place = str(tmp_path) if closed == "here" else "for temporary files"
    assert doctor._writing().sentence == f"The folder {place} cannot be written: Permission denied."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("system", "word"), [("nt", "py"), ("posix", "python3")])
def test_the_doctor_says_the_command_of_this_system(system: str, word: str) -> None:
    """On Windows Python is called py."""
    code = (
        "import os, pathlib, shutil, tempfile, importlib.metadata; import rilo_training; "
        f"os.name = {system!r}; from rilo_training import doctor; print(doctor.SET_UP)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{word} run.py setup"


def test_the_doctor_says_when_there_is_no_course(nowhere: Path) -> None:
    """Done, and something is left to do: exit code 1."""
    result = run("doctor")
    assert result.exit_code == 1
    assert "TO DO   No course was found here." in result.stdout
    assert "Everything is ready" not in result.stdout


def test_a_folder_of_a_broken_course_is_said(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release without its inner folder is not complete, and says so."""
    (nowhere / "release.json").write_text("{}", encoding="utf-8")
    assert "is not complete" in refused(run("start", nowhere / "desk", "--participant", "p"))


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", "", str(2**128), "None"])
@pytest.mark.parametrize("name", ["world", "grade"])
def test_a_bad_seed_is_refused(name: str, seed: str, tmp_path: Path) -> None:
    """A seed is a whole number from 0 to 2**128 - 1; nothing is written for another one."""
    before = [tmp_path] if name == "grade" else []
    said = refused(run(name, *before, f"--seed={seed}", "--out", tmp_path / "out"))
    assert "--seed" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["world", "--seed", "1", "--cases", "0"],
        ["world", "--seed", "1", "--cases", "100000001"],
        ["world", "--seed", "1", "--jobs", "0"],
        ["world", "--seed", "1", "--format", "xlsx"],
        ["release", "--worlds", "-1"],
        ["release", "--worlds", "many"],
        ["release", "--edition", "pocket"],
        ["grade", ".", "--isolation", "magic"],
        ["grade", ".", "--jobs", "0"],
        ["grade", ".", "--attempt", "0"],
    ],
    ids=" ".join,
)
def test_a_value_out_of_range_is_refused(words: list[str], tmp_path: Path, here: Path) -> None:
    """The sentence comes before any work, and nothing is written."""
    refused(run(*words, "--out", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_closing_a_folder_that_is_no_store_makes_nothing(tmp_path: Path, here: Path) -> None:
    """A wrong name is said; no empty store is left behind."""
    said = refused(run("close", tmp_path / "gone", "w1d1_90"))
    assert "holds no results" in said
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("code", ["", "RILO", "RILO-2YB7-P2OP", "RILO-2YB7-P2OP-RLI1", "7"])
def test_a_code_that_is_no_receipt_is_refused(code: str, tmp_path: Path, here: Path) -> None:
    """A slip of the pen would make a file look changed."""
    said = refused(run("receipt", tmp_path / "store", "anna", "w1d1_90", code))
    assert "is no receipt code" in said
    assert not (tmp_path / "store").exists()


def test_a_receipt_is_recorded_before_anything_was_graded(tmp_path: Path, here: Path) -> None:
    """Participants hand in first; small letters and missing lines are the same code."""
    result = run("receipt", tmp_path / "store", "anna", "w1d1_90", "rilo 2yb7 p2op rlic")
    assert result.exit_code == 0, result.output
    assert result.stdout == ("Recorded for anna, w1d1_90, attempt 1: RILO-2YB7-P2OP-RLIC\n")


@pytest.mark.parametrize("words", [["receipt", "anna", "w9d9_99", "x"], ["close", "w9d9_99"]])
def test_a_unit_that_is_not_there_is_said_to_the_instructor(
    words: list[str], tmp_path: Path, here: Path
) -> None:
    """The known units are listed."""
    name, *rest = words
    assert "There is no unit 'w9d9_99'" in refused(run(name, tmp_path / "store", *rest))


def test_a_scheduler_that_does_not_answer_is_a_sentence(tmp_path: Path, here: Path) -> None:
    """Nothing is made, and the sentence says how to start one."""
    pytest.importorskip("distributed")
    words = ["grade", tmp_path, "--out", tmp_path / "out", "--scheduler", "nonsense://here"]
    assert "No scheduler answers at nonsense://here" in refused(run(*words))
    assert not (tmp_path / "out").exists()


def test_a_scheduler_without_its_packages_is_a_sentence(
    tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named with the command that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["grade", tmp_path, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1"]
    assert 'pip install "rilo-training[cluster]"' in refused(run(*words))


@pytest.mark.parametrize("worlds", ["0", "-1", "x"])
def test_a_proof_needs_at_least_one_world(worlds: str, here: Path) -> None:
    """Zero worlds prove nothing."""
    assert "--worlds" in refused(run("verify", "w1d1_01", "--worlds", worlds))


@pytest.mark.parametrize("place", ["file", "file/below"])
@pytest.mark.parametrize("name", ["start", "world", "release", "grade"])
def test_a_place_that_cannot_be_written_is_said(
    name: str, place: str, tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where a folder should be: a sentence with the reason, the file is as it was."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    material = tmp_path / "material"
    (material / "datasets").mkdir(parents=True)
    public = {"edition": "cohort", "version": "1", "cell_seconds": 20, "units": []}
    (material / "units.json").write_text(json.dumps(public), encoding="utf-8")
    monkeypatch.setattr(release, "build_material", lambda *_, **__: material)
    monkeypatch.setattr("rilo_training.course.workspaces.build_material", lambda *_, **__: material)
    submissions = tmp_path / "submissions" / "p"
    submissions.mkdir(parents=True)
    (submissions / "w1d1_90.ipynb").write_text("{}", encoding="utf-8")
    out = tmp_path / place
    words: dict[str, list[object]] = {
        "start": [out, "--participant", "p"],
        "world": ["--seed", "1", "--cases", "20", "--out", out],
        "release": ["--out", out, "--worlds", "0"],
        "grade": [submissions.parent, "--out", out],
    }
    said = refused(run(name, *words[name]))
    assert str(out) in said
    assert "None" not in said
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_rubric_that_is_not_ready_is_a_sentence(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind of our errors that is a special case of another one is ours, too."""

    def broken(programme: object) -> None:
        raise RubricError("The rubric memo.toml is not ready: the entry 'level' is missing.")

    monkeypatch.setattr("rilo_training.grading.publish.rubrics_of", broken)
    said = refused(run("morning", "1", "--store", tmp_path / "store"))
    assert said == "rilo: The rubric memo.toml is not ready: the entry 'level' is missing."


def test_an_error_of_the_system_is_a_sentence_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a file cannot be written, nobody meets a stack of calls."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "x"))

    monkeypatch.setattr("rilo_training.world.write_world", full)
    said = refused(run("world", "--seed", "1", "--out", tmp_path / "out"))
    assert "No space left on device" in said


@pytest.mark.skipif(os.name == "nt", reason="A pipe that nobody reads is no error on Windows.")
def test_a_reader_that_stops_reading_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`rilo progress DIR | head -1`: nothing is said about it, as with every other program."""

    def closed() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("rilo_training.doctor.examine", closed)
    result = run("doctor")
    assert result.exit_code == 1
    assert "Broken pipe" not in result.output


def test_an_error_of_ours_in_the_code_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is shown with its place, so that it can be mended."""

    def broken() -> None:
        raise ZeroDivisionError("a fault in the code")

    monkeypatch.setattr("rilo_training.doctor.examine", broken)
    assert isinstance(run("doctor").exception, ZeroDivisionError)


def test_the_errors_are_the_same_from_outside(tmp_path: Path) -> None:
    """In a process of its own: exit code 2, the sentence on stderr, nothing on stdout."""
    found = outside("progress", tmp_path)
    assert found.returncode == 2
    assert found.stdout == b""
    assert found.stderr.startswith(b"rilo: The folder ")
    assert found.stderr.count(b"\n") == 1


# --- world ------------------------------------------------------------------------------------


SMALL_WORLD = ["world", "--seed", 3, "--cases", 200, "--table", "seizures"]


def world_files(folder: Path) -> set[str]:
    """The files of a folder, without the note that goes with CSV."""
    return {path.name for path in folder.iterdir()} - {"SYNTHETIC.txt"}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_world_writes_its_tables_and_nothing_of_the_truth(file_format: str, tmp_path: Path) -> None:
    """The asked tables in the asked format, and what the world says about itself."""
    out = tmp_path / "world"
    result = run(*SMALL_WORLD, "--format", file_format, "--out", out)
    assert result.exit_code == 0, result.output
    assert world_files(out) == {f"seizures.{file_format}", "world.json"}
    made = make_world(3, 200, tables=["seizures"])
    assert read_about(out) == made.about
    assert list(load_seizures(out).columns) == [column.name for column in COLUMNS]
    pd.testing.assert_frame_equal(load_seizures(out), made.seizures, check_dtype=False)
    world_id, lines = made.about["world_id"], len(made.seizures)
    assert result.stdout == f"World {world_id} in {out}: {lines:,} seizures\n"
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_world_writes_the_truth_when_asked_and_elsewhere(file_format: str, tmp_path: Path) -> None:
    """One row of truth for each row of the extract, in a folder of its own."""
    out, truth = tmp_path / "world", tmp_path / "truth"
    words = [*SMALL_WORLD, "--format", file_format, "--out", out]
    assert run(*words, "--truth", truth).exit_code == 0
    assert world_files(out) == {f"seizures.{file_format}", "world.json"}
    file = truth / f"truth_seizures.{file_format}"
    assert world_files(truth) == {file.name, "stories.json"}
    rows = pd.read_parquet(file) if file_format == "parquet" else pd.read_csv(file)
    assert len(rows) == len(load_seizures(out))


@pytest.mark.parametrize("place", ["world", "world/truth"])
def test_the_truth_is_never_written_into_the_world(place: str, tmp_path: Path) -> None:
    """Participants get the folder of the world."""
    out = tmp_path / "world"
    words = ["world", "--seed", 3, "--cases", 20, "--out", out, "--truth", tmp_path / place]
    assert "Choose a folder elsewhere" in refused(run(*words))
    assert not out.exists()


def test_world_leaves_a_folder_with_other_files_alone(tmp_path: Path) -> None:
    """A world may be replaced by a world; other files are not touched."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    words = ["world", "--cases", 20, "--out"]
    assert "letter.txt" in refused(run(*words, tmp_path, "--seed", 1))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    for seed in (1, 2):
        assert run(*words, tmp_path / "world", "--seed", seed).exit_code == 0
        assert read_about(tmp_path / "world")["seed"] == seed


# --- on this computer -------------------------------------------------------------------------


def test_the_doctor_finds_everything_here_and_prints_on_a_console_of_windows() -> None:
    """Exit code 0, a line for each thing that was looked at, in the letters of cp1252."""
    found = outside("doctor", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    text = found.stdout.decode("cp1252")
    assert found.returncode == 0, text + found.stderr.decode("cp1252")
    *lines, last = text.splitlines()
    assert len(lines) >= 6
    assert all(line.startswith("OK      ") and line.endswith(".") for line in lines), lines
    assert last == "Everything is ready."


def test_letters_that_a_console_does_not_have_are_replaced(tmp_path: Path) -> None:
    """A folder with a Japanese name, an id with one: printed with a sign, no stop."""
    folder = tmp_path / "作業"
    found = outside("progress", folder, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    said = found.stderr.decode("cp1252")
    assert found.returncode == 2, said
    assert "??" in said
    assert "is not a workspace" in said
    assert "Traceback" not in said


def test_the_table_of_progress_prints_on_a_console_of_windows(tmp_path: Path) -> None:
    """Also where the title of a unit has other letters."""
    inner = tmp_path / ".rilo"
    inner.mkdir()
    about = {"participant": "名前", "edition": "cohort", "version": "1", "units": ["w9d1_01"]}
    (inner / "workspace.json").write_text(json.dumps(about), encoding="utf-8")
    unit = {"id": "w9d1_01", "title": "Trends → 傾向", "folder": "week9", "file": "w9d1_01.ipynb"}
    public = {"units": [unit], "cell_seconds": 20, "edition": "cohort", "version": "1"}
    (inner / "units.json").write_text(json.dumps(public), encoding="utf-8")
    found = outside("progress", tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert found.returncode == 0, found.stderr.decode("cp1252")
    assert found.stdout.decode("cp1252").splitlines()[1].split()[:3] == ["w9d1_01", "0", "0"]


def test_the_pages_name_commands_that_exist() -> None:
    """Every `rilo …` in a sentence of the package can be typed."""
    known = CONTRACT.keys()
    found = 0
    for path in sorted((ROOT / "rilo_training").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for word in re.findall(r"(?:`|run\.py |with: )rilo ([a-z]+)", text):
            assert word in known, f"{path.name}: rilo {word}"
            found += 1
    assert found >= 8


def test_an_error_of_a_file_without_the_words_of_the_system_is_said() -> None:
    """A library may raise one with a sentence of its own."""

    def stop() -> None:
        raise OSError("Not a Parquet file")

    group = type(main)("rilo", commands={"stop": click.Command("stop", callback=stop)})
    done = CliRunner().invoke(group, ["stop"])
    assert (done.exit_code, done.stderr) == (
        2,
        "rilo: A file cannot be used: Not a Parquet file.\n",
    )
