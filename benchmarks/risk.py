"""How long the glass box takes beside scikit-learn's gradient boosting, and how time grows.

Run ``python -m benchmarks risk``. Both fit and score the same rows; scikit-learn gets whole numbers
for the categories, made beforehand, and its time for that is not counted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))  # the made-up tables

from declarations import declarations

from rilo_training.risk import RiskModel

SIZES = (4_000, 20_000, 100_000, 400_000)
SEED = 1


def as_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with whole numbers for everything that is no number."""
    found = {}
    for name, column in table.dropna(axis=1, how="all").items():
        is_number = pd.api.types.is_numeric_dtype(column.dtype)
        found[name] = column.astype(float) if is_number else pd.factorize(column)[0].astype(float)
    return pd.DataFrame(found)


def measure(rows: int) -> tuple[float, float]:
    """Print seconds and AUC of both on so many rows; return the seconds of both."""
    table, y = declarations(2 * rows, SEED)
    numbers = as_numbers(table)
    start = perf_counter()
    model = RiskModel().fit(table[:rows], y[:rows])
    model.decision_function(table[:rows])
    our_seconds = perf_counter() - start
    start = perf_counter()
    trees = HistGradientBoostingClassifier(random_state=0).fit(numbers[:rows], y[:rows])
    trees.decision_function(numbers[:rows])
    their_seconds = perf_counter() - start
    ours = roc_auc_score(y[rows:], model.decision_function(table[rows:]))
    theirs = roc_auc_score(y[rows:], trees.decision_function(numbers[rows:]))
    print(
        f"{rows:>9,} {our_seconds:>8.1f} s {their_seconds:>12.1f} s "
        f"{our_seconds / their_seconds:>7.1f} {ours:>7.3f} {theirs:>7.3f}",
        flush=True,
    )
    return our_seconds, their_seconds


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print the growth curve; 19 columns."""
    print("     rows   glass box   scikit-learn   ratio   AUC on other rows: both")
    for rows in sizes:
        measure(rows)


if __name__ == "__main__":
    main()
