"""When a case reaches the database: the delay of the report and the Member's days of upload."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rilo_training.world.draws import Indices
from rilo_training.world.members import Habits
from rilo_training.world.recipe import DAYS, FIRST_DAY
from rilo_training.world.streams import Source
from rilo_training.world.tables import parameters, scalar

LONGEST = 4 * DAYS
"""Report days after this one are all counted as this one: far behind the end of the extract."""


def report_days(
    source: Source, habits: Habits, reporter: Indices, seizure_day: Indices
) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Return the day on which each case is ready to be reported, and which are late reports."""
    rng = source.stream("delays")
    number = len(reporter)
    median = scalar("lag_median_days") * habits.lag_factor[reporter]
    lag_days = np.floor(median * np.exp(scalar("lag_sigma") * rng.standard_normal(number)))
    late = rng.random(number) < scalar("late_report_percent") / 100
    further = np.floor(-scalar("late_report_mean_days") * np.log(1 - rng.random(number))) + 60
    day = seizure_day + lag_days.astype(np.int64) + np.where(late, further, 0).astype(np.int64)
    return np.minimum(day, LONGEST), late


@cache
def _uploads() -> npt.NDArray[np.int64]:
    """Return the day of upload for each habit (row) and day on which a case is ready (column)."""
    days = np.arange(LONGEST + 1)
    date = FIRST_DAY + days
    month = date.astype("datetime64[M]")
    fifth = month.astype("datetime64[D]") + 4
    next_fifth = (month + 1).astype("datetime64[D]") + 4
    monthly = np.where(date <= fifth, fifth, next_fifth)
    quarter = month - month.astype(np.int64) % 3
    tenth = quarter.astype("datetime64[D]") + 9
    next_tenth = (quarter + 3).astype("datetime64[D]") + 9
    quarterly = np.where(date <= tenth, tenth, next_tenth)
    table = {
        "as they come": days,
        "every Monday": days + (-days) % 7,
        "every month on the 5th": (monthly - FIRST_DAY).astype(np.int64),
        "every quarter on the 10th": (quarterly - FIRST_DAY).astype(np.int64),
    }
    return np.stack([table[str(habit)] for habit in parameters("upload_habits")["habit"]])


def upload_days(upload: Indices, ready_day: Indices) -> Indices:
    """Return the day of upload: never before the day on which the case is ready.

    Parameters
    ----------
    upload : array of int
        Which row of ``upload_habits.csv`` the Member follows, one per case.
    ready_day : array of int
        Days after the first day of the extract.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.world.calendar import upload_days
    >>> upload_days(np.array([0, 1, 2]), np.array([3, 3, 3])).tolist()
    [3, 7, 4]
    """
    return np.asarray(_uploads()[upload, np.minimum(ready_day, LONGEST)])
