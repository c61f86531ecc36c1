"""Every unit is sound on ten worlds. `run.py prove` runs this; `run.py test` proves two."""

from pathlib import Path

import pytest

from rilo_training.course.manifest import Unit, load_programme
from rilo_training.course.verify import verify_unit

PROGRAMME = load_programme(Path(__file__).resolve().parents[2])
WORLDS = 10


@pytest.mark.parametrize("unit", PROGRAMME.units, ids=lambda unit: unit.id)
def test_every_unit_is_proved_on_ten_worlds(unit: Unit) -> None:
    """Full marks for the reference, every mistake recognised, and answers that differ."""
    report = verify_unit(PROGRAMME, unit, worlds=WORLDS)
    print(
        f"{unit.id}: {report.worlds} worlds ({report.replaced} replaced), "
        f"{report.questions} questions, {report.mistakes} mistakes"
    )
    assert report.problems == []
    assert report.worlds == WORLDS
    assert report.points == unit.points
