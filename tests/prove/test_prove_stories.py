"""Each story line on fifty worlds: found by the course, not by the shortcut, not where none is.

Found means that one of the first three findings is the planted story, in a world that holds other
stories too. A finding in a world without any story is a false one. `run.py prove` runs this.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from rilo_training.world import KINDS, World, make_world

SEEDS = range(20_001, 20_051)
TABLE = {"consignee_family": "consignments", "changing_goods": "movements"}
"""The table of each kind; that of the others is the seizures."""


def lower_bound(found: int, worlds: int) -> float:
    """Lower bound of the Wilson interval of a share, 95 per cent."""
    z = 1.959964
    share = found / worlds
    middle = share + z**2 / (2 * worlds)
    half = z * np.sqrt(share * (1 - share) / worlds + z**2 / (4 * worlds**2))
    return float((middle - half) / (1 + z**2 / worlds))


def world_with(seed: int, kind: str) -> World:
    """A world that holds the story, among others that the seed draws."""
    return make_world(seed, tables=[TABLE.get(kind, "seizures")], stories=[kind])


def rows_of(world: World, kind: str) -> int:
    """How many rows the story touches."""
    truth = world.truth[f"truth_{TABLE.get(kind, 'seizures')}"]
    if kind == "consignee_family":
        return int(truth["family"].ge(0).sum())
    return int(truth["story"].eq(kind).sum())


@pytest.mark.parametrize("kind", KINDS)
def test_the_course_finds_the_story_among_others_and_the_shortcut_does_not(kind: str) -> None:
    """Found in at least 80 per cent by the lower bound; the shortcut in at most 60 per cent."""
    finder = import_module(f"rilo_training.fidelity.finders.{kind}")
    found, shortcut, rows = 0, 0, []
    for seed in SEEDS:
        world = world_with(seed, kind)
        facts = next(story["facts"] for story in world.stories if story["kind"] == kind)
        rows.append(rows_of(world, kind))
        first = {name: getattr(finder, name)(world.tables)[:3] for name in ("course", "naive")}
        found += any(finder.matches(finding, facts) for finding in first["course"])
        shortcut += any(finder.matches(finding, facts) for finding in first["naive"])
    print(f"{kind}: found {found}, naive {shortcut} of {len(SEEDS)}; {np.mean(rows):.0f} rows")
    assert lower_bound(found, len(SEEDS)) >= 0.8
    assert shortcut <= 0.6 * len(SEEDS)
    assert min(rows) > 0
    assert max(rows) <= 250


@pytest.mark.parametrize("kind", KINDS)
def test_a_world_without_stories_is_quiet(kind: str) -> None:
    """Any finding in a world without stories is a false one: at most in 10 per cent."""
    finder = import_module(f"rilo_training.fidelity.finders.{kind}")
    table = TABLE.get(kind, "seizures")
    false = sum(
        bool(finder.course(make_world(seed, tables=[table], drawn=False).tables)) for seed in SEEDS
    )
    print(f"{kind}: false {false} of {len(SEEDS)}")
    assert false <= 0.1 * len(SEEDS)
