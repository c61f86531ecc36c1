"""A displaced route: after a day, goods that came from one country come from another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.labels import order
from rilo_training.world.recipe import DAYS, FIRST_DAY, day_number
from rilo_training.world.stories.expectation import expected_imports
from rilo_training.world.stories.rerouting import movable_imports, move_departure
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import stream
from rilo_training.world.tables import shares


class DisplacedRoute(Story):
    """A Member's imports of a commodity leave one departure country for another."""

    kind = "displaced_route"
    title = "A route is displaced"
    find = (
        "From about the change day on, this commodity no longer comes to this Member from its "
        "usual country: most of those cases come from a country that was hardly seen before."
    )
    method = (
        "For each Member and commodity, compare the shares of the departure countries before and "
        "after a day, with an exact test and a correction for the number of comparisons. A route "
        "is displaced where one share rises and another falls at the same time."
    )
    naive = (
        "Ranking the departures over the whole period. The old country still leads the ranking, "
        "because most of the period lies before the change; the Member's total does not move."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the day, the Member, the commodity and both countries."""
        early, late = self.parameter("earliest_days"), self.parameter("latest_days")
        day = DAYS - 1 - int(rng.integers(int(late), int(early) + 1))
        expected = expected_imports(self.setting)
        # The last weeks are not reported yet.
        visible = (DAYS - day - self.parameter("unreported_days")) / DAYS
        enough = np.argwhere(expected * visible >= self.parameter("least_after"))
        if not len(enough):
            enough = np.argwhere(expected == expected.max())
        commodity, reporter, old = map(int, enough[rng.integers(len(enough))])
        # Known as a departure of these goods elsewhere, and hardly seen at this Member.
        elsewhere = expected[commodity].sum(axis=0)
        rare = expected[commodity, reporter] < self.parameter("most_before")
        rare[[reporter, old]] = False
        weight = np.where(rare, elsewhere, 0.0)
        weight[np.argsort(-weight, kind="stable")[int(self.parameter("new_countries")) :]] = 0.0
        new = int(rng.choice(len(weight), p=shares(weight)))
        return {
            "reporter": order("member")[reporter],
            "commodity": order("commodity")[commodity],
            "from": order("country")[old],
            "to": order("country")[new],
            "change_date": str(FIRST_DAY + day),
        }

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases with a share of the old departures moved to the new country."""
        facts = self.facts
        new = order("country").index(facts["to"])
        day = day_number(facts["change_date"])
        rng = stream(self.setting.recipe.seed, "story change", self.number, block)
        share = min(self.parameter("share_moved") * self.parameter("strength"), 1.0)
        hit = rng.random(len(cases)) < share
        hit &= movable_imports(cases, np.array(new))
        hit &= cases["reporter"].to_numpy() == order("member").index(facts["reporter"])
        hit &= cases["commodity"].to_numpy() == order("commodity").index(facts["commodity"])
        hit &= cases["departure"].to_numpy() == order("country").index(facts["from"])
        hit &= cases["seizure_day"].to_numpy() >= day
        rows = np.flatnonzero(hit)
        cases = move_departure(self.setting, rng, cases, rows, new)
        self.mark(cases, rows)
        return cases


STORY = DisplacedRoute
