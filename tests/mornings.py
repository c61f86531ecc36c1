"""An invented course and an invented room, for the tests of the morning sheet."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from pathlib import Path

from graded import result

from rilo_training.course.manifest import Part, Programme, load_programme
from rilo_training.grading.store.folder import Store
from rilo_training.grading.store.history import Run
from rilo_training.grading.store.result import Result

ROOT = Path(__file__).resolve().parent.parent
LINES = "You counted seizure lines. One case may hold several lines."
SPELLING = "You found one spelling. The label stands under several spellings in the raw extract."
GRAMS = "You added grams to kilograms. Bring the quantities to one unit first."
SENTENCES = (LINES, SPELLING, GRAMS)


def two_days(root: Path = ROOT) -> Programme:
    """A course in which day 2 has the units of day 1 under other names."""
    real = load_programme(root)
    first = [unit for unit in real.units if unit.id in ("w1d1_01", "w1d1_90")]
    second = [
        dataclasses.replace(unit, id=unit.id.replace("w1d1", "w1d2"), day=2) for unit in first
    ]
    days = []
    for day in real.days[:2]:
        units = [unit for unit in (*first, *second) if unit.day == day.day]
        lessons = [Part(unit.title, unit.minutes, unit.id) for unit in units]
        rest = [part for part in day.parts if not part.unit]
        parts = (*rest[:1], *lessons, *rest[1:])
        days.append(dataclasses.replace(day, parts=parts))
    return dataclasses.replace(real, units=(*first, *second), days=tuple(days))


def room(people: int, names: str = "participant_{:02d}") -> list[Result]:
    """Graded answers to one unit; the higher the number of a person, the fewer are correct."""
    found = []
    for person in range(people):
        for question in range(8):
            name, place = names.format(person), f"q{question + 1}"
            about = {"participant": name, "question": place, "out_of": 2.0}
            about["competence"] = ("C1", "C2", "C6")[question % 3]
            if question == 7:
                text = {"verdict": "to_mark", "points": None, "kind": "text", "mistake": None}
                found.append(result(**about, **text, diagnosis=""))
            elif question < 7 - person % 7:
                found.append(result(**about, verdict="correct", points=2.0, diagnosis=""))
            else:
                sentence = SENTENCES[(question + person) % 3]
                found.append(result(**about, kind="number", diagnosis=sentence))
    return found


def filled_store(folder: Path, results: list[Result]) -> Store:
    """A store of the grader that holds these results, as if they had been graded."""
    store = Store(folder)
    digests = dict.fromkeys(
        ("submission", "receipt", "claimed", "unit_digest", "key", "world_id", "world_digest"), "x"
    )
    about = {"rehearsal": "", "isolation": "process", "limits": "{}", "version": "0", "lock": "x"}
    kept = (
        *("question", "verdict", "points", "out_of", "diagnosis", "competence", "mistake"),
        *("notes", "answer", "kind", "seconds", "review"),
    )
    for (name, unit, attempt), own in groupby(
        results, key=lambda r: (r.participant, r.unit, r.attempt)
    ):
        run = Run(participant=name, unit=unit, attempt=attempt, seconds=1.0, **digests, **about)
        store.records.add_run(run, [{word: getattr(r, word) for word in kept} for r in own])
    return store
