"""Invented names and addresses, and the ways in which people write them."""

from __future__ import annotations

from functools import cache

import numpy as np

from rilo_training.world.draws import Indices
from rilo_training.world.tables import parameters

SPELLINGS = ("capitals", "extra space", "short words")
"""The ways in which a text is written differently, besides the usual one."""


@cache
def words(kind: str) -> list[str]:
    """Return the words of a kind; do not change the list, all callers share it.

    Examples
    --------
    >>> from rilo_training.world.home.names import words
    >>> words("street")[:2]
    ['Road', 'Street']
    """
    table = parameters("home_words")
    return [str(word) for word in table.loc[table["kind"].eq(kind), "word"]]


def stems() -> int:
    """Return how many stems can be made of the syllables."""
    return len(words("start")) * len(words("middle")) * len(words("end"))


def stem(number: int) -> str:
    """Return the stem of a name.

    Parameters
    ----------
    number : int
        0 to ``stems() - 1``. Numbers that differ only in the middle syllable are
        ``len(words("end"))`` apart.

    Examples
    --------
    >>> from rilo_training.world.home.names import stem
    >>> stem(0), stem(1)
    ('Taladan', 'Talavik')
    """
    rest, end = divmod(number, len(words("end")))
    start, middle = divmod(rest, len(words("middle")))
    return (words("start")[start] + words("middle")[middle] + words("end")[end]).capitalize()


def company_names(rng: np.random.Generator, numbers: Indices, business: str) -> list[str]:
    """Return one company name per stem number: stem, a word of business, a legal form.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from; it gives two numbers per name.
    numbers : array of int
        Stem numbers.
    business : str
        Kind of the word of business: a kind of the table ``home_words``.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.names import company_names
    >>> company_names(np.random.default_rng(0), np.array([0]), "business")
    ['Taladan Industries Co Ltd']
    """
    trades, forms = words(business), words("form")
    trade = (rng.random(len(numbers)) * len(trades)).astype(np.int64)
    form = (rng.random(len(numbers)) * len(forms)).astype(np.int64)
    parts = zip(numbers.tolist(), trade.tolist(), form.tolist(), strict=True)
    return [f"{stem(n)} {trades[t]} {forms[f]}" for n, t, f in parts]


def addresses(rng: np.random.Generator, number: int) -> list[str]:
    """Return addresses: house number, street, town; no two are alike."""
    streets, towns = words("street"), words("town")
    found: dict[str, None] = {}
    while len(found) < number:
        house, name, kind, town = (rng.random(4) * [180, stems(), len(streets), len(towns)]).astype(
            np.int64
        )
        found[f"{house + 1} {stem(int(name))} {streets[kind]}, {towns[town]}"] = None
    return list(found)


@cache
def _short_words() -> dict[str, str]:
    table = parameters("home_short_words")
    return dict(zip(table["word"].astype(str), table["other"].astype(str), strict=True))


def respell(text: str, way: str) -> str:
    """Return a text as somebody else writes it.

    Parameters
    ----------
    text : str
        A name, an address or a description.
    way : str
        One of `SPELLINGS`.

    Examples
    --------
    >>> from rilo_training.world.home.names import respell
    >>> [respell("7 Taladan Road, Keldan", way) for way in ("capitals", "short words")]
    ['7 TALADAN ROAD, KELDAN', '7 Taladan Rd, Keldan']
    >>> respell("green tea", "extra space")
    'green  tea'
    """
    if way == "capitals":
        return text.upper()
    if way == "extra space":
        return text.replace(" ", "  ", 1) if " " in text else f"{text} "
    for word, other in _short_words().items():
        # A word of business or a street stands behind the stem, never at the beginning.
        if f" {word}" in text:
            return text.replace(f" {word}", f" {other}", 1)
    return text


def name_spellings(rng: np.random.Generator, name: str, number: int) -> list[str]:
    """Return other ways to write a company name, all different from it and from each other.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    name : str
        A name of `company_names`.
    number : int
        How many, at most 8.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.names import name_spellings
    >>> name_spellings(np.random.default_rng(1), "Taladan Trading Ltd", 2)
    ['TALADAN TRDG LTD', 'Talaadan Trading Ltd']
    """
    first, rest = name.split(" ", 1)
    short = respell(name, "short words")
    trade = next(word for word in _trades() if rest.startswith(word))
    half = len(first) // 2
    ways = [
        name.upper(),
        short,
        short.upper(),
        f"{first} {trade}",
        f"{first[:half]}{first[half]}{first[half:]} {rest}",
        f"{first[:-1]} {rest}",
        f"{first[:half]} {first[half:]} {rest}",
        f"{first}, {trade}",
        f"The {first} {rest}",
    ]
    others = [way for way in dict.fromkeys(ways) if way != name]
    order = np.argsort(rng.random(len(others)), kind="stable")[:number]
    return [others[int(place)] for place in order]


@cache
def _trades() -> list[str]:
    kinds = ("business", "export business", "agent business")
    return [word for kind in kinds for word in words(kind)]
