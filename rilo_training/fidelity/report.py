"""Write the fidelity report of a world: one page that holds everything and asks for nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.fidelity import counts, dependence, home, pictures, planted, shares, stories
from rilo_training.fidelity import weights as drug_weights
from rilo_training.fidelity.measure import Measure
from rilo_training.fidelity.plain import PlainWorld, plain_world
from rilo_training.fidelity.published import ALL, TITLES
from rilo_training.files import write_text
from rilo_training.world.make import SYNTHETIC, World, make_world
from rilo_training.world.recipe import USUAL_CASES, Recipe

POOL = 10
"""Worlds that are put together for the shares, the own one among them: chance gets smaller."""
MOST_POOLED = 240_000
"""Cases of all pooled worlds, so that the report of a large world is made in time."""
LARGEST = 6
"""Commodities that are shown as dots by place and hiding place."""


def write_report(
    recipe: Recipe,
    file: Path,
    world: World | None = None,
    progress: Callable[[str], None] | None = None,
    pool: int = POOL,
) -> list[Measure]:
    """Write the fidelity report of a world and return its measures.

    Parameters
    ----------
    recipe : Recipe
        What the world is made from.
    file : pathlib.Path
        Where to write; folders are made, and a reader never sees half of the page.
    world : World, optional
        The world, when it is already made. Parts whose tables it lacks are left out.
    progress : callable, optional
        Called with the name of each part when it starts.
    pool : int
        How many plain worlds are put together for the shares.

    Returns
    -------
    list of Measure
        The rows of the summary.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    tell = progress or (lambda part: None)
    if world is None:
        tell("the world")
        world = make_world(
            recipe.seed,
            recipe.cases,
            stories=recipe.stories,
            without=recipe.without,
            drawn=recipe.drawn,
            plain=recipe.plain,
            consignments=recipe.consignments,
            difficulty=recipe.difficulty,
        )
    values = collect(recipe, world, tell, pool)
    tell("the page")
    write_text(file, render(values))
    measures: list[Measure] = values["measures"]
    return measures


def collect(
    recipe: Recipe, world: World, tell: Callable[[str], None], pool: int = POOL
) -> dict[str, Any]:
    """Return everything that the page shows."""
    tell("the plain world")
    plain = plain_world(recipe.seed, recipe.cases)
    values: dict[str, Any] = {
        "synthetic": SYNTHETIC,
        "about": world.about,
        "recipe": recipe,
        "measures": [],
        "usual_size": recipe.cases == USUAL_CASES,
    }
    parts: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("shares", lambda: _shares(recipe, plain, pool)),
        ("weights", lambda: _weights(plain)),
        ("counts", lambda: _counts(plain, world)),
        ("dependence", lambda: _dependence(plain)),
        ("planted", lambda: _planted(world)),
        ("stories", lambda: _stories(world)),
        ("home", lambda: _home(recipe, world)),
    ]
    for name, make in parts:
        tell(name)
        values[name] = {"empty": False, **make()}
        values["measures"] += values[name].get("measures", [])
    measures = values["measures"]
    values["summary"] = {
        part: [measure for measure in measures if measure.part == part]
        for part in dict.fromkeys(measure.part for measure in measures)
    }
    values["within"] = sum(measure.holds is True for measure in measures)
    values["outside"] = [measure for measure in measures if measure.holds is False]
    values["compared"] = values["within"] + len(values["outside"])
    return values


def _chart(content: bytes, alt: str) -> dict[str, str]:
    """Return a picture for the page with its text for those who do not see it."""
    return {"data": base64.b64encode(content).decode("ascii"), "alt": alt}


def _shares(recipe: Recipe, plain: PlainWorld, pool: int) -> dict[str, Any]:
    own = shares.tally(plain)
    number = max(1, min(pool, MOST_POOLED // recipe.cases))
    others = [
        shares.tally(plain_world((recipe.seed + step) % 2**128, recipe.cases))
        for step in range(1, number)
    ]
    table = shares.share_table(own)
    together = shares.pooled([own, *others])
    measures = shares.measure_shares(own, 1)
    if others:
        measures += shares.measure_shares(together, number)
    largest = plain.cases["commodity"].value_counts().index[:LARGEST]
    dots = {}
    for name in ("locations", "concealments"):
        shown = table[table["table"].eq(name)]
        titles = [(name, c, f"{c}") for c in largest if c in set(shown["within"])]
        if titles:
            dots[name] = pictures.share_dots(table, titles)
    goods = [("sections", ALL, "Sections (lines)")]
    for section in ("Drugs", "IPR, Health and Safety", "Revenue"):
        if table["within"].eq(section).any():
            goods.append(("commodities", section, f"{section} (cases)"))
    furthest = shares.share_table(together).sort_values("p", kind="stable").head(12)
    alt = "Published share as a ring and share found as a dot with an error bar, "
    whole = (
        f"{_far(table, table['table'].unique())} of {len(table)} shares of this world are "
        "further away than chance explains."
    )
    charts = {
        "goods": _chart(
            pictures.share_dots(table, goods), alt + f"by section and commodity. {whole}"
        ),
        "map": _chart(
            pictures.difference_map(table, "locations"),
            "Heat map of found minus published share in percentage points, by commodity and "
            f"place of seizure. {_far(table, ['locations'])} cells are further away than chance "
            "explains.",
        ),
    }
    for name, content in dots.items():
        what = "place of seizure" if name == "locations" else "hiding place"
        charts[name] = _chart(content, alt + f"by {what}, for the commodities with most cases.")
    return {
        "measures": measures,
        "charts": charts,
        "tables": [
            {"name": name, "title": TITLES[str(name)], "rows": rows.to_dict("records")}
            for name, rows in table.groupby("table", sort=False)
        ],
        "tests": _records(shares.table_tests(own), shares.table_tests(together)),
        "titles": TITLES,
        "furthest": furthest.to_dict("records"),
        "pooled": number,
    }


def _far(table: pd.DataFrame, names: Any) -> int:
    return int((table["table"].isin(list(names)) & ~table["holds"].astype(bool)).sum())


def _records(own: pd.DataFrame, together: pd.DataFrame) -> list[dict[str, Any]]:
    both = own.merge(together, on="table", suffixes=("", "_pooled"))
    return [{str(name): value for name, value in row.items()} for row in both.to_dict("records")]


def _weights(plain: PlainWorld) -> dict[str, Any]:
    kg = drug_weights.drug_weights(plain)["kg"].to_numpy(dtype=np.float64)
    if not len(kg):
        return {"empty": True}
    tail = drug_weights.tail_share(kg)
    median = pictures.in_unit(float(np.median(kg)))
    chart = _chart(
        pictures.weights(kg),
        f"Left: histogram of the weights of {len(kg):,} drug lines on a log scale; the median is "
        f"{median}. Right: the top 1 percent of lines holds {tail:.0%} of the weight.",
    )
    return {
        "measures": drug_weights.measure_weights(plain),
        "chart": chart,
        "groups": drug_weights.pooled_means(drug_weights.group_sums(plain)).to_dict("records"),
        "commodities": drug_weights.commodity_means().to_dict("records"),
        "lines": drug_weights.lines_per_case([plain]).to_dict("records"),
    }


def _counts(plain: PlainWorld, world: World) -> dict[str, Any]:
    if "seizures" not in world.tables:
        return {"empty": True}
    weekly = counts.weekly_counts(plain.cases)
    ratios = counts.dispersion(weekly)
    months = counts.reported_by_month(plain.cases)
    delay = (plain.cases["report_day"] - plain.cases["seizure_day"]).to_numpy(dtype=np.float64)
    return {
        "measures": counts.measure_counts(plain, world.tables),
        "weeks": _chart(
            pictures.weeks(weekly, ratios["member"].tolist()),
            f"True cases by week of seizure: {weekly.sum().mean():.0f} a week on average, and "
            "the largest Members by themselves. The weeks of a Member vary more than by chance.",
        ),
        "reporting": _chart(
            pictures.reporting(delay, months),
            f"Left: half of the cases are reported within {np.median(delay):.0f} days. Right: of "
            f"the last month, {months['reported'].iloc[-1]:.0%} of the cases are reported so far.",
        ),
        "members": ratios.to_dict("records"),
        "delays": counts.delay_table(plain.cases).to_dict("records"),
    }


def _dependence(plain: PlainWorld) -> dict[str, Any]:
    table = dependence.dependence_table(plain)
    if not len(table):
        return {"empty": True}
    chart = _chart(
        pictures.told_apart(table, dependence.LEAST_AUC),
        f"AUC of a classifier for {len(table)} commodities, from {table['auc'].min():.2f} to "
        f"{table['auc'].max():.2f}; the aim is at least {dependence.LEAST_AUC:.2f}.",
    )
    return {"measures": dependence.measure_dependence(table), "chart": chart}


def _planted(world: World) -> dict[str, Any]:
    table = planted.planted_table(world.tables, world.truth)
    if not len(table):
        return {"empty": True}
    forms = [
        {"form": form, "rows": rows.to_dict("records")}
        for form, rows in table.groupby("form", sort=False)
    ]
    rules = table.drop_duplicates("title")[["title", "rule"]].to_dict("records")
    return {"measures": planted.measure_planted(table), "forms": forms, "rules": rules}


def _stories(world: World) -> dict[str, Any]:
    table = stories.story_table(world.stories, world.tables)
    return {"measures": stories.measure_stories(table), "rows": table.to_dict("records")}


def _home(recipe: Recipe, world: World) -> dict[str, Any]:
    if "consignments" not in world.tables:
        return {"empty": True}
    facts = home.home_facts(
        world.consignments, world.inspections, world.truth["truth_consignments"]
    )
    return {
        "measures": home.measure_home(facts, recipe.difficulty),
        "facts": facts,
        "selection": facts["selection"].to_dict("records"),
        "columns": facts["columns"].head(8).to_dict("records"),
    }


def render(values: dict[str, Any]) -> str:
    """Return the page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rilo_training.fidelity"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["p_value"] = _p_value
    return environment.get_template("fidelity.html").render(**values)


def _percent(value: float | None, digits: int = 1) -> str:
    """Return a share as text in per cent; a dash where there is none."""
    return "–" if value is None or value != value else f"{100 * value:.{digits}f} %"


def _p_value(value: float) -> str:
    """Return a p value as text: never as an exact zero."""
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}"
