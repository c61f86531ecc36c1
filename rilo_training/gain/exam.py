"""A test on a world: what a participant sees, and apart from it what only the marker knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from rilo_training.gain.bank import LETTERS, Bank, Item, Place
from rilo_training.gain.facts import Facts, facts
from rilo_training.gain.task import Task, make_task

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Question:
    """An item as it is handed out: number, text, and the options with their letters."""

    number: int
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key(Place):
    """What the marker knows of a place: the right letter, and what each other letter shows."""

    letter: str
    shows: Mapping[str, str]


@dataclass(frozen=True)
class Exam:
    """One form on one world."""

    form: str
    questions: tuple[Question, ...]
    keys: tuple[Key, ...]
    task: Task


def make_test(
    tables: Mapping[str, pd.DataFrame], bank: Bank, form: str, numbers: Facts | None = None
) -> Exam:
    """Return a form of the test with the numbers of a world.

    Parameters
    ----------
    tables
        ``seizures``, ``consignments`` and ``inspections`` of the world.
    bank
        The blueprint.
    form
        ``A`` or ``B``.
    numbers
        What :func:`rilo_training.gain.facts.facts` returned, where it is known already.

    Returns
    -------
    Exam
        Questions to hand out, and keys to keep.
    """
    slots = facts(tables, bank.plans[form]) if numbers is None else numbers
    pairs = [_question(item, form, slots) for item in bank.items]
    return Exam(
        form=form,
        questions=tuple(question for question, _ in pairs),
        keys=tuple(key for _, key in pairs),
        task=make_task(tables["seizures"], bank, form),
    )


def _question(item: Item, form: str, slots: Facts) -> tuple[Question, Key]:
    wording = item.wordings[form]

    def filled(text: str) -> str:
        return text.format_map(slots) if item.computed else text

    wrong = iter(wording.wrong)
    options, shows = [], {}
    for letter in LETTERS:
        if letter == wording.letter:
            options.append((letter, filled(wording.right)))
        else:
            text, shows[letter] = next(wrong)
            options.append((letter, filled(text)))
    question = Question(item.number, filled(wording.text), tuple(options))
    place = {field.name: getattr(item, field.name) for field in fields(Place)}
    return question, Key(**place, letter=wording.letter, shows=shows)


def exams_to_text(exams: Mapping[str, Exam]) -> str:
    """Return the forms as JSON: so they are kept as they were written, key and all."""
    return json.dumps({form: asdict(exam) for form, exam in exams.items()}, ensure_ascii=False)


def exams_from_text(text: str) -> dict[str, Exam]:
    """Return the forms that :func:`exams_to_text` wrote."""
    return {form: _exam(found) for form, found in json.loads(text).items()}


def _exam(found: dict[str, Any]) -> Exam:
    questions = tuple(
        Question(
            one["number"], one["text"], tuple((letter, text) for letter, text in one["options"])
        )
        for one in found["questions"]
    )
    keys = tuple(Key(**one) for one in found["keys"])
    return Exam(found["form"], questions, keys, Task(**found["task"]))
