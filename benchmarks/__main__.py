"""Run every benchmark: ``python3 run.py bench``."""

from benchmarks import grading, home, world

if __name__ == "__main__":
    for part in (world, home, grading):
        print(f"== {part.__name__.removeprefix('benchmarks.')}")
        part.main()
