"""The 28 answers of one person: letters, and sure or not sure, as somebody typed or saved them."""

from __future__ import annotations

from collections.abc import Sequence

from rilo_training.gain.bank import ITEMS, LETTERS

NOT_YET = "n"
_SURE = {"yes": "yes", "y": "yes", "sure": "yes", "no": "no", "n": "no", "not sure": "no", "": ""}


def read_answers(
    items: Sequence[tuple[object, object, object]], problems: list[str]
) -> tuple[tuple[str, str], ...] | None:
    """Return 28 pairs of answer and sure, in the order of the items.

    Parameters
    ----------
    items
        Number, answer and sure, as they stand in a file.
    problems
        Gets a sentence for each thing that cannot be used.

    Returns
    -------
    tuple or None
        None where there was a problem.

    Examples
    --------
    >>> problems = []
    >>> read_answers([(1, "e", "yes")], problems) is None
    True
    >>> problems[0]
    "item 1: found 'e'. Expected a, b, c, d, n for I do not know yet, or nothing."
    """
    found: dict[int, tuple[str, str]] = {}
    before = len(problems)
    for number_typed, answer_typed, sure_typed in items:
        number = _number(number_typed)
        if number is None:
            problems.append(f"{_shown(number_typed)} is no item. Items are 1 to {ITEMS}.")
            continue
        if number in found:
            problems.append(f"item {number} stands twice.")
        answer, sure = word(answer_typed).strip().casefold(), word(sure_typed).strip().casefold()
        if answer not in (*LETTERS, NOT_YET, ""):
            problems.append(
                f"item {number}: found {_shown(answer_typed)}. Expected a, b, c, d, n for "
                "I do not know yet, or nothing."
            )
        elif sure not in _SURE:
            problems.append(
                f"item {number}: found {_shown(sure_typed)} for sure. Expected yes, no, or nothing."
            )
        # Who does not know yet, or gave no answer, is neither sure nor not sure.
        found[number] = (answer, _SURE.get(sure, "") if answer in LETTERS else "")
    missing = [number for number in range(1, ITEMS + 1) if number not in found]
    if missing:
        problems.append(
            f"{len(missing)} of {ITEMS} items are not in the file; the first is item {missing[0]}. "
            "Leave the answer of an item empty, and keep its row."
        )
    if len(problems) > before:
        return None
    return tuple(found[number] for number in range(1, ITEMS + 1))


def _number(typed: object) -> int | None:
    """Return the number of an item, or None. A spreadsheet may write 7 as 7.0."""
    if type(typed) is int:
        number = typed
    elif isinstance(typed, str) and typed.strip().removesuffix(".0").isascii():
        plain = typed.strip().removesuffix(".0")
        number = int(plain) if plain.isdecimal() and len(plain) < 4 else 0
    else:
        return None
    return number if 1 <= number <= ITEMS else None


def word(value: object) -> str:
    """Return a value where it is a text, and else an empty one."""
    return value if isinstance(value, str) else ""


def _shown(value: object) -> str:
    return repr(value)[:40]
