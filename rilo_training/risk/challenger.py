"""The challenger: gradient boosting on the same features, behind the same calls.

It shows what the glass box misses. Where both are equally good, the glass box is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from rilo_training.risk.alignment import check_same_order
from rilo_training.risk.calibration import fit_sigmoid
from rilo_training.risk.checks import level_shift
from rilo_training.risk.features import Bins
from rilo_training.risk.folds import FOLDS
from rilo_training.risk.model import RiskModel, calibrated, not_fitted
from rilo_training.risk.odds import logit, sigmoid
from rilo_training.risk.search import find_features
from rilo_training.risk.table import Floats, Table

TREES = {
    "max_iter": 125,
    "learning_rate": 0.1,
    "max_leaf_nodes": 5,
    "min_samples_leaf": 40,
    "l2_regularization": 10.0,
    "early_stopping": False,
}
GLASS_SHARE = 0.5
"""The score is the mean of both models: each errs in its own way."""
MEMBERS = 3
"""So many glass boxes with other folds find other features; their mean errs less."""


def _joined(blocks: list[Floats], rows: int) -> Floats:
    """Return columns side by side, as trees read them."""
    matrix = np.zeros((rows, len(blocks)), np.float32)
    for place, block in enumerate(blocks):
        matrix[:, place] = block
    return matrix


class BoostedModel(RiskModel):
    """The mean of a glass box and of trees on its features; one member of the challenger."""

    def fit(self, X: Any, y: Any) -> BoostedModel:
        """Learn from a table and its outcomes."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        columns, (training, *_) = self._prepare(X, y)
        found = find_features(columns, training, {})
        self._keep([(found, training)])
        slope, intercept = calibrated(found, training)
        glass = slope * found.additive.out_of_fold + intercept
        kept = [place for place, feature in enumerate(found.features) if feature.gain > 0]
        self.tree_features_ = [found.features[place] for place in kept]
        numbers = [
            feature.levels.measured(training.table)[found.rows]
            for feature in self.tree_features_
            if isinstance(feature.levels, Bins)
        ]
        matrix = _joined([*found.evidence[:, kept].T, *numbers], len(found.rows))
        y, folds = training.y[found.rows], training.fold[found.rows]
        self.middle_ = np.array(
            [float(np.nanmedian(c)) if np.isfinite(c).any() else 0.0 for c in matrix.T]
        )
        raw = np.full(len(glass), logit(y.mean()))
        self.trees_ = []
        # Rows that the glass box did not see are dealt out anew where they are of one fold.
        part = folds if len(np.unique(folds)) > 1 else np.arange(len(y)) % FOLDS
        for fold in range(FOLDS):
            rows = part == fold
            if matrix.shape[1] and 0 < y[~rows].sum() < (~rows).sum():
                trees = HistGradientBoostingClassifier(random_state=self.random_state, **TREES)
                trees.fit(matrix[~rows], y[~rows])
                if rows.any():
                    raw[rows] = trees.decision_function(matrix[rows])
                self.trees_.append(trees)
        mixed = GLASS_SHARE * glass + (1 - GLASS_SHARE) * raw
        self.slope_, self.level_ = fit_sigmoid(mixed, y, weight=training.weight[found.rows])
        self.base_ = float(logit(y.mean()))
        return self

    def _score(self, table: Table) -> Floats:
        glass = super()._score(table)
        return self._mix(glass, self._boosted(self._matrix(table)))

    def explain(self, X: Any) -> pd.DataFrame:
        """Return what each feature adds to the log-odds.

        The trees have no weights. Features are put in one after another, from the first to the
        last and from the last to the first, in place of their usual value; a feature adds the
        mean of the two changes. So the parts add up to the score.
        """
        table = self._read(X)
        glass = super()._parts(table)
        matrix = self._matrix(table)
        usual = np.tile(self.middle_, (table.rows, 1))
        base = self._boosted(usual)
        parts = {name: self.slope_ * GLASS_SHARE * part for name, part in glass.items()}
        half = self.slope_ * (1 - GLASS_SHARE)
        parts["baseline"] = parts["baseline"] + self.level_ + half * base
        groups = self._groups()
        for ordered in (groups, groups[::-1]):
            now, before = usual.copy(), base
            for name, places in ordered:
                now[:, places] = matrix[:, places]
                after = self._boosted(now)
                added = half * (after - before) / 2
                parts[name] = parts[name] + added if name in parts else added
                before = after
        return pd.DataFrame(parts, index=X.index if isinstance(X, pd.DataFrame) else None)

    def _mix(self, glass: Floats, boosted: Floats) -> Floats:
        mixed = GLASS_SHARE * glass + (1 - GLASS_SHARE) * boosted
        return np.asarray(self.slope_ * mixed + self.level_)

    def _boosted(self, matrix: Floats) -> Floats:
        if not self.trees_:
            return np.full(len(matrix), self.base_)
        said = [trees.decision_function(matrix) for trees in self.trees_]
        return np.asarray(np.mean(said, axis=0))

    def _groups(self) -> list[tuple[str, list[int]]]:
        places: dict[str, list[int]] = {}
        for place, feature in enumerate(self._titles()):
            places.setdefault(feature, []).append(place)
        return list(places.items())

    def _titles(self) -> list[str]:
        """Return the feature of each column of the matrix."""
        numbers = [f.name for f in self.tree_features_ if isinstance(f.levels, Bins)]
        return [f.name for f in self.tree_features_] + numbers

    def _matrix(self, table: Table) -> Floats:
        """Return evidence and measures of rows, in the order of `_titles`."""
        read = [feature.read(table) for feature in self.tree_features_]
        numbers = [
            feature.levels.measured(table)
            for feature in self.tree_features_
            if isinstance(feature.levels, Bins)
        ]
        return _joined([*read, *numbers], table.rows)


class ChallengerModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A gradient-boosted risk model with the calls of `RiskModel`.

    An analyst fits it beside the glass box. What it finds more is the price of transparency; a
    large difference says that a combination of signs is still to be understood.

    Parameters
    ----------
    random_state : int
        Decides the folds.
    leave_out : iterable of str
        Columns that are not used.

    Attributes
    ----------
    notices_, classes_, feature_names_in_
        As in `RiskModel`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import ChallengerModel
    >>> consignments = pd.DataFrame({"origin": ["AA"] * 60 + ["BB"] * 60})
    >>> is_illicit = [True, False] * 30 + [False] * 60
    >>> model = ChallengerModel().fit(consignments, is_illicit)
    >>> one_each = pd.DataFrame({"origin": ["AA", "BB"]})
    >>> score = model.decision_function(one_each)
    >>> bool(score[0] > score[1])
    True
    """

    def __init__(self, random_state: int = 0, leave_out: Iterable[str] = ()) -> None:
        self.random_state = random_state
        self.leave_out = leave_out

    def fit(self, X: Any, y: Any) -> ChallengerModel:
        """Learn from a table and its outcomes, as `RiskModel.fit` does."""
        self.members_ = [
            BoostedModel(random_state=seed, leave_out=self.leave_out, draws=1).fit(X, y)
            for seed in range(self.random_state, self.random_state + MEMBERS)
        ]
        first = self.members_[0]
        self.classes_, self.notices_ = first.classes_, first.notices_
        self.feature_names_in_, self.n_features_in_ = first.feature_names_in_, first.n_features_in_
        self.shift_ = 0.0
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of each row, as `RiskModel.decision_function`; higher is riskier."""
        score = np.mean([member.decision_function(X) for member in self._members()], axis=0)
        return np.asarray(score + self.shift_)

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, as `RiskModel.predict_proba` does."""
        p = sigmoid(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the likelier class of each row, as `RiskModel.predict` does."""
        score = self.decision_function(X)
        return np.asarray(self.classes_[(score > 0).astype(int)])

    def explain(self, X: Any) -> pd.DataFrame:
        """Return what each feature adds to the log-odds, as `RiskModel.explain` does.

        What the trees say is taken apart by putting features in one after another. It takes two
        predictions per feature: explain the rows that matter, not a year of traffic.
        """
        tables = [member.explain(X) for member in self._members()]
        names = list(dict.fromkeys(name for table in tables for name in table.columns))
        parts = {
            name: np.sum([table[name] for table in tables if name in table], axis=0) / len(tables)
            for name in names
        }
        parts["baseline"] = parts["baseline"] + self.shift_
        return pd.DataFrame(parts, index=tables[0].index)

    def recalibrate(self, X: Any, y: Any) -> ChallengerModel:
        """Set the level by rows that were chosen at random, as `RiskModel.recalibrate` does."""
        score = self.decision_function(X)
        check_same_order(X, y, "X and y")
        self.shift_ += level_shift(score, y, self.classes_)
        return self

    def _members(self) -> list[BoostedModel]:
        if not hasattr(self, "members_"):
            raise not_fitted()
        return self.members_
