"""Surveillance of counts: what is found, what stays quiet, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storyworlds import facts, world
from surveying import date_doublings, doubled, negative_binomial, quiet, runs, surge

from rilo_training.analysis import AnalysisError, detect_shifts, detect_surges

Function = Any
BOTH = pytest.mark.parametrize("detect", [detect_surges, detect_shifts])
SURGES, MANY = range(40), range(300)
"""Numbers of the series of the ordinary tests; `prove` has more."""


def weeks(values: list[float] | npt.NDArray[np.float64]) -> pd.Series:
    """A weekly series."""
    return pd.Series(values, index=pd.period_range("2023-01-02", periods=len(values), freq="W"))


# --- surges -----------------------------------------------------------------------------------


def test_four_weeks_of_twice_the_cases_are_found() -> None:
    """At least 70 per cent of four-week doublings of ten a week, variance three times the mean."""
    found = 0
    for number in MANY:
        counts, first = surge(number)
        found += bool(detect_surges(counts)["alarm"].iloc[first : first + 4].any())
    assert found >= 0.7 * len(MANY)


def test_quiet_weeks_are_quiet() -> None:
    """At most one false alarm in two years, and at most 6 per cent of the weeks in alarm."""
    alarms = [detect_surges(quiet(number))["alarm"].to_numpy() for number in SURGES]
    years = sum(map(len, alarms)) * 7 / 365.25
    assert sum(map(runs, alarms)) <= years / 2
    assert np.concatenate(alarms).mean() <= 0.06


def test_an_alarm_ends_with_the_surge() -> None:
    """Two weeks after a strong surge no week is in alarm, and its own weeks are."""
    for number in range(5):
        counts = quiet(number)
        counts.iloc[60:64] = [45, 50, 48, 52]
        alarm = detect_surges(counts)["alarm"].to_numpy()
        assert alarm[60:64].all()
        assert not alarm[66:75].any()


def test_a_surge_in_the_last_weeks_is_found() -> None:
    """The newest weeks are watched as the others are."""
    counts = quiet(1)
    counts.iloc[-3:] = [30, 34, 31]
    assert detect_surges(counts)["alarm"].iloc[-3:].all()


def test_earlier_surges_do_not_hide_a_later_one() -> None:
    """Five surges leave what is expected where it was, and all are found."""
    counts = quiet(2)
    usual = detect_surges(counts)["expected"]
    starts = (10, 30, 50, 70, 95)
    for start in starts:
        counts.iloc[start : start + 4] = 35
    found = detect_surges(counts)
    assert all(found["alarm"].iloc[start : start + 4].all() for start in starts)
    assert found["expected"].mean() == pytest.approx(usual.mean(), rel=0.15)


def test_a_higher_level_that_stays_is_no_surge() -> None:
    """After a doubling for good the later weeks are compared with the new level."""
    counts, first = doubled(3, periods=156)
    found = detect_surges(counts)
    assert found["alarm"].iloc[first:].mean() < 0.1
    assert found["expected"].iloc[first + 10] > 1.6 * found["expected"].iloc[first - 10]


def test_a_season_is_expected() -> None:
    """Busy months of every year are no surges."""
    random = np.random.default_rng(5)
    mean = 20 * np.exp(0.6 * np.cos(2 * np.pi * np.arange(208) / 52.18))
    found = detect_surges(weeks(negative_binomial(random, mean)))
    assert runs(found["alarm"].to_numpy()) <= 4
    assert found["expected"].max() > 2 * found["expected"].min()


def test_the_columns_say_what_they_promise() -> None:
    """An alarm is a score above 1 with a reason; a single count above `upper` is an alarm."""
    counts, _ = surge(4)
    counts.iloc[20] = 80
    found = detect_surges(counts)
    assert list(found.columns) == ["expected", "upper", "score", "alarm", "reason"]
    assert found["alarm"].equals(found["score"] > 1)
    assert found["reason"].ne("").equals(found["alarm"])
    assert found.loc[counts > found["upper"], "alarm"].all()
    assert found["upper"].gt(found["expected"]).all()
    assert "expected" in found["reason"].iloc[20]


def test_fewer_false_alarms_mean_a_higher_limit() -> None:
    """The rarer a false alarm may be, the higher the limit, down to one in two hundred years."""
    upper = [
        detect_surges(quiet(1), false_alarms_per_year=rate)["upper"].iloc[0]
        for rate in (4, 0.5, 0.05, 0.005)
    ]
    assert upper == sorted(upper)
    assert len(set(upper)) == 4


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "often", None])
def test_a_rate_of_false_alarms_is_above_zero(rate: Any) -> None:
    """A method without false alarms would find nothing."""
    with pytest.raises(AnalysisError, match="above 0 was expected"):
        detect_surges(quiet(1), false_alarms_per_year=rate)


# --- shifts -----------------------------------------------------------------------------------


def test_a_doubling_for_good_is_dated_as_well_as_possible() -> None:
    """Nearly all are found, each as one item, and dated within one week as well as can be.

    Who knows both levels dates 79 or 80 in 100 within one week of ten and then twenty cases;
    who does not know them, about 77. The bound is the second, computed on the same series, less
    two standard errors (or 80 in 100, where that is lower).
    """
    dated = date_doublings(detect_shifts, MANY)
    assert dated.found >= 0.95
    assert dated.single >= 0.9
    assert dated.within_one >= dated.expected


def test_a_quiet_series_has_no_shift() -> None:
    """A false shift in at most 15 per cent of quiet series."""
    assert sum(bool(detect_shifts(quiet(number))) for number in SURGES) <= 0.15 * len(SURGES)


def test_up_and_down_again_are_two_shifts() -> None:
    """A level that lasts half a year is reported with its beginning and its end."""
    random = np.random.default_rng(8)
    mean = np.repeat([10.0, 30.0, 10.0], [50, 30, 50])
    shifts = detect_shifts(weeks(negative_binomial(random, mean)))
    assert len(shifts) == 2
    first, second = (shift.ordinal - pd.Period("2023-01-02", "W").ordinal for shift in shifts)
    assert abs(first - 50) <= 2
    assert abs(second - 80) <= 2


def test_a_surge_is_no_shift() -> None:
    """Four weeks of four times the cases are no new level."""
    found = 0
    for number in range(10):
        counts = quiet(number)
        counts.iloc[50:54] = [40, 45, 38, 42]
        found += bool(detect_shifts(counts))
    assert found <= 1


def test_steady_growth_is_no_shift() -> None:
    """Large counts that grow by the same share each week have no change of level."""
    random = np.random.default_rng(9)
    mean = 400 * np.exp(np.arange(156) / 120)
    assert detect_shifts(weeks(negative_binomial(random, mean))) == []


def test_a_shift_is_a_label_of_the_index() -> None:
    """Periods, dates and numbers come back as they were given."""
    values = np.r_[np.full(20, 4.0), np.full(20, 16.0)] + np.tile([0.0, 1.0], 20)
    months = pd.period_range("2023-01", periods=40, freq="M")
    for index in (months, months.to_timestamp(), pd.RangeIndex(40)):
        assert detect_shifts(pd.Series(values, index)) == [index[20]]


# --- both -------------------------------------------------------------------------------------


@BOTH
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(detect: Function, seed: int) -> None:
    """A shuffled series gives the same result, and the same twice."""
    counts, _ = doubled(3, periods=60)
    counts = counts.iloc[:60].set_axis(pd.period_range("2024-01-01", periods=60, freq="W"))
    shuffled = counts.sample(frac=1, random_state=seed)
    first, second = detect(counts), detect(shuffled)
    assert first.equals(second) if isinstance(first, pd.DataFrame) else first == second


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.one_of(st.integers(0, 60), st.none()), min_size=8, max_size=70),
    frequency=st.sampled_from(["D", "W", "M", "Q", "Y"]),
)
def test_any_short_series_has_a_result(values: list[int | None], frequency: str) -> None:
    """Whatever the counts and gaps: a finite expectation, or a sentence."""
    index = pd.period_range("2000-01-01", periods=len(values), freq=frequency)
    counts = pd.Series(values, index, dtype="float64")
    if counts.notna().sum() < 8:
        with pytest.raises(AnalysisError, match="known counts"):
            detect_surges(counts)
        return
    found = detect_surges(counts)
    assert np.isfinite(found[["expected", "upper"]].to_numpy()).all()
    assert found["score"].notna().equals(counts.notna())
    assert set(detect_shifts(counts)) <= set(index)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(60),
        np.full(60, 7.0),
        np.full(60, 2e9),
        np.r_[np.zeros(59), 1.0],
        np.tile([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100.0], 8),
        np.arange(8.0),
    ],
    ids=["zeros", "constant", "large", "one case", "quarterly batches", "eight"],
)
def test_dull_series_raise_no_alarm(values: npt.NDArray[np.float64]) -> None:
    """Zeros, one value, one case, and a Member that uploads once a quarter are no news."""
    assert not detect_surges(weeks(values))["alarm"].any()
    assert detect_shifts(weeks(values)) == []


def test_a_gap_is_not_a_zero() -> None:
    """Weeks that are missing, or not known, leave the expectation where it was."""
    counts = weeks(quiet(6).to_numpy())
    unknown = counts.copy()
    unknown.iloc[40:60] = np.nan
    left_out = counts.drop(counts.index[40:60])
    with_nan, without = detect_surges(unknown), detect_surges(left_out)
    assert without.index.equals(left_out.index)
    pd.testing.assert_frame_equal(with_nan.loc[left_out.index], without)
    assert with_nan["score"].iloc[40:60].isna().all()
    assert without["expected"].mean() == pytest.approx(counts.mean(), rel=0.15)
    assert detect_shifts(unknown) == detect_shifts(left_out)


@pytest.mark.parametrize("frequency", ["D", "W-SUN", "MS", "QS", "YS", "2W"])
def test_dates_and_periods_are_read_alike(frequency: str) -> None:
    """Dates at a regular distance give what periods give."""
    dates = pd.date_range("2001-01-01", periods=40, freq=frequency)
    values = quiet(7, periods=40).to_numpy()
    found = detect_surges(pd.Series(values, dates))
    assert found.index.equals(dates)
    if frequency in ("D", "W-SUN"):
        periods = dates.to_period(frequency)
        other = detect_surges(pd.Series(values, periods))
        assert np.array_equal(found["score"], other["score"])


def test_a_time_zone_of_dates_changes_nothing() -> None:
    """Dates of a place are days as others are."""
    days = pd.date_range("2024-01-01", periods=40)
    values = quiet(9, periods=40).to_numpy()
    found = detect_surges(pd.Series(values, days.tz_localize("Asia/Seoul")))
    assert np.array_equal(found["score"], detect_surges(pd.Series(values, days))["score"])


def test_weeks_that_nobody_wrote_are_named() -> None:
    """Where most weeks are absent and none is zero, a notice asks whether they had no cases."""
    counts = weeks(quiet(9, periods=90).to_numpy() + 1).iloc[np.r_[0:90:4, 1:90:16]]
    with pytest.warns(UserWarning, match="of 89 weeks are not in the series"):
        detect_surges(counts)


@pytest.mark.parametrize("before", [[0] * 7, [1, 0, 2, 0, 1, 0], [1, 0, 2, 0, 1, 0] * 3])
def test_one_enormous_count_is_an_alarm(before: list[int]) -> None:
    """Two hundred cases after weeks with hardly one are a surge, in a short history too."""
    found = detect_surges(weeks([*map(float, before), 200.0, 0.0]))
    assert found["alarm"].iloc[len(before)]


def test_the_reason_names_the_first_day() -> None:
    """A week is named by its first day, a month by its name."""
    values = [*quiet(1, periods=30), 90.0]
    for frequency, name in (("W", "1 week from 2023-07-31;"), ("M", "1 month from 2025-07;")):
        index = pd.period_range("2023-01-02", periods=31, freq=frequency)
        assert name in detect_surges(pd.Series(values, index))["reason"].iloc[-1]


def test_months_written_as_numbers_are_months() -> None:
    """202412 is followed by 202501, without a gap of 88."""
    months = pd.period_range("2023-01", periods=30, freq="M")
    values = quiet(8, periods=30).to_numpy()
    written = pd.Index([month.year * 100 + month.month for month in months])
    found, same = (detect_surges(pd.Series(values, index)) for index in (written, months))
    assert np.array_equal(found["score"], same["score"])


@BOTH
@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (pd.Series([3, 5, 4]), "holds 3 known counts"),
        (pd.Series([], dtype="float64"), "holds 0 known counts"),
        (pd.Series([np.nan] * 30), "holds 0 known counts"),
        (pd.Series(range(9), index=[1, 2, 3, 4, 5, 6, 7, 8, 8]), "8 stands in the index more"),
        (pd.Series([1, 2, 3, 4, 5, 6, 7, -8]), "holds the value -8"),
        (pd.Series([1, 2, 3, 4, 5, 6, 7, np.inf]), "holds the value inf"),
        (pd.Series(list("abcdefgh")), "no numbers"),
        (pd.Series(range(8), index=list("abcdefgh")), "labels such as 'a'"),
        (pd.Series(pd.date_range("2024", periods=9)), "no numbers"),
        (pd.Series(range(8), index=np.arange(8) / 2), "no whole numbers"),
        (pd.Series(range(14), index=range(202401, 202415)), "202413, and that is no month"),
        (
            pd.Series(range(9), index=pd.date_range("2024", periods=9, freq="h")),
            "several times of the same day",
        ),
        (pd.Series(range(8), index=10 ** np.arange(8)), "spans 1111112 periods"),
        (pd.Series(range(8), index=pd.MultiIndex.from_product([[1], range(8)])), "2 levels"),
        (pd.Series(range(8), index=pd.period_range("2024", periods=8, freq="h")), "frequency 'h'"),
        (pd.DataFrame({"cases": range(8)}), "A DataFrame was given"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "A list was given"),
    ],
)
def test_what_is_no_count_series_is_refused(detect: Function, counts: Any, sentence: str) -> None:
    """The error says what was found, what was expected and what to do."""
    with pytest.raises(AnalysisError, match=sentence) as refused:
        detect(counts)
    assert refused.value.expected
    assert refused.value.action


# --- the world --------------------------------------------------------------------------------


def test_the_surge_at_an_airport_is_found() -> None:
    """The weekly cases of the airport of the story are in alarm while it lasts."""
    said = facts("airport_surge", 11)
    cases = world(11, "airport_surge").seizures.drop_duplicates("case_id")
    own = cases[cases["seizure_port"].eq(said["airport"])]
    weekly = own["seizure_date"].dt.to_period("W").value_counts()
    every = pd.period_range("2024-01-01", weekly.index.max(), freq="W")
    found = detect_surges(weekly.reindex(every, fill_value=0), false_alarms_per_year=0.05)
    assert found["alarm"].loc[said["first_day"] : said["last_day"]].mean() >= 0.6


def test_the_rise_of_a_member_is_dated() -> None:
    """The monthly cases of the Member and commodity of the story shift in its first months."""
    said = facts("reporting_rise", 11)
    cases = world(11, "reporting_rise").seizures.drop_duplicates("case_id")
    own = cases[cases["reporting_country"].eq(said["member"])]
    own = own[own["commodity"].str.strip().str.lower().eq(said["commodity"].lower())]
    monthly = own["seizure_date"].dt.to_period("M").value_counts()
    every = pd.period_range("2024-01", "2026-08", freq="M")
    shifts = detect_shifts(monthly.reindex(every, fill_value=0))
    first = pd.Period(said["first_day"], "M")
    assert min(abs((shift - first).n) for shift in shifts) <= 1
