"""A page: values laid into a template, escaped, with every hidden character made visible."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

# Colours and movements for a terminal; they mean nothing on a page.
_FOR_TERMINALS = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])", re.ASCII
)
# Control characters, marks that turn the direction of a text round, marks without width, half
# characters and invisible tags. The joiners U+200C and U+200D stay: Sinhala and Hindi need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# Marks that are set above each other without end would cover the lines around them.
_STACKED = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def visible(text: str) -> str:
    """Return a text that shows what it holds: nothing hidden, nothing turned round.

    Parameters
    ----------
    text
        Any text, also with control characters or half characters.

    Returns
    -------
    str
        The text. A hidden character is shown by its number. Colours for terminals are left out,
        and every line ends with a line feed.

    Examples
    --------
    >>> visible("abc" + chr(0x202E) + "fed")
    'abc[U+202E]fed'
    >>> visible(chr(27) + "[31mred" + chr(27) + "[0m")
    'red'
    """
    plain = _FOR_TERMINALS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _HIDDEN.sub(_number, _STACKED.sub(r"\1", plain))


def _number(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


def amount(value: float) -> str:
    """Return a number of points as people write it: at most two digits, no empty ones.

    Examples
    --------
    >>> amount(2.0), amount(1.125), amount(1234567.5)
    ('2', '1.12', '1,234,567.5')
    """
    return f"{round(value, 2) + 0.0:,.12g}"


def duration(seconds: float | None) -> str:
    """Return how long code ran, in words; empty where it did not run.

    Examples
    --------
    >>> duration(0.03), duration(2.34), duration(61.0), duration(None)
    ('under 0.1 s', '2.3 s', '61 s', '')
    """
    if seconds is None:
        return ""
    if seconds < 0.095:
        return "under 0.1 s"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def listed(names: list[str], most: int = 8) -> str:
    """Return names in a row; of many, the first ones and how many more there are.

    Examples
    --------
    >>> listed(["anna", "ben", "chen"], most=2)
    'anna, ben and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "question"), counted(2, "question"), counted(2, "has", "have")
    ('1 question', '2 questions', '2 have')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def shortened(text: str, characters: int, lines: int) -> tuple[str, str]:
    """Return a text that fits on a page, and a sentence about what was cut.

    Parameters
    ----------
    text
        Any text. Empty lines around it are left out.
    characters, lines
        The most that is kept.

    Returns
    -------
    (str, str)
        The text, and the sentence: empty where nothing was cut.

    Examples
    --------
    >>> shortened("a long story", characters=6, lines=9)
    ('a long', 'The first 6 of 12 characters are shown.')
    """
    text = text.strip("\n").rstrip()
    kept = "\n".join(text[:characters].split("\n", lines)[:lines])
    if len(kept) == len(text):
        return text, ""
    return kept, f"The first {len(kept):,} of {len(text):,} characters are shown."


def render(template: str, **values: Any) -> str:
    """Return a page: a template with values in it.

    Every value is text: the template engine escapes it, and what is hidden is made visible.

    Parameters
    ----------
    template
        The name of a file in ``templates``.
    values
        What the template shows. A name that is missing is an error.
    """
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rilo_training.grading.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # What a macro gave is already safe and has another type than str.
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {"amount": amount, "duration": duration, "listed": listed}
    return environment
