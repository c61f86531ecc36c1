"""The home desk: consignments, inspections, the truth about them and the family in their midst."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from rilo_training import codes
from rilo_training.seizures.home_schema import CONSIGNMENT_COLUMNS, INSPECTION_COLUMNS
from rilo_training.world import WorldError
from rilo_training.world.home import HomeDesk, make_home_desk
from rilo_training.world.home.containers import check_digit
from rilo_training.world.home.goods import descriptions, headings
from rilo_training.world.home.illicit import calibrate, expected_auc, sigmoid
from rilo_training.world.home.inspections import habit_weights
from rilo_training.world.home.names import name_spellings
from rilo_training.world.tables import parameters

SEED = 20_260_706


@pytest.fixture(scope="module")
def desk() -> HomeDesk:
    """One home desk of full size."""
    return make_home_desk(SEED)


# --- the tables --------------------------------------------------------------------------------


def test_the_tables_have_the_columns_of_the_schema(desk: HomeDesk) -> None:
    """Columns stand in the order of the schema with its dtypes; only some may be empty."""
    for table, schema in (
        (desk.consignments, CONSIGNMENT_COLUMNS),
        (desk.inspections, INSPECTION_COLUMNS),
    ):
        assert table.columns.tolist() == [column.name for column in schema]
        for column in schema:
            dtype = str(table[column.name].dtype)
            assert dtype in (column.dtype, "Int64"), column.name
            assert (dtype == "Int64") == (
                column.missing_allowed and column.kind == "whole number"
            ), column.name
            assert column.missing_allowed or table[column.name].notna().all(), column.name


def test_the_tables_fit_together(desk: HomeDesk) -> None:
    """Each consignment has one row of truth; each inspection is of a consignment and true."""
    truth = desk.truth_consignments.set_index("consignment_id")
    assert len(desk.consignments) == 60_000
    assert desk.consignments["consignment_id"].is_unique
    assert desk.consignments["consignment_id"].tolist() == truth.index.tolist()
    assert desk.inspections["consignment_id"].is_unique
    found = truth.loc[desk.inspections["consignment_id"], "is_illicit"].to_numpy()
    assert (found == desk.inspections["is_illicit"].to_numpy()).all()
    arrival = desk.consignments.set_index("consignment_id")["arrival_date"]
    late = desk.inspections["inspected_on"].to_numpy() - (
        arrival.loc[desk.inspections["consignment_id"]].to_numpy()
    )
    days = late.astype("timedelta64[D]").astype(int)
    assert days.min() == 0
    assert 0 < (days > 0).mean() < 0.6
    assert days.max() <= 4


def test_the_period_is_twelve_weeks(desk: HomeDesk) -> None:
    """Consignments arrive from a Monday to a Sunday, in the order of their numbers."""
    dates = desk.consignments["arrival_date"]
    assert dates.min() == pd.Timestamp("2026-07-06")
    assert dates.max() == pd.Timestamp("2026-09-27")
    assert dates.is_monotonic_increasing


def test_values_are_those_of_the_code_lists(desk: HomeDesk) -> None:
    """Countries and headings are known; weights and values are whole grams and cents."""
    table = desk.consignments
    countries = set(codes.countries()["alpha2"])
    for column in ("origin_country", "departure_country"):
        assert set(table[column].dropna()) <= countries
    assert set(table["hs_heading"]) == set(codes.hs_headings()["hs_heading"]) == set(headings())
    for column, factor in (("gross_weight_kg", 1000), ("value_usd", 100)):
        small = table[column].dropna() * factor
        assert (small > 0).all()
        assert (small - small.round()).abs().max() < 1e-4
    assert (table["packages"].dropna() >= 1).all()
    assert (table["lodged_hours_before"] >= 0).all()
    assert table["arrival_hour"].dropna().between(0, 23).all()


def test_history_is_possible(desk: HomeDesk) -> None:
    """Nobody has more finds than inspections or more inspections than consignments."""
    for side in ("importer", "exporter", "agent"):
        past = [
            desk.consignments[f"{side}_past_{name}"]
            for name in ("consignments", "inspections", "finds")
        ]
        assert (past[0] >= past[1]).all()
        assert (past[1] >= past[2]).all()
        assert past[2].min() >= 0
    early = desk.consignments["importer_since"] <= desk.consignments["arrival_date"]
    assert early.all()


def test_container_numbers_fail_their_check_digit(desk: HomeDesk) -> None:
    """Consignments by sea have a container number that no real container can have."""
    table = desk.consignments
    assert (table["container_number"].notna() == table["mode"].eq("Sea")).all()
    for number in table["container_number"].dropna().head(2_000):
        assert re.fullmatch(r"[A-Z]{3}U\d{7}", number)
        assert int(number[-1]) != check_digit(number)
    # A published example of the standard: CSQU305438 has the check digit 3.
    assert check_digit("CSQU305438") == 3


# --- parties -----------------------------------------------------------------------------------


def test_a_spelling_stands_for_one_entity(desk: HomeDesk) -> None:
    """No two entities share a spelling, so the truth of a name is unique."""
    assert not desk.parties.duplicated(["party", "name"]).any()
    truth = desk.parties[desk.parties["party"].eq("importer")].set_index("name")["entity"]
    named = desk.consignments["importer"].map(truth)
    assert named.tolist() == desk.truth_consignments["importer_entity"].tolist()


def test_traffic_is_uneven(desk: HomeDesk) -> None:
    """The hundred largest of about 1,200 importers receive a third to two thirds of it all."""
    count = desk.truth_consignments["importer_entity"].value_counts()
    assert 1_100 < len(count) < 1_260
    assert 0.33 < count.head(100).sum() / count.sum() < 0.67
    assert count.iloc[0] / count.sum() < 0.03


def test_bad_importers_show_signs_without_labels(desk: HomeDesk) -> None:
    """Bad importers have more spellings, more new partners and more shared addresses."""
    importers = desk.parties[desk.parties["party"].eq("importer") & ~desk.parties["is_family"]]
    entities = importers.groupby("entity").agg(
        is_bad=("is_bad", "first"), spellings=("name", "size"), address=("address", "first")
    )
    assert 0.03 < entities["is_bad"].mean() < 0.06
    entities["is_shared"] = entities["address"].duplicated(keep=False)
    means = entities.groupby("is_bad")[["spellings", "is_shared"]].mean()
    assert means.loc[True, "spellings"] > 2 * means.loc[False, "spellings"]
    assert means.loc[True, "is_shared"] > 3 * means.loc[False, "is_shared"]
    truth = desk.truth_consignments
    bad = truth["importer_entity"].map(entities["is_bad"]).fillna(False).astype(bool)
    for sign in ("is_new_relation", "is_other_agent"):
        assert truth.loc[bad, sign].mean() > 1.5 * truth.loc[~bad, sign].mean()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_spellings_are_others(seed: int) -> None:
    """Other spellings of a name differ from it and from each other."""
    name = "Taladan Trading Co Ltd"
    found = name_spellings(np.random.default_rng(seed), name, 5)
    assert len({name, *found}) == 6


# --- the truth ---------------------------------------------------------------------------------


def test_the_share_and_the_difficulty_are_as_stated(desk: HomeDesk) -> None:
    """2 to 4 per cent are illicit, and the known probability ranks them as the table says."""
    truth = desk.truth_consignments
    assert 0.02 < truth["is_illicit"].mean() < 0.04
    assert expected_auc(truth["p_illicit"].to_numpy()) == pytest.approx(0.945, abs=0.002)
    assert 0.93 < roc_auc_score(truth["is_illicit"], truth["p_illicit"]) < 0.96


def test_the_factors_add_up(desk: HomeDesk) -> None:
    """The log-odds of each consignment are the sum of its factors and one number."""
    truth = desk.truth_consignments
    added = truth.filter(regex="^adds_").sum(axis=1)
    p = truth["p_illicit"].clip(1e-4, 1 - 1e-4)
    usable = truth["p_illicit"].between(0.001, 0.999)
    rest = (np.log(p / (1 - p)) - added)[usable]
    assert rest.max() - rest.min() < 0.03


def test_difficulty_changes_the_ranking_only() -> None:
    """An easier world has the same declarations and share, and a higher expected AUC."""
    easier, harder = (make_home_desk(3, 5_000, difficulty=name) for name in ("easier", "harder"))
    pd.testing.assert_frame_equal(easier.consignments, harder.consignments)
    wanted = parameters("home_difficulty").set_index("difficulty")["value"]
    for name, world in (("easier", easier), ("harder", harder)):
        p = world.truth_consignments["p_illicit"].to_numpy()
        assert expected_auc(p) == pytest.approx(wanted[name], abs=0.01)
        assert p.mean() == pytest.approx(0.028, abs=0.002)


def test_calibration_meets_both_aims() -> None:
    """Scale and intercept give the share and the expected AUC that are asked for."""
    logit = np.random.default_rng(0).standard_normal(20_000)
    scale, intercept = calibrate(logit, 0.03, 0.9)
    p = sigmoid(scale * logit + intercept)
    assert p.mean() == pytest.approx(0.03, abs=1e-6)
    assert expected_auc(p) == pytest.approx(0.9, abs=1e-4)


def test_expected_auc_is_that_of_many_draws() -> None:
    """The expected AUC is the mean AUC over many draws of the outcome."""
    rng = np.random.default_rng(1)
    p = rng.beta(0.5, 8, 2_000)
    drawn = [roc_auc_score(rng.random(len(p)) < p, p) for _ in range(200)]
    assert expected_auc(p) == pytest.approx(np.mean(drawn), abs=0.004)


# --- inspections -------------------------------------------------------------------------------


def test_inspections_are_chosen_in_three_ways(desk: HomeDesk) -> None:
    """4 to 8 per cent are inspected, a fifth at random; tips are good, officers are not."""
    inspections = desk.inspections
    assert 0.04 < len(inspections) / len(desk.consignments) < 0.08
    share = inspections["selected_by"].value_counts(normalize=True)
    assert share["random"] == pytest.approx(0.2, abs=0.01)
    assert set(share.index) == {"random", "officer", "tip"}
    rate = inspections.groupby("selected_by")["is_illicit"].mean()
    assert rate["tip"] > 0.4
    assert rate["officer"] < 0.06
    assert inspections["is_illicit"].mean() > 1.5 * desk.truth_consignments["is_illicit"].mean()


def test_habits_choose_but_do_not_find(desk: HomeDesk) -> None:
    """What officers look at decides whom they choose, and says little about the truth."""
    weight = habit_weights(np.random.default_rng(0), desk.consignments)
    chosen = desk.consignments["consignment_id"].isin(
        desk.inspections.loc[desk.inspections["selected_by"].eq("officer"), "consignment_id"]
    )
    assert roc_auc_score(chosen, weight) > 0.8
    assert abs(roc_auc_score(desk.truth_consignments["is_illicit"], weight) - 0.5) < 0.04


# --- missing and dirty values ------------------------------------------------------------------


def test_missing_values_have_their_rates_and_their_truth(desk: HomeDesk) -> None:
    """Cells are empty at the rates of the table, and the truth says what stood there."""
    table = parameters("home_dirt")
    for column, percent in table.loc[table["kind"].eq("missing"), ["column", "value"]].to_numpy():
        values, true = desk.consignments[column], desk.truth_consignments[f"true_{column}"]
        assert values.isna().mean() == pytest.approx(percent / 100, rel=0.3)
        assert true.notna().all()
        if column not in ("description", "importer_address"):
            known = values.notna()
            assert (values[known] == true[known]).all()


def test_dirty_texts_mean_the_same(desk: HomeDesk) -> None:
    """Without case and spaces, a description is one of the list and that of its truth."""
    said = desk.consignments["description"].str.lower().str.split().str.join(" ")
    true = desk.truth_consignments["true_description"].str.lower()
    known = said.notna()
    assert (said[known] == true[known]).all()
    assert set(true) <= {text.lower() for text in descriptions()}
    dirty = desk.truth_consignments["has_description_dirt"]
    other = desk.consignments["description"] != desk.truth_consignments["true_description"]
    assert (dirty[known] == other[known]).all()
    assert 0.05 < dirty.mean() < 0.12


# --- what must agree with itself ---------------------------------------------------------------


def test_an_earlier_relation_is_part_of_the_past_of_both(desk: HomeDesk) -> None:
    """Importer and exporter met no more often than either of them traded, once for each pair."""
    table = desk.consignments.dropna(subset=["importer", "exporter"])
    past = table["relation_past_consignments"]
    assert (past <= table["importer_past_consignments"]).all()
    assert (past <= table["exporter_past_consignments"]).all()
    known = table[past > 0]
    pairs = known.groupby(["importer", "exporter"])["relation_past_consignments"]
    assert (pairs.nunique() == 1).all()
    total = pairs.first().groupby("importer").sum()
    own = table.groupby("importer")["importer_past_consignments"].first()
    assert (total <= own[total.index]).all()


def test_a_consignment_fits_what_carries_it(desk: HomeDesk) -> None:
    """No consignment is heavier than one container, air waybill or courier consignment."""
    limits = parameters("home_mode_largest").set_index("mode")["value"]
    heaviest = desk.consignments.groupby("mode")["gross_weight_kg"].max()
    assert (heaviest <= limits[heaviest.index]).all()
    assert heaviest["Sea"] > 20_000


# --- the story ---------------------------------------------------------------------------------


def test_ordinary_newcomers_stand_beside_the_family(desk: HomeDesk) -> None:
    """The largest names without a history are those of ordinary newcomers."""
    facts = desk.stories[0]["facts"]
    without = desk.consignments["importer_past_consignments"].eq(0)
    counts = desk.consignments.loc[without, "importer"].value_counts()
    assert (counts > 5).sum() > 30
    assert len(set(counts.index[:10]) & set(facts["names"])) <= 2
    assert counts.iloc[0] < 0.75 * facts["consignments"]


def test_a_newcomer_has_no_consignment_before_it_was_seen(desk: HomeDesk) -> None:
    """A name without a history is first seen before its first consignment."""
    table = desk.consignments[desk.consignments["importer_past_consignments"].eq(0)]
    assert (table["importer_since"] <= table["arrival_date"]).all()


def test_the_story_says_what_is_in_the_tables(desk: HomeDesk) -> None:
    """Names, counts and consignments of the truth record are those of the extract."""
    facts = desk.stories[0]["facts"]
    rows = desk.consignments[desk.consignments["importer"].isin(facts["names"])]
    assert rows["consignment_id"].tolist() == facts["consignment_ids"]
    assert 60 <= len(rows) == facts["consignments"] <= 120
    assert rows["exporter"].mode().iloc[0] == facts["exporter"]
    assert rows["agent"].mode().iloc[0] == facts["agent"]
    assert rows["exporter"].nunique() > 1
    by_name = rows["importer"].value_counts()
    assert by_name[facts["names"]].tolist() == facts["consignments_per_name"]
    assert by_name.nunique() > 1
    truth = desk.truth_consignments
    assert truth.loc[rows.index, "is_illicit"].sum() == facts["illicit"]
    assert (truth["importer_entity"].eq(facts["entity"]) == truth["family"].eq(0)).all()
    assert rows["importer_past_consignments"].eq(0).all()


def test_the_control_is_the_same_world_without_the_family() -> None:
    """Without the family all other consignments and their truth stay as they are."""
    one, none = make_home_desk(4, 6_000), make_home_desk(4, 6_000, families=0)
    assert none.stories == []
    assert not none.parties["is_family"].any()
    others = ~one.consignments["consignment_id"].isin(one.stories[0]["facts"]["consignment_ids"])
    for name in ("consignments", "truth_consignments"):
        pd.testing.assert_frame_equal(getattr(one, name)[others], getattr(none, name)[others])


def test_three_families_do_not_meet() -> None:
    """Families have names and consignments of their own."""
    desk = make_home_desk(8, 20_000, families=3)
    assert len(desk.stories) == 3
    for key in ("names", "consignment_ids"):
        found = [value for story in desk.stories for value in story["facts"][key]]
        assert len(found) == len(set(found))


# --- seeds and errors --------------------------------------------------------------------------


@given(seed=st.integers(0, 2**128 - 1))
@settings(max_examples=3, deadline=None)
def test_the_same_seed_gives_the_same_desk(seed: int) -> None:
    """Whatever the size of the seed, it gives the same tables twice."""
    one, two = make_home_desk(seed, 1_000), make_home_desk(seed, 1_000)
    for name in ("consignments", "inspections", "truth_consignments", "parties"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.stories == two.stories


def test_another_seed_gives_another_desk() -> None:
    """Two seeds share no importer in front."""
    first = [
        make_home_desk(seed, 2_000).consignments["importer"].value_counts().index[0]
        for seed in (1, 2, 3)
    ]
    assert len(set(first)) == 3


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"consignments": 10}, "number of consignments was 10"),
        ({"consignments": True}, "number of consignments"),
        ({"difficulty": "easy"}, "Choose one of: easier, standard, harder"),
        ({"families": 4}, "number of families was 4"),
        ({"families": -1}, "whole number, 0 to 3"),
        ({"seed": -1}, "Give a whole number from 0"),
    ],
)
def test_what_cannot_be_made_is_refused(wanted: dict[str, object], sentence: str) -> None:
    """A wish that cannot be met is refused with a sentence."""
    with pytest.raises(WorldError, match=sentence):
        make_home_desk(**{"seed": 1, **wanted})


def test_progress_is_told() -> None:
    """Each part is named when it starts."""
    told: list[str] = []
    make_home_desk(1, 1_000, progress=told.append)
    assert told[0] == "parties"
    assert len(told) == len(set(told)) == 6
