"""A star of tables opens elsewhere with the same numbers, and runs nothing there."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from rilo_training.charts import ChartError, handover, star_tables, write_star
from rilo_training.charts.star import COUNTRIES, NOT_RECORDED
from rilo_training.seizures import load_seizures

ROOT = Path(__file__).resolve().parents[1]
RISKY = ["=1+1", "+41", "-5", "@SUM(A1)", '"=1', "\t=1", "＝1", " =1"]
KEYS = {"cases": "case_id", "dates": "date", "countries": "country", "commodities": "commodity_key"}


@pytest.fixture(scope="module")
def seizures() -> pd.DataFrame:
    """A part of the practice world."""
    return load_seizures(str(ROOT / "datasets" / "practice")).head(1500)


@pytest.fixture(scope="module")
def star(seizures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Its star."""
    return star_tables(seizures)


def test_keys_are_unique_and_every_line_finds_its_row(
    seizures: pd.DataFrame, star: dict[str, pd.DataFrame]
) -> None:
    """No join doubles a weight or loses a line."""
    facts = star["seizures"]
    for table, key in KEYS.items():
        assert star[table][key].is_unique
        assert star[table][key].notna().all()
    joins = [("cases", "case_id"), ("commodities", "commodity_key"), ("dates", "seizure_date")]
    joins += [("countries", role) for role in COUNTRIES]
    for table, column in joins:
        joined = facts.merge(
            star[table].add_prefix("its_"),
            left_on=column,
            right_on=f"its_{KEYS[table]}",
            validate="many_to_one",
        )
        assert len(joined) == len(seizures)
        assert joined["value_usd"].sum() == pytest.approx(seizures["value_usd"].sum())


def test_a_number_of_a_case_stands_once(star: dict[str, pd.DataFrame]) -> None:
    """Persons are added up in the cases; the lines do not have them."""
    assert "persons" not in star["seizures"]
    assert star["cases"]["lines"].sum() == len(star["seizures"])


def test_the_narrative_stays_at_home(star: dict[str, pd.DataFrame]) -> None:
    """A free text can hold a personal detail; it is not handed over."""
    assert not any("narrative" in table.columns for table in star.values())


def test_the_calendar_has_no_gap(star: dict[str, pd.DataFrame]) -> None:
    """A day without a seizure is a row, so that a chart elsewhere shows its nought."""
    days = star["dates"]["date"]
    assert days.diff().dropna().eq(pd.Timedelta(days=1)).all()


def test_what_was_decided_is_said() -> None:
    """Lines of one case that differ, and lines that stand twice, are counted."""
    lines = pd.DataFrame(
        {
            "case_id": ["A", "A", "A"],
            "line_no": [1, 2, 2],
            "seizure_date": ["2026-01-01", "2026-01-01", None],
            "location": pd.Categorical(["Airport", "Seaport", None]),
        }
    )
    star = star_tables(lines)
    told = " ".join(star["about"]["what"])
    assert "differ in location (1 case)" in told
    assert "1 line stands a second time" in told
    assert "1 line has no date" in told
    assert star["cases"]["location"].tolist() == ["Airport"]


def test_missing_countries_and_namibia_have_their_rows() -> None:
    """NA is a country, and what is missing is a row of its own."""
    lines = pd.DataFrame(
        {
            "case_id": ["A", "B"],
            "seizure_date": pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "departure_country": ["NA", None],
        }
    )
    names = star_tables(lines)["countries"].set_index("country")["name"].to_dict()
    assert names == {"NA": "Namibia", NOT_RECORDED: NOT_RECORDED}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (pd.DataFrame({"case_id": ["A"]}), "no column 'seizure_date'"),
        (pd.DataFrame({"case_id": [], "seizure_date": []}), "no rows"),
        (pd.DataFrame({"case_id": ["A"], "seizure_date": ["soon"]}), "holds 'soon'.*2026-01-31"),
        (pd.DataFrame({"case_id": ["A"], "seizure_date": [pd.NaT]}), "holds no date"),
    ],
)
def test_an_extract_that_gives_no_star_is_refused(lines: pd.DataFrame, sentence: str) -> None:
    """The sentence says what was found and what to do."""
    with pytest.raises(ChartError, match=sentence):
        star_tables(lines)


def test_every_format_holds_the_same_values(star: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Excel, CSV and Parquet tell the same, with dates as dates and text as text."""
    files = write_star(star, tmp_path)
    assert len(files) == 1 + 2 * len(star)
    book = openpyxl.load_workbook(tmp_path / "star.xlsx", read_only=False)
    assert book.sheetnames == list(star)
    for name, table in star.items():
        written = pd.read_csv(
            tmp_path / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""]
        )
        assert list(written.columns) == list(table.columns)
        assert len(written) == len(table)
        stored = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(stored, table, check_dtype=False)
        sheet = book[name]
        assert (sheet.max_row, sheet.max_column) == (len(table) + 1, table.shape[1])
        assert [*sheet.tables] == [f"table_{name}"]
    facts = book["seizures"]
    heads = [cell.value for cell in facts[1]]
    days = facts.cell(2, heads.index("seizure_date") + 1)
    assert days.is_date
    assert days.value == star["seizures"]["seizure_date"].iloc[0].to_pydatetime()
    values = [row[heads.index("value_usd")] for row in facts.iter_rows(2, values_only=True)]
    assert np.nansum(np.array(values, dtype=float)) == pytest.approx(
        star["seizures"]["value_usd"].sum()
    )


def test_text_is_text_and_runs_nothing(tmp_path: Path) -> None:
    """What looks like a formula is a text in the sheet, and is marked in CSV; Parquet keeps it."""
    table = pd.DataFrame({"name": [*RISKY, "0302", "safe"], "=head": range(len(RISKY) + 2)})
    write_star({"t": table}, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "star.xlsx")["t"]
    cells = [sheet.cell(line, 1) for line in range(2, len(table) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert [cell.value for cell in cells] == table["name"].tolist()
    assert sheet.cell(1, 2).data_type == "s"
    written = pd.read_csv(tmp_path / "t.csv", encoding="utf-8-sig", dtype="str")
    assert written["name"].tolist() == [f"'{text}".replace("\t=", "\t'=") for text in RISKY] + [
        "0302",
        "safe",
    ]
    assert list(written.columns) == ["name", "'=head"]
    write_star({"u": pd.DataFrame({"name": ["a; =1", "a\n+1"]})}, tmp_path, ("csv",))
    inside = pd.read_csv(tmp_path / "u.csv", encoding="utf-8-sig")["name"].tolist()
    assert inside == ["a;' =1", "a\n'+1"]
    assert pd.read_parquet(tmp_path / "t.parquet")["name"].tolist() == table["name"].tolist()


def test_a_cell_holds_what_a_sheet_can_hold(tmp_path: Path) -> None:
    """Control characters go, very long texts end, and missing values are empty cells."""
    table = pd.DataFrame({"a": ["x\x07y", "z" * 40_000, None], "n": [1.5, None, np.inf]})
    write_star({"t": table}, tmp_path, ("excel", "csv"))
    sheet = openpyxl.load_workbook(tmp_path / "star.xlsx")["t"]
    assert sheet.cell(2, 1).value == "xy"
    assert len(sheet.cell(3, 1).value) == 32_767
    assert sheet.cell(4, 1).value is None
    assert sheet.cell(3, 2).value is None
    assert sheet.cell(4, 2).value is None


def test_parquet_has_no_nanoseconds(star: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Power BI reads microseconds."""
    table = pd.DataFrame(
        {"day": pd.Series(pd.to_datetime(["2026-01-01"])).astype("datetime64[ns]")}
    )
    write_star({"t": table}, tmp_path, ("parquet",))
    assert str(pq.read_schema(tmp_path / "t.parquet").field("day").type) == "timestamp[us]"


def test_what_cannot_be_written_gives_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is open elsewhere, a format of another name, a table that is too long."""
    (tmp_path / "t.csv").mkdir()
    table = {"t": pd.DataFrame({"a": [1, 2]})}
    with pytest.raises(ChartError, match="Close it where it is open"):
        write_star(table, tmp_path, ("csv",))
    with pytest.raises(ChartError, match="no format 'pbix'"):
        write_star(table, tmp_path, ("pbix",))  # type: ignore[arg-type]
    monkeypatch.setattr(handover, "MOST_ROWS", 1)
    with pytest.raises(ChartError, match=r"has 2 rows.*Write csv or parquet"):
        write_star(table, tmp_path, ("excel",))


@pytest.mark.parametrize(
    ("star", "sentence"),
    [
        (None, "There is no table in what was given"),
        ({}, "There is no table in what was given"),
        ({"goods": [1, 2]}, "'goods' is a list. Expected is a DataFrame"),
        ({"a/b:c*": pd.DataFrame({"a": [1]})}, "cannot have the name 'a/b:c\\*'"),
        ({"../goods": pd.DataFrame({"a": [1]})}, "cannot have the name"),
        ({" ": pd.DataFrame({"a": [1]})}, "cannot have the name"),
    ],
)
def test_what_is_no_star_is_refused_before_a_file_is_written(
    star: dict[str, pd.DataFrame], sentence: str, tmp_path: Path
) -> None:
    """No half of a star lies in the folder."""
    with pytest.raises(ChartError, match=sentence):
        write_star(star, tmp_path / "star")
    assert not (tmp_path / "star").exists()


def test_a_moment_with_a_time_zone_is_written_as_it_reads(tmp_path: Path) -> None:
    """Excel knows no time zones; the clock of the table is kept."""
    days = pd.to_datetime(["2026-03-01 08:00"]).tz_localize("Asia/Tokyo")
    files = write_star({"days": pd.DataFrame({"day": days})}, tmp_path)
    sheet = openpyxl.load_workbook(files[0])["days"]
    assert str(sheet["A2"].value) == "2026-03-01 08:00:00"
