"""Heat maps: one number for each pair of two categories."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.letters import drawable, short_labels, width_px
from rilo_training.charts.style import (
    DPI,
    INK,
    PAPER,
    SHADES,
    SMALL_PT,
    TWO_SIDES,
    in_house_style,
    shades,
)
from rilo_training.charts.words import (
    axis_label,
    counted,
    lower_first,
    number_texts,
    share_text,
    tick_text,
    with_unit,
    words_of,
)

Share = Literal["row", "column"]


@in_house_style
def heat_map(
    table: pd.DataFrame,
    row: str,
    column: str,
    value: str | None = None,
    *,
    unit: str | None = None,
    share_of: Share | None = None,
    centre: float | None = None,
    top_rows: int = 15,
    top_columns: int = 10,
    ranked: bool = True,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return a table in shades, with the number in each cell.

    It shows at one look which pairs belong together. The darkest cell holds the most; the number
    is written in each cell, so that no reader has to compare shades.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows to count, or values to add up.
    row, column : str
        Columns of the categories.
    value : str, optional
        Column of numbers. Without it, rows are counted.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    share_of : {"row", "column"}, optional
        Show the share of each cell in its row or its column, in per cent. All cells count for
        it, also those that are not shown.
    centre : float, optional
        The value that is white, with one colour below it and another above it: for changes, 0.
    top_rows, top_columns : int
        How many categories are shown, those with the largest sums.
    ranked : bool
        Largest sums first. Otherwise in the order of the table, or of an ordered category.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes with an image; the label of its colour bar names the unit.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, the table is empty, or the unit is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import heat_map
    >>> seizures = pd.DataFrame(
    ...     {"section": ["Drugs", "Drugs", "Revenue"], "location": ["Mail", "Mail", "Seaport"]}
    ... )
    >>> heat_map(seizures, "section", "location", unit="seizure lines").get_suptitle()
    'Drugs and Mail is the largest pair: 2 seizure lines'
    """
    rows = required(table, row, column, value)
    several(top_rows, "top_rows")
    several(top_columns, "top_columns")
    wide = _wide(rows, row, column, value, ranked)
    shown_unit = (unit or "rows") if value is None else known_unit(value, unit)
    if share_of is not None:
        wide, shown_unit = _shares(wide, share_of), "%"
    cells = wide.iloc[:top_rows, :top_columns]
    chart, axes, bar = _draw(cells, centre)
    axes.set_ylabel(drawable(words_of(row)), rotation=0, ha="right", va="bottom")
    axes.yaxis.set_label_coords(-0.01, 1.0)
    axes.set_xlabel(drawable(words_of(column)), loc="left")
    label = _value_label(value, unit, shown_unit, share_of, row if share_of == "row" else column)
    bar.set_label(short_labels(chart, [label], 0.3 * DPI * max(4, len(cells)), 3)[0])
    chart.dress(
        title=title or _finding(cells, shown_unit, share_of),
        subtitle=subtitle
        or f"{label}, by {lower_first(words_of(row))} and {lower_first(words_of(column))}",
        notes=[note, *_left_out(wide, cells, row, column)],
        alt_text=alt_text or _alt_text(cells, label, row, column),
    )
    return chart


def _wide(
    rows: pd.DataFrame, row: str, column: str, value: str | None, ranked: bool
) -> pd.DataFrame:
    """Return the sums, categories in the order in which they are shown."""
    if row == column:
        raise ChartError(f"Row and column are both {row!r}. Give two different columns.")
    names = [labels(rows[row]).rename("row"), labels(rows[column]).rename("column")]
    if value is None:
        wide = rows.groupby(names, sort=False).size().unstack().fillna(0)
    else:
        sums = numbers(rows, value).groupby(names, sort=False).sum(min_count=1)
        wide = sums.unstack()
    if ranked:
        down = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index
        across = wide.sum(axis=0).sort_values(ascending=False, kind="stable").index
        return wide.loc[down, across]
    return wide.loc[_order(rows[row], names[0]), _order(rows[column], names[1])]


def _order(column: pd.Series[Any], names: pd.Series[str]) -> list[str]:
    known = list(names.unique())
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        order = [str(name) for name in column.cat.categories]
        return [*[name for name in order if name in known], *[n for n in known if n not in order]]
    return known


def _shares(wide: pd.DataFrame, share_of: str) -> pd.DataFrame:
    if share_of not in ("row", "column"):
        raise ChartError(f"share_of is {share_of!r}. Expected is 'row' or 'column'.")
    if bool((wide < 0).any(axis=None)):
        raise ChartError("Some sums are below 0, so they have no shares. Leave share_of out.")
    sums = wide.sum(axis=1 if share_of == "row" else 0).replace(0, np.nan)
    return 100 * wide.div(sums, axis=0 if share_of == "row" else 1)


def _draw(cells: pd.DataFrame, centre: float | None) -> tuple[Chart, Any, Any]:
    from matplotlib.colors import Normalize, TwoSlopeNorm
    from matplotlib.ticker import FuncFormatter

    chart = Chart(1.05 + 0.38 * max(4, len(cells)))
    axes = chart.subplots()
    values = cells.to_numpy(dtype=float)
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    if centre is None:
        norm: Any = Normalize(min(0.0, least), most if most > min(0.0, least) else least + 1)
        colours = shades(SHADES)
    else:
        reach = max(abs(most - centre), abs(least - centre)) or 1.0
        norm = TwoSlopeNorm(centre, centre - reach, centre + reach)
        colours = shades(TWO_SIDES)
    # The names of the cells are the units of the axes, whatever is written at the ticks.
    axis: Any
    for axis, names in ((axes.xaxis, cells.columns), (axes.yaxis, cells.index)):
        axis.update_units([str(name) for name in names])
    image = axes.imshow(values, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    rows, columns = values.shape
    axes.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, colors=PAPER, linewidth=1.2)
    axes.vlines(np.arange(1, columns) - 0.5, -0.5, rows - 0.5, colors=PAPER, linewidth=1.2)
    axes.spines[:].set_visible(False)
    bar = chart.colorbar(image, ax=axes, pad=0.02, aspect=24, shrink=0.9)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    bar.formatter = FuncFormatter(lambda number, _: tick_text(number))
    texts = iter(number_texts(values[np.isfinite(values)]))
    for line, place in np.argwhere(np.isfinite(values)).tolist():
        red, green, blue, _ = colours(norm(values[line, place]))
        is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        axes.text(
            place,
            line,
            next(texts),
            ha="center",
            va="center",
            fontsize=SMALL_PT,
            color=PAPER if is_dark else INK,
        )
    _name_cells(chart, axes, cells)
    return chart, axes, bar


def _name_cells(chart: Chart, axes: Any, cells: pd.DataFrame) -> None:
    """Write the names of rows and columns; those of columns slant where they are too wide."""
    down = short_labels(chart, [str(name) for name in cells.index], 2.2 * DPI)
    axes.set_yticks(np.arange(len(cells)), down, rotation=0)
    lines = [line for text in down for line in text.split("\n")]
    widest = max(width_px(chart, line, SMALL_PT) for line in lines)
    room = (chart.room_px - widest - 0.9 * DPI) / cells.shape[1] - 4
    names = [str(name) for name in cells.columns]
    across = short_labels(chart, names, room, 2)
    words = [word for name in names for word in drawable(name).split()]
    is_broken = any(width_px(chart, word, SMALL_PT) > room for word in words)
    if is_broken or any("…" in text for text in across):
        across = short_labels(chart, names, 1.6 * DPI, 1)
        axes.set_xticks(
            np.arange(len(across)), across, rotation=40, ha="right", rotation_mode="anchor"
        )
    else:
        axes.set_xticks(np.arange(len(across)), across, rotation=0)
    axes.tick_params(length=0, labelcolor=INK)


def _value_label(
    value: str | None, unit: str | None, shown_unit: str, share_of: Share | None, of: str
) -> str:
    if value is None:
        what = f"Number of {unit or 'rows'}" if share_of is None else (unit or "rows").capitalize()
    else:
        what = axis_label(value, shown_unit) if share_of is None else words_of(value, shown_unit)
    return what if share_of is None else f"{what}, share of the {lower_first(words_of(of))} (%)"


def _places(cells: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Return row, column and value of each cell, the largest first."""
    found = [
        (str(row), str(column), float(value))
        for row, values in zip(cells.index, cells.to_numpy(dtype=float), strict=True)
        for column, value in zip(cells.columns, values, strict=True)
        if np.isfinite(value)
    ]
    return sorted(found, key=lambda place: -place[2])


def _finding(cells: pd.DataFrame, unit: str, share_of: Share | None) -> str:
    row, column, size = _places(cells)[0]
    if share_of is None:
        return f"{row} and {column} is the largest pair: {with_unit(size, unit)}"
    of, part = (row, column) if share_of == "row" else (column, row)
    return f"The largest share: {part} holds {share_text(size / 100)} of {of}"


def _left_out(wide: pd.DataFrame, cells: pd.DataFrame, row: str, column: str) -> list[str]:
    gone = []
    for name, all_of, shown in (
        (row, wide.shape[0], cells.shape[0]),
        (column, wide.shape[1], cells.shape[1]),
    ):
        if all_of > shown:
            words = counted(all_of - shown, "more category", "more categories")
            gone.append(f"{words} of {lower_first(words_of(name))}")
    empty = "A white cell has no value." if bool(cells.isna().any(axis=None)) else ""
    return [f"Not shown: {', '.join(gone)}." if gone else "", empty]


def _alt_text(cells: pd.DataFrame, label: str, row: str, column: str) -> str:
    places = _places(cells)
    texts = number_texts(size for _, _, size in places)
    told = [
        f"{one} and {other} {text}" for (one, other, _), text in zip(places, texts, strict=True)
    ]
    return (
        f"Heat map of {label}. {counted(len(cells), 'row')} of {lower_first(words_of(row))}, "
        f"{counted(cells.shape[1], 'column')} of {lower_first(words_of(column))}. "
        f"Largest: {'; '.join(told[:5])}. Smallest: {told[-1]}."
    )
