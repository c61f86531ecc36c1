"""The manifest ``curriculum/programme.toml`` and where the course is."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rilo_training.course.worlds import UnitWorld

MANIFEST = Path("curriculum") / "programme.toml"
COURSE_VARIABLE = "RILO_COURSE"
ATTEMPT_POLICIES = ("best", "last")
KINDS_OF_UNIT = ("prework", "lesson", "graded", "task", "test")


class CourseError(RuntimeError):
    """The course or a part of it was not found or is not sound; the text says what to do."""


@dataclass(frozen=True)
class Unit:
    """One unit as the manifest describes it.

    ``proved_by`` holds, for each objective, the questions that prove it.
    """

    id: str
    title: str
    kind: str
    week: int
    day: int
    minutes: int
    desk: str
    folder: str
    file: str
    office_asks: str
    objectives: tuple[str, ...]
    proved_by: tuple[tuple[str, ...], ...]
    competences: tuple[str, ...]
    tables: tuple[str, ...]
    stories: tuple[str, ...]
    points: float

    @property
    def world(self) -> UnitWorld:
        """Return which world the unit needs."""
        return UnitWorld(self.tables, self.stories)


@dataclass(frozen=True)
class Part:
    """A part of a training day: a unit, or something else that the day holds.

    ``unit`` is the id of the unit, or empty. ``name`` is the title of the unit then.
    """

    name: str
    minutes: int
    unit: str = ""


@dataclass(frozen=True)
class Day:
    """A training day as the manifest plans it. ``live`` says what the live hour is about."""

    week: int
    day: int
    title: str
    live: str
    minutes: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Programme:
    """The course: its root folder, its units in order, its competences and its dates.

    ``attempts`` says which of several attempts at a unit counts: ``best`` or ``last``.
    """

    root: Path
    title: str
    start: dt.date
    end: dt.date
    holidays: tuple[dt.date, ...]
    competences: dict[str, str]
    units: tuple[Unit, ...]
    days: tuple[Day, ...]
    cell_seconds: int
    practice_extract: str
    attempts: str

    def unit(self, unit_id: str) -> Unit:
        """Return a unit by its id, or raise :class:`CourseError`."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        known = ", ".join(unit.id for unit in self.units)
        raise CourseError(f"There is no unit {unit_id!r}. The units are: {known}.")

    def notebook(self, unit: Unit) -> Path:
        """Return the instructor notebook of a unit."""
        return self.root / unit.folder / unit.file

    @property
    def practice_world(self) -> Path:
        """The folder of the practice data."""
        return self.root / self.practice_extract

    def working_days(self) -> list[dt.date]:
        """Return the days from start to end without week-ends and holidays."""
        days = (self.end - self.start).days + 1
        every = (self.start + dt.timedelta(days=number) for number in range(days))
        return [day for day in every if day.weekday() < 5 and day not in self.holidays]


def find_root(marker: str | Path) -> Path | None:
    """Return the first folder with ``marker`` in it: as set, here and above, the package's."""
    named = os.environ.get(COURSE_VARIABLE)
    here = Path.cwd()
    places = [Path(named)] if named else []
    places += [here, *here.parents, Path(__file__).resolve().parents[2]]
    return next((place for place in places if (place / marker).is_file()), None)


def load_programme(root: Path | None = None) -> Programme:
    """Read the manifest.

    Parameters
    ----------
    root
        The folder of the course. Without it, the folder is looked for here and above.

    Raises
    ------
    CourseError
        When there is no manifest, or something in it is missing or of the wrong type.
    """
    root = root or find_root(MANIFEST)
    if root is None:
        raise CourseError(
            f"The instructor's course was not found: no file {MANIFEST.as_posix()} here or above. "
            "Run this command in the folder of the course."
        )
    try:
        found = tomllib.loads((root / MANIFEST).read_text(encoding="utf-8"))
        return _programme(root, found)
    except KeyError as reason:
        problem = f"the entry {reason} is missing"
    except OSError as reason:
        problem = str(reason.strerror)
    except (ValueError, TypeError, AttributeError) as reason:
        problem = " ".join(str(reason).split()).rstrip(".")
    raise CourseError(
        f"The manifest {MANIFEST.as_posix()} cannot be read: {problem}. "
        "Compare it with the last version that worked."
    )


def _programme(root: Path, found: dict[str, Any]) -> Programme:
    about, grading = found["programme"], found["grading"]
    units = tuple(_unit(entry) for entry in found["unit"])
    competences = {entry["id"]: str(entry["name"]) for entry in found["competence"]}
    for number, unit in enumerate(units):
        if unit.id in (other.id for other in units[:number]):
            raise ValueError(f"two units have the id {unit.id}")
        if unknown := set(unit.competences) - competences.keys():
            raise ValueError(f"{unit.id} has an unknown competence, {sorted(unknown)[0]}")
    days = tuple(_day(entry, units) for entry in found.get("day", []))
    dates = [about["start"], about["end"], *about["holidays"]]
    if not all(type(date) is dt.date for date in dates) or about["end"] < about["start"]:
        raise ValueError("start, end and holidays must be dates in this order, as 2026-11-30")
    if grading["attempts"] not in ATTEMPT_POLICIES:
        raise ValueError(f"attempts in [grading] is {grading['attempts']!r}, not best or last")
    return Programme(
        root=root,
        title=about["title"],
        start=about["start"],
        end=about["end"],
        holidays=tuple(about["holidays"]),
        competences=competences,
        units=units,
        days=days,
        cell_seconds=int(grading["cell_seconds"]),
        practice_extract=grading["practice_extract"],
        attempts=grading["attempts"],
    )


def _day(entry: dict[str, Any], units: tuple[Unit, ...]) -> Day:
    """Return a day, or raise ValueError where its parts are not those of its units."""
    known = {unit.id: unit for unit in units}
    parts = []
    for part in entry["parts"]:
        if "unit" in part:
            unit = known.get(part["unit"])
            if unit is None:
                continue  # planned, and not here yet
            parts.append(Part(unit.title, unit.minutes, unit.id))
        else:
            parts.append(Part(str(part["what"]), int(part["minutes"])))
    return Day(
        int(entry["week"]),
        int(entry["day"]),
        str(entry["title"]),
        str(entry["live"]),
        int(entry["minutes"]),
        tuple(parts),
    )


def _unit(entry: dict[str, Any]) -> Unit:
    """Return a unit, or raise ValueError naming the entry that is wrong."""
    values: dict[str, Any] = {}
    for field in fields(Unit):
        if field.name not in entry:
            raise ValueError(f"the unit {entry.get('id')} has no {field.name}")
        value = entry[field.name]
        wanted = {"str": str, "int": int, "float": int | float}.get(str(field.type), list)
        if not isinstance(value, wanted):
            raise ValueError(f"{field.name} of the unit {entry.get('id')} is {value!r}")
        values[field.name] = tuple(value) if isinstance(value, list) else value
    if unknown := entry.keys() - values.keys():
        raise ValueError(f"the unit {entry['id']} has an unknown entry, {sorted(unknown)[0]}")
    if values["kind"] not in KINDS_OF_UNIT:
        raise ValueError(f"the unit {entry['id']} has an unknown kind, {values['kind']}")
    values["proved_by"] = tuple(tuple(questions) for questions in values["proved_by"])
    if len(values["proved_by"]) != len(values["objectives"]):
        raise ValueError(f"proved_by of the unit {entry['id']} has not one list an objective")
    return Unit(**values)
