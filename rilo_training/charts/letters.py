"""Texts that fit: fonts that have the letters, widths in pixels, lines, and short forms."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from typing import Any

from rilo_training.charts.style import SMALL_PT
from rilo_training.files import whole_text

BASE = "DejaVu Sans"
BOX = "\N{WHITE SQUARE}"
"""Stands for a letter that no font of this computer has."""
BOX_NOTE = f"{BOX} stands for a letter that no font on this computer can draw."
_NOT_FOR_TEXT = {"emoji", "resort"}
"""Fonts of pictures, and the one of matplotlib that has a sign for every missing letter."""


@functools.cache
def _letters_of(path: str) -> frozenset[int]:
    """Return the letters of a font file; of one that cannot be used, none."""
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(path)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError, ValueError):
        return frozenset()


@functools.cache
def _base() -> frozenset[int]:
    from matplotlib.font_manager import findfont

    return _letters_of(str(findfont(BASE)))


@functools.cache
def _fallbacks(missing: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return names and files of fonts with the letters that the base font lacks, best first."""
    from matplotlib.font_manager import fontManager

    left = {ord(letter) for letter in missing}
    found: list[tuple[str, str]] = []
    fonts = sorted(
        {
            (entry.name, entry.fname)
            for entry in fontManager.ttflist
            if entry.style == "normal" and not _NOT_FOR_TEXT & set(entry.name.lower().split())
        }
    )
    while left:
        best = max(fonts, key=lambda font: len(left & _letters_of(font[1])), default=("", ""))
        gained = left & _letters_of(best[1])
        if not gained:
            break
        found.append(best)
        left -= gained
    return tuple(found)


def _missing(text: str) -> frozenset[str]:
    return frozenset(
        letter for letter in text if ord(letter) not in _base() and not letter.isspace()
    )


def families(text: str) -> list[str]:
    """Return the names of fonts for a text: the base font, and others where it lacks letters."""
    return [BASE, *(name for name, _ in _fallbacks(_missing(text)))]


def drawable(text: object) -> str:
    """Return a text in one line, with a box for each letter that no font here can draw.

    Examples
    --------
    >>> from rilo_training.charts.letters import drawable
    >>> drawable("two" + chr(10) + " lines"), drawable("US$ a_b")
    ('two lines', 'US$ a_b')
    """
    line = " ".join(whole_text(str(text)).split())
    line = "".join(one for one in line if unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    missing = _missing(line)
    if not missing:
        return line
    known = frozenset[int]().union(*(_letters_of(path) for _, path in _fallbacks(missing)))
    return "".join(BOX if one in missing and ord(one) not in known else one for one in line)


def width_px(chart: Any, text: str, size_pt: float, weight: str = "normal") -> float:
    """Return how wide one line of a text is in a chart, in pixels."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=families(text), size=size_pt, weight=weight)
    wide, _, _ = chart.canvas.get_renderer().get_text_width_height_descent(text, font, False)
    return float(wide)


def wrapped(
    chart: Any, text: str, room_px: float, size_pt: float, weight: str = "normal"
) -> list[str]:
    """Return a text in lines that are at most so wide. A word that is wider is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_px(chart, longer, size_pt, weight) <= room_px:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and width_px(chart, lines[-1] + letter, size_pt, weight) > room_px:
                lines.append("")
            lines[-1] += letter
    return lines


def short_labels(
    chart: Any,
    labels: Sequence[str],
    room_px: float,
    most_lines: int = 2,
    size_pt: float = SMALL_PT,
) -> list[str]:
    """Return labels as they are drawn: in few lines that are at most so wide.

    What is too long ends in three dots; labels that become the same by this get a number.
    """
    drawn: list[str] = []
    for label in labels:
        lines = wrapped(chart, drawable(label) or "(empty)", room_px, size_pt)
        if len(lines) > most_lines:
            last = f"{lines[most_lines - 1]} {lines[most_lines]}"
            while last and width_px(chart, f"{last}…", size_pt) > room_px:
                last = last[:-1]
            lines = [*lines[: most_lines - 1], f"{last.rstrip()}…"]
        text = "\n".join(lines)
        same = sum(text == other.rsplit(" #", 1)[0] for other in drawn)
        drawn.append(f"{text} #{same + 1}" if same else text)
    return drawn
