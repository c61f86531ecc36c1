"""What to repeat after several units: the weakest competences, and where each is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rilo_training.course.manifest import Programme
from rilo_training.grading.reports.standing import Asked, Score, asked_questions, cells, scores
from rilo_training.grading.store.result import Result

MOST_COMPETENCES = 3
HALF = 0.5


@dataclass(frozen=True)
class Repeat:
    """One competence to repeat.

    Parameters
    ----------
    name
        The competence with its id: ``C3 Pictures and words``.
    score
        Its points over all participants and units.
    participants
        Who has fewer than half of its points, the lowest first.
    question
        The question of this competence that cost most points.
    read_again
        Where the matter of this question stands, as the unit says it; empty where it says nothing.
    """

    name: str
    score: Score
    participants: tuple[str, ...]
    question: Asked
    read_again: str


def things_to_repeat(programme: Programme, results: Sequence[Result]) -> list[Repeat]:
    """Return the competences with the smallest share of points over all units, lowest first.

    Parameters
    ----------
    programme
        The course: the names of the competences.
    results
        One result for each participant, unit and question.

    Returns
    -------
    list of Repeat
        At most :data:`MOST_COMPETENCES`, and only those where points were lost.
    """
    over_all = scores(results, lambda r: r.competence)
    of_people = cells(results, lambda r: r.competence, lambda r: r.participant)
    asked = asked_questions(results)
    lost = [name for name, score in over_all.items() if score.lost > 0]
    found = []
    for name in sorted(lost, key=lambda name: _share(over_all[name]))[:MOST_COMPETENCES]:
        shares = {who: _share(score) for (one, who), score in of_people.items() if one == name}
        own = [one for one in asked if one.competence == name]
        question = max(own, key=lambda one: one.score.lost)
        found.append(
            Repeat(
                f"{name} {programme.competences.get(name, '')}".strip(),
                over_all[name],
                tuple(who for who in sorted(shares, key=shares.__getitem__) if shares[who] < HALF),
                question,
                next((result.review for result in question.results if result.review), ""),
            )
        )
    return found


def _share(score: Score) -> float:
    """Return the share that was earned; 1 while nothing is marked."""
    return score.earned / score.out_of if score.out_of > 0 else 1.0
