"""The stories in counts and quantities: planted as the truth says, and found by the course."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from storyworlds import facts, marked, world

from rilo_training.world import make_world

KINDS = ("airport_surge", "reporting_rise", "batch_upload", "odd_weights")
CHANGES = ("batch_upload", "odd_weights")
"""The kinds that change cases; the others add cases."""
SEEDS = (11, 12, 13, 14)


def counted(seizures: pd.DataFrame) -> Counter[int]:
    """How often each row stands in the table, whatever the number of its case."""
    return Counter(pd.util.hash_pandas_object(seizures.drop(columns="case_id"), index=False))


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
