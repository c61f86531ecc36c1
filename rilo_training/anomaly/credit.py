"""How much of what speaks against a row each column has to answer for."""

from __future__ import annotations

import numpy as np

from rilo_training.anomaly.evidence import Evidence, Usual
from rilo_training.tables.cells import Floats

KEY_SHARE = 0.25
"""What a column that forms the peers answers for, as a share of what the number answers for."""
EVEN = 1.0
"""Squared deviations added to both ends of a ratio or gap before it is divided between them."""


def column_credit(usual: Usual, evidence: Evidence, columns: int) -> Floats:
    """Return the share of each column in what speaks against each row; a row adds up to 1.

    A number answers for its distance among its peers, a category for how rare its group is,
    alone and beside its partners. A ratio or gap is divided between its two ends: more to the
    end that is unusual by itself. The columns that form the peers answer for a part, because a
    wrong group brings the wrong peers.

    Parameters
    ----------
    usual : Usual
        What is usual.
    evidence : Evidence
        What speaks against the rows.
    columns : int
        Number of columns that the model uses.

    Returns
    -------
    array of float, shape (rows, columns)
    """
    rows = len(evidence.alone)
    own = np.zeros((rows, columns))
    for at in usual.single:
        column = usual.measures[at].columns[0]
        found = np.maximum(evidence.among[:, at] ** 2, evidence.lost[:, at] ** 2)
        own[:, column] = np.maximum(own[:, column], found)
    for at, column in enumerate(usual.grouping):
        found = np.maximum(evidence.rare[:, at] ** 2, evidence.pair[:, at] ** 2)
        own[:, column] = np.maximum(own[:, column], found)
    credit = own.copy()
    for at, measure in enumerate(usual.measures):
        squared = evidence.among[:, at] ** 2
        if len(measure.columns) == 2:
            first, second = (own[:, column] + EVEN for column in measure.columns)
            credit[:, measure.columns[0]] += squared * first / (first + second)
            credit[:, measure.columns[1]] += squared * second / (first + second)
        for key in usual.peers[at].keys:
            credit[:, usual.grouping[key]] += KEY_SHARE * squared
    total = credit.sum(axis=1, keepdims=True)
    return np.where(total > 0, credit / np.where(total > 0, total, 1.0), 1.0 / columns)
