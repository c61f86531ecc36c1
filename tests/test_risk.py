"""The risk room ranks, explains and refuses as an analyst expects, on tables of any shape."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from declarations import declarations, wildlife
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from rilo_training.risk import (
    ChallengerModel,
    RiskError,
    RiskModel,
    calibration_report,
    chosen_by,
)

ROWS = 4_000


@cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """A table of declarations, and its outcome; the second half is the future."""
    return declarations(2 * ROWS, 3)


@cache
def fitted() -> RiskModel:
    """The glass box on the first half."""
    declared, y = table()
    return RiskModel().fit(declared[:ROWS], y[:ROWS])


def top(score: np.ndarray, share: float = 0.05) -> set[int]:
    """The rows in the top share."""
    return set(np.argsort(-score, kind="stable")[: round(share * len(score))].tolist())


# --- ranking and explaining --------------------------------------------------------------------


def test_a_table_of_another_administration_is_ranked() -> None:
    """On rows that it never saw, the model ranks well above chance and is calibrated."""
    declared, y = table()
    p = fitted().predict_proba(declared[ROWS:])
    assert p.shape == (ROWS, 2)
    assert np.allclose(p.sum(axis=1), 1)
    assert roc_auc_score(y[ROWS:], p[:, 1]) > 0.70
    assert calibration_report(y[ROWS:], p[:, 1]).attrs["expected_calibration_error"] < 0.02


def test_explanations_add_up() -> None:
    """The parts of every row add up to its score, and the score is the log-odds."""
    rows = table()[0][ROWS : ROWS + 300]
    score, p = fitted().decision_function(rows), fitted().predict_proba(rows)[:, 1]
    parts = fitted().explain(rows)
    assert parts.columns.is_unique
    assert parts.index.equals(rows.index)
    assert np.abs(parts.sum(axis=1).to_numpy() - score).max() < 1e-6
    assert np.abs(np.log(p / (1 - p)) - score).max() < 1e-6


def test_the_challenger_has_the_same_calls() -> None:
    """The challenger ranks, and its explanations add up as well."""
    declared, y = table()
    model = ChallengerModel().fit(declared[:ROWS], y[:ROWS])
    rows = declared[ROWS:]
    score = model.decision_function(rows)
    assert roc_auc_score(y[ROWS:], score) > 0.70
    parts = model.explain(rows[:50])
    assert np.abs(parts.sum(axis=1).to_numpy() - score[:50]).max() < 1e-6


def test_labels_may_be_texts() -> None:
    """The classes keep their names; the later one in the alphabet is the risk."""
    lines, y = wildlife(3_000, 1)
    model = RiskModel().fit(lines, y)
    assert model.classes_.tolist() == ["cleared", "refused"]
    assert set(model.predict(lines)) <= {"cleared", "refused"}
    assert roc_auc_score(y == "refused", model.decision_function(lines)) > 0.70


# --- what columns may be -----------------------------------------------------------------------


def test_what_says_nothing_is_ignored_with_a_notice() -> None:
    """A wholly missing column, one value, and numbers of rows are named, without a warning."""
    notices = " ".join(fitted().notices_)
    assert "'Nothing' is ignored: it holds no value" in notices
    assert "'Declaration' is ignored: it numbers the rows" in notices
    lines, y = wildlife(1_000, 2)
    notices = " ".join(RiskModel().fit(lines, y).notices_)
    assert "'one_value' is ignored: it holds one value only" in notices


def test_unseen_and_missing_values_are_scored() -> None:
    """New categories, gaps and infinite numbers give a finite score."""
    rows = table()[0][ROWS : ROWS + 4].copy()
    rows["Importer ID"] = ["new one", None, "another", ""]
    rows["Item Price"] = [np.nan, np.inf, -1.0, 0.0]
    rows["Date"] = [None, "not a date", "2031-01-01", "2020-01-05"]
    assert np.isfinite(fitted().decision_function(rows)).all()


def test_columns_may_stand_in_another_order() -> None:
    """Columns are found by name; more of them change nothing."""
    rows = table()[0][ROWS : ROWS + 100]
    turned = rows[rows.columns[::-1]].assign(more=1)
    assert np.array_equal(fitted().decision_function(rows), fitted().decision_function(turned))


@pytest.mark.parametrize("kind", ["datetime", "text", "slashes"])
def test_dates_are_read_in_every_form(kind: str) -> None:
    """The days between two dates are a sign, whether they are dates or texts."""
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 2_000), "D")
    age = rng.integers(0, 1_000, 2_000)
    since = start - pd.to_timedelta(age, "D")
    y = rng.random(2_000) < np.where(age < 150, 0.5, 0.05)
    form = {"datetime": None, "text": "%Y-%m-%d", "slashes": "%d/%m/%Y"}[kind]
    dates = pd.DataFrame({"arrived": start, "registered": since})
    if form:
        dates = dates.apply(lambda column: column.dt.strftime(form))
    model = RiskModel().fit(dates, y)
    assert "days from registered to arrived" in model.explain(dates[:5]).columns
    assert roc_auc_score(y, model.decision_function(dates)) > 0.8


def test_a_combination_is_found() -> None:
    """Two categories that say nothing alone, and everything together."""
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, 4, 4_000), rng.integers(0, 4, 4_000)
    y = rng.random(4_000) < np.where((one + two) % 4 == 0, 0.3, 0.03)
    names = pd.DataFrame({"payment": one, "documents": two}).astype(str)
    auc = roc_auc_score(y, RiskModel().fit(names, y).decision_function(names))
    assert auc > 0.75


def test_a_price_is_compared_with_its_peers() -> None:
    """A price that is low for its goods is found, though no price is low in itself."""
    rng = np.random.default_rng(2)
    goods = rng.integers(0, 30, 4_000)
    low = rng.standard_normal(4_000)
    price = np.exp(np.linspace(0, 8, 30)[goods] + 0.4 * low)
    y = rng.random(4_000) < np.where(low < -1.2, 0.4, 0.02)
    goods_table = pd.DataFrame({"price": price, "goods": [f"g{g}" for g in goods]})
    model = RiskModel().fit(goods_table[:3_000], y[:3_000])
    assert roc_auc_score(y[3_000:], model.decision_function(goods_table[3_000:])) > 0.72


def test_a_table_without_any_sign_gives_the_share() -> None:
    """Where nothing says anything, every row gets about the share of outcomes."""
    rng = np.random.default_rng(3)
    noise = pd.DataFrame({"a": rng.normal(size=3_000), "b": rng.integers(0, 9, 3_000)})
    y = rng.random(3_000) < 0.1
    p = RiskModel().fit(noise, y).predict_proba(noise)[:, 1]
    assert abs(p.mean() - 0.1) < 0.02
    assert p.std() < 0.03


@pytest.mark.parametrize("rows", [10, 60])
def test_very_small_tables_are_fitted(rows: int) -> None:
    """Few rows give a model, not an error."""
    declared, _ = declarations(rows, 5)
    y = np.arange(rows) % 5 == 0
    model = RiskModel().fit(declared, y)
    assert np.isfinite(model.decision_function(declared)).all()


# --- properties --------------------------------------------------------------------------------


def test_training_order_changes_nothing() -> None:
    """A shuffled training table gives the same scores, to the last digits."""
    declared, y = table()
    order = np.random.default_rng(0).permutation(ROWS)
    model = RiskModel().fit(declared[:ROWS].iloc[order], y[:ROWS][order])
    rows = declared[ROWS:]
    assert np.abs(model.decision_function(rows) - fitted().decision_function(rows)).max() < 1e-9


def test_row_order_changes_nothing_at_prediction() -> None:
    """A row has its score wherever it stands."""
    rows = table()[0][ROWS:]
    order = np.random.default_rng(1).permutation(len(rows))
    score = fitted().decision_function(rows)
    assert np.array_equal(fitted().decision_function(rows.iloc[order]), score[order])


def test_doubling_the_training_table_keeps_the_top() -> None:
    """When every row stands twice, the top five per cent hardly changes."""
    declared, y = table()
    twice = pd.concat([declared[:ROWS], declared[:ROWS]])
    model = RiskModel().fit(twice, np.tile(y[:ROWS], 2))
    rows = declared[ROWS:]
    before, after = (top(m.decision_function(rows)) for m in (fitted(), model))
    assert len(before & after) >= 0.95 * len(before)


def test_the_same_seed_gives_the_same_result() -> None:
    """Two fits are equal, and a copy from disk is as well."""
    declared, y = table()
    again = RiskModel().fit(declared[:ROWS], y[:ROWS])
    rows = declared[ROWS:]
    score = fitted().decision_function(rows)
    assert np.array_equal(again.decision_function(rows), score)
    assert np.array_equal(pickle.loads(pickle.dumps(again)).decision_function(rows), score)
    assert clone(again).get_params() == again.get_params()


@given(low=st.floats(-1e4, 1e4), more=st.floats(0, 1e4), direction=st.sampled_from([1, -1]))
@settings(max_examples=40, deadline=None)
def test_more_of_a_risk_factor_never_lowers_a_monotone_score(
    low: float, more: float, direction: int
) -> None:
    """Whatever the data says, a direction that was asked for is kept."""
    model = monotone_model(direction)
    rows = pd.DataFrame({"weight": [low, low + more], "goods": ["a", "a"]})
    first, second = model.decision_function(rows) * direction
    assert second >= first - 1e-12


@cache
def monotone_model(direction: int) -> RiskModel:
    """A model of which the data says the contrary in some places."""
    rng = np.random.default_rng(4)
    weight = rng.normal(0, 1_000, 2_000)
    goods = rng.choice(list("abc"), 2_000)
    y = rng.random(2_000) < 0.2 + 0.15 * np.sin(weight / 400) + 0.1 * (weight > 0)
    rows = pd.DataFrame({"weight": weight, "goods": goods})
    return RiskModel(monotone={"weight": direction}).fit(rows, y)


# --- labels only where somebody looked ---------------------------------------------------------


def test_what_officers_choose_by_is_named() -> None:
    """The column that decides who is inspected stands first."""
    declared, _ = table()
    rng = np.random.default_rng(5)
    habit = np.where(declared["Process Type"].eq("B"), 0.3, 0.01)
    report = chosen_by(declared, rng.random(len(declared)) < habit)
    assert report["column"].iloc[0] == "Process Type"
    assert report["auc"].iloc[0] > 0.7
    assert report["auc"].iloc[1:].max() < 0.62


def test_a_column_that_is_left_out_changes_nothing() -> None:
    """A score does not depend on a column that was left out."""
    declared, y = table()
    model = RiskModel(leave_out=["Process Type"]).fit(declared[:1_000], y[:1_000])
    rows = declared[ROWS : ROWS + 50]
    other = rows.assign(**{"Process Type": "D"})
    assert np.array_equal(model.decision_function(rows), model.decision_function(other))


def test_random_inspections_set_the_level() -> None:
    """A model of a sample with too many finds says the right total afterwards."""
    declared, y = table()
    rng = np.random.default_rng(6)
    kept = y | (rng.random(len(y)) < 0.2)
    model = RiskModel().fit(declared[kept], y[kept])
    drawn = rng.random(len(y)) < 0.25
    before = model.predict_proba(declared)[:, 1].sum() / y.sum()
    order = model.decision_function(declared).argsort()
    model.recalibrate(declared[drawn], y[drawn])
    after = model.predict_proba(declared)[:, 1].sum() / y.sum()
    assert before > 2
    assert 0.6 < after < 1.5
    assert np.array_equal(model.decision_function(declared).argsort(), order)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (pd.DataFrame({"a": []}), [], "X has 0 rows"),
        (pd.DataFrame([[1, 2]] * 9, columns=["a", "a"]), [0] * 9, "have the name 'a'"),
        (pd.DataFrame({"a": range(9)}), [1] * 9, "has 1 class"),
        (pd.DataFrame({"a": range(9)}), [0, 1, 2] * 3, "has 3 classes"),
        (pd.DataFrame({"a": range(9)}), [0, 1] * 4, "9 rows and y has 8"),
        (pd.DataFrame({"a": range(9)}), [0, 1, None] * 3, "3 outcomes are missing"),
        (pd.DataFrame({"a": [7] * 9, "b": [None] * 9}), [0, 1, 1] * 3, "No column can be used"),
    ],
)
def test_what_cannot_be_learned_is_refused(x: pd.DataFrame, y: list[int], sentence: str) -> None:
    """An error says what was found, what was expected and what to do."""
    with pytest.raises(RiskError, match=sentence) as caught:
        RiskModel().fit(x, y)
    assert caught.value.expected
    assert caught.value.action


def test_a_missing_column_is_named() -> None:
    """At prediction, the column that is not there is named."""
    with pytest.raises(RiskError, match="no column 'Importer ID'"):
        fitted().predict_proba(table()[0].drop(columns="Importer ID"))
    with pytest.raises(RiskError, match="knows nothing yet"):
        RiskModel().predict_proba(table()[0])


def test_a_direction_needs_a_number() -> None:
    """A direction for a category or an unknown column is refused."""
    declared, y = table()
    for monotone in ({"Origin": 1}, {"nowhere": 1}, {"Net Mass": 2}):
        with pytest.raises(RiskError, match="monotone asks for"):
            RiskModel(monotone=monotone).fit(declared[:500], y[:500])


def test_the_room_loads_nothing_heavy() -> None:
    """Importing the room brings neither pandas nor scikit-learn."""
    code = (
        "import sys, rilo_training.risk; print({'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert found.stdout.strip() == "set()"
