"""A chart is worth what it plots and how, whatever drew it and whatever its title says."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
import seaborn.objects as so
from answering import verdict
from hypothesis import given
from hypothesis import strategies as st

from rilo_training.answers import Mistake, Plain, Question, encode, judge, read_plain
from rilo_training.answers.kinds import KINDS
from rilo_training.course.admission import problems_of
from rilo_training.course.reference import Reference

mpl.use("Agg")

CASES = pd.DataFrame({"country": ["TH", "VN", "JP"], "cases": [50, 30, 20]})
LONG = pd.DataFrame(
    {
        "country": ["TH", "TH", "VN", "VN"],
        "mode": ["air", "sea", "air", "sea"],
        "cases": [5, 2, 3, 4],
    }
)
MONTHS = pd.Series([5.0, 7.0, 3.0], index=pd.date_range("2026-01-01", periods=3, freq="MS"))
# What libraries say to each other about their next versions is no matter of ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore:vert"),
]
Draw = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """No test leaves a figure open."""
    yield
    plt.close("all")


def drawn(draw: Draw) -> Any:
    """The axes of a new figure after something was drawn on it, or what the call returned."""
    _, axes = plt.subplots()
    made = draw(axes)
    return axes if axes.has_data() else made


def labelled(draw: Draw) -> Any:
    """The same with all the words that a good chart has."""
    axes = drawn(draw)
    axes.set(xlabel="Departure country", ylabel="Cases (number)", title="Anything")
    axes.figure.alt_text = "Bars of the cases by country, with TH far ahead of VN and JP."
    return axes


def bars(axes: Any) -> None:
    """Three bars with matplotlib."""
    axes.bar(CASES["country"], CASES["cases"])


def plotted(reference: Any, *mistakes: Any, **form: Any) -> Question:
    """A question of ten points on a chart."""
    return Question(
        question="q1",
        name="chart",
        kind="chart",
        points=10.0,
        competence="C3",
        hints=("Look.", "Step."),
        reference=encode(reference),
        mistakes=tuple(Mistake(encode(value), "You counted lines.") for value in mistakes),
        form=KINDS["chart"].prepare(form),
        support=100,
    )


FULL = {
    "mark": "bar",
    "digits": 0,
    "zero_based": True,
    "labels": {"x": "", "y": "cases"},
    "alt_text": 8,
}


@pytest.fixture
def asked() -> Question:
    """A bar chart with everything that can be asked of it."""
    return plotted(labelled(bars), drawn(lambda a: a.bar(["TH", "VN"], [60, 33])), **FULL)


@pytest.mark.parametrize(
    "draw",
    [
        bars,
        lambda axes: axes.bar(CASES["country"][::-1], CASES["cases"][::-1]),
        lambda axes: axes.bar(range(3), CASES["cases"], tick_label=CASES["country"]),
        lambda axes: axes.bar(CASES["country"].astype("category"), CASES["cases"], width=1.0),
        lambda axes: axes.bar(CASES["country"], CASES["cases"], yerr=[1, 1, 1]),
        lambda axes: [axes.bar([n], [v], label=n) for n, v in CASES.to_numpy()],
        lambda axes: CASES.plot.bar(x="country", y="cases", ax=axes),
        lambda axes: CASES.set_index("country")["cases"].plot(kind="bar", ax=axes, legend=True),
        lambda axes: sns.barplot(CASES, x="country", y="cases", ax=axes),
        lambda axes: sns.barplot(CASES, x="country", y="cases", hue="country", ax=axes),
        lambda axes: sns.countplot(x=CASES["country"].repeat(CASES["cases"]), ax=axes),
        lambda axes: so.Plot(CASES, x="country", y="cases").add(so.Bar()).on(axes).plot(),
        lambda axes: (bars(axes), axes.axhline(25), axes.bar_label(axes.containers[0])),
    ],
)
def test_a_bar_chart_is_right_whatever_drew_it(asked: Question, draw: Draw) -> None:
    """matplotlib, pandas, seaborn, and the order of the bars."""
    found = verdict(asked, labelled(draw))
    assert (found.verdict, found.points, found.diagnosis) == ("correct", 10.0, "")


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.barh(CASES["country"], CASES["cases"]),
        lambda axes: CASES.plot.barh(x="country", y="cases", ax=axes, legend=False),
        lambda axes: sns.barplot(CASES, y="country", x="cases", ax=axes),
    ],
)
def test_bars_may_lie_unless_the_question_asks_how(asked: Question, draw: Draw) -> None:
    """The labels are those of the categories and of the values, wherever they stand."""
    axes = drawn(draw)
    axes.set(ylabel="Departure country", xlabel="Cases (number)")
    axes.figure.alt_text = "Bars of the cases by country, with TH far ahead of VN and JP."
    assert verdict(asked, axes).verdict == "correct"
    upright = replace(asked, form={**asked.form, "orientation": "vertical"})
    found = verdict(upright, axes)
    assert (found.verdict, found.diagnosis) == ("partial", "The bars should be vertical.")


@pytest.mark.parametrize(
    "given",
    [
        lambda axes: axes,
        lambda axes: axes.figure,
        lambda axes: axes.containers[0],
        lambda axes: axes.patches[0],
        lambda axes: [axes],
        lambda axes: np.array([axes]),
    ],
)
def test_a_chart_may_be_given_as_its_figure_or_as_a_part_of_it(asked: Question, given: Any) -> None:
    """`ax`, `fig` or what the drawing call returned."""
    assert verdict(asked, given(labelled(bars))).verdict == "correct"


def test_grids_and_plots_of_seaborn_are_charts() -> None:
    """FacetGrid, JointGrid and seaborn.objects, without drawing them oneself."""
    grid = sns.catplot(LONG, x="country", y="cases", col="mode", kind="bar")
    asked = plotted(grid, mark="bar", digits=0)
    assert [panel["title"] for panel in encode(grid)["panels"]] == ["mode = air", "mode = sea"]
    assert verdict(asked, grid).verdict == "correct"
    joint = sns.jointplot(x=[1.0, 2.0, 4.0], y=[3.0, 1.0, 2.0])
    dots = plotted(drawn(lambda a: a.scatter([1, 2, 4], [3, 1, 2])), mark="scatter")
    assert verdict(dots, joint).verdict == "correct"
    plot = so.Plot(CASES, x="country", y="cases").add(so.Bar())
    assert verdict(plotted(drawn(bars), mark="bar"), plot).verdict == "correct"


def test_panels_are_matched_by_their_titles() -> None:
    """The order of panels is free, and a missing panel costs its values."""
    asked = plotted(
        sns.catplot(LONG, x="country", y="cases", col="mode", kind="bar"), mark="bar", digits=0
    )
    figure, axes = plt.subplots(1, 2)
    for panel, mode in zip(axes, ["sea", "air"], strict=True):
        part = LONG[LONG["mode"] == mode]
        panel.bar(part["country"], part["cases"])
        panel.set_title(mode)
    assert verdict(asked, figure).verdict == "correct"
    axes[1].remove()
    assert verdict(asked, figure).points == 5.0


@pytest.mark.parametrize(
    ("reference", "own"),
    [
        (lambda a: a.plot(MONTHS.index, MONTHS), lambda a: MONTHS.plot(ax=a)),
        (lambda a: MONTHS.plot(ax=a), lambda a: sns.lineplot(x=MONTHS.index, y=MONTHS, ax=a)),
        (lambda a: a.plot(MONTHS), lambda a: a.plot(MONTHS.index + pd.offsets.MonthEnd(), MONTHS)),
        (lambda a: a.plot(["TH", "VN"], [1, 2]), lambda a: a.step(["TH", "VN"], [1, 2])),
        (
            lambda a: sns.lineplot(LONG, x="country", y="cases", hue="mode", ax=a),
            lambda a: [
                a.plot(part["country"], part["cases"], label=mode)
                for mode, part in LONG.groupby("mode")
            ],
        ),
        (
            lambda a: LONG.pivot(index="country", columns="mode", values="cases").plot.bar(ax=a),
            lambda a: sns.barplot(LONG, x="country", y="cases", hue="mode", ax=a),
        ),
        (
            lambda a: LONG.pivot(index="country", columns="mode", values="cases").plot.bar(ax=a),
            lambda a: LONG.pivot(index="country", columns="mode", values="cases").plot.bar(
                ax=a, stacked=True
            ),
        ),
        (lambda a: a.scatter([1, 2], [3, 4]), lambda a: a.plot([2, 1], [4, 3], "o")),
        (
            lambda a: a.scatter([1, 2], [3, 4]),
            lambda a: sns.scatterplot(x=[1, 2], y=[3, 4], hue=["p", "q"], ax=a),
        ),
        (
            lambda a: a.hist([1, 2, 2, 3, 9], bins=4),
            lambda a: sns.histplot([1, 2, 2, 3, 9], bins=4, ax=a),
        ),
        (
            lambda a: (
                a.imshow([[1, 2], [3, 4]])
                and a.set_xticks([0, 1], ["a", "b"])
                and a.set_yticks([0, 1], ["p", "q"])
            ),
            lambda a: sns.heatmap(pd.DataFrame([[1, 2], [3, 4]], ["p", "q"], ["a", "b"]), ax=a),
        ),
        (
            lambda a: sns.heatmap(pd.DataFrame([[1, 2], [3, 4]], ["p", "q"], ["a", "b"]), ax=a),
            lambda a: sns.heatmap(pd.DataFrame([[1, 3], [2, 4]], ["a", "b"], ["p", "q"]), ax=a),
        ),
        (
            lambda a: a.boxplot([[5, 2], [3, 4]], tick_labels=["TH", "VN"]),
            lambda a: sns.boxplot(LONG, x="country", y="cases", ax=a),
        ),
        (
            lambda a: a.boxplot([[5, 2], [3, 4]], tick_labels=["TH", "VN"], patch_artist=True),
            lambda a: sns.boxplot(LONG, y="country", x="cases", ax=a),
        ),
        (
            lambda a: a.fill_between([1, 2, 3], [4, 5, 6]),
            lambda a: pd.Series([4, 5, 6], index=[1, 2, 3]).plot.area(ax=a),
        ),
        (
            lambda a: a.stackplot([1, 2], [4, 5], [1, 2], labels=["p", "q"]),
            lambda a: pd.DataFrame({"p": [4, 5], "q": [1, 2]}, index=[1, 2]).plot.area(ax=a),
        ),
        (
            lambda a: a.pie([3, 1], labels=["TH", "VN"]),
            lambda a: pd.Series([30, 10], index=["TH", "VN"]).plot.pie(ax=a),
        ),
    ],
)
def test_the_same_values_are_the_same_chart(reference: Draw, own: Draw) -> None:
    """Every mark, drawn by two libraries or in two ways."""
    right = drawn(reference)
    mark = encode(right)["panels"][0]["series"][0]["mark"]
    asked = plotted(right, mark=mark)
    found = verdict(asked, drawn(own))
    assert (found.verdict, found.diagnosis) == ("correct", "")


HEAT = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def named(places: tuple[list[float], list[float]], draw: Draw) -> Draw:
    """The same with names of the columns and rows at these places."""

    def both(axes: Any) -> Any:
        draw(axes)
        axes.set_xticks(places[0], ["a", "b", "c"])
        axes.set_yticks(places[1], ["p", "q"])
        return axes

    return both


@pytest.mark.parametrize(
    "draw",
    [
        named(([0.5, 1.5, 2.5], [0.5, 1.5]), lambda a: a.pcolormesh(HEAT)),
        named(([0.5, 1.5, 2.5], [0.5, 1.5]), lambda a: a.pcolor(HEAT)),
        named(([0, 1, 2], [0, 1]), lambda a: a.pcolormesh([0, 1, 2], [0, 1], HEAT)),
        named(([15, 25, 35], [1, 3]), lambda a: a.pcolormesh([10, 20, 30, 40], [0, 2, 4], HEAT)),
        named(([1, 2, 9], [0, 1]), lambda a: a.pcolormesh([1, 2, 9], [0, 1], HEAT)),
        named(([0, 1, 2], [0, 1]), lambda a: a.pcolormesh(HEAT, shading="gouraud")),
        named(([0, 1, 2], [0, 1]), lambda a: a.imshow(HEAT, origin="lower")),
        named(([0.5, 1.5, 2.5], [1.5, 0.5]), lambda a: a.imshow(HEAT, extent=(0, 3, 0, 2))),
        lambda a: a.pcolormesh(["a", "b", "c"], ["p", "q"], HEAT),
    ],
)
def test_a_cell_has_the_name_that_stands_at_it(draw: Draw) -> None:
    """Wherever the cells of a heat map lie, and whatever drew them."""
    points = encode(drawn(draw))["panels"][0]["series"][0]["points"]
    assert points == [
        [column, row, HEAT[at][number]]
        for at, row in enumerate("pq")
        for number, column in enumerate("abc")
    ]


def test_a_name_between_two_cells_is_the_name_of_neither() -> None:
    """Who counts the edges of the cells from 0 shows each name at a corner."""
    off = named(([0, 1, 2], [0, 1]), lambda a: a.pcolormesh(HEAT))
    points = encode(drawn(off))["panels"][0]["series"][0]["points"]
    assert [place[:2] for place in points[:2]] == [[0.5, 0.5], [1.5, 0.5]]


def test_each_mark_is_called_by_its_name() -> None:
    """What a reader would call it."""
    charts: dict[str, Draw] = {
        "bar": bars,
        "histogram": lambda a: a.hist([1, 2, 3, 4]),
        "line": lambda a: a.plot([1, 2]),
        "scatter": lambda a: a.scatter([1], [2]),
        "area": lambda a: a.fill_between([1, 2], [3, 4]),
        "heat map": lambda a: a.imshow([[1, 2]]),
        "box": lambda a: a.boxplot([1, 2, 3]),
        "pie": lambda a: a.pie([1, 2]),
    }
    for mark, draw in charts.items():
        assert [one["mark"] for one in encode(drawn(draw))["panels"][0]["series"]] == [mark]


def test_the_known_mistake_is_recognised(asked: Question) -> None:
    """Whatever its labels are: a mistake is in what is plotted."""
    found = verdict(asked, labelled(lambda a: a.bar(["VN", "TH"], [33, 60])))
    assert (found.verdict, found.points) == ("near_miss", 0.0)
    assert found.diagnosis == "You counted lines."


def test_a_blank_is_not_attempted(asked: Question) -> None:
    """Three dots are no answer."""
    assert verdict(asked, ...).verdict == "not_attempted"


@pytest.mark.parametrize("value", [None, 3, "x", CASES, print, {}, [1, 2]])
def test_what_is_no_chart_is_wrong_and_says_what_is_asked(asked: Question, value: Any) -> None:
    """The sentence says what was found."""
    found = verdict(asked, value)
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert found.diagnosis.startswith("Your answer is")
    assert "The question asks for a chart" in found.diagnosis


def test_a_chart_without_anything_in_it_is_said_to_be_empty(asked: Question) -> None:
    """An empty Axes is what is left when a cell drew on another one."""
    found = verdict(asked, plt.subplots()[1])
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert found.diagnosis.startswith("Your answer is an empty chart. It should hold something.")


def test_the_title_counts_for_nothing(asked: Question) -> None:
    """A wrong chart with the right title is a wrong chart."""
    wrong = labelled(lambda a: a.bar(["TH", "VN", "JP"], [1, 2, 3]))
    wrong.set_title("Cases: TH 50, VN 30, JP 20")
    found = verdict(asked, wrong)
    assert (found.verdict, found.points) == ("wrong", 0.0)


@pytest.mark.parametrize(
    ("change", "points", "words"),
    [
        (lambda a: a.set_ylabel(""), 9.0, "The y axis has no label."),
        (lambda a: a.set_ylabel("n"), 9.0, "does not say what is asked"),
        (lambda a: a.set_xlabel(""), 9.0, "The x axis has no label."),
        (lambda a: setattr(a.figure, "alt_text", ""), 9.5, "The alt text is missing."),
        (lambda a: setattr(a.figure, "alt_text", "Bars"), 9.5, "The alt text has 1 word."),
        (lambda a: a.set_ylim(10, 60), 9.0, "The bars should begin at 0"),
        (lambda a: a.set_ylim(0, 40), 9.0, "outside of the limits"),
        (lambda a: a.set_xlim(-0.5, 1.5), 9.0, "outside of the limits"),
    ],
)
def test_the_form_of_a_right_chart_costs_its_part(
    asked: Question, change: Callable[[Any], Any], points: float, words: str
) -> None:
    """Values are 60 of 100; mark 15, axes 10, words 10, alt text 5."""
    axes = labelled(bars)
    change(axes)
    found = verdict(asked, axes)
    assert (found.verdict, found.points) == ("partial", points)
    assert words in found.diagnosis


def test_another_mark_than_asked_costs_its_part(asked: Question) -> None:
    """A line joins what is not joined."""
    line = labelled(lambda a: a.plot(CASES["country"], CASES["cases"]))
    found = verdict(asked, line)
    assert (found.verdict, found.points) == ("partial", 8.5)
    assert "Your chart is a line. The question asks for a bar." in found.diagnosis


def test_the_values_are_matched_over_all_values(asked: Question) -> None:
    """A missing, a wrong and a further bar each cost; the form counts with the values."""
    missing = labelled(lambda a: a.bar(["TH", "VN"], [50, 30]))
    found = verdict(asked, missing)
    assert (found.points, "Missing: 1." in found.diagnosis) == (6.67, True)
    wrong = labelled(lambda a: a.bar(["TH", "VN", "JP", "AU"], [50, 31, 20, 3]))
    found = verdict(asked, wrong)
    assert found.points == 5.0
    assert "Of your 4 values, 2 are right. Missing: 0. Too many: 1. Wrong: 1." in found.diagnosis


def test_a_factor_of_a_thousand_and_exchanged_axes_are_named() -> None:
    """As in numbers and tables."""
    asked = plotted(drawn(lambda a: a.plot([1, 2, 3], [5.0, 7.0, 6.0])), mark="line")
    large = verdict(asked, drawn(lambda a: a.plot([1, 2, 3], [5000, 7000, 6000])))
    assert "Every value is a thousand times too large." in large.diagnosis
    turned = verdict(asked, drawn(lambda a: a.plot([5.0, 7.0, 6.0], [1, 2, 3])))
    assert "the two axes are exchanged" in turned.diagnosis


def test_a_scale_is_compared_where_it_is_asked() -> None:
    """And ignored where it is not."""
    right = drawn(lambda a: a.plot([1, 2, 3], [1, 10, 1000]))
    asked = plotted(right, mark="line", scale={"y": "log"})
    assert "The y axis is linear. It should be log." in verdict(asked, right).diagnosis
    right.set_yscale("log")
    assert verdict(asked, right).verdict == "correct"


def test_the_order_of_bars_counts_where_it_is_asked() -> None:
    """Bars that lie are read from the top."""
    asked = plotted(drawn(bars), mark="bar", ordered=True)
    turned = drawn(lambda a: a.bar(CASES["country"][::-1], CASES["cases"][::-1]))
    assert "the other way round" in verdict(asked, turned).diagnosis
    lying = drawn(lambda a: a.barh(CASES["country"][::-1], CASES["cases"][::-1]))
    assert verdict(asked, lying).verdict == "correct"
    lying = drawn(lambda a: a.barh(CASES["country"], CASES["cases"]))
    lying.invert_yaxis()
    assert verdict(asked, lying).verdict == "correct"


def test_what_is_wrong_with_an_order_is_said() -> None:
    """Turned round, only equal numbers exchanged, or any other order."""
    asked = plotted(
        drawn(lambda a: sns.barplot(CASES, x="cases", y="country", ax=a)), mark="bar", ordered=True
    )
    below = drawn(lambda a: a.barh(CASES["country"], CASES["cases"]))
    assert "`plot.barh` draws from the bottom." in verdict(asked, below).diagnosis
    asked = plotted(drawn(lambda a: a.bar(["TH", "VN", "JP"], [5, 3, 3])), mark="bar", ordered=True)
    tied = drawn(lambda a: a.bar(["TH", "JP", "VN"], [5, 3, 3]))
    assert "Only categories with equal numbers" in verdict(asked, tied).diagnosis
    other = drawn(lambda a: a.bar(["VN", "TH", "JP"], [3, 5, 3]))
    assert "another order than asked." in verdict(asked, other).diagnosis


def test_the_axis_of_the_numbers_is_named_as_the_reader_sees_it() -> None:
    """Of bars that lie, the numbers stand on the x axis."""
    right = drawn(lambda a: a.barh(CASES["country"], CASES["cases"]))
    right.set_xlabel("cases")
    asked = plotted(right, mark="bar", labels={"y": "case"})
    bare = drawn(lambda a: a.barh(CASES["country"], CASES["cases"]))
    numbers = "axis of the numbers (here the x axis)"
    assert verdict(asked, bare).diagnosis == f"The {numbers} has no label."
    bare.set_ylabel("cases")
    assert verdict(asked, bare).diagnosis == f"The {numbers} has no label."
    bare.set_xlabel("count")
    assert f"The label of the {numbers} does not say" in verdict(asked, bare).diagnosis
    bare.set_xlabel("cases")
    assert verdict(asked, bare).verdict == "correct"


def test_series_are_matched_by_what_they_show_where_the_legend_is_missing() -> None:
    """The legend is a part of the words, not of the values."""
    wide = LONG.pivot(index="country", columns="mode", values="cases")
    asked = plotted(drawn(lambda a: wide.plot.bar(ax=a)), mark="bar", labels={"legend": "air"})
    found = verdict(asked, drawn(lambda a: wide.plot.bar(ax=a, legend=False)))
    assert found.verdict == "partial"
    assert found.diagnosis == "There is no legend, or it names nothing."


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        ("100", "the number 100."),
        ("%|per cent", "the unit?"),
        ("case", "what does the chart count or show?"),
    ],
)
def test_a_label_that_lacks_the_word_asked_gets_a_fitting_question(asked: str, lacks: str) -> None:
    """An index has no unit, and a count is not asked for one."""
    right = drawn(lambda a: a.bar(["TH", "VN"], [5, 3]))
    right.set_ylabel("cases per cent, 100")
    bare = drawn(lambda a: a.bar(["TH", "VN"], [5, 3]))
    bare.set_ylabel("n")
    found = verdict(plotted(right, mark="bar", labels={"y": asked}), bare)
    assert found.diagnosis.endswith(f"does not say what is asked: {lacks}")


def test_the_colour_bar_names_the_unit_of_a_heat_map() -> None:
    """It is the axis of the values."""
    table = pd.DataFrame([[1, 2], [3, 4]])
    asked = plotted(
        drawn(lambda a: sns.heatmap(table, ax=a)), mark="heat map", labels={"value": "kg"}
    )
    good = drawn(lambda a: sns.heatmap(table, ax=a, cbar_kws={"label": "Weight (kg)"}))
    assert verdict(asked, good.figure).verdict == "correct"
    bare = drawn(lambda a: sns.heatmap(table, ax=a))
    assert verdict(asked, bare).diagnosis == "The colour bar has no label."


def test_the_alt_text_may_stand_in_several_places() -> None:
    """An attribute of the figure or of the axes, or the label of the figure."""
    text = "Three bars, the first is the highest."
    ways: list[Callable[[Any], Any]] = [
        lambda a: setattr(a.figure, "alt_text", text),
        lambda a: setattr(a, "alt_text", text),
        lambda a: a.figure.set_label(text),
    ]
    for way in ways:
        axes = drawn(bars)
        way(axes)
        assert encode(axes)["alt_text"] == text


def test_a_typed_in_practice_chart_is_recognised(asked: Question) -> None:
    """Bars with the numbers of other data."""
    other = encode(labelled(lambda a: a.bar(["TH", "VN", "JP"], [1, 2, 3])))
    assert "practice data" in judge(asked, other, other).diagnosis


def test_no_sentence_on_a_chart_holds_a_value_of_the_reference() -> None:
    """Neither a label nor a height."""
    asked = plotted(drawn(lambda a: a.bar(["qzx", "zqj"], [71_717, 91_919])), mark="bar")
    for draw in (bars, lambda a: a.bar(["qzx"], [3]), lambda a: a.plot([1, 2])):
        said = verdict(asked, drawn(draw)).diagnosis.replace(",", "")
        assert not any(secret in said for secret in ("71717", "91919", "zqj"))


def test_a_chart_is_data_that_survives_json() -> None:
    """Also one with odd values: empty, masked, infinite, dates, thousands of dots."""
    charts: list[Draw] = [
        lambda a: a.bar(["x", "y"], [np.nan, 2]),
        lambda a: a.plot([1, 2, 3], np.ma.masked_equal([1, 2, 3], 2)),
        lambda a: a.plot(MONTHS.index, [1, np.inf, 2]),
        lambda a: a.scatter(*np.random.default_rng(0).random((2, 5000))),
        lambda a: a.scatter([1, 2], [3, 4], c=[0.1, 0.9]),
        lambda a: a.violinplot([1, 2, 3]),
        lambda a: a.errorbar([1, 2], [3, 4], yerr=0.1),
        lambda a: a.contour(np.eye(3)),
        lambda a: a.imshow(np.zeros((2, 2, 3))),
        lambda a: a.annotate("x", (0, 0)),
        lambda a: a.barh(["x"], [-3]),
    ]
    for draw in charts:
        _, axes = plt.subplots()
        draw(axes)
        plain = encode(axes)
        assert plain["type"] == "chart"
        assert read_plain(json.dumps(plain)) == plain


def test_a_chart_of_too_many_values_is_refused_in_words() -> None:
    """What nobody can see is not sent."""
    many = encode(drawn(lambda a: a.plot(range(30_000))))
    assert (many["type"], many["python"], many["rows"]) == ("too_large", "chart", 30_000)


def _broken(plain: Plain, path: list[Any], value: Any) -> Plain:
    found = json.loads(json.dumps(plain))
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["panels"], 5),
        (["panels"], [{}]),
        (["panels", 0, "series"], "x"),
        (["panels", 0, "series"], [{}]),
        (["panels", 0, "series", 0, "points"], [[1]]),
        (["panels", 0, "series", 0, "points"], [[1, [2]]]),
        (["panels", 0, "series", 0, "points"], [[1, 2]] * 20_001),
        (["panels", 0, "series", 0, "base"], "0"),
        (["panels", 0, "series", 0, "hidden"], 10**40),
        (["panels", 0, "series", 0, "flipped"], None),
        (["panels", 0, "x", "limits"], [0]),
        (["panels", 0, "x", "limits"], [None, 1]),
        (["panels", 0, "x"], {}),
        (["panels", 0, "legend"], [1]),
        (["panels", 0, "more"], 1),
        (["title"], None),
        (["alt_text"], "x" * 30_000),
    ],
)
def test_a_forged_chart_is_not_believed(asked: Question, path: list[Any], value: Any) -> None:
    """What encode does not make is a broken answer, and judging it does not fail."""
    plain = read_plain(json.dumps(_broken(asked.reference, path, value)))
    assert plain["type"] == "unsupported"
    assert judge(asked, plain).verdict == "wrong"


@given(
    st.lists(
        st.lists(st.none() | st.booleans() | st.integers() | st.text(max_size=3), max_size=5),
        max_size=5,
    ),
    st.text(max_size=5),
)
def test_any_points_are_judged_without_an_error(points: list[Any], mark: str) -> None:
    """A participant's process can send whatever it likes."""
    asked = plotted(drawn(bars), **FULL)
    plt.close("all")
    forged = _broken(asked.reference, ["panels", 0, "series", 0, "points"], points)
    forged = _broken(forged, ["panels", 0, "series", 0, "mark"], mark)
    assert judge(asked, read_plain(json.dumps(forged))).points == 0.0


def test_a_chart_needs_nothing_of_who_does_not_draw() -> None:
    """Encoding a number imports neither matplotlib nor pandas, and nor does judging a chart."""
    plain = json.dumps(encode(drawn(bars)))
    code = (
        "import sys; from rilo_training.answers import Question, encode, judge, read_plain\n"
        "encode([1, 2])\n"
        f"plain = read_plain({plain!r})\n"
        "asked = Question('q1', 'c', 'chart', 1, 'C3', ('', ''), plain, form={'mark': ['bar']})\n"
        "assert judge(asked, plain).verdict == 'correct'\n"
        "print(*sorted({'matplotlib', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert run.stdout.split() == []


def test_a_key_refuses_a_form_that_no_chart_has() -> None:
    """An author reads what is wrong before the course is built."""
    kind = KINDS["chart"]
    for form in (
        {"mark": "pillar"},
        {"mark": []},
        {"mark": "bar", "orientation": "up"},
        {"mark": "bar", "labels": {"z": ""}},
        {"mark": "bar", "labels": {"x": "("}},
        {"mark": "bar", "scale": {"z": "log"}},
    ):
        with pytest.raises((ValueError, TypeError)):
            kind.prepare(form)


def test_a_fair_chart_is_admitted_and_an_empty_one_is_not(asked: Question) -> None:
    """The reference's own chart must pass its own question."""
    assert problems_of(Reference("u", "w", {"q1": asked}, ())) == []
    bare = replace(asked, reference=encode(drawn(bars)))
    assert problems_of(Reference("u", "w", {"q1": bare}, ())) != []
    empty = replace(asked, reference=encode(plt.subplots()[1]))
    assert "plots nothing" in problems_of(Reference("u", "w", {"q1": empty}, ()))[0]
