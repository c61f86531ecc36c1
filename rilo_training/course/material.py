"""What participants get: copies, the practice data, practice keys, prepared worlds.

The material is a folder. A workspace is made from it, and a release carries it::

    units.json                the units in order
    copies/<file>.ipynb       participants' copies
    keys/<unit>/<world>.json  practice keys
    worlds.json               prepared worlds for more practice, by unit: seed and id
    datasets/practice/        the practice data
    datasets/published/       real figures, each row with its citation
    reference/                the pages of the library, with pictures
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import rilo_training
from rilo_training.answers import Question, encode
from rilo_training.answers.kinds import KINDS
from rilo_training.course.admission import admitted_worlds, practice_reference, problems_of
from rilo_training.course.manifest import CourseError, Programme, Unit
from rilo_training.course.notebook import (
    notebook_text,
    participant_copy,
    read_notebook,
    solutions_of,
)
from rilo_training.course.reference import Reference, with_worked_answers
from rilo_training.files import copy_folder, only_one, read_json, renew_text, sha256_of, write_text
from rilo_training.kernels.scratch import scratch_folder
from rilo_training.world import read_about

PAGES = Path("curriculum") / "reference"
REFERENCE = "reference"
PUBLISHED = "published"
EDITIONS = ("cohort", "self-study")
FIRST_PRACTICE_SEED = 5001
WORKED_SEED = 9001

Say = Callable[[str], None]


def build_material(
    programme: Programme,
    folder: Path,
    *,
    worlds: int = 0,
    edition: str = "cohort",
    say: Say = lambda line: None,
) -> Path:
    """Make the material, or renew what changed since it was made.

    Parameters
    ----------
    programme
        The course.
    folder
        Where the material is written. Keys that still fit are kept.
    worlds
        How many fresh worlds to prepare for each unit.
    edition
        ``cohort``, or ``self-study`` with worked answers on another world.
    say
        Called with a line at each step, for progress.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    CourseError
        When a unit is not fair on the practice data.
    """
    with only_one(folder):
        _renew(programme, folder, worlds, edition, say)
    return folder


def _renew(programme: Programme, folder: Path, worlds: int, edition: str, say: Say) -> None:
    """Make what is not there yet, or was made from something else than what is there now."""
    practice = folder / "datasets" / "practice"
    if _contents(practice) != _contents(programme.practice_world):
        copy_folder(programme.practice_world, practice)
    published = _contents(programme.practice_world.parent / PUBLISHED)
    if published and _contents(folder / "datasets" / PUBLISHED) != published:
        copy_folder(programme.practice_world.parent / PUBLISHED, folder / "datasets" / PUBLISHED)
    pages = _contents(programme.root / PAGES)
    if pages and _contents(folder / REFERENCE) != pages:
        copy_folder(programme.root / PAGES, folder / REFERENCE)
    _remove_others(folder / "copies", {unit.file for unit in programme.units})
    _remove_others(folder / "keys", {unit.id for unit in programme.units})
    prepared: dict[str, list[dict[str, Any]]] = {}
    for unit in programme.units:
        notebook = read_notebook(programme.notebook(unit))
        renew_text(folder / "copies" / unit.file, notebook_text(participant_copy(notebook)))
        made_from = _digest(programme, unit, edition)
        keys = folder / "keys" / unit.id
        stamp = keys / "made_from.json"
        found = read_json(stamp)
        is_made = found.get("digest") == made_from and len(found.get("worlds", [])) >= worlds
        if is_made and _practice_key(folder, programme, unit).is_file():
            prepared[unit.id] = found["worlds"][:worlds] if worlds else []
            continue
        say(f"{unit.id}: practice key")
        shutil.rmtree(keys, ignore_errors=True)
        reference = practice_reference(notebook, unit, programme.practice_world)
        if problems := problems_of(reference):
            raise CourseError(f"{unit.id} is not fair on the practice data: {problems[0]}")
        worked: dict[str, str] = {}
        if edition == "self-study":
            say(f"{unit.id}: worked answers")
            worked = _worked_answers(unit, notebook)
        write_key(keys, with_worked_answers(reference, worked))
        prepared[unit.id] = []
        for seed, other in _fresh(unit, notebook, worlds, say):
            write_key(keys, with_worked_answers(other, worked))
            prepared[unit.id].append({"seed": seed, "world_id": other.world_id})
        write_text(stamp, json.dumps({"digest": made_from, "worlds": prepared[unit.id]}))
    renew_text(folder / "worlds.json", json.dumps(prepared, indent=1))
    renew_text(folder / "units.json", json.dumps(_public(programme, edition), indent=1))


def write_key(folder: Path, reference: Reference) -> Path:
    """Write a practice key; its name is the id of the world. Return the file.

    A written answer is checked by its form alone, so its text stays with the instructor.
    """
    path = folder / f"{reference.world_id}.json"
    content = {
        "unit": reference.unit,
        "world_id": reference.world_id,
        "questions": [_handed_out(question).to_json() for question in reference.questions.values()],
    }
    write_text(path, json.dumps(content, ensure_ascii=False))
    return path


def _handed_out(question: Question) -> Question:
    if KINDS[question.kind].is_marked_by_a_person:
        return replace(question, reference=encode(""))
    return question


def practice_key(folder: Path, programme: Programme, unit: Unit) -> dict[str, Question]:
    """Return each question with its reference on the practice data, from the material."""
    found = read_json(_practice_key(folder, programme, unit))
    questions = map(Question.from_json, found.get("questions", []))
    return {question.question: question for question in questions}


def _practice_key(folder: Path, programme: Programme, unit: Unit) -> Path:
    world_id = read_about(programme.practice_world)["world_id"]
    return folder / "keys" / unit.id / f"{world_id}.json"


def _fresh(
    unit: Unit, notebook: NotebookNode, worlds: int, say: Say
) -> list[tuple[int, Reference]]:
    made: list[tuple[int, Reference]] = []
    with scratch_folder() as folder:
        seeds = itertools.count(FIRST_PRACTICE_SEED)
        fair = admitted_worlds(notebook, unit, seeds, folder)
        for seed, place, reference in itertools.islice(fair, worlds):
            say(f"{unit.id}: prepared world {len(made) + 1} of {worlds}")
            made.append((seed, reference))
            shutil.rmtree(place)
    return made


def _worked_answers(unit: Unit, notebook: NotebookNode) -> dict[str, str]:
    """Return, for each question, the solution and what it gives on other data."""
    with scratch_folder() as folder:
        seeds = itertools.count(WORKED_SEED)
        _, _, reference = next(admitted_worlds(notebook, unit, seeds, folder))
    worked = {}
    for name, code in solutions_of(notebook).items():
        question = reference.questions[name]
        result = KINDS[question.kind].show(question.reference, question.form)
        where = "On other data the" if question.depends_on_world else "The"
        worked[name] = f"{code}\n\n# {where} result is: {result}"
    return worked


def _contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.glob("*") if path.is_file()]
    return {path.name: sha256_of(path.read_bytes()) for path in files}


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what belongs to units that are not in the course any more."""
    for path in folder.glob("[!.]*"):
        if path.name not in names:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _public(programme: Programme, edition: str) -> dict[str, Any]:
    """Return what a participant may know of the manifest."""
    names = ("id", "title", "kind", "week", "day", "minutes", "folder", "file", "points")
    return {
        "title": programme.title,
        "edition": edition,
        "version": rilo_training.__version__,
        "cell_seconds": programme.cell_seconds,
        "units": [
            {**{name: getattr(unit, name) for name in names}, "world": unit.world.as_plain()}
            for unit in programme.units
        ],
    }


def _digest(programme: Programme, unit: Unit, edition: str) -> str:
    """Return what a key depends on: the notebook, the data, this code."""
    package = Path(rilo_training.__file__).parent
    sources = sorted(package.rglob("*.py")) + sorted(package.rglob("*.csv"))
    parts = [programme.notebook(unit), programme.practice_world / "world.json", *sources]
    return sha256_of(edition + "".join(sha256_of(part.read_bytes()) for part in parts))
