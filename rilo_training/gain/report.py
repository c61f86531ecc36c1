"""The report: a page for each person, before and after, and one for the room.

It shows counts. It shows no average, no sum over the groups, no rank and no test of significance:
four people and six items a group cannot carry them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rilo_training.gain.bank import Bank
from rilo_training.gain.draw import form_of
from rilo_training.gain.marking import newest_marks, to_talk_over
from rilo_training.gain.pages import render
from rilo_training.gain.records import OCCASIONS, Mark, Script, TestWorld
from rilo_training.gain.standing import GROUP_NUMBERS, TAUGHT_IN_GROUP, Judged, Sitting, Sittings

NOTHING = "–"


@dataclass(frozen=True)
class Found:
    """All that the report is made from."""

    bank: Bank
    draws: Mapping[str, str]
    worlds: Mapping[str, TestWorld]
    sittings: Sittings
    scripts: Mapping[str, Script]
    marks: Sequence[Mark]

    def sitting(self, participant: str, occasion: str) -> Sitting | None:
        """Return what counts of a person and occasion, or None."""
        return self.sittings.get(participant, {}).get(occasion)

    def points(self, participant: str, occasion: str) -> dict[str, float]:
        """Return the points of the performance task by criterion: those of the first marker."""
        return self._points.get((participant, occasion), {})

    @cached_property
    def _points(self) -> dict[tuple[str, str], dict[str, float]]:
        """The points of every script, by participant and occasion."""
        by_code, found = newest_marks(self.marks), {}
        for script in self.scripts.values():
            first = next(iter(by_code.get(script.code, {}).values()), {})
            points = {criterion: mark.points for criterion, mark in first.items()}
            found[script.participant, script.occasion] = points
        return found


def arrow(before: object, after: object) -> str:
    """Return a count before and after; what is not there yet is a dash.

    Examples
    --------
    >>> arrow(2, 5), arrow(2, None)
    ('2 → 5', '2 → –')
    """
    return f"{NOTHING if before is None else before} → {NOTHING if after is None else after}"


def person_page(found: Found, participant: str) -> str:
    """Return the page of one person."""
    before, after = (found.sitting(participant, occasion) for occasion in OCCASIONS)
    return render(
        "person.html",
        participant=participant,
        rows=_rows(found, participant),
        taught=TAUGHT_IN_GROUP,
        before=_sure_lines(before, after),
        after=_sure_lines(after, None),
        has_before=before is not None,
        has_after=after is not None,
        criteria=_task_lines(found, participant),
        notes=_notes(found, participant),
    )


def room_page(found: Found, links: Mapping[str, str]) -> str:
    """Return the page of the room: each person in four groups, and the items.

    Parameters
    ----------
    found
        All that is known.
    links
        The place of each person's page beside the page of the room.
    """
    return render(
        "room.html",
        groups=[found.bank.group_name(number) for number in GROUP_NUMBERS],
        people=[(name, links[name], _rows(found, name)) for name in found.draws],
        taught=TAUGHT_IN_GROUP,
        items=_item_lines(found),
        sat={occasion: _number_sat(found, occasion) for occasion in OCCASIONS},
        shared=_shared(found),
        criteria=[(name, _task_lines(found, name)) for name in found.draws],
        notes=[
            *(f"{name}: {note}" for name in found.draws for note in _notes(found, name)),
            *to_talk_over(found.marks),
        ],
        drawn=[
            (name, *(form_of(first, occasion) for occasion in OCCASIONS))
            for name, first in found.draws.items()
        ],
    )


def _rows(found: Found, participant: str) -> list[dict[str, Any]]:
    """Return the line of each group: before and after in every column."""
    sat = [found.sitting(participant, occasion) for occasion in OCCASIONS]
    rows = []
    for number in GROUP_NUMBERS:
        counts = [one.counts(number) if one else None for one in sat]
        cells: dict[str, Any] = {"group": found.bank.group_name(number)}
        for column in (
            "right",
            "wrong_sure",
            "wrong_not_sure",
            "wrong_without_mark",
            "not_yet",
            "empty",
            "control",
        ):
            values = [getattr(one, column) if one else None for one in counts]
            cells[column] = arrow(*values)
            cells[f"has_{column}"] = any(values)
        rows.append(cells)
    return rows


def _sure_lines(sitting: Sitting | None, later: Sitting | None) -> list[dict[str, str]]:
    """Return what was wrong and sure, and how the same place stands later."""
    if sitting is None:
        return []
    return [
        {
            "point": one.key.point,
            "misconception": one.misconception,
            "taught_in": one.key.taught_in,
            "later": _place(later, one.key.number).words if later else NOTHING,
        }
        for one in sitting.wrong_and_sure
    ]


def _place(sitting: Sitting, number: int) -> Judged:
    return sitting.judged[number - 1]


def _task_lines(found: Found, participant: str) -> list[tuple[str, str, str]]:
    before, after = (found.points(participant, occasion) for occasion in OCCASIONS)
    return [
        (one.name, arrow(_shown(before.get(one.id)), _shown(after.get(one.id))), f"{one.points:g}")
        for one in found.bank.criteria
    ]


def _shown(points: float | None) -> str | None:
    return None if points is None else f"{points:g}"


def _notes(found: Found, participant: str) -> list[str]:
    """Return what a reader must know about how the answers came."""
    notes = []
    for occasion in OCCASIONS:
        sitting = found.sitting(participant, occasion)
        if sitting is None:
            continue
        drawn = form_of(found.draws[participant], occasion)
        if sitting.entry.form != drawn:
            notes.append(f"{occasion}, form {sitting.entry.form} was written, and not {drawn}.")
        if sitting.entries > 1:
            differ = ", ".join(str(number) for number in sitting.changed)
            notes.append(
                f"{occasion}, entered {sitting.entries} times. The newest counts. "
                + (f"It differs in items {differ}." if differ else "All are the same.")
            )
    return notes


def _number_sat(found: Found, occasion: str) -> int:
    return sum(found.sitting(name, occasion) is not None for name in found.draws)


def _item_lines(found: Found) -> list[dict[str, Any]]:
    """Return each place of the test: how many were right, and how many wrong and sure."""
    lines = []
    for item in found.bank.items:
        judged = {
            occasion: [
                _place(sitting, item.number)
                for name in found.draws
                if (sitting := found.sitting(name, occasion)) is not None
            ]
            for occasion in OCCASIONS
        }
        lines.append(
            {
                "number": item.number,
                "point": item.point,
                "taught_in": item.taught_in,
                "right": _numbers(judged, lambda one: one.is_right),
                "wrong_sure": _numbers(judged, lambda one: one.is_wrong_and_sure),
                "not_yet": _numbers(judged, lambda one: one.words == "I do not know yet"),
            }
        )
    return lines


def _numbers(judged: Mapping[str, Sequence[Judged]], holds: Any) -> str:
    counts = [sum(map(holds, judged[one])) if judged[one] else None for one in OCCASIONS]
    return arrow(*counts)


def _shared(found: Found) -> list[dict[str, Any]]:
    """Return the misconceptions of the newest occasion: wrong and sure, and who."""
    occasion = next((one for one in reversed(OCCASIONS) if _number_sat(found, one)), OCCASIONS[0])
    by_what: dict[tuple[int, str], list[tuple[str, Judged]]] = {}
    for name in found.draws:
        sitting = found.sitting(name, occasion)
        for one in sitting.wrong_and_sure if sitting else ():
            by_what.setdefault((one.key.number, one.misconception), []).append((name, one))
    ordered = sorted(by_what.values(), key=lambda own: (-len(own), own[0][1].key.number))
    return [
        {
            "misconception": own[0][1].misconception,
            "point": own[0][1].key.point,
            "taught_in": own[0][1].key.taught_in,
            "names": ", ".join(name for name, _ in own),
            "occasion": occasion,
        }
        for own in ordered
    ]
