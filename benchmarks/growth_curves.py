"""How seconds and memory grow with the number of rows, drawn for each part of the course.

``python -m benchmarks growth --out DIR`` measures and draws: one picture for each part, on axes on
which each step is ten times, with the slopes in the title, and ``growth.csv`` with the numbers. A
slope of 1 is in proportion to the rows; 2 is the square. Each size runs in a process of its own, so
that its memory is its own; its table is made before the clock starts. Seconds are those of the
processor: what else runs on the machine is not in them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

SIZES = (5_000, 10_000, 20_000, 40_000, 80_000)
LEAST_MB = 1.0
"""Less memory is noise, and is drawn as this."""

LARGEST = 3
"""The slope is that of so many largest sizes."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """What one size of one part cost: seconds of processor, and MB of memory more than before."""

    part: str
    rows: int
    seconds: float
    memory_mb: float


def _world(cases: int) -> Work:
    from rilo_training.world import make_world

    make_world(1, 500, tables=["seizures"])  # reads the parameter tables
    return lambda: make_world(1, cases, tables=["seizures"])


def _validate(lines: int) -> Work:
    from rilo_training.seizures import validate
    from rilo_training.world import make_world

    made = make_world(1, lines, tables=["seizures_raw"]).tables["seizures_raw"]
    table = pd.DataFrame(made).head(lines).reset_index(drop=True)
    validate(table.head(200))
    return lambda: validate(table)


def _linking(names: int) -> Work:
    from benchmarks.linking import lists
    from rilo_training.analysis import link_records

    left, right = lists(names)
    link_records(*lists(100), "name")
    return lambda: link_records(left, right, "name")


def _risk(rows: int) -> Work:
    from benchmarks.anomaly import declarations
    from rilo_training.risk import RiskModel

    table = declarations(rows)
    chance = np.where(table["heading"].mod(5).eq(0), 0.12, 0.03)
    is_illicit = np.random.default_rng(1).random(rows) < chance
    RiskModel().fit(table.head(1000), is_illicit[:1000])
    return lambda: RiskModel().fit(table, is_illicit).decision_function(table)


def _anomaly(rows: int) -> Work:
    from benchmarks.anomaly import declarations
    from rilo_training.anomaly import AnomalyModel

    table = declarations(rows)
    AnomalyModel().fit(table.head(1000))
    return lambda: AnomalyModel().fit(table).anomaly_score(table)


PARTS: dict[str, tuple[str, Callable[[int], Work]]] = {
    "world": ("cases", _world),
    "validate": ("seizure lines", _validate),
    "linking": ("names in each list", _linking),
    "risk": ("rows of 19 columns", _risk),
    "anomaly": ("rows of 19 columns", _anomaly),
}
"""What a row is, and how the work on so many of them is made ready."""


def measure(part: str, rows: int) -> Cost:
    """Return what one size costs, measured in this process."""
    work = PARTS[part][1](rows)
    gc.collect()
    before = _start_of_peak()
    start = process_time()
    kept = work()
    seconds = process_time() - start
    memory = _memory_mb("VmHWM") - before
    del kept  # it belongs to the peak
    return Cost(part, rows, seconds, memory)


def _start_of_peak() -> float:
    """Return the memory now, in MB, and let the system count the peak from here."""
    if sys.platform == "linux":
        import contextlib
        import ctypes

        # What was freed since the start would be used again, and the peak would not show it.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory_mb("VmRSS")


def _memory_mb(line: str) -> float:
    """Return a line of the system's account of this process; NaN where there is none."""
    if sys.platform != "linux":
        return float("nan")
    for text in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if text.startswith(f"{line}:"):
            return int(text.split()[1]) / 1000
    return float("nan")


def measured(parts: Iterable[str] = tuple(PARTS), sizes: Sequence[int] = SIZES) -> list[Cost]:
    """Print and return what each size of each part costs."""
    found = []
    print(f"{'part':<10}{'rows':>9}{'seconds':>10}{'microseconds a row':>20}{'memory, MB':>12}")
    for part in parts:
        for rows in sizes:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                cost = pool.submit(measure, part, rows).result()
            each = cost.seconds / rows * 1e6
            print(
                f"{part:<10}{rows:>9,}{cost.seconds:>10.2f}{each:>20.0f}{cost.memory_mb:>12.0f}",
                flush=True,
            )
            found.append(cost)
    return found


def graded(sizes: Sequence[int]) -> list[Cost]:
    """Return what ``rilo grade`` costs for so many submissions; nothing where it cannot run."""
    from benchmarks.peers.environment import Unavailable
    from benchmarks.peers.growth import grow

    try:
        found = grow(tuple(sizes))
    except Unavailable as reason:
        print(f"grading is left out: {reason}")
        return []
    return [Cost("grading", size.submissions, size.cpu, size.peak_mb) for size in found]


def slope(rows: Sequence[float], cost: Sequence[float]) -> float:
    """Return the power of the rows with which a cost grows: 1 is in proportion.

    Missing costs are left out; with fewer than two there is no slope.
    """
    table = pd.DataFrame({"rows": rows, "cost": cost}, dtype=float).dropna()
    if len(table) < 2:
        return float("nan")
    x, y = np.log(table["rows"]), np.log(table["cost"])
    return float(np.polyfit(x, y, 1)[0])


def drawn(part: str, costs: Sequence[Cost], unit: str) -> Any:
    """Return the picture of a part: seconds and memory against rows, with slope 1 beside them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    from rilo_training.charts import Chart, house_style

    rows = [float(cost.rows) for cost in costs]
    measures = {"Seconds": [cost.seconds for cost in costs]}
    if not any(np.isnan(cost.memory_mb) for cost in costs):
        measures["Memory (MB)"] = [max(LEAST_MB, cost.memory_mb) for cost in costs]
    told = [f"{rows[-1] / rows[0]:.0f} times the {unit}:"]
    slopes = []
    with house_style():
        chart = Chart(3.0)
        grid = chart.subplots(1, len(measures), squeeze=False)[0]
        for axes, (name, values) in zip(grid, measures.items(), strict=True):
            what = name.split(" ")[0].lower()
            told.append(f"{values[-1] / values[0]:.1f} times the {what},")
            # What every size costs, such as a start, hides the growth among the small ones.
            slopes.append(f"{what} {slope(rows[-LARGEST:], values[-LARGEST:]):.2f}")
            axes.loglog(rows, values, "o-", color="#0b2e59", label="measured")
            even = [values[0] * row / rows[0] for row in rows]
            axes.loglog(rows, even, ":", color="#555555", label="slope 1")
            axes.set_xlabel(unit.capitalize(), loc="left")
            axes.set_title(name, loc="left")
            axes.grid(axis="y")
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.10g}"))
                axis.set_minor_formatter(NullFormatter())
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
            axes.set_xticks(rows[:: max(1, len(rows) // 2)], minor=False)
            axes.legend(loc="upper left")
        title = f"Slopes of {part}: {', '.join(slopes)}"
        points = ", ".join(
            f"{cost.rows:,}: {cost.seconds:.2f} s and {cost.memory_mb:.0f} MB" for cost in costs
        )
        chart.dress(
            title=title,
            subtitle=" ".join(told).rstrip(","),
            notes=[
                f"Slopes are those of the {min(LARGEST, len(rows))} largest sizes; both axes have "
                "steps of ten times. Dotted: in proportion."
            ],
            alt_text=f"Growth curves. {title}. By {unit}: {points}.",
        )
    return chart


def main(out: Path, sizes: Sequence[int] = SIZES, submissions: Sequence[int] = ()) -> list[Path]:
    """Measure, write ``growth.csv`` and a picture for each part, and return the files.

    Parameters
    ----------
    out : pathlib.Path
        The folder; it is made.
    sizes : list of int
        The numbers of rows.
    submissions : list of int
        The numbers of submissions that are graded; none when it is empty.
    """
    costs = measured(sizes=sizes) + (graded(submissions) if submissions else [])
    out.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame([asdict(cost) for cost in costs])
    table.round(3).to_csv(out / "growth.csv", index=False)
    files = [out / "growth.csv"]
    for part in dict.fromkeys(cost.part for cost in costs):
        own = [cost for cost in costs if cost.part == part]
        unit = PARTS[part][0] if part in PARTS else "submissions, with the start of the grader"
        chart = drawn(part, own, unit)
        files.append(chart.save(out / f"growth_{part}.png"))
        print(chart.get_suptitle())
    return files
