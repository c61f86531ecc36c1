"""The bundle that a participant or a self-study learner gets. It works alone and offline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import rilo_training
from rilo_training.course.manifest import CourseError, Programme
from rilo_training.course.material import EDITIONS, build_material
from rilo_training.course.workspaces import RELEASE
from rilo_training.files import copy_folder, read_json, write_text

Say = Callable[[str], None]

FIRST_STEPS = """# First steps

{title}

Edition: {edition}. All data are SYNTHETIC. They are not CEN data.

You need Python 3.11 or newer. On Windows type `py` where this page says `python3`.

1. Open a terminal in this folder.
2. Set up, and make your workspace. The first time takes some minutes. Write the id that your
   instructor gave you in the place of `participant_01`; alone at home, any word will do:

       python3 run.py rilo start workspace --participant participant_01

   Then open JupyterLab:

       python3 run.py lab

   Without a network: put the folder `wheelhouse` beside `run.py` first.
   Your instructor has it.
3. JupyterLab opens in your browser. Open the folder `week1_cen_data_analysis`.
4. Open the first notebook. Read. Run each cell with Shift + Enter.

The folder `reference` of the workspace holds a page that finds a function by your question.

If something does not work:

       python3 run.py rilo doctor

More commands:

| you want | command |
|---|---|
| see how far you are | `python3 run.py rilo progress workspace` |
| start a unit again | `python3 run.py rilo reset workspace UNIT` |
| the same unit on fresh data | `python3 run.py rilo practise workspace UNIT` |
| browse the practice database | `python3 run.py rilo browse workspace` |
| hand in a unit | `python3 run.py rilo submit workspace UNIT` |

Units in this release:

{units}
"""


def build_release(
    programme: Programme,
    folder: Path,
    *,
    worlds: int = 3,
    edition: str = "cohort",
    say: Say = lambda line: None,
) -> Path:
    """Write the self-contained bundle: no instructor notebook, no solution.

    Parameters
    ----------
    programme
        The course.
    folder
        A new or empty folder.
    worlds
        How many fresh practice worlds to prepare for each unit.
    edition
        ``cohort``, or ``self-study`` with worked answers on another world.
    say
        Called with a line at each step.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    CourseError
        When the folder is in use or cannot be written, or the package cannot be built.
    """
    if edition not in EDITIONS:
        raise CourseError(f"There is no edition {edition!r}. Editions: {', '.join(EDITIONS)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"The folder {folder} is not empty. Choose a new folder.")
    cache = programme.root / "build" / f"material_{edition}"
    material = build_material(programme, cache, worlds=worlds, edition=edition, say=say)
    folder = folder.resolve()
    waiting = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    try:
        say("the package")
        waiting.mkdir(parents=True)
        _fill(waiting, programme, material, worlds, edition)
        folder.mkdir(parents=True, exist_ok=True)
        for part in sorted(waiting.iterdir()):
            part.rename(folder / part.name)
    except OSError as reason:
        raise CourseError(
            f"The release {folder} cannot be written: {reason.strerror}. "
            "Choose a folder in which you may write."
        ) from reason
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return folder


def _fill(folder: Path, programme: Programme, material: Path, worlds: int, edition: str) -> None:
    """Write a whole release into a new folder."""
    _build_wheel(programme.root, folder)
    for name in ("run.py", "requirements.lock", "LICENSE"):
        shutil.copy(programme.root / name, folder / name)
    copy_folder(material, folder / "course")
    practice = read_json(material / "datasets" / "practice" / "world.json").get("world_id")
    prepared = read_json(material / "worlds.json")
    for keys in (folder / "course" / "keys").iterdir():
        wanted = {practice, *(entry["world_id"] for entry in prepared.get(keys.name, []))}
        for key in keys.iterdir():
            if key.stem not in wanted:
                key.unlink()  # of an earlier release, or of use only where the material is made
    units = "\n".join(
        f"- {unit.id} {unit.title} ({unit.minutes} minutes)" for unit in programme.units
    )
    page = FIRST_STEPS.format(title=programme.title, edition=edition, units=units)
    write_text(folder / "FIRST_STEPS.md", page)
    about = {"edition": edition, "version": rilo_training.__version__, "worlds": worlds}
    write_text(folder / RELEASE, json.dumps(about, indent=1))


def _build_wheel(root: Path, folder: Path) -> None:
    """Build the wheel of this package without a network: its build back end is installed."""
    command = [sys.executable, "-m", "flit_core.wheel", str(root), "--outdir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise CourseError(f"The package could not be built: {done.stderr.strip()[-300:]}")
