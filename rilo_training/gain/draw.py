"""The lot: who writes which form first. On the second occasion everybody writes the other one."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence

from rilo_training.course.manifest import CourseError
from rilo_training.gain.bank import FORMS
from rilo_training.gain.records import OCCASIONS, add_draws, read_draws

LONGEST_NAME = 40


def draw(
    participants: Sequence[str], before: Mapping[str, str], chance: random.Random
) -> dict[str, str]:
    """Return which form new participants write first.

    Parameters
    ----------
    participants
        The new ones.
    before
        Who was drawn earlier, and the form.
    chance
        Where the lot comes from.

    Returns
    -------
    dict
        The form by participant. Over all, the two forms differ by one person at most.

    Examples
    --------
    >>> import random
    >>> found = draw(["a", "b", "c", "d"], {}, random.Random(1))
    >>> sorted(found.values())
    ['A', 'A', 'B', 'B']
    """
    counts = {form: list(before.values()).count(form) for form in FORMS}
    found = {}
    for participant in chance.sample(list(participants), len(participants)):
        fewest = min(counts.values())
        form = chance.choice([form for form in FORMS if counts[form] == fewest])
        counts[form] += 1
        found[participant] = form
    return found


def form_of(first_form: str, occasion: str) -> str:
    """Return the form that somebody writes on an occasion.

    Examples
    --------
    >>> form_of("A", "before"), form_of("A", "after")
    ('A', 'B')
    """
    if occasion == OCCASIONS[0]:
        return first_form
    return next(form for form in FORMS if form != first_form)


def read_names(text: str) -> list[str]:
    """Return the participants of a list with commas.

    Raises
    ------
    CourseError
        When there is none, one stands twice, or one cannot be a name.

    Examples
    --------
    >>> read_names("anna, ben")
    ['anna', 'ben']
    """
    names = [" ".join(name.split()) for name in text.split(",")]
    names = [name for name in names if name]
    if not names:
        raise CourseError("No participant was named. Expected: --participants anna,ben,chen,dina")
    folded = [name.casefold() for name in names]
    for place, name in enumerate(names):
        if folded.count(folded[place]) > 1:
            raise CourseError(f"{name!r} stands twice. Give each participant an id of its own.")
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise CourseError(
                f"{name[:LONGEST_NAME]!r} cannot be the id of a participant. Use up to "
                f"{LONGEST_NAME} letters and digits, without line breaks."
            )
    return names


def draw_and_keep(history: sqlite3.Connection, names: Sequence[str]) -> dict[str, str]:
    """Draw those who were not drawn yet, keep it, and return the form of each new one."""
    known = read_draws(history)
    there = {name.casefold() for name in known}
    new = [name for name in names if name.casefold() not in there]
    found = draw(new, known, random.SystemRandom())
    add_draws(history, found)
    return found


def known_participant(name: str, draws: Mapping[str, str]) -> str | None:
    """Return the participant as drawn, whatever capital letters were typed, or None."""
    wanted = " ".join(name.split()).casefold()
    return next((one for one in draws if one.casefold() == wanted), None)
