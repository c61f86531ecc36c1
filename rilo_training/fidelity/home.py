"""The consignments of the home desk: how many are illicit, who chose what, what can be known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.fidelity.measure import Measure, between
from rilo_training.world.home.parties import COMING_WEEK
from rilo_training.world.tables import parameters, scalar

Flags = npt.NDArray[np.bool_]

KEYS = ("consignment_id", "container_number")
"""Columns that name a consignment and say nothing else."""
TRAINING_WEEKS = 8
BINS = 20
WEIGHT = 20.0
"""A lookup adds so many consignments of the mean share to every value: rare values say little."""
BEST_COLUMN = 0.72
"""No column alone may rank consignments better: one lookup must not solve the exercise."""


def lookup_auc(values: pd.Series, illicit: Flags, train: Flags) -> float:
    """Return the AUC on the later weeks of the share of illicit per value in the earlier ones.

    Parameters
    ----------
    values : pandas.Series
        One column; numbers are cut at their quantiles.
    illicit : array of bool
        The truth, in the same order.
    train : array of bool
        Which rows are learned from.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from rilo_training.fidelity.home import lookup_auc
    >>> illicit = np.tile([True, False], 20)
    >>> train = np.arange(40) < 20
    >>> lookup_auc(pd.Series(np.where(illicit, "a", "b")), illicit, train)
    1.0
    """
    from sklearn.metrics import roc_auc_score

    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = (values - values.min()).dt.days
    if pd.api.types.is_numeric_dtype(values.dtype) and values.nunique() > BINS:
        values = pd.qcut(values.astype("float64"), BINS, labels=False, duplicates="drop")
    code = pd.factorize(values, use_na_sentinel=False)[0]
    size = int(code.max()) + 1
    number = np.bincount(code[train], minlength=size)
    hits = np.bincount(code[train], weights=illicit[train], minlength=size)
    share = (hits + WEIGHT * illicit[train].mean()) / (number + WEIGHT)
    return float(roc_auc_score(illicit[~train], share[code[~train]]))


def home_facts(
    consignments: pd.DataFrame, inspections: pd.DataFrame, truth: pd.DataFrame
) -> dict[str, Any]:
    """Return what is known of the consignments of a world.

    Parameters
    ----------
    consignments, inspections, truth : pandas.DataFrame
        ``consignments``, ``inspections`` and ``truth_consignments`` of a world.

    Returns
    -------
    dict
        ``number``, ``illicit_share``, ``inspected_share`` (of what arrived before the coming
        week, where nobody has inspected yet), ``known_auc`` (of the true probability),
        ``best_column``, ``best_auc`` (single column), ``columns`` (AUC of each
        column, highest first) and ``selection`` (table: ``selected_by``, ``inspections``,
        ``share``, ``hit_rate``, ``lift`` over the share of illicit).
    """
    from sklearn.metrics import roc_auc_score

    illicit = truth["is_illicit"].to_numpy(dtype=bool)
    day = (consignments["arrival_date"] - consignments["arrival_date"].min()).dt.days
    arrived = (consignments["arrival_date"] < COMING_WEEK).sum()
    train = (day < 7 * TRAINING_WEEKS).to_numpy(dtype=bool)
    columns = consignments.columns.drop([key for key in KEYS if key in consignments.columns])
    auc = {str(name): lookup_auc(consignments[name], illicit, train) for name in columns}
    ranked = pd.Series(auc, name="auc").sort_values(ascending=False, kind="stable")
    selection = inspections.groupby("selected_by")["is_illicit"].agg(["size", "mean"])
    selection = selection.set_axis(["inspections", "hit_rate"], axis=1)
    selection["share"] = selection["inspections"] / len(inspections)
    selection["lift"] = selection["hit_rate"] / illicit.mean()
    return {
        "number": len(consignments),
        "illicit_share": float(illicit.mean()),
        "inspected_share": len(inspections) / int(arrived),
        "known_auc": float(roc_auc_score(illicit, truth["p_illicit"])),
        "best_column": str(ranked.index[0]),
        "best_auc": float(ranked.iloc[0]),
        "columns": ranked.rename_axis("column").reset_index(),
        "selection": selection.sort_values("inspections", ascending=False).reset_index(),
    }


def measure_home(facts: dict[str, Any], difficulty: str = "standard") -> list[Measure]:
    """Return the measures of the summary.

    Parameters
    ----------
    facts : dict
        What `home_facts` returned.
    difficulty : str
        The one of the recipe; it decides how well the best possible ranking should be.
    """
    part = "Consignments"
    share = scalar("illicit_percent", "home_scalars") / 100
    inspected = scalar("inspected_percent", "home_scalars") / 100
    levels = parameters("home_difficulty").set_index("difficulty")["value"]
    known = float(levels[difficulty])
    close = 4 * (share / facts["number"]) ** 0.5
    hits = facts["selection"].set_index("selected_by")["hit_rate"]
    found = [
        Measure(part, "Consignments", "as asked", f"{facts['number']:,}", None),
        between(
            part,
            "Share that is illicit",
            facts["illicit_share"],
            share - close,
            share + close,
            ".4f",
        ),
        between(
            part,
            "Share that was inspected",
            facts["inspected_share"],
            0.95 * inspected,
            1.05 * inspected,
            ".4f",
        ),
        between(
            part,
            "AUC of the true probability",
            facts["known_auc"],
            known - 0.015,
            known + 0.015,
            ".3f",
        ),
        Measure(
            part,
            "AUC of the best single column",
            f"at most {BEST_COLUMN:.2f}",
            f"{facts['best_auc']:.2f} ({facts['best_column']})",
            facts["best_auc"] <= BEST_COLUMN,
        ),
    ]
    for name, hit_rate in hits.items():
        text = f"{100 * hit_rate:.1f} %"
        found.append(Measure(part, f"Hit rate, selected by {name}", "none", text, None))
    return found
