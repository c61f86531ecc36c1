"""How long an anomaly model takes beside its members, and how time and memory grow.

``python -m benchmarks anomaly`` runs it. The comparison is a ratio within one run: the whole model
against scikit-learn's isolation forest and the model's own neighbour search, each alone on the same
rows and columns as numbers. Each size of the growth curve runs in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

ROWS = 400_000
SIZES = (4_000, 40_000, 400_000)

GROWTH = """
import json, sys, time, tracemalloc
from benchmarks.anomaly import declarations
from rilo_training.anomaly import AnomalyModel
table = declarations(int(sys.argv[1]))
start = time.process_time()
AnomalyModel().fit(table).anomaly_score(table)
seconds = time.process_time() - start
tracemalloc.start()
AnomalyModel().fit(table).anomaly_score(table)
print(json.dumps([seconds, tracemalloc.get_traced_memory()[1] / 1e9]))
"""
"""Memory is measured in a second pass, because its measurement takes time."""


def declarations(rows: int) -> pd.DataFrame:
    """Return an invented table of declarations: 19 columns, numbers and groups."""
    rng = np.random.default_rng(0)
    heading = rng.zipf(1.3, rows) % 60
    kg = np.exp(rng.normal(heading % 7, 1))
    days = pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    table = {
        "heading": heading + 8400,
        "kg": kg,
        "usd": kg * np.exp(rng.normal(3, 0.4, rows)),
        "arrived": pd.Timestamp("2026-01-01") + days,
        "importer": pd.Series(rng.zipf(1.2, rows) % 2000).map("Importer {}".format),
    }
    for number in range(7):
        table[f"measure {number}"] = rng.normal(size=rows)
    for number in range(7):
        table[f"group {number}"] = pd.Series(rng.integers(0, 5 + number, rows)).map("g{}".format)
    return pd.DataFrame(table)


def seconds_of(work: Callable[[], Any]) -> float:
    """Return the processor's seconds for some work: other programs on the machine do not count."""
    start = process_time()
    work()
    return process_time() - start


def beside_members(rows: int = ROWS) -> float:
    """Print the seconds of the model and of its members, and return the ratio to the slowest."""
    from sklearn.ensemble import IsolationForest

    from rilo_training.anomaly import AnomalyModel
    from rilo_training.anomaly.neighbours import fit_neighbours

    table = declarations(rows)
    coded = table.apply(lambda column: pd.factorize(column, sort=True)[0]).astype(np.float64)
    numbers = ((coded - coded.mean()) / coded.std()).to_numpy()
    forest = IsolationForest(random_state=0)
    AnomalyModel().fit(table.head(1000))  # imports what is imported once
    members = {
        "isolation forest": seconds_of(lambda: forest.fit(numbers).score_samples(numbers)),
        "neighbour search": seconds_of(lambda: fit_neighbours(numbers).distances(numbers)),
    }
    ours = seconds_of(lambda: AnomalyModel().fit(table).anomaly_score(table))
    for name, seconds in members.items():
        print(f"{name:<24}{seconds:>8.1f} s")
    ratio = ours / max(members.values())
    print(f"{'AnomalyModel':<24}{ours:>8.1f} s   {ratio:.2f} times the slowest member")
    return ratio


def growth(sizes: tuple[int, ...] = SIZES) -> list[tuple[int, float, float]]:
    """Print and return rows, seconds and memory in GB beside the table, at growing size."""
    found = []
    print("     rows   seconds   microseconds a row   memory beside the table, GB")
    for rows in sizes:
        command = [sys.executable, "-c", GROWTH, str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, more = json.loads(done.stdout)
        print(f"{rows:>9,} {seconds:>9.1f} {seconds / rows * 1e6:>20.0f} {more:>29.2f}")
        found.append((rows, seconds, more))
    return found


def main() -> None:
    """Print all measurements."""
    beside_members()
    growth()


if __name__ == "__main__":
    main()
