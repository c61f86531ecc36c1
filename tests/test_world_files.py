"""The files of a world: written whole or not at all, read as they were made."""

import json
import os
import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from rilo_training.seizures import (
    load_consignments,
    load_inspections,
    load_movements,
    load_seizures,
)
from rilo_training.world import (
    PRACTICE_SEED,
    SYNTHETIC,
    TABLES,
    WorldError,
    digest,
    make_world,
    practice,
    read_about,
    save,
    save_world,
    write_world,
)

ROOT = Path(__file__).parents[1]


def seizures_of(seed, cases=5):
    """A small world of seizures."""
    return make_world(seed, cases, tables=["seizures"])


@pytest.fixture(scope="module")
def practice_world():
    """The practice world, made from its seed."""
    return make_world(PRACTICE_SEED, stories=practice.PRACTICE_STORIES)


# --- saving ------------------------------------------------------------------------------------


def test_digest_of_another_backend(practice_world):
    """The digest does not depend on how pandas stores a column."""
    table = practice_world.seizures.head(200)
    other = table.astype("object").assign(
        seizure_date=table["seizure_date"].astype("datetime64[ns]"),
        report_date=table["report_date"].astype("datetime64[s]"),
        line_no=table["line_no"].astype("float64"),
        quantity=table["quantity"].astype("Float64"),
        is_ecommerce=table["is_ecommerce"].astype("boolean"),
    )
    assert digest(other) == digest(table)


def test_digest_sees_every_value(practice_world):
    """Another value, another order of rows or another name of a column changes the digest."""
    table = practice_world.seizures.head(50)
    changed = table.copy()
    changed.loc[3, "quantity"] += 0.001
    digests = {
        digest(table),
        digest(changed),
        digest(table[::-1]),
        digest(table.rename(columns={"unit": "units"})),
        digest(table.head(49)),
    }
    assert len(digests) == 5


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_save_and_load(tmp_path, file_format):
    """What is loaded from a saved world has the digests that its world.json names."""
    world = make_world(5, cases=100, consignments=1_000)
    save_world(world, tmp_path / "world", tmp_path / "truth", file_format)
    about = read_about(tmp_path / "world")
    assert about == world.about
    folder = tmp_path / "world"
    loaded = {
        "seizures": load_seizures(folder),
        "seizures_raw": load_seizures(folder, raw=True),
        "consignments": load_consignments(folder),
        "inspections": load_inspections(folder),
        "movements": load_movements(folder),
    }
    assert tuple(loaded) == TABLES
    for name, table in loaded.items():
        assert about["tables"][name] == {"rows": len(table), "digest": digest(table)}, name
    names = "".join(f"{name}:{found['digest']}\n" for name, found in about["tables"].items())
    assert about["world_id"] == sha256(names.encode()).hexdigest()[:12]
    mark = ["SYNTHETIC.txt"] if file_format == "csv" else []
    assert sorted(os.listdir(folder)) == sorted(
        [*mark, *(f"{name}.{file_format}" for name in TABLES), "world.json"]
    )
    hidden = [*(f"truth_{name}" for name in TABLES if name != "inspections"), "truth_parties"]
    assert sorted(os.listdir(tmp_path / "truth")) == sorted(
        [*mark, *(f"{name}.{file_format}" for name in hidden), "stories.json"]
    )


def test_every_file_says_that_it_is_synthetic(tmp_path):
    """Each Parquet file carries the mark in its metadata, each JSON file in its content."""
    world = make_world(5, cases=100, consignments=1_000)
    save_world(world, tmp_path / "world", tmp_path / "truth")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 12
    for file in files:
        if file.suffix == ".parquet":
            assert parquet.read_schema(file).metadata[b"synthetic"] == SYNTHETIC.encode()
        else:
            assert json.loads(file.read_text(encoding="utf-8"))["synthetic"] == SYNTHETIC


def test_truth_round_trip(tmp_path):
    """The truth is read back as it was made."""
    world = make_world(5, cases=300, consignments=1_000)
    save_world(world, tmp_path / "world", tmp_path / "truth")
    for name, made in world.truth.items():
        loaded = pd.read_parquet(tmp_path / "truth" / f"{name}.parquet")
        pd.testing.assert_frame_equal(loaded, made)
    stories = json.loads((tmp_path / "truth" / "stories.json").read_text(encoding="utf-8"))
    assert stories["stories"] == json.loads(json.dumps(world.stories))


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_written_in_parts(tmp_path, file_format):
    """A world written block by block holds the rows of the world made at once."""
    wanted = ["seizures", "seizures_raw"]
    about = write_world(
        tmp_path / "world", 8, 45_000, tmp_path / "truth", file_format, tables=wanted
    )
    whole = make_world(8, 45_000, tables=wanted)
    assert about == whole.about == read_about(tmp_path / "world")
    assert digest(load_seizures(tmp_path / "world")) == digest(whole.seizures)
    assert (
        len(load_seizures(tmp_path / "world", raw=True)) == about["tables"]["seizures_raw"]["rows"]
    )


def test_the_world_does_not_tell_its_stories(tmp_path):
    """No file of the world names a story line; the truth does."""
    world = make_world(5, cases=500, tables=["seizures"], stories=["new_hub"])
    save_world(world, tmp_path / "world", tmp_path / "truth")
    assert "new_hub" not in (tmp_path / "world" / "world.json").read_text(encoding="utf-8")
    assert "story" not in load_seizures(tmp_path / "world").columns
    assert "new_hub" in (tmp_path / "truth" / "stories.json").read_text(encoding="utf-8")


def test_official_world(tmp_path):
    """An official world has the name it was given, and no seed and no digest-made name."""
    world = seizures_of(123_456_789, 20)
    save_world(world, tmp_path / "world", official=True, world_id="3f9c21ab77d0")
    text = (tmp_path / "world" / "world.json").read_text(encoding="utf-8")
    assert "123456789" not in text
    about = json.loads(text)
    assert about["seed"] is None
    assert about["world_id"] == "3f9c21ab77d0"
    assert about["synthetic"] == SYNTHETIC
    assert world.about["seed"] == 123_456_789


def test_official_world_without_name(tmp_path):
    """An official world without a name of its own is refused."""
    with pytest.raises(WorldError, match="needs a name"):
        save_world(seizures_of(1, 5), tmp_path / "world", official=True)


@pytest.mark.parametrize(
    ("world", "truth"), [("w", "w"), ("w", "w/truth"), ("t/w", "t"), ("a/b/w", "a")]
)
def test_truth_stays_apart(tmp_path, world, truth):
    """World and truth never lie in each other, in whichever direction; nothing is written."""
    with pytest.raises(WorldError, match="Choose a folder elsewhere"):
        save_world(seizures_of(1), tmp_path / world, tmp_path / truth)
    assert os.listdir(tmp_path) == []


def test_a_table_of_somebody_else_is_safe(tmp_path):
    """A folder with a file that only looks like ours is not a world, and stays as it is."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "seizures.csv").write_text("my,own,export", encoding="utf-8")
    for content in (None, "{}", '{"synthetic": "no"}'):
        if content:
            (tmp_path / "mine" / "world.json").write_text(content, encoding="utf-8")
        with pytest.raises(WorldError, match="holds other files"):
            save_world(seizures_of(1), tmp_path / "mine")
    assert (tmp_path / "mine" / "seizures.csv").read_text(encoding="utf-8") == "my,own,export"


def test_the_folder_of_work_is_not_replaced(tmp_path, monkeypatch):
    """The folder that somebody stands in is refused before anything is made."""
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    for place in (".", "..", tmp_path / "here"):
        with pytest.raises(WorldError, match="the one you work in"):
            save_world(seizures_of(1), place)


def test_a_world_is_replaced_whole(tmp_path):
    """Saving over a world replaces it, with no file of the old one and none left beside it."""
    save_world(seizures_of(1, 5), tmp_path / "world", file_format="csv")
    save_world(seizures_of(2, 5), tmp_path / "world")
    assert sorted(os.listdir(tmp_path / "world")) == ["seizures.parquet", "world.json"]
    assert os.listdir(tmp_path) == ["world"]
    assert read_about(tmp_path / "world")["seed"] == 2


def test_other_files_are_safe(tmp_path):
    """A folder that holds something else is left as it is."""
    (tmp_path / "report.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(WorldError, match=r"holds other files \(report.docx\)"):
        save_world(seizures_of(1, 5), tmp_path)
    assert os.listdir(tmp_path) == ["report.docx"]


def test_a_full_disk_leaves_the_old_world(tmp_path, monkeypatch):
    """When writing fails half-way, one sentence is said and the world of before is whole."""
    save_world(seizures_of(1), tmp_path / "world")
    before = read_about(tmp_path / "world")

    def full(self, table):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(save.TableFile, "add", full)
    with pytest.raises(WorldError, match=r"cannot be written .*No space left on device"):
        save_world(seizures_of(2), tmp_path / "world")
    assert os.listdir(tmp_path) == ["world"]
    assert read_about(tmp_path / "world") == before


def test_a_world_that_fails_half_way_is_not_there(tmp_path, monkeypatch):
    """When a block cannot be made, neither the world nor its truth is left behind."""
    from rilo_training.world import parts

    def broken(*arguments):
        if arguments[1] == 1:
            raise RuntimeError("a worker died")
        return original(*arguments)

    original = parts.make_block
    monkeypatch.setattr(parts, "make_block", broken)
    with pytest.raises(RuntimeError, match="a worker died"):
        write_world(
            tmp_path / "world", 1, 45_000, tmp_path / "truth", tables=["seizures"], drawn=False
        )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("place", ["file", "file/world"])
def test_unwritable_folder(tmp_path, place):
    """A path that cannot be written gives one sentence and leaves nothing behind."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorldError, match=r"cannot be written to .*Choose a folder"):
        save_world(seizures_of(1, 5), tmp_path / place)
    assert os.listdir(tmp_path) == ["file"]


def test_unknown_format(tmp_path):
    """A format that is not known is named."""
    with pytest.raises(WorldError, match="'xlsx'"):
        save_world(seizures_of(1, 5), tmp_path / "world", file_format="xlsx")


@pytest.mark.parametrize("content", [None, "{", "[]", "{}"])
def test_no_world(tmp_path, content):
    """A folder without a readable world.json gives a sentence."""
    if content is not None:
        (tmp_path / "world.json").write_text(content, encoding="utf-8")
    with pytest.raises(WorldError, match=r"Check the path|check the path"):
        read_about(tmp_path)


# --- the practice world ------------------------------------------------------------------------


def test_practice_world(practice_world):
    """The committed practice world is exactly the one that its seed makes, and is small."""
    folder = ROOT / "datasets" / "practice"
    about = read_about(folder)
    assert about == practice_world.about
    loaded = {
        "seizures": load_seizures(folder),
        "seizures_raw": load_seizures(folder, raw=True),
        "consignments": load_consignments(folder),
        "inspections": load_inspections(folder),
        "movements": load_movements(folder),
    }
    for name, table in loaded.items():
        assert digest(table) == about["tables"][name]["digest"], name
    files = sorted(os.listdir(folder))
    assert files == sorted([*(f"{name}.parquet" for name in TABLES), "world.json"])
    assert sum((folder / name).stat().st_size for name in files) < 15e6


def test_size_of_a_world(practice_world):
    """A world has about 14,000 true lines, 16,400 raw ones and 60,000 consignments."""
    truth = practice_world.truth["truth_seizures_raw"]
    true = ~(truth["is_exact_duplicate"] | truth["is_near_duplicate"])
    assert 13_300 <= true.sum() <= 14_700
    assert 15_600 <= len(truth) <= 17_200
    assert len(practice_world.consignments) == 60_000
    assert np.isclose(len(practice_world.inspections) / 60_000, 0.055, atol=0.015)


def test_data_sheet():
    """The generated blocks of the data sheet are those that the code makes."""
    text = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    assert practice.fill_data_sheet(text) == text
    assert SYNTHETIC in text
    assert len(re.findall("<!-- begin ", text)) == len(practice.BLOCKS)


def test_renew(tmp_path, monkeypatch):
    """Renewing writes the practice world and fills the blocks, and nothing else."""
    (tmp_path / "README.md").write_text(
        "A\n<!-- begin seizures -->\n<!-- end seizures -->\nB\n", encoding="utf-8"
    )
    monkeypatch.setattr(practice, "make_world", lambda seed, stories: seizures_of(seed))
    practice.renew(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("A\n<!-- begin seizures -->\n| column ")
    assert text.endswith("<!-- end seizures -->\nB\n")
    assert read_about(tmp_path / "practice")["cases"] == 5
