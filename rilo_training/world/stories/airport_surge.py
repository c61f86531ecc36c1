"""A surge at one airport: more cases of one commodity for some weeks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.cases import complete_cases
from rilo_training.world.draws import choose
from rilo_training.world.gateways import airport_count, gateway_countries
from rilo_training.world.labels import order
from rilo_training.world.places import cells
from rilo_training.world.recipe import DAYS, FIRST_DAY, USUAL_CASES, day_number
from rilo_training.world.setting import Setting, column_of
from rilo_training.world.stories.expectation import expected_cases
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import Source
from rilo_training.world.tables import scalar, shares


class AirportSurge(Story):
    """Additional cases of one commodity at one airport of middle size, for four to six weeks."""

    kind = "airport_surge"
    title = "A surge at one airport"
    find = (
        "For some weeks one airport records several times its usual number of cases; one "
        "commodity makes up the excess."
    )
    method = (
        "Count cases by airport and week of seizure. Compare two to six weeks together with what "
        "the airport's other weeks, the season and the trend lead to expect, and set a limit "
        "that regards over-dispersion and the number of comparisons."
    )
    naive = (
        "Subtract the mean of an airport from each week and read the top of the list: the busiest "
        "airports come first, because large counts vary more."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the airport, the commodity and the weeks."""
        at_airport = expected_cases(self.setting)[:, order("location").index("Airport"), :]
        country = gateway_countries()[: airport_count()]
        able = country < len(order("member"))
        member = np.where(able, country, 0)
        known = scalar("gateway_known_percent") / 100
        of_member = shares(self.setting.gateways)[country, np.arange(len(country))]
        usual = at_airport.sum(axis=0)[member] * of_member * known * able
        fits = (usual >= self.parameter("usual_lowest")) & (
            usual <= self.parameter("usual_highest")
        )
        if not fits.any():
            fits = usual == usual.max()
        airport = int(rng.choice(np.flatnonzero(fits)))
        mix = shares(at_airport[:, member[airport]])
        fits = (mix >= self.parameter("mix_lowest")) & (mix <= self.parameter("mix_highest"))
        commodity = int(rng.choice(np.flatnonzero(fits)))
        least, most = (int(self.parameter(f"weeks_{end}")) for end in ("lowest", "highest"))
        weeks = int(rng.integers(least, most + 1))
        latest = DAYS - int(self.parameter("ends_before_end")) - 7 * weeks
        start = int(rng.integers(DAYS - int(self.parameter("starts_before_end")), latest + 1))
        return {
            "airport": str(codes.airports()["iata"].iloc[airport]),
            "member": order("member")[int(member[airport])],
            "commodity": order("commodity")[commodity],
            "first_day": str(FIRST_DAY + start),
            "last_day": str(FIRST_DAY + start + 7 * weeks - 1),
            "weeks": weeks,
            "usual_per_week": round(float(usual[airport]) * 7 / DAYS, 2),
        }

    def add(self, source: Source, number: int) -> pd.DataFrame | None:
        """Return the cases of the surge."""
        wanted = self.parameter("cases") * self.parameter("strength") * number / USUAL_CASES
        count = round(wanted)
        if not count:
            return None
        rng = source.stream("story cases")
        every = np.zeros(count, dtype=np.int64)
        commodity = every + order("commodity").index(self.facts["commodity"])
        location = every + order("location").index("Airport")
        hiding = cells()[commodity[0], location[0]]
        place = choose(rng, hiding.reshape(1, -1), every)
        concealment, conveyance = np.unravel_index(place, hiding.shape)
        start = day_number(self.facts["first_day"])
        weekday = (start + np.arange(7 * self.facts["weeks"])) % 7
        day = start + choose(rng, column_of("weekdays")[weekday][None, :], every)
        member = order("member").index(self.facts["member"])
        cases = complete_cases(
            self._only_airport(member),
            source,
            commodity,
            location,
            concealment,
            conveyance,
            every + member,
            day,
        )
        return cases.assign(story=self.number)

    def _only_airport(self, member: int) -> Setting:
        """Return the setting in which the Member has no other airport."""
        gateways = self.setting.gateways.copy()
        gateways[member] = (
            codes.airports()["iata"]
            .eq(self.facts["airport"])
            .reindex(range(gateways.shape[1]), fill_value=False)
        )
        return replace(self.setting, gateways=gateways)


STORY = AirportSurge
