"""The two sides for the instructor in the morning. Every number is computed from the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from rilo_training.course.manifest import CourseError, Programme
from rilo_training.course.written import rubrics_of
from rilo_training.files import read_json, write_text
from rilo_training.grading.morning import pace, stops
from rilo_training.grading.morning.day import TrainingDay, before, can_be_dropped, find_day
from rilo_training.grading.morning.mistakes import Common, common_mistakes, once
from rilo_training.grading.morning.notes import CARDS, MOST_ITEMS, has_card, read_notes
from rilo_training.grading.morning.owed import marking_owed
from rilo_training.grading.morning.pairs import Group, pairs_for
from rilo_training.grading.publish import current_results
from rilo_training.grading.reports.page import counted, render
from rilo_training.grading.reports.standing import of_newest_day, scores
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.policy import counting_results
from rilo_training.grading.store.result import Result

FOLDER = "morning"
PAIRS = "pairs_day_{:02d}.json"
LATE = (15, 30)
MOST_WHO = 6
MOST_PEOPLE, MOST_GROUPS = 8, 10
MOST_OWED = 4
LETTERS = {"name": 24, "sentence": 240, "line": 200, "short": 70, "fallback": 420}
"""The most letters of a text on the sheet: two sides stay two sides."""


def write_morning(
    programme: Programme, store: Store, word: str, out: Path | None = None
) -> tuple[Path, TrainingDay]:
    """Write the sheet of a day, and keep its pairs for the next morning.

    Pairs that were kept for this day stay while the people are the same: somebody may have printed
    them. Who wants other pairs deletes ``pairs_day_NN.json`` first.

    Parameters
    ----------
    programme, store
        The course and the instructor's store. It may be empty.
    word
        The number of the training day, or a date.
    out
        Where to write it; without it, into the folder ``morning`` of the store.

    Returns
    -------
    (pathlib.Path, TrainingDay)
        The page, and the day.

    Raises
    ------
    CourseError
        When there is no such day, or the file cannot be written.
    """
    day = find_day(programme, word)
    folder = store.folder / FOLDER
    results = counting_results(current_results(programme, store), programme.attempts)
    groups, people = _kept(folder, day.number), sorted({result.participant for result in results})
    if sorted(name for group in groups for name in group) != people:
        groups = pairs_of(programme, day, results, _kept(folder, day.number - 1))
    path = out or folder / f"day_{day.number:02d}.html"
    try:
        write_text(path, morning_page(programme, day, results, groups))
        write_text(folder / PAIRS.format(day.number), json.dumps({"groups": groups}))
    except OSError as reason:
        raise CourseError(
            f"{path} could not be written ({reason.strerror}). Close it if it is open in another "
            "program, and run the command again."
        ) from reason
    return path, day


def _kept(folder: Path, day: int) -> list[Group]:
    """Return the groups of a day as they were kept; a damaged file holds none."""
    kept = read_json(folder / PAIRS.format(day)).get("groups")
    entries = kept if isinstance(kept, list) else []
    return [
        tuple(str(name) for name in group) for group in entries if isinstance(group, list) and group
    ]


def pairs_of(
    programme: Programme,
    day: TrainingDay,
    results: Sequence[Result],
    yesterday: Collection[Group] = (),
) -> list[Group]:
    """Return the pairs of a day, from the results of the newest day before it."""
    newest = of_newest_day(programme, before(programme, day, results))
    shares = {
        name: score.earned / score.out_of if score.out_of else None
        for name, score in scores(newest, lambda r: r.participant).items()
    }
    people = list(dict.fromkeys(result.participant for result in results))
    return pairs_for(people, shares, yesterday)


def morning_page(
    programme: Programme, day: TrainingDay, results: Sequence[Result], groups: Sequence[Group]
) -> str:
    """Return the two sides.

    Parameters
    ----------
    programme, day
        The course and the day.
    results
        The results that count, one for each participant, unit and question.
    groups
        The pairs of today.

    Returns
    -------
    str
        A page that needs no network and runs no script; printed, it has two A4 sides.
    """
    earlier = before(programme, day, results)
    newest = of_newest_day(programme, earlier)
    competences = scores(newest, lambda result: result.competence)
    opened = [
        name
        for name, score in competences.items()
        if score.percent is not None and score.percent < stops.OPEN_BELOW
    ]
    planned = [
        one for unit in day.units for one in stops.planned_questions(programme, unit) if one.points
    ]
    owed = marking_owed(results, rubrics_of(programme))
    found = pace.paces(programme, day, results)
    asked: list[str] = []
    return render(
        "morning.html",
        day=day,
        date=f"{day.date:%A} {day.date.day} {day.date:%B %Y}",
        days=len(programme.working_days()),
        course=programme.title,
        rehearsal=any(result.rehearsal for result in results),
        timetable=_timetable(day),
        late=_late(programme, day),
        notes=_notes(programme, day),
        units=list(dict.fromkeys(result.unit for result in newest)),
        people=len({result.participant for result in newest}),
        mistakes=_common(common_mistakes(newest, asked)),
        paces=found[:MOST_PEOPLE],
        more_paces=_more(found[MOST_PEOPLE:]),
        pace_rule=pace.RULE,
        nobody=pace.handed_in_by_nobody(programme, day, results),
        groups=[[_cut(name, "name") for name in group] for group in groups[:MOST_GROUPS]],
        more_groups=max(len(groups) - MOST_GROUPS, 0),
        stops=[
            {
                "about": one,
                "watch_for": _cut(one.watch_for, "line"),
                "ask": once(one.ask, asked, stops.OTHER_QUESTIONS),
            }
            for one in stops.places_to_stop(planned, opened)
        ],
        stop_rule=stops.RULE,
        opened=[(name, competences[name].percent) for name in sorted(opened)],
        competence_names=programme.competences,
        owed=owed[:MOST_OWED],
        more_owed=max(len(owed) - MOST_OWED, 0),
        owed_texts=sum(one.texts for one in owed),
        owed_minutes=sum(one.minutes or 0 for one in owed),
        cut=_cut,
    )


def _timetable(day: TrainingDay) -> list[dict[str, Any]]:
    ends = list(accumulate(part.minutes for part in day.parts))
    return [
        {"from": end - part.minutes, "to": end, "minutes": part.minutes, "unit": part.unit}
        | {"name": _cut(part.name, "short")}
        for part, end in zip(day.parts, ends, strict=True)
    ]


def _late(programme: Programme, day: TrainingDay) -> list[tuple[int, str]]:
    """Return what to drop: as the notes say, or else the last parts that can be missed."""
    written = dict(read_notes(programme.root, day.number).drop)
    found = []
    for minutes in LATE:
        parts = can_be_dropped(day, minutes)
        saved = sum(part.minutes for part in parts)
        words = " and ".join(f"{part.name} ({part.minutes})" for part in parts)
        alone = f"No notes for this. From the timetable: {words}, {saved} minutes together."
        if saved < minutes:
            alone += " The rest must come from a unit: its last task."
        default = alone if parts else "No notes for this. Drop the last task of the last unit."
        found.append((minutes, _cut(written.get(minutes, default), "sentence")))
    return found


def _notes(programme: Programme, day: TrainingDay) -> dict[str, Any]:
    notes = read_notes(programme.root, day.number)
    default = "Read one printed record aloud in pairs."
    if has_card(programme.root, day.number):
        default = (
            f"The card of day {day.number} in {CARDS.as_posix()}, with rilo browse; "
            "without a computer, read one printed record aloud in pairs."
        )
    return {
        "file": notes.file,
        "checklist": [_cut(item, "line") for item in notes.checklist[:MOST_ITEMS]],
        "more": max(len(notes.checklist) - MOST_ITEMS, 0),
        "fallback": _cut(notes.fallback or default, "fallback"),
    }


def _common(found: Sequence[Common]) -> list[dict[str, Any]]:
    """Return the commonest mistakes as they are shown."""
    return [
        {
            "place": f"{one.unit}, question {', '.join(q[1:] for q in one.questions[:4])}",
            "sentence": _cut(one.sentence, "sentence"),
            "who": [_cut(name, "name") for name in one.people[:MOST_WHO]],
            "more": max(len(one.people) - MOST_WHO, 0),
            "people": len(one.people),
            "ask": one.ask,
        }
        for one in found
    ]


def _more(left: Sequence[pace.Pace]) -> str:
    """Return in one sentence how the people stand who are not in the list."""
    counts = {word: sum(one.standing == word for one in left) for word in pace.STANDINGS}
    parts = [f"{number:,} {word}" for word, number in counts.items() if number]
    return (
        f"And {counted(len(left), 'more person', 'more people')}: {', '.join(parts)}."
        if parts
        else ""
    )


def _cut(text: str, kind: str) -> str:
    """Return a text that has its place on the sheet: of a long name the middle is left out."""
    line, most = " ".join(text.split()), LETTERS[kind]
    if len(line) <= most:
        return line
    if kind == "name":  # names that are numbered differ at their end
        return f"{line[: most // 2 - 1].rstrip()}…{line[-(most // 2) :].lstrip()}"
    kept = line[: most - 2]
    return (kept.rpartition(" ")[0] or kept).rstrip() + " …"
