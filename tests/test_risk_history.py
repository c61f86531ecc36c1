"""Histories look only backwards, for one party or several, and say what they cannot read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rilo_training.risk import RiskError, RiskModel, earlier_history


def traffic(seed: int, rows: int = 80) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Rows of sixty days with two parties, the day of each, and an outcome."""
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 60, rows)
    table = pd.DataFrame(
        {
            "importer": rng.choice(["A", "B", None], rows),
            "agent": rng.choice(["X", "Y", "Z"], rows),
            "date": pd.Timestamp("2026-01-01") + pd.to_timedelta(day, "D"),
        }
    )
    return table, day, rng.random(rows) < 0.3


@given(later=st.integers(1, 60), wait=st.integers(0, 20), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_history_never_looks_ahead(later: int, wait: int, seed: int) -> None:
    """Whatever happens from a day on changes no history up to that day."""
    table, day, y = traffic(seed)
    parties = table[["importer", "agent"]]
    before = earlier_history(parties, table["date"], y, wait)
    # An outcome becomes known some days after its row.
    other = np.where(day + wait >= later, ~y, y)
    changed = parties.apply(lambda column: column.mask(day >= later, "C"))
    after = earlier_history(changed, table["date"], other, wait)
    early = day < later
    pd.testing.assert_frame_equal(before[early], after[early])
    alone = earlier_history(parties[early], table["date"][early], y[early], wait)
    pd.testing.assert_frame_equal(alone, before[early])


@given(seed=st.integers(0, 10**6), wait=st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_a_history_counts_what_was_known(seed: int, wait: int) -> None:
    """The counts are those of the plain definition, row by row."""
    table, day, y = traffic(seed, 40)
    history = earlier_history(table["agent"], table["date"], y, wait)
    for row in range(40):
        same = (table["agent"] == table["agent"][row]).to_numpy()
        earlier = same & (day < day[row])
        known = same & (day + wait < day[row])
        found = history.loc[row]
        assert found["earlier_rows"] == earlier.sum()
        assert found["earlier_outcomes"] == known.sum()
        assert found["earlier_finds"] == y[known].sum()
        last = day[row] - day[earlier].max() if earlier.any() else np.nan
        assert np.array_equal(found["days_since_last"], last, equal_nan=True)


@given(st.permutations(range(80)), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_row_order_changes_no_history(order: list[int], seed: int) -> None:
    """A row has its history wherever it stands."""
    table, _, y = traffic(seed)
    history = earlier_history(table["importer"], table["date"], y)
    turned = table.iloc[order]
    again = earlier_history(turned["importer"], turned["date"], y[order])
    pd.testing.assert_frame_equal(again, history.iloc[order])


def test_a_history_teaches_in_one_line() -> None:
    """Who is found once is found again: with the history, the model knows it of new parties."""
    rng = np.random.default_rng(0)
    rows = 4_000
    importer = rng.integers(0, 400, rows)
    day = np.sort(rng.integers(0, 90, rows))
    bad = rng.random(400) < 0.1
    table = pd.DataFrame(
        {
            "importer": [f"importer {i}" for i in importer],
            "date": pd.Timestamp("2026-01-01") + pd.to_timedelta(day, "D"),
        }
    )
    y = rng.random(rows) < np.where(bad[importer], 0.5, 0.02)
    table = table.assign(**earlier_history(table["importer"], table["date"], y))
    model = RiskModel(leave_out=["importer", "date"]).fit(table[:3_000], y[:3_000])
    assert any("earlier_finds" in name for name in model.explain(table[:5]).columns)


def test_dates_as_texts_are_read_as_the_model_reads_them() -> None:
    """A day above twelve tells which number is the day; the month is not put first in silence."""
    party = pd.Series(["A", "A", "A"])
    texts = pd.Series(["01/02/2026", "13/02/2026", "03/02/2026"])
    dates = pd.to_datetime(texts, format="%d/%m/%Y")
    pd.testing.assert_frame_equal(earlier_history(party, texts), earlier_history(party, dates))
    local = dates.dt.tz_localize("Asia/Tokyo")
    pd.testing.assert_frame_equal(earlier_history(party, local), earlier_history(party, dates))


def test_a_history_refuses_what_it_cannot_read() -> None:
    """Lengths, dates, outcomes and rows in another order are named."""
    table, _, y = traffic(1)
    party, date = table["importer"], table["date"]
    for arguments, sentence in (
        ((party, date[:5]), "80 parties and 5 dates"),
        ((party, date.mask(date.index == 3)), "1 of them missing"),
        ((party, date.astype(str) + " or so"), "80 of them missing or no dates"),
        ((party, date, y, -1), "known_after_days is -1"),
        ((party, date, ["no"] * 80), "80 are neither 0 nor 1"),
        ((party, date, y[:7]), "80 parties and 7 outcomes"),
        ((party, date[::-1]), "same labels in another order"),
        ((list(party), date), "party is of type list"),
    ):
        with pytest.raises(RiskError, match=sentence):
            earlier_history(*arguments)
