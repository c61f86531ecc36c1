"""What the glass box cannot use is said: what was found, what was expected, what to do."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from declarations import declarations

from rilo_training.risk import ChallengerModel, RiskError, RiskModel


@cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """A table of declarations, and its outcome."""
    return declarations(1_000, 6)


@cache
def fitted() -> RiskModel:
    """The glass box on the table."""
    return RiskModel(draws=1).fit(*table())


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
    for model in (RiskModel(), ChallengerModel()):
        for ask in (model.predict_proba, model.predict, model.explain):
            with pytest.raises(RiskError, match="knows nothing yet"):
                ask(table()[0])


def test_a_direction_needs_a_number() -> None:
    """A direction for a category or an unknown column is refused."""
    declared, y = table()
    for monotone in ({"Origin": 1}, {"nowhere": 1}, {"Net Mass": 2}):
        with pytest.raises(RiskError, match="monotone asks for"):
            RiskModel(monotone=monotone).fit(declared[:500], y[:500])


def test_a_name_that_is_written_wrongly_lets_nothing_in() -> None:
    """One text leaves out one column; names are compared as texts; an unknown one is refused."""
    rng = np.random.default_rng(7)
    rows = pd.DataFrame({3: rng.choice(list("ab"), 400), "origin": rng.choice(list("cd"), 400)})
    y = rng.random(400) < np.where(rows[3] == "a", 0.5, 0.1)
    for leave_out in ("3", [3], ("3",)):
        model = RiskModel(leave_out=leave_out).fit(rows, y)
        assert "3" not in model.explain(rows).columns
        assert "left out" in " ".join(model.notices_)
    used = RiskModel(leave_out=None).fit(rows, y).explain(rows).columns
    assert any("3" in name for name in used)
    with pytest.raises(RiskError, match="leave_out names 'orign'"):
        RiskModel(leave_out=["orign"]).fit(rows, y)
    with pytest.raises(RiskError, match="draws was 0"):
        RiskModel(draws=0).fit(rows, y)
    with pytest.raises(RiskError, match="monotone was"):
        RiskModel(monotone=["origin"]).fit(rows, y)


def test_rows_in_another_order_are_refused() -> None:
    """A table and an outcome with the same labels in another order are no pair."""
    declared, y = table()
    outcome = pd.Series(y[:200], index=declared.index[:200])
    with pytest.raises(RiskError, match="same labels in another order"):
        RiskModel().fit(declared[:200], outcome[::-1])
    with pytest.raises(RiskError, match="same labels in another order"):
        fitted().recalibrate(declared[:200], outcome[::-1])


def test_outcomes_that_do_not_fit_are_named() -> None:
    """A new level needs outcomes of the classes that the model knows."""
    rows = table()[0][:3]
    with pytest.raises(RiskError, match=r"1 outcomes are missing or of another class: \[None\]"):
        fitted().recalibrate(rows, pd.Series([True, False, None], rows.index, dtype=object))
    with pytest.raises(RiskError, match="3 rows and 2 outcomes"):
        fitted().recalibrate(rows, [True, False])


@cache
def codes() -> tuple[pd.DataFrame, np.ndarray, RiskModel]:
    """A table in which one code carries the risk, its outcome, and the glass box on it."""
    rng = np.random.default_rng(4)
    code = rng.choice([10, 20, 30, 40], 1_500)
    x = pd.DataFrame({"code": code, "kg": rng.lognormal(size=1_500)})
    y = rng.random(1_500) < np.where(code == 30, 0.6, 0.05)
    return x, y, RiskModel(draws=1).fit(x, y)


@pytest.mark.parametrize("kind", ["str", object, "category", "float"])
def test_codes_that_arrive_in_another_type_are_the_same_codes(kind: str) -> None:
    """An extract that was read as text, or with one missing cell, gets the same scores."""
    x, _, model = codes()
    again = model.predict_proba(x.astype({"code": kind}))
    np.testing.assert_allclose(again, model.predict_proba(x))


@pytest.mark.parametrize(
    ("learned", "given"),
    [
        (lambda code: code == 30, lambda code: (code == 30).astype(int)),
        (lambda code: code == 30, lambda code: (code == 30).astype(float)),
        (lambda code: "0" + code.astype(str), lambda code: code),
        (lambda code: code.astype(str), lambda code: code.astype(float)),
    ],
)
def test_truth_and_lost_zeros_are_the_same_in_every_type(learned: Any, given: Any) -> None:
    """True is 1, and 010 without its zero is still 010."""
    x, y, _ = codes()
    x = x[["code"]].join(pd.Series(np.arange(1_500) % 7, name="other"))
    first, second = (x.assign(code=change(x["code"])) for change in (learned, given))
    model = RiskModel(draws=1).fit(first, y)
    np.testing.assert_allclose(model.predict_proba(second), model.predict_proba(first))


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [("kg", "n/a", "1500 that are no number"), ("code", "zz", "1500 that are no number")],
)
def test_a_column_of_which_nothing_can_be_read_is_named_in_a_warning(
    column: str, cell: str, words: str
) -> None:
    """It was probably read in another form: silence would give nonsense."""
    x, _, model = codes()
    with pytest.warns(UserWarning, match=f"Column '{column}' has 1500 cells of {words}"):
        model.predict_proba(x.assign(**{column: cell}))


def test_labels_that_are_all_new_are_named_in_a_warning() -> None:
    """A few new labels are usual; none that is known is not."""
    x, y, _ = codes()
    x = x.assign(code=x["code"].map({10: "a", 20: "b", 30: "c", 40: "d"}))
    model = RiskModel(draws=1).fit(x, y)
    with pytest.warns(UserWarning, match="not in the training table"):
        model.predict_proba(x.assign(code=x["code"].str.upper() + "x"))
    model.predict_proba(x.assign(code=["new"] * 1_499 + ["a"]))
