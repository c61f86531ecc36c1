"""How time and memory of `link_records` grow with the number of names, beside rapidfuzz.

Run ``python benchmarks/linking.py``. Two lists of company names of the same length, in which three
in ten names of the second are another spelling of a name of the first. Each length runs in a
process of its own; what is compared is what a name costs more than in the shortest lists.
The peer is rapidfuzz alone, in the same process: its `token_sort_ratio` on the very pairs that
`link_records` compares, and on all pairs of names (measured on one name in fifty).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import process_time

import numpy as np
import pandas as pd
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist, cpdist
from rapidfuzz.utils import default_process

from rilo_training.analysis import link_records
from rilo_training.analysis.linking.blocking import candidates
from rilo_training.analysis.linking.table import columns_of
from rilo_training.world.home.names import company_names, name_spellings, stem, stems

SIZES = (6_250, 25_000, 100_000)
COMMON_SHARE = 0.3
ONE_IN = 50


@dataclass(frozen=True)
class Size:
    """One length of the lists: seconds of processor, peak memory in MB, share of F1 reached.

    `same_pairs` and `all_pairs` are the seconds of rapidfuzz.
    """

    names: int
    cpu: float
    peak_mb: float
    f1: float
    same_pairs: float
    all_pairs: float


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
    peak_mb = _peak_mb()
    matches = found[found["is_match"]]
    right_ones = int((matches["left"] == matches["right"]).sum())
    f1 = 2 * right_ones / (len(matches) + int(COMMON_SHARE * number))
    return Size(number, cpu, peak_mb, f1, *_peer(left["name"].tolist(), right["name"].tolist()))


def _peer(left: list[str], right: list[str]) -> tuple[float, float]:
    """Return the seconds of rapidfuzz for the pairs that we compare, and for all pairs."""
    tables = [pd.DataFrame({"name": names}) for names in (left, right)]
    columns, vocabulary = columns_of(*tables, {"name": "name"})
    one, two = candidates(columns, vocabulary, (len(left), len(right)), within=False)
    pairs = [left[at] for at in one.tolist()], [right[at] for at in two.tolist()]
    start = process_time()
    cpdist(*pairs, scorer=token_sort_ratio, processor=default_process)
    same = process_time() - start
    start = process_time()
    for name in left[::ONE_IN]:
        cdist([name], right, scorer=token_sort_ratio, processor=default_process)
    return same, ONE_IN * (process_time() - start)


def _peak_mb() -> float:
    """Return the peak memory of this process, NaN where the system does not tell it."""
    if sys.platform != "linux":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(sizes: tuple[int, ...] = SIZES) -> list[Size]:
    """Print time and memory for each length, and draw the time of one name as a bar."""
    found: list[Size] = []
    print(
        f"{'names':>9} {'CPU, s':>8} {'memory, MB':>11} {'F1':>6} {'x same pairs':>13} "
        f"{'x all pairs':>12}   time of one name"
    )
    for number in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            size = pool.submit(measure, number).result()
        found.append(size)
        ratio = size.cpu / size.names / (found[0].cpu / found[0].names)
        row = f"{size.names:>9,} {size.cpu:>8.1f} {size.peak_mb:>11,.0f} {size.f1:>6.3f}"
        row += f" {size.cpu / size.same_pairs:>13.1f} {size.cpu / size.all_pairs:>12.2f}"
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
