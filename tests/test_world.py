"""The synthetic world: the same for the same seed, true to its tables, and honest about defects."""

import doctest
import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from rilo_training import codes
from rilo_training.seizures import COLUMNS, load_seizures
from rilo_training.world import (
    PRACTICE_SEED,
    SYNTHETIC,
    WorldError,
    cases,
    defects,
    digest,
    draws,
    labels,
    lines,
    make,
    make_world,
    members,
    narratives,
    places,
    practice,
    read_about,
    routes,
    save,
    save_world,
    streams,
    tables,
)
from rilo_training.world import digest as _digest_function

ROOT = Path(__file__).parents[1]
FALSE_ALARM = 0.001
"""Chance that a whole family of exact binomial tests fails though the world is right."""


@pytest.fixture(scope="module")
def practice_world():
    """The practice world, made from its seed."""
    return make_world(PRACTICE_SEED)


@pytest.fixture(scope="module")
def many_cases():
    """Forty thousand true cases, before reports are late or defects are planted."""
    habits = members.draw_habits(11)
    drawn = cases.draw_cases(11, 40_000, habits, lambda part: None)
    drawn["commodity"] = np.array(labels.order("commodity"), dtype=object)[drawn["commodity_at"]]
    return drawn


def assert_binomial(found, trials, shares, what):
    """Every count is one that its share gives, by exact binomial limits for the whole family."""
    found, trials, shares = (np.asarray(values, dtype=float) for values in (found, trials, shares))
    tail = FALSE_ALARM / (2 * len(found))
    low, high = binom.ppf(tail, trials, shares), binom.isf(tail, trials, shares)
    wrong = (found < low) | (found > high)
    assert not wrong.any(), [
        (name, int(count), float(share * number))
        for name, count, share, number, bad in zip(what, found, shares, trials, wrong, strict=True)
        if bad
    ]


# --- determinism -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module",
    [
        cases,
        defects,
        draws,
        labels,
        lines,
        make,
        members,
        narratives,
        places,
        practice,
        routes,
        save,
        streams,
        tables,
    ],
)
def test_examples_run(module, monkeypatch):
    """Every example in a docstring of this room gives what it shows."""
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(module).failed == 0


def test_digest_example():
    """The example of the digest, which stands behind a function of the same name, runs too."""
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(_digest_function, "digest", globs={}):
        runner.run(test)
    assert runner.failures == 0


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**128 - 1), number=st.integers(1, 300))
def test_same_seed(seed, number):
    """The same seed and number of cases give the same world, whatever the size of the seed."""
    one, two = make_world(seed, number), make_world(seed, number)
    pd.testing.assert_frame_equal(one.seizures, two.seizures)
    pd.testing.assert_frame_equal(one.truth_seizures, two.truth_seizures)
    assert one.about == two.about


def test_other_seed():
    """Another seed gives another world, with other Members in front."""
    worlds = [make_world(seed, cases=2_000) for seed in range(5)]
    assert len({world.about["world_id"] for world in worlds}) == 5
    first = [world.seizures["reporting_country"].value_counts().index[0] for world in worlds]
    assert len(set(first)) > 1


@pytest.mark.parametrize("seed", [-1, 2**128, 1.5, "1", None, True])
def test_bad_seed(seed):
    """A seed that is no whole number in the range is refused with a sentence."""
    with pytest.raises(WorldError, match="Give a whole number from 0"):
        make_world(seed, cases=10)


@pytest.mark.parametrize("number", [0, -5, 1.5, 1_000_000])
def test_bad_number_of_cases(number):
    """A number of cases that cannot be made is refused with a sentence."""
    with pytest.raises(WorldError, match="number of cases"):
        make_world(1, cases=number)


def test_streams_are_distinct():
    """No two parts share a number, and no two streams start alike."""
    assert len(set(streams.PARTS.values())) == len(streams.PARTS)
    starts = {streams.stream(5, part).random() for part in streams.PARTS}
    assert len(starts) == len(streams.PARTS)


@pytest.mark.parametrize("part", ["narratives", "quantities", "slips", "routes", "dates"])
def test_streams_are_independent(monkeypatch, part):
    """A part that draws otherwise changes its own columns and no others."""
    own = {
        "narratives": {"narrative"},
        "quantities": {"base_quantity", "quantity", "unit"},
        "slips": set(),
        "routes": {"departure_country", "transit_country", "destination_country"},
        # The dates decide the numbers of the cases and which are reported in time.
        "dates": {"seizure_date", "report_date", "case_id"},
    }[part]
    monkeypatch.setattr(cases, "LAST_DAY", np.datetime64("2026-09-30", "D"))
    monkeypatch.setattr(make, "LAST_DAY", np.datetime64("2040-01-01", "D"))
    before, _ = make.true_seizures(3, 500)
    monkeypatch.setitem(streams.PARTS, part, 999)
    after, _ = make.true_seizures(3, 500)
    order = ["case", "line_no"]
    before, after = (table.sort_values(order).reset_index(drop=True) for table in (before, after))
    changed = {name for name in before.columns if not before[name].equals(after[name])}
    assert changed == own


def test_progress():
    """The progress hook is told each part once, in order."""
    told = []
    make_world(1, cases=50, progress=told.append)
    expected = ["members", "cases", "routes", "lines", "narratives", "defects", "digests"]
    assert told == expected


# --- the extract -------------------------------------------------------------------------------


def test_contract(practice_world):
    """The extract holds the columns of the contract, in order, with their dtypes."""
    found = {name: str(dtype) for name, dtype in practice_world.seizures.dtypes.items()}
    assert list(found) == [column.name for column in COLUMNS]
    assert found == {column.name: column.dtype for column in COLUMNS}


def test_size(practice_world):
    """The practice world holds about 12,000 cases, 14,000 lines and 27 reporting Members."""
    truth = practice_world.truth_seizures
    true = ~(truth["is_exact_duplicate"] | truth["is_near_duplicate"])
    assert 11_500 <= truth["true_case_id"].nunique() <= 12_000
    assert 13_300 <= true.sum() <= 14_300
    assert practice_world.seizures["reporting_country"].nunique() == 27


def test_labels_are_known(practice_world):
    """Every label is in the code lists, or is one of the planted spellings."""
    variants = tables.parameters("label_variants")
    for column in COLUMNS:
        known = column.labels()
        if known is None:
            continue
        known = set(known) | set(variants.loc[variants["field"].eq(column.name), "variant"])
        values = practice_world.seizures[column.name]
        assert set(values.dropna()) <= known, column.name
        assert column.missing_allowed or values.notna().all(), column.name


def test_dates(practice_world):
    """Nothing is reported before it is found, or after the last day of the extract."""
    seizures = practice_world.seizures
    assert (seizures["report_date"] >= seizures["seizure_date"]).all()
    assert seizures["seizure_date"].min() >= pd.Timestamp("2024-01-01")
    assert seizures["report_date"].max() <= pd.Timestamp("2026-09-30")


def test_last_month_is_incomplete(practice_world):
    """The last month holds clearly fewer cases than those before: reports are still to come."""
    month = practice_world.seizures.groupby("case_id")["seizure_date"].first().dt.to_period("M")
    counts = month.value_counts().sort_index()
    assert len(counts) == 33
    assert counts.iloc[-1] < 0.8 * counts.iloc[-13:-1].mean()


def test_case_numbers(practice_world):
    """Cases are numbered within the year of report, in the order of report, lines from 1."""
    seizures = practice_world.seizures
    assert seizures["case_id"].str.fullmatch(r"AP-20\d\d-\d{6}").all()
    first = seizures.drop_duplicates("case_id")
    assert (first["case_id"].str[3:7] == first["report_date"].dt.year.astype(str)).all()
    assert first.sort_values("case_id")["report_date"].is_monotonic_increasing
    numbered = seizures.drop_duplicates(["case_id", "line_no"]).groupby("case_id")["line_no"]
    assert (numbered.max() == numbered.count()).all()


def test_case_fields(practice_world):
    """All lines of a case agree in the fields of the case."""
    truth = practice_world.truth_seizures
    table = practice_world.seizures.assign(location=truth["true_location"])
    fields = ["seizure_date", "report_date", "reporting_country", "location", "direction"]
    assert (table.groupby("case_id")[fields].nunique() == 1).all(axis=None)


def test_drug_lines_differ(practice_world):
    """The lines of a drug case hold different sub-commodities."""
    truth = practice_world.truth_seizures
    drugs = practice_world.seizures["section"].eq("Drugs") & ~truth["is_exact_duplicate"]
    assert not truth[drugs].duplicated(["case_id", "true_sub_commodity"]).any()


def test_directions(many_cases):
    """Imports end at the reporting Member or go on from it, exports start there."""
    table = many_cases
    home, known = table["reporting_country"], "Unknown"
    departure, destination = table["departure_country"], table["destination_country"]
    exports = table["direction"].isin(["Export", "Internal"])
    assert (departure.eq(home) | departure.eq(known))[exports].all()
    inward = table["direction"].eq("Import")
    arrived = destination.eq(home) | destination.eq(known) | table["transit_country"].eq(home)
    assert arrived[inward].all()
    passed = table["direction"].eq("Transit")
    assert table["transit_country"].eq(home)[passed].all()
    moved = ~table["direction"].eq("Internal") & departure.ne(known)
    assert departure.ne(destination)[moved].all()


@pytest.mark.parametrize(
    ("location", "concealment"),
    [
        ("Mail Centre", "On the person"),
        ("Mail Centre", "In baggage"),
        ("Express Courier", "In baggage"),
        ("Airport", "In premises"),
        ("Airport", "Recovered from sea/beach"),
        ("High seas", "In mail"),
    ],
)
def test_impossible_places(many_cases, location, concealment):
    """A hiding place that cannot be met at a place never is."""
    at = many_cases["location"].eq(location)
    assert at.any()
    assert not many_cases.loc[at, "concealment"].eq(concealment).any()


def test_impossible_conveyances(many_cases):
    """No vessel comes to an airport or a mail centre, and no aircraft to the high seas."""
    pairs = set(zip(many_cases["location"], many_cases["conveyance"], strict=True))
    assert not pairs & {
        ("Airport", "Vessel"),
        ("Mail Centre", "Vessel"),
        ("High seas", "Air"),
        ("Seaport", "Air"),
        ("Land boundary", "Vessel"),
    }


def test_geography(many_cases):
    """A Member without a coast has no seaport, one without a land boundary has none."""
    table = codes.members().set_index("alpha2")
    reporter = many_cases["reporting_country"]
    at_sea = many_cases["location"].isin(["Seaport", "High seas"])
    on_land = many_cases["location"].isin(["Land boundary", "River", "Rail"])
    assert reporter[at_sea].map(table["has_seaport"]).all()
    assert reporter[on_land].map(table["has_land_boundary"]).all()


# --- shares ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("locations", "location"),
        ("concealments", "concealment"),
        ("detections", "detection"),
        ("directions", "direction"),
        ("conveyances", "conveyance"),
    ],
)
def test_shares_of_cases(many_cases, table, field):
    """Within each commodity, counts of labels are those that the table's shares give."""
    wanted = tables.parameters(table).copy()
    total = wanted.groupby("commodity")["value"].transform("sum")
    trials = wanted["commodity"].map(many_cases["commodity"].value_counts())
    keys = pd.MultiIndex.from_frame(wanted[["commodity", field]])
    found = many_cases.groupby(["commodity", field]).size().reindex(keys, fill_value=0)
    assert_binomial(found, trials, wanted["value"] / total, list(keys))


@pytest.mark.parametrize("table", [places.hiding_places, places.cells])
def test_places_add_up(table):
    """The shares of places of each commodity are not negative and add up to one."""
    shares = table()
    assert (shares >= 0).all()
    assert np.allclose(shares.reshape(len(shares), -1).sum(axis=1), 1)


def test_shares_of_commodities(many_cases):
    """Cases by commodity are those that the sections' lines and the lines per case give."""
    found = many_cases["commodity_at"].value_counts().reindex(range(21), fill_value=0)
    trials = np.full(21, len(many_cases))
    assert_binomial(found, trials, places.commodity_shares(), labels.order("commodity"))


def test_shares_of_sections():
    """By expectation, lines by section are exactly the region's published shares."""
    mean = tables.vector("lines_per_case", "commodity", labels.order("commodity"))
    section = codes.commodities()["section"].to_numpy()
    line_shares = pd.Series(places.commodity_shares() * mean).groupby(section).sum()
    published = tables.parameters("sections").set_index("section")["value"]
    expected = published / published.sum()
    assert np.allclose((line_shares / line_shares.sum())[expected.index], expected)


def test_shares_of_kinds(many_cases):
    """First lines by sub-commodity are those that the table's shares give."""
    drawn = lines.draw_lines(11, many_cases, members.draw_habits(11))
    first = drawn[drawn["line_no"].eq(1)]
    wanted = tables.parameters("sub_commodities")
    total = wanted.groupby("commodity")["value"].transform("sum")
    trials = wanted["commodity"].map(first["commodity"].value_counts())
    found = first["sub_commodity"].value_counts().reindex(wanted["sub_commodity"], fill_value=0)
    assert_binomial(found, trials, wanted["value"] / total, list(wanted["sub_commodity"]))


def test_ecommerce(many_cases):
    """E-commerce comes to the region's own share, and never to baggage or persons."""
    share = tables.scalar("ecommerce_region_percent") / 100
    assert_binomial([many_cases["is_ecommerce"].sum()], [len(many_cases)], [share], ["all"])
    carried = many_cases["concealment"].isin(["In baggage", "On the person", "In transport"])
    elsewhere = ~many_cases["location"].isin(["Mail Centre", "Express Courier"])
    assert not many_cases.loc[carried & elsewhere, "is_ecommerce"].any()


def test_unknown_routes(many_cases):
    """Unknown departures and destinations come at the published rates."""
    departure = many_cases["departure_country"].eq("Unknown")
    destination = many_cases["destination_country"].eq("Unknown")
    names = ["departure_unknown_percent", "destination_unknown_percent", "both_unknown_percent"]
    found = [departure.sum(), destination.sum(), (departure & destination).sum()]
    shares = [tables.scalar(name) / 100 for name in names]
    assert_binomial(found, [len(many_cases)] * 3, shares, names)


def test_flow_into_the_region(many_cases):
    """Known departures of drug imports by region are those of the published flow."""
    section = many_cases["commodity"].map(codes.commodities().set_index("commodity")["section"])
    inward = many_cases[section.eq("Drugs") & many_cases["direction"].eq("Import")]
    inward = inward[inward["departure_country"].ne("Unknown")]
    region = inward["departure_country"].map(codes.countries().set_index("alpha2")["rilo_region"])
    # Each drug has a flow of its own, and drugs are imported at different rates.
    mix = inward["commodity_at"].value_counts(normalize=True)
    split = routes.region_shares("in")
    land = places.hiding_places()[:, routes.crosses_land(labels.order("location"))].sum((1, 2))
    flow = (1 - land)[:, None] * split[0] + land[:, None] * split[1]
    expected = mix.to_numpy() @ flow[mix.index]
    regions = labels.order("region")
    found = region.value_counts().reindex(regions, fill_value=0)
    assert_binomial(found, np.full(len(regions), len(region)), expected, regions)
    published = tables.parameters("flows").query("route_group == 'drugs' and way == 'in'")
    drugs = places.commodity_shares()[3:9] @ flow[3:9] / places.commodity_shares()[3:9].sum()
    total = pd.Series(drugs, index=regions)[published["region"]]
    assert np.allclose(total, published["value"] / published["value"].sum())


# --- quantities --------------------------------------------------------------------------------


def test_quantities_are_whole(practice_world):
    """A quantity is a positive whole number of base units, and has at most three decimals."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    assert (truth["true_quantity"] >= 1).all()
    assert str(truth["true_quantity"].dtype) == "int64"
    thousandths = seizures["quantity"] * 1000
    assert np.allclose(thousandths, thousandths.round(), rtol=1e-12, atol=0)


def test_quantity_agrees_with_truth(practice_world):
    """Quantity times the factor of its unit is the true quantity, unless the unit slipped."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    units = codes.units().set_index("unit")
    base = seizures["quantity"] * seizures["unit"].map(units["factor"])
    ratio = base / truth["true_quantity"]
    slipped = truth["has_unit_slip"]
    assert slipped.any()
    assert np.allclose(ratio[~slipped], 1)
    assert np.isin(ratio[slipped].round(6), [1000, 0.001]).all()
    assert (seizures["unit"].map(units["base_unit"]) == truth["base_unit"]).all()


def test_grams_and_kilograms(practice_world):
    """Drugs stand in grams and in kilograms, so that adding up without care goes wrong."""
    drugs = practice_world.seizures[practice_world.seizures["section"].eq("Drugs")]
    share = drugs["unit"].isin(["g"]).sum() / drugs["unit"].isin(["g", "kg"]).sum()
    assert 0.2 < share < 0.9
    by_member = drugs[drugs["unit"].isin(["g", "kg"])].groupby("reporting_country")["unit"]
    assert by_member.agg(lambda units: units.eq("kg").all()).any()


@pytest.mark.parametrize("seed", [1, 2, PRACTICE_SEED])
def test_few_lines_hold_the_weight(seed):
    """The heaviest hundredth of the drug lines holds more than half of the weight."""
    truth = make_world(seed).truth_seizures
    section = truth["true_commodity"].map(codes.commodities().set_index("commodity")["section"])
    grams = truth.loc[section.eq("Drugs") & truth["base_unit"].eq("g"), "true_quantity"]
    grams = grams.sort_values(ascending=False)
    assert grams.head(len(grams) // 100).sum() > 0.5 * grams.sum()


@pytest.mark.parametrize(
    ("commodity", "published_kg"),
    [
        ("Psychotropic substances", 8.6),
        ("Cannabis", 16.9),
        ("New Psychoactive Substances", 10.2),
        ("Opioids and Opiates", 2.9),
        ("Cocaine", 22.0),
    ],
)
def test_mean_weights(commodity, published_kg):
    """By expectation, the mean weight of a drug line is the region's published mean per case."""
    forms = tables.parameters("quantities")
    own = forms[forms["commodity"].eq(commodity) & forms["measure"].eq("mass")]
    share = tables.parameters("sub_commodities").set_index("sub_commodity")["value"]
    weight = own["share_percent"] * own["sub_commodity"].map(share)
    mean_kg = (own["value"] * weight).sum() / weight.sum() / 1000
    assert mean_kg == pytest.approx(published_kg, rel=0.05)
    at = labels.order("commodity").index(commodity)
    assert (places.bulk()[at] * places.hiding_places()[at]).sum() == pytest.approx(1)


def test_mail_is_small(practice_world):
    """Drugs at the mail centre weigh tens to hundreds of grams, at the seaport kilograms."""
    truth = practice_world.truth_seizures
    drugs = practice_world.seizures["section"].eq("Drugs") & truth["base_unit"].eq("g")
    median = truth[drugs].groupby("true_location")["true_quantity"].median()
    assert 20 < median["Mail Centre"] < 500
    assert median["Seaport"] > 2_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_ketamine_by_mail(seed):
    """A unit on ketamine by mail since January 2026 has at least forty cases in every world."""
    world = make_world(seed)
    truth, seizures = world.truth_seizures, world.seizures
    ketamine = truth["true_sub_commodity"].eq("Ketamine and related substances")
    ketamine &= seizures["seizure_date"].ge("2026-01-01")
    ketamine &= truth["true_location"].eq("Mail Centre")
    own = seizures[ketamine & ~truth["is_near_duplicate"]]
    assert own["case_id"].nunique() >= 40
    assert {"g", "kg"} <= set(own["unit"])


def test_narratives(practice_world):
    """A narrative is one sentence that names the goods, and stands on no line twice by rule."""
    seizures = practice_world.seizures
    assert seizures["narrative"].str.fullmatch(r"[A-Z].*[a-z)]\.").all()
    assert not seizures["narrative"].str.contains("nan|None|  ").any()
    assert seizures["narrative"].nunique() > 3_000


# --- defects -----------------------------------------------------------------------------------


def test_truth_has_every_row(practice_world):
    """The truth has one row per row of the extract, in the same order."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    assert tuple(truth.columns) == defects.TRUTH_COLUMNS
    assert truth["row"].tolist() == list(range(len(seizures)))
    assert truth["case_id"].equals(seizures["case_id"])
    assert truth["line_no"].equals(seizures["line_no"])


def test_exact_duplicates(practice_world):
    """The rows flagged as exact duplicates are those that repeat an earlier row."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    assert seizures.duplicated().equals(truth["is_exact_duplicate"])
    copies = truth[truth["is_exact_duplicate"]]
    originals = seizures.iloc[copies["duplicate_of"].astype(int)].reset_index(drop=True)
    pd.testing.assert_frame_equal(originals, seizures.iloc[copies["row"]].reset_index(drop=True))


def test_near_duplicates(practice_world):
    """A case keyed twice has another number and a later report date, and the same true goods."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    again = truth[truth["is_near_duplicate"] & ~truth["is_exact_duplicate"]]
    assert len(again)
    first = truth.iloc[again["duplicate_of"].astype(int)]
    same = ["line_no", "true_case_id", "true_sub_commodity", "true_quantity"]
    assert (again[same].to_numpy() == first[same].to_numpy()).all()
    assert (again["case_id"].to_numpy() > first["case_id"].to_numpy()).all()
    assert (first["case_id"] == first["true_case_id"]).all()
    later = seizures["report_date"]
    assert (later.iloc[again["row"]].to_numpy() > later.iloc[first["row"]].to_numpy()).all()


def test_label_variants(practice_world):
    """A row is flagged exactly when one of its labels differs from the true one."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    differs = pd.Series(False, index=seizures.index)
    for field in ("location", "commodity", "sub_commodity"):
        differs |= seizures[field].ne(truth[f"true_{field}"])
    assert differs.equals(truth["has_label_variant"])
    assert differs.any()


def test_repair_gives_the_true_table(practice_world):
    """Removing flagged duplicates and putting true labels and quantities gives the true lines."""
    truth, seizures = practice_world.truth_seizures, practice_world.seizures
    keep = ~(truth["is_exact_duplicate"] | truth["is_near_duplicate"])
    repaired = seizures[keep].reset_index(drop=True)
    known = truth[keep].reset_index(drop=True)
    for field in ("location", "commodity", "sub_commodity"):
        repaired[field] = known[f"true_{field}"]
    other = repaired["unit"].map({"kg": "g", "g": "kg"})
    repaired["unit"] = repaired["unit"].where(~known["has_unit_slip"], other)
    true, _ = make.true_seizures(PRACTICE_SEED)
    columns = [column.name for column in COLUMNS]
    pd.testing.assert_frame_equal(repaired, make._as_table(true)[columns])
    assert known["true_quantity"].tolist() == true["base_quantity"].tolist()


def test_rates_of_defects(practice_world):
    """Defects come at the rates of their table."""
    truth = practice_world.truth_seizures
    rows = truth[~truth["is_exact_duplicate"]]
    weighed = rows["base_unit"].eq("g")
    found = [truth["is_exact_duplicate"].sum(), rows["has_unit_slip"].sum()]
    names = ["exact_duplicate", "unit_slip"]
    shares = [tables.scalar(name, "defects") / 100 for name in names]
    assert_binomial(found, [len(rows), weighed.sum()], shares, names)


def test_other_rates_leave_the_truth(monkeypatch):
    """Planting other defects changes the extract and no true line."""
    lines_before, rekeyed = make.true_seizures(4, 400)
    changed = tables.parameters("defects").assign(value=20.0)
    original = tables.parameters

    def with_more(name):
        return changed if name == "defects" else original(name)

    before, _ = defects.plant_defects(4, lines_before, rekeyed)
    monkeypatch.setattr(tables, "parameters", with_more)
    after, truth = defects.plant_defects(4, lines_before, rekeyed)
    assert len(after) > len(before)
    kept = truth[~(truth["is_exact_duplicate"] | truth["is_near_duplicate"])]
    assert kept["true_quantity"].tolist() == lines_before["base_quantity"].tolist()
    assert kept["true_sub_commodity"].tolist() == lines_before["sub_commodity"].tolist()


# --- parameter tables --------------------------------------------------------------------------


@pytest.mark.parametrize("name", tables.NAMES)
def test_every_parameter_has_a_source(name):
    """Every row of a parameter table has a value, a unit, a source and a year."""
    table = tables.parameters(name)
    assert tuple(table.columns[-4:]) == tables.END_COLUMNS
    assert table.notna().all(axis=None)
    form = r"WCO ITR 2025 \(provisional\).*|assumption: .{5,}|definition: .{5,}"
    assert table["source"].str.fullmatch(form).all()
    keys = [column for column in table.columns[:-4] if column not in ("share_percent", "sigma")]
    assert not table.duplicated(keys).any()


def test_all_tables_are_known():
    """The folder holds the tables of the list and no others."""
    folder = ROOT / "rilo_training" / "world" / "parameters"
    assert tuple(sorted(file.stem for file in folder.glob("*.csv"))) == tables.NAMES


def test_parameters_use_known_labels():
    """Labels in the parameter tables are those of the code lists."""
    fields = ("section", "commodity", "sub_commodity", "location", "concealment", "conveyance")
    for name in tables.NAMES:
        table = tables.parameters(name)
        for field in (*fields, "detection", "direction", "region", "member", "country"):
            if field in table.columns:
                assert set(table[field]) <= set(labels.order(field)), (name, field)
        if "label" in table.columns:
            for field, rows in table.groupby("field"):
                assert set(rows["label"]) <= set(labels.order(field)), (name, field)


def test_every_kind_has_a_quantity():
    """Every sub-commodity has a share and at least one way to be measured."""
    known = set(labels.order("sub_commodity"))
    assert set(tables.parameters("sub_commodities")["sub_commodity"]) == known
    assert set(tables.parameters("quantities")["sub_commodity"]) == known
    measures = set(tables.parameters("quantities")["measure"])
    assert measures <= set(labels.order("unit")) | {"mass", "cigarettes"}


def test_variants_do_not_collide():
    """A spelling stands for one label only, and is no true label of its field."""
    variants = tables.parameters("label_variants")
    assert not variants.duplicated(["field", "variant"]).any()
    for field, rows in variants.groupby("field"):
        assert not set(rows["variant"]) & set(labels.order(field))


# --- draws -------------------------------------------------------------------------------------


@given(
    weights=st.lists(st.floats(0, 10), min_size=1, max_size=8).filter(lambda w: sum(w) > 1e-6),
    seed=st.integers(0, 1000),
)
@settings(deadline=None)
def test_zero_weight_is_never_drawn(weights, seed):
    """A column without weight is never drawn."""
    table = np.array([weights, weights])
    rows = np.arange(200) % 2
    found = draws.choose(np.random.default_rng(seed), table, rows)
    assert (table[rows, found] > 0).all()


@given(
    rows=st.lists(st.floats(0.05, 1), min_size=1, max_size=6),
    columns=st.lists(st.floats(0.05, 1), min_size=1, max_size=6),
)
@settings(deadline=None)
def test_fitted_margins(rows, columns):
    """A table without zeros is fitted to any margins of the same total."""
    wanted_rows, wanted_columns = np.array(rows) / sum(rows), np.array(columns) / sum(columns)
    table = draws.fit_margins(np.ones((len(rows), len(columns))), wanted_rows, wanted_columns)
    assert np.allclose(table.sum(axis=1), wanted_rows)
    assert np.allclose(table.sum(axis=0), wanted_columns)


# --- saving ------------------------------------------------------------------------------------


def test_digest_of_another_backend(practice_world):
    """The digest does not depend on how pandas stores a column."""
    table = practice_world.seizures.head(200)
    other = table.astype("object").assign(
        seizure_date=table["seizure_date"].astype("datetime64[ns]"),
        report_date=table["report_date"].astype("datetime64[s]"),
        line_no=table["line_no"].astype("float64"),
        quantity=table["quantity"].astype("Float64"),
        is_ecommerce=table["is_ecommerce"].astype("boolean"),
    )
    assert digest(other) == digest(table)


def test_digest_sees_every_value(practice_world):
    """Another value, another order of rows or another name of a column changes the digest."""
    table = practice_world.seizures.head(50)
    changed = table.copy()
    changed.loc[3, "quantity"] += 0.001
    digests = {
        digest(table),
        digest(changed),
        digest(table[::-1]),
        digest(table.rename(columns={"unit": "units"})),
        digest(table.head(49)),
    }
    assert len(digests) == 5


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_save_and_load(tmp_path, file_format):
    """What is loaded from a saved world has the digest that its world.json names."""
    world = make_world(5, cases=100)
    save_world(world, tmp_path / "world", tmp_path / "truth", file_format)
    about = read_about(tmp_path / "world")
    assert about == world.about
    loaded = load_seizures(tmp_path / "world")
    named = about["tables"]["seizures"]
    assert named == {"rows": len(loaded), "digest": digest(loaded)}
    assert about["world_id"] == named["digest"][:12]
    assert sorted(os.listdir(tmp_path / "world")) == [f"seizures.{file_format}", "world.json"]
    assert os.listdir(tmp_path / "truth") == [f"truth_seizures.{file_format}"]


def test_truth_round_trip(tmp_path):
    """The truth is read back as it was made."""
    world = make_world(5, cases=300)
    save_world(world, tmp_path / "world", tmp_path / "truth")
    loaded = pd.read_parquet(tmp_path / "truth" / "truth_seizures.parquet")
    pd.testing.assert_frame_equal(loaded, world.truth_seizures)


def test_official_world(tmp_path):
    """An official world has the name it was given, and no seed and no digest-made name."""
    world = make_world(123_456_789, cases=20)
    save_world(world, tmp_path / "world", official=True, world_id="3f9c21ab77d0")
    text = (tmp_path / "world" / "world.json").read_text(encoding="utf-8")
    assert "123456789" not in text
    about = json.loads(text)
    assert about["seed"] is None
    assert about["world_id"] == "3f9c21ab77d0"
    assert about["synthetic"] == SYNTHETIC
    assert world.about["seed"] == 123_456_789


def test_official_world_without_name(tmp_path):
    """An official world without a name of its own is refused."""
    with pytest.raises(WorldError, match="needs a name"):
        save_world(make_world(1, cases=5), tmp_path / "world", official=True)


def test_truth_stays_apart(tmp_path):
    """The truth is not written into the world or below it."""
    world = make_world(1, cases=5)
    for inside in ("world", "world/truth"):
        with pytest.raises(WorldError, match="Choose a folder elsewhere"):
            save_world(world, tmp_path / "world", tmp_path / inside)
    assert os.listdir(tmp_path) == []


def test_a_world_is_replaced_whole(tmp_path):
    """Saving over a world replaces it, with no file of the old one and none left beside it."""
    save_world(make_world(1, cases=5), tmp_path / "world", file_format="csv")
    save_world(make_world(2, cases=5), tmp_path / "world")
    assert sorted(os.listdir(tmp_path / "world")) == ["seizures.parquet", "world.json"]
    assert os.listdir(tmp_path) == ["world"]
    assert read_about(tmp_path / "world")["seed"] == 2


def test_other_files_are_safe(tmp_path):
    """A folder that holds something else is left as it is."""
    (tmp_path / "report.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(WorldError, match=r"holds other files \(report.docx\)"):
        save_world(make_world(1, cases=5), tmp_path)
    assert os.listdir(tmp_path) == ["report.docx"]


@pytest.mark.parametrize("place", ["file", "file/world"])
def test_unwritable_folder(tmp_path, place):
    """A path that cannot be written gives one sentence and leaves nothing behind."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorldError, match=r"cannot be written to .*Choose a folder"):
        save_world(make_world(1, cases=5), tmp_path / place)
    assert os.listdir(tmp_path) == ["file"]


def test_unknown_format(tmp_path):
    """A format that is not known is named."""
    with pytest.raises(WorldError, match="'xlsx'"):
        save_world(make_world(1, cases=5), tmp_path / "world", file_format="xlsx")


@pytest.mark.parametrize("content", [None, "{", "[]", "{}"])
def test_no_world(tmp_path, content):
    """A folder without a readable world.json gives a sentence."""
    if content is not None:
        (tmp_path / "world.json").write_text(content, encoding="utf-8")
    with pytest.raises(WorldError, match=r"Check the path|check the path"):
        read_about(tmp_path)


# --- the practice world ------------------------------------------------------------------------


def test_practice_world(practice_world):
    """The committed practice world is exactly the one that its seed makes."""
    folder = ROOT / "datasets" / "practice"
    assert digest(load_seizures(folder)) == digest(practice_world.seizures)
    assert read_about(folder) == practice_world.about
    assert sorted(os.listdir(folder)) == ["seizures.parquet", "world.json"]
    assert (folder / "seizures.parquet").stat().st_size < 600_000


def test_data_sheet():
    """The generated blocks of the data sheet are those that the code makes."""
    text = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    assert practice.fill_data_sheet(text) == text
    assert SYNTHETIC in text
    assert len(re.findall("<!-- begin ", text)) == 2


def test_renew(tmp_path, monkeypatch):
    """Renewing writes the practice world and fills the blocks, and nothing else."""
    (tmp_path / "README.md").write_text(
        "A\n<!-- begin dictionary -->\n<!-- end dictionary -->\nB\n", encoding="utf-8"
    )
    monkeypatch.setattr(practice, "make_world", lambda seed: make_world(seed, cases=5))
    practice.renew(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("A\n<!-- begin dictionary -->\n| column ")
    assert text.endswith("<!-- end dictionary -->\nB\n")
    assert read_about(tmp_path / "practice")["cases"] == 5
