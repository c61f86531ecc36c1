"""A map of routes with the Pacific in the middle. It needs no network."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.extent import STRETCH, around, height_in
from rilo_training.charts.geography import (
    OPINION,
    SOURCE,
    country_names,
    great_circle,
    places,
    world,
)
from rilo_training.charts.placement import name_places
from rilo_training.charts.style import INK, PAPER, SERIES, in_house_style
from rilo_training.charts.words import (
    axis_label,
    counted,
    listed,
    number_texts,
    share_text,
    with_unit,
)

LAND, SEA, BORDER = "#dcdcd6", "#f3f7fa", "#ffffff"


@in_house_style
def route_map(
    table: pd.DataFrame,
    origin: str,
    destination: str,
    value: str | None = None,
    *,
    via: str | None = None,
    unit: str | None = None,
    top: int = 20,
    highlight: str | None = None,
    extent: tuple[float, float, float, float] | None = None,
    extra_places: pd.DataFrame | None = None,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return a map of the largest routes, each as the shortest way over the globe.

    Routes across the Pacific are one line here, and not two halves at the edges of the paper.
    A route is a pair of places in the records; the line is not the way that a ship took.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows to count, or values to add up.
    origin, destination : str
        Columns of codes: ISO 3166 alpha-2 of countries (or their names in the code list), IATA of
        airports, UN/LOCODE of ports.
    value : str, optional
        Column of numbers, 0 or more. Without it, rows are counted.
    via : str, optional
        Column of transit places: such a row is two lines, to the transit place and from it.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    top : int
        How many lines are shown, the largest.
    highlight : str, optional
        Code whose lines are dark. Without it, where the largest route begins.
    extent : tuple of four floats, optional
        West, east, south and north in degrees; east of 180 degrees count on (190 is 170 west).
        Without it, the map shows what the lines need.
    extra_places : pandas.DataFrame, optional
        ``place``, ``latitude_deg``, ``longitude_deg`` of codes that are not in the lists.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes in degrees. The sentence on boundaries and names always stands below.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, or no row has two known places.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import route_map
    >>> cases = pd.DataFrame({"departure": ["MX", "MX", "TH"], "destination": ["AU", "AU", "NZ"]})
    >>> route_map(cases, "departure", "destination", unit="cases").get_suptitle()
    'Mexico to Australia is the largest route: 2 cases, 67 % of all'
    """
    rows = required(table, origin, destination, via, value)
    known = places(extra_places)
    shown_unit = (unit or "rows") if value is None else known_unit(value, unit)
    legs, whole, gone = _legs(rows, origin, destination, via, value, known)
    shown = legs.head(several(top, "top"))
    dark = highlight or str(legs["start"].iloc[0])
    if highlight is not None and not (legs[["start", "end"]] == highlight).any(axis=None):
        raise ChartError(f"No route begins or ends at {highlight!r}. Correct highlight.")
    pairs = zip(shown["start"], shown["end"], strict=True)
    lines = [great_circle(known[str(start)], known[str(end)]) for start, end in pairs]
    edges = extent or around(lines)
    chart = Chart(height_in(edges) + 0.1)
    axes = chart.subplots()
    _draw_world(axes, edges)
    _draw_routes(axes, shown, lines, dark)
    ends = _draw_ends(axes, shown, known, dark)
    names = country_names()
    what = axis_label(value, shown_unit) if value else f"Number of {shown_unit}"
    finding = _finding(legs, names, shown_unit, whole, via)
    hidden = len(legs) - len(shown)
    left_out = counted(hidden, "more route")
    words = {
        "title": title or finding,
        "subtitle": subtitle
        or f"Width of a line: {what[:1].lower() + what[1:]}; dark: {names.get(dark, dark)}",
        "alt_text": alt_text or _alt_text(shown, names, finding, what),
    }
    notes = [
        note,
        f"Not shown: {left_out} with smaller sums." if hidden > 0 else "",
        f"{counted(gone, 'row')} without a known place left out." if gone else "",
        "A line joins two places in the records; it is not the way that was taken.",
        f"{OPINION} {SOURCE}",
    ]
    chart.dress(**words, notes=notes)
    unnamed = name_places(chart, axes, ends, names)
    if unnamed:
        chart.dress(**words, notes=[f"Without a name on the map: {listed(unnamed, 12)}.", *notes])
    return chart


def _legs(
    rows: pd.DataFrame,
    origin: str,
    destination: str,
    via: str | None,
    value: str | None,
    known: dict[str, tuple[float, float]],
) -> tuple[pd.DataFrame, float, int]:
    """Return the sums of the lines, largest first; the sum of all rows; and the rows left out."""
    amounts = pd.Series(1.0, index=rows.index) if value is None else numbers(rows, value)
    if (amounts < 0).any():
        raise ChartError(f"The column {value!r} holds numbers below 0. Expected are 0 or more.")
    ends = pd.DataFrame({"start": labels(rows[origin]), "end": labels(rows[destination])})
    ends["amount"] = amounts
    is_known = ends["start"].isin(known) & ends["end"].isin(known) & amounts.notna()
    found = ends[is_known & (ends["start"] != ends["end"])]
    if via is not None:
        middle = labels(rows[via]).loc[found.index]
        passes = middle.isin(known) & (middle != found["start"]) & (middle != found["end"])
        first = found[passes].assign(end=middle[passes])
        second = found[passes].assign(start=middle[passes])
        found = pd.concat([found[~passes], first, second])
    sums = found.groupby(["start", "end"])["amount"].sum().reset_index()
    sums = sums[sums["amount"] > 0].sort_values("amount", ascending=False, kind="stable")
    if sums.empty:
        unknown = [str(name) for name in ends.loc[~is_known, "start"].unique()[:5]]
        raise ChartError(
            f"No row leads from one known place to another. Found: {listed(unknown) or 'no way'}. "
            "Expected are ISO 3166 alpha-2 codes, IATA codes or UN/LOCODEs; give others with "
            "extra_places."
        )
    return sums.reset_index(drop=True), float(amounts.sum()), int((~is_known).sum())


def _draw_world(axes: Any, edges: tuple[float, float, float, float]) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    found = world()
    land = Path.make_compound_path(*(Path(ring, closed=True) for ring in found.rings))
    # As artists: the limits are set below, and to look for them in every curve takes seconds.
    axes.add_artist(PathPatch(land, facecolor=LAND, edgecolor=LAND, linewidth=0.4, zorder=0))
    axes.add_artist(LineCollection(found.boundaries, colors=BORDER, linewidths=0.7, zorder=1))
    axes.set_facecolor(SEA)
    axes.set_xlim(edges[0], edges[1])
    axes.set_ylim(edges[2], edges[3])
    axes.set_aspect(STRETCH)
    axes.set_xlabel("Longitude (degrees east)", visible=False)
    axes.set_ylabel("Latitude (degrees north)", visible=False)
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    axes.spines[:].set_visible(False)


def _draw_routes(axes: Any, shown: pd.DataFrame, lines: list[list[Any]], dark: str) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import FancyArrowPatch

    largest = float(shown["amount"].max())
    for leg, line in reversed(list(zip(shown.itertuples(), lines, strict=True))):
        is_dark = dark in (leg.start, leg.end)
        colour = SERIES[0] if is_dark else "#5f8fbf"
        width = 0.9 + 3.8 * float(leg.amount) / largest
        order = 4 if is_dark else 3
        axes.add_artist(
            LineCollection(line, colors=PAPER, linewidths=width + 1.2, zorder=order, alpha=0.7)
        )
        axes.add_artist(LineCollection(line, colors=colour, linewidths=width, zorder=order))
        longest = max(line, key=len)
        middle = round(0.55 * (len(longest) - 1))
        if len(longest) > 8:
            axes.add_artist(
                FancyArrowPatch(
                    tuple(longest[middle - 2]),
                    tuple(longest[middle + 2]),
                    arrowstyle="-|>",
                    mutation_scale=11 + 2.2 * width,
                    color=colour,
                    linewidth=0,
                    shrinkA=0,
                    shrinkB=0,
                    zorder=order,
                )
            )


def _draw_ends(
    axes: Any, shown: pd.DataFrame, known: dict[str, tuple[float, float]], dark: str
) -> pd.DataFrame:
    """Draw a dot at each place, and return the places with their sums, largest first."""
    sums = pd.concat([shown.groupby("start")["amount"].sum(), shown.groupby("end")["amount"].sum()])
    sums = sums.groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sums.index]
    ends = pd.DataFrame([known[name] for name in names], columns=["x", "y"]).assign(place=names)
    axes.scatter(
        ends["x"],
        ends["y"],
        s=22,
        color=[SERIES[1] if name == dark else INK for name in ends["place"]],
        edgecolor=PAPER,
        linewidth=0.8,
        zorder=6,
    )
    return ends


def _way(leg: Any, names: dict[str, str]) -> str:
    return f"{names.get(leg.start, leg.start)} to {names.get(leg.end, leg.end)}"


def _finding(
    legs: pd.DataFrame, names: dict[str, str], unit: str, whole: float, via: str | None
) -> str:
    largest = float(legs["amount"].max())
    kind = "route" if via is None else "leg"
    share = share_text(largest / whole) if whole else ""
    size = with_unit(largest, unit)
    return f"{_way(next(legs.itertuples()), names)} is the largest {kind}: {size}, {share} of all"


def _alt_text(shown: pd.DataFrame, names: dict[str, str], finding: str, what: str) -> str:
    told = [
        f"{_way(leg, names)} {size}"
        for leg, size in zip(shown.itertuples(), number_texts(shown["amount"]), strict=True)
    ]
    return (
        f"Map of {counted(len(shown), 'route')} with the Pacific in the middle. {what}. "
        f"{finding}. Largest: {'; '.join(told[:8])}."
    )
