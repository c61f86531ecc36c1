"""The blueprint and the items of the test, as they stand in the course."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rilo_training.course.manifest import CourseError, load_programme

BLUEPRINT = Path("curriculum") / "gain" / "blueprint.toml"
FORMS = ("A", "B")
LETTERS = ("a", "b", "c", "d")
GROUPS, ITEMS_IN_GROUP = 4, 7
ITEMS = GROUPS * ITEMS_IN_GROUP


@dataclass(frozen=True)
class Wording:
    """An item in one form: texts with slots, the letter of the right answer, and why others fail.

    ``wrong`` holds pairs: the text of a wrong answer, and the misconception that it shows.
    """

    letter: str
    text: str
    right: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """One place of the test: what it is about. ``taught_in`` is empty for a control."""

    number: int
    tag: str
    point: str
    group: int
    competence: str
    taught_in: str
    computed: bool

    @property
    def is_control(self) -> bool:
        """Whether it asks what the course does not teach."""
        return not self.taught_in


@dataclass(frozen=True)
class Item(Place):
    """A place with what it asks in both forms."""

    wordings: Mapping[str, Wording]


@dataclass(frozen=True)
class Group:
    """One of the four groups in which gain is reported."""

    number: int
    name: str
    competences: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One line of the rubric of the performance task; ``half`` is empty where there is none."""

    id: str
    name: str
    points: float
    full: str
    half: str
    none: str

    @property
    def possible(self) -> tuple[float, ...]:
        """The points that a marker may give."""
        half = (self.points / 2,) if self.half else ()
        return (0.0, *half, float(self.points))


@dataclass(frozen=True)
class Bank:
    """The blueprint: groups, items, what each form looks at, and the performance task."""

    minutes_items: int
    minutes_task: int
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    plans: Mapping[str, Mapping[str, Any]]
    task_section: str
    task_asked: str
    first_day: dt.date
    last_day: dt.date
    criteria: tuple[Criterion, ...]

    def group_name(self, number: int) -> str:
        """Return the name of a group with its competences: ``Pictures and words (C3)``."""
        group = next(one for one in self.groups if one.number == number)
        return f"{group.name} ({', '.join(group.competences)})"


def load_bank(root: Path | None = None) -> Bank:
    """Read the blueprint.

    Parameters
    ----------
    root
        The folder of the course. Without it, the folder is looked for here and above.

    Returns
    -------
    Bank
        28 items in four groups of seven, in the order of the test.

    Raises
    ------
    CourseError
        When the blueprint is not there, or something in it is missing or out of balance.

    Examples
    --------
    >>> from rilo_training.gain.bank import load_bank
    >>> bank = load_bank()
    >>> len(bank.items), sum(item.is_control for item in bank.items)
    (28, 4)
    """
    root = root or load_programme().root
    path = root / BLUEPRINT
    try:
        bank = _bank(tomllib.loads(path.read_text(encoding="utf-8")))
        _check(bank)
    except OSError as reason:
        raise CourseError(
            f"The blueprint {BLUEPRINT.as_posix()} cannot be read: {reason.strerror}. "
            "The test of gain is made in the folder of the course, and not from a release."
        ) from reason
    except KeyError as reason:
        raise _broken(f"the entry {reason} is missing") from reason
    except (ValueError, TypeError, AttributeError) as reason:
        raise _broken(" ".join(str(reason).split())) from reason
    return bank


def _broken(problem: str) -> CourseError:
    return CourseError(
        f"The blueprint {BLUEPRINT.as_posix()} cannot be used: {problem.rstrip('.')}. "
        "Compare it with the last version that worked."
    )


def _bank(found: dict[str, Any]) -> Bank:
    task = found["task"]
    return Bank(
        minutes_items=int(found["minutes_items"]),
        minutes_task=int(found["minutes_task"]),
        groups=tuple(
            Group(one["number"], one["name"], tuple(one["competences"])) for one in found["group"]
        ),
        items=tuple(_item(number, one) for number, one in enumerate(found["item"], start=1)),
        plans={form: dict(found["form"][form]) for form in FORMS},
        task_section=task["section"],
        task_asked=task["asked"],
        first_day=task["first_day"],
        last_day=task["last_day"],
        criteria=tuple(Criterion(**one) for one in task["criterion"]),
    )


def _item(number: int, entry: dict[str, Any]) -> Item:
    wordings = {
        form: Wording(
            letter=entry[form]["letter"],
            text=entry[form]["text"],
            right=entry[form]["right"],
            wrong=tuple((text, shows) for text, shows in entry[form]["wrong"]),
        )
        for form in FORMS
    }
    place = {field.name: entry[field.name] for field in fields(Place) if field.name != "number"}
    return Item(number=number, wordings=wordings, **place)


def _check(bank: Bank) -> None:
    """Raise ValueError where the items do not follow the blueprint's own rules."""
    groups = [item.group for item in bank.items]
    if groups != [1 + place // ITEMS_IN_GROUP for place in range(ITEMS)]:
        raise ValueError(f"the items are not {GROUPS} groups of {ITEMS_IN_GROUP}, in order")
    if len({item.tag for item in bank.items}) != ITEMS:
        raise ValueError("two items have the same tag")
    for group in bank.groups:
        own = [item for item in bank.items if item.group == group.number]
        if sum(item.is_control for item in own) != 1:
            raise ValueError(f"group {group.number} has not one control item")
        if others := {item.competence for item in own} - set(group.competences):
            raise ValueError(f"group {group.number} has an item of {sorted(others)[0]}")
    for form in FORMS:
        letters = [item.wordings[form].letter for item in bank.items]
        if any(letters.count(letter) != ITEMS // len(LETTERS) for letter in LETTERS):
            raise ValueError(f"in form {form} the letters are not right equally often")
    for item in bank.items:
        if any(len(wording.wrong) != 3 for wording in item.wordings.values()):
            raise ValueError(f"the item {item.tag} has not three wrong answers in each form")
