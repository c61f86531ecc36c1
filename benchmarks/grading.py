"""What our engine costs beside papermill's own, on the same notebook in the same run."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from papermill.execute import execute_notebook

from rilo_training.course.manifest import load_programme
from rilo_training.course.notebook import notebook_text, participant_copy, read_notebook
from rilo_training.course.reference import declared_run

RUNS = 5


def main() -> None:
    """Print the median seconds of both, and their ratio."""
    programme = load_programme()
    unit = programme.unit("w1d1_90")
    blank = participant_copy(read_notebook(programme.notebook(unit)))
    extract = programme.practice_world.resolve()
    ours, theirs = [], []
    for _ in range(RUNS):
        start = perf_counter()
        declared_run(blank, extract, unit.id)
        ours.append(perf_counter() - start)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"{unit.id}.ipynb").write_text(notebook_text(blank), encoding="utf-8")
            start = perf_counter()
            execute_notebook(
                copy.deepcopy(blank),
                str(Path(folder) / "executed.ipynb"),
                parameters={"EXTRACT": str(extract)},
                kernel_name="python3",
                progress_bar=False,
                cwd=folder,
            )
            theirs.append(perf_counter() - start)
    print(f"our engine          {median(ours):>9.2f} s")
    print(f"papermill's engine  {median(theirs):>9.2f} s")
    print(f"ours / papermill's  {median(ours) / median(theirs):>9.2f}")


if __name__ == "__main__":
    main()
