"""Ordinary newcomers: firms that begin to import during the period, and mean no harm.

Without them every name that has no history and some traffic would belong to a story.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.home.names import addresses, company_names, stems
from rilo_training.world.home.parties import DAYS, FIRST_DAY, Parties, Side, home
from rilo_training.world.recipe import USUAL_CONSIGNMENTS
from rilo_training.world.streams import stream


def add_importer(
    side: Side, names: list[str], written: list[str], since: Indices, tendency: float, is_bad: bool
) -> tuple[int, int]:
    """Add an importer without a history in place; return its entity and its first spelling.

    Parameters
    ----------
    side : Side
        The importers.
    names, written : list of str
        The names and the addresses as declared, one of each for every spelling.
    since : array of int
        Day on which each spelling was first seen, counted from the first day of the period.
    tendency : float
        Log-odds of the importer, before scaling.
    is_bad : bool
        Whether it is one of the bad parties.
    """
    entity, first = len(side.weight), len(side.spellings)
    own = pd.DataFrame(
        {
            "entity": entity,
            "name": names,
            "share": 1 / len(names),
            "address_at": len(side.address) + np.arange(len(names)),
            "since": (FIRST_DAY + since).astype("datetime64[us]"),
            "past_consignments": 0,
            "past_inspections": 0,
            "past_finds": 0,
        }
    )
    side.spellings = pd.concat([side.spellings, own], ignore_index=True)
    side.address = [*side.address, *written]
    side.is_shared = np.append(side.is_shared, np.full(len(names), len(names) > 1))
    side.weight = np.append(side.weight, 0.0)
    side.tendency = np.append(side.tendency, tendency)
    side.is_bad = np.append(side.is_bad, is_bad)
    side.is_new = np.append(side.is_new, True)
    return entity, first


def plant_newcomers(seed: int, drawn: pd.DataFrame, parties: Parties) -> pd.DataFrame:
    """Return the consignments with those of the newcomers; their importers are added in place.

    A newcomer takes over a part of the trade of one ordinary importer, from its first day on:
    the goods, the exporters and the agent stay, the name and the address are new.

    Parameters
    ----------
    seed : int
        Seed of the world.
    drawn : pandas.DataFrame
        The rows of `draw_traffic` and `draw_goods`.
    parties : Parties
        All parties.
    """
    rng = stream(seed, "home_newcomers")
    side = parties.importer
    number = round(home("newcomers"))
    least, most = home("newcomer_traffic_lowest"), home("newcomer_traffic_highest")
    size = len(drawn) / USUAL_CONSIGNMENTS
    ordinary = ~(side.is_bad | side.is_new)
    rows_of = drawn.groupby("importer").indices
    able = [
        entity
        for entity in np.flatnonzero(ordinary).tolist()
        if 2 * most * size <= len(rows_of.get(entity, ())) <= 12 * most * size
    ]
    donors = [able[int(at)] for at in rng.permutation(len(able))[:number]]
    names = company_names(rng, (rng.random(number) * stems()).astype(np.int64), "business")
    written = addresses(rng, number)
    taken = set(side.spellings["name"]) | set(side.address)
    starts = (rng.random(number) * (DAYS - home("newcomer_last_weeks") * 7)).astype(np.int64)
    counts = least + (most - least) * rng.random(number)
    importer, spelling, slot = (
        drawn[name].to_numpy(dtype=np.int64).copy() for name in ("importer", "importer_at", "slot")
    )
    day = drawn["day"].to_numpy()
    for at, donor in enumerate(donors):
        rows = rows_of[donor][day[rows_of[donor]] >= starts[at]]
        rows = rows[rng.permutation(len(rows))[: round(counts[at] * size)]]
        if {names[at], written[at]} & taken or not len(rows):
            continue
        since = np.array([starts[at] - int(rng.random() * home("newcomer_days_before"))])
        own = add_importer(
            side, [names[at]], [written[at]], since, float(side.tendency[donor]), False
        )
        importer[rows], spelling[rows] = own
        slot[rows] = -1
    return drawn.assign(importer=importer, importer_at=spelling, slot=slot)
