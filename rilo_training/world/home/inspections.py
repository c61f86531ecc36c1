"""Who is inspected: some at random, most by the habits of officers, a few on a tip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.world.home.parties import COMING_WEEK, home
from rilo_training.world.streams import stream
from rilo_training.world.tables import Floats, parameters


def habit_weights(rng: np.random.Generator, true: pd.DataFrame) -> Floats:
    """Return how much officers are drawn to each consignment.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream that draws the countries that officers watch.
    true : pandas.DataFrame
        The columns that the table ``home_officer_habits`` names, without defects.

    Returns
    -------
    array of float, shape (consignments,)
        1 for a consignment without any of the marks.
    """
    table = parameters("home_officer_habits")
    weight = np.ones(len(true))
    by_country = table["column"].eq("origin_country")
    for column, level, factor in table.loc[~by_country, ["column", "level", "value"]].to_numpy():
        weight[true[column].eq(level).to_numpy(dtype=bool)] *= factor
    drawn = table[by_country].set_index("level")["value"]
    countries = np.sort(true["origin_country"].unique().astype(object))
    order = np.argsort(rng.random(len(countries)), kind="stable")
    watched = countries[order[: int(drawn["how many are drawn"])]]
    is_watched = true["origin_country"].isin(watched).to_numpy(dtype=bool)
    return np.where(is_watched, weight * drawn["drawn for each world"], weight)


def _sample(rng: np.random.Generator, weight: Floats, number: int) -> npt.NDArray[np.int64]:
    """Return rows drawn without replacement by their weights (Efraimidis and Spirakis, 2006)."""
    chance = rng.random(len(weight))
    key = np.full(len(weight), np.inf)
    np.divide(-np.log1p(-chance), weight, out=key, where=weight > 0)
    number = min(number, int((weight > 0).sum()))
    rows: npt.NDArray[np.int64] = np.argsort(key, kind="stable")[:number].astype(np.int64)
    return rows


def draw_inspections(
    seed: int, true: pd.DataFrame, is_illicit: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Return the inspections: which consignments, when, why, and what was found.

    Parameters
    ----------
    seed : int
        Seed of the world.
    true : pandas.DataFrame
        The consignments without defects.
    is_illicit : array of bool
        The truth, in the same order.

    Returns
    -------
    pandas.DataFrame
        One row per inspected consignment, in the order of `true`: ``consignment_id``,
        ``inspected_on``, ``selected_by`` (random, officer or tip), ``is_illicit``. The last week
        lies ahead: nothing was inspected in it or after it.
    """
    rng = stream(seed, "home_inspections")
    number = len(true)
    total = round(number * home("inspected_percent") / 100)
    by_random = round(total * home("random_share"))
    by_tip = round(total * home("tip_share"))
    free = np.ones(number)
    chosen: dict[str, npt.NDArray[np.int64]] = {}
    chosen["random"] = _sample(rng, free, by_random)
    free[chosen["random"]] = 0.0
    hits = round(by_tip * home("tip_hit_rate"))
    right = _sample(rng, free * is_illicit, hits)
    wrong = _sample(rng, free * ~is_illicit, by_tip - hits)
    chosen["tip"] = np.concatenate([right, wrong])
    free[chosen["tip"]] = 0.0
    habits = habit_weights(stream(seed, "home_habits"), true)
    chosen["officer"] = _sample(rng, free * habits, total - by_random - by_tip)

    reason = np.full(number, "", dtype=object)
    for name, rows in chosen.items():
        reason[rows] = name
    delayed = rng.random(number) * 100 < home("inspection_delay_percent")
    days = np.where(delayed, 1 + np.floor(rng.random(number) * 4), 0)
    inspected_on = true["arrival_date"].to_numpy() + days.astype("timedelta64[D]")
    rows = np.flatnonzero((reason != "") & (inspected_on < COMING_WEEK))
    return pd.DataFrame(
        {
            "consignment_id": true["consignment_id"].to_numpy()[rows],
            "inspected_on": inspected_on[rows],
            "selected_by": pd.array(reason[rows], dtype="str"),
            "is_illicit": is_illicit[rows],
        }
    ).astype({"consignment_id": "str", "inspected_on": "datetime64[us]"})
