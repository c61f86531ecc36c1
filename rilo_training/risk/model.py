"""The glass-box model: evidence that adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from rilo_training.risk.alignment import check_same_order
from rilo_training.risk.calibration import fit_sigmoid
from rilo_training.risk.checks import (
    check_monotone,
    checked_classes,
    checked_draws,
    directions_of,
    level_shift,
    names_left_out,
)
from rilo_training.risk.columns import Column, as_table, learn_columns, read_table
from rilo_training.risk.errors import RiskError
from rilo_training.risk.folds import arrange, content_hash, dealt_out
from rilo_training.risk.measures import Training
from rilo_training.risk.odds import sigmoid
from rilo_training.risk.search import SEARCH_ROWS, find_features
from rilo_training.risk.table import Floats, Table
from rilo_training.risk.weighing import Weighed


class RiskModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A risk model whose every score can be taken apart.

    An analyst fits it on past declarations of which the outcome is known, and ranks new ones. It
    takes the table as it is: parties, goods, places, numbers, dates, words, with gaps. It finds
    categories and combinations that matter, compares numbers with those of their peers (the
    price with that of the heading), and learns how customary values are together. Every feature
    is a number of log-odds; the score is their sum. A value that the training table did not hold
    adds nothing.

    What was known of a party on the day of a row (finds so far, days since the last) needs the
    rows of the past, also when new rows are ranked. It is not made here, but in one line before,
    by `earlier_history`, which never looks ahead.

    Where few outcomes of risk are known, 500 or less, all numbers and short categories begin with
    a straight line each, learned together as in a logistic model: what is looked for one by one
    in few outcomes is found late. A line is a part of the score as any other.

    Parameters
    ----------
    random_state : int
        Decides the folds. Folds follow the content of rows: the order of the rows and rows that
        stand twice change nothing.
    monotone : mapping of str to int, optional
        Numbers that may only raise (1) or lower (-1) the score. Such a column enters nothing
        else.
    leave_out : iterable of str
        Columns that are not used: what officers choose by, when only what they chose has an
        outcome (see `chosen_by`), or what the law forbids.
    draws : int
        So many models with other folds are averaged, from 1. Which features are found depends on
        the folds; a mean ranks better, and its top changes less with the seed. Of more than 50,000
        rows one draw is enough.

    Attributes
    ----------
    notices_ : list of str
        What was ignored, and why.
    classes_ : array, shape (2,)
        Both outcomes; the second one is the risk.
    feature_names_in_ : array of str
        The columns of the training table.
    intercept_ : float
        Log-odds of a row without evidence.

    References
    ----------
    Micci-Barreca, D. (2001): A preprocessing scheme for high-cardinality categorical attributes.
    Lou, Y., Caruana, R. and Gehrke, J. (2012): Intelligible models for classification.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import RiskModel
    >>> consignments = pd.DataFrame({"origin": ["AA"] * 60 + ["BB"] * 60})
    >>> is_illicit = [True, False] * 30 + [False] * 60
    >>> model = RiskModel().fit(consignments, is_illicit)
    >>> one_each = pd.DataFrame({"origin": ["AA", "BB"]})
    >>> (model.predict_proba(one_each)[:, 1] > 0.25).tolist()
    [True, False]
    >>> model.explain(one_each).columns.tolist()
    ['baseline', 'origin']
    """

    intercept_: float

    def __init__(
        self,
        random_state: int = 0,
        monotone: Mapping[str, int] | None = None,
        leave_out: Iterable[str] = (),
        draws: int = 3,
    ) -> None:
        self.random_state = random_state
        self.monotone = monotone
        self.leave_out = leave_out
        self.draws = draws

    def fit(self, X: Any, y: Any) -> RiskModel:
        """Learn from a table and its outcomes.

        Parameters
        ----------
        X : pandas.DataFrame, shape (rows, columns)
            Any columns: categories, numbers, dates, words; values may be missing.
        y : array, shape (rows,)
            The outcome, of two classes; none missing.

        Returns
        -------
        RiskModel
            Itself.

        Raises
        ------
        RiskError
            When the table is empty, two columns have one name, nothing can be used, outcomes are
            missing or of one class, or a direction is asked for something that is no number.
        """
        columns, draws = self._prepare(X, y)
        directions = directions_of(self.monotone)
        self._keep([(find_features(columns, training, directions), training) for training in draws])
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class.

        Parameters
        ----------
        X : pandas.DataFrame
            The columns of the training table, in any order; others are not read.

        Returns
        -------
        array of float, shape (rows, 2)
            The second column is the probability of the risk.
        """
        p = sigmoid(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the likelier class of each row of `X`, as in `predict_proba`; to target, rank."""
        score = self.decision_function(X)
        return np.asarray(self.classes_[(score > 0).astype(int)])

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of each row of `X`, as in `predict_proba`; higher is riskier."""
        return by_parts(self._score, self._read(X))

    def explain(self, X: Any) -> pd.DataFrame:
        """Return what each feature adds to the log-odds of each row.

        Parameters
        ----------
        X : pandas.DataFrame
            As in `predict_proba`.

        Returns
        -------
        pandas.DataFrame
            One row per row of `X`, with its index. ``baseline`` is the score of a row without
            evidence; then one column per feature. Above zero raises the risk. A row adds up to
            its score, and ``1 / (1 + exp(-score))`` is its probability.
        """
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(self._parts(self._read(X)), index=index)

    def recalibrate(self, X: Any, y: Any) -> RiskModel:
        """Set the level by rows that were chosen at random, and return the model.

        Where only inspected rows have an outcome, and officers and tips chose them, the share of
        finds among them is not that among all. The ranking stays; the total becomes right.

        Parameters
        ----------
        X : pandas.DataFrame
            Rows that were inspected at random.
        y : array
            What was found, in the classes of the training outcome.

        Returns
        -------
        RiskModel
            Itself.
        """
        score = self.decision_function(X)
        check_same_order(X, y, "X and y")
        self.intercept_ = self.intercept_ + level_shift(score, y, self.classes_)
        return self

    def _prepare(self, X: Any, y: Any) -> tuple[list[Column], list[Training]]:
        """Return how columns are read, and the training rows with the folds of each draw.

        Rows stand in the order of their content.
        """
        frame = as_table(X)
        check_same_order(X, y, "X and y")
        outcome, self.classes_ = checked_classes(y, len(frame))
        monotone = directions_of(self.monotone)
        columns = learn_columns(frame, names_left_out(self.leave_out, frame))
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
        again = dealt_out(content[order])
        folds = [arrange(content[order], draw) for draw in range(checked_draws(self.draws))]
        weight = folds[0][1][again]
        if weight.sum() > SEARCH_ROWS:
            folds = folds[:1]
        ordered, outcome = table.take(order[again]), outcome[order[again]]
        # What was computed for one draw may have seen outcomes that another draw must not see.
        tables = [ordered, *(replace(ordered, computed={}) for _ in folds[1:])]
        return columns, [
            Training(drawn, weight, outcome, fold[again])
            for drawn, (fold, _) in zip(tables, folds, strict=True)
        ]

    def _keep(self, found: list[tuple[Weighed, Training]]) -> None:
        """Keep the features that have a weight; the score is the mean of the draws."""
        self.features_, parts, intercepts = [], [], []
        for each, training in found:
            slope, intercept = calibrated(each, training)
            weights = slope * each.additive.weights
            self.features_ += [f for f, w in zip(each.features, weights, strict=True) if w > 0]
            parts.append(weights[weights > 0] / len(found))
            intercepts.append(intercept + slope * each.additive.intercept)
        self.weights_: Floats = np.concatenate(parts)
        self.intercept_ = float(np.mean(intercepts))

    def _read(self, X: Any) -> Table:
        if not hasattr(self, "features_"):
            raise not_fitted()
        return read_table(as_table(X), self.columns_)

    def _score(self, table: Table) -> Floats:
        score = np.full(table.rows, self.intercept_)
        for feature, weight in zip(self.features_, self.weights_, strict=True):
            score += weight * feature.read(table)
        return score

    def _parts(self, table: Table) -> dict[str, Floats]:
        parts: dict[str, Floats] = {"baseline": np.full(table.rows, self.intercept_)}
        for feature, weight in zip(self.features_, self.weights_, strict=True):
            value = weight * feature.read(table)
            parts[feature.name] = parts[feature.name] + value if feature.name in parts else value
        return parts


def calibrated(found: Weighed, training: Training) -> tuple[float, float]:
    """Return slope and intercept that make a score true, by rows that did not teach it."""
    rows = found.rows
    return fit_sigmoid(found.additive.out_of_fold, training.y[rows], weight=training.weight[rows])


PART = 65_536
"""So many rows are scored at a time, which keeps memory small."""


def by_parts(score: Callable[[Table], Floats], table: Table) -> Floats:
    """Return the score of each row, computed part by part."""
    if table.rows <= PART:
        return score(table)
    starts = range(0, table.rows, PART)
    parts = [np.arange(start, min(start + PART, table.rows)) for start in starts]
    return np.concatenate([score(table.take(rows)) for rows in parts])


def not_fitted() -> RiskError:
    """Return what is said when a model is asked before it was fitted."""
    return RiskError(
        "The model knows nothing yet.", "A fitted model was expected.", "Call fit first."
    )
