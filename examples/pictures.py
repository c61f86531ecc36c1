"""Make the two pictures of the README from the real thing: a unit in JupyterLab, a cohort report.

Run it with the tools for tests: ``.venv/bin/python examples/pictures.py``. It takes some minutes.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "pictures"
UNIT, RIGHT, KNOWN_MISTAKE = "w1d1_90", "q2", "q3"

sys.path.insert(0, str(ROOT / "tests"))  # the tests know how to open JupyterLab in a browser

from browsing import open_visit  # noqa: E402
from labbing import Notebook, running_lab  # noqa: E402

from rilo_training import demo  # noqa: E402
from rilo_training.course.manifest import load_programme  # noqa: E402
from rilo_training.course.notebook import read_notebook, solutions_of  # noqa: E402


def main() -> int:
    """Make both pictures."""
    FOLDER.mkdir(exist_ok=True)
    with contextlib.chdir(ROOT), tempfile.TemporaryDirectory() as made:
        _picture_of_a_unit(Path(made))
        if failed := demo.main(["--out", f"{made}/demo"]):
            return failed
        _picture_of_a_report(Path(made) / "demo" / "store" / "cohort_report.html")
    return 0


def _picture_of_a_unit(folder: Path) -> None:
    """One question answered right, the next with a mistake that the unit knows."""
    programme = load_programme(ROOT)
    solutions = solutions_of(read_notebook(programme.notebook(programme.unit(UNIT))))
    wrong = solutions[KNOWN_MISTAKE].replace('"seizure_date"', '"report_date"')
    with running_lab(folder) as lab, open_visit() as visit:
        notebook = Notebook(visit, lab, UNIT)
        notebook.write(f"{RIGHT}-answer", solutions[RIGHT])
        notebook.write(f"{KNOWN_MISTAKE}-answer", wrong)
        notebook.run_all()
        below = notebook.shown(f"{KNOWN_MISTAKE}-check")
        assert "a known mistake" in below.inner_text(), "the README says what the picture shows"
        below.scroll_into_view_if_needed()
        visit.page.wait_for_timeout(1_000)
        visit.page.screenshot(path=FOLDER / "unit_with_feedback.png")


def _picture_of_a_report(page: Path) -> None:
    with open_visit() as visit:
        visit.page.set_viewport_size({"width": 1366, "height": 1060})
        visit.page.goto(page.as_uri())
        visit.page.screenshot(path=FOLDER / "cohort_report.png")


if __name__ == "__main__":
    sys.exit(main())
