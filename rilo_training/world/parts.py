"""Make a world in parts: block by block, by one worker or by several, always the same rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rilo_training.world.block import FORMS, make_block
from rilo_training.world.errors import WorldError
from rilo_training.world.recipe import Recipe
from rilo_training.world.stories import chosen_kinds, story_records

SEIZURES = ("seizures", "seizures_raw")
HOME_DESK = ("consignments", "inspections")
TABLES = (*SEIZURES, *HOME_DESK, "movements")
"""The tables of a world. The truth of each stands apart."""

IN_FLIGHT = 4
"""Blocks that are made ahead where an executor does not say how many workers it has."""


@dataclass(frozen=True)
class Part:
    """Some rows of some tables, and the records of the story lines planted in them."""

    tables: dict[str, pa.Table]
    stories: list[dict[str, Any]] = field(default_factory=list)


def make_parts(
    recipe: Recipe,
    tables: tuple[str, ...] = TABLES,
    executor: Executor | None = None,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Part]:
    """Yield the parts of a world: tables by name, those of the truth as ``truth_...``.

    The parts of one table, one after the other, are the table. `row` and `duplicate_of` of the
    truth count from the first row of the whole table.

    Parameters
    ----------
    recipe : Recipe
        What the world is made from.
    tables : tuple of str
        Which of `TABLES` to make.
    executor : concurrent.futures.Executor, optional
        Makes the blocks; without it they are made here, one after the other.
    progress : callable, optional
        Called with a short text before each part.
    """
    tell = progress or (lambda part: None)
    wanted = tuple(name for name in FORMS if name in tables)
    rows = dict.fromkeys(FORMS, 0)
    blocks = list(recipe.blocks()) if wanted else []
    for made in _made(recipe, blocks, wanted, executor, tell):
        for name in wanted:
            made[f"truth_{name}"] = _shifted(made[f"truth_{name}"], rows[name])
            rows[name] += made[name].num_rows
        yield Part(made)
    if wanted:
        yield Part({}, story_records(recipe))
    if set(HOME_DESK) & set(tables):
        tell("consignments")
        yield _home_desk(recipe)
    if "movements" in tables:
        tell("movements")
        yield _movements(recipe)


def _shifted(truth: pa.Table, rows: int) -> pa.Table:
    """Return the truth of a block whose rows count from `rows`."""
    if not rows:
        return truth
    for column in ("row", "duplicate_of"):
        place = truth.column_names.index(column)
        truth = truth.set_column(place, column, pc.add(truth[column], rows))
    return truth


def _made(
    recipe: Recipe,
    blocks: list[tuple[int, int]],
    wanted: tuple[str, ...],
    executor: Executor | None,
    tell: Callable[[str], None],
) -> Iterator[dict[str, pa.Table]]:
    label = "seizures" if len(blocks) == 1 else "seizures, block {} of " + str(len(blocks))
    if executor is None:
        for block, number in blocks:
            tell(label.format(block + 1))
            yield make_block(recipe, block, number, wanted)
        return
    # One block more than there are workers, so that none waits and memory stays small.
    ahead = 1 + int(getattr(executor, "_max_workers", IN_FLIGHT))
    waiting: deque[Future[dict[str, pa.Table]]] = deque()
    try:
        for block, number in blocks:
            waiting.append(executor.submit(make_block, recipe, block, number, wanted))
            if len(waiting) > ahead:
                tell(label.format(block + 1 - ahead))
                yield waiting.popleft().result()
        while waiting:
            tell(label.format(len(blocks) + 1 - len(waiting)))
            yield waiting.popleft().result()
    except BrokenExecutor as error:
        raise WorldError(
            "A worker that makes blocks of the world has ended, often for want of memory. "
            "Use fewer workers (--jobs), or none."
        ) from error
    finally:
        for future in waiting:
            future.cancel()


def _home_desk(recipe: Recipe) -> Part:
    from rilo_training.world.home import make_home_desk

    families = int("consignee_family" in chosen_kinds(recipe))
    made = make_home_desk(recipe.seed, recipe.consignments, recipe.difficulty, families)
    tables = {
        "consignments": pa.Table.from_pandas(made.consignments, preserve_index=False),
        "inspections": pa.Table.from_pandas(made.inspections, preserve_index=False),
        "truth_consignments": pa.Table.from_pandas(made.truth_consignments, preserve_index=False),
        "truth_parties": pa.Table.from_pandas(made.parties, preserve_index=False),
    }
    return Part(tables, made.stories)


def _movements(recipe: Recipe) -> Part:
    from rilo_training.world.movements import make_movements

    movements, truth, stories = make_movements(recipe)
    return Part({"movements": movements, "truth_movements": truth}, stories)
