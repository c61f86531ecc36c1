"""Indicators: columns that an officer would understand, made from all rows of a table.

They use no outcome of the period. So the many rows that nobody inspected help to say what is
usual, and a model that has few outcomes need not learn it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.risk.errors import RiskError
from rilo_training.risk.peers import group_medians

LEAST_PEERS = 5


def _deviation(values: pd.Series, groups: pd.Series | list[pd.Series]) -> np.ndarray:
    """Return how far the logarithm of a number is from that of its peers, in usual distances."""
    parts = groups if isinstance(groups, list) else [groups]
    if any(len(part) != len(values) for part in parts) or not len(values):
        raise RiskError(
            f"There are {len(values)} values, and groups of {[len(part) for part in parts]} rows.",
            "As many were expected, and at least one.",
            "Take both from the same table.",
        )
    try:
        numbers = values.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise RiskError(
            f"{values.name or 'The column'} holds values that are no numbers.",
            "Numbers above zero were expected, for instance USD per kg.",
            "Turn the column into numbers with pandas.to_numeric.",
        ) from error
    logs = np.log(np.where(numbers > 0, numbers, np.nan))
    code = pd.factorize(pd.MultiIndex.from_arrays(parts) if len(parts) > 1 else parts[0])[0] + 1
    code = code.astype(np.int64)
    size = int(code.max()) + 1
    centred = logs - group_medians(code, size, logs, 0.0)[code]
    spread = 1.4826 * group_medians(code, size, np.abs(centred), 20.0)
    return np.asarray(centred / np.maximum(spread, 1e-9)[code])


def peer_distance(values: pd.Series, groups: pd.Series | list[pd.Series]) -> pd.Series:
    """Return how far a number is from that of its peers: a price low or high for its heading.

    The measure behind `below_peers` and `far_from_peers`. Made on all rows, it lets a model that
    has few outcomes compare prices and weights all the same.

    Parameters
    ----------
    values : pandas.Series
        Numbers above zero, for instance value per kg in USD.
    groups : pandas.Series, or list of them
        What makes peers, for instance the heading. Groups of fewer than five rows are compared
        with all rows.

    Returns
    -------
    pandas.Series of float
        With the index of `values`: below zero is lower than the peers, above zero is higher, in
        usual distances (1.48 times the median distance) of logarithms. NaN where the value is
        missing, zero or below.

    Raises
    ------
    RiskError
        When lengths differ or there are no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import peer_distance
    >>> price = pd.Series([10.0, 11.0, 9.0, 10.5, 9.5, 1.0])
    >>> (peer_distance(price, pd.Series(["0902"] * 6)) < -5).tolist()
    [False, False, False, False, False, True]
    """
    return pd.Series(_deviation(values, groups), index=values.index)


def past_find_rate(finds: pd.Series, inspections: pd.Series, weight: float = 20.0) -> pd.Series:
    """Return the share of finds in the past of a party, drawn to that of all when it is short.

    One find in one inspection is no rate of 100 per cent. A party without a past has the share
    of all.

    Parameters
    ----------
    finds, inspections : pandas.Series
        How often something was found at the party, and how often it was inspected, before the
        period; 0 or more. A missing value counts as 0.
    weight : float
        How many inspections with the share of all are added to each row; above 0.

    Returns
    -------
    pandas.Series of float
        With the index of `finds`, 0 to 1.

    Raises
    ------
    RiskError
        When lengths differ, there are no rows, or there are more finds than inspections.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import past_find_rate
    >>> past_find_rate(pd.Series([1, 10, 0]), pd.Series([1, 80, 19]), weight=10).round(3).tolist()
    [0.191, 0.123, 0.038]
    """
    if len(finds) != len(inspections) or not len(finds):
        raise RiskError(
            f"There are {len(finds)} and {len(inspections)} rows.",
            "As many were expected, and at least one.",
            "Take both columns from the same table.",
        )
    found, tried = (
        pd.to_numeric(part, errors="coerce").astype("Float64").to_numpy(np.float64, na_value=0.0)
        for part in (finds, inspections)
    )
    if (found < 0).any() or (found > tried).any() or not 0 < weight < np.inf:
        raise RiskError(
            f"{int(((found > tried) | (found < 0)).sum())} rows have more finds than inspections, "
            f"or finds below 0; weight was {weight!r}.",
            "At most as many finds as inspections were expected, and a weight above 0.",
            "Check that finds comes first and inspections second.",
        )
    usual = found.sum() / tried.sum() if tried.sum() else 0.0
    return pd.Series((found + weight * usual) / (tried + weight), index=finds.index)


def below_peers(
    values: pd.Series, groups: pd.Series | list[pd.Series], distances: float = 1.5
) -> pd.Series:
    """Return whether a number is well below that of its peers: a price too low for its heading.

    A price of 2 USD a kg says nothing alone: it is low for a telephone, and high for salt.

    Parameters
    ----------
    values : pandas.Series
        Numbers above zero, for instance value per kg in USD; others give False.
    groups : pandas.Series, or list of them
        What makes peers, for instance the heading. Groups of fewer than five rows are compared
        with all rows.
    distances : float
        How far below, in usual distances (1.48 times the median distance) of logarithms.

    Returns
    -------
    pandas.Series of bool
        With the index of `values`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import below_peers
    >>> price = pd.Series([10.0, 11.0, 9.0, 10.5, 9.5, 1.0])
    >>> below_peers(price, pd.Series(["0902"] * 6)).tolist()
    [False, False, False, False, False, True]
    """
    return pd.Series(_deviation(values, groups) < -distances, index=values.index)


def far_from_peers(
    values: pd.Series, groups: pd.Series | list[pd.Series], distances: float = 2.0
) -> pd.Series:
    """Return whether a number is far from that of its peers, below or above.

    A weight can be too high for what is declared, or too low for so many cartons.

    Parameters
    ----------
    values : pandas.Series
        As in `below_peers`.
    groups : pandas.Series, or list of them
        As in `below_peers`.
    distances : float
        How far, in usual distances of logarithms.

    Returns
    -------
    pandas.Series of bool
        With the index of `values`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import far_from_peers
    >>> weight = pd.Series([10.0, 11.0, 9.0, 10.5, 9.5, 80.0])
    >>> far_from_peers(weight, pd.Series(["cartons"] * 6)).tolist()
    [False, False, False, False, False, True]
    """
    return pd.Series(np.abs(_deviation(values, groups)) > distances, index=values.index)


def is_rare_together(
    first: pd.Series, second: pd.Series, share: float = 0.05, least_rows: int = 20
) -> pd.Series:
    """Return whether a value is rare among rows of another: a route not customary for its origin.

    Goods that come over a place where such goods rarely come from may hide where they began.

    Parameters
    ----------
    first : pandas.Series
        For instance the country of departure.
    second : pandas.Series
        For instance the country of origin, of the same length.
    share : float
        Rare is a smaller share than this of the rows with the same second value.
    least_rows : int
        Where the second value has fewer rows, nothing is rare.

    Returns
    -------
    pandas.Series of bool
        With the index of `first`; False where one of both is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import is_rare_together
    >>> departure = pd.Series(["JP"] * 5 + ["PA"])
    >>> is_rare_together(departure, pd.Series(["JP"] * 6), share=0.2, least_rows=5).tolist()
    [False, False, False, False, False, True]
    """
    if len(first) != len(second) or not len(first):
        raise RiskError(
            f"There are {len(first)} and {len(second)} rows.",
            "As many were expected, and at least one.",
            "Take both columns from the same table.",
        )
    table = pd.DataFrame({"first": first.to_numpy(), "second": second.to_numpy()})
    together = table.groupby(["first", "second"])["first"].transform("size")
    alone = table.groupby("second")["first"].transform("count")
    rare = (together < share * alone) & (alone >= least_rows) & table.notna().all(axis=1)
    return pd.Series(rare.to_numpy(dtype=bool), index=first.index)


def is_new(since: pd.Series, until: pd.Series, days: int = 180) -> pd.Series:
    """Return whether a party was first seen only shortly before.

    Who is caught often begins again under a new name.

    Parameters
    ----------
    since, until : pandas.Series of dates
        For instance the day on which the importer was first seen, and the day of arrival.
    days : int
        New is less than so many days.

    Returns
    -------
    pandas.Series of bool
        With the index of `since`; False where a date is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import is_new
    >>> since = pd.to_datetime(pd.Series(["2026-06-01", "2020-01-01"]))
    >>> is_new(since, pd.to_datetime(pd.Series(["2026-07-06"] * 2))).tolist()
    [True, False]
    """
    if len(since) != len(until):
        raise RiskError(
            f"There are {len(since)} and {len(until)} rows.",
            "As many were expected.",
            "Take both columns from the same table.",
        )
    try:
        first, last = (pd.to_datetime(part).to_numpy("datetime64[ns]") for part in (since, until))
    except (TypeError, ValueError) as error:
        raise RiskError(
            "One of the columns holds values that are no dates.",
            "Dates were expected in both.",
            "Turn the column into dates with pandas.to_datetime.",
        ) from error
    # A missing date is later than nothing: the comparison is False.
    return pd.Series(last - first < np.timedelta64(days, "D"), index=since.index)
