"""The course runs on Windows, macOS and Linux, and carries nothing of where it was made."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rilo_training"
SOURCES = [ROOT / "run.py", *sorted(PACKAGE.rglob("*.py"))]
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
MODE = re.compile(r"[rwaxbt+]{1,3}$")

# Put together from pieces, so that this file does not hold what it looks for.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "crates" + ".io",
    "golang" + ".org/",
    "ana" + "conda.org",
]
PLACES = [
    r"/ro" + r"ot/",
    r"/ho" + r"me/\w",
    r"/Us" + r"ers/\w",
    r"\\Us" + r"ers\\",
    r"/wo" + "rk/",
]
FORBIDDEN = re.compile("|".join([re.escape(host) for host in HOSTS] + PLACES).encode())
IN_NOTEBOOKS = re.compile(("/tm" + "p/|/va" + "r/folders/|App" + "Data").encode())


def walk() -> Iterator[str]:
    """The files of a folder without git: all but what .gitignore names as a folder."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    skipped = {line.rstrip("/") for line in ignored if line.endswith("/")} | {".git"}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped]
        yield from (Path(folder, name).relative_to(ROOT).as_posix() for name in files)


@cache
def committed() -> list[str]:
    """Every file that is committed or would be, as a path with forward slashes."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        found = subprocess.run(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if found.returncode == 0:
            return sorted(name for name in found.stdout.split("\0") if (ROOT / name).is_file())
    return sorted(walk())


def problems_with_name(name: str) -> list[str]:
    """What Windows would not take in a file name."""
    problems = ["longer than 100 characters"] if len(name) > 100 else []
    for part in PurePosixPath(name).parts:
        if re.search(r'[<>:"\\|?*\x00-\x1f]', part):
            problems.append(f"reserved character in {part}")
        if RESERVED.match(part):
            problems.append(f"reserved name {part}")
        if part.endswith((".", " ")):
            problems.append(f"dot or space at the end of {part}")
    return problems


def test_every_module_imports_without_unix() -> None:
    """Nothing needs `resource`, `fcntl`, `pwd` or `os.fork` before it is used."""
    code = """
import importlib, os, sys, traceback
import psutil  # it has a part of its own for each system
for name in ["resource", "fcntl", "pwd", "grp", "termios"]:
    sys.modules[name] = None
for name in ["fork", "register_at_fork"]:
    if hasattr(os, name):
        delattr(os, name)
failed = 0
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException:
        failed += 1
        print(name, traceback.format_exc())
sys.exit(failed > 0)
"""
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in SOURCES[1:]
        if path.name != "__main__.py"
    ]
    result = subprocess.run(
        [sys.executable, "-c", code, *modules],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def without_encoding(tree: ast.AST) -> Iterator[int]:
    """Lines that open, read or write text without naming its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else method
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        of = owner.id if isinstance(owner, ast.Name) else ""
        if of == "files":  # our own helpers, whose default is utf-8
            continue
        if (method == "read_text" and not node.args) or (
            method == "write_text" and len(node.args) < 2
        ):
            yield node.lineno
        builtin = name == "fdopen" or (name == "open" and (not method or of in ("io", "codecs")))
        if not builtin and method != "open":
            continue
        where = 1 if builtin else 0  # Path.open() takes the mode first
        modes = [word.value for word in node.keywords if word.arg == "mode"]
        modes += node.args[where : where + 1]
        mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else None
        if builtin and (not modes or (isinstance(mode, str) and "b" not in mode)):
            yield node.lineno
        is_path = not node.args or (isinstance(mode, str) and MODE.match(mode))
        if not builtin and is_path and (not modes or (isinstance(mode, str) and "b" not in mode)):
            yield node.lineno


def test_text_is_opened_with_an_encoding() -> None:
    """An office laptop's own encoding is cp1252, and ours is not."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        for line in without_encoding(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    ]
    assert not wrong, "no encoding named:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("open('x')", True),
        ("open('x', 'w')", True),
        ("open('x', 'rb')", False),
        ("open('x', encoding='utf-8')", False),
        ("path.open()", True),
        ("path.open('a')", True),
        ("path.open('wb')", False),
        ("archive.open('seizures.csv')", False),
        ("path.read_text()", True),
        ("path.write_text('words')", True),
        ("path.write_text('words', 'utf-8')", False),
    ],
)
def test_the_search_for_encodings_sees_every_form(code: str, found: bool) -> None:
    """Binary modes and other things called open are left alone."""
    assert bool(list(without_encoding(ast.parse(code)))) is found


def test_every_file_name_is_legal_on_windows() -> None:
    """Committed names have no reserved character or name, and are short."""
    wrong = {name: problems_with_name(name) for name in committed()}
    assert not {name: problems for name, problems in wrong.items() if problems}


def test_no_two_file_names_differ_only_in_case() -> None:
    """On Windows and macOS the second file would overwrite the first."""
    names = [name.casefold() for name in committed()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    "name", ["a:b.csv", "CON.txt", "data/nul", "end.", "x " + "/y", "why?.md", "n" * 101]
)
def test_the_check_of_names_sees_a_bad_one(name: str) -> None:
    """Each of these cannot be made, or not be opened, on Windows."""
    assert problems_with_name(name)


def test_line_ends_are_fixed() -> None:
    """Git gives every system the same bytes."""
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "* text=auto eol=lf" in lines
    for ending in ["csv", "ipynb", "lock", "md", "py", "toml"]:
        assert f"*.{ending} text eol=lf" in lines
    assert {"*.parquet binary", "*.png binary"} <= set(lines)


def read_lock(name: str) -> dict[tuple[str, str], tuple[str, frozenset[str]]]:
    """The pins of a lock: (package, marker) -> (version, hashes)."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = {}
    for line in filter(str.strip, text.splitlines()):
        requirement, *hashes = re.split(r"\s+--hash=", line.strip())
        pin, _, marker = requirement.partition(";")
        match = re.fullmatch(r"([\w.-]+)==([\w.!+-]+)", pin.strip())
        assert match, f"{name}: {line[:80]} is not a pin"
        pins[match[1], marker.strip()] = match[2], frozenset(hashes)
    return pins


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_pins_with_hashes_and_no_address(name: str) -> None:
    """What is installed is fixed; where it comes from is the reader's own setting."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    for (package, _), (_, hashes) in read_lock(name).items():
        assert hashes, f"{package} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), package


def test_the_development_lock_holds_the_runtime_lock() -> None:
    """A test runs on exactly the packages that a participant gets."""
    runtime, dev = read_lock("requirements.lock"), read_lock("requirements-dev.lock")
    assert {pin: dev.get(pin) for pin in runtime} == runtime


def test_no_file_tells_where_it_was_made() -> None:
    """No home folder, no work folder, no registry's host name, in a notebook no temporary path."""
    wrong = []
    for name in committed():
        content = (ROOT / name).read_bytes()
        found = FORBIDDEN.search(content)
        if not found and name.endswith(".ipynb"):
            found = IN_NOTEBOOKS.search(content)
        if found:
            wrong.append(f"{name}: {found[0].decode()}")
    assert not wrong, "\n".join(wrong)


def test_files_are_found_without_git() -> None:
    """A copy from a zip file is tested like a checkout."""
    found = set(walk())
    assert "run.py" in found
    assert not [name for name in found if name.startswith((".venv/", ".git/"))]
