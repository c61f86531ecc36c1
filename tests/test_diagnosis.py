"""What a participant reads about a mistake that nobody has named, and what it never says."""

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from answering import question, verdict
from hypothesis import given
from hypothesis import strategies as st

from rilo_training.answers import (
    LINES,
    TYPED_IN,
    Judgement,
    Mistake,
    Question,
    encode,
    judge,
    read_plain,
)

KG = question("number", 12.345, digits=1, unit="kg")
SHARE = question("number", 0.123, digits=3, unit="share")
PER_CENT = question("number", 12.3, digits=1, unit="per cent")
LIFT = question("number", 2.51, digits=2)
RATES = pd.DataFrame({"sign": ["late", "new"], "hit_rate": [12.3, 8.1], "lift": [2.51, 1.22]})
RATE_TABLE = question("table", RATES, on=["sign"], columns={"hit_rate": 1, "lift": 2})
COUNTS = pd.DataFrame(
    {
        "country": ["TH", "VN", "JP", "AU"],
        "cases": [412, 87, 53, 20],
        "kg": [1250.5, 803.2, 99.9, 12.3],
    }
)
TABLE = question("table", COUNTS, on=["country"], columns={"cases": 0, "kg": 1})
ROUTES = pd.DataFrame(
    {"departure": ["TH", "VN", "TH"], "destination": ["AU", "JP", "JP"], "cases": [9, 5, 2]}
)
ROUTE_TABLE = question(
    "table", ROUTES, on=["departure", "destination"], columns={"cases": 0}, ordered=False
)
PAIRS = question("set", {("TH", "AU"), ("VN", "JP")})
PAIR_LIST = question("list", [("TH", "AU"), ("VN", "JP"), ("TH", "JP")])
COUNTRIES = question("set", {"TH", "VN", "JP"})
RANKING = question("list", ["TH", "VN", "JP", "AU"])
WEIGHTS = question("list", [1250.5, 803.2, 99.9], digits=1)
WIDE = question(
    "table",
    pd.DataFrame({"country": ["TH", "VN", "JP"], "land": [1, 2, 3], "sea": [4, 5, 6]}),
    on=["country"],
    columns={"land": 0, "sea": 0},
)


@pytest.mark.parametrize(
    ("asked", "value", "words"),
    [
        (KG, 12_345, "a thousand times too large"),
        (KG, 12_300, "a thousand times too large"),
        (KG, 0.0123, "a thousand times too small"),
        (KG, -12.3, "wrong sign"),
        (KG, 12, "round only at the end, to 1 digit"),
        (question("number", 12.345, digits=2), 12.3, "round only at the end, to 2 digits"),
        (question("number", 412.7, digits=0), 412, "Do not cut off"),
        (SHARE, 12.3, "Perhaps it is in per cent"),
        (SHARE, 0.00123, "Perhaps it was a share of 1 already"),
        (PER_CENT, 0.123, "Perhaps it is a share of 1"),
        (PER_CENT, 1230, "Perhaps it was in per cent already"),
        (LIFT, 251, "Perhaps one of your numbers is in per cent"),
        (LIFT, 0.0251, "Perhaps one of your numbers is a part of 1"),
        (PER_CENT, 87.7, "the share of the rest"),
        (SHARE, 0.877, "the share of the rest"),
        (COUNTRIES, {"TH", "VN", "JP", "US"}, "Perhaps a condition is missing"),
        (COUNTRIES, {"TH", "VN"}, "Perhaps a condition is too strict"),
        (question("set", {"a", "b"}), {"a"}, "Some are missing: read the others"),
        (question("set", {"a", "b"}), {"a", "b", "c"}, "and others too. Read each"),
        (COUNTRIES, {"th", "vn", "jp"}, "Only capital and small letters differ"),
        (PAIRS, {("AU", "TH"), ("JP", "VN")}, "the two parts are exchanged"),
        (PAIR_LIST, [("AU", "TH"), ("JP", "VN"), ("JP", "TH")], "the two parts are exchanged"),
        (
            question("set", [1250.5, 803.2], digits=1),
            {1.2505, 0.8032},
            "a thousand times too small",
        ),
        (RANKING, ["AU", "JP", "VN", "TH"], "the other way round"),
        (RANKING, ["VN", "TH", "JP", "AU"], "The items are right. Their order is not."),
        (RANKING, ["th", "vn", "jp", "au"], "Only capital and small letters differ"),
        (RANKING, ["TH", "VN", "US", "JP", "AU"], "Perhaps a condition is missing"),
        (WEIGHTS, [1_250_500, 803_200, 99_900], "Every value is a thousand times too large"),
        (TABLE, COUNTS.assign(kg=COUNTS["kg"] * 1000), 'Every value of "kg" is a thousand times'),
        (
            TABLE,
            COUNTS.assign(kg=COUNTS["kg"] / 100, cases=COUNTS["cases"] / 100),
            'Every value of "cases" and "kg" is a hundred times too small',
        ),
        (
            RATE_TABLE,
            RATES.assign(hit_rate=RATES["hit_rate"] / 100),
            'Every value of "hit_rate" is a hundred times too small. Perhaps it is a share of 1',
        ),
        (
            RATE_TABLE,
            RATES.assign(lift=RATES["lift"] * 100),
            'Every value of "lift" is a hundred times too large. Perhaps one of your numbers',
        ),
        (TABLE, COUNTS.assign(kg=COUNTS["kg"].round()), 'Every value of "kg" is close'),
        (TABLE, COUNTS.head(3), "Perhaps a condition is too strict"),
        (
            TABLE,
            pd.concat([COUNTS, COUNTS.head(1).assign(country="US")]),
            "Perhaps a condition is missing",
        ),
        (
            TABLE,
            pd.concat([COUNTS.assign(cases=[500, 87, 60, 20]), COUNTS.head(1).assign(country="X")]),
            "no value is too small, but some are too large",
        ),
        (TABLE, COUNTS.assign(cases=[400, 87, 50, 20]).head(3), "no value is too large"),
        (TABLE, COUNTS.assign(country=["th", "vn", "jp", "au"]), "Only capital and small letters"),
        (
            TABLE,
            COUNTS.assign(cases=[20, 53, 87, 412], kg=[12.3, 99.9, 803.2, 1250.5]),
            "at the wrong rows",
        ),
        (
            TABLE,
            COUNTS.rename(columns={"cases": "kg", "kg": "cases"}),
            'The columns "cases" and "kg" are exchanged',
        ),
        (
            ROUTE_TABLE,
            ROUTES.rename(columns={"departure": "destination", "destination": "departure"}),
            'The columns "departure" and "destination" are exchanged',
        ),
        (
            ROUTE_TABLE,
            ROUTES.pivot(index="departure", columns="destination", values="cases"),
            "Your table is wide",
        ),
        (
            WIDE,
            pd.DataFrame({"TH": [1, 4], "VN": [2, 5], "JP": [3, 6]}, index=["land", "sea"]),
            "The rows and the columns of your table are exchanged",
        ),
    ],
)
def test_a_general_mistake_is_recognised(asked: Question, value: Any, words: str) -> None:
    """No author has to name what people do wrong everywhere."""
    found = verdict(asked, value)
    assert found.verdict in ("wrong", "partial"), found
    assert words in found.diagnosis, found.diagnosis


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (KG, 77),
        (KG, 0),
        (question("number", 0.4, digits=0), 123),
        (question("number", 0, digits=0), 7),
        (COUNTRIES, {"TH", "US"}),
        (RANKING, ["TH", "US", "JP", "MM"]),
        (TABLE, COUNTS.assign(cases=[400, 90, 53, 20])),
    ],
)
def test_a_mistake_that_nobody_knows_is_not_explained(asked: Question, value: Any) -> None:
    """A guess that is not founded would mislead."""
    found = verdict(asked, value).diagnosis
    assert not re.search("times|Perhaps|sign|exchanged|rest|close|way round", found), found


def test_counted_lines_are_a_known_mistake_with_a_sentence_of_its_own() -> None:
    """An author gives the value on lines, and nothing else."""
    asked = replace(question("number", 412, digits=0), on_lines=encode(430))
    found = verdict(asked, 430)
    assert (found.verdict, found.points, found.diagnosis) == ("near_miss", 0.0, LINES)
    table = replace(TABLE, on_lines=encode(COUNTS.assign(cases=[430, 90, 53, 21])))
    assert verdict(table, COUNTS.assign(cases=[430, 90, 53, 21])).diagnosis == LINES


def test_lines_are_no_mistake_where_every_case_has_one_line() -> None:
    """On such data the right answer stays right, and a wrong one is not called by this name."""
    asked = replace(question("number", 412.2, digits=0), on_lines=encode(412))
    assert verdict(asked, 412).verdict == "correct"
    assert LINES not in verdict(asked, 413).diagnosis


def test_a_question_with_its_lines_survives_the_way_through_json() -> None:
    """Keys are stored as JSON, those of earlier versions without lines."""
    asked = replace(question("number", 412, digits=0), on_lines=encode(430))
    stored = json.loads(json.dumps(asked.to_json()))
    assert Question.from_json(stored) == asked
    del stored["on_lines"]
    assert Question.from_json(stored).on_lines is None


def test_two_named_mistakes_that_fit_are_both_said() -> None:
    """Where tolerances overlap, nobody knows which mistake it was."""
    asked = question("number", 50, (12.0, "You counted lines."), (12.6, "All years."), digits=0)
    found = verdict(asked, 12.3)
    assert found.verdict == "near_miss"
    assert found.diagnosis == "Two explanations fit. Either: You counted lines. Or: All years."
    assert found.mistake == 0


def test_the_better_credit_counts_where_two_mistakes_fit() -> None:
    """Doubt is to the good of the participant."""
    asked = question("number", 50, digits=0)
    both = (Mistake(encode(12.0), "One."), Mistake(encode(12.6), "Two.", 0.5))
    assert judge(replace(asked, mistakes=both), encode(12.3)).points == 1.0


def test_a_named_mistake_and_lines_that_fit_are_both_said() -> None:
    """On some data two mistakes give the same value."""
    asked = question("number", 412, (430, "You counted all years."), digits=0)
    found = verdict(replace(asked, on_lines=encode(430)), 430)
    assert found.diagnosis == f"Two explanations fit. Either: You counted all years. Or: {LINES}"


def test_a_named_mistake_and_a_general_one_that_fit_are_both_said() -> None:
    """The share of the others may be near a known mistake, and still be another thing."""
    asked = question("number", 40, (60.6, "You counted lines."), digits=0, unit="per cent")
    assert verdict(asked, 60.6).diagnosis == "You counted lines."
    found = verdict(asked, 60.2)
    assert found.verdict == "near_miss"
    assert found.diagnosis.startswith("Two explanations fit. Either: You counted lines. Or: Your")


def test_an_author_who_names_a_general_mistake_is_not_repeated() -> None:
    """One mistake is explained once, in the words of the author."""
    asked = question("number", 12.5, (12_500, "This is in grams."), digits=1)
    assert verdict(asked, 12_500).diagnosis == "This is in grams."


def test_a_practice_value_and_a_named_mistake_that_fit_are_both_said() -> None:
    """A known mistake keeps its verdict; the page says that the value may be typed in."""
    asked = question("number", 412, (430, "You counted lines."), digits=0)
    found = judge(asked, encode(430), encode(430))
    assert found.verdict == "near_miss"
    assert found.diagnosis == f"Two explanations fit. Either: You counted lines. Or: {TYPED_IN}"


def test_a_known_mistake_on_the_practice_data_is_recognised_when_typed_in() -> None:
    """The whole practice question tells more than its value."""
    practice = question("number", 99, (120, "You counted lines."), digits=0)
    asked = question("number", 412, digits=0)
    found = judge(asked, encode(120), practice)
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert "practice data, with a known mistake" in found.diagnosis
    assert found.diagnosis.endswith("You counted lines.")
    assert judge(asked, encode(99), practice).diagnosis == TYPED_IN


def test_a_table_that_holds_mostly_practice_values_is_recognised() -> None:
    """Who types in a table and leaves out a row typed in nevertheless."""
    practice = encode(COUNTS.assign(cases=[1, 2, 3, 4], kg=[5.0, 6.0, 7.0, 8.0]))
    typed = COUNTS.assign(cases=[1, 2, 3, 9], kg=[5.0, 6.0, 7.0, 8.0])
    found = judge(TABLE, encode(typed), practice)
    assert "Many of your values are those of the practice data" in found.diagnosis
    honest = judge(TABLE, encode(COUNTS.head(3)), practice)
    assert "practice data" not in honest.diagnosis


def test_an_empty_practice_value_accuses_nobody() -> None:
    """An empty set is an easy mistake, not something to type in."""
    found = judge(COUNTRIES, encode(set()), encode(set()))
    assert "practice" not in found.diagnosis


# ---- what a diagnosis never holds

# Numbers and labels that no sentence holds by chance.
_NUMBERS = st.integers(10_000_019, 99_999_989)
_LABELS = st.text("qzxjw", min_size=6, max_size=9)


def _secrets(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for item in value.items() for part in item for text in _secrets(part)}
    if isinstance(value, list | tuple | set | frozenset):
        return {text for item in value for text in _secrets(item)}
    return {str(value)}


def _says(found: Judgement, secret: str) -> bool:
    return secret in re.findall(r"[\w.]*\w", found.diagnosis.replace(",", ""))


def _assert_nothing_is_said(asked: Question, right: Any, own: Any) -> None:
    for practice in (None, encode(own)):
        found = judge(asked, read_plain(json.dumps(encode(own))), practice)
        if found.verdict == "correct":
            continue
        for secret in _secrets(right) - _secrets(own):
            assert not _says(found, secret), (secret, found)


def _bent(right: float) -> st.SearchStrategy[float]:
    near = [right * 1000, right / 1000, right * 100, right / 100, -right, 100 - right, right + 1]
    return st.sampled_from(near) | _NUMBERS


@given(st.data(), _NUMBERS, st.integers(0, 2), st.sampled_from(["", "per cent", "share"]))
def test_no_diagnosis_of_a_number_holds_it(
    data: st.DataObject, right: int, digits: int, unit: str
) -> None:
    """Factors, rounding, signs and shares are said without the number."""
    own = data.draw(_bent(right) | st.just(f"{right}0"))
    _assert_nothing_is_said(question("number", right, digits=digits, unit=unit), {right}, own)


@given(st.data(), st.lists(_LABELS | _NUMBERS, min_size=1, max_size=6, unique=True))
def test_no_diagnosis_of_a_set_or_a_list_holds_an_item(
    data: st.DataObject, right: list[Any]
) -> None:
    """Missing items are counted, not named."""
    kept = data.draw(st.lists(st.sampled_from(right), unique=True))
    own = data.draw(st.permutations([*kept, *data.draw(st.lists(_LABELS, max_size=3))]))
    _assert_nothing_is_said(question("set", right), right, own)
    _assert_nothing_is_said(question("list", right), right, own)
    _assert_nothing_is_said(question("list", right), right, right[::-1])
    numbers = [item for item in right if isinstance(item, int)]
    _assert_nothing_is_said(question("list", numbers), numbers, [n * 1000 for n in numbers])


@given(
    st.data(),
    st.dictionaries(_LABELS, st.tuples(_NUMBERS, _NUMBERS), min_size=1, max_size=5),
    st.booleans(),
)
def test_no_diagnosis_of_a_table_holds_a_key_or_a_value(
    data: st.DataObject, right: dict[str, tuple[int, int]], ordered: bool
) -> None:
    """Wrong, missing and further rows, factors and exchanged columns are said without values."""
    frame = pd.DataFrame(
        [(key, first, second) for key, (first, second) in right.items()],
        columns=["key", "cases", "kg"],
    )
    asked = question("table", frame, on=["key"], columns={"cases": 0, "kg": 1}, ordered=ordered)
    own = data.draw(
        st.sampled_from(
            [
                frame.head(len(frame) - 1),
                frame.assign(kg=frame["kg"] * 1000),
                frame.assign(kg=frame["kg"] / 100),
                frame.assign(cases=frame["cases"] + 3),
                frame.rename(columns={"cases": "kg", "kg": "cases"}),
                frame.assign(key=frame["key"].str.upper()),
                frame.iloc[::-1],
                pd.concat([frame, frame.assign(key=frame["key"] + "x")]),
                frame.set_index("key").T,
                frame[["key", "cases"]],
            ]
        )
    )
    said = _secrets(json.loads(json.dumps(encode(own))))
    for secret in _secrets(right) - said:
        assert not _says(judge(asked, encode(own)), secret)


@pytest.mark.parametrize("right", ["a", "b"])
def test_no_diagnosis_of_a_choice_names_the_right_letter(right: str) -> None:
    """What is said is the same, whichever letter is right."""
    asked = question("choice", right, options={"a": "One", "b": "Two", "c": "Three"})
    assert verdict(asked, "c").diagnosis == ""
    assert (
        verdict(asked, "x").diagnosis
        == verdict(replace(asked, reference=encode("c")), "x").diagnosis
    )
