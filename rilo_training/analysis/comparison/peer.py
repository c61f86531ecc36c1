"""Groups whose values are larger than those of their peers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg
from rilo_training.analysis.table import (
    UNKNOWN,
    checked,
    checked_share,
    encoded,
    informative,
    listed,
)


def larger_than_peers(
    rows: pd.DataFrame,
    value: str,
    group: str = "departure_country",
    by: str | Sequence[str] = ("commodity", "concealment"),
    strata: str | Sequence[str] | None = ("sub_commodity", "unit"),
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 10,
    least_probability: float = 0.7,
    level: float = 0.01,
) -> pd.DataFrame:
    """Return the groups whose values are mostly larger than those of their peers.

    The largest rows of a table are freight. What is unusual is large for its own kind: the same
    goods, hidden in the same way, from other places. One row proves nothing; a group does.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case or line.
    value : str
        Column of numbers to compare, such as the quantity. Rows without a value are left out.
    group : str
        Column whose groups are compared with each other.
    by : str or list of str
        Columns that make kinds; the result names them.
    strata : str or list of str, optional
        More columns in which peers must agree, such as the unit: values are only compared
        inside them.
    unknown : tuple of str
        Labels that say nothing; rows with one in `group` or `by` are left out.
    least_cases : int
        Rows of a group in a kind, and of its peers, that are needed.
    least_probability : float
        A group stands when one of its rows is larger than a row of its peers with at least this
        probability. 0.5 is no difference.
    level : float
        Corrected probability below which a difference is no chance. It is stricter than
        elsewhere, because groups differ a little for many reasons.

    Returns
    -------
    pandas.DataFrame
        One row per tested group: the columns of `by`, `group`, ``cases``, ``peers`` (rows they
        are compared with), ``median_ratio`` (of the group's values to the median of their
        strata, the middle one), ``larger_probability``, ``p_value`` (one-sided), ``q_value``
        (Benjamini and Hochberg) and ``stands``. Those that stand first, then by ``p_value``.

    Raises
    ------
    AnalysisError
        When a column is missing, or no row is known.

    References
    ----------
    P. van Elteren, On the combination of independent two-sample tests of Wilcoxon, Bulletin of
    the International Statistical Institute 37, 1960.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import larger_than_peers
    >>> cases = pd.DataFrame({"from": ["A"] * 20 + ["B"] * 40, "goods": "tea"})
    >>> cases["kg"] = [*range(30, 50), *range(40)]
    >>> larger_than_peers(cases, "kg", "from", "goods", None)[["from", "cases", "stands"]]
      from  cases  stands
    0    A     20    True
    1    B     40   False
    """
    checked_share(level=level, least_probability=least_probability)
    from scipy.special import ndtr

    names, fixed = listed(by), listed(strata)
    table = checked(rows, [*names, *fixed, group], numbers=[value])
    table = informative(table, [*names, group], unknown)
    table = informative(table, [*fixed, value], unknown=())
    stratum = encoded(table, [*names, *fixed])[0]
    pair, labels = encoded(table, [*names, group])
    size = np.bincount(stratum).astype(np.float64)
    values = table[value].groupby(stratum)
    rank = values.rank().to_numpy()
    # Equal values share a rank; the variance of the ranks says how much is left to compare.
    centred = rank - (size[stratum] + 1) / 2
    spread = np.bincount(stratum, weights=centred**2) / np.maximum(size - 1, 1)
    cell, count = np.unique(pair * len(size) + stratum, return_counts=True)
    owner, place = cell // len(size), cell % len(size)
    own, whole = count.astype(np.float64), size[place]
    sums = np.bincount(np.searchsorted(cell, pair * len(size) + stratum), weights=centred)
    weight = 1 / (whole + 1)
    gap = np.bincount(owner, weights=weight * sums)
    variance = np.bincount(owner, weights=weight**2 * own * (whole - own) / whole * spread[place])
    rivals = own * (whole - own)
    pairs = np.bincount(owner, weights=rivals)
    ahead = np.bincount(owner, weights=sums)
    cases = np.bincount(owner, weights=np.where(whole > own, own, 0.0))
    peers = np.bincount(owner, weights=whole - own)
    tested = (cases >= least_cases) & (peers >= least_cases) & (variance > 0)
    z = np.divide(gap, np.sqrt(variance), out=np.zeros_like(gap), where=variance > 0)
    larger = 0.5 + np.divide(ahead, pairs, out=np.zeros_like(ahead), where=pairs > 0)
    median = values.transform("median").to_numpy()
    ratio = np.divide(
        table[value].to_numpy(), median, out=np.full(len(table), np.nan), where=median > 0
    )
    result = labels.assign(
        cases=cases.astype(np.int64),
        peers=peers.astype(np.int64),
        median_ratio=pd.Series(ratio).groupby(pair).median().to_numpy(),
        larger_probability=larger,
        p_value=ndtr(-z),
    )[tested]
    result["q_value"] = benjamini_hochberg(result["p_value"])
    stands = result["q_value"].lt(level) & result["larger_probability"].ge(least_probability)
    return result.assign(stands=stands).sort_values(
        ["stands", "p_value"], ascending=[False, True], kind="stable", ignore_index=True
    )
