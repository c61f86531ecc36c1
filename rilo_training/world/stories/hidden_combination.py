"""A hidden combination: departure, concealment and commodity meet far more often than by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.labels import order
from rilo_training.world.places import hiding_places
from rilo_training.world.routes import crosses_land
from rilo_training.world.stories.expectation import expected_imports
from rilo_training.world.stories.rerouting import movable_imports, move_departure
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import stream


class HiddenCombination(Story):
    """A departure country, a method and a commodity belong together, in small numbers."""

    kind = "hidden_combination"
    title = "A combination of departure, concealment and commodity is far over-represented"
    find = (
        "Goods of this commodity that come from this country are hidden in this way many times "
        "more often than the same Members' goods of this commodity from other countries."
    )
    method = (
        "For each departure, concealment and commodity, compare the number of cases with the "
        "number expected if departure and concealment were independent within each Member and "
        "commodity; keep what has enough cases, a high lift, and a probability that stands after "
        "a correction for the number of comparisons."
    )
    naive = (
        "Taking the combinations with the largest counts, or the largest shares of a row. The "
        "first are large because their parts are large; the second are built on few cases."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the commodity, the concealment and the departure country."""
        imports = expected_imports(self.setting)
        not_by_land = ~crosses_land(order("location"))
        hidden = hiding_places()[:, not_by_land].sum(axis=1)
        share = hidden / hidden.sum(axis=1, keepdims=True)
        number = imports.sum(axis=(1, 2))[:, None] * share
        able = number >= self.parameter("least_pair")
        able &= share <= self.parameter("most_share")
        able[:, order("concealment").index("Unknown")] = False
        commodity, concealment = map(int, rng.choice(np.argwhere(able)))
        departures = imports[commodity].sum(axis=0)
        seen = departures >= self.parameter("least_departures")
        seen &= departures <= self.parameter("most_departures")
        return {
            "commodity": order("commodity")[commodity],
            "concealment": order("concealment")[concealment],
            "departure": order("country")[int(rng.choice(np.flatnonzero(seen)))],
        }

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases with some of the commodity so hidden moved to the departure country."""
        facts = self.facts
        country = order("country").index(facts["departure"])
        commodity = order("commodity").index(facts["commodity"])
        concealment = order("concealment").index(facts["concealment"])
        rng = stream(self.setting.recipe.seed, "story change", self.number, block)
        hit = rng.random(len(cases)) < self._share(commodity, concealment)
        hit &= movable_imports(cases, np.array(country))
        hit &= cases["commodity"].to_numpy() == commodity
        hit &= cases["concealment"].to_numpy() == concealment
        rows = np.flatnonzero(hit)
        cases = move_departure(self.setting, rng, cases, rows, country)
        self.mark(cases, rows)
        return cases

    def _share(self, commodity: int, concealment: int) -> float:
        """Return the share of the imports so hidden that come from the departure country."""
        not_by_land = ~crosses_land(order("location"))
        hidden = hiding_places()[commodity, not_by_land].sum(axis=0)
        number = expected_imports(self.setting)[commodity].sum() * hidden / hidden.sum()
        wanted = self.parameter("cases") * self.parameter("strength")
        return min(float(wanted / number[concealment]), 1.0)


STORY = HiddenCombination
