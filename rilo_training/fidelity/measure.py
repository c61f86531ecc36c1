"""One property of a world: what was wanted, what was found, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A property of a world, as it stands in the report.

    Attributes
    ----------
    part : str
        The part of the report that it belongs to.
    name : str
        What is measured, in a few words.
    aim : str
        What was wanted, in words with numbers.
    found : str
        What was found.
    holds : bool or None
        Whether the aim is met; None when there is nothing to compare.
    """

    part: str
    name: str
    aim: str
    found: str
    holds: bool | None

    @property
    def word(self) -> str:
        """Return the plain word for the result.

        Examples
        --------
        >>> from rilo_training.fidelity.measure import Measure
        >>> Measure("Counts", "Members that report", "27", "27", True).word
        'within'
        """
        if self.holds is None:
            return "no aim"
        return "within" if self.holds else "outside"


def between(
    part: str, name: str, value: float, low: float, high: float, form: str = ".2f"
) -> Measure:
    """Return the measure of a number that must lie between two limits.

    Examples
    --------
    >>> from rilo_training.fidelity.measure import between
    >>> found = between("Weights", "Spread", 1.4, 1.0, 1.35)
    >>> found.aim, found.found, found.word
    ('1.00 to 1.35', '1.40', 'outside')
    """
    holds = bool(low <= value <= high)
    return Measure(part, name, f"{low:{form}} to {high:{form}}", f"{value:{form}}", holds)
