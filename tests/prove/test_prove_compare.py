"""Comparison, routes and networks on many unseen worlds, and on large tables.

Found means that one of the first three findings is the planted story, in a world that holds other
stories too. A finding in a world without any story is a false one. `run.py prove` runs this.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from story_finders import FINDERS, finds, tidy_cases

from rilo_training import analysis
from rilo_training.world import World, make_world

SEEDS = range(71_001, 71_017)
ROWS = 400_000
PART = 4
"""A table of so many times fewer rows is the measure of the growth."""
LEAST_SECONDS = 0.1
"""What takes less is not measured well: it counts like this."""


def world_with(seed: int, kind: str) -> World:
    """A world that holds the story, among others that the seed draws."""
    table = "movements" if kind == "changing_goods" else "seizures"
    return make_world(seed, tables=[table], stories=[kind])


@cache
def quiet_world(seed: int) -> World:
    """A world without stories."""
    return make_world(seed, tables=["seizures", "movements"], drawn=False)


@pytest.mark.parametrize("kind", FINDERS)
def test_each_story_line_is_found_by_the_function_meant_for_it(kind: str) -> None:
    """In at least 14 of 16 worlds; at most two of 16 worlds without stories have a finding."""
    found, false = 0, 0
    for seed in SEEDS:
        made = world_with(seed, kind)
        facts = next(story["facts"] for story in made.stories if story["kind"] == kind)
        found += finds(kind, made.tables, facts)
        false += bool(FINDERS[kind](quiet_world(seed).tables))
    print(f"{kind}: found {found}, false {false} of {len(SEEDS)}")
    assert found >= 14
    assert false <= 2


def test_the_last_periods_of_a_world_are_corrected() -> None:
    """The interval holds what was reported later in 85 per cent of the last eight weeks and months.

    Each world is looked at as it stood on three earlier days. Members upload in batches, so the
    cases of a period do not come one by one.
    """
    held, plain, corrected = [], [], []
    for seed in SEEDS:
        cases = tidy_cases(quiet_world(seed).tables)
        cases = cases[cases["report_date"] >= cases["seizure_date"]]
        for days in (200, 260, 320):
            until = cases["report_date"].max() - pd.Timedelta(days=days)
            for period, most in (("W", 8), ("M", 3)):
                table = analysis.complete_counts(cases, period, until=until).tail(most)
                truth = np.array(
                    [
                        cases["seizure_date"].between(first, last).sum()
                        for first, last in zip(table["first_day"], table["last_day"], strict=True)
                    ]
                )
                held += list(table["low_cases"].le(truth) & table["high_cases"].ge(truth))
                plain.append(table["reported_cases"].sum() / truth.sum())
                corrected.append(table["expected_cases"].sum() / truth.sum())
    print(
        f"held {np.mean(held):.2f}, reported {np.mean(plain):.2f}, "
        f"corrected {np.mean(corrected):.2f} (spread {np.std(corrected):.2f})"
    )
    assert np.mean(held) >= 0.85
    assert abs(np.mean(corrected) - 1) < 0.1


def large_table() -> pd.DataFrame:
    """Cases with labels of all sizes: 35 reporters, 250 countries, tens of thousands of names."""
    rng = np.random.default_rng(0)
    sizes = {
        "reporting_country": 35,
        "departure_country": 250,
        "transit_country": 250,
        "destination_country": 250,
        "commodity": 45,
        "concealment": 15,
        "sub_commodity": 150,
        "unit": 6,
        "importer": 60_000,
        "exporter": 40_000,
    }
    cases = pd.DataFrame(
        {
            name: np.array([f"{name[:2]}{place}" for place in range(size)])[
                rng.zipf(1.3, ROWS) % size
            ]
            for name, size in sizes.items()
        }
    )
    days = pd.to_timedelta(rng.integers(0, 1000, ROWS), unit="D")
    cases["seizure_date"] = pd.Timestamp("2023-01-01") + days
    delay = pd.to_timedelta(rng.gamma(1, 20, ROWS).astype(int), unit="D")
    return cases.assign(
        report_date=cases["seizure_date"] + delay,
        case_id=np.arange(ROWS) // 2,
        line_no=np.arange(ROWS) % 2,
        kg=rng.lognormal(size=ROWS),
        hit=rng.random(ROWS) < 0.02,
    )


def calls_of(cases: pd.DataFrame) -> dict[str, Callable[[], object]]:
    """The functions, each on the same cases."""
    periods = analysis.year_pair("2025-06-30", 12)
    pair = ["departure_country", "concealment"]
    return {
        "one_row_per_case": lambda: analysis.one_row_per_case(cases),
        "contributions": lambda: analysis.contributions(cases, *periods, by="importer"),
        "sole_drivers": lambda: analysis.sole_drivers(cases, *periods),
        "panels": lambda: analysis.panels(cases, *periods),
        "measures": lambda: analysis.measures(cases, "importer", "kg"),
        "rates": lambda: analysis.rates(cases, "hit", "importer"),
        "year_on_year": lambda: analysis.year_on_year(cases, "2025-06-30", "importer"),
        "complete_counts": lambda: analysis.complete_counts(cases, "W"),
        "batch_uploads": lambda: analysis.batch_uploads(cases),
        "larger_than_peers": lambda: analysis.larger_than_peers(cases, "kg"),
        "flows": lambda: analysis.flows(cases),
        "hubs": lambda: analysis.hubs(cases, reporter="reporting_country"),
        "hub_changes": lambda: analysis.hub_changes(cases),
        "over_represented": lambda: analysis.over_represented(
            cases, pair, by="commodity", strata="reporting_country"
        ),
        "over_represented, names": lambda: analysis.over_represented(
            cases, ["importer", "exporter"]
        ),
        "share_changes": lambda: analysis.share_changes(
            cases, "departure_country", by=["reporting_country", "commodity"]
        ),
        "displaced_routes": lambda: analysis.displaced_routes(cases),
        "moved_labels": lambda: analysis.moved_labels(cases),
        "indicators": lambda: analysis.indicators(cases, "hit", [*pair, "commodity", "kg"]),
        "changing_chains": lambda: analysis.changing_chains(
            cases, "case_id", "line_no", "commodity", "departure_country", {"kg": 1}
        ),
    }


def seconds_of(call: Callable[[], object]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    call()
    return max(time.process_time() - start, LEAST_SECONDS)


def test_the_time_grows_with_the_rows() -> None:
    """Four times the rows take at most six times the time, with names of many parties too."""
    cases = large_table()
    large, small = calls_of(cases), calls_of(cases.sample(ROWS // PART, random_state=0))
    growth = {}
    for name, call in small.items():
        call()  # what is loaded only once is not counted
        first, second = seconds_of(call), seconds_of(large[name])
        growth[name] = second / first
        print(f"{name}: {first:.1f} s, then {second:.1f} s")
    assert max(growth.values()) <= 1.5 * PART, growth
