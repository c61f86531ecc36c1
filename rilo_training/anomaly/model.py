"""How unusual each record of a table is, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from rilo_training.anomaly.columns import AnomalyError, as_table, check_whole
from rilo_training.anomaly.credit import column_credit
from rilo_training.anomaly.evidence import Evidence, learn_usual
from rilo_training.anomaly.order import content_order
from rilo_training.anomaly.position import learn_position
from rilo_training.anomaly.reasons import reason_table
from rilo_training.anomaly.robust import Scale, fit_scale
from rilo_training.anomaly.table import Reader, Reading
from rilo_training.tables.cells import Floats

MOST_ROWS = 50_000
"""Rows from which the model learns; of a larger table, so many are drawn by their content."""
SCALE_ROWS = 1_500
"""Rows from which the scale of each member is learned."""
HALF = 0.5
"""Weight of the nearest neighbours, and of the distance of all columns, beside the forest."""
MIXED = 3.0
"""Weight of the strongest single column in a table without numbers; 0 in one of numbers alone."""


class AnomalyModel(BaseEstimator):  # type: ignore[misc]
    """Scores of how unusual records are, with reasons: higher is more unusual, everywhere.

    An analyst reads the first rows of the ranking with their reasons and asks the Member about
    them. Unusual is not illicit: a record can be unusual because it is wrong, new or rare.

    The score is the largest of several members, each scaled by its median and spread on the
    learning table: the strongest single column (robust distance among peers, rare groups, rare
    pairs, ratios, gaps between dates), the mean of an isolation forest and of the distance to
    many neighbours, the distance to the nearest neighbours, and the distance of all columns
    from their middle. The more columns are no plain numbers, the more the single column counts;
    in a table of numbers alone, only the position among the other rows does.

    Parameters
    ----------
    random_state : int
        Draws the forest. The same number and the same rows, in any order, give the same model.

    Attributes
    ----------
    notices_ : list of str
        Which columns were ignored, and why. One sentence for each.
    columns_ : list
        Names of the columns that are used.

    References
    ----------
    Liu, F. T., Ting, K. M., Zhou, Z.-H. (2008). Isolation forest. IEEE International Conference
    on Data Mining. - Ramaswamy, S., Rastogi, R., Shim, K. (2000). Efficient algorithms for mining
    outliers from large data sets. ACM SIGMOD. - Rousseeuw, P. J., Hubert, M. (2011). Robust
    statistics for outlier detection. WIREs Data Mining and Knowledge Discovery 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.anomaly import AnomalyModel
    >>> seizures = pd.DataFrame(
    ...     {"goods": ["tea", "tea", "tea", "tea", "tea", "rum"], "kg": [5, 6, 5, 7, 6, 90]}
    ... )
    >>> model = AnomalyModel().fit(seizures)
    >>> int(model.anomaly_score(seizures).argmax())
    5
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: Any, y: object = None) -> AnomalyModel:
        """Learn what is usual in a table, and return the model.

        Parameters
        ----------
        X : pandas.DataFrame or two-dimensional array
            One row for each record: numbers, categories, dates, yes/no, texts, in any columns.
            Cells may be missing. It may hold unusual rows; most should be usual.
        y : object
            Not used; for programs that give it.

        Returns
        -------
        AnomalyModel
            Itself.

        Raises
        ------
        AnomalyError
            When X is no table, has fewer than three rows, two columns with one name, or no
            column that can be used; or when random_state is no whole number.
        """
        table = as_table(X)
        check_whole("random_state", self.random_state, least=0)
        reader = Reader()
        reading = reader.learn(table)
        order = content_order(reading, reader.measures, self.random_state)
        reading = reading.take(order[:MOST_ROWS])
        usual = learn_usual(reading, reader)
        evidence = usual.compare(reading)
        position = learn_position(usual, reading, evidence, self.random_state)
        self._reader, self._usual, self._position = reader, usual, position
        first = np.arange(min(len(reading.groups), SCALE_ROWS))
        sample = reading.take(first)
        members = self._members(sample, usual.compare(sample))
        self._scales: dict[str, Scale] = {
            name: fit_scale(scores) for name, scores in members.items()
        }
        kinds = [column.kind for column in reader.columns]
        other = sum(kind != "number" for kind in kinds) / len(kinds)
        self._single_weight = MIXED * other
        self.notices_ = list(reader.notices)
        self.columns_ = [column.name for column in reader.columns]
        return self

    def anomaly_score(self, X: Any) -> Floats:
        """Return how unusual each row is: above 0, higher is more unusual.

        Parameters
        ----------
        X : pandas.DataFrame or two-dimensional array
            A table with the columns that the model learned from; further columns are ignored.

        Returns
        -------
        array of float, shape (rows,)
            In the order of the rows.

        Raises
        ------
        AnomalyError
            When the model was not fitted, or a column is missing.
        """
        reading = self._read(X)
        return self._score(reading, self._usual.compare(reading))

    def explain(self, X: Any) -> pd.DataFrame:
        """Return how much each column adds to the score of each row.

        Parameters
        ----------
        X : pandas.DataFrame or two-dimensional array
            As in `anomaly_score`.

        Returns
        -------
        pandas.DataFrame
            Rows as in X, one column for each column that the model uses; 0 or more, higher is
            more unusual. A row adds up to its score.

        Raises
        ------
        AnomalyError
            When the model was not fitted, or a column is missing.

        Examples
        --------
        >>> import pandas as pd
        >>> from rilo_training.anomaly import AnomalyModel
        >>> seizures = pd.DataFrame(
        ...     {"goods": ["tea", "tea", "tea", "rum", "rum", "rum"], "kg": [5, 6, 5, 7, 6, 90]}
        ... )
        >>> AnomalyModel().fit(seizures).explain(seizures).loc[5].idxmax()
        'kg'
        """
        reading = self._read(X)
        return self._explained(reading, as_table(X).index)[0]

    def reasons(self, X: Any, most: int = 3) -> pd.DataFrame:
        """Return the strongest reasons for each row as sentences.

        Parameters
        ----------
        X : pandas.DataFrame or two-dimensional array
            As in `anomaly_score`; usually the first rows of the ranking.
        most : int
            Reasons for each row, 1 or more.

        Returns
        -------
        pandas.DataFrame
            ``row`` (label of the row in X), ``rank`` (from 1), ``column``, ``contribution`` (as
            in `explain`), ``reason`` (a sentence); in the order of X, strongest reason first.

        Raises
        ------
        AnomalyError
            When the model was not fitted, a column is missing, or `most` is no whole number.

        Examples
        --------
        >>> import pandas as pd
        >>> from rilo_training.anomaly import AnomalyModel
        >>> seizures = pd.DataFrame(
        ...     {"goods": ["tea", "tea", "tea", "rum", "rum", "rum"], "kg": [5, 6, 5, 7, 6, 90]}
        ... )
        >>> model = AnomalyModel().fit(seizures)
        >>> model.reasons(seizures.tail(1), most=1)["reason"].item()
        'kg is 90, above the usual 6.'
        """
        check_whole("most", most, least=1)
        reading = self._read(X)
        explained, evidence = self._explained(reading, as_table(X).index)
        return reason_table(self._reader, self._usual, reading, evidence, explained, most)

    def _read(self, X: Any) -> Reading:
        if not hasattr(self, "_scales"):
            raise AnomalyError(
                "The model has not learned from any table.",
                "A fitted model was expected.",
                "Call fit(X) first.",
            )
        return self._reader.read(as_table(X))

    def _members(self, reading: Reading, evidence: Evidence) -> dict[str, Floats]:
        members = self._position.members(self._usual, reading, evidence)
        speaking = [np.abs(evidence.among), evidence.lost, evidence.rare, evidence.pair]
        members["strongest"] = np.hstack(speaking).max(axis=1)
        return members

    def _score(self, reading: Reading, evidence: Evidence) -> Floats:
        found = self._members(reading, evidence)
        scaled = {name: scale(found[name]) for name, scale in self._scales.items()}
        place = (scaled["forest"] + scaled["wide"]) / 2
        largest = np.max([place, HALF * scaled["near"], HALF * scaled["far"]], axis=0)
        # A row whose columns are all usual keeps its place among the others.
        single = self._single_weight * scaled["strongest"]
        largest = np.where(single > 0, np.maximum(largest, single), largest)
        # Above 0, so that it can be shared out among the columns.
        return np.asarray(np.logaddexp(0.0, largest))

    def _explained(self, reading: Reading, index: pd.Index) -> tuple[pd.DataFrame, Evidence]:
        evidence = self._usual.compare(reading)
        credit = column_credit(self._usual, evidence, len(self.columns_))
        score = self._score(reading, evidence)
        # The names stand as they are: a table may mix text and numbers as names.
        names = pd.Index(self.columns_, tupleize_cols=False)
        return pd.DataFrame(credit * score[:, None], index=index, columns=names), evidence
