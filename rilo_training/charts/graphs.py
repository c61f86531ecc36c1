"""Networks: who is linked with whom, and who links the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.letters import short_labels, width_px
from rilo_training.charts.style import (
    DPI,
    INK,
    PAPER,
    QUIET,
    SERIES,
    SMALL_PT,
    in_house_style,
)
from rilo_training.charts.words import axis_label, counted, listed, number_texts, with_unit

MOST_LINKS = 60
"""More arrows cannot be followed."""
_LINE_PX = SMALL_PT * DPI / 72 * 1.3


@in_house_style
def network(
    table: pd.DataFrame,
    source: str,
    target: str,
    value: str | None = None,
    *,
    unit: str | None = None,
    top: int = 20,
    highlight: str | None = None,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return a network of places or parties, with its hub in the dark colour.

    A list of pairs hides who links the others. In a network the hub stands in the middle, and an
    arrow says the direction. Places in the picture are not places on a map.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per link or more: rows to count, or values to add up.
    source, target : str
        Columns of the two ends; the arrow runs from the first to the second.
    value : str, optional
        Column of numbers, 0 or more. Without it, rows are counted.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    top : int
        How many nodes are shown, those with the largest sums; at most 30.
    highlight : str, optional
        Node in the dark colour. Without it, the one with the most partners.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes; the area of a node and the width of an arrow are their values.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, no link has two ends, or the unit is not
        known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import network
    >>> legs = pd.DataFrame({"source": ["TH", "MY", "VN"], "target": ["AE", "AE", "AE"]})
    >>> network(legs, "source", "target", unit="cases").get_suptitle()
    'AE has the most partners: 3 of 3, with 3 cases'
    """
    import networkx

    rows = required(table, source, target, value)
    shown_unit = (unit or "rows") if value is None else known_unit(value, unit)
    links, without = _links(rows, source, target, value)
    strengths = pd.concat(
        [links.groupby("source")["amount"].sum(), links.groupby("target")["amount"].sum()]
    )
    strengths = strengths.groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    kept = [str(name) for name in strengths.index[: min(several(top, "top"), 30)]]
    if highlight is not None and highlight not in strengths.index:
        raise ChartError(f"No node has the name {highlight!r}. Correct the name in highlight.")
    if highlight is not None and highlight not in kept:
        kept[-1] = highlight
    between = links[links["source"].isin(kept) & links["target"].isin(kept)]
    graph = networkx.DiGraph()
    graph.add_nodes_from(kept)
    graph.add_weighted_edges_from(between.itertuples(index=False, name=None))
    partners = {name: len({*graph.predecessors(name), *graph.successors(name)}) for name in kept}
    hub = highlight or max(kept, key=lambda name: (partners[name], strengths[name]))
    shown = between.tail(MOST_LINKS)
    graph = graph.edge_subgraph(shown[["source", "target"]].itertuples(index=False, name=None))
    chart = Chart(4.6)
    axes = chart.subplots()
    axes.set_axis_off()
    places, sizes = _place(chart, graph, strengths)
    _draw(chart, axes, graph, places, sizes, hub)
    hidden, thin = len(strengths) - len(graph), len(between) - len(shown)
    what = axis_label(value, shown_unit) if value else f"number of {shown_unit}"
    size = with_unit(float(strengths[hub]), shown_unit)
    finding = f"{hub} has the most partners: {partners[hub]} of {len(kept) - 1}, with {size}"
    if highlight is not None:
        finding = f"{hub} has {counted(partners[hub], 'partner')} here, with {size}"
    chart.dress(
        title=title or finding,
        subtitle=subtitle or f"Area of a node and width of an arrow: {what}",
        notes=[
            note,
            f"Not shown: {counted(hidden, 'more node')} with smaller sums." if hidden else "",
            f"Not drawn: {counted(thin, 'smaller link')} between these nodes." if thin else "",
            f"{counted(without, 'row')} without an end or a value left out." if without else "",
        ],
        alt_text=alt_text or _alt_text(shown, partners, finding, what),
    )
    return chart


def _links(
    rows: pd.DataFrame, source: str, target: str, value: str | None
) -> tuple[pd.DataFrame, int]:
    """Return the sum of each link, and how many rows have none."""
    if source == target:
        raise ChartError(f"Both ends are the column {source!r}. Give two different columns.")
    amounts = pd.Series(1.0, index=rows.index) if value is None else numbers(rows, value)
    if (amounts < 0).any():
        raise ChartError(f"The column {value!r} holds numbers below 0. Expected are 0 or more.")
    has_both = rows[source].notna() & rows[target].notna() & amounts.notna()
    links = pd.DataFrame(
        {"source": labels(rows[source]), "target": labels(rows[target]), "amount": amounts}
    )[has_both]
    sums = links.groupby(["source", "target"], sort=False)["amount"].sum().reset_index()
    sums = sums[(sums["amount"] > 0) & (sums["source"] != sums["target"])]
    if sums.empty:
        raise ChartError(
            f"No row links two different ends in {source!r} and {target!r}. Look at the columns."
        )
    return sums.sort_values(["amount", "source", "target"]), int((~has_both).sum())


def _place(
    chart: Chart, graph: Any, strengths: pd.Series[float]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the place of each node in pixels, so that no name covers another, and its radius."""
    import networkx

    wide, high = chart.room_px, 4.5 * DPI
    largest = float(strengths[list(graph)].max())
    sizes = {str(name): 4 + 17 * float(np.sqrt(strengths[name] / largest)) for name in graph}
    start = networkx.circular_layout(sorted(graph))
    joined = graph.to_undirected()
    heads = [max(part, key=lambda name: strengths[name]) for part in _parts(joined)]
    joined.add_edges_from((heads[0], head) for head in heads[1:])  # so that parts stay near
    found = networkx.spring_layout(
        joined,
        pos=start,
        k=1.6 / np.sqrt(len(graph)),
        seed=0,
        iterations=300,
        weight=None,
    )
    points = np.array([found[name] for name in graph])
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    span[span == 0] = 1.0
    names = short_labels(chart, [str(name) for name in graph], 1.2 * DPI)
    lines = [text.split("\n") for text in names]
    half = np.array(
        [
            [
                max(sizes[str(name)], *(width_px(chart, line, SMALL_PT) / 2 for line in text)) + 6,
                sizes[str(name)] + (len(text) * _LINE_PX) / 2 + 3,
            ]
            for name, text in zip(graph, lines, strict=True)
        ]
    )
    room = np.array([wide, high]) - 2 * half.max(axis=0)
    points = half.max(axis=0) + (points - low) / span * room
    for _ in range(400):
        moved = _push_apart(points, half)
        np.clip(points, half, np.array([wide, high]) - half, out=points)
        if not moved:
            break
    places = {}
    for name, point, text in zip(graph, points, names, strict=True):
        # The name stands under the node; both together are centred on the point.
        places[str(name)] = (point[0], point[1] + (text.count("\n") + 1) * _LINE_PX / 2, text)
    return places, sizes


def _parts(graph: Any) -> list[list[str]]:
    """Return the nodes of each part that hangs together, in one order."""
    import networkx

    return sorted(sorted(part) for part in networkx.connected_components(graph))


def _push_apart(points: Any, half: Any) -> bool:
    """Move boxes that overlap away from each other, along the shorter way."""
    moved = False
    for one in range(len(points)):
        for other in range(one + 1, len(points)):
            apart = points[other] - points[one]
            overlap = half[one] + half[other] - np.abs(apart)
            if (overlap > 0.5).all():
                axis = int(np.argmin(overlap / (half[one] + half[other])))
                step = overlap[axis] / 2 * (1.0 if apart[axis] >= 0 else -1.0)
                points[one][axis] -= step
                points[other][axis] += step
                moved = True
    return moved


def _draw(
    chart: Chart,
    axes: Any,
    graph: Any,
    places: dict[str, Any],
    sizes: dict[str, float],
    hub: str,
) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.set_xlim(0, chart.room_px)
    axes.set_ylim(0, 4.5 * DPI)
    points_of_px = 72 / DPI
    largest = max(amount for _, _, amount in graph.edges(data="weight"))
    for start, end, amount in graph.edges(data="weight"):
        is_of_hub = hub in (start, end)
        axes.add_patch(
            FancyArrowPatch(
                places[start][:2],
                places[end][:2],
                connectionstyle="arc3,rad=0.12",
                arrowstyle="-|>",
                mutation_scale=8 + 4 * float(np.sqrt(amount / largest)),
                shrinkA=sizes[start] * points_of_px,
                shrinkB=sizes[end] * points_of_px + 1,
                linewidth=0.6 + 4.4 * amount / largest,
                color=SERIES[0] if is_of_hub else QUIET,
                alpha=0.85 if is_of_hub else 0.6,
                zorder=2 if is_of_hub else 1,
            )
        )
    axes.scatter(
        [places[name][0] for name in graph],
        [places[name][1] for name in graph],
        s=[(2 * sizes[name] * points_of_px) ** 2 for name in graph],
        color=[SERIES[1] if name == hub else "#5f8fbf" for name in graph],
        edgecolor=PAPER,
        linewidth=1.0,
        zorder=3,
    )
    for name in graph:
        x, y, text = places[name]
        axes.annotate(
            text,
            (x, y),
            xytext=(0, -sizes[name] * points_of_px - 1),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL_PT,
            fontweight="bold" if name == hub else "normal",
            color=INK,
            zorder=4,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 0.5},
        )


def _alt_text(shown: pd.DataFrame, partners: dict[str, int], finding: str, what: str) -> str:
    strongest = shown.sort_values("amount", ascending=False, kind="stable").head(5)
    told = [
        f"{row.source} to {row.target} {size}"
        for row, size in zip(
            strongest.itertuples(index=False), number_texts(strongest["amount"]), strict=True
        )
    ]
    most = sorted(partners, key=lambda name: -partners[name])[:3]
    return (
        f"Network of {counted(len(partners), 'node')} and {counted(len(shown), 'link')}, "
        f"by {what}. {finding}. Most partners: {listed(most)}. Strongest links: {'; '.join(told)}."
    )
