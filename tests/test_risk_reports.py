"""Points and reports say what an analyst would compute by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.risk import (
    RiskError,
    RiskPoints,
    below_peers,
    burden_report,
    calibration_report,
    drift_report,
    is_new,
    is_rare_together,
    targeting_curve,
    targeting_report,
)

# --- targeting ---------------------------------------------------------------------------------


def test_ties_at_the_cut_give_the_mean_of_all_draws() -> None:
    """Equal scores share the places that are left, whatever the order of rows."""
    y, score, value = [1, 0, 0, 1, 0], [9, 5, 5, 5, 1], [10.0, 0, 0, 6, 0]
    report = targeting_report(y, score, 0.4, value)
    draws = [[0, at] for at in (1, 2, 3)]
    assert report["finds"] == pytest.approx(np.mean([sum(y[i] for i in d) for d in draws]))
    assert report["value_found"] == pytest.approx(12)
    for order in itertools.permutations(range(5)):
        turned = targeting_report(*(np.array(part)[list(order)] for part in (y, score)), 0.4)
        assert turned["finds"] == report["finds"]


@given(rows=st.integers(1, 60), budget=st.floats(0.001, 1.0), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_parts_of_a_report_agree(rows: int, budget: float, seed: int) -> None:
    """Precision, recall and lift are those of the finds; a full budget finds everything."""
    rng = np.random.default_rng(seed)
    y, score = rng.random(rows) < 0.3, rng.integers(0, 5, rows)
    report = targeting_report(y, score, budget)
    assert report["finds"] <= min(y.sum(), report["inspected"]) + 1e-9
    assert report["precision"] * report["inspected"] == pytest.approx(report["finds"])
    if y.any():
        assert report["recall"] * y.sum() == pytest.approx(report["finds"])
        assert targeting_report(y, score, 1.0)["recall"] == pytest.approx(1)
        assert targeting_report(y, score, 1.0)["lift"] == pytest.approx(1)


def test_expected_finds_are_reported_for_probabilities() -> None:
    """A known probability in place of the outcome gives the expected finds."""
    p = [0.5, 0.1, 0.4, 0.0]
    assert targeting_report(p, p, 0.5)["finds"] == pytest.approx(0.9)
    assert targeting_curve(p, p, [0.25, 0.5]).index.tolist() == [0.25, 0.5]


@pytest.mark.parametrize("budget", [0, -0.1, 1.5, float("nan"), "5 %"])
def test_a_budget_is_a_share(budget: object) -> None:
    """A budget of zero, or of no share, is refused."""
    with pytest.raises(RiskError, match="The budget was"):
        targeting_report([0, 1], [1, 2], budget)  # type: ignore[arg-type]


def test_a_ranking_that_is_none_is_refused() -> None:
    """Texts, both columns of probabilities, sorted series and values below zero are named."""
    y = pd.Series([1, 0, 1, 0])
    for score, value, sentence in (
        (list("abcd"), None, "score holds values that are no numbers"),
        (np.full((4, 2), 0.5), None, "score has two columns"),
        (y[::-1], None, "same labels in another order"),
        (y, [1, -2, 3, 4], "1 values of a find are below zero"),
    ):
        with pytest.raises(RiskError, match=sentence):
            targeting_report(y, score, 0.5, value)
    for budgets in (0.1, []):
        with pytest.raises(RiskError, match="The budgets were"):
            targeting_curve(y, y, budgets)
    with pytest.raises(RiskError, match="1 of them are missing, below 0 or above 1"):
        calibration_report(y, [0.1, 0.2, 3.0, 0.4])


def test_what_does_not_fit_together_is_refused() -> None:
    """Lengths, missing scores and impossible outcomes are named."""
    for y, score, sentence in (
        ([0, 1], [1.0], "score has 1 values"),
        ([0, 1], [1.0, np.nan], "1 of them missing"),
        ([0, 2], [1.0, 2.0], "below 0 or above 1"),
        ([], [], "no rows"),
        (["yes", "no"], [1.0, 2.0], "no numbers"),
    ):
        with pytest.raises(RiskError, match=sentence):
            targeting_report(y, score, 0.5)


# --- calibration, drift, burden ----------------------------------------------------------------


def test_calibration_is_measured() -> None:
    """True probabilities have slope one; probabilities that are too extreme do not."""
    rng = np.random.default_rng(0)
    score = rng.normal(-3, 1.5, 60_000)
    p = 1 / (1 + np.exp(-score))
    y = rng.random(60_000) < p
    report = calibration_report(y, p)
    assert report["rows"].tolist() == [6_000] * 10
    assert 0.95 < report.attrs["slope"] < 1.05
    assert report.attrs["expected_calibration_error"] < 0.01
    assert calibration_report(y, 1 / (1 + np.exp(-2 * score))).attrs["slope"] < 0.6
    assert calibration_report(y, np.minimum(2 * p, 1)).attrs["total_ratio"] > 1.4


def test_drift_is_named() -> None:
    """A column that changed stands first; one that stayed is stable."""
    rng = np.random.default_rng(1)
    before = pd.DataFrame({"price": rng.normal(0, 1, 4_000), "mode": rng.choice(["a", "b"], 4_000)})
    now = pd.DataFrame({"price": rng.normal(1, 1, 4_000), "mode": rng.choice(["a", "b"], 4_000)})
    report = drift_report(before, now).set_index("column")
    assert report.index[0] == "price"
    assert report.loc["price", "reading"] == "large change"
    assert report.loc["mode", "reading"] == "stable"


def test_a_burden_without_a_reason_is_marked() -> None:
    """An origin that is inspected more, and where less is found, is marked; others are not."""
    origin = pd.Series(np.repeat(["AA", "BB", "CC"], 1_000))
    selected, y = np.zeros(3_000), np.zeros(3_000)
    selected[:300], selected[1_000:1_100], selected[2_000:2_100] = 1, 1, 1
    y[:3], y[1_000:1_020] = 1, 1
    report = burden_report(origin, selected, y).set_index("group")
    assert report.index[0] == "AA"
    assert report["without_reason"].to_dict() == {"AA": True, "BB": False, "CC": False}
    assert report["licit_inspected"].sum() == 500 - 23


# --- points, indicators, histories -------------------------------------------------------------


def test_points_are_learned_as_whole_numbers() -> None:
    """The stronger indicator gets the most points, one that says nothing gets none."""
    rng = np.random.default_rng(6)
    signs = pd.DataFrame(rng.random((6_000, 3)) < 0.2, columns=["strong", "weak", "nothing"])
    score = -3 + 2.0 * signs["strong"] + 0.8 * signs["weak"]
    y = rng.random(6_000) < 1 / (1 + np.exp(-score))
    card = RiskPoints.fit(signs, y)
    assert card.points["strong"] == 10
    assert 2 <= card.points["weak"] <= 6
    assert card.points["nothing"] <= 1
    assert (card.explain(signs).sum(axis=1) == card.score(signs)).all()


@given(st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_row_order_changes_nothing_for_points(order: list[int]) -> None:
    """Points and scores do not depend on the order of rows at all."""
    rng = np.random.default_rng(7)
    signs = pd.DataFrame(rng.random((40, 2)) < 0.4, columns=["a", "b"])
    y = (rng.random(40) < 0.3) | signs["a"].to_numpy()
    turned = RiskPoints.fit(signs.iloc[order], y[order])
    assert turned.points == RiskPoints.fit(signs, y).points


def test_what_every_row_has_is_no_sign() -> None:
    """An indicator that is always true gets no points."""
    rng = np.random.default_rng(0)
    signs = pd.DataFrame({"always": True, "some": rng.random(200) < 0.3})
    y = rng.random(200) < np.where(signs["some"], 0.6, 0.1)
    assert RiskPoints.fit(signs, y).points == {"always": 0.0, "some": 10.0}
    with pytest.raises(RiskError, match="No indicator raises"):
        RiskPoints.fit(signs[["always"]], y)


def test_points_refuse_what_is_no_indicator() -> None:
    """Negative points, missing indicators and other values are named."""
    with pytest.raises(RiskError, match="no points for: a"):
        RiskPoints({"a": -1})
    card = RiskPoints({"a": 1})
    with pytest.raises(RiskError, match="no indicator 'a'"):
        card.score(pd.DataFrame({"b": [True]}))
    with pytest.raises(RiskError, match="neither true nor false"):
        card.score(pd.DataFrame({"a": [3]}))


def test_indicators_are_scale_free_and_know_gaps() -> None:
    """Another unit changes nothing; a missing value is no sign."""
    rng = np.random.default_rng(8)
    price = pd.Series(np.exp(rng.normal(size=500)))
    price[3] = np.nan
    goods = pd.Series(rng.choice(["a", "b"], 500))
    assert below_peers(price, goods).equals(below_peers(price * 1_000, goods))
    assert not below_peers(price, goods)[3]
    route = pd.Series(["x"] * 99 + [None])
    assert not is_rare_together(route, pd.Series(["y"] * 100)).any()
    dates = pd.Series(pd.to_datetime(["2026-01-01", None]))
    assert is_new(dates, pd.Series(pd.to_datetime(["2026-02-01"] * 2))).tolist() == [True, False]
