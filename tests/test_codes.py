"""The code lists are complete, agree with each other and name their sources."""

import doctest
from importlib.resources import files
from pathlib import Path

import pytest

from rilo_training import codes
from rilo_training.codes import agreement, lists, published


def test_examples_run():
    """Every example in a docstring of the code lists gives what it shows."""
    assert doctest.testmod(lists).failed == 0
    assert doctest.testmod(agreement).failed == 0


def test_members():
    """The region has 35 Members with distinct codes, each of them a country of the list."""
    members = codes.members()
    assert len(members) == 35
    assert members["alpha2"].is_unique
    assert members["alpha3"].is_unique
    known = codes.countries().set_index("alpha2")["name"]
    assert members.set_index("alpha2")["name"].equals(known[members["alpha2"]])


def test_landlocked():
    """Members without a coast have no seaport; every Member can be reached somehow."""
    members = codes.members().set_index("alpha2")
    assert members.index[~members["has_seaport"]].tolist() == ["AF", "BT", "NP", "MN", "LA"]
    assert (members["has_seaport"] | members["has_land_boundary"]).all()


def test_namibia():
    """The codes NA (Namibia, North Africa) are values, not missing cells."""
    countries = codes.countries()
    assert "NA" in set(countries["alpha2"])
    assert "NA" in set(countries["rilo_region"])
    assert countries.notna().all(axis=None)
    assert countries["alpha2"].is_unique
    assert countries["alpha2"].str.fullmatch("[A-Z]{2}").all()
    assert countries["alpha3"].str.fullmatch("[A-Z]{3}").all()


def test_hierarchy():
    """Six sections hold 21 commodities, and every sub-commodity stands under one of them."""
    commodities = codes.commodities()
    assert codes.sections()["section"].tolist() == list(commodities["section"].unique())
    assert len(commodities) == 21
    assert commodities["commodity"].is_unique
    kinds = codes.sub_commodities()
    assert kinds["sub_commodity"].is_unique
    assert set(kinds["commodity"]) == set(commodities["commodity"])


def test_units():
    """A unit becomes its base unit by a whole factor, and a base unit is a unit of factor 1."""
    units = codes.units().set_index("unit")
    assert (units["factor"] >= 1).all()
    assert units.loc["kg", "factor"] == 1000
    counted = units[units["factor"].eq(1)]
    assert (counted.index == counted["base_unit"]).all()


@pytest.mark.parametrize(
    ("places", "code", "pattern"),
    [(codes.ports, "locode", "[A-Z]{2}[A-Z2-9]{3}"), (codes.airports, "iata", "[A-Z]{3}")],
)
def test_places(places, code, pattern):
    """A port or airport has its own code and name, a country of the list, and a place on earth."""
    table = places()
    assert table[code].is_unique
    assert table[code].str.fullmatch(pattern).all()
    assert table.notna().all(axis=None)
    assert not table.duplicated(["name", "country"]).any()
    assert table["name"].eq(table["name"].str.strip()).all()
    assert set(table["country"]) <= set(codes.countries()["alpha2"])
    assert table["latitude_deg"].between(-90, 90).all()
    assert table["longitude_deg"].between(-180, 180).all()


def test_ports():
    """A port has the country of its code; Members with a coast have a port, the others none."""
    ports = codes.ports()
    assert ports["country"].eq(ports["locode"].str[:2]).all()
    members = codes.members().set_index("alpha2")["has_seaport"]
    no_port_in_the_source = {"PW", "TL"}
    assert set(members.index[members]) - set(ports["country"]) == no_port_in_the_source
    assert not set(members.index[~members]) & set(ports["country"])


def test_airports():
    """Every country has an airport, and the code of Nadi is not read as a missing cell."""
    airports = codes.airports()
    assert set(airports["country"]) == set(codes.countries()["alpha2"])
    assert "NAN" in set(airports["iata"])


def test_where_places_are():
    """Places are where they should be: latitude and longitude are not mixed up, nor their signs."""
    ports = codes.ports().set_index("locode")
    airports = codes.airports().set_index("iata")
    for port, airport in [
        ("AUSYD", "SYD"),
        ("BEANR", "BRU"),
        ("BRSSZ", "GRU"),
        ("FJSUV", "SUV"),
        ("HKHKG", "HKG"),
        ("PECLL", "LIM"),
        ("SGSIN", "SIN"),
        ("USLAX", "LAX"),
        ("WSAPW", "APW"),
    ]:
        for column in ("latitude_deg", "longitude_deg"):
            assert ports.loc[port, column] == pytest.approx(airports.loc[airport, column], abs=0.6)


@pytest.mark.parametrize("field", codes.FIELDS)
def test_labels(field):
    """Labels of a field are distinct, not empty, and hold no blank at either end."""
    labels = codes.labels(field)
    assert labels
    assert len(set(labels)) == len(labels)
    assert all(label and label == label.strip() for label in labels)


def test_other_names():
    """Another name belongs to one label of its field, and is itself no label of that field."""
    names = codes.other_names()
    assert set(names["relation"]) == {"same", "narrower"}
    for field, own in names.groupby("field"):
        known = {label.casefold(): label for label in codes.labels(field)}
        assert own["name"].is_unique, field
        assert own["name"].eq(own["name"].str.casefold()).all()
        assert set(own["label"]) <= set(known.values())
        assert not set(own["name"]) & set(known), field


def test_unit_names():
    """Another name of a unit leads to a unit of the list, by a factor above zero."""
    names = codes.unit_names()
    assert names["name"].is_unique
    assert set(names["unit"]) <= set(codes.labels("unit"))
    assert names["factor"].gt(0).all()


def test_what_goes_together():
    """The lists of agreement name labels of the code lists, each pair once."""
    pairs = codes.impossible_pairs()
    for field in ("concealment", "conveyance"):
        assert set(pairs[field]) <= set(codes.labels(field))
    assert not pairs.duplicated(["concealment", "conveyance"]).any()
    units = codes.units_of_commodities()
    assert set(units["commodity"]) == set(codes.labels("commodity"))
    assert not units.duplicated(["commodity", "unit"]).any()
    assert codes.weight_limits()["largest_kg"].gt(0).all()


def test_unknown_field():
    """A field without a code list is refused with the lists there are."""
    with pytest.raises(ValueError, match=r"no code list for 'colour'.*direction"):
        codes.labels("colour")


def test_own_copy():
    """A caller that changes a list does not change it for others."""
    own = codes.members()
    own["name"] = "changed"
    codes.labels("direction").clear()
    assert "Japan" in set(codes.members()["name"])
    assert codes.labels("direction")


def test_sources():
    """Every row of every code list names its source."""
    for file in files("rilo_training.codes").iterdir():
        if file.name.endswith(".csv"):
            table = lists._read(file.name.removesuffix(".csv"))
            assert table["source"].str.strip().ne("").all(), file.name


def test_published_figures_say_where_they_come_from():
    """Each row of a published table has its citation and says whether anybody read the report."""
    for name in published.PUBLISHED:
        table = codes.load_published(name)
        assert table.notna().all(axis=None)
        assert table["source"].str.len().gt(20).all()
        assert set(table["checked_against_report"]) <= {"yes", "no"}
        assert (table.loc[table["year"].eq(2025), "status"] == "provisional").all()


def test_the_published_figures_are_those_of_the_report():
    """The rise of the world, and the part of three reporters in it, as the course says."""
    wide = codes.load_published("cannabis").pivot(
        index="reporter", columns="year", values="seizures"
    )
    rise = wide[2025] - wide[2024]
    three = rise.drop("World").sum()
    others = wide.loc["World"] - wide.drop(index="World").sum()
    assert round(rise["World"] / wide.loc["World", 2024] * 100) == 62
    assert round(three / rise["World"] * 100, 1) == 87.6
    assert round((others[2025] / others[2024] - 1) * 100, 1) == 8.1


def test_the_copies_for_reading_are_the_published_tables():
    """What stands in ``datasets/published`` is what a notebook loads."""
    folder = Path(__file__).parents[1] / "datasets" / "published"
    for name in published.PUBLISHED:
        text = (folder / f"{name}.csv").read_text(encoding="utf-8")
        assert text == published.published_text(name)


def test_a_published_table_that_is_not_there_is_named():
    """The message lists the tables that are there."""
    with pytest.raises(ValueError, match=r"The published tables are: cannabis\. Write one"):
        codes.load_published("heroin")
