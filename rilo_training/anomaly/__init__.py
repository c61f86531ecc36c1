"""Unusual records with reasons, in tables of mixed columns that nobody here has seen.

`AnomalyModel` is what an analyst calls. Higher scores are more unusual, everywhere. Nothing heavy
is imported before the model is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rilo_training.anomaly.columns import AnomalyError
    from rilo_training.anomaly.model import AnomalyModel

__all__ = ["AnomalyError", "AnomalyModel"]


def __getattr__(name: str) -> Any:
    if name == "AnomalyModel":
        from rilo_training.anomaly.model import AnomalyModel

        return AnomalyModel
    if name == "AnomalyError":
        from rilo_training.anomaly.columns import AnomalyError

        return AnomalyError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
