"""What to repeat after several units: the weakest competences, and where each is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rilo_training.course.manifest import Programme
from rilo_training.grading.reports.standing import Asked, Score, asked_questions, cells, scores
from rilo_training.grading.store.result import Result

MOST_COMPETENCES = 3
LOW_PERCENT = 50
"""Who has a smaller share of the points of a competence is named beside it."""


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
        Who has less than :data:`LOW_PERCENT` of its points, the lowest first.
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
    lost = {name: score for name, score in over_all.items() if score.lost > 0}
    found = []
    for name in sorted(lost, key=lambda name: lost[name].earned / lost[name].out_of):
        shares = {who: score.percent for (one, who), score in of_people.items() if one == name}
        marked = [(share, who) for who, share in shares.items() if share is not None]
        # A question may have had another competence when an earlier file was graded.
        own = asked_questions(result for result in results if result.competence == name)
        question = max(own, key=lambda one: one.score.lost)
        found.append(
            Repeat(
                f"{name} {programme.competences.get(name, '')}".strip(),
                lost[name],
                tuple(who for share, who in sorted(marked) if share < LOW_PERCENT),
                question,
                next((result.review for result in question.results if result.review), ""),
            )
        )
    return found[:MOST_COMPETENCES]
