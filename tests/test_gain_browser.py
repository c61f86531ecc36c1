"""The pages of the test of gain in a real browser, with every way to the network closed."""

from __future__ import annotations

import itertools
import json
import re
import time
from pathlib import Path

import pytest
from browsing import Visit
from click.testing import CliRunner
from gaining import SEEDS, all_right, bank, exams_of, tables_of

from rilo_training.cli import main
from rilo_training.gain import occasion
from rilo_training.gain.exam import Exam
from rilo_training.gain.pages import Sheet, key_page, paper_page, screen_page
from rilo_training.gain.records import TestWorld, read_worlds
from rilo_training.gain.store import GainStore

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent
SHEET = Sheet("anna", "before", "w1", "ACD-EFH")


def opened(visit: Visit, path: Path) -> None:
    """Open a page as a person does: from a file. It asks for nothing else."""
    visit.page.goto(path.as_uri())
    assert visit.asked == [path.as_uri()]
    assert visit.complaints == []
    for width in (400, 1366):
        visit.page.set_viewport_size({"width": width, "height": 768})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visit.page.evaluate(wide) <= 0, f"the page is wider than {width}"


def answer(visit: Visit, exam: Exam, pairs: list[tuple[str, str]]) -> None:
    """Choose as a person does, by the words that stand there."""
    for number, (letter, sure) in enumerate(pairs, start=1):
        item = visit.page.get_by_role("group", name=f"Question {number}", exact=True)
        if letter:
            item.locator(f"label:has(input[value='{letter}'])").first.click()
        if sure:
            words = {"yes": "sure", "no": "not sure"}[sure]
            item.get_by_role("radio", name=words, exact=True).check()


def save(visit: Visit, folder: Path) -> Path:
    """Save, and put the file where the instructor finds it."""
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="Save my answers").first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_from_the_page_on_screen_to_the_report(
    tmp_path: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draw, make, answer all 28 items in the browser, save, enter, report."""
    monkeypatch.setenv("RILO_COURSE", str(ROOT))
    monkeypatch.setattr(occasion, "world_tables", lambda seed: tables_of(SEEDS[0]))
    store, run = tmp_path / "store", CliRunner().invoke
    run(main, ["gain", "draw", str(store), "--participants", "anna"])
    run(main, ["gain", "make", str(store), "--occasion", "before"])
    place = store / "gain" / "before" / "hand_out" / "anna" / "test_on_screen.html"
    opened(visit, place)
    with GainStore(store).history() as history:
        exams = read_worlds(history)["before"].exams
    form = re.search(r'data-form="(\w)"', place.read_text(encoding="utf-8"))
    assert form
    exam = exams[form[1]]
    wrong = next(iter(exam.keys[0].shows))
    pairs = [(wrong, "yes"), ("n", ""), *all_right(exam)[2:]]
    answer(visit, exam, pairs)
    visit.page.get_by_label("How many cases?").fill("165")
    visit.page.get_by_label("Two or three sentences").fill("165 drug cases.\nReported only.")
    path = save(visit, tmp_path)
    assert path.name == "gain_before_anna_1.json"
    said = visit.page.get_by_role("alert").inner_text()
    assert said == f"The file {path.name} was saved. Hand it in."
    entered = run(main, ["gain", "enter", str(store), str(path)])
    assert entered.exit_code == 0
    assert f"anna, before, form {form[1]}: 28 of 28 items have an answer." in entered.output
    assert run(main, ["gain", "report", str(store)]).exit_code == 0
    visit.asked.clear()
    opened(visit, store / "gain" / "report" / "people" / "anna.html")
    cells = visit.page.locator("tbody tr", has_text="Data and fair comparison").locator("td")
    assert cells.all_inner_texts() == [
        "4 → –",
        "1 → –",
        "0 → –",
        "1 → –",
        "0 → –",
        "right and sure → –",
    ]
    row = visit.page.locator("tr", has_text=exam.keys[0].point)
    assert exam.keys[0].shows[wrong] in row.inner_text()


def test_the_page_says_what_is_missing_and_can_be_saved_again(tmp_path: Path, visit: Visit) -> None:
    """It names the questions, and the second file has the next number."""
    exam = exams_of(SEEDS[0])["A"]
    path = tmp_path / "page.html"
    path.write_text(screen_page(exam, bank(), SHEET), encoding="utf-8")
    opened(visit, path)
    page = visit.page
    first = page.get_by_role("group", name="Question 1", exact=True)
    sure = first.get_by_role("radio", name="sure", exact=True)
    assert sure.is_disabled()
    answer(visit, exam, [("a", ""), ("b", "no"), *[("n", "")] * 25])
    assert page.get_by_role("status").inner_text() == "27 of 28 answered"
    content = json.loads(save(visit, tmp_path).read_text(encoding="utf-8"))
    assert 0 <= time.time() - content["at"] / 1000 < 60
    assert content["answers"][:3] == [
        {"item": 1, "answer": "a", "sure": ""},
        {"item": 2, "answer": "b", "sure": "no"},
        {"item": 3, "answer": "n", "sure": ""},
    ]
    assert page.get_by_role("alert").inner_text().split("\n") == [
        "The file gain_before_anna_1.json was saved. Hand it in.",
        "Without an answer: question 28.",
        "Say sure or not sure: question 1.",
        "You may go on, and save again.",
    ]
    assert page.get_by_label("The text of the file").input_value() == json.dumps(content, indent=1)
    sure.check()
    answer(visit, exam, [("n", "")])
    assert not sure.is_checked()
    assert sure.is_disabled()
    second = save(visit, tmp_path)
    assert (second.name, json.loads(second.read_text(encoding="utf-8"))["saved"]) == (
        "gain_before_anna_2.json",
        2,
    )
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [
        0,
        0,
        "",
    ]


def test_the_page_can_be_used_with_the_keyboard_alone(tmp_path: Path, visit: Visit) -> None:
    """Tab and the arrow keys reach every answer, and what has the focus is not hidden."""
    path = tmp_path / "page.html"
    path.write_text(screen_page(exams_of(SEEDS[0])["B"], bank(), SHEET), encoding="utf-8")
    opened(visit, path)
    page = visit.page
    page.keyboard.press("Tab")  # the button of the bar
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chosen = page.eval_on_selector_all("input:checked", "all => all.map(i => i.name + i.value)")
    assert chosen == ["answer1b", "sure1yes"]
    page.locator("#item9 input").first.focus()
    place = page.evaluate(
        "[document.activeElement.getBoundingClientRect().top,"
        " document.querySelector('.bar').getBoundingClientRect().bottom]"
    )
    assert place[0] > place[1]


def test_pages_print_on_a4_and_no_question_is_cut(tmp_path: Path, visit: Visit) -> None:
    """Paper, screen and key stand upright; the task begins on a sheet of its own."""
    exams = exams_of(SEEDS[0])
    pages = {
        "paper": paper_page(exams["A"], bank(), SHEET),
        "screen": screen_page(exams["A"], bank(), SHEET),
        "key": key_page(TestWorld("before", 1, "w1", "1", exams), bank()),
    }
    counts = {}
    for name, text in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        visit.asked.clear()
        opened(visit, path)
        levels = visit.page.eval_on_selector_all("h1, h2, h3", "all => all.map(h => +h.tagName[1])")
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        printed = visit.page.pdf(prefer_css_page_size=True).decode("latin-1")
        sizes = re.findall(r"/MediaBox \[0 0 ([\d. ]+)\]", printed)
        assert {tuple(round(float(side)) for side in one.split()) for one in sizes} == {(595, 842)}
        counts[name] = len(sizes)
    assert counts["paper"] <= 8
    assert counts["screen"] <= 12
