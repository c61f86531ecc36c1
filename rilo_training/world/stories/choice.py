"""Which story lines a world holds."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from rilo_training.world.errors import WorldError
from rilo_training.world.recipe import Recipe
from rilo_training.world.setting import Setting, make_setting
from rilo_training.world.stories.story import Story
from rilo_training.world.streams import stream
from rilo_training.world.tables import scalar

KINDS = (
    "displaced_route",
    "moving_method",
    "airport_surge",
    "new_hub",
    "reporting_rise",
    "batch_upload",
    "hidden_combination",
    "odd_weights",
    "consignee_family",
    "changing_goods",
)
"""The kinds of story lines. The place of a kind names its streams: new kinds go to the end."""

ELSEWHERE = {"consignee_family": "consignments", "changing_goods": "movements"}
"""The kinds that are planted in another table than the seizures."""


def chosen_kinds(recipe: Recipe) -> tuple[str, ...]:
    """Return the kinds of story lines of a world: those asked for and about five drawn.

    Raises
    ------
    WorldError
        When a kind is not known.

    Examples
    --------
    >>> from rilo_training.world.recipe import Recipe
    >>> from rilo_training.world.stories import chosen_kinds
    >>> chosen_kinds(Recipe(seed=1, stories=("new_hub",), drawn=False))
    ('new_hub',)
    """
    unknown = sorted({*recipe.stories, *recipe.without} - set(KINDS))
    if unknown:
        raise WorldError(
            f"The story line '{unknown[0]}' is not known. Choose among: {', '.join(KINDS)}."
        )
    rng = stream(recipe.seed, "story choice")
    middle = int(scalar("drawn_stories"))
    number = int(rng.integers(middle - 1, middle + 2))
    drawn = {KINDS[place] for place in rng.permutation(len(KINDS))[:number]}
    wanted = {*recipe.stories, *(drawn if recipe.drawn and not recipe.plain else ())}
    return tuple(kind for kind in KINDS if kind in wanted and kind not in recipe.without)


def planned_stories(setting: Setting) -> list[Story]:
    """Return the story lines of the seizures of a world, planned."""
    return _planned(setting.recipe)


@lru_cache(maxsize=4)
def _planned(recipe: Recipe) -> list[Story]:
    setting = make_setting(recipe)
    stories = []
    for kind in chosen_kinds(recipe):
        if kind not in ELSEWHERE:
            module = import_module(f"rilo_training.world.stories.{kind}")
            stories.append(module.STORY(setting, KINDS.index(kind)))
    return stories


def story_records(recipe: Recipe) -> list[dict[str, Any]]:
    """Return the records of the story lines of the seizures, as they stand in the truth."""
    return [story.record() for story in planned_stories(make_setting(recipe))]
