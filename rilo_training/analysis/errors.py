"""What goes wrong in an analysis, in a sentence for the analyst."""

from __future__ import annotations

from rilo_training.errors import GuidedError


class AnalysisError(GuidedError):
    """A table or an option does not fit the question."""


class AnalysisWarning(UserWarning):
    """Something was left out of an analysis, and the rest was done."""
