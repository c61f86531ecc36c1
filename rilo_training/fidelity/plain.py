"""The plain world of a seed: the true cases without story lines, defects and batch reporting.

It has the same Members, habits and draws as the world of the seed. Published shares are compared
with it, because a story line moves shares on purpose. It also holds the cases that are not yet
reported on the last day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.block import true_block
from rilo_training.world.draws import Indices
from rilo_training.world.kinds import kinds
from rilo_training.world.labels import order
from rilo_training.world.recipe import USUAL_CASES, Recipe
from rilo_training.world.tables import parameters

FIELDS = ("commodity", "location", "concealment", "conveyance", "direction", "detection")


@dataclass(frozen=True)
class PlainWorld:
    """The true cases and lines of a seed, with labels.

    Attributes
    ----------
    cases : pandas.DataFrame
        One row per case: ``section``, ``commodity``, ``location``, ``concealment``,
        ``conveyance``, ``direction``, ``detection`` (categories), ``is_ecommerce``, ``reporter``,
        ``departure``, ``transit``, ``destination`` (country codes; ``Unknown`` or empty),
        ``seizure_day``, ``report_day`` (days after the first), ``persons``.
    lines : pandas.DataFrame
        One row per line: ``case`` (row of `cases`), ``line_no``, ``section``, ``commodity``,
        ``sub_commodity``, ``measure``, ``base_quantity`` (g, ml, pieces and so on).
    """

    cases: pd.DataFrame
    lines: pd.DataFrame


def plain_world(seed: int, cases: int = USUAL_CASES) -> PlainWorld:
    """Return the plain world of a seed.

    Examples
    --------
    >>> from rilo_training.fidelity.plain import plain_world
    >>> world = plain_world(seed=1, cases=100)
    >>> len(world.cases), bool(len(world.lines) >= 100)
    (100, True)
    """
    recipe = Recipe(seed, cases, drawn=False, plain=True, consignments=0)
    found_cases, found_lines, first = [], [], 0
    for block, number in recipe.blocks():
        made = true_block(recipe, block, number)
        found_cases.append(_labelled_cases(made.cases))
        lines = _labelled_lines(made.lines)
        found_lines.append(lines.assign(case=lines["case"] + first))
        first += len(made.cases)
    return PlainWorld(
        pd.concat(found_cases, ignore_index=True), pd.concat(found_lines, ignore_index=True)
    )


def _category(index: Indices, labels: list[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(index, categories=pd.Index(labels))


def _labelled_cases(cases: pd.DataFrame) -> pd.DataFrame:
    table = {}
    for field in FIELDS:
        table[field] = _category(cases[field].to_numpy(dtype=np.int64), order(field))
    commodity = cases["commodity"].to_numpy(dtype=np.int64)
    section = codes.commodities().set_index("commodity")["section"].loc[order("commodity")]
    place = section.map(order("section").index).to_numpy(dtype=np.int64)
    table["section"] = _category(place[commodity], order("section"))
    table["reporter"] = _category(cases["reporter"].to_numpy(dtype=np.int64), order("member"))
    countries = [*order("country"), "Unknown", ""]
    for end in ("departure", "transit", "destination"):
        index = cases[end].to_numpy(dtype=np.int64)
        # -1 is unknown and -2 is none: the last but one label and the last one.
        index = np.where(index == -1, len(countries) - 2, index)
        table[end] = _category(np.where(index == -2, len(countries) - 1, index), countries)
    rest = cases[["is_ecommerce", "seizure_day", "report_day", "persons"]]
    return pd.DataFrame(table).join(rest.reset_index(drop=True))


def _labelled_lines(lines: pd.DataFrame) -> pd.DataFrame:
    kind = lines["kind"].to_numpy(dtype=np.int64)
    goods = kinds().iloc[kind].reset_index(drop=True)
    measure = parameters("quantities")["measure"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "case": lines["case"].to_numpy(dtype=np.int64),
            "line_no": lines["line_no"].to_numpy(dtype=np.int64),
            "section": goods["section"].to_numpy(dtype=object),
            "commodity": goods["commodity"].to_numpy(dtype=object),
            "sub_commodity": goods["sub_commodity"].to_numpy(dtype=object),
            "measure": measure[lines["form"].to_numpy(dtype=np.int64)],
            "base_quantity": lines["base_quantity"].to_numpy(dtype=np.int64),
        }
    )
