"""What is said when a table, an outcome or a wish cannot be used."""

from __future__ import annotations

from rilo_training.errors import GuidedError


class RiskError(GuidedError):
    """Something given to the risk room cannot be used."""
