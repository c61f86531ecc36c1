"""A participant's workspace: start it, start a unit again, get fresh data for a unit."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rilo_training.course.admission import admitted_worlds
from rilo_training.course.manifest import MANIFEST, CourseError, find_root, load_programme
from rilo_training.course.material import (
    FIRST_PRACTICE_SEED,
    REFERENCE,
    build_material,
    write_key,
)
from rilo_training.course.notebook import read_notebook
from rilo_training.course.worlds import UnitWorld
from rilo_training.files import copy_folder, read_json, write_text
from rilo_training.kernels.scratch import scratch_folder
from rilo_training.learn.session import answer_names
from rilo_training.learn.workspace import FOLDER, STATE, WORLDS, Workspace
from rilo_training.world import save_world

RELEASE = "release.json"
MORE_PRACTICE = "more_practice"
KEPT = "kept"
PRACTISED = "practised.json"

Say = Callable[[str], None]

_IN_USE = "The folder {folder} is already in use. Choose a new folder, or go on working in it."
_NOT_COMPLETE = (
    "The folder {folder} holds a workspace that is not complete: the file .rilo/workspace.json is "
    "missing. Choose a new folder. Or, if no work of yours is in this folder, delete it and run "
    "the command again."
)


def find_material(say: Say) -> Path:
    """Return the material: that of the release here, or built from the instructor's course.

    Raises
    ------
    CourseError
        When there is neither a release nor a course here or above.
    """
    release = find_root(RELEASE)
    if release is not None:
        return release / "course"
    programme = load_programme()
    return build_material(programme, programme.root / "build" / "material", say=say)


def start_workspace(folder: Path, participant: str, material: Path) -> Workspace:
    """Make a workspace with every unit, the practice data and the practice keys.

    Parameters
    ----------
    folder
        A new or empty folder.
    participant
        The id that the instructor gave, for example ``participant_01``.
    material
        What :func:`find_material` returned.

    Raises
    ------
    CourseError
        When the folder is in use or cannot be written, or the id is empty.
    """
    if not participant.strip():
        raise CourseError("The participant id is empty. Use the id that your instructor gave you.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        is_begun = (folder / FOLDER).is_dir() and not (folder / FOLDER / STATE).exists()
        raise CourseError((_NOT_COMPLETE if is_begun else _IN_USE).format(folder=folder))
    public = _units(material)
    place = folder.resolve()
    waiting = place.with_name(f".{place.name}-{uuid.uuid4().hex[:8]}")
    try:
        _fill(waiting, material, public)
        place.mkdir(parents=True, exist_ok=True)
        # Of two who start in one folder, one moves this first; then it is in the way of the other.
        (waiting / FOLDER).rename(place / FOLDER)
        for part in waiting.iterdir():
            part.rename(place / part.name)
        # The state comes last: a folder without it is not a workspace yet.
        about = {
            "participant": participant,
            "edition": public["edition"],
            "version": public["version"],
            "units": [unit["id"] for unit in public["units"]],
        }
        write_text(place / FOLDER / STATE, json.dumps(about, indent=1))
    except OSError as reason:
        if (place / FOLDER).is_dir():
            raise CourseError(_IN_USE.format(folder=folder)) from reason
        raise CourseError(
            f"The workspace {folder} cannot be written: {reason.strerror}. "
            "Choose a folder in which you may write."
        ) from reason
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return Workspace(folder)


def _fill(folder: Path, material: Path, public: dict[str, Any]) -> None:
    """Write all of a workspace but its state into a new folder."""
    copy_folder(material / "datasets", folder / "datasets")
    if (material / REFERENCE).is_dir():
        copy_folder(material / REFERENCE, folder / REFERENCE)
    inner = folder / FOLDER
    for name in ("copies", "keys"):
        copy_folder(material / name, inner / name)
    for stamp in (inner / "keys").glob("*/made_from.json"):
        stamp.unlink()
    shutil.copy(material / WORLDS, inner / WORLDS)
    write_text(inner / "units.json", json.dumps(public, indent=1))
    for unit in public["units"]:
        _give_out(inner / "copies" / unit["file"], folder / unit["folder"] / unit["file"])


def open_workspace(folder: Path) -> Workspace:
    """Return the workspace in a folder, or raise :class:`CourseError`."""
    workspace = Workspace(folder)
    try:
        complete = {"participant", "units"} <= workspace.about.keys()
    except (OSError, ValueError, AttributeError):
        complete = False
    if not complete:
        raise CourseError(
            f"The folder {folder} is not a workspace. Make one with: "
            "rilo start FOLDER --participant ID"
        )
    return workspace


def unit_of(workspace: Workspace, unit_id: str) -> dict[str, Any]:
    """Return what is known of a unit in a workspace, or raise :class:`CourseError`."""
    public = _units(workspace.inner)
    units = public["units"]
    for unit in units:
        if unit["id"] == unit_id:
            return {**unit, "cell_seconds": public["cell_seconds"]}
    known = ", ".join(unit["id"] for unit in units)
    raise CourseError(f"There is no unit {unit_id!r}. The units are: {known}.")


def notebook_of(workspace: Workspace, unit_id: str) -> Path:
    """Return the participant's notebook of a unit."""
    unit = unit_of(workspace, unit_id)
    return workspace.root / str(unit["folder"]) / str(unit["file"])


def progress_table(workspace: Workspace) -> str:
    """Return how far a participant is in every unit, as plain text."""
    latest: dict[str, dict[str, str]] = {}
    practice = _practice_id(workspace)
    for entry in workspace.progress():
        if entry.get("world", practice) != practice:
            continue  # more practice, on other data, takes nothing away
        latest.setdefault(entry["unit"], {})[entry["question"]] = entry["verdict"]
    rows = [("unit", "done", "of", "title")]
    for unit in _units(workspace.inner)["units"]:
        copy_ = workspace.copy_of(unit["id"])
        questions = _questions_in(copy_) if copy_ else []
        found = latest.get(unit["id"], {})
        done = sum(found.get(question) in ("correct", "to_mark") for question in questions)
        rows.append((unit["id"], str(done), str(len(questions)), unit["title"]))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def reset_unit(workspace: Workspace, unit_id: str) -> Path | None:
    """Start a unit again. Return where the old notebook is kept, or None without one."""
    path = notebook_of(workspace, unit_id)
    questions = _questions_in(workspace.copies / path.name)  # before anything is moved
    kept = None
    if path.exists():
        kept = _unused(workspace.root / KEPT / path.name)
        kept.parent.mkdir(exist_ok=True)
        path.rename(kept)
    _give_out(workspace.copies / path.name, path)
    about = {"unit": unit_id, "verdict": "not_attempted", "world": _practice_id(workspace)}
    for question in questions:
        workspace.record({**about, "question": question, "is_reset": True})
    return kept


def _questions_in(copy_: Path) -> list[str]:
    """Return the questions of a notebook as it was given out."""
    try:
        return list(answer_names(copy_))
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise CourseError(
            f"The copy {copy_.name} in this workspace is missing or damaged. Start a new "
            "workspace, and copy your notebooks into it."
        ) from reason


def _practice_id(workspace: Workspace) -> object:
    """Return the id of the practice world, with which each check on it is recorded."""
    return read_json(workspace.root / "datasets" / "practice" / "world.json").get("world_id")


def practise_unit(workspace: Workspace, unit_id: str, say: Say = lambda line: None) -> Path:
    """Give a unit once more, on the next fresh world with its own key.

    Parameters
    ----------
    workspace, unit_id
        The workspace and the unit.
    say
        Called with a line at each step.

    Returns
    -------
    pathlib.Path
        The new notebook.

    Raises
    ------
    CourseError
        When the list of prepared worlds is damaged, or when they are used up and this is not the
        instructor's course.
    """
    unit = unit_of(workspace, unit_id)
    folder = workspace.root / MORE_PRACTICE
    stem = Path(unit["file"]).stem
    number = 1 + max(
        _numbers(folder, stem) | _numbers(workspace.root / "datasets", unit_id), default=0
    )
    extract = f"datasets/{unit_id}_practice_{number:02d}"
    prepared = _prepared(workspace, unit_id)
    if number <= len(prepared):
        say("making a fresh world")
        seed, world_id = prepared[number - 1]
        world = UnitWorld.from_plain(unit["world"]).make(seed)
        if world.about["world_id"] != world_id:
            raise CourseError(
                "The fresh world is not the prepared one: another version of a library made it. "
                "Install the course again with run.py."
            )
        save_world(world, workspace.root / extract)
    elif find_root(MANIFEST) is not None and find_root(RELEASE) is None:
        _practise_from_course(workspace, unit_id, extract, say)
    else:
        raise CourseError(
            f"All {len(prepared)} prepared worlds for {unit_id} are used. "
            "Ask your instructor for a release with more worlds."
        )
    notebook = folder / f"{stem}_practice_{number:02d}.ipynb"
    text = (workspace.copies / unit["file"]).read_text(encoding="utf-8")
    changed = re.sub(r'EXTRACT = \\"[^"\\]*\\"', rf'EXTRACT = \\"{extract}\\"', text, count=1)
    if changed == text:
        raise CourseError(f"The notebook {unit['file']} has no EXTRACT that can be changed.")
    write_text(notebook, changed)
    return notebook


def _prepared(workspace: Workspace, unit_id: str) -> list[tuple[int, str]]:
    """Return seed and id of each world that was prepared for a unit."""
    found = read_json(workspace.inner / WORLDS).get(unit_id, [])
    try:
        return [(int(world["seed"]), world["world_id"]) for world in found]
    except (KeyError, TypeError, ValueError) as reason:
        raise CourseError(
            f"The file {FOLDER}/{WORLDS} of this workspace is damaged. Start a new workspace, and "
            "copy your notebooks into it."
        ) from reason


def _numbers(folder: Path, name: str) -> set[int]:
    """Return the numbers of the rounds of practice that are in a folder."""
    found = (re.fullmatch(r".*_practice_(\d+)", path.stem) for path in folder.glob(f"{name}_*"))
    return {int(match[1]) for match in found if match}


def _practise_from_course(workspace: Workspace, unit_id: str, extract: str, say: Say) -> None:
    """Make the next fair world of a unit. The seed of the last one is kept in the workspace."""
    programme = load_programme()
    unit = programme.unit(unit_id)
    notebook = read_notebook(programme.notebook(unit))
    say(f"{unit_id}: a fresh world and its key")
    used = read_json(workspace.inner / PRACTISED)
    seeds = itertools.count(int(used.get(unit_id, FIRST_PRACTICE_SEED - 1)) + 1)
    with scratch_folder() as holder:
        seed, place, reference = next(admitted_worlds(notebook, unit, seeds, holder))
        copy_folder(place, workspace.root / extract)
    write_key(workspace.inner / "keys" / unit_id, reference)
    write_text(workspace.inner / PRACTISED, json.dumps({**used, unit_id: seed}, indent=1))


def _give_out(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _unused(path: Path) -> Path:
    number = 1
    while (found := path.with_stem(f"{path.stem}_{number:02d}")).exists():
        number += 1
    return found


def _units(material: Path) -> dict[str, Any]:
    found = read_json(material / "units.json")
    if "units" not in found:
        raise CourseError(f"The folder {material} is not complete: 'units.json' cannot be read.")
    return found
