"""The seizure record: its dictionary, and how an extract is loaded."""

import doctest
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from rilo_training import codes, seizures
from rilo_training.seizures import (
    COLUMNS,
    ExtractError,
    load_consignments,
    load_inspections,
    load_movements,
    load_seizures,
    use_extract,
)
from rilo_training.seizures import load as load_module
from rilo_training.seizures import schema as schema_module
from rilo_training.world import make_world, save_world

ROOT = Path(__file__).parents[1]
NAMES = [column.name for column in COLUMNS]


@pytest.fixture(autouse=True)
def no_extract(monkeypatch):
    """Each test starts at the project's folder, with no extract chosen."""
    monkeypatch.chdir(ROOT)
    use_extract(None)
    yield
    use_extract(None)


@pytest.fixture(scope="module")
def small():
    """A world of 200 cases."""
    return make_world(seed=7, cases=200, tables=["seizures"])


@pytest.mark.parametrize("module", [load_module, schema_module])
def test_examples_run(module):
    """Every example in a docstring of this room gives what it shows."""
    assert doctest.testmod(module).failed == 0


def test_light_import():
    """Importing the room loads neither pandas nor numpy."""
    program = (
        "import sys, rilo_training.seizures; "
        "sys.exit(any(name in sys.modules for name in ('pandas', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_contract():
    """The columns that others rely on are all there, in the agreed order."""
    contract = [
        "case_id",
        "line_no",
        "seizure_date",
        "report_date",
        "reporting_country",
        "location",
        "direction",
        "detection",
        "conveyance",
        "concealment",
        "departure_country",
        "transit_country",
        "destination_country",
        "is_ecommerce",
        "section",
        "commodity",
        "sub_commodity",
        "quantity",
        "unit",
        "narrative",
    ]
    assert contract == NAMES[: len(contract)]


def test_contract_of_the_home_desk():
    """The columns of consignments and inspections that others rely on are there."""
    consignments = {column.name for column in seizures.CONSIGNMENT_COLUMNS}
    assert consignments >= {
        *("consignment_id", "arrival_date", "mode", "origin_country", "departure_country"),
        *("hs_heading", "description", "gross_weight_kg", "value_usd"),
        *("importer", "exporter", "agent"),
    }
    inspections = [column.name for column in seizures.INSPECTION_COLUMNS]
    assert inspections == ["consignment_id", "inspected_on", "selected_by", "is_illicit"]


def test_dictionary():
    """The data dictionary has one row per column, and no cell that breaks the table."""
    rows = seizures.dictionary_markdown().splitlines()
    assert len(rows) == len(COLUMNS) + 2
    assert all(row.count("|") == 6 for row in rows)
    assert all(f"| `{name}` |" in row for name, row in zip(NAMES, rows[2:], strict=True))


def test_labels():
    """A column with codes lists its labels, with Unknown where that is allowed."""
    assert "Unknown" in schema_module.column("departure_country").labels()
    assert "Unknown" not in schema_module.column("transit_country").labels()
    assert schema_module.column("location").labels() == codes.labels("location")
    assert len(schema_module.column("reporting_country").labels()) == 35
    with pytest.raises(KeyError, match="no column 'weight'"):
        schema_module.column("weight")


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_round_trip(small, tmp_path, file_format):
    """A world that was saved is loaded again with the same values and dtypes."""
    save_world(small, tmp_path / "world", file_format=file_format)
    loaded = load_seizures(tmp_path / "world")
    pd.testing.assert_frame_equal(loaded, small.seizures)
    assert {name: str(dtype) for name, dtype in loaded.dtypes.items()} == {
        column.name: column.dtype for column in COLUMNS
    }


def test_namibia(small, tmp_path):
    """The country code NA survives a CSV file, beside cells that are truly empty."""
    world = make_world(seed=7, cases=200, tables=["seizures"])
    world.seizures.loc[:1, "departure_country"] = "NA"
    save_world(world, tmp_path / "world", file_format="csv")
    loaded = load_seizures(tmp_path / "world")
    assert loaded.loc[:1, "departure_country"].tolist() == ["NA", "NA"]
    assert loaded["transit_country"].isna().any()


def test_further_columns(small, tmp_path):
    """Columns beyond the contract are kept, after those of the contract."""
    (tmp_path / "world").mkdir()
    wider = small.seizures.copy()
    wider.insert(0, "species", "none")
    wider.to_parquet(tmp_path / "world" / "seizures.parquet")
    assert load_seizures(tmp_path / "world").columns.tolist() == [*NAMES, "species"]


def test_extract_of_the_run(small, tmp_path):
    """Without an argument the world of this run is read, and no other."""
    save_world(small, tmp_path / "world")
    use_extract(str(tmp_path / "world"))
    assert seizures.current_extract() == tmp_path / "world"
    assert len(load_seizures()) == len(small.seizures)


def test_no_extract():
    """Loading before an extract was chosen says what to do."""
    with pytest.raises(ExtractError, match=r"No extract was chosen.*setup cell"):
        load_seizures()


def test_no_folder(tmp_path):
    """A folder that is not there is named, with what was expected."""
    with pytest.raises(ExtractError, match=r"There is no folder .*nowhere.*Check the path"):
        load_seizures(tmp_path / "nowhere")


def test_no_file(tmp_path):
    """A folder that is no world is named."""
    with pytest.raises(ExtractError, match="holds no seizures"):
        load_seizures(tmp_path)


def test_missing_column(small, tmp_path):
    """A file without a column of the contract is refused, and the column is named."""
    small.seizures.drop(columns=["unit"]).to_parquet(tmp_path / "seizures.parquet")
    with pytest.raises(ExtractError, match="has no column unit"):
        load_seizures(tmp_path)


@pytest.mark.parametrize("name", ["seizures.parquet", "seizures.csv"])
def test_damaged_file(tmp_path, name):
    """A damaged file gives a sentence, not the error of a library."""
    (tmp_path / name).write_bytes(b"\x00\xff\xfe not a table")
    with pytest.raises(ExtractError, match=r"cannot be read|has no column"):
        load_seizures(tmp_path)


@pytest.mark.parametrize(
    ("column", "value"),
    [("seizure_date", "soon"), ("line_no", "one"), ("quantity", "much"), ("is_ecommerce", "maybe")],
)
def test_value_of_another_kind(small, tmp_path, column, value):
    """A value that cannot be of its kind is refused, and the column is named."""
    table = small.seizures.astype({column: "object"})
    table.loc[0, column] = value
    table.to_csv(tmp_path / "seizures.csv", index=False)
    with pytest.raises(ExtractError, match=f"column {column} "):
        load_seizures(tmp_path)


@pytest.mark.parametrize(
    ("load", "table"),
    [
        (load_consignments, "consignments"),
        (load_inspections, "inspections"),
        (load_movements, "movements"),
    ],
)
def test_a_table_that_the_world_does_not_hold(small, tmp_path, load, table):
    """A world without a table says so, and what to do."""
    save_world(small, tmp_path / "world")
    with pytest.raises(ExtractError, match=f"holds no {table}\\..*made with this table"):
        load(tmp_path / "world")


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_round_trip_of_the_other_tables(tmp_path, file_format):
    """The tables of the home desk and the movements keep their values and dtypes."""
    wanted = ["consignments", "inspections", "movements"]
    world = make_world(seed=7, cases=10, tables=wanted, consignments=1_000)
    save_world(world, tmp_path / "world", file_format=file_format)
    for name, load in zip(
        wanted, (load_consignments, load_inspections, load_movements), strict=True
    ):
        pd.testing.assert_frame_equal(load(tmp_path / "world"), world.tables[name])


def test_error_travels():
    """An extract error keeps its parts when it is sent to another process."""
    error = pickle.loads(pickle.dumps(ExtractError("Found.", "Expected.", "Do.")))
    assert (error.found, error.expected, error.action) == ("Found.", "Expected.", "Do.")
    assert str(error) == "Found. Expected. Do."


def test_path_like(small, tmp_path):
    """A folder may be given as text or as a path."""
    save_world(small, tmp_path / "world")
    assert load_seizures(os.fspath(tmp_path / "world")).equals(load_seizures(tmp_path / "world"))
