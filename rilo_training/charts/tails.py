"""Distributions with heavy tails: many small values, and few that hold most of the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.letters import drawable, short_labels
from rilo_training.charts.style import (
    DPI,
    INK,
    PAPER,
    QUIET,
    SERIES,
    SMALL_PT,
    in_house_style,
)
from rilo_training.charts.words import (
    axis_label,
    counted,
    lower_first,
    share_text,
    size_text,
    tick_text,
    words_of,
)

STEPS = "Each step on the axis is ten times the one before."
_BINS_A_STEP = 5


@in_house_style
def distribution(
    table: pd.DataFrame,
    value: str,
    *,
    by: str | None = None,
    unit: str | None = None,
    log: bool = True,
    top: int = 10,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return how values are spread: from the smallest to the largest, in steps of ten times.

    Weights and values of seizures are mostly small, and a few rows hold most of the sum. A mean
    says nothing about them, and on an ordinary axis all but a few rows lie in the first bar.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per value.
    value : str
        Column of numbers, above 0 where ``log`` is true; others are left out, and counted.
    by : str, optional
        Column of categories. Each gets a box instead of one histogram: the line in the box is
        the median, the box holds the middle half, the lines reach to the 5th and the 95th of 100.
    unit : str, optional
        Unit of the values. It may be left out where the name of the column ends in it.
    log : bool
        Whether each step on the axis is ten times the one before.
    top : int
        How many categories are shown, those with the most rows.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes with a histogram, or with a box for each category, the largest median on top.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, no value can be shown, or the unit is not
        known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import distribution
    >>> seizures = pd.DataFrame({"quantity_kg": [0.1, 0.2, 0.2, 1.0, 2.5, 400.0]})
    >>> distribution(seizures, "quantity_kg").get_suptitle()
    'Half of the rows are below 600 g; the largest holds 99.0 % of the sum'
    """
    rows = required(table, value, by)
    unit = known_unit(value, unit)
    rows[value] = numbers(rows, value)
    known = rows[rows[value].notna() & ((rows[value] > 0) | (not log))]
    if known.empty:
        raise ChartError(
            f"The column {value!r} holds no number above 0, so steps of ten times cannot show it. "
            "Give log=False, or look at the values."
        )
    notes = [note, STEPS if log else "", _left_out(rows, known, value)]
    groups: dict[str, pd.Series[float]] = {}
    if by is None:
        chart = Chart(3.1)
        axes = chart.subplots()
        _histogram(axes, known[value], unit, log)
        axes.set_ylabel("Number of rows", rotation=0, ha="left", va="bottom")
        axes.yaxis.set_label_coords(0.0, 1.03)
        subtitle = subtitle or f"{words_of(value, unit)}: {counted(len(known), 'row')}"
    else:
        groups, more = _groups(known, value, by, several(top, "top"))
        chart = Chart(0.75 + 0.38 * len(groups))
        axes = chart.subplots()
        _boxes(chart, axes, groups)
        axes.set_ylabel(drawable(words_of(by)), rotation=0, ha="right", va="bottom")
        axes.yaxis.set_label_coords(-0.012, 1.0)
        notes += [
            "Box: the middle half of the rows, with the median. Lines: from the 5th to the 95th "
            "of 100 rows. In brackets: rows.",
            more,
        ]
        subtitle = subtitle or f"{words_of(value, unit)} by {lower_first(words_of(by))}"
    _set_axis(axes, known[value], unit, log)
    axes.set_xlabel(drawable(axis_label(value, unit)), loc="left")
    chart.dress(
        title=title or _finding(known[value], groups, unit),
        subtitle=subtitle,
        notes=notes,
        alt_text=alt_text
        or _alt_text(known[value], groups, axis_label(value, unit), by, unit, log),
    )
    return chart


def _histogram(axes: Any, values: pd.Series[float], unit: str, log: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    edges = _edges(values.to_numpy(), log)
    counts, _ = np.histogram(values, edges)
    axes.bar(
        edges[:-1],
        counts,
        width=np.diff(edges),
        align="edge",
        color=QUIET,
        edgecolor=PAPER,
        linewidth=0.6,
    )
    most = float(counts.max())
    axes.set_ylim(0, 1.28 * most)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_formatter(_words_at_ticks(tick_text))
    median, tail = float(values.median()), float(values.quantile(0.99))
    marks = [(median, f"median {size_text(median, unit)}", 1.26)]
    if len(values) >= 100 and tail > median:
        marks.append((tail, f"the top 1 % begin at {size_text(tail, unit)}", 1.13))
    for place, text, height in marks:
        axes.plot([place, place], [0, height * most], color=SERIES[1], linewidth=1.5, zorder=3)
        share = np.searchsorted(edges, place) / len(edges)
        axes.annotate(
            text,
            (place, height * most),
            xytext=(-5 if share > 0.6 else 5, 0),
            textcoords="offset points",
            ha="right" if share > 0.6 else "left",
            va="top",
            fontsize=SMALL_PT,
            color=SERIES[1],
        )


def _edges(values: Any, log: bool) -> Any:
    """Return the ends of the bars: five to each step of ten times, or twenty in all."""
    if not log:
        return np.histogram_bin_edges(values, bins=20)
    low = np.floor(np.log10(values.min()) * _BINS_A_STEP) / _BINS_A_STEP
    high = np.floor(np.log10(values.max()) * _BINS_A_STEP + 1) / _BINS_A_STEP
    return 10 ** np.linspace(low, high, round((high - low) * _BINS_A_STEP) + 1)


def _groups(
    known: pd.DataFrame, value: str, by: str, top: int
) -> tuple[dict[str, pd.Series[float]], str]:
    names = labels(known[by])
    sizes = names.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    kept = {str(name): known.loc[names == name, value] for name in sizes.index[:top]}
    ordered = dict(sorted(kept.items(), key=lambda one: -float(one[1].median())))
    rest = len(sizes) - len(kept)
    words = counted(rest, "more category", "more categories")
    return ordered, f"Not shown: {words} with fewer rows." if rest else ""


def _boxes(chart: Chart, axes: Any, groups: dict[str, pd.Series[float]]) -> None:
    # The names are the units of the axis, whatever is written at the ticks.
    axes.yaxis.update_units(list(groups))
    axes.boxplot(
        [group.to_numpy() for group in groups.values()],
        positions=range(len(groups)),
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        showcaps=False,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": QUIET, "edgecolor": SERIES[0], "linewidth": 0.8},
        medianprops={"color": SERIES[0], "linewidth": 2.4, "solid_capstyle": "butt"},
        whiskerprops={"color": SERIES[0], "linewidth": 1.2},
    )
    names = short_labels(chart, list(groups), 1.8 * DPI)
    sizes = [len(group) for group in groups.values()]
    texts = [f"{name} ({size:,})" for name, size in zip(names, sizes, strict=True)]
    axes.set_yticks(range(len(texts)), texts)
    axes.set_ylim(len(texts) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def _set_axis(axes: Any, values: pd.Series[float], unit: str, log: bool) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    if log:
        axes.set_xscale("log")
        least, most = np.log10(values.min()), np.log10(values.max())
        if most - least < 1.5:  # so that at least two steps are named
            axes.set_xlim(10 ** np.floor(least), 10 ** np.floor(most + 1))
        axes.xaxis.set_major_locator(LogLocator(base=10, numticks=12 if most - least > 9 else 20))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(_words_at_ticks(lambda number: size_text(number, unit)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(7))
        axes.xaxis.set_major_formatter(_words_at_ticks(tick_text))


def _words_at_ticks(words: Any) -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda number, _: words(number))


def _left_out(rows: pd.DataFrame, known: pd.DataFrame, value: str) -> str:
    missing = int(rows[value].isna().sum())
    small = len(rows) - len(known) - missing
    gone = [counted(missing, "row") + " without a value"] if missing else []
    gone += [counted(small, "row") + " of 0 or less"] if small else []
    return f"Not shown: {' and '.join(gone)}." if gone else ""


def _tail(values: pd.Series[float]) -> tuple[str, float]:
    """Return which rows are the largest one per cent, and their share of the sum."""
    number = max(1, round(0.01 * len(values)))
    largest = values.nlargest(number).sum() / values.sum() if values.sum() > 0 else float("nan")
    many = "the top 1 % hold" if len(values) >= 100 else "the largest holds"
    return many, float(largest)


def _finding(values: pd.Series[float], groups: dict[str, pd.Series[float]], unit: str) -> str:
    if groups:
        name, group = next(iter(groups.items()))
        return f"{name} has the largest median: {size_text(float(group.median()), unit)}"
    if len(values) == 1:
        return f"One value: {size_text(float(values.iloc[0]), unit)}"
    many, share = _tail(values)
    half = f"Half of the rows are below {size_text(float(values.median()), unit)}"
    return half if np.isnan(share) else f"{half}; {many} {share_text(share)} of the sum"


def _alt_text(
    values: pd.Series[float],
    groups: dict[str, pd.Series[float]],
    label: str,
    by: str | None,
    unit: str,
    log: bool,
) -> str:
    scale = ", in steps of ten times" if log else ""
    kind = "Histogram" if by is None else f"Boxes by {lower_first(words_of(by))}"
    spread = [size_text(float(values.quantile(part)), unit) for part in (0, 0.25, 0.5, 0.75, 1)]
    text = (
        f"{kind} of {label}{scale}, {counted(len(values), 'row')}. "
        f"Smallest {spread[0]}, a quarter below {spread[1]}, median {spread[2]}, a quarter above "
        f"{spread[3]}, largest {spread[4]}."
    )
    told = [f"{name} {size_text(float(one.median()), unit)}" for name, one in groups.items()]
    return f"{text} Medians: {', '.join(told[:6])}." if told else text
