"""What is declared for a container on each leg: heading, words, weight and packages."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices, choose
from rilo_training.world.movements.routes import MOST_LEGS, movement
from rilo_training.world.tables import Floats, matrix, parameters

Goods = dict[str, npt.NDArray[Any]]
"""What is declared on a leg: one array per column."""

SERVICES = ("liner", "groupage")
"""What carries a container: in groupage a forwarder loads and unloads at each port."""

NO_CHANGE = ""
FALSE_DESCRIPTION = "false description"
SLIPS = ("heading slip", "weight slip", "swapped dates")


def _four_digits(column: pd.Series) -> list[str]:
    """Return headings as text; a table reads 0303 as the number 303."""
    return [f"{int(code):04d}" for code in column]


@cache
def heading_codes() -> list[str]:
    """Return the headings of the project in their order; all callers share the list.

    Examples
    --------
    >>> from rilo_training.world.movements.goods import heading_codes
    >>> heading_codes()[:2]
    ['0303', '0805']
    """
    table = parameters("movement_headings")
    return list(dict.fromkeys(_four_digits(table["hs_heading"])))


@cache
def measure(name: str) -> Floats:
    """Return one measure of every heading: traffic, weight or package."""
    table = parameters("movement_headings")
    return table.loc[table["measure"].eq(name), "value"].to_numpy(dtype=np.float64)


@cache
def reasons() -> list[str]:
    """Return the reasons of a change; the first is no change, then those that are drawn."""
    drawn = map(str, parameters("movement_changes")["reason"])
    return [*dict.fromkeys([NO_CHANGE, *drawn]), *SLIPS, FALSE_DESCRIPTION]


def reason_at(name: str) -> int:
    """Return the index of a reason."""
    return reasons().index(name)


@cache
def _neighbours() -> Floats:
    """Return the weight with which a heading (row) is classified as another (column)."""
    table = parameters("movement_neighbours")
    rows = [heading_codes().index(code) for code in _four_digits(table["hs_heading"])]
    columns = [heading_codes().index(code) for code in _four_digits(table["other"])]
    weights = np.zeros((len(heading_codes()), len(heading_codes())))
    weights[rows, columns] = table["value"]
    return weights


@cache
def _words() -> tuple[list[str], Indices, Floats]:
    """Return all descriptions, the heading of each, and their weights by heading (row)."""
    table = parameters("home_descriptions")
    heading = np.array([heading_codes().index(code) for code in _four_digits(table["hs_heading"])])
    weights = np.zeros((len(heading_codes()), len(table)))
    weights[heading, np.arange(len(table))] = table["value"]
    return [str(text) for text in table["description"]], heading, weights


def _singular(text: str) -> str:
    """Return a text whose last word stands in the singular."""
    for many, one in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if text.endswith(many):
            return text.removesuffix(many) + one
    return text.removesuffix("s") if not text.endswith(("ss", "us", "is")) else text


@cache
def descriptions() -> tuple[np.ndarray, list[str]]:
    """Return the texts by style (row) and words (column), and the names of the styles."""
    texts = _words()[0]
    rows = [texts, [text.upper() for text in texts], [_singular(text) for text in texts]]
    patterns = [str(pattern) for pattern in parameters("movement_wordings")["pattern"]]
    rows += [[pattern.format(text) for text in texts] for pattern in patterns]
    names = ["plain", "capitals", "singular", *["more detail"] * len(patterns)]
    return np.array(rows, dtype=object), names


def draw_words(rng: np.random.Generator, heading: Indices) -> Indices:
    """Return usual words of each heading."""
    return choose(rng, _words()[2], heading)


def draw_load(rng: np.random.Generator, heading: Indices) -> tuple[Floats, Floats]:
    """Return gross weight (kg) and number of packages of a full container of each heading."""
    normal = rng.standard_normal((2, len(heading)))
    weight = measure("weight")[heading] * np.exp(movement("weight_sigma") * normal[0])
    package = measure("package")[heading] * np.exp(movement("package_sigma") * normal[1])
    weight = _loaded(weight)
    packages = np.maximum(np.round(weight / package), 1)
    return weight, np.asarray(packages, dtype=np.float64)


def _loaded(weight: Floats) -> Floats:
    """Return weights that a container can carry: what lies above is left behind."""
    highest = movement("highest_kg")
    over = np.maximum(weight - highest, 0.0)
    full = highest - over % movement("loading_margin_kg")
    return np.asarray(np.round(np.where(over > 0, full, weight), 1), dtype=np.float64)


def weigh_again(
    rng: np.random.Generator, weight: Floats, packages: Floats
) -> tuple[Floats, Floats]:
    """Return weight and packages of the same load as the next Member has them."""
    chance = rng.random((2, len(weight))) * 100
    normal = np.clip(rng.standard_normal(len(weight)), -2.0, 2.0)
    differs = np.round(movement("weighed_again_kg") * normal, 1)
    steps = np.array([-2, -1, 1, 2])[(rng.random(len(weight)) * 4).astype(np.int64)]
    weight = weight + np.where(chance[0] < movement("weighed_again_percent"), differs, 0.0)
    recounted = chance[1] < movement("recounted_percent")
    return np.maximum(weight, 1.0), np.maximum(packages + np.where(recounted, steps, 0), 1.0)


def draw_goods(rng: np.random.Generator, service: Indices) -> Goods:
    """Return what is declared for ordinary containers on each leg.

    Most keep their goods. Some change for good reasons; see ``movement_changes.csv``.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    service : array of int, shape (containers,)
        Index of `SERVICES`.

    Returns
    -------
    dict of str to array, shape (containers, MOST_LEGS)
        ``heading`` (as declared), ``goods`` (heading of what is inside), ``word``, ``style``,
        ``weight`` (kg), ``packages``, ``reason`` (index of `reasons`).
    """
    nothing = np.zeros(len(service), dtype=np.int64)
    goods = choose(rng, measure("traffic")[None, :], nothing)
    weight, packages = draw_load(rng, goods)
    leg: Goods = {
        "heading": goods,
        "goods": goods,
        "word": draw_words(rng, goods),
        "style": nothing,
        "weight": weight,
        "packages": packages,
        "reason": nothing,
    }
    legs = [leg]
    for _ in range(1, MOST_LEGS):
        leg = _next_load(rng, _next_words(rng, leg, service))
        legs.append(leg)
    return {name: np.stack([leg[name] for leg in legs], axis=1) for name in leg}


@cache
def _changes() -> Floats:
    """Return how likely each reason (column) is for each service (row), in per cent."""
    wide = matrix("movement_changes", "service", "reason", list(SERVICES), reasons())
    wide[:, 0] = 100 - wide.sum(axis=1)
    return wide


def _next_words(rng: np.random.Generator, leg: Goods, service: Indices) -> Goods:
    """Return the next leg: why something changes, and the heading and words of the same goods."""
    nothing = np.zeros_like(leg["goods"])
    reason = choose(rng, _changes(), service)
    detail = parameters("movement_wordings")["value"].to_numpy(dtype=np.float64)
    added = descriptions()[1].index("more detail") + choose(rng, detail[None, :], nothing)
    heading, word, style = leg["heading"], leg["word"], leg["style"]
    # Capitals and the singular come and go.
    for at, name in enumerate(descriptions()[1][1:3], start=1):
        style = np.where(reason == reason_at(name), np.where(style == at, 0, at), style)
    style = np.where(reason == reason_at("more detail"), added, style)
    word = np.where(reason == reason_at("other words"), _other_words(rng, word), word)
    other = choose(rng, _neighbours(), leg["goods"])
    heading = np.where(reason == reason_at("other classification"), other, heading)
    return {**leg, "heading": heading, "word": word, "style": style, "reason": reason}


def _next_load(rng: np.random.Generator, leg: Goods) -> Goods:
    """Return the leg with its load: usually the same one, sometimes another for a good reason."""
    number, reason, goods = len(leg["goods"]), leg["reason"], leg["goods"]
    weight, packages = weigh_again(rng, leg["weight"], leg["packages"])
    others = measure("traffic") * (np.arange(len(heading_codes())) != goods[:, None])
    new = choose(rng, others, np.arange(number))
    added = movement("consolidation_share") * (0.5 + rng.random(number))
    lighter, larger = rng.standard_normal((2, number))
    loads = {
        "reloaded": draw_load(rng, new),
        "consolidation": (_loaded(weight * (1 + added)), packages * (1 + added)),
        "repacked": (
            _loaded(weight * np.exp(movement("repacked_weight_sigma") * lighter)),
            packages * np.exp(movement("repacked_package_sigma") * larger),
        ),
    }
    for name, (kilograms, pieces) in loads.items():
        due = reason == reason_at(name)
        weight = np.where(due, kilograms, weight)
        packages = np.where(due, np.maximum(np.round(pieces), 1), packages)
    is_new = (reason == reason_at("reloaded")) | (reason == reason_at("consolidation"))
    return {
        **leg,
        "goods": np.where(is_new, new, goods),
        "heading": np.where(is_new, new, leg["heading"]),
        "word": np.where(is_new, draw_words(rng, new), leg["word"]),
        "style": np.where(is_new, 0, leg["style"]),
        "weight": weight,
        "packages": packages,
    }


def _other_words(rng: np.random.Generator, word: Indices) -> Indices:
    """Return other words for goods of the same heading."""
    heading = _words()[1]
    weights = _words()[2][heading[word]]
    weights[np.arange(len(word)), word] = 0.0
    return choose(rng, weights, np.arange(len(word)))
