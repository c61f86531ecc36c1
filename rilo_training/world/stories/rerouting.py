"""Give cases another departure country, as far as their route allows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.gateways import NO_GATEWAY, draw_gateways
from rilo_training.world.labels import order
from rilo_training.world.routes import crosses_land
from rilo_training.world.setting import Setting


def movable_imports(cases: pd.DataFrame, countries: Indices) -> npt.NDArray[np.bool_]:
    """Return which cases are imports, not by land, that could have left each of the countries.

    Parameters
    ----------
    cases : pandas.DataFrame
        The cases of a block.
    countries : array of int
        One country, or one per case. A case that passes through it or ends there cannot have
        left it.
    """
    by_land = crosses_land(order("location"))[cases["location"].to_numpy(dtype=np.int64)]
    result = cases["direction"].to_numpy() == order("direction").index("Import")
    result &= ~by_land & (cases["departure"].to_numpy() >= 0)
    for end in ("departure", "transit", "destination", "reporter"):
        result &= cases[end].to_numpy() != countries
    return np.asarray(result)


def move_departure(
    setting: Setting, rng: np.random.Generator, cases: pd.DataFrame, rows: Indices, country: int
) -> pd.DataFrame:
    """Return the cases with the departure of some rows, and its airport or port, in a country."""
    conveyance = cases["conveyance"].to_numpy(dtype=np.int64)[rows]
    port = draw_gateways(
        rng,
        setting.gateways,
        np.full(len(rows), country),
        conveyance == order("conveyance").index("Air"),
        conveyance == order("conveyance").index("Vessel"),
    )
    departure = cases["departure"].to_numpy(dtype=np.int64).copy()
    departure_port = cases["departure_port"].to_numpy(dtype=np.int64).copy()
    departure[rows] = country
    # A port that was not recorded stays so: the Member does not begin to record it.
    was_recorded = (departure_port[rows] != NO_GATEWAY) | (port == NO_GATEWAY)
    departure_port[rows] = np.where(was_recorded, port, NO_GATEWAY)
    return cases.assign(departure=departure, departure_port=departure_port)
