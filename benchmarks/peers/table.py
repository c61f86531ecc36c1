"""The comparison: measured in turns, one table with ratios, one line for each target."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.peers.contenders import Contender, contenders
from benchmarks.peers.environment import FOLDER, Unavailable, set_up
from benchmarks.peers.equivalents import Equivalents, make_equivalents
from benchmarks.peers.measure import Cost

RUNS = 5
SUBMISSIONS = 8
OURS, LIMIT = "ours, process", "limit, exec"
TARGETS = (
    (LIMIT, 2.0, "at most 2 times the limit"),
    ("nbgrader", 2.5, "at least 2.5 times less than nbgrader"),
    ("papermill loop", 2.5, "at least 2.5 times less than papermill"),
    ("otter", 5.0, "at least 5 times less than otter"),
)


@dataclass(frozen=True)
class Row:
    """The medians of one contender: eight submissions, and one more of them."""

    total: Cost
    marginal: Cost


def compare(runs: int = RUNS, only: tuple[str, ...] = ()) -> dict[str, Row]:
    """Measure every contender in turns, and print the table and the targets.

    Parameters
    ----------
    runs
        How many times each is measured; the medians are shown.
    only
        The contenders to measure; all of them when empty.

    Raises
    ------
    Unavailable
        When something cannot be run, or did not give the right marks.
    """
    if sys.platform != "linux":
        raise Unavailable("The comparison with other graders needs Linux. Nothing was measured.")
    set_up()
    with tempfile.TemporaryDirectory(prefix="work-", dir=FOLDER) as place:
        folder = Path(place)
        equivalents = make_equivalents(folder / "made")
        chosen = [one for one in contenders() if not only or one.name in only]
        chosen = [one for one in chosen if _works(one, equivalents, folder)]
        rows = _measure(chosen, equivalents, folder, runs)
    print_table(rows, runs)
    print_targets(rows)
    return rows


def _works(contender: Contender, equivalents: Equivalents, folder: Path) -> bool:
    """Whether a contender can run here: only bwrap may be missing. It also warms the disk cache."""
    _say(f"{contender.name}: first run, not counted")
    try:
        _cost(contender, equivalents, folder, 1)
    except Unavailable as reason:
        if contender.name != "ours, bwrap":
            raise
        print(f"{contender.name} was not measured: {str(reason).splitlines()[-1]}")
        return False
    return True


def _measure(
    chosen: list[Contender], equivalents: Equivalents, folder: Path, runs: int
) -> dict[str, Row]:
    costs: dict[str, list[dict[int, Cost]]] = {one.name: [] for one in chosen}
    for number in range(1, runs + 1):
        for one in chosen:
            _say(f"{one.name}: run {number} of {runs}")
            counts = sorted({1, SUBMISSIONS, one.many})
            costs[one.name].append({n: _cost(one, equivalents, folder, n) for n in counts})
    return {name: row_of(found) for name, found in costs.items()}


def _cost(contender: Contender, equivalents: Equivalents, folder: Path, count: int) -> Cost:
    own = folder / "run"
    own.mkdir()
    try:
        return contender.grade(equivalents, own, count)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def row_of(runs: list[dict[int, Cost]]) -> Row:
    """Return the medians of runs, each of which knows the cost of 1, of 8 and of more.

    What one submission more costs is the difference between the most and one, in equal shares.
    """
    most = max(runs[0])
    more = [run[most].minus(run[1], most - 1) for run in runs]
    return Row(_median([run[SUBMISSIONS] for run in runs]), _median(more))


def _median(costs: list[Cost]) -> Cost:
    return Cost(median(cost.cpu for cost in costs), median(cost.wall for cost in costs))


def print_table(rows: Mapping[str, Row], runs: int) -> None:
    """Print seconds for all contenders, and their ratios to ours and to the limit."""
    print(f"\n{SUBMISSIONS} submissions of one unit, median of {runs} runs, seconds")
    print(f"{'':<16}{'all eight':>18}{'one more':>18}{'CPU of one more':>22}")
    print(f"{'':<16}{'CPU':>9}{'wall':>9}{'CPU':>9}{'wall':>9}{'/ limit':>11}{'/ ours':>11}")
    for name, row in rows.items():
        costs = (row.total.cpu, row.total.wall, row.marginal.cpu, row.marginal.wall)
        line = "".join(f"{seconds:>9.2f}" for seconds in costs)
        ratios = (ratio(rows, name, base) for base in (LIMIT, OURS))
        print(f"{name:<16}{line}" + "".join(f"{found:>11}" for found in ratios))


def ratio(rows: Mapping[str, Row], name: str, base: str) -> str:
    """Return how many times the marginal CPU of one is that of another, as text."""
    if name not in rows or base not in rows:
        return "-"
    return f"{rows[name].marginal.cpu / rows[base].marginal.cpu:.2f}"


def print_targets(rows: Mapping[str, Row]) -> bool:
    """Print one line for each target that was measured; return whether all are reached."""
    print("\nTargets: CPU of one more submission, ours at level process")
    reached = []
    for name, factor, words in TARGETS:
        if name not in rows or OURS not in rows:
            print(f"  not measured  {words}")
            continue
        ours, theirs = rows[OURS].marginal.cpu, rows[name].marginal.cpu
        found = ours / theirs if name == LIMIT else theirs / ours
        is_reached = found <= factor if name == LIMIT else found >= factor
        reached.append(is_reached)
        print(f"  {'reached' if is_reached else 'NOT REACHED':<14}{words}: {found:.2f}")
    return all(reached)


def _say(line: str) -> None:
    print(f"  {line} ...", file=sys.stderr, flush=True)
