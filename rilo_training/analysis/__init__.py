"""What an analyst computes: fair comparison, routes, surveillance of counts, entities.

A function is imported with its libraries when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {"link_records": "rilo_training.analysis.linking.link"}

__all__ = ["link_records"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
