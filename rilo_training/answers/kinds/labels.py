"""When two values are the same value, written in two ways.

A fair examiner reads what is meant, and not the container:

- outer spaces do not count, and a letter with an accent may be one character or two;
- ``3.0``, ``3`` and, as a label, the text ``"3"`` are one label, ``True`` is ``1``;
  ``"03"`` is another label than ``"3"``, because a code may begin with a nought;
- a day is a day, as a date, a Timestamp or a text, and midnight in any zone is the day of that
  zone. Another time of day with a zone is that instant, in whichever zone it is written;
- a month, a quarter or a year may be written as its first days or as its last days, when all
  values of an answer are written so;
- an empty value (None, NaN, NaT, NA) equals an empty value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d(?::\d\d)?))?)?"
)
_WHOLE = re.compile(r"-?[1-9][0-9]{0,17}|0")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ONE_DAY = dt.timedelta(days=1)


def normal_value(value: Any) -> Any:
    """Return a value in its normal form; a text stays a text.

    Examples
    --------
    >>> normal_value(3.0), normal_value(0.1 + 0.2), normal_value(" x ")
    (3, 0.3, 'x')
    >>> normal_value("2026-01-31T08:00:00+08:00"), normal_value("2026-01-31 00:00:00")
    ('2026-01-31', '2026-01-31')
    """
    if isinstance(value, str):
        text = value if value.isascii() else unicodedata.normalize("NFC", value)
        text = text.strip()
        return _moment(text) if _MOMENT.fullmatch(text) else text
    if isinstance(value, float):
        # Twelve digits: sums of the same numbers in another order are the same number.
        rounded = value if value.is_integer() else float(f"{value:.12g}")
        return int(rounded) if rounded.is_integer() else rounded
    return value


def normal_label(value: Any) -> Any:
    """Return a label in its normal form; a text that is a whole number is that number.

    Examples
    --------
    >>> normal_label(3.0), normal_label("2026"), normal_label("0302"), normal_label(True)
    (3, 2026, '0302', True)
    """
    found = normal_value(value)
    if isinstance(found, str) and _WHOLE.fullmatch(found):
        return int(found)
    return found


def _moment(text: str) -> str:
    try:
        found = dt.datetime.fromisoformat(text.replace(",", ".").replace(" +", "+"))
    except ValueError:
        return text
    if found.tzinfo is not None:
        try:
            instant = found.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:
            return text
        local = found.replace(tzinfo=None)
        # Midnight in Tokyo was meant as a day, though it is an hour of the day before in UTC.
        found = local if local.time() == dt.time() and instant.time() != dt.time() else instant
    return found.isoformat().removesuffix("T00:00:00")


def in_one_writing(reference: Sequence[Any], answer: Sequence[Any]) -> Callable[[Any], Any]:
    """Return what turns days into months, quarters or years where the other side has those.

    Parameters
    ----------
    reference, answer
        All labels of the two sides, in their normal form.

    Returns
    -------
    callable
        To be used on every label of both sides. It changes nothing where there is no reason.

    Examples
    --------
    >>> month = in_one_writing(["2026-01", "2026-02"], ["2026-01-31", "2026-02-28"])
    >>> month("2026-02-28"), month("2026-02")
    ('2026-02', '2026-02')
    """
    if _are_opposite_ends(reference, answer):
        return partial(_period_label, _month)
    for periods, days in ((reference, answer), (answer, reference)):
        if not _all(days, _is_day):
            continue
        parsed = [dt.date.fromisoformat(day) for day in days if day is not None]
        for is_period, period_of in _PERIODS:
            if _all(periods, is_period) and _are_ends(parsed, period_of):
                return partial(_period_label, period_of)
    return lambda label: label


def _are_opposite_ends(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether one side has first days of months and the other one last days, three or more."""
    if len({*one}) < 3 or len({*other}) < 3 or not (_all(one, _is_day) and _all(other, _is_day)):
        return False
    firsts = [all(day.endswith("-01") for day in side if day) for side in (one, other)]
    if firsts[0] == firsts[1]:
        return False
    last = [dt.date.fromisoformat(day) for day in (one, other)[firsts[0]] if day]
    return all(day < dt.date.max and (day + _ONE_DAY).day == 1 for day in last)


def _are_ends(days: list[dt.date], period_of: Callable[[dt.date], Any]) -> bool:
    """Whether all days are first days of their periods, or all are last days."""
    inner = [day for day in days if dt.date.min < day < dt.date.max]
    return any(
        all(period_of(day + step) != period_of(day) for day in inner)
        for step in (-_ONE_DAY, _ONE_DAY)
    )


def _all(labels: Sequence[Any], holds: Callable[[Any], bool]) -> bool:
    present = [label for label in labels if label is not None]
    return bool(present) and all(holds(label) for label in present)


def _is_day(label: Any) -> bool:
    if not isinstance(label, str) or not _DAY.fullmatch(label):
        return False
    try:
        dt.date.fromisoformat(label)
    except ValueError:
        return False
    return True


def _is_month(label: Any) -> bool:
    return isinstance(label, str) and re.fullmatch(r"\d{4}-\d\d", label) is not None


def _is_quarter(label: Any) -> bool:
    return isinstance(label, str) and re.fullmatch(r"\d{4}Q[1-4]", label) is not None


def _is_year(label: Any) -> bool:
    return isinstance(label, int) and 1900 <= label <= 2100


def _month(day: dt.date) -> Any:
    return f"{day.year:04d}-{day.month:02d}"


def _quarter(day: dt.date) -> Any:
    return f"{day.year:04d}Q{(day.month + 2) // 3}"


def _year(day: dt.date) -> Any:
    return day.year


_PERIODS: list[tuple[Callable[[Any], bool], Callable[[dt.date], Any]]] = [
    (_is_month, _month),
    (_is_quarter, _quarter),
    (_is_year, _year),
]


def _period_label(period_of: Callable[[dt.date], Any], label: Any) -> Any:
    return period_of(dt.date.fromisoformat(label)) if _is_day(label) else label


def is_number(value: Any) -> bool:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def within(reference: float, answer: float, digits: int) -> bool:
    """Whether two numbers agree to half a unit of the last asked digit.

    Examples
    --------
    >>> within(12.34, 12.3, digits=1), within(12.34, 12.2, digits=1)
    (True, False)
    >>> within(4_000_000_000, 4_000_000_001, digits=0)
    False
    """
    half = 0.5 * 10.0**-digits
    if isinstance(reference, int) and isinstance(answer, int):
        return abs(reference - answer) <= half
    # The last part allows for the rounding of binary fractions, not for a wrong answer.
    slack = 1e-9 * min(1.0, 10.0**-digits) + 1e-13 * abs(reference)
    return abs(reference - answer) <= half + slack


def same_value(reference: Any, answer: Any, digits: int | None) -> bool:
    """Whether two values in their normal form are the same, numbers to the asked digit.

    Parts of an item, such as a pair of a country and a number, are compared one by one.
    """
    if isinstance(reference, tuple) and isinstance(answer, tuple):
        return len(reference) == len(answer) and all(
            same_value(left, right, digits) for left, right in zip(reference, answer, strict=True)
        )
    if digits is not None and is_number(reference) and is_number(answer):
        return within(reference, answer, digits)
    return bool(reference == answer)
