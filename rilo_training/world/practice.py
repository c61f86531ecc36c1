"""What stands in the folder ``datasets``: the practice world, the data sheet, published figures."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fspath
from pathlib import Path

from rilo_training.codes.published import PUBLISHED, published_text
from rilo_training.files import write_text
from rilo_training.seizures.home_schema import CONSIGNMENT_COLUMNS, INSPECTION_COLUMNS
from rilo_training.seizures.movement_schema import MOVEMENT_COLUMNS
from rilo_training.seizures.schema import COLUMNS, dictionary_markdown
from rilo_training.world.make import World, make_world
from rilo_training.world.save import save_world
from rilo_training.world.stories import KINDS
from rilo_training.world.tables import parameters, sources_markdown

PRACTICE_SEED = 2026
"""The seed of the practice world. A test proves that it makes exactly the committed files."""

PRACTICE_STORIES: tuple[str, ...] = (
    "reporting_rise",
    "batch_upload",
    "displaced_route",
    "hidden_combination",
    "odd_weights",
    "airport_surge",
)
"""Story lines that the practice world contains beside those that its seed draws: those that the
units need."""


def defects_markdown() -> str:
    """Return a Markdown table of the defects with their rates in both forms of the extract.

    Examples
    --------
    >>> from rilo_training.world.practice import defects_markdown
    >>> print(defects_markdown().splitlines()[0])
    | defect | raw | validated | of | why |
    """
    table = parameters("defects")
    table = table[table["name"].ne("near_duplicate_lag_days")]
    keys = zip(table["name"], table["form"], strict=True)
    rates = dict(zip(keys, table["value"].to_numpy(dtype=float), strict=True))
    lines = ["| defect | raw | validated | of | why |", "|---|---|---|---|---|"]
    for row in table.drop_duplicates("name").itertuples():
        unit = str(row.unit).removeprefix("% of ")
        reason = str(row.source).removeprefix("assumption: ")
        lines.append(
            f"| `{row.name}` | {rates[row.name, 'raw']:g} % | {rates[row.name, 'validated']:g} % "
            f"| {unit} | {reason} |"
        )
    return "\n".join(lines)


def stories_markdown() -> str:
    """Return a Markdown table of the kinds of story lines: what to find, and how.

    Examples
    --------
    >>> from rilo_training.world.practice import stories_markdown
    >>> print(stories_markdown().splitlines()[0])
    | story line | what an analyst should find | method | shortcut that fails |
    """
    lines = [
        "| story line | what an analyst should find | method | shortcut that fails |",
        "|---|---|---|---|",
    ]
    world = make_world(PRACTICE_SEED, 10, stories=KINDS, drawn=False, consignments=1_000)
    for record in world.stories:
        lines.append(
            f"| `{record['kind']}` | {record['find']} | {record['method']} | {record['naive']} |"
        )
    return "\n".join(lines)


BLOCKS: dict[str, Callable[[], str]] = {
    "seizures": lambda: dictionary_markdown(COLUMNS),
    "consignments": lambda: dictionary_markdown(CONSIGNMENT_COLUMNS),
    "inspections": lambda: dictionary_markdown(INSPECTION_COLUMNS),
    "movements": lambda: dictionary_markdown(MOVEMENT_COLUMNS),
    "defects": defects_markdown,
    "stories": stories_markdown,
    "sources": sources_markdown,
}
"""The generated blocks of the data sheet."""


def fill_data_sheet(text: str) -> str:
    """Return the data sheet with its generated blocks renewed.

    A block stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the names are those
    of `BLOCKS`.

    Examples
    --------
    >>> from rilo_training.world.practice import fill_data_sheet
    >>> sheet = "<!-- begin seizures -->stale<!-- end seizures -->"
    >>> "stale" in fill_data_sheet(sheet)
    False
    """
    for name, make in BLOCKS.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if begin in text and end in text:
            head, rest = text.split(begin, 1)
            tail = rest.split(end, 1)[1]
            text = f"{head}{begin}\n{make()}\n{end}{tail}"
    return text


def make_practice_world() -> World:
    """Return the practice world, with the truth that participants do not get."""
    return make_world(PRACTICE_SEED, stories=PRACTICE_STORIES)


def renew(datasets: str | PathLike[str]) -> None:
    """Write the practice world, the published tables and the blocks of the data sheet again.

    Parameters
    ----------
    datasets : path
        The folder ``datasets`` of the project.
    """
    folder = Path(fspath(datasets))
    world = make_practice_world()
    save_world(world, folder / "practice", smallest=True)
    for name in PUBLISHED:
        write_text(folder / "published" / f"{name}.csv", published_text(name))
    sheet = folder / "README.md"
    text = fill_data_sheet(sheet.read_text(encoding="utf-8"))
    sheet.write_text(text, encoding="utf-8", newline="\n")
