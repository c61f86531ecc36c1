"""Which of several partners: a table that holds each entity once gives each record one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rilo_training.analysis.linking.column import Floats, Integers


def has_rival(
    left: Integers, right: Integers, log_odds: Floats, single: tuple[bool, bool]
) -> npt.NDArray[np.bool_]:
    """Return which pairs have a better pair with one of their records.

    Parameters
    ----------
    left, right : array of int, shape (pairs,)
        Records.
    log_odds : array of float, shape (pairs,)
    single : tuple of two bool
        Whether the left and the right table hold each entity once. Then a record of the other
        table has its best partner only; equally good partners are all kept.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.analysis.linking.rivals import has_rival
    >>> left, right = np.array([0, 1, 1]), np.array([5, 5, 6])
    >>> has_rival(left, right, np.array([4.0, 2.0, 3.0]), (True, False)).tolist()
    [False, True, False]
    """
    rival = np.zeros(len(left), dtype=bool)
    for records, alone in ((right, single[0]), (left, single[1])):
        if alone and len(records):
            best = np.full(int(records.max()) + 1, -np.inf)
            np.maximum.at(best, records, log_odds)
            rival |= log_odds < best[records] - 1e-9
    return rival
