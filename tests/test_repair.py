"""Labels, units, duplicates, personal details, repair with undo, and the scorecard."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import world

from rilo_training import codes
from rilo_training.seizures import (
    ExtractError,
    conversion_table,
    convert_quantities,
    find_duplicates,
    find_personal_details,
    member_names,
    propose_labels,
    repair,
    scorecard,
    validate,
)
from rilo_training.seizures.personal import mask_personal_details
from rilo_training.world.tables import parameters


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The raw extract of a small world, with its defects."""
    return world(11, 3000).tables["seizures_raw"]


@pytest.fixture(scope="module")
def problems(raw) -> pd.DataFrame:
    """The problems of the raw extract."""
    return validate(raw)


def proposal(value: str, field: str = "sub_commodity") -> tuple[str | None, bool]:
    """The label proposed for one value, and whether it is the same thing."""
    found = propose_labels(pd.Series([value]), field).iloc[0]
    label = found["proposal"]
    return (None if pd.isna(label) else str(label)), bool(found["is_same"])


@pytest.mark.parametrize("field", ["sub_commodity", "commodity", "location"])
def test_every_spelling_of_the_world_is_read_right(field):
    """Capitals, blanks, trade names and older names lead to the label that is meant."""
    table = parameters("label_variants")
    own = table[table["field"].eq(field)]
    for value, label in zip(own["variant"], own["label"], strict=True):
        assert proposal(value, field) == (label, True), value


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("metamphetamine", "Methamphetamine"),
        ("Amphetamin", "Amphetamine"),
        ("Resin of cannabis", "Cannabis resin"),
        ("Cocaine (crystal)", "Cocaine"),
        ("HCFC", "HCFCs"),
        ("Ketamin", "Ketamine and related substances"),
        ("Zopiclon", "Zopiclone"),
    ],
)
def test_a_slip_of_the_finger_is_read(value, label):
    """One letter, another order of words or a form of the goods is no other substance."""
    assert proposal(value) == (label, True)


@pytest.mark.parametrize(
    "value",
    [
        *("2-FDCK", "Mephedrone", "Methedrone", "4-MMC", "Dexamphetamine", "Lisdexamfetamine"),
        *("Hydrocodone", "Oxymorphone", "Dihydrocodeine", "Carfentanil", "Tramadol", "Gabapentin"),
        *("Eszopiclone", "Zolpidem", "Lorazepam", "Flualprazolam", "2C-B", "PMMA", "MDA"),
        *("Ethamphetamine", "Dimethamphetamine", "Norfentanyl", "4-fluoromethamphetamine"),
        *("Codaine", "Methamphetamine / Ketamine", "heroin and cocaine", "Toys", "nonsense"),
    ],
)
def test_another_substance_is_never_merged_silently(value):
    """What is another substance, or may be two, is at most proposed for a person to decide."""
    assert proposal(value)[1] is False


@pytest.mark.parametrize("field", codes.FIELDS)
def test_no_label_is_ever_changed_into_another(field):
    """Labels that differ by one letter, such as HFCs and CFCs, stay apart in any writing."""
    labels = codes.labels(field)
    assert propose_labels(pd.Series(labels), field).empty
    meant = {
        value: label
        for label in labels
        for value in (label.upper(), label.lower(), f" {label} ", label.replace(" ", "  "))
        if value not in labels
    }
    found = propose_labels(pd.Series(list(meant)), field)
    assert found["is_same"].all()
    assert found.set_index("value")["proposal"].to_dict() == meant


def test_names_of_countries_are_read():
    """A country by its name or its other code becomes its code; an unknown one stays."""
    assert proposal("Japan", "departure_country") == ("JP", True)
    assert proposal("FJI", "reporting_country") == ("FJ", True)
    assert proposal("Brazil", "reporting_country") == (None, False)


def test_the_most_frequent_spelling_comes_first():
    """The list is read from the top: what touches most rows is first."""
    values = pd.Series(["meth", "METH ", "meth", None, "Cocaine"])
    found = propose_labels(values, "sub_commodity")
    assert found[["value", "rows"]].values.tolist() == [["meth", 2], ["METH ", 1]]


@pytest.mark.parametrize("field", ["narrative", "colour"])
def test_a_field_without_a_list_is_refused(field):
    """The message names what can be harmonised, or the columns there are."""
    with pytest.raises(ExtractError, match=field):
        propose_labels(pd.Series(["x"]), field)


@pytest.mark.parametrize(
    ("quantity", "unit", "base", "base_unit"),
    [
        (1.5, "kg", 1500.0, "g"),
        (1.5, "Kilograms", 1500.0, "g"),
        (2.0, "Tonnes", 2_000_000.0, "g"),
        (250.0, "mg", 0.25, "g"),
        (1.0, "lb", 453.59237, "g"),
        (330.0, "ml", 330.0, "ml"),
        (12.0, "Tabs", 12.0, "tablets"),
        (5.0, "US$", 5.0, "USD"),
    ],
)
def test_quantities_come_to_their_base_unit(quantity, unit, base, base_unit):
    """Every unit of the table is multiplied by its factor, however it is written."""
    found = convert_quantities(pd.DataFrame({"quantity": [quantity], "unit": [unit]})).iloc[0]
    assert found["base_quantity"] == pytest.approx(base)
    assert found["base_unit"] == base_unit


def test_an_unknown_unit_gives_no_quantity():
    """A quantity in boxes is missing, and so is one without a unit; labels of rows are kept."""
    lines = pd.DataFrame({"quantity": [3.0, 4.0], "unit": ["boxes", None]}, index=["a", "b"])
    found = convert_quantities(lines)
    assert found.isna().all(axis=None)
    assert found.index.tolist() == ["a", "b"]


def test_the_conversion_table_names_its_sources():
    """Each way to write a unit stands once, with a factor and a source."""
    table = conversion_table()
    assert table["name"].str.casefold().is_unique
    assert table["factor"].gt(0).all()
    assert table.notna().all(axis=None)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"quantity": [1.0]}), "no column unit"),
        (pd.DataFrame({"quantity": ["1"], "unit": ["g"]}), "holds text"),
    ],
)
def test_quantities_that_cannot_be_converted_are_refused(table, message):
    """The message says which column, and what to do."""
    with pytest.raises(ExtractError, match=message):
        convert_quantities(table)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The passenger Ahmad Rahimi was checked.", {"name"}),
        ("Mrs. O'Brien carried it.", {"name"}),
        ("Consignee: LI WEI.", {"name"}),
        ("She gave the name Siti binti Zorvek.", {"name"}),
        ("Holder of passport no. AB123456.", {"document number"}),
        ("ID: 880312-5012 was shown.", {"document number"}),
        ("Reach me at a.b-c@mail.example.org please.", {"e-mail"}),
        ("Tel. +93 700 123 456 was called.", {"phone number"}),
        ("A phone, mobile 0812345678, was found.", {"phone number"}),
        ("Born 12/03/1980 in the capital.", {"date of birth"}),
        ("Paid from 1234 5678 9012 3456.", {"account number"}),
        ("It was sent by Maria Gonzalez to a shop.", {"name"}),
        ("The vehicle was driven by Juan dela Cruz.", {"name"}),
        ("It was found with Maria Gonzalez in a shop.", {"possible name"}),
    ],
)
def test_personal_details_are_found(text, kinds):
    """Names, numbers of phones, documents and accounts, addresses of mail and days of birth."""
    assert set(find_personal_details(pd.Series([text]))["kind"]) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "Risk profiling selected goods carried by air at the airport: MDMA (ecstasy) in a bag.",
        "Seized at Los Angeles International Airport by Customs of the United States.",
        "The vessel named Ocean Star carried 2,000 kg in container MSCU1234567.",
        "Air waybill 123-12345678, flight TG 640, 2024-05-01, heading 2939.45.",
        "The goods weighed 10 000 000 g; the name is not known.",
        "A 34-year-old national of Japan with a passport of Thailand.",
        "Consignee ABC Trading Co Ltd, sender Global Logistics, sent to Kuala Lumpur.",
        "Goods with the brand name Nike from Papua New Guinea.",
        "",
    ],
)
def test_other_words_and_numbers_are_no_personal_details(text):
    """Places, vessels, containers, waybills, weights, dates and brands are left alone."""
    assert find_personal_details(pd.Series([text, None])).empty


def test_masking_leaves_no_detail():
    """The masked text has no detail any more; what is not a detail is still there."""
    text = "Found by scan. Mr Zorvek Blimor, passport ZZ1234567, z.b@example.org, was heard."
    masked = mask_personal_details(text)
    assert masked == "Found by scan. [removed], [removed], [removed], was heard."
    assert find_personal_details(pd.Series([masked])).empty


def test_duplicates_name_the_row_and_the_reason(raw):
    """Copies and second keyings point to the row that was reported first."""
    found = find_duplicates(raw)
    truth = world(11, 3000).truth["truth_seizures_raw"]
    near = found[found["kind"].eq("near")]
    assert near["reason"].str.startswith("another case number; ").all()
    assert found.loc[found["kind"].eq("exact"), "evidence_bits"].isna().all()
    same = truth.loc[near["row"], "true_case_id"].to_numpy()
    assert (same == truth.loc[near["duplicate_of"], "true_case_id"].to_numpy()).all()
    reported = raw["report_date"]
    later = reported.loc[near["row"]].to_numpy() > reported.loc[near["duplicate_of"]].to_numpy()
    assert later.all()


def test_common_seizures_are_no_duplicates():
    """A thousand parcels of the same goods and round weight are a thousand seizures."""
    rng = np.random.default_rng(2)
    rows = 1000
    table = pd.DataFrame(
        {
            "case_id": [f"C{number}" for number in range(rows)],
            "reporting_country": "JP",
            "sub_commodity": "Herbal cannabis",
            "quantity": rng.choice([1.0, 2.0, 5.0], rows),
            "unit": "g",
            "seizure_date": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(rng.integers(0, 90, rows), "D"),
            "departure_country": rng.choice(["US", "CA"], rows),
            "conveyance": "Regular Mail",
        }
    )
    assert find_duplicates(table).empty


def test_duplicates_of_an_empty_table():
    """Nothing is found where nothing is."""
    assert find_duplicates(pd.DataFrame({"case_id": []})).empty


def test_repair_puts_in_what_was_accepted(raw, problems):
    """After the repair the accepted problems are gone, and the table itself is as it was."""
    before = raw.copy()
    accepted = problems[problems["rule"].isin(["label", "unit_slip", "duplicate_exact"])]
    copy = repair(raw, accepted)
    pd.testing.assert_frame_equal(raw, before)
    assert copy.seizures.dtypes.equals(raw.dtypes)
    left = validate(copy.seizures)["rule"]
    assert not left.isin(["label", "unit_slip", "duplicate_exact"]).any()
    assert len(copy.seizures) == len(raw) - problems["rule"].eq("duplicate_exact").sum()
    assert copy.log["change"].tolist() == list(range(1, len(copy.log) + 1))


def test_repair_brings_a_table_to_its_truth(raw, problems):
    """Labels, units and totals of the repaired copy are the true ones."""
    truth = world(11, 3000).truth["truth_seizures_raw"]
    copy = repair(raw, problems[problems["rule"].isin(["label", "unit_slip", "case_total"])])
    for field in ("sub_commodity", "commodity", "location"):
        assert copy.seizures[field].equals(truth[f"true_{field}"].astype("str"))
    assert np.allclose(copy.seizures["case_value_usd"], truth["true_case_value_usd"])
    base = convert_quantities(copy.seizures)["base_quantity"]
    assert np.isclose(base, truth["true_quantity"]).mean() > 0.999


def test_undo_gives_the_original_again(raw, problems):
    """All proposals at once can be put in, and taken back: values, dtypes, order and labels."""
    copy = repair(raw, problems)
    assert len(copy.log) > 100
    pd.testing.assert_frame_equal(copy.undo().seizures, raw)
    assert copy.undo().log.empty


def test_one_change_can_be_undone(raw, problems):
    """The other changes stay, with their numbers."""
    copy = repair(raw, problems[problems["rule"].isin(["label", "duplicate_exact"])])
    removal = copy.log[copy.log["rule"].eq("duplicate_exact")].iloc[0]
    label = copy.log[copy.log["rule"].eq("label")].iloc[-1]
    undone = copy.undo([removal["change"], label["change"]])
    assert len(undone.log) == len(copy.log) - 2
    assert removal["row"] not in copy.seizures.index
    pd.testing.assert_series_equal(undone.seizures.loc[removal["row"]], raw.loc[removal["row"]])
    assert undone.seizures.at[label["row"], label["column"]] == label["before"]
    assert undone.seizures.index.equals(raw.index[raw.index.isin(undone.seizures.index)])


def accepted(**changes: object) -> pd.DataFrame:
    """One accepted problem."""
    given = {"row": 0, "column": "quantity", "rule": "unit_slip", "proposal": "4", **changes}
    return pd.DataFrame([given])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (pd.DataFrame({"row": [0]}), "no column column, rule, proposal"),
        (accepted(row=99), "no row 99"),
        (accepted(column="colour"), "no column colour"),
        (accepted(proposal="much"), "proposal for the column quantity is 'much'"),
        (pd.concat([accepted(), accepted(proposal="5")]), "Two different proposals"),
    ],
)
def test_what_cannot_be_put_in_is_refused(wanted, message):
    """The message says what was found, what was expected and what to do."""
    with pytest.raises(ExtractError, match=message):
        repair(pd.DataFrame({"quantity": [3.0]}), wanted)


def test_row_labels_that_repeat_are_refused():
    """Without different labels nobody knows which row is meant."""
    with pytest.raises(ExtractError, match=r"reset_index\(drop=True\)"):
        repair(pd.DataFrame({"quantity": [3.0, 4.0]}, index=[0, 0]), accepted())


def test_an_unknown_change_cannot_be_undone():
    """The message names the number."""
    copy = repair(pd.DataFrame({"quantity": [3.0]}), accepted())
    with pytest.raises(ExtractError, match="no change 8"):
        copy.undo([8])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_part_of_the_changes_can_be_taken_back(data):
    """Undoing some changes is the same as never having accepted them."""
    rows = data.draw(st.integers(1, 6))
    table = pd.DataFrame(
        {"unit": ["KG"] * rows, "quantity": np.arange(rows, dtype=float)},
        index=data.draw(st.permutations(range(10, 10 + rows))),
    )
    wanted = pd.concat(
        [
            pd.concat(
                [
                    accepted(row=row, column="unit", rule="label", proposal="kg"),
                    accepted(row=row, proposal=str(row)),
                ]
            )
            for row in table.index
        ],
        ignore_index=True,
    )
    copy = repair(table, wanted)
    numbers = data.draw(st.sets(st.sampled_from(copy.log["change"].tolist())))
    kept = wanted[~copy.log["change"].isin(numbers).to_numpy()]
    pd.testing.assert_frame_equal(copy.undo(numbers).seizures, repair(table, kept).seizures)


def test_the_scorecard_hides_and_orders_members(raw, problems):
    """One row a Member, under a number that the seed alone decides; scores lie in 0 to 100."""
    card = scorecard(raw, problems)
    assert card["member"].tolist() == sorted(member_names(raw))
    assert card["member"].iloc[0] == "Member 01"
    assert card["lines"].sum() == len(raw)
    assert card["score"].between(0, 100).all()
    shares = card.filter(like="_share")
    assert shares.min(axis=None) >= 0
    assert shares.max(axis=None) <= 1
    codes_shown = "|".join(raw["reporting_country"].unique())
    assert (
        not card.drop(columns="worst_rule")
        .astype(str)
        .apply(lambda column: column.str.fullmatch(codes_shown))
        .any(axis=None)
    )
    pd.testing.assert_frame_equal(scorecard(raw.sample(frac=1, random_state=1), problems), card)
    assert not member_names(raw, random_state=1).equals(member_names(raw))


def test_more_problems_never_raise_a_score(raw, problems):
    """A Member whose labels are all wrong scores lower than before, the others as before."""
    first = raw["reporting_country"].iloc[0]
    worse = raw.copy()
    worse["location"] = worse["location"].mask(worse["reporting_country"].eq(first), "somewhere")
    name = member_names(raw)[first]
    before = scorecard(raw, problems).set_index("member")["score"]
    after = scorecard(worse).set_index("member")["score"]
    assert after[name] < before[name]


def test_a_scorecard_of_few_columns(raw):
    """Parts that the table does not allow are left out of the score."""
    card = scorecard(raw[["reporting_country", "unit"]].head(50))
    assert card["on_time_share"].isna().all()
    assert card["score"].between(0, 100).all()
    with pytest.raises(ExtractError, match="no column reporting_country"):
        scorecard(raw[["unit"]])


@pytest.mark.parametrize(
    "call",
    [
        lambda: find_duplicates(None),
        lambda: find_duplicates(pd.DataFrame(index=range(3))),
        lambda: scorecard(None),
        lambda: scorecard(pd.DataFrame({"reporting_country": ["JP"]}), pd.DataFrame({"a": [1]})),
        lambda: convert_quantities(None),
        lambda: convert_quantities(
            pd.DataFrame([[1, "g", "g"]], columns=["quantity"] + 2 * ["unit"])
        ),
        lambda: repair(pd.DataFrame({"a": [1]}), None),
        lambda: find_personal_details(pd.DataFrame({"narrative": ["x"]})),
        lambda: propose_labels(["a"], "commodity"),
        lambda: propose_labels(pd.Series(["a"]), "nope"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(call):
    """Each function says what it was given and what it needs."""
    with pytest.raises(ExtractError, match=r"\. .*expected"):
        call()
