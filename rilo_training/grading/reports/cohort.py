"""The report of the cohort: what an instructor needs on the evening before the next day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rilo_training.answers import VERDICTS
from rilo_training.course.manifest import Programme
from rilo_training.files import safe_name
from rilo_training.grading.reports.discussion import HOW_MANY, RULE, things_to_discuss
from rilo_training.grading.reports.page import render
from rilo_training.grading.reports.repeat import LOW_PERCENT, things_to_repeat
from rilo_training.grading.reports.standing import (
    BANDS,
    OUTCOMES,
    Asked,
    Score,
    asked_questions,
    cells,
    course_day,
    hardest_first,
    missing_units,
    of_newest_day,
    points_of,
    scores,
    shared_mistakes,
    stuck,
    title_of,
)
from rilo_training.grading.reports.tables import newest_attempts
from rilo_training.grading.store.history import CONFIRMED
from rilo_training.grading.store.result import Result

MOST_NAMES = 40
"""A larger cohort is shown as distributions; its names stand in one compact table."""
MOST_LINES = 8
MOST_MISTAKES = 12
MOST_STUCK = 20
NEWEST_COUNTS = "The newest attempt counts."

T = TypeVar("T")


def cohort_page(
    programme: Programme,
    results: Sequence[Result],
    counting: Sequence[Result] | None = None,
    policy: str = NEWEST_COUNTS,
    link: Callable[[Result], str] | None = None,
) -> str:
    """Return the page of the cohort.

    Parameters
    ----------
    programme
        The course.
    results
        All results, of all attempts.
    counting
        The results of the attempts that count; without it, those of the newest attempts. All
        sums on the page are sums over these.
    policy
        Which attempt counts, in a sentence.
    link
        Gives the address of a feedback page, as seen from this page; without it, as a first
        attempt in a new store has it.

    Returns
    -------
    str
        A page that needs no network and runs no script.
    """
    if counting is None:
        counting = newest_attempts(results)
    page = link or _page_of
    links = {(r.participant, r.unit): page(r) for r in first_of_each(counting)}
    people = list(dict.fromkeys(result.participant for result in counting))
    asked = asked_questions(counting)
    is_large = len(people) > MOST_NAMES
    newest = of_newest_day(programme, counting)
    held = stuck(newest)
    return render(
        "cohort.html",
        title=programme.title,
        counts={
            "participants": len(people),
            "units": len({result.unit for result in counting}),
            "answers": len(counting),
        },
        total=sum_of(counting),
        is_large=is_large,
        rehearsal=any(result.rehearsal for result in results),
        graded=max((result.at for result in results), default=""),
        policy=policy,
        things=things_to_discuss(programme, counting),
        how_many=HOW_MANY,
        rule=RULE,
        repeat=things_to_repeat(programme, counting),
        low_percent=LOW_PERCENT,
        newest_units=list(dict.fromkeys(result.unit for result in newest)),
        waiting=_first(_waiting(programme, asked)),
        receipts=_receipts(counting),
        confirmed=sum(r.receipt == CONFIRMED for r in first_of_each(counting)),
        stuck=[{"name": name, "answers": found} for name, found in list(held.items())[:MOST_STUCK]],
        more_stuck=max(len(held) - MOST_STUCK, 0),
        missing=_first(_missing(programme, counting)),
        competences=_heat(
            people,
            {c: f"{c} {programme.competences.get(c, '')}" for c in _ordered(counting)},
            cells(counting, lambda r: r.participant, lambda r: r.competence),
            scores(counting, lambda r: r.competence),
            scores(counting, lambda r: r.participant),
        ),
        participants=_heat(
            people,
            {unit: unit for unit in dict.fromkeys(one.unit for one in asked)},
            cells(counting, lambda r: r.participant, lambda r: r.unit),
            scores(counting, lambda r: r.unit),
            scores(counting, lambda r: r.participant),
        ),
        links=links,
        units=_units(programme, counting, asked, is_large),
        attempts=_attempts(results),
        levels=_levels(counting),
        bands=BANDS,
        verdicts=VERDICTS,
        most_mistakes=MOST_MISTAKES,
    )


def sum_of(results: Sequence[Result]) -> Score:
    """Return the points of all results together."""
    return scores(results, lambda result: "").get("", Score())


def _ordered(results: Sequence[Result]) -> list[str]:
    return sorted({result.competence for result in results})


def _heat(
    rows: Sequence[str],
    columns: dict[str, str],
    found: dict[tuple[str, str], Score],
    of_columns: dict[str, Score],
    of_rows: dict[str, Score],
) -> dict[str, Any]:
    """Return a table of shares with its margins, and for each column how many are in each band."""
    spread = {name: [0] * len(BANDS) for name in columns}
    for (_, column), score in found.items():
        if score.band is not None:
            spread[column][score.band] += 1
    return {
        "columns": list(columns),
        "names": columns,
        "rows": [
            {
                "name": row,
                "cells": [found.get((row, name)) for name in columns],
                "all": of_rows[row],
            }
            for row in rows
        ],
        "all": [of_columns[name] for name in columns],
        "spread": spread,
    }


def _units(
    programme: Programme, results: Sequence[Result], asked: Sequence[Asked], is_large: bool
) -> list[dict[str, Any]]:
    """Return what is shown of each unit, those of the newest day first."""
    by: dict[str, list[Result]] = {}
    for result in results:
        by.setdefault(result.unit, []).append(result)
    questions: dict[str, list[Asked]] = {}
    for one in asked:
        questions.setdefault(one.unit, []).append(one)
    units = []
    for unit, found in _newest_first(programme, list(by.items()), lambda entry: entry[0]):
        mistakes = shared_mistakes(found)
        units.append(
            {
                "id": unit,
                "title": title_of(programme, unit),
                "people": len({result.participant for result in found}),
                "score": sum_of(found),
                "questions": questions[unit],
                "hardest": hardest_first(questions[unit]),
                "outcomes": [
                    name for name in OUTCOMES if any(q.outcome(name) for q in questions[unit])
                ],
                "has_times": any(result.seconds is not None for result in found),
                "rows": [] if is_large else _rows(found, questions[unit]),
                "mistakes": mistakes[:MOST_MISTAKES],
                "more_mistakes": max(len(mistakes) - MOST_MISTAKES, 0),
            }
        )
    return units


def _rows(found: Sequence[Result], questions: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return each participant of a unit with the result of each question."""
    own: dict[str, dict[str, Result]] = {}
    for result in found:
        own.setdefault(result.participant, {})[result.question] = result
    return [
        {
            "name": name,
            "cells": [answers.get(one.question) for one in questions],
            "points": points_of(list(answers.values())),
        }
        for name, answers in own.items()
    ]


def first_of_each(results: Sequence[Result]) -> list[Result]:
    """Return one result of each participant and unit."""
    return list({(r.participant, r.unit): r for r in reversed(results)}.values())


def _page_of(result: Result) -> str:
    return f"feedback/{safe_name(result.participant)}/{result.unit}.html"


def _waiting(programme: Programme, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return the questions with answers that wait for a person, those of the newest day first."""
    return [
        {
            "unit": one.unit,
            "question": one.question,
            "names": [r.participant for r in one.results if r.verdict == "to_mark"],
        }
        for one in _newest_first(programme, asked, lambda one: one.unit)
        if one.outcome("to mark")
    ]


def _missing(programme: Programme, results: Sequence[Result]) -> list[tuple[str, list[str]]]:
    """Return who handed in no file for a unit, the newest day first."""
    found = missing_units(results)
    return _newest_first(programme, list(found.items()), lambda entry: entry[0])


def _newest_first(
    programme: Programme, things: Sequence[T], unit_of: Callable[[T], str]
) -> list[T]:
    day = course_day(programme)
    return sorted(things, key=lambda thing: day.get(unit_of(thing), (0, 0)), reverse=True)


def _first(things: Sequence[T]) -> dict[str, Any]:
    """Return the first lines of a list, and how many more there are."""
    return {"lines": things[:MOST_LINES], "more": max(len(things) - MOST_LINES, 0)}


def _receipts(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return the receipts that do not fit, each sentence once, with those whom it is about."""
    found: dict[str, dict[str, None]] = {}
    for result in results:
        if result.receipt not in ("", CONFIRMED):
            found.setdefault(result.receipt, {})[f"{result.participant} ({result.unit})"] = None
    return [{"sentence": sentence, "names": list(names)} for sentence, names in found.items()]


def _attempts(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return for each unit and attempt how many took part, and whether it is released."""
    found: dict[tuple[str, int], dict[str, bool]] = {}
    for result in results:
        people = found.setdefault((result.unit, result.attempt), {})
        people[result.participant] = people.get(result.participant, True) and result.is_released
    return [
        {"unit": unit, "attempt": attempt, "people": len(people), "released": sum(people.values())}
        for (unit, attempt), people in found.items()
    ]


def _levels(results: Sequence[Result]) -> dict[str, int]:
    """Return for each level of isolation how many participants and units ran at it."""
    runs = {(r.participant, r.unit): r.isolation for r in results}
    found: dict[str, int] = {}
    for level in runs.values():
        found[level] = found.get(level, 0) + 1
    return found
