"""Make the consignments and inspections of a world from its seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from rilo_training.seizures.home_schema import CONSIGNMENT_COLUMNS, INSPECTION_COLUMNS
from rilo_training.world.errors import WorldError
from rilo_training.world.home.containers import container_numbers
from rilo_training.world.home.dirt import plant_missing, written
from rilo_training.world.home.family import plant_family
from rilo_training.world.home.goods import (
    MODES,
    describe,
    descriptions,
    draw_goods,
    headings,
    weigh,
)
from rilo_training.world.home.illicit import calibrate, factors, sigmoid
from rilo_training.world.home.inspections import draw_inspections
from rilo_training.world.home.newcomers import plant_newcomers
from rilo_training.world.home.parties import SIDES, Parties, draw_parties, home
from rilo_training.world.home.story import tell_story
from rilo_training.world.home.traffic import (
    arrival_dates,
    draw_traffic,
    lead_hours,
    levels,
    relation_past,
)
from rilo_training.world.labels import order
from rilo_training.world.recipe import USUAL_CONSIGNMENTS
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters

LOWEST, HIGHEST = 1_000, 1_000_000
"""How few and how many consignments a world may hold."""


@dataclass(frozen=True)
class HomeDesk:
    """The consignments of a world, what inspections found, and the truth.

    Attributes
    ----------
    consignments : pandas.DataFrame
        One row per consignment, ordered by day of arrival, with missing and dirty values; the
        columns of `rilo_training.seizures.home_schema.CONSIGNMENT_COLUMNS`.
    inspections : pandas.DataFrame
        One row per inspected consignment; the columns of ``INSPECTION_COLUMNS``.
    truth_consignments : pandas.DataFrame
        The truth about each consignment, in the same order: ``p_illicit``, ``is_illicit``, the
        entities, the true values of what is missing, and what each factor adds to the log-odds
        (``adds_...``).
    parties : pandas.DataFrame
        One row per spelling of a party: ``party``, ``entity``, ``name``, ``address``,
        ``is_first_spelling``, ``is_bad``, ``is_new``, ``is_family``, ``tendency`` (log-odds before
        scaling).
    stories : list of dict
        What was planted, and what an analyst should find.
    """

    consignments: pd.DataFrame
    inspections: pd.DataFrame
    truth_consignments: pd.DataFrame
    parties: pd.DataFrame
    stories: list[dict[str, Any]]


def _silent(part: str) -> None:
    """Tell nobody."""


def make_home_desk(
    seed: int,
    consignments: int = USUAL_CONSIGNMENTS,
    difficulty: str = "standard",
    families: int = 1,
    progress: Callable[[str], None] | None = None,
) -> HomeDesk:
    """Return the consignments and inspections of a seed. The same seed gives the same desk.

    Parameters
    ----------
    seed : int
        0 to 2**128 - 1.
    consignments : int
        How many consignments arrive in the twelve weeks, 1,000 to 1,000,000.
    difficulty : str
        A row of the table ``home_difficulty``: how well the best ranking can be.
    families : int
        How many consignee families are planted, 0 to 3. With 0 the world is the same without
        them: the consignments of a family belong to ordinary importers.
    progress : callable, optional
        Called with the name of each part when it starts.

    Returns
    -------
    HomeDesk

    Raises
    ------
    WorldError
        When the seed, the number of consignments, the difficulty or the number of families
        cannot be used.

    Examples
    --------
    >>> from rilo_training.world.home import make_home_desk
    >>> desk = make_home_desk(seed=1, consignments=1_000)
    >>> len(desk.consignments), len(desk.inspections)
    (1000, 49)
    >>> desk.inspections["selected_by"].value_counts().to_dict()
    {'officer': 30, 'random': 10, 'tip': 9}
    """
    check_sizes(consignments, difficulty, families)
    tell = progress or _silent
    tell("parties")
    parties = draw_parties(seed, consignments)
    tell("traffic")
    drawn = draw_traffic(seed, consignments, parties)
    drawn = drawn.join(draw_goods(seed, drawn["heading"].to_numpy()))
    drawn = plant_newcomers(seed, drawn, parties)
    plain = _completed(seed, drawn, parties)
    tell("outcomes")
    auc = float(parameters("home_difficulty").set_index("difficulty")["value"][difficulty])
    ordinary = factors(seed, plain, parties).sum(axis=1).to_numpy()
    # The scale is that of the world without families, so that no other consignment changes.
    scale, intercept = calibrate(ordinary, home("illicit_percent") / 100, auc)
    planted, found = plant_family(seed, families, drawn, parties)
    drawn = _completed(seed, planted, parties)
    parts = factors(seed, drawn, parties)
    p = np.round(sigmoid(scale * parts.sum(axis=1).to_numpy() + intercept), 6)
    is_illicit = stream(seed, "home_outcomes").random(consignments) < p
    tell("consignments")
    true, place = _declared(seed, drawn, parties)
    tell("inspections")
    inspections = draw_inspections(seed, true, is_illicit)
    tell("defects")
    rng = stream(seed, "home_dirt")
    extract = true.copy()
    extract["description"], dirty = written(rng, "description", descriptions(), place)
    address = drawn["importer_at"].map(parties.importer.spellings["address_at"]).to_numpy()
    extract["importer_address"], other = written(
        rng, "importer_address", parties.importer.address, address
    )
    extract = plant_missing(seed, extract)

    importer, exporter = (_entities(side) for side in ("importer", "exporter"))
    truth = pd.DataFrame(
        {
            "consignment_id": true["consignment_id"],
            "p_illicit": p,
            "is_illicit": is_illicit,
            "importer_entity": [importer(n) for n in drawn["importer"]],
            "exporter_entity": [exporter(n) for n in drawn["exporter"]],
            "family": drawn["family"].to_numpy(),
            "is_mismatch": drawn["is_mismatch"].to_numpy(),
            "is_vague": drawn["is_vague"].to_numpy(),
            "is_detour": drawn["is_detour"].to_numpy(),
            "is_new_relation": drawn["relation_past"].to_numpy() == 0,
            "is_other_agent": drawn["is_other_agent"].to_numpy(),
            "has_description_dirt": dirty,
            "has_address_dirt": other,
        }
    )
    for column in _missing_columns():
        truth[f"true_{column}"] = true[column]
    for name in parts.columns:
        truth[f"adds_{name.replace(' ', '_')}"] = np.round(scale * parts[name].to_numpy(), 3)
    texts = [name for name in truth.columns if types.is_object_dtype(truth[name].dtype)]
    stories = [tell_story(story, true, is_illicit) for story in found]
    return HomeDesk(
        _typed(extract, CONSIGNMENT_COLUMNS),
        _typed(inspections, INSPECTION_COLUMNS),
        truth.astype(dict.fromkeys(texts, "str")),
        _party_table(parties, [story["entity"] for story in found]),
        stories,
    )


def check_sizes(consignments: int, difficulty: str, families: int = 1) -> None:
    """Refuse a number of consignments, a difficulty or a number of families that cannot be made.

    Raises
    ------
    WorldError
        With what was found, what was expected and what to do.
    """
    whole = isinstance(consignments, int) and not isinstance(consignments, bool)
    if not whole or not LOWEST <= consignments <= HIGHEST:
        raise WorldError(
            f"The number of consignments was {consignments!r}. "
            f"Give a whole number, {LOWEST:,} to {HIGHEST:,}."
        )
    known = parameters("home_difficulty")["difficulty"].tolist()
    if difficulty not in known:
        raise WorldError(f"The difficulty was {difficulty!r}. Choose one of: {', '.join(known)}.")
    whole = isinstance(families, int) and not isinstance(families, bool)
    if not whole or not 0 <= families <= 3:
        raise WorldError(f"The number of families was {families!r}. Give a whole number, 0 to 3.")


def _completed(seed: int, drawn: pd.DataFrame, parties: Parties) -> pd.DataFrame:
    """Return the rows with what follows from them: weights, values, earlier relation."""
    rows = drawn.join(weigh(drawn))
    rows["relation_past"] = relation_past(seed, drawn, parties)
    return rows


def _missing_columns() -> list[str]:
    table = parameters("home_dirt")
    return [str(column) for column in table.loc[table["kind"].eq("missing"), "column"]]


def _entities(side: str) -> Callable[[int], str]:
    short = {"importer": "IMP", "exporter": "EXP", "agent": "AGT"}[side]
    return lambda number: f"{short}-{number + 1:04d}"


def _declared(seed: int, drawn: pd.DataFrame, parties: Parties) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the consignments as declared, without defects, and the places of descriptions."""
    number = len(drawn)

    def labels(names: list[str], column: str) -> np.ndarray:
        return np.asarray(np.array(names, dtype=object)[drawn[column].to_numpy()])

    place = describe(drawn)
    table: dict[str, Any] = {
        "consignment_id": [f"HD-26-{n:06d}" for n in range(1, number + 1)],
        "arrival_date": arrival_dates(drawn),
        "arrival_hour": drawn["hour"],
        "lodged_hours_before": lead_hours(drawn),
        "office": labels(levels("home_offices", "office"), "office"),
        "mode": labels(MODES, "mode"),
        "container_number": container_numbers(seed, drawn["mode"].eq(0).to_numpy()),
        "origin_country": labels(levels("home_origins", "country"), "origin"),
        "departure_country": labels(order("country"), "departure"),
        "hs_heading": labels(headings(), "heading"),
        "description": np.array(descriptions(), dtype=object)[place],
        "packages": drawn["packages"],
        "package_kind": labels(levels("home_package_kinds", "package_kind"), "kind"),
        "gross_weight_kg": drawn["gross_weight_g"] / 1000,
        "value_usd": drawn["value_cents"] / 100,
        "delivery_terms": labels(levels("home_terms", "delivery_terms"), "terms"),
        "payment": labels(levels("home_payments", "payment"), "payment"),
        "documents": labels(levels("home_documents", "documents"), "documents"),
        "channel": labels(levels("home_channels", "channel"), "channel"),
        "relation_past_consignments": drawn["relation_past"],
    }
    for side in SIDES:
        own = getattr(parties, side)
        at = drawn["importer_at" if side == "importer" else side].to_numpy()
        names = own.spellings
        table[side] = names["name"].to_numpy(dtype=object)[at]
        if side != "agent":
            address = np.array(own.address, dtype=object)[names["address_at"].to_numpy()]
            table[f"{side}_address"] = address[at]
        table[f"{side}_since"] = names["since"].to_numpy()[at]
        for name in ("past_consignments", "past_inspections", "past_finds"):
            table[f"{side}_{name}"] = names[name].to_numpy()[at]
    return pd.DataFrame(table), place


def _typed(table: pd.DataFrame, columns: tuple[Any, ...]) -> pd.DataFrame:
    """Return the columns of the schema in order with their dtypes."""
    table = table[[column.name for column in columns]].copy()
    for column in columns:
        values = table[column.name]
        if column.kind == "text":
            # A missing value stays missing: before pandas 3, astype("str") would write "None".
            table[column.name] = values.astype("str").where(values.notna())
        elif column.missing_allowed and column.kind == "whole number":
            table[column.name] = values.astype("Int64")
        else:
            table[column.name] = values.astype(column.dtype)
    return table


def _party_table(parties: Parties, families: list[int]) -> pd.DataFrame:
    """Return the truth about parties, one row per spelling."""
    tables = []
    for side in SIDES:
        own = getattr(parties, side)
        entity = own.spellings["entity"].to_numpy()
        tables.append(
            pd.DataFrame(
                {
                    "party": side,
                    "entity": [_entities(side)(n) for n in entity],
                    "name": own.spellings["name"],
                    "address": [own.address[at] for at in own.spellings["address_at"]],
                    "is_first_spelling": ~own.spellings["entity"].duplicated(),
                    "is_bad": own.is_bad[entity],
                    "is_new": own.is_new[entity],
                    "is_family": np.isin(entity, families if side == "importer" else []),
                    "tendency": np.round(own.tendency[entity], 3),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
