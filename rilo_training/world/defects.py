"""Plant the defects of real data in the true lines, and keep the truth about each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.world.lines import in_unit
from rilo_training.world.streams import stream
from rilo_training.world.tables import parameters, scalar

TRUTH_COLUMNS = (
    "row",
    "case_id",
    "line_no",
    "true_case_id",
    "true_location",
    "true_commodity",
    "true_sub_commodity",
    "true_quantity",
    "base_unit",
    "is_exact_duplicate",
    "is_near_duplicate",
    "duplicate_of",
    "has_label_variant",
    "has_unit_slip",
)
"""The columns of the truth of seizures: one row per row of the extract, in the same order."""


def draw_rekeyed(seed: int, report_date: pd.Series) -> pd.DataFrame:
    """Return the cases that were keyed a second time.

    Returns
    -------
    pandas.DataFrame
        ``case`` (row of the cases) and ``report_date`` of the second keying.
    """
    rng = stream(seed, "rekeyed")
    again = rng.random(len(report_date)) < scalar("near_duplicate", "defects") / 100
    mean = scalar("near_duplicate_lag_days", "defects")
    lag_days = 1 + np.floor(-mean * np.log(1 - rng.random(len(report_date))))
    later = report_date + pd.to_timedelta(lag_days, unit="D")
    case = np.flatnonzero(again)
    return pd.DataFrame(
        {"case": case, "report_date": later.to_numpy()[case].astype("datetime64[us]")}
    )


def add_rekeyed(lines: pd.DataFrame, rekeyed: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with those of the cases keyed a second time below them.

    Parameters
    ----------
    lines : pandas.DataFrame
        The true lines; ``case`` says which case a line belongs to.
    rekeyed : pandas.DataFrame
        ``case``, ``case_id`` and ``report_date`` of each second keying.

    Returns
    -------
    pandas.DataFrame
        The columns of `lines`, with ``true_case_id``, ``original`` (row of the true line) and
        ``is_near_duplicate``.
    """
    true = lines.assign(
        true_case_id=lines["case_id"], original=np.arange(len(lines)), is_near_duplicate=False
    )
    second = rekeyed.set_index("case")
    copies = true[true["case"].isin(second.index)].copy()
    copies["case_id"] = second.loc[copies["case"], "case_id"].to_numpy()
    copies["report_date"] = second.loc[copies["case"], "report_date"].to_numpy()
    copies["is_near_duplicate"] = True
    return pd.concat([true, copies], ignore_index=True)


def misspell(seed: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with some labels spelled in another way, and ``has_label_variant``."""
    rng = stream(seed, "spellings")
    table = parameters("label_variants")
    rows = rows.assign(has_label_variant=False)
    changed = np.zeros(len(rows), dtype=bool)
    for field in ("sub_commodity", "commodity", "location"):
        variants = table[table["field"].eq(field)].groupby("label")["variant"].apply(list)
        chance, which = rng.random(len(rows)), rng.random(len(rows))
        rate = scalar(f"label_variant_{field}", "defects") / 100
        labels = rows[field].to_numpy(dtype=object).copy()
        hit = (chance < rate) & rows[field].isin(variants.index).to_numpy(dtype=bool)
        for row in np.flatnonzero(hit):
            spellings = variants[labels[row]]
            labels[row] = spellings[int(which[row] * len(spellings))]
        rows[field] = labels
        changed |= hit
    return rows.assign(has_label_variant=changed)


def slip_units(seed: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with some weights a thousand times too large or small.

    The number stays as it was and the unit is the wrong one: kg for g, or g for kg.
    ``has_unit_slip`` says which rows.
    """
    rng = stream(seed, "slips")
    weighed = rows["unit"].isin(["g", "kg"]).to_numpy(dtype=bool)
    slipped = weighed & (rng.random(len(rows)) < scalar("unit_slip", "defects") / 100)
    other = rows["unit"].map({"g": "kg", "kg": "g"})
    return rows.assign(unit=rows["unit"].where(~slipped, other), has_unit_slip=slipped)


def copy_rows(seed: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with exact copies of some of them below, and ``is_exact_duplicate``.

    ``copied_from`` is the place of the copied row, or -1.
    """
    rng = stream(seed, "copies")
    twice = np.flatnonzero(rng.random(len(rows)) < scalar("exact_duplicate", "defects") / 100)
    first = rows.assign(is_exact_duplicate=False, copied_from=-1)
    copies = rows.iloc[twice].assign(is_exact_duplicate=True, copied_from=twice)
    return pd.concat([first, copies], ignore_index=True)


def plant_defects(
    seed: int, lines: pd.DataFrame, rekeyed: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the extract with its defects, and the truth about every row of it.

    Parameters
    ----------
    seed : int
        Seed of the world.
    lines : pandas.DataFrame
        The true lines, with ``base_quantity`` and ``unit``.
    rekeyed : pandas.DataFrame
        The cases that were keyed a second time.

    Returns
    -------
    tuple of two pandas.DataFrame
        The extract, ordered by case, line and copy, and its truth with `TRUTH_COLUMNS`.
        ``true_quantity`` is a whole number of ``base_unit``. ``duplicate_of`` is the row of the
        extract that a duplicate repeats, missing for the others.
    """
    rows = add_rekeyed(lines, rekeyed)
    for column in ("location", "commodity", "sub_commodity"):
        rows[f"true_{column}"] = rows[column]
    rows["base_unit"] = rows["unit"].map(codes.units().set_index("unit")["base_unit"])
    rows["true_quantity"] = rows["base_quantity"]
    rows["quantity"] = in_unit(rows["base_quantity"], rows["unit"])
    rows = misspell(seed, rows)
    rows = slip_units(seed, rows)
    rows = copy_rows(seed, rows)

    rows["place"] = np.arange(len(rows))
    rows = rows.sort_values(["case_id", "line_no", "is_exact_duplicate"], kind="stable")
    rows["row"] = np.arange(len(rows))
    row_of_place = rows.set_index("place")["row"]
    repeats = np.where(
        rows["is_exact_duplicate"],
        rows["copied_from"],
        np.where(rows["is_near_duplicate"], rows["original"], -1),
    )
    rows["duplicate_of"] = row_of_place.reindex(repeats).to_numpy()
    rows["duplicate_of"] = rows["duplicate_of"].astype("Int64")
    rows = rows.reset_index(drop=True)
    return rows, rows[list(TRUTH_COLUMNS)].copy()
