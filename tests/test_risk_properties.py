"""What must hold for the glass box whatever the table: order, repetition, size, directions."""

from __future__ import annotations

import pickle
from functools import cache

import numpy as np
import pandas as pd
import pytest
from declarations import declarations
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from rilo_training.risk import RiskModel, model, search
from rilo_training.risk.columns import learn_columns, read_table
from rilo_training.risk.folds import arrange, content_hash, dealt_out

ROWS = 4_000


@cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """A table of declarations, and its outcome; the second half is the future."""
    return declarations(2 * ROWS, 4)


@cache
def fitted() -> RiskModel:
    """The glass box on the first half."""
    declared, y = table()
    return RiskModel().fit(declared[:ROWS], y[:ROWS])


def small(seed: int, rows: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """A small table with gaps, and an outcome that follows from it."""
    rng = np.random.default_rng(seed)
    found = pd.DataFrame(
        {
            "origin": rng.choice(["a", "b", "c", None], rows),
            "office": rng.integers(1, 9, rows),
            "price": np.where(rng.random(rows) < 0.1, np.nan, rng.lognormal(3, 1, rows)),
        }
    )
    p = np.where(found["origin"] == "a", 0.4, 0.1) + 0.2 * (found["price"] < 10)
    return found, rng.random(rows) < p


def top(score: np.ndarray, share: float = 0.05) -> set[int]:
    """The rows in the top share."""
    return set(np.argsort(-score, kind="stable")[: round(share * len(score))].tolist())


# --- order and repetition ----------------------------------------------------------------------


@given(st.permutations(range(40)), st.integers(1, 40), st.integers(0, ROWS - 40))
@settings(max_examples=30, deadline=None)
def test_a_row_has_its_score_wherever_it_stands(order: list[int], some: int, first: int) -> None:
    """Neither the order of the rows nor the rows beside it change a score."""
    rows = table()[0][ROWS + first : ROWS + first + 40]
    score = fitted().decision_function(rows)
    part = order[:some]
    assert np.array_equal(fitted().decision_function(rows.iloc[part]), score[part])


@given(st.integers(0, 10**6), st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_the_order_of_a_small_training_table_changes_nothing(seed: int, shuffled: int) -> None:
    """A shuffled training table gives the same scores, to the last digits."""
    rows, y = small(seed)
    order = np.random.default_rng(shuffled).permutation(len(rows))
    one = RiskModel().fit(rows, y).decision_function(rows)
    other = RiskModel().fit(rows.iloc[order], y[order]).decision_function(rows)
    assert np.abs(one - other).max() < 1e-9


def test_training_order_changes_nothing() -> None:
    """The same of a large table with texts, dates and codes."""
    declared, y = table()
    order = np.random.default_rng(0).permutation(ROWS)
    other = RiskModel().fit(declared[:ROWS].iloc[order], y[:ROWS][order])
    rows = declared[ROWS:]
    assert np.abs(other.decision_function(rows) - fitted().decision_function(rows)).max() < 1e-9


@given(
    st.integers(0, 10**6),
    st.lists(st.integers(1, 3), min_size=300, max_size=300),
    st.integers(0, 9),
)
@settings(max_examples=25, deadline=None)
def test_rows_of_the_same_content_share_a_fold(seed: int, times: list[int], state: int) -> None:
    """A row has its fold by what it holds; however often it stands, it counts as one."""
    rows, _ = small(seed)
    columns = learn_columns(rows)
    again = np.random.default_rng(seed).permutation(np.repeat(np.arange(300), times))
    whole = content_hash(read_table(rows, columns), state)
    repeated = content_hash(read_table(rows.iloc[again], columns), state)
    assert np.array_equal(repeated, whole[again])
    ordered = np.sort(repeated)
    fold, weight = arrange(ordered)
    of_content = pd.DataFrame({"content": ordered, "fold": fold, "weight": weight})
    kinds = of_content.groupby("content").agg({"fold": "nunique", "weight": "sum"})
    assert (kinds["fold"] == 1).all()
    assert np.allclose(kinds["weight"], 1)
    alone, _ = arrange(np.unique(whole))
    assert np.array_equal(of_content.groupby("content")["fold"].first(), alone)


def test_doubling_the_training_table_keeps_the_top() -> None:
    """When every row stands twice, the top five per cent hardly changes."""
    declared, y = table()
    twice = pd.concat([declared[:ROWS], declared[:ROWS]])
    double = RiskModel().fit(twice, np.tile(y[:ROWS], 2))
    rows = declared[ROWS:]
    before, after = (top(m.decision_function(rows)) for m in (fitted(), double))
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


def test_a_mean_of_draws_hangs_less_on_the_seed() -> None:
    """Which rows are on top depends less on the seed than with one draw of the folds."""
    declared, y = table()
    rows = declared[ROWS:]

    def kept(draws: int) -> int:
        first, second = (
            top(RiskModel(seed, draws=draws).fit(declared[:ROWS], y[:ROWS]).decision_function(rows))
            for seed in (0, 1)
        )
        return len(first & second)

    assert kept(3) > kept(1)


# --- explanations ------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_explanations_of_any_row_add_up(data: st.DataObject) -> None:
    """Gaps, values that nobody saw and impossible numbers are explained to the last digit."""
    rows = table()[0][ROWS : ROWS + 5].reset_index(drop=True)
    strange = st.sampled_from([None, "new", "", "IMP3", "2020-02-30", "\u0130"])
    number = st.floats(allow_nan=True, allow_infinity=True)
    five = {"min_size": 5, "max_size": 5}
    for name in ("Importer ID", "Origin", "Date", "Goods"):
        rows[name] = data.draw(st.lists(strange, **five))
    for name in ("Net Mass", "Item Price"):
        rows[name] = data.draw(st.lists(number, **five))
    score = fitted().decision_function(rows)
    parts = fitted().explain(rows)
    assert np.isfinite(score).all()
    assert np.abs(parts.sum(axis=1).to_numpy() - score).max() < 1e-6
    p = fitted().predict_proba(rows)[:, 1]
    assert np.allclose(p, 1 / (1 + np.exp(-score)))


# --- many rows ---------------------------------------------------------------------------------


def test_many_rows_are_searched_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Features come from some rows and their evidence from all: nearly as good, in any order."""
    rows, y = small(5, 8_000)
    whole = RiskModel().fit(rows[:ROWS], y[:ROWS]).decision_function(rows[ROWS:])
    monkeypatch.setattr(search, "SEARCH_ROWS", 1_000)
    part = RiskModel().fit(rows[:ROWS], y[:ROWS]).decision_function(rows[ROWS:])
    order = np.random.default_rng(1).permutation(ROWS)
    shuffled = RiskModel().fit(rows[:ROWS].iloc[order], y[:ROWS][order])
    assert np.abs(shuffled.decision_function(rows[ROWS:]) - part).max() < 1e-9
    area = [roc_auc_score(y[ROWS:], score) - 0.5 for score in (part, whole)]
    assert area[0] > 0.9 * area[1]


def test_few_kinds_of_many_rows_are_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rows are alike, the rows that are searched are of every kind, by its share."""
    monkeypatch.setattr(search, "SEARCH_ROWS", 2_000)
    rng = np.random.default_rng(2)
    origin, mode = rng.integers(0, 20, 20_000), rng.integers(0, 4, 20_000)
    effect = rng.normal(0, 1.2, (20, 4))
    p = 1 / (1 + np.exp(2.5 - effect[origin, mode]))
    rows = pd.DataFrame({"origin": origin, "mode": mode}).astype(str)
    score = RiskModel().fit(rows, rng.random(20_000) < p).predict_proba(rows)[:, 1]
    assert np.corrcoef(score, p)[0, 1] > 0.95


@given(st.lists(st.integers(0, 3), min_size=100, max_size=400))
@settings(max_examples=30, deadline=None)
def test_dealt_out_rows_lose_no_row(kinds: list[int]) -> None:
    """Every row stands once in the order in which few kinds of rows are dealt out."""
    order = dealt_out(np.sort(np.array(kinds, np.uint64)))
    assert np.array_equal(np.sort(order), np.arange(len(kinds)))


def test_many_rows_are_scored_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a table give the scores of the whole."""
    rows = table()[0][ROWS:]
    score = fitted().decision_function(rows)
    monkeypatch.setattr(model, "PART", 999)
    assert np.array_equal(fitted().decision_function(rows), score)


def test_another_unit_changes_no_probability() -> None:
    """Grams for kilograms, cents for dollars: folds and bins hang on the order of values."""
    table, y = declarations(1_500, 3)
    numbers = [name for name in table if table[name].dtype.kind == "f"]
    again = table.assign(**{name: table[name] * 1_024 for name in numbers})  # exact in binary
    assert numbers
    first, second = (
        RiskModel(draws=1).fit(one, y).decision_function(one) for one in (table, again)
    )
    np.testing.assert_allclose(second, first, atol=1e-9)
