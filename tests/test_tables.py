"""The cells of a column are read in one way for every room, whatever type they have."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rilo_training.errors import GuidedError
from rilo_training.tables.cells import as_days, as_numbers, distinct, find_content
from rilo_training.tables.refusals import as_frame, check_columns, ignored

JULY = [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-07-25"), None]
STAMPS = pd.Series(JULY, dtype="datetime64[ns]")


@pytest.mark.parametrize(
    ("cells", "holds"),
    [
        ([None, None, None], "nothing"),
        ([np.nan, np.nan, np.nan], "nothing"),
        ([pd.NaT, pd.NaT, pd.NaT], "nothing"),
        (["x", "x", "x"], "one value"),
        (["x", "x", None], "label"),
        ([True, False, True], "yes or no"),
        (pd.array([True, None, False], dtype="boolean"), "yes or no"),
        (pd.array([1, None, 2], dtype="Int64"), "number"),
        ([1, 2.5, None], "number"),
        ([np.inf, 1.0, 2.0], "number"),
        (pd.Series([5, 7, None], dtype=object), "number"),
        ([Decimal("2.50"), Decimal("7.1"), None], "number"),
        ([dt.timedelta(days=2), dt.timedelta(hours=3), None], "number"),
        (["12.50", " 3.99 ", None], "number"),
        (["2024", "2025", "2026"], "label"),
        (["0902.10", "8471.30", "2402.20"], "label"),
        (pd.Categorical([1.5, 2.5, None]), "label"),
        ([1, "x", 2.5], "label"),
        ([[1], [2], None], "label"),
        ([1j, 2j, 3j], "label"),
        ([dt.date(2026, 7, 1), dt.date(2026, 7, 25), None], "date"),
        (pd.Series(JULY), "date"),
        (STAMPS.dt.tz_localize("Asia/Tokyo"), "date"),
        (pd.period_range("2026-01", periods=3, freq="M"), "date"),
        (["2026-07-01", "2026-07-25", None], "date"),
        (pd.Categorical(["2026-07-01", "2026-07-25", None]), "date"),
        (["2026-07-01T10:00:00Z", "2026-07-25T10:00:00Z", None], "date"),
        (["25/07/2026", "01/07/2026", None], "date"),
    ],
)
def test_what_a_column_holds_follows_from_its_cells(cells: object, holds: str) -> None:
    """Types are those that a file, a database or a spreadsheet gives."""
    column = pd.Series(cells)
    assert find_content(column, *distinct(column)).holds == holds


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["01/07/2026", "25/07/2026"], "%d/%m/%Y"),
        (["7/1/2026 0:00", "7/25/2026 13:30"], "%m/%d/%Y"),
        (["01.07.2026", "25.07.2026"], "%d.%m.%Y"),
        (["2026-07-01", "2026-07-25"], "ISO8601"),
    ],
)
def test_dates_are_read_in_the_form_in_which_they_are_written(texts: list[str], form: str) -> None:
    """The form is found once; one cell of a later table is then read in the same way."""
    column = pd.Series([*texts, None])
    found = find_content(column, *distinct(column))
    assert found.form == form
    days = as_days(column, found.form)
    assert days[1] - days[0] == 24
    assert np.isnan(days[2])
    np.testing.assert_array_equal(as_days(column[:1], found.form), days[:1])


def test_a_few_cells_that_are_no_dates_are_missing_dates() -> None:
    """One cell in thirty is wrong: the column still holds dates."""
    column = pd.Series([f"2026-07-{day:02d}" for day in range(1, 31)])
    column[3] = "not known"
    assert find_content(column, *distinct(column)).holds == "date"
    assert np.isnan(as_days(column)).sum() == 1


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        ([dt.timedelta(days=2), dt.timedelta(hours=12), None], [2, 0.5, np.nan]),
        (pd.to_timedelta([48, 12, None], unit="h"), [2, 0.5, np.nan]),
        ([Decimal("2.50"), None, Decimal(7)], [2.5, np.nan, 7]),
        (["12.50", " 3.99 ", "none"], [12.5, 3.99, np.nan]),
        (pd.array([1, None, 2], dtype="Int64"), [1, np.nan, 2]),
        ([np.inf, -np.inf, 3.0], [np.nan, np.nan, 3]),
    ],
)
def test_numbers_are_read_from_any_type(cells: object, numbers: list[float]) -> None:
    """Durations are days; what is infinite or no number is missing."""
    np.testing.assert_array_equal(as_numbers(pd.Series(cells)), numbers)


@given(st.permutations(range(30)))
def test_the_order_of_the_cells_does_not_matter(order: list[int]) -> None:
    """What a column holds is the same in any order of the rows."""
    cells = pd.Series([*[f"{day:02d}/07/2026" for day in range(1, 29)], "unknown", None])
    turned = cells.iloc[order]
    assert find_content(turned, *distinct(turned)) == find_content(cells, *distinct(cells))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["kg", "kg"]), "have the name 'kg'"),
        (pd.DataFrame({"kg": []}), "0 rows and 1 columns"),
        (pd.DataFrame(index=range(5)), "5 rows and 0 columns"),
        ([1, 2, 3], "of type list"),
        (None, "of type NoneType"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(table: object, words: str) -> None:
    """The error is that of the room that asks, and says what to do."""
    with pytest.raises(GuidedError, match=words) as caught:
        as_frame(table, GuidedError, "the table")
    assert caught.value.expected
    assert caught.value.action


def test_a_column_that_is_gone_is_named() -> None:
    """Columns in another order, and more of them, are accepted."""
    table = pd.DataFrame({"usd": [1], "kg": [2], "more": [3]})
    check_columns(table, ["kg", "usd"], GuidedError)
    with pytest.raises(GuidedError, match="no column 'origin'"):
        check_columns(table, ["kg", "origin"], GuidedError)


def test_a_notice_names_the_column() -> None:
    """A name may be a number."""
    assert ignored(7, "it holds no value") == "Column 7 is ignored: it holds no value."


def test_one_series_is_a_table_of_one_column() -> None:
    """A list of lists is a table as well."""
    assert as_frame(pd.Series([1, 2], name="kg"), GuidedError).columns.tolist() == ["kg"]
    assert as_frame([[1, 2], [3, 4]], GuidedError).shape == (2, 2)


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d-%b-%Y", "%d %b %Y", "%Y%m%d"),
        *("%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%b-%y %H:%M"),
    ],
)
def test_dates_are_read_in_every_usual_form(form: str) -> None:
    """A date that is taken for a label would be learned by heart."""
    days = pd.Series(pd.date_range("2020-01-01", periods=500, freq="31h"))
    texts = days.dt.strftime(form)
    found = find_content(texts, *distinct(texts))
    assert found.holds == "date"
    expected = (days.dt.normalize() - pd.Timestamp("1970-01-01")).dt.days
    assert np.floor(as_days(texts, found.form)).tolist() == expected.tolist()


def test_tariff_codes_of_eight_digits_are_no_dates() -> None:
    """They look like 20081112 now and then."""
    texts = pd.Series([f"{1_902_2000 + 7_919 * number:08}" for number in range(300)])
    assert find_content(texts, *distinct(texts)).holds == "label"
