"""Routes and networks: flows, combinations, what changed, hubs, indicators, story lines."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom
from story_finders import FINDERS, finds

from rilo_training import analysis
from rilo_training.analysis.chance import chance_of_more, hypergeometric
from rilo_training.world import World, make_world

SEEDS = (71, 72, 73, 74)
ROUTE = ("start", "via", "end")


@cache
def world(seed: int, with_stories: bool) -> World:
    """A world with all story lines that this room finds, or with none."""
    stories = list(FINDERS) if with_stories else []
    return make_world(seed, tables=["seizures", "movements"], stories=stories, drawn=False)


@pytest.mark.parametrize("kind", FINDERS)
def test_each_story_line_is_found_by_the_function_meant_for_it(kind: str) -> None:
    """In at least three of four unseen worlds, each of which holds all other stories as well."""
    found = 0
    for seed in SEEDS:
        made = world(seed, True)
        facts = next(story["facts"] for story in made.stories if story["kind"] == kind)
        found += finds(kind, made.tables, facts)
    assert found >= 3


@pytest.mark.parametrize("kind", FINDERS)
def test_a_world_without_stories_is_quiet(kind: str) -> None:
    """At most one of four worlds has a finding that is none."""
    assert sum(bool(FINDERS[kind](world(seed, False).tables)) for seed in SEEDS) <= 1


@given(st.integers(2, 40), st.integers(0, 40), st.integers(60, 400), st.integers(20, 50))
def test_the_chance_of_a_count_is_close_to_the_exact_one(
    own: int, found: int, whole: int, share_percent: int
) -> None:
    """The chance of the test of Fisher: never less than half of it, and never bold."""
    found, drawn = min(found, own), whole * share_percent // 100
    exact = hypergeom.sf(found - 1, whole, own, drawn)
    chance = float(chance_of_more(found, hypergeometric(own, drawn, whole)))
    assert chance >= exact / 2 or exact < 1e-8
    assert chance <= 2 * exact + 1e-4


def test_more_comparisons_correct_more() -> None:
    """Values keep their order, missing ones stay missing, and none exceeds 1."""
    p = [0.001, 0.04, np.nan, 0.03, 0.9]
    q = analysis.benjamini_hochberg(p)
    assert np.isnan(q[2])
    assert q[0] == pytest.approx(0.004)
    assert q[1] == q[3] == pytest.approx(4 * 0.04 / 3)
    assert (analysis.benjamini_hochberg(p, tests=100)[[0, 1, 3, 4]] >= q[[0, 1, 3, 4]]).all()
    assert len(analysis.benjamini_hochberg([])) == 0


def test_a_transit_is_no_origin_and_an_unknown_end_no_country() -> None:
    """Flows go from origin to destination, and legs through the transit."""
    rows = [
        ("PE", "AE", "NZ"),
        ("PE", "Unknown", "NZ"),
        ("Unknown", "AE", "NZ"),
        ("AE", None, "AU"),
    ]
    cases = pd.DataFrame(rows, columns=list(ROUTE)).assign(kg=[1.0, 2.0, 4.0, None])
    table = analysis.flows(cases, ROUTE, value="kg")
    assert table[["start", "via", "end", "kg"]].to_numpy().tolist() == [
        ["AE", "none recorded", "AU", 0.0],
        ["PE", "AE", "NZ", 1.0],
        ["PE", "none recorded", "NZ", 2.0],
    ]
    assert table["share_of_origin_percent"].tolist() == [100, 50, 50]
    steps = analysis.legs(cases, ROUTE).set_index(["from", "to"])["cases"].to_dict()
    assert steps == {("AE", "NZ"): 2, ("AE", "AU"): 1, ("PE", "AE"): 1, ("PE", "NZ"): 1}


def test_the_reporter_is_no_hub_of_its_own_cases() -> None:
    """A transit through the reporting Member counts as none where its column is given."""
    cases = pd.DataFrame([("PE", "NZ", "AU"), ("PE", "AE", "AU")], columns=list(ROUTE))
    cases["member"] = "NZ"
    with_own = analysis.hubs(cases, ROUTE).set_index("place")["transit_cases"]
    without = analysis.hubs(cases, ROUTE, reporter="member").set_index("place")["transit_cases"]
    assert with_own[["AE", "NZ"]].tolist() == [1, 1]
    assert without["AE"] == 1
    assert "NZ" not in without.index


def mixed_cases(rows: int = 6000, seed: int = 2) -> pd.DataFrame:
    """Cases of two reporters that differ in both labels, which are independent within each."""
    rng = np.random.default_rng(seed)
    first = rng.random(rows) < 0.5
    return pd.DataFrame(
        {
            "member": np.where(first, "A", "B"),
            "start": np.where(rng.random(rows) < np.where(first, 0.8, 0.2), "near", "far"),
            "hidden": np.where(rng.random(rows) < np.where(first, 0.7, 0.1), "bag", "box"),
            "seizure_date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 700, rows), unit="D"),
        }
    )


def test_what_the_reporters_differ_in_is_no_pattern() -> None:
    """Without strata near and bag belong together; within each reporter they do not."""
    cases = mixed_cases()
    naive = analysis.over_represented(cases, ["start", "hidden"])
    fair = analysis.over_represented(cases, ["start", "hidden"], strata="member")
    assert naive["stands"].sum() == 2
    assert not fair["stands"].any()
    assert fair["lift"].between(0.9, 1.1).all()


def test_chance_alone_makes_few_findings() -> None:
    """In at most 10 per cent of tables of independent labels a combination or change stands."""
    findings = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cases = pd.DataFrame({name: rng.integers(0, 12, 800) for name in ("a", "b", "c")})
        cases["seizure_date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(
            rng.integers(0, 700, 800), unit="D"
        )
        findings += analysis.over_represented(cases, ["a", "b"], strata="c")["stands"].any()
        findings += analysis.share_changes(cases, "a", strata="b")["stands"].any()
    assert findings <= 12


def test_three_labels_together_are_listed_with_their_lift() -> None:
    """A planted triple stands first, with an interval that holds its lift."""
    rng = np.random.default_rng(8)
    cases = pd.DataFrame({name: rng.choice([*"pqrstu"], 3000) for name in ("a", "b", "c")})
    planted = pd.DataFrame({"a": ["p"] * 40, "b": "q", "c": "r"})
    table = analysis.over_represented(pd.concat([cases, planted]), ["a", "b", "c"])
    assert table.loc[0, ["a", "b", "c"]].tolist() == ["p", "q", "r"]
    assert table["lift_low"][0] < table["lift"][0] < table["lift_high"][0]
    assert table["stands"].sum() == 1


def test_a_reporter_that_reports_in_bulk_moves_no_share() -> None:
    """Half of the later cases come from one reporter; compared with itself, nothing changes."""
    cases = mixed_cases()
    bulk = cases["member"].eq("A") & cases["seizure_date"].ge("2025-03-01")
    cases = pd.concat([cases, cases[bulk], cases[bulk]])
    naive = analysis.share_changes(cases, "start", change_days="2025-03-01")
    fair = analysis.share_changes(cases, "start", strata="member", change_days="2025-03-01")
    assert naive["stands"].all()
    assert not fair["stands"].any()


def test_a_change_is_dated_near_its_day() -> None:
    """The day of the strongest change is within a month of the true one."""
    cases = mixed_cases(3000)
    moved = cases["start"].eq("far") & cases["seizure_date"].ge("2025-01-20")
    cases.loc[moved & (np.arange(3000) % 2 == 0), "start"] = "new"
    table = analysis.displaced_routes(cases, "start", by="member")
    assert set(table["from"] + table["to"]) == {"farnew"}
    assert (table["change_day"] - pd.Timestamp("2025-01-20")).abs().max() <= pd.Timedelta(days=31)
    # A displaced route leaves each group's total as it is: what fell is about what rose.
    fell = table["from_share_before_percent"] - table["from_share_after_percent"]
    rose = table["to_share_after_percent"] - table["to_share_before_percent"]
    assert fell.sub(rose).abs().lt(6).all()


def test_indicators_take_labels_numbers_and_pairs() -> None:
    """A planted pair and a planted weight stand; a column of chance does not."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "mode": rng.choice(["mail", "sea", "air", "Unknown"], 4000),
            "origin": rng.choice([*"abcd"], 4000),
            "kg": rng.lognormal(size=4000),
            "code": rng.integers(0, 4, 4000),
            "empty": np.nan,
        }
    )
    rate = 0.03 + 0.3 * (rows["mode"].eq("mail") & rows["origin"].eq("a")) + 0.1 * rows["kg"].gt(3)
    rows["found"] = (rng.random(4000) < rate).astype(float)
    rows.loc[:20, "found"] = np.nan
    table = analysis.indicators(rows, "found", ["mode", "origin", "kg", "code", "empty"])
    standing = set(table.loc[table["stands"], "indicator"])
    assert table["indicator"][0] == "mode=mail & origin=a"
    assert any(text.startswith("kg=(") for text in standing)
    assert not any("code=" in text and "&" not in text for text in standing)
    assert not table["indicator"].str.contains("Unknown|empty").any()
    single = analysis.indicators(rows, "found", ["mode"], most_together=1)
    assert single["records"].sum() == rows.loc[21:, "mode"].ne("Unknown").sum()


def test_indicators_of_one_kind_alone_are_refused() -> None:
    """Seizures alone cannot tell what is special about them."""
    rows = pd.DataFrame({"mode": ["mail"] * 5, "found": 1})
    with pytest.raises(analysis.AnalysisError, match="5 of 5 records"):
        analysis.indicators(rows, "found", ["mode"])


def test_large_for_its_kind_is_not_large_for_the_table() -> None:
    """A group of small goods that is large for them stands, in every unit; heavy goods do not."""
    rng = np.random.default_rng(6)
    goods, start = rng.choice(["drug", "tyre"], 2000), rng.choice([*"abcde"], 2000)
    kg = rng.lognormal(np.where(goods == "drug", 0, 6))
    kg[(goods == "drug") & (start == "c")] *= 8
    cases = pd.DataFrame({"goods": goods, "start": start, "kg": kg})
    table = analysis.larger_than_peers(cases, "kg", "start", "goods", None)
    in_grams = analysis.larger_than_peers(cases.assign(kg=kg * 1000), "kg", "start", "goods", None)
    pd.testing.assert_frame_equal(in_grams, table)
    assert table.loc[table["stands"], ["goods", "start"]].to_numpy().tolist() == [["drug", "c"]]
    assert table["median_ratio"][0] > 4


def route_cases(rows: int = 1500) -> pd.DataFrame:
    """A table with every column that the functions of this file use by default."""
    rng = np.random.default_rng(4)
    names = ("departure_country", "transit_country", "destination_country", "reporting_country")
    cases = pd.DataFrame({name: rng.choice([*"ABCDEF"], rows) for name in names})
    cases["commodity"] = rng.choice(["gold", "tea"], rows)
    cases["concealment"] = rng.choice(["bag", "box", "Unknown"], rows)
    cases["kg"] = rng.lognormal(size=rows)
    cases["hit"] = rng.random(rows) < 0.2
    days = pd.to_timedelta(rng.integers(0, 700, rows), unit="D")
    cases["seizure_date"] = pd.Timestamp("2024-01-01") + days
    cases["box"], cases["leg"] = np.arange(rows) // 4, np.arange(rows) % 4
    late = cases["seizure_date"].ge("2025-02-01") & (rng.random(rows) < 0.4)
    cases["transit_country"] = cases["transit_country"].mask(late, "G").mask(rng.random(rows) < 0.3)
    return cases


PAIR = ["departure_country", "concealment"]
CALLS = {
    "flows": analysis.flows,
    "legs": analysis.legs,
    "hubs": analysis.hubs,
    "hub_changes": analysis.hub_changes,
    "over_represented": lambda rows: analysis.over_represented(rows, PAIR, by="commodity"),
    "share_changes": lambda rows: analysis.share_changes(rows, "departure_country"),
    "displaced_routes": analysis.displaced_routes,
    "moved_labels": analysis.moved_labels,
    "indicators": lambda rows: analysis.indicators(rows, "hit", [*PAIR, "kg"]),
    "larger_than_peers": lambda rows: analysis.larger_than_peers(rows, "kg", strata=None),
    "changing_chains": lambda rows: analysis.changing_chains(
        rows, "box", "leg", "concealment", "departure_country", {"kg": 1}
    ),
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_nothing(name: str, seed: int) -> None:
    """The result of shuffled rows is the same table, but for the last digits."""
    rows = route_cases()
    shuffled = rows.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(CALLS[name](shuffled), CALLS[name](rows), rtol=1e-9)


@pytest.mark.parametrize("name", CALLS)
def test_labels_may_be_categories_or_numbers(name: str) -> None:
    """Whole numbers and categories as labels give the same figures."""
    rows = route_cases()
    codes = {letter: place for place, letter in enumerate("ABCDEFG")}
    places = [column for column in rows if str(column).endswith("country")]
    numbers = rows.assign(
        **{column: rows[column].map(codes).astype("Int64") for column in places},
        concealment=rows["concealment"].astype("category"),
        commodity=rows["commodity"].astype("category"),
    )
    expected, found = CALLS[name](rows), CALLS[name](numbers)
    figures = [
        column
        for column in expected.select_dtypes("number").columns
        if column in found and column not in places
    ]
    pd.testing.assert_frame_equal(
        found[figures], expected[figures], check_dtype=False, check_index_type=False
    )


@pytest.mark.parametrize("name", CALLS)
def test_a_table_that_does_not_fit_is_refused_in_a_sentence(name: str) -> None:
    """An empty table, no table, columns that miss, stand twice, or hold nothing."""
    rows = route_cases()
    for sentence, table in {
        "no rows": rows.iloc[:0],
        "no column": rows[["seizure_date"]],
        "more than one column": pd.concat([rows, rows], axis=1),
        "known": rows.assign(departure_country=None, transit_country=None, concealment="Unknown"),
    }.items():
        if (name, sentence) not in {("indicators", "known"), ("changing_chains", "known")}:
            with pytest.raises(analysis.AnalysisError, match=sentence):
                CALLS[name](table)


def test_a_short_table_is_refused_where_a_change_is_looked_for() -> None:
    """Three months are too few, and a day outside the table has nothing before it."""
    rows = route_cases()
    short = rows[rows["seizure_date"] < "2024-03-20"]
    with pytest.raises(analysis.AnalysisError, match="At least 8 months"):
        analysis.share_changes(short, "commodity")
    with pytest.raises(analysis.AnalysisError, match="Choose days inside the table"):
        analysis.share_changes(rows, "commodity", change_days="2023-01-01")
    with pytest.raises(analysis.AnalysisError, match="each name once"):
        analysis.over_represented(rows, ["commodity"])


def test_a_large_network_is_measured_from_some_of_its_places() -> None:
    """The sample is drawn with a fixed seed, so two runs agree."""
    rng = np.random.default_rng(1)
    cases = pd.DataFrame(rng.integers(0, 400, (60_000, 3)), columns=list(ROUTE))
    first, second = (analysis.hubs(cases, ROUTE) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert first["betweenness"].between(0, 1).all()


@pytest.mark.parametrize("route", [("start", "end"), "start", ("start",) * 3])
def test_a_route_needs_three_columns(route: object) -> None:
    """Two columns, one name and one column three times are refused, and the way out is said."""
    cases = pd.DataFrame([("PE", None, "NZ")], columns=ROUTE)
    for function in (analysis.flows, analysis.legs, analysis.hubs, analysis.route_network):
        with pytest.raises(analysis.AnalysisError, match="add an empty one"):
            function(cases, route)


def test_a_level_is_a_probability() -> None:
    """A level of 5 would let everything stand."""
    cases = pd.DataFrame({"a": list("xxyy"), "b": list("uvuv")})
    with pytest.raises(analysis.AnalysisError, match=r"level was 5\."):
        analysis.over_represented(cases, ["a", "b"], level=5)


def test_several_columns_for_one_are_refused() -> None:
    """A list where one column is meant gets a sentence."""
    cases = pd.DataFrame({"a": ["x"], "b": ["u"], "day": ["2026-01-01"]})
    half = ("2025-01-01", "2025-06-30"), ("2025-07-01", "2025-12-31")
    with pytest.raises(analysis.AnalysisError, match="as the name of one column"):
        analysis.contributions(cases, *half, by=["a", "b"], date="day")
