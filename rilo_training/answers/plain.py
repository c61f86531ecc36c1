"""Turn any Python value into plain data (JSON), and read such data back with limits.

A participant's kernel calls :func:`encode`. The grader calls :func:`read_plain` on what came
out of that kernel, and believes nothing about it until it has been read.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from typing import Any

from rilo_training.files import whole_text

Plain = dict[str, Any]
"""A dict with a ``type``: see :func:`encode` for the types and their fields."""

NOT_ATTEMPTED: Plain = {"type": "not_attempted"}

MAX_VALUES = 20_000  # values in one answer: rows times columns
MAX_CHARACTERS = 20_000  # characters in one text
MAX_JSON_CHARACTERS = 4_000_000
MAX_INTEGER = 10**30

TYPES = {
    "not_attempted": (),
    "value": ("value",),
    "list": ("items",),
    "set": ("items",),
    "table": ("columns", "rows", "index_columns"),
    "too_large": ("python", "rows"),
    "unsupported": ("python",),
}


def encode(value: object) -> Plain:
    """Return ``value`` as plain data. It never raises, whatever the value is.

    Parameters
    ----------
    value
        The answer: a number, a text, a date, a list, a set, a dict, a numpy array, a pandas
        Series, Index or DataFrame. ``...`` means "not attempted".

    Returns
    -------
    dict
        ``type`` is one of

        - ``not_attempted``;
        - ``value``: ``value`` is a number, a text, true, false or null (None, NaN, NaT);
        - ``list`` and ``set``: ``items``, each a value or a list of values;
        - ``table``: ``columns`` (names), ``rows`` (lists of values in that order) and
          ``index_columns`` (how many of the first columns came from the index);
        - ``too_large``: ``python`` (the name of the type) and ``rows``;
        - ``unsupported``: ``python`` (the name of the type).

    Examples
    --------
    >>> encode(3)
    {'type': 'value', 'value': 3}
    >>> encode({"TH", "VN"} & {"TH"})
    {'type': 'set', 'items': ['TH']}
    >>> encode(...)
    {'type': 'not_attempted'}
    >>> encode(print)
    {'type': 'unsupported', 'python': 'builtin_function_or_method'}
    """
    try:
        return _encode(value)
    except Exception:  # an answer may be any object, and any of its methods may raise
        return {"type": "unsupported", "python": type(value).__name__[:100]}


def read_plain(text: str) -> Plain:
    """Read an encoded answer that came from somebody else's process.

    Parameters
    ----------
    text
        JSON, as ``json.dumps(encode(value))`` makes it.

    Returns
    -------
    dict
        The plain data, or an ``unsupported`` one when the text is not what :func:`encode` makes.

    Examples
    --------
    >>> read_plain('{"type": "value", "value": 3}')
    {'type': 'value', 'value': 3}
    >>> read_plain('{"type": "value", "value": {"nested": 1}}')["type"]
    'unsupported'
    """
    broken: Plain = {"type": "unsupported", "python": "a broken answer"}
    if len(text) > MAX_JSON_CHARACTERS:
        return {"type": "too_large", "python": "answer", "rows": 0}
    try:
        found = json.loads(whole_text(json.dumps(json.loads(text), ensure_ascii=False)))
    except (ValueError, RecursionError):
        return broken
    if not isinstance(found, dict) or not _is_plain(found):
        return broken
    return {name: found[name] for name in ("type", *TYPES[found["type"]])}


def _is_plain(found: dict[str, Any]) -> bool:
    kind = found.get("type")
    if not isinstance(kind, str) or kind not in TYPES or any(k not in found for k in TYPES[kind]):
        return False
    if kind == "value":
        return _is_value(found["value"])
    if kind in ("list", "set"):
        return _is_items(found["items"])
    if kind == "table":
        columns, rows, from_index = found["columns"], found["rows"], found["index_columns"]
        return (
            isinstance(columns, list)
            and all(isinstance(name, str) for name in columns)
            and isinstance(rows, list)
            and len(rows) * max(1, len(columns)) <= MAX_VALUES
            and all(isinstance(row, list) and len(row) == len(columns) for row in rows)
            and all(_is_value(value) for row in rows for value in row)
            and type(from_index) is int
            and 0 <= from_index <= len(columns)
        )
    if kind in ("too_large", "unsupported"):
        return isinstance(found["python"], str) and type(found.get("rows", 0)) is int
    return True


def _is_items(items: Any) -> bool:
    return (
        isinstance(items, list)
        and len(items) <= MAX_VALUES
        and all(
            _is_value(item)
            or (isinstance(item, list) and len(item) <= 50 and all(_is_value(v) for v in item))
            for item in items
        )
    )


def _is_value(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return len(value) <= MAX_CHARACTERS
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return isinstance(value, float) and math.isfinite(value)


def _encode(value: object) -> Plain:
    if value is ...:
        return dict(NOT_ATTEMPTED)
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if isinstance(value, pandas.DataFrame):
            return _encode_table(value)
        if isinstance(value, pandas.Series):
            if _has_names(value.index) or not isinstance(value.index, pandas.RangeIndex):
                return _encode_table(value.to_frame("value" if value.name is None else value.name))
            return _encode_items("list", value)
        if isinstance(value, pandas.Index | pandas.api.extensions.ExtensionArray):
            return _encode_items("list", value)
        if value is pandas.NA or value is pandas.NaT:
            return {"type": "value", "value": None}
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if value.ndim == 0:
            return _encode(value.item())
        if value.ndim != 1:
            return {"type": "unsupported", "python": f"array with {value.ndim} dimensions"}
        return _encode_items("list", value)
    if isinstance(value, dict):
        keys = list(value)
        if keys and all(isinstance(key, str | int) for key in keys):
            rows = [[_scalar(key), _scalar(item)] for key, item in list(value.items())[:MAX_VALUES]]
            return {
                "type": "table",
                "columns": ["key", "value"],
                "rows": rows,
                "index_columns": 1,
            }
        return {"type": "unsupported", "python": "dict"}
    if isinstance(value, set | frozenset):
        return _encode_items("set", value)
    if isinstance(value, list | tuple | range | type({}.keys()) | type({}.values())):
        return _encode_items("list", value)
    try:
        return {"type": "value", "value": _scalar(value)}
    except TypeError:
        return {"type": "unsupported", "python": type(value).__name__[:100]}


def _encode_items(kind: str, values: Any) -> Plain:
    if len(values) > MAX_VALUES:
        return {"type": "too_large", "python": type(values).__name__[:100], "rows": len(values)}
    items = [
        [_scalar(part) for part in item[:50]] if isinstance(item, tuple | list) else _scalar(item)
        for item in _python_values(values)
    ]
    if kind == "set":
        items.sort(key=lambda item: json.dumps(item))
    return {"type": kind, "items": items}


def _encode_table(frame: Any) -> Plain:
    """Encode a DataFrame; a named or non-trivial index becomes its first columns."""
    pandas = sys.modules["pandas"]
    trivial_index = isinstance(frame.index, pandas.RangeIndex) and not _has_names(frame.index)
    index_columns = 0 if trivial_index else frame.index.nlevels
    if len(frame) * (len(frame.columns) + index_columns) > MAX_VALUES:
        return {"type": "too_large", "python": "DataFrame", "rows": len(frame)}
    columns: list[str] = []
    data: list[list[Any]] = []
    for level in range(index_columns):
        values = frame.index.get_level_values(level)
        columns.append(str(values.name) if values.name is not None else f"index_{level}")
        data.append([_scalar(v) for v in _python_values(values)])
    for position, name in enumerate(frame.columns):
        columns.append(_column_name(name))
        data.append([_scalar(v) for v in _python_values(frame.iloc[:, position])])
    rows = [list(row) for row in zip(*data, strict=True)]
    return {"type": "table", "columns": columns, "rows": rows, "index_columns": index_columns}


def _column_name(name: object) -> str:
    if isinstance(name, tuple):
        return " ".join(str(part) for part in name if str(part))[:200]
    return str(name)[:200]


def _has_names(index: Any) -> bool:
    return any(name is not None for name in index.names)


def _python_values(values: Any) -> Iterable[object]:
    found: Iterable[object] = values.tolist() if hasattr(values, "tolist") else values
    return found


def _scalar(value: Any) -> str | int | float | bool | None:
    """Return one value as JSON, or raise TypeError when it is not one value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return whole_text(str.__str__(value)[:MAX_CHARACTERS])
    if isinstance(value, int):
        number = int(value)
        if abs(number) > MAX_INTEGER:
            raise TypeError("the number is too large")
        return number
    if hasattr(value, "isoformat"):  # date, datetime, Timestamp; NaT says "NaT"
        text = str(value.isoformat())
        return None if text == "NaT" else text.removesuffix("T00:00:00")
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # one numpy value
        return _scalar(value.item())
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if value is pandas.NA or value is pandas.NaT:
            return None
        if isinstance(value, pandas.Period | pandas.Interval):
            return str(value)
    if hasattr(value, "__float__"):  # float, Decimal, Fraction
        number_found = float(value)
        if math.isnan(number_found):
            return None
        if math.isinf(number_found):
            raise TypeError("the number is infinite")
        return number_found
    raise TypeError(f"{type(value).__name__} is not one value")
