"""What is usual among the peers of a row: centre and spread of a value, and how dense it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

FEWEST_PEERS = 8
"""With fewer peers the next, wider group is asked."""
LOWEST_SPREAD = 0.2
"""A spread is at least this part of the usual one: peers that are equal by chance prove little."""
PSEUDO = 0.5
"""So many rows of each kind are added to every group: no share is 0."""


def usual(values: pd.Series, groups: Sequence[Sequence[pd.Series]]) -> tuple[pd.Series, pd.Series]:
    """Return the median of the peers of each row, and their spread (1.4826 times the MAD).

    Parameters
    ----------
    values : pandas.Series of float
        Missing values have no part in it.
    groups : sequence of sequences of pandas.Series
        Keys of the peer groups, from the narrowest to the widest. The first group with enough
        peers is taken; where none has, both results are missing.
    """
    import pandas as pd

    centre = pd.Series(float("nan"), index=values.index)
    spread = centre.copy()
    for keys in groups:
        grouped = values.groupby(list(keys), sort=False)
        middle = grouped.transform("median")
        away = (values - middle).abs().groupby(list(keys), sort=False).transform("median")
        enough = (grouped.transform("count") >= FEWEST_PEERS) & centre.isna()
        centre = centre.mask(enough, middle)
        spread = spread.mask(enough, 1.4826 * away)
    known = spread[spread.gt(0)]
    lowest = LOWEST_SPREAD * known.median() if len(known) else LOWEST_SPREAD
    return centre, spread.clip(lower=lowest)


def log_density(values: pd.Series, centre: pd.Series, spread: pd.Series, tail: float) -> Floats:
    """Return the logarithm of the density (Student's t) up to a constant; 0 where unknown.

    `tail` is the degrees of freedom: the lower it is, the less a far value surprises.
    """
    import numpy as np

    z = ((values - centre) / spread).to_numpy(dtype=np.float64)
    density = -(tail + 1) / 2 * np.log1p(np.square(z) / tail)
    return np.where(np.isnan(density), 0.0, density)


class Shares:
    """Shares of two kinds within groups, learned from rows and drawn a little to one half.

    Parameters
    ----------
    kind : array of int
        0 or 1 for each row to learn from.
    group : array of int
        The group of each row.
    trust : array of float
        How much each row counts, 0 to 1.
    """

    def __init__(
        self, kind: npt.NDArray[np.int64], group: npt.NDArray[np.int64], trust: Floats
    ) -> None:
        import numpy as np

        table = np.zeros((int(group.max()) + 1, 2))
        np.add.at(table, (group, kind), trust)
        self._shares = (table + PSEUDO) / (table.sum(axis=1, keepdims=True) + 2 * PSEUDO)

    def log(self, kind: npt.NDArray[np.int64], group: npt.NDArray[np.int64]) -> Floats:
        """Return the logarithm of the share of a kind in a group; of one half where unknown."""
        import numpy as np

        known = group < len(self._shares)
        share = self._shares[np.where(known, group, 0), kind]
        return np.log(np.where(known, share, 0.5))
