"""The form of an error of the library: what was found, what was expected, what to do."""

from __future__ import annotations


class GuidedError(ValueError):
    """Something cannot be done with what was given. Each room has a kind of its own.

    Parameters
    ----------
    found : str
        What was found, as a sentence.
    expected : str
        What was expected, as a sentence.
    action : str
        What to do, as a sentence.

    Examples
    --------
    >>> from rilo_training.errors import GuidedError
    >>> str(GuidedError("The table is empty.", "Rows were expected.", "Check the filter."))
    'The table is empty. Rows were expected. Check the filter.'
    """

    def __init__(self, found: str, expected: str, action: str) -> None:
        super().__init__(f"{found} {expected} {action}")
        self.found = found
        self.expected = expected
        self.action = action

    def __reduce__(self) -> tuple[type[GuidedError], tuple[str, str, str]]:
        return type(self), (self.found, self.expected, self.action)
