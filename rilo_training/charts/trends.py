"""Lines over time: one chart of a few series."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, several
from rilo_training.charts.letters import drawable, short_labels
from rilo_training.charts.lines import draw_line, largest, line_of, points_of, set_frame, tell_lines
from rilo_training.charts.moments import Every, moment_text, note_on_the_end
from rilo_training.charts.style import (
    DPI,
    FAINT,
    PAPER,
    SERIES,
    SMALL_PT,
    WORDS,
    in_house_style,
)
from rilo_training.charts.words import (
    axis_label,
    is_bare,
    lower_first,
    number_texts,
    with_unit,
    words_of,
)


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
    rows, value, unit, what = points_of(table, when, value, series, every, unit, (low, high))
    top = min(several(top, "top"), len(SERIES))
    names, left_out = largest(rows, series, value, top)
    chart = Chart(3.35)
    axes = chart.subplots()
    lines = {name: line_of(rows, when, series, name) for name in names}
    for number, (name, line) in enumerate(lines.items()):
        draw_line(axes, line, when, value, number, name, (low, high))
    moments = pd.concat([line[when] for line in lines.values()])
    set_frame(axes, moments, pd.concat(list(lines.values())), [value, low, high])
    axes.set_xlabel(drawable(words_of(when)), loc="left")
    axes.set_ylabel(drawable(axis_label(what, unit)), rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(0.0, 1.03)
    begin = None if incomplete_from is None else _moment(incomplete_from, moments)
    marks = {name: _moment(moment, moments) for name, moment in (events or {}).items()}
    _draw_marks(axes, moments, begin, marks)
    if len(lines) > 1:
        _name_lines(chart, axes, lines, value)
    notes = [note, left_out]
    if low and high:
        notes.append("The band shows the interval around each value.")
    if begin is None:
        notes.append(note_on_the_end(table, when, every))
    else:
        notes.append(f"Grey: from {moment_text(begin)} on, the values are not complete.")
    chart.dress(
        title=title or _finding(lines, when, value, unit, what, begin),
        subtitle=subtitle or _lines_for(series),
        notes=notes,
        alt_text=alt_text or tell_lines(lines, when, value, unit, what),
    )
    return chart


def _lines_for(series: str | None) -> str:
    return f"One line for each {lower_first(words_of(series))}" if series else ""


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


def _name_lines(chart: Chart, axes: Any, lines: dict[str, pd.DataFrame], value: str) -> None:
    """Write the names beside the lines, in the order of their last values, each with its kind."""
    drawn = dict(zip(lines, short_labels(chart, list(lines), 1.4 * DPI), strict=True))
    last = {name: float(line[value].dropna().iloc[-1]) for name, line in lines.items()}
    handles = {line.get_label(): line for line in axes.lines}
    order = sorted(lines, key=lambda name: -last[name])
    axes.legend(
        [handles[name] for name in order],
        [drawn[name] for name in order],
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        labelcolor="linecolor",
        handlelength=2.8,
        labelspacing=0.9,
    )


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
