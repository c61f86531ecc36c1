"""Plain data (JSON): the types of an answer, and how it is read back with limits.

A participant's kernel calls :func:`rilo_training.answers.encode`. The grader calls
:func:`read_plain` on what came out of that kernel, and believes nothing about it until it has
been read.
"""

from __future__ import annotations

import json
import math
from typing import Any

from rilo_training.answers.scalar import MAX_CHARACTERS, MAX_INTEGER
from rilo_training.files import whole_text

Plain = dict[str, Any]
"""A dict with a ``type``: see :func:`rilo_training.answers.encode` for the types."""

NOT_ATTEMPTED: Plain = {"type": "not_attempted"}

MAX_VALUES = 150_000  # values in one answer, rows times columns: a score of 75,000 consignments
MAX_PARTS = 50  # values in one item
MAX_JSON_CHARACTERS = 3_900_000  # the kernels' limit on one cell is 4,000,000
MAX_PANELS = 50  # of a chart
MAX_SERIES = 200  # of a panel
MAX_POINTS = 20_000  # of a chart
MAX_TICKS = 2_000  # texts of a legend
MAX_RESULTS = 20  # of a function

TYPES = {
    "not_attempted": (),
    "value": ("value",),
    "list": ("items",),
    "set": ("items",),
    "table": ("columns", "rows", "index_columns"),
    "chart": ("panels", "title", "alt_text"),
    "function": ("results",),
    "raised": ("error",),
    "too_large": ("python", "rows"),
    "unsupported": ("python",),
}


def read_plain(text: str) -> Plain:
    """Read an encoded answer that came from somebody else's process.

    Parameters
    ----------
    text
        JSON, as ``json.dumps(encode(value))`` makes it.

    Returns
    -------
    dict
        The plain data, or an ``unsupported`` one when the text is not what
        :func:`rilo_training.answers.encode` makes.

    Examples
    --------
    >>> read_plain('{"type": "value", "value": 3}')
    {'type': 'value', 'value': 3}
    >>> read_plain('{"type": "value", "value": {"nested": 1}}')["type"]
    'unsupported'
    """
    broken: Plain = {"type": "unsupported", "python": "a broken answer"}
    if len(text) > MAX_JSON_CHARACTERS + 100_000:
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
        return _is_table(found)
    if kind == "chart":
        return _is_chart(found)
    if kind == "function":
        return _is_function(found["results"])
    if kind == "raised":
        return _is_text(found["error"])
    if kind in ("too_large", "unsupported"):
        return isinstance(found["python"], str) and type(found.get("rows", 0)) is int
    return True


def _is_table(found: dict[str, Any]) -> bool:
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


def _is_items(items: Any) -> bool:
    return (
        isinstance(items, list)
        and len(items) <= MAX_VALUES
        and all(
            _is_value(item)
            or (
                isinstance(item, list)
                and len(item) <= MAX_PARTS
                and all(_is_value(v) for v in item)
            )
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


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_CHARACTERS


def _is_function(results: Any) -> bool:
    return (
        isinstance(results, list)
        and len(results) <= MAX_RESULTS
        and all(
            isinstance(result, list)
            and len(result) == 2
            and _is_text(result[0])
            and isinstance(result[1], dict)
            and result[1].get("type") != "function"
            and _is_plain(result[1])
            for result in results
        )
    )


def _is_chart(found: dict[str, Any]) -> bool:
    panels = found["panels"]
    return (
        _is_text(found["title"])
        and _is_text(found["alt_text"])
        and isinstance(panels, list)
        and len(panels) <= MAX_PANELS
        and all(_is_panel(panel) for panel in panels)
        and sum(len(one["points"]) for panel in panels for one in panel["series"]) <= MAX_POINTS
    )


def _is_panel(panel: Any) -> bool:
    return (
        isinstance(panel, dict)
        and panel.keys() == {"title", "series", "x", "y", "value_label", "legend"}
        and _is_text(panel["title"])
        and _is_text(panel["value_label"])
        and isinstance(panel["legend"], list)
        and len(panel["legend"]) <= MAX_TICKS
        and all(_is_text(text) for text in panel["legend"])
        and all(_is_axis(panel[name]) for name in ("x", "y"))
        and isinstance(panel["series"], list)
        and len(panel["series"]) <= MAX_SERIES
        and all(_is_series(series) for series in panel["series"])
    )


def _is_axis(axis: Any) -> bool:
    if not isinstance(axis, dict) or axis.keys() != {"label", "scale", "limits"}:
        return False
    limits = axis["limits"]
    return (
        _is_text(axis["label"])
        and _is_text(axis["scale"])
        and isinstance(limits, list)
        and len(limits) == 2
        and all(_is_number(limit) for limit in limits)
    )


def _is_series(series: Any) -> bool:
    return (
        isinstance(series, dict)
        and series.keys() == {"name", "mark", "flipped", "base", "hidden", "points"}
        and _is_text(series["name"])
        and _is_text(series["mark"])
        and isinstance(series["flipped"], bool)
        and _is_number(series["base"])
        and type(series["hidden"]) is int
        and abs(series["hidden"]) <= MAX_INTEGER
        and isinstance(series["points"], list)
        and all(
            isinstance(point, list) and 2 <= len(point) <= 4 and all(_is_value(v) for v in point)
            for point in series["points"]
        )
    )


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool | str) and value is not None and _is_value(value)
