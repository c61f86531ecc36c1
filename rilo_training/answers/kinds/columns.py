"""Where the asked columns stand in an answer, whatever their names look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rilo_training.answers.kinds.base import Unreadable
from rilo_training.answers.kinds.labels import normal_value
from rilo_training.answers.plain import Plain

_UNNAMED = re.compile(r"index_\d+")
_SHOWN = 12


def positions_of(answer: Plain, asked: Sequence[str], on: int) -> list[int]:
    """Return where each asked column stands in a table.

    Capitals, spaces, underscores and hyphens in a name do not count. ``kg sum``, as ``agg``
    makes it, stands for ``kg`` where it is the only one. A dict or a Series has one key and one
    value, so the places say which is which; and one value column may have any name.

    Parameters
    ----------
    answer
        A table as plain data.
    asked
        The asked names; the first ``on`` are the key.

    Raises
    ------
    Unreadable
        When a column is missing, or stands there twice with different values.

    Examples
    --------
    >>> table = {"columns": ["KG sum", "Country "], "rows": [[5, "TH"]], "index_columns": 0}
    >>> positions_of(table, ["country", "kg"], 1)
    [1, 0]
    """
    names: list[str] = answer["columns"]
    plain = [_plain_name(name) for name in names]
    found: dict[str, int] = {}
    for name in asked:
        places = [i for i, own in enumerate(names) if own.strip() == name]
        places = places or [i for i, own in enumerate(plain) if own == _plain_name(name)]
        if len(places) > 1 and not _same_columns(answer, places):
            raise Unreadable(
                f'Your table has the column "{name}" {len(places)} times, with different values. '
                "Keep one."
            )
        if places:
            found[name] = places[0]
    for name in asked:
        if name not in found:
            places = [
                i
                for i, own in enumerate(plain)
                if i not in found.values() and _is_longer_name(own, _plain_name(name))
            ]
            if len(places) == 1:
                found[name] = places[0]
    missing = [name for name in asked if name not in found]
    if missing:
        found |= _by_place(answer, asked, on, found, missing)
    if len(found) < len(asked):
        shown = [name for name in names if not _UNNAMED.fullmatch(name)][:_SHOWN]
        raise Unreadable(
            f"Your table has the columns: {', '.join(shown) or 'none'}. "
            f"It needs the columns: {', '.join(asked)}."
        )
    return [found[name] for name in asked]


def _by_place(
    answer: Plain, asked: Sequence[str], on: int, found: dict[str, int], missing: list[str]
) -> dict[str, int]:
    names, from_index = answer["columns"], answer["index_columns"]
    if len(names) == len(asked) and from_index == on and on + 1 == len(asked):
        # A dict, or a Series: what names there are say nothing else, or they would be found.
        if not any(found.get(name, place) != place for place, name in enumerate(asked)):
            return {name: place for place, name in enumerate(asked)}
        return {}
    free = [i for i in range(len(names)) if i not in found.values()]
    labels = [i for i in free if _UNNAMED.fullmatch(names[i])]
    # An index without a name may hold the labels; bare row numbers it holds by itself.
    if any(all(type(row[i]) is int for row in answer["rows"]) for i in labels):
        labels, free = [], [i for i in free if i not in labels]
    keys = [name for name in missing if name in asked[:on]]
    by_place: dict[str, int] = {}
    if keys and len(keys) == len(labels):
        by_place = dict(zip(keys, labels, strict=True))
    rest = [name for name in missing if name not in by_place]
    free = [i for i in free if i not in by_place.values()]
    if len(rest) == len(free) == 1 and rest[0] in asked[on:]:
        by_place[rest[0]] = free[0]
    return by_place


def _plain_name(name: str) -> str:
    text = str(normal_value(name)).casefold()
    text = re.sub(r"\.0+$", "", text)  # the year 2024 as a column of numbers is 2024.0
    return re.sub(r"[\s_-]+", "_", text).strip("_")


def _is_longer_name(own: str, asked: str) -> bool:
    return own.startswith(f"{asked}_") or own.endswith(f"_{asked}")


def _same_columns(answer: Plain, places: Sequence[int]) -> bool:
    first, *others = places
    values: list[list[Any]] = [[row[i] for row in answer["rows"]] for i in (first, *others)]
    return all(column == values[0] for column in values[1:])
