"""Who sends what, when and on which route: one row per consignment, as places in the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices, choose
from rilo_training.world.home.goods import GOODS, MODES, goods_groups
from rilo_training.world.home.parties import DAYS, FIRST_DAY, Parties, home, slot_shares
from rilo_training.world.labels import order
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, matrix, parameters, shares, vector

NIGHT = (22, 5)
"""The first hour of the night, and the first hour after it."""


def levels(table: str, key: str) -> list[str]:
    """Return the distinct labels of a parameter table, in the order of its rows."""
    return [str(label) for label in parameters(table)[key].unique()]


def plain(rng: np.random.Generator, table: str, number: int) -> Indices:
    """Return places in a table with one value per label, drawn by its values."""
    weights = parameters(table)["value"].to_numpy(dtype=np.float64)
    return choose(rng, weights[None, :], np.zeros(number, dtype=np.int64))


def draw_traffic(seed: int, number: int, parties: Parties) -> pd.DataFrame:
    """Return who sends what, when and on which route.

    Returns
    -------
    pandas.DataFrame
        One row per consignment, ordered by day. Places: ``importer``, ``importer_at`` (spelling),
        ``exporter``, ``agent``, ``slot`` (regular exporter, -1 for another), ``heading``,
        ``origin`` and ``departure`` (countries), ``mode``, ``office``, ``payment``, ``documents``,
        ``terms``, ``kind``, ``channel``. Yes/no: ``is_detour``, ``is_other_agent``. Numbers:
        ``day``, ``hour``, ``lead_z`` (how far the logarithm of the lead is from that of the mode,
        in standard deviations).
    """
    rng = stream(seed, "home_traffic")
    every = np.zeros(number, dtype=np.int64)
    weekday = parameters("home_weekdays")["value"].to_numpy(dtype=np.float64)
    day = np.sort(choose(rng, weekday[np.arange(DAYS) % 7][None, :], every))
    importer = choose(rng, parties.importer.weight[None, :], every)
    bad = parties.importer.is_bad[importer]

    slots = parties.regular_exporter.shape[1]
    slot = choose(rng, slot_shares(slots)[None, :], every)
    exporter = parties.regular_exporter[importer, slot]
    other = choose(rng, parties.exporter.weight[None, :], every)
    rate = np.where(bad, home("bad_new_relation_percent"), home("new_relation_percent"))
    is_new = (rng.random(number) * 100 < rate) & ~(
        parties.regular_exporter[importer] == other[:, None]
    ).any(axis=1)
    exporter = np.where(is_new, other, exporter)
    slot = np.where(is_new, -1, slot)

    rate = np.where(bad, home("bad_other_agent_percent"), home("other_agent_percent"))
    agent = choose(rng, parties.agent.weight[None, :], every)
    is_other = (rng.random(number) * 100 < rate) & (agent != parties.regular_agent[importer])
    agent = np.where(is_other, agent, parties.regular_agent[importer])

    kinds = parties.regular_heading.shape[1]
    heading = parties.regular_heading[importer, choose(rng, slot_shares(kinds)[None, :], every)]
    table = parameters("home_headings")
    traffic = table.loc[table["measure"].eq("traffic"), "value"].to_numpy(dtype=np.float64)
    any_heading = choose(rng, traffic[None, :], every)
    heading = np.where(
        rng.random(number) * 100 < home("other_heading_percent"), any_heading, heading
    )
    drawn = pd.DataFrame(
        {
            "day": day,
            "importer": importer,
            "importer_at": _spelling(seed, parties, importer),
            "exporter": exporter,
            "slot": slot,
            "agent": agent,
            "is_other_agent": is_other,
            "heading": heading,
        }
    )
    return pd.concat(
        [drawn, _routes(seed, parties, exporter, heading), _papers(seed, number)], axis=1
    )


def _spelling(seed: int, parties: Parties, importer: Indices) -> Indices:
    """Return which spelling each declaration names."""
    names = parties.importer.spellings
    entity = names["entity"].to_numpy()
    first = np.searchsorted(entity, np.arange(len(parties.importer.weight)))
    place = np.arange(len(entity)) - first[entity]
    wide: Floats = np.zeros((len(first), int(place.max()) + 1))
    wide[entity, place] = names["share"]
    return first[importer] + choose(stream(seed, "home_spellings"), wide, importer)


def _routes(seed: int, parties: Parties, exporter: Indices, heading: Indices) -> pd.DataFrame:
    """Return origin, departure, mode, office, hour and lead."""
    rng = stream(seed, "home_routes")
    number = len(exporter)
    origins = levels("home_origins", "country")
    places = np.array([order("country").index(country) for country in origins])
    origin = parties.exporter_country[exporter]
    elsewhere = plain(rng, "home_origins", number)
    away = rng.random(number) * 100 < home("other_origin_percent")
    origin = np.where(away, elsewhere, origin)

    hubs = matrix("home_hubs", "country", "hub", origins, order("country"))
    detours = np.tile(vector("home_detours", "country", order("country")), (len(origins), 1))
    detours[hubs > 0] = 0.0
    detours[np.arange(len(origins)), places] = 0.0
    chance = rng.random(number) * 100
    is_detour = chance < home("detour_percent")
    by_hub = ~is_detour & (chance < home("detour_percent") + home("customary_hub_percent"))
    departure = np.where(by_hub, choose(rng, hubs, origin), places[origin])
    departure = np.where(is_detour, choose(rng, detours, origin), departure)

    group = goods_groups()[heading]
    mode = choose(rng, matrix("home_modes", "goods_group", "mode", GOODS, MODES), group)
    offices = levels("home_offices", "office")
    office = choose(rng, matrix("home_offices", "mode", "office", MODES, offices), mode)
    hours = parameters("home_hours").pivot(index="mode", columns="hour", values="value")
    hour = choose(rng, hours.loc[MODES].to_numpy(dtype=np.float64), mode)
    return pd.DataFrame(
        {
            "origin": origin,
            "departure": departure,
            "is_detour": is_detour,
            "mode": mode,
            "office": office,
            "hour": hour,
            "lead_z": rng.standard_normal(number),
        }
    )


def _papers(seed: int, number: int) -> pd.DataFrame:
    """Return payment, documents, delivery terms, kind of packages and channel."""
    rng = stream(seed, "home_papers")
    return pd.DataFrame(
        {
            "payment": plain(rng, "home_payments", number),
            "documents": plain(rng, "home_documents", number),
            "terms": plain(rng, "home_terms", number),
            "kind": plain(rng, "home_package_kinds", number),
            "channel": plain(rng, "home_channels", number),
        }
    )


def relation_past(seed: int, drawn: pd.DataFrame, parties: Parties) -> Indices:
    """Return how often importer and exporter worked together in the 24 months before.

    It is counted under the spelling of the importer. Regular partners of an importer with a
    history have at least one earlier consignment; a new relation and a newcomer have none.
    """
    slots = parties.regular_exporter.shape[1]
    names = parties.importer.spellings
    noise = np.exp(0.3 * stream(seed, "home_relations").standard_normal((len(names), slots)))
    parts = shares(slot_shares(slots) * noise)
    past = names["past_consignments"].to_numpy()
    # The partners of an importer share its past, and an exporter has no more past than its own.
    entity = names["entity"].to_numpy()
    known = entity < len(parties.regular_exporter)
    partner = parties.regular_exporter[np.where(known, entity, 0)]
    # Each has met once where there is a past; the rest of the past is shared out.
    once = np.tile(past[:, None] > 0, slots).astype(np.int64)
    regular = once + np.floor(np.maximum(past[:, None] - slots, 0) * parts)
    claimed = np.bincount(partner[known].ravel(), weights=regular[known].ravel())
    exporters = parties.exporter.spellings.groupby("entity")["past_consignments"].sum()
    own = exporters.reindex(range(len(claimed))).to_numpy(dtype=np.float64)
    ratio = np.minimum(np.divide(own, claimed, out=np.ones_like(own), where=claimed > 0), 1.0)
    regular = np.maximum(np.floor(regular * ratio[partner]), once)
    # An exporter that stands twice among the regular ones is one partner.
    same = partner[:, :, None] == partner[:, None, :]
    together = (regular[:, None, :] * same).sum(axis=2)
    together = np.minimum(together, np.minimum(past[:, None], own[partner]))
    at, slot = drawn["importer_at"].to_numpy(), drawn["slot"].to_numpy()
    found: Indices = np.where(slot >= 0, together[at, slot], 0).astype(np.int64)
    return found


def lead_hours(drawn: pd.DataFrame) -> Indices:
    """Return how many hours before the arrival the declaration was lodged, at least 0."""
    table = parameters("home_leads").pivot(index="mode", columns="measure", values="value")
    table = table.loc[MODES]
    mode = drawn["mode"].to_numpy()
    median, sigma = (table[name].to_numpy(dtype=np.float64)[mode] for name in ("median", "sigma"))
    hours: Indices = np.rint(median * np.exp(sigma * drawn["lead_z"].to_numpy())).astype(np.int64)
    return hours


def arrival_dates(drawn: pd.DataFrame) -> pd.Series:
    """Return the day of arrival of each consignment."""
    return pd.Series((FIRST_DAY + drawn["day"].to_numpy()).astype("datetime64[us]"))


def is_night(hour: Indices) -> np.ndarray:
    """Return which hours are in the night.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.home.traffic import is_night
    >>> is_night(np.array([4, 5, 12, 22])).tolist()
    [True, False, False, True]
    """
    first, after = NIGHT
    return (hour >= first) | (hour < after)
