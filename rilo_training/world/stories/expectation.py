"""What a usual world holds by expectation, so that a plan does not depend on its size."""

from __future__ import annotations

import numpy as np

from rilo_training.world.labels import order
from rilo_training.world.places import commodity_shares, hiding_places
from rilo_training.world.recipe import USUAL_CASES
from rilo_training.world.routes import crosses_land
from rilo_training.world.setting import Setting
from rilo_training.world.tables import Floats, matrix, scalar, shares


def expected_cases(setting: Setting) -> Floats:
    """Return how many cases a usual world holds by expectation.

    Returns
    -------
    array of float, shape (commodities, locations, members)
        They add up to `USUAL_CASES`.
    """
    place = commodity_shares()[:, None] * hiding_places().sum(axis=2)
    by_member = shares(setting.reporters).reshape(*place.shape, -1)
    return np.asarray(USUAL_CASES * place[:, :, None] * by_member)


def expected_imports(setting: Setting) -> Floats:
    """Return the expected imports with a known departure that do not cross by land.

    Returns
    -------
    array of float, shape (commodities, members, countries)
        Cases by commodity, reporter and departure in a world of `USUAL_CASES` cases.
    """
    goods, members = len(order("commodity")), len(order("member"))
    able = shares(setting.reporters.reshape(goods, -1, members))
    places = commodity_shares()[:, None] * hiding_places().sum(axis=2)
    places = np.where(crosses_land(order("location")), 0.0, places)
    ways = matrix("directions", "commodity", "direction", order("commodity"), order("direction"))
    imports = shares(ways)[:, order("direction").index("Import")]
    by_member = np.einsum("cl,clm->cm", places, able) * imports[:, None]
    routes = shares(setting.countries[0].reshape(2, goods, members, -1)[0])
    known = 1 - scalar("departure_unknown_percent") / 100
    return np.asarray(USUAL_CASES * known * by_member[:, :, None] * routes)
