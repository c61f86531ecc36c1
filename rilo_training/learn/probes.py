"""The tables on which a function of a participant is called, made from the data of the run."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from rilo_training.answers import NOT_ATTEMPTED, Plain, encode

if TYPE_CHECKING:
    import pandas as pd

ROWS = 300
_FACTOR = 1_000.0
_LONGEST_ERROR = 200  # characters


def encode_answer(value: object) -> Plain:
    """Return an answer as plain data; a function as what it returns on each table.

    Parameters
    ----------
    value : object
        The answer. The name of the first parameter of a function says which table it takes:
        ``seizures`` (any other name means the same), ``consignments`` or ``inspections``.

    Returns
    -------
    dict
        As `rilo_training.answers.encode`. For a function, ``type`` is ``function`` and
        ``results`` a list of pairs: the table in words, and what the function returned on it
        as plain data; where it raised, ``type`` is ``raised`` and ``error`` says what.

    Examples
    --------
    >>> encode_answer(3)
    {'type': 'value', 'value': 3}
    """
    if not isinstance(value, FunctionType):
        return encode(value)
    results: list[list[Any]] = []
    for words, table in probe_tables(_table_for(value)):
        results.append([words, _called(value, table)])
    return {"type": "function", "results": results}


def probe_tables(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give a part of a table, and tables that are like it and not the same.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Yields
    ------
    (str, pandas.DataFrame)
        What it is, in words, and a copy that may be changed.

    Examples
    --------
    >>> import pandas as pd
    >>> [len(one) for _, one in probe_tables(pd.DataFrame({"kg": [1.0, 2.0, 3.0]}))]
    [3, 3, 3, 1, 0]
    """
    step = max(1, len(table) // ROWS)
    part = table.iloc[::step].head(ROWS).reset_index(drop=True)
    yield "a part of the table", part.copy()
    yield "the same rows in another order", part.iloc[::-1].copy()
    larger = part.copy()
    for name, kind in part.dtypes.items():
        if getattr(kind, "kind", "") == "f":
            larger[name] = part[name] * _FACTOR
    yield "the same rows with decimal numbers a thousand times larger", larger
    yield "one row", part.head(1).copy()
    yield "a table without rows", part.head(0).copy()


def _table_for(function: FunctionType) -> pd.DataFrame:
    from rilo_training import seizures

    name = next(iter(function.__code__.co_varnames[: function.__code__.co_argcount]), "")
    load = {
        "consignments": seizures.load_consignments,
        "inspections": seizures.load_inspections,
    }.get(name, seizures.load_seizures)
    return load()


def _called(function: FunctionType, table: pd.DataFrame) -> Plain:
    try:
        found = encode(function(table))
    except (Exception, SystemExit) as reason:  # it is code of other people
        words = " ".join(f"{type(reason).__name__}: {reason}".split())
        return {"type": "raised", "error": words[:_LONGEST_ERROR]}
    # A function that is still empty returns "..." or None.
    return {"type": "value", "value": None} if found == NOT_ATTEMPTED else found
