"""Make the test of an occasion: a fit world, codes for the scripts, and the pages."""

from __future__ import annotations

import io
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rilo_training.course.manifest import CourseError
from rilo_training.files import write_bytes, write_text
from rilo_training.gain.bank import FORMS, Bank, load_bank
from rilo_training.gain.draw import form_of
from rilo_training.gain.exam import Exam, make_test
from rilo_training.gain.facts import TABLES, facts
from rilo_training.gain.fitness import problems_of, same_items
from rilo_training.gain.pages import Sheet, key_page, paper_page, screen_page
from rilo_training.gain.records import (
    OCCASIONS,
    Script,
    TestWorld,
    add_scripts,
    add_world,
    read_draws,
    read_scripts,
    read_worlds,
)
from rilo_training.gain.store import GainStore
from rilo_training.gain.typed import template_text

if TYPE_CHECKING:
    import pandas as pd

MOST_WORLDS = 50
DATA, TYPED = "task_data", "typed_answers.csv"
# No vowels and no digits: a code is no word, and no spreadsheet takes it for a date or a number.
_CODE_LETTERS = "CDFHJKLMNPRTVWX"

Tables = Mapping[str, "pd.DataFrame"]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What was made: the world, how many worlds were not fit, the folders, the empty table."""

    world_id: str
    is_new: bool
    refused: int
    participants: int
    hand_out: Path
    marker: Path
    typed: Path


def make_occasion(folder: Path, occasion: str, say: Say) -> Made:
    """Make the test of an occasion, or write its pages again.

    The world is drawn once. A second call writes the same test again, also for participants who
    were drawn since.

    Parameters
    ----------
    folder
        The instructor's store.
    occasion
        ``before`` or ``after``.
    say
        Gets a line about each step.

    Raises
    ------
    CourseError
        When nobody was drawn, or no world is fit.
    """
    bank, store = load_bank(), GainStore(folder)
    with store.history() as history:
        draws, worlds = read_draws(history), read_worlds(history)
    if not draws:
        raise CourseError(
            "Nobody was drawn yet, so it is not known who writes which form. Draw first: "
            f"rilo gain draw {folder} --participants anna,ben,chen,dina"
        )
    world, refused = worlds.get(occasion), 0
    if world is None:
        other = next((worlds[one] for one in OCCASIONS if one in worlds), None)
        say("drawing a world")
        made, refused = choose_world(bank, occasion, _seeds(), other)
        with store.history() as history:
            # Of two that are made at once, the first one stays.
            if occasion not in read_worlds(history):
                add_world(history, made)
    with store.history() as history:
        kept = read_worlds(history)[occasion]
        codes = _codes(history, draws, occasion)
    say("writing the data of the task")
    _write_data(store.hand_out(occasion), kept)
    say("writing the pages")
    for participant, first_form in draws.items():
        form = form_of(first_form, occasion)
        sheet = Sheet(participant, occasion, kept.world_id, codes[participant])
        place = store.hand_out(occasion, participant)
        write_text(place / "test_on_screen.html", screen_page(kept.exams[form], bank, sheet))
        write_text(place / "test_on_paper.html", paper_page(kept.exams[form], bank, sheet))
    marker = store.marker(occasion)
    write_text(marker / "key.html", key_page(kept, bank))
    forms = {name: form_of(first, occasion) for name, first in draws.items()}
    typed = _write_template(marker / TYPED, template_text(occasion, forms))
    hand_out = store.hand_out(occasion)
    return Made(kept.world_id, world is None, refused, len(draws), hand_out, marker, typed)


def _write_template(path: Path, text: str) -> Path:
    """Write the empty table for answers on paper; one in which somebody typed stays."""
    content = text.encode("utf-8-sig")
    if path.exists() and path.read_bytes() != content:
        path = path.with_name("typed_answers_blank.csv")
    write_bytes(path, content)
    return path


def _seeds() -> Iterator[int]:
    while True:
        yield secrets.randbits(128)


def choose_world(
    bank: Bank, occasion: str, seeds: Iterator[int], other: TestWorld | None
) -> tuple[TestWorld, int]:
    """Return the test on the first world that is fit, and how many were not.

    Parameters
    ----------
    bank
        The blueprint.
    occasion
        ``before`` or ``after``.
    seeds
        Where seeds come from.
    other
        The test of the other occasion, which must read otherwise.

    Raises
    ------
    CourseError
        When none of many worlds is fit: then the blueprint or the world was changed.
    """
    from rilo_training.world import WORLD_VERSION

    problems: list[str] = []
    for refused in range(MOST_WORLDS):
        seed = next(seeds)
        exams, problems = exams_of(world_tables(seed), bank)
        if other is not None:
            problems += same_items(exams, other.exams)
        if not problems:
            # An official world has a name that says nothing about its seed.
            name = secrets.token_hex(8)
            return TestWorld(occasion, seed, name, str(WORLD_VERSION), exams), refused
    raise CourseError(
        f"None of {MOST_WORLDS} worlds is fit for the test. The last one: {problems[0]} "
        "Look at what the forms ask for in the blueprint."
    )


def world_tables(seed: int) -> Tables:
    """Return the tables of a world that the test needs."""
    from rilo_training.world import make_world

    return make_world(seed, tables=TABLES).tables


def exams_of(tables: Tables, bank: Bank) -> tuple[dict[str, Exam], list[str]]:
    """Return both forms on a world, and why they are not fair, in sentences."""
    exams, problems = {}, []
    for form in FORMS:
        numbers = facts(tables, bank.plans[form])
        exams[form] = make_test(tables, bank, form, numbers)
        problems += problems_of(exams[form], numbers)
    return exams, problems


def _codes(history: sqlite3.Connection, draws: Mapping[str, str], occasion: str) -> dict[str, str]:
    """Return the code of each script of an occasion; new ones are drawn and kept."""
    known = read_scripts(history)
    codes = {one.participant: one.code for one in known.values() if one.occasion == occasion}
    new = []
    for participant in draws:
        while participant not in codes:
            letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(6))
            code = f"{letters[:3]}-{letters[3:]}"
            if code not in known and code not in codes.values():
                codes[participant] = code
                new.append(Script(code, participant, occasion))
    add_scripts(history, new)
    return codes


def _write_data(folder: Path, world: TestWorld) -> None:
    """Write the table of the performance task, as CSV for a spreadsheet and as Parquet."""
    from rilo_training.world import SYNTHETIC, WORLD_VERSION

    csv, parquet = folder / f"{DATA}.csv", folder / f"{DATA}.parquet"
    if csv.is_file() and parquet.is_file():
        return
    if str(WORLD_VERSION) != world.world_version:
        raise CourseError(
            f"The data of the task are not in {folder}, and this version of rilo would make other "
            f"data. Put {DATA}.csv and {DATA}.parquet back from a copy of the store."
        )
    table = world_tables(world.seed)["seizures"]
    text = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\r\n")
    write_bytes(csv, text.encode("utf-8-sig"))
    content = io.BytesIO()
    table.to_parquet(content, index=False)
    write_bytes(parquet, content.getvalue())
    write_text(folder / "SYNTHETIC.txt", SYNTHETIC + "\n")
