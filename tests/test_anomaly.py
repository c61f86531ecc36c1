"""Unusual records are found in tables of any columns, with reasons and in one direction."""

import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_blobs, make_moons
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parent))

from anomalies import first_reasons, mixed_table, planted_seizures, standard_sets

from rilo_training.anomaly import AnomalyError, AnomalyModel
from rilo_training.anomaly.columns import read_kinds
from rilo_training.world import make_world

ROWS = 200


@cache
def mixed() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """A small mixed table with planted rows."""
    return mixed_table(seed=5, rows=1_500)


# --- what it finds ------------------------------------------------------------------------------


def test_planted_records_of_a_world_come_first_with_their_column() -> None:
    """On an unseen world the planted records are ranked high, and the column is named."""
    world = make_world(seed=41_001, tables=["seizures"])
    table, y, column = planted_seizures(world.seizures, seed=1)
    model = AnomalyModel().fit(table)
    assert roc_auc_score(y, model.anomaly_score(table)) >= 0.90
    named = first_reasons(model.explain(table[y]), column[y])
    assert named >= 0.85


def test_a_mixed_table_without_any_name_of_ours_is_ranked() -> None:
    """Columns named by numbers are enough: only the values count."""
    table, y, column = mixed()
    renamed = table.set_axis(range(table.shape[1]), axis=1)
    model = AnomalyModel().fit(renamed)
    assert roc_auc_score(y, model.anomaly_score(renamed)) >= 0.95
    place = pd.Index(table.columns).get_indexer(column[y])
    assert first_reasons(model.explain(renamed[y]), place) >= 0.85


def test_it_is_ahead_of_an_isolation_forest() -> None:
    """On standard sets, one class thinned out, it is better on average than a forest alone."""
    ours, theirs = [], []
    for name, (X, y) in standard_sets(seed=0).items():
        if "digit" in name:  # these take longer: `run.py prove` looks at them
            continue
        ours.append(roc_auc_score(y, AnomalyModel().fit(X).anomaly_score(X)))
        forest = IsolationForest(random_state=0).fit(X)
        theirs.append(roc_auc_score(y, -forest.score_samples(X)))
    assert np.mean(ours) > np.mean(theirs)


def test_local_anomalies_are_found() -> None:
    """Rows between the parts of a bent shape are unusual though no column is."""
    X, _ = make_moons(600, noise=0.05, random_state=0)
    gap = np.array([[0.5, 0.25], [0.45, 0.2], [0.55, 0.3], [1.0, 0.6], [0.0, -0.3]])
    score = AnomalyModel().fit(np.vstack([X, gap])).anomaly_score(np.vstack([X, gap]))
    assert roc_auc_score(np.arange(605) >= 600, score) >= 0.97


def test_rows_far_outside_blobs_are_found() -> None:
    """Global anomalies stand clearly above all others."""
    X, _ = make_blobs(400, centers=3, n_features=4, random_state=0)
    X = np.vstack([X, X.mean(axis=0) + 40])
    assert AnomalyModel().fit(X).anomaly_score(X).argmax() == 400


# --- reasons ------------------------------------------------------------------------------------


def test_explanations_add_up_to_the_score() -> None:
    """What the columns add is the score, to 1e-6, and never below zero."""
    table, _, _ = mixed()
    model = AnomalyModel().fit(table)
    explained = model.explain(table)
    np.testing.assert_allclose(explained.sum(axis=1), model.anomaly_score(table), atol=1e-6)
    assert (explained >= 0).all(axis=None)
    assert explained.index.equals(table.index)
    assert explained.columns.tolist() == model.columns_


def test_a_reason_is_a_sentence_about_the_planted_cell() -> None:
    """The sentence names the column, what stands there and what is usual."""
    rng = np.random.RandomState(0)
    table = pd.DataFrame({"goods": ["tea", "rum"] * 100, "kg": rng.normal([5, 500] * 100, 0.5)})
    table.loc[7, "kg"] = 5.0
    reasons = AnomalyModel().fit(table).reasons(table.loc[[7]], most=1)
    assert reasons["row"].tolist() == [7]
    assert reasons["column"].tolist() == ["kg"]
    assert reasons["reason"].item().startswith("kg is 5, far below the usual 500 among records")


def test_reasons_are_ordered_and_limited() -> None:
    """Each row has at most the number asked for, the strongest first."""
    table, y, _ = mixed()
    reasons = AnomalyModel().fit(table).reasons(table[y], most=2)
    assert reasons.groupby("row").size().max() == 2
    assert (reasons.groupby("row")["contribution"].diff().dropna() <= 0).all()
    assert reasons["reason"].str.endswith(".").all()


# --- awkward tables -----------------------------------------------------------------------------


def test_a_wholly_missing_column_is_ignored_with_a_notice() -> None:
    """Nothing is raised or warned: the notice says what was ignored and why."""
    table, _, _ = mixed()
    table = table.assign(empty=np.nan, nothing=None, same="x", number=range(len(table)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = AnomalyModel().fit(table)
        model.anomaly_score(table)
    said = " ".join(model.notices_)
    assert "'empty' is ignored: it holds no value" in said
    assert "'nothing' is ignored: it holds no value" in said
    assert "'same' is ignored: it holds one value only" in said
    assert "'number' is ignored" in said
    assert "'code' is ignored" not in said


def test_ignored_columns_change_no_score() -> None:
    """A column that is ignored has no say in the ranking."""
    table, _, _ = mixed()
    more = table.assign(empty=np.nan, key=[f"K{row}" for row in range(len(table))])
    score = AnomalyModel().fit(table).anomaly_score(table)
    np.testing.assert_array_equal(AnomalyModel().fit(more).anomaly_score(more), score)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: pd.DataFrame(rng.normal(size=(20, 2))),
        lambda rng: pd.DataFrame(rng.normal(size=(40, 300))),
        lambda rng: pd.DataFrame({"a": [*"xy"] * 10, "b": [*"pppq"] * 5}),
        lambda rng: pd.DataFrame({"yes": [True, False, None] * 10, "n": range(0, 90, 3)}),
        lambda rng: pd.DataFrame({"n": [1.0, 1.0, 1.0, np.inf, 2.0, np.nan] * 5}),
        lambda rng: pd.DataFrame({"list": [[1], [2], [1]] * 10, "n": rng.normal(size=30)}),
        lambda rng: pd.DataFrame(
            {"day": ["2026-01-05", "2026-02-05", None] * 10, "n": rng.normal(size=30)}
        ),
        lambda rng: pd.DataFrame(
            {
                "period": pd.period_range("2020-01", periods=30, freq="M"),
                "wait": pd.to_timedelta(rng.integers(1, 9, 30), unit="D"),
                "zone": pd.date_range("2026-01-01", periods=30, tz="Asia/Tokyo"),
                "kind": pd.Categorical([*"abc"] * 10, categories=[*"abcd"]),
                "whole": pd.array([1, 2, None] * 10, dtype="Int64"),
            }
        ),
        lambda rng: pd.DataFrame({(1, "a"): rng.normal(size=30), None: [*"ab"] * 15}),
        lambda rng: pd.DataFrame({"zero": [0.0] * 29 + [5.0], "one": [1.0] * 28 + [2.0, 3.0]}),
    ],
)
def test_awkward_tables_are_scored(make: Callable[[np.random.Generator], pd.DataFrame]) -> None:
    """Few rows, many columns, any type of cell: finite scores and explanations that add up."""
    table = make(np.random.default_rng(0))
    model = AnomalyModel().fit(table)
    score = model.anomaly_score(table)
    assert score.shape == (len(table),)
    assert np.isfinite(score).all()
    np.testing.assert_allclose(model.explain(table).sum(axis=1), score, atol=1e-6)
    assert len(model.reasons(table.head(3))) >= 3


def test_what_was_never_seen_is_unusual() -> None:
    """A new label scores higher than the usual ones, a missing cell does not break."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"mode": rng.choice([*"ab"], ROWS), "kg": rng.normal(size=ROWS)})
    model = AnomalyModel().fit(table)
    new = pd.DataFrame({"kg": [0.0, 0.0, np.nan], "mode": ["a", "submarine", None], "more": 1})
    score = model.anomaly_score(new)
    assert score[1] > score[0]
    assert "not seen before" in model.reasons(new.loc[[1]], most=1)["reason"].item()
    assert np.isfinite(score).all()


def test_integer_codes_are_categories() -> None:
    """A code is compared by how rare it is, not by its size."""
    rng = np.random.default_rng(0)
    codes = rng.choice([1006, 2402, 8471, 9503], 400)
    table = pd.DataFrame({"heading": codes, "kg": rng.normal(codes / 10, 1)})
    table.loc[3, "heading"] = 2403
    reasons = AnomalyModel().fit(table).reasons(table.loc[[3]])
    assert "heading" in reasons["column"].head(2).tolist()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1006, 2402, 8471, 9503], "category"),
        ([10121, 240220, 847130, 970600], "category"),
        (range(106, 160), "number"),
        (range(2000, 2020), "number"),
        ([1, 2, 3, 4, 5, 6], "number"),
        ([12.5, 100.25, 999.75], "number"),
    ],
)
def test_codes_and_measures_are_told_apart(values: Sequence[float], kind: str) -> None:
    """Whole numbers of one width that leave most of their range empty are codes."""
    table = pd.DataFrame({"n": [*values] * 10})
    assert [column.kind for column in read_kinds(table)] == [kind]


def test_a_missing_cell_is_unusual_where_cells_are_never_missing() -> None:
    """The reason says that the cell is missing."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"kg": rng.normal(size=500), "mode": rng.choice([*"ab"], 500)})
    table.loc[9, "kg"] = np.nan
    model = AnomalyModel().fit(table)
    assert pd.Series(model.anomaly_score(table)).rank(pct=True)[9] > 0.95
    assert model.reasons(table.loc[[9]], most=1)["reason"].item().startswith("kg is missing")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2], [3, 4], [5, 7]], columns=["kg", "kg"]), "the name 'kg'"),
        (pd.DataFrame({"kg": []}), "0 rows"),
        (pd.DataFrame(index=range(5)), "0 columns"),
        (pd.DataFrame({"kg": [1.0, 2.0]}), "At least 3 rows"),
        (pd.DataFrame({"kg": [1.0] * 5, "none": [None] * 5}), "No column can be used"),
        ([1, 2, 3], "type list"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_sentence(table: object, words: str) -> None:
    """The error says what was found, what was expected and what to do."""
    with pytest.raises(AnomalyError, match=words) as caught:
        AnomalyModel().fit(table)
    assert caught.value.found
    assert caught.value.expected
    assert caught.value.action


def test_a_column_that_is_gone_is_named() -> None:
    """A table without a learned column is refused."""
    model = AnomalyModel().fit(pd.DataFrame({"kg": [1.0, 2, 3, 4], "usd": [1.0, 3, 2, 9]}))
    with pytest.raises(AnomalyError, match="no column 'usd'"):
        model.anomaly_score(pd.DataFrame({"kg": [1.0]}))


def test_a_model_that_has_not_learned_says_so() -> None:
    """Scoring before fitting is refused."""
    with pytest.raises(AnomalyError, match=r"Call fit\(X\) first"):
        AnomalyModel().anomaly_score(pd.DataFrame({"kg": [1.0]}))


# --- properties ---------------------------------------------------------------------------------


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(random: object) -> None:
    """Learned from shuffled rows, the model gives the same scores, to the last bit."""
    table = mixed()[0].head(ROWS)
    order = np.arange(ROWS)
    random.shuffle(order)  # type: ignore[attr-defined]
    score = AnomalyModel().fit(table).anomaly_score(table)
    other = AnomalyModel().fit(table.iloc[order]).anomaly_score(table)
    np.testing.assert_array_equal(score, other)


def test_a_row_has_the_same_score_alone() -> None:
    """The other rows of a table that is scored do not matter."""
    table = mixed()[0].head(ROWS)
    model = AnomalyModel().fit(table)
    score = model.anomaly_score(table)
    np.testing.assert_allclose(model.anomaly_score(table.iloc[[17]]), score[[17]], rtol=1e-9)


@settings(max_examples=3, deadline=None)
@given(st.sampled_from([0.001, 0.45359237, 1000.0, 7.0]))
def test_a_rescaled_unit_changes_no_rank(factor: float) -> None:
    """Grams or kilograms: the ranking is the same."""
    table = mixed()[0].head(ROWS)
    other = table.assign(**{name: table[name] * factor for name in ("kg", "usd", "total")})
    one = AnomalyModel().fit(table).anomaly_score(table)
    two = AnomalyModel().fit(other).anomaly_score(other)
    np.testing.assert_allclose(one, two, rtol=1e-6)
    np.testing.assert_array_equal(np.argsort(one, kind="stable"), np.argsort(two, kind="stable"))


def test_the_same_seed_gives_the_same_result() -> None:
    """Two models with one seed agree; nothing global is read or changed."""
    table = mixed()[0].head(ROWS)
    state = np.random.get_state()[1].copy()
    one, two = (AnomalyModel(random_state=3).fit(table).anomaly_score(table) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_the_table_is_not_changed() -> None:
    """The analyst's table stays as it was."""
    table = mixed()[0].head(ROWS).copy()
    before = table.copy()
    AnomalyModel().fit(table).reasons(table.head(2))
    pd.testing.assert_frame_equal(table, before)
