"""Lines over time: one chart of a few series, or one small panel for each of many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.letters import drawable, short_labels
from rilo_training.charts.moments import Every, along, by_period, moment_text, set_scale
from rilo_training.charts.style import (
    DASHES,
    DPI,
    FAINT,
    MARKERS,
    PAPER,
    SERIES,
    SMALL_PT,
    WORDS,
    in_house_style,
)
from rilo_training.charts.words import (
    axis_label,
    counted,
    is_bare,
    listed,
    number_text,
    number_texts,
    with_unit,
    words_of,
)

FEW_POINTS = 16
"""A line with fewer points shows each of them as a mark."""


@in_house_style
def trend(
    table: pd.DataFrame,
    when: str,
    value: str | None = None,
    *,
    series: str | None = None,
    every: Every | None = None,
    unit: str | None = None,
    low: str | None = None,
    high: str | None = None,
    top: int = 4,
    incomplete_from: object = None,
    events: dict[str, object] | None = None,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return a line over time, with a band for what is uncertain.

    The line begins at 0, so that a small change does not look like a large one; the last part may
    be marked as incomplete, which late reports make it almost always.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per point of a line; or, with ``every``, rows to count or values to add up.
    when : str
        Column of dates, periods or numbers.
    value : str, optional
        Column of numbers. Without it, and with ``every``, rows are counted.
    series : str, optional
        Column that says to which line a row belongs.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Count or add up by this period; a period without rows is 0.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    low, high : str, optional
        Columns with the ends of an interval, in the unit of ``value``. Not with ``every``.
    top : int
        How many series are shown, those with the largest sums; at most 4.
    incomplete_from : date, optional
        From here on the values are not complete: shaded, and said.
    events : dict of str to date, optional
        Lines across the chart with their names.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes with a line for each series.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, the table is empty, a point of a line stands
        in two rows, or the unit is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import trend
    >>> months = pd.DataFrame(
    ...     {"month": ["2026-01", "2026-02", "2026-03"], "cases": [40, 52, 81]}
    ... )
    >>> trend(months, "month", "cases").get_suptitle()
    'Cases: from 40 in Jan 2026 to 81 in Mar 2026'
    """
    rows, value, unit, what = _points(table, when, value, series, every, unit, (low, high))
    top = min(several(top, "top"), len(SERIES))
    names, left_out = _largest(rows, series, value, top)
    chart = Chart(3.35)
    axes = chart.subplots()
    lines = {name: _line(rows, when, series, name) for name in names}
    for number, (name, line) in enumerate(lines.items()):
        _draw(axes, line, when, value, number, name, (low, high))
    moments = pd.concat([line[when] for line in lines.values()])
    _frame(axes, moments, pd.concat(list(lines.values())), [value, low, high])
    axes.set_xlabel(drawable(words_of(when)), loc="left")
    axes.set_ylabel(drawable(axis_label(what, unit)), rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(0.0, 1.03)
    begin = None if incomplete_from is None else _moment(incomplete_from, moments)
    marks = {name: _moment(moment, moments) for name, moment in (events or {}).items()}
    _draw_marks(axes, moments, begin, marks)
    notes = [note, left_out]
    if low and high:
        notes.append("The band shows the interval around each value.")
    if begin is not None:
        notes.append(f"Grey: from {moment_text(begin)} on, the values are not complete.")
    chart.dress(
        title=title or _finding(lines, when, value, unit, what, begin),
        subtitle=subtitle or (f"One line for each {_lower(words_of(series))}" if series else ""),
        notes=notes,
        alt_text=alt_text or _alt_text(lines, when, value, unit, what),
    )
    if len(lines) > 1:
        _name_lines(chart, axes, lines, when, value)
    return chart


@in_house_style
def small_multiples(
    table: pd.DataFrame,
    panel: str,
    when: str,
    value: str | None = None,
    *,
    every: Every | None = None,
    unit: str | None = None,
    top: int = 12,
    same_scale: bool = True,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return one small panel for each category, all drawn in the same way.

    Many lines in one chart cannot be told apart; beside each other, in panels of one scale, they
    can be compared. The largest stands first.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per panel and point; or, with ``every``, rows to count or values to add up.
    panel : str
        Column of the categories.
    when : str
        Column of dates, periods or numbers.
    value : str, optional
        Column of numbers. Without it, and with ``every``, rows are counted.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Count or add up by this period; a period without rows is 0.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    top : int
        How many panels, those with the largest sums; at most 24.
    same_scale : bool
        Whether all panels have the same vertical axis. It is said in the chart.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes per category, its name as the title, in the order of their sums.

    Raises
    ------
    ChartError
        As :func:`trend`.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import small_multiples
    >>> months = pd.DataFrame(
    ...     {"office": ["A", "A", "B", "B"], "month": [1, 2, 1, 2], "cases": [4, 5, 9, 7]}
    ... )
    >>> chart = small_multiples(months, "office", "month", "cases")
    >>> [axes.get_title(loc="left") for axes in chart.axes]
    ['B', 'A']
    """
    rows, value, unit, what = _points(table, when, value, panel, every, unit, (None, None))
    names, left_out = _largest(rows, panel, value, min(several(top, "top"), 24))
    columns = min(len(names), 3 if len(names) <= 9 else 4)
    lines_of_panels = math.ceil(len(names) / columns)
    chart = Chart(0.5 + 1.35 * lines_of_panels)
    grid = chart.subplots(lines_of_panels, columns, squeeze=False, sharex=True, sharey=same_scale)
    room = DPI * (7.0 / columns - 0.25)
    lines = {name: _line(rows, when, panel, name) for name in names}
    everyone = pd.concat(list(lines.values()))
    drawn = short_labels(chart, names, room, 2)
    for number, axes in enumerate(grid.flat):
        if number >= len(names):
            axes.remove()
            continue
        line = lines[names[number]]
        _draw(axes, line, when, value, 0, names[number], (None, None), is_small=True)
        _frame(axes, everyone[when], everyone if same_scale else line, [value], most_ticks=3)
        axes.set_title(drawn[number], fontsize=SMALL_PT)
        is_last = number + columns >= len(names)
        axes.tick_params(axis="x", labelbottom=is_last)
        axes.set_xlabel(words_of(when), visible=number == (lines_of_panels - 1) * columns)
        axes.xaxis.label.set_ha("left")
        axes.xaxis.label.set_x(0.0)
        axes.set_ylabel(axis_label(what, unit), visible=False)
    scale = "All panels have the same scale." if same_scale else "Each panel has its own scale."
    chart.dress(
        title=title or _finding_of_panels(lines, when, value, what),
        subtitle=subtitle
        or f"{axis_label(what, unit)} by {_lower(words_of(when))}, one panel for each "
        f"{_lower(words_of(panel))}. {scale}",
        notes=[note, left_out],
        alt_text=alt_text or _alt_text(lines, when, value, unit, what),
    )
    return chart


def _points(
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
            return found, "rows", "number", name
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


def _largest(rows: pd.DataFrame, series: str | None, value: str, top: int) -> tuple[list[str], str]:
    if series is None:
        return [""], ""
    sums = rows.groupby(series, sort=False)[value].sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sums.index]
    rest = len(names) - top
    words = counted(rest, "more with a smaller sum", "more with smaller sums") if rest > 0 else ""
    return names[:top], f"Not shown: {words}." if words else ""


def _line(rows: pd.DataFrame, when: str, series: str | None, name: str) -> pd.DataFrame:
    line = rows if series is None else rows[rows[series] == name]
    return line.sort_values(when, kind="stable")


def _draw(
    axes: Any,
    line: pd.DataFrame,
    when: str,
    value: str,
    number: int,
    name: str,
    ends: tuple[str | None, str | None],
    is_small: bool = False,
) -> None:
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


def _frame(
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
    axes.yaxis.set_major_locator(MaxNLocator(most_ticks, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: tick_text(number)))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    set_scale(axes, moments, most_ticks=8 if most_ticks > 3 else 4)
    if least < 0:
        axes.axhline(0, color=WORDS, linewidth=0.8)


def tick_text(number: float) -> str:
    """Return a number at an axis.

    Examples
    --------
    >>> from rilo_training.charts.trends import tick_text
    >>> tick_text(1500.0), tick_text(0.25), tick_text(2e6)
    ('1,500', '0.25', '2 million')
    """
    if abs(number) >= 1e6:
        return f"{number / 1e6:,g} million".replace("-", "−")
    return f"{number:,.12g}".replace("-", "−")


def _moment(moment: object, moments: pd.Series[Any]) -> Any:
    """Return a point of the axis that the caller named, in the kind of the axis."""
    is_time = pd.api.types.is_datetime64_any_dtype(moments)
    try:
        if isinstance(moment, pd.Period):
            return moment.start_time
        return pd.Timestamp(str(moment)) if is_time else float(str(moment))
    except ValueError as reason:
        kind = "a date such as '2026-08-01'" if is_time else "a number"
        raise ChartError(f"Found {moment!r}. Expected is {kind}, a point of the axis.") from reason


def _draw_marks(axes: Any, moments: pd.Series[Any], begin: Any, marks: dict[str, Any]) -> None:
    over = axes.get_xaxis_transform()
    if begin is not None and begin <= moments.max():
        left, right = axes.get_xlim()
        span = [axes.convert_xunits(begin), right]
        axes.fill_between(span, 0, 1, transform=over, color=FAINT, alpha=0.6, linewidth=0)
        axes.set_xlim(left, right)
    for number, (name, moment) in enumerate(sorted(marks.items(), key=lambda one: one[1])):
        axes.axvline(moment, color=WORDS, linewidth=1.0, linestyle=(0, (2, 2)))
        is_late = moment > moments.min() + (moments.max() - moments.min()) / 2
        axes.annotate(
            drawable(name),
            (axes.convert_xunits(moment), 1),
            xycoords=over,
            xytext=(-4 if is_late else 4, -3 - 14 * (number % 3)),
            textcoords="offset points",
            ha="right" if is_late else "left",
            va="top",
            fontsize=SMALL_PT,
            color=WORDS,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
        )


def _name_lines(
    chart: Chart, axes: Any, lines: dict[str, pd.DataFrame], when: str, value: str
) -> None:
    """Write the name of each line at its end, apart from each other."""
    names = list(lines)
    drawn = short_labels(chart, names, 1.5 * DPI)
    ends = []
    for number, (name, text) in enumerate(zip(names, drawn, strict=True)):
        last = lines[name].dropna(subset=[value]).iloc[-1]
        ends.append((number, last[when], float(last[value]), text))
    edge = max(end[1] for end in ends)
    texts = []
    for number, _, height, text in ends:
        texts.append(
            axes.annotate(
                text,
                (edge, height),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL_PT,
                fontweight="bold",
                color=SERIES[number],
                annotation_clip=False,
            )
        )
    chart.settle()
    _spread(texts, chart, float(axes.get_window_extent().y0))


def _spread(texts: Sequence[Any], chart: Chart, lowest_px: float) -> None:
    """Move texts that stand in one column up and down until they do not overlap."""
    points = 72 / DPI
    boxes = [(text.get_window_extent(), text) for text in texts]
    boxes.sort(key=lambda one: one[0].y0 + one[0].y1)
    heights = [box.height + 3 for box, _ in boxes]
    wanted = [(box.y0 + box.y1) / 2 for box, _ in boxes]
    placed = list(wanted)
    for _ in range(100):
        moved = False
        for lower, upper in pairwise(range(len(placed))):
            overlap = (heights[lower] + heights[upper]) / 2 - (placed[upper] - placed[lower])
            if overlap > 0.5:
                placed[lower] -= overlap / 2
                placed[upper] += overlap / 2
                moved = True
        if not moved:
            break
    floor = lowest_px
    for number, height in enumerate(heights):
        placed[number] = max(placed[number], floor + height / 2)
        floor = placed[number] + height / 2
    for (_, text), before, after in zip(boxes, wanted, placed, strict=True):
        x, y = text.xyann
        text.xyann = (x, y + (after - before) * points)
    chart.settle()


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _finding(
    lines: dict[str, pd.DataFrame],
    when: str,
    value: str,
    unit: str,
    what: str,
    begin: Any,
) -> str:
    words = words_of(what, unit)
    if len(lines) > 1:
        sums = {name: float(line[value].sum()) for name, line in lines.items()}
        return f"{words}: {max(sums, key=lambda name: sums[name])} has the largest sum"
    line = next(iter(lines.values())).dropna(subset=[value])
    if begin is not None and (line[when] < begin).any():
        line = line[line[when] < begin]
    first, last = line.iloc[0], line.iloc[-1]
    if len(line) == 1:
        return f"{words}: {with_unit(first[value], unit)} in {moment_text(first[when])}"
    before, after = number_texts([first[value], last[value]])
    words = words if is_bare(unit) else axis_label(what, unit)
    return (
        f"{words}: from {before} in {moment_text(first[when])} "
        f"to {after} in {moment_text(last[when])}"
    )


def _finding_of_panels(lines: dict[str, pd.DataFrame], when: str, value: str, what: str) -> str:
    sums = {name: float(line[value].sum()) for name, line in lines.items()}
    largest = max(sums, key=lambda name: sums[name])
    return f"{words_of(what)}: {largest} has the largest sum"


def _alt_text(lines: dict[str, pd.DataFrame], when: str, value: str, unit: str, what: str) -> str:
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
