"""Small multiples: one small panel for each category."""

from __future__ import annotations

import math

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import several
from rilo_training.charts.letters import short_labels
from rilo_training.charts.lines import draw_line, largest, line_of, points_of, set_frame, tell_lines
from rilo_training.charts.moments import Every, note_on_the_end
from rilo_training.charts.style import (
    DPI,
    SMALL_PT,
    in_house_style,
)
from rilo_training.charts.words import (
    axis_label,
    lower_first,
    words_of,
)


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
        As :func:`~rilo_training.charts.trends.trend`.

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
    rows, value, unit, what = points_of(table, when, value, panel, every, unit, (None, None))
    names, left_out = largest(rows, panel, value, min(several(top, "top"), 24))
    columns = min(len(names), 3 if len(names) <= 9 else 4)
    lines_of_panels = math.ceil(len(names) / columns)
    chart = Chart(0.5 + 1.35 * lines_of_panels)
    grid = chart.subplots(lines_of_panels, columns, squeeze=False, sharex=True, sharey=same_scale)
    room = DPI * (7.0 / columns - 0.25)
    lines = {name: line_of(rows, when, panel, name) for name in names}
    everyone = pd.concat(list(lines.values()))
    drawn = short_labels(chart, names, room, 2)
    for number, axes in enumerate(grid.flat):
        if number >= len(names):
            axes.remove()
            continue
        line = lines[names[number]]
        draw_line(axes, line, when, value, 0, names[number], (None, None), is_small=True)
        set_frame(axes, everyone[when], everyone if same_scale else line, [value], most_ticks=3)
        axes.set_title(drawn[number], fontsize=SMALL_PT)
        is_last = number + columns >= len(names)
        axes.tick_params(axis="x", labelbottom=is_last)
        axes.set_xlabel(words_of(when), visible=number == (lines_of_panels - 1) * columns)
        axes.xaxis.label.set_ha("left")
        axes.xaxis.label.set_x(0.0)
        axes.set_ylabel(axis_label(what, unit), visible=False)
    scale = "All panels have the same scale." if same_scale else "Each panel has its own scale."
    chart.dress(
        title=title or _finding(lines, value, what),
        subtitle=subtitle
        or f"{axis_label(what, unit)} by {lower_first(words_of(when))}, one panel for each "
        f"{lower_first(words_of(panel))}. {scale}",
        notes=[note, left_out, note_on_the_end(table, when, every)],
        alt_text=alt_text or tell_lines(lines, when, value, unit, what),
    )
    return chart


def _finding(lines: dict[str, pd.DataFrame], value: str, what: str) -> str:
    sums = {name: float(line[value].sum()) for name, line in lines.items()}
    return f"{words_of(what)}: {max(sums, key=lambda name: sums[name])} has the largest sum"
