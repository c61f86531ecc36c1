"""What the tests of the charts share: awkward tables, one call of every chart, and measures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import isclose
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts import (
    Chart,
    bars,
    distribution,
    flows,
    heat_map,
    network,
    reliability_curve,
    route_map,
    small_multiples,
    targeting_curve,
    trend,
)

AWKWARD = (
    "US$ and A$ notes",
    "a_b_c^2 {x}",
    "Goods of a very long official name, as they stand in no list of commodities at all",
    "Averyveryverylongnamewithoutanyblankthatnobodycanbreakatagoodplacebutmustbebroken",
    "ท่าเรือกรุงเทพ",
    "ميناء",
    "Ünïcödé — “quotes” & <b>",
    "港口",
)
COUNTRIES = ("MX", "US", "NL", "FJ", "TV", "AU", "NZ", "TH")


def awkward(rows: int = 240, categories: int = 8) -> pd.DataFrame:
    """A table of seizures whose names are hard to draw; every column has a use."""
    names = [*AWKWARD, *(f"Category {number}" for number in range(9, categories + 1))][:categories]
    draw = np.random.default_rng(5)
    number = np.arange(rows)
    p = draw.beta(0.6, 4, rows)
    return pd.DataFrame(
        {
            "commodity": np.array(names, dtype=object)[number % categories],
            "location": np.array(AWKWARD[::-1], dtype=object)[number // 3 % len(AWKWARD)],
            "origin": np.array(COUNTRIES)[number % len(COUNTRIES)],
            "destination": np.array(COUNTRIES)[(number // 3 + 1) % len(COUNTRIES)],
            "seizure_date": pd.Timestamp("2026-01-05") + pd.to_timedelta(number % 300, unit="D"),
            "quantity_kg": np.round(draw.lognormal(0, 3, rows), 3) + 0.001,
            "p_illicit": p,
            "is_illicit": (draw.random(rows) < p) | (number == 0),
            "points": np.round(20 * p),
        }
    )


DRAW: dict[str, Callable[[pd.DataFrame], Chart]] = {
    "bars": lambda table: bars(table, "commodity", unit="seizure lines"),
    "bars of weight": lambda table: bars(table, "commodity", "quantity_kg"),
    "trend": lambda table: trend(table, "seizure_date", every="month", unit="seizure lines"),
    "trend of several": lambda table: trend(
        table, "seizure_date", series="commodity", every="month", unit="seizure lines"
    ),
    "small multiples": lambda table: small_multiples(
        table, "commodity", "seizure_date", every="month", unit="seizure lines"
    ),
    "heat map": lambda table: heat_map(table, "commodity", "location", unit="seizure lines"),
    "shares": lambda table: heat_map(
        table, "commodity", "origin", unit="seizure lines", share_of="row"
    ),
    "distribution": lambda table: distribution(table, "quantity_kg"),
    "boxes": lambda table: distribution(table, "quantity_kg", by="commodity"),
    "targeting": lambda table: targeting_curve(table, "is_illicit", ["p_illicit", "points"]),
    "reliability": lambda table: reliability_curve(table, "is_illicit", "p_illicit", bins=5),
    "flows": lambda table: flows(table, ["commodity", "origin", "location"], unit="seizure lines"),
    "network": lambda table: network(table, "origin", "commodity", unit="seizure lines"),
    "map": lambda table: route_map(table, "origin", "destination", unit="seizure lines"),
}
"""One call of every chart, for a table as `awkward` makes it."""


def texts_of(chart: Chart) -> list[Any]:
    """The texts that a reader sees: drawn, not empty, and at a tick only where it is shown."""
    from matplotlib.text import Text

    chart.draw_without_rendering()
    hidden: set[int] = set()
    for axes in chart.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                place = tick.get_loc()
                is_shown = low <= place <= high or isclose(place, low) or isclose(place, high)
                if not is_shown or not axes.axison:
                    hidden |= {id(tick.label1), id(tick.label2)}
            if not axis.get_visible() or not axes.axison:
                hidden |= {id(axis.label), id(axis.offsetText)}
    return [
        text
        for text in chart.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden
    ]


def outside(chart: Chart) -> list[str]:
    """Texts that the edge of the figure cuts."""
    width, height = chart.bbox.width, chart.bbox.height
    return [
        text.get_text()
        for text in texts_of(chart)
        for box in [text.get_window_extent()]
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def overlapping(chart: Chart) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than two pixels; slanted ones are left out."""
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in texts_of(chart)
        if text.get_rotation() % 90 == 0
    ]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
    ]


def notes_of(chart: Chart) -> str:
    """All the words outside of the axes."""
    return " ".join(" ".join(text.get_text().split()) for text in chart.texts)
