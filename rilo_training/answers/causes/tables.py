"""General mistakes with tables: exchanged columns, factors, rows too many and too few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from rilo_training.answers.causes.numbers import factors_of, is_rounded, is_scaled, nearly
from rilo_training.answers.kinds.items import same_items
from rilo_training.answers.kinds.labels import is_number, same_value, within
from rilo_training.answers.kinds.table import Rows, same_row


def of_table(reference: Rows, answer: Rows, form: dict[str, Any]) -> list[str]:
    """Return the general mistakes that make this table from the right one.

    Parameters
    ----------
    reference, answer
        The rows, as the kind reads them.
    form
        The form of the question: ``on`` and ``columns``.

    Examples
    --------
    >>> right = Rows({("TH",): (1.5,)}, (("TH",),))
    >>> of_table(right, Rows({("TH",): (1500,)}, (("TH",),)), {"on": ["c"], "columns": {"kg": 1}})
    ['Every value of "kg" is a thousand times too large. Look at the units.']
    """
    digits = list(form["columns"].values())
    on = len(form["on"])

    def same(rows: Rows) -> bool:
        return rows.values.keys() == answer.values.keys() and all(
            same_row(row, answer.values[key], digits) for key, row in rows.values.items()
        )

    if answer.repeated or len(reference.values) != len(answer.values) or not answer.values:
        return []
    causes = []
    for one, other in combinations(range(on), 2):
        exchanged = reference.changed(key=_exchange(one, other))
        if same(exchanged) and not same(reference):
            causes.append(
                f'The columns "{form["on"][one]}" and "{form["on"][other]}" are exchanged.'
            )
    if reference.values.keys() != answer.values.keys():
        return causes or _capitals(reference, answer, digits)
    names = list(form["columns"])
    for one, other in combinations(range(len(names)), 2):
        if same(reference.changed(row=_exchange(one, other))) and not same(reference):
            causes.append(f'The columns "{names[one]}" and "{names[other]}" are exchanged.')
    causes += _scaled_columns(reference, answer, names, digits)
    if not causes and _is_shuffled(reference, answer, digits):
        causes.append(
            "The values are right, but they stand at the wrong rows. Sort whole tables, and not "
            "single columns."
        )
    return causes


def _exchange(one: int, other: int) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    def exchanged(row: tuple[Any, ...]) -> tuple[Any, ...]:
        parts = list(row)
        parts[one], parts[other] = parts[other], parts[one]
        return tuple(parts)

    return exchanged


def _capitals(reference: Rows, answer: Rows, digits: Sequence[int | None]) -> list[str]:
    def folded(key: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(part.casefold() if isinstance(part, str) else part for part in key)

    ours, theirs = reference.changed(folded), answer.changed(folded)
    if ours.repeated or theirs.repeated or ours.values.keys() != theirs.values.keys():
        return []
    return ["Only capital and small letters differ. Write the labels as the data do."]


def _scaled_columns(
    reference: Rows, answer: Rows, names: Sequence[str], digits: Sequence[int | None]
) -> list[str]:
    """Name the columns whose every value has the same factor, where the others are right."""
    causes: dict[str, list[str]] = {}
    for place, name in enumerate(names):
        pairs = [(row[place], answer.values[key][place]) for key, row in reference.values.items()]
        places = digits[place]
        if all(same_value(one, other, places) for one, other in pairs):
            continue
        if places is None or not all(is_number(value) for pair in pairs for value in pair):
            return []
        found = [
            words
            for factor, words in factors_of(name=name).items()
            if any(one != 0 for one, _ in pairs)
            and all(
                (one == 0 and other == 0) or is_scaled(one, other, factor, places)
                for one, other in pairs
            )
        ]
        if not found and all(is_rounded(*pair, places) or within(*pair, places) for pair in pairs):
            found = [nearly(places) if places > 0 else ""]
        if not found or not found[0]:
            return []
        causes.setdefault(found[0], []).append(f'"{name}"')
    return [f"Every value of {' and '.join(which)} is {words}" for words, which in causes.items()]


def _is_shuffled(reference: Rows, answer: Rows, digits: Sequence[int | None]) -> bool:
    if len(reference.values) < 3 or not digits:
        return False
    for place, places in enumerate(digits):
        ours, theirs = (
            [row[place] for row in rows.values.values()] for rows in (reference, answer)
        )
        if not same_items(ours, theirs, places):
            return False
    return True


def likely_of_table(reference: Rows, answer: Rows, digits: Sequence[int | None]) -> str:
    """Say what a table looks like that has more or fewer rows, or larger or smaller values.

    Examples
    --------
    >>> right = Rows({("TH",): (4,), ("VN",): (2,)}, (("TH",), ("VN",)))
    >>> likely_of_table(right, Rows({("TH",): (4,)}, (("TH",),)), [0])[:49]
    'Every row is right, but rows are missing. Perhaps'
    """
    if not answer.values or not reference.values:
        return ""
    own, asked = answer.values, reference.values
    shared = [key for key in asked if key in own]
    all_right = all(same_row(asked[key], own[key], digits) for key in shared)
    more, fewer = own.keys() - asked.keys(), asked.keys() - own.keys()
    if all_right and shared and more and not fewer:
        return "All the right rows are there, and others too. Perhaps a condition is missing."
    if all_right and shared and fewer and not more:
        return (
            "Every row is right, but rows are missing. Perhaps a condition is too strict, or a "
            "join (merge) left rows out."
        )
    signs = _signs(reference, answer, shared, digits)
    if signs == {1} and not fewer:
        return (
            "No row is missing and no value is too small, but some are too large. Perhaps a "
            "condition is missing, or something is counted twice."
        )
    if signs == {-1} and not more:
        return (
            "No row is too many and no value is too large, but some are too small. Perhaps a "
            "condition is too strict, or there is one too many."
        )
    return ""


def _signs(
    reference: Rows, answer: Rows, shared: Sequence[Any], digits: Sequence[int | None]
) -> set[int]:
    """Return on which side of the right values the wrong ones lie; 0 for a wrong label."""
    found = set()
    for key in shared:
        for one, other, places in zip(
            reference.values[key], answer.values[key], digits, strict=True
        ):
            if not same_value(one, other, places):
                numbers = is_number(one) and is_number(other)
                found.add((1 if other > one else -1) if numbers else 0)
    return found
