"""`link_records` finds the same party behind other spellings, and nothing where there is none."""

from __future__ import annotations

import linkingtables as tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.analysis import link_records
from rilo_training.analysis.errors import AnalysisError, AnalysisWarning
from rilo_training.analysis.linking.blocking import PARTNERS, candidates
from rilo_training.analysis.linking.spelling import words_of
from rilo_training.analysis.linking.table import columns_of
from rilo_training.world.home import make_home_desk

DECLARED = pd.DataFrame(
    {
        "name": [
            "KELDAN TRDG. CO",
            "Vashti Freight LLC",
            "Oru Mills",
            "Müller und Söhne GmbH",
            "Mohammed Hussein Stores",
            "Port Marrow Fishing",
        ],
        "city": ["Keldan", "Vashti Bay", "Oruwen", "Belmoor", "Santorel", "Port Marrow"],
    }
)


def matches(found: pd.DataFrame) -> set[tuple[object, object]]:
    """The pairs of labels that are called matches."""
    rows = found[found["is_match"]]
    return set(zip(rows["left"], rows["right"], strict=True))


@pytest.mark.parametrize("seed", [41, 42])
@pytest.mark.parametrize("columns", [["name"], ["name", "address"]])
def test_the_spellings_of_a_world_are_found(seed: int, columns: list[str]) -> None:
    """F1 is at least 0.97 on the aliases of a world, where most records have no partner."""
    left, right, _, true = tables.spellings(make_home_desk(seed, 1_000).parties)
    assert tables.f1_of(link_records(left, right, columns), true) >= 0.97


@pytest.mark.parametrize(
    ("make", "least"), [(tables.persons, 0.99), (tables.companies, 0.95), (tables.papers, 0.97)]
)
def test_tables_of_other_shapes_are_linked_as_well(make: object, least: float) -> None:
    """The same call does well on persons, companies and papers, without any setting."""
    left, right, columns, true = make(1, 400) if make is not tables.papers else make(1)  # type: ignore[operator]
    names = dict([columns]) if make is tables.companies else columns
    assert tables.f1_of(link_records(left, right, names), true) >= least


@pytest.mark.parametrize(
    "other",
    [
        "Keldan Trading Company",
        "Kel dan Trading Co",
        "Trading Company Keldan",
        "keldán trading co.",
        "The KELDAN Trading",
        "Keldann Trading Co",
        "KELDAN TRADING COMPANY LIMITED",
    ],
)
def test_one_name_in_many_spellings_is_one_name(other: str) -> None:
    """Case, accents, order, split words, slips and legal forms do not hide a name."""
    listed = pd.DataFrame({"name": [other, "Marrow Ltd", "Rilo Foods Inc"]}, index=["a", "b", "c"])
    assert (0, "a") in matches(link_records(DECLARED, listed, "name"))


@pytest.mark.parametrize(
    ("number", "other"),
    [
        (3, "MULLER & SOHNE"),
        (4, "Muhamad Husain Store"),
        (1, "Вашти Фреит"),
        (5, "Fishing, PortMarrow"),
    ],
)
def test_other_alphabets_and_sounds_are_compared(number: int, other: str) -> None:
    """Umlauts, transliterations and other letters lead to the same words."""
    listed = pd.DataFrame({"name": [other, "Marrow Ltd"]})
    assert (number, 0) in matches(link_records(DECLARED, listed, "name"))


def test_tables_without_a_common_entity_have_no_matches() -> None:
    """Strangers stay strangers, although they share legal forms and towns."""
    left, _, _, _ = tables.companies(5, 400)
    listed = left.rename(columns={"company": "name"})
    assert link_records(listed[:200], listed[200:], "name")["is_match"].sum() <= 4


def test_swapped_cells_still_count() -> None:
    """A given name in the column of the surname is found there."""
    left, right, columns, true = tables.persons(2, 400)
    swapped = right.rename(columns={"given_name": "surname", "surname": "given_name"})
    assert tables.f1_of(link_records(left, swapped, columns), true) >= 0.95


def test_the_weights_add_up_to_the_score() -> None:
    """The log-odds of the score are the prior and what each column adds."""
    left, right, columns, _ = tables.restaurants(1)
    found = link_records(left, right, columns)
    total = found["prior"] + found[[f"weight_{column}" for column in columns]].sum(axis=1)
    assert np.abs(1 / (1 + np.exp(-total)) - found["score"]).max() < 1e-6
    assert found["score"].is_monotonic_decreasing
    assert found["evidence"].str.contains("name: ").all()


def test_a_table_with_itself_gives_each_pair_once() -> None:
    """The same table twice is searched for duplicates; no record is its own."""
    left, right, columns, true = tables.persons(3, 400)
    both = pd.concat([left, right])
    found = link_records(both, both, columns)
    assert (found["left"] != found["right"]).all()
    pairs = {frozenset(pair) for pair in zip(found["left"], found["right"], strict=True)}
    assert len(pairs) == len(found)
    assert tables.f1_of(found, true) >= 0.97


def test_the_other_direction_gives_the_same_matches() -> None:
    """Which table is called left does not matter to what is found."""
    left, right, columns, _ = tables.persons(4, 300)
    there, back = link_records(left, right, columns), link_records(right, left, columns)
    assert {(b, a) for a, b in matches(back)} == matches(there)


def test_the_same_tables_give_the_same_result() -> None:
    """Nothing depends on chance or on the clock."""
    left, right, columns, _ = tables.restaurants(2)
    pd.testing.assert_frame_equal(
        link_records(left, right, columns), link_records(left, right, columns)
    )


@pytest.mark.parametrize(
    "labels",
    [
        list("abcdef"),
        pd.date_range("2026-01-01", periods=6),
        pd.MultiIndex.from_product([["x", "y"], [1, 2, 3]]),
        [0.5, -1, "z", None, (1, 2), 7],
    ],
)
def test_labels_may_be_anything(labels: object) -> None:
    """Pairs are told by the labels of the tables."""
    declared = DECLARED.set_axis(pd.Index(labels), axis=0)
    found = link_records(declared, DECLARED.copy(), ["name", "city"])
    assert sorted(found.loc[found["is_match"], "right"]) == list(range(6))
    assert set(found["left"]) <= set(declared.index.to_flat_index())


def test_other_column_names_and_kinds_are_compared() -> None:
    """Dates, amounts and telephone numbers are compared as such, however they are written."""
    left = pd.DataFrame(
        {
            "who": ["Ana Lo", "Ben Ru", "Cy Ty"],
            "born": pd.to_datetime(["1980-02-03", "1991-12-01", "1975-06-30"]),
            "paid": [1200.5, 30.0, 77.25],
            "phone": ["(02) 555 1234", "03-777-8899", None],
        }
    )
    right = pd.DataFrame(
        {
            "name": ["Ben Ru", "Lo, Ana", "Dora Ma"],
            "birth": ["1991-12-01", "1980-02-03", "1960-01-01"],
            "amount": ["$30", "$1,200.50", "$5"],
            "tel": [37778899, 25551234, 99],
        }
    )
    columns = {"who": "name", "born": "birth", "paid": "amount", "phone": "tel"}
    assert matches(link_records(left, right, columns)) == {(0, 1), (1, 0)}


def test_dates_are_compared_however_each_table_writes_them() -> None:
    """Day first, month first and year first are one date; another decade is another person."""
    days = pd.to_datetime(["1963-01-26", "1971-11-30", "1980-02-03", "1999-12-31"])
    names = ["Lin Haharu", "Ana Lomati", "Cy Tyrenu", "Ben Rusako"]
    left = pd.DataFrame({"name": names, "born": days})
    for form in ("%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d"):
        right = left.assign(born=left["born"].dt.strftime(form))
        found = link_records(left, right, ["name", "born"])
        sure = found[found["is_match"]]
        assert set(sure["left"]) == set(sure["right"]) == {0, 1, 2, 3}
        assert sure["evidence"].str.contains("born: the same").all(), form
    right = left.assign(born=left["born"] + pd.DateOffset(years=30, months=2, days=3))
    found = link_records(left, right, ["name", "born"])
    assert found["evidence"].str.contains("born: different").all()


@pytest.mark.parametrize("seed", [41, 42])
def test_parties_in_many_spellings_on_both_sides_are_found(seed: int) -> None:
    """By name alone, where each table holds half of the spellings of each party."""
    left, right, _, true = tables.halves(make_home_desk(seed, 1_000).parties, seed)
    assert tables.f1_of(link_records(left, right, "name"), true) >= 0.96


def test_a_column_may_be_named_by_anything() -> None:
    """A whole number, and the name of a column with several levels."""
    numbered = NAMES.set_axis([0], axis=1)
    assert len(matches(link_records(numbered, numbered.copy(), 0))) == 6
    deep = NAMES.set_axis(pd.MultiIndex.from_tuples([("who", "name")]), axis=1)
    assert len(matches(link_records(deep, deep.copy(), ("who", "name")))) == 6


def test_an_empty_column_is_left_out_with_a_notice() -> None:
    """What is wholly missing says nothing, and the result is that of the other columns."""
    listed = DECLARED.assign(city=None)
    with pytest.warns(AnalysisWarning, match="'city' is empty in the right table"):
        found = link_records(DECLARED, listed, ["name", "city"])
    pd.testing.assert_frame_equal(found, link_records(DECLARED, listed, "name"))


def test_a_constant_column_changes_nothing() -> None:
    """A column with one value tells nobody apart."""
    one, two = (DECLARED.assign(country="RV") for _ in range(2))
    assert matches(link_records(one, two, ["name", "country"])) == {(n, n) for n in range(6)}


def test_cells_without_letters_and_single_records_are_no_trouble() -> None:
    """Blanks, dashes and tables of one row give an answer."""
    left = pd.DataFrame({"name": ["-", " ", "Keldan Trading", None, "?"]})
    right = pd.DataFrame({"name": ["Keldan Trading Co"]})
    found = link_records(left, right, "name")
    assert set(found["left"]) <= {2}
    assert list(link_records(left.iloc[:2], right, "name")["is_match"]) == []


NAMES = DECLARED[["name"]]


@pytest.mark.parametrize(
    ("left", "right", "columns", "said"),
    [
        (NAMES, NAMES.iloc[:0], "name", "right table has no records"),
        (NAMES, NAMES.set_axis([0] * 6, axis=0), "name", "label 0 stands more than once"),
        (NAMES, NAMES.copy(), "nam", "no column 'nam'. Its columns are: name"),
        (NAMES, pd.concat([NAMES, NAMES], axis=1), "name", "2 columns named 'name'"),
        (NAMES, NAMES.copy(), [], "No column was given"),
        (NAMES, NAMES.copy(), None, "columns were None"),
        (NAMES, NAMES.copy(), ["name", "name"], "was given twice"),
        (NAMES, NAMES.assign(name=None), "name", "empty in one of the tables"),
        (NAMES["name"], NAMES, "name", "type Series. A DataFrame was expected"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    left: pd.DataFrame, right: pd.DataFrame, columns: object, said: str
) -> None:
    """The sentence says what was found, what was expected and what to do."""
    with pytest.raises(AnalysisError, match=said):
        link_records(left, right, columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("score", [2, -1, "a", None])
def test_a_least_score_that_is_no_probability_is_refused(score: object) -> None:
    """A score is a probability."""
    with pytest.raises(AnalysisError, match=f"least score was {score!r}"):
        link_records(NAMES, NAMES.copy(), "name", least_score=score)  # type: ignore[arg-type]


def test_pairs_grow_with_the_records_not_with_their_square() -> None:
    """A record has no more partners in a larger table than each family of keys may give it."""
    left, right, columns, _ = tables.companies(7, 4_000)
    compared, vocabulary = columns_of(left, right, dict([columns]))
    pairs = candidates(compared, vocabulary, (len(left), len(right)), within=False)
    assert len(pairs[0]) <= 3 * PARTNERS * len(left)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_words_have_no_case_and_no_spaces(text: str) -> None:
    """Reading words again changes nothing, and none of them holds a space or stands twice."""
    words = words_of(text)
    assert len(set(words)) == len(words)
    assert not any(letter.isspace() for word in words for letter in word)
    assert words_of(f"  {text} .") == words
