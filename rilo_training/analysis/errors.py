"""What goes wrong in an analysis, in a sentence for the analyst."""

from __future__ import annotations


class AnalysisError(ValueError):
    """A table or an option does not fit the question.

    Parameters
    ----------
    found : str
        What was found, as a sentence.
    expected : str
        What was expected, as a sentence.
    action : str
        What to do, as a sentence.
    """

    def __init__(self, found: str, expected: str, action: str) -> None:
        super().__init__(f"{found} {expected} {action}")
        self.found = found
        self.expected = expected
        self.action = action

    def __reduce__(self) -> tuple[type[AnalysisError], tuple[str, str, str]]:
        return type(self), (self.found, self.expected, self.action)
