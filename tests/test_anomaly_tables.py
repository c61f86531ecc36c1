"""Tables of every kind are scored: types, lengths, columns in another order, text of dates."""

from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from rilo_training.anomaly import AnomalyError, AnomalyModel

ROWS = 240


@cache
def every_type() -> pd.DataFrame:
    """A table with a column of each type that a file or a database gives."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, ROWS)
    came = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 200, ROWS), unit="D")
    words = np.array(["cartons", "of", "dried", "fish", "tea", "rum", "and", "books"])
    return pd.DataFrame(
        {
            "kg": np.round(np.exp(rng.normal(kind, 0.4)), 3),
            "price": [Decimal(int(n)) / 4 for n in rng.integers(4, 400, ROWS)],
            "price_text": [f"{n:.2f}" for n in rng.gamma(3, 5, ROWS)],
            "whole": pd.array(np.where(kind == 0, None, rng.poisson(30, ROWS)), dtype="Int64"),
            "share": np.where(rng.random(ROWS) < 0.02, np.inf, rng.random(ROWS)),
            "wait": pd.to_timedelta(rng.integers(1, 90, ROWS), unit="h"),
            "came": came,
            "left": [f"{day:%d/%m/%Y}" for day in came - pd.Timedelta(days=9)],
            "day": [day.date() if day.day > 2 else None for day in came],
            "goods": pd.Categorical(np.array(["tea", "rum", "fish"])[kind]),
            "urgent": pd.array(np.where(kind == 2, None, rng.random(ROWS) < 0.3), dtype="boolean"),
            "code": rng.choice([10121, 240220, 847130], ROWS),
            "party": [f"Importer {n}" for n in rng.zipf(1.4, ROWS) % 90],
            "text": [" ".join(rng.choice(words, n)) for n in rng.integers(3, 9, ROWS)],
            "mixed": [*[1, "one", 2.5, None, True, "two"] * (ROWS // 6)],
            "same": "x",
            "empty": None,
            "key": [f"D-{row:05d}" for row in range(ROWS)],
        }
    )


@cache
def fitted() -> AnomalyModel:
    """A model of that table."""
    return AnomalyModel().fit(every_type())


def test_every_type_is_used_and_what_says_nothing_is_named() -> None:
    """Only the constant, the empty and the identifying column are ignored."""
    used = every_type().columns.drop(["same", "empty", "key"]).tolist()
    assert fitted().columns_ == used
    assert [notice.split("'")[1] for notice in fitted().notices_] == ["same", "empty", "key"]


def test_scores_are_finite_and_add_up_for_every_type() -> None:
    """Missing, infinite and mixed cells are scored."""
    score = fitted().anomaly_score(every_type())
    assert np.isfinite(score).all()
    np.testing.assert_allclose(fitted().explain(every_type()).sum(axis=1), score, atol=1e-6)


def test_columns_may_stand_in_another_order() -> None:
    """Columns are found by name, and more of them change nothing."""
    turned = every_type()[every_type().columns[::-1]].assign(more=1)
    score = fitted().anomaly_score(every_type())
    np.testing.assert_array_equal(fitted().anomaly_score(turned), score)


def test_a_table_of_one_row_is_scored_as_in_the_large_table() -> None:
    """Dates in texts are read in the form that the model learned, not in one guessed again."""
    score = fitted().anomaly_score(every_type())
    alone = [fitted().anomaly_score(every_type().iloc[[row]])[0] for row in range(0, ROWS, 40)]
    np.testing.assert_allclose(alone, score[::40], rtol=1e-9)


def test_a_table_without_rows_is_refused_at_scoring() -> None:
    """The sentence names the filter."""
    with pytest.raises(AnomalyError, match="0 rows"):
        fitted().anomaly_score(every_type().iloc[:0])


def test_what_was_never_seen_is_scored() -> None:
    """New labels, gaps and cells of another type in every column give a finite score."""
    new = every_type().head(3).astype(object)
    new.iloc[0] = None
    new.iloc[1] = "never seen"
    new.iloc[2] = -1
    with pytest.warns(UserWarning, match="that are no"):
        assert np.isfinite(fitted().anomaly_score(new)).all()


def test_a_column_that_cannot_be_read_any_more_is_named_in_a_warning() -> None:
    """Texts instead of numbers are not passed over in silence."""
    with pytest.warns(UserWarning, match=r"Column 'kg' has 9 cells of 9 that are no number"):
        fitted().anomaly_score(every_type().head(9).assign(kg="n/a"))


def test_dates_may_be_written_in_another_form() -> None:
    """Dates at learning, texts with the day first at scoring: the scores are the same."""
    table = every_type()
    written = table.assign(came=table["came"].dt.strftime("%d/%m/%Y"))
    one, two = fitted().anomaly_score(table), fitted().anomaly_score(written)
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_long_codes_are_categories_though_few_repeat() -> None:
    """A tariff code is never above the usual tariff code."""
    rng = np.random.default_rng(5)
    codes = rng.integers(1, 97, 900) * 10**8 + rng.integers(0, 9, 900) * 10**6
    table = pd.DataFrame({"code": codes, "kg": rng.normal(size=900)})
    reasons = AnomalyModel().fit(table).reasons(table, most=2)["reason"]
    assert not reasons.str.contains(r"^code .*(?:above|below)").any()


def test_a_value_that_was_never_used_is_unusual_though_it_is_of_a_usual_size() -> None:
    """A rate of 17.7, where eight rates are in use, comes in the first twentieth."""
    rng = np.random.default_rng(7)
    rates = [0, 3, 5, 6.5, 8, 13, 20, 30]
    table = pd.DataFrame({"rate": rng.choice(rates, 900), "mode": rng.choice([*"abc"], 900)})
    table["kg"] = rng.normal(size=900)
    table.loc[4, "rate"] = 17.7
    model = AnomalyModel().fit(table)
    assert pd.Series(model.anomaly_score(table)).rank(pct=True)[4] > 0.95
    assert model.explain(table).loc[4].idxmax() == "rate"


def test_reasons_are_written_as_people_write() -> None:
    """No exponent in a number; a date is later or earlier, not above or below."""
    rng = np.random.default_rng(6)
    table = pd.DataFrame(
        {
            "value": rng.normal(1e6, 1e5, 200),
            "rate": rng.normal(1e-4, 1e-5, 200),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, 200), "D"),
        }
    )
    table.loc[0, "value"] = 5.80179e9
    table.loc[1, "rate"] = 5e-6
    table.loc[2, "day"] = pd.Timestamp("2031-01-01")
    first = AnomalyModel().fit(table).reasons(table.head(3), most=1)["reason"].tolist()
    assert first[0].startswith("value is 5801790000, far above the usual 10")
    assert first[1].startswith("rate is 0.000005, far below the usual 0.0000988.")
    assert first[2].startswith("day is 2031-01-01, far later than the usual 2026-02-")


@pytest.mark.parametrize("seed", [None, -1, 0.5, "a", True])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    """The sentence names what was found."""
    with pytest.raises(AnomalyError, match="random_state was"):
        AnomalyModel(random_state=seed).fit(every_type())  # type: ignore[arg-type]


@pytest.mark.parametrize("most", [0, np.nan, "a"])
def test_a_number_of_reasons_that_is_none_is_refused(most: object) -> None:
    """At least one reason is asked for."""
    with pytest.raises(AnomalyError, match="most was"):
        fitted().reasons(every_type().head(1), most=most)  # type: ignore[arg-type]


def test_the_model_has_the_shape_of_scikit_learn() -> None:
    """It can be cloned, written and set, and it survives a file."""
    model = clone(AnomalyModel(random_state=3)).set_params(random_state=0)
    assert repr(AnomalyModel(random_state=3)) == "AnomalyModel(random_state=3)"
    assert model.get_params() == {"random_state": 0}
    kept = pickle.loads(pickle.dumps(fitted()))
    some = every_type().head(20)
    np.testing.assert_array_equal(kept.anomaly_score(some), fitted().anomaly_score(some))


@pytest.mark.parametrize(
    "cells",
    [
        [0.1, 0.4, 0.2, 0.3, 9.0],
        ["a", "a", "a", "a", "b"],
        [True, True, True, True, False],
        [dt.date(2026, 1, day) for day in (1, 2, 3, 4)] + [dt.date(2021, 1, 1)],
        [1.0, 1.0, 1.0, 1.0, None],
    ],
)
def test_a_table_of_one_column_and_five_rows_is_scored(cells: list[object]) -> None:
    """The cell that differs comes first."""
    table = pd.DataFrame({"only": cells})
    assert AnomalyModel().fit(table).anomaly_score(table).argmax() == 4


def test_high_cardinality_is_no_anomaly_by_itself() -> None:
    """Among many labels, most of them rare, the planted weight still comes first."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "party": [f"Party {n}" for n in rng.zipf(1.3, 800) % 500],
            "kg": np.exp(rng.normal(2, 0.3, 800)),
        }
    )
    table.loc[5, "kg"] = 5_000.0
    assert AnomalyModel().fit(table).anomaly_score(table).argmax() == 5


def test_ordinary_rows_of_numbers_are_ranked_as_well() -> None:
    """No two rows of a continuous table have one score: nothing is cut at a floor."""
    table = np.random.default_rng(2).normal(size=(300, 4))
    score = AnomalyModel().fit(table).anomaly_score(table)
    assert len(np.unique(score)) == len(score)


def test_a_shifted_and_rescaled_column_of_numbers_changes_no_rank() -> None:
    """Numbers around zero are compared as they are: a z-score of a column ranks the same."""
    table = np.random.default_rng(3).normal([0, 0, 50, -50], size=(300, 4))
    one = AnomalyModel().fit(table).anomaly_score(table)
    two = AnomalyModel().fit((table - 50) / 10).anomaly_score((table - 50) / 10)
    np.testing.assert_allclose(one, two, rtol=1e-6)


def test_a_number_that_is_mostly_zero_is_scaled_among_the_others() -> None:
    """An ordinary value that is not zero is not far away; one that is far away is."""
    rng = np.random.default_rng(4)
    fee = np.where(rng.random(600) < 0.6, 0.0, rng.normal(10, 1, 600))
    fee[7] = 80.0
    table = pd.DataFrame({"fee": fee, "kg": rng.normal(50, 5, 600)})
    explained = AnomalyModel().fit(table).explain(table)
    assert explained.sum(axis=1).idxmax() == 7
    assert explained.loc[7].idxmax() == "fee"
