"""Rates with the interval that a small number of trials deserves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import (
    Floats,
    checked,
    checked_share,
    encoded,
    informative,
    listed,
)


def normal_quantile(confidence: float) -> float:
    """Return the two-sided quantile of the normal distribution.

    Raises
    ------
    AnalysisError
        When the confidence is not between 0 and 1.
    """
    from scipy.special import ndtri

    checked_share(confidence=confidence)
    return float(ndtri(0.5 + confidence / 2))


def wilson_interval(
    events: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the lower and the upper bound of a share, by the method of Wilson.

    Two finds in four inspections are 50 per cent, and the interval says how little that means.
    It stays between 0 and 1, and is not empty when the share is 0 or 1.

    Parameters
    ----------
    events : array of float
        Number of events, 0 to `trials`.
    trials : array of float
        Number of trials. With 0 trials the interval is 0 to 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    tuple of two arrays of float64
        Bounds of the share, 0 to 1.

    Raises
    ------
    AnalysisError
        When there are more events than trials, or a number is negative.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal
    of the American Statistical Association 22, 1927.

    Examples
    --------
    >>> from rilo_training.analysis import wilson_interval
    >>> low, high = wilson_interval([2, 0], [4, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.15, 0.0], [0.85, 0.278])
    """
    hits, number = np.broadcast_arrays(
        np.asarray(events, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    )
    if not ((hits >= 0) & (hits <= number)).all():
        raise AnalysisError(
            "A number of events is negative, missing, or larger than its number of trials.",
            "Events from 0 to the number of trials were expected.",
            "Count both on the same rows.",
        )
    z = normal_quantile(confidence)
    some = np.maximum(number, 1e-12)
    share = np.where(number > 0, hits / some, 0.5)
    middle = (share + z**2 / (2 * some)) / (1 + z**2 / some)
    half = z * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2)) / (1 + z**2 / some)
    low = np.where((number > 0) & (hits > 0), np.clip(middle - half, 0.0, 1.0), 0.0)
    high = np.where((number > 0) & (hits < number), np.clip(middle + half, 0.0, 1.0), 1.0)
    return low, high


def rates(
    rows: pd.DataFrame, event: str, by: str | Sequence[str], confidence: float = 0.95
) -> pd.DataFrame:
    """Return the rate of an event in each group, with its interval.

    A hit rate of 100 per cent from two inspections must not lead a list. Groups are ordered by
    the lower bound: what is certainly high stands first.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per trial, such as one inspection.
    event : str
        Column of yes/no values, or 0 and 1: whether the event happened. Rows without a value
        are left out: they are no trial.
    by : str or list of str
        Columns that make the groups.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, ``trials``, ``events``, ``rate_percent``, ``low_percent``,
        ``high_percent``; the highest lower bound first.

    Raises
    ------
    AnalysisError
        When a column is missing, the table is empty, or the event is not yes/no.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import rates
    >>> found = pd.DataFrame({"desk": list("aaab"), "is_illicit": [True, True, False, True]})
    >>> rates(found, "is_illicit", "desk").round(1)
      desk  trials  events  rate_percent  low_percent  high_percent
    0    a       3       2          66.7         20.8          93.9
    1    b       1       1         100.0         20.7         100.0
    """
    names = listed(by)
    table = informative(checked(rows, [*names, event]), [*names, event], unknown=())
    happened = as_yes_no(table[event])
    group, labels = encoded(table, names)
    trials = np.bincount(group, minlength=len(labels))
    events = np.bincount(group, weights=happened, minlength=len(labels)).astype(np.int64)
    low, high = wilson_interval(events, trials, confidence)
    result = labels.assign(
        trials=trials,
        events=events,
        rate_percent=100 * events / trials,
        low_percent=100 * low,
        high_percent=100 * high,
    )
    return result.sort_values("low_percent", ascending=False, kind="stable", ignore_index=True)


def as_yes_no(values: pd.Series) -> npt.NDArray[np.bool_]:
    """Return a column of yes/no values, or of 0 and 1, as booleans.

    Raises
    ------
    AnalysisError
        When a value is something else.
    """
    wrong = ~values.isin([0, 1]).to_numpy()
    if wrong.any():
        raise AnalysisError(
            f"The column '{values.name}' holds {values[wrong].iloc[0]!r}.",
            "True or False, or 1 or 0, was expected in every row.",
            "Make such a column, for example rows['commodity'].eq('Gold').",
        )
    return np.asarray(values == 1, dtype=bool)
