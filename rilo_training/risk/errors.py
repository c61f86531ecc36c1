"""What is said when a table, an outcome or a wish cannot be used."""

from __future__ import annotations


class RiskError(ValueError):
    """Something given to the risk room cannot be used.

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
    >>> from rilo_training.risk import RiskError
    >>> str(RiskError("The table is empty.", "Rows were expected.", "Check the filter."))
    'The table is empty. Rows were expected. Check the filter.'
    """

    def __init__(self, found: str, expected: str, action: str) -> None:
        super().__init__(f"{found} {expected} {action}")
        self.found = found
        self.expected = expected
        self.action = action

    def __reduce__(self) -> tuple[type[RiskError], tuple[str, str, str]]:
        return type(self), (self.found, self.expected, self.action)
