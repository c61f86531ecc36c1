"""The challenger: gradient boosting on the same features, behind the same calls.

It shows what the glass box misses. Where both are equally good, the glass box is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.risk.calibration import fit_sigmoid
from rilo_training.risk.columns import Floats, Table
from rilo_training.risk.evidence import logit
from rilo_training.risk.features import Bins
from rilo_training.risk.folds import FOLDS
from rilo_training.risk.model import RiskModel
from rilo_training.risk.search import find_features

TREES = {
    "max_iter": 250,
    "learning_rate": 0.05,
    "max_leaf_nodes": 5,
    "min_samples_leaf": 40,
    "l2_regularization": 10.0,
    "early_stopping": False,
}
GLASS_SHARE = 0.5
"""The score is the mean of both models: each errs in its own way."""


class ChallengerModel(RiskModel):
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

    def __init__(self, random_state: int = 0, leave_out: tuple[str, ...] = ()) -> None:
        super().__init__(random_state=random_state, leave_out=leave_out)

    def fit(self, X: Any, y: Any) -> ChallengerModel:
        """Learn from a table and its outcomes; parameters and errors are those of `RiskModel`."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        columns, training = self._prepare(X, y)
        found = find_features(columns, training, {})
        self._keep(found, training)
        glass = self.glass_slope_ * found.additive.out_of_fold + self.glass_intercept_
        kept = [place for place, feature in enumerate(found.features) if feature.gain > 0]
        self.tree_features_ = [found.features[place] for place in kept]
        numbers = [
            training.table.computed[id(feature.levels.measure)][1][found.rows]
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
        self.slope_, self.level_ = fit_sigmoid(mixed, y)
        self.base_ = float(logit(y.mean()))
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of each row; higher is riskier."""
        table = self._read(X)
        glass = super()._score(table)
        return self._mix(glass, self._boosted(self._matrix(table)))

    def explain(self, X: Any) -> pd.DataFrame:
        """Return what each feature adds to the log-odds; columns as in `RiskModel.explain`.

        The boosted half has no weights. Features are put in one after another, from the first to
        the last and from the last to the first, in place of their usual value; a feature adds the
        mean of the two changes. So the parts add up to the score. It takes two predictions per
        feature: explain the rows that matter.
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

    def recalibrate(self, X: Any, y: Any) -> ChallengerModel:
        """Set the level by rows that were chosen at random, as `RiskModel.recalibrate` does."""
        self.level_ += self._shift(X, y)
        return self

    def _mix(self, glass: Floats, boosted: Floats) -> Floats:
        mixed = GLASS_SHARE * glass + (1 - GLASS_SHARE) * boosted
        return self.slope_ * mixed + self.level_

    def _boosted(self, matrix: Floats) -> Floats:
        if not self.trees_:
            return np.full(len(matrix), self.base_)
        return np.mean([trees.decision_function(matrix) for trees in self.trees_], axis=0)

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
            table.computed[id(feature.levels.measure)][1]
            for feature in self.tree_features_
            if isinstance(feature.levels, Bins)
        ]
        return _joined([*read, *numbers], table.rows)


def _joined(blocks: list[Floats], rows: int) -> Floats:
    """Return columns side by side, as trees read them."""
    matrix = np.zeros((rows, len(blocks)), np.float32)
    for place, block in enumerate(blocks):
        matrix[:, place] = block
    return matrix
