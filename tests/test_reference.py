"""The reference says what the library does, and every public name keeps to the form of it."""

import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rilo_training.course.handbook import library
from rilo_training.course.handbook.docstring import (
    SECTIONS,
    parameters_of,
    problems_of,
    read_docstring,
)
from rilo_training.course.handbook.library import (
    ROOMS,
    documented,
    pages,
    public_names,
    questions,
)
from rilo_training.course.handbook.page import Topic, as_markdown, room_page
from rilo_training.course.handbook.picture import alt_text_of, drawing, drawings, save_small
from rilo_training.course.manifest import CourseError
from rilo_training.course.material import PAGES

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / PAGES
MOST_BYTES = 60_000


# The last digit of a model may be another one elsewhere; the pages are made on this system.
where_pages_are_made = pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != (3, 11),
    reason="numbers in the pictures are compared in the locked environment",
)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The pages as the generator makes them now."""
    return pages(ROOT)


@pytest.mark.parametrize(
    ("name", "thing", "example"), [pytest.param(*one, id=one[0]) for one in documented()]
)
def test_a_public_name_keeps_to_the_form(name: str, thing: Any, example: bool) -> None:
    """Result, reason, parameters as in the signature, what comes back, an example."""
    assert problems_of(thing, name, example) == []


def test_what_a_method_refers_to_has_the_same_parameters() -> None:
    """Who writes "as in `predict_proba`" sends the reader to a place where it stands."""
    known = {name.split(".", 1)[1]: thing for name, thing, _ in documented()}
    for name, thing, example in documented():
        room_free = name.split(".", 1)[1]
        summary = read_docstring(thing.__doc__).summary
        for other in [] if example else re.findall(r"\bas (?:in )?`([\w.]+)`", summary):
            target = other if "." in other else f"{room_free.rsplit('.', 1)[0]}.{other}"
            assert parameters_of(known[target]) == parameters_of(thing), (name, target)


@where_pages_are_made
def test_the_committed_pages_are_those_of_the_generator(made: dict[str, str]) -> None:
    """A page that was changed by hand, or not made again, misleads."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert sorted(found) == sorted(made)
    for file, text in made.items():
        assert found[file] == text, f"{file}: run handbook.renew()"


def test_each_picture_is_there_and_is_small(made: dict[str, str]) -> None:
    """Nothing is missing, nothing is left over, and a slow line carries it."""
    named = {
        f"{room}_{name}.png" for room in ROOMS for name in public_names(room) if drawing(room, name)
    }
    assert {path.name for path in FOLDER.glob("*.png")} == named
    text = "".join(made.values())
    for name in named:
        assert f"]({name})" in text
        assert (FOLDER / name).stat().st_size < MOST_BYTES, name


@where_pages_are_made
def test_each_picture_is_of_the_chart_that_its_page_describes(made: dict[str, str]) -> None:
    """The file carries the words of the page, so it was drawn from the same data."""
    text = "".join(made.values()).replace("\\[", "[").replace("\\]", "]")
    for path in sorted(FOLDER.glob("*.png")):
        alt = alt_text_of(path)
        assert alt
        assert f"![{alt}]({path.name})" in text, f"{path.name}: run handbook.renew()"


def test_each_drawing_belongs_to_a_public_name() -> None:
    """A drawing whose function is gone would never be seen."""
    known = {name for room in ROOMS for name in public_names(room) if drawing(room, name)}
    assert {name for _, name in drawings()} == known


def test_every_link_leads_to_a_heading(made: dict[str, str]) -> None:
    """A reader who clicks on a name finds it."""
    for file, text in made.items():
        for target, anchor in re.findall(r"\]\((\w*(?:\.md)?)#(\w+)\)", text):
            assert f"\n## {anchor}\n" in made[target or file], (file, anchor)


def test_every_chart_of_the_room_has_a_picture() -> None:
    """What draws is shown drawn."""
    from rilo_training.charts import Chart

    for name, thing in public_names("charts").items():
        annotations = getattr(thing, "__annotations__", {})
        if str(annotations.get("return")) in ("Chart", str(Chart)):
            assert drawing("charts", name), name


def test_a_name_without_a_question_is_refused(tmp_path: Path) -> None:
    """The author is told which names, and where to write."""
    (tmp_path / "curriculum").mkdir()
    file = tmp_path / "curriculum" / "reference.toml"
    text = (ROOT / "curriculum" / "reference.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('"charts.bars"', '"charts.trend"'), encoding="utf-8")
    with pytest.raises(CourseError, match=r"\['charts.bars'\] of the library answer no question"):
        questions(tmp_path)
    file.write_text(text.replace('"charts.bars"', '"charts.pies"'), encoding="utf-8")
    with pytest.raises(CourseError, match=r"\['charts.pies'\], and the library has no such name"):
        questions(tmp_path)


def test_renewing_writes_the_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command of the guide writes what the generator makes, and keeps the pictures."""
    asked = []

    def fake(root: Path, keep: bool = False) -> dict[str, str]:
        asked.append((root, keep))
        return {"README.md": "# Questions\n"}

    monkeypatch.setattr(library, "pages", fake)
    library.renew(tmp_path)
    assert asked == [(tmp_path, True)]
    assert (tmp_path / PAGES / "README.md").read_text(encoding="utf-8") == "# Questions\n"


def test_a_picture_that_is_the_same_is_not_written_again(tmp_path: Path) -> None:
    """Who makes the pages again without a change has nothing to commit."""
    from rilo_training.charts import bars

    goods = pd.DataFrame({"goods": ["tea", "tea", "rum"]})
    file = tmp_path / "a.png"
    save_small(bars(goods, "goods", unit="cases"), file)
    first = file.stat().st_mtime_ns
    save_small(bars(goods, "goods", unit="cases"), file)
    assert file.stat().st_mtime_ns == first
    assert alt_text_of(file) == "Bar chart. Cases by goods. tea: 2, rum: 1."


def whole(rows: list[int], share: float = 0.5) -> int:
    """Return how many rows are in a share.

    An analyst asks it before a budget.

    Parameters
    ----------
    rows : list of int
        The rows.
    share : float
        Above 0.

    Returns
    -------
    int
        Rounded.

    Raises
    ------
    ValueError
        When there are no rows.

    Examples
    --------
    >>> whole([1, 2])
    1
    """
    return round(len(rows) * share)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rows : list", "row : list", "the parameters are ['rows', 'share']"),
        ("share : float", "share", "Parameters without a type"),
        ("a share.\n", "a share\n", "ends with a full stop"),
        (">>>", ">>", "there is no example"),
        ("Returns\n    -------", "Gives\n    -----", "unknown sections ['Gives']"),
        ("    An analyst asks it before a budget.\n", "", "nothing says why"),
        ("    When there are no rows.", "", "Raises does not say when"),
    ],
)
def test_each_fault_of_a_docstring_is_named(old: str, new: str, said: str) -> None:
    """The author reads what is wrong, with the name."""

    def changed(rows: list[int], share: float = 0.5) -> int:
        return whole(rows, share)

    assert whole.__doc__
    assert old in whole.__doc__
    assert problems_of(whole, "whole") == []
    changed.__doc__ = whole.__doc__.replace(old, new)
    found = problems_of(changed, "whole")
    assert found
    assert all(problem.startswith("whole: ") for problem in found)
    assert any(said in problem for problem in found), found


def test_no_docstring_is_one_fault() -> None:
    """And sections in another order are another."""

    def bare() -> None: ...

    assert problems_of(bare, "bare") == ["bare: there is no docstring."]
    bare.__doc__ = "Do it.\n\nWhy.\n\nExamples\n--------\n>>> 1\n\nNotes\n-----\nLate."
    assert problems_of(bare, "bare") == [
        f"bare: the sections stand in another order than {', '.join(SECTIONS)}."
    ]


def test_a_page_shows_all_of_a_docstring() -> None:
    """Signature, parameters, result, errors and example, in Markdown."""
    page = room_page("analysis", "The room.", [Topic("analysis", "whole", whole, ("How many?",))])
    for words in (
        "*How many?*",
        "whole(rows, share=0.5)",
        "- `share` (float): Above 0.",
        "- int:\n  Rounded.",
        "- `ValueError`: When there are no rows.",
        ">>> whole([1, 2])\n1\n```",
    ):
        assert words in page
    assert as_markdown(":class:`~a.b.Chart` and ``x``") == "`Chart` and `x`"
    assert read_docstring(None).summary == ""
