"""The stories in counts and quantities: planted as the truth says, and found by the course."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from rilo_training.world import World, make_world
from rilo_training.world.recipe import BLOCK

KINDS = ("airport_surge", "reporting_rise", "batch_upload", "odd_weights")
CHANGES = ("batch_upload", "odd_weights")
"""The kinds that change cases; the others add cases."""
SEEDS = (11, 12, 13, 14)


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


def counted(seizures: pd.DataFrame) -> Counter[int]:
    """How often each row stands in the table, whatever the number of its case."""
    return Counter(pd.util.hash_pandas_object(seizures.drop(columns="case_id"), index=False))


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
def test_the_control_is_the_same_world_without_the_story(kind: str) -> None:
    """Every row that is not of the story stands in the control, but for its case number."""
    with_story, control = world(SEEDS[0], kind), world(SEEDS[0])
    left_out = make_world(
        SEEDS[0], tables=["seizures"], stories=[kind], without=[kind], drawn=False
    )
    assert left_out.about["tables"] == control.about["tables"]
    own = marked(with_story, kind)
    others = counted(with_story.seizures[~own])
    assert not others - counted(control.seizures)


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_marks_exactly_the_rows_touched(kind: str) -> None:
    """A story that adds leaves all rows; one that changes takes as many as it marks."""
    with_story, control = world(SEEDS[0], kind), world(SEEDS[0])
    own = marked(with_story, kind)
    missing = counted(control.seizures) - counted(with_story.seizures[~own])
    if kind not in CHANGES:
        assert not missing
        return
    assert not counted(with_story.seizures[own]) & counted(control.seizures)
    # A case uploaded later may be keyed a second time after the last day: that row is gone.
    assert 0 <= missing.total() - own.sum() <= 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_of_the_story_are_what_the_facts_say(kind: str) -> None:
    """Rows of the story carry the Member, goods, places and days of its facts."""
    made, said = world(SEEDS[0], kind), facts(kind, SEEDS[0])
    own = marked(made, kind)
    rows, truth = made.seizures[own], made.truth_seizures[own]
    if "member" in said:
        assert rows["reporting_country"].eq(said["member"]).all()
    if "airport" in said:
        assert set(rows["seizure_port"].dropna()) == {said["airport"]}
        first, last = pd.Timestamp(said["first_day"]), pd.Timestamp(said["last_day"])
        assert truth["true_seizure_date"].between(first, last).all()
    if "upload_day" in said:
        first_keyed = ~truth["is_near_duplicate"]
        assert rows["report_date"][first_keyed].eq(pd.Timestamp(said["upload_day"])).all()
        assert truth["is_batch_upload"].all()
    if "departure_country" in said:
        assert rows["departure_country"].eq(said["departure_country"]).all()
        assert rows["concealment"].eq(said["concealment"]).all()


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
