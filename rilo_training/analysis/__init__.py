"""The analyst's library: what a table of cases says, with its uncertainty.

Every function takes any DataFrame; columns are named by arguments, with the names of the
seizures table as defaults. Results are tables in tidy form. Nothing heavy is imported before a
function is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rilo_training.analysis.chance import benjamini_hochberg
    from rilo_training.analysis.comparison.change import change_interval, year_on_year
    from rilo_training.analysis.comparison.completion import complete_counts
    from rilo_training.analysis.comparison.contribution import contributions, sole_drivers
    from rilo_training.analysis.comparison.delay import delay_distribution, latest_complete_day
    from rilo_training.analysis.comparison.measure import measures
    from rilo_training.analysis.comparison.panel import panels
    from rilo_training.analysis.comparison.peer import larger_than_peers
    from rilo_training.analysis.comparison.rate import rates, wilson_interval
    from rilo_training.analysis.comparison.upload import batch_uploads
    from rilo_training.analysis.errors import AnalysisError, AnalysisWarning
    from rilo_training.analysis.linking.link import link_records
    from rilo_training.analysis.period import year_pair
    from rilo_training.analysis.routes.chain import changing_chains
    from rilo_training.analysis.routes.combination import over_represented
    from rilo_training.analysis.routes.displacement import displaced_routes, moved_labels
    from rilo_training.analysis.routes.flow import flows, legs
    from rilo_training.analysis.routes.indicator import indicators
    from rilo_training.analysis.routes.network import hub_changes, hubs, route_network
    from rilo_training.analysis.routes.share import share_changes
    from rilo_training.analysis.surveillance.shifts import detect_shifts
    from rilo_training.analysis.surveillance.surges import detect_surges
    from rilo_training.analysis.table import one_row_per_case

_HOME = {
    "AnalysisError": "errors",
    "AnalysisWarning": "errors",
    "batch_uploads": "comparison.upload",
    "benjamini_hochberg": "chance",
    "change_interval": "comparison.change",
    "changing_chains": "routes.chain",
    "complete_counts": "comparison.completion",
    "contributions": "comparison.contribution",
    "delay_distribution": "comparison.delay",
    "detect_shifts": "surveillance.shifts",
    "detect_surges": "surveillance.surges",
    "displaced_routes": "routes.displacement",
    "flows": "routes.flow",
    "hub_changes": "routes.network",
    "hubs": "routes.network",
    "indicators": "routes.indicator",
    "larger_than_peers": "comparison.peer",
    "latest_complete_day": "comparison.delay",
    "legs": "routes.flow",
    "link_records": "linking.link",
    "measures": "comparison.measure",
    "moved_labels": "routes.displacement",
    "one_row_per_case": "table",
    "over_represented": "routes.combination",
    "panels": "comparison.panel",
    "rates": "comparison.rate",
    "route_network": "routes.network",
    "share_changes": "routes.share",
    "sole_drivers": "comparison.contribution",
    "wilson_interval": "comparison.rate",
    "year_on_year": "comparison.change",
    "year_pair": "period",
}
__all__ = [
    "AnalysisError",
    "AnalysisWarning",
    "batch_uploads",
    "benjamini_hochberg",
    "change_interval",
    "changing_chains",
    "complete_counts",
    "contributions",
    "delay_distribution",
    "detect_shifts",
    "detect_surges",
    "displaced_routes",
    "flows",
    "hub_changes",
    "hubs",
    "indicators",
    "larger_than_peers",
    "latest_complete_day",
    "legs",
    "link_records",
    "measures",
    "moved_labels",
    "one_row_per_case",
    "over_represented",
    "panels",
    "rates",
    "route_network",
    "share_changes",
    "sole_drivers",
    "wilson_interval",
    "year_on_year",
    "year_pair",
]


def __getattr__(name: str) -> Any:
    """Return a public name, and import its module only now."""
    if name not in _HOME:
        raise AttributeError(
            f"rilo_training.analysis has no '{name}'. It has: {', '.join(__all__)}."
        )
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
