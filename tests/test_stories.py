"""What holds for every story line of the seizures: its facts, its record, its size, its method."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from storyworlds import facts, marked, world

from rilo_training.world import KINDS as KINDS_OF_WORLD
from rilo_training.world import make_world
from rilo_training.world.recipe import BLOCK
from rilo_training.world.stories.choice import ELSEWHERE

KINDS = tuple(kind for kind in KINDS_OF_WORLD if kind not in ELSEWHERE)
SEEDS = (11, 12, 13, 14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_always_draws_the_same_facts(kind: str) -> None:
    """The facts depend on the seed alone, not on the number of cases."""
    again = make_world(SEEDS[0], 500, tables=["seizures"], stories=[kind], drawn=False)
    assert again.stories[0]["facts"] == facts(kind, SEEDS[0])
    assert facts(kind, SEEDS[0]) != facts(kind, SEEDS[1])


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_is_plain_json(kind: str) -> None:
    """The record of a story comes back from JSON as it was."""
    record = world(SEEDS[0], kind).stories[0]
    assert json.loads(json.dumps(record)) == record
    assert record["parameters"]["strength"] == 1
    assert all(record[name] for name in ("title", "find", "method", "naive"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_story_grows_with_the_world(kind: str) -> None:
    """A world of several blocks holds the story in proportion, in each block."""
    usual = marked(world(SEEDS[0], kind), kind).sum()
    number = BLOCK + 12_000
    large = make_world(SEEDS[0], number, tables=["seizures"], stories=[kind], drawn=False)
    rows = marked(large, kind)
    assert 0.6 < rows.sum() / usual / (number / 12_000) < 1.6
    # Each block numbers its cases in a range of its own.
    block = large.seizures.loc[rows, "case_id"].str[8:].astype(int) // (3 * BLOCK)
    assert set(block) == {0, 1}


@pytest.mark.parametrize("kind", KINDS)
def test_the_course_finds_the_story_and_keeps_quiet_without_it(kind: str) -> None:
    """One of the first three findings is the story; a world without stories has no finding.

    A method may miss a story in one of the four worlds; fifty worlds are measured by the proof.
    """
    finder = import_module(f"rilo_training.fidelity.finders.{kind}")
    found = [
        any(
            finder.matches(finding, facts(kind, seed))
            for finding in finder.course(world(seed, kind).tables)[:3]
        )
        for seed in SEEDS
    ]
    assert sum(found) >= len(SEEDS) - 1
    assert sum(bool(finder.course(world(seed).tables)) for seed in SEEDS) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_naive_method_says_something(kind: str) -> None:
    """The shortcut always concludes something, so that its conclusion can be wrong."""
    finder = import_module(f"rilo_training.fidelity.finders.{kind}")
    assert finder.naive(world(SEEDS[0], kind).tables)
