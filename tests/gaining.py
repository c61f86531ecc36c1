"""Worlds, exams and answer files for the tests of gain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rilo_training.gain.bank import FORMS, ITEMS, Bank, load_bank
from rilo_training.gain.exam import Exam, make_test
from rilo_training.gain.facts import TABLES
from rilo_training.gain.intake import FORMAT
from rilo_training.world import make_world

if TYPE_CHECKING:
    import pandas as pd

SEEDS = (7001, 7002, 7004)


@cache
def bank() -> Bank:
    """The blueprint of the course."""
    return load_bank()


@cache
def tables_of(seed: int) -> Mapping[str, pd.DataFrame]:
    """The tables of a world; each is made once."""
    return make_world(seed, tables=TABLES).tables


@cache
def exam_of(seed: int, form: str) -> Exam:
    """A form on a world."""
    return make_test(tables_of(seed), bank(), form)


def exams_of(seed: int) -> dict[str, Exam]:
    """Both forms on a world."""
    return {form: exam_of(seed, form) for form in FORMS}


Pairs = Sequence[tuple[str, str]]


def all_right(exam: Exam) -> list[tuple[str, str]]:
    """Every item right and sure."""
    return [(key.letter, "yes") for key in exam.keys]


def all_wrong(exam: Exam, sure: str = "yes") -> list[tuple[str, str]]:
    """Every item wrong: the first wrong letter."""
    return [(next(iter(key.shows)), sure) for key in exam.keys]


def nothing_known() -> list[tuple[str, str]]:
    """I do not know yet, everywhere."""
    return [("n", "")] * ITEMS


def saved(participant: str, occasion: str, form: str, world_id: str, pairs: Pairs) -> Any:
    """What the page on screen saves, as data."""
    return {
        "format": FORMAT,
        "participant": participant,
        "occasion": occasion,
        "form": form,
        "world_id": world_id,
        "saved": 1,
        "answers": [
            {"item": number, "answer": answer, "sure": sure}
            for number, (answer, sure) in enumerate(pairs, start=1)
        ],
        "task": {"cases": "", "departure": "", "words": "", "how": ""},
    }


def write(folder: Path, name: str, content: Any) -> Path:
    """Write what a page saved."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
