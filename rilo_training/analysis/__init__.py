"""Fair comparison, routes and networks: what an analyst asks of a table of cases.

Every function takes any DataFrame; columns are named by arguments, with the names of the
seizures table as defaults. Results are tables in tidy form. Nothing heavy is imported before a
function is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rilo_training.analysis.chain import changing_chains
    from rilo_training.analysis.chance import benjamini_hochberg
    from rilo_training.analysis.change import change_interval, year_on_year
    from rilo_training.analysis.combination import over_represented
    from rilo_training.analysis.completion import complete_counts
    from rilo_training.analysis.contribution import contributions, sole_drivers
    from rilo_training.analysis.delay import delay_distribution, latest_complete_day
    from rilo_training.analysis.displacement import displaced_routes, moved_labels
    from rilo_training.analysis.errors import AnalysisError
    from rilo_training.analysis.flow import flows, legs
    from rilo_training.analysis.indicator import indicators
    from rilo_training.analysis.measure import measures
    from rilo_training.analysis.network import hub_changes, hubs, route_network
    from rilo_training.analysis.panel import panels
    from rilo_training.analysis.peer import larger_than_peers
    from rilo_training.analysis.period import year_pair
    from rilo_training.analysis.rate import rates, wilson_interval
    from rilo_training.analysis.share import share_changes
    from rilo_training.analysis.table import one_row_per_case
    from rilo_training.analysis.upload import batch_uploads

MODULES = {
    "AnalysisError": "errors",
    "batch_uploads": "upload",
    "benjamini_hochberg": "chance",
    "change_interval": "change",
    "changing_chains": "chain",
    "complete_counts": "completion",
    "contributions": "contribution",
    "delay_distribution": "delay",
    "displaced_routes": "displacement",
    "flows": "flow",
    "hub_changes": "network",
    "hubs": "network",
    "indicators": "indicator",
    "larger_than_peers": "peer",
    "latest_complete_day": "delay",
    "legs": "flow",
    "measures": "measure",
    "moved_labels": "displacement",
    "one_row_per_case": "table",
    "over_represented": "combination",
    "panels": "panel",
    "rates": "rate",
    "route_network": "network",
    "share_changes": "share",
    "sole_drivers": "contribution",
    "wilson_interval": "rate",
    "year_on_year": "change",
    "year_pair": "period",
}
"""The module of each public name."""

__all__ = [
    "AnalysisError",
    "batch_uploads",
    "benjamini_hochberg",
    "change_interval",
    "changing_chains",
    "complete_counts",
    "contributions",
    "delay_distribution",
    "displaced_routes",
    "flows",
    "hub_changes",
    "hubs",
    "indicators",
    "larger_than_peers",
    "latest_complete_day",
    "legs",
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
    if name not in MODULES:
        raise AttributeError(
            f"rilo_training.analysis has no '{name}'. It has: {', '.join(__all__)}."
        )
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
