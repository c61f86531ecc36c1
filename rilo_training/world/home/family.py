"""The story of the consignee family: one consignee behind names that change every few weeks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.home.names import respell, stem, words
from rilo_training.world.home.parties import FIRST_DAY, Parties, Side, scalar_of
from rilo_training.world.labels import order
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters

FULL_SIZE = 60_000
"""The table ``home_family`` gives the traffic of a family in so many consignments."""


def family_value(name: str) -> float:
    """Return one value of the table ``home_family``."""
    return scalar_of("home_family", "name", name)


def family_stems(rng: np.random.Generator, taken: set[str], number: int) -> list[str]:
    """Return stems with the same beginning and end, in a drawn order, none of them taken.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    taken : set of str
        Stems that other parties have.
    number : int
        How many, at most the number of middle syllables.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.family import family_stems
    >>> family_stems(np.random.default_rng(0), set(), 3)
    ['Quinuripur', 'Quinepur', 'Quinevipur']
    """
    middles, ends = len(words("middle")), len(words("end"))
    while True:
        start = int(rng.random() * len(words("start")))
        end = int(rng.random() * ends)
        family = [stem((start * middles + middle) * ends + end) for middle in range(middles)]
        free = [name for name in family if name not in taken]
        if len(free) >= number:
            places = np.argsort(rng.random(len(free)), kind="stable")[:number]
            return [free[int(place)] for place in places]


def address_spellings(rng: np.random.Generator, address: str, number: int) -> list[str]:
    """Return ways of writing an address that mean the same place, in a drawn order.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.family import address_spellings
    >>> address_spellings(np.random.default_rng(0), "7 Taladan Road, Keldan", 2)
    ['7/1 TALADAN ROAD, KELDAN', '7 Taladan Rd Keldan']
    """
    house, rest = address.split(" ", 1)
    street, town = rest.split(", ")
    short = respell(address, "short words")
    ways = [
        address,
        f"No. {house} {street} {town}",
        short.replace(",", ""),
        f"{house}/1 {street}, {town}".upper(),
        f"{street} {house}, {town}",
        f"Unit 2, {short}",
    ]
    places = np.argsort(rng.random(len(ways)), kind="stable")
    return [ways[int(places[at % len(ways)])] for at in range(number)]


def _names(rng: np.random.Generator, side: Side) -> list[str]:
    """Return the names of a new family."""
    number = int(family_value("names"))
    taken = {str(name).split(" ", 1)[0] for name in side.spellings["name"]}
    trades, forms = words("business"), words("form")
    trade = (rng.random(number) * len(trades)).astype(np.int64)
    form = (rng.random(number) * len(forms)).astype(np.int64)
    stems = family_stems(rng, taken, number)
    return [f"{s} {trades[t]} {forms[f]}" for s, t, f in zip(stems, trade, form, strict=True)]


def _rows(
    rng: np.random.Generator, day: Indices, free: npt.NDArray[np.bool_]
) -> tuple[Indices, Indices]:
    """Return the rows that become those of a family, and which of its names each one has."""
    names = int(family_value("names"))
    days = int(family_value("weeks_per_name") * 7)
    wanted = max(round(family_value("consignments") * len(day) / FULL_SIZE), names)
    rows, which = [], []
    for at in range(names):
        window = np.flatnonzero(free & (day // days == at))
        number = wanted // names + (at < wanted % names)
        picked = np.sort(window[np.argsort(rng.random(len(window)), kind="stable")[:number]])
        rows.append(picked)
        which.append(np.full(len(picked), at))
    return np.concatenate(rows).astype(np.int64), np.concatenate(which).astype(np.int64)


def _add_entity(side: Side, names: list[str], written: list[str]) -> int:
    """Add a family to the importers in place; return its entity."""
    number, entity = len(names), len(side.weight)
    days = int(family_value("weeks_per_name") * 7)
    since = FIRST_DAY + np.arange(number) * days - int(family_value("registered_days_before"))
    own = pd.DataFrame(
        {
            "entity": entity,
            "name": names,
            "share": 1 / number,
            "address_at": len(side.address) + np.arange(number),
            "since": since.astype("datetime64[us]"),
            "past_consignments": 0,
            "past_inspections": 0,
            "past_finds": 0,
        }
    )
    side.spellings = pd.concat([side.spellings, own], ignore_index=True)
    side.address = [*side.address, *written]
    side.is_shared = np.append(side.is_shared, np.ones(number, dtype=bool))
    side.weight = np.append(side.weight, 0.0)
    side.tendency = np.append(side.tendency, family_value("log_odds"))
    side.is_bad = np.append(side.is_bad, True)
    side.is_new = np.append(side.is_new, True)
    return entity


def plant_family(
    seed: int, number: int, drawn: pd.DataFrame, parties: Parties
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return the consignments with those of the families, and what is true about each family.

    Some consignments of ordinary importers become those of a family; all others stay as they
    are. The importers of `parties` are extended in place by the families.

    Parameters
    ----------
    seed : int
        Seed of the world.
    number : int
        How many families.
    drawn : pandas.DataFrame
        The rows of `draw_traffic` and `draw_goods`.
    parties : Parties
        All parties.

    Returns
    -------
    tuple of pandas.DataFrame and list of dict
        The rows with ``family`` (-1 for none). Of each family: ``entity``, ``rows`` (places in
        the table), ``names``, ``addresses``, ``exporter``, ``agent``, ``per_name``.
    """
    rng = stream(seed, "home_family")
    drawn = drawn.assign(family=-1)
    side = parties.importer
    free = ~(side.is_bad | side.is_new)[drawn["importer"].to_numpy()]
    origins = [str(code) for code in parameters("home_origins")["country"]]
    stories = []
    for family in range(number):
        names = _names(rng, side)
        exporter = int(rng.random() * len(parties.exporter.weight))
        agent = int(rng.random() * len(parties.agent.weight))
        heading = int(drawn["heading"].iloc[int(rng.random() * len(drawn))])
        # The address of a small importer: the family sits where somebody else is registered.
        base = side.address[int(len(parties.regular_agent) * (0.5 + 0.5 * rng.random()))]
        written = address_spellings(rng, base, len(names))
        rows, which = _rows(rng, drawn["day"].to_numpy(), free)
        free[rows] = False
        first = len(side.spellings)
        entity = _add_entity(side, names, written)
        origin = int(parties.exporter_country[exporter])
        values: dict[str, int | bool] = {
            "importer": entity,
            "exporter": exporter,
            "agent": agent,
            "slot": -1,
            "is_other_agent": False,
            "heading": heading,
            "origin": origin,
            "departure": order("country").index(origins[origin]),
            "is_detour": False,
            "is_mismatch": False,
            "family": family,
        }
        for column, value in values.items():
            drawn.loc[rows, column] = value
        drawn.loc[rows, "importer_at"] = first + which
        stories.append(
            {
                "entity": entity,
                "rows": np.sort(rows),
                "names": names,
                "addresses": written,
                "exporter": parties.exporter.spellings["name"].iloc[exporter],
                "agent": parties.agent.spellings["name"].iloc[agent],
                "per_name": np.bincount(which, minlength=len(names)).tolist(),
            }
        )
    return drawn, stories
