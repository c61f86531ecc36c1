"""The house has one direction: a room imports itself and the rooms below it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "rilo_training"

# Bottom to top. Rooms on one level do not know each other.
LEVELS = [
    {"errors", "files"},
    {"codes", "tables"},
    {"seizures"},
    {"world"},
    {"analysis"},
    {"risk", "anomaly"},
    {"charts"},
    {"fidelity"},
    {"answers"},
    {"learn"},
    {"host"},
    {"kernels"},
    {"course"},
    {"grading"},
    {"gain"},
    {"browse", "doctor", "jupyter"},
    {"cli"},
    {"demo"},
]
LEVEL = {room: number for number, rooms in enumerate(LEVELS) for room in rooms}
NO_NOTEBOOKS = {"IPython", "nbformat", "papermill"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def room_of(path: Path) -> str:
    """The room of a module; empty for the front door, `rilo_training/__init__.py`."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, anywhere in it."""
    package = ["rilo_training", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            if base == "rilo_training":  # `from rilo_training import codes` names the room last
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, base


def arrows(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of everything that a module imports from other rooms."""
    rooms = {room_of(module) for module in MODULES} | set(LEVEL)
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] == "rilo_training" and len(parts) > 1 and parts[1] in rooms:
            yield line, parts[1]


def test_every_room_has_its_place() -> None:
    """A new room is put on its level here before anything is built on it."""
    unknown = {room_of(path) for path in MODULES} - set(LEVEL) - {""}
    assert not unknown, f"rooms without a level: {sorted(unknown)}"


def test_no_arrow_points_up() -> None:
    """A room imports only itself and the rooms below it."""
    wrong = []
    for path in MODULES:
        own = room_of(path)
        for line, room in arrows(path):
            below = LEVEL.get(room, len(LEVELS)) < LEVEL.get(own, -1)
            if room != own and not below:
                wrong.append(f"{path.relative_to(PACKAGE)}:{line} imports {room}")
    assert not wrong, "\n".join(wrong)


def test_the_lower_rooms_know_no_notebooks() -> None:
    """Up to `answers`, the library serves scripts as well: no IPython, nbformat or papermill."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for path in MODULES
        if LEVEL.get(room_of(path), -1) <= LEVEL["answers"]
        for line, name in imports(path)
        if name.split(".")[0] in NO_NOTEBOOKS
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["rilo_training", "rilo_training.cli", "rilo_training.learn"])
def test_the_import_is_quick(name: str) -> None:
    """Neither pandas nor IPython is loaded before it is used."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    if not path.with_suffix(".py").exists() and not (path / "__init__.py").exists():
        pytest.skip(f"{name} is not built yet")
    code = f"import sys, {name}; print(*sorted({{'pandas', 'IPython'}} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []


def test_the_reading_of_imports_sees_every_form() -> None:
    """Plain, relative, nested and late imports are all arrows."""
    module = PACKAGE / "learn" / "imagined.py"
    forms = {
        "import rilo_training.grading.judge": "rilo_training.grading.judge",
        "from rilo_training import grading": "rilo_training.grading",
        "from rilo_training.grading import judge": "rilo_training.grading",
        "from .. import grading": "rilo_training.grading",
        "from ..grading.judge import x": "rilo_training.grading.judge",
        "from . import calls": "rilo_training.learn",
        "def late():\n    from .calls import check": "rilo_training.learn.calls",
    }
    for text, name in forms.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "read_text", lambda self, encoding, text=text: text)
            assert [found for _, found in imports(module)] == [name], text
