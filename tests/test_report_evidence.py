"""What a feedback page shows of somebody's work: cut, counted, and pictures from pixels alone."""

import base64
import io
import re
from pathlib import Path

import pytest
from graded import Page, encoded, executed_with, png, result
from PIL import Image

from rilo_training.course.manifest import Programme, load_programme
from rilo_training.grading.reports.evidence import (
    MOST_PICTURE_BYTES,
    MOST_PICTURES,
    safe_picture,
    work_of,
)
from rilo_training.grading.reports.feedback import feedback_page
from rilo_training.grading.store.folder import Store

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The course."""
    return load_programme(ROOT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store of an instructor."""
    return Store(tmp_path / "store")


# ---- much of everything


def test_ten_thousand_outputs_make_a_short_page(programme: Programme, tmp_path: Path) -> None:
    """Of many outputs the first are shown, and a sentence says how much there was."""
    outputs = [{"output_type": "stream", "text": f"line {n}\n"} for n in range(10_000)]
    text = feedback_page(programme, [result()], executed_with(tmp_path, "x", *outputs))
    assert len(text) < 40_000
    assert "line 0\nline 1\n" in text
    said = re.search(r"The output is long. The first ([\d,]+) of ([\d,]+) characters", text)
    assert said
    assert int(said[2].replace(",", "")) == len("".join(f"line {n}\n" for n in range(10_000))) - 1


def test_long_code_is_cut_with_a_sentence(programme: Programme, tmp_path: Path) -> None:
    """Code without end is cut, and the page says so."""
    text = feedback_page(programme, [result()], executed_with(tmp_path, "x = 1\n" * 5_000))
    assert len(text) < 40_000
    assert "The code is long. The first " in text


def test_only_some_charts_are_shown(tmp_path: Path) -> None:
    """A hundred charts are not a hundred charts on the page, and the page says so."""
    outputs = [{"data": {"image/png": encoded(png())}} for _ in range(100)]
    (cell,) = work_of(executed_with(tmp_path, "x", *outputs)).cells["q2"]
    assert len(cell.pictures) == MOST_PICTURES
    assert cell.notes == (
        f"{100 - MOST_PICTURES} more charts of this answer cannot be shown here.",
    )


def test_charts_of_noise_do_not_fill_a_page(tmp_path: Path) -> None:
    """Pictures that cannot be packed are bounded by what a page may hold."""
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 255, (1200, 1200, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    outputs = [{"data": {"image/png": encoded(file.getvalue())}} for _ in range(4)]
    (cell,) = work_of(executed_with(tmp_path, "x", *outputs)).cells["q2"]
    total = sum(len(picture) for picture in cell.pictures)
    assert 0 < total < MOST_PICTURE_BYTES * 2
    assert any("more chart" in note for note in cell.notes)


def test_a_progress_line_is_shown_as_a_screen_shows_it(tmp_path: Path) -> None:
    """A line that is written again and again is one line."""
    output = {"output_type": "stream", "text": "".join(f"\r{n} %" for n in range(100)) + "\ndone"}
    (cell,) = work_of(executed_with(tmp_path, "x", output)).cells["q2"]
    assert cell.output == "99 %\ndone"


def test_an_output_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A page does not pass over an output in silence."""
    output = {"output_type": "display_data", "data": {"text/html": "<b>x</b>"}}
    (cell,) = work_of(executed_with(tmp_path, "x", output)).cells["q2"]
    assert cell.notes[0].startswith("1 output of this answer cannot be shown here")


@pytest.mark.parametrize(
    "content", ["[]", "7", '{"cells": 7}', '{"cells": [7, {"metadata": 7}]}', "[" * 100_000]
)
def test_an_odd_file_is_no_evidence(tmp_path: Path, content: str) -> None:
    """A file that is no notebook gives an empty page part, never an error."""
    path = tmp_path / "odd.ipynb"
    path.write_text(content, encoding="utf-8")
    assert dict(work_of(path).cells) == {}


def test_a_chart_that_can_be_seen_through_stands_on_paper() -> None:
    """Where a chart has no colour, the page shows white, and not black."""
    file = io.BytesIO()
    Image.new("RGBA", (4, 3), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(io.BytesIO(base64.b64decode(safe_picture(encoded(file.getvalue()))))) as shown:
        assert shown.getpixel((0, 0)) == (255, 255, 255)


# ---- pictures


def test_a_picture_is_made_again_from_its_pixels() -> None:
    """A page shows what the picture shows; what was hidden in its file is gone."""
    content = png(text="hidden words") + b"<script>alert(1)</script>"
    again = base64.b64decode(safe_picture(encoded(content)))
    assert b"hidden words" in content
    assert b"hidden words" not in again
    assert b"<script>" not in again
    with Image.open(io.BytesIO(again)) as picture:
        assert picture.size == (4, 3)
        assert picture.getpixel((0, 0)) == (200, 30, 30)


NO_PICTURE = {
    "nothing": "",
    "no base64": "%%%",
    "a page": encoded(b"<html><script>alert(1)</script></html>"),
    "a vector picture": encoded(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "half a picture": encoded(png()[:40]),
    "a number": 7,
    "a list": ["a", "b"],
    "none": None,
}


@pytest.mark.parametrize("case", NO_PICTURE)
def test_what_is_no_picture_is_not_shown(case: str) -> None:
    """Data that only claim to be a picture are left out, without an error."""
    assert safe_picture(NO_PICTURE[case]) == ""


def test_a_picture_of_another_kind_is_not_shown() -> None:
    """Only the kind that charts have is opened: every other reader is a risk of its own."""
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "GIF")
    assert safe_picture(encoded(file.getvalue())) == ""


def test_a_picture_that_unpacks_without_end_is_not_shown() -> None:
    """A small file with a huge picture in it is refused before it is unpacked."""
    file = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    assert safe_picture(encoded(file.getvalue())) == ""


def test_a_page_shows_charts_as_pictures_alone(programme: Programme, tmp_path: Path) -> None:
    """A chart is embedded in the page; vector pictures and HTML are not."""
    data = {
        "image/png": encoded(png("hidden words")),
        "image/svg+xml": "<svg onload='alert(1)'/>",
        "text/html": "<b>bold</b>",
    }
    executed = executed_with(tmp_path, "plot()", {"output_type": "display_data", "data": data})
    text = feedback_page(programme, [result()], executed)
    page = Page(text)
    assert page.tags.count("img") == 1
    assert encoded(png("hidden words")) not in text
    assert not {"svg", "b"} & set(page.tags)
    assert all(value for name, value in page.attributes if name == "alt")


def test_evidence_of_odd_outputs_is_read(tmp_path: Path) -> None:
    """An executed notebook was written by us, but its outputs come from somebody else's code."""
    executed = executed_with(
        tmp_path,
        "x",
        {"output_type": "stream", "text": ["a", "b"]},
        {"output_type": "display_data", "data": {"image/png": 7, "text/plain": ["c", "d"]}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []},
    )
    (cell,) = work_of(executed).cells["q2"]
    assert cell.output == "ab\ncd"
    assert cell.pictures == ()
