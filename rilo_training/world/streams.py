"""Random streams: one independent stream for each part of a world."""

from __future__ import annotations

from dataclasses import dataclass

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
    "weeks": 17,
    "delays": 18,
    "gateways": 19,
    "persons": 20,
    "values": 21,
    "swaps": 22,
    "totals": 23,
    "personal": 24,
    "numbers": 25,
    "story choice": 30,
    "story plan": 31,
    "story change": 32,
    "story cases": 33,
    "movements": 34,
    # The home desk: 40 to 69.
    "home_importers": 40,
    "home_exporters": 41,
    "home_agents": 42,
    "home_names": 43,
    "home_importer_history": 44,
    "home_exporter_history": 45,
    "home_agent_history": 46,
    "home_partners": 47,
    "home_traffic": 48,
    "home_spellings": 49,
    "home_routes": 50,
    "home_papers": 51,
    "home_relations": 52,
    "home_goods": 53,
    "home_effects": 54,
    "home_outcomes": 55,
    "home_inspections": 56,
    "home_habits": 57,
    "home_family": 58,
    "home_dirt": 59,
    "home_missing": 60,
    "home_containers": 61,
    "home_newcomers": 62,
}
"""The number of each part's stream. A number is never used again for another part, so that a
new part leaves the others as they are."""


def stream(seed: int, part: str, *keys: int) -> np.random.Generator:
    """Return the random stream of one part of the world with this seed.

    Parameters
    ----------
    seed : int
        0 to 2**128 - 1.
    part : str
        A key of `PARTS`.
    *keys : int
        Further numbers that tell streams of the same part from each other, such as a block.

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
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(PARTS[part], *keys))
    return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True)
class Source:
    """Where the cases of one batch draw from.

    Attributes
    ----------
    seed : int
        Seed of the world.
    block : int
        Number of the block of cases; see `rilo_training.world.recipe.BLOCK`.
    batch : int
        0 for the cases of every day, k for the cases that story k adds. So a story that adds
        cases leaves the draws of all other cases as they are.
    """

    seed: int
    block: int
    batch: int = 0

    def stream(self, part: str) -> np.random.Generator:
        """Return the stream of one part for these cases."""
        return stream(self.seed, part, self.block, self.batch)
