"""What changed between the table that a model was fitted on and the one it is used on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.risk.columns import as_table, learn_columns, read_table
from rilo_training.risk.features import Bins
from rilo_training.risk.measures import Plain, Training
from rilo_training.risk.table import FIRST, MISSING, UNSEEN, Codes

DRIFT_BINS = 10
MOST_LEVELS = 50
"""Rarer values of a category are put together."""
SMALL, LARGE = 0.1, 0.25
"""The usual reading of the index: below 0.1 stable, from 0.25 on a large change."""


def drift_report(reference: Any, current: Any) -> pd.DataFrame:
    """Return how much each column changed, the largest change first.

    A model that is asked about other traffic than it learned from is not wrong, it does not know.
    An analyst looks here before the finds go down.

    Parameters
    ----------
    reference : pandas.DataFrame
        The rows that the model was fitted on.
    current : pandas.DataFrame
        The rows that it is used on now, with the same columns.

    Returns
    -------
    pandas.DataFrame
        ``column``, ``stability_index`` (population stability index; 0 is the same), ``reading``
        (stable, some change, large change), ``missing_before``, ``missing_now`` and
        ``unseen_now`` (shares; unseen are categories that the reference does not hold). Columns
        that name rows, hold one value or are dates are left out.

    Raises
    ------
    RiskError
        When a table is empty, or a column is missing in `current`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import drift_report
    >>> before = pd.DataFrame({"mode": ["sea", "air"] * 50})
    >>> now = pd.DataFrame({"mode": ["sea"] * 10 + ["express"] * 90})
    >>> drift_report(before, now)[["column", "reading", "unseen_now"]].values.tolist()
    [['mode', 'large change', 0.9]]
    """
    frame = as_table(reference, "reference")
    columns = learn_columns(frame)
    before = read_table(frame, columns)
    now = read_table(as_table(current, "current"), columns)
    nothing = np.zeros(before.rows, np.int64)
    training = Training(before, np.ones(before.rows), nothing.astype(float), nothing)
    found = []
    for name in frame.columns:
        if name in before.numbers:
            bins = Bins(Plain(name), DRIFT_BINS)
            first, second, size = bins.learn(training), bins.read(now), bins.size
        elif name in before.codes:
            first, second = before.codes[name], now.codes[name]
            size = before.sizes[name]
        else:
            continue
        index = _stability(first, second, size)
        reading = "stable" if index < SMALL else "some change" if index < LARGE else "large change"
        found.append(
            {
                "column": name,
                "stability_index": index,
                "reading": reading,
                "missing_before": float((first == MISSING).mean()),
                "missing_now": float((second == MISSING).mean()),
                "unseen_now": float((second == UNSEEN).mean()),
            }
        )
    names = ["column", "stability_index", "reading", "missing_before", "missing_now", "unseen_now"]
    report = pd.DataFrame(found, columns=names)
    return report.sort_values("stability_index", ascending=False, ignore_index=True, kind="stable")


def _stability(before: Codes, now: Codes, size: int) -> float:
    """Return the population stability index of two columns of levels."""
    first, second = (np.bincount(code, minlength=size).astype(float) for code in (before, now))
    often = np.argsort(-first[FIRST:], kind="stable")[:MOST_LEVELS] + FIRST
    rest = np.setdiff1d(np.arange(FIRST, size), often)
    shares = []
    for count in (first, second):
        parts = np.concatenate([count[:FIRST], count[often], [count[rest].sum()]])
        # Half a row in each part: an empty one is no infinite change.
        shares.append((parts + 0.5) / (parts + 0.5).sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
