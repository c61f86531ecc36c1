"""Targeting: what the highest scores find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, numbers, outcomes, required
from rilo_training.charts.letters import drawable
from rilo_training.charts.style import (
    DASHES,
    INK,
    PAPER,
    REST,
    SERIES,
    SMALL_PT,
    WORDS,
    in_house_style,
)
from rilo_training.charts.words import counted, lower_first, share_text, words_of

MOST_POINTS = 500
"""Points of a drawn curve; a longer one is drawn at so many even places."""


@in_house_style
def targeting_curve(
    table: pd.DataFrame,
    outcome: str,
    score: str | Sequence[str],
    *,
    budget: float = 0.05,
    value: str | None = None,
    unit: str = "consignments",
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return which share of the finds a score makes, for every share that is inspected.

    A manager decides on a budget of inspections and asks what it finds. The curve answers for all
    budgets at once, beside chance and beside the best that is possible.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per consignment whose outcome is known.
    outcome : str
        Column of yes and no: whether something was found.
    score : str or list of str
        One to four columns of numbers; higher is inspected first. Rows with the same score are
        inspected in no order, so the curve between them is a straight line.
    budget : float
        Share that can be inspected, above 0 and at most 1. It is marked.
    value : str, optional
        Column of numbers, 0 or more: the curve shows the share of this value among finds.
    unit : str
        What a row is.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes in per cent; a line for each score, for chance and for the best order.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, the outcomes are all the same, or the budget
        is no share.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import targeting_curve
    >>> past = pd.DataFrame({"is_illicit": [1, 0, 0, 1, 0], "points": [9, 7, 3, 2, 1]})
    >>> targeting_curve(past, "is_illicit", "points", budget=0.2).get_suptitle()
    'Inspecting 20 % of the consignments by points finds 50 %'
    """
    names = [score] if isinstance(score, str) else list(score)
    if not 1 <= len(names) <= len(SERIES):
        raise ChartError(f"Found {len(names)} scores. Expected are 1 to {len(SERIES)}.")
    if not (isinstance(budget, int | float) and 0 < budget <= 1):
        raise ChartError(f"The budget is {budget!r}. Expected is a share above 0 and at most 1.")
    rows = required(table, outcome, *names, value)
    found = pd.DataFrame({name: numbers(rows, name) for name in names})
    found["_finds"] = outcomes(rows, outcome) * (1.0 if value is None else numbers(rows, value))
    known = found.dropna()
    finds = known["_finds"].to_numpy()
    if len(known) < 2 or finds.sum() <= 0 or (value is None and finds.min() == finds.max()):
        what = "of the same kind" if len(known) else "missing"
        raise ChartError(
            f"All outcomes in {outcome!r} are {what}. A curve needs rows with a find and rows "
            "without one. Look at how the rows were chosen."
        )
    if finds.min() < 0:
        raise ChartError(f"The column {value!r} holds numbers below 0. Expected are 0 or more.")
    chart = Chart(3.7)
    axes = chart.subplots()
    best = _curve(finds, finds)
    axes.plot(*best, color=REST, linewidth=1.5, label="best possible order")
    lines = {name: _curve(known[name].to_numpy(), finds) for name in names}
    for number, (name, line) in enumerate(lines.items()):
        axes.plot(*line, color=SERIES[number], linestyle=DASHES[number], label=words_of(name))
    axes.plot([0, 100], [0, 100], color=WORDS, linewidth=1.2, linestyle=(0, (2, 2)), label="chance")
    reached = {name: float(np.interp(100 * budget, *line)) for name, line in lines.items()}
    _mark_budget(axes, 100 * budget, reached)
    whose = "finds" if value is None else f"{lower_first(words_of(value))} of finds"
    set_per_cent(axes, 100.0, 100.0)
    axes.set_xlabel(drawable(f"{unit.capitalize()} inspected, highest score first (%)"), loc="left")
    axes.set_ylabel(drawable(f"Share of the {whose} (%)"), rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(0.0, 1.03)
    axes.legend(loc="lower right", handlelength=3.2)
    gone = len(rows) - len(known)
    finding = max(reached, key=lambda name: reached[name])
    said = (
        f"Inspecting {share_text(budget)} of the {unit} by {lower_first(words_of(finding))} finds "
    )
    chart.dress(
        title=title or said + share_text(reached[finding] / 100),
        subtitle=subtitle
        or f"{counted(len(known), 'row')}, {counted(int((finds > 0).sum()), 'find')}",
        notes=[note, f"{counted(gone, 'row')} without outcome or score left out." if gone else ""],
        alt_text=alt_text or _alt_of_targeting(lines, best, whose, budget),
    )
    return chart


def _curve(scores: Any, finds: Any) -> tuple[Any, Any]:
    """Return the inspected share and the found share, both in per cent, at the ends of ties."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    across = np.append(0.0, 100 * (ends + 1) / len(scores))
    up = np.append(0.0, 100 * np.cumsum(finds[order])[ends] / finds.sum())
    if len(across) <= MOST_POINTS:
        return across, up
    even = np.linspace(0, 100, MOST_POINTS)
    return even, np.interp(even, across, up)


def _mark_budget(axes: Any, budget: float, reached: dict[str, float]) -> None:
    axes.axvline(budget, color=INK, linewidth=0.9)
    for number, height in enumerate(reached.values()):
        axes.plot(
            [budget], [height], "o", color=SERIES[number], markersize=7, markeredgecolor=PAPER
        )
    told = sorted(reached.values())
    ends = list(dict.fromkeys(f"{share:.0f}" for share in (told[0], told[-1])))
    span = f"{' to '.join(ends)} %"
    is_late = budget > 60
    axes.annotate(
        f"{budget:g} % inspected:\n{span} found",
        (budget, 8 if is_late else max(12.0, told[0] - 4)),  # two lines are 11 per cent high
        xytext=(-8 if is_late else 8, 0),
        textcoords="offset points",
        ha="right" if is_late else "left",
        va="bottom" if is_late else "top",
        fontsize=SMALL_PT,
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
    )


def set_per_cent(axes: Any, right: float, top: float) -> None:
    """Give an axes two scales in per cent, from 0."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, right * 1.005)
    axes.set_ylim(0, top * 1.02)
    axes.grid(axis="y")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _alt_of_targeting(
    lines: dict[str, Any], best: tuple[Any, Any], whose: str, budget: float
) -> str:
    told = []
    for name, line in [*lines.items(), ("the best possible order", best)]:
        shares = [
            f"{np.interp(100 * part, *line):.0f} % at {100 * part:g} %"
            for part in dict.fromkeys([budget, 0.1, 0.2, 0.5])
        ]
        told.append(f"{words_of(name) if name in lines else name}: {', '.join(shares)}")
    return f"Targeting curve. Share of the {whose} by share inspected. {'. '.join(told)}."
