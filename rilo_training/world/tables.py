"""The parameter tables: every share, mean, spread and rate of the world, with its source."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

END_COLUMNS = ("value", "unit", "source", "year")
"""The last columns of every parameter table."""

NAMES = tuple(
    sorted(
        file.name.removesuffix(".csv")
        for file in files(__package__).joinpath("parameters").iterdir()
        if file.name.endswith(".csv")
    )
)
"""The parameter tables of the folder ``parameters``."""


@cache
def parameters(name: str) -> pd.DataFrame:
    """Return a parameter table; do not change it, all callers share it.

    Returns
    -------
    pandas.DataFrame
        The keys of the table, then ``value``, ``unit``, ``source`` (a citation, a definition, or
        ``assumption: reason``) and ``year``.

    Examples
    --------
    >>> from rilo_training.world.tables import parameters
    >>> parameters("sections").columns.tolist()
    ['section', 'value', 'unit', 'source', 'year']
    """
    file = files(__package__).joinpath("parameters", f"{name}.csv")
    with file.open(encoding="utf-8") as lines:
        # "NA" is the code of Namibia and of the region North Africa.
        return pd.read_csv(lines, keep_default_na=False, na_values=[""])


def scalar(name: str, table: str = "scalars") -> float:
    """Return one value of a table that has one row per name.

    Examples
    --------
    >>> from rilo_training.world.tables import scalar
    >>> scalar("members_reporting")
    27.0
    """
    rows = parameters(table)
    return float(rows.loc[rows["name"].eq(name), "value"].iloc[0])


@cache
def story_parameters(kind: str) -> dict[str, float]:
    """Return the values of ``stories.csv`` for one kind of story line, by name; do not change it.

    Examples
    --------
    >>> from rilo_training.world.tables import story_parameters
    >>> story_parameters("new_hub")["strength"]
    1.0
    """
    table = parameters("stories")
    own = table[table["kind"].eq(kind)]
    return dict(zip(own["name"], own["value"].map(float), strict=True))


def vector(name: str, key: str, order: list[str]) -> Floats:
    """Return the values of a table with one key, in the order asked for; absent keys are 0."""
    values = parameters(name).set_index(key)["value"].reindex(order).fillna(0.0)
    return values.to_numpy(dtype=np.float64, copy=True)


def matrix(name: str, row: str, column: str, rows: list[str], columns: list[str]) -> Floats:
    """Return the values of a table with two keys as a matrix; absent pairs are 0."""
    wide = parameters(name).pivot(index=row, columns=column, values="value")
    wide = wide.reindex(index=rows, columns=columns).fillna(0.0)
    return wide.to_numpy(dtype=np.float64, copy=True)


def shares(weights: Floats) -> Floats:
    """Return weights divided by their sum over the last axis; rows of zeros stay zero."""
    total = weights.sum(axis=-1, keepdims=True)
    result: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return result


def sources_markdown() -> str:
    """Return a Markdown table of the parameter tables: how many values have which kind of source.

    Examples
    --------
    >>> from rilo_training.world.tables import sources_markdown
    >>> print(sources_markdown().splitlines()[0])
    | table | values | cited | assumption | definition |
    """
    lines = ["| table | values | cited | assumption | definition |", "|---|---|---|---|---|"]
    for name in NAMES:
        kind = parameters(name)["source"].str.extract("^(assumption|definition)")[0]
        count = kind.fillna("cited").value_counts()
        found = [str(count.get(key, 0)) for key in ("cited", "assumption", "definition")]
        lines.append(f"| `{name}.csv` | {len(kind)} | {' | '.join(found)} |")
    return "\n".join(lines)
