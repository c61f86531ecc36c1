"""General mistakes with numbers, sets and lists: factors, rounding, order, exchanged parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from rilo_training.answers.kinds.items import same_items
from rilo_training.answers.kinds.labels import is_number, same_value, within

FACTORS = {
    1000.0: "a thousand times too large. Look at the units.",
    0.001: "a thousand times too small. Look at the units.",
    100.0: "a hundred times too large. Perhaps one of your numbers is in per cent, and the "
    "question needs it as a part of 1.",
    0.01: "a hundred times too small. Perhaps one of your numbers is a part of 1, and the "
    "question needs it in per cent.",
}
"""What a factor says of any number. A lift is no share, and a weight is none."""

_SHARES = {
    100.0: "a hundred times too large. Perhaps it is in per cent, and the question asks for a "
    "share of 1.",
    0.01: "a hundred times too small. Perhaps it is a share of 1, and the question asks for per "
    "cent.",
}
_WHOLES = {
    100: {100.0: "a hundred times too large. Perhaps it was in per cent already."},
    1: {0.01: "a hundred times too small. Perhaps it was a share of 1 already."},
}


def whole_of(unit: str) -> int | None:
    """Return what the whole is in this unit, where the unit is that of a share.

    Examples
    --------
    >>> whole_of("per cent"), whole_of("share"), whole_of("kg")
    (100, 1, None)
    """
    unit = unit.casefold()
    return 100 if "per cent" in unit or "%" in unit else 1 if "share" in unit else None


def factors_of(unit: str = "", name: str = "") -> dict[float, str]:
    """Return the words of each factor, for a number with a unit or for a column with a name.

    Examples
    --------
    >>> factors_of(name="lift")[100.0][27:]
    'Perhaps one of your numbers is in per cent, and the question needs it as a part of 1.'
    >>> factors_of(name="hit_rate")[0.01][27:]
    'Perhaps it is a share of 1, and the question asks for per cent.'
    >>> factors_of("per cent")[100.0][27:]
    'Perhaps it was in per cent already.'
    """
    whole = whole_of(unit)
    if whole is not None:
        return {**FACTORS, **_SHARES, **_WHOLES[whole]}
    words = set(re.split(r"[\W_]+", name.casefold()))
    is_share = words & {"share", "shares", "rate", "percent", "pct"} or {"per", "cent"} <= words
    return {**FACTORS, **_SHARES} if is_share else FACTORS


def _close(target: float, answer: float, half: float) -> bool:
    """Whether a number is another one, so nearly that it cannot be chance."""
    return target != 0 and abs(target - answer) <= min(half, 0.005 * abs(target)) + 1e-12 * abs(
        target
    )


def is_scaled(reference: float, answer: float, factor: float, digits: int) -> bool:
    """Whether an answer is the reference with a factor.

    Examples
    --------
    >>> is_scaled(12.5, 12_500, 1000.0, digits=1), is_scaled(0.4, 123, 1000.0, digits=0)
    (True, False)
    """
    # Who has too small a number may have rounded it to the asked digits after that.
    return _close(reference * factor, answer, 0.5 * 10.0**-digits * max(1.0, factor))


def of_number(reference: float, answer: float, form: dict[str, Any]) -> list[str]:
    """Return the general mistakes that make this number from the right one.

    Examples
    --------
    >>> of_number(12.3, 0.123, {"digits": 1, "unit": "per cent"})[0][:40]
    'Your number is a hundred times too small'
    """
    digits, unit = int(form["digits"]), str(form.get("unit", ""))
    half = 0.5 * 10.0**-digits
    causes = [
        f"Your number is {words}"
        for factor, words in factors_of(unit).items()
        if is_scaled(reference, answer, factor, digits)
    ]
    if _close(-reference, answer, half):
        causes.append("Your number has the wrong sign.")
    whole = whole_of(unit)
    if whole is not None and reference != answer and _close(whole - reference, answer, half):
        causes.append("Your number is the share of the rest. The question asks for the other part.")
    if not causes and is_rounded(reference, answer, digits):
        causes.append(
            f"Your number is {nearly(digits)}"
            if digits > 0
            else "Your number is close. Do not cut off the digits after the point: round."
        )
    return causes


def is_rounded(reference: float, answer: float, digits: int) -> bool:
    """Whether a number is right but for rounding: too few digits, or cut off."""
    if answer == 0 or within(reference, answer, digits):
        return False
    if digits > 0 and within(reference, answer, digits - 1):
        return True
    if any(abs(round(reference, d) - answer) < 1e-9 for d in range(max(0, digits - 1))):
        return True
    unit = 10.0**-digits
    cut = float(int(reference / unit)) * unit
    return abs(reference) > 10 * unit and abs(cut - answer) < 1e-9 * max(1.0, abs(cut))


def nearly(digits: int) -> str:
    """Say what a number may be that is close: rounded too early, or made with another whole.

    Examples
    --------
    >>> nearly(1)[:60]
    'close. If you rounded before the end: round only at the end,'
    """
    return (
        f"close. If you rounded before the end: round only at the end, to {in_digits(digits)}. "
        "If you did not, one part of your code differs a little. Look at what you divide by, and "
        "at the first and the last value that you keep (`<` or `<=`)."
    )


def in_digits(digits: int) -> str:
    """Return a number of digits in words: "1 digit", "2 digits"."""
    return f"{digits} digit" if digits == 1 else f"{digits} digits"


def of_set(reference: frozenset[Any], answer: frozenset[Any], form: dict[str, Any]) -> list[str]:
    """Return the general mistakes that make this set from the right one.

    Examples
    --------
    >>> of_set(frozenset({("TH", "AU")}), frozenset({("AU", "TH")}), {})
    ['In every pair, the two parts are exchanged.']
    """
    digits = form.get("digits")

    def same(items: Sequence[Any]) -> bool:
        return same_items(items, list(answer), digits)

    return _of_items(sorted(reference, key=repr), same, sorted(answer, key=_order), digits)


def of_list(reference: tuple[Any, ...], answer: tuple[Any, ...], form: dict[str, Any]) -> list[str]:
    """Return the general mistakes that make this list from the right one.

    Examples
    --------
    >>> of_list(("TH", "VN", "JP"), ("JP", "VN", "TH"), {})
    ['Your list is the other way round: its last item should be the first.']
    """
    digits = form.get("digits")

    def same(items: Sequence[Any]) -> bool:
        return len(items) == len(answer) and all(
            same_value(one, other, digits) for one, other in zip(items, answer, strict=True)
        )

    causes = _of_items(reference, same, answer, digits)
    if len(reference) > 1 and same(reference[::-1]):
        causes.append("Your list is the other way round: its last item should be the first.")
    return causes


def _order(item: Any) -> tuple[int, float, str]:
    return (0, float(item), "") if is_number(item) else (1, 0.0, repr(item))


def _of_items(
    reference: Sequence[Any],
    same: Callable[[Sequence[Any]], bool],
    answer: Sequence[Any],
    digits: int | None,
) -> list[str]:
    if len(reference) != len(answer) or not reference:
        return []
    if all(isinstance(item, tuple) and len(item) == 2 for item in reference) and same(
        [item[::-1] for item in reference]
    ):
        return ["In every pair, the two parts are exchanged."]
    if all(isinstance(item, str) for item in (*reference, *answer)):
        folded = [item.casefold() for item in reference]
        alike = sorted(folded) == sorted(item.casefold() for item in answer)
        if alike and not same_items(reference, answer, None):
            return ["Only capital and small letters differ. Write the labels as the data do."]
        return []
    numbers = all(is_number(item) for item in (*reference, *answer))
    if not numbers:
        return []
    ordered = sorted(reference) if list(answer) == sorted(answer) else list(reference)
    return [
        f"Every value is {words}"
        for factor, words in FACTORS.items()
        if all(
            is_scaled(one, other, factor, 6 if digits is None else digits)
            for one, other in zip(ordered, answer, strict=True)
        )
    ]


def likely_of_items(reference: set[Any], answer: set[Any]) -> str:
    """Say what items look like that are more or fewer than the right ones.

    Examples
    --------
    >>> likely_of_items({"TH"}, {"TH", "VN"})
    'All the right items are there, and others too. Perhaps a condition is missing.'
    """
    if not answer or not reference:
        return ""
    letters = all(isinstance(item, str) and len(item) == 1 for item in reference | answer)
    if letters and answer < reference:
        return "Each of your letters belongs. Some are missing: read the others again."
    if letters and answer > reference:
        return "All the right letters are there, and others too. Read each of them again."
    if answer > reference:
        return "All the right items are there, and others too. Perhaps a condition is missing."
    if answer < reference:
        return "Every item belongs. Perhaps a condition is too strict, or there is one too many."
    return ""
