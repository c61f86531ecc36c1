"""Routes: from where, through where, to where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import UNKNOWN, checked, encoded, informative

ROUTE = ("departure_country", "transit_country", "destination_country")
"""The columns of a route in the seizures table: origin, transit, destination."""
NO_TRANSIT = "none recorded"
"""The label of a route without a recorded transit."""


def flows(
    rows: pd.DataFrame,
    route: tuple[str, str, str] = ROUTE,
    value: str | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
) -> pd.DataFrame:
    """Return the routes with their cases and shares.

    A route is read from its origin to its destination. The share of the origin answers "where
    do goods from there go?", the share of the destination "where do goods to there come from?".

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    route : tuple of three str
        Columns with origin, transit and destination. An empty transit is a route without a
        recorded transit, which need not be a direct one.
    value : str, optional
        Column to add up beside the cases, in one unit.
    unknown : tuple of str
        Labels that are no country. Routes with an unknown end are left out: look at how many
        before you speak of shares. An unknown transit is none recorded.

    Returns
    -------
    pandas.DataFrame
        The columns of `route`, ``cases``, the sum of `value` under its name,
        ``share_percent`` (of the cases listed), ``share_of_origin_percent``,
        ``share_of_destination_percent``. The most cases first, then by the labels.

    Raises
    ------
    AnalysisError
        When a column is missing, or no row has a known origin and destination.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import flows
    >>> rows = [("PE", "AE", "NZ"), ("PE", None, "AU"), ("PE", "AE", "NZ"), ("Unknown", "SG", "AU")]
    >>> cases = pd.DataFrame(rows, columns=["from", "via", "to"])
    >>> flows(cases, ("from", "via", "to")).round(1)[["from", "via", "to", "cases"]]
      from            via  to  cases
    0   PE             AE  NZ      2
    1   PE  none recorded  AU      1
    """
    origin, transit, destination = _three(route)
    table = checked(rows, route, numbers=[] if value is None else [value])
    table = informative(table, [origin, destination], unknown)
    via = table[transit].astype(object)
    table[transit] = via.where(via.notna() & ~via.isin(list(unknown)), NO_TRANSIT)
    number, labels = encoded(table, list(route))
    cases = np.bincount(number, minlength=len(labels))
    result = labels.assign(cases=cases)
    if value is not None:
        result[value] = np.bincount(number, weights=table[value].fillna(0.0), minlength=len(labels))
    result["share_percent"] = 100 * cases / cases.sum()
    for name, end in (("origin", origin), ("destination", destination)):
        whole = result.groupby(end)["cases"].transform("sum")
        result[f"share_of_{name}_percent"] = 100 * result["cases"] / whole
    return result.sort_values("cases", ascending=False, kind="stable", ignore_index=True)


def legs(
    rows: pd.DataFrame,
    route: tuple[str, str, str] = ROUTE,
    unknown: tuple[str, ...] = UNKNOWN,
) -> pd.DataFrame:
    """Return the legs of the routes: origin to transit and transit to destination.

    A case with a transit has two legs, another case one. So the legs of a network do not add up
    to the cases.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case.
    route : tuple of three str
        Columns with origin, transit and destination.
    unknown : tuple of str
        Labels that are no country; a leg with an unknown end is left out.

    Returns
    -------
    pandas.DataFrame
        ``from``, ``to``, ``cases``; the most cases first, then by the labels. A leg from a
        country to itself is no leg.

    Raises
    ------
    AnalysisError
        When a column is missing, or no leg is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import legs
    >>> cases = pd.DataFrame([("PE", "AE", "NZ"), ("AE", None, "NZ")], columns=["a", "b", "c"])
    >>> legs(cases, ("a", "b", "c"))
      from  to  cases
    0   AE  NZ      2
    1   PE  AE      1
    """
    table = checked(rows, _three(route)).astype(object)
    known = table.where(table.notna() & ~table.isin(list(unknown)))
    origin, transit, destination = (known[name] for name in route)
    direct = transit.isna()
    parts = [
        (origin[~direct], transit[~direct]),
        (transit[~direct], destination[~direct]),
        (origin[direct], destination[direct]),
    ]
    ends = pd.concat([pd.DataFrame({"from": a, "to": b}) for a, b in parts], ignore_index=True)
    ends = informative(ends, ["from", "to"], unknown=())
    ends = informative(ends.where(ends["from"] != ends["to"]), ["from", "to"], unknown=())
    number, labels = encoded(ends, ["from", "to"])
    result = labels.assign(cases=np.bincount(number, minlength=len(labels)))
    return result.sort_values("cases", ascending=False, kind="stable", ignore_index=True)


def _three(route: tuple[str, str, str]) -> tuple[str, str, str]:
    """Return the columns of a route: three different names."""
    if isinstance(route, str) or len(set(route)) != 3 or len(route) != 3:
        raise AnalysisError(
            f"The route {route!r} was given.",
            "Three different columns were expected: origin, transit and destination.",
            "Where your table has no transit, add an empty one: table.assign(transit=None).",
        )
    return route
