"""The same answer gets the same verdict, and no value breaks the judge."""

import datetime as dt
import json
import re
import time
from collections import Counter
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from answering import question, verdict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rilo_training.answers import (
    NOT_ATTEMPTED,
    VERDICTS,
    Mistake,
    Question,
    encode,
    judge,
    judge_evidence,
    read_plain,
)
from rilo_training.answers.plain import MAX_VALUES

NUMBER = question("number", 412, (430, "You counted seizure lines."), digits=0)
SHARE = question("number", 12.345, (0.12345, "Multiply by 100."), digits=1)
CHOICE = question("choice", "b", ("a", "Seizures are not trafficking."), options={"a": "", "b": ""})
SET = question("set", {"TH", "VN", "JP"}, ({"AU"}, "These are others."))
LIST = question("list", ["TH", "VN", "JP"], (["JP", "VN", "TH"], "Put the largest first."))
COUNTS = pd.DataFrame({"country": ["TH", "VN"], "cases": [5, 3], "kg": [1.25, 0.5]})
TABLE = question(
    "table",
    COUNTS,
    (COUNTS.assign(cases=[9, 9]), "You counted lines."),
    on=["country"],
    columns={"cases": 0, "kg": 1},
)
ALL = [NUMBER, SHARE, CHOICE, SET, LIST, TABLE]


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (NUMBER, 412),
        (NUMBER, 412.0),
        (NUMBER, np.int32(412)),
        (NUMBER, Decimal(412)),
        (NUMBER, pd.Series([412])),
        (NUMBER, pd.Series([412], index=["cases"])),
        (NUMBER, pd.DataFrame({"cases": [412]})),
        (NUMBER, np.array(412)),
        (SHARE, 12.3),
        (SHARE, 12.3449999),
        (SHARE, np.float32(12.345)),
        (CHOICE, "b"),
        (CHOICE, " B "),
        (CHOICE, "b)"),
        (SET, ["JP", "VN", "TH"]),
        (SET, ("JP", "VN", "TH", "TH")),
        (SET, pd.Series(["JP", "VN", "TH"])),
        (SET, pd.Series(["JP", "VN", "TH"], dtype="category")),
        (SET, pd.Index(["JP", "VN", "TH"])),
        (SET, np.array(["JP", "VN ", "TH"])),
        (SET, pd.DataFrame({"country": ["JP", "VN", "TH"]})),
        (SET, {"JP": 1, "VN": 2, "TH": 3}.keys()),
        (LIST, ("TH", "VN", "JP")),
        (LIST, pd.Index(["TH", "VN", "JP"])),
        (LIST, pd.Series(["TH", "VN", "JP"], index=[4, 2, 9])),
        (LIST, pd.Series([9, 5, 1], index=["TH", "VN", "JP"])),
        (TABLE, COUNTS),
        (TABLE, COUNTS[["kg", "cases", "country"]]),
        (TABLE, COUNTS.sort_values("cases")),
        (TABLE, COUNTS.set_index("country")),
        (SET, pd.Series(["JP", "VN", "TH", "TH"]).unique()),
        (TABLE, COUNTS.assign(note="x")),
        (TABLE, COUNTS.rename(columns={"country": "Country ", "kg": "KG"})),
        (TABLE, COUNTS.astype({"cases": "float64", "country": "category"})),
        (TABLE, COUNTS.assign(kg=[1.29, 0.46])),
    ],
)
def test_another_form_of_the_right_answer_is_right(asked: Question, value: Any) -> None:
    """A fair examiner accepts every usual form of the same value."""
    found = verdict(asked, value)
    assert found.verdict == "correct", found
    assert found.points == 2.0


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.kind)
def test_every_known_mistake_is_recognised_as_itself(asked: Question) -> None:
    """A named mistake earns nothing and gets its own sentence."""
    for position, mistake in enumerate(asked.mistakes):
        found = judge(asked, mistake.value)
        assert (found.verdict, found.points, found.mistake) == ("near_miss", 0.0, position)
        assert found.diagnosis == mistake.sentence


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.kind)
def test_a_blank_is_not_attempted_and_not_wrong(asked: Question) -> None:
    """Three dots are no answer."""
    assert verdict(asked, ...).verdict == "not_attempted"


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.kind)
@pytest.mark.parametrize("value", [None, print, object(), {}, float("nan"), b"412", 3j])
def test_a_wrong_type_is_wrong_and_says_what_was_found_and_asked(
    asked: Question, value: Any
) -> None:
    """The diagnosis says what the answer is and what the question asks for."""
    found = verdict(asked, value)
    assert found.verdict == "wrong"
    assert "Your answer is" in found.diagnosis
    assert "The question asks for" in found.diagnosis


def test_a_number_beyond_half_a_unit_of_the_last_digit_is_wrong() -> None:
    """The tolerance is half a unit of the asked digit, and no more."""
    assert verdict(SHARE, 12.39).verdict == "correct"
    assert verdict(SHARE, 12.40).verdict == "wrong"
    assert verdict(NUMBER, 413).verdict == "wrong"


def test_a_slip_of_a_thousand_is_named() -> None:
    """Grams for kilograms is said as such."""
    kilograms = question("number", 12.5, digits=1)
    assert "thousand times too large" in verdict(kilograms, 12_500).diagnosis
    assert "thousand times too small" in verdict(kilograms, 0.0125).diagnosis


def test_a_set_earns_what_is_matched_over_the_union() -> None:
    """Two of three right and one too many is two of four."""
    found = verdict(SET, {"TH", "VN", "US"})
    assert (found.verdict, found.points) == ("partial", 1.0)
    assert "Missing: 1. Too many: 1." in found.diagnosis


def test_a_set_with_nothing_right_is_wrong() -> None:
    """No match is not partial."""
    assert verdict(SET, {"US"}).verdict == "wrong"


def test_a_table_earns_its_right_rows_over_all_rows() -> None:
    """A missing row, an extra row and a wrong value all cost."""
    assert verdict(TABLE, COUNTS.head(1)).points == 1.0
    longer = pd.concat([COUNTS, COUNTS.assign(country=["US", "FJ"])])
    assert verdict(TABLE, longer).points == 1.0
    assert verdict(TABLE, COUNTS.assign(cases=[5, 4])).points == 1.0
    assert "stand there twice: 2" in verdict(TABLE, pd.concat([COUNTS, COUNTS])).diagnosis


def test_a_repeated_row_is_not_full_marks() -> None:
    """A table that says everything twice is not the right table."""
    assert verdict(TABLE, pd.concat([COUNTS, COUNTS])).verdict == "partial"


def test_a_table_without_an_asked_column_says_which_columns_it_needs() -> None:
    """The participant reads the names that were found and those that are asked."""
    found = verdict(TABLE, COUNTS.drop(columns="kg"))
    assert found.verdict == "wrong"
    assert "It needs the columns: country, cases, kg" in found.diagnosis


def test_a_series_or_a_dict_is_a_table_of_two_columns() -> None:
    """`groupby(...).nunique()` needs no renaming to be right."""
    counts = question("table", {"TH": 5, "VN": 3}, on=["country"], columns={"cases": 0})
    series = pd.Series([3, 5], index=pd.Index(["VN", "TH"], name="departure"), name="case_id")
    assert verdict(counts, series).verdict == "correct"
    assert verdict(counts, {"VN": 3, "TH": 5}).verdict == "correct"
    assert verdict(counts, COUNTS[["country", "cases"]].rename(columns={"cases": "n"})).points == 2


def test_an_ordered_table_in_the_wrong_order_is_half_right() -> None:
    """The rows count, and so does their order where it is asked for."""
    ranked = question("table", COUNTS, on=["country"], columns={"cases": 0}, ordered=True)
    assert verdict(ranked, COUNTS).verdict == "correct"
    assert verdict(ranked, COUNTS[::-1]).points == 1.0


def test_the_right_items_in_the_wrong_order_are_said_to_be_so() -> None:
    """The order of a list counts: what stands in order earns its part, and never all."""
    found = verdict(LIST, ["VN", "TH", "JP"])
    assert (found.verdict, found.points) == ("partial", 1.33)
    assert found.diagnosis == "The items are right. Their order is not."


def test_a_typed_in_practice_value_is_diagnosed_where_the_answer_depends_on_the_data() -> None:
    """A number copied from the practice data earns nothing, and the page says why."""
    found = judge(NUMBER, encode(99), practice=encode(99))
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert "practice data" in found.diagnosis


def test_a_mistake_may_earn_the_credit_that_its_author_gave() -> None:
    """Half a mistake can be worth half the points."""
    asked = question("number", 10, digits=0)
    half = Question(**{**asked.__dict__, "mistakes": (Mistake(encode(9), "Close.", 0.5),)})
    assert judge(half, encode(9)).points == 1.0


TEXT = question(
    "text",
    "",
    words=[3, 6],
    rubric="reply",
    must_say={"the unit": r"\bkg\b"},
    must_not_say={"a passport number": "passport"},
)


def test_a_text_waits_for_a_person_and_its_structure_is_reported() -> None:
    """The machine gives no points for a text."""
    good = verdict(TEXT, "We hold 3 kg.")
    assert (good.verdict, good.points, good.diagnosis) == ("to_mark", None, "")
    poor = verdict(TEXT, "Passport")
    assert poor.verdict == "to_mark"
    assert "has 1 word." in poor.diagnosis
    assert "the unit" in poor.diagnosis
    assert "a passport number" in poor.diagnosis


@pytest.mark.parametrize("value", ["", "   ", ...])
def test_an_empty_text_is_not_attempted(value: Any) -> None:
    """A person has nothing to read there."""
    assert verdict(TEXT, value).verdict == "not_attempted"


MONTHS = question("table", {"2026-01": 5, "2026-02": 3}, on=["month"], columns={"cases": 0})
DAYS = question("set", {"2026-01-31", "2026-02-01"})
YEARS = question("set", {2025, 2026})
NAMES = question("set", {"Côte d'Ivoire", "Japan"})
PAIRS = question("set", {("TH", "AU"), ("VN", "AU")})
BANDS = question("list", ["(0, 5]", "(5, 10]"])
KILOS = question("set", [1.25, 3.0], digits=1)
FLAGS = question("table", {"A": True, "B": False}, on=["label"], columns={"alarm": None})
GAPS = question(
    "table",
    pd.DataFrame({"country": ["TH", None], "kg": [None, 2.0]}),
    on=["country"],
    columns={"kg": 1},
)
ROUTES = question(
    "table",
    pd.DataFrame({"from": ["TH", "VN"], "to": ["AU", "JP"], "cases": [4, 2]}),
    on=["from", "to"],
    columns={"cases": 0},
)
ROUTE_INDEX = pd.MultiIndex.from_tuples([("TH", "AU"), ("VN", "JP")], names=["from", "to"])
RANKED = question(
    "table",
    pd.DataFrame({"country": ["VN", "TH", "JP"], "cases": [9, 4, 4]}),
    on=["country"],
    columns={"cases": 0},
    ordered=True,
)
NOTHING = question("set", set())
NO_ROWS = question("table", COUNTS.head(0), on=["country"], columns={"cases": 0})
CATEGORIES = pd.Series(["TH"] * 5 + ["VN"] * 3, dtype=pd.CategoricalDtype(["JP", "TH", "VN"]))
COUNTED = question("table", {"TH": 5, "VN": 3}, on=["country"], columns={"cases": 0})
TIMES = pd.to_datetime(pd.Series(["2026-01-31", "2026-02-01"]))


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (NUMBER, {412}),
        (NUMBER, np.array([[412]])),
        (NUMBER, pd.Series([412], dtype="Int64")),
        (NUMBER, pd.Series([412.0], dtype="float64[pyarrow]")),
        (question("number", 0, digits=0), -0.0),
        (question("number", 4_000_000_000, digits=0), np.int64(4_000_000_000)),
        (CHOICE, ["b"]),
        (question("choice", "B", options={"A": "no", "B": "yes"}), "b"),
        (question("choice", "b", options={"a": "Ask the owner", "b": "Wait"}), "b: Wait"),
        (question("choice", "b", options={"a": "Ask the owner", "b": "Wait"}), "wait."),
        (question("choice", "2", options={"1": "no", "2": "yes"}), 2),
        (DAYS, TIMES),
        (DAYS, TIMES.dt.date),
        (DAYS, set(TIMES.dt.date)),
        (DAYS, TIMES.to_numpy()),
        (DAYS, TIMES.unique()),
        (DAYS, TIMES.dt.tz_localize("UTC")),
        (DAYS, TIMES.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
        (DAYS, TIMES.dt.tz_localize("Asia/Tokyo")),
        (DAYS, ["2026-01-31 00:00:00", "2026-02-01T00:00:00Z"]),
        (DAYS, pd.PeriodIndex(["2026-01-31", "2026-02-01"], freq="D")),
        (question("list", ["2026-01-31"]), np.array(["2026-01-31"], dtype="datetime64[ns]")),
        (YEARS, ["2025", "2026"]),
        (YEARS, pd.Series([2025.0, 2026.0])),
        (YEARS, pd.to_datetime(["2025-12-31", "2026-12-31"])),
        (NAMES, {"Co\u0302te d'Ivoire", "Japan"}),
        (NAMES, pd.Series(["Côte d'Ivoire", "Japan"], dtype="string[pyarrow]")),
        (PAIRS, [("VN", "AU"), ("TH", "AU")]),
        (PAIRS, [["VN", "AU"], ["TH", "AU"]]),
        (PAIRS, pd.DataFrame({"a": ["VN", "TH"], "b": ["AU", "AU"]}, index=[7, 3])),
        (PAIRS, pd.MultiIndex.from_tuples([("VN", "AU"), ("TH", "AU")])),
        (PAIRS, pd.DataFrame({"a": ["VN", "TH"], "b": "AU"}).value_counts()),
        (PAIRS, np.array([["VN", "AU"], ["TH", "AU"]])),
        (BANDS, pd.IntervalIndex.from_breaks([0, 5, 10])),
        (BANDS, pd.IntervalIndex.from_breaks([0.0, 5.0, 10.0])),
        (BANDS, pd.cut(pd.Series([2, 7]), [0, 5, 10])),
        (KILOS, {1.3, 3}),
        (KILOS, [3.04, 1.21]),
        (question("set", {0.3}), {0.1 + 0.2}),
        (question("set", {"TH", "VN"}), CATEGORIES.value_counts()),
        (question("set", {"TH", "VN"}), CATEGORIES.unique()),
        (COUNTED, CATEGORIES.value_counts()),
        (COUNTED, CATEGORIES.groupby(CATEGORIES, observed=False).size()),
        (
            COUNTED,
            CATEGORIES.astype(pd.CategoricalDtype(["VN", "TH"], ordered=True)).value_counts(),
        ),
        (COUNTED, [("TH", 5), ("VN", 3)]),
        (COUNTED, {"VN": np.int64(3), "TH": 5.0}.items()),
        (COUNTED, [{"country": "VN", "cases": 3}, {"country": "TH", "cases": 5}]),
        (COUNTED, {"country": ["VN", "TH"], "cases": [3, 5]}),
        (COUNTED, pd.DataFrame({"Country": ["VN", "TH"], "n": [3, 5]}, index=[4, 2])),
        (COUNTED, pd.DataFrame({"cases": [3, 5]}, index=["VN", "TH"])),
        (COUNTED, COUNTS.assign(parties=[["a"], ["b"]])),
        (COUNTED, COUNTS.assign(rate=[np.inf, -np.inf])),
        (COUNTED, COUNTS.convert_dtypes()),
        (COUNTED, COUNTS.convert_dtypes(dtype_backend="pyarrow")),
        (COUNTED, pd.concat([COUNTS, COUNTS], axis=1)),
        (COUNTED, COUNTS.set_index("country", drop=False)),
        (COUNTED, COUNTS.rename(columns={"cases": "Cases", "country": " COUNTRY"})),
        (COUNTED, COUNTS.groupby("country").agg({"cases": ["sum"], "kg": ["mean"]})),
        (MONTHS, pd.Series([5, 3], index=pd.PeriodIndex(["2026-01", "2026-02"], freq="M"))),
        (MONTHS, pd.Series([5, 3], index=pd.to_datetime(["2026-01-01", "2026-02-01"]))),
        (MONTHS, pd.Series([5, 3], index=pd.to_datetime(["2026-01-31", "2026-02-28"]))),
        (ROUTES, pd.Series([4, 2], index=ROUTE_INDEX)),
        (ROUTES, pd.Series([4, 2], index=ROUTE_INDEX, name="case_id").reset_index()),
        (ROUTES, {("TH", "AU"): 4, ("VN", "JP"): 2}),
        (FLAGS, {"A": 1, "B": 0}),
        (FLAGS, pd.Series([True, False], index=["A", "B"], dtype="boolean")),
        (GAPS, pd.DataFrame({"country": ["TH", np.nan], "kg": [np.nan, 2.0]})),
        (GAPS, pd.DataFrame({"country": ["TH", pd.NA], "kg": pd.array([pd.NA, 2], "Int64")})),
        (RANKED, pd.DataFrame({"country": ["VN", "JP", "TH"], "cases": [9, 4, 4]})),
        (NOTHING, set()),
        (NOTHING, {}),
        (NOTHING, []),
        (NOTHING, pd.Series([], dtype="str")),
        (NOTHING, COUNTS.head(0)),
        (NO_ROWS, COUNTS.head(0)),
        (NO_ROWS, pd.DataFrame()),
        (NO_ROWS, []),
        (NO_ROWS, {}),
    ],
)
def test_the_container_of_a_right_answer_does_not_matter(asked: Question, value: Any) -> None:
    """Types, indexes, zones, categories and empty values of the same answer are the same."""
    found = verdict(asked, value)
    assert found.verdict == "correct", found
    assert found.points == 2.0


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (NUMBER, "412"),
        (NUMBER, True),
        (NUMBER, 411.4),
        (NUMBER, pd.Timedelta(412, "D")),
        (question("number", 4_000_000_000, digits=0), 4_000_000_001),
        (question("number", 10**20, digits=0), 10**20 + 1),
        (question("number", 0.123, digits=3), 12.3),
        (question("number", 1, digits=0), True),
        (CHOICE, "a, b"),
        (DAYS, {"2026-01-30", "2026-02-01"}),
        (DAYS, pd.to_datetime(["2026-01-31 12:00", "2026-02-01 00:00"]).tz_localize("UTC")),
        (question("set", {"0302"}), {302}),
        (question("set", {"TH"}), pd.Series({"TH": True, "VN": False})),
        (question("set", {"TH", "VN"}), pd.Series({"TH": True, "VN": True})),
        (MONTHS, pd.Series([5, 3], index=pd.to_datetime(["2026-01-01", "2026-02-02"]))),
        (KILOS, {1.4, 3}),
        (question("set", [1.0, 1.04], digits=1), {1.02}),
        (question("list", [1.0, 2.0], digits=0), ["1", "2"]),
        (COUNTED, {"TH": "5", "VN": "3"}),
        (COUNTED, {"TH": 5, "VN": 3, "JP": 1}),
        (COUNTED, pd.concat([COUNTS, COUNTS.rename(columns={"kg": "cases"})["cases"]], axis=1)),
        (COUNTED, COUNTS.rename(columns={"cases": "kg", "kg": "cases"})),
        (COUNTED, pd.DataFrame({"country": [5, 3], "cases": ["TH", "VN"]})),
        (COUNTED, CATEGORIES.value_counts().replace(0, 1)),
        (question("table", {"TH": 0}, on=["c"], columns={"n": 0}), {"TH": 0, "VN": 0}),
        (question("table", {"TH": "x"}, on=["c"], columns={"n": None}), {"TH": "x", "VN": 0}),
        (FLAGS, {"A": False, "B": False}),
        (RANKED, pd.DataFrame({"country": ["TH", "JP", "VN"], "cases": [4, 4, 9]})),
        (NOTHING, {"TH"}),
        (NO_ROWS, COUNTS),
        (SET, set()),
        (SET, {}),
        (LIST, []),
        (TABLE, COUNTS.head(0)),
        (TABLE, pd.DataFrame()),
    ],
)
def test_a_wrong_answer_is_not_right_in_any_container(asked: Question, value: Any) -> None:
    """Fairness about the form gives nothing away for the content."""
    found = verdict(asked, value)
    assert found.verdict in ("wrong", "partial"), found
    assert found.points is not None
    assert found.points < 2


@pytest.mark.parametrize("asked", [SET, LIST, TABLE], ids=lambda asked: asked.kind)
@pytest.mark.parametrize("value", [set(), [], {}, pd.DataFrame(), COUNTS.head(0)], ids=str)
def test_an_empty_answer_is_said_to_be_empty(asked: Question, value: Any) -> None:
    """Nothing where something is asked is wrong, in words that help."""
    if asked is LIST and isinstance(value, set):
        return  # a set has no order, and the diagnosis says that first
    found = verdict(asked, value)
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert re.match("Your answer is an empty (set|list|table). It should hold", found.diagnosis)


def test_a_number_as_a_text_is_wrong_and_says_what_to_do() -> None:
    """A task asks for a number, and a text cannot be calculated with."""
    found = verdict(NUMBER, "412")
    assert found.verdict == "wrong"
    assert "take away the quotation marks" in found.diagnosis
    formatted = COUNTS.assign(cases=["5", "3"])
    assert 'The column "cases" holds text.' in verdict(TABLE, formatted).diagnosis


def test_an_infinite_number_is_called_so() -> None:
    """A division by zero is the usual reason."""
    assert "division by 0" in verdict(NUMBER, float("inf")).diagnosis


def test_two_columns_of_one_name_with_different_values_are_not_guessed() -> None:
    """The examiner does not pick the better one."""
    twice = pd.concat([COUNTS, COUNTS[["cases"]] + 1], axis=1)
    found = verdict(TABLE, twice)
    assert found.verdict == "wrong"
    assert 'the column "cases" 2 times' in found.diagnosis


def test_a_list_earns_what_stands_in_the_right_order() -> None:
    """The longest common part over the longer length."""
    five = question("list", ["a", "b", "c", "d", "e"])
    assert verdict(five, ["a", "b", "d", "e"]).points == 1.6
    assert verdict(five, ["b", "a", "c", "d", "e"]).points == 1.6
    assert verdict(five, ["a", "b", "x", "c", "d", "e"]).points == 1.67
    assert verdict(five, ["e", "d", "c", "b", "a"]).points == 0.4
    assert verdict(five, ["x", "y"]).points == 0.0
    assert "too short" in verdict(five, ["a", "b"]).diagnosis
    assert "5" not in verdict(five, ["a", "b"]).diagnosis.replace("5 items", "")


@given(st.lists(st.integers(0, 5), min_size=1, max_size=7), st.lists(st.integers(0, 5), max_size=9))
def test_a_list_never_earns_more_than_its_right_items(right: list[int], own: list[int]) -> None:
    """Partial credit of a list lies below that of the same items as a set of places."""
    found = verdict(question("list", right), own)
    assert found.points is not None
    assert (found.verdict == "correct") == (right == own)
    both = sum((Counter(right) & Counter(own)).values())
    assert found.points <= 2 * both / max(len(right), len(own)) + 0.01


def test_a_long_list_is_compared_in_good_time() -> None:
    """An answer of many items cannot keep the grader busy."""
    long = question("list", list(range(20_000)))
    start = time.perf_counter()
    found = verdict(long, [*range(19_999), 0])
    assert found.points == 1.99
    assert time.perf_counter() - start < 5


def test_a_partial_answer_never_has_full_marks() -> None:
    """One wrong row of thousands is rounded to the points below."""
    many = question("set", set(range(5000)))
    found = verdict(many, set(range(4999)))
    assert (found.verdict, found.points) == ("partial", 1.99)


def test_an_ordered_table_with_missing_rows_earns_half_of_them_in_the_wrong_order() -> None:
    """The order counts among the rows that are right."""
    frame = pd.DataFrame({"country": list("zyxw"), "cases": [9, 7, 4, 2]})
    asked = question("table", frame, on=["country"], columns={"cases": 0}, ordered=True)
    assert verdict(asked, frame.head(2)).points == 1.0
    found = verdict(asked, frame.head(2)[::-1])
    assert found.points == 0.5
    assert "The order of the right rows is not right." in found.diagnosis


def test_a_table_in_the_order_of_its_keys_is_not_free_where_values_tie() -> None:
    """Months in the wrong order are wrong, also where two months have the same count."""
    asked = question(
        "table",
        pd.DataFrame({"month": ["2026-01", "2026-02"], "cases": [4, 4]}),
        on=["month"],
        columns={"cases": 0},
        ordered=True,
    )
    turned = pd.DataFrame({"month": ["2026-02", "2026-01"], "cases": [4, 4]})
    assert verdict(asked, turned).points == 1.0


@example(dt.date(1908, 1, 1), "America/Lima")  # the sun said the time: UTC-05:08:36
@given(st.dates(), st.sampled_from(["UTC", "Asia/Tokyo", "America/Lima", "Pacific/Auckland"]))
def test_a_day_is_a_day_in_every_writing(day: dt.date, zone: str) -> None:
    """A date, a text, a Timestamp, midnight in UTC or in a zone of one's own."""
    if not dt.date(1900, 1, 2) < day < dt.date(2200, 1, 1):
        return
    asked = question("set", {day.isoformat()})
    stamp = pd.Timestamp(day)
    same = [
        day,
        stamp,
        np.datetime64(day),
        stamp.tz_localize("UTC"),
        stamp.tz_localize("UTC").tz_convert(zone),
        dt.datetime.combine(day, dt.time(), ZoneInfo(zone)),
        f"{day.isoformat()} 00:00:00",
        pd.Period(day, freq="D"),
    ]
    for value in same:
        assert verdict(asked, [value]).verdict == "correct", value
    assert verdict(asked, [stamp + pd.Timedelta(days=1)]).verdict != "correct"


def test_a_diagnosis_never_holds_the_expected_value() -> None:
    """What a participant reads gives no answer away."""
    secret = question(
        "table", COUNTS.assign(cases=[71_717, 3]), on=["country"], columns={"cases": 0}
    )
    for value in (COUNTS, COUNTS.head(0), 5, "x", [1], {"TH": 4}):
        assert "71717" not in verdict(secret, value).diagnosis.replace(",", "")
    number = question("number", 71_717, digits=1)
    for value in (71_717_000, 71_720, 0, "71", None):
        assert "71717" not in verdict(number, value).diagnosis.replace(",", "").replace(
            str(value), ""
        )


@pytest.mark.parametrize("name", list(VERDICTS))
def test_every_verdict_has_a_name_for_people(name: str) -> None:
    """No page shows a code word."""
    assert VERDICTS[name]
    assert "_" not in VERDICTS[name]


def test_evidence_without_a_value_says_what_happened() -> None:
    """A timeout names the seconds, an error its reason."""
    assert "20 seconds" in judge_evidence(NUMBER, "timeout", "20").diagnosis
    assert "KeyError" in judge_evidence(NUMBER, "error", "KeyError: 'kg'").diagnosis


class _Evil:
    """An object whose every method raises."""

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __len__ = __iter__ = __float__ = __eq__ = __hash__ = __getattr__ = __repr__  # type: ignore[assignment]


class _EvilText(str):
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __eq__ = __hash__ = __str__  # type: ignore[assignment]


VALUES = [
    _Evil(),
    [_Evil()],
    {"a": _Evil()},
    _EvilText("x"),
    pd.DataFrame({"a": [_Evil()]}),
    pd.DataFrame({"a": range(1_000_000)}),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pd.DataFrame({("a", "b"): [1]}),
    pd.Series(pd.date_range("2026-01-01", periods=3, tz="Asia/Tokyo")),
    pd.Series([pd.NA, None, pd.NaT, np.nan], dtype=object),
    range(10**9),
    (number for number in range(3)),
    lambda: 1,
    10**5000,
    float("inf"),
    np.zeros((3, 3)),
    np.datetime64("2026-01-01"),
    dt.date(2026, 1, 1),
    pd.Period("2026-01"),
    "x" * 10**7,
    [[[[[1]]]]],
    pd.DataFrame({"a": [1]}).groupby("a"),
    type,
    ...,
    pd,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("asked", [*ALL, TEXT], ids=lambda asked: asked.kind)
def test_no_value_breaks_the_judge(asked: Question, value: Any) -> None:
    """Whatever a participant assigns, there is a verdict, and it is not full marks."""
    plain = encode(value)
    assert read_plain(json.dumps(plain)) == plain
    assert judge(asked, plain).verdict in ("wrong", "not_attempted", "to_mark")


def test_a_million_rows_are_refused_and_not_sent() -> None:
    """A value that is too large becomes a few words."""
    assert encode(pd.DataFrame({"a": range(1_000_000)})) == {
        "type": "too_large",
        "python": "DataFrame",
        "rows": 1_000_000,
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(_JSON)
def test_read_plain_takes_only_what_encode_makes(found: Any) -> None:
    """Anything else becomes an unsupported value, and judging it does not fail."""
    plain = read_plain(json.dumps(found))
    assert plain["type"] in ("unsupported", "not_attempted", "value", "list", "set", "table") or (
        plain["type"] == "too_large"
    )
    for asked in ALL:
        judge(asked, plain)


@given(st.dictionaries(st.sampled_from(["type", "value", "items", "rows", "columns"]), _JSON))
def test_read_plain_is_not_misled_by_the_right_names(found: dict[str, Any]) -> None:
    """A hostile answer with our own field names is still looked at."""
    for kind in ("value", "list", "set", "table", "too_large", "unsupported"):
        plain = read_plain(json.dumps({**found, "type": kind}))
        for asked in ALL:
            judge(asked, plain)


@pytest.mark.parametrize(
    "text",
    ["", "[", "[" * 100_000, "1" * 10_000, '{"type": ["value"]}', '{"type": "value"}', "null"],
    ids=range(7),
)
def test_read_plain_survives_broken_text(text: str) -> None:
    """Deep, long or broken text is no answer and no error."""
    assert read_plain(text)["type"] == "unsupported"


@given(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.integers(0, 3),
    st.floats(-0.49, 0.49, allow_nan=False),
)
def test_a_number_within_half_a_unit_is_always_right(
    reference: float, digits: int, share: float
) -> None:
    """Rounding as asked never costs a point."""
    asked = question("number", reference, digits=digits)
    assert verdict(asked, reference + share * 10.0**-digits).verdict == "correct"
    assert verdict(asked, round(reference, digits)).verdict == "correct"


@given(st.sets(st.text(max_size=5), min_size=1, max_size=8), st.sets(st.text(max_size=5)))
def test_partial_credit_is_between_nothing_and_full(right: set[str], own: set[str]) -> None:
    """Only the whole set is worth all points."""
    found = verdict(question("set", right), own)
    assert found.points is not None
    assert 0 <= found.points <= 2
    stripped = {item.strip() for item in right}, {item.strip() for item in own}
    assert (found.verdict == "correct") == (stripped[0] == stripped[1])


@settings(max_examples=30)
@given(st.permutations(range(6)), st.permutations(["key", "value", "more"]))
def test_the_order_of_rows_and_columns_of_a_table_does_not_matter(
    rows: list[int], columns: list[str]
) -> None:
    """A table is what it says, not how it is sorted."""
    frame = pd.DataFrame({"key": list("abcdef"), "value": range(6), "more": "x"})
    asked = question("table", frame, on=["key"], columns={"value": 0})
    assert verdict(asked, frame.iloc[rows][columns]).verdict == "correct"


def test_an_answer_of_the_largest_size_is_read_whole() -> None:
    """The limit is on rows times columns."""
    frame = pd.DataFrame({"key": range(MAX_VALUES // 2), "value": 1})
    asked = question("table", frame, on=["key"], columns={"value": 0})
    assert verdict(asked, frame).verdict == "correct"


def test_not_attempted_is_plain_data() -> None:
    """The blank answer survives the way through JSON."""
    assert read_plain(json.dumps(NOT_ATTEMPTED)) == NOT_ATTEMPTED
