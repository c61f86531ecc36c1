"""How long the glass box takes beside scikit-learn's gradient boosting, and how both grow.

Run ``python -m benchmarks risk``. Both fit and score the same rows in one process, with as many
threads as scikit-learn takes by itself; it gets whole numbers for the categories, made beforehand,
and its time for that is not counted. Each size runs in a process of its own, so that its peak of
memory is its own. The AUC is that on other rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

SIZES = (50_000, 100_000, 200_000, 400_000)
OTHERS = 50_000
"""Rows on which both are judged."""
TIMES = 3.0
"""So many times the peer's time are allowed at the largest size."""
SEED = 46_011
DESK = [
    "arrival_date",
    "lodged_hours_before",
    "office",
    "mode",
    "origin_country",
    "departure_country",
    "hs_heading",
    "description",
    "packages",
    "gross_weight_kg",
    "value_usd",
    "payment",
    "documents",
    "importer",
    "importer_since",
    "importer_past_inspections",
    "importer_past_finds",
    "exporter",
    "agent",
]

ONE_SIZE = """
import json, sys
from benchmarks.risk import measure
print(json.dumps(vars(measure(sys.argv[1], int(sys.argv[2])))))
"""


@dataclass(frozen=True)
class Size:
    """Seconds of the clock and of the processor, AUC of both models, and memory in GB."""

    ours: float
    theirs: float
    our_cpu: float
    their_cpu: float
    our_auc: float
    their_auc: float
    memory_gb: float


def invented(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return declarations as another administration writes them: 19 columns, 2 per cent finds."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from declarations import declarations

    return declarations(rows, SEED)


def desk(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return 19 columns of the home desks of several seeds, mixed."""
    from rilo_training.world.home import make_home_desk

    tables, outcomes, seed = [], [], SEED
    while sum(map(len, tables)) < rows:
        world = make_home_desk(seed)
        tables.append(world.consignments[DESK])
        outcomes.append(world.truth_consignments["is_illicit"].to_numpy())
        seed += 1
    mixed = np.random.default_rng(SEED).permutation(sum(map(len, tables)))[:rows]
    return pd.concat(tables).iloc[mixed].reset_index(drop=True), np.concatenate(outcomes)[mixed]


TABLES = {"invented declarations": invented, "home desk": desk}


def as_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with whole numbers for everything that is no number."""
    found = {}
    for name, column in table.dropna(axis=1, how="all").items():
        is_number = pd.api.types.is_numeric_dtype(column.dtype)
        numbers = column if is_number else pd.Series(pd.factorize(column)[0], column.index)
        found[name] = numbers.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    return pd.DataFrame(found)


class Memory:
    """The most memory that a piece of work takes beside what there was before.

    The peak that the system keeps is no measure: making the table takes more than the table.
    """

    def __enter__(self) -> Memory:
        import psutil

        self.process, self.done = psutil.Process(), Event()
        self.before = self.peak = self.process.memory_info().rss
        self.watcher = Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def _watch(self) -> None:
        while not self.done.wait(0.01):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.watcher.join()

    @property
    def more_gb(self) -> float:
        """How much more at the peak, in GB."""
        return (self.peak - self.before) / 1e9


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds of the clock and of the processor, and what the work returned."""
    clock, cpu = perf_counter(), process_time()
    done = work()
    return perf_counter() - clock, process_time() - cpu, done


def measure(name: str, rows: int) -> Size:
    """Fit and score both on so many rows of a table."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    from rilo_training.risk import RiskModel

    table, y = TABLES[name](rows + OTHERS)
    numbers = as_numbers(table)
    past, later, known = table[:rows], table[rows:], y[:rows]

    def ours() -> RiskModel:
        model = RiskModel().fit(past, known)
        model.decision_function(past)
        return model

    def theirs() -> HistGradientBoostingClassifier:
        trees = HistGradientBoostingClassifier(random_state=0).fit(numbers[:rows], known)
        trees.decision_function(numbers[:rows])
        return trees

    RiskModel().fit(past[:1000], np.arange(1000) % 2 == 0)  # imports what is imported once
    HistGradientBoostingClassifier(max_iter=1).fit(numbers[:1000], np.arange(1000) % 2 == 0)
    with Memory() as memory:
        our_clock, our_cpu, model = timed(ours)
    their_clock, their_cpu, trees = timed(theirs)
    return Size(
        our_clock,
        their_clock,
        our_cpu,
        their_cpu,
        float(roc_auc_score(y[rows:], model.decision_function(later))),
        float(roc_auc_score(y[rows:], trees.decision_function(numbers[rows:]))),
        memory.more_gb,
    )


def growth(name: str, sizes: tuple[int, ...] = SIZES) -> list[Size]:
    """Print and return the growth curve of one table."""
    print(f"{name}, 19 columns")
    print("     rows   glass box   boosting   ratio   ratio (CPU)   memory, GB   KB a row     AUC")
    found = []
    for rows in sizes:
        command = [sys.executable, "-c", ONE_SIZE, name, str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        size = Size(**json.loads(done.stdout))
        print(
            f"{rows:>9,} {size.ours:>9.1f} s {size.theirs:>8.1f} s {size.ours / size.theirs:>7.2f}"
            f" {size.our_cpu / size.their_cpu:>13.2f} {size.memory_gb:>12.2f}"
            f" {size.memory_gb / rows * 1e6:>10.1f} {size.our_auc:>7.3f} {size.their_auc:.3f}",
            flush=True,
        )
        found.append(size)
    return found


def main() -> None:
    """Print the growth curves, and whether the largest size keeps the limit."""
    for name in TABLES:
        last = growth(name)[-1]
        ratio = last.ours / last.theirs
        said = "kept" if ratio <= TIMES else "NOT kept"
        print(f"At {SIZES[-1]:,} rows: {ratio:.2f} times; the limit of {TIMES:.0f} is {said}.\n")


if __name__ == "__main__":
    main()
