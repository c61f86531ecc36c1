"""Whether every figure that a text quotes stands in an output of the notebook.

A figure may be rounded, written with thousands separators, as a share or in per cent, and in a
larger unit. Dates, years, times, ordinals, references ("Question 3", "HS 2939"), telephone
numbers and names with digits are no figures.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

MOST_CHARACTERS = 2_000_000  # of the outputs together: more was not printed for a reader

# "may" and "march" are words too: as months they have a capital.
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|(?-i:March|Mar|May)|apr(?:il)?|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_TO = r"\s*(?:-|–|—|to|and|until|/)\s*"
_PER_CENT = r"(?:%|per\s?cent\b|pct\b)"
_ONE_LABEL = (
    r"(?:question|page|section|part|step|table|figure|chart|cell|week|day|member|item|row"
    r"|annex|article|chapter|level|version|unit|competence|paragraph|point|note)"
)
_HS_LABEL = r"(?:hs(?:\s(?:code|heading|subheading)s?)?|(?:sub)?headings?|codes?)"
# What is no figure, in the order in which it is taken out of the text.
_NO_FIGURES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Addresses, and the numbers of telephones.
        r"[\w.+-]{1,64}@\S+|\bwww\.\S+",
        r"\b(?:tel|telephone|phone|mobile|fax|call)\b[.:]?\s*\+?[\d()\s./-]{5,}\d",
        r"\+\d[\d()\s./-]{5,}\d",
        r"\(0\d{1,4}\)[\d\s/-]{4,}\d|\b0\d{1,4}[ /-]\d{2,4}[ /-]?\d{3,4}\b",
        # Dates, times, and fractions such as 1/3.
        rf"\b{_YEAR}[-/.]\d\d?[-/.]\d\d?(?!\d)(?:[T ]\d\d?:\d\d(?::\d\d)?Z?)?",
        rf"\b\d\d?[-/.]\d\d?[-/.](?:{_YEAR}|\d\d)\b",
        rf"\b{_YEAR}-(?:0[1-9]|1[0-2]|Q[1-4])\b",
        rf"\b{_DAY}{_TO}{_DAY}\s(?:of\s)?{_MONTHS}(?:,?\s{_YEAR})?",
        rf"\b{_DAY}[\s-](?:of\s)?{_MONTHS}(?:[,\s-]+{_YEAR})?\b",
        rf"\b{_MONTHS}\s{_DAY}(?:{_TO}{_DAY})?\b(?!\s?{_PER_CENT})(?:,?\s{_YEAR})?(?![.,]?\d)",
        rf"\b{_MONTHS}\s{_YEAR}\b",
        r"\b\d\d?:\d\d(?::\d\d)?\b|\b\d\d?/\d\d?\b",
        # Ordinals, and numbers that name a thing.
        r"\b\d[\d,]{0,12}(?:st|nd|rd|th)\b",
        rf"\b{_HS_LABEL}\s+(?:no\.?\s?)?\d{{2,10}}(?:\.\d+)*\b"
        rf"(?:(?:,\s?|{_TO})\d{{4,10}}(?:\.\d\d)*\b(?!\s?(?:kg|g|cases)\b))*",
        rf"\b{_ONE_LABEL}s\s+\d+(?:(?:,\s|{_TO})\d+)*\b(?![.,]\d)",
        rf"\b{_ONE_LABEL}\s+\d+\b(?![.,]\d)|\bn[or]\.\s*\d+\b",
        r"#\d+|\u2116\s?\d+",
        # Names with digits: w1d1_90, C6, B2, MA-2939, participant_01.
        r"\b(?!(?:usd|eur|us)\d)[A-Za-z]\w*\d\w*(?:-\d+)*|\b[A-Za-z]+-\d+\b",
    )
]
_YEARS = re.compile(
    rf"\b{_YEAR}(?:{_TO}(?:{_YEAR}|\d\d))?\b(?![.,]\d)"
    rf"(?!\s?(?:{_PER_CENT}|(?:kg|g|t|tonnes?|tons?|litres?|pieces|tablets|sticks|kilograms?|grams?"
    r"|cases?|lines?|seizures?|records?|rows?|consignments?|parcels?|letters?|usd|dollars?"
    r"|thousand|million|billion)\b))",
    re.IGNORECASE,
)

_GROUPED = r"\d{1,3}(?:[,.'\u2019\u00a0\u2009\u202f ]\d{3})+"
_PLAIN = rf"(?:{_GROUPED}(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?|[.]\d+)"
_FIGURE = re.compile(
    rf"(?P<about>\b(?:about|around|approximately|roughly|nearly|almost|over|some|above|below|under"
    rf"|(?:more|less|fewer)\sthan|at\sleast|at\smost|up\sto)\s|[~\u2248<>]\s?)?"
    rf"(?<![\w.,])(?P<number>{_PLAIN})"
    rf"(?P<range>(?:\s?{_PER_CENT})?(?:\s?[-–]\s?|\s(?:to|and|or)\s){_PLAIN})?"
    rf"(?:\s?(?P<percent>{_PER_CENT})|[\s-]?(?P<scale>thousand|million|billion|bn|mn)\b"
    rf"|\s?(?P<short>[km])\b|\s?(?P<unit>kg|kilograms?|kilos?|tonnes?|tons?|t|km|litres?|l)\b)?",
    re.IGNORECASE,
)
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6}
_SCALES |= {"billion": 1e9, "bn": 1e9}
_PRINTED = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:[,.'\u2019\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)",
    re.IGNORECASE,
)
# Groups of three digits with spaces: in a printed table these may also be two columns.
_SPACED = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?!\d)")


@dataclass(frozen=True)
class _Figure:
    """A figure as it is written, and each number that it may mean with its last digit."""

    written: str
    readings: tuple[tuple[float, float], ...]
    percent: bool
    factors: tuple[float, ...]
    is_about: bool


def unsupported_figures(text: str, outputs: Iterable[str], allowed: str) -> list[str]:
    """Return the figures of a text that stand in no output.

    Parameters
    ----------
    text
        The written answer.
    outputs
        What the cells of the notebook printed, and other answers as text. Where they repeat
        the text itself, as ``print(reply)`` does, that part does not count.
    allowed
        The text of the task: the numbers in it may be quoted as they are.

    Returns
    -------
    list of str
        The figures as they are written, each once, in the order of the text.

    Examples
    --------
    >>> printed = ["cases 1234", "total 12345.64 kg", "share 0.4523"]
    >>> unsupported_figures("In 2026: 1,234 cases, 12.3 thousand kg, 45 %.", printed, "")
    []
    >>> unsupported_figures("In 2026: 1,243 cases, that is 54 %.", printed, "")
    ['1,243', '54 %']
    """
    quoted = _figures_in(text)
    if not quoted:
        return []
    numbers = sorted(_numbers_of(_without(text, outputs)))
    named = set(_numbers_of([allowed]))
    missing = [
        figure.written
        for figure in quoted
        if not any(value in named for value, _ in figure.readings)
        and not _is_supported(figure, numbers)
    ]
    return list(dict.fromkeys(missing))


def figures_note(missing: list[str]) -> str:
    """Return the sentence on figures that were not found; empty where there are none.

    Examples
    --------
    >>> figures_note(["54 %"])
    'Not found in an output of the notebook: 54 %. Compute the figure in a cell, or correct it.'
    """
    if not missing:
        return ""
    shown = "; ".join(missing[:8]) + (f"; and {len(missing) - 8} more" if missing[8:] else "")
    each = "the figure" if len(missing) == 1 else "each figure"
    them = "it" if len(missing) == 1 else "them"
    return (
        f"Not found in an output of the notebook: {shown}. "
        f"Compute {each} in a cell, or correct {them}."
    )


def _figures_in(text: str) -> list[_Figure]:
    for pattern in _NO_FIGURES:
        text = pattern.sub(" \u2022 ", text)  # a mark, so that what stands around stays apart
    text = _YEARS.sub(" \u2022 ", text)
    found = []
    for match in _FIGURE.finditer(text):
        if text[match.end() : match.end() + 1].isalpha():
            continue  # "3D", "24h" and the like
        parts = re.findall(_PLAIN, match["number"] + (match["range"] or ""))
        tail = text[match.end("range" if match["range"] else "number") : match.end()]
        for part in parts:
            found.append(
                _Figure(
                    written=f"{part}{tail}",
                    readings=tuple(_readings(part)),
                    percent=match["percent"] is not None,
                    factors=_factors(match),
                    is_about=match["about"] is not None,
                )
            )
    return found


def _factors(match: re.Match[str]) -> tuple[float, ...]:
    """Return by what a figure may be multiplied to give a number of an output."""
    scale = (match["scale"] or match["short"] or "").lower()
    unit = (match["unit"] or "").lower()
    factor = _SCALES.get(scale, 1.0)
    if unit.startswith("t"):
        return (factor, factor * 1e3, factor * 1e6)
    if unit:
        return (factor, factor * 1e3)
    # "12.3 thousand" may stand in the output of a table in thousands.
    return (factor, 1.0) if factor > 1 else (1.0,)


def _readings(written: str) -> list[tuple[float, float]]:
    """Return each number that a written one may mean, with the size of its last digit.

    "12.345" is twelve and a part for some readers and twelve thousand for others.

    Examples
    --------
    >>> _readings("1,234.5"), _readings("12.345")
    ([(1234.5, 0.1)], [(12.345, 0.001), (12345.0, 1.0)])
    """
    found = []
    marks = re.findall(r"[.,]", written)
    bare = re.sub(r"[^\d.,]", "", written)
    if not marks:
        found.append((float(bare), _last_digit(bare)))
        return found
    if len(marks) == 1:
        whole, _, part = re.sub(",", ".", bare).partition(".")
        value = float(f"{whole or '0'}.{part}")
        if not (marks[0] == "," and len(part) == 3 and whole.lstrip("0")):
            found.append((value, 10.0 ** -len(part)))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+", bare):
        digits = re.sub(r"[.,]", "", bare)
        found.append((float(digits), _last_digit(digits)))
    elif len(marks) > 1:
        whole, part = re.sub(r"[.,](?=.*[.,])", "", bare).replace(",", ".").split(".")
        found.append((float(f"{whole}.{part}"), 10.0 ** -len(part)))
    return found


def _last_digit(digits: str) -> float:
    """Return the size of the last digit that was meant: 12,000 is rounded to thousands.

    Two digits are always meant, so that 100 is not every number between 50 and 150.
    """
    zeros = len(digits) - len(digits.rstrip("0"))
    return 10.0 ** max(0, min(zeros, len(digits.lstrip("0")) - 2))


def _numbers_of(texts: Iterable[str]) -> Iterable[float]:
    """Give every number that stands in the texts, in each of its readings."""
    left = MOST_CHARACTERS
    for text in texts:
        part, left = text[: max(0, left)], left - len(text)
        for match in (*_PRINTED.finditer(part), *_SPACED.finditer(part)):
            if "e" in match[0].lower():
                yield float(match[0].replace(",", "."))
            else:
                yield from (value for value, _ in _readings(match[0]))


def _without(text: str, outputs: Iterable[str]) -> Iterable[str]:
    """Give the outputs without what repeats the text, however it was printed."""
    itself = " ".join(text.split())
    for output in outputs:
        flat = " ".join(output.replace("\\n", " ").replace("\\t", " ").split())
        yield flat.replace(itself, " ") if itself and itself in flat else output


def _is_supported(figure: _Figure, numbers: list[float]) -> bool:
    for value, digit in figure.readings:
        for factor in figure.factors:
            wanted, step = value * factor, digit * factor
            reach = _reach(wanted, step, figure.is_about)
            if _has(numbers, wanted, reach):
                return True
            # 45 % may be printed as 0.45, and a share of 0.45 as 45.
            if figure.percent and _has(numbers, wanted / 100, reach / 100):
                return True
            if not figure.percent and wanted < 1 and _has(numbers, wanted * 100, reach * 100):
                return True
    return False


def _reach(value: float, step: float, is_about: bool) -> float:
    """Return how far a number may be away: half of the last digit; after "about", of the first."""
    if is_about and value >= 10:
        size = 10.0 ** (len(f"{value:.0f}") - 1)
        step = size if value % size == 0 else step
    return step / 2


def _has(numbers: list[float], wanted: float, reach: float) -> bool:
    slack = reach + 1e-9 * max(1.0, wanted)
    position = bisect_left(numbers, wanted - slack)
    return position < len(numbers) and numbers[position] <= wanted + slack
