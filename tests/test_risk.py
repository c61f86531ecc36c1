"""The risk room ranks, explains and refuses as an analyst expects, on tables of any shape."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from declarations import declarations, declarations_and_risk, wildlife, wildlife_and_risk
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from rilo_training.risk import (
    ChallengerModel,
    RiskModel,
    calibration_report,
    chosen_by,
)

ROWS = 4_000


@cache
def table_and_risk() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """A table of declarations, its outcome, and its true risk; the second half is the future."""
    return declarations_and_risk(2 * ROWS, 3)


def table() -> tuple[pd.DataFrame, np.ndarray]:
    """The table and its outcome."""
    return table_and_risk()[:2]


@cache
def fitted() -> RiskModel:
    """The glass box on the first half."""
    declared, y = table()
    return RiskModel().fit(declared[:ROWS], y[:ROWS])


def area_kept(y: np.ndarray, score: np.ndarray, best: np.ndarray) -> float:
    """How much of the area between chance and the best possible ranking a score keeps."""
    return float((roc_auc_score(y, score) - 0.5) / (roc_auc_score(y, best) - 0.5))


# --- ranking and explaining --------------------------------------------------------------------


def test_a_table_of_another_administration_is_ranked() -> None:
    """On rows that it never saw, the model keeps most of what 110 finds can teach.

    The true risk has an AUC of 0.90. Most of it is in what 533 importers are like, and one with
    few rows in the past cannot be known: without their part, and only then, the truth is a limit
    that a model can reach.
    """
    declared, y, risk = table_and_risk()
    importer = declared["Importer ID"]
    rows = importer.map(importer[:ROWS].value_counts()).fillna(0).to_numpy()
    log_odds = np.log(risk / (1 - risk))
    of_importer = 1.6 * 0.9 * np.random.default_rng(7).standard_normal(2 * ROWS // 15)
    known = log_odds - np.where(rows < 50, of_importer[importer.str[3:].astype(int)], 0.0)
    p = fitted().predict_proba(declared[ROWS:])
    assert p.shape == (ROWS, 2)
    assert np.allclose(p.sum(axis=1), 1)
    assert roc_auc_score(y[ROWS:], risk[ROWS:]) == pytest.approx(0.90, abs=0.005)
    assert area_kept(y[ROWS:], p[:, 1], known[ROWS:]) > 0.75
    assert calibration_report(y[ROWS:], p[:, 1]).attrs["expected_calibration_error"] < 0.02


def test_a_table_of_another_administration_is_ranked_better_than_by_trees() -> None:
    """Gradient boosting on the same columns as numbers ranks much worse."""
    declared, y = table()
    numbers = declared.drop(columns="Nothing").apply(lambda column: pd.factorize(column)[0])
    trees = HistGradientBoostingClassifier(random_state=0).fit(numbers[:ROWS], y[:ROWS])
    theirs = roc_auc_score(y[ROWS:], trees.decision_function(numbers[ROWS:]))
    assert roc_auc_score(y[ROWS:], fitted().decision_function(declared[ROWS:])) > theirs + 0.1


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
    """The challenger ranks as well as the glass box, and its explanations add up as well."""
    declared, y = table()
    model = ChallengerModel().fit(declared[:ROWS], y[:ROWS])
    rows = declared[ROWS:]
    score = model.decision_function(rows)
    assert area_kept(y[ROWS:], score, fitted().decision_function(rows)) > 0.95
    parts = model.explain(rows[:50])
    assert np.abs(parts.sum(axis=1).to_numpy() - score[:50]).max() < 1e-6


def test_labels_may_be_texts() -> None:
    """The classes keep their names; the later one in the alphabet is the risk."""
    lines, y, risk = wildlife_and_risk(6_000, 1)
    model = RiskModel().fit(lines[:3_000], y[:3_000])
    assert model.classes_.tolist() == ["cleared", "refused"]
    rows = lines[3_000:]
    assert set(model.predict(rows)) <= {"cleared", "refused"}
    refused = y[3_000:] == "refused"
    assert area_kept(refused, model.decision_function(rows), risk[3_000:]) > 0.90


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
    """Two categories that say nothing alone, and everything together, are used up."""
    rng = np.random.default_rng(1)
    one, two = rng.integers(0, 4, 8_000), rng.integers(0, 4, 8_000)
    risk = np.where((one + two) % 4 == 0, 0.3, 0.03)
    y = rng.random(8_000) < risk
    names = pd.DataFrame({"payment": one, "documents": two}).astype(str)
    score = RiskModel().fit(names[:4_000], y[:4_000]).decision_function(names[4_000:])
    assert area_kept(y[4_000:], score, risk[4_000:]) > 0.95


def test_a_price_is_compared_with_its_peers() -> None:
    """A price that is low for its goods is found, though no price is low in itself.

    The true risk has an AUC of 0.77 only: eight in nine prices are not low, and some of them are
    found to be wrong as well.
    """
    rng = np.random.default_rng(2)
    goods = rng.integers(0, 30, 4_000)
    low = rng.standard_normal(4_000)
    price = np.exp(np.linspace(0, 8, 30)[goods] + 0.4 * low)
    risk = np.where(low < -1.2, 0.4, 0.02)
    y = rng.random(4_000) < risk
    goods_table = pd.DataFrame({"price": price, "goods": [f"g{g}" for g in goods]})
    score = RiskModel().fit(goods_table[:3_000], y[:3_000]).decision_function(goods_table[3_000:])
    assert roc_auc_score(y[3_000:], risk[3_000:]) == pytest.approx(0.77, abs=0.005)
    assert area_kept(y[3_000:], score, risk[3_000:]) > 0.90


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


def test_a_column_may_be_called_baseline() -> None:
    """The score without evidence and a column of that name are told apart."""
    rng = np.random.default_rng(8)
    rows = pd.DataFrame({"baseline": rng.choice(list("ab"), 400)})
    y = rng.random(400) < np.where(rows["baseline"] == "a", 0.5, 0.1)
    parts = RiskModel().fit(rows, y).explain(rows)
    assert parts.columns.tolist() == ["baseline", "column baseline"]
    assert parts["baseline"].nunique() == 1


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


# --- loading ---------------------------------------------------------------------------------


def test_the_room_loads_nothing_heavy() -> None:
    """Importing the room brings neither pandas nor scikit-learn."""
    code = (
        "import sys, rilo_training.risk; print({'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert found.stdout.strip() == "set()"
