"""The stories in routes and methods: planted as the truth says, and found by the course."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from rilo_training.world import KINDS as KINDS_OF_WORLD
from rilo_training.world import World, make_world
from rilo_training.world.block import true_block
from rilo_training.world.recipe import Recipe

SEEDS = (21, 22, 23, 24)
PLACES = {"location", "concealment", "conveyance"}
PORTS = {"departure_port", "transit_port", "destination_port", "seizure_port"}
AMOUNTS = {"quantity", "unit", "value_usd", "case_value_usd"}
CHANGED = {
    "displaced_route": {"departure_country", "departure_port"},
    "new_hub": {"transit_country", "transit_port"},
    "moving_method": {*PLACES, *PORTS, *AMOUNTS, "is_ecommerce", "persons", "narrative"},
    "hidden_combination": {"departure_country", "departure_port"},
}
"""The columns that each kind may change."""
KINDS = tuple(CHANGED)


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
@pytest.mark.parametrize("seed", SEEDS)
def test_the_control_is_the_same_world_without_the_story(kind: str, seed: int) -> None:
    """Every row that is not of the story stands in the control at the same place."""
    with_story, control = world(seed, kind), world(seed)
    left_out = make_world(seed, tables=["seizures"], stories=[kind], without=[kind], drawn=False)
    assert left_out.about["tables"] == control.about["tables"]
    others = ~marked(with_story, kind)
    pd.testing.assert_frame_equal(with_story.seizures[others], control.seizures[others])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_marks_exactly_the_rows_touched(kind: str, seed: int) -> None:
    """A marked row differs from the control, in the columns of the story and in no other."""
    with_story, control = world(seed, kind), world(seed)
    own = marked(with_story, kind)
    after, before = with_story.seizures[own], control.seizures[own]
    kept = [name for name in after.columns if name not in CHANGED[kind]]
    pd.testing.assert_frame_equal(after[kept], before[kept])
    main = {"new_hub": "transit_country", "moving_method": "concealment"}
    column = main.get(kind, "departure_country")
    assert after[column].ne(before[column]).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_rows_of_the_story_are_what_the_facts_say(kind: str, seed: int) -> None:
    """Rows of the story carry the Member, goods, countries and days of its facts."""
    said, made, control = facts(kind, seed), world(seed, kind), world(seed)
    own = marked(made, kind)
    rows, truth, before = made.seizures[own], made.truth_seizures[own], control.seizures[own]
    if "change_date" in said:
        assert truth["true_seizure_date"].min() >= pd.Timestamp(said["change_date"])
    if kind == "displaced_route":
        assert set(rows["reporting_country"]) == {said["reporter"]}
        assert set(before["departure_country"]) == {said["from"]}
        assert set(rows["departure_country"]) == {said["to"]}
    if kind == "new_hub":
        assert set(rows["transit_country"]) == {said["hub"]}
        assert set(rows["reporting_country"]) <= set(said["reporters"])
    if kind == "hidden_combination":
        assert set(rows["departure_country"]) == {said["departure"]}
        assert set(rows["concealment"]) == {said["concealment"]}
    if kind == "moving_method":
        comes = rows["concealment"].eq(said["method"])
        assert before["concealment"].eq(said["method"]).equals(~comes)
        assert comes.any()
        assert not comes.all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_route_never_names_a_country_twice(kind: str, seed: int) -> None:
    """A moved end of a route is no other end of it, so the route stays credible."""
    made = world(seed, kind)
    rows = made.seizures[marked(made, kind)]
    if kind == "moving_method":
        return
    ends = rows[["departure_country", "transit_country", "destination_country"]]
    known = ends.mask(ends.eq("Unknown"))
    assert (known.nunique(axis=1) == known.notna().sum(axis=1)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_story_touches_few_rows(kind: str) -> None:
    """A usual world has at most 250 cases of a story."""
    for seed in SEEDS:
        truth = world(seed, kind).truth_seizures
        cases = truth[truth["story"].eq(kind)]["true_case_id"].nunique()
        assert 10 <= cases <= 250


@pytest.mark.parametrize("kind", KINDS)
def test_the_story_grows_with_the_world(kind: str) -> None:
    """A world of several blocks holds the story in proportion, in each block."""
    usual = marked(world(SEEDS[0], kind), kind).sum()
    large = make_world(SEEDS[0], 40_000, tables=["seizures"], stories=[kind], drawn=False)
    assert 0.6 < marked(large, kind).sum() / usual / (40_000 / 12_000) < 1.6
    recipe = Recipe(SEEDS[0], 40_000, stories=(kind,), drawn=False)
    for block, number in recipe.blocks():
        cases = true_block(recipe, block, number).cases
        assert cases["story"].eq(KINDS_OF_WORLD.index(kind)).any()


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
