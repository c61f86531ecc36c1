"""Make a world from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rilo_training import __version__
from rilo_training.seizures.schema import COLUMNS
from rilo_training.world.cases import FIRST_DAY, LAST_DAY, draw_cases
from rilo_training.world.defects import draw_rekeyed, plant_defects
from rilo_training.world.digest import digest
from rilo_training.world.errors import WorldError
from rilo_training.world.lines import draw_lines, in_unit
from rilo_training.world.members import draw_habits
from rilo_training.world.narratives import draw_narratives

SYNTHETIC = "SYNTHETIC DATA - not CEN data"
"""The mark that every world carries."""

WORLD_VERSION = 1
"""Counts up when the same seed gives another world."""


@dataclass(frozen=True)
class World:
    """A synthetic world.

    Attributes
    ----------
    seizures : pandas.DataFrame
        The extract: the columns of `rilo_training.seizures.COLUMNS`, one row per seizure line,
        with its defects.
    truth_seizures : pandas.DataFrame
        The truth about each row of the extract, in the same order; see
        `rilo_training.world.defects.TRUTH_COLUMNS`.
    about : dict
        The content of ``world.json``: ``world_id``, ``synthetic``, ``package_version``,
        ``world_version``, ``seed`` (None when official), ``cases``, ``first_day``, ``last_day``,
        ``tables`` (rows and digest of each).
    """

    seizures: pd.DataFrame
    truth_seizures: pd.DataFrame
    about: dict[str, Any]


def _silent(part: str) -> None:
    """Tell nobody."""


def true_seizures(
    seed: int, cases: int = 12_000, progress: Callable[[str], None] = _silent
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the true lines before any defect, and the cases that are keyed a second time.

    Only what was reported by the last day of the extract is in them, so the last weeks are
    incomplete, as in every extract.

    Returns
    -------
    tuple of two pandas.DataFrame
        The lines: ``case``, ``base_quantity`` and the columns of the seizures table, ordered by
        case and line. The second keyings: ``case``, ``case_id``, ``report_date``.
    """
    progress("members")
    habits = draw_habits(seed)
    drawn = draw_cases(seed, cases, habits, progress)
    progress("lines")
    lines = draw_lines(seed, drawn, habits)
    progress("narratives")
    lines["narrative"] = draw_narratives(seed, drawn, lines)
    rekeyed = draw_rekeyed(seed, drawn["report_date"])
    drawn["case_id"], rekeyed["case_id"] = _register(drawn["report_date"], rekeyed["report_date"])

    case_columns = [column.name for column in COLUMNS if column.name in drawn.columns]
    lines = lines.join(drawn[case_columns], on="case")
    lines["quantity"] = in_unit(lines["base_quantity"], lines["unit"])
    last = pd.Timestamp(LAST_DAY)
    lines = lines[lines["report_date"] <= last]
    lines = lines.sort_values(["case_id", "line_no"], kind="stable").reset_index(drop=True)
    columns = ["case", "base_quantity", *[column.name for column in COLUMNS]]
    return lines[columns], rekeyed[rekeyed["report_date"] <= last].reset_index(drop=True)


def _register(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the case numbers: within each year, in the order of report."""
    dates = pd.concat([first, second], ignore_index=True)
    order = dates.sort_values(kind="stable").index
    year = dates[order].dt.year
    number = year.groupby(year).cumcount() + 1
    text = [f"AP-{y}-{n:06d}" for y, n in zip(year, number, strict=True)]
    case_id = np.empty(len(dates), dtype=object)
    case_id[order] = text
    return case_id[: len(first)], case_id[len(first) :]


def _as_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the contract columns in order with their dtypes."""
    table = rows[[column.name for column in COLUMNS]].copy()
    for column in COLUMNS:
        if column.kind == "text":
            values = table[column.name]
            # A missing value stays missing: before pandas 3, astype("str") would write "None".
            table[column.name] = values.astype("str").where(values.notna())
    others = {column.name: column.dtype for column in COLUMNS if column.kind != "text"}
    return table.astype(others)


def make_world(
    seed: int, cases: int = 12_000, progress: Callable[[str], None] | None = None
) -> World:
    """Return the world of a seed. The same seed always gives the same world.

    Parameters
    ----------
    seed : int
        0 to 2**128 - 1.
    cases : int
        Number of true cases found in the period, at least 1. Those reported after the last day
        are not in the extract.
    progress : callable, optional
        Called with the name of each part when it starts.

    Returns
    -------
    World

    Raises
    ------
    WorldError
        When the seed or the number of cases cannot be used.

    Examples
    --------
    >>> from rilo_training.world import make_world
    >>> world = make_world(seed=1, cases=50)
    >>> world.about["synthetic"]
    'SYNTHETIC DATA - not CEN data'
    >>> len(world.seizures) == len(world.truth_seizures)
    True
    """
    if isinstance(cases, bool) or not isinstance(cases, int) or not 1 <= cases <= 900_000:
        raise WorldError(f"The number of cases was {cases!r}. Give a whole number, 1 to 900,000.")
    tell = progress or _silent
    lines, rekeyed = true_seizures(seed, cases, tell)
    tell("defects")
    rows, truth = plant_defects(seed, lines, rekeyed)
    seizures = _as_table(rows)
    for name in truth.columns:
        if truth[name].dtype == object:
            truth[name] = truth[name].astype("str")
    tell("digests")
    mark = digest(seizures)
    about: dict[str, Any] = {
        "world_id": mark[:12],
        "synthetic": SYNTHETIC,
        "package_version": __version__,
        "world_version": WORLD_VERSION,
        "seed": seed,
        "cases": cases,
        "first_day": str(FIRST_DAY),
        "last_day": str(LAST_DAY),
        "tables": {"seizures": {"rows": len(seizures), "digest": mark}},
    }
    return World(seizures, truth, about)
