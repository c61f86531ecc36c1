"""JupyterLab on a fresh workspace in a real browser, for the tests of units."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import io
import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import Visit
from PIL import Image

from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import read_notebook, role_of, solutions_of
from rilo_training.course.workspaces import find_material, notebook_of, start_workspace
from rilo_training.course.written import written_questions
from rilo_training.jupyter import lab_command
from rilo_training.learn.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SECONDS = 1_000  # Playwright counts in milliseconds


@dataclasses.dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the workspace that it shows."""

    url: str
    token: str
    workspace: Workspace


@pytest.fixture(scope="module")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a fresh workspace, as `rilo lab` starts it, with no settings of its own."""
    with running_lab(tmp_path_factory.mktemp("lab")) as found:
        yield found


@contextlib.contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Run JupyterLab on a fresh workspace in a folder, and stop it."""
    material = find_material(lambda line: None)
    workspace = start_workspace(folder / "workspace", "participant_01", material)
    own = {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON")) and name not in ("MPLBACKEND", "RILO_RUN")
    } | {name: str(folder / name.lower()) for name in own}
    command = lab_command(workspace.root, port=_free_port(), browser=False)
    command.append("--LabApp.expose_app_in_browser=True")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            about = _started(server, folder)
            yield Lab(about["url"], about["token"], workspace)
            _stop(about)
            assert server.wait(30) == 0, (folder / "server.log").read_text("utf-8", "replace")
        finally:
            if server.poll() is None:
                server.kill()
                server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(server: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    """Wait for the note that a server writes about itself when it is ready, and return it."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        for note in (folder / "jupyter_runtime_dir").glob("jpserver-*.json"):
            try:
                about: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
            except ValueError:  # half written
                continue
            return about
        time.sleep(0.05)
    log = (folder / "server.log").read_text("utf-8", "replace")
    raise AssertionError(f"JupyterLab did not start.\n{log}")


def _stop(about: dict[str, Any]) -> None:
    """Ask a server to stop with its kernels, in the way that works on every system."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"Authorization": f"token {about['token']}"}
    request = urllib.request.Request(
        about["url"] + "api/shutdown", data=b"", headers=headers, method="POST"
    )
    with opener.open(request, timeout=30) as answer:
        answer.read()


# --- a notebook in the page -------------------------------------------------------------------


class Notebook:
    """A unit that is open in JupyterLab."""

    def __init__(self, visit: Visit, lab: Lab, unit: str) -> None:
        self.page = visit.page
        path = notebook_of(lab.workspace, unit).relative_to(lab.workspace.root).as_posix()
        self.page.goto(f"{lab.url}lab/tree/{path}?token={lab.token}&reset")
        # Either the kernel is there, or somebody is asked which one it should be.
        self.page.wait_for_function(
            """path => {
                const panel = window.jupyterapp?.shell.currentWidget;
                const session = panel?.sessionContext;
                return panel?.context?.path === path && panel.content.model?.cells.length > 0
                    && session.isReady && session.session?.kernel?.status === 'idle'
                    || document.querySelector('.jp-Dialog');
            }""",
            arg=path,
            timeout=60 * SECONDS,
        )

    def kernel(self) -> list[str]:
        """The name of the kernel, for the computer and for people."""
        found: list[str] = self.page.evaluate(
            """() => {
                const session = jupyterapp.shell.currentWidget.sessionContext;
                return [session.session.kernel.name, session.kernelDisplayName];
            }"""
        )
        return found

    def run_all(self) -> dict[str, list[dict[str, Any]]]:
        """Run all cells. Return the outputs of each code cell by its id."""
        self.page.evaluate(
            """() => {
                window.riloRun = 'running';
                jupyterapp.commands.execute('notebook:run-all-cells').then(
                    () => { window.riloRun = 'done'; },
                    reason => { window.riloRun = 'done'; console.error(String(reason)); });
            }"""
        )
        self.page.wait_for_function("() => window.riloRun === 'done'", timeout=60 * SECONDS)
        cells = self.page.evaluate(
            """() => [...jupyterapp.shell.currentWidget.content.model.cells]
                .filter(cell => cell.type === 'code')
                .map(cell => [cell.id, cell.executionCount, cell.outputs.toJSON()])"""
        )
        assert all(count for _, count, _ in cells), "a cell was not run"
        return {name: outputs for name, _, outputs in cells}

    def write(self, cell: str, source: str) -> None:
        """Put an answer into a cell."""
        self.page.evaluate(
            """([id, source]) => {
                const cells = [...jupyterapp.shell.currentWidget.content.model.cells];
                cells.find(cell => cell.id === id).sharedModel.setSource(source);
            }""",
            [cell, source],
        )

    def pictures(self) -> dict[str, int]:
        """How many colours the first picture of each cell has, by the id of the cell."""
        cells = self.page.evaluate(
            """() => [...jupyterapp.shell.currentWidget.content.model.cells]
                .filter(cell => cell.type === 'code')
                .map(cell => [cell.id, cell.outputs.toJSON()
                    .map(output => output.data?.['image/png']).filter(Boolean)])"""
        )
        colours = {}
        for name, found in cells:
            for content in found[:1]:
                with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
                    colours[name] = len(picture.convert("RGB").getcolors(10_000_000) or [])
        return colours

    def without_words(self) -> list[str]:
        """The cells that show a picture without alt text."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
                .filter(cell => [...cell.querySelectorAll('.jp-OutputArea-output img')]
                    .some(picture => !picture.alt.trim()))
                .map(cell => cell.innerText.slice(0, 60).replaceAll('\\n', ' '))"""
        )
        return found

    def too_wide(self) -> list[str]:
        """What does not fit into the width of the page: cell and how many pixels are out."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].flatMap(cell =>
                [...cell.querySelectorAll(
                    '.jp-OutputArea-output, .jp-RenderedMarkdown, .cm-scroller')]
                .filter(part => part.offsetParent && part.scrollWidth > part.clientWidth + 1)
                .map(part => `${part.scrollWidth - part.clientWidth} px: `
                    + cell.innerText.slice(0, 60).replaceAll('\\n', ' ')))"""
        )
        return found

    def shown(self, cell: str) -> Locator:
        """What stands below a cell in the page."""
        place = self.page.evaluate(
            """id => [...jupyterapp.shell.currentWidget.content.model.cells]
                .findIndex(cell => cell.id === id)""",
            cell,
        )
        return self.page.locator(".jp-Notebook .jp-Cell").nth(place).locator(".jp-OutputArea")


def text_of(outputs: list[dict[str, Any]]) -> str:
    """The outputs of a cell as plain text."""
    return "\n".join(
        "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for output in outputs
    )


def assert_untouched_copy_runs(outputs: dict[str, list[dict[str, Any]]], questions: int) -> None:
    """No cell ends with an error, and every check says that nothing was answered yet."""
    wrong = {
        name: output["evalue"]
        for name, found in outputs.items()
        for output in found
        if output["output_type"] == "error"
    }
    assert wrong == {}
    checks = {name: text_of(found) for name, found in outputs.items() if name.endswith("-check")}
    assert len(checks) == questions
    for name, text in checks.items():
        number = name.removesuffix("-check").removeprefix("q")
        assert text.startswith(f"Question {number}: not attempted"), text


def assert_no_network(visit: Visit) -> None:
    """Neither the page nor, at its wish, the server looks for anything outside."""
    assert visit.blocked == []
    assert [url for url in visit.asked if re.search(r"/api/(news|update)", url)] == []


def assert_runs_blank_and_solved(lab: Lab, visit: Visit, unit: str) -> None:
    """A participant's copy runs as it is given out, and with the solutions in it."""
    programme = load_programme()
    instructor = read_notebook(programme.notebook(programme.unit(unit)))
    solutions, written = solutions_of(instructor), written_questions(instructor)
    notebook = Notebook(visit, lab, unit)
    assert_untouched_copy_runs(notebook.run_all(), questions=len(solutions))
    assert notebook.too_wide() == []
    assert notebook.without_words() == []

    for question, solution in solutions.items():
        notebook.write(f"{question}-answer", solution)
    outputs = notebook.run_all()
    for question in solutions:
        said = text_of(outputs[f"{question}-check"])
        number, wanted = question.removeprefix("q"), "correct"
        if question in written:
            wanted = "waits for an instructor"
        assert said.startswith(f"Question {number}: {wanted}"), said
    drawn = notebook.pictures()
    drawing = {
        cell.id
        for cell in instructor.cells
        if cell.cell_type == "code" and role_of(cell) != "key" and "plt.show()" in cell.source
    }
    assert drawing <= drawn.keys(), drawing - drawn.keys()
    assert all(colours > 2 for colours in drawn.values()), drawn
    assert notebook.too_wide() == []
    assert notebook.without_words() == []
    assert_no_network(visit)
