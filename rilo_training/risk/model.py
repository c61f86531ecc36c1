"""The glass-box model: evidence that adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from rilo_training.risk.calibration import fit_level, fit_sigmoid
from rilo_training.risk.columns import Column, Floats, Table, as_table, learn_columns, read_table
from rilo_training.risk.errors import RiskError
from rilo_training.risk.evidence import sigmoid
from rilo_training.risk.features import Feature
from rilo_training.risk.folds import content_hash, fold_of, repeats
from rilo_training.risk.measures import Training
from rilo_training.risk.search import Learning, find_features

LEAST_OF_A_CLASS = 5


class RiskModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A risk model whose every score can be taken apart."""

    def __init__(
        self,
        random_state: int = 0,
        monotone: Mapping[str, int] | None = None,
        leave_out: Iterable[str] = (),
    ) -> None:
        self.random_state = random_state
        self.monotone = monotone
        self.leave_out = leave_out

    def fit(self, X: Any, y: Any) -> RiskModel:
        frame, columns, training = self._prepare(X, y)
        found = find_features(columns, training, self.monotone or {})
        self._keep(found, training)
        return self

    def _prepare(self, X: Any, y: Any) -> tuple[pd.DataFrame, list[Column], Training]:
        frame = as_table(X)
        outcome, self.classes_ = checked_classes(y, len(frame))
        monotone = dict(self.monotone or {})
        columns = learn_columns(frame, tuple(self.leave_out))
        self.feature_names_in_ = np.array(frame.columns, dtype=object)
        self.n_features_in_ = frame.shape[1]
        self.columns_ = columns
        self.notices_ = [column.notice for column in columns if column.notice]
        if all(column.kind == "ignored" for column in columns):
            raise RiskError(
                "No column can be used. " + " ".join(self.notices_[:5]),
                "At least one column with different values was expected.",
                "Give columns that say something about the goods, the route or the parties.",
            )
        check_monotone(monotone, columns)
        table = read_table(frame, columns)
        content = content_hash(table, self.random_state)
        order = np.lexsort((outcome, content))
        content = content[order]
        weight = 1 / repeats(content)
        return (
            frame,
            columns,
            Training(table.take(order), weight, outcome[order], fold_of(content)),
        )

    def _keep(self, found: Learning, training: Training) -> None:
        assert found.additive is not None
        slope, intercept = fit_sigmoid(found.additive.out_of_fold, training.y)
        weights = slope * found.additive.weights
        self.features_ = [f for f, w in zip(found.features, weights, strict=True) if w > 0]
        self.weights_ = weights[weights > 0]
        self.intercept_ = intercept + slope * found.additive.intercept

    def decision_function(self, X: Any) -> Floats:
        table = self._read(X)
        score = np.full(table.rows, self.intercept_)
        for feature, weight in zip(self.features_, self.weights_, strict=True):
            score += weight * feature.evidence.read(feature.levels.read(table))
        return score

    def predict_proba(self, X: Any) -> Floats:
        p = sigmoid(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def explain(self, X: Any) -> pd.DataFrame:
        table = self._read(X)
        parts: dict[str, Floats] = {"baseline": np.full(table.rows, self.intercept_)}
        for feature, weight in zip(self.features_, self.weights_, strict=True):
            value = weight * feature.evidence.read(feature.levels.read(table))
            parts[feature.name] = parts[feature.name] + value if feature.name in parts else value
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(parts, index=index)

    def recalibrate(self, X: Any, y: Any) -> RiskModel:
        score = self.decision_function(X)
        self.intercept_ = self.intercept_ + fit_level(score, checked_labels(y, self.classes_))
        return self

    def _read(self, X: Any) -> Table:
        if not hasattr(self, "columns_"):
            raise RiskError("The model is not fitted.", "A fitted model was expected.", "Call fit.")
        return read_table(as_table(X), self.columns_)


def checked_classes(y: Any, rows: int) -> tuple[Floats, npt.NDArray[Any]]:
    """Return the outcome as 0 and 1, and its two classes in their order."""
    labels = pd.Series(np.asarray(y).ravel())
    if len(labels) != rows:
        raise RiskError(
            f"X has {rows} rows and y has {len(labels)}.",
            "One outcome for each row was expected.",
            "Take both from the same table.",
        )
    if labels.isna().any():
        raise RiskError(
            f"{int(labels.isna().sum())} outcomes are missing.",
            "An outcome for each row was expected.",
            "Fit on the rows that were inspected; give the others to predict_proba.",
        )
    classes = np.unique(labels.to_numpy())
    if len(classes) != 2:
        raise RiskError(
            f"The outcome has {len(classes)} classes.",
            "Two classes were expected, for instance licit and illicit.",
            "Take a longer period, or check how the outcome was made.",
        )
    return (labels.to_numpy() == classes[1]).astype(np.float64), classes


def checked_labels(y: Any, classes: npt.NDArray[Any]) -> Floats:
    return (np.asarray(y).ravel() == classes[1]).astype(np.float64)


def check_monotone(monotone: Mapping[str, int], columns: list[Column]) -> None:
    """Refuse directions that cannot be kept."""
    kinds = {column.name: column.kind for column in columns}
    for name, direction in monotone.items():
        if kinds.get(name) != "number" or direction not in (1, -1):
            raise RiskError(
                f"monotone asks for {name!r}: {direction!r}; "
                f"that column is {kinds.get(name, 'not in the table')}.",
                "The name of a number was expected, with 1 (rises) or -1 (falls).",
                "Correct the name, or leave it out of monotone.",
            )
