"""Bars, longest first: which parts are large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import (
    ChartError,
    known_unit,
    labels,
    numbers,
    required,
    several,
)
from rilo_training.charts.letters import drawable, short_labels
from rilo_training.charts.style import (
    DPI,
    INK,
    PAPER,
    QUIET,
    SERIES,
    SMALL_PT,
    WORDS,
    in_house_style,
)
from rilo_training.charts.words import (
    axis_label,
    counted,
    listed,
    lower_first,
    number_texts,
    share_text,
    with_unit,
    words_of,
)

LABEL_ROOM_IN = 2.5
"""How wide the names of the categories may be."""


@in_house_style
def bars(
    table: pd.DataFrame,
    category: str,
    value: str | None = None,
    *,
    unit: str | None = None,
    low: str | None = None,
    high: str | None = None,
    top: int = 15,
    ranked: bool = True,
    highlight: str | Sequence[str] | None = None,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return bars of the largest categories, with their values beside them.

    A ranking is the picture that a reader needs most often. The bars lie, so that long names can
    be read; they begin at 0; and what is left out is said.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows to count, or values to add up; several rows of one category are added.
    category : str
        Column of the categories. A missing one is shown as ``(not recorded)``.
    value : str, optional
        Column of numbers. Without it, rows are counted.
    unit : str, optional
        Unit of the values, for example ``"kg"``; of counted rows, what a row is
        (``"seizure lines"``). It may be left out where the name of the column ends in it.
    low, high : str, optional
        Columns with the ends of an interval around ``value``, in its unit; one row per category.
    top : int
        How many categories are shown.
    ranked : bool
        Largest first. Otherwise in the order of the table, or of an ordered category.
    highlight : str or list of str, optional
        Categories in the dark colour. Without it, the first.
    title : str, optional
        The finding. Without it, it is computed.
    subtitle, note, alt_text : str, optional
        More words. Without them, the chart says what it shows.

    Returns
    -------
    Chart
        One axes with bars that lie, the first on top.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, the table is empty, or the unit is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import bars
    >>> seizures = pd.DataFrame(
    ...     {"commodity": ["Cannabis", "Khat", "Cannabis"], "quantity_kg": [2.0, 40.0, 3.5]}
    ... )
    >>> chart = bars(seizures, "commodity", "quantity_kg")
    >>> chart.get_suptitle(), chart.axes[0].get_xlabel()
    ('Khat is the largest: 40 kg, 88 % of all', 'Quantity (kg)')
    """
    rows = required(table, category, value, low, high)
    top = several(top, "top")
    if value is None:
        unit = unit or "rows"
        what, axis_words, unit_words = unit[:1].upper() + unit[1:], f"Number of {unit}", unit
    else:
        unit_words = known_unit(value, unit)
        what, axis_words = words_of(value, unit_words), axis_label(value, unit_words)
    totals, missing = _totals(rows, category, value)
    if (low is None) != (high is None):
        raise ChartError("An interval has two ends: give both low and high, or neither.")
    spans = None if low is None or high is None else _spans(rows, category, low, high)
    if ranked:
        totals = totals.sort_values(ascending=False, kind="stable")
    shown, rest = totals.head(top), totals.iloc[top:]
    is_share_of_all = spans is None and "share" not in unit_words and bool((totals >= 0).all())
    is_share_of_all = is_share_of_all and unit_words not in ("%", "percentage points")
    chart = Chart(1.0)
    names = [str(name) for name in shown.index]
    drawn = short_labels(chart, names, LABEL_ROOM_IN * DPI)
    line_in = 0.38 if any("\n" in text for text in drawn) else 0.30
    chart.plot_height_in = 0.62 + line_in * len(shown)
    axes = chart.subplots()
    dark = {highlight} if isinstance(highlight, str) else {str(name) for name in highlight or []}
    if unknown := sorted(dark - {str(name) for name in totals.index}):
        raise ChartError(f"No category is {unknown[0]!r}. Correct the name in highlight.")
    dark = dark or ({shown.index[0]} if ranked else set(shown.index))
    axes.barh(
        names,
        shown.to_numpy(),
        height=0.72,
        color=[SERIES[0] if name in dark else QUIET for name in names],
    )
    places = np.arange(len(names))
    axes.set_yticks(places, drawn)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.tick_params(axis="x", labelbottom=False, length=0)
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=WORDS, linewidth=0.8)
    axes.set_xlabel(drawable(axis_words), loc="left")
    axes.set_ylabel(drawable(words_of(category)), rotation=0, ha="right", va="bottom")
    axes.yaxis.set_label_coords(-0.012, 1.0)
    ends = shown.to_numpy(dtype=float)
    if spans is not None:
        ends = _draw_spans(axes, shown, spans)
    _set_limits(axes, np.concatenate([ends, shown.to_numpy(dtype=float)]))
    _write_values(axes, shown, ends)
    chart.dress(
        title=title or _finding(what, unit_words, shown, totals, is_share_of_all, ranked, value),
        subtitle=subtitle or _subtitle(what, words_of(category), spans is not None),
        notes=[note, _left_out(rest, totals, unit_words, is_share_of_all), missing],
        alt_text=alt_text or _alt_text(what, category, unit_words, shown, rest, value),
    )
    return chart


def _totals(rows: pd.DataFrame, category: str, value: str | None) -> tuple[pd.Series[Any], str]:
    """Return the values by category, and a note on rows without a value."""
    names = labels(rows[category])
    if isinstance(rows[category].dtype, pd.CategoricalDtype) and rows[category].cat.ordered:
        order = [str(name) for name in rows[category].cat.categories]
        order = [name for name in order if (names == name).any()]
        order += [name for name in names.unique() if name not in order]
    else:
        order = list(names.unique())
    if value is None:
        return names.groupby(names, sort=False).size().reindex(order), ""
    found = numbers(rows, value)
    without = int(found.isna().sum())
    totals = found.groupby(names, sort=False).sum(min_count=1).reindex(order).dropna()
    note = f"{counted(without, 'row')} without a value left out." if without else ""
    return totals, note


def _spans(rows: pd.DataFrame, category: str, low: str, high: str) -> pd.DataFrame:
    names = labels(rows[category])
    if names.duplicated().any():
        raise ChartError(
            f"The column {category!r} names {names[names.duplicated()].iloc[0]!r} in several rows. "
            "With low and high, each category has one row: intervals cannot be added up."
        )
    ends = {"low": numbers(rows, low).to_numpy(), "high": numbers(rows, high).to_numpy()}
    return pd.DataFrame(ends, index=names)


def _draw_spans(axes: Any, shown: pd.Series[Any], spans: pd.DataFrame) -> Any:
    """Draw the intervals, and return how far each bar reaches with its own."""
    ends = spans.loc[shown.index]
    values = shown.to_numpy(dtype=float)
    low = np.fmin(ends["low"].to_numpy(), values)
    high = np.fmax(ends["high"].to_numpy(), values)
    for colour, width in ((PAPER, 3.2), (INK, 1.4)):  # a white edge, to be seen on a dark bar
        axes.hlines(np.arange(len(shown)), low, high, colors=colour, linewidth=width)
    return np.where(values < 0, low, high)


def _set_limits(axes: Any, reach: Any) -> None:
    least, most = min(0.0, float(np.nanmin(reach))), max(0.0, float(np.nanmax(reach)))
    span = (most - least) or 1.0
    axes.set_xlim(least - (0.16 * span if least < 0 else 0.0), most + 0.16 * span)


def _write_values(axes: Any, shown: pd.Series[Any], ends: Any) -> None:
    for place, (text, end) in enumerate(zip(number_texts(shown), ends, strict=True)):
        axes.annotate(
            text,
            (float(end), place),
            xytext=(-5 if end < 0 else 5, 0),
            textcoords="offset points",
            ha="right" if end < 0 else "left",
            va="center",
            fontsize=SMALL_PT,
            color=INK,
        )


def _finding(
    what: str,
    unit: str,
    shown: pd.Series[Any],
    totals: pd.Series[Any],
    is_share_of_all: bool,
    ranked: bool,
    value: str | None,
) -> str:
    largest = str(totals.idxmax())
    size = with_unit(float(totals.max()), unit)
    if len(totals) == 1:
        return f"{largest}: {size}"
    if is_share_of_all and totals.sum() > 0:
        share = share_text(float(totals.max() / totals.sum()))
        return f"{largest} is the largest: {size}, {share} of all"
    return f"{what}: {largest} is the highest, {size}"


def _subtitle(what: str, category: str, has_spans: bool) -> str:
    text = f"{what} by {lower_first(category)}"
    return f"{text}. The black lines show the interval around each value." if has_spans else text


def _left_out(
    rest: pd.Series[Any], totals: pd.Series[Any], unit: str, is_share_of_all: bool
) -> str:
    if rest.empty:
        return ""
    more = counted(len(rest), "more category", "more categories")
    if not is_share_of_all or totals.sum() <= 0:
        return f"Not shown: {more}."
    share = share_text(float(rest.sum() / totals.sum()))
    return f"Not shown: {more}, together {with_unit(float(rest.sum()), unit)}, {share} of all."


def _alt_text(
    what: str,
    category: str,
    unit: str,
    shown: pd.Series[Any],
    rest: pd.Series[Any],
    value: str | None,
) -> str:
    parts = [f"{name}: {text}" for name, text in zip(shown.index, number_texts(shown), strict=True)]
    of_unit = f" in {unit}" if value is not None and unit != "number" else ""
    words = words_of(category)
    text = f"Bar chart. {what}{of_unit} by {lower_first(words)}. {', '.join(parts[:8])}"
    if len(parts) > 8:
        text += f", and {len(parts) - 8} smaller ones, the last {listed(parts[-1:])}"
    return f"{text}." + (f" {len(rest)} more are not shown." if len(rest) else "")
