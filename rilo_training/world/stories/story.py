"""What every story line has: its plan, its effect on the cases, and its record in the truth."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from rilo_training.world.setting import Setting
from rilo_training.world.streams import Source, stream
from rilo_training.world.tables import story_parameters


class Story:
    """A story line of the seizures.

    A story may change cases that are there (`change`) or add cases (`add`). It draws from
    streams of its own, so the same world without the story is the same in everything else,
    except for the running numbers of cases.

    Parameters
    ----------
    setting : Setting
        What is drawn once for the world.
    number : int
        Place of the kind in `rilo_training.world.stories.KINDS`; it names the streams.

    Attributes
    ----------
    facts : dict
        What the seed drew for this world: countries, dates, goods. Written to the truth.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    find: ClassVar[str]
    method: ClassVar[str]
    naive: ClassVar[str]

    def __init__(self, setting: Setting, number: int) -> None:
        self.setting = setting
        self.number = number
        self.facts: dict[str, Any] = self.plan(stream(setting.recipe.seed, "story plan", number))

    def plan(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw what the story is about in this world."""
        raise NotImplementedError

    def change(self, cases: pd.DataFrame, block: int) -> pd.DataFrame:
        """Return the cases of a block as the story leaves them; ``story`` marks the changed."""
        return cases

    def add(self, source: Source, number: int) -> pd.DataFrame | None:
        """Return the cases that the story adds to a block of `number` cases, or None."""
        return None

    def parameter(self, name: str) -> float:
        """Return a value of ``stories.csv`` for this kind."""
        return story_parameters(self.kind)[name]

    def mark(self, cases: pd.DataFrame, rows: np.ndarray) -> None:
        """Mark rows of the cases as part of this story, in place."""
        story = cases["story"].to_numpy(dtype=np.int64).copy()
        story[rows] = self.number
        cases["story"] = story

    def record(self) -> dict[str, Any]:
        """Return the story's record in ``stories.json``."""
        return {
            "kind": self.kind,
            "title": self.title,
            "table": "seizures",
            "parameters": dict(story_parameters(self.kind)),
            "facts": deepcopy(self.facts),
            "find": self.find,
            "method": self.method,
            "naive": self.naive,
        }
