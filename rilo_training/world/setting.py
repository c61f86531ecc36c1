"""What is drawn once for a whole world: habits, good and bad weeks, routes, story lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rilo_training.world.gateways import gateway_weights
from rilo_training.world.labels import order
from rilo_training.world.members import Habits, draw_habits, reporter_weights
from rilo_training.world.recipe import DAYS, FIRST_DAY, Recipe
from rilo_training.world.routes import country_weights
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters, scalar


@dataclass(frozen=True)
class Setting:
    """The parts of a world that all its blocks share.

    Attributes
    ----------
    recipe : Recipe
        What the world is made from.
    habits : Habits
        How the Members report.
    reporters : array of float, shape (commodities * locations, members)
        Weight of each Member by commodity and location.
    days : array of float, shape (members, days)
        Rate of seizures by Member and day.
    countries : tuple of two arrays of float
        Weights of departure and destination; see `rilo_training.world.routes.country_weights`.
    gateways : array of float
        Weights of airports and ports; see `rilo_training.world.gateways.gateway_weights`.
    """

    recipe: Recipe
    habits: Habits
    reporters: Floats
    days: Floats
    countries: tuple[Floats, Floats]
    gateways: Floats


@lru_cache(maxsize=2)
def make_setting(recipe: Recipe) -> Setting:
    """Return the setting of a world; all blocks of one recipe share it."""
    habits = draw_habits(recipe.seed)
    reporters = reporter_weights(habits.weight)
    return Setting(
        recipe=recipe,
        habits=habits,
        reporters=reporters.reshape(-1, reporters.shape[-1]),
        days=day_weights(recipe, habits),
        countries=country_weights(recipe.seed),
        gateways=gateway_weights(recipe.seed),
    )


def day_weights(recipe: Recipe, habits: Habits) -> Floats:
    """Return the rate of seizures for each Member (row) and day (column).

    Growth, season and weekday are the same for all; every Member has good and bad weeks of its
    own. A gamma factor with shape ``mean / (dispersion - 1)`` makes the variance of Poisson
    counts of that mean ``dispersion`` times as large as the mean.
    """
    elapsed = np.arange(DAYS)
    month = (FIRST_DAY + elapsed).astype("datetime64[M]").astype(np.int64) % 12
    weekday = elapsed % 7  # the first day is a Monday
    rate = (1 + scalar("annual_growth")) ** (elapsed / 365.25)
    rate = rate * column_of("season")[month] * column_of("weekdays")[weekday]
    weeks = elapsed[-1] // 7 + 1
    mean = recipe.cases * habits.share / weeks
    shape = np.maximum(mean / (habits.dispersion - 1), 0.01)[:, None]
    luck = stream(recipe.seed, "weeks").standard_gamma(shape, (len(order("member")), weeks))
    return np.asarray((luck / shape)[:, elapsed // 7] * rate + 1e-12)


def column_of(name: str) -> Floats:
    """Return the values of a table in the order of its rows."""
    return parameters(name)["value"].to_numpy(dtype=np.float64)
