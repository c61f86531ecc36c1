"""How long the home desk takes to make, and how large it is.

Run ``python benchmarks/home.py``. The time is the median of five worlds in one process; the first
one, which also reads the parameter tables, is said apart.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from sklearn.metrics import roc_auc_score

from rilo_training.world.home import make_home_desk

RUNS = 5


def main() -> None:
    """Print seconds, bytes, the share of illicit and how well the known probability ranks."""
    start = perf_counter()
    desk = make_home_desk(0)
    first = perf_counter() - start
    making, aucs = [], []
    for seed in range(1, RUNS + 1):
        start = perf_counter()
        desk = make_home_desk(seed)
        making.append(perf_counter() - start)
        truth = desk.truth_consignments
        aucs.append(roc_auc_score(truth["is_illicit"], truth["p_illicit"]))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "consignments.parquet"
        desk.consignments.to_parquet(file, index=False, compression="zstd", compression_level=19)
        size = file.stat().st_size
    print(f"consignments           {len(desk.consignments):>9,}")
    print(f"make, first run        {first:>9.2f} s")
    print(f"make                   {median(making):>9.2f} s")
    print(f"consignments.parquet   {size / 1000:>9,.0f} kB")
    print(f"AUC of the known p     {min(aucs):>9.3f} to {max(aucs):.3f}")


if __name__ == "__main__":
    main()
