"""Draw the cases of a world: what, where, by whom, when and on which route."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices, choose
from rilo_training.world.labels import order
from rilo_training.world.members import Habits, reachable
from rilo_training.world.places import cells, commodity_shares, ecommerce_probability
from rilo_training.world.routes import draw_routes
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, matrix, parameters, scalar

FIRST_DAY = np.datetime64("2024-01-01", "D")
LAST_DAY = np.datetime64("2026-09-30", "D")
"""First and last day of the extract. A case reported after the last day is not in it yet."""


def labelled(field: str, index: Indices) -> np.ndarray:
    """Return the labels of a field for their indices, as an array of str objects."""
    return np.array(order(field), dtype=object)[index]


def day_weights(rng: np.random.Generator) -> Floats:
    """Return the rate of seizures for each Member (row) and day (column).

    Growth, season and weekday are the same for all; every Member has good and bad weeks of its
    own, so that weekly counts vary more than by chance.
    """
    days = np.arange(FIRST_DAY, LAST_DAY + 1)
    elapsed = (days - FIRST_DAY).astype(np.int64)
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    weekday = elapsed % 7  # the first day is a Monday
    rate = (1 + scalar("annual_growth")) ** (elapsed / 365.25)
    rate = rate * column_of("season")[month] * column_of("weekdays")[weekday]
    shape = scalar("weekly_gamma_shape")
    weeks = rng.standard_gamma(shape, (len(order("member")), elapsed[-1] // 7 + 1)) / shape
    return np.asarray(weeks[:, elapsed // 7] * rate)


def column_of(name: str) -> Floats:
    """Return the values of a table in the order of its rows."""
    return parameters(name)["value"].to_numpy(dtype=np.float64)


def draw_cases(
    seed: int, cases: int, habits: Habits, progress: Callable[[str], None]
) -> pd.DataFrame:
    """Return the true cases, one row each.

    Parameters
    ----------
    seed : int
        Seed of the world.
    cases : int
        Number of cases found between the first and the last day.
    habits : Habits
        How the Members report.
    progress : callable
        Called with the name of each part.

    Returns
    -------
    pandas.DataFrame
        The indices ``commodity_at``, ``location_at``, ``concealment_at``, ``reporter_at``, and
        the case columns of the seizures table, in the order of drawing. ``transit_country`` is
        None where no transit is recorded.
    """
    progress("cases")
    every = np.zeros(cases, dtype=np.int64)
    commodity = choose(stream(seed, "commodities"), commodity_shares()[None, :], every)
    table = cells()
    place = choose(stream(seed, "places"), table.reshape(len(table), -1), commodity)
    location, concealment, conveyance = np.unravel_index(place, table.shape[1:])

    chance = stream(seed, "ecommerce").random(cases)
    is_ecommerce = chance < ecommerce_probability()[commodity, location, concealment]

    able = habits.weight.T[:, None, :] * reachable()[None, :, :]
    pair = commodity * len(order("location")) + location
    reporter = choose(stream(seed, "reporters"), able.reshape(-1, able.shape[-1]), pair)

    rng = stream(seed, "dates")
    day = choose(rng, day_weights(rng), reporter)
    found = FIRST_DAY + day
    median = scalar("lag_median_days") * habits.lag_factor[reporter]
    lag_days = np.floor(median * np.exp(scalar("lag_sigma") * rng.standard_normal(cases)))
    reported = found + lag_days.astype(np.int64)

    rng = stream(seed, "controls")
    names = order("commodity")
    direction = choose(
        rng, matrix("directions", "commodity", "direction", names, order("direction")), commodity
    )
    detection = choose(
        rng, matrix("detections", "commodity", "detection", names, order("detection")), commodity
    )
    progress("routes")
    routes = draw_routes(
        seed,
        commodity,
        reporter,
        labelled("location", location),
        labelled("direction", direction),
    )
    countries = np.array([*order("country"), None, "Unknown"], dtype=object)  # -1 Unknown, -2 none
    return pd.DataFrame(
        {
            "commodity_at": commodity,
            "location_at": location,
            "concealment_at": concealment,
            "reporter_at": reporter,
            "seizure_date": found.astype("datetime64[us]"),
            "report_date": reported.astype("datetime64[us]"),
            "reporting_country": labelled("member", reporter),
            "location": labelled("location", location),
            "direction": labelled("direction", direction),
            "detection": labelled("detection", detection),
            "conveyance": labelled("conveyance", conveyance),
            "concealment": labelled("concealment", concealment),
            "departure_country": countries[routes.departure],
            "transit_country": countries[routes.transit],
            "destination_country": countries[routes.destination],
            "is_ecommerce": is_ecommerce,
        }
    )
