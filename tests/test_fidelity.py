"""The measures of fidelity are right where the answer is known, and they fail where they must."""

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rilo_training.fidelity import (
    counts,
    dependence,
    home,
    planted,
    report,
    rules,
    shares,
    stories,
    weights,
)
from rilo_training.fidelity.chance import chi_square, holm, share_p
from rilo_training.fidelity.measure import Measure, between
from rilo_training.fidelity.plain import PlainWorld, plain_world
from rilo_training.fidelity.published import KEYS, published
from rilo_training.world import World, make_world
from rilo_training.world.recipe import DAYS, Recipe


@pytest.fixture(scope="module")
def plain() -> PlainWorld:
    """A plain world of the usual size."""
    return plain_world(8_200_001)


@pytest.fixture(scope="module")
def small() -> tuple[Recipe, World]:
    """A recipe and its world, small enough for a quick report."""
    recipe = Recipe(8_200_002, 1_500, ("new_hub",), consignments=2_000)
    world = make_world(8_200_002, 1_500, stories=["new_hub"], consignments=2_000)
    return recipe, world


# --- chance ------------------------------------------------------------------------------------


def test_share_p_is_the_exact_binomial_test() -> None:
    """Without clusters the p value is that of the binomial test, both tails doubled."""
    from scipy.stats import binom

    number, share = 50, 0.3
    count = np.arange(51, dtype=float)
    tails = np.minimum(binom.cdf(count, number, share), binom.sf(count - 1, number, share))
    one = np.ones(51)
    found = share_p(count, number * one, share * one, number * share * (1 - share) * one)
    assert np.allclose(found, np.minimum(1, 2 * tails))


def test_clusters_count_for_less() -> None:
    """The same difference is less unlikely when the lines come in clusters of four."""
    count, number, share = np.array([70.0]), np.array([100.0]), np.array([0.5])
    alone = share_p(count, number, share, np.array([25.0]))
    together = share_p(count, number, share, np.array([100.0]))
    assert alone[0] < 0.001 < 0.05 < together[0]


def test_holm_keeps_order_and_family() -> None:
    """Corrected values are in the order of the p values, and at most 1."""
    p = np.array([0.5, 0.001, 0.02, 0.9])
    assert np.allclose(holm(p), [1.0, 0.004, 0.06, 1.0])


def test_chi_square_puts_small_cells_together() -> None:
    """Cells with fewer than five expected do not make a statistic of their own."""
    statistic, freedom = chi_square(np.array([50.0, 46, 2, 2]), np.array([50.0, 40, 6, 4]))
    assert freedom == 2
    assert statistic == pytest.approx(0 + 36 / 40 + (4 - 10) ** 2 / 10, abs=1)


def test_words() -> None:
    """A measure says within, outside, or that it has no aim."""
    assert between("a", "b", 1.0, 0.5, 1.0).word == "within"
    assert between("a", "b", 1.01, 0.5, 1.0).word == "outside"
    assert Measure("a", "b", "", "", None).word == "no aim"


# --- shares ------------------------------------------------------------------------------------


def test_published_shares_add_up() -> None:
    """Within each group of a table the expected shares add up to one."""
    rows = published()
    rows = rows[~rows["table"].isin(["ecommerce", "unknown countries"])]
    assert np.allclose(rows.groupby(["table", "within"])["expected"].sum(), 1)
    assert len(published().drop_duplicates(KEYS)) == len(published())


def test_tally_counts_every_case_once(plain: PlainWorld) -> None:
    """The counts of a table add up to the cases, those of lines to the lines."""
    found = shares.tally(plain).groupby("table")["count"].sum()
    for name in ("locations", "concealments", "directions", "detections", "commodities"):
        assert found[name] == len(plain.cases), name
    assert found["sections"] == found["sub_commodities"] == len(plain.lines)


def test_places_of_a_world_are_as_published(plain: PlainWorld) -> None:
    """The tables of places, hiding places and directions hold in a world."""
    tests = shares.table_tests(shares.tally(plain)).set_index("table")
    assert tests.loc[["locations", "concealments", "directions", "sections"], "holds"].all()


def test_a_wrong_share_is_found(plain: PlainWorld) -> None:
    """Moving a tenth of the airport cases of one commodity elsewhere is found, and only that."""
    cases = plain.cases.copy()
    moved = cases["commodity"].eq("Cannabis") & cases["location"].eq("Airport")
    cases.loc[cases.index[moved][::4], "location"] = "Inland"
    found = shares.tally(PlainWorld(cases, plain.lines))
    tests = shares.table_tests(found).set_index("table")["holds"]
    assert not tests["locations"]
    assert tests["concealments"]
    rows = shares.share_table(found)
    far = rows[~rows["holds"] & rows["table"].eq("locations")]
    assert set(far["within"]) == {"Cannabis"}
    assert {"Airport", "Inland"} <= set(far["label"])


def test_lines_are_clustered_by_case() -> None:
    """Ten cases with ten equal lines each say as much as ten lines."""
    lines = pd.DataFrame(
        {
            "case": np.repeat(np.arange(10), 10),
            "section": np.repeat(["Drugs"] * 7 + ["Revenue"] * 3, 10),
            "commodity": "Cannabis",
            "sub_commodity": "Herbal cannabis",
        }
    )
    rows = published()
    rows = rows[rows["table"].eq("sections")].assign(count=0.0, of=0.0, spread=0.0)
    found = shares._clustered(rows, lines, "section", False).set_index("label")
    assert found.loc["Drugs", "count"] == 70
    share = float(found["expected"].loc["Drugs"])
    wanted = 7 * (10 - 10 * share) ** 2 + 3 * (10 * share) ** 2
    assert found.loc["Drugs", "spread"] == pytest.approx(wanted)


def test_pooled_adds_up(plain: PlainWorld) -> None:
    """Two equal worlds together have twice the counts and the same shares."""
    one = shares.tally(plain)
    two = shares.pooled([one, one])
    assert (two["count"] == 2 * one["count"]).all()
    assert np.allclose(shares.share_table(two)["found"], shares.share_table(one)["found"])


# --- weights and counts ------------------------------------------------------------------------


def test_means_of_the_tables() -> None:
    """The tables give the published means within one per cent, by group and by drug."""
    assert (weights.groups()["ratio"] - 1).abs().max() < 0.01
    assert (weights.commodity_means()["ratio"] - 1).abs().max() < 0.01


def test_tail_and_spread() -> None:
    """Equal weights have no tail and no spread; one huge weight has both."""
    equal = np.ones(1_000)
    assert weights.tail_share(equal) == pytest.approx(0.01)
    assert weights.log_spread(equal) == 0
    assert weights.tail_share(np.append(np.ones(999), 999e3)) > 0.99


def test_lines_per_case() -> None:
    """Lines per case count all lines of the cases of a section."""
    cases = pd.DataFrame({"section": ["Drugs", "Drugs", "Revenue"], "commodity": "Cannabis"})
    lines = pd.DataFrame({"case": [0, 0, 0, 1, 2]})
    found = weights.lines_per_case([PlainWorld(cases, lines)])
    assert found["goods"].tolist() == ["Drugs"]
    assert found["found"].tolist() == [2.0]


@pytest.mark.parametrize(("shape", "low", "high"), [(None, 0.8, 1.25), (4.0, 2.2, 5.0)])
def test_dispersion(shape: float | None, low: float, high: float) -> None:
    """Poisson weeks have a ratio of one, gamma weeks of the same mean a larger one."""
    rng = np.random.default_rng(1)
    rate = np.full((1, 400), 10.0)
    if shape:
        rate = rate * rng.gamma(shape, 1 / shape, rate.shape)
    table = pd.DataFrame(rng.poisson(rate), index=["JP"])
    ratio = counts.dispersion(table)["ratio"].iloc[0]
    assert low < ratio < high


def test_reported_by_month() -> None:
    """A case that is reported after the last day is missing from its month."""
    cases = pd.DataFrame({"seizure_day": [0, 1, DAYS - 1], "report_day": [5, DAYS, DAYS]})
    found = counts.reported_by_month(cases)
    assert found["reported"].tolist() == [0.5, 0.0]


# --- dependence --------------------------------------------------------------------------------


def test_shuffled_columns_cannot_be_told() -> None:
    """Columns that do not depend on each other are not told from shuffled ones."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.choice(list("xyz"), 600), "b": rng.normal(size=600)})
    assert dependence.shuffled_auc(table) < 0.6


def test_dependent_columns_are_told() -> None:
    """A column that follows another is told from a shuffled one."""
    rng = np.random.default_rng(0)
    first = rng.choice(list("xyz"), 600)
    other = np.where(rng.random(600) < 0.9, first, "x")
    assert dependence.shuffled_auc(pd.DataFrame({"a": first, "b": other})) > 0.7


def test_no_column_follows_another_by_definition() -> None:
    """The table of a world has one row per case, and one column per hierarchy."""
    world = plain_world(3, 200)
    table = dependence.case_table(world)
    assert len(table) == 200
    assert {"section", "departure_port", "seizure_day", "unit"}.isdisjoint(table.columns)
    assert not table.isna().any(axis=None)


# --- planted defects ---------------------------------------------------------------------------


def extract(**changes: Any) -> pd.DataFrame:
    """Four lines of four cases, with some columns replaced."""
    table = {
        "case_id": ["A", "B", "C", "D"],
        "line_no": [1, 1, 1, 1],
        "reporting_country": ["JP"] * 4,
        "seizure_date": pd.to_datetime(["2025-01-02"] * 4),
        "report_date": pd.to_datetime(["2025-01-05"] * 4),
        "departure_country": ["TH"] * 4,
        "destination_country": ["JP"] * 4,
        "persons": [1] * 4,
        "concealment": ["In mail"] * 4,
        "conveyance": ["Air"] * 4,
        "quantity": [1.0, 2.0, 3.0, 4.0],
        "value_usd": [10.0, 20.0, 30.0, 40.0],
        "case_value_usd": [10.0, 20.0, 30.0, 40.0],
        "narrative": ["A parcel was opened."] * 4,
    }
    return pd.DataFrame({**table, **changes})


def test_duplicates() -> None:
    """The second of two equal rows, and the later of two numbers of one case, are named."""
    table = extract()
    doubled = pd.concat([table, table.iloc[[1]]], ignore_index=True)
    assert rules.exact_duplicates(doubled).tolist() == [False] * 4 + [True]
    again = table.iloc[[2]].assign(case_id="E", report_date=pd.Timestamp("2025-02-01"))
    keyed = pd.concat([again, table], ignore_index=True)
    assert rules.near_duplicates(keyed).tolist() == [True] + [False] * 4


def test_rules_of_one_row() -> None:
    """Dates, totals and narratives: the wrong row is named, the right ones are not."""
    late = pd.to_datetime(["2025-01-02", "2025-02-01", "2025-01-02", "2025-01-05"])
    assert rules.seized_after_report(extract(seizure_date=late)).tolist() == [
        False,
        True,
        False,
        False,
    ]
    totals = extract(case_value_usd=[10.0, 20.0, 300.0, 40.0])
    assert rules.unequal_totals(totals).tolist() == [False, False, True, False]
    told = ["Nothing.", "In 2025 the flight TG640.", "Passport ZZ0012345.", ""]
    assert rules.personal_details(extract(narrative=told)).tolist() == [False, False, True, False]


def test_a_unit_slip_is_strange() -> None:
    """A thousand times the weight is strange; few peers are never judged."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "quantity": np.exp(rng.normal(3, 0.5, 60)),
            "unit": "g",
            "sub_commodity": "Heroin",
            "concealment": "In mail",
        }
    )
    table["value_usd"] = 40 * table["quantity"]
    table.loc[7, "unit"] = "kg"
    for rule in (rules.strange_weights, rules.strange_prices):
        assert rule(table).tolist() == [row == 7 for row in range(60)]
        assert not rule(table.head(10)).any()


def test_batches() -> None:
    """A Member that reports on one weekday uploads in batches, one that reports daily does not."""
    days = pd.date_range("2025-01-06", periods=60, freq="D")
    mondays = pd.date_range("2025-01-06", periods=60, freq="7D")
    table = pd.DataFrame(
        {
            "case_id": [f"C{number}" for number in range(120)],
            "reporting_country": ["JP"] * 60 + ["KR"] * 60,
            "report_date": [*days, *mondays],
        }
    )
    table["seizure_date"] = table["report_date"] - pd.Timedelta(days=3)
    assert rules.batch_uploads(table).tolist() == [False] * 60 + [True] * 60


def test_planted_defects_are_recovered(small: tuple[Recipe, World]) -> None:
    """In a world the rules find what they promise, and the rates are those of the tables."""
    _, world = small
    table = planted.planted_table(world.tables, world.truth)
    assert set(table["form"]) == {"raw", "validated"}
    sure = table[table["least"].notna() & table["form"].eq("raw")]
    assert (sure["recall"] >= sure["least"]).all()
    exact = table[table["name"].eq("exact_duplicate") & table["form"].eq("raw")].iloc[0]
    assert exact["precision"] == 1
    assert exact["planted"] == pytest.approx(exact["wanted"], rel=0.2)
    assert all(measure.holds is not None for measure in planted.measure_planted(table))


def test_a_missing_defect_is_outside(small: tuple[Recipe, World]) -> None:
    """A world without any duplicates does not have the wanted rate."""
    _, world = small
    truth = world.truth["truth_seizures_raw"]
    kept = ~truth["is_exact_duplicate"]
    table = planted.planted_table(
        {"seizures_raw": world.tables["seizures_raw"][kept]}, {"truth_seizures_raw": truth[kept]}
    )
    measures = {measure.name: measure for measure in planted.measure_planted(table)}
    assert measures["Exact duplicate, raw: rate"].holds is False


# --- stories and consignments ------------------------------------------------------------------

RECORD = {
    "kind": "new_hub",
    "title": "A hub",
    "find": "x",
    "method": "y",
    "naive": "z",
    "facts": {"hub": "SG"},
}


def test_a_story_is_found_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of the right finding and the number of others are told for both methods."""
    module = SimpleNamespace(
        course=lambda tables: [{"hub": "AE"}, {"hub": "SG"}],
        naive=lambda tables: [{"hub": "AE"}],
        matches=lambda finding, facts: finding["hub"] == facts["hub"],
    )
    monkeypatch.setattr(stories, "finder", lambda kind: module)
    table = stories.story_table([RECORD], {"seizures": pd.DataFrame()})
    row = table.iloc[0]
    assert (row["course_place"], row["course_others"]) == (2, 1)
    assert (row["naive_place"], row["naive_others"]) == (0, 1)
    assert [measure.holds for measure in stories.measure_stories(table)] == [True]


def test_a_story_without_a_finder() -> None:
    """A kind that has no finder is shown as such and is no failure."""
    table = stories.story_table([{**RECORD, "kind": "not_there"}], {"seizures": pd.DataFrame()})
    assert table["status"].tolist() == ["no finder yet"]
    assert stories.measure_stories(table)[0].holds is None


def test_a_story_without_its_table() -> None:
    """A story of a table that was not made is not tried."""
    table = stories.story_table([{**RECORD, "kind": "consignee_family"}], {})
    assert table["status"].tolist() == ["the table consignments was not made"]


def test_home_facts() -> None:
    """Shares, hit rates and the best column are those of a table where they are known."""
    rng = np.random.default_rng(4)
    number = 4_000
    bad = rng.random(number) < 0.1
    illicit = rng.random(number) < np.where(bad, 0.3, 0.01)
    consignments = pd.DataFrame(
        {
            "consignment_id": [f"C{row}" for row in range(number)],
            "arrival_date": pd.Timestamp("2026-01-05")
            + pd.to_timedelta(np.arange(number) * 84 // number, "D"),
            "importer": np.where(bad, "bad", "good"),
            "mode": rng.choice(["Sea", "Air"], number),
        }
    )
    truth = pd.DataFrame({"p_illicit": np.where(bad, 0.3, 0.01), "is_illicit": illicit})
    inspections = pd.DataFrame(
        {"selected_by": ["random"] * 30 + ["tip"] * 10, "is_illicit": [False] * 30 + [True] * 10}
    )
    facts = home.home_facts(consignments, inspections, truth)
    assert facts["best_column"] == "importer"
    assert facts["best_auc"] > 0.75
    assert facts["illicit_share"] == illicit.mean()
    assert facts["selection"]["hit_rate"].tolist() == [0.0, 1.0]
    measures = {measure.name: measure for measure in home.measure_home(facts)}
    assert measures["AUC of the best single column"].holds is False


# --- the report --------------------------------------------------------------------------------


class Page(HTMLParser):
    """Collects what a page would ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag with its attributes."""
        self.tags.append((tag, dict(attrs)))


def test_report(small: tuple[Recipe, World], tmp_path: Path) -> None:
    """The report is one page with alt texts, without scripts and without requests."""
    recipe, world = small
    told: list[str] = []
    file = tmp_path / "new" / "report.html"
    measures = report.write_report(recipe, file, world, told.append, pool=2)
    text = file.read_text(encoding="utf-8")
    assert told[-1] == "the page"
    assert text.count("SYNTHETIC DATA - not CEN data") >= 2
    assert text.index("SYNTHETIC DATA") < text.index("<h1>")
    page = Page()
    page.feed(text)
    names = {tag for tag, _ in page.tags}
    assert names.isdisjoint({"script", "link", "iframe", "object", "form"})
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) >= 7
    assert all(len(one["alt"] or "") > 20 for one in pictures)
    assert all((one["src"] or "").startswith("data:image/png;base64,") for one in pictures)
    assert not re.search(r"https?://|url\(|@import|\bon[a-z]+=", re.sub(r'src="[^"]*"', "", text))
    for measure in measures:
        assert measure.aim
    for part in ("Published shares", "Weights of drugs", "Counts", "Planted defects"):
        assert any(measure.part == part for measure in measures)
    assert [name.name for name in file.parent.iterdir()] == ["report.html"]


def test_report_of_a_part(tmp_path: Path) -> None:
    """A world with seizures alone has a report without the parts that it lacks."""
    recipe = Recipe(5, 300, drawn=False)
    world = make_world(5, 300, tables=["seizures"], drawn=False)
    report.write_report(recipe, tmp_path / "report.html", world, pool=1)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h2>Consignments</h2>" not in text
    assert "This world holds no story lines." in text
    assert "The aims are set for worlds of 12,000 cases." in text
