"""What a person sees in a real browser, with every way to the network closed."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from rilo_training.course.manifest import load_programme
from rilo_training.course.workspaces import find_material, notebook_of, start_workspace
from rilo_training.grading.report import cohort_page, feedback_page
from rilo_training.grading.result import Result
from rilo_training.jupyter import lab_command
from rilo_training.learn.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Everything but this computer: addresses of the network, and also its web sockets.
ELSEWHERE = re.compile(r"^(https?|wss?)://(?!(localhost|127\.0\.0\.1)[:/])")
SECONDS = 1_000  # Playwright counts in milliseconds

FIND_KETAMINE = """\
ketamine = seizures[seizures["sub_commodity"].str.contains("ketamine", case=False)]
ketamine_lines = len(ketamine)"""
ONE_SPELLING = """\
ketamine = seizures[seizures["sub_commodity"] == "Ketamine and related substances"]
ketamine_lines = len(ketamine)"""

# --- the browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> str:
    """The place of Chromium on this computer."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@dataclasses.dataclass
class Visit:
    """A page, what it asked for, and what it complained about."""

    page: Page
    asked: list[str]
    complaints: list[str]

    @property
    def blocked(self) -> list[str]:
        """The addresses elsewhere that it asked for. It did not get them."""
        return [url for url in self.asked if ELSEWHERE.match(url)]


@pytest.fixture
def visit(chromium: str) -> Iterator[Visit]:
    """A page in Chromium that reaches nothing but this computer."""
    from playwright.sync_api import ConsoleMessage, sync_playwright

    closed = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=closed)
        window = {"width": 1366, "height": 768}
        context = browser.new_context(viewport=window, service_workers="block")
        page = context.new_page()
        found = Visit(page, [], [])

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                found.complaints.append(message.text)

        context.route(ELSEWHERE, lambda route: route.abort())
        page.on("request", lambda request: found.asked.append(request.url))
        page.on("websocket", lambda opened: found.asked.append(opened.url))
        page.on("console", listen)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        yield found
        context.close()
        browser.close()


# --- JupyterLab -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the workspace that it shows."""

    url: str
    token: str
    workspace: Workspace


@pytest.fixture(scope="module")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a fresh workspace, as `rilo lab` starts it, with no settings of its own."""
    folder = tmp_path_factory.mktemp("lab")
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


# --- the tests --------------------------------------------------------------------------------


def test_jupyterlab_opens_without_a_question(lab: Lab, visit: Visit) -> None:
    """The kernel is chosen, no dialog asks, no notice waits, and all cells are in the page."""
    from playwright.sync_api import expect

    notebook = Notebook(visit, lab, "w1d1_01")
    name, shown = notebook.kernel()
    assert name == "python3"
    assert shown.startswith("Python 3")
    page = visit.page
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    assert page.locator(".jp-Notification-Status").inner_text().strip() == "0"
    cells = page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length")
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)
    assert_no_network(visit)


def test_the_lesson_runs_and_draws_its_charts(lab: Lab, visit: Visit) -> None:
    """An untouched copy of w1d1_01 runs from top to bottom, and its charts are pictures."""
    from playwright.sync_api import expect

    notebook = Notebook(visit, lab, "w1d1_01")
    outputs = notebook.run_all()
    assert_untouched_copy_runs(outputs, questions=7)
    for chart in ("first-chart-code", "honest-chart-code"):
        data = [output["data"] for output in outputs[chart] if "data" in output]
        with Image.open(io.BytesIO(base64.b64decode(data[0]["image/png"]))) as picture:
            assert len(picture.convert("RGB").getcolors(1_000_000) or []) > 2
        shown = notebook.shown(chart).locator("img")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.complete && image.naturalWidth") > 300
    expect(notebook.shown("take-away-code")).to_contain_text("0 of 7 questions are done.")
    assert_no_network(visit)


def test_the_feedback_of_a_graded_unit_is_seen(lab: Lab, visit: Visit) -> None:
    """In w1d1_90 a right answer is called correct, and a known mistake gets its sentence."""
    from playwright.sync_api import expect

    notebook = Notebook(visit, lab, "w1d1_90")
    assert_untouched_copy_runs(notebook.run_all(), questions=8)
    below = notebook.shown("q2-check")
    expect(below.get_by_text("Question 2: not attempted")).to_be_visible()
    expect(below.locator("code")).to_have_text("ketamine_lines")

    notebook.write("q2-answer", FIND_KETAMINE)
    assert text_of(notebook.run_all()["q2-check"]).startswith("Question 2: correct\n")
    expect(below.get_by_text("Question 2: correct")).to_be_visible()
    expect(below.get_by_text("Practice check passed. The official run uses other")).to_be_visible()

    notebook.write("q2-answer", ONE_SPELLING)
    assert text_of(notebook.run_all()["q2-check"]).startswith("Question 2: a known mistake\n")
    expect(below.get_by_text("Question 2: a known mistake")).to_be_visible()
    expect(below.get_by_text("You found one spelling.")).to_be_visible()
    expect(below).not_to_contain_text("correct")
    assert_no_network(visit)


# --- the pages of the grader ------------------------------------------------------------------

HOSTILE = '<script src="https://example.org/x.js"></script><img src="https://example.org/x.png">'


def result(participant: str, question: str, verdict: str, **more: Any) -> Result:
    """One graded question of w1d1_90."""
    points = {"correct": 2.0, "to_mark": None}.get(verdict, 0.0)
    return Result(
        **{
            "participant": participant,
            "unit": "w1d1_90",
            "question": question,
            "verdict": verdict,
            "points": points,
            "out_of": 2.0,
            "diagnosis": "",
            "competence": "C1",
            "attempt": 1,
            "isolation": "process",
            "rehearsal": "",
            "mistake": None,
            "notes": "",
            "answer": "12 lines",
            "at": "2026-11-20T09:00:00+00:00",
            "receipt": "",
        }
        | more
    )


def executed_notebook(folder: Path) -> Path:
    """An executed notebook with a task, hostile code, hostile output and a chart."""
    chart = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(chart, "PNG")
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": HOSTILE},
        {
            "output_type": "display_data",
            "data": {
                "text/html": HOSTILE,
                "image/png": base64.b64encode(chart.getvalue()).decode("ascii"),
            },
        },
    ]
    task = (
        "## Question 1 (2 points)\n\nHow many **lines** are in `seizures`?\n\n"
        f"- **a** few\n- **b** 2 * 3 * 4 {HOSTILE}\n\nOne ` alone, and `<b>code</b>`"
    )
    cells = [
        {"source": task, "metadata": {"rilo": {"question": "q1", "role": "task"}}},
        {
            "source": f"# {HOSTILE}\nlines = 12",
            "metadata": {"rilo": {"question": "q1", "role": "answer"}},
            "outputs": outputs,
        },
    ]
    path = folder / "executed.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def open_page(visit: Visit, path: Path, text: str) -> None:
    """Open a page as a person does: from a file. It may not load anything else."""
    path.write_text(text, encoding="utf-8")
    visit.page.goto(path.as_uri())
    assert [url for url in visit.asked if not url.startswith("data:")] == [path.as_uri()]
    assert visit.blocked == []
    assert visit.complaints == []
    assert visit.page.locator("script").count() == 0
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(wide) <= 0


def test_the_feedback_page_is_a_quiet_page(tmp_path: Path, visit: Visit) -> None:
    """It shows the task, the verdict and the chart; text of a submission stays text."""
    from playwright.sync_api import expect

    results = [
        result("p1", "q1", "near_miss", diagnosis="`Unknown` is in your table.", notes=HOSTILE),
        result("p1", "q2", "error", diagnosis=f"Your code stopped: {HOSTILE}"),
        result("p1", "q3", "to_mark", answer=HOSTILE),
    ]
    text = feedback_page(load_programme(), results, executed_notebook(tmp_path))
    open_page(visit, tmp_path / "feedback.html", text)
    page = visit.page
    expect(page.get_by_role("heading", name="Question 1 a known mistake")).to_be_visible()
    expect(page.get_by_text("Unknown is in your table.")).to_be_visible()
    task = page.locator(".task").first
    expect(task.get_by_role("listitem")).to_have_count(2)
    expect(task.get_by_role("listitem").last).to_contain_text("b 2 * 3 * 4 <script")
    expect(task.locator("strong").first).to_have_text("lines")
    expect(task.locator("code").first).to_have_text("seizures")
    expect(task).to_contain_text("One ` alone, and `<b>code</b>`")
    pictures = page.locator("img")
    assert pictures.count() == 1
    assert pictures.evaluate("image => image.complete && image.naturalWidth") == 40


def test_the_cohort_report_is_a_quiet_page(tmp_path: Path, visit: Visit) -> None:
    """It shows every verdict, the mistakes with their number, and links to the feedback."""
    from playwright.sync_api import expect

    verdicts = ["near_miss", "correct", "partial", "wrong", "error", "timeout", "no_answer"]
    mistake = "You found one spelling."
    results = [
        result(name, f"q{number}", verdict, diagnosis=mistake if verdict == "near_miss" else "")
        for name in ("p1", "p2", HOSTILE)
        for number, verdict in enumerate([*verdicts, "to_mark"], start=1)
    ]
    open_page(visit, tmp_path / "cohort.html", cohort_page(load_programme(), results))
    page = visit.page
    expect(page.get_by_role("heading", name="Cohort report")).to_be_visible()
    expect(page.get_by_role("row", name=mistake)).to_contain_text("3")
    expect(page.get_by_text("Answers that wait for an instructor: 3.")).to_be_visible()
    link = page.get_by_role("link", name="p2", exact=True)
    expect(link).to_have_attribute("href", "feedback/p2/w1d1_90.html")
    assert page.locator("td.verdict").count() == len(results)
    assert page.locator("img").count() == 0
