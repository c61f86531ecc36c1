"""How long a world takes, beside Faker and at growing size.

``python -m benchmarks`` runs it with the others. Every comparison is a ratio within one run. Each
size of the growth curve is made by a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from rilo_training.seizures import load_seizures
from rilo_training.world import TABLES, make_world, save_world
from rilo_training.world.parts import make_parts
from rilo_training.world.recipe import Recipe

RUNS = 5
FAKER_ROWS = 4_000
OUR_CASES = 200_000
SIZES = (8_500, 85_000, 850_000, 8_500_000)
"""Cases of the growth curve: about 10 thousand to 10 million lines."""

GROWTH = """
import json, resource, sys, tempfile, time
from rilo_training.world import write_world
with tempfile.TemporaryDirectory() as place:
    start = time.perf_counter()
    about = write_world(f"{place}/world", 1, int(sys.argv[1]), tables=["seizures"])
    seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([about["tables"]["seizures"]["rows"], seconds, peak / 1e6]))
"""


def seconds_of(work: Callable[[], object]) -> float:
    """Return the median seconds of some work."""
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def beside_faker() -> float:
    """Print how many rows a second we and Faker make, and return the ratio.

    Ours are whole rows of the extract, 27 columns with their truth; Faker's have ten fields.
    """
    from faker import Faker

    fake = Faker()
    Faker.seed(1)
    start = perf_counter()
    rows = [
        (
            fake.bothify("AP-2026-######"),
            fake.date_between("-3y"),
            fake.country_code(),
            fake.city(),
            fake.company(),
            fake.name(),
            fake.street_address(),
            fake.pyfloat(min_value=0, max_value=100),
            fake.random_element(("kg", "g", "pieces")),
            fake.sentence(),
        )
        for _ in range(FAKER_ROWS)
    ]
    theirs = len(rows) / (perf_counter() - start)
    start = perf_counter()
    parts = make_parts(Recipe(1, OUR_CASES), ("seizures",))
    made = sum(part.tables["seizures"].num_rows for part in parts if part.tables)
    ours = made / (perf_counter() - start)
    print(f"rows a second: ours {ours:>9,.0f}, Faker {theirs:>7,.0f}, ratio {ours / theirs:.0f}")
    return ours / theirs


def growth(sizes: tuple[int, ...] = SIZES) -> list[tuple[int, float, float]]:
    """Print and return lines, seconds and peak memory in GB of worlds of growing size."""
    found = []
    print("     lines   seconds   microseconds a line   memory, GB")
    for cases in sizes:
        command = [sys.executable, "-c", GROWTH, str(cases)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        lines, seconds, memory_gb = json.loads(done.stdout)
        print(f"{lines:>10,} {seconds:>9.1f} {seconds / lines * 1e6:>21.1f} {memory_gb:>12.2f}")
        found.append((lines, seconds, memory_gb))
    return found


def default_world() -> None:
    """Print what a default world costs: to make, for one unit, to save and to load."""
    make_world(seed=1)  # reads the parameter tables
    world = make_world(seed=1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "world"
        print(f"make, all tables        {seconds_of(lambda: make_world(2)):>7.2f} s")
        for name in TABLES[:1]:
            once = seconds_of(lambda name=name: make_world(2, tables=[name]))  # type: ignore[misc]
            print(f"make, {name} alone     {once:>7.2f} s")
        print(f"save                    {seconds_of(lambda: save_world(world, folder)):>7.2f} s")
        print(f"load the seizures       {seconds_of(lambda: load_seizures(folder)):>7.2f} s")
        save_world(world, folder, smallest=True)
        size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"practice form           {size / 1e6:>7.2f} MB")


def main() -> None:
    """Print all measurements."""
    default_world()
    beside_faker()
    growth()


if __name__ == "__main__":
    main()
