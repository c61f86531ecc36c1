"""What a person sees in a real browser, with every way to the network closed."""

from __future__ import annotations

import pytest
from browsing import Visit
from labbing import (
    Lab,
    Notebook,
    assert_no_network,
    assert_runs_blank_and_solved,
    assert_untouched_copy_runs,
    text_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THREE = ("w1d1_01", "w1d4_01", "w1d5_90")
"""A first lesson, a lesson of pictures, a graded unit with a score. `prove` opens them all."""

FIND_KETAMINE = """\
ketamine = seizures[seizures["sub_commodity"].str.contains("ketamine", case=False)]
ketamine_lines = len(ketamine)"""
ONE_SPELLING = """\
ketamine = seizures[seizures["sub_commodity"] == "Ketamine and related substances"]
ketamine_lines = len(ketamine)"""


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


@pytest.mark.parametrize("unit", THREE)
def test_a_unit_runs_blank_and_solved(unit: str, lab: Lab, visit: Visit) -> None:
    """Its pictures are drawn, every solution is called right, nothing is wider than the page."""
    assert_runs_blank_and_solved(lab, visit, unit)


def test_the_feedback_of_a_graded_unit_is_seen(lab: Lab, visit: Visit) -> None:
    """In w1d1_90 a right answer is called correct, and a known mistake gets its sentence."""
    from playwright.sync_api import expect

    notebook = Notebook(visit, lab, "w1d1_90")
    assert_untouched_copy_runs(notebook.run_all(), questions=9)
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
