"""What is claimed of the synthetic world, on twenty seeds. `run.py prove` runs this."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from rilo_training.fidelity import counts, dependence, home, planted, shares, stories, weights
from rilo_training.fidelity.chance import LEVEL, holm
from rilo_training.fidelity.plain import PlainWorld, plain_world
from rilo_training.fidelity.published import TITLES
from rilo_training.world import World, make_world
from rilo_training.world.tables import scalar

SEEDS = tuple(range(8_100_001, 8_100_021))
MANY_SEEDS = tuple(range(8_300_001, 8_300_101))
FULL_SEEDS = SEEDS[:6]
SURE = ("exact_duplicate", "near_duplicate", "wrong_total", "personal_detail")


@cache
def plain(seed: int) -> PlainWorld:
    """The plain world of a seed."""
    return plain_world(seed)


@cache
def tally(seed: int) -> pd.DataFrame:
    """The counts of the published shares of a seed."""
    return shares.tally(plain(seed))


@cache
def extracts(seed: int) -> tuple[pd.DataFrame, tuple[int, int, int]]:
    """Planted defects of a world; rows of both extracts, and Members."""
    world = make_world(seed, tables=["seizures", "seizures_raw"])
    table = planted.planted_table(world.tables, world.truth)
    raw, members = world.tables["seizures_raw"], world.seizures["reporting_country"].nunique()
    return table, (len(world.seizures), len(raw), members)


@cache
def whole(seed: int) -> World:
    """The world of a seed with all tables."""
    return make_world(seed)


# --- shares ------------------------------------------------------------------------------------


def test_every_published_share_holds() -> None:
    """Twenty worlds together: no single published share is further away than chance explains."""
    rows = shares.share_table(shares.pooled([tally(seed) for seed in SEEDS]))
    far = rows[~rows["holds"]]
    print(f"{len(rows)} shares, lowest corrected p {rows['p_adjusted'].min():.3g}")
    assert far.empty, far[["table", "within", "label", "expected", "found", "z"]].to_string()


@pytest.mark.parametrize("table", list(TITLES))
def test_every_published_table_holds(table: str) -> None:
    """Twenty worlds together: each table by itself follows the published one."""
    tests = shares.table_tests(shares.pooled([tally(seed) for seed in SEEDS]))
    row = tests.set_index("table").loc[table]
    print(f"{table}: p {row['p']:.3g}, corrected {row['p_adjusted']:.3g}")
    assert row["holds"]


def test_every_world_follows_the_tables() -> None:
    """No world by itself is far from a published table; corrected for tables and worlds."""
    tests = pd.concat([shares.table_tests(tally(seed)).assign(seed=seed) for seed in SEEDS])
    corrected = holm(tests["p"])
    print(f"{len(tests)} tests, lowest corrected p {corrected.min():.3g}")
    assert (corrected >= LEVEL).all(), tests[corrected < LEVEL].to_string()


# --- weights -----------------------------------------------------------------------------------


def test_mean_weights_of_the_tables() -> None:
    """The tables give every published mean weight within one per cent."""
    assert (weights.groups()["ratio"] - 1).abs().max() < 0.01
    assert (weights.commodity_means()["ratio"] - 1).abs().max() < 0.01


def test_mean_weights_of_twenty_worlds() -> None:
    """The ten largest groups: within 15, 30 and 60 per cent of the published mean."""
    sums = weights.group_sums(plain(SEEDS[0]))
    for seed in SEEDS[1:]:
        sums = sums + weights.group_sums(plain(seed))
    table = weights.pooled_means(sums).dropna(subset=["allowed"])
    print(table[["sub_commodity", "lines", "published_kg", "found_kg", "off"]].to_string())
    assert len(table) == 10
    assert (table["off"].abs() <= table["allowed"]).all()


def test_tail_and_spread_of_weights() -> None:
    """The top one per cent holds 80 to 95 per cent on average; log10 weight is widely spread."""
    kilograms = [weights.drug_weights(plain(seed))["kg"].to_numpy(dtype=float) for seed in SEEDS]
    tails = np.array([weights.tail_share(kg) for kg in kilograms])
    spreads = np.array([weights.log_spread(kg) for kg in kilograms])
    print(f"tail {tails.min():.3f} {tails.mean():.3f} {tails.max():.3f}")
    print(f"spread {spreads.min():.3f} {spreads.mean():.3f} {spreads.max():.3f}")
    assert weights.TAIL_MANY[0] <= tails.mean() <= weights.TAIL_MANY[1]
    assert weights.TAIL_ONE[0] <= tails.min()
    assert tails.max() <= weights.TAIL_ONE[1]
    assert weights.SPREAD[0] <= spreads.min()
    assert spreads.max() <= weights.SPREAD[1]


def test_lines_per_case() -> None:
    """Drugs 1.11 and IPR and health 1.97, within five per cent in each world."""
    for seed in SEEDS:
        rows = weights.lines_per_case([plain(seed)]).set_index("goods")
        for goods in ("Drugs", "IPR, Health and Safety"):
            row = rows.loc[goods]
            assert abs(row["found"] / row["published"] - 1) < 0.05, (seed, goods)


def test_lines_per_case_of_weapons() -> None:
    """Weapons 2.14, in a hundred worlds together."""
    kept = []
    for seed in MANY_SEEDS:
        world = plain_world(seed)
        cases = world.cases[["section", "commodity"]]
        is_weapon = cases["commodity"].str.startswith("Weapons").to_numpy(dtype=bool)
        lines = world.lines[is_weapon[world.lines["case"].to_numpy()]]
        number = np.cumsum(is_weapon) - 1
        few = lines[["case"]].assign(case=number[lines["case"].to_numpy()])
        kept.append(PlainWorld(cases[is_weapon].reset_index(drop=True), few))
    row = weights.lines_per_case(kept).set_index("goods").iloc[-1]
    print(f"weapons: {row['found']:.3f} in {row['cases']} cases, standard error {row['se']:.3f}")
    assert abs(row["found"] - row["published"]) < 3 * row["se"]
    assert abs(row["found"] / row["published"] - 1) < 0.05


# --- counts ------------------------------------------------------------------------------------


def test_weeks_vary_as_in_real_counts() -> None:
    """Each larger Member: variance of weekly counts 1.3 to 5 times the mean."""
    tables = [
        counts.dispersion(counts.weekly_counts(plain(seed).cases)).assign(seed=seed)
        for seed in SEEDS
    ]
    rows = pd.concat(tables)
    print(f"{len(rows)} Members, {rows['ratio'].min():.2f} to {rows['ratio'].max():.2f}")
    low, high = counts.DISPERSION
    assert rows["ratio"].between(low, high).all(), rows[~rows["ratio"].between(low, high)]


def test_sizes() -> None:
    """About 14,000 true lines, 16,400 raw rows and 27 Members."""
    sizes = np.array([extracts(seed)[1] for seed in SEEDS])
    lines = np.array([len(plain(seed).lines) for seed in SEEDS])
    print(f"true lines {lines.min()} {lines.mean():.0f} {lines.max()}")
    print(f"raw rows {sizes[:, 1].min()} {sizes[:, 1].mean():.0f} {sizes[:, 1].max()}")
    assert 13_900 <= lines.mean() <= 14_200
    assert 16_200 <= sizes[:, 1].mean() <= 16_600
    assert (np.abs(sizes[:, 2] - scalar("members_reporting")) <= 1).all()


def test_last_months_are_incomplete() -> None:
    """The last month is half reported, and nearly nothing of a year ago is missing."""
    months = [counts.reported_by_month(plain(seed).cases)["reported"] for seed in SEEDS]
    last = np.array([month.iloc[-1] for month in months])
    old = np.array([month.iloc[:-12].mean() for month in months])
    print(f"last month {last.min():.2f} to {last.max():.2f}; older than a year {old.min():.4f}")
    assert ((last >= 0.2) & (last <= 0.8)).all()
    assert old.min() >= 0.99


# --- dependence, defects, stories, consignments -------------------------------------------------


def test_columns_depend_on_each_other() -> None:
    """In every world and commodity, cases are told from shuffled ones."""
    rows = pd.concat([dependence.dependence_table(plain(seed)) for seed in SEEDS])
    print(rows.groupby("commodity")["auc"].agg(["min", "mean", "max"]).round(3).to_string())
    assert rows["holds"].all()


def test_rates_of_defects() -> None:
    """Twenty worlds together: every defect is planted at its rate."""
    rows = pd.concat([extracts(seed)[0] for seed in SEEDS]).dropna(subset=["wanted"])
    sums = rows.groupby(["form", "title"])[["count", "among"]].sum()
    wanted = rows.groupby(["form", "title"])["wanted"].first()
    ratio = sums["count"] / sums["among"] / wanted
    print(ratio.round(3).to_string())
    assert ratio.between(0.9, 1.1).all()


def test_rules_find_defects() -> None:
    """In every world each rule finds what it promises; sure rules name few right rows."""
    rows = pd.concat([extracts(seed)[0] for seed in SEEDS])
    print(rows.groupby(["form", "title"])[["recall", "precision"]].mean().round(3).to_string())
    promised = rows[rows["least"].notna()]
    assert (promised["recall"] >= promised["least"]).all()
    assert (rows.loc[rows["name"].isin(SURE), "precision"] >= 0.85).all()


def test_story_lines_are_found() -> None:
    """The method of the course finds nearly all drawn story lines, the naive one far fewer."""
    tables = [stories.story_table(whole(seed).stories, whole(seed).tables) for seed in FULL_SEEDS]
    rows = pd.concat(tables)
    rows = rows[rows["status"].eq("")]
    print(rows[["kind", "course_place", "course_others", "naive_place"]].to_string())
    course, naive = rows["course_place"].gt(0).mean(), rows["naive_place"].eq(1).mean()
    print(f"{len(rows)} story lines: course {course:.2f}, naive first {naive:.2f}")
    assert course >= 0.9
    assert naive < course


def test_consignments() -> None:
    """Every measure of the consignments is within its aim."""
    for seed in FULL_SEEDS:
        world = whole(seed)
        facts = home.home_facts(
            world.consignments, world.inspections, world.truth["truth_consignments"]
        )
        outside = [measure for measure in home.measure_home(facts) if measure.holds is False]
        assert not outside, (seed, outside)
