"""The words of estimation of the course: what each of them means in per cent.

The scale is the yardstick of PHIA (UK Cabinet Office); its gaps are deliberate. Confidence is
another thing than probability: it says how good the base of a judgement is, and has no range.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Term:
    """One word of estimation.

    Parameters
    ----------
    term
        The word: "highly likely".
    measures
        ``probability`` or ``confidence``.
    forms
        All forms of the word, the term first.
    lowest, highest
        The range in per cent, both ends included; None for a word of confidence.
    source
        Who defined it.
    """

    term: str
    measures: str
    forms: tuple[str, ...]
    lowest: float | None
    highest: float | None
    source: str


@cache
def estimation() -> tuple[Term, ...]:
    """Return the words of estimation, probability first, from the lowest to the highest.

    Examples
    --------
    >>> from rilo_training.codes.estimation import estimation
    >>> [(word.term, word.lowest, word.highest) for word in estimation()][4]
    ('likely', 55.0, 75.0)
    """
    with files(__package__).joinpath("estimation.csv").open(encoding="utf-8") as lines:
        return tuple(_term(row) for row in csv.DictReader(lines))


def estimation_markdown() -> str:
    """Return the table of the words of estimation that stands in the glossary."""
    lines = ["| word of estimation | measures | per cent |", "|---|---|---|"]
    for word in estimation():
        span = "no range" if word.lowest is None else f"{word.lowest:g} to {word.highest:g}"
        lines.append(f"| {', '.join(word.forms)} | {word.measures} | {span} |")
    return "\n".join(lines) + "\n"


def _term(row: dict[str, str]) -> Term:
    return Term(
        term=row["term"],
        measures=row["measures"],
        forms=(row["term"], *(form for form in row["also"].split(";") if form)),
        lowest=float(row["lowest"]) if row["lowest"] else None,
        highest=float(row["highest"]) if row["highest"] else None,
        source=row["source"],
    )
