"""Every chart keeps the style of the house, on names and tables that are hard to draw."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
import seaborn
from charting import AWKWARD, DRAW, awkward, notes_of, outside, overlapping, texts_of
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from rilo_training import charts
from rilo_training.charts import Chart, ChartError, bars, heat_map, style, trend
from rilo_training.charts.letters import BOX, drawable, short_labels, width_px

EVERY = sorted(DRAW)


TABLE = awkward()


@pytest.fixture(scope="module")
def settings_before() -> dict[str, object]:
    """What matplotlib was set to before any chart was drawn."""
    return dict(matplotlib.rcParams)


@pytest.fixture(scope="module")
def drawn(settings_before: dict[str, object]) -> dict[str, Chart]:
    """Every chart of one awkward table; nobody changes them."""
    return {name: draw(TABLE) for name, draw in DRAW.items()}


@pytest.mark.parametrize("name", EVERY)
def test_a_chart_says_its_finding_and_has_alt_text(drawn: dict[str, Chart], name: str) -> None:
    """The title is a finding with a number or a name; the alt text tells the main values."""
    chart = drawn[name]
    assert len(chart.get_suptitle().split()) >= 4
    assert len(chart.alt_text.split()) >= 12
    assert chart.alt_text.endswith(".")
    assert any(letter.isdigit() for letter in chart.alt_text)


@pytest.mark.parametrize("name", EVERY)
def test_every_axis_has_a_label_and_values_have_a_unit(drawn: dict[str, Chart], name: str) -> None:
    """No reader has to guess what is counted or weighed."""
    for axes in drawn[name].axes:
        if axes.get_label() == "<colorbar>" or not axes.axison:
            continue
        words = f"{axes.get_xlabel()} {axes.get_ylabel()}"
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        bar = " ".join(one.get_ylabel() for one in drawn[name].axes if one is not axes)
        assert any(unit in f"{words} {bar}" for unit in ("(kg)", "(%)", "umber", "degrees")), words


@pytest.mark.parametrize("name", EVERY)
def test_no_text_is_cut_or_covers_another(drawn: dict[str, Chart], name: str) -> None:
    """Names that are long, foreign, or look like a formula have their place."""
    assert outside(drawn[name]) == []
    assert overlapping(drawn[name]) == []


@pytest.mark.parametrize("name", EVERY)
def test_a_name_is_never_read_as_a_formula(drawn: dict[str, Chart], name: str) -> None:
    """Dollar signs and low lines stay what they are, also in a chart that is drawn later."""
    chart = drawn[name]
    chart.draw_without_rendering()
    assert not any(text.get_parse_math() for text in texts_of(chart))


@pytest.mark.parametrize("name", EVERY)
def test_a_chart_fits_a_screen_and_a_page(drawn: dict[str, Chart], name: str) -> None:
    """It is at most 900 pixels wide; on A4, 17 cm wide, the smallest letters have 7 points."""
    chart = drawn[name]
    assert chart.bbox.width <= 900
    assert chart.get_figheight() <= 8.5
    smallest = min(text.get_fontsize() for text in texts_of(chart))
    assert smallest * chart.dpi / 72 >= 12
    assert smallest * (17 / 2.54) / chart.get_figwidth() >= 7


@pytest.mark.parametrize("name", EVERY)
def test_one_row_is_enough(name: str) -> None:
    """A chart of one row is drawn, except where one outcome alone says nothing."""
    row = awkward(1, 1)
    if name == "targeting":
        with pytest.raises(ChartError, match="with a find and rows without one"):
            DRAW[name](row)
        return
    chart = DRAW[name](row)
    assert outside(chart) == []
    assert chart.get_suptitle()


@pytest.mark.parametrize("name", EVERY)
def test_no_rows_give_a_sentence(name: str) -> None:
    """An empty table says what to look at, and no library fails inside."""
    with pytest.raises(ChartError, match=r"no rows.*filter"):
        DRAW[name](awkward().head(0))


@pytest.mark.parametrize("name", EVERY)
def test_a_missing_column_is_named_with_those_that_are_there(name: str) -> None:
    """A wrong name gives the right ones."""
    with pytest.raises(ChartError, match=r"no column .*Its columns: "):
        DRAW[name](pd.DataFrame({"a": [1], "b": [2]}))


@pytest.mark.parametrize("name", ["bars", "trend of several", "small multiples", "heat map"])
def test_sixty_categories_show_the_largest_and_say_the_rest(name: str) -> None:
    """What is left out is counted in words."""
    chart = DRAW[name](awkward(900, 60))
    assert "Not shown:" in notes_of(chart)
    assert " more" in notes_of(chart)
    assert outside(chart) == []
    assert overlapping(chart) == []


@pytest.mark.parametrize("name", ["boxes", "flows", "network"])
def test_sixty_categories_are_readable_elsewhere_too(name: str) -> None:
    """Boxes, flows and networks leave out or gather the small ones."""
    chart = DRAW[name](awkward(900, 60))
    words = notes_of(chart) + " ".join(text.get_text() for text in texts_of(chart))
    assert "Not shown:" in words or " others" in words
    assert outside(chart) == []
    assert overlapping(chart) == []


def test_drawing_changes_neither_the_table_nor_the_settings(
    settings_before: dict[str, object], drawn: dict[str, Chart]
) -> None:
    """Two charts after each other do not know of each other."""
    assert len(drawn) == len(DRAW)
    pd.testing.assert_frame_equal(TABLE, awkward())
    assert dict(matplotlib.rcParams) == settings_before


def test_the_same_table_gives_the_same_picture(tmp_path: Path) -> None:
    """A file changes only when the chart does."""
    one = DRAW["network"](TABLE).save(tmp_path / "one.png").read_bytes()
    assert DRAW["network"](TABLE).save(tmp_path / "two.png").read_bytes() == one


def test_the_words_of_the_caller_win() -> None:
    """A finding, a note and an alt text that are given are the ones that stand there."""
    words = {"title": "US$ a_b", "subtitle": "Sub", "note": "Noted.", "alt_text": "Alt."}
    chart = bars(awkward(), "commodity", unit="lines", **words)
    assert (chart.get_suptitle(), chart.alt_text) == ("US$ a_b", "Alt.")
    assert "Sub" in notes_of(chart)
    assert "Noted." in notes_of(chart)


def _parts(png: bytes) -> dict[str, str]:
    """The texts in a PNG file."""
    place, found = 8, {}
    while place < len(png):
        (length,), kind = struct.unpack(">I", png[place : place + 4]), png[place + 4 : place + 8]
        body = png[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"iTXt"):
            name, _, text = body.partition(b"\0")
            if kind == b"iTXt":
                is_packed, text = text[0], text[2:].split(b"\0", 2)[2]
                text = zlib.decompress(text) if is_packed else text
            found[name.decode()] = text.decode("utf-8" if kind == b"iTXt" else "latin-1")
        place += 12 + length
    return found


def test_a_saved_chart_carries_its_title_and_its_alt_text(tmp_path: Path) -> None:
    """In PNG and SVG, also with letters of another script, and without the name of a program."""
    chart = bars(awkward(), "commodity", unit="lines")
    parts = _parts(chart.save(tmp_path / "a.png").read_bytes())
    assert parts == {"Title": " ".join(chart.get_suptitle().split()), "Description": chart.alt_text}
    drawing = chart.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "ท่าเรือกรุงเทพ" in drawing
    assert chart.save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    """The reason and the next step are said."""
    chart = bars(awkward(), "commodity", unit="lines")
    with pytest.raises(ChartError, match=r"ends in '.jpg'.*\.png, \.svg, \.pdf"):
        chart.save(tmp_path / "a.jpg")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ChartError, match="cannot be written"):
        chart.save(tmp_path / "folder.png")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("commodity", "quantity"), "does not tell its unit"),
        (("commodity", "words_kg"), "holds text in 2 rows, for example 'two'"),
        (("commodity", "day_kg"), "holds dates"),
        (("commodity", "nothing_kg"), "holds no number"),
        (("twice", "quantity"), "2 columns with the name 'twice'"),
    ],
)
def test_a_column_of_another_kind_gives_a_sentence(
    arguments: tuple[str, str], sentence: str
) -> None:
    """What was found, what was expected, and what to do."""
    table = pd.DataFrame(
        {
            "commodity": ["a", "b"],
            "quantity": [1.0, 2.0],
            "words_kg": ["two", "three"],
            "day_kg": pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "nothing_kg": [np.nan, np.nan],
            "x": ["a", "b"],
            "y": ["a", "b"],
        }
    ).set_axis(
        ["commodity", "quantity", "words_kg", "day_kg", "nothing_kg", "twice", "twice"], axis=1
    )
    with pytest.raises(ChartError, match=sentence):
        bars(table, *arguments)


def test_what_is_no_table_gives_a_sentence() -> None:
    """A Series is turned into a table by its owner."""
    with pytest.raises(ChartError, match=r"this is a Series.*reset_index"):
        bars(awkward()["commodity"].value_counts(), "commodity")
    with pytest.raises(ChartError, match="top is 0"):
        bars(awkward(), "commodity", top=0)


def test_missing_names_and_values_are_said() -> None:
    """Nothing disappears without a word."""
    table = pd.DataFrame({"office": ["A", None, "A"], "quantity_kg": [1.0, 2.0, None]})
    chart = bars(table, "office", "quantity_kg")
    assert "(not recorded): 2" in chart.alt_text
    assert "1 row without a value left out." in notes_of(chart)


def test_letters_without_a_font_are_said_to_be_missing() -> None:
    """A box stands for them, and the note says what a box is; the alt text keeps the name."""
    strange = chr(0x1F6C3) + chr(0x12000)  # customs as a picture sign, and a cuneiform letter
    assert set(drawable(chr(0x12000))) <= {BOX, chr(0x12000)}
    chart = bars(pd.DataFrame({"name": [strange, "B"]}), "name", unit="lines")
    shown = " ".join(text.get_text() for text in texts_of(chart))
    assert BOX not in shown or "stands for a letter" in notes_of(chart)
    assert strange in chart.alt_text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_a_short_label_is_never_too_wide(names: list[str]) -> None:
    """Whatever the text, its lines fit, and there are at most two."""
    chart = Chart(1.0)
    for label in short_labels(chart, names, 120.0):
        lines = label.split("\n")
        assert len(lines) <= 2
        assert all(width_px(chart, line.rsplit(" #", 1)[0], 9.0) <= 121 for line in lines)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=6, unique=True))
def test_bars_take_any_names(names: list[str]) -> None:
    """No text breaks a chart, and none leaves it."""
    assert outside(bars(pd.DataFrame({"name": names}), "name", unit="lines")) == []


# Machado, Oliveira and Fernandes 2009: how red, green and blue (linear) look to other eyes.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
SRGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour: object) -> np.ndarray:
    """Red, green and blue as amounts of light."""
    parts = np.array(to_rgb(colour))  # type: ignore[arg-type]
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b*; the first number is what a grey print keeps."""
    scaled = SRGB @ np.clip(light, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    parts = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2])])


def test_series_are_told_apart_in_grey_and_by_every_eye() -> None:
    """Grey: 10 steps of lightness; without red or green: 30; against paper: a contrast of 3."""
    for number, one in enumerate(style.SERIES):
        light = linear(one)
        assert 1.05 / (SRGB[1] @ light + 0.05) >= 3
        for other in style.SERIES[number + 1 :]:
            assert abs(lab(light)[0] - lab(linear(other))[0]) >= 10
            for eye in (DEUTERANOPIA, PROTANOPIA):
                assert np.linalg.norm(lab(eye @ light) - lab(eye @ linear(other))) >= 30
    assert len({str(dash) for dash in style.DASHES}) == len(style.SERIES)


def test_the_dark_bar_is_told_from_the_others_in_grey() -> None:
    """The finding is seen in a photocopy."""
    dark, quiet = (lab(linear(colour))[0] for colour in (style.SERIES[0], style.QUIET))
    assert quiet - dark >= 40


def test_shades_run_from_light_to_dark_for_every_eye() -> None:
    """More is darker, in colour, in grey and without red or green; two sides are white inside."""
    one, two = style.shades(), style.shades(style.TWO_SIDES)
    for eye in (np.eye(3), DEUTERANOPIA, PROTANOPIA):
        steps = [lab(eye @ linear(one(place)[:3]))[0] for place in np.linspace(0, 1, 21)]
        assert np.all(np.diff(steps) < 0)
        sides = [lab(eye @ linear(two(place)[:3]))[0] for place in np.linspace(0, 1, 21)]
        assert np.all(np.diff(sides[:11]) > 0)
        assert np.all(np.diff(sides[10:]) < 0)


def test_numbers_in_a_heat_map_can_be_read() -> None:
    """Each stands with a contrast of 4.5 on its cell."""
    cells = pd.DataFrame({"a": list("pqrstuvwxy"), "b": ["z"] * 10, "cases": range(10)})
    chart = heat_map(cells, "a", "b", "cases")
    image = chart.axes[0].images[0]
    colours = image.cmap(image.norm(image.get_array().ravel()))
    for text, cell in zip(chart.axes[0].texts, colours, strict=True):
        lights = [float(SRGB[1] @ linear(c)) + 0.05 for c in (text.get_color(), cell[:3])]
        assert max(lights) / min(lights) >= 4.5


def test_events_and_what_is_incomplete_are_marked() -> None:
    """The shading is said, and an event has its name; the finding leaves out what is incomplete."""
    months = pd.DataFrame({"month": pd.period_range("2026-01", periods=6, freq="M"), "cases": 1})
    months["cases"] = [10, 12, 14, 16, 18, 2]
    chart = trend(
        months,
        "month",
        "cases",
        incomplete_from="2026-06-01",
        events={"US$ rule": "2026-03-01", "second": "2026-03-02", "late": "2026-05-15"},
    )
    assert chart.get_suptitle() == "Cases: from 10 in Jan 2026 to 18 in May 2026"
    assert "from Jun 2026 on, the values are not complete" in notes_of(chart)
    assert {"US$ rule", "second", "late"} <= {text.get_text() for text in texts_of(chart)}
    assert outside(chart) == []
    with pytest.raises(ChartError, match="a point of the axis"):
        trend(months, "month", "cases", incomplete_from="soon")


def test_a_point_in_two_rows_gives_a_sentence() -> None:
    """A line through two values of one day would be a lie."""
    table = pd.DataFrame({"day": ["2026-01-01", "2026-01-01"], "cases": [1, 2]})
    with pytest.raises(ChartError, match=r"Jan 2026 stands in several rows.*every="):
        trend(table, "day", "cases")
    with pytest.raises(ChartError, match="Nothing says what to draw"):
        trend(table, "day")
    with pytest.raises(ChartError, match=r"holds 'x'.*Expected are dates"):
        trend(table.assign(day=["x", "y"]), "day", "cases")


def test_a_period_without_rows_counts_as_nothing() -> None:
    """A month in which nothing was seized is a 0, and not a straight line over it."""
    table = pd.DataFrame({"day": pd.to_datetime(["2026-01-03", "2026-03-04", "2026-03-05"])})
    chart = trend(table, "day", every="month", unit="cases")
    assert list(chart.axes[0].lines[0].get_ydata()) == [1, 0, 2]


def test_a_seaborn_chart_of_ones_own_takes_the_style() -> None:
    """What a participant draws by hand looks like the rest, and no name becomes a formula."""
    figure = matplotlib.figure.Figure()
    with style.house_style():
        axes = figure.subplots()
        seaborn.barplot(
            pd.DataFrame({"a_$b$": ["US$", "A$"], "n": [1, 2]}), x="n", y="a_$b$", ax=axes
        )
    assert not axes.spines["top"].get_visible()
    assert axes.yaxis.label.get_fontsize() == style.TEXT_PT
    assert not axes.yaxis.label.get_parse_math()


def test_the_room_is_imported_without_what_is_heavy() -> None:
    """A script that only names the room waits for nothing."""
    code = (
        "import sys, rilo_training.charts; "
        "print(sorted({'pandas', 'matplotlib', 'networkx', 'seaborn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_room_knows_its_names() -> None:
    """Every name can be asked for; another gives the list."""
    for name in charts.__all__:
        assert callable(getattr(charts, name))
    assert set(charts.__all__) <= set(dir(charts))
    with pytest.raises(AttributeError, match="It has: Chart"):
        _ = charts.pie  # type: ignore[attr-defined]


def test_a_chart_shows_itself_in_a_notebook() -> None:
    """It is a picture there, whether or not somebody imported pyplot; and it is a Figure."""
    chart = bars(awkward(), "commodity", unit="lines")
    assert chart._repr_png_().startswith(b"\x89PNG")
    assert isinstance(chart, matplotlib.figure.Figure)
    assert isinstance(chart.axes[0], Axes)
    assert AWKWARD[2] in chart.alt_text


def test_a_name_to_highlight_that_is_not_there_gives_a_sentence() -> None:
    """A slip of the pen would leave all bars pale, and say nothing."""
    goods = pd.DataFrame({"goods": ["tea", "rum", "tea"]})
    assert bars(goods, "goods", unit="cases", highlight="rum")
    with pytest.raises(ChartError, match=r"No category is 'rums'. Correct the name"):
        bars(goods, "goods", unit="cases", highlight=["tea", "rums"])


def test_the_end_of_a_table_inside_of_a_period_is_said() -> None:
    """Three days of September look like a fall."""
    days = pd.DataFrame({"day": pd.date_range("2026-07-01", "2026-09-03")}).assign(panel="a")
    said = "The last month ends on 3 Sep 2026: it is not complete, or it had no later rows."
    assert said in notes_of(trend(days, "day", every="month", unit="cases"))
    assert said in notes_of(charts.small_multiples(days, "panel", "day", every="month"))
    marked = trend(days, "day", every="month", unit="cases", incomplete_from="2026-09-01")
    assert said not in notes_of(marked)
    assert "The last" not in notes_of(trend(days[:62], "day", every="month", unit="cases"))


def test_words_that_are_no_text_are_written_as_text() -> None:
    """A number as the title is a title."""
    goods = pd.DataFrame({"goods": ["tea", "rum", "tea"]})
    assert bars(goods, "goods", unit="cases", title=2026).get_suptitle() == "2026"


def test_a_stage_that_stands_twice_is_named() -> None:
    """The number of stages is not what is wrong."""
    with pytest.raises(ChartError, match=r"The column 'a' is a stage twice"):
        charts.flows(pd.DataFrame({"a": ["x"]}), ["a", "a"])


def test_an_extent_that_is_no_extent_gives_a_sentence() -> None:
    """Four numbers, and no word."""
    rows = pd.DataFrame({"from": ["JP"], "to": ["AU"]})
    with pytest.raises(ChartError, match=r"Expected are four numbers: west, east, south, north"):
        charts.route_map(rows, "from", "to", extent="a")
