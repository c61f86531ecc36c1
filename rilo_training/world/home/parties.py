"""The parties: importers, exporters and agents, how they spell their names, what is known of them.

A party is an entity. A declaration names one of its spellings, and the history of earlier controls
stands under the spelling, so an entity with many spellings has a divided history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices, choose
from rilo_training.world.home.names import addresses, company_names, name_spellings, stems
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters, scalar, vector

FIRST_DAY = np.datetime64("2026-07-06", "D")
LAST_DAY = np.datetime64("2026-09-27", "D")
"""First and last day of the home desk: twelve weeks from a Monday to a Sunday."""

COMING_WEEK = np.datetime64("2026-09-21", "D")
"""The Monday of the last week. Its consignments are declared; nobody has inspected one yet."""

DAYS = int((LAST_DAY - FIRST_DAY).astype(np.int64)) + 1

SIDES = ("importer", "exporter", "agent")


@dataclass
class Side:
    """The entities of one side and their spellings.

    Attributes
    ----------
    weight : array of float, shape (entities,)
        Relative traffic.
    tendency : array of float, shape (entities,)
        Log-odds of the party, before scaling.
    is_bad, is_new : array of bool, shape (entities,)
        Bad parties have a higher tendency; new ones were registered shortly before the period.
    spellings : pandas.DataFrame
        One row per spelling: ``entity``, ``name``, ``share`` of the consignments of the entity,
        ``address_at`` (place in `address`), ``since``, ``past_consignments``,
        ``past_inspections``, ``past_finds``.
    address : list of str
        The addresses.
    is_shared : array of bool, shape (addresses,)
        Whether an address is that of more than one entity, or of a family.
    """

    weight: Floats
    tendency: Floats
    is_bad: npt.NDArray[np.bool_]
    is_new: npt.NDArray[np.bool_]
    spellings: pd.DataFrame
    address: list[str]
    is_shared: npt.NDArray[np.bool_]


@dataclass
class Parties:
    """All parties of a world, and who usually works with whom.

    Attributes
    ----------
    importer, exporter, agent : Side
    exporter_country : array of int, shape (exporters,)
        Place of the country in the table ``home_origins``.
    regular_exporter : array of int, shape (importers, regular exporters)
    regular_heading : array of int, shape (importers, regular headings)
    regular_agent : array of int, shape (importers,)
    """

    importer: Side
    exporter: Side
    agent: Side
    exporter_country: Indices
    regular_exporter: Indices
    regular_heading: Indices
    regular_agent: Indices


def home(name: str) -> float:
    """Return one value of the table ``home_scalars``."""
    return scalar(name, "home_scalars")


def slot_shares(slots: int) -> Floats:
    """Return how the traffic of an importer is divided over its regular partners or goods.

    Examples
    --------
    >>> from rilo_training.world.home.parties import slot_shares
    >>> slot_shares(2).round(2).tolist()
    [0.67, 0.33]
    """
    weight = 0.5 ** np.arange(slots)
    share: Floats = weight / weight.sum()
    return share


def _percent(rng: np.random.Generator, number: int, percent: float) -> npt.NDArray[np.bool_]:
    """Return which of `number` are chosen: always the same share of them."""
    chosen = np.zeros(number, dtype=bool)
    chosen[np.argsort(rng.random(number), kind="stable")[: round(number * percent / 100)]] = True
    return chosen


def draw_tendencies(
    rng: np.random.Generator, side: str, number: int
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return relative traffic, tendency and whether bad, for the entities of one side.

    The entities are in the order of their traffic, the largest first.
    """
    rank = np.arange(number, dtype=np.float64)
    weight = (1 + rank + home(f"zipf_shift_{side}s")) ** -home("zipf_exponent")
    free = int(np.ceil(number * home("bad_free_ranks_percent") / 100))
    is_bad = np.zeros(number, dtype=bool)
    share = home(f"bad_{side}_percent") * number / (number - free)
    is_bad[free:] = _percent(rng, number - free, share)
    tendency = scalar_of("home_tendencies", "party", side) * rng.standard_normal(number)
    tendency = tendency + scalar_of("home_tendencies", "party", f"bad {side}") * is_bad
    return weight / weight.sum(), tendency, is_bad


def scalar_of(table: str, key: str, name: str) -> float:
    """Return one value of a table with one key."""
    return float(vector(table, key, [name])[0])


def _spread(
    rng: np.random.Generator, is_bad: npt.NDArray[np.bool_]
) -> tuple[Indices, Indices, Floats]:
    """Return entity, number within the entity and share, for each spelling."""
    chance = rng.random(len(is_bad)) * 100
    third = home("third_spelling_percent")
    count = 1 + (chance < third + home("second_spelling_percent")) + (chance < third)
    lowest, highest = home("bad_spellings_lowest"), home("bad_spellings_highest")
    many = np.floor(lowest + rng.random(len(is_bad)) * (highest - lowest + 1))
    count = np.where(is_bad, many, count).astype(np.int64)
    entity = np.repeat(np.arange(len(is_bad)), count)
    number = np.arange(len(entity)) - np.repeat(np.cumsum(count) - count, count)
    first = np.where(is_bad, 1 / count, home("first_spelling_share"))
    share = np.where(
        number == 0, first[entity], (1 - first[entity]) / np.maximum(count[entity] - 1, 1)
    )
    return entity, number, np.where(count[entity] == 1, 1.0, share)


def draw_history(
    rng: np.random.Generator,
    expected: Floats,
    tendency: Floats,
    since: npt.NDArray[np.datetime64],
    least: int,
) -> pd.DataFrame:
    """Return what the 24 months before the period say about each spelling.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    expected : array of float, shape (spellings,)
        Expected consignments in the 24 months.
    tendency : array of float, shape (spellings,)
        Log-odds of the entity, before scaling.
    since : array of datetime64[D], shape (spellings,)
        First day of the spelling.
    least : int
        Fewest consignments of a spelling that has a history: one for each regular partner.
    """
    months = home("past_months")
    active = np.clip((FIRST_DAY - since).astype(np.int64) / (months * 30.4), 0.0, 1.0)
    noise = np.exp(home("past_traffic_sigma") * rng.standard_normal(len(expected)))
    past = rng.poisson(expected * active * noise)
    past = np.where(past > 0, np.maximum(past, least), 0)
    inspected = rng.binomial(past, home("past_inspected_percent") / 100)
    odds = home("past_find_percent") / (100 - home("past_find_percent")) * np.exp(tendency)
    finds = rng.binomial(inspected, odds / (1 + odds))
    return pd.DataFrame(
        {"past_consignments": past, "past_inspections": inspected, "past_finds": finds}
    ).astype("int64")


def _since(rng: np.random.Generator, is_new: npt.NDArray[np.bool_]) -> npt.NDArray[np.datetime64]:
    """Return a first day: in the half year before the period, or three to twenty years before."""
    chance = rng.random(len(is_new))
    days = np.where(is_new, 5 + chance * 175, 1100 + chance * 6200)
    return FIRST_DAY - np.floor(days).astype("timedelta64[D]")


def draw_side(seed: int, side: str, numbers: Indices, consignments: int) -> Side:
    """Return the entities of one side with their spellings, addresses and histories.

    Parameters
    ----------
    seed : int
        Seed of the world.
    side : str
        One of `SIDES`.
    numbers : array of int
        The stems of the names, one per entity.
    consignments : int
        Consignments of the period, which the expected history follows.
    """
    rng = stream(seed, f"home_{side}s")
    number = len(numbers)
    weight, tendency, is_bad = draw_tendencies(rng, side, number)
    is_new = np.zeros(number, dtype=bool)
    if side == "importer":
        free = int(number * home("new_importer_largest_rank_percent") / 100)
        share = home("new_importer_percent") * number / (number - free)
        is_new[free:] = _percent(rng, number - free, share)

    business = {"importer": "business", "exporter": "export business", "agent": "agent business"}
    first = company_names(rng, numbers, business[side])
    if side == "importer":
        entity, place, share_of = _spread(rng, is_bad)
    else:
        entity, place = np.arange(number), np.zeros(number, dtype=np.int64)
        share_of = np.ones(number)
    count = np.bincount(entity, minlength=number)
    names: list[str] = []
    for at, own in enumerate(first):
        names.append(own)
        if count[at] > 1:
            names.extend(name_spellings(rng, own, int(count[at]) - 1))

    centres = int(home("business_centres")) if side == "importer" else 0
    address = addresses(rng, centres + number)
    at_address = centres + np.arange(number)
    if centres:
        rate = np.where(is_bad, home("bad_in_centre_percent"), home("in_centre_percent")) / 100
        inside = rng.random(number) < rate
        centre = (rng.random(number) * centres).astype(np.int64)
        at_address = np.where(inside, centre, at_address)
    used = np.bincount(at_address, minlength=len(address))

    since = _since(rng, is_new)[entity]
    # A spelling of an established party is old enough not to look like a newcomer.
    days = (FIRST_DAY - since).astype(np.int64) - home("spelling_age_lowest_days")
    later = np.floor(rng.random(len(entity)) * np.maximum(days, 0))
    since = since + np.where(place == 0, 0, later).astype("timedelta64[D]")
    months = home("past_months") * 30.4 / DAYS
    expected = weight[entity] * share_of * consignments * months
    spellings = pd.DataFrame(
        {
            "entity": entity,
            "name": names,
            "share": share_of,
            "address_at": at_address[entity],
            "since": since.astype("datetime64[us]"),
        }
    )
    least = int(home("regular_exporters")) if side == "importer" else 1
    rng = stream(seed, f"home_{side}_history")
    history = draw_history(rng, expected, tendency[entity], since, least)
    return Side(
        weight, tendency, is_bad, is_new, spellings.join(history), address, is_shared=used > 1
    )


def draw_parties(seed: int, consignments: int) -> Parties:
    """Return all parties of a world, and who usually works with whom.

    Parameters
    ----------
    seed : int
        Seed of the world.
    consignments : int
        Consignments of the period.
    """
    rng = stream(seed, "home_names")
    number = {side: int(home(f"{side}s")) for side in SIDES}
    free = np.argsort(rng.random(stems()), kind="stable")
    ends = np.cumsum([number[side] for side in SIDES])
    sides = [
        draw_side(seed, side, free[end - number[side] : end], consignments)
        for side, end in zip(SIDES, ends, strict=True)
    ]
    importer, exporter, agent = sides

    rng = stream(seed, "home_partners")
    every = np.zeros(number["exporter"], dtype=np.int64)
    origin = parameters("home_origins")["value"].to_numpy(dtype=np.float64)
    country = choose(rng, origin[None, :], every)
    slots = int(home("regular_exporters"))
    pairs = np.zeros(number["importer"] * slots, dtype=np.int64)
    regular = choose(rng, exporter.weight[None, :], pairs).reshape(-1, slots)
    table = parameters("home_headings")
    traffic = table.loc[table["measure"].eq("traffic"), "value"].to_numpy(dtype=np.float64)
    kinds = int(home("regular_headings"))
    goods = choose(
        rng, traffic[None, :], np.zeros(number["importer"] * kinds, dtype=np.int64)
    ).reshape(-1, kinds)
    own_agent = choose(rng, agent.weight[None, :], np.zeros(number["importer"], dtype=np.int64))
    return Parties(importer, exporter, agent, country, regular, goods, own_agent)
