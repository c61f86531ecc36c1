"""Tables with planted records, for the tests of the anomaly room."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

Planted = tuple[pd.DataFrame, np.ndarray, np.ndarray]
"""The table, which rows are planted, and the column that was changed in each (or an empty text)."""

SHARE = 0.01
SEIZURES = {
    "quantity": "times",
    "value_usd": "times",
    "unit": "other",
    "seizure_date": "years",
    "sub_commodity": "other",
    "section": "other",
    "conveyance": "other",
    "concealment": "new",
    "direction": "new",
}
CONSIGNMENTS = {
    "gross_weight_kg": "times",
    "value_usd": "times",
    "packages": "times",
    "mode": "other",
    "hs_heading": "other",
    "origin_country": "other",
    "agent": "new",
    "payment": "new",
}
MIXED = {"kg": "times", "usd": "times", "goods": "other", "heading": "new", "left": "years"}


def plant(table: pd.DataFrame, ways: dict[str, str], seed: int) -> Planted:
    """Change one cell in one of a hundred rows.

    ``times``: a hundred times or a hundredth. ``other``: another label of the column. ``new``: a
    label that stands nowhere. ``years``: a date one to three years away.
    """
    rng = np.random.default_rng(seed)
    table = table.reset_index(drop=True)
    chosen = rng.choice(len(table), int(SHARE * len(table)), replace=False)
    planted, column = np.zeros(len(table), dtype=bool), np.full(len(table), "", dtype=object)
    for row in chosen:
        name = str(rng.choice(list(ways)))
        cell, way = table.at[row, name], ways[name]
        if pd.isna(cell):
            continue
        if way == "times":
            table[name] = table[name].astype(float)
            cell = float(cell) * float(rng.choice([0.01, 100]))
        elif way == "other":
            labels = table[name].dropna().unique()
            cell = rng.choice(labels[labels != cell])
        elif way == "new":
            cell = f"Elsewhere {row}"
        else:
            cell = cell + pd.Timedelta(days=int(rng.choice([-1, 1]) * rng.integers(366, 1000)))
        table.at[row, name] = cell
        planted[row], column[row] = True, name
    return table, planted, column


def planted_seizures(seizures: pd.DataFrame, seed: int) -> Planted:
    """Return the seizures of a world with planted records."""
    return plant(seizures, SEIZURES, seed)


def planted_consignments(consignments: pd.DataFrame, seed: int) -> Planted:
    """Return the consignments of a world with planted records."""
    return plant(consignments, CONSIGNMENTS, seed)


def mixed_table(seed: int, rows: int) -> Planted:
    """Return an invented table of dispatches with planted records."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, rows)
    kg = np.exp(rng.normal(kind * 1.5, 0.5))
    usd = kg * np.exp(rng.normal(2 + kind, 0.2))
    left = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    table = pd.DataFrame(
        {
            "goods": np.array(["tea", "rum", "gold", "books"], dtype=object)[kind],
            "heading": np.array(["0902", "2208", "7108", "4901"], dtype=object)[kind],
            "kg": kg,
            "usd": usd,
            "total": usd * np.where(rng.random(rows) < 0.1, 1.5, 1.0),
            "code": rng.choice([101, 250, 400, 999], rows),
            "left": left,
            "came": left + pd.to_timedelta(rng.integers(1, 20, rows), unit="D"),
            "urgent": rng.random(rows) < 0.3,
        }
    )
    return plant(table, MIXED, seed)


def standard_sets(seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return sets that come with scikit-learn, with one class as the anomaly, mostly thinned out.

    Classes that lie between two others (versicolor) or that are a part of another shape (most
    single digits) are no anomaly for any method and are left out.
    """
    breast, wine, iris, digits = load_breast_cancer(), load_wine(), load_iris(), load_digits()
    rng = np.random.default_rng(seed)

    def thinned(X: np.ndarray, unusual: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        few = rng.choice(np.flatnonzero(unusual), min(count, unusual.sum()), replace=False)
        rows = np.append(np.flatnonzero(~unusual), few)
        return X[rows], unusual[rows]

    malignant = breast.target == 0
    sets = {
        "breast, all": (breast.data, malignant),
        "breast, few": thinned(breast.data, malignant, 21),
    }
    for kind in range(3):
        sets[f"wine {kind}"] = thinned(wine.data, wine.target == kind, 10)
    for kind in (0, 2):
        sets[f"iris {kind}"] = thinned(iris.data, iris.target == kind, 8)
    for digit in (0, 3, 6):
        sets[f"only digit {digit}"] = thinned(digits.data, digits.target != digit, 20)
    sets["digit 4"] = thinned(digits.data, digits.target == 4, 50)
    return sets


def first_reasons(explained: pd.DataFrame, column: np.ndarray) -> float:
    """Return the share of rows whose planted column is among the two that add most."""
    first = np.argsort(-explained.to_numpy(), axis=1, kind="stable")[:, :2]
    names = np.array([explained.columns[place] for place in first.ravel()], dtype=object)
    return float((names.reshape(first.shape) == np.asarray(column)[:, None]).any(axis=1).mean())
