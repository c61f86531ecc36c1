"""Make a world from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd
import pyarrow as pa

from rilo_training import __version__
from rilo_training.world.digest import Digest
from rilo_training.world.errors import WorldError
from rilo_training.world.home.make import check_sizes
from rilo_training.world.parts import HOME_DESK, TABLES, make_parts
from rilo_training.world.recipe import FIRST_DAY, LAST_DAY, USUAL_CASES, Recipe
from rilo_training.world.stories.choice import ELSEWHERE, KINDS

SYNTHETIC = "SYNTHETIC DATA - not CEN data"
"""The mark that every world carries."""

WORLD_VERSION = 3
"""Counts up when the same seed gives another world."""


@dataclass(frozen=True)
class World:
    """A synthetic world.

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
        The extract: ``seizures`` (validated), ``seizures_raw`` (as uploaded), ``consignments``,
        ``inspections`` and ``movements``, or those of them that were asked for.
    truth : dict of str to pandas.DataFrame
        The truth, kept apart: ``truth_seizures`` has one row per row of ``seizures``, in the
        same order, and so on.
    stories : list of dict
        The record of each story line: what an analyst should find, and with which method.
    about : dict
        The content of ``world.json``: ``world_id``, ``synthetic``, ``package_version``,
        ``world_version``, ``seed`` (None when official), ``cases``, ``first_day``, ``last_day``,
        ``tables`` (rows and digest of each).
    """

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
    stories: list[dict[str, Any]]
    about: dict[str, Any]

    @property
    def seizures(self) -> pd.DataFrame:
        """The validated extract: one row per seizure line."""
        return self.tables["seizures"]

    @property
    def truth_seizures(self) -> pd.DataFrame:
        """The truth about each row of `seizures`."""
        return self.truth["truth_seizures"]

    @property
    def consignments(self) -> pd.DataFrame:
        """The consignments of the home desk: one row per declaration."""
        return self.tables["consignments"]

    @property
    def inspections(self) -> pd.DataFrame:
        """The inspections of the home desk: one row per inspected consignment."""
        return self.tables["inspections"]


def make_recipe(
    seed: int,
    cases: int = USUAL_CASES,
    tables: Sequence[str] = TABLES,
    stories: Sequence[str] | None = None,
    without: Sequence[str] = (),
    **choices: Any,
) -> tuple[Recipe, tuple[str, ...]]:
    """Return the recipe of a world and the tables to make, in their order.

    See `make_world` for the parameters. Everything that cannot be made is refused here, before
    anything is made.
    """
    lists = {
        "tables": (tables, TABLES),
        "stories": (stories or (), KINDS),
        "without": (without, KINDS),
    }
    for name, (given, known) in lists.items():
        if isinstance(given, str):
            raise WorldError(f"{name} was the text {given!r}. Give a list of names.")
        if unknown := sorted(set(given) - set(known)):
            raise WorldError(
                f"'{unknown[0]}' is not known ({name}). Choose among: {', '.join(known)}."
            )
    if not tables:
        raise WorldError(f"No table was asked for. Choose among: {', '.join(TABLES)}.")
    wanted = tuple(name for name in TABLES if name in tables)
    for kind in stories or ():
        table = ELSEWHERE.get(kind, "seizures")
        if not any(name.startswith(table) for name in wanted):
            raise WorldError(
                f"The story line '{kind}' is planted in the table {table}, which was not asked "
                f"for. Add it to the tables: {', '.join(wanted)}."
            )
    recipe = Recipe(
        seed,
        cases,
        stories=tuple(sorted(set(stories or ()))),
        without=tuple(sorted(set(without))),
        **choices,
    )
    if set(HOME_DESK) & set(wanted):
        check_sizes(recipe.consignments, recipe.difficulty)
    return recipe, wanted


def make_world(
    seed: int,
    cases: int = USUAL_CASES,
    progress: Callable[[str], None] | None = None,
    *,
    tables: Sequence[str] = TABLES,
    stories: Sequence[str] | None = None,
    without: Sequence[str] = (),
    executor: Executor | None = None,
    **choices: Any,
) -> World:
    """Return the world of a seed. The same seed always gives the same world.

    Parameters
    ----------
    seed : int
        0 to 2**128 - 1.
    cases : int
        Number of true cases found in the period, at least 1, beside those that stories add.
        Cases reported after the last day are not in the extract.
    progress : callable, optional
        Called with the name of each part when it starts.
    tables : sequence of str
        Which tables to make, of `rilo_training.world.TABLES`. A table does not depend on
        whether the others are made.
    stories : sequence of str, optional
        Story lines that the world must contain, of `rilo_training.world.KINDS`; about five more
        are drawn by the seed.
    without : sequence of str
        Story lines to leave out, also one that was asked for or drawn: the control of a story is
        the same world without it.
    executor : concurrent.futures.Executor, optional
        Makes the blocks of seizures; the rows are the same.
    **choices
        The other attributes of `rilo_training.world.recipe.Recipe`: ``drawn``, ``plain``,
        ``consignments``, ``difficulty``.

    Returns
    -------
    World

    Raises
    ------
    WorldError
        When the seed, a size or the name of a table or story line cannot be used.

    Examples
    --------
    >>> from rilo_training.world import make_world
    >>> world = make_world(seed=1, cases=50, tables=["seizures"])
    >>> world.about["synthetic"]
    'SYNTHETIC DATA - not CEN data'
    >>> len(world.seizures) == len(world.truth_seizures)
    True
    """
    recipe, wanted = make_recipe(seed, cases, tables, stories, without, **choices)
    parts = list(make_parts(recipe, wanted, executor, progress))
    whole: dict[str, list[pa.Table]] = {}
    marks: dict[str, tuple[Digest, int]] = {}
    for part in parts:
        for name, table in part.tables.items():
            whole.setdefault(name, []).append(table)
    frames = {}
    for name, pieces in whole.items():
        table = pa.concat_tables(pieces)
        if not name.startswith("truth_"):
            mark = Digest()
            mark.add(table)
            marks[name] = (mark, table.num_rows)
        frames[name] = as_frame(table)
    return World(
        tables={name: table for name, table in frames.items() if name in marks},
        truth={name: table for name, table in frames.items() if name not in marks},
        stories=[record for part in parts for record in part.stories],
        about=describe(recipe, marks),
    )


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table for pandas: text is ``str``, whole numbers that may miss are ``Int64``."""
    missing = {pa.int64(): pd.Int64Dtype()}
    whole = [field.name for field in table.schema if table[field.name].null_count == 0]
    frame: pd.DataFrame = table.to_pandas(types_mapper=missing.get)
    return frame.astype({name: "int64" for name in whole if str(frame[name].dtype) == "Int64"})


def describe(recipe: Recipe, marks: dict[str, tuple[Digest, int]]) -> dict[str, Any]:
    """Return the content of ``world.json``. It does not name the story lines."""
    digests = {name: mark.hexdigest() for name, (mark, _) in marks.items()}
    names = "".join(f"{name}:{digest}\n" for name, digest in digests.items())
    return {
        "world_id": sha256(names.encode()).hexdigest()[:12],
        "synthetic": SYNTHETIC,
        "package_version": __version__,
        "world_version": WORLD_VERSION,
        "seed": recipe.seed,
        "cases": recipe.cases,
        "first_day": str(FIRST_DAY),
        "last_day": str(LAST_DAY),
        "tables": {
            name: {"rows": rows, "digest": digests[name]} for name, (_, rows) in marks.items()
        },
    }
