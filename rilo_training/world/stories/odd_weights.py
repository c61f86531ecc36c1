"""Unusual quantities from one departure country: large for their peers, not for the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.labels import order
from rilo_training.world.places import hiding_places
from rilo_training.world.routes import crosses_land
from rilo_training.world.stories.expectation import expected_cases
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, matrix, parameters, scalar, shares


def widest_spread() -> Floats:
    """Return the largest sigma of the natural logarithm of quantities, for each commodity."""
    largest = parameters("quantities").groupby("commodity")["sigma"].max()
    return largest.reindex(order("commodity")).to_numpy(dtype=np.float64)


class OddWeights(Story):
    """Most cases of one commodity, hiding place and departure are several times the usual size."""

    kind = "odd_weights"
    title = "Unusual quantities from one departure country"
    find = (
        "Cases of one commodity and hiding place from one departure country hold several times "
        "the quantity of their peers, though far less than the largest seizures of the table."
    )
    method = (
        "Take the robust z of the logarithm of the quantity among peers: same goods, unit and "
        "hiding place. Then test which departure country has more unusual cases than its number "
        "of cases leads to expect, with a correction for the number of tests."
    )
    naive = (
        "List the twenty largest quantities or values of the whole table: these are freight and "
        "goods that are always recorded in large numbers."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the goods, the hiding place and the departure country."""
        expected = self._expected()
        low, high = self.parameter("cases_lowest"), self.parameter("cases_highest")
        narrow = widest_spread() <= self.parameter("spread_highest")
        fits = narrow[:, None, None] & (expected >= low) & (expected <= high)
        # A hiding place that is not known says nothing about the peers.
        fits[:, order("concealment").index("Unknown")] = False
        if not fits.any():
            fits = expected == np.where(narrow[:, None, None], expected, 0).max()
        commodity, concealment, country = (int(index) for index in rng.choice(np.argwhere(fits)))
        return {
            "commodity": order("commodity")[commodity],
            "concealment": order("concealment")[concealment],
            "departure_country": order("country")[country],
            "factor": round(self.parameter("factor") ** self.parameter("strength"), 3),
        }

    def _expected(self) -> Floats:
        """Return the cases that come in, by commodity, concealment and departure country."""
        cases = expected_cases(self.setting)
        members = cases.shape[2]
        ways = matrix(
            "directions", "commodity", "direction", order("commodity"), order("direction")
        )
        comes = shares(ways)[:, [order("direction").index(way) for way in ("Import", "Transit")]]
        hidden = shares(hiding_places())
        come_in = shares(self.setting.countries[0]).reshape(2, len(cases), members, -1)
        by_land = crosses_land(order("location"))
        found = 0.0
        for way in (0, 1):
            own = by_land == bool(way)
            part = np.einsum("clm,clk->cmk", cases[:, own], hidden[:, own])
            found = found + np.einsum("cmk,cmn->ckn", part, come_in[way])
        known = 1 - scalar("departure_unknown_percent") / 100
        return np.asarray(found * comes.sum(axis=1)[:, None, None] * known)

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases; most of those of the story hold several times the quantity."""
        luck = stream(self.setting.recipe.seed, "story change", self.number, block).random(
            len(cases)
        )
        rows = luck < self.parameter("share_percent") / 100
        for field, name in (
            ("commodity", "commodity"),
            ("concealment", "concealment"),
            ("departure", "departure_country"),
        ):
            labels = order("country" if field == "departure" else field)
            rows &= cases[field].eq(labels.index(self.facts[name])).to_numpy()
        # A case of another story keeps its mark.
        rows &= cases["story"].lt(0).to_numpy()
        size = cases["size"].to_numpy(dtype=np.float64)
        cases = cases.assign(size=np.where(rows, size * self.facts["factor"], size))
        self.mark(cases, np.flatnonzero(rows))
        return cases


STORY = OddWeights
