"""What the goods of a line are worth, as the Member estimates it."""

from __future__ import annotations

from functools import cache

import numpy as np

from rilo_training.world.draws import Indices
from rilo_training.world.streams import Source
from rilo_training.world.tables import Floats, parameters, scalar


@cache
def _unit_values() -> Floats:
    """Return the mean value in US cents of one base unit, for each row of ``quantities.csv``."""
    forms = parameters("quantities")
    table = parameters("unit_values").set_index(["commodity", "measure"])["value"]
    keys = list(zip(forms["commodity"], forms["measure"], strict=True))
    return 100 * table.loc[keys].to_numpy(dtype=np.float64)


def draw_values_cents(source: Source, form: Indices, base_quantity: Indices) -> Indices:
    """Return the value of each line in US cents.

    Large lines are worth less a unit than small ones, and two Members do not estimate alike.

    Parameters
    ----------
    source : Source
        Where to draw from.
    form : array of int
        Rows of ``quantities.csv``.
    base_quantity : array of int
        Quantities in base units.
    """
    rng = source.stream("values")
    noise = np.exp(scalar("value_sigma") * rng.standard_normal(len(form)))
    value = _unit_values()[form] * base_quantity ** scalar("value_power") * noise
    is_money = (parameters("quantities")["measure"] == "USD").to_numpy(dtype=bool)[form]
    value = np.where(is_money, 100.0 * base_quantity, value)
    # The values are estimates: whole dollars.
    return np.asarray(100 * np.maximum(np.rint(value / 100), 1), dtype=np.int64)
