"""The story of the consignee family: one consignee behind names that change every few weeks."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.home.names import respell, stem, words
from rilo_training.world.home.newcomers import add_importer
from rilo_training.world.home.parties import Parties, Side, scalar_of
from rilo_training.world.labels import order
from rilo_training.world.recipe import USUAL_CONSIGNMENTS
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters


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


def _turns(rng: np.random.Generator, last: int, names: int) -> Indices:
    """Return the first day of each turn, and the day after the last one: turns of unlike length."""
    even = np.linspace(0, last + 1, names + 1)
    shift = (rng.random(names + 1) - 0.5) * family_value("turn_spread_days")
    shift[[0, -1]] = 0.0
    return np.asarray(np.rint(even + shift).astype(np.int64))


def _rows(
    rng: np.random.Generator, day: Indices, free: npt.NDArray[np.bool_], turns: Indices
) -> tuple[Indices, Indices]:
    """Return the rows that become those of a family, and which of its names each one has.

    Traffic follows the length of a turn. A few consignments still arrive under the name before.
    """
    wanted = max(family_value("consignments") * len(day) / USUAL_CONSIGNMENTS, len(turns) - 1)
    rows, which = [], []
    for at, (first, after) in enumerate(itertools.pairwise(turns.tolist())):
        window = np.flatnonzero(free & (day >= first) & (day < after))
        share = (after - first) / (turns[-1] - turns[0]) * (0.7 + 0.6 * rng.random())
        picked = window[np.argsort(rng.random(len(window)), kind="stable")]
        picked = np.sort(picked[: max(round(wanted * share), 1)])
        early = np.arange(len(picked)) < round(len(picked) * family_value("late_share"))
        rows.append(picked)
        which.append(np.where(early & (at > 0), at - 1, at))
    return np.concatenate(rows).astype(np.int64), np.concatenate(which).astype(np.int64)


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
        day = drawn["day"].to_numpy(dtype=np.int64)
        turns = _turns(rng, int(day.max()), len(names))
        rows, which = _rows(rng, day, free, turns)
        free[rows] = False
        since = turns[:-1] - int(family_value("registered_days_before"))
        entity, first = add_importer(side, names, written, since, family_value("log_odds"), True)
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
        # Not every consignment goes by the usual exporter, agent and goods.
        other = rng.random((len(rows), 3)) < family_value("other_partner_share")
        kept = {"exporter": other[:, 0], "agent": other[:, 1], "heading": other[:, 2]}
        for column, value in values.items():
            usual = rows[~kept[column]] if column in kept else rows
            drawn.loc[usual, column] = value
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
