"""Which world a unit needs: its tables and the story lines that it teaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rilo_training.world import World


@dataclass(frozen=True)
class UnitWorld:
    """The world of a unit. A unit without consignments has a new world in a moment.

    Attributes
    ----------
    tables : tuple of str
        The tables that the unit reads.
    stories : tuple of str
        The story lines that every world made for the unit contains.
    """

    tables: tuple[str, ...]
    stories: tuple[str, ...]

    def make(self, seed: int) -> World:
        """Return the world of a seed as this unit needs it."""
        from rilo_training.world import make_world

        return make_world(seed, tables=self.tables, stories=self.stories)

    def as_plain(self) -> dict[str, Any]:
        """Return the needs as they stand in a JSON file."""
        return {name: list(value) for name, value in asdict(self).items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> UnitWorld:
        """Return what `as_plain` wrote."""
        return cls(tuple(plain["tables"]), tuple(plain["stories"]))
