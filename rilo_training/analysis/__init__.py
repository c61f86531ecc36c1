"""The analyst's library: what a table of seizures says, with its uncertainty.

The functions are imported when they are first used, so that the room itself is quick to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rilo_training.analysis.errors import AnalysisError
    from rilo_training.analysis.surveillance.shifts import detect_shifts
    from rilo_training.analysis.surveillance.surges import detect_surges

_HOME = {
    "AnalysisError": "errors",
    "detect_shifts": "surveillance.shifts",
    "detect_surges": "surveillance.surges",
}

__all__ = ["AnalysisError", "detect_shifts", "detect_surges"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
