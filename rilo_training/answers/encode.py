"""Turn any Python value into plain data. This runs in the participant's kernel."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable
from typing import Any

from rilo_training.answers.drawing import drawing_of, encode_drawing
from rilo_training.answers.plain import (
    MAX_JSON_CHARACTERS,
    MAX_PARTS,
    MAX_VALUES,
    NOT_ATTEMPTED,
    Plain,
)
from rilo_training.answers.scalar import Scalar, scalar_of

_LISTS: tuple[type, ...] = (
    list,
    tuple,
    range,
    deque,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)


def encode(value: object) -> Plain:
    """Return ``value`` as plain data. It never raises, whatever the value is.

    Parameters
    ----------
    value
        The answer: a number, a text, a date, a list, a set, a dict, a numpy array, a pandas
        Series, Index or DataFrame, or a chart of matplotlib, pandas or seaborn. ``...`` means
        "not attempted".

    Returns
    -------
    dict
        ``type`` is one of

        - ``not_attempted``;
        - ``value``: ``value`` is a number, a text, true, false or null (None, NaN, NaT);
        - ``list`` and ``set``: ``items``, each a value or a list of values;
        - ``table``: ``columns`` (names), ``rows`` (lists of values in that order) and
          ``index_columns`` (how many of the first columns came from the index);
        - ``chart``: ``panels``, ``title`` and ``alt_text``, as
          :mod:`rilo_training.answers.drawing` describes them;
        - ``too_large``: ``python`` (the name of the type) and ``rows``;
        - ``unsupported``: ``python`` (the name of the type).

    Examples
    --------
    >>> encode(3)
    {'type': 'value', 'value': 3}
    >>> encode({"TH", "VN"} & {"TH"})
    {'type': 'set', 'items': ['TH']}
    >>> encode({"TH": 5})["rows"]
    [['TH', 5]]
    >>> encode(...)
    {'type': 'not_attempted'}
    >>> encode(print)
    {'type': 'unsupported', 'python': 'builtin_function_or_method'}
    """
    try:
        found = _encode(value)
        if _is_long(found) and len(json.dumps(found)) > MAX_JSON_CHARACTERS:
            return _too_large(value, _length(found))
        return found
    except Exception:  # an answer may be any object, and any of its methods may raise
        return {"type": "unsupported", "python": type(value).__name__[:100]}


def _length(found: Plain) -> int:
    return len(found.get("rows") or found.get("items") or found.get("panels") or ())


def _is_long(found: Plain) -> bool:
    """Whether the text of plain data may be longer than what is sent."""
    return found["type"] in ("list", "set", "table", "chart")


def _encode(value: object) -> Plain:
    if value is ...:
        return dict(NOT_ATTEMPTED)
    drawing = drawing_of(value)
    if drawing is not None:
        return encode_drawing(drawing)
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
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if value.ndim == 0:
            return _encode(value[()])
        if value.ndim > 2:
            return {"type": "unsupported", "python": f"array with {value.ndim} dimensions"}
        return _encode_items("list", value)
    if isinstance(value, dict):
        return _encode_dict(value)
    if isinstance(value, set | frozenset):
        return _encode_items("set", value)
    if isinstance(value, _LISTS):
        return _encode_records(value) or _encode_items("list", value)
    try:
        return {"type": "value", "value": scalar_of(value)}
    except TypeError:
        return {"type": "unsupported", "python": type(value).__name__[:100]}


def _too_large(value: object, rows: int) -> Plain:
    return {"type": "too_large", "python": type(value).__name__[:100], "rows": rows}


def _encode_items(kind: str, values: Any) -> Plain:
    if len(values) > MAX_VALUES:
        return _too_large(values, len(values))
    items = [
        [scalar_of(part) for part in item[:MAX_PARTS]]
        if isinstance(item, tuple | list)
        else scalar_of(item)
        for item in _python_values(values)
    ]
    if kind == "set":
        items.sort(key=lambda item: json.dumps(item))
    return {"type": kind, "items": items}


def _encode_dict(value: dict[Any, Any]) -> Plain:
    """Encode a dict as a table: from key to value, or from column name to values."""
    if not value:
        return {"type": "table", "columns": [], "rows": [], "index_columns": 0}
    if len(value) > MAX_VALUES // 2:
        return _too_large(value, len(value))
    lists = [item for item in value.values() if isinstance(item, list | tuple)]
    if len(lists) == len(value):
        if len({len(item) for item in lists}) != 1 or len(lists[0]) * len(lists) > MAX_VALUES:
            return {"type": "unsupported", "python": "dict"}
        rows = [[_cell(part) for part in row] for row in zip(*lists, strict=True)]
        names = [str(scalar_of(key)) for key in value]
        return {"type": "table", "columns": names, "rows": rows, "index_columns": 0}
    keys = [key if isinstance(key, tuple) else (key,) for key in value]
    widths = {len(key) for key in keys}
    if len(widths) != 1:
        return {"type": "unsupported", "python": "dict"}
    width = widths.pop()
    rows = [
        [*(scalar_of(part) for part in key), scalar_of(item)]
        for key, item in zip(keys, value.values(), strict=True)
    ]
    names = ["key"] if width == 1 else [f"key_{number}" for number in range(width)]
    return {"type": "table", "columns": [*names, "value"], "rows": rows, "index_columns": width}


def _encode_records(value: Any) -> Plain | None:
    """Encode a list of dicts that have the same keys as a table; anything else is None."""
    if not isinstance(value, list | tuple) or not value or type(value[0]) is not dict:
        return None
    names = list(value[0])
    if not all(type(row) is dict and list(row) == names for row in value):
        return None
    if len(value) * max(1, len(names)) > MAX_VALUES:
        return _too_large(value, len(value))
    rows = [[_cell(row[name]) for name in names] for row in value]
    columns = [str(scalar_of(name)) for name in names]
    return {"type": "table", "columns": columns, "rows": rows, "index_columns": 0}


def _encode_table(frame: Any) -> Plain:
    """Encode a DataFrame; a named or non-trivial index becomes its first columns."""
    pandas = sys.modules["pandas"]
    trivial_index = isinstance(frame.index, pandas.RangeIndex) and not _has_names(frame.index)
    index_columns = 0 if trivial_index else frame.index.nlevels
    if len(frame) * (len(frame.columns) + index_columns) > MAX_VALUES:
        return _too_large(frame, len(frame))
    columns: list[str] = []
    data: list[list[Scalar]] = []
    for level in range(index_columns):
        values = frame.index.get_level_values(level)
        columns.append(str(values.name) if values.name is not None else f"index_{level}")
        data.append([_cell(v) for v in _python_values(values)])
    for position, name in enumerate(frame.columns):
        columns.append(_column_name(name))
        data.append([_cell(v) for v in _python_values(frame.iloc[:, position])])
    rows = [list(row) for row in zip(*data, strict=True)]
    return {"type": "table", "columns": columns, "rows": rows, "index_columns": index_columns}


def _cell(value: object) -> Scalar:
    """Return a cell of a table; what is not one value becomes the name of its type.

    A column that nobody asked for may hold lists. It must not cost the other columns.
    """
    try:
        return scalar_of(value)
    except TypeError:
        return f"<{type(value).__name__[:100]}>"


def _column_name(name: object) -> str:
    if isinstance(name, tuple):
        return " ".join(str(part) for part in name if str(part))[:200]
    try:
        return str(scalar_of(name))[:200]
    except TypeError:
        return str(name)[:200]


def _has_names(index: Any) -> bool:
    return any(name is not None for name in index.names)


def _python_values(values: Any) -> Iterable[object]:
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(values, numpy.ndarray) and values.dtype.kind in "mM":
        return list(values)  # tolist() makes bare integers of nanoseconds
    found: Iterable[object] = values.tolist() if hasattr(values, "tolist") else values
    return found
