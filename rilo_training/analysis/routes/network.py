"""Networks of routes: hubs, and hubs that appear or are displaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg
from rilo_training.analysis.period import Day
from rilo_training.analysis.routes.flow import ROUTE, legs
from rilo_training.analysis.routes.share import compare_shares, figures
from rilo_training.analysis.table import UNKNOWN, checked, checked_share

if TYPE_CHECKING:
    import networkx as nx

MOST_STEPS = 2_000_000
"""In networks whose places times legs are more than this, the shortest ways start from some of the
places only, drawn with a fixed seed."""
FEWEST_PLACES = 20


def route_network(
    rows: pd.DataFrame,
    route: tuple[str, str, str] = ROUTE,
    unknown: tuple[str, ...] = UNKNOWN,
) -> nx.DiGraph:
    """Return the legs of all routes as a directed network of networkx.

    With it an analyst can ask networkx what a table cannot tell: the shortest way between two
    places, or what is cut off when a place is closed.

    Parameters
    ----------
    rows, route, unknown
        As in `legs`.

    Returns
    -------
    networkx.DiGraph
        Nodes are places in alphabetical order. Each edge has ``cases`` and ``distance``, which
        is 1 divided by the cases: places with much traffic between them are near.

    Raises
    ------
    AnalysisError
        When a column is missing, or no leg is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import route_network
    >>> cases = pd.DataFrame([("PE", "AE", "NZ"), ("AE", None, "NZ")], columns=["a", "b", "c"])
    >>> list(route_network(cases, ("a", "b", "c")).edges(data="cases"))
    [('AE', 'NZ', 2), ('PE', 'AE', 1)]
    """
    import networkx as nx

    table = legs(rows, route, unknown)
    network = nx.DiGraph()
    network.add_nodes_from(sorted({*table["from"], *table["to"]}, key=str))
    for start, end, cases in table.itertuples(index=False):
        network.add_edge(start, end, cases=int(cases), distance=1 / cases)
    return network


def hubs(
    rows: pd.DataFrame,
    route: tuple[str, str, str] = ROUTE,
    reporter: str | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
) -> pd.DataFrame:
    """Return how far each place is a hub of the routes.

    A place with many cases need not be a hub: it may be where goods end. A hub is passed.

    Parameters
    ----------
    rows, route, unknown
        As in `legs`.
    reporter : str, optional
        Column with the reporter. Transits through the reporter itself then count as none: a
        Member that finds goods in transit is the transit of its own cases.

    Returns
    -------
    pandas.DataFrame
        One row per place: ``place``, ``transit_cases``, ``transit_share_percent`` (of all cases
        with a recorded transit), ``cases_in``, ``cases_out``, ``places_in``, ``places_out``
        (neighbours), ``betweenness`` (share of the shortest ways between other places that pass
        it, 0 to 1). The most transit cases first.

    Raises
    ------
    AnalysisError
        When a column is missing, or no leg is known.

    References
    ----------
    L. C. Freeman, A set of measures of centrality based on betweenness, Sociometry 40, 1977.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import hubs
    >>> cases = pd.DataFrame([("PE", "AE", "NZ"), ("IR", "AE", "AU")], columns=["a", "b", "c"])
    >>> hubs(cases, ("a", "b", "c"))[["place", "transit_cases", "betweenness"]].head(2).round(2)
      place  transit_cases  betweenness
    0    AE              2         0.33
    1    AU              0         0.00
    """
    table = _without_own_transits(rows, route, reporter)
    network = route_network(table, route, unknown)
    places = list(network.nodes)
    transit = table[route[1]]
    counts = transit[transit.notna() & ~transit.isin(list(unknown))].value_counts()
    own = counts.reindex(places, fill_value=0).to_numpy(dtype=np.int64)
    result = pd.DataFrame(
        {
            "place": places,
            "transit_cases": own,
            "transit_share_percent": 100 * own / max(int(counts.sum()), 1),
            "cases_in": [network.in_degree(place, weight="cases") for place in places],
            "cases_out": [network.out_degree(place, weight="cases") for place in places],
            "places_in": [network.in_degree(place) for place in places],
            "places_out": [network.out_degree(place) for place in places],
            "betweenness": _betweenness(network).reindex(places).to_numpy(),
        }
    )
    return result.sort_values("transit_cases", ascending=False, kind="stable", ignore_index=True)


def hub_changes(
    rows: pd.DataFrame,
    route: tuple[str, str, str] = ROUTE,
    reporter: str = "reporting_country",
    date: str = "seizure_date",
    change_days: Sequence[Day] | Day | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 6,
    least_reporters: int = 3,
    new_percent: float = 2.0,
    dispersion: float | None = None,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return the transit hubs that appeared, rose or were displaced.

    The ranking of hubs over the whole table is led by the old ones. Here the share of each place
    among the recorded transits is compared before and after a day, each reporter with itself.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    route : tuple of three str
        Columns with origin, transit and destination.
    reporter : str
        Column with the reporter. Transits through the reporter itself are left out.
    date, change_days, unknown, dispersion
        As in `share_changes`.
    least_cases : int
        Transits of a place, in both periods together, below which it is not tested.
    least_reporters : int
        Reporters that must record a rising hub after the day: one alone makes no hub.
    new_percent : float
        A rising hub with at most this share of the transits before the day is new.
    level : float
        Corrected probability below which a change is no chance.

    Returns
    -------
    pandas.DataFrame
        One row per tested place, at the day of its strongest change: ``place``, ``change``
        (new, rise or fall), ``change_day``, ``cases_before``, ``cases_after``,
        ``expected_after_cases``, ``share_before_percent``, ``share_after_percent`` (of the
        recorded transits), ``reporters_after``, ``betweenness_before``, ``betweenness_after``
        (of the network of all routes before and after this day; only for places that stand),
        ``p_value``, ``q_value`` (corrected as in `share_changes`) and ``stands``. Those that
        stand first, then by ``p_value``.

    Raises
    ------
    AnalysisError
        As in `share_changes`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import hub_changes
    >>> days = pd.date_range("2025-01-01", periods=240)
    >>> cases = pd.DataFrame({"seizure_date": days, "from": "PE", "to": list("ABCD") * 60})
    >>> cases["via"] = ["X", "Y", "X", "X", "X", "X", "Y", "X"] * 15 + ["X", "Z", "Z", "X"] * 30
    >>> table = hub_changes(cases, ("from", "via", "to"), "to", change_days="2025-05-01",
    ...     least_reporters=2)
    >>> table[["place", "change", "cases_before", "cases_after", "stands"]]
      place change  cases_before  cases_after  stands
    0     Z    new             0           60    True
    1     Y   fall            30            0    True
    2     X   fall            90           60    True
    """
    checked_share(level=level)
    table = _without_own_transits(rows, route, reporter)
    transit = route[1]
    test = compare_shares(table, transit, None, reporter, date, change_days, unknown, dispersion)
    tested = np.flatnonzero((test.before + test.after)[:, 0] >= least_cases)
    days = len(test.days)
    # A rise counts where enough reporters see it.
    rise = np.where(test.reporters >= least_reporters, test.rise, 1.0)[tested]
    both = np.concatenate([rise, test.fall[tested]], axis=1)
    way, day = np.divmod(both.argmin(axis=1), days)
    p = both.min(axis=1, initial=1.0)
    q = benjamini_hochberg(np.minimum(2 * days * p, 1.0))
    own = figures(test, tested, day)
    fresh = own["share_before_percent"].le(new_percent).to_numpy()
    result = pd.DataFrame({"place": test.labels[transit].iloc[tested].to_numpy()})
    result["change"] = np.where(way == 1, "fall", np.where(fresh, "new", "rise"))
    result = pd.concat([result, own], axis=1).assign(
        reporters_after=test.reporters[tested, day],
        betweenness_before=np.nan,
        betweenness_after=np.nan,
        p_value=p,
        q_value=q,
        stands=q < level,
    )
    whole = checked(table, [*route], dates=[date])
    for when, places in result[result["stands"]].groupby("change_day"):
        for name, part in (
            ("before", whole[whole[date] < when]),
            ("after", whole[whole[date] >= when]),
        ):
            values = _betweenness(route_network(part, route, unknown))
            found = places["place"].map(values).fillna(0.0)
            result.loc[places.index, f"betweenness_{name}"] = found
    return result.sort_values(
        ["stands", "p_value"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _without_own_transits(
    rows: pd.DataFrame, route: tuple[str, str, str], reporter: str | None
) -> pd.DataFrame:
    """Return the rows; a transit through the reporter itself is emptied."""
    if reporter is None:
        return rows
    table = checked(rows, [*route, reporter])
    own = table[route[1]].astype(object) == table[reporter].astype(object)
    transit = table[route[1]].astype(object).mask(own)
    return rows.assign(**{route[1]: transit.to_numpy()})


def _betweenness(network: nx.DiGraph) -> pd.Series:
    """Return the betweenness of each place, 0 to 1."""
    import networkx as nx

    places = max(MOST_STEPS // max(network.number_of_edges(), 1), FEWEST_PLACES)
    sample = places if places < len(network) else None
    values = nx.betweenness_centrality(network, k=sample, weight="distance", seed=0)
    return pd.Series(values, dtype="float64")
