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
TAIL = 4.0
"""Degrees of freedom of the density: low, so that a rare value is not an impossible one."""


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
    typical = spread.median()
    lowest = 0.2 * typical if typical > 0 else 0.1
    return centre, spread.clip(lower=lowest)


def log_density(values: pd.Series, centre: pd.Series, spread: pd.Series) -> Floats:
    """Return the logarithm of the density (Student's t) up to a constant; 0 where unknown."""
    import numpy as np

    z = ((values - centre) / spread).to_numpy(dtype=np.float64)
    density = -(TAIL + 1) / 2 * np.log1p(np.square(z) / TAIL)
    return np.where(np.isnan(density), 0.0, density)


def log_share(
    found: npt.NDArray[np.int64],
    asked: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
    asked_group: npt.NDArray[np.int64],
    kinds: int,
) -> Floats:
    """Return the logarithm of the share of a kind in a group, drawn a little to even shares.

    Parameters
    ----------
    found, group : array of int
        Kind (0 to kinds - 1) and group of the rows to learn from.
    asked, asked_group : array of int
        The kind and group whose share is wanted.
    kinds : int
        How many kinds there are.
    """
    import numpy as np

    size = int(max(group.max(initial=0), asked_group.max(initial=0))) + 1
    table = np.zeros((size, kinds))
    np.add.at(table, (group, found), 1.0)
    shares = (table + 0.5) / (table.sum(axis=1, keepdims=True) + 0.5 * kinds)
    return np.asarray(np.log(shares[asked_group, asked]))
