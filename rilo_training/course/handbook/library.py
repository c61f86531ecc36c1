"""The public names of the library, the questions that they answer, and the folder of the pages."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rilo_training.course.handbook.page import Shown, Topic, index_page, room_page
from rilo_training.course.handbook.picture import code_of, drawing, save_small
from rilo_training.course.manifest import CourseError, load_programme
from rilo_training.course.material import PAGES
from rilo_training.files import renew_text

ROOMS = ("seizures", "analysis", "risk", "anomaly", "charts", "learn")
QUESTIONS = Path("curriculum") / "reference.toml"
TITLE = "The reference: find a function by your question"

_OF_THE_ROOM = {"Chart.dress", "Chart.settle"}
"""Methods that only the other modules of their room call."""


def public_names(room: str) -> dict[str, Any]:
    """Return what a room offers, by name.

    Examples
    --------
    >>> from rilo_training.course.handbook.library import public_names
    >>> sorted(public_names("anomaly"))
    ['AnomalyError', 'AnomalyModel']
    """
    module = importlib.import_module(f"rilo_training.{room}")
    return {name: getattr(module, name) for name in module.__all__}


def methods_of(thing: Any) -> dict[str, Any]:
    """Return the public methods that a class of ours has by itself.

    Examples
    --------
    >>> from rilo_training.charts import Chart
    >>> from rilo_training.course.handbook.library import methods_of
    >>> list(methods_of(Chart))
    ['save']
    """
    if not inspect.isclass(thing) or issubclass(thing, Exception):
        return {}
    own = {name: getattr(thing, name) for name in vars(thing) if not name.startswith("_")}
    return {
        name: method
        for name, method in own.items()
        if callable(method)
        and str(getattr(method, "__module__", "")).startswith("rilo_training.")
        and f"{thing.__name__}.{name}" not in _OF_THE_ROOM
    }


def documented() -> Iterator[tuple[str, Any, bool]]:
    """Return everything that needs a docstring: its name, itself, whether it needs an example."""
    for room in ROOMS:
        for name, thing in public_names(room).items():
            if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, Exception)):
                continue
            yield f"{room}.{name}", thing, True
            for method_name, method in methods_of(thing).items():
                yield f"{room}.{name}.{method_name}", method, False


def questions(root: Path) -> dict[str, list[tuple[str, list[str]]]]:
    """Return the questions with the names that answer them, by the title of their part.

    Parameters
    ----------
    root : pathlib.Path
        The folder of the course.

    Raises
    ------
    CourseError
        When a name is not there, or a public name answers no question.
    """
    with (root / QUESTIONS).open("rb") as file:
        parts = tomllib.load(file)["part"]
    found = {
        part["title"]: [(entry["ask"], list(entry["use"])) for entry in part["questions"]]
        for part in parts
    }
    used = {name for part in found.values() for _, names in part for name in names}
    known = {f"{room}.{name}" for room in ROOMS for name in public_names(room)}
    if used - known:
        raise CourseError(
            f"{QUESTIONS} names {sorted(used - known)}, and the library has no such name. "
            "Correct the name."
        )
    if known - used:
        raise CourseError(
            f"{sorted(known - used)} of the library answer no question in {QUESTIONS}. "
            "Write the question that each of them answers."
        )
    return found


def pages(root: Path, keep: bool = False) -> dict[str, str]:
    """Draw every picture, and return the text of every page by its file.

    Parameters
    ----------
    root : pathlib.Path
        The folder of the course.
    keep : bool
        Whether the pictures are written to the folder of the pages.

    Raises
    ------
    CourseError
        When a name answers no question.
    """
    asked = questions(root)
    topics: dict[str, Topic] = {}
    with contextlib.chdir(root):  # the examples read "datasets/practice"
        for room in ROOMS:
            for name, thing in public_names(room).items():
                asks = tuple(
                    ask
                    for part in asked.values()
                    for ask, names in part
                    if f"{room}.{name}" in names
                )
                topics[f"{room}.{name}"] = Topic(
                    room,
                    name,
                    thing,
                    asks,
                    _shown(room, name, root / PAGES if keep else None),
                    "" if callable(thing) else _table(thing),
                    methods_of(thing),
                )
    index = {
        title: [(ask, [topics[name] for name in names]) for ask, names in part]
        for title, part in asked.items()
    }
    found = {"README.md": index_page(TITLE, index)}
    for room in ROOMS:
        doc = importlib.import_module(f"rilo_training.{room}").__doc__ or ""
        own = [topic for topic in topics.values() if topic.room == room]
        found[f"{room}.md"] = room_page(room, doc, own)
    return found


def renew(root: Path | None = None) -> None:
    """Write the pages and the pictures of the reference again.

    Parameters
    ----------
    root : pathlib.Path, optional
        The folder of the course; without it, it is looked for here and above.
    """
    root = root or load_programme().root
    for file, text in pages(root, keep=True).items():
        renew_text(root / PAGES / file, text)


def _shown(room: str, name: str, folder: Path | None) -> Shown | None:
    draw = drawing(room, name)
    if draw is None:
        return None
    chart = draw()
    file = f"{room}_{name}.png"
    if folder is not None:
        save_small(chart, folder / file)
    return Shown(file, chart.alt_text, draw.__doc__ or "", code_of(draw))


def _table(thing: Any) -> str:
    """Return the content of a constant: the columns of a table, or the rules of `validate`."""
    from rilo_training.seizures import Column, dictionary_markdown

    if isinstance(thing[0], Column):
        return dictionary_markdown(thing)
    rows = [f"| `{rule.name}` | {rule.severity} | {rule.meaning} |" for rule in thing]
    return "\n".join(["| rule | severity | meaning |", "|---|---|---|", *rows])
