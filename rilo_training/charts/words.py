"""Numbers, shares, units and names of columns, as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

UNITS = {
    "kg": "kg",
    "g": "g",
    "usd": "USD",
    "eur": "EUR",
    "km": "km",
    "deg": "degrees",
    "days": "days",
    "day": "days",
    "hours": "hours",
    "weeks": "weeks",
    "months": "months",
    "litres": "litres",
    "ml": "ml",
    "percent": "%",
    "pct": "%",
    "points": "percentage points",
    "share": "share, from 0 to 1",
    "rate": "share, from 0 to 1",
    "probability": "probability, from 0 to 1",
    "cases": "number",
    "lines": "number",
    "rows": "number",
    "seizures": "number",
    "consignments": "number",
    "inspections": "number",
    "finds": "number",
    "count": "number",
    "counts": "number",
    "number": "number",
    "persons": "persons",
    "pieces": "pieces",
}
"""Units that the last word of a column's name tells."""

_OTHER_NAMES = {"degrees": ("deg",), "%": ("percent", "pct"), "days": ("day",)}
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def unit_of(column: str) -> str:
    """Return the unit that the name of a column tells, or "".

    Examples
    --------
    >>> from rilo_training.charts.words import unit_of
    >>> unit_of("gross_weight_kg"), unit_of("lag_days"), unit_of("p_illicit"), unit_of("quantity")
    ('kg', 'days', 'probability, from 0 to 1', '')
    """
    if column.startswith("p_"):
        return UNITS["probability"]
    return UNITS.get(re.split(r"[^A-Za-z]+", column)[-1].lower(), "")


def words_of(column: object, unit: str = "") -> str:
    """Return the name of a column as words, without the unit at its end.

    Examples
    --------
    >>> from rilo_training.charts.words import words_of
    >>> words_of("gross_weight_kg", "kg"), words_of("departure_country"), words_of("HS code")
    ('Gross weight', 'Departure country', 'HS code')
    """
    name = str(column)
    if name.startswith("p_"):
        return name  # a probability keeps the name that it has in a formula
    parts = [part for part in re.split(r"[_\s]+", name) if part]
    if len(parts) > 1 and parts[-1].lower() in {unit.lower(), *_OTHER_NAMES.get(unit, ())}:
        parts = parts[:-1]
    text = " ".join(parts) or name
    return text[:1].upper() + text[1:]


def axis_label(column: object, unit: str) -> str:
    """Return what stands at an axis: the name of the column and its unit.

    Examples
    --------
    >>> from rilo_training.charts.words import axis_label
    >>> axis_label("quantity_kg", "kg"), axis_label("cases", "number")
    ('Quantity (kg)', 'Cases (number)')
    >>> axis_label("cases", "cases")
    'Number of cases'
    """
    words = words_of(column, unit)
    if unit and words.lower() == unit.lower():
        return f"Number of {unit}"
    return f"{words} ({unit})" if unit else words


def number_text(value: float) -> str:
    """Return one number as people write it.

    Examples
    --------
    >>> from rilo_training.charts.words import number_text
    >>> number_text(1234), number_text(0.0456), number_text(2_350_000), number_text(-12.34)
    ('1,234', '0.0456', '2.35 million', '−12.3')
    """
    return number_texts([value])[0]


def number_texts(values: Iterable[float]) -> list[str]:
    """Return numbers that stand beside each other, with the same decimals and the same scale."""
    numbers = [float(value) for value in values]
    sizes = [abs(value) for value in numbers if math.isfinite(value)]
    largest = max(sizes, default=0.0)
    scale, word = next(((size, f" {name}") for size, name in _SCALES if largest >= size), (1.0, ""))
    if scale == 1.0 and all(value == round(value) for value in sizes):
        digits = 0
    else:
        digits = _digits(largest / scale)
    return [_one(value, scale, word, digits) for value in numbers]


def _digits(largest: float) -> int:
    """Return how many decimals leave three digits of the largest number."""
    if largest <= 0:
        return 0
    return min(9, max(0, 2 - math.floor(math.log10(largest))))


def _one(value: float, scale: float, word: str, digits: int) -> str:
    if not math.isfinite(value):
        return "not known"
    text = f"{abs(value) / scale:,.{digits}f}"
    sign = "−" if value < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{text}{word if value else ''}"


def is_bare(unit: str) -> bool:
    """Whether a number of this unit stands alone: a count, a share or a probability."""
    return unit in ("", "number") or unit.startswith(("share", "probability"))


def with_unit(number: float, unit: str) -> str:
    """Return a number with its unit, where it has one that is said.

    Examples
    --------
    >>> from rilo_training.charts.words import with_unit
    >>> with_unit(1200, "kg"), with_unit(12, "number"), with_unit(1, "seizure lines")
    ('1,200 kg', '12', '1 seizure line')
    """
    if is_bare(unit):
        return number_text(number)
    return f"{number_text(number)} {_of_one(unit) if number == 1 else unit}"


def _of_one(unit: str) -> str:
    """Return the unit of one thing: a seizure line, a country."""
    if unit.endswith("ies"):
        return f"{unit[:-3]}y"
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit


def share_text(share: float) -> str:
    """Return a share from 0 to 1 in per cent.

    Examples
    --------
    >>> from rilo_training.charts.words import share_text
    >>> share_text(0.2249), share_text(0.004), share_text(1.0), share_text(0.0001)
    ('22 %', '0.4 %', '100 %', 'less than 0.1 %')
    """
    if not math.isfinite(share):
        return "not known"
    if 0 < abs(share) < 0.001:
        return "less than 0.1 %"
    if 0.99 <= abs(share) < 1:
        return f"{math.floor(share * 1000) / 10:.1f} %"
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.01 else f"{100 * share:.0f} %"


def size_text(value: float, unit: str) -> str:
    """Return a size with the unit that people would choose.

    Examples
    --------
    >>> from rilo_training.charts.words import size_text
    >>> size_text(0.001, "kg"), size_text(1000, "kg"), size_text(1e4, "USD"), size_text(5, "days")
    ('1 g', '1 t', '10 thousand USD', '5 days')
    """
    if unit in ("kg", "g"):
        grams = value * (1000 if unit == "kg" else 1)
        if grams < 1:
            return f"{grams * 1000:.3g} mg"
        if grams < 1000:
            return f"{grams:.3g} g"
        kilograms = grams / 1000
        if kilograms < 1000:
            return f"{kilograms:.3g} kg"
        return f"{_short(kilograms / 1000)} t"
    text = _short(value)
    return text if unit in ("", "number") or unit.startswith("share") else f"{text} {unit}"


def _short(value: float) -> str:
    steps = [(1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand")]
    for size, word in steps:
        if abs(value) >= size:
            return f"{value / size:.3g}{word}"
    return f"{value:.3g}"


def listed(words: Sequence[str], most: int = 6) -> str:
    """Return words as a list in a sentence; what is too many is counted.

    Examples
    --------
    >>> from rilo_training.charts.words import listed
    >>> listed(["A", "B", "C"]), listed(["A", "B", "C"], 2)
    ('A, B and C', 'A, B and 1 more')
    """
    shown = list(words[:most])
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> from rilo_training.charts.words import counted
    >>> counted(1, "row"), counted(1200, "row"), counted(3, "country", "countries")
    ('1 row', '1,200 rows', '3 countries')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def tick_text(number: float) -> str:
    """Return a number at an axis.

    Examples
    --------
    >>> from rilo_training.charts.words import tick_text
    >>> tick_text(1500.0), tick_text(0.25), tick_text(2e6)
    ('1,500', '0.25', '2 million')
    """
    if abs(number) >= 1e6:
        return f"{number / 1e6:,g} million".replace("-", "−")
    return f"{number:,.12g}".replace("-", "−")


def lower_first(words: str) -> str:
    """Return words as they stand inside a sentence; an abbreviation keeps its capitals.

    Examples
    --------
    >>> from rilo_training.charts.words import lower_first
    >>> lower_first("Departure country"), lower_first("HS code")
    ('departure country', 'HS code')
    """
    return words if words[:2].isupper() else words[:1].lower() + words[1:]
