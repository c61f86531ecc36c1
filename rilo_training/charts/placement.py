"""Names beside the places of a map, where there is room for them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.letters import short_labels
from rilo_training.charts.style import DPI, INK, PAPER, SMALL_PT

_SPOTS: tuple[tuple[tuple[float, float], str, str], ...] = (
    ((6, 0), "left", "center"),
    ((-6, 0), "right", "center"),
    ((0, 6), "center", "bottom"),
    ((0, -6), "center", "top"),
    ((5, 5), "left", "bottom"),
    ((5, -5), "left", "top"),
    ((-5, 5), "right", "bottom"),
    ((-5, -5), "right", "top"),
    ((9, 12), "left", "bottom"),
    ((9, -12), "left", "top"),
)


def name_places(chart: Chart, axes: Any, ends: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """Write names beside the dots where there is room; return those without a name."""
    from matplotlib.patheffects import withStroke

    halo = withStroke(linewidth=2.5, foreground=PAPER)
    frame = axes.get_window_extent()
    dots = [axes.transData.transform((row.x, row.y)) for row in ends.itertuples()]
    taken: list[tuple[float, float, float, float]] = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
    unnamed = []
    for (x, y), place in zip(dots, ends["place"], strict=True):
        name = names.get(str(place), str(place))
        text = axes.annotate(
            short_labels(chart, [name], 1.6 * DPI, 1)[0],
            axes.transData.inverted().transform((x, y)),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=SMALL_PT,
            color=INK,
            path_effects=[halo],
            zorder=7,
        )
        for offset, ha, va in _SPOTS:
            text.set(ha=ha, va=va)
            text.xyann = offset
            box = text.get_window_extent()
            edges = (box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1)
            is_inside = frame.x0 < edges[0] and edges[2] < frame.x1
            is_inside = is_inside and frame.y0 < edges[1] and edges[3] < frame.y1
            if is_inside and not any(_overlap(edges, other) for other in taken):
                taken.append(edges)
                break
        else:
            text.remove()
            unnamed.append(name)
    chart.settle()
    return unnamed


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
