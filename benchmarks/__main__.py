"""Run the benchmarks: ``python3 run.py bench [PART ...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import anomaly, home, linking, risk, surveillance, world
from benchmarks.peers.environment import Unavailable
from benchmarks.peers.growth import QUICK, THOUSAND
from benchmarks.peers.interchange import check_interchange
from benchmarks.peers.table import RUNS, compare

OF_THE_LIBRARY: dict[str, Callable[[], object]] = {
    "world": world.main,
    "home": home.main,
    "risk": risk.main,
    "anomaly": anomaly.main,
    "linking": linking.main,
    "surveillance": surveillance.main,
}
OUT = Path("build") / "growth"
PARTS = (*OF_THE_LIBRARY, "graders", "growth", "nbgrader")


def main(words: list[str] | None = None) -> int:
    """Run the named parts, or all; return 1 when nbgrader refuses our notebooks."""
    parser = argparse.ArgumentParser(prog="run.py bench", description=main.__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--runs", type=int, default=RUNS, help="graders: runs of each")
    parser.add_argument("--thousand", action="store_true", help="growth: up to 1,000 submissions")
    parser.add_argument("--out", type=Path, default=OUT, help="growth: folder of the curves")
    asked = parser.parse_args(words)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"There is no part {min(unknown)!r}. Choose from: {', '.join(PARTS)}.")
    code = 0
    for part in [part for part in PARTS if part in (asked.parts or PARTS)]:
        print(f"== {part}", flush=True)
        try:
            if part in OF_THE_LIBRARY:
                OF_THE_LIBRARY[part]()
            elif part == "graders":
                compare(asked.runs)
            elif part == "growth":
                from benchmarks import growth_curves

                submissions = THOUSAND if asked.thousand else QUICK
                for file in growth_curves.main(asked.out, submissions=submissions):
                    print(file)
            else:
                code |= bool(check_interchange())
        except Unavailable as reason:
            print(reason, file=sys.stderr)
            code = reason.code
    return code


if __name__ == "__main__":
    raise SystemExit(main())
