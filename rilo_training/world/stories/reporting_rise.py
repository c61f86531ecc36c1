"""A rise made by reporting alone: one Member starts to report small parcels in bulk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.cases import complete_cases
from rilo_training.world.draws import choose
from rilo_training.world.labels import order
from rilo_training.world.places import cells
from rilo_training.world.recipe import DAYS, FIRST_DAY, USUAL_CASES, day_number
from rilo_training.world.stories.expectation import expected_cases
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import Source

PARCEL_PLACES = ("Mail Centre", "Express Courier")


class ReportingRise(Story):
    """From one day on, a Member of middle size reports many small parcels of one commodity."""

    kind = "reporting_rise"
    title = "A rise made by reporting alone"
    find = (
        "One commodity rises clearly in the region year on year. One Member accounts for nearly "
        "all of it: it reports many small parcels from one day on. The other Members are level."
    )
    method = (
        "Compare the same complete months of two years. Split the change by Member, test each "
        "Member with a correction for their number, and state the change of the other Members "
        "with an interval."
    )
    naive = (
        "Keep the Members present in both years and call the change a rise of the commodity in "
        "the region: the Member reported a few cases before, so this panel drops nobody."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the Member, the commodity and the first day."""
        a_year = expected_cases(self.setting) * 365.25 / DAYS
        parcels = [order("location").index(place) for place in PARCEL_PLACES]
        total = a_year.sum(axis=(1, 2))
        share = a_year[:, parcels].sum(axis=(1, 2)) / total
        goods = (total >= self.parameter("commodity_lowest")) & (
            total <= self.parameter("commodity_highest")
        )
        goods &= share >= self.parameter("parcels_lowest")
        own = a_year.sum(axis=1)
        pairs = (own >= self.parameter("own_lowest")) & (own <= self.parameter("own_highest"))
        size = self.setting.habits.share
        pairs &= goods[:, None] & (size <= self.parameter("member_highest"))[None, :]
        found = np.argwhere(pairs)
        if not len(found):
            found = np.argwhere((own == own[goods].max()) & goods[:, None])
        commodity, member = (int(index) for index in rng.choice(found))
        earliest = int(self.parameter("starts_before_end"))
        start = DAYS - int(rng.integers(int(self.parameter("starts_latest")), earliest + 1))
        return {
            "member": order("member")[member],
            "commodity": order("commodity")[commodity],
            "first_day": str(FIRST_DAY + start),
            "usual_cases_a_year": round(float(own[commodity, member]), 1),
            "usual_cases_a_year_region": round(float(total[commodity]), 1),
        }

    def add(self, source: Source, number: int) -> pd.DataFrame | None:
        """Return the cases that the Member reports in addition."""
        start = day_number(self.facts["first_day"])
        a_year = self.parameter("rise_percent") / 100 * self.facts["usual_cases_a_year_region"]
        wanted = (
            self.parameter("strength") * a_year * (DAYS - start) / 365.25 * number / USUAL_CASES
        )
        count = round(wanted)
        if not count:
            return None
        rng = source.stream("story cases")
        every = np.zeros(count, dtype=np.int64)
        commodity = every + order("commodity").index(self.facts["commodity"])
        member = order("member").index(self.facts["member"])
        parcels = np.isin(order("location"), PARCEL_PLACES)
        places = cells()[commodity[0]] * parcels[:, None, None]
        place = choose(rng, places.reshape(1, -1), every)
        location, concealment, conveyance = np.unravel_index(place, places.shape)
        day = start + choose(rng, self.setting.days[member, start:][None, :], every)
        direction = every + order("direction").index("Import")
        cases = complete_cases(
            self.setting,
            source,
            commodity,
            location,
            concealment,
            conveyance,
            every + member,
            day,
            direction,
        )
        return cases.assign(size=self.parameter("size"), story=self.number)


STORY = ReportingRise
