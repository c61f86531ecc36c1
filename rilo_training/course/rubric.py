"""The rubrics: how a person gives points to a written answer in two minutes.

A rubric is one file, ``curriculum/rubrics/NAME.toml``. All its criteria share its levels, so that
a letter means the same everywhere.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rilo_training.course.manifest import CourseError

RUBRICS = Path("curriculum") / "rubrics"
MOST_MINUTES = 2
MOST_WORDS = 30  # of a level: what a person can apply in seconds


class RubricError(CourseError):
    """A rubric is not sound; the text says where and what was expected."""


@dataclass(frozen=True)
class Level:
    """A level of all criteria: its letter, its name, and its share of a criterion's points."""

    letter: str
    name: str
    share: float


@dataclass(frozen=True)
class Standard:
    """One criterion: its id (never used again for another meaning), name, points, words."""

    id: str
    name: str
    points: float
    words: Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """A text that is at one level in every criterion, and why."""

    level: str
    text: str
    why: Mapping[str, str]


@dataclass(frozen=True)
class Rubric:
    """One rubric.

    Parameters
    ----------
    name
        The name of its file, as a key names it.
    title, source
        What it is for, and where it comes from.
    minutes
        How long a person needs for one text.
    levels
        From the highest to the lowest.
    criteria
        In the order in which they are applied.
    examples
        One or more for each level.
    comments
        Re-usable comments: code to words.
    """

    name: str
    title: str
    source: str
    minutes: float
    levels: tuple[Level, ...]
    criteria: tuple[Standard, ...]
    examples: tuple[Example, ...]
    comments: Mapping[str, str]

    @property
    def points(self) -> float:
        """The points of all criteria together."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def digest(self) -> str:
        """A digest of what gives points. Better words for the same levels do not change it."""
        form = [
            [[criterion.id, criterion.points] for criterion in self.criteria],
            [[level.letter, level.share] for level in self.levels],
        ]
        return hashlib.sha256(json.dumps(form).encode()).hexdigest()[:16]

    def points_of(self, criterion: Standard, letter: str) -> float:
        """Return what a level of a criterion earns."""
        share = next(level.share for level in self.levels if level.letter == letter)
        return round(share * criterion.points, 4)

    def letter_of(self, criterion: Standard, typed: str) -> str | None:
        """Return the letter that a person meant, or None.

        Parameters
        ----------
        criterion
            The criterion of the cell.
        typed
            A letter, the name of a level, or its points; "0,5" is a half.
        """
        text = typed.strip().rstrip(".)").casefold()
        for level in self.levels:
            if text in (level.letter.casefold(), level.name.casefold()):
                return level.letter
        try:
            number = float(typed.strip().replace(",", "."))
        except ValueError:
            return None
        for level in self.levels:
            if abs(self.points_of(criterion, level.letter) - number) < 1e-6:
                return level.letter
        return None


def load_rubric(path: Path) -> Rubric:
    """Read a rubric.

    Parameters
    ----------
    path
        The file ``NAME.toml``.

    Raises
    ------
    RubricError
        When the file is not there or something in it is missing or wrong. The text names it.

    Examples
    --------
    >>> from rilo_training.course.manifest import load_programme
    >>> reply = load_rubric(load_programme().root / RUBRICS / "information_reply.toml")
    >>> reply.points, [level.letter for level in reply.levels]
    (4.0, ['A', 'B', 'C'])
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        rubric = _rubric(path.stem, found)
        problem = next(_problems(rubric), None)
    except OSError as reason:
        problem = f"it cannot be read ({reason.strerror})"
    except KeyError as reason:
        problem = f"the entry {reason} is missing"
    except (ValueError, TypeError, AttributeError) as reason:
        problem = " ".join(str(reason).split()).rstrip(".")
    if problem:
        raise RubricError(f"The rubric {path.name} is not ready: {problem}.")
    return rubric


def _rubric(name: str, found: dict[str, Any]) -> Rubric:
    return Rubric(
        name=name,
        title=str(found["title"]),
        source=str(found["source"]),
        minutes=float(found["minutes"]),
        levels=tuple(
            Level(str(entry["letter"]), str(entry["name"]), float(entry["share"]))
            for entry in found["level"]
        ),
        criteria=tuple(
            Standard(str(e["id"]), str(e["name"]), float(e["points"]), dict(e["words"]))
            for e in found["criterion"]
        ),
        examples=tuple(
            Example(str(entry["level"]), str(entry["text"]).strip(), dict(entry["why"]))
            for entry in found["example"]
        ),
        comments={str(e["code"]): str(e["words"]) for e in found.get("comment", [])},
    )


def _problems(rubric: Rubric) -> Iterator[str]:
    """Give what is wrong, in the order of the file."""
    if not 0 < rubric.minutes <= MOST_MINUTES:
        yield f"minutes is {rubric.minutes:g}; a text takes at most {MOST_MINUTES} minutes"
    letters = [level.letter for level in rubric.levels]
    shares = [level.share for level in rubric.levels]
    if letters != list("ABCDEFGH"[: len(letters)]) or len(letters) < 2:
        yield f"the letters of the levels are {', '.join(letters)}; expected A, B and so on"
    if shares != sorted(set(shares), reverse=True):
        yield "the shares of the levels must fall from one level to the next"
    if shares[0] != 1 or shares[-1] != 0:
        yield "the first level has the share 1 and the last one 0"
    for what in ("id", "name"):
        values = [str(getattr(criterion, what)).casefold() for criterion in rubric.criteria]
        if repeated := {value for value in values if values.count(value) > 1}:
            yield f"two criteria have the {what} {sorted(repeated)[0]!r}"
    for criterion in rubric.criteria:
        if criterion.points <= 0:
            yield f"the points of {criterion.id!r} are {criterion.points:g}; expected more than 0"
        yield from _problems_of_words(f"the criterion {criterion.id!r}", criterion.words, letters)
        for letter, words in criterion.words.items():
            if len(str(words).split()) > MOST_WORDS:
                yield f"level {letter} of {criterion.id!r} has more than {MOST_WORDS} words"
    ids = [criterion.id for criterion in rubric.criteria]
    for letter in letters:
        if letter not in [example.level for example in rubric.examples]:
            yield f"there is no example for level {letter}"
    for example in rubric.examples:
        if example.level not in letters:
            yield f"an example has the level {example.level!r}; the levels are {', '.join(letters)}"
        if not example.text:
            yield f"the example for level {example.level} has no text"
        yield from _problems_of_words(f"the example for level {example.level}", example.why, ids)


def _problems_of_words(
    where: str, words: Mapping[str, str], wanted: Sequence[str]
) -> Iterator[str]:
    for name in wanted:
        if not str(words.get(name, "")).strip():
            yield f"{where} has no words for {name}"
    for name in words:
        if name not in wanted:
            yield f"{where} has words for {name!r}, which is not there"
