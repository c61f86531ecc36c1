"""The legs of containers that Members share in a project, and the containers of a story line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rilo_training.seizures.movement_schema import MOVEMENT_COLUMNS
from rilo_training.world.draws import Indices, choose
from rilo_training.world.extract import as_text
from rilo_training.world.home.containers import OWNERS, check_digit
from rilo_training.world.labels import order
from rilo_training.world.movements.family import KIND, draw_family, family_record
from rilo_training.world.movements.goods import (
    SLIPS,
    descriptions,
    draw_goods,
    heading_codes,
    reason_at,
    reasons,
)
from rilo_training.world.movements.routes import (
    MOST_LEGS,
    draw_days,
    draw_reporters,
    draw_service_ports,
    draw_stops,
    movement,
    port_codes,
    window,
)
from rilo_training.world.recipe import FIRST_DAY, Recipe
from rilo_training.world.stories import KINDS, chosen_kinds
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters


def make_movements(recipe: Recipe) -> tuple[pa.Table, pa.Table, list[dict[str, Any]]]:
    """Return the legs of containers, the truth about each leg, and the story line.

    Parameters
    ----------
    recipe : Recipe
        What the world is made from. ``cases`` does not matter here; a plain world has no slips
        and no leg that was not shared.

    Returns
    -------
    tuple of pyarrow.Table, pyarrow.Table and list of dict
        The columns of `rilo_training.seizures.movement_schema.MOVEMENT_COLUMNS`, ordered by
        departure; the truth in the same order: ``movement_id``, ``story`` ("" for none),
        ``reason`` of a change since the leg before ("" for none), ``true_hs_heading`` (of what
        is inside) and ``true_gross_weight_kg``; the records of story lines, none or one.

    Examples
    --------
    >>> from rilo_training.world.movements import make_movements
    >>> from rilo_training.world.recipe import Recipe
    >>> movements, truth, stories = make_movements(Recipe(seed=1, drawn=False))
    >>> movements.num_rows == truth.num_rows, stories
    (True, [])
    """
    rows = _ordinary(recipe)
    rows["id"] = np.arange(len(rows))
    facts: dict[str, Any] = {}
    if KIND in chosen_kinds(recipe):
        own, facts = _family(recipe)
        own["id"] = np.arange(len(own)) + len(rows)
        rows = pd.concat([rows, own], ignore_index=True)
    containers = np.array(_container_numbers(recipe.seed, 2 * int(movement("containers"))))
    # Drawn numbers tell neither the order nor the story.
    numbers = stream(recipe.seed, "movements", 3).permutation(1_000_000)
    rows["movement_id"] = [f"MV-{number:06d}" for number in numbers[rows["id"]]]
    rows["container_number"] = containers[rows["container"].to_numpy()]
    rows = rows.sort_values(["departs", "movement_id"], ignore_index=True)
    movements, truth = _tables(rows)
    if not facts:
        return movements, truth, []
    own = rows[rows["is_story"]]
    facts["containers"] = sorted(own["container_number"].unique().tolist())
    facts["legs"] = len(own)
    facts["first_departure"] = str(FIRST_DAY + int(own["departs"].min()))
    facts["last_arrival"] = str(FIRST_DAY + int(own["arrives"].max()))
    return movements, truth, [family_record(facts)]


def _container_numbers(seed: int, number: int) -> list[str]:
    """Return different container numbers; every one fails its check digit."""
    rng = stream(seed, "movements", 2)
    serials = rng.permutation(1_000_000)[:number]
    owner = (rng.random(number) * len(OWNERS)).astype(np.int64)
    wrong = 1 + (rng.random(number) * 9).astype(np.int64)
    found = []
    for serial, own, step in zip(serials.tolist(), owner.tolist(), wrong.tolist(), strict=True):
        start = f"{OWNERS[own]}{serial:06d}"
        found.append(f"{start}{(check_digit(start) + step) % 10}")
    return found


def _ordinary(recipe: Recipe) -> pd.DataFrame:
    """Return the legs of ordinary containers."""
    number = int(movement("containers"))
    rng = stream(recipe.seed, "movements", 0)
    table = parameters("movement_legs")
    share = table["value"].to_numpy(dtype=np.float64)[None, :]
    nothing = np.zeros(number, dtype=np.int64)
    legs = table["legs"].to_numpy(dtype=np.int64)[choose(rng, share, nothing)]
    # Groupage passes several ports, like the story, but its load changes with the goods.
    ports = draw_service_ports(stream(recipe.seed, "movements", 4))
    service = np.arange(number) < len(ports)
    legs = np.where(service, 3 + (rng.random(number) * (MOST_LEGS - 2)).astype(np.int64), legs)
    ends = np.full(number, -1, dtype=np.int64)
    ends[: len(ports)] = ports[:number]
    stops = draw_stops(rng, legs, ends)
    first, last = window()
    start = first + (rng.random(number) * (last - first)).astype(np.int64)
    goods = draw_goods(stream(recipe.seed, "movements", 1), service.astype(np.int64))
    return _rows(rng, recipe, legs, stops, start, goods).assign(is_story=False)


def _family(recipe: Recipe) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the legs of the containers of the story, and its facts."""
    rng = stream(recipe.seed, "story plan", KINDS.index(KIND))
    family = draw_family(rng)
    rows = _rows(rng, recipe, family.legs, family.stops, family.start, family.goods)
    rows["container"] += int(movement("containers"))
    return rows.assign(is_story=True), family.facts


def _rows(
    rng: np.random.Generator,
    recipe: Recipe,
    legs: Indices,
    stops: Indices,
    start: Indices,
    goods: dict[str, np.ndarray],
) -> pd.DataFrame:
    """Return one row per leg that a Member shared, with a few slips."""
    departs, arrives = draw_days(rng, stops, start)
    reporter = draw_reporters(rng, stops, recipe.plain)
    columns = {"from": stops[:, :-1], "to": stops[:, 1:], "departs": departs, "arrives": arrives}
    leg = np.broadcast_to(np.arange(1, MOST_LEGS + 1), departs.shape)
    columns |= {"reporter": reporter, "leg_no": leg, **goods}
    columns["container"] = np.broadcast_to(np.arange(len(legs))[:, None], departs.shape)
    rows = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    rows["true_weight"] = rows["weight"]
    codes_of = np.array(heading_codes(), dtype=object)
    rows["written"] = codes_of[rows["heading"].to_numpy()]
    chance = rng.random((3, len(rows))) * 100
    place = rng.random((2, len(rows)))
    for at, slip in enumerate(SLIPS):
        rate = 0.0 if recipe.plain else movement(f"{slip.replace(' ', '_')}_percent")
        slipped = chance[at] < rate
        if slip == "heading slip":
            rows.loc[slipped, "written"] = [
                _exchanged(code, float(where))
                for code, where in zip(rows.loc[slipped, "written"], place[0, slipped], strict=True)
            ]
        elif slip == "weight slip":
            factor = np.where(place[1] < 0.5, 10.0, 0.1)
            rows["weight"] = rows["weight"] * np.where(slipped, factor, 1.0)
        else:
            rows.loc[slipped, ["departs", "arrives"]] = rows.loc[
                slipped, ["arrives", "departs"]
            ].to_numpy()
        rows.loc[slipped, "reason"] = reason_at(slip)
    shared = rows["reporter"].ge(0) & rows["leg_no"].le(np.repeat(legs, MOST_LEGS))
    seen = rows[["departs", "arrives"]].max(axis=1).le(window()[1])
    return rows[shared & seen].reset_index(drop=True)


def _exchanged(code: str, where: float) -> str:
    """Return a heading with two different neighbouring digits exchanged."""
    places = [at for at in range(len(code) - 1) if code[at] != code[at + 1]]
    at = places[int(where * len(places))] if places else 0
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _tables(rows: pd.DataFrame) -> tuple[pa.Table, pa.Table]:
    """Return the movements with the columns of the schema, and the truth about them."""
    texts = descriptions()[0]
    words = texts[rows["style"].to_numpy(dtype=np.int64), rows["word"].to_numpy(dtype=np.int64)]

    def indices(name: str) -> Indices:
        return rows[name].to_numpy(dtype=np.int64)

    def kilograms(name: str) -> pa.Array:
        grams = np.rint(rows[name].to_numpy(dtype=np.float64) * 1000).astype(np.int64)
        return pa.array(grams / 1000)

    columns = {
        "movement_id": pa.array(rows["movement_id"], type=pa.string()),
        "container_number": pa.array(rows["container_number"], type=pa.string()),
        "leg_no": pa.array(indices("leg_no")),
        "departure_port": as_text(port_codes(), indices("from")),
        "arrival_port": as_text(port_codes(), indices("to")),
        "departure_date": pa.array((FIRST_DAY + indices("departs")).astype("datetime64[us]")),
        "arrival_date": pa.array((FIRST_DAY + indices("arrives")).astype("datetime64[us]")),
        "reporting_country": as_text(order("member"), indices("reporter")),
        "hs_heading": pa.array(rows["written"], type=pa.string()),
        "description": pa.array(words, type=pa.string()),
        "gross_weight_kg": kilograms("weight"),
        "packages": pa.array(indices("packages")),
    }
    movements = pa.table({column.name: columns[column.name] for column in MOVEMENT_COLUMNS})
    truth = pa.table(
        {
            "movement_id": columns["movement_id"],
            "story": as_text(["", KIND], indices("is_story")),
            "reason": as_text(reasons(), indices("reason")),
            "true_hs_heading": as_text(heading_codes(), indices("goods")),
            "true_gross_weight_kg": kilograms("true_weight"),
        }
    )
    return movements, truth
