"""Defects: planted at known rates, in known rows, with a known repair, in two forms."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from rilo_training import codes
from rilo_training.seizures import COLUMNS
from rilo_training.world import PRACTICE_SEED, defects, extract, labels, make_world, setting, tables
from rilo_training.world.block import true_block
from rilo_training.world.defects import SPELLED
from rilo_training.world.extract import TRUTH_COLUMNS
from rilo_training.world.recipe import Recipe

FORMS = ["seizures", "seizures_raw"]
FLAGS = [
    "has_label_variant",
    "has_unit_slip",
    "has_swapped_date",
    "has_wrong_total",
]


@pytest.fixture(scope="module")
def world():
    """The seizures of the practice world, as uploaded and validated."""
    return make_world(PRACTICE_SEED, tables=FORMS)


@pytest.fixture(params=FORMS)
def form(request, world):
    """One form of the extract with its truth."""
    return world.tables[request.param], world.truth[f"truth_{request.param}"]


def test_truth_has_every_row(form):
    """The truth has one row per row of the extract, in the same order."""
    seizures, truth = form
    assert tuple(truth.columns) == TRUTH_COLUMNS
    assert truth["row"].tolist() == list(range(len(seizures)))
    assert truth["case_id"].equals(seizures["case_id"])
    assert truth["line_no"].equals(seizures["line_no"])


def test_exact_duplicates(form):
    """The rows flagged as exact duplicates are those that repeat an earlier row."""
    seizures, truth = form
    assert seizures.duplicated().equals(truth["is_exact_duplicate"])
    copies = truth[truth["is_exact_duplicate"]]
    originals = seizures.iloc[copies["duplicate_of"].astype(int)].reset_index(drop=True)
    pd.testing.assert_frame_equal(originals, seizures.iloc[copies["row"]].reset_index(drop=True))


def test_near_duplicates(form):
    """A case keyed twice has another number and a later report date, and the same true goods."""
    seizures, truth = form
    again = truth[truth["is_near_duplicate"] & ~truth["is_exact_duplicate"]]
    assert len(again)
    first = truth.iloc[again["duplicate_of"].astype(int)]
    same = ["line_no", "true_case_id", "true_sub_commodity", "true_quantity"]
    assert (again[same].to_numpy() == first[same].to_numpy()).all()
    assert (again["case_id"].to_numpy() > first["case_id"].to_numpy()).all()
    assert (first["case_id"] == first["true_case_id"]).all()
    later = seizures["report_date"]
    assert (later.iloc[again["row"]].to_numpy() > later.iloc[first["row"]].to_numpy()).all()


def test_label_variants(form):
    """A row is flagged exactly when one of its labels differs from the true one."""
    seizures, truth = form
    differs = pd.Series(False, index=seizures.index)
    for field in SPELLED:
        differs |= seizures[field].ne(truth[f"true_{field}"])
    assert differs.equals(truth["has_label_variant"])
    assert differs.any()


def test_quantity_agrees_with_truth(form):
    """Quantity times the factor of its unit is the true quantity, unless the unit slipped."""
    seizures, truth = form
    units = codes.units().set_index("unit")
    ratio = seizures["quantity"] * seizures["unit"].map(units["factor"]) / truth["true_quantity"]
    slipped = truth["has_unit_slip"]
    assert slipped.any()
    assert np.allclose(ratio[~slipped], 1)
    assert np.isin(ratio[slipped].round(6), [1000, 0.001]).all()
    assert (seizures["unit"].map(units["base_unit"]) == truth["base_unit"]).all()


def test_swapped_dates(form):
    """A flagged date is the true one with day and month turned, the others are true."""
    seizures, truth = form
    found, true = seizures["seizure_date"], truth["true_seizure_date"]
    assert found.ne(true).equals(truth["has_swapped_date"])
    turned, straight = found[truth["has_swapped_date"]], true[truth["has_swapped_date"]]
    assert (turned.dt.day == straight.dt.month).all()
    assert (turned.dt.month == straight.dt.day).all()
    assert len(turned)


def test_validation_finds_impossible_dates(world):
    """A seizure after its report is in the raw extract, and not in the validated one."""
    raw, validated = world.tables["seizures_raw"], world.seizures
    assert (raw["seizure_date"] > raw["report_date"]).any()
    assert (validated["seizure_date"] <= validated["report_date"]).all()


def test_totals(form):
    """The value of a case is the sum of its lines, unless the total is flagged as wrong."""
    seizures, truth = form
    own = seizures[~truth["is_exact_duplicate"]]
    lines = own.groupby("case_id")["value_usd"].sum()
    stated = own.groupby("case_id")["case_value_usd"].first()
    wrong = truth[~truth["is_exact_duplicate"]].groupby("case_id")["has_wrong_total"].first()
    assert np.isclose(lines, stated).tolist() == (~wrong).tolist()
    assert wrong.any()
    assert np.allclose(truth.groupby("case_id")["true_case_value_usd"].first(), lines)


def test_personal_details(form):
    """A personal detail stands at the end of its narrative, word for word, and in no other."""
    seizures, truth = form
    detail = truth["personal_detail"]
    assert detail.ne("").any()
    for narrative, text in zip(seizures["narrative"], detail, strict=True):
        assert narrative.endswith(text)
        assert bool(text) == ("passport" in narrative)
    assert (
        detail[detail.ne("")]
        .str.fullmatch(r"The traveller gave the name [A-Z][a-z]+ [A-Z][a-z]+, passport ZZ\d{7}\.")
        .all()
    )


def test_repair_gives_the_true_table(form):
    """With the repairs that the truth names, each form of the extract is the true table."""
    seizures, truth = form
    keep = ~(truth["is_exact_duplicate"] | truth["is_near_duplicate"])
    repaired, known = seizures[keep].reset_index(drop=True), truth[keep].reset_index(drop=True)
    for field in SPELLED:
        repaired[field] = known[f"true_{field}"]
    other = repaired["unit"].map({"kg": "g", "g": "kg"})
    repaired["unit"] = repaired["unit"].where(~known["has_unit_slip"], other)
    repaired["seizure_date"] = known["true_seizure_date"]
    repaired["case_value_usd"] = known["true_case_value_usd"]
    ends = -(known["personal_detail"].str.len() + 1)
    repaired["narrative"] = [
        text[:end] if end < -1 else text
        for text, end in zip(repaired["narrative"], ends, strict=True)
    ]
    pd.testing.assert_frame_equal(repaired, true_table(PRACTICE_SEED))


def true_table(seed):
    """The true lines of a world that were reported in time, without any defect."""
    recipe = Recipe(seed)
    whole = true_block(recipe, 0, recipe.cases)
    none = {name: np.ones_like(values) for name, values in whole.chances.of_cases.items()}
    never = {name: np.ones_like(values) for name, values in whole.chances.of_lines.items()}
    quiet = dataclasses.replace(whole.chances, of_cases=none, of_lines=never)
    case = whole.lines["case"].to_numpy()
    whole.cases["value_cents"] = np.bincount(case, weights=whole.lines["value_cents"]).astype(int)
    rows = defects.plant_defects(
        "raw", setting.make_setting(recipe), whole.cases, whole.lines, quiet
    )
    table = extract.seizures_table(rows, whole.cases, whole.lines).to_pandas()
    order = np.lexsort((table["line_no"], rows["number"], table["report_date"].dt.year))
    return table.iloc[order].reset_index(drop=True)[[column.name for column in COLUMNS]]


def test_what_validation_leaves_was_there_before(world):
    """Every defect of the validated extract stands in the raw one too."""
    raw = world.truth["truth_seizures_raw"].set_index(["case_id", "line_no"])
    validated = world.truth_seizures
    for flag in (*FLAGS, "is_exact_duplicate"):
        wrong = validated.loc[validated[flag], ["case_id", "line_no"]]
        known = set(raw.index[raw[flag]])
        assert set(map(tuple, wrong.to_numpy())) <= known
        assert raw[flag].sum() > validated[flag].sum()


def test_rates_of_defects():
    """Over many Members, defects come at the rates of their table; care makes them differ."""
    found = {name: [] for name in ("exact_duplicate", "unit_slip", "wrong_total")}
    for seed in range(30):
        world = make_world(seed, 6_000, tables=["seizures_raw"], drawn=False)
        truth = world.truth["truth_seizures_raw"]
        rows = truth[~truth["is_exact_duplicate"]]
        weighed = rows["base_unit"].eq("g")
        found["exact_duplicate"].append(truth["is_exact_duplicate"].sum() / len(rows))
        found["unit_slip"].append(rows.loc[weighed, "has_unit_slip"].mean())
        found["wrong_total"].append(rows.groupby("case_id")["has_wrong_total"].first().mean())
    for name, rates in found.items():
        error = np.std(rates, ddof=1) / np.sqrt(len(rates))
        assert abs(np.mean(rates) - defects.rate(name, "raw")) < 4 * error


def test_members_key_with_different_care():
    """The rate of misspelled labels differs between Members by more than chance."""
    truth = make_world(3, 40_000, tables=["seizures_raw"], drawn=False)
    rows, known = truth.tables["seizures_raw"], truth.truth["truth_seizures_raw"]
    by_member = known.groupby(rows["reporting_country"])["has_label_variant"].agg(["mean", "size"])
    large = by_member[by_member["size"] > 500]["mean"]
    assert large.max() > 2 * large.min()


def test_other_rates_leave_the_truth(monkeypatch):
    """Planting other defects changes the extract and no true line."""
    before = make_world(4, 400, tables=["seizures"], drawn=False).truth_seizures
    changed = tables.parameters("defects").assign(value=20.0)
    original = tables.parameters
    monkeypatch.setattr(
        defects, "parameters", lambda name: changed if name == "defects" else original(name)
    )
    after = make_world(4, 400, tables=["seizures"], drawn=False).truth_seizures
    assert len(after) > len(before)
    true = ["true_quantity", "true_sub_commodity", "true_seizure_date", "true_case_value_usd"]
    first, second = (
        table[~(table["is_exact_duplicate"] | table["is_near_duplicate"])][true]
        for table in (before, after)
    )
    assert (first.to_numpy() == second.to_numpy()).all()


def test_a_plain_world_has_no_defect():
    """A plain world holds no defect, no batch upload and no story."""
    truth = make_world(6, 3_000, tables=["seizures_raw"], plain=True).truth["truth_seizures_raw"]
    for flag in (*FLAGS, "is_exact_duplicate", "is_near_duplicate", "is_batch_upload"):
        assert not truth[flag].any()
    assert truth["story"].eq("").all()
    assert truth["personal_detail"].eq("").all()


def test_every_spelling_can_be_drawn():
    """The other spellings of a label are those of its own label."""
    for field in SPELLED:
        variants = tables.parameters("label_variants").query("field == @field")
        known = defects.spellings(field)
        assert known[: len(labels.order(field))] == labels.order(field)
        assert sorted(known[len(labels.order(field)) :]) == sorted(variants["variant"])
        place = np.array([labels.order(field).index(label) for label in variants["label"]])
        every = np.ones(len(place), dtype=bool)
        for which in (0.0, 0.5, 0.999):
            drawn = defects._misspell(place, every, np.full(len(place), which), field)
            pairs = {(variants["label"].iloc[row], known[at]) for row, at in enumerate(drawn)}
            assert pairs <= set(zip(variants["label"], variants["variant"], strict=True))
