"""Weights in the wrong unit: g recorded as kg, or kg as g."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.seizures.cells import Cells
from rilo_training.seizures.convert import grams
from rilo_training.seizures.peers import Shares, log_density, usual

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

PRIOR = 0.01
"""Assumption: share of weights whose unit slipped."""
ROUNDS = 5
WEIGHT_TAIL, VALUE_TAIL = 10.0, 4.0
"""Assumption: estimates of value stray further from their peers than weights do."""
UNITS = ("g", "kg")
MAGNITUDES = (-6, 10)
"""Lowest and highest power of ten of a weight in grams that is told apart."""


def unit_slips(cells: Cells, labels: pd.DataFrame) -> pd.DataFrame:
    """Return the weights that would fit far better in the other unit.

    Four things are compared for the unit that was written and for the other one, and added up as
    logarithms (Bayes): the weight among the same goods and hiding place, the value of one gram
    among the same goods, which unit the Member uses for a weight of this size, and whether a
    number of this unit has decimals. What the table lacks says nothing. A line is named when a
    slip is more likely than not.

    Parameters
    ----------
    cells : Cells
        The table.
    labels : pandas.DataFrame
        Its columns with a code list, in the labels of the list where the meaning is sure.

    Returns
    -------
    pandas.DataFrame
        ``position`` and ``unit`` (the other unit).
    """
    import numpy as np
    import pandas as pd

    nothing = pd.DataFrame({"position": np.empty(0, dtype=np.int64), "unit": []})
    if not cells.has("quantity", "unit"):
        return nothing
    weighed = labels["unit"].isin(UNITS) & cells.table["quantity"].gt(0)
    rows = np.flatnonzero(weighed)
    if not len(rows):
        return nothing
    table, own = cells.table.iloc[rows], labels.iloc[rows]
    factor = codes.units().set_index("unit")["factor"]
    step = float(np.log(factor["kg"] / factor["g"]))
    is_kg = own["unit"].eq("kg").to_numpy()
    weight = np.log(grams(table["quantity"], own["unit"]))
    other = weight - np.where(is_kg, step, -step)
    goods = _goods(own)
    fixed = np.full(len(rows), np.log(PRIOR / (1 - PRIOR)))

    hiding = [own[name] for name in ("concealment",) if name in own]
    if goods:
        centre, spread = usual(weight, [[goods[0], *hiding], *([name] for name in goods)])
        fixed += log_density(other, centre, spread, WEIGHT_TAIL) - log_density(
            weight, centre, spread, WEIGHT_TAIL
        )
        if cells.has("value_usd"):
            value = np.log(table["value_usd"].where(table["value_usd"].gt(0)))
            centre, spread = usual(value - weight, [[name] for name in goods])
            fixed += log_density(value - other, centre, spread, VALUE_TAIL)
            fixed -= log_density(value - weight, centre, spread, VALUE_TAIL)

    unit = is_kg.astype(np.int64)
    wide = MAGNITUDES[1] - MAGNITUDES[0] + 1
    member = np.zeros(len(rows), dtype=np.int64)
    if cells.has("reporting_country"):
        member = pd.factorize(table["reporting_country"])[0] + 1
    here, there = member * wide + _magnitude(weight), member * wide + _magnitude(other)
    decimal = table["quantity"].mod(1).ne(0).to_numpy().astype(np.int64)
    written = _magnitude(np.log(table["quantity"]))
    group, other_group = unit * wide + written, (1 - unit) * wide + written
    # What slipped teaches the wrong habit: each round learns less from what looks like a slip.
    trust = np.ones(len(rows))
    for _ in range(ROUNDS):
        habit = Shares(unit, here, trust).log(1 - unit, there)
        habit -= Shares(unit, here, trust).log(unit, here)
        digits = Shares(decimal, group, trust).log(decimal, other_group)
        digits -= Shares(decimal, group, trust).log(decimal, group)
        odds = fixed + habit + digits
        trust = 1 / (1 + np.exp(np.clip(odds, -50, 50)))

    slipped = odds > 0
    return pd.DataFrame(
        {"position": rows[slipped], "unit": np.where(is_kg[slipped], *UNITS).astype(object)}
    )


def _goods(labels: pd.DataFrame) -> list[pd.Series]:
    """Return the columns that say which goods, from the narrowest to the widest."""
    names = ("sub_commodity", "commodity", "section")
    return [labels[name] for name in names if name in labels]


def _magnitude(log_weight: pd.Series) -> npt.NDArray[np.int64]:
    import numpy as np

    power = np.floor(log_weight.to_numpy(dtype=np.float64) / np.log(10) + 1e-9)
    low, high = MAGNITUDES
    return np.asarray(np.clip(power, low, high) - low, dtype=np.int64)
