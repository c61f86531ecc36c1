"""Make one block of a world: cases, story lines, lines, defects, and the tables as kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from rilo_training.world.cases import draw_cases
from rilo_training.world.defects import (
    Chances,
    Form,
    draw_chances,
    join_chances,
    keyed_again,
    plant_defects,
)
from rilo_training.world.draws import Indices
from rilo_training.world.extract import seizures_table, truth_table
from rilo_training.world.kinds import commodity_of_kind
from rilo_training.world.lines import draw_lines
from rilo_training.world.narratives import draw_phrases
from rilo_training.world.recipe import BLOCK, FIRST_DAY, Recipe
from rilo_training.world.setting import Setting, make_setting
from rilo_training.world.stories import planned_stories
from rilo_training.world.streams import Source
from rilo_training.world.values import draw_values_cents

FORMS: dict[str, Form] = {"seizures": "validated", "seizures_raw": "raw"}
"""The tables of seizures, and which form of the extract each holds."""


@dataclass(frozen=True)
class Cases:
    """The true cases of a block with their lines, as indices of the code lists."""

    cases: pd.DataFrame
    lines: pd.DataFrame
    chances: Chances


def true_block(recipe: Recipe, block: int, number: int) -> Cases:
    """Return the true cases and lines of one block, before any defect.

    Returns
    -------
    Cases
        ``cases`` has the columns of `rilo_training.world.cases.COLUMNS`, the numbers ``number``
        and ``second_number`` and the phrases of the narrative; ``lines`` those of
        `rilo_training.world.lines.draw_lines`, ``commodity`` and ``value_cents``.
    """
    setting = make_setting(recipe)
    stories = planned_stories(setting)
    cases = draw_cases(setting, Source(recipe.seed, block), number)
    for story in stories:
        cases = story.change(cases, block)
    batches = [_with_lines(setting, Source(recipe.seed, block), cases)]
    for story in stories:
        source = Source(recipe.seed, block, story.number + 1)
        added = story.add(source, number)
        if added is not None and len(added):
            batches.append(_with_lines(setting, source, added))
    whole = _joined(batches)
    again = keyed_again("raw", setting, whole.cases, whole.chances)
    whole.cases["number"], whole.cases["second_number"] = _register(block, whole, again)
    return whole


def _with_lines(setting: Setting, source: Source, cases: pd.DataFrame) -> Cases:
    cases = draw_phrases(source, cases.reset_index(drop=True))
    lines = draw_lines(source, cases, setting.habits)
    lines["commodity"] = commodity_of_kind()[lines["kind"].to_numpy(dtype=np.int64)]
    lines["value_cents"] = draw_values_cents(
        source,
        lines["form"].to_numpy(dtype=np.int64),
        lines["base_quantity"].to_numpy(dtype=np.int64),
    )
    return Cases(cases, lines, draw_chances(source, cases, len(lines)))


def _joined(batches: list[Cases]) -> Cases:
    first = np.cumsum([0, *[len(batch.cases) for batch in batches]])
    lines = [
        batch.lines.assign(case=batch.lines["case"] + offset)
        for batch, offset in zip(batches, first[:-1], strict=True)
    ]
    return Cases(
        pd.concat([batch.cases for batch in batches], ignore_index=True),
        pd.concat(lines, ignore_index=True),
        join_chances([batch.chances for batch in batches]),
    )


def _register(block: int, whole: Cases, again: np.ndarray) -> tuple[Indices, Indices]:
    """Return the running numbers of both keyings: within each year, in the order of report.

    Within a day the order is drawn, so that a number does not tell a second keying or a story.
    A case that is keyed once has the second number -1. Each block has a range of its own, so a
    block is numbered without the others.
    """
    days = np.column_stack([whole.cases["report_day"], whole.chances.second_day])
    keyed = np.column_stack([np.ones(len(days), dtype=bool), again])
    year = (FIRST_DAY + days).astype("datetime64[Y]").astype(np.int64)
    number = np.full(days.shape, -1, dtype=np.int64)
    for one in np.unique(year[keyed]):
        case, keying = np.nonzero(keyed & (year == one))
        place = np.lexsort((whole.chances.number_luck[case, keying], days[case, keying]))
        number[case[place], keying[place]] = block * 3 * BLOCK + np.arange(1, len(place) + 1)
    return number[:, 0], number[:, 1]


def make_block(
    recipe: Recipe, block: int, number: int, wanted: tuple[str, ...] = tuple(FORMS)
) -> dict[str, pa.Table]:
    """Return the tables of one block.

    Parameters
    ----------
    recipe : Recipe
        What the world is made from.
    block, number : int
        Number of the block, and how many cases it holds; see `Recipe.blocks`.
    wanted : tuple of str
        Which of `FORMS` to make.

    Returns
    -------
    dict of str to pyarrow.Table
        Each table wanted and its truth, ``truth_...``. Rows are ordered by year of report,
        case number, line and copy; ``row`` and ``duplicate_of`` of the truth count from 0 within
        the block.
    """
    setting = make_setting(recipe)
    whole = true_block(recipe, block, number)
    case = whole.lines["case"].to_numpy(dtype=np.int64)
    whole.cases["value_cents"] = np.bincount(
        case, weights=whole.lines["value_cents"], minlength=len(whole.cases)
    ).astype(np.int64)
    tables = {}
    for name in wanted:
        form = FORMS[name]
        rows = plant_defects(form, setting, whole.cases, whole.lines, whole.chances)
        rows = _in_order(rows, whole.lines)
        tables[name] = seizures_table(rows, whole.cases, whole.lines)
        tables[f"truth_{name}"] = truth_table(rows, whole.cases, whole.lines)
    return tables


def _in_order(rows: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of the extract, with ``row`` and ``duplicate_of``."""
    year = (FIRST_DAY + rows["report_day"].to_numpy()).astype("datetime64[Y]").astype(np.int64)
    line_no = lines["line_no"].to_numpy()[rows["line"]]
    order = np.lexsort((rows["is_copy"], line_no, rows["number"], year))
    rows = rows.iloc[order].reset_index(drop=True)
    rows["row"] = np.arange(len(rows))
    # A copy repeats the row of the same keying, the second keying that of the first.
    own = ~rows["is_copy"].to_numpy()
    place = np.full((len(lines), 2), -1)
    place[rows["line"][own], rows["keying"][own]] = rows["row"][own]
    first = np.where(rows["keying"] == 1, place[rows["line"], 0], -1)
    repeated = np.where(own, first, place[rows["line"], rows["keying"]])
    return rows.assign(duplicate_of=repeated)
