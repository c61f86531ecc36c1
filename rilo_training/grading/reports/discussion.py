"""The three things to discuss tomorrow morning, chosen from the results by a stated rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rilo_training.course.manifest import Programme
from rilo_training.grading.reports.page import amount, counted
from rilo_training.grading.reports.standing import (
    OUTCOMES,
    Asked,
    asked_questions,
    hardest_first,
    is_typed_in,
    of_newest_day,
    scores,
    shared_mistakes,
)
from rilo_training.grading.store.result import Result

HOW_MANY = 3
RULE = (
    "Taken in this order, and no question twice: the mistake that cost most points (one that "
    "several participants made goes first); the most difficult question; the competence with the "
    "smallest share of points; the written answers. Only the units of the newest day count here."
)

# What to ask the group, by what happened and by the kind of answer. "" is any other kind.
_ROWS = "Show the two lines of code side by side. Which rows does each of them count?"
_SETS = "Put the two results side by side. What stands in only one of them, and why?"
_CHOICE = "Who chose another answer? What in the task speaks for it, and what against it?"
_CHART = "Put the two charts side by side. What does a reader believe after each of them?"
ASK: dict[str, dict[str, str]] = {
    "near_miss": {"": _ROWS, "table": _SETS, "set": _SETS, "list": _SETS, "choice": _CHOICE}
    | {"chart": _CHART},
    "wrong": {
        "": "Take ten rows and do it by hand. At which row does the code something else?",
        "choice": _CHOICE,
        "chart": _CHART,
        "text": "Read one text aloud. What may its reader do with it, and what not?",
    },
    "partial": {
        "": _SETS,
        "chart": _CHART,
        "score": "Which consignments come first with one score and not with the other, and why?",
        "text": "Read one text aloud. Which sentence would you change first, and why?",
    },
    "error": {
        "": "Read the last line of the error aloud. Which name does it give, and which cell "
        "should have made it?"
    },
    "timeout": {"": "Which step is done again and again? How can it be done once for all rows?"},
    "out_of_memory": {"": "How many rows are there after each step? Which step makes too many?"},
    "kernel_died": {"": "Run the cells one after the other. After which of them does it stop?"},
    "not_attempted": {"": "What does the task ask for, in your own words? What is the first step?"},
    "no_answer": {
        "": "Which name does the check read? In which line does this name get its value?"
    },
    "to_mark": {"": "Read one text aloud. What may its reader do with it, and what not?"},
}
ASK_TYPED_IN = "Tomorrow the data are others. Which of your lines must be changed, and why?"
ASK_COMPETENCE = "What do you look at first, before you write code for such a question, and why?"


@dataclass(frozen=True)
class Thing:
    """One thing to discuss.

    Parameters
    ----------
    title
        What it is about, with its place in the course.
    finding
        What happened: the sentence of the mistake, or how the answers stand.
    numbers
        How many participants and points.
    ask
        One question to ask the group.
    reason
        Why it was chosen.
    """

    title: str
    finding: str
    numbers: str
    ask: str
    reason: str


def question_to_ask(verdict: str, kind: str, diagnosis: str = "") -> str:
    """Return a question for a group, by what happened.

    Parameters
    ----------
    verdict, kind, diagnosis
        As in a result.

    Examples
    --------
    >>> question_to_ask("near_miss", "number")
    'Show the two lines of code side by side. Which rows does each of them count?'
    """
    if is_typed_in(diagnosis):
        return ASK_TYPED_IN
    by_kind = ASK.get(verdict, ASK["wrong"])
    return by_kind.get(kind, by_kind[""])


def things_to_discuss(programme: Programme, results: Sequence[Result]) -> list[Thing]:
    """Return at most three things to discuss, as :data:`RULE` says.

    Parameters
    ----------
    programme
        The course: which units belong to the newest day.
    results
        One result for each participant, unit and question.
    """
    newest = of_newest_day(programme, results)
    asked = asked_questions(newest)
    used: set[tuple[str, str]] = set()
    things: list[Thing] = []
    for make in (_mistake, _question, _competence, _texts):
        if len(things) < HOW_MANY:
            things += islice(make(programme, newest, asked, used), 1)
    return things


Used = set[tuple[str, str]]


def _mistake(
    programme: Programme, results: Sequence[Result], asked: Sequence[Asked], used: Used
) -> Iterator[Thing]:
    # Sorting keeps the order of equals: by points, and those that several people made first.
    for found in sorted(shared_mistakes(results), key=lambda one: not one.is_shared)[:1]:
        questions = sorted(found.questions, key=lambda q: (len(q), q))
        if len(questions) == 1:  # one that runs through a whole unit uses no question up
            used.add((found.unit, questions[0]))
        word = "Question" if len(questions) == 1 else "Questions"
        numbers = " and ".join(", ".join(q[1:] for q in questions).rsplit(", ", 1))
        people = len({result.participant for result in results if result.unit == found.unit})
        yield Thing(
            f"{word} {numbers} of {found.unit}",
            found.sentence,
            f"Made by {len(found.participants)} of {counted(people, 'participant')}. "
            f"It cost {amount(found.lost)} points.",
            question_to_ask(found.verdict, found.kind, found.sentence),
            "the mistake that cost most points",
        )


def _question(
    programme: Programme, results: Sequence[Result], asked: Sequence[Asked], used: Used
) -> Iterator[Thing]:
    for one in hardest_first(asked):
        if one.score.lost > 0 and (one.unit, one.question) not in used:
            used.add((one.unit, one.question))
            yield Thing(
                f"Question {one.question[1:]} of {one.unit}",
                _outcomes(one),
                f"{amount(one.score.earned)} of {amount(one.score.out_of)} points were earned "
                f"({one.score.percent} per cent).",
                _ask_about(one),
                "the most difficult question" + (" of the others" if len(used) > 1 else ""),
            )


def _competence(
    programme: Programme, results: Sequence[Result], asked: Sequence[Asked], used: Used
) -> Iterator[Thing]:
    lost = {
        name: score
        for name, score in scores(results, lambda r: r.competence).items()
        if score.lost > 0
    }
    for name in sorted(lost, key=lambda name: lost[name].earned / lost[name].out_of)[:1]:
        # A question may have had another competence when an earlier file was graded.
        questions = asked_questions(result for result in results if result.competence == name)
        own = [one for one in questions if one.score.lost > 0]
        most = max(own, key=lambda one: ((one.unit, one.question) not in used, one.score.lost))
        is_new = (most.unit, most.question) not in used
        used.add((most.unit, most.question))
        yield Thing(
            f"{name} {programme.competences.get(name, '')}".strip(),
            f"The smallest share of points. Look at question {most.question[1:]} of {most.unit}: "
            + _outcomes(most),
            f"{amount(lost[name].earned)} of {amount(lost[name].out_of)} points were earned "
            f"({lost[name].percent} per cent).",
            _ask_about(most) if is_new else ASK_COMPETENCE,
            "the competence with the smallest share of points",
        )


def _texts(
    programme: Programme, results: Sequence[Result], asked: Sequence[Asked], used: Used
) -> Iterator[Thing]:
    for one in asked:
        is_text = one.kind == "text" or one.outcome("to mark") > 0
        if is_text and (one.unit, one.question) not in used:
            used.add((one.unit, one.question))
            yield Thing(
                f"Question {one.question[1:]} of {one.unit}",
                _outcomes(one),
                f"{counted(len(one.results), 'text')}.",
                question_to_ask("to_mark", "text"),
                "the written answers",
            )


def _outcomes(one: Asked) -> str:
    """Return how the answers to a question stand, and the sentence of what cost most."""
    parts = [f"{number} {name}" for name in OUTCOMES if (number := one.outcome(name))]
    verdict, diagnosis = _costliest(one)
    is_mistake = verdict in ("near_miss", "wrong", "partial") and one.kind != "text"
    sentence = f" {diagnosis}" if is_mistake else ""
    return f"Of {counted(len(one.results), 'answer')}: {', '.join(parts)}.{sentence}"


def _ask_about(one: Asked) -> str:
    """Return the question to ask about what cost most points of a question."""
    verdict, diagnosis = _costliest(one)
    return question_to_ask(verdict, one.kind, diagnosis)


def _costliest(one: Asked) -> tuple[str, str]:
    """Return the verdict and the diagnosis that cost most points; of equals, a named mistake."""
    cost: dict[tuple[str, str], float] = {}
    for result in one.results:
        if result.points is not None:
            place = (result.verdict, result.diagnosis)
            cost[place] = cost.get(place, 0.0) + result.out_of - result.points
    return max(
        cost, key=lambda place: (cost[place], place[0] == "near_miss"), default=("to_mark", "")
    )
