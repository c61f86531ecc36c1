"""What the facilitation notes of a day say: what to drop, the live hour, and its stand-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

NOTES = Path("curriculum") / "facilitation"
CARDS = Path("curriculum") / "practice_database.md"
MOST_ITEMS = 9
_DROP = re.compile(r"^(?:\||-) *\**(\d+) minutes(?: late)?:?\**:? *\|?((?:.|\n  +(?=\S))+)", re.M)


@dataclass(frozen=True)
class Notes:
    """What was found; everything is empty where nobody wrote it.

    Parameters
    ----------
    file
        Where the notes stand, as seen from the course; empty where there are none.
    drop
        Minutes late to what to drop.
    checklist
        What to have ready and to do in the live hour.
    fallback
        What to do without a network or an account.
    """

    file: str = ""
    drop: tuple[tuple[int, str], ...] = ()
    checklist: tuple[str, ...] = ()
    fallback: str = ""


def has_card(root: Path, number: int) -> bool:
    """Whether there is a card for the live hour of a training day, to do without a network."""
    if not (root / CARDS).is_file():
        return False
    text = (root / CARDS).read_text(encoding="utf-8")
    return re.search(rf"^## Day {number}\b", text, re.MULTILINE) is not None


def read_notes(root: Path, number: int) -> Notes:
    """Return the notes for a training day.

    Parameters
    ----------
    root
        The folder of the course.
    number
        The number of the training day: its notes stand in ``day<number>.md``.
    """
    path = root / NOTES / f"day{number}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return Notes()
    # As a row of a table, | 15 minutes | ... |, or as a line of a list, - **15 minutes late:** ...
    drop = _DROP.findall(section(text, "What to drop"))
    live = section(text, "The live CEN hour")
    items = re.findall(r"^- \[ \] (.+(?:\n  +\S.*)*)", live, re.M)
    stand_in = re.search(r"^\*\*Stand-in.*?(?=\n\n|\n#|\Z)", live, re.M | re.S)
    return Notes(
        f"{NOTES.as_posix()}/{path.name}",
        tuple((int(minutes), plain(words).rstrip("| ")) for minutes, words in drop),
        tuple(plain(item) for item in items),
        plain(stand_in[0]) if stand_in else "",
    )


def section(text: str, heading: str) -> str:
    r"""Return what stands below a heading of the second level that begins with these words.

    Examples
    --------
    >>> section("# Day\n## What to drop\nA chart.\n\n## Exit question\nWhy?", "What to drop")
    'A chart.'
    """
    found = re.search(rf"^## {re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found[1].strip() if found else ""


def plain(text: str) -> str:
    r"""Return a text without the marks of Markdown, in one line.

    Examples
    --------
    >>> plain("w1d1_01: the **Change it** of\n  part 2, `sns.barplot`")
    'w1d1_01: the Change it of part 2, sns.barplot'
    """
    return " ".join(re.sub(r"\*\*|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)", "", text).split())
