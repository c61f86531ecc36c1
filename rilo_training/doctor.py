"""Look at a computer and say OK, or what to do, for everything that the course needs."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FEWEST_FREE_GB = 1.0
SET_UP = f"{'py' if os.name == 'nt' else 'python3'} run.py setup"
PACKAGES = ("jupyterlab", "pandas", "scikit-learn", "seaborn", "papermill", "pyarrow")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    is_well: bool
    sentence: str


def examine() -> list[Finding]:
    """Return what was found, one finding for each thing.

    Returns
    -------
    list of Finding
        Python, packages, free space, a folder to write in, a kernel that answers, the course.
    """
    return [_python(), _packages(), _space(), _writing(), _kernel(), _course()]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding(True, f"Python is {found}.")


def _packages() -> Finding:
    missing = []
    for name in PACKAGES:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding(False, f"Missing: {', '.join(missing)}. Run: {SET_UP}")
    return Finding(True, f"All {len(PACKAGES)} main packages are installed.")


def _space() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < FEWEST_FREE_GB:
        return Finding(
            False, f"The disk has {free:.1f} GB free. Make {FEWEST_FREE_GB:.0f} GB free."
        )
    return Finding(True, f"The disk has {free:.0f} GB free.")


def _writing() -> Finding:
    here = f"The folder {Path.cwd()}"
    for name, place in (("The folder for temporary files", None), (here, Path.cwd())):
        try:
            with tempfile.TemporaryDirectory(dir=place) as folder:
                (Path(folder) / "test.txt").write_text("test", encoding="utf-8")
        except OSError as reason:
            return Finding(False, f"{name} cannot be written: {reason.strerror or reason}.")
    return Finding(True, "Files can be written.")


def _kernel() -> Finding:
    import nbformat

    from rilo_training.kernels import Limits, RunFailed, run_notebook

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("import pandas, seaborn, sklearn", id="imports")]
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = run_notebook(notebook, {}, Path(folder), limits=Limits(cell_seconds=120))
    except RunFailed as reason:
        return Finding(False, f"A notebook kernel did not start: {reason}")
    outcome = run.cells["imports"]
    if outcome.status != "ok":
        return Finding(
            False,
            f"A notebook kernel started but could not import the libraries ({outcome.detail}). "
            f"Delete the folder .venv and run: {SET_UP}",
        )
    return Finding(True, "A notebook kernel starts and imports the libraries.")


def _course() -> Finding:
    from rilo_training.course.manifest import MANIFEST, find_root
    from rilo_training.course.workspaces import RELEASE

    if find_root(RELEASE) is not None:
        return Finding(True, "This is a release of the course.")
    if find_root(MANIFEST) is not None:
        return Finding(True, "This is the instructor's course.")
    return Finding(False, "No course was found here. Run this command in the folder of run.py.")
