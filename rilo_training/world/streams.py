"""Random streams: one independent stream for each part of a world."""

from __future__ import annotations

import numpy as np

from rilo_training.world.errors import WorldError

PARTS = {
    "members": 1,
    "commodities": 2,
    "places": 3,
    "ecommerce": 4,
    "reporters": 5,
    "dates": 6,
    "controls": 7,
    "partners": 8,
    "routes": 9,
    "lines": 10,
    "quantities": 11,
    "narratives": 12,
    "rekeyed": 13,
    "copies": 14,
    "spellings": 15,
    "slips": 16,
}
"""The number of each part's stream. A number is never used again for another part, so that a
new part leaves the others as they are."""


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random stream of one part of the world with this seed.

    Parameters
    ----------
    seed : int
        0 to 2**128 - 1.
    part : str
        A key of `PARTS`.

    Raises
    ------
    WorldError
        When the seed is not a whole number in the range.

    Examples
    --------
    >>> from rilo_training.world.streams import stream
    >>> bool(stream(1, "dates").random() == stream(1, "dates").random())
    True
    >>> bool(stream(1, "dates").random() == stream(1, "lines").random())
    False
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**128:
        raise WorldError(f"The seed was {seed!r}. Give a whole number from 0 to 2**128 - 1.")
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(PARTS[part],))
    return np.random.Generator(np.random.PCG64(sequence))
