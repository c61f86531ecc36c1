"""Fair comparison: who drives a change, how certain it is, and what is not reported yet."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training import analysis
from rilo_training.analysis.comparison.change import pair_dispersion

BEFORE, AFTER = ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Cannabis seizures of the world, 2024 and 2025, as published (provisional), one row each.

    Denmark, Germany and France made most of the rise. The 33 others stand in equal parts.
    """
    counts = {"Denmark": (667, 5135), "Germany": (472, 4581), "France": (0, 3865)}
    others = np.array([22_855 - 667 - 472, 37_058 - 5135 - 4581 - 3865])
    parts = np.diff(np.outer(np.arange(34), others) // 33, axis=0)
    counts |= {f"Other {number:02}": (int(a), int(b)) for number, (a, b) in enumerate(parts)}
    rows = [
        (name, f"{year}-{1 + place % 12:02}-15")
        for name, both in counts.items()
        for year, number in zip((2024, 2025), both, strict=True)
        for place in range(number)
    ]
    cases = pd.DataFrame(rows, columns=["administration", "day"])
    return cases.assign(day=pd.to_datetime(cases["day"]))


def test_three_reporters_explain_the_published_rise(published: pd.DataFrame) -> None:
    """Their share of the rise, and the change of all others, are those of the domain facts."""
    table = analysis.contributions(published, BEFORE, AFTER, by="administration", date="day")
    assert table["administration"][:3].tolist() == ["Denmark", "Germany", "France"]
    assert table["share_of_change_percent"][0] == pytest.approx(31, abs=0.5)
    assert table["cumulative_share_percent"][2] == pytest.approx(87.6, abs=0.1)
    assert table["others_change_percent"][0] == pytest.approx(43.9, abs=0.1)
    assert table["others_change_percent"][2] == pytest.approx(8.1, abs=0.1)


def test_a_panel_by_presence_keeps_those_that_began_to_report_in_bulk(
    published: pd.DataFrame,
) -> None:
    """It drops France alone and still shows 45 per cent; each panel says its limit."""
    table = analysis.panels(published, BEFORE, AFTER, by="administration", date="day")
    table = table.set_index("panel")
    assert table.loc["all reporters", "change_percent"] == pytest.approx(62, abs=0.2)
    assert table.loc["present in both periods", "reporters"] == 35
    assert table.loc["present in both periods", "change_percent"] == pytest.approx(45.2, abs=0.1)
    without = table.loc["without the three largest drivers"]
    assert without["change_percent"] == pytest.approx(8.1, abs=0.1)
    assert table["limit"].str.len().gt(40).all()


def test_contributions_add_up_to_the_change_of_the_total() -> None:
    """Cases without a reporter are a line of their own, and values are added up as well."""
    rng = np.random.default_rng(1)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 731, 500), unit="D")
    cases = pd.DataFrame({"day": days, "who": rng.choice([*"ABC", None], 500), "kg": 2.5})
    counted = analysis.contributions(cases, BEFORE, AFTER, "who", "day")
    weighed = analysis.contributions(cases, BEFORE, AFTER, "who", "day", "kg")
    assert "(missing)" in set(counted["who"])
    years = days.year.value_counts()
    assert counted["cases_change"].sum() == years[2025] - years[2024]
    assert (weighed["kg_change"] == 2.5 * counted["cases_change"]).all()
    assert counted["cumulative_share_percent"].iloc[-1] == pytest.approx(100)


def test_a_fall_is_led_by_those_that_fall() -> None:
    """The largest share of the change stands first in both directions."""
    days = pd.to_datetime(["2024-05-01"] * 9 + ["2025-05-01"] * 4)
    cases = pd.DataFrame({"day": days, "who": list("AAAAAAABB" + "ABBB")})
    table = analysis.contributions(cases, BEFORE, AFTER, "who", "day")
    assert table["who"].tolist() == ["A", "B"]
    assert table["share_of_change_percent"].round().tolist() == [120, -20]


def test_measures_rank_cases_lines_and_weight_apart() -> None:
    """A group that splits its cases leads by lines, one with a single large line by weight."""
    lines = pd.DataFrame(
        {
            "case": [*range(30), *np.repeat(range(30, 40), 5), *range(40, 60)],
            "goods": ["often"] * 30 + ["split"] * 50 + ["heavy"] * 20,
            "kg": [1.0] * 80 + [1.0] * 19 + [5000.0],
        }
    )
    table = analysis.measures(lines, "goods", "kg", case="case", trim_percent=5).set_index("goods")
    assert table.index[0] == "often"
    assert table["rank_lines"].idxmin() == "split"
    assert table["rank_total"].idxmin() == "heavy"
    assert table.loc["heavy", "kg_median"] == 1
    assert table.loc["heavy", "kg_trimmed_total"] == 19
    assert table.loc["heavy", "largest_line_percent"] == pytest.approx(99.6, abs=0.1)


def test_measures_refuse_a_sum_of_kilograms_and_pieces() -> None:
    """The sentence names the units that were found."""
    lines = pd.DataFrame({"case_id": [1, 2], "goods": "a", "n": [1, 2], "unit": ["kg", "pieces"]})
    with pytest.raises(analysis.AnalysisError, match="kg, pieces"):
        analysis.measures(lines, "goods", "n", unit="unit")


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.5, 0.999))
def test_the_interval_of_a_rate_holds_the_rate(events: int, misses: int, confidence: float) -> None:
    """It stays from 0 to 1, and is the mirror image for the opposite event."""
    trials = events + misses
    low, high = analysis.wilson_interval(events, trials, confidence)
    assert 0 <= low <= high <= 1
    assert not trials or low <= events / trials <= high
    other_low, other_high = analysis.wilson_interval(misses, trials, confidence)
    assert low == pytest.approx(1 - other_high, abs=1e-12)
    assert high == pytest.approx(1 - other_low, abs=1e-12)


def test_a_rate_of_two_trials_leads_no_list() -> None:
    """Forty finds in fifty stand before two in two; a row without a result is no trial."""
    rows = pd.DataFrame(
        {"who": ["few"] * 3 + ["many"] * 50, "hit": [1, 1, None] + [1] * 40 + [0] * 10}
    )
    table = analysis.rates(rows, "hit", "who")
    assert table["who"].tolist() == ["many", "few"]
    assert table["trials"].tolist() == [50, 2]


@pytest.mark.parametrize("dispersion", [1.0, 3.0, 8.0])
@pytest.mark.parametrize("months", [6, 12])
def test_the_interval_of_a_change_holds_the_true_change(dispersion: float, months: int) -> None:
    """In at least 92 of 100 simulated pairs of years, whatever the season and the dispersion."""
    rng = np.random.default_rng(3)
    season = 20 * (1 + 0.4 * np.sin(np.arange(months) / 2))
    means = [np.tile(season * factor, (2000, 1)) for factor in (1.0, 1.5)]
    spread = dispersion - 1
    if spread:
        means = [rng.gamma(mean / spread, spread) for mean in means]
    before, after = (rng.poisson(mean) for mean in means)
    scale = pair_dispersion(before, after)
    change = analysis.change_interval(before.sum(axis=1), after.sum(axis=1), scale)
    held = change["low_percent"].le(50) & change["high_percent"].ge(50)
    assert held.mean() >= 0.92


def test_a_count_of_zero_has_an_interval() -> None:
    """No change in per cent can be given, but how large it may be can."""
    row = analysis.change_interval(0, 5).iloc[0]
    assert np.isnan(row["change_percent"])
    assert 0 < row["low_percent"] < row["high_percent"]


def test_year_on_year_compares_the_same_months_of_each_group() -> None:
    """A season is no change; the clear one is that of the group that doubled."""
    months = pd.date_range("2024-01-01", "2025-12-31", freq="MS")
    season = np.tile([30, 20, 20, 40, 60, 80, 90, 80, 60, 40, 20, 20], 2)
    level = pd.DataFrame({"day": months.repeat(season), "goods": "level"})
    raised = np.where(np.arange(24) >= 12, 2 * season, season)
    doubled = pd.DataFrame({"day": months.repeat(raised), "goods": "doubled"})
    cases = pd.concat([level, doubled])
    table = analysis.year_on_year(cases, "2025-12-31", "goods", date="day").set_index("goods")
    assert table["change_percent"].to_dict() == {"doubled": 100, "level": 0}
    assert table.loc["level", "low_percent"] < 0 < table.loc["level", "high_percent"]
    assert table.loc["doubled", "low_percent"] > 50
    half = analysis.year_on_year(cases, "2025-12-31", "goods", months=6, date="day", dispersion=8)
    assert half["dispersion"].eq(8).all()


def reported_cases(seed: int, days: int = 700, mean_delay: float = 30.0) -> pd.DataFrame:
    """Ten cases a day with gamma delays, as they stand on the last day, and those to come."""
    rng = np.random.default_rng(seed)
    date = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, days, 10 * days), unit="D")
    delay = rng.gamma(2, mean_delay / 2, len(date)).astype(int)
    return pd.DataFrame({"found": date, "told": date + pd.to_timedelta(delay, unit="D")})


def test_the_delay_is_not_shortened_by_the_cases_still_to_come() -> None:
    """Within 3 points of the truth in a table of 90 days, where the plain share is 15 too high."""
    cases = reported_cases(4, days=90, mean_delay=40)
    within = (cases["told"] - cases["found"]).dt.days.le(30).mean()
    seen = cases[cases["told"] <= "2024-03-30"]
    plain = (seen["told"] - seen["found"]).dt.days.le(30).mean()
    curve = analysis.delay_distribution(seen, "found", "told", "2024-03-30", longest_days=89)
    row = curve[curve["delay_days"].eq(30)].iloc[0]
    assert row["low_percent"] <= 100 * within <= row["high_percent"] + 3
    assert row["reported_percent"] == pytest.approx(100 * within, abs=6)
    assert plain > within + 0.15


@pytest.mark.parametrize("period", ["W", "M"])
def test_the_last_periods_are_corrected_for_what_is_still_to_come(period: str) -> None:
    """The truth lies in the interval of nearly all open periods; the plain counts are too low."""
    held, plain, corrected = [], [], []
    for seed in range(6):
        cases = reported_cases(seed)
        until = pd.Timestamp("2025-10-31")
        table = analysis.complete_counts(cases, period, "found", "told", until)
        ends = table["last_day"] + pd.Timedelta(days=1)
        truth = np.array(
            [
                (cases["found"].ge(first) & cases["found"].lt(end)).sum()
                for first, end in zip(table["first_day"], ends, strict=True)
            ]
        )
        last = np.arange(len(table))[-3:]
        held += list((table["low_cases"].le(truth) & table["high_cases"].ge(truth)).iloc[last])
        plain.append(table["reported_cases"].iloc[last].sum() / truth[last].sum())
        corrected.append(table["expected_cases"].iloc[last].sum() / truth[last].sum())
    assert np.mean(held) >= 0.85
    assert np.mean(corrected) == pytest.approx(1, abs=0.1)
    assert np.mean(plain) < 0.8


def test_the_latest_complete_day_leaves_the_open_weeks_out() -> None:
    """On the days before it, 95 per cent of the cases are reported."""
    cases = reported_cases(7)
    until = pd.Timestamp("2025-10-31")
    seen = cases[cases["told"] <= until]
    last = analysis.latest_complete_day(seen, "found", "told", until)
    days = cases["found"].between(last - pd.Timedelta(days=13), last)
    assert cases.loc[days, "told"].le(until).mean() == pytest.approx(0.95, abs=0.04)


def test_a_monthly_habit_is_no_backlog() -> None:
    """A reporter that uploads on the fifth of each month does not stand; a backlog does."""
    found = pd.date_range("2024-01-01", "2025-12-31", freq="6h")
    habit = (found.to_period("M") + 2).to_timestamp() + pd.Timedelta(days=4)
    late = found + pd.to_timedelta(np.arange(len(found)) % 7 * 8, unit="D")
    waits = (late >= "2025-04-01") & (late < "2025-09-10")
    backlog = late.where(~waits, pd.Timestamp("2025-09-10"))
    parts = {"monthly": habit, "backlog": backlog, "as they come": late}
    cases = pd.concat(
        [pd.DataFrame({"found": found, "told": told, "who": name}) for name, told in parts.items()]
    )
    table = analysis.batch_uploads(cases, "who", "found", "told").set_index("who")
    assert table["stands"].to_dict() == {"backlog": True, "monthly": False, "as they come": False}
    assert table.loc["backlog", "upload_day"] == pd.Timestamp("2025-09-10")


def some_cases(rows: int = 300) -> pd.DataFrame:
    """A table with every column that the functions of this file use by default."""
    rng = np.random.default_rng(9)
    date = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 730, rows), unit="D")
    return pd.DataFrame(
        {
            "case_id": np.arange(rows) // 2,
            "line_no": np.arange(rows) % 2 + 1,
            "seizure_date": date,
            "report_date": date + pd.to_timedelta(rng.integers(0, 99, rows), unit="D"),
            "reporting_country": rng.choice([*"ABC"], rows),
            "commodity": rng.choice(["gold", "tea"], rows),
            "kg": rng.lognormal(size=rows),
            "hit": rng.random(rows) < 0.3,
        }
    )


CALLS = {
    "contributions": lambda rows: analysis.contributions(rows, BEFORE, AFTER),
    "sole_drivers": lambda rows: analysis.sole_drivers(rows, BEFORE, AFTER),
    "panels": lambda rows: analysis.panels(rows, BEFORE, AFTER),
    "measures": lambda rows: analysis.measures(rows, "commodity", "kg"),
    "rates": lambda rows: analysis.rates(rows, "hit", "commodity"),
    "year_on_year": lambda rows: analysis.year_on_year(rows, "2025-12-31", "commodity"),
    "delay_distribution": analysis.delay_distribution,
    "complete_counts": analysis.complete_counts,
    "batch_uploads": analysis.batch_uploads,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_nothing(name: str, seed: int) -> None:
    """The result of shuffled rows is the same table."""
    rows = some_cases()
    shuffled = rows.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(CALLS[name](shuffled), CALLS[name](rows))


@pytest.mark.parametrize("name", CALLS)
def test_other_kinds_of_columns_give_the_same(name: str) -> None:
    """Dates as text or with a time zone, and labels as categories, are understood."""
    rows = some_cases()
    expected = CALLS[name](rows)
    other = rows.assign(
        seizure_date=rows["seizure_date"].dt.strftime("%Y-%m-%d"),
        report_date=rows["report_date"].dt.tz_localize("Asia/Tokyo"),
        commodity=rows["commodity"].astype("category"),
        reporting_country=rows["reporting_country"].astype("category"),
    ).set_index("kg", drop=False)
    found = CALLS[name](other)
    assert found.astype("str").equals(expected.astype("str"))


@pytest.mark.parametrize("name", CALLS)
def test_a_table_that_does_not_fit_is_refused_in_a_sentence(name: str) -> None:
    """An empty table, no table, columns that miss or stand twice, and dates that are none."""
    rows = some_cases()
    wrong = {
        "no rows": rows.iloc[:0],
        "A list was given": [1, 2],
        "no column": rows[["line_no"]],
        "more than one column": pd.concat([rows, rows], axis=1),
    }
    if name not in ("measures", "rates"):
        wrong["to be a date"] = rows.assign(seizure_date="last week")
    for sentence, table in wrong.items():
        with pytest.raises(analysis.AnalysisError, match=sentence):
            CALLS[name](table)


def test_periods_without_cases_are_refused() -> None:
    """So are periods that overlap, differ in length, end before they begin, or are no days."""
    rows = some_cases()
    for before, after, sentence in (
        (("2019-01-01", "2019-12-31"), AFTER, "No row has a seizure_date"),
        (AFTER, BEFORE, "expected to end before the second begins"),
        (("2024-12-31", "2024-01-01"), AFTER, "Exchange"),
        (("spring", "autumn"), AFTER, "cannot be read"),
        ("2024", AFTER, "A first and a last day"),
        (("2024-01-01", "2024-06-30"), AFTER, "182 days and the second 365"),
    ):
        with pytest.raises(analysis.AnalysisError, match=sentence):
            analysis.contributions(rows, before, after)


def test_the_room_opens_quickly() -> None:
    """Neither pandas nor networkx is loaded before a function is asked for."""
    code = (
        "import sys, rilo_training.analysis as a; assert 'hubs' in a.__all__;"
        "print(*sorted({'pandas', 'scipy', 'networkx'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []


def test_every_public_name_is_there() -> None:
    """And another name is refused with the list of those."""
    assert all(getattr(analysis, name) for name in analysis.__all__)
    with pytest.raises(AttributeError, match="over_represented"):
        analysis.nothing  # noqa: B018
