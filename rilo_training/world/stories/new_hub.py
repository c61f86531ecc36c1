"""A new hub: after a day, goods pass through a country that was hardly seen as transit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.gateways import draw_gateways
from rilo_training.world.labels import order
from rilo_training.world.recipe import DAYS, FIRST_DAY, USUAL_CASES, day_number
from rilo_training.world.stories.expectation import expected_imports
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import stream
from rilo_training.world.tables import shares, vector


class NewHub(Story):
    """A country becomes a transit hub for the routes to and from several Members."""

    kind = "new_hub"
    title = "A transit hub appears"
    find = (
        "From about the change day on, several Members record this country as transit, where it "
        "was hardly recorded before."
    )
    method = (
        "Among the cases with a recorded transit other than the reporting Member itself, compare "
        "the share of each country before and after a day, with an exact test and a correction "
        "for the number of comparisons. A hub is seen by several Members, not by one."
    )
    naive = (
        "Ranking the transit countries over the whole period. The established hubs lead the "
        "ranking, and the new one stands far below, because it was absent for most of the period."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the day, the country and the Members."""
        early, late = self.parameter("earliest_days"), self.parameter("latest_days")
        day = DAYS - 1 - int(rng.integers(int(late), int(early) + 1))
        departures = expected_imports(self.setting).sum(axis=(0, 1))
        share = self.setting.habits.share
        able = departures >= self.parameter("least_departures")
        able &= vector("transit_hubs", "country", order("country")) == 0
        # A Member that reports much is itself the transit of many of its own cases.
        able[: len(share)] &= share * USUAL_CASES < self.parameter("most_reported")
        hub = int(rng.choice(np.flatnonzero(able)))
        size = np.where(share >= self.parameter("least_share"), share, 0.0)
        size[hub : hub + 1] = 0.0
        low, high = int(self.parameter("fewest_members")), int(self.parameter("most_members"))
        number = min(int(rng.integers(low, high + 1)), int(np.count_nonzero(size)))
        members = rng.choice(len(size), size=number, replace=False, p=shares(size))
        return {
            "hub": order("country")[hub],
            "reporters": sorted(order("member")[member] for member in members),
            "change_date": str(FIRST_DAY + day),
        }

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases with a share of the recorded transits moved to the new hub."""
        facts = self.facts
        hub = order("country").index(facts["hub"])
        day = day_number(facts["change_date"])
        rng = stream(self.setting.recipe.seed, "story change", self.number, block)
        share = min(self.parameter("share_moved") * self.parameter("strength"), 1.0)
        hit = rng.random(len(cases)) < share
        reporter = cases["reporter"].to_numpy(dtype=np.int64)
        transit = cases["transit"].to_numpy(dtype=np.int64).copy()
        hit &= np.isin(reporter, [order("member").index(code) for code in facts["reporters"]])
        hit &= (transit >= 0) & (transit != reporter) & (transit != hub)
        hit &= cases["departure"].to_numpy() != hub
        hit &= cases["destination"].to_numpy() != hub
        hit &= cases["seizure_day"].to_numpy() >= day
        rows = np.flatnonzero(hit)
        conveyance = cases["conveyance"].to_numpy(dtype=np.int64)[rows]
        transit_port = cases["transit_port"].to_numpy(dtype=np.int64).copy()
        transit[rows] = hub
        transit_port[rows] = draw_gateways(
            rng,
            self.setting.gateways,
            transit[rows],
            conveyance == order("conveyance").index("Air"),
            conveyance == order("conveyance").index("Vessel"),
        )
        cases = cases.assign(transit=transit, transit_port=transit_port)
        self.mark(cases, rows)
        return cases


STORY = NewHub
