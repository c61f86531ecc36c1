"""A moving method: a way of hiding goods leaves one commodity and comes to another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.cases import draw_persons, name_gateways
from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.members import reachable
from rilo_training.world.places import (
    cells,
    commodity_shares,
    ecommerce_probability,
    hiding_places,
)
from rilo_training.world.recipe import DAYS, FIRST_DAY, USUAL_CASES, day_number
from rilo_training.world.routes import crosses_land
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import Source, stream
from rilo_training.world.tables import Floats

METHODS = (
    "In baggage",
    "In transport",
    "In express courier",
    "In freight",
    "On the person",
)
"""The methods that may move: in use for many commodities, and one among several in most."""


def expected_hidden() -> tuple[Floats, Floats]:
    """Return the expected cases by commodity and concealment: not by land, and all."""
    table = USUAL_CASES * commodity_shares()[:, None, None] * hiding_places()
    return table[:, ~crosses_land(order("location"))].sum(axis=1), table.sum(axis=1)


class MovingMethod(Story):
    """A method of concealment moves from one commodity to another; its total stays level."""

    kind = "moving_method"
    title = "A method of concealment moves from one commodity to another"
    find = (
        "From about the change day on, the method is seen much less with the first commodity and "
        "much more with the second, while its share of all cases stays about the same."
    )
    method = (
        "For each commodity and method, compare the share of the method before and after a day, "
        "Member by Member and then together (Cochran, Mantel and Haenszel), with a correction for "
        "the number of comparisons. A method moves where it rises in one commodity and falls in "
        "another at the same time."
    )
    naive = (
        "Comparing the share of each method among all cases. The fall in one commodity and the "
        "rise in the other cancel, so nothing seems to change."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the day, the method and both commodities."""
        early, late = self.parameter("earliest_days"), self.parameter("latest_days")
        day = DAYS - 1 - int(rng.integers(int(late), int(early) + 1))
        expected, everywhere = expected_hidden()
        total = expected.sum(axis=1)
        moves = []
        for method in map(order("concealment").index, METHODS):
            number, known = expected[:, method], everywhere[:, method]
            first = number >= self.parameter("least_cases")
            first &= number <= self.parameter("most_cases")
            first &= number >= self.parameter("least_share") * total
            # What crosses by land stays, and would hide a fall.
            first &= number >= self.parameter("least_not_by_land") * known
            for old in map(int, np.flatnonzero(first)):
                second = total >= self.parameter("least_of_second")
                second &= known >= self.parameter("least_known")
                second &= known <= self.parameter("most_ratio") * number[old]
                # The second commodity must have room for what leaves the first.
                second &= total - number >= self.parameter("room") * number[old]
                moves += [(method, old, int(new)) for new in np.flatnonzero(second)]
        method, old, new = moves[rng.integers(len(moves))]
        return {
            "method": order("concealment")[method],
            "from": order("commodity")[old],
            "to": order("commodity")[new],
            "change_date": str(FIRST_DAY + day),
        }

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases with the method taken from one commodity and given to the other."""
        facts = self.facts
        method = order("concealment").index(facts["method"])
        old, new = (order("commodity").index(facts[end]) for end in ("from", "to"))
        day = day_number(facts["change_date"])
        rng = stream(self.setting.recipe.seed, "story change", self.number, block)
        leaving = min(self.parameter("share_moved") * self.parameter("strength"), 1.0)
        expected, _ = expected_hidden()
        others = expected[new].sum() - expected[new, method]
        coming = min(leaving * expected[old, method] / others, 1.0)
        commodity = cases["commodity"].to_numpy(dtype=np.int64)
        hidden = cases["concealment"].to_numpy(dtype=np.int64) == method
        by_land = crosses_land(order("location"))[cases["location"].to_numpy(dtype=np.int64)]
        luck = rng.random(len(cases))
        leaves = (commodity == old) & hidden & (luck < leaving)
        comes = (commodity == new) & ~hidden & (luck < coming)
        later = cases["seizure_day"].to_numpy() >= day
        rows = np.flatnonzero((leaves | comes) & later & ~by_land)
        cases = self._rehidden(rng, cases, rows, comes[rows], method, block)
        self.mark(cases, rows)
        return cases

    def _rehidden(
        self,
        rng: np.random.Generator,
        cases: pd.DataFrame,
        rows: Indices,
        comes: np.ndarray,
        method: int,
        block: int,
    ) -> pd.DataFrame:
        """Return the cases with new places, hiding places and what follows from them."""
        part = cases.iloc[rows].copy()
        commodity = part["commodity"].to_numpy(dtype=np.int64)
        reporter = part["reporter"].to_numpy(dtype=np.int64)
        location, concealment, conveyance = self._places(rng, commodity, reporter, comes, method)
        part["location"], part["concealment"], part["conveyance"] = (
            location,
            concealment,
            conveyance,
        )
        online = ecommerce_probability()[commodity, location, concealment]
        part["is_ecommerce"] = rng.random(len(part)) < online
        part["persons"] = draw_persons(rng, concealment)
        source = Source(self.setting.recipe.seed, block, self.number + 1)
        part = name_gateways(self.setting, source, part)
        changed = {}
        for column in part.columns:
            values = cases[column].to_numpy().copy()
            values[rows] = part[column].to_numpy()
            changed[column] = values
        return cases.assign(**changed)

    @staticmethod
    def _places(
        rng: np.random.Generator,
        commodity: Indices,
        reporter: Indices,
        comes: np.ndarray,
        method: int,
    ) -> tuple[Indices, Indices, Indices]:
        """Draw places of the commodity, with the method or without it, that the Member has."""
        shape = cells().shape[1:]
        weights = np.zeros((len(commodity), *shape))
        allowed = reachable().T[reporter] & ~crosses_land(order("location"))
        weights += cells()[commodity] * allowed[:, :, None, None]
        weights[comes, :, :method] = 0.0
        weights[comes, :, method + 1 :] = 0.0
        weights[~comes, :, method] = 0.0
        place = choose(
            rng, weights.reshape(len(commodity), int(np.prod(shape))), np.arange(len(commodity))
        )
        location, concealment, conveyance = np.unravel_index(place, shape)
        return (
            location.astype(np.int64),
            concealment.astype(np.int64),
            conveyance.astype(np.int64),
        )


STORY = MovingMethod
