"""Lines of points: read from a table, drawn on an axes, and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required
from rilo_training.charts.moments import ROWS, along, by_period, moment_text, set_scale
from rilo_training.charts.style import (
    DASHES,
    MARKERS,
    SERIES,
    WORDS,
)
from rilo_training.charts.words import (
    axis_label,
    counted,
    listed,
    number_text,
    tick_text,
    words_of,
)

FEW_POINTS = 16
"""A line with fewer points shows each of them as a mark."""


def points_of(
    table: pd.DataFrame,
    when: str,
    value: str | None,
    series: str | None,
    every: str | None,
    unit: str | None,
    ends: tuple[str | None, str | None],
) -> tuple[pd.DataFrame, str, str, str]:
    """Return the points of all lines, the column of their values, its unit and its name."""
    rows = required(table, when, value, series, *ends)
    if series is not None:
        rows[series] = labels(rows[series])
    if every is not None:
        if any(ends):
            raise ChartError(
                "Intervals cannot be added up: give every, or low and high, and not both."
            )
        groups = [series] if series is not None else []
        found = by_period(rows, when, value, groups, every)
        if value is None:
            what = unit or "rows"
            name = f"{what[:1].upper()}{what[1:]} a {every}"
            return found, ROWS, "number", name
        return found, value, known_unit(value, unit), f"{words_of(value)} a {every}"
    if value is None:
        raise ChartError(
            "Nothing says what to draw: give a column of values, or every='month' to count rows."
        )
    if (ends[0] is None) != (ends[1] is None):
        raise ChartError("An interval has two ends: give both low and high, or neither.")
    rows[when] = along(rows, when)
    for column in (value, *ends):
        if column is not None:
            rows[column] = numbers(rows, column)
    rows = rows[rows[when].notna()].sort_values(when, kind="stable")
    keys = [when] if series is None else [series, when]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        raise ChartError(
            f"{moment_text(twice[when].iloc[0])} stands in several rows of one line. Expected is "
            "one row per point. Add the rows up first, or give every='month'."
        )
    if rows.empty:
        raise ChartError(f"The column {when!r} holds no date or number. Choose another column.")
    return rows, value, known_unit(value, unit), value


def largest(rows: pd.DataFrame, series: str | None, value: str, top: int) -> tuple[list[str], str]:
    """Return the names of the lines with the largest sums, and a note on the others."""
    if series is None:
        return [""], ""
    sums = rows.groupby(series, sort=False)[value].sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sums.index]
    rest = len(names) - top
    words = counted(rest, "more with a smaller sum", "more with smaller sums") if rest > 0 else ""
    return names[:top], f"Not shown: {words}." if words else ""


def line_of(rows: pd.DataFrame, when: str, series: str | None, name: str) -> pd.DataFrame:
    """Return the points of one line, in order."""
    line = rows if series is None else rows[rows[series] == name]
    return line.sort_values(when, kind="stable")


def draw_line(
    axes: Any,
    line: pd.DataFrame,
    when: str,
    value: str,
    number: int,
    name: str,
    ends: tuple[str | None, str | None],
    is_small: bool = False,
) -> None:
    """Draw one line, with its band and, where it has few points, their marks."""
    few = line[value].notna().sum() <= FEW_POINTS
    if ends[0] and ends[1] and not (line[ends[0]] == line[ends[1]]).all():
        axes.fill_between(
            line[when], line[ends[0]], line[ends[1]], color=SERIES[number], alpha=0.18, linewidth=0
        )
    axes.plot(
        line[when],
        line[value],
        color=SERIES[number],
        linestyle=DASHES[number],
        linewidth=1.5 if is_small else 2.0,
        marker=MARKERS[number] if few else "",
        markersize=3 if is_small else 5,
        label=name or "_",
        clip_on=False,  # a mark at 0 is whole
    )


def set_frame(
    axes: Any,
    moments: pd.Series[Any],
    rows: pd.DataFrame,
    values: Sequence[str | None],
    most_ticks: int = 6,
) -> None:
    """Set the axes: from 0, with room at both ends, few ticks and light lines."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    found = pd.concat([rows[name] for name in values if name is not None]).dropna()
    least, most = min(0.0, float(found.min())), max(0.0, float(found.max()))
    span = (most - least) or 1.0
    axes.set_ylim(least - (0.05 * span if least < 0 else 0), most + 0.06 * span)
    is_whole = bool((found % 1 == 0).all())
    steps = [1, 2, 5, 10] if is_whole else [1, 2, 2.5, 5, 10]
    axes.yaxis.set_major_locator(MaxNLocator(most_ticks, steps=steps, integer=is_whole))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: tick_text(number)))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    set_scale(axes, moments, most_ticks=8 if most_ticks > 3 else 4)
    if least < 0:
        axes.axhline(0, color=WORDS, linewidth=0.8)


def tell_lines(lines: dict[str, pd.DataFrame], when: str, value: str, unit: str, what: str) -> str:
    """Return the alt text of lines: where each begins, ends, and is lowest and highest."""
    told = []
    for name, line in lines.items():
        known = line.dropna(subset=[value])
        most, least = known.iloc[known[value].argmax()], known.iloc[known[value].argmin()]
        told.append(
            f"{f'{name}: ' if name else ''}from {number_text(known[value].iloc[0])} to "
            f"{number_text(known[value].iloc[-1])}, lowest {number_text(least[value])} "
            f"in {moment_text(least[when])}, highest {number_text(most[value])} "
            f"in {moment_text(most[when])}"
        )
    moments = pd.concat([line[when] for line in lines.values()])
    span = f"{moment_text(moments.min())} to {moment_text(moments.max())}"
    kind = "Line chart" if len(lines) == 1 else f"Line chart of {len(lines)} series"
    return f"{kind}. {axis_label(what, unit)}, {span}. {'. '.join(told[:6])}." + (
        f" Further: {listed(list(lines)[6:])}." if len(lines) > 6 else ""
    )
