"""Numbers in prose: each is proved by the manifest, by its own form, or by the fact table.

A number that depends on the data never stands in prose: the cell that computes it says it. What is
left are minutes, points and numbers of questions (proved by the manifest and the notebook), signs
of the text itself (numbers of parts and lists), numbers of the code beside the text (a limit of 30
days stands in both), and facts, rules and examples. These stand in ``curriculum/facts.toml`` word
by word, with their reason and, where it can be computed, a proof.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.course.editing.prose import CODE, FENCE, LINK, Passage
from rilo_training.course.manifest import Unit
from rilo_training.course.notebook import questions_of

FACTS = Path("curriculum") / "facts.toml"

_NUMBER = re.compile(r"(?<![\w.])\d[\d,.:/]*(?:st|nd|rd|th)?(?![\w])")
_OWN_FORM = re.compile(
    r"^\s*#+\s*\d+\.\s|^\s*\d+[.)]\s|^\s*\*\*\d+\.|\bw\d+d?\d*_\d+\b|\bC[1-7]\b"
    r"|\bMember\s\d\d\b|\bparticipant_\d+\b|\b[Ff]igure\s\d\b",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Fact:
    """A piece of text with a number in it, where it stands, and why it is true.

    ``unit`` is the id of a unit, or ``any``. ``proof`` is an expression, or empty.
    """

    unit: str
    text: str
    why: str
    proof: str = ""


def load_facts(root: Path) -> list[Fact]:
    """Read the fact table of a course."""
    found = tomllib.loads((root / FACTS).read_text(encoding="utf-8"))
    return [
        Fact(str(entry["unit"]), text, str(entry["why"]), str(entry.get("proof", "")))
        for entry in found["fact"]
        for text in entry["texts"]
    ]


def known_forms(unit: Unit, notebook: NotebookNode) -> re.Pattern[str]:
    """Return the pattern of the numbers that the manifest and the notebook prove by themselves.

    Minutes and points of the unit, numbers of its questions, how many words a text has, and dates
    that stand in its code too. Points of a question and minutes of the parts have checks of their
    own.
    """
    last = len(questions_of(notebook))
    numbers = "|".join(str(number) for number in range(last, 0, -1))
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    words = [rf"{low} to {high} words" for low, high in re.findall(r"words=\[(\d+), (\d+)\]", code)]
    dates = [_written_out(date) for date in sorted(set(re.findall(r"\b20\d\d-\d\d-\d\d\b", code)))]
    given = "|".join(["(?!)", *words, *(form for date in dates for form in date)])
    pattern = (
        rf"\b(?:{given})\b|"
        rf"\bQuestions? (?:{numbers})(?:(?:,| and| to) (?:{numbers}))*\b"
        rf"|\b{unit.minutes} minutes\b|\(\d+ points?\)|\(\d+ minutes\)"
        rf"|\b{unit.points:g} points\b|\b[Pp]arts? \d+(?:(?:,| and| to) \d+)*\b"
    )
    return re.compile(pattern.replace(" ", r"\s+"))  # a line may end in the middle of it


def numbers_beside(notebook: NotebookNode) -> dict[str, set[str]]:
    """Return, for each text cell, the numbers from 3 up that stand in the code beside it.

    Beside a text stand the code cells around it, up to the next text. Smaller numbers stand in
    nearly every code, so they prove nothing.
    """
    found: dict[str, set[str]] = {}
    cells = notebook.cells
    for place, cell in enumerate(cells):
        if cell.cell_type != "markdown":
            continue
        before = itertools.takewhile(lambda one: one.cell_type == "code", reversed(cells[:place]))
        after = itertools.takewhile(lambda one: one.cell_type == "code", cells[place + 1 :])
        code = "\n".join(one.source for one in (*before, *after))
        numbers = re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?!\w)", code)
        plain = (number.replace("_", "") for number in numbers)
        found[cell.id] = {number for number in plain if float(number) >= 3}
    return found


def _written_out(iso: str) -> list[str]:
    """Return how a date is written in a text, longest first.

    Examples
    --------
    >>> _written_out("2026-07-01")
    ['1 July 2026', '1 July']
    """
    date = dt.date.fromisoformat(iso)
    day = f"{date.day} {calendar.month_name[date.month]}"
    return [f"{day} {date.year}", day]


def loose_numbers(
    passages: Iterable[Passage],
    unit: str,
    facts: Iterable[Fact],
    known: re.Pattern[str],
    beside: Mapping[str, set[str]] | None = None,
) -> list[str]:
    """Return the numbers of some texts that nothing proves, with the words around them.

    Examples
    --------
    >>> from rilo_training.course.editing.prose import Passage
    >>> facts = [Fact("any", "1,000 g are 1 kg", "definition")]
    >>> texts = [Passage("here", "1,000 g are 1 kg. We hold 17 cases.")]
    >>> loose_numbers(texts, "w1d1_01", facts, re.compile("Question 1"))
    ['here: 17 in "1,000 g are 1 kg. We hold 17 cases."']
    """
    own = [fact.text for fact in facts if fact.unit in (unit, "any")]
    problems = []
    for passage in passages:
        text = LINK.sub(r"\1", CODE.sub("`", FENCE.sub(" ", passage.text)))
        text = known.sub(lambda found: "·" * len(found[0]), text)
        text = " ".join(_OWN_FORM.sub(" ", text).split())
        covered = text
        for words in sorted(own, key=len, reverse=True):
            covered = covered.replace(words, "·" * len(words))
        near = (beside or {}).get(passage.place.split(" ")[-1], set())
        for found in _NUMBER.finditer(covered):
            if found[0].rstrip(".,:").replace(",", "") in near:
                continue
            start, end = max(0, found.start() - 30), found.end() + 30
            around = text[start:end].strip()
            problems.append(f'{passage.place}: {found[0]} in "{around}"')
    return problems


def unused_facts(passages: Iterable[tuple[str, Passage]], facts: Iterable[Fact]) -> list[str]:
    """Return the facts that stand in no text of their unit any more.

    Parameters
    ----------
    passages
        Pairs of unit and passage.
    facts
        The fact table.
    """
    texts: dict[str, list[str]] = {}
    for unit, passage in passages:
        plain = " ".join(LINK.sub(r"\1", CODE.sub("`", FENCE.sub(" ", passage.text))).split())
        texts.setdefault(unit, []).append(plain)
    everywhere = [text for own in texts.values() for text in own]
    return [
        f"{fact.unit}: {fact.text}"
        for fact in facts
        if not any(
            fact.text in text
            for text in (everywhere if fact.unit == "any" else texts.get(fact.unit, []))
        )
    ]
