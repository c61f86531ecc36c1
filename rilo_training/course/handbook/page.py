"""The pages of the reference in Markdown: one for the questions, one for each room."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rilo_training.course.handbook.docstring import Docstring, read_docstring, signature_text

_MADE = "<!-- made from the docstrings; change it there -->"
_SYNTHETIC = "All data in them are SYNTHETIC. They are not CEN data."
_TITLES = {"Raises": "Errors", "Warns": "Warnings", "References": "Source of the method"}


@dataclass(frozen=True)
class Shown:
    """A picture on a page: its file, its alt text, what it shows, and the code that draws it."""

    file: str
    alt_text: str
    caption: str
    code: str


@dataclass(frozen=True)
class Topic:
    """A public name on a page.

    ``table`` is the content of a constant as a Markdown table; ``methods`` are those of a class.
    """

    room: str
    name: str
    thing: Any
    asks: tuple[str, ...] = ()
    picture: Shown | None = None
    table: str = ""
    methods: Mapping[str, Any] = field(default_factory=dict)


def as_markdown(text: str) -> str:
    """Return words of a docstring in Markdown.

    Examples
    --------
    >>> from rilo_training.course.handbook.page import as_markdown
    >>> as_markdown("``unit``: as in :func:`~rilo_training.charts.rankings.bars`.")
    '`unit`: as in `bars`.'
    """
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text)
    return text.replace("``", "`")


def index_page(title: str, parts: Mapping[str, Sequence[tuple[str, Sequence[Topic]]]]) -> str:
    """Return the page on which an analyst begins: a question, and what answers it.

    Parameters
    ----------
    title : str
        The heading of the page.
    parts : mapping of str to list of pairs
        By the title of a part: each question with the topics that answer it.
    """
    rooms = sorted({topic.room for part in parts.values() for _, use in part for topic in use})
    lines = [
        f"# {title}",
        "",
        _MADE,
        "",
        "Find your question, then open the function. Each one has an example that you can type.",
        f"The pages need no network. {_SYNTHETIC}",
        "In JupyterLab: right-click on a page, Open With, Markdown Preview.",
        "The examples read the folder `datasets/practice`. In a notebook of the course, write",
        "`load_seizures()` without a folder: the notebook knows its data.",
        "",
        "All functions of a room: " + ", ".join(f"[{room}]({room}.md)" for room in rooms) + ".",
    ]
    for heading, questions in parts.items():
        lines += ["", f"## {heading}", "", "| What do you want to know? | Use |", "|---|---|"]
        for ask, topics in questions:
            links = [f"[{t.room}.{t.name}]({t.room}.md#{t.name})" for t in topics]
            lines.append(f"| {ask} | {', '.join(links)} |")
    return "\n".join(lines) + "\n"


def room_page(room: str, doc: str, topics: Sequence[Topic]) -> str:
    """Return the page of a room, its names in alphabetical order.

    Parameters
    ----------
    room : str
        The room, such as ``"analysis"``.
    doc : str
        The docstring of the room.
    topics : list of Topic
        Its public names.
    """
    lines = [f"# rilo_training.{room}", "", _MADE, "", "[All questions](README.md)", ""]
    lines += [f"The pictures are drawn from the practice data. {_SYNTHETIC}", ""]
    lines += [as_markdown(inspect.cleandoc(doc)), ""]
    ordered = sorted(topics, key=lambda topic: topic.name.lower())
    lines += [", ".join(f"[{topic.name}](#{topic.name})" for topic in ordered)]
    for topic in ordered:
        lines += ["", *_topic(topic)]
    return "\n".join(lines) + "\n"


def _topic(topic: Topic) -> list[str]:
    lines = [f"## {topic.name}", ""]
    lines += [f"*{ask}*" for ask in topic.asks] + [""] * bool(topic.asks)
    if not callable(topic.thing):
        return [*lines, topic.table]
    read = read_docstring(topic.thing.__doc__)
    lines += [as_markdown(read.summary), ""]
    if read.why:
        lines += [as_markdown(read.why), ""]
    lines += ["```python", f"from rilo_training.{topic.room} import {topic.name}"]
    if not (inspect.isclass(topic.thing) and issubclass(topic.thing, Exception)):
        lines += ["", signature_text(topic.thing, topic.name)]
    lines += ["```", *_sections(read)]
    for name, method in topic.methods.items():
        lines += ["", f"### {topic.name}.{name}", ""]
        own = read_docstring(method.__doc__)
        lines += [as_markdown(own.summary), ""] + ([as_markdown(own.why), ""] if own.why else [])
        lines += ["```python", signature_text(method, name), "```", *_sections(own)]
    if topic.picture is not None:
        lines += ["", *_picture(topic.picture)]
    return lines


def _sections(read: Docstring) -> list[str]:
    lines = []
    for title, text in read.sections.items():
        lines += ["", f"**{_TITLES.get(title, title)}**", ""]
        if title == "Examples":
            lines += ["```python", text, "```"]
        elif title in read.entries:
            lines += [_entry(title, entry) for entry in read.entries[title]]
        elif title in ("Returns", "Yields"):
            lines += [_returned(text)]
        else:
            lines += [as_markdown(text)]
    return lines


def _entry(title: str, entry: Any) -> str:
    names = ", ".join(f"`{name}`" for name in entry.names)
    kind = f" ({as_markdown(entry.kind)})" if entry.kind else ""
    words = textwrap.indent(as_markdown(entry.words), "  ").strip()
    return f"- {names}{kind}: {words}" if words else f"- {names}{kind}"


def _returned(text: str) -> str:
    """Return what comes back: its type at the margin, and the words below it."""
    lines = [f"- {line}:" if line[:1].strip() else line[2:] for line in text.splitlines()]
    return as_markdown("\n".join(lines).removesuffix(":"))


def _picture(shown: Shown) -> list[str]:
    alt = re.sub(r"([\[\]])", r"\\\1", shown.alt_text)
    return [
        f"**On the practice data.** {as_markdown(shown.caption)}",
        "",
        "```python",
        shown.code,
        "```",
        "",
        f"![{alt}]({shown.file})",
    ]
