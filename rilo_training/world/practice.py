"""The practice world and the data sheet: what stands in the folder ``datasets``."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from rilo_training.seizures.schema import dictionary_markdown
from rilo_training.world.make import make_world
from rilo_training.world.save import save_world
from rilo_training.world.tables import sources_markdown

PRACTICE_SEED = 2026
"""The seed of the practice world. A test proves that it makes exactly the committed files."""


def fill_data_sheet(text: str) -> str:
    """Return the data sheet with its generated blocks renewed.

    A block stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the names are
    ``dictionary`` (columns of the seizures table) and ``sources`` (parameter tables).

    Examples
    --------
    >>> from rilo_training.world.practice import fill_data_sheet
    >>> sheet = "<!-- begin dictionary -->stale<!-- end dictionary -->"
    >>> "stale" in fill_data_sheet(sheet)
    False
    """
    blocks = {"dictionary": dictionary_markdown, "sources": sources_markdown}
    for name, make in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if begin in text and end in text:
            head, rest = text.split(begin, 1)
            tail = rest.split(end, 1)[1]
            text = f"{head}{begin}\n{make()}\n{end}{tail}"
    return text


def renew(datasets: str | PathLike[str]) -> None:
    """Write the practice world and the generated blocks of the data sheet again.

    Parameters
    ----------
    datasets : path
        The folder ``datasets`` of the project.
    """
    folder = Path(fspath(datasets))
    save_world(make_world(PRACTICE_SEED), folder / "practice")
    sheet = folder / "README.md"
    text = fill_data_sheet(sheet.read_text(encoding="utf-8"))
    sheet.write_text(text, encoding="utf-8", newline="\n")
