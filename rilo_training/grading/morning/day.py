"""Which training day it is: its date, its plan, its units, and what came before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rilo_training.course.manifest import CourseError, Day, Part, Programme, Unit
from rilo_training.grading.reports.standing import course_day
from rilo_training.grading.store.result import Result

_LAST_TO_GO = ("unit", "live", "handling", "pre-test", "brief")


@dataclass(frozen=True)
class TrainingDay:
    """One training day.

    Parameters
    ----------
    number
        From 1; the first working day of the course is day 1.
    date
        Its date: week-ends and holidays of the manifest are left out.
    place
        Week and day in the manifest; None where the manifest plans nothing for it.
    title, live
        What the day is called, and what the live hour is about; empty where nothing is planned.
    parts
        The parts of the day in order.
    units
        The units of the day.
    """

    number: int
    date: dt.date
    place: tuple[int, int] | None
    title: str
    live: str
    parts: tuple[Part, ...]
    units: tuple[Unit, ...]

    @property
    def minutes(self) -> int:
        """How long the day is."""
        return sum(part.minutes for part in self.parts)


def find_day(programme: Programme, word: str) -> TrainingDay:
    """Return the training day that a person means.

    Parameters
    ----------
    programme
        The course.
    word
        The number of the training day, or a date such as 2026-12-01.

    Raises
    ------
    CourseError
        When the course has no such day.

    Examples
    --------
    >>> from rilo_training.course.manifest import load_programme
    >>> day = find_day(load_programme(), "1")
    >>> day.number, day.place
    (1, (1, 1))
    """
    dates = programme.working_days()
    number = 0
    if word.isascii() and word.isdigit():
        number = int(word)
    else:
        try:
            date = dt.date.fromisoformat(word)
        except ValueError:
            date = None
        if date in dates:
            number = dates.index(date) + 1
    if not 1 <= number <= len(dates):
        raise CourseError(
            f"There is no training day {word!r}. The course has the training days 1 to "
            f"{len(dates)}, from {dates[0]} to {dates[-1]}; week-ends and holidays do not count. "
            "Give a number, or a date such as 2026-12-01."
        )
    places = planned(programme)
    place = places[number - 1] if number <= len(places) else None
    plan = next((day for day in programme.days if (day.week, day.day) == place), None)
    units = tuple(unit for unit in programme.units if (unit.week, unit.day) == place)
    return TrainingDay(
        number,
        dates[number - 1],
        place,
        plan.title if plan else "",
        plan.live if plan else "",
        _parts(plan, units),
        units,
    )


def planned(programme: Programme) -> list[tuple[int, int]]:
    """Return week and day of each training day that the manifest plans, in order."""
    places = {(day.week, day.day) for day in programme.days}
    return sorted(place for place in places | set(course_day(programme).values()) if place > (1, 0))


def _parts(plan: Day | None, units: Sequence[Unit]) -> tuple[Part, ...]:
    if plan is not None:
        return plan.parts
    return tuple(Part(unit.title, unit.minutes, unit.id) for unit in units)


def before(programme: Programme, day: TrainingDay, results: Sequence[Result]) -> list[Result]:
    """Return the results of units of earlier days; those of no day count as early."""
    of = course_day(programme)
    end = day.place or (10**6, 0)
    return [result for result in results if of.get(result.unit, (0, 0)) < end]


def can_be_dropped(day: TrainingDay, minutes: int) -> list[Part]:
    """Return what can go when nobody wrote notes: the last parts that are no unit and not live.

    Parameters
    ----------
    day
        The day.
    minutes
        How many minutes are missing. Where such parts are shorter together, all are returned.
    """
    found: list[Part] = []
    for part in reversed(day.parts):
        is_needed = part.unit or any(word in part.name.casefold() for word in _LAST_TO_GO)
        if not is_needed and sum(one.minutes for one in found) < minutes:
            found.append(part)
    return found
