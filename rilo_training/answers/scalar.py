"""One Python value as JSON: a number, a text, true, false or null."""

from __future__ import annotations

import datetime as dt
import math
import sys
from typing import Any

from rilo_training.files import whole_text

Scalar = str | int | float | bool | None

MAX_CHARACTERS = 20_000  # characters in one text
MAX_INTEGER = 10**30

INFINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""JSON has no infinite number, so it is a text. It equals no number."""


def scalar_of(value: Any) -> Scalar:
    """Return one value as JSON.

    Parameters
    ----------
    value
        A number of Python, numpy or the standard library, a text, a date, a time, a length of
        time, a pandas Period or Interval, or an empty value (None, NaN, NaT, NA).

    Returns
    -------
    str, int, float, bool or None
        Dates in ISO form, without the hour where it is midnight; empty values as None.

    Raises
    ------
    TypeError
        When it is not one value.

    Examples
    --------
    >>> import datetime
    >>> scalar_of(datetime.datetime(2026, 1, 31)), scalar_of(float("nan"))
    ('2026-01-31', None)
    >>> scalar_of(datetime.timedelta(days=3))
    '3 days 00:00:00'
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return whole_text(str.__str__(value)[:MAX_CHARACTERS])
    if isinstance(value, int):
        number = int(value)
        if abs(number) > MAX_INTEGER:
            raise TypeError("the number is too large")
        return number
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(value, numpy.datetime64 | numpy.timedelta64):
        # Of nanoseconds, item() makes a bare integer.
        name = "datetime64[us]" if isinstance(value, numpy.datetime64) else "timedelta64[us]"
        return scalar_of(value.astype(name).item())
    if pandas is not None:
        if value is pandas.NA or value is pandas.NaT:
            return None
        if isinstance(value, pandas.Interval):
            return _interval(value)
        if isinstance(value, pandas.Period):
            return str(value)
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if hasattr(value, "isoformat"):  # date, datetime, Timestamp
        return str(value.isoformat()).removesuffix("T00:00:00")
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # one numpy value
        return scalar_of(value.item())
    if hasattr(value, "__float__"):  # float, Decimal, Fraction
        found = float(value)
        if math.isnan(found):
            return None
        return INFINITE.get(found, found)
    raise TypeError(f"{type(value).__name__} is not one value")


def _duration(value: dt.timedelta) -> str:
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    rest = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"{value.days} days {hours:02d}:{minutes:02d}:{seconds:02d}{rest}"


def _interval(value: Any) -> str:
    """Return an interval so that (0, 5] and (0.0, 5.0] are one text."""
    ends = [scalar_of(end) for end in (value.left, value.right)]
    left, right = (
        str(int(end) if isinstance(end, float) and end.is_integer() else end) for end in ends
    )
    opened = "[" if value.closed in ("left", "both") else "("
    closed = "]" if value.closed in ("right", "both") else ")"
    return f"{opened}{left}, {right}{closed}"
