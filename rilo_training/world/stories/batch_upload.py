"""A backlog uploaded in one day: a surge by report date that is none by seizure date."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.labels import order
from rilo_training.world.recipe import DAYS, FIRST_DAY, day_number
from rilo_training.world.stories.story import Story
from rilo_training.world.tables import parameters

REGULAR = ("as they come", "every Monday")
"""Habits of upload without long waits."""


class BatchUpload(Story):
    """A Member uploads nothing for some months and then everything on one day."""

    kind = "batch_upload"
    title = "A backlog uploaded in one day"
    find = (
        "Counts by report month show a surge. It comes from one Member that uploaded the cases "
        "of several months on one day; counts by seizure date show no surge."
    )
    method = (
        "Compare counts by report date and by seizure date. For each Member, compare the number "
        "of cases with a long delay in each week of report with its other weeks, so that Members "
        "that upload each month or quarter are known by their habit."
    )
    naive = (
        "Count cases by report month and name the highest month and its commodity a surge: the "
        "report date says when a case was uploaded, not when the goods were found."
    )

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the Member, the day of upload and since when it waited."""
        habits = self.setting.habits
        names = [str(habit) for habit in parameters("upload_habits")["habit"]]
        able = np.isin(np.array(names)[habits.upload], REGULAR) & (habits.share > 0)
        low, high = self.parameter("share_lowest") / 100, self.parameter("share_highest") / 100
        fits = able & (habits.share >= low) & (habits.share <= high)
        if not fits.any():
            distance = np.where(able, np.abs(habits.share - (low + high) / 2), np.inf)
            fits = distance == distance.min()
        member = int(rng.choice(np.flatnonzero(fits)))
        least, most = (int(self.parameter(f"wait_{end}")) for end in ("lowest", "highest"))
        wait = round(self.parameter("strength") * float(rng.integers(least, most + 1)))
        latest, earliest = (int(self.parameter(f"upload_{end}")) for end in ("latest", "earliest"))
        upload = DAYS - int(rng.integers(latest, earliest + 1))
        upload -= upload % 7 - int(rng.integers(0, 5))  # a working day
        return {
            "member": order("member")[member],
            "upload_day": str(FIRST_DAY + upload),
            "silent_from": str(FIRST_DAY + upload - wait),
        }

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases; those that were ready while the Member waited are reported late."""
        upload = day_number(self.facts["upload_day"])
        silent = day_number(self.facts["silent_from"])
        ready = cases["report_day"].to_numpy(dtype=np.int64)
        member = order("member").index(self.facts["member"])
        waits = cases["reporter"].eq(member).to_numpy() & (ready >= silent) & (ready < upload)
        # A case of another story keeps its mark.
        waits &= cases["story"].lt(0).to_numpy()
        cases = cases.assign(
            report_day=np.where(waits, upload, ready),
            is_batch_upload=cases["is_batch_upload"].to_numpy(dtype=bool) | waits,
        )
        self.mark(cases, np.flatnonzero(waits))
        return cases


STORY = BatchUpload
