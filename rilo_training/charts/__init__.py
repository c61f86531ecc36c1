"""Charts in one house style: the finding above, units on the axes, and a text for those who hear.

Each function takes a DataFrame and the names of its columns, and returns a
:class:`~rilo_training.charts.chart.Chart`: a Figure of matplotlib that carries its alt text. The
charts read in grey and with colour blindness. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rilo_training.charts.chart import Chart
    from rilo_training.charts.columns import ChartError
    from rilo_training.charts.curves import targeting_curve
    from rilo_training.charts.graphs import network
    from rilo_training.charts.handover import write_star
    from rilo_training.charts.matrices import heat_map
    from rilo_training.charts.panels import small_multiples
    from rilo_training.charts.rankings import bars
    from rilo_training.charts.reliability import reliability_curve
    from rilo_training.charts.routes import route_map
    from rilo_training.charts.star import star_tables
    from rilo_training.charts.streams import flows
    from rilo_training.charts.style import house_style
    from rilo_training.charts.tails import distribution
    from rilo_training.charts.trends import trend

_MODULES = {
    "Chart": "chart",
    "ChartError": "columns",
    "bars": "rankings",
    "distribution": "tails",
    "flows": "streams",
    "heat_map": "matrices",
    "house_style": "style",
    "network": "graphs",
    "reliability_curve": "reliability",
    "route_map": "routes",
    "small_multiples": "panels",
    "star_tables": "star",
    "targeting_curve": "curves",
    "trend": "trends",
    "write_star": "handover",
}

__all__ = [
    "Chart",
    "ChartError",
    "bars",
    "distribution",
    "flows",
    "heat_map",
    "house_style",
    "network",
    "reliability_curve",
    "route_map",
    "small_multiples",
    "star_tables",
    "targeting_curve",
    "trend",
    "write_star",
]


def __getattr__(name: str) -> object:
    """Import a function when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"The room charts has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
