"""The map has the Pacific in the middle, every Member on it, and no opinion."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from charting import notes_of, outside, overlapping, texts_of

from rilo_training import codes
from rilo_training.charts import ChartError, route_map
from rilo_training.charts.geography import (
    OPINION,
    WEST_DEG,
    country_names,
    great_circle,
    places,
    world,
)

ROOT = Path(__file__).resolve().parents[1]
CASES = pd.DataFrame({"origin": ["MX", "MX", "FJ"], "destination": ["AU", "AU", "TV"]})


def test_every_map_says_that_it_has_no_opinion() -> None:
    """Also where the caller gives all the words."""
    chart = route_map(
        CASES, "origin", "destination", title="T", subtitle="S", note="N", alt_text="A"
    )
    assert OPINION in notes_of(chart)


def test_every_country_of_the_code_list_has_a_place() -> None:
    """Members and partners can be drawn, and so can Tuvalu and others without a polygon."""
    known = places()
    assert {*codes.countries()["alpha2"], "TV", "TK", "RE", "GI", "SJ"} <= set(known)
    assert world().points >= {"TV", "TK"}
    assert all(WEST_DEG <= lon <= WEST_DEG + 360 and abs(lat) <= 90 for lon, lat in known.values())


def test_a_country_lies_where_its_main_airport_lies() -> None:
    """The point of a country is not further from its airport than half of a large country."""
    known = places()
    airports = codes.airports().drop_duplicates("country")
    for airport in airports.itertuples():
        way = np.concatenate(great_circle(known[airport.country], known[airport.iata]))
        steps = np.diff(way, axis=0) * [np.cos(np.radians(way[:, 1].mean())), 1]
        distance_km = 111.2 * np.hypot(*steps.T).sum()
        assert distance_km < 3500, (airport.country, distance_km)


def test_land_and_boundaries_lie_on_the_map() -> None:
    """Nothing crosses the map from edge to edge: no line is longer than a large country."""
    found = world()
    for ring in (*found.rings, *found.boundaries):
        assert ring[:, 0].min() >= WEST_DEG - 1e-9
        assert ring[:, 0].max() <= WEST_DEG + 360 + 1e-9
        assert np.abs(np.diff(ring[:, 0])).max() < 40
    assert len(found.rings) > 1300
    assert len(found.boundaries) > 250


def test_the_sea_is_where_it_should_be() -> None:
    """Suva, Singapore, Male and Nuku'alofa have land within 30 km; the mid-Pacific has none."""
    points = np.concatenate(world().rings)

    def nearest_km(lon: float, lat: float) -> float:
        apart = (points - [lon, lat]) * [np.cos(np.radians(lat)), 1]
        return float(111.2 * np.hypot(*apart.T).min())

    for code in ("FJSUV", "SGSIN", "MLE", "TBU"):
        assert nearest_km(*places()[code]) < 30, code
    assert nearest_km(220.0, 40.0) > 1000


def test_a_way_over_the_pacific_is_one_line() -> None:
    """From Los Angeles to Auckland no line jumps to the other edge of the paper."""
    (way,) = great_circle((241.6, 33.9), (174.8, -37.0))
    assert np.abs(np.diff(way[:, 0])).max() < 5
    assert way[0] == pytest.approx([241.6, 33.9])
    assert way[-1] == pytest.approx([174.8, -37.0])


def test_a_way_over_the_atlantic_reaches_both_edges() -> None:
    """It leaves the map at one edge and comes in at the other, at the same height."""
    left, right = sorted(
        great_circle((300.0, 40.0), (5.0, 50.0)), key=lambda part: part[:, 0].min()
    )
    assert left[:, 0].min() == WEST_DEG
    assert right[:, 0].max() == WEST_DEG + 360
    assert left[np.argmin(left[:, 0]), 1] == pytest.approx(right[np.argmax(right[:, 0]), 1])


@pytest.mark.parametrize("end", [(100.0, 10.0), (280.0, -10.0)])
def test_a_way_to_the_same_place_or_the_other_side_is_a_line(end: tuple[float, float]) -> None:
    """No division by nothing."""
    assert all(np.isfinite(part).all() for part in great_circle((100.0, 10.0), end))


def test_ports_airports_and_places_of_ones_own_can_be_mixed() -> None:
    """Codes of the lists, and others with their coordinates."""
    extra = pd.DataFrame({"place": ["US$ depot"], "latitude_deg": [-9.4], "longitude_deg": [147.1]})
    table = pd.DataFrame({"a": ["NRT", "FJSUV"], "b": ["US$ depot", "NRT"]})
    chart = route_map(table, "a", "b", extra_places=extra, unit="cases")
    assert "US$ depot" in {text.get_text() for text in texts_of(chart)}
    with pytest.raises(ChartError, match=r"Expected: .*latitude_deg"):
        places(extra.rename(columns={"latitude_deg": "lat"}))
    with pytest.raises(ChartError, match="Expected are degrees"):
        places(extra.assign(latitude_deg=95))


def test_a_country_may_be_written_by_its_name() -> None:
    """A table of another administration has names and no codes."""
    by_name = pd.DataFrame({"a": ["Hong Kong, China"], "b": ["Fiji"]})
    by_code = pd.DataFrame({"a": ["HK"], "b": ["FJ"]})
    told = [route_map(table, "a", "b", unit="cases").alt_text for table in (by_name, by_code)]
    assert told[0] == told[1]


def test_a_transit_place_makes_two_lines() -> None:
    """The way over a transit place is drawn to it and from it."""
    table = pd.DataFrame({"a": ["TH", "TH"], "b": ["NZ", "NZ"], "c": ["SG", None]})
    chart = route_map(table, "a", "b", via="c", unit="cases")
    assert "Map of 3 routes" in chart.alt_text
    assert "Thailand to Singapore 1" in chart.alt_text


def test_unknown_places_are_counted_or_refused() -> None:
    """Rows without a place are said; where none is left, the kinds of codes are named."""
    table = pd.DataFrame({"a": ["TH", "Unknown", "TH"], "b": ["NZ", "NZ", None]})
    assert "2 rows without a known place left out." in notes_of(route_map(table, "a", "b"))
    with pytest.raises(ChartError, match=r"ISO 3166 alpha-2.*extra_places"):
        route_map(pd.DataFrame({"a": ["Atlantis"], "b": ["Japan"]}), "a", "b")
    with pytest.raises(ChartError, match="begins or ends at 'XX'"):
        route_map(CASES, "origin", "destination", highlight="XX")
    with pytest.raises(ChartError, match="west < east"):
        route_map(CASES, "origin", "destination", extent=(10, 5, 0, 1))


def test_forty_routes_keep_their_names_apart() -> None:
    """A name without room is left out on the map and said below."""
    countries = codes.countries()["alpha2"].tolist()
    table = pd.DataFrame({"a": countries[:44], "b": countries[44:88]})
    chart = route_map(table, "a", "b", unit="cases", top=44)
    assert outside(chart) == []
    assert overlapping(chart) == []
    shown = {text.get_text() for text in texts_of(chart)}
    told = notes_of(chart)
    for code in countries[:40]:
        name = country_names()[code]
        assert name in told or " more" in told or any(name[:8] in text for text in shown), name


def test_the_file_of_polygons_is_small_and_says_its_source() -> None:
    """It is committed, so it stays below 700 kB; the data sheet says the same as the file."""
    path = ROOT / "rilo_training" / "charts" / "countries.json"
    assert path.stat().st_size < 700_000
    stored = json.loads(path.read_text(encoding="utf-8"))
    sheet = (ROOT / "datasets" / "geo" / "README.md").read_text(encoding="utf-8")
    assert "public domain" in stored["source"]
    assert "world-atlas` 2.0.2" in sheet
    assert "imply no opinion" in sheet
    for code in stored["points"]:
        assert code in sheet
