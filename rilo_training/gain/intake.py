"""Files with answers: what a page saved, or what somebody typed from paper.

A file may come from anywhere. What is wrong in it becomes a sentence that names the file, the
person and the item; the answers of a person are taken whole or not at all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rilo_training.files import whole_text
from rilo_training.gain.answers import read_answers, word
from rilo_training.gain.draw import form_of, known_participant
from rilo_training.gain.records import OCCASIONS, Entry, TestWorld
from rilo_training.gain.typed import Typed, decoded, read_typed

FORMAT = "rilo gain answers 1"
TASK_PARTS = ("cases", "departure", "words", "how")
MOST_BYTES = 1_000_000
MOST_CHARACTERS = 5_000
MOST_PROBLEMS = 10


@dataclass
class Taken:
    """What can be entered, what cannot, in sentences, and what is kept already."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What the store knows: who was drawn, and the tests that were made."""

    draws: Mapping[str, str]
    worlds: Mapping[str, TestWorld]
    as_written: bool = False
    entered_by: str = ""


@dataclass(frozen=True)
class _Given:
    """The answers of one person as they stand in a file."""

    place: str
    participant: str
    occasion: str
    form: str
    world_id: str | None
    items: Sequence[tuple[object, object, object]]
    task: Mapping[str, str]
    order: tuple[int, int] = (0, 0)


def read_files(paths: Sequence[Path], known: Known) -> Taken:
    """Read files with answers.

    Parameters
    ----------
    paths
        Files that the page of the test saved (``.json``), and typed tables (``.csv``).
    known
        What the store knows.

    Returns
    -------
    Taken
        An entry for each person and occasion of each file, in the order of the files. Where a
        person saved several times, the later one comes later: by the clock of the computer, as the
        page counts its saves from one again when it is opened again.
    """
    taken = Taken()
    given: list[_Given] = []
    for path in paths:
        given += _read_file(path, taken.problems)
    for one in sorted(given, key=lambda one: one.order):
        problems: list[str] = []
        entry = _entry(one, known, problems)
        taken.problems += first_of([f"{one.place}: {problem}" for problem in problems])
        if entry is not None and not problems:
            taken.entries.append(entry)
    return taken


def first_of(problems: Sequence[str]) -> list[str]:
    """Return the first problems of a file; of many, how many more there are.

    Examples
    --------
    >>> first_of(["one"] * 14)[-2:]
    ['one', '... and 4 more problems of this kind.']
    """
    more = len(problems) - MOST_PROBLEMS
    rest = [f"... and {more} more problems of this kind."] if more > 0 else []
    return [*problems[:MOST_PROBLEMS], *rest]


def _read_file(path: Path, problems: list[str]) -> list[_Given]:
    name = whole_text(path.name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as reason:
        problems.append(f"{name} cannot be read ({reason.strerror}). Check the path, and close it.")
        return []
    if len(content) > MOST_BYTES:
        problems.append(f"{name} is larger than any file with answers. It was not read.")
        return []
    text = decoded(content)
    if text is None:
        problems.append(f"{name} is no text. Expected the file that the page saved, or a CSV file.")
        return []
    if text.lstrip().startswith(("{", "[")):
        return _read_saved(name, text, problems)
    try:
        rows = read_typed(text)
    except csv.Error as reason:
        problems.append(f"{name} is not a table: {reason}. Save it as CSV again.")
        return []
    if rows is None:
        problems.append(
            f"{name} is neither a file that the page of the test saved, nor a table with the "
            "columns participant, occasion, form, item, answer, sure."
        )
        return []
    return _read_rows(name, rows, problems)


def _read_saved(name: str, text: str, problems: list[str]) -> list[_Given]:
    """Read what the page on screen saved."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        problems.append(
            f"{name} is damaged: it cannot be read as JSON. Ask for the file again, or type the "
            "answers from the page into typed_answers.csv."
        )
        return []
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        problems.append(f"{name} was not saved by the page of this test. It was not taken.")
        return []
    answers, task = found.get("answers"), found.get("task")
    if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        problems.append(f"{name} holds no list of answers. Ask for the file again.")
        return []
    task = task if isinstance(task, dict) else {}
    return [
        _Given(
            place=name,
            participant=word(found.get("participant")),
            occasion=word(found.get("occasion")),
            form=word(found.get("form")),
            world_id=word(found.get("world_id")),
            items=[(one.get("item"), one.get("answer"), one.get("sure")) for one in answers],
            task={part: whole_text(word(task.get(part)))[:MOST_CHARACTERS] for part in TASK_PARTS},
            order=(_number(found.get("at")), _number(found.get("saved"))),
        )
    ]


def _number(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


def _read_rows(name: str, rows: Sequence[Typed], problems: list[str]) -> list[_Given]:
    """Read a typed table: the rows of each person and occasion together."""
    by_person: dict[tuple[str, str], list[Typed]] = {}
    nobody = [row.line for row in rows if not row.cells["participant"]]
    problems += first_of([f"{name}, line {line}: the participant is missing." for line in nobody])
    for row in rows:
        if not row.cells["participant"]:
            continue
        who = (row.cells["participant"].casefold(), row.cells["occasion"].casefold())
        by_person.setdefault(who, []).append(row)
    given = []
    for own in by_person.values():
        if not any(row.cells["answer"] or row.cells["sure"] for row in own):
            continue  # the rows of somebody who wrote on screen stay empty
        first, forms = own[0].cells, {row.cells["form"].upper() for row in own}
        given.append(
            _Given(
                place=f"{name}, {first['participant']} {first['occasion']}",
                participant=first["participant"],
                occasion=first["occasion"].casefold(),
                form=forms.pop() if len(forms) == 1 else "",
                world_id=None,
                items=[(r.cells["item"], r.cells["answer"], r.cells["sure"]) for r in own],
                task={},
            )
        )
    if not given and not problems:
        problems.append(f"{name} holds no answer. Type letters into the column answer.")
    return given


def _entry(given: _Given, known: Known, problems: list[str]) -> Entry | None:
    """Return what can be entered; what is wrong becomes a sentence."""
    participant = known_participant(given.participant, known.draws)
    if participant is None:
        names = ", ".join(known.draws)
        problems.append(
            f"nobody with the id {given.participant[:40]!r} was drawn. The participants are: "
            f"{names}. Correct the id, or draw this person with rilo gain draw."
        )
        return None
    if given.occasion not in OCCASIONS or given.occasion not in known.worlds:
        made = ", ".join(known.worlds) or "none"
        problems.append(f"found the occasion {given.occasion[:20]!r}. Tests were made for: {made}.")
        return None
    world = known.worlds[given.occasion]
    if given.world_id is not None and given.world_id != world.world_id:
        problems.append(
            "these answers belong to a test that was not made in this store. Its numbers are "
            "others, so it cannot be judged here."
        )
        return None
    form = _form(given, participant, known, problems)
    answers = read_answers(given.items, problems)
    if form is None or answers is None:
        return None
    return Entry(
        participant=participant,
        occasion=given.occasion,
        form=form,
        world_id=world.world_id,
        answers=answers,
        task={part: text for part, text in given.task.items() if text.strip()},
        source=given.place,
        entered_by=known.entered_by,
    )


def _form(given: _Given, participant: str, known: Known, problems: list[str]) -> str | None:
    drawn = form_of(known.draws[participant], given.occasion)
    form = given.form.upper()
    if form not in known.worlds[given.occasion].exams:
        problems.append("the form is not A or B, or it is not the same on every row.")
        return None
    if form != drawn and not known.as_written:
        problems.append(
            f"these are answers to form {form}, and {participant} was drawn to write form {drawn} "
            f"{given.occasion} the course. Check the page. If form {form} was really written, "
            "enter it with --as-written."
        )
        return None
    return form
