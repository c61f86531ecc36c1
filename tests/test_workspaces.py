"""A workspace: it starts whole or with a sentence, and nothing of a participant's is ever lost."""

import contextlib
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from shortened import shortened

from rilo_training.answers import Question, encode
from rilo_training.cli import main
from rilo_training.course import admission, workspaces
from rilo_training.course import material as materials
from rilo_training.course.manifest import MANIFEST, CourseError, load_programme
from rilo_training.course.notebook import assign_roles, notebook_text, participant_copy
from rilo_training.course.reference import Reference
from rilo_training.course.workspaces import (
    notebook_of,
    open_workspace,
    practise_unit,
    progress_table,
    reset_unit,
    start_workspace,
)
from rilo_training.course.worlds import UnitWorld
from rilo_training.grading.submissions import find_submissions
from rilo_training.grading.submit import attempted_units, submit_unit
from rilo_training.learn import begin, progress
from rilo_training.learn.workspace import Workspace
from rilo_training.world import read_about

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = "w9d1_01", "w9d1_90"
WORLD = "the practice world"
SEIZURES = UnitWorld(("seizures",), ())
SEEDS = (71, 72)


def blank_copy(unit: str) -> str:
    """A participant's copy with two questions."""
    setup = f'from rilo_training.learn import begin, check\n\nbegin("{unit}", EXTRACT)'
    cells = [
        new_markdown_cell(f"# Unit {unit}"),
        new_code_cell('EXTRACT = "datasets/practice"', metadata={"tags": ["parameters"]}),
        new_code_cell(setup),
    ]
    for number, name in ((1, "rows"), (2, "more")):
        cells += [
            new_markdown_cell(f"## Question {number} (1 point)\n\nAssign it to `{name}`."),
            new_code_cell(f"{name} = ...\n### BEGIN SOLUTION\n{name} = 42\n### END SOLUTION"),
            new_code_cell(f'check("q{number}", {name})'),
        ]
    notebook = new_notebook(cells=cells)
    assign_roles(notebook, unit, {})
    return notebook_text(participant_copy(notebook))


def key(unit: str, world: str) -> Reference:
    """A practice key whose answers are all 42."""
    questions = {
        question: Question(
            question, name, "number", 1.0, "C7", ("Look.", "Step."), encode(42), form={"digits": 0}
        )
        for question, name in (("q1", "rows"), ("q2", "more"))
    }
    return Reference(unit, world, questions, ())


@pytest.fixture(scope="module")
def worlds() -> list[dict[str, object]]:
    """Two prepared worlds: their seeds and what they are called."""
    return [{"seed": seed, "world_id": SEIZURES.make(seed).about["world_id"]} for seed in SEEDS]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory, worlds: list[dict[str, object]]) -> Path:
    """What a release holds, for two small units; two worlds are prepared for the second."""
    folder = tmp_path_factory.mktemp("material")
    units = []
    for unit in (FIRST, SECOND):
        file = f"{unit}_unit.ipynb"
        (folder / "copies").mkdir(exist_ok=True)
        (folder / "copies" / file).write_text(blank_copy(unit), encoding="utf-8")
        materials.write_key(folder / "keys" / unit, key(unit, WORLD))
        (folder / "keys" / unit / "made_from.json").write_text("{}", encoding="utf-8")
        about_unit = {"id": unit, "title": f"Title of {unit}", "folder": "week9", "file": file}
        units.append({**about_unit, "world": SEIZURES.as_plain()})
    public = {"edition": "cohort", "version": "1", "cell_seconds": 20, "units": units}
    (folder / "units.json").write_text(json.dumps(public), encoding="utf-8")
    (folder / "worlds.json").write_text(json.dumps({SECOND: worlds}), encoding="utf-8")
    (folder / "datasets" / "practice").mkdir(parents=True)
    about = json.dumps({"world_id": WORLD})
    (folder / "datasets" / "practice" / "world.json").write_text(about, encoding="utf-8")
    return folder


@pytest.fixture
def workspace(material: Path, tmp_path: Path) -> Workspace:
    """A fresh workspace."""
    return start_workspace(tmp_path / "desk", "participant_01", material)


@pytest.fixture
def from_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """No course of an instructor can be found."""
    monkeypatch.setattr(workspaces, "find_root", lambda marker: None)


def run(*words: object) -> Result:
    """Run a command as a participant does."""
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(result: Result) -> str:
    """The one sentence of a command that could not be done."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert lines[-1].startswith(("rilo: ", "Error: ")), lines
    assert "None" not in lines[-1]
    return lines[-1]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- start ------------------------------------------------------------------------------------


def test_a_workspace_holds_everything_a_participant_needs(
    material: Path, workspace: Workspace
) -> None:
    """Notebooks, practice data, keys, prepared worlds, and who works here; no secrets of making."""
    found = files(workspace.root)
    for unit in (FIRST, SECOND):
        copy_ = (material / "copies" / f"{unit}_unit.ipynb").read_bytes()
        assert found[f"week9/{unit}_unit.ipynb"] == copy_
        assert found[f".rilo/copies/{unit}_unit.ipynb"] == copy_
        assert f".rilo/keys/{unit}/{WORLD}.json" in found
    assert "datasets/practice/world.json" in found
    assert ".rilo/worlds.json" in found
    assert not [name for name in found if "made_from" in name or ".lock" in name]
    assert workspace.about["participant"] == "participant_01"
    assert workspace.units() == [FIRST, SECOND]
    assert workspace.key(FIRST, WORLD) is not None
    assert attempted_units(workspace) == []


def test_a_used_folder_is_left_as_it_is(material: Path, tmp_path: Path) -> None:
    """Neither a folder with other files nor a workspace is written over."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match="already in use"):
        start_workspace(other, "participant_01", material)
    assert files(other) == {"letter.txt": b"mine"}
    begun = start_workspace(tmp_path / "begun", "participant_01", material)
    before = files(begun.root)
    with pytest.raises(CourseError, match="already in use"):
        start_workspace(begun.root, "participant_02", material)
    assert files(begun.root) == before


def test_a_start_that_was_interrupted_is_said_with_what_to_do(workspace: Workspace) -> None:
    """Without its state, which comes last, a folder is no workspace and can be none."""
    (workspace.inner / "workspace.json").unlink()
    before = files(workspace.root)
    said = refused(run("start", workspace.root, "--participant", "participant_01"))
    assert "holds a workspace that is not complete" in said
    assert "already in use" not in said
    assert files(workspace.root) == before


def test_an_empty_folder_can_be_used(material: Path, tmp_path: Path) -> None:
    """A folder that was made beforehand is no obstacle."""
    (tmp_path / "desk").mkdir()
    assert open_workspace(start_workspace(tmp_path / "desk", "p", material).root).units()


@pytest.mark.parametrize("name", [".", "desk", "desk/", "../here/desk", "new/desk"])
def test_a_folder_can_be_named_from_where_one_stands(
    name: str, material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the empty folder in which one stands, with the shortest of all names."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    start_workspace(Path(name), "participant_01", material)
    # From where one stands: the folder itself was not exchanged for another one.
    assert open_workspace(Path(name)).units() == [FIRST, SECOND]
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    parts = {".rilo", "datasets", "week9"} if name == "." else {"desk"} & set(Path(name).parts)
    assert {path.name for path in (tmp_path / "here").iterdir()} == parts or "new" in name


def test_a_file_in_the_way_is_left_as_it_is(material: Path, tmp_path: Path) -> None:
    """A file is no folder, and nothing can be made below it."""
    file = tmp_path / "report.txt"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match="already in use"):
        start_workspace(file, "participant_01", material)
    with pytest.raises(CourseError, match=r"cannot be written: \w.+\. Choose a folder"):
        start_workspace(file / "desk", "participant_01", material)
    assert files(tmp_path) == {"report.txt": b"mine"}
    assert "is a file" in refused(run("start", file, "--participant", "p"))


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied"),
        OSError(28, "No space left on device"),
        shutil.Error([("a", "b", "No space left on device")]),
    ],
    ids=["no right", "full", "full while a folder is copied"],
)
def test_a_folder_that_cannot_be_written_gets_a_sentence_with_the_reason(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """The participant reads why, and the folder is not taken for a workspace afterwards."""

    def copytree(*_: object, **_how: object) -> None:
        raise error

    monkeypatch.setattr(shutil, "copytree", copytree)
    with pytest.raises(CourseError, match=r"cannot be written: .*(denied|No space)") as found:
        start_workspace(tmp_path / "desk", "participant_01", material)
    assert "None" not in str(found.value)
    with pytest.raises(CourseError, match="is not a workspace"):
        open_workspace(tmp_path / "desk")


@pytest.mark.parametrize("participant", ["", " ", "\t\n"])
def test_an_empty_id_is_refused_before_anything_is_written(
    participant: str, material: Path, tmp_path: Path
) -> None:
    """Without an id, nobody can hand in."""
    with pytest.raises(CourseError, match="The participant id is empty"):
        start_workspace(tmp_path / "desk", participant, material)
    assert not (tmp_path / "desk").exists()


STRANGE = [
    "O'Brien",
    'a "quoted" one',
    "../../outside",
    "..",
    "/absolute",
    "C:\\Users",
    "{unit}",
    "a b",
    "名前",
    "con",
    "x" * 300,
    "two\nlines",
]


@pytest.mark.parametrize("participant", STRANGE)
def test_an_id_is_kept_as_it_is_and_names_no_place(
    participant: str, material: Path, tmp_path: Path
) -> None:
    """Quotes, dots, braces and other letters: the id is a text and never a path."""
    inner = tmp_path / "a" / "b"
    workspace = start_workspace(inner / "desk", participant, material)
    assert open_workspace(workspace.root).about["participant"] == participant
    assert [path.name for path in inner.iterdir()] == ["desk"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("participant", ["../../out'side\"{}", "名 前"])
def test_a_strange_id_comes_through_hand_in(
    participant: str, material: Path, tmp_path: Path
) -> None:
    """The file lies in the folder of submissions, and the grader reads the same id and receipt."""
    workspace = start_workspace(tmp_path / "desk", participant, material)
    handed_in = submit_unit(workspace, FIRST)
    assert handed_in.path.parent == workspace.root / "submissions"
    assert re.fullmatch(rf"{FIRST}_[A-Za-z0-9_-]{{1,60}}\.ipynb", handed_in.path.name)
    assert re.fullmatch(r"RILO-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", handed_in.receipt)
    found = find_submissions(handed_in.path.parent, [FIRST, SECOND])
    assert found.problems == []
    assert [(s.participant, s.unit, s.receipt) for s in found.submissions] == [
        (participant, FIRST, handed_in.receipt)
    ]
    assert {j.verdict for j in handed_in.judgements.values()} == {"not_attempted"}


# --- a damaged workspace ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"5", b'"participant units"', b"{}", b'{"units": []}', b"\xff\xfe"],
)
def test_a_damaged_workspace_is_said_in_a_sentence(workspace: Workspace, content: bytes) -> None:
    """No command of a participant stops with a stack of calls because of one broken file."""
    (workspace.inner / "workspace.json").write_bytes(content)
    for words in (["progress"], ["reset", FIRST], ["practise", FIRST], ["submit"], ["lab"]):
        command, *more = words
        said = refused(run(command, workspace.root, *more))
        assert "is not a workspace" in said
        assert "rilo start" in said


def test_a_folder_that_is_no_workspace_is_said_in_a_sentence(tmp_path: Path) -> None:
    """An empty folder and a missing one."""
    assert "is not a workspace" in refused(run("progress", tmp_path))
    assert "is not a workspace" in refused(run("progress", tmp_path / "nowhere"))


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b"\xff"])
def test_a_damaged_list_of_units_is_said_in_a_sentence(
    workspace: Workspace, content: bytes
) -> None:
    """The sentence names the file."""
    (workspace.inner / "units.json").write_bytes(content)
    assert "units.json" in refused(run("progress", workspace.root))
    assert "units.json" in refused(run("reset", workspace.root, FIRST))


def test_a_damaged_practice_key_is_said_in_a_sentence(workspace: Workspace) -> None:
    """Handing in needs the key; without it the participant reads what to do."""
    workspace.key_file(FIRST, WORLD).write_text("{", encoding="utf-8")
    assert "practice key" in refused(run("submit", workspace.root, FIRST))


def test_an_unknown_unit_is_said_with_the_known_ones(workspace: Workspace) -> None:
    """The participant reads what could have been typed."""
    for command in ("reset", "practise", "submit"):
        said = refused(run(command, workspace.root, "w1"))
        assert f"There is no unit 'w1'. The units are: {FIRST}, {SECOND}." in said


# --- reset ------------------------------------------------------------------------------------


def test_reset_keeps_every_old_notebook(workspace: Workspace) -> None:
    """However often a unit is started again, each version of the work is still there."""
    path = notebook_of(workspace, FIRST)
    blank = path.read_bytes()
    kept = []
    for number in range(3):
        path.write_text(f"my work {number}", encoding="utf-8")
        kept.append(reset_unit(workspace, FIRST))
        assert path.read_bytes() == blank
    assert len(set(kept)) == 3
    for number, place in enumerate(kept):
        assert place is not None
        assert place.read_text(encoding="utf-8") == f"my work {number}"
        assert place.suffix == ".ipynb"
    assert notebook_of(workspace, SECOND).exists()


def test_reset_gives_a_lost_notebook_back(workspace: Workspace) -> None:
    """A deleted notebook, or its deleted folder, is no obstacle."""
    path = notebook_of(workspace, FIRST)
    shutil.rmtree(path.parent)
    assert reset_unit(workspace, FIRST) is None
    assert path.read_bytes() == (workspace.copies / path.name).read_bytes()
    assert not (workspace.root / "kept").exists()


def test_after_a_reset_the_notebook_says_so_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`progress()` in the notebook and `rilo progress` count the same questions."""
    record(workspace, FIRST, "q1", "correct", WORLD)
    record(workspace, SECOND, "q1", "correct", WORLD)
    reset_unit(workspace, FIRST)
    assert counts(workspace) == {FIRST: (0, 2), SECOND: (1, 2)}
    monkeypatch.delenv("RILO_RUN", raising=False)
    monkeypatch.chdir(workspace.root / "week9")
    for unit, done in ((FIRST, 0), (SECOND, 1)):
        begin(unit, "datasets/practice")
        progress()
        assert f"{done} of 2 questions are done." in capsys.readouterr().out


def test_reset_says_both_places(workspace: Workspace) -> None:
    """The participant reads where the fresh copy is and where the old one is kept."""
    result = run("reset", workspace.root, FIRST)
    assert result.exit_code == 0
    said = result.stdout.splitlines()
    assert Path(said[0].removeprefix("A fresh copy is at ")).is_file()
    assert Path(said[1].removeprefix("Your old notebook is kept at ")).is_file()


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"cells": [5]}', b"\xff"])
def test_reset_without_a_copy_leaves_the_notebook_where_it_is(
    workspace: Workspace, content: bytes | None
) -> None:
    """What was given out is missing or damaged: one sentence, and the work is where it was."""
    path = notebook_of(workspace, FIRST)
    path.write_text("my work", encoding="utf-8")
    copy_ = workspace.copies / path.name
    copy_.unlink()
    if content is not None:
        copy_.write_bytes(content)
        assert "is missing or damaged" in refused(run("progress", workspace.root))
    assert "is missing or damaged" in refused(run("reset", workspace.root, FIRST))
    assert path.read_text(encoding="utf-8") == "my work"


def test_reset_that_cannot_keep_the_old_notebook_leaves_it(workspace: Workspace) -> None:
    """A file called `kept` is in the way: one sentence, and the work is where it was."""
    path = notebook_of(workspace, FIRST)
    path.write_text("my work", encoding="utf-8")
    (workspace.root / "kept").write_text("a file of mine", encoding="utf-8")
    refused(run("reset", workspace.root, FIRST))
    assert path.read_text(encoding="utf-8") == "my work"


# --- progress ---------------------------------------------------------------------------------


def record(workspace: Workspace, unit: str, question: str, verdict: str, world: str) -> None:
    """Add a check to the progress."""
    workspace.record({"unit": unit, "question": question, "verdict": verdict, "world": world})


def counts(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """How many questions are done, of how many, by unit, from what is printed."""
    rows = [line.split() for line in progress_table(workspace).splitlines()[1:]]
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def test_progress_counts_what_is_correct_now(workspace: Workspace) -> None:
    """The last check of a question counts; a text that waits for marking is done."""
    assert counts(workspace) == {FIRST: (0, 2), SECOND: (0, 2)}
    record(workspace, FIRST, "q1", "wrong", WORLD)
    record(workspace, FIRST, "q1", "correct", WORLD)
    record(workspace, SECOND, "q1", "to_mark", WORLD)
    record(workspace, SECOND, "q2", "near_miss", WORLD)
    assert counts(workspace) == {FIRST: (1, 2), SECOND: (1, 2)}
    record(workspace, FIRST, "q1", "wrong", WORLD)
    assert counts(workspace) == {FIRST: (0, 2), SECOND: (1, 2)}


def test_practice_on_fresh_data_takes_no_progress_away(workspace: Workspace) -> None:
    """The blank practice notebook says 'not attempted' of its own world only."""
    record(workspace, SECOND, "q1", "correct", WORLD)
    record(workspace, SECOND, "q1", "not_attempted", "a fresh world")
    assert counts(workspace)[SECOND] == (1, 2)


def test_a_broken_line_of_progress_is_left_out(workspace: Workspace) -> None:
    """A laptop that went out in the middle of a line costs that line."""
    record(workspace, FIRST, "q1", "correct", WORLD)
    with (workspace.inner / "progress.jsonl").open("ab") as lines:
        lines.write(b'{"unit": "w9d1_01", "ques\n')
        lines.write(b"\xff\xfe\x00\n[]\n5\n\n")
        lines.write(b'{"unit": ["w9d1_01"], "question": "q2", "verdict": "correct"}\n')
        lines.write(b'{"unit": "w9d1_01", "question": {}, "verdict": []}\n')
        lines.write(b'{"unit": "elsewhere", "question": "q2", "verdict": "correct"}\n')
    record(workspace, FIRST, "q2", "correct", WORLD)
    assert counts(workspace) == {FIRST: (2, 2), SECOND: (0, 2)}


def test_progress_says_the_title_of_each_unit(workspace: Workspace) -> None:
    """One line for each unit, in order."""
    result = run("progress", workspace.root)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["unit", "done", "of", "title"]
    assert lines[1].endswith(f"Title of {FIRST}")
    assert lines[2].endswith(f"Title of {SECOND}")


# --- practise ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("from_a_release")
def test_practice_takes_the_prepared_worlds_in_order(
    workspace: Workspace, worlds: list[dict[str, object]]
) -> None:
    """Each time the next world, in a notebook that differs from the copy in its data alone."""
    for number, world in enumerate(worlds, start=1):
        notebook = practise_unit(workspace, SECOND)
        extract = f"datasets/{SECOND}_practice_{number:02d}"
        assert read_about(workspace.root / extract)["world_id"] == world["world_id"]
        text = notebook.read_text(encoding="utf-8")
        given = (workspace.copies / f"{SECOND}_unit.ipynb").read_text(encoding="utf-8")
        assert text == given.replace("datasets/practice", extract)
        assert notebook.parent == workspace.root / "more_practice"
    before = files(workspace.root)
    said = refused(run("practise", workspace.root, SECOND))
    assert f"All 2 prepared worlds for {SECOND} are used." in said
    assert files(workspace.root) == before
    assert "All 0 prepared worlds" in refused(run("practise", workspace.root, FIRST))


@pytest.mark.usefixtures("from_a_release")
def test_practice_never_writes_over_a_notebook(workspace: Workspace) -> None:
    """Also when an earlier one was deleted or renamed, the work in the others stays."""
    first, second = practise_unit(workspace, SECOND), practise_unit(workspace, SECOND)
    second.write_text("my work", encoding="utf-8")
    first.unlink()
    run("practise", workspace.root, SECOND)
    assert second.read_text(encoding="utf-8") == "my work"


@pytest.mark.usefixtures("from_a_release")
def test_a_world_that_is_not_the_prepared_one_is_not_used(workspace: Workspace) -> None:
    """Its key would not fit: the participant reads what to do, and nothing is written."""
    other = {SECOND: [{"seed": 1, "world_id": "another"}]}
    (workspace.inner / "worlds.json").write_text(json.dumps(other), encoding="utf-8")
    before = files(workspace.root)
    assert "Install the course again" in refused(run("practise", workspace.root, SECOND))
    assert files(workspace.root) == before


@pytest.mark.usefixtures("from_a_release")
@pytest.mark.parametrize("odd", [[{}], [5], 5, [{"seed": "x", "world_id": "y"}]])
def test_a_damaged_list_of_worlds_is_said_in_a_sentence(workspace: Workspace, odd: object) -> None:
    """It names the file, and nothing is written."""
    (workspace.inner / "worlds.json").write_text(json.dumps({SECOND: odd}), encoding="utf-8")
    before = files(workspace.root)
    said = refused(run("practise", workspace.root, SECOND))
    assert ".rilo/worlds.json of this workspace is damaged" in said
    assert files(workspace.root) == before


@pytest.mark.usefixtures("from_a_release")
def test_practice_that_cannot_be_written_is_said_in_a_sentence(workspace: Workspace) -> None:
    """A file called `more_practice` is in the way."""
    (workspace.root / "more_practice").write_text("a file of mine", encoding="utf-8")
    refused(run("practise", workspace.root, SECOND))


# --- hand in ----------------------------------------------------------------------------------


def test_one_broken_notebook_does_not_keep_the_others_back(workspace: Workspace) -> None:
    """Without a unit, every unit that can be handed in is; the broken one gets its sentence."""
    notebook_of(workspace, FIRST).write_text("{ broken", encoding="utf-8")
    path = notebook_of(workspace, SECOND)
    work = path.read_text(encoding="utf-8").replace("rows = ...", "rows = 42")
    path.write_text(work, encoding="utf-8")
    assert attempted_units(workspace) == [FIRST, SECOND]
    result = run("submit", workspace.root)
    assert result.exit_code in (1, 2)
    assert f"{FIRST}_unit.ipynb" in result.output
    handed_in = list((workspace.root / "submissions").glob("*.ipynb"))
    assert [path.name for path in handed_in] == [f"{SECOND}_participant_01.ipynb"]
    assert "q1  correct." in result.stdout
    assert "q2  not attempted." in result.stdout


def test_nothing_to_hand_in_is_said(workspace: Workspace) -> None:
    """Untouched copies are not handed in by themselves."""
    result = run("submit", workspace.root)
    assert result.exit_code == 1
    assert "Nothing to hand in" in result.stdout
    assert not (workspace.root / "submissions").exists()


# --- several at once --------------------------------------------------------------------------


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Do several things at the same time; return what each gave or raised."""

    def caught(call: Callable[[], object]) -> object:
        try:
            return call()
        except Exception as reason:
            return reason

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(caught, calls))


def test_two_starts_in_one_folder_make_one_workspace(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them gets the folder, the other a sentence; the workspace is the winner's, whole."""
    both = threading.Barrier(2)
    copy_folder = workspaces.copy_folder

    def together(source: Path, target: Path) -> None:
        if not both.broken:
            # Where the other one has been refused already, nobody comes.
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.5)
        copy_folder(source, target)

    monkeypatch.setattr(workspaces, "copy_folder", together)
    names = ["participant_01", "participant_02"]
    found = at_once(
        *(lambda name=name: start_workspace(tmp_path / "desk", name, material) for name in names)
    )
    won = [n for n, result in zip(names, found, strict=True) if isinstance(result, Workspace)]
    lost = [result for result in found if not isinstance(result, Workspace)]
    assert len(won) == 1, found
    assert [type(result) for result in lost] == [CourseError]
    assert "None" not in str(lost[0])
    assert open_workspace(tmp_path / "desk").about["participant"] == won[0]
    alone = start_workspace(tmp_path / "alone", won[0], material)
    assert files(tmp_path / "desk") == files(alone.root)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the course, whose keys are made without running a notebook."""
    folder = tmp_path / "course"
    for name in ("curriculum", "datasets", "week1_cen_data_analysis", "ojt_exercises"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.png"))

    def run_reference(notebook: object, unit: str, extract: Path) -> Reference:
        return key(unit, str(read_about(extract)["world_id"]))

    monkeypatch.setattr(admission, "run_reference", run_reference)
    monkeypatch.setattr(admission, "needs_truth", lambda reference: False)
    monkeypatch.setattr(materials, "problems_of", lambda reference: [])
    monkeypatch.setenv("RILO_COURSE", str(folder))
    return folder


def test_many_starts_at_once_from_the_instructor_s_course(course: Path, tmp_path: Path) -> None:
    """The material is made once; while some copy it, others do not take it away."""
    said: list[str] = []

    def start(number: int) -> Workspace:
        material = workspaces.find_material(said.append)
        return start_workspace(tmp_path / f"desk_{number}", f"p{number}", material)

    found = at_once(*(lambda n=n: start(n) for n in range(16)))
    assert [type(result) for result in found] == [Workspace] * 16, found
    assert said == [f"{unit.id}: practice key" for unit in load_programme(course).units]
    expected = files(tmp_path / "desk_0").keys()
    assert "reference/README.md" in expected
    for desk in tmp_path.glob("desk_*"):
        assert files(desk).keys() == expected
        assert open_workspace(desk).about["participant"] == desk.name.replace("desk_", "p")


def test_practice_from_the_course_goes_on_where_it_ended(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round begins with the seed after that of the last one, and takes no world again."""
    begun: list[int] = []

    def fair(_notebook: object, _unit: object, seeds: Iterator[int], folder: Path) -> object:
        seed = next(seeds)
        begun.append(seed)
        place = folder / f"world_{seed}"
        place.mkdir()
        (place / "world.json").write_text(json.dumps({"world_id": str(seed)}), encoding="utf-8")
        yield seed, place, key("w1d1_90", str(seed))

    monkeypatch.setattr(workspaces, "admitted_worlds", fair)
    material = workspaces.find_material(lambda line: None)
    workspace = start_workspace(tmp_path / "desk", "p1", material)
    notebooks = [practise_unit(workspace, "w1d1_90") for _ in range(3)]
    assert begun == [5001, 5002, 5003]
    assert len(set(notebooks)) == 3
    assert workspace.key("w1d1_90", "5003") is not None


def test_material_that_is_still_right_is_not_written_again(course: Path, tmp_path: Path) -> None:
    """Another start may be reading it: no file or folder is replaced, removed or touched."""

    def marks(folder: Path) -> dict[Path, tuple[int, int]]:
        places = [path for path in folder.rglob("*") if path.name != ".lock"]
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in places}

    programme = load_programme(course)
    folder = materials.build_material(programme, tmp_path / "material")
    before = marks(folder)
    materials.build_material(programme, folder)
    assert marks(folder) == before


def test_a_practice_key_that_is_gone_is_made_again(course: Path, tmp_path: Path) -> None:
    """Without it nothing is compared with the practice values, so the stamp alone says nothing."""
    programme = shortened(course)
    folder = materials.build_material(programme, tmp_path / "material")
    unit = programme.units[0]
    (file,) = (folder / "keys" / unit.id).glob("[!m]*.json")
    file.unlink()
    materials.build_material(programme, folder)
    assert file.is_file()
    assert materials.practice_key(folder, programme, unit).keys() == {"q1", "q2"}


def test_material_is_renewed_when_the_course_changed(course: Path, tmp_path: Path) -> None:
    """New practice data and a new text of a unit arrive; a unit that was taken out goes."""
    programme = shortened(course)
    folder = materials.build_material(programme, tmp_path / "material")
    first = programme.units[0]
    assert {path.name for path in (folder / "keys").iterdir()} == {u.id for u in programme.units}
    path = programme.notebook(first)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("# Your first chart", "# My first chart"), encoding="utf-8")
    about = read_about(programme.practice_world)
    (programme.practice_world / "world.json").write_text(
        json.dumps({**about, "world_id": "renewed"}), encoding="utf-8"
    )
    manifest = course / MANIFEST
    head, entry, *_ = manifest.read_text(encoding="utf-8").split("[[unit]]")
    manifest.write_text(f"{head}[[unit]]{entry}", encoding="utf-8")
    materials.build_material(load_programme(course), folder)
    assert read_about(folder / "datasets" / "practice")["world_id"] == "renewed"
    copies = {path.name: path.read_text("utf-8") for path in (folder / "copies").iterdir()}
    assert copies.keys() == {first.file}
    assert "# My first chart" in copies[first.file]
    assert [path.name for path in (folder / "keys").iterdir()] == [first.id]
    assert (folder / "keys" / first.id / "renewed.json").is_file()
