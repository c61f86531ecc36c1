"""The stories in routes and methods: planted as the truth says, and found by the course."""

from __future__ import annotations

import pandas as pd
import pytest
from storyworlds import facts, marked, world

from rilo_training.world import make_world

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
