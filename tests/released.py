"""What a release holds, and what it must not hold."""

from __future__ import annotations

import ast
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rilo_training.course.manifest import Programme
from rilo_training.course.notebook import participant_copy, read_notebook, role_of, solution_of

ROOT = Path(__file__).resolve().parent.parent
SECRET = "b7e1f0c9d2a84356"  # a seed that stands in an instructor's store beside the course


def copied_course(course: Path) -> Path:
    """Copy the course as an instructor has it, with a store in it."""
    ignored = shutil.ignore_patterns("*.png", "__pycache__", ".*")
    folders = ["rilo_training", "curriculum", "datasets", "examples", "benchmarks"]
    for name in [*folders, "week1_cen_data_analysis", "ojt_exercises"]:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, course / name, ignore=ignored)
    for name in ("run.py", "requirements.lock", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, course / name)
    store = course / "out" / "demo" / "store" / "secret"
    store.mkdir(parents=True)
    (store / "seed").write_text(SECRET, encoding="utf-8")
    return course


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a release, and every file in its wheel."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    yield f"wheel:{name}", wheel.read(name)


def secret_lines(programme: Programme) -> set[str]:
    """The lines of solutions and keys, and of the sample cohort's answers, that say something."""
    secret: set[str] = set()
    public: set[str] = set()
    for unit in programme.units:
        notebook = read_notebook(programme.notebook(unit))
        copy_ = participant_copy(notebook)
        public |= {line.strip() for cell in copy_.cells for line in cell.source.splitlines()}
        for cell in notebook.cells:
            if role_of(cell) in ("answer", "key"):
                source = cell.source if role_of(cell) == "key" else solution_of(cell.source)
                secret |= code_lines(source)
    units = {unit.id for unit in programme.units}
    for path in programme.root.glob("examples/cohort/*/*.py"):
        if path.stem not in units:
            continue
        secret |= code_lines(path.read_text(encoding="utf-8"))
    return secret - public


def code_lines(source: str) -> set[str]:
    """The lines of a cell that are code: without the words of hints, sentences and comments.

    A hint or a sentence of a mistake is in a practice key, where the participant meets it.
    """
    words = {
        part.strip()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for part in node.value.splitlines()
    }
    return {
        line.strip()
        for line in source.splitlines()
        if line.strip().removesuffix('"""') not in words
        and not re.fullmatch(r"\s*(#.*|[\"'].*)", line)
    }


def assert_no_answer_in(release: Path, programme: Programme) -> None:
    """No line of a solution, of a key cell or of the sample cohort stands in any file."""
    lines = secret_lines(programme)
    for name, content in contents(release):
        text = content.decode("utf-8", "replace")
        if name.startswith("course/"):
            assert not re.search(r"\b(key|mistake|claim)\(", text), name
        assert "BEGIN SOLUTION" not in text or name.startswith("wheel:rilo_training/"), name
        # The code of the package may say something short, or an import, in the same words.
        in_package = name.startswith("wheel:")
        fewest = 25 if in_package else 12
        for line in (line for line in lines if len(line) >= fewest):
            if in_package and line.startswith(("import ", "from ")):
                continue
            for written in (line, json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)):
                assert written.strip('"') not in text, f"{name}: {line}"
