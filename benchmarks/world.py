"""How long a world takes: to make, to save and to load.

Run ``python benchmarks/world.py``. Each line is the median of five runs in one process; the first
run, which also reads the parameter tables, is said apart.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from rilo_training.seizures import load_seizures
from rilo_training.world import make_world, save_world

RUNS = 5


def main() -> None:
    """Print the times in seconds and the size of the files."""
    start = perf_counter()
    world = make_world(seed=1)
    first = perf_counter() - start
    making, saving, loading = [], [], []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "world"
        for seed in range(RUNS):
            start = perf_counter()
            world = make_world(seed)
            making.append(perf_counter() - start)
            start = perf_counter()
            save_world(world, folder)
            saving.append(perf_counter() - start)
            start = perf_counter()
            load_seizures(folder)
            loading.append(perf_counter() - start)
        size = (folder / "seizures.parquet").stat().st_size
    print(f"rows                {len(world.seizures):>9,}")
    print(f"make, first run     {first:>9.2f} s")
    print(f"make                {median(making):>9.2f} s")
    print(f"save as parquet     {median(saving):>9.2f} s")
    print(f"load                {median(loading):>9.2f} s")
    print(f"seizures.parquet    {size / 1000:>9,.0f} kB")


if __name__ == "__main__":
    main()
