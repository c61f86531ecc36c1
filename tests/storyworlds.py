"""What the tests of the story lines share: worlds with one story, and the rows that it marks."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from rilo_training.world import World, make_world


@cache
def world(seed: int, kind: str = "") -> World:
    """The seizures of a world with one story line, or with none."""
    stories = [kind] if kind else []
    return make_world(seed, tables=["seizures"], stories=stories, drawn=False)


def facts(kind: str, seed: int) -> dict[str, Any]:
    """What the seed drew for the story."""
    found: dict[str, Any] = world(seed, kind).stories[0]["facts"]
    return found


def marked(made: World, kind: str) -> pd.Series:
    """Which rows of the extract belong to the story."""
    return made.truth_seizures["story"].eq(kind)
