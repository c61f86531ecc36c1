"""How a cohort stands: sums over results, and nothing that is not in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from rilo_training.answers.diagnosis import TYPED_IN, TYPED_IN_MISTAKE, TYPED_IN_PARTLY
from rilo_training.course.manifest import Programme
from rilo_training.grading.reports.page import amount
from rilo_training.grading.store.result import Result

STOPPED = ("error", "timeout", "out_of_memory", "kernel_died")
"""Verdicts of an answer that did not run to its end."""
NOTHING_CAME = ("not_attempted", "no_answer")
"""Verdicts where there is no answer to judge."""
BANDS = ("under 25", "25 to 49", "50 to 74", "75 and more")
"""The four groups of a share, in per cent."""
OUTCOMES: dict[str, tuple[str, ...]] = {
    "correct": ("correct",),
    "partly": ("partial",),
    "known mistake": ("near_miss",),
    "not correct": ("wrong",),
    "stopped": STOPPED,
    "no answer": NOTHING_CAME,
    "to mark": ("to_mark",),
}
"""The verdicts in seven groups, so that a cohort of any size fits in a row."""


@dataclass
class Score:
    """Points earned, points that could be earned, and points that wait for a person."""

    earned: float = 0.0
    out_of: float = 0.0
    waiting: float = 0.0
    answers: int = 0

    def add(self, result: Result) -> None:
        """Add one question."""
        self.answers += 1
        if result.points is None:
            self.waiting += result.out_of
        else:
            self.earned += result.points
            self.out_of += result.out_of

    @property
    def lost(self) -> float:
        """The points that were not earned; what waits is not lost."""
        return self.out_of - self.earned

    @property
    def percent(self) -> int | None:
        """The share earned; None while nothing is marked.

        100 is all of it and 0 is nothing: what lies between is never rounded to them.

        Examples
        --------
        >>> Score(earned=999, out_of=1000).percent, Score(earned=2, out_of=3).percent
        (99, 67)
        """
        if self.out_of <= 0:
            return None
        if self.lost <= 1e-9:
            return 100
        return 0 if self.earned <= 0 else min(max(round(100 * self.earned / self.out_of), 1), 99)

    @property
    def band(self) -> int | None:
        """The place of the share in :data:`BANDS`; None while nothing is marked."""
        return None if self.percent is None else min(self.percent // 25, 3)


@dataclass
class Asked:
    """One question of a unit over all participants."""

    unit: str
    question: str
    competence: str
    kind: str
    score: Score = field(default_factory=Score)
    results: list[Result] = field(default_factory=list)

    def outcome(self, name: str) -> int:
        """Return how many answers are in a group of :data:`OUTCOMES`."""
        return sum(result.verdict in OUTCOMES[name] for result in self.results)

    @property
    def times(self) -> list[float]:
        """How long each answer ran, in seconds."""
        return [result.seconds for result in self.results if result.seconds is not None]

    @property
    def median_seconds(self) -> float | None:
        """The time in the middle; None where no answer ran."""
        return median(self.times) if self.times else None

    @property
    def slowest(self) -> Result | None:
        """The answer that ran longest; None where no answer ran."""
        timed = [result for result in self.results if result.seconds is not None]
        return max(timed, key=lambda result: result.seconds or 0, default=None)


@dataclass
class Shared:
    """One mistake with all who made it."""

    unit: str
    sentence: str
    verdict: str
    kind: str
    lost: float = 0.0
    questions: dict[str, None] = field(default_factory=dict)
    participants: dict[str, None] = field(default_factory=dict)

    @property
    def is_shared(self) -> bool:
        """Whether more than one participant made it."""
        return len(self.participants) > 1


def title_of(programme: Programme, unit_id: str) -> str:
    """Return the title of a unit; its id where it was taken out of the course."""
    return next((unit.title for unit in programme.units if unit.id == unit_id), unit_id)


def points_of(results: Sequence[Result]) -> str:
    """Return the points of one unit in words: ``12 of 16, 4 to mark``."""
    marked = [result for result in results if result.points is not None]
    waiting = sum(result.out_of for result in results if result.points is None)
    earned = sum(result.points or 0 for result in marked)
    text = f"{amount(earned)} of {amount(sum(r.out_of for r in marked))}"
    return f"{text}, {amount(waiting)} to mark" if waiting else text


def scores(results: Iterable[Result], key: Callable[[Result], str]) -> dict[str, Score]:
    """Return the sums for each value of a key, in the order in which they come.

    Parameters
    ----------
    results
        The results.
    key
        Gives the group of a result: its participant, its unit, its competence.
    """
    found: dict[str, Score] = {}
    for result in results:
        found.setdefault(key(result), Score()).add(result)
    return found


def cells(
    results: Iterable[Result], row: Callable[[Result], str], column: Callable[[Result], str]
) -> dict[tuple[str, str], Score]:
    """Return the sums for each pair of a row and a column."""
    found: dict[tuple[str, str], Score] = {}
    for result in results:
        found.setdefault((row(result), column(result)), Score()).add(result)
    return found


def asked_questions(results: Iterable[Result]) -> list[Asked]:
    """Return each question of each unit, in the order in which they come."""
    found: dict[tuple[str, str], Asked] = {}
    for result in results:
        place = (result.unit, result.question)
        asked = found.get(place)
        if asked is None:
            asked = found[place] = Asked(*place, result.competence, result.kind)
        asked.score.add(result)
        asked.results.append(result)
    return list(found.values())


def hardest_first(asked: Iterable[Asked]) -> list[Asked]:
    """Return questions by the share of points earned; those that wait for a person come last."""
    return sorted(
        asked,
        key=lambda one: (
            one.score.out_of <= 0,
            one.score.earned / one.score.out_of if one.score.out_of else 0,
            -one.score.lost,
        ),
    )


def shared_mistakes(results: Iterable[Result]) -> list[Shared]:
    """Return the mistakes with those who made them, the most expensive first.

    A mistake belongs to its question. Typing in the values of the practice data is one mistake
    over all questions of a unit. Written answers have no mistakes here, and neither has an answer
    that did not come, took too long or stopped the kernel.
    """
    found: dict[tuple[str, str, str], Shared] = {}
    for result in results:
        lost = result.out_of - (result.points or 0)
        is_mistake = result.verdict in ("near_miss", "wrong", "partial", "error")
        if not is_mistake or lost <= 0 or not result.diagnosis or result.kind == "text":
            continue
        question = "" if is_typed_in(result.diagnosis) else result.question
        key = (result.unit, question, result.diagnosis)
        shared = found.get(key)
        if shared is None:
            shared = found[key] = Shared(result.unit, result.diagnosis, result.verdict, result.kind)
        shared.lost += lost
        shared.questions[result.question] = None
        shared.participants[result.participant] = None
    return sorted(found.values(), key=lambda one: (-one.lost, -len(one.participants)))


def course_day(programme: Programme) -> dict[str, tuple[int, int]]:
    """Return the week and the day of each unit; a unit that was taken out has none."""
    return {unit.id: (unit.week, unit.day) for unit in programme.units}


def of_newest_day(programme: Programme, results: Sequence[Result]) -> list[Result]:
    """Return the results of the last day of the course that has any."""
    day = course_day(programme)
    last = max((day.get(result.unit, (0, 0)) for result in results), default=(0, 0))
    return [result for result in results if day.get(result.unit, (0, 0)) == last]


def is_typed_in(diagnosis: str) -> bool:
    """Whether a diagnosis says that the values of the practice data were typed in.

    Examples
    --------
    >>> is_typed_in("You counted lines. One case may hold several lines.")
    False
    """
    return any(told in diagnosis for told in (TYPED_IN, TYPED_IN_PARTLY, TYPED_IN_MISTAKE))


def stuck(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Return the answers that did not come or did not run to their end, by participant.

    The participant with most of them comes first.
    """
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.verdict in (*STOPPED, *NOTHING_CAME):
            found.setdefault(result.participant, []).append(result)
    return dict(sorted(found.items(), key=lambda entry: -len(entry[1])))


def missing_units(results: Sequence[Result]) -> Mapping[str, list[str]]:
    """Return for each unit who handed in another unit and not this one."""
    people = dict.fromkeys(result.participant for result in results)
    by: dict[str, set[str]] = {}
    for result in results:
        by.setdefault(result.unit, set()).add(result.participant)
    return {
        unit: names
        for unit, present in by.items()
        if (names := [name for name in people if name not in present])
    }
