"""The pages of the grader in a real browser, with every way to the network closed."""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit
from PIL import Image

from rilo_training.course.manifest import load_programme
from rilo_training.grading.reports.cohort import cohort_page
from rilo_training.grading.reports.feedback import feedback_page
from rilo_training.grading.store.result import Criterion, Result

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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


WIDTHS = (1366, 400)


def open_page(visit: Visit, path: Path, text: str) -> None:
    """Open a page as a person does: from a file. It may not load anything else."""
    path.write_text(text, encoding="utf-8")
    visit.page.goto(path.as_uri())
    assert [url for url in visit.asked if not url.startswith("data:")] == [path.as_uri()]
    assert visit.blocked == []
    assert visit.complaints == []
    assert visit.page.locator("script").count() == 0
    assert_no_sideways_scroll(visit)
    assert_structure(visit)


def assert_no_sideways_scroll(visit: Visit) -> None:
    """Neither on a laptop nor on a telephone is anything beyond the right edge."""
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 768})
        assert visit.page.evaluate(wide) <= 0, f"the page is wider than {width}"
    visit.page.set_viewport_size({"width": WIDTHS[0], "height": 768})


def assert_structure(visit: Visit) -> None:
    """Who listens to the page finds its language, its headings, its tables and its pictures."""
    page = visit.page
    assert page.locator("html").get_attribute("lang") == "en"
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    names = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(names) == len(set(names))


def contrast(visit: Visit, selector: str) -> float:
    """The smallest contrast of ink and paper among the cells of a page, as WCAG counts it."""
    colours = visit.page.eval_on_selector_all(
        selector,
        """all => all.map(one => {
            let under = one, paper;
            do {
                paper = getComputedStyle(under).backgroundColor;
                under = under.parentElement;
            } while (under && paper === 'rgba(0, 0, 0, 0)');
            return [getComputedStyle(one).color, paper]
                .map(colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number));
        })""",
    )
    assert colours

    def light(colour: list[float]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lights = [sorted((light(ink), light(paper))) for ink, paper in colours]
    return min((bright + 0.05) / (dark + 0.05) for dark, bright in lights)


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
    expect(page.get_by_text("question 8: 3 answers wait for marks.")).to_be_visible()
    people = page.get_by_role("region", name="Participants by questions")
    link = people.get_by_role("link", name="p2", exact=True)
    expect(link).to_have_attribute("href", "feedback/p2/w1d1_90.html")
    assert page.locator("td.verdict").count() == len(results)
    assert page.locator("img").count() == 0


LONG = "w" * 3_000
TURNED = "abc\u202efed\u2066 \x1b[31mred"


def test_long_words_and_turned_texts_break_no_page(tmp_path: Path, visit: Visit) -> None:
    """Names, code and sentences without a blank stay inside, and no text is turned round."""
    results = [
        result(f"{LONG}{TURNED}", "q1", "near_miss", diagnosis=LONG + TURNED, answer=LONG),
        result("يحيى", "q1", "error", diagnosis=TURNED),
        result("p3", "q1", "to_mark", kind="text", answer=LONG),
    ]
    open_page(visit, tmp_path / "cohort.html", cohort_page(load_programme(), results))
    assert "\u202e" not in visit.page.content()
    for number, one in enumerate(results):
        visit.asked.clear()
        text = feedback_page(load_programme(), [one], executed_notebook(tmp_path))
        open_page(visit, tmp_path / f"feedback_{number}.html", text)
        assert "\u202e" not in visit.page.content()


def test_a_marked_text_can_be_read(tmp_path: Path, visit: Visit) -> None:
    """The levels are a table with headings, and the comment stands below it."""
    from playwright.sync_api import expect

    one = result(
        "p1",
        "q1",
        "partial",
        kind="text",
        criteria=(Criterion("Limits", "one that matters", 1.0, 1.0),),
        comment="Name the period.",
        is_released=True,
    )
    text = feedback_page(load_programme(), [one], executed_notebook(tmp_path))
    open_page(visit, tmp_path / "feedback.html", text)
    expect(visit.page.get_by_role("row", name="Limits")).to_contain_text("1 of 1")
    expect(visit.page.get_by_text("Name the period.")).to_be_visible()
    expect(visit.page.get_by_text("Do not hand out.")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_cell_can_be_read_in_light_and_dark(
    tmp_path: Path, visit: Visit, scheme: Any
) -> None:
    """Ink and paper differ enough in every cell (4.5 to 1), also on a dark screen."""
    verdicts = ["near_miss", "correct", "partial", "wrong", "error", "not_attempted", "to_mark"]
    results = [
        result(f"p{person}", f"q{number}", verdict, competence=f"C{1 + (number + person) % 7}")
        for person in range(3)
        for number, verdict in enumerate(verdicts, start=1)
    ]
    visit.page.emulate_media(color_scheme=scheme)
    open_page(visit, tmp_path / "cohort.html", cohort_page(load_programme(), results))
    assert contrast(visit, "td, th, td b, td .of, td .quiet, p, li, h2, a, .badge") >= 4.5
    visit.asked.clear()
    text = feedback_page(load_programme(), results[:7], executed_notebook(tmp_path))
    open_page(visit, tmp_path / "feedback.html", text)
    assert contrast(visit, "td, th, p, h2, a, pre, code, .badge, .banner") >= 4.5


def test_the_shades_are_told_apart_in_grey(tmp_path: Path, visit: Visit) -> None:
    """The four shades of the competences differ in lightness, so a grey printer keeps them."""
    open_page(
        visit, tmp_path / "cohort.html", cohort_page(load_programme(), [result("p", "q1", "wrong")])
    )
    greys = visit.page.eval_on_selector_all(
        ".legend span",
        """all => all.map(one => getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number))
            .map(([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue)""",
    )
    assert len(greys) == 4
    assert all(after - before > 15 for before, after in itertools.pairwise(greys))


def test_pages_print_on_a4(tmp_path: Path, visit: Visit) -> None:
    """The feedback stands upright on A4, the report lies; nothing is cut at the right."""
    results = [result("p1", f"q{number}", "near_miss", diagnosis="Why.") for number in range(1, 9)]
    sizes = {}
    for name, text in {
        "feedback": feedback_page(load_programme(), results, executed_notebook(tmp_path)),
        "cohort": cohort_page(load_programme(), results),
    }.items():
        visit.asked.clear()
        open_page(visit, tmp_path / f"{name}.html", text)
        printed = visit.page.pdf(prefer_css_page_size=True)
        sizes[name] = {
            tuple(round(float(side)) for side in box.split())
            for box in re.findall(r"/MediaBox \[0 0 ([\d. ]+)\]", printed.decode("latin-1"))
        }
    assert sizes == {"feedback": {(595, 842)}, "cohort": {(842, 595)}}
