"""Selection, its simulation and the reports on it: who is inspected, and what that tells."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from rilo_training.risk import (
    RiskError,
    RiskModel,
    RiskPoints,
    burden_report,
    calibration_report,
    chosen_by,
    drift_report,
    is_new,
    moved_traffic,
    past_find_rate,
    peer_distance,
    select_for_inspection,
    simulate_inspections,
)
from rilo_training.risk.selection import _chances

# --- selection ---------------------------------------------------------------------------------


def test_selection_keeps_the_budget_and_the_share() -> None:
    """The lots come first; the model takes the riskiest of the others, by the same seed again."""
    score = np.arange(1_000.0)
    chosen = select_for_inspection(score, 0.1, 0.2, random_state=3)
    assert len(chosen) == 100
    assert chosen["row"].is_unique
    drawn = set(chosen.loc[chosen["selected_by"].eq("random"), "row"])
    assert len(drawn) == 20
    riskiest = [row for row in range(999, -1, -1) if row not in drawn][:80]
    assert chosen.loc[chosen["selected_by"].eq("model"), "row"].tolist() == riskiest
    pd.testing.assert_frame_equal(chosen, select_for_inspection(score, 0.1, 0.2, random_state=3))


@given(seed=st.integers(0, 200), share=st.floats(0, 1), rows=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_the_lots_do_not_look_at_the_score(seed: int, share: float, rows: int) -> None:
    """The same seed draws the same rows for any score, so that two models can be compared."""
    rng = np.random.default_rng(seed)
    lots = []
    for score in (rng.normal(size=rows), rng.integers(0, 3, rows)):
        chosen = select_for_inspection(score, 0.4, share, random_state=seed)
        assert chosen["row"].is_unique
        lots.append(set(chosen.loc[chosen["selected_by"].eq("random"), "row"]))
    assert lots[0] == lots[1]


def test_every_row_has_the_same_chance_to_be_drawn() -> None:
    """Over many draws each row is drawn, and is inspected, as often as its chance says."""
    score, draws = np.array([9.0, 8, 7, 7, 7, 3, 2, 1, 0, 0]), 2_000
    drawn, inspected, chance = np.zeros(10), np.zeros(10), np.zeros(10)
    for seed in range(draws):
        chosen = select_for_inspection(score, 0.5, 0.4, random_state=seed)
        rows = chosen["row"].to_numpy()
        inspected[rows] += 1
        drawn[rows[chosen["selected_by"].eq("random")]] += 1
        chance[rows] = chosen["chance"]
    assert np.abs(drawn / draws - 2 / 10).max() < 0.03
    assert np.abs(inspected / draws - chance).max() < 0.03
    assert chance[:2] == pytest.approx(1)
    assert chance.sum() == pytest.approx(5)


@pytest.mark.parametrize("places", [(7, 2, 3), (6, 1, 2), (5, 0, 2), (5, 3, 0), (6, 3, 3)])
def test_the_chance_is_that_of_all_draws_counted(places: tuple[int, int, int]) -> None:
    """The formula agrees with the count over every possible draw."""
    rows, by_model, by_chance = places
    draws = list(combinations(range(rows), by_chance))
    count = np.zeros(rows)
    for draw in draws:
        count[list(draw)] += 1
        count[[row for row in range(rows) if row not in draw][:by_model]] += 1
    assert _chances(rows, by_model, by_chance) == pytest.approx(count / len(draws))


def test_random_inspections_set_the_level_truly() -> None:
    """A model of the wrong level is right in total after it met the random rows."""
    rng = np.random.default_rng(4)
    sign = rng.normal(size=40_000)
    y = rng.random(40_000) < 1 / (1 + np.exp(3.5 - sign))
    table = pd.DataFrame({"sign": sign})
    # Half of the finds and one in twenty of the others: the share of finds is far too high.
    learned = rng.random(40_000) < np.where(y, 0.5, 0.05)
    model = RiskModel().fit(table[learned], y[learned])
    assert model.predict_proba(table)[:, 1].sum() > 3 * y.sum()
    chosen = select_for_inspection(model.decision_function(table), 0.1, 0.5)
    rows = chosen["row"][chosen["selected_by"].eq("random")].to_numpy()
    model.recalibrate(table.iloc[rows], y[rows])
    assert model.predict_proba(table)[:, 1].sum() == pytest.approx(y.sum(), rel=0.25)
    total = (y[chosen["row"]] / chosen["chance"]).sum()
    assert total == pytest.approx(y.sum(), rel=0.25)


# --- simulation --------------------------------------------------------------------------------


def test_moved_traffic_moves_what_was_asked() -> None:
    """The total stays; the stream gets its share."""
    rng = np.random.default_rng(2)
    p, stream = rng.beta(0.3, 9, 5_000), rng.random(5_000) < 0.2
    moved = moved_traffic(p, stream, share=0.7)
    assert moved.sum() == pytest.approx(p.sum())
    assert moved[~stream].sum() == pytest.approx(0.3 * p[~stream].sum())


def test_a_model_without_random_inspections_stays_blind() -> None:
    """After the traffic moved, a random share finds it; the model alone goes on as before."""
    gains = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rows = 36_000
        week = np.repeat(np.arange(12), rows // 12)
        old, new = rng.random(rows) < 0.1, rng.random(rows) < 0.08
        usual = np.where(old, 0.25, 0.005) * ~new
        p = np.where(week < 4, usual, moved_traffic(usual, new, share=0.8))
        y = rng.random(rows) < p
        table = pd.DataFrame({"old": old * 1.0, "new": new * 1.0, "size": rng.normal(size=rows)})
        finds = [
            simulate_inspections(
                table, y, week, 0.06, week < 4, share, LogisticRegression(), 1, 4, seed
            )["finds"].sum()
            for share in (0.0, 0.1)
        ]
        gains.append(finds[1] - finds[0])
    assert np.mean(gains) > 0


def test_random_inspections_say_how_many_there_are() -> None:
    """Finds by the model, and the rest estimated from the random ones, give about the truth."""
    rng = np.random.default_rng(5)
    week = np.repeat(np.arange(6), 2_000)
    sign = rng.normal(size=12_000)
    y = rng.random(12_000) < 1 / (1 + np.exp(3 - sign))
    table = pd.DataFrame({"sign": sign})
    weeks = simulate_inspections(table, y, week, 0.2, week < 2, 0.5, LogisticRegression())
    assert weeks["week"].tolist() == [2, 3, 4, 5]
    assert weeks["inspected"].tolist() == [400] * 4
    assert weeks["estimated_illicit"].sum() == pytest.approx(weeks["illicit"].sum(), rel=0.25)


# --- indicators of all rows --------------------------------------------------------------------


def test_distances_from_peers_and_rates_are_graded() -> None:
    """A distance has a direction and no unit; a short history says little."""
    rng = np.random.default_rng(9)
    price, goods = pd.Series(np.exp(rng.normal(size=300))), pd.Series(rng.choice(["a", "b"], 300))
    price[4] = -1.0
    distance = peer_distance(price, goods)
    assert distance.isna().sum() == 1
    assert distance.corr(peer_distance(price * 1_000, goods)) == pytest.approx(1)
    assert distance[price.idxmax()] > 1
    rate = past_find_rate(pd.Series([1, 10, 0, None]), pd.Series([1, 100, 99, None]))
    assert rate[1] > rate[3] > rate[2]
    assert rate[0] < 2 * rate[3]


def test_a_date_is_compared_row_by_row() -> None:
    """Another index changes nothing."""
    since = pd.Series(["2026-01-01", None], index=[7, 8])
    assert is_new(since, pd.Series(["2026-02-01"] * 2)).to_dict() == {7: True, 8: False}


# --- what cannot be used -----------------------------------------------------------------------

GROUPS = pd.Series(["a", "a", "b", "b"])
TABLE = pd.DataFrame({"Zollamt Nr.": ["x", "y"] * 20, "7": range(40)})
HALF = [True, False] * 20
PLAIN = LogisticRegression()
NUMBERS = pd.DataFrame({"a": [1, 2, 3, 4]})


def simulate(**other: Any) -> pd.DataFrame:
    """A simulation of four rows, with something changed."""
    usual = {"X": NUMBERS, "y": [0, 1, 0, 1], "week": [0, 0, 1, 1], "budget": 0.5}
    return simulate_inspections(**{**usual, "known": [1, 1, 0, 0], "model": PLAIN, **other})


REFUSED: list[tuple[str, Callable[[], Any]]] = [
    *[
        (f"The budget was {budget}", lambda budget=budget: select_for_inspection([1, 2], budget))
        for budget in (0, -0.1, 1.5, float("nan"))
    ],
    ("no numbers", lambda: select_for_inspection(["high"], 0.5)),
    ("1 values are missing", lambda: select_for_inspection([1, np.nan], 0.5)),
    (r"shape \(0,\)", lambda: select_for_inspection([], 0.5)),
    (r"shape \(2, 2\)", lambda: select_for_inspection([[0.1, 0.9], [0.2, 0.8]], 0.5)),
    ("random_share was 1.1", lambda: select_for_inspection([1, 2], 0.5, 1.1)),
    ("random_share was 'a'", lambda: select_for_inspection([1, 2], 0.5, "a")),  # type: ignore
    ("random_state was -1", lambda: select_for_inspection([1, 2], 0.5, 0.1, -1)),
    ("40 marks are above 0", lambda: chosen_by(TABLE, [True] * 40)),
    ("20 of 40 marks", lambda: chosen_by(TABLE, [0.5, 0.0] * 20)),
    ("40 rows; 1 of 2", lambda: chosen_by(TABLE, [1, 0])),
    ("0 of them inspected", lambda: burden_report(GROUPS, [0] * 4, [0] * 4)),
    ("1 selections", lambda: burden_report(GROUPS, [1], [0] * 4)),
    ("missing value", lambda: burden_report(GROUPS, [1] * 4, [0, 1, 0, np.nan])),
    ("2 dimensions", lambda: burden_report(GROUPS.to_frame(), [1] * 4, [0] * 4)),  # type: ignore
    ("no rows", lambda: burden_report(GROUPS[:0], [], [])),
    ("another order", lambda: burden_report(GROUPS, pd.Series([1] * 4, [3, 2, 1, 0]), [0] * 4)),
    ("least_rows was 'x'", lambda: burden_report(GROUPS, [1] * 4, [0] * 4, "x")),  # type: ignore
    ("no rows", lambda: calibration_report([], [])),
    ("predictions hold values", lambda: calibration_report([0, 1], ["low", "high"])),
    ("each from 0 to 1", lambda: calibration_report([0, 1], [0.5, np.nan])),
    ("bins was 2.5", lambda: calibration_report([0, 1], [0.5, 0.2], 2.5)),  # type: ignore
    ("0 rows", lambda: drift_report(TABLE, TABLE[:0])),
    ("Zollamt", lambda: drift_report(TABLE, TABLE[["7"]])),
    ("with 0 finds", lambda: simulate(y=[0, 0, 1, 1])),
    ("no whole numbers", lambda: simulate(week=[0, 0, 1, np.nan])),
    ("no whole numbers", lambda: simulate(week=["a", "a", "b", "b"])),
    ("The model was 'tree'", lambda: simulate(model="tree")),
    ("0 weeks follow", lambda: simulate(week=[0] * 4)),
    ("The budget was 0", lambda: simulate(budget=0)),
    ("share was 'x'", lambda: moved_traffic([0.1, 0.2], [1, 0], "x")),  # type: ignore
    ("2 of 2 rows", lambda: moved_traffic([0.1, 0.2], [1, 1])),
    ("no numbers", lambda: peer_distance(pd.Series(["a"]), pd.Series(["b"]))),
    ("2 and 1 rows", lambda: past_find_rate(pd.Series([1, 2]), pd.Series([3]))),
    ("more finds", lambda: past_find_rate(pd.Series([2]), pd.Series([1]))),
    ("no dates", lambda: is_new(pd.Series(["soon"]), pd.Series(["2026-01-01"]))),
    ("The points were", lambda: RiskPoints(["low value"])),  # type: ignore
    ("No indicator raises", lambda: RiskPoints.fit(NUMBERS > 0, [0, 1, 1, 1])),
    ("largest was 'x'", lambda: RiskPoints.fit(NUMBERS > 2, [0, 1, 0, 1], "x")),  # type: ignore
]


@pytest.mark.parametrize(("sentence", "call"), REFUSED)
def test_what_cannot_be_used_is_named(sentence: str, call: Callable[[], Any]) -> None:
    """The message says what was found; it is never one of another library."""
    with pytest.raises(RiskError, match=sentence):
        call()


def test_reports_take_any_column_names_and_one_class() -> None:
    """Names, types and a table without a find are no matter for the reports."""
    assert chosen_by(TABLE, HALF)["column"].tolist()[0] == "Zollamt Nr."
    assert drift_report(TABLE, TABLE)["reading"].eq("stable").all()
    unknown = [0.0, 0.0, np.nan, np.nan]
    report = burden_report(GROUPS, [1, 1, 0, 0], unknown, least_rows=1).set_index("group")
    assert report.loc["a", "finds"] == 0
    assert np.isnan(report.loc["b", "hit_rate"])
    assert burden_report(pd.Series([1, 2, None, 2]), [1] * 4, [0] * 4, 1)["rows"].sum() == 4
    one = calibration_report([0, 0, 0], [0.1, 0.2, 0.3], bins=3)
    assert one["found"].tolist() == [0, 0, 0]
    assert np.isnan(one.attrs["total_ratio"])


def test_one_value_with_nearly_all_finds_is_learned_soundly() -> None:
    """Where a new stream holds most finds, the weights stay finite and the total right."""
    rng = np.random.default_rng(0)
    origin = np.r_[["NEW"] * 151, rng.choice([f"C{n}" for n in range(20)], 1_047)]
    y = np.r_[np.arange(151) < 62, np.arange(1_047) < 12]
    table = pd.DataFrame({"origin": origin})
    p = RiskModel().fit(table, y).predict_proba(table)[:, 1]
    assert 0.3 < p[:151].mean() < 0.5
    assert p[151:].mean() < 0.03
