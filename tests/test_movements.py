"""The container movements: credible without the story, the same beside it, found by the course."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from rilo_training import codes
from rilo_training.fidelity.finders import changing_goods, consignee_family
from rilo_training.seizures.movement_schema import MOVEMENT_COLUMNS
from rilo_training.world.home import HomeDesk, make_home_desk
from rilo_training.world.home.containers import check_digit
from rilo_training.world.make import as_frame
from rilo_training.world.movements import make_movements
from rilo_training.world.movements.family import KIND
from rilo_training.world.movements.goods import SLIPS, reasons
from rilo_training.world.movements.routes import window
from rilo_training.world.recipe import FIRST_DAY, LAST_DAY, Recipe

SEEDS = (3001, 3002, 3003, 3004)


@cache
def made(seed: int, planted: bool = True, plain: bool = False):
    """The movements of a seed, the truth about them, and the records."""
    recipe = Recipe(seed=seed, stories=(KIND,) if planted else (), drawn=False, plain=plain)
    movements, truth, stories = make_movements(recipe)
    return as_frame(movements), as_frame(truth), stories


@cache
def desk(seed: int, families: int) -> HomeDesk:
    """A small home desk."""
    return make_home_desk(seed, 12_000, "standard", families)


@pytest.fixture(scope="module")
def joined() -> pd.DataFrame:
    """The movements of a world with the truth beside them."""
    movements, truth, _ = made(SEEDS[0])
    return movements.merge(truth, on="movement_id", validate="1:1")


# --- the same seed, the control, the truth -----------------------------------------------------


def test_the_same_seed_gives_the_same_movements() -> None:
    """Rows, truth and facts do not depend on when they are made."""
    recipe = Recipe(seed=SEEDS[0], stories=(KIND,), drawn=False)
    first, second = make_movements(recipe), make_movements(recipe)
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])
    assert first[2] == second[2]


def test_another_seed_gives_another_story() -> None:
    """Destination and containers are drawn by the seed."""
    facts = [made(seed)[2][0]["facts"] for seed in SEEDS]
    assert len({one["destination_port"] for one in facts}) > 1
    assert facts[0]["containers"] != facts[1]["containers"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_control_is_the_world_without_the_containers_of_the_story(seed: int) -> None:
    """All other rows are the same, with their numbers."""
    movements, truth, _ = made(seed)
    control, true_control, stories = made(seed, planted=False)
    rest = truth["story"].eq("")
    assert stories == []
    assert movements[rest].reset_index(drop=True).equals(control)
    assert truth[rest].reset_index(drop=True).equals(true_control)


def test_a_story_left_out_is_the_control() -> None:
    """`without` takes the story away even when it was asked for."""
    recipe = Recipe(seed=SEEDS[0], stories=(KIND,), drawn=False, without=(KIND,))
    movements, _, stories = make_movements(recipe)
    assert stories == []
    assert as_frame(movements).equals(made(SEEDS[0], planted=False)[0])


def test_the_truth_marks_the_containers_of_the_story(joined: pd.DataFrame) -> None:
    """The truth has one row per leg in the same order, and marks all legs of the story."""
    movements, truth, stories = made(SEEDS[0])
    assert truth["movement_id"].tolist() == movements["movement_id"].tolist()
    facts = stories[0]["facts"]
    own = joined["container_number"].isin(facts["containers"])
    assert joined["story"].eq(KIND).equals(own)
    assert int(own.sum()) == facts["legs"]
    assert joined.loc[own, "true_hs_heading"].eq(facts["true_heading"]).all()


def test_the_record_is_plain_data() -> None:
    """The record can be written as JSON and read again."""
    record = made(SEEDS[0])[2][0]
    assert json.loads(json.dumps(record)) == record
    assert {"kind", "title", "table", "parameters", "facts", "find", "method", "naive"} == set(
        record
    )
    assert record["parameters"]["strength"] == 1.0


# --- the table ---------------------------------------------------------------------------------


def test_the_columns_are_those_of_the_schema() -> None:
    """Names, order and types follow the schema; no cell is empty; every label is allowed."""
    movements = made(SEEDS[0])[0]
    assert movements.columns.tolist() == [column.name for column in MOVEMENT_COLUMNS]
    for column in MOVEMENT_COLUMNS:
        assert str(movements[column.name].dtype) == column.dtype, column.name
        labels = column.labels()
        assert labels is None or movements[column.name].isin(labels).all(), column.name
    assert movements.notna().all(axis=None)
    assert movements["movement_id"].is_unique
    assert movements["departure_date"].is_monotonic_increasing
    assert not movements.duplicated(["container_number", "leg_no"]).any()


def test_the_size_is_as_described() -> None:
    """About nine hundred containers with one to five legs within the last eighteen months."""
    movements = made(SEEDS[0])[0]
    assert 850 <= movements["container_number"].nunique() <= 930
    assert set(movements["leg_no"]) == {1, 2, 3, 4, 5}
    first = FIRST_DAY + window()[0]
    assert str(first) == "2025-04-01"
    dates = movements[["departure_date", "arrival_date"]].to_numpy()
    assert dates.min() >= first
    assert dates.max() <= LAST_DAY


def test_no_container_number_is_real() -> None:
    """Every number has the right form and fails its check digit."""
    numbers = made(SEEDS[0])[0]["container_number"].drop_duplicates()
    assert numbers.str.fullmatch(r"[A-Z]{3}U\d{7}").all()
    assert not any(check_digit(number) == int(number[10]) for number in numbers)


def test_a_known_number_passes_its_check_digit() -> None:
    """The check itself is right: the example of ISO 6346 has the digit 3."""
    assert check_digit("CSQU305438") == 3


def test_legs_follow_each_other(joined: pd.DataFrame) -> None:
    """A leg starts where the one before ended, and not before it; a Member at one end shares it."""
    legs = joined[joined["reason"].ne("swapped dates")]
    legs = legs.sort_values(["container_number", "leg_no"])
    before = legs.groupby("container_number").shift()
    follows = before["leg_no"].add(1).eq(legs["leg_no"])
    assert (legs["departure_port"].eq(before["arrival_port"]) | ~follows).all()
    assert (legs["departure_date"].gt(before["arrival_date"]) | ~follows).all()
    assert legs["arrival_date"].gt(legs["departure_date"]).all()
    country = codes.ports().set_index("locode")["country"]
    ends = [legs[f"{end}_port"].map(country) for end in ("departure", "arrival")]
    assert (legs["reporting_country"].eq(ends[0]) | legs["reporting_country"].eq(ends[1])).all()


def test_most_containers_keep_their_goods(joined: pd.DataFrame) -> None:
    """Every reason occurs; the goods of most ordinary containers stay the same."""
    found = pd.concat([made(seed)[1] for seed in SEEDS])
    assert set(found["reason"]) == set(reasons())
    ordinary = joined[joined["story"].eq("")].groupby("container_number")
    assert ordinary["true_hs_heading"].nunique().eq(1).mean() > 0.75


def test_what_changes_has_a_reason(joined: pd.DataFrame) -> None:
    """Heading and words differ from the leg before only for a reason, or after a slip."""
    legs = joined.sort_values(["container_number", "leg_no"])
    before = legs.groupby("container_number").shift()
    follows = before["leg_no"].add(1).eq(legs["leg_no"])
    plain = follows & legs["reason"].eq("") & ~before["reason"].isin(SLIPS)
    assert plain.sum() > 300
    for column in ("hs_heading", "description", "true_hs_heading"):
        assert legs.loc[plain, column].eq(before.loc[plain, column]).all(), column
    # Scales differ by at most two standard deviations of five kilograms on each of two legs.
    assert (legs["gross_weight_kg"] - before["gross_weight_kg"]).abs()[plain].max() <= 20
    assert (legs["packages"] - before["packages"]).abs()[plain].max() <= 2


def test_groupage_changes_goods_more_often_than_the_story() -> None:
    """Ports with more containers of changing goods exist in the control, with changing loads."""
    for seed in SEEDS:
        pairs = changing_goods.legs_in_pairs(made(seed, planted=False)[0])
        changed = pairs[pairs["other_chapter"]]
        assert changed.groupby("destination")["container_number"].nunique().nlargest(3).min() >= 15
        assert changed["same_load"].mean() < 0.2


def test_good_reasons_change_the_load(joined: pd.DataFrame) -> None:
    """Goods that are loaded anew or joined weigh differently; goods classified anew do not."""
    legs = pd.concat(
        [made(seed)[0].merge(made(seed)[1], on="movement_id").assign(seed=seed) for seed in SEEDS]
    ).sort_values(["seed", "container_number", "leg_no"], ignore_index=True)
    before = legs.groupby(["seed", "container_number"]).shift()
    follows = before["leg_no"].add(1).eq(legs["leg_no"]) & ~before["reason"].isin(SLIPS)
    step = (legs["gross_weight_kg"] - before["gross_weight_kg"]).abs()
    for reason, changes in (
        ("reloaded", True),
        ("consolidation", True),
        ("other classification", False),
    ):
        rows = follows & legs["reason"].eq(reason)
        assert rows.sum() > 20
        assert (step[rows].gt(20).mean() > 0.9) == changes, reason
        assert legs.loc[rows, "hs_heading"].ne(before.loc[rows, "hs_heading"]).all(), reason


def test_a_plain_world_has_no_slips_and_no_gaps() -> None:
    """Without defects every leg with a Member at one end is shared as it was."""
    movements, truth, _ = made(SEEDS[0], planted=False, plain=True)
    assert not truth["reason"].isin(SLIPS).any()
    assert movements["gross_weight_kg"].equals(truth["true_gross_weight_kg"])
    assert (movements["arrival_date"] > movements["departure_date"]).all()
    legs = movements.sort_values(["container_number", "leg_no"])
    before = legs.groupby("container_number").shift()
    gap = before["leg_no"].notna() & before["leg_no"].add(1).ne(legs["leg_no"])
    country = codes.ports().set_index("locode")["country"]
    for port in (before.loc[gap, "arrival_port"], legs.loc[gap, "departure_port"]):
        assert not port.map(country).isin(codes.members()["alpha2"]).any()


# --- the story ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_story_changes_goods_and_keeps_the_load(seed: int) -> None:
    """Several ports, one destination, no tobacco declared, other goods nearly each time."""
    movements, truth, stories = made(seed)
    facts = stories[0]["facts"]
    rows = movements[truth["story"].eq(KIND)].merge(truth, on="movement_id")
    rows = rows.sort_values(["container_number", "leg_no"])
    assert 12 <= len(facts["containers"]) <= 25
    assert not rows["hs_heading"].str.startswith("24").any()
    honest = rows[~rows["reason"].isin(SLIPS)]
    before = honest.groupby("container_number")["hs_heading"].shift()
    assert honest["hs_heading"].ne(before)[before.notna()].mean() > 0.75
    spread = honest.groupby("container_number")["gross_weight_kg"].agg(np.ptp)
    assert spread.max() <= 20
    assert honest.groupby("container_number")["packages"].agg(np.ptp).max() <= 4
    last = rows.drop_duplicates("container_number", keep="last")
    assert last["arrival_port"].eq(facts["destination_port"]).mean() > 0.7
    assert str(rows["arrival_date"].max().date()) <= str(LAST_DAY)


# --- the finders -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_course_finds_the_changing_goods(seed: int) -> None:
    """The course method finds the containers, and is quiet without them."""
    movements, _, stories = made(seed)
    tables = {"movements": movements}
    facts = stories[0]["facts"]
    assert any(changing_goods.matches(one, facts) for one in changing_goods.course(tables)[:3])
    assert changing_goods.course({"movements": made(seed, planted=False)[0]}) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_course_finds_the_family(seed: int) -> None:
    """The course method finds the family of consignees and is quiet without one."""
    planted = desk(seed, 1)
    tables = {"consignments": planted.consignments}
    facts = planted.stories[0].get("facts", planted.stories[0])
    assert any(consignee_family.matches(one, facts) for one in consignee_family.course(tables)[:3])
    assert not any(consignee_family.matches(one, facts) for one in consignee_family.naive(tables))
    assert consignee_family.course({"consignments": desk(seed, 0).consignments}) == []


def test_a_count_of_changes_alone_often_fails() -> None:
    """The naive method names other ports in most of twelve worlds."""
    found = 0
    for seed in range(3001, 3013):
        movements, _, stories = made(seed)
        naive = changing_goods.naive({"movements": movements})
        found += any(changing_goods.matches(one, stories[0]["facts"]) for one in naive)
    assert found <= 6


def test_a_finding_with_many_other_names_is_not_the_story() -> None:
    """Naming half of the world does not count as finding the story."""
    facts = {"names": ["a", "b", "c"], "containers": ["x", "y"], "destination_port": "JPTYO"}
    assert consignee_family.matches({"names": ["a", "b"]}, facts)
    assert not consignee_family.matches({"names": list("abcdefghi")}, facts)
    assert changing_goods.matches({"containers": ["x"], "destination": "JPTYO"}, facts)
    assert not changing_goods.matches({"containers": ["x"], "destination": "KRPUS"}, facts)


def test_an_address_written_differently_is_one_address() -> None:
    """Capitals, short words, a unit and another order of the parts do not matter."""
    forms = {
        consignee_family.harmonised_address(text)
        for text in (
            "167 Vorilanis Street, Ravenholt",
            "No. 167 Vorilanis St Ravenholt",
            "Unit 2, 167 Vorilanis St, Ravenholt",
            "167/1 VORILANIS STREET, RAVENHOLT",
            "Vorilanis Street 167,  Ravenholt",
        )
    }
    assert forms == {"167 ravenholt street vorilanis"}
