"""How a person stands before and after: counts in four groups, and nothing that is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rilo_training.gain.answers import NOT_YET
from rilo_training.gain.bank import GROUPS, ITEMS_IN_GROUP
from rilo_training.gain.exam import Key
from rilo_training.gain.records import Entry, TestWorld

TAUGHT_IN_GROUP = ITEMS_IN_GROUP - 1  # one item of each group is a control


@dataclass(frozen=True)
class Judged:
    """One answer beside the key of its item."""

    key: Key
    answer: str
    sure: str

    @property
    def is_answered(self) -> bool:
        """Whether a letter from a to d was given."""
        return self.answer not in ("", NOT_YET)

    @property
    def is_right(self) -> bool:
        """Whether the letter is the right one."""
        return self.answer == self.key.letter

    @property
    def is_wrong(self) -> bool:
        """Whether a letter was given and it is not the right one."""
        return self.is_answered and not self.is_right

    @property
    def is_wrong_and_sure(self) -> bool:
        """Whether somebody would act on a wrong answer."""
        return self.is_wrong and self.sure == "yes"

    @property
    def misconception(self) -> str:
        """What the wrong answer shows; empty where it is not wrong."""
        return self.key.shows.get(self.answer, "")

    @property
    def words(self) -> str:
        """How the answer stands, in words.

        Examples
        --------
        >>> from rilo_training.gain.exam import Key
        >>> key = Key(1, "t", "p", 1, "C1", "", False, "a", {"b": "counts lines"})
        >>> Judged(key, "b", "yes").words, Judged(key, "n", "").words, Judged(key, "a", "no").words
        ('wrong and sure', 'I do not know yet', 'right and not sure')
        """
        if self.answer == "":
            return "no answer"
        if self.answer == NOT_YET:
            return "I do not know yet"
        verdict = "right" if self.is_right else "wrong"
        return verdict + {"yes": " and sure", "no": " and not sure", "": ""}[self.sure]


@dataclass(frozen=True)
class Counts:
    """The six taught items of a group, and its control item."""

    right: int
    wrong_sure: int
    wrong_not_sure: int
    wrong_without_mark: int
    not_yet: int
    empty: int
    control: str


@dataclass(frozen=True)
class Sitting:
    """What counts for one person and occasion: the newest entry, beside all of them.

    A typed table holds no text of the task: then the newest text that was entered stays with it.
    """

    entry: Entry
    judged: tuple[Judged, ...]
    entries: int
    changed: tuple[int, ...]

    def counts(self, group: int) -> Counts:
        """Return the counts of a group."""
        own = [one for one in self.judged if one.key.group == group]
        taught = [one for one in own if not one.key.is_control]
        wrong = [one for one in taught if one.is_wrong]
        return Counts(
            right=sum(one.is_right for one in taught),
            wrong_sure=sum(one.sure == "yes" for one in wrong),
            wrong_not_sure=sum(one.sure == "no" for one in wrong),
            wrong_without_mark=sum(one.sure == "" for one in wrong),
            not_yet=sum(one.answer == NOT_YET for one in taught),
            empty=sum(one.answer == "" for one in taught),
            control=next(one.words for one in own if one.key.is_control),
        )

    @property
    def wrong_and_sure(self) -> list[Judged]:
        """The taught items of which the person was sure, and wrong."""
        return [one for one in self.judged if one.is_wrong_and_sure and not one.key.is_control]


GROUP_NUMBERS = tuple(range(1, GROUPS + 1))
Sittings = Mapping[str, Mapping[str, Sitting]]
"""By participant, and then by occasion."""


def judge(entry: Entry, keys: Sequence[Key]) -> tuple[Judged, ...]:
    """Return the answers of an entry beside their keys."""
    return tuple(
        Judged(key, answer, sure) for key, (answer, sure) in zip(keys, entry.answers, strict=True)
    )


def sittings(entries: Iterable[Entry], worlds: Mapping[str, TestWorld]) -> Sittings:
    """Return what counts for each person and occasion: the newest entry.

    Parameters
    ----------
    entries
        Everything that was entered, oldest first.
    worlds
        The test of each occasion.
    """
    by_person: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        by_person.setdefault(entry.participant, {}).setdefault(entry.occasion, []).append(entry)
    return {
        participant: {
            occasion: _sitting(several, worlds[occasion]) for occasion, several in own.items()
        }
        for participant, own in by_person.items()
    }


def _sitting(several: Sequence[Entry], world: TestWorld) -> Sitting:
    newest = several[-1]
    changed = {
        number
        for earlier in several[:-1]
        for number, (old, new) in enumerate(
            zip(earlier.answers, newest.answers, strict=True), start=1
        )
        if old != new or earlier.form != newest.form
    }
    keys = world.exams[newest.form].keys
    texts = (one.task for one in reversed(several) if one.task and one.form == newest.form)
    newest = replace(newest, task=next(texts, {}))
    return Sitting(newest, judge(newest, keys), len(several), tuple(sorted(changed)))
