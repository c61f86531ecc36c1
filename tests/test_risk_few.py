"""With few outcomes known, the risk model starts from straight lines, and keeps its promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rilo_training.risk import RiskModel


@pytest.mark.parametrize("directions", [False, True])
def test_few_outcomes_teach_as_much_as_they_teach_a_logistic_model(directions: bool) -> None:
    """With about forty finds and straight signs, for which a logistic model is made, both are near.

    It does not matter whether the direction of the signs is told.
    """
    area: dict[str, list[float]] = {"logistic": [], "glass box": []}
    for seed in range(300, 306):
        rng = np.random.default_rng(seed)
        signs = pd.DataFrame(rng.normal(size=(4_000, 8)), columns=list("abcdefgh"))
        risk = 1 / (1 + np.exp(4.3 - 0.6 * signs.sum(axis=1).to_numpy()))
        found = rng.random(4_000) < risk
        told = dict.fromkeys(signs, 1) if directions else None
        for name, model in (
            ("logistic", LogisticRegression()),
            ("glass box", RiskModel(monotone=told, draws=1)),
        ):
            score = model.fit(signs[:800], found[:800]).predict_proba(signs[800:])[:, 1]
            area[name].append(float(roc_auc_score(found[800:], score)))
    assert np.mean(area["glass box"]) > np.mean(area["logistic"]) - 0.02


def test_what_lines_say_adds_up_and_follows_directions() -> None:
    """With few finds parts add up, and more of a told sign never lowers a score."""
    rng = np.random.default_rng(9)
    rows = pd.DataFrame(rng.normal(size=(900, 4)), columns=list("abcd"))
    rows["kind"] = rng.choice(["x", "y", "z"], 900)
    found = rng.random(900) < 1 / (1 + np.exp(3.5 - rows["a"] + rows["b"]))
    rows.loc[::9, "a"] = np.nan
    model = RiskModel(monotone={"a": 1, "b": -1}).fit(rows, found)
    score = model.decision_function(rows)
    parts = model.explain(rows)
    assert {"a", "b", "c", "d", "kind"} <= set(parts)
    assert np.abs(parts.sum(axis=1).to_numpy() - score).max() < 1e-6
    assert (model.decision_function(rows.assign(a=rows["a"] + 0.7)) >= score - 1e-12).all()
    assert (model.decision_function(rows.assign(b=rows["b"] + 0.7)) <= score + 1e-12).all()
    order = rng.permutation(900)
    again = RiskModel(monotone={"a": 1, "b": -1}).fit(rows.iloc[order], found.iloc[order])
    assert np.abs(again.decision_function(rows) - score).max() < 1e-9
