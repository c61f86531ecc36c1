"""Charts show the right values, and the course reads them as a person does."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from answering import verdict
from charting import AWKWARD, DRAW, awkward, notes_of, outside, overlapping, texts_of

from rilo_training.answers import Question, encode
from rilo_training.answers.kinds import KINDS
from rilo_training.charts import (
    Chart,
    ChartError,
    bars,
    distribution,
    flows,
    heat_map,
    network,
    reliability_curve,
    small_multiples,
    targeting_curve,
    trend,
)
from rilo_training.charts.words import number_texts, share_text, size_text, words_of

CASES = pd.DataFrame(
    {
        "commodity": ["US$ notes", "a_b", "Goods of a very long official name, in no list", "D"],
        "cases": [50, 30, 20, 7],
        "month": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]),
        "low": [40, 22, 12, 1],
        "high": [60, 41, 30, 19],
    }
)
PAIRS = pd.DataFrame(
    {
        "commodity": [AWKWARD[2], AWKWARD[2], AWKWARD[3]],
        "place": ["x", "y", "x"],
        "cases": [5, 2, 3],
    }
)


WEIGHTS = pd.DataFrame({"commodity": AWKWARD[:2] * 4, "q_kg": [1.0, 3, 9, 4, 30, 6, 7, 200]})


def asked(draw: Callable[[Any], Any], **form: Any) -> Question:
    """A question whose reference is drawn with plain matplotlib."""
    figure, axes = plt.subplots()
    draw(axes)
    plain = encode(axes)
    plt.close(figure)
    return Question(
        question="q1",
        name="chart",
        kind="chart",
        points=10.0,
        competence="C3",
        hints=("Look.", "Step."),
        reference=plain,
        mistakes=(),
        form=KINDS["chart"].prepare(form),
        support=100,
    )


@pytest.mark.parametrize(
    ("chart", "reference", "form"),
    [
        (
            lambda: bars(CASES, "commodity", "cases"),
            lambda axes: axes.barh(CASES["commodity"], CASES["cases"]),
            {"mark": "bar", "zero_based": True, "labels": {"x": "commodity", "y": "number"}},
        ),
        (
            lambda: bars(CASES, "commodity", "cases", low="low", high="high"),
            lambda axes: axes.bar(CASES["commodity"], CASES["cases"]),
            {"mark": "bar", "zero_based": True, "labels": {"x": "commodity", "y": "number"}},
        ),
        (
            lambda: trend(
                CASES, "month", "cases", low="low", high="high", incomplete_from="2026-04-01"
            ),
            lambda axes: axes.plot(CASES["month"], CASES["cases"]),
            {"mark": "line", "labels": {"x": "month", "y": "number"}},
        ),
        (
            lambda: trend(PAIRS.assign(n=[1, 2, 1]), "n", "cases", series="commodity"),
            lambda axes: (
                axes.plot([1, 2], [5, 2], label=AWKWARD[2]),
                axes.plot([1], [3], label=AWKWARD[3]),
            ),
            {"mark": "line", "labels": {"y": "number"}},
        ),
        (
            lambda: heat_map(PAIRS, "commodity", "place", "cases"),
            lambda axes: (
                axes.imshow([[5, 2], [3, np.nan]])
                and axes.set(
                    xticks=[0, 1],
                    xticklabels=["x", "y"],
                    yticks=[0, 1],
                    yticklabels=[AWKWARD[2], AWKWARD[3]],
                )
            ),
            {"mark": "heat map", "labels": {"x": "place", "y": "commodity", "value": "number"}},
        ),
        (
            lambda: distribution(pd.DataFrame({"q_kg": [0.5, 2.0, 20.0]}), "q_kg", by=None),
            lambda axes: axes.hist([0.5, 2, 20], bins=10 ** np.arange(-0.4, 1.5, 0.2)),
            {"mark": "histogram", "scale": {"x": "log"}, "labels": {"x": "kg", "y": "number"}},
        ),
        (
            lambda: distribution(WEIGHTS, "q_kg", by="commodity"),
            lambda axes: axes.boxplot(
                [group["q_kg"] for _, group in WEIGHTS.groupby("commodity")],
                tick_labels=sorted(WEIGHTS["commodity"].unique()),
            ),
            {"mark": "box", "labels": {"y": "kg"}},
        ),
    ],
    ids=["bars", "intervals", "trend", "series", "heat map", "histogram", "boxes"],
)
def test_the_course_reads_our_charts(
    chart: Callable[[], Chart], reference: Callable[[Any], Any], form: dict[str, Any]
) -> None:
    """Values, names that are shortened on paper, labels, units and alt text are all there."""
    found = verdict(asked(reference, alt_text=8, digits=2, **form), chart())
    assert (found.verdict, found.diagnosis) == ("correct", "")


def test_panels_are_read_by_their_names() -> None:
    """Each small panel is a panel of the answer, with its own line, labels and title."""
    table = CASES.assign(office=["A", "A", "B", "B"])
    plain = encode(small_multiples(table, "office", "month", "cases"))
    assert [panel["title"] for panel in plain["panels"]] == ["A", "B"]
    assert [panel["y"]["label"] for panel in plain["panels"]] == ["Cases (number)"] * 2
    assert [point[1] for point in plain["panels"][1]["series"][0]["points"]] == [20, 7]


@pytest.mark.parametrize("name", sorted(DRAW))
def test_every_chart_is_plain_data_with_its_alt_text(name: str) -> None:
    """Whatever the chart, an answer can hold it."""
    chart = DRAW[name](awkward(60))
    plain = encode(chart)
    assert plain["type"] == "chart"
    assert plain["alt_text"] == chart.alt_text
    assert any(panel["series"] for panel in plain["panels"])


def test_the_targeting_curve_counts_ties_as_chance() -> None:
    """Of four rows with one score two are finds: half of them finds half of the finds."""
    table = pd.DataFrame({"found": [1, 0, 1, 0, 0, 0], "score": [5, 5, 5, 5, 1, 1]})
    line = targeting_curve(table, "found", "score", budget=1 / 3).axes[0].lines[1]
    np.testing.assert_allclose(line.get_xdata(), [0, 100 * 4 / 6, 100])
    np.testing.assert_allclose(line.get_ydata(), [0, 100, 100])
    chart = targeting_curve(table, "found", "score", budget=1 / 3)
    assert chart.get_suptitle() == "Inspecting 33 % of the consignments by score finds 50 %"


def test_the_targeting_curve_of_a_value_counts_the_value() -> None:
    """Finding the one large case is worth more than two small ones."""
    table = pd.DataFrame({"found": [1, 1, 1, 0], "score": [4, 3, 2, 1], "tax_usd": [1, 1, 8, 9]})
    line = targeting_curve(table, "found", "score", value="tax_usd").axes[0].lines[1]
    np.testing.assert_allclose(line.get_ydata(), [0, 10, 20, 100, 100])


def test_a_long_curve_keeps_its_shape_in_few_points() -> None:
    """Four hundred thousand rows are drawn at 500 places."""
    draw = np.random.default_rng(1)
    p = draw.random(100_000)
    table = pd.DataFrame({"found": draw.random(100_000) < p, "p": p})
    line = targeting_curve(table, "found", "p").axes[0].lines[1]
    assert len(line.get_xdata()) == 500
    np.testing.assert_allclose(
        line.get_ydata(), 2 * line.get_xdata() - line.get_xdata() ** 2 / 100, atol=1
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"found": [1, 1, 1]}, "rows with a find and rows without one"),
        ({"found": [0, 0, 0]}, "rows with a find and rows without one"),
        ({"found": [None, None, None]}, "holds no number"),
        ({"found": [1, 2, 0]}, "Expected are yes and no"),
        ({"p": [0.1, 1.2, 0.3]}, "holds 1.2.*from 0 to 1"),
    ],
)
def test_outcomes_and_probabilities_are_looked_at(change: dict[str, Any], sentence: str) -> None:
    """One class, other numbers, and probabilities above 1 give a sentence."""
    table = pd.DataFrame({"found": [1, 0, 1], "p": [0.2, 0.1, 0.7]}).assign(**change)
    draw = reliability_curve if "p" in change else targeting_curve
    with pytest.raises(ChartError, match=sentence):
        draw(table, "found", "p")


@pytest.mark.parametrize("budget", [0, -1, 1.5, "much"])
def test_a_budget_is_a_share(budget: Any) -> None:
    """Nothing can be inspected with nothing."""
    table = pd.DataFrame({"found": [1, 0], "p": [0.2, 0.1]})
    with pytest.raises(ChartError, match="above 0 and at most 1"):
        targeting_curve(table, "found", "p", budget=budget)


def test_the_reliability_curve_has_the_intervals_of_wilson() -> None:
    """Five finds in ten give 23.7 to 76.3 per cent (Wilson 1927)."""
    table = pd.DataFrame({"found": [1, 0] * 5, "p": [0.5] * 10})
    chart = reliability_curve(table, "found", "p")
    (segment,) = chart.axes[0].collections[0].get_segments()
    np.testing.assert_allclose(segment, [[50, 23.659], [50, 76.341]], atol=0.01)
    assert chart.get_suptitle() == "The probabilities promise 5 finds; 5 were made"


def test_the_distance_from_the_line_is_the_calibration_error() -> None:
    """Two groups, 10 and 30 points away from what happened, are 20 away on average."""
    table = pd.DataFrame({"found": [0] * 10 + [1] * 10, "p": [0.1] * 10 + [0.7] * 10})
    chart = reliability_curve(table, "found", "p", bins=2)
    assert "Mean distance from the line: 20 percentage points" in notes_of(chart)


def test_a_heavy_tail_is_told_in_words() -> None:
    """The steps of the axis are weights that people know, and zeros are said."""
    table = pd.DataFrame({"quantity_kg": [0.0, 0.002, 0.5, 3.0, 40.0, 2_000.0, None]})
    chart = distribution(table, "quantity_kg")
    shown = {text.get_text() for text in texts_of(chart)}
    assert {"10 g", "100 g", "1 kg", "10 kg", "100 kg", "1 t"} <= shown
    assert "Each step on the axis is ten times the one before." in notes_of(chart)
    assert "1 row without a value and 1 row of 0 or less" in notes_of(chart)
    with pytest.raises(ChartError, match="no number above 0"):
        distribution(pd.DataFrame({"quantity_kg": [0.0, -1.0]}), "quantity_kg")
    assert distribution(table, "quantity_kg", log=False).axes[0].get_xscale() == "linear"


@pytest.mark.parametrize("values", [[5.0] * 40, [1e-9, 1e9], [7.0, 7.1]])
def test_a_distribution_takes_any_spread(values: list[float]) -> None:
    """One value, eighteen steps of ten, or none."""
    assert outside(distribution(pd.DataFrame({"x_usd": values}), "x_usd")) == []


def test_a_flow_keeps_its_sum_at_every_stage() -> None:
    """What leaves arrives; the nodes of each stage add up to the rows."""
    table = awkward(300, 30)
    chart = flows(table, ["origin", "commodity", "location"], unit="lines", top=5)
    for stage in chart.axes[0].containers:
        assert sum(bar.get_height() for bar in stage) == pytest.approx(300)
    assert [len(stage) for stage in chart.axes[0].containers] == [6, 6, 6]
    with pytest.raises(ChartError, match="2 to 4 columns"):
        flows(table, ["origin"])
    with pytest.raises(ChartError, match="has a category 'Mars'"):
        flows(table, ["origin", "commodity"], highlight="Mars")


def test_a_network_names_the_node_with_the_most_partners() -> None:
    """The hub is the one that links the others, not the one with the largest link."""
    links = pd.DataFrame(
        {"a": ["A", "B", "C", "X"], "b": ["HUB", "HUB", "HUB", "Y"], "cases": [1, 1, 1, 50]}
    )
    chart = network(links, "a", "b", "cases")
    assert chart.get_suptitle() == "HUB has the most partners: 3 of 5, with 3"
    with pytest.raises(ChartError, match="links two different ends"):
        network(pd.DataFrame({"a": ["A"], "b": ["A"]}), "a", "b")
    with pytest.raises(ChartError, match="No node has the name 'Z'"):
        network(links, "a", "b", highlight="Z")


def test_shares_add_up_to_a_hundred_in_the_whole_table() -> None:
    """A share counts also what is not shown."""
    table = pd.DataFrame({"a": ["p"] * 4, "b": ["x", "x", "y", "z"]})
    chart = heat_map(table, "a", "b", share_of="row", top_columns=2)
    np.testing.assert_allclose(chart.axes[0].images[0].get_array(), [[50, 25]])
    assert chart.axes[1].get_ylabel().replace("\n", " ") == "Rows, share of the A (%)"


def test_ordered_categories_keep_their_order_where_it_is_asked() -> None:
    """Days of the week are not ranked unless somebody wants it."""
    days = pd.Categorical(["Tue", "Mon", "Tue"], ["Mon", "Tue", "Wed"], ordered=True)
    chart = bars(pd.DataFrame({"day": days}), "day", unit="cases", ranked=False)
    assert [text.get_text() for text in chart.axes[0].get_yticklabels()] == ["Mon", "Tue"]


def test_negative_values_stand_left_of_zero() -> None:
    """A fall is drawn as one, with its number beside it."""
    table = pd.DataFrame({"office": ["A", "B"], "change_points": [4.0, -12.5]})
    chart = bars(table, "office", "change_points")
    assert chart.axes[0].get_xlim()[0] < -12.5
    assert "−12.5" in {text.get_text() for text in texts_of(chart)}
    assert outside(chart) == []
    assert overlapping(chart) == []


KINDS_OF_COLUMNS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "arrow": lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
    "nullable": lambda table: table.convert_dtypes(),
    "categories": lambda table: table.astype({"commodity": "category", "origin": "category"}),
    "time zone": lambda table: table.assign(
        seizure_date=table["seizure_date"].dt.tz_localize("Asia/Tokyo")
    ),
    "periods": lambda table: table.assign(seizure_date=table["seizure_date"].dt.to_period("D")),
    "texts": lambda table: table.assign(seizure_date=table["seizure_date"].dt.strftime("%Y-%m-%d")),
    "rows with one name": lambda table: table.set_axis([0] * len(table), axis=0),
}


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What two charts of ordinary columns tell."""
    return {
        name: DRAW[name](awkward(40)).alt_text for name in ("bars of weight", "trend of several")
    }


@pytest.mark.parametrize("kind", sorted(KINDS_OF_COLUMNS))
def test_the_kind_of_a_column_changes_nothing(kind: str, told: dict[str, str]) -> None:
    """Arrow, nullable, categories, time zones, periods and texts give the same charts."""
    other = KINDS_OF_COLUMNS[kind](awkward(40))
    assert {name: DRAW[name](other).alt_text for name in told} == told


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 1000], ["1", "1,000"]),
        ([0.5, 12.25], ["0.5", "12.2"]),
        ([2_500_000, 10], ["2.50 million", "0.00 million"]),
        ([float("nan"), 1.0], ["not known", "1"]),
        ([-0.0001, 5.5], ["0.00", "5.50"]),
    ],
)
def test_numbers_beside_each_other_have_the_same_form(
    values: list[float], texts: list[str]
) -> None:
    """The same decimals and the same scale; no minus before a nought."""
    assert number_texts(values) == texts


def test_words_for_shares_sizes_and_columns() -> None:
    """Nearly all is not all, and a gram is not 0.001 kg."""
    assert (share_text(0.9999), share_text(0.0), share_text(0.5)) == ("99.9 %", "0 %", "50 %")
    assert (size_text(0.25, "kg"), size_text(2500, "kg")) == ("250 g", "2.5 t")
    assert (words_of("value_usd", "USD"), words_of("USD", "USD")) == ("Value", "USD")
