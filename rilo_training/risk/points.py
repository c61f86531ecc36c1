"""Transparent points: so many for each indicator, added up by hand if need be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.additive import fit_additive
from rilo_training.risk.checks import checked_classes
from rilo_training.risk.columns import as_table
from rilo_training.risk.errors import RiskError
from rilo_training.risk.folds import FOLDS
from rilo_training.risk.table import Floats

PENALTY = 0.002


class RiskPoints:
    """Points for indicators; the score of a row is the sum of the points of what is true.

    The plainest risk profile: it can be written on a card, and disputed line by line.

    Parameters
    ----------
    points : mapping of str to number
        Points of each indicator, 0 or more.

    Attributes
    ----------
    points : dict of str to float
        The same.

    Raises
    ------
    RiskError
        When there are no points, or some are no numbers of 0 or more.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import RiskPoints
    >>> card = RiskPoints({"low value": 3, "new relation": 2})
    >>> signs = pd.DataFrame({"low value": [True, False], "new relation": [True, True]})
    >>> card.score(signs).tolist()
    [5.0, 2.0]
    """

    def __init__(self, points: Mapping[str, float]) -> None:
        try:
            self.points = {str(name): float(value) for name, value in points.items()}
        except (AttributeError, TypeError, ValueError) as error:
            raise RiskError(
                f"The points were {points!r}.",
                "A mapping was expected, from the name of each indicator to its points.",
                "Write for instance {'low value': 3, 'new relation': 2}.",
            ) from error
        wrong = [name for name, value in self.points.items() if not 0 <= value < float("inf")]
        if wrong or not self.points:
            raise RiskError(
                f"There are {len(self.points)} indicators; no points for: {', '.join(wrong)}.",
                "At least one indicator was expected, each with points of 0 or more.",
                "Turn an indicator round when it lowers the risk.",
            )

    @classmethod
    def fit(cls, indicators: pd.DataFrame, y: npt.ArrayLike, largest: int = 10) -> RiskPoints:
        """Return points that were learned from past outcomes, as whole numbers.

        Parameters
        ----------
        indicators : pandas.DataFrame
            True and false, or 1 and 0; a missing value counts as false.
        y : array, shape (rows,)
            The outcome, of two classes.
        largest : int
            Points of the strongest indicator, 1 or more.

        Returns
        -------
        RiskPoints
            Weights of a logistic model that are never below zero, rounded. The folds and the
            order of rows play no part.

        Examples
        --------
        >>> import pandas as pd
        >>> from rilo_training.risk import RiskPoints
        >>> signs = pd.DataFrame({"night": [1, 1, 1, 0, 0, 0], "paper": [1, 0, 1, 0, 1, 0]})
        >>> RiskPoints.fit(signs, [1, 1, 0, 0, 0, 1], largest=5).points
        {'night': 5.0, 'paper': 0.0}
        """
        table = as_table(indicators, "indicators")
        outcome, _ = checked_classes(y, len(table))
        if not isinstance(largest, (int, np.integer)) or largest < 1:
            raise RiskError(
                f"largest was {largest!r}.", "A whole number from 1 was expected.", "Give 10."
            )
        marks = _marks(table, list(table.columns))
        # A sign that every row or no row has says nothing; a weight would only move the level.
        marks[:, marks.min(axis=0) == marks.max(axis=0)] = 0.0
        # Equal rows are put together, so that sums do not depend on the order of rows.
        kinds, at = np.unique(np.column_stack([marks, outcome]), axis=0, return_inverse=True)
        rows = np.repeat(np.arange(len(kinds)), np.bincount(at.ravel()))
        fitted = fit_additive(
            kinds[rows, :-1], kinds[rows, -1], np.arange(len(rows)) % FOLDS, PENALTY
        )
        strongest = float(fitted.weights.max())
        if strongest <= 0:
            raise RiskError(
                "No indicator raises the risk.",
                "At least one was expected that is more frequent among finds.",
                "Turn indicators round, or take others.",
            )
        points = np.rint(fitted.weights / strongest * largest)
        return cls(dict(zip(table.columns, points.tolist(), strict=True)))

    def score(self, indicators: pd.DataFrame) -> pd.Series:
        """Return the points of each row; higher is riskier.

        Parameters
        ----------
        indicators : pandas.DataFrame
            Holds a column for each indicator; true and false, or 1 and 0.

        Returns
        -------
        pandas.Series of float
            With the index of `indicators`.

        Raises
        ------
        RiskError
            When an indicator is not there, or is not true and false.
        """
        return self.explain(indicators).sum(axis=1).rename("points")

    def explain(self, indicators: pd.DataFrame) -> pd.DataFrame:
        """Return the points that each indicator gives to each row; a row adds up to its score.

        Parameters
        ----------
        indicators : pandas.DataFrame
            As in `score`.

        Returns
        -------
        pandas.DataFrame
            One column for each indicator of the card, with the index of `indicators`.
        """
        table = as_table(indicators, "indicators")
        names = list(self.points)
        missing = [name for name in names if name not in table.columns]
        if missing:
            raise RiskError(
                f"The table has no indicator {', '.join(map(repr, missing))}.",
                f"These were expected: {', '.join(names)}.",
                "Compute the indicator, or leave it out of the points.",
            )
        marks = _marks(table, names) * np.array([self.points[name] for name in names])
        return pd.DataFrame(marks, index=table.index, columns=names)


def _marks(table: pd.DataFrame, names: list[str]) -> Floats:
    """Return indicators as 0 and 1."""
    found = np.zeros((len(table), len(names)))
    for place, name in enumerate(names):
        column = table[name]
        try:
            values = column.astype("Float64").fillna(0.0).to_numpy(np.float64)
        except (TypeError, ValueError):
            values = np.full(len(table), np.nan)
        if not np.isin(values, [0.0, 1.0]).all():
            raise RiskError(
                f"The indicator {name!r} holds values that are neither true nor false.",
                "True and false, or 1 and 0, were expected.",
                "Make a yes/no column of it, for instance with a threshold.",
            )
        found[:, place] = values
    return found
