"""The story line of the changing goods: containers of cigarettes that are never called so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.movements.goods import (
    FALSE_DESCRIPTION,
    draw_words,
    heading_codes,
    measure,
    reason_at,
    weigh_again,
)
from rilo_training.world.movements.routes import (
    MOST_LEGS,
    is_member_port,
    port_codes,
    port_countries,
    window,
)
from rilo_training.world.tables import Floats, story_parameters, vector

KIND = "changing_goods"
TRUE_HEADING = "2402"


def story_value(name: str) -> float:
    """Return a value of ``stories.csv`` for this kind."""
    return story_parameters(KIND)[name]


@dataclass(frozen=True)
class Family:
    """The containers of the story.

    Attributes
    ----------
    legs, start : array of int, shape (containers,)
        Number of legs, and day of the first departure.
    stops : array of int, shape (containers, MOST_LEGS + 1)
        As `rilo_training.world.movements.routes.draw_stops` returns them.
    goods : dict of str to array
        As `rilo_training.world.movements.goods.draw_goods` returns them.
    facts : dict
        Ports of the story.
    """

    legs: Indices
    start: Indices
    stops: Indices
    goods: dict[str, np.ndarray]
    facts: dict[str, Any]


def draw_family(rng: np.random.Generator) -> Family:
    """Return the containers of the story: several ports, other goods at each, one destination."""
    least, most = story_value("containers_least"), story_value("containers_most")
    number = round((least + rng.random() * (most - least)) * story_value("strength"))
    destination, origins, vias = _draw_ports(rng)
    legs = 3 + (rng.random(number) * (MOST_LEGS - 2)).astype(np.int64)
    stops = np.full((number, MOST_LEGS + 1), destination, dtype=np.int64)
    stops[:, 0] = origins[(rng.random(number) * len(origins)).astype(np.int64)]
    ways = np.argsort(rng.random((number, len(vias))), axis=1, kind="stable")
    for leg in range(1, MOST_LEGS):
        stops[:, leg] = np.where(leg < legs, vias[ways[:, leg - 1]], destination)
    shortest, longest = story_value("weeks_least"), story_value("weeks_most")
    days = 7 * (shortest + rng.random() * (longest - shortest))
    first, last = window()
    spare = max(last - story_value("days_before_end") - days - first, 1.0)
    start = first + int(rng.random() * spare) + (rng.random(number) * days).astype(np.int64)
    ports = port_codes()
    facts: dict[str, Any] = {
        "destination_port": ports[destination],
        "destination_country": order("country")[int(port_countries()[destination])],
        "origin_ports": [ports[port] for port in origins],
        "via_ports": [ports[port] for port in vias],
        "true_heading": TRUE_HEADING,
    }
    return Family(legs, start, stops, _false_goods(rng, number), facts)


def _draw_ports(rng: np.random.Generator) -> tuple[int, Indices, Indices]:
    """Return destination, origins and ports between, all Members' and in different countries."""
    weight = vector("movement_ports", "locode", port_codes()) * is_member_port()
    weight = np.where(weight >= story_value("port_weight_least"), weight, 0.0)
    countries, origins = port_countries(), 1 + int(story_value("origins"))
    found: list[int] = []
    for _ in range(origins + int(story_value("vias"))):
        free = weight * ~np.isin(countries, countries[found])
        found.append(int(choose(rng, free[None, :], np.zeros(1, dtype=np.int64))[0]))
    return found[0], np.array(found[1:origins]), np.array(found[origins:])


def _cover_weights() -> Floats:
    """Return how likely each heading is declared: goods that weigh about the same, no tobacco."""
    tobacco = np.array([code.startswith("24") for code in heading_codes()])
    ratio = np.abs(np.log(measure("weight") / story_value("weight_kg")))
    return np.asarray(
        np.exp(-story_value("cover_weight_fit") * ratio) * measure("traffic") * ~tobacco
    )


def _false_goods(rng: np.random.Generator, number: int) -> dict[str, np.ndarray]:
    """Return what is declared on each leg: other goods, the same weight and packages."""
    chapter = np.array([int(code[:2]) for code in heading_codes()])
    cover, nothing = _cover_weights(), np.zeros(number, dtype=np.int64)
    normal = rng.standard_normal((2, number))
    weight = np.round(story_value("weight_kg") * np.exp(story_value("weight_sigma") * normal[0]), 1)
    package = story_value("package_kg") * np.exp(story_value("package_sigma") * normal[1])
    packages = np.round(weight / package)
    changes = min(story_value("change_share") * story_value("strength"), 1.0)
    heading = choose(rng, cover[None, :], nothing)
    word = draw_words(rng, heading)
    legs = [(heading, word, weight, packages, nothing)]
    for _ in range(1, MOST_LEGS):
        new = choose(rng, cover * (chapter != chapter[heading][:, None]), np.arange(number))
        is_new = rng.random(number) < changes
        heading = np.where(is_new, new, heading)
        word = np.where(is_new, draw_words(rng, new), word)
        reason = np.where(is_new, reason_at(FALSE_DESCRIPTION), 0)
        legs.append((heading, word, *weigh_again(rng, weight, packages), reason))
    names = ("heading", "word", "weight", "packages", "reason")
    goods = {name: np.stack([leg[at] for leg in legs], axis=1) for at, name in enumerate(names)}
    goods["style"] = np.zeros_like(goods["word"])
    goods["goods"] = np.full_like(goods["word"], heading_codes().index(TRUE_HEADING))
    return goods


def family_record(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the story's record in ``stories.json``."""
    return {
        "kind": KIND,
        "title": "Goods whose description changes at every leg",
        "table": "movements",
        "parameters": dict(story_parameters(KIND)),
        "facts": facts,
        "find": (
            "Some containers go by several ports to one destination port. The declared goods "
            "change at nearly every leg; the weight and the packages do not."
        ),
        "method": (
            "Follow each container over its legs. Count changes of the HS chapter where weight "
            "and packages stay the same, and compare each destination with all the others."
        ),
        "naive": (
            "Look for the tobacco heading, or count changes of the heading without a look at the "
            "load. No leg declares tobacco, and forwarders that load and unload at each port "
            "change goods more often."
        ),
    }
