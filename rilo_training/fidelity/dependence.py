"""How much the columns of a world depend on each other, as in real records.

A world whose columns were drawn one by one looks right in every table of one column. Here a
classifier tries to tell the cases of a commodity from the same cases with every column shuffled.
It fails (AUC 0.5) when the columns do not depend on each other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.fidelity.measure import Measure
from rilo_training.fidelity.plain import PlainWorld

LEAST_AUC = 0.70
LEAST_CASES = 300
"""Commodities with fewer cases are not tested."""
MOST_CASES = 700
"""More cases than this make the test slower and no better."""
COPIES = 3
"""Shuffled copies, each by itself: a small commodity needs more than one to learn from."""

COLUMNS = (
    "sub_commodity",
    "location",
    "concealment",
    "conveyance",
    "direction",
    "detection",
    "is_ecommerce",
    "reporter",
    "departure",
    "transit",
    "destination",
    "persons",
    "log_quantity",
    "delay",
)
"""One column of each hierarchy: no commodity beside its kinds, no port beside its country, no
unit beside the quantity, and one delay instead of two dates. Nothing can be told by a rule that
every record keeps by definition."""


def case_table(world: PlainWorld) -> pd.DataFrame:
    """Return one row per case with the columns of `COLUMNS` and ``commodity``.

    The first line stands for the case. Several lines would repeat the fields of the case, and
    the classifier would know its rows again.
    """
    first = world.lines[world.lines["line_no"].eq(1)].set_index("case")
    cases = world.cases
    goods = first["sub_commodity"] + "/" + first["measure"]
    return cases.assign(
        sub_commodity=goods.reindex(cases.index),
        log_quantity=np.log(first["base_quantity"].reindex(cases.index).astype("float64")),
        delay=(cases["report_day"] - cases["seizure_day"]).astype("float64"),
    )[["commodity", *COLUMNS]]


def shuffled_auc(table: pd.DataFrame, seed: int = 0) -> float:
    """Return how well the rows of a table are told from its copy with shuffled columns.

    Parameters
    ----------
    table : pandas.DataFrame
        Any columns; text and categories are encoded as whole numbers.
    seed : int
        For the shuffling and the folds.

    Returns
    -------
    float
        Area under the ROC curve, cross-validated in five folds: 0.5 when the columns do not
        depend on each other, 1 when every row is recognised.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rng = np.random.default_rng(seed)
    encoded = pd.DataFrame(
        {
            name: table[name] if _is_number(table[name]) else pd.factorize(table[name])[0]
            for name in table.columns
        }
    ).to_numpy(dtype=np.float64)
    mixed = [
        np.column_stack([rng.permutation(values) for values in encoded.T]) for _ in range(COPIES)
    ]
    rows = np.concatenate([encoded, *mixed])
    true = np.repeat([1, 0], [len(encoded), COPIES * len(encoded)])
    weight = np.where(true == 1, float(COPIES), 1.0)
    kinds = [not _is_number(table[name]) and table[name].nunique() < 250 for name in table.columns]
    model = HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=15,
        min_samples_leaf=10,
        learning_rate=0.15,
        categorical_features=kinds,
        random_state=seed,
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    with threadpool_limits(1):  # several threads wait for each other on a busy machine
        score = cross_val_predict(
            model, rows, true, cv=folds, method="predict_proba", params={"sample_weight": weight}
        )[:, 1]
    return float(roc_auc_score(true, score))


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values.dtype))


def dependence_table(world: PlainWorld, seed: int = 0) -> pd.DataFrame:
    """Return the AUC of each commodity with enough cases, largest commodity first.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``cases``, ``auc``, ``holds``.
    """
    table = case_table(world)
    found = []
    counts = table["commodity"].astype("str").value_counts()
    for commodity in map(str, counts.index[counts >= LEAST_CASES]):
        rows = table[table["commodity"].eq(commodity)].drop(columns="commodity")
        auc = shuffled_auc(rows.head(MOST_CASES).reset_index(drop=True), seed)
        found.append((commodity, int(counts[commodity]), auc, auc >= LEAST_AUC))
    return pd.DataFrame(found, columns=["commodity", "cases", "auc", "holds"])


def measure_dependence(table: pd.DataFrame) -> list[Measure]:
    """Return the measure of the summary."""
    if not len(table):
        return []
    lowest = table.sort_values("auc", kind="stable").iloc[0]
    return [
        Measure(
            "Dependence",
            f"Cases told from shuffled ones, lowest of {len(table)} commodities",
            f"AUC at least {LEAST_AUC:.2f}",
            f"{lowest['auc']:.2f} ({lowest['commodity']})",
            bool(lowest["auc"] >= LEAST_AUC),
        )
    ]
