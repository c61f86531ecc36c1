"""Every unit in JupyterLab in a real browser, blank and solved. `run.py test` opens three."""

from pathlib import Path

import pytest
from browsing import Visit
from labbing import Lab, assert_runs_blank_and_solved

from rilo_training.course.manifest import load_programme

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNITS = [unit.id for unit in load_programme(Path(__file__).resolve().parents[2]).units]


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_runs_blank_and_solved(unit: str, lab: Lab, visit: Visit) -> None:
    """No error, every picture drawn, every solution right, nothing wider than the page."""
    assert_runs_blank_and_solved(lab, visit, unit)
