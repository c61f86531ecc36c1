"""Rules about the lines of one case: what they share, and what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.cells import Cells
from rilo_training.seizures.problems import Problems, joined

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

SHARED = (
    *("seizure_date", "report_date", "reporting_country", "location", "direction", "detection"),
    *("conveyance", "concealment", "departure_country", "transit_country", "destination_country"),
    *("is_ecommerce", "seizure_port", "departure_port", "transit_port", "destination_port"),
    *("persons", "case_value_usd"),
)
"""Columns that say something about the whole case."""
TOLERANCE_USD = 0.01


def check_cases(
    cells: Cells, labels: pd.DataFrame, copies: npt.NDArray[np.int64], problems: Problems
) -> None:
    """Add the problems of cases whose lines do not agree.

    Parameters
    ----------
    cells : Cells
        The table.
    labels : pandas.DataFrame
        Its columns with a code list, in the labels of the list where the meaning is sure.
    copies : array of int
        Positions of exact duplicates: they are not lines of their own, but share the problems of
        their case.
    problems : Problems
        Takes what is found.
    """
    if not cells.has("case_id"):
        return
    table = cells.table.assign(**{name: labels[name] for name in labels.columns})
    table = table[table["case_id"].notna()]
    single = table[~table.index.isin(copies)]
    _repeated_lines(single, problems)
    _totals(table, single, problems)
    several = table[table["case_id"].duplicated(keep=False)]
    for name in SHARED:
        if name in table.columns:
            _disagreement(several, name, problems)


def _repeated_lines(table: pd.DataFrame, problems: Problems) -> None:
    if "line_no" in table.columns:
        known = table[table["line_no"].notna()]
        again = known[known.duplicated(["case_id", "line_no"], keep=False)]
        if len(again):
            text = joined(again["case_id"], " line ", again["line_no"])
            problems.of_cells("line_repeated", "line_no", again.index.to_numpy(), text)


def _totals(table: pd.DataFrame, single: pd.DataFrame, problems: Problems) -> None:
    """Compare the value of each case with the sum of its lines; each line counts once."""
    if not {"value_usd", "case_value_usd", "line_no"} <= set(table.columns):
        return
    lines = single.drop_duplicates(["case_id", "line_no", "value_usd"])
    # Whole cents add up in every order to the same number.
    by_case = lines["value_usd"].mul(100).round().groupby(lines["case_id"])
    total = by_case.sum().where(by_case.count().eq(by_case.size())) / 100
    wanted = table["case_id"].map(total).astype("float64")
    wrong = table[(table["case_value_usd"] - wanted).abs() > TOLERANCE_USD]
    problems.of_cells(
        "case_total",
        "case_value_usd",
        wrong.index.to_numpy(),
        wrong["case_value_usd"],
        wanted.loc[wrong.index],
    )


def _disagreement(several: pd.DataFrame, name: str, problems: Problems) -> None:
    """Add the lines that differ from what most lines of their case say; all lines in a tie."""
    distinct = several.groupby("case_id")[name].transform("nunique")
    own = several[distinct.gt(1) & several[name].notna()]
    if own.empty:
        return
    votes = own.groupby(["case_id", name])["case_id"].transform("size")
    most = votes.groupby(own["case_id"]).transform("max")
    winners = own[votes.eq(most)].groupby("case_id")[name].nunique()
    tied = own["case_id"].map(winners).gt(1)
    odd = own[votes.lt(most) | tied]
    problems.of_cells("case_disagrees", name, odd.index.to_numpy(), odd[name])
