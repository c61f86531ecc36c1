"""How time and memory of `link_records` grow with the number of names.

Run ``python benchmarks/linking.py``. Two lists of company names of the same length, in which three
in ten names of the second are another spelling of a name of the first. Each length runs in a
process of its own; what is compared is what a name costs more than in the shortest lists.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import process_time

import numpy as np
import pandas as pd

from rilo_training.analysis import link_records
from rilo_training.world.home.names import company_names, name_spellings, stem, stems

SIZES = (6_250, 25_000, 100_000)
COMMON_SHARE = 0.3


@dataclass(frozen=True)
class Size:
    """One length of the lists: seconds of processor, peak memory in MB, share of F1 reached."""

    names: int
    cpu: float
    peak_mb: float
    f1: float


def lists(number: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two lists of names; the first labels of the second are those of the first."""
    rng = np.random.default_rng(seed)
    both = int(COMMON_SHARE * number)
    every = 2 * number - both
    names = company_names(rng, rng.integers(0, stems(), every), "business")
    owners = [stem(int(at)) for at in rng.integers(0, stems(), every)]
    full = [f"{owner} {name}" for owner, name in zip(owners, names, strict=True)]
    other = [
        f"{owner} {name_spellings(rng, name, 1)[0]}"
        for owner, name in zip(owners[:both], names[:both], strict=True)
    ]
    labels = [*range(both), *range(number, every)]
    left = pd.DataFrame({"name": full[:number]})
    return left, pd.DataFrame({"name": [*other, *full[number:]]}, index=labels)


def measure(number: int) -> Size:
    """Link two lists and return what it cost."""
    link_records(*lists(100), "name")  # the libraries are loaded
    left, right = lists(number)
    start = process_time()
    found = link_records(left, right, "name")
    cpu = process_time() - start
    matches = found[found["is_match"]]
    right_ones = int((matches["left"] == matches["right"]).sum())
    f1 = 2 * right_ones / (len(matches) + int(COMMON_SHARE * number))
    return Size(number, cpu, _peak_mb(), f1)


def _peak_mb() -> float:
    """Return the peak memory of this process, NaN where the system does not tell it."""
    if sys.platform != "linux":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(sizes: tuple[int, ...] = SIZES) -> list[Size]:
    """Print time and memory for each length, and draw the time of one name as a bar."""
    found: list[Size] = []
    print(f"{'names':>9} {'CPU, s':>8} {'memory, MB':>11} {'F1':>6}   time of one name")
    for number in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            size = pool.submit(measure, number).result()
        found.append(size)
        ratio = size.cpu / size.names / (found[0].cpu / found[0].names)
        row = f"{size.names:>9,} {size.cpu:>8.1f} {size.peak_mb:>11,.0f} {size.f1:>6.3f}"
        print(f"{row}   {'#' * round(20 * ratio)} {ratio:.2f}", flush=True)
    first, last = found[0], found[-1]
    times = last.names / first.names
    print(f"{times:.0f} times the names: {last.cpu / first.cpu:.1f} times the time,")
    print(
        f"{last.peak_mb / first.peak_mb:.1f} times the memory. The square would be {times**2:.0f}."
    )
    return found


if __name__ == "__main__":
    main()
