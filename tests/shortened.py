"""A course with some of its units, for tests to which the number of units does not matter."""

from __future__ import annotations

from pathlib import Path

from rilo_training.course.manifest import MANIFEST, Programme, load_programme

TWO = ("w1d1_01", "w1d1_90")


def shortened(course: Path, units: tuple[str, ...] = TWO) -> Programme:
    """Take all but some units out of the manifest of a copy of the course."""
    manifest = course / MANIFEST
    head, *entries = manifest.read_text(encoding="utf-8").split("[[unit]]")
    kept = [entry for entry in entries if any(f'\nid = "{unit}"\n' in entry for unit in units)]
    manifest.write_text("[[unit]]".join([head, *kept]), encoding="utf-8")
    programme = load_programme(course)
    assert tuple(unit.id for unit in programme.units) == units
    return programme
