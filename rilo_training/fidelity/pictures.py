"""The charts of the report, as PNG. They read in grey: shapes and numbers carry the meaning."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rilo_training.world.recipe import DAYS, FIRST_DAY
from rilo_training.world.tables import Floats

DARK, MIDDLE, LIGHT = "#0b3c6f", "#b45f06", "#8a8a8a"
WIDTH = 9.0
"""Inches; a page of A4 shows the charts at about three quarters."""
FEW_CASES = 100
"""Commodities with fewer cases are left out of the map: their shares move much by chance."""


def as_png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG file, without date and name of the program."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()


def _figure(height: float, rows: int, columns: int, **grid: Any) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **grid)
    return figure, list(axes.ravel())


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="x", color="#dddddd", linewidth=0.7)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8.5)


def _dots(axis: Axes, rows: pd.DataFrame, title: str) -> None:
    """Draw published shares as rings and found ones as dots with 95 % error bars."""
    place = np.arange(len(rows))[::-1]
    axis.errorbar(
        100 * rows["found"],
        place,
        xerr=196 * rows["se"],
        fmt="o",
        color=DARK,
        markersize=4,
        elinewidth=1.2,
        label="found, with 95 % error bar",
    )
    axis.plot(
        100 * rows["expected"],
        place,
        "o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=MIDDLE,
        markeredgewidth=1.5,
        label="published",
    )
    axis.set_yticks(place, [_short(str(label)) for label in rows["label"]])
    axis.set_ylim(-0.7, len(rows) - 0.3)
    highest = 100 * float(
        np.nanmax([rows["expected"].max(), (rows["found"] + 2 * rows["se"]).max()])
    )
    axis.set_xlim(-0.04 * highest, 1.05 * highest)
    axis.set_title(_short(title, 40), fontsize=10, loc="left")
    _tidy(axis)


def _short(label: str, longest: int = 28) -> str:
    return label if len(label) <= longest else label[: longest - 2].rstrip(" ,") + "…"


def share_dots(shares: pd.DataFrame, titles: Sequence[tuple[str, str, str]]) -> bytes:
    """Draw one panel of dots for each (table, within, title), in two columns.

    Parameters
    ----------
    shares : pandas.DataFrame
        What `rilo_training.fidelity.shares.share_table` returned.
    titles : sequence of tuple
        Table, group within it, and title of the panel.
    """
    panels = [
        (shares[shares["table"].eq(table) & shares["within"].eq(within)], title)
        for table, within, title in titles
    ]
    lines = (len(panels) + 1) // 2
    most = max(len(rows) for rows, _ in panels)
    figure, axes = _figure(0.5 + lines * (0.7 + 0.19 * most), lines, 2)
    for axis, (rows, title) in zip(axes, panels, strict=False):
        _dots(axis, rows.sort_values("expected", ascending=False), title)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    for axis in axes[: len(panels)][-2:]:
        axis.set_xlabel("share in %", fontsize=9)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=9, frameon=False)
    return as_png(figure)


def difference_map(shares: pd.DataFrame, table: str) -> bytes:
    """Draw found minus published, in percentage points, by commodity and label.

    Every cell carries its number; a cell that is further away than chance has a frame.
    """
    rows = shares[shares["table"].eq(table)].assign(
        points=lambda own: 100 * (own["found"] - own["expected"])
    )
    order = rows.groupby("label")["expected"].sum().sort_values(ascending=False).index
    wide = rows.pivot(index="within", columns="label", values="points")[order]
    cases = rows.groupby("within")["of"].max().sort_values(ascending=False)
    wide = wide.loc[cases.index[cases >= min(FEW_CASES, cases.max())]]
    figure, axes = _figure(1.7 + 0.31 * len(wide), 1, 1)
    axis = axes[0]
    largest = min(5.0, max(1.0, float(np.nanmax(np.abs(wide.to_numpy())))))
    values = np.ma.masked_invalid(wide.to_numpy(dtype=np.float64))
    mesh = axis.pcolormesh(
        values, cmap="PuOr", vmin=-largest, vmax=largest, edgecolors="white", linewidth=0.5
    )
    figure.colorbar(mesh, ax=axis, label="percentage points", shrink=0.7)
    for line, column in np.argwhere(~np.ma.getmaskarray(values)).tolist():
        value = float(values[line, column])
        axis.text(
            column + 0.5,
            line + 0.5,
            f"{value:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0"),
            fontsize=8,
            ha="center",
            va="center",
            color="white" if abs(value) > 0.62 * largest else "black",
        )
    axis.invert_yaxis()
    axis.spines[:].set_visible(False)
    far = rows[~rows["holds"].astype(bool) & rows["within"].isin(wide.index)]
    for within, label in zip(far["within"], far["label"], strict=True):
        corner = (wide.columns.get_loc(label), wide.index.get_loc(within))
        axis.add_patch(_frame(corner))
    axis.set_facecolor("#f2f2f2")
    axis.set_yticks(
        np.arange(len(wide)) + 0.5,
        [f"{_short(str(name), 34)} ({cases[name]:,.0f})" for name in wide.index],
        rotation=0,
    )
    axis.set_xticks(np.arange(len(order)) + 0.5, [_short(str(name), 22) for name in order])
    axis.tick_params(axis="x", rotation=35, labelsize=8.5)
    for label in axis.get_xticklabels():
        label.set_horizontalalignment("right")
    axis.tick_params(axis="y", labelsize=8.5)
    axis.set_xlabel("")
    axis.set_ylabel("")
    return as_png(figure)


def _frame(corner: tuple[Any, Any]) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2)


def in_unit(kg: float) -> str:
    """Return a weight with the unit that people would choose.

    Examples
    --------
    >>> from rilo_training.fidelity.pictures import in_unit
    >>> in_unit(0.088), in_unit(238.4), in_unit(4200.0)
    ('88 g', '238 kg', '4.2 t')
    """
    if kg < 1:
        return f"{1000 * kg:.3g} g"
    return f"{kg:.3g} kg" if kg < 1000 else f"{kg / 1000:.3g} t"


def weights(kg: Floats) -> bytes:
    """Draw the weights of drug lines on a log scale, and the curve of their share."""
    figure, (left, right) = _figure(3.3, 1, 2)
    logs = np.log10(kg)
    left.hist(logs, bins=np.arange(-3.25, 5.25, 0.25).tolist(), color="#b9cfe6", edgecolor=DARK)
    left.set_ylim(0, 1.25 * left.get_ylim()[1])
    for share, name, style in ((0.5, "median", "-"), (0.99, "top 1 % from", "--")):
        value = float(np.quantile(logs, share))
        left.axvline(value, color=MIDDLE, linestyle=style, linewidth=1.5)
        text = f"{name}\n{in_unit(10**value)}"
        left.text(value + 0.1, 0.98 * left.get_ylim()[1], text, fontsize=8.5, va="top")
    ticks = np.arange(-3, 6)
    names = ["1 g", "10 g", "100 g", "1 kg", "10 kg", "100 kg", "1 t", "10 t", "100 t"]
    left.set_xticks(ticks, names, rotation=45)
    left.set_xlim(-3.3, max(3.5, float(logs.max()) + 0.3))
    left.set_ylabel("lines", fontsize=9)
    left.set_title("Weight of a line", fontsize=10, loc="left")
    largest = np.sort(kg)[::-1]
    lines = np.arange(1, len(kg) + 1) / len(kg)
    right.plot(100 * lines, 100 * np.cumsum(largest) / largest.sum(), color=DARK)
    top = 100 * largest[: max(1, round(0.01 * len(kg)))].sum() / largest.sum()
    right.plot([1], [top], "o", color=MIDDLE, markersize=7)
    text = f"top 1 % of lines:\n{top:.0f} % of the weight"
    line = {"arrowstyle": "-", "color": LIGHT}
    right.annotate(text, (1, top), (2.2, 50), fontsize=9, arrowprops=line)
    right.set_xscale("log")
    right.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    right.set_ylim(0, 103)
    right.set_xlabel("lines, largest first (%)", fontsize=9)
    right.set_ylabel("share of the weight (%)", fontsize=9)
    right.set_title("How much the largest lines hold", fontsize=10, loc="left")
    for axis in (left, right):
        _tidy(axis)
    return as_png(figure)


def weeks(counts: pd.DataFrame, members: Sequence[str]) -> bytes:
    """Draw the true cases by week: all Members together, and the largest ones.

    Parameters
    ----------
    counts : pandas.DataFrame
        What `rilo_training.fidelity.counts.weekly_counts` returned.
    members : sequence of str
        Which Members to draw by themselves.
    """
    names = list(members)[:3]
    figure, axes = _figure(1.6 + 1.15 * len(names), 1 + len(names), 1, sharex=True)
    day = FIRST_DAY + 7 * counts.columns.to_numpy(dtype=np.int64)
    series = [("All Members", counts.sum()), *((name, counts.loc[name]) for name in names)]
    for axis, (name, values) in zip(axes, series, strict=True):
        numbers = values.to_numpy(dtype=np.float64)
        ratio = numbers.var(ddof=1) / numbers.mean() if numbers.mean() else float("nan")
        axis.plot(day, numbers, color=DARK, linewidth=1)
        axis.axhline(numbers.mean(), color=MIDDLE, linestyle="--", linewidth=1)
        axis.set_ylim(0, None)
        axis.set_title(
            f"{name}: {numbers.mean():.1f} cases a week, variance over mean {ratio:.1f}",
            fontsize=9.5,
            loc="left",
        )
        _tidy(axis)
    return as_png(figure)


def reporting(delay: Floats, months: pd.DataFrame) -> bytes:
    """Draw the delay of reports, and which share of each month is reported by the last day."""
    figure, (left, right) = _figure(3.2, 1, 2)
    ordered = np.sort(delay) + 1
    left.plot(ordered, 100 * np.arange(1, len(ordered) + 1) / len(ordered), color=DARK)
    median = float(np.median(delay))
    left.plot([median + 1], [50], "o", color=MIDDLE, markersize=7)
    left.annotate(
        f"half within {median:.0f} days",
        (median + 1, 50),
        (1.3, 66),
        fontsize=9,
        arrowprops={"arrowstyle": "-", "color": LIGHT},
    )
    left.set_xscale("log")
    ticks = [0, 1, 3, 7, 14, 30, 90, 365]
    left.set_xticks([tick + 1 for tick in ticks], [str(tick) for tick in ticks])
    left.minorticks_off()
    left.set_xlim(0.9, 1 + DAYS)
    left.set_xlabel("days from seizure to report", fontsize=9)
    left.set_ylabel("cases reported (%)", fontsize=9)
    left.set_title("Delay of reports", fontsize=10, loc="left")
    last = months.tail(12)
    place = np.arange(len(last))
    bars = right.bar(place, 100 * last["reported"], color="#b9cfe6", edgecolor=DARK)
    right.bar_label(bars, fmt="%.0f", fontsize=8)
    names = [period.strftime("%b %y") for period in last.index]
    right.set_xticks(place, names, rotation=45)
    right.set_ylim(0, 110)
    right.set_ylabel("cases reported so far (%)", fontsize=9)
    right.set_title("The last months are incomplete", fontsize=10, loc="left")
    for axis in (left, right):
        _tidy(axis)
    return as_png(figure)


def told_apart(table: pd.DataFrame, least: float) -> bytes:
    """Draw how well the cases of each commodity are told from shuffled ones."""
    figure, axes = _figure(1.0 + 0.27 * len(table), 1, 1)
    axis = axes[0]
    place = np.arange(len(table))[::-1]
    axis.plot(table["auc"], place, "o", color=DARK, markersize=6)
    for auc, height in zip(table["auc"], place, strict=True):
        axis.text(auc + 0.008, height, f"{auc:.2f}", fontsize=8.5, va="center")
    axis.axvline(least, color=MIDDLE, linestyle="--")
    axis.text(least + 0.004, len(table) - 0.55, f"aim: at least {least:.2f}", fontsize=8.5)
    names = [
        f"{_short(name, 36)} ({cases:,})"
        for name, cases in zip(table["commodity"], table["cases"], strict=True)
    ]
    axis.set_yticks(place, names)
    axis.set_ylim(-0.6, len(table) - 0.1)
    axis.set_xlim(0.5, 1.03)
    axis.set_xlabel("AUC (0.5: cannot be told apart)", fontsize=9)
    _tidy(axis)
    return as_png(figure)
