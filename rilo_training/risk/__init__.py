"""Risk: transparent points, a glass-box model, and what inspections find.

Everything heavy is loaded when a name is used for the first time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rilo_training.risk.errors import RiskError

if TYPE_CHECKING:
    from rilo_training.risk.burden import burden_report
    from rilo_training.risk.calibration import calibration_report
    from rilo_training.risk.challenger import ChallengerModel
    from rilo_training.risk.drift import drift_report
    from rilo_training.risk.history import earlier_history
    from rilo_training.risk.indicators import (
        below_peers,
        far_from_peers,
        is_new,
        is_rare_together,
        past_find_rate,
        peer_distance,
    )
    from rilo_training.risk.model import RiskModel
    from rilo_training.risk.points import RiskPoints
    from rilo_training.risk.report import targeting_curve, targeting_report
    from rilo_training.risk.selection import chosen_by, select_for_inspection
    from rilo_training.risk.simulation import moved_traffic, simulate_inspections

_HOMES = {
    "ChallengerModel": "challenger",
    "RiskModel": "model",
    "RiskPoints": "points",
    "below_peers": "indicators",
    "burden_report": "burden",
    "calibration_report": "calibration",
    "chosen_by": "selection",
    "drift_report": "drift",
    "earlier_history": "history",
    "is_new": "indicators",
    "is_rare_together": "indicators",
    "far_from_peers": "indicators",
    "moved_traffic": "simulation",
    "past_find_rate": "indicators",
    "peer_distance": "indicators",
    "select_for_inspection": "selection",
    "simulate_inspections": "simulation",
    "targeting_curve": "report",
    "targeting_report": "report",
}

__all__ = [
    "ChallengerModel",
    "RiskError",
    "RiskModel",
    "RiskPoints",
    "below_peers",
    "burden_report",
    "calibration_report",
    "chosen_by",
    "drift_report",
    "earlier_history",
    "far_from_peers",
    "is_new",
    "is_rare_together",
    "moved_traffic",
    "past_find_rate",
    "peer_distance",
    "select_for_inspection",
    "simulate_inspections",
    "targeting_curve",
    "targeting_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"rilo_training.risk has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"rilo_training.risk.{_HOMES[name]}"), name)
