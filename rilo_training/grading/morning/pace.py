"""Who is behind and who is ahead, against the day and against the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rilo_training.course.manifest import Programme
from rilo_training.grading.morning.day import TrainingDay
from rilo_training.grading.reports.standing import course_day
from rilo_training.grading.store.result import Result

STANDINGS = ("behind", "with the room", "ahead")
GRADED = ("graded", "task", "test")
FAR = 20
RULE = (
    "Rule: behind means that a unit which others handed in is missing, or that the share of "
    f"correct questions is {FAR} points or more below the middle of the room. Ahead means "
    f"nothing is missing, and the share is {FAR} points or more above the middle, or a unit of "
    "today is already handed in."
)


@dataclass(frozen=True)
class Pace:
    """How far one person is.

    Parameters
    ----------
    name
        Who.
    handed_in, expected
        Units of earlier days: handed in, and asked for.
    correct, asked
        Questions of the units that they handed in.
    standing
        ``behind``, ``with the room`` or ``ahead``.
    """

    name: str
    handed_in: int
    expected: int
    correct: int
    asked: int
    standing: str

    @property
    def share(self) -> float:
        """The share of correct questions, in per cent."""
        return 100 * self.correct / self.asked if self.asked else 0.0


def paces(programme: Programme, day: TrainingDay, results: Sequence[Result]) -> list[Pace]:
    """Return how far each person is, those who are furthest behind first.

    Parameters
    ----------
    programme, day
        The course and the day in whose morning this is asked.
    results
        The results that count, one for each participant, unit and question. Answers that wait
        for a person are neither correct nor wrong.
    """
    of = course_day(programme)
    today = day.place or (10**6, 0)
    own: dict[str, list[Result]] = {}
    for result in results:
        own.setdefault(result.participant, []).append(result)
    given = {result.unit for result in results}
    expected = {
        unit.id for unit in programme.units if (unit.week, unit.day) < today and unit.id in given
    }
    counts = {}
    for name, found in own.items():
        marked = [result for result in found if result.verdict != "to_mark"]
        correct = sum(result.verdict == "correct" for result in marked)
        units = {result.unit for result in found}
        is_early = any(of.get(unit, (0, 0)) >= today for unit in units)
        counts[name] = (len(units & expected), correct, len(marked), is_early)
    shares = [100 * correct / asked for _, correct, asked, _ in counts.values() if asked]
    middle = median(shares) if shares else 0.0
    found_paces = []
    for name, (handed_in, correct, asked, is_early) in counts.items():
        share = 100 * correct / asked if asked else middle
        if handed_in < len(expected) or share <= middle - FAR:
            standing = "behind"
        elif share >= middle + FAR or is_early:
            standing = "ahead"
        else:
            standing = "with the room"
        found_paces.append(Pace(name, handed_in, len(expected), correct, asked, standing))
    return sorted(
        found_paces,
        key=lambda one: (STANDINGS.index(one.standing), one.handed_in, one.share, one.name),
    )


def handed_in_by_nobody(
    programme: Programme, day: TrainingDay, results: Sequence[Result]
) -> list[str]:
    """Return the graded units of earlier days that nobody handed in: dropped, or not graded yet."""
    today, given = day.place or (10**6, 0), {result.unit for result in results}
    return [
        unit.id
        for unit in programme.units
        if (unit.week, unit.day) < today and unit.kind in GRADED and unit.id not in given
    ]
