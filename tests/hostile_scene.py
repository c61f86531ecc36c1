"""A small unit on a secret world, with everything around it that an attacker would like to have."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest
from hostile_answers import FOUND, REACHED
from nbclient import NotebookClient
from nbformat import NotebookNode

import rilo_training
from rilo_training.answers import Question
from rilo_training.grading.examine import Examined, examine
from rilo_training.grading.reports.evidence import executed_text
from rilo_training.kernels import IsolationError, Limits, choose_level, client
from rilo_training.kernels.hosts import close_hosts
from rilo_training.seizures import load_seizures
from rilo_training.world import make_world, save_world

UNIT = "w9d9_90"
QUESTIONS = tuple(f"q{number}" for number in range(1, 13))
HOSTILE = tuple(question for question in QUESTIONS if int(question[1:]) % 3 != 1)
"""The questions of an attacker; the others are answered as a good participant does."""

LIMITS = Limits(
    cell_seconds=3, run_seconds=60, memory_mb=1_200, processes=60, file_mb=30, folder_mb=60
)
NEEDED = "RILO_NEEDS_SANDBOX"
ROOT = Path(rilo_training.__file__).resolve().parent.parent


def sandbox_or_skip() -> None:
    """Skip where no sandbox works; where one must work, as in the whole test run, fail."""
    try:
        choose_level("bwrap")
    except IsolationError as reason:
        if os.environ.get(NEEDED):
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@dataclass
class Scene:
    """The unit, its key, and the things of other people beside it.

    ``secrets`` are texts that no code of a participant may get to see; ``port`` is that of a
    server of this computer, ``base`` the folder below which all runs happen.
    """

    level: str
    folder: Path
    base: Path
    world: Path
    practice: Path
    port: int
    listener: socket.socket
    blank: NotebookNode
    key: dict[str, Question]
    secrets: dict[str, str]
    ours: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> dict[str, list[str]]:
        """The answers of a good participant."""
        return {question: [solution(question)] for question in QUESTIONS}

    def with_hostile(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """Answers of which some are hostile, between good ones."""
        answers = self.good
        for question, code in zip(HOSTILE, codes, strict=False):
            own = code.replace("@NAME@", f"count_{question[1:]}").replace("@QUESTION@", question)
            answers[question] = [self.aimed(own)]
        return answers

    def aimed(self, code: str) -> str:
        """Code that knows where everything is: the attacker has a friend in the office."""
        places = {
            "@FOLDER@": self.folder,
            "@WORLD@": self.world,
            "@PRACTICE@": self.practice,
            "@PORT@": self.port,
            "@PACKAGE@": ROOT / "rilo_training",
            "@REACHED@": REACHED,
            "@FOUND@": FOUND,
        }
        for name, value in places.items():
            code = code.replace(name, str(value))
        return code

    def examine(self, answers: Mapping[str, Sequence[str]]) -> Examined:
        """Grade answers as the grader does."""
        return examine(
            self.blank, answers, self.key, UNIT, self.world, LIMITS, isolation=self.level
        )

    def state(self) -> dict[str, str]:
        """A digest of everything that nobody may change."""
        packages = Path(psutil.__file__).resolve().parent.parent
        return {
            "the package": _digest(ROOT / "rilo_training"),
            "the folder of the instructor": _digest(self.folder),
            "the unseen world": _digest(self.world),
            "the practice data": _digest(self.practice),
            "the installed packages": _stamps(packages),
            "the place of temporary files": " ".join(
                sorted(path.name for path in self.base.iterdir())
            ),
        }

    def leaks(self, examined: Examined) -> list[str]:
        """The names of the secrets that stand in what the instructor is given."""
        text = executed_text(examined.notebook) + repr(examined.evidence)
        return [name for name, secret in self.secrets.items() if secret in text]

    def visitors(self) -> int:
        """How many connections reached the server of this computer."""
        found = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()
                found += 1
        return found

    def leftovers(self) -> list[str]:
        """What still runs of a run: every process of it knows the folder of the runs."""
        end = time.monotonic() + 5
        while (left := _processes_of(self.base)) and time.monotonic() < end:
            time.sleep(0.05)
        return left


def solution(question: str) -> str:
    """Code that answers a question."""
    number = question[1:]
    return f"count_{number} = int((seizures['seizure_date'].dt.day == {number}).sum())"


@contextlib.contextmanager
def open_scene(level: str, folder: Path) -> Iterator[Scene]:
    """Make the scene of one level."""
    seed = secrets.randbits(128)
    canary = {
        name: f"CANARY{secrets.token_hex(12)}"
        for name in ("notebook", "submission", "seed file", "truth", "environment")
    }
    made = make_world(seed, cases=400, tables=["seizures"])
    world, practice = folder / "official", folder / "practice"
    save_world(made, world, folder / "truth", official=True, world_id=secrets.token_hex(16))
    save_world(make_world(5, cases=400, tables=["seizures"]), practice)
    for place in (folder, world, practice):
        place.chmod(0o755)
    office = folder / "office"
    _write(office / "w9d9_90_instructor.ipynb", canary["notebook"])
    _write(office / "submissions" / "anna" / f"{UNIT}.ipynb", canary["submission"])
    _write(office / "store" / "secret" / "seed", f"{canary['seed file']} {seed}")
    _write(folder / "truth" / "canary.json", canary["truth"])
    outer = Path(tempfile.mkdtemp(prefix="h-", dir="/tmp" if os.name == "posix" else None))
    outer.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        patch.setenv("RILO_TEST_CANARY", canary["environment"])
        patch.setenv("TMPDIR", str(outer))
        patch.setattr(tempfile, "tempdir", None)
        patch.setattr(client, "_SECONDS_TO_ANSWER", 1)
        patch.setattr(NotebookClient.iopub_timeout, "default_value", 1)
        close_hosts()  # an older one knows another folder
        yield Scene(
            level,
            folder,
            outer,
            world,
            practice,
            listener.getsockname()[1],
            listener,
            _blank(),
            _key(world),
            {**canary, "seed": str(seed), "seed in hex": f"{seed:x}"},
        )
        close_hosts()
    shutil.rmtree(outer, ignore_errors=True)


def _blank() -> NotebookNode:
    """The participant's copy: twelve questions that need nothing of each other."""
    cells = [
        _cell("code", "parameters", 'EXTRACT = "datasets/practice"', "parameters"),
        _cell(
            "code",
            "setup",
            "import pandas as pd\n"
            "from rilo_training.learn import begin, check\n"
            "from rilo_training.seizures import load_seizures\n"
            f'begin("{UNIT}", EXTRACT)',
            "setup",
        ),
        _cell("code", "table-code", "seizures = load_seizures()", "example"),
    ]
    cells[0]["metadata"]["tags"] = ["parameters"]
    for question in QUESTIONS:
        name = f"count_{question[1:]}"
        heading = f"## Question {question[1:]} (1 point)\n\nHow many lines on this day of a month?"
        cells += [
            _cell("markdown", f"{question}-task", heading, "task", question),
            _cell("code", f"{question}-answer", f"{name} = ...", "answer", question),
            _cell("code", f"{question}-check", f'check("{question}", {name})', "check", question),
        ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"rilo": {"unit": UNIT}})


def _cell(kind: str, cell_id: str, source: str, role: str, question: str = "") -> NotebookNode:
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    made: NotebookNode = make(source, id=cell_id)
    rilo = {"role": role, **({"question": question} if question else {})}
    made["metadata"] = NotebookNode({"rilo": NotebookNode(rilo)})
    return made


def _key(world: Path) -> dict[str, Question]:
    days = load_seizures(world)["seizure_date"].dt.day
    return {
        question: Question(
            question=question,
            name=f"count_{question[1:]}",
            kind="number",
            points=1,
            competence="C1",
            hints=("Count.", "Count again."),
            reference={"type": "value", "value": int((days == int(question[1:])).sum())},
            form={"digits": 0, "unit": "lines"},
        )
        for question in QUESTIONS
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _digest(folder: Path) -> str:
    """Names, kinds and contents below a folder; what Python compiles is left out."""
    found = hashlib.sha256()
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = Path(place) / name
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            found.update(json.dumps([str(path), len(content)]).encode() + content)
    return found.hexdigest()


def _stamps(folder: Path) -> str:
    """Names, sizes and times of all files below a folder: quicker than their contents."""
    found = hashlib.sha256()
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            about = os.lstat(os.path.join(place, name))
            found.update(f"{place}/{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _processes_of(base: Path) -> list[str]:
    """Processes that know the folder of the runs, without this one and the hosts that wait."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            knows = str(base) in "".join(process.environ().values()) or process.cwd().startswith(
                str(base)
            )
            words = process.cmdline()
            waits = process.ppid() == os.getpid() and "rilo_training.host.serve" in words
            if knows and not (waits and sys.executable == words[0]):
                found.append(" ".join(words)[:200])
    return found
