"""What the goods of a line are worth, as the Member estimates it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.streams import Source
from rilo_training.world.tables import Floats, parameters, scalar


@cache
def _unit_values() -> tuple[Floats, Floats]:
    """Return the mean value in US cents of one base unit, and its spread, for each form.

    A form is a row of ``quantities.csv``; the spread is the sigma of the natural logarithm.
    """
    keys = ["commodity", "sub_commodity", "measure"]
    table = parameters("unit_values").set_index(keys)
    rows = table.loc[pd.MultiIndex.from_frame(parameters("quantities")[keys])]
    return (
        100 * rows["value"].to_numpy(dtype=np.float64),
        rows["sigma"].to_numpy(dtype=np.float64),
    )


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
    unit_value, sigma = _unit_values()
    noise = np.exp(sigma[form] * rng.standard_normal(len(form)))
    # What has one price everywhere, such as money and gold, is not cheaper in bulk.
    power = np.where(sigma[form] < 0.1, 1.0, scalar("value_power"))
    value = unit_value[form] * base_quantity**power * noise
    # The values are estimates: whole dollars.
    return np.asarray(100 * np.maximum(np.rint(value / 100), 1), dtype=np.int64)
