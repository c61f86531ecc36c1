"""Flows through two or more stages: from where, over where, to where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, known_unit, labels, numbers, required, several
from rilo_training.charts.letters import drawable, short_labels
from rilo_training.charts.style import DPI, INK, PAPER, QUIET, SERIES, SMALL_PT, in_house_style
from rilo_training.charts.words import (
    axis_label,
    counted,
    lower_first,
    number_texts,
    share_text,
    with_unit,
    words_of,
)

_NODE = 0.045
"""Width of a node; the stages are 1 apart."""
_GAP_IN = 0.21
"""Between two nodes, so that a line of text fits beside each."""


@in_house_style
def flows(
    table: pd.DataFrame,
    stages: Sequence[str],
    value: str | None = None,
    *,
    unit: str | None = None,
    top: int = 7,
    highlight: str | None = None,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return bands from stage to stage; the width of a band is its value.

    It shows which ways goods take together: departure, transit and destination, or route, place
    and commodity. The bands of one category are dark, so that they can be followed.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows to count, or values to add up.
    stages : list of str
        Two to four columns of categories, in the order of the way.
    value : str, optional
        Column of numbers, 0 or more. Without it, rows are counted.
    unit : str, optional
        Unit of the values; of counted rows, what a row is.
    top : int
        How many categories of each stage are shown; the others are drawn together.
    highlight : str, optional
        Category of any stage whose rows are dark. Without it, the largest of the first stage.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes; the nodes are rectangles whose height is their value.

    Raises
    ------
    ChartError
        When a column is missing or of another kind, the table is empty, or the unit is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import flows
    >>> seizures = pd.DataFrame({"origin": ["TH", "TH", "MY"], "destination": ["AU", "NZ", "AU"]})
    >>> flows(seizures, ["origin", "destination"], unit="cases").get_suptitle()
    'TH is the largest in origin: 2 cases, 67 % of all'
    """
    names = [stages] if isinstance(stages, str) else list(stages)
    if twice := {name for name in names if names.count(name) > 1}:
        raise ChartError(f"The column {min(twice)!r} is a stage twice. Name each column once.")
    if not 2 <= len(names) <= 4:
        raise ChartError(f"Found {counted(len(names), 'stage')}. Expected are 2 to 4 columns.")
    rows = required(table, *names, value)
    shown_unit = (unit or "rows") if value is None else known_unit(value, unit)
    amounts = pd.Series(1.0, index=rows.index) if value is None else numbers(rows, value)
    without = int(amounts.isna().sum())
    if (amounts < 0).any() or amounts.sum() <= 0:
        raise ChartError("The values of flows are 0 or more, and some above 0. Look at the values.")
    paths = pd.DataFrame({name: labels(rows[name]) for name in names})
    paths["amount"] = amounts.fillna(0.0)
    dark = highlight or str(paths.groupby(names[0])["amount"].sum().idxmax())
    whose = names if highlight else names[:1]
    paths["is_dark"] = (paths[whose] == dark).any(axis=1)
    if not paths["is_dark"].any():
        raise ChartError(f"No stage has a category {dark!r}. Correct the name in highlight.")
    told = _largest_ways(paths, names)
    for name in names:
        _gather(paths, name, several(top, "top"), dark)
    most = max(paths[name].nunique() for name in names)
    height = 0.6 + 0.44 * max(3, most)
    chart = Chart(height + 0.35)
    axes = chart.subplots()
    nodes = _place_nodes(paths, names, height)
    for left, right in pairwise(names):
        _draw_bands(axes, paths, names, left, right, nodes)
    _draw_nodes(chart, axes, nodes, names)
    what = axis_label(value, shown_unit) if value else f"Number of {shown_unit}"
    axes.set_ylabel(what, visible=False)
    whole = float(paths["amount"].sum())
    size = float(paths.loc[paths["is_dark"], "amount"].sum())
    verb = "is in" if highlight else f"is the largest in {lower_first(words_of(names[0]))}:"
    finding = f"{dark} {verb} {with_unit(size, shown_unit)}, {share_text(size / whole)} of all"
    chart.dress(
        title=title or finding,
        subtitle=subtitle or f"The width of a band is its size. {what}; dark: {dark}",
        notes=[
            note,
            f"{counted(without, 'row')} without a value left out." if without else "",
        ],
        alt_text=alt_text or _alt_text(names, what, finding, told),
    )
    return chart


def _largest_ways(paths: pd.DataFrame, names: list[str]) -> str:
    sums = paths.groupby(names)["amount"].sum().sort_values(ascending=False, kind="stable").head(6)
    told = [
        f"{' to '.join(map(str, way))}: {size}"
        for way, size in zip(sums.index, number_texts(sums), strict=True)
    ]
    return "; ".join(told)


def _gather(paths: pd.DataFrame, name: str, top: int, dark: str) -> None:
    """Put the small categories of a stage together."""
    sums = paths.groupby(name)["amount"].sum().sort_values(ascending=False, kind="stable")
    if len(sums) <= top + 1:
        return
    kept = [*sums.index[:top]]
    if dark in sums.index and dark not in kept:
        kept[-1] = dark
    together = f"{len(sums) - len(kept)} others"
    paths[name] = paths[name].where(paths[name].isin(kept), together)


def _place_nodes(
    paths: pd.DataFrame, names: list[str], height_in: float
) -> dict[str, pd.DataFrame]:
    """Return the bottom and height of the nodes of each stage, the largest on top."""
    whole = float(paths["amount"].sum())
    most = max(paths[name].nunique() for name in names)
    span = whole / (1 - _GAP_IN * (most - 1) / height_in)
    gap = span * _GAP_IN / height_in
    placed = {}
    for name in names:
        sums = paths.groupby(name)["amount"].sum()
        order = sorted(sums.index, key=lambda one: (_is_rest(str(one)), -sums[one], str(one)))
        nodes = pd.DataFrame({"amount": sums[order]})
        used = whole + gap * (len(nodes) - 1)
        tops = span - (span - used) / 2 - nodes["amount"].cumsum() - gap * pd.RangeIndex(len(nodes))
        nodes["bottom"] = tops
        placed[name] = nodes
    return placed


def _is_rest(name: str) -> bool:
    first, _, last = name.partition(" ")
    return last == "others" and first.isdigit()


def _draw_bands(
    axes: Any,
    paths: pd.DataFrame,
    names: list[str],
    left: str,
    right: str,
    nodes: dict[str, pd.DataFrame],
) -> None:
    """Draw the bands between two stages; those from above stay above."""
    from matplotlib.patches import PathPatch

    sums = paths.groupby([left, right, "is_dark"])["amount"].sum().reset_index()
    sums = sums[sums["amount"] > 0]
    rank = {
        name: {node: number for number, node in enumerate(nodes[name].index)}
        for name in (left, right)
    }
    sums["from"], sums["to"] = sums[left].map(rank[left]), sums[right].map(rank[right])
    sums["quiet"] = ~sums["is_dark"]
    ends = {}
    for side, order in ((left, ["from", "quiet", "to"]), (right, ["to", "quiet", "from"])):
        ordered = sums.sort_values(order)
        below = ordered.groupby(side)["amount"].cumsum()
        top = ordered[side].map(nodes[side]["bottom"] + nodes[side]["amount"])
        ends[side] = top - below
    start, stop = names.index(left) + _NODE / 2, names.index(right) - _NODE / 2
    sums["low"], sums["high"] = ends[left], ends[right]
    columns = ["low", "high", "amount", "is_dark"]
    ordered = sums.sort_values("is_dark", kind="stable")[columns]
    for low, high, amount, is_dark in ordered.itertuples(index=False, name=None):
        patch = PathPatch(
            _band(start, low, stop, high, amount),
            facecolor=SERIES[0] if is_dark else QUIET,
            alpha=0.8 if is_dark else 0.55,
            edgecolor=PAPER,
            linewidth=0.5,
        )
        axes.add_patch(patch)


def _band(start: float, low: float, stop: float, high: float, amount: float) -> Any:
    from matplotlib.path import Path

    middle = (start + stop) / 2
    corners = [
        (start, low),
        (middle, low),
        (middle, high),
        (stop, high),
        (stop, high + amount),
        (middle, high + amount),
        (middle, low + amount),
        (start, low + amount),
        (start, low),
    ]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(corners, curve)


def _draw_nodes(chart: Chart, axes: Any, nodes: dict[str, pd.DataFrame], names: list[str]) -> None:
    room = DPI * (2.1 if len(names) == 2 else 1.55)
    for place, name in enumerate(names):
        stage = nodes[name]
        texts = [
            f"{text}  {size}"
            for text, size in zip(
                short_labels(chart, [str(one) for one in stage.index], room - 50, 1),
                number_texts(stage["amount"]),
                strict=True,
            )
        ]
        axes.bar(
            [place] * len(stage),
            stage["amount"],
            bottom=stage["bottom"],
            width=_NODE,
            color=INK,
            label=drawable(words_of(name)),
        )
        is_first = place == 0
        for text, middle in zip(texts, stage["bottom"] + stage["amount"] / 2, strict=True):
            axes.annotate(
                text,
                (place + (-_NODE if is_first else _NODE) / 2, float(middle)),
                xytext=(-5 if is_first else 5, 0),
                textcoords="offset points",
                ha="right" if is_first else "left",
                va="center",
                fontsize=SMALL_PT,
                color=INK,
                bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
                annotation_clip=False,
            )
    axes.set_xticks(range(len(names)), [drawable(words_of(name)) for name in names])
    axes.xaxis.set_ticks_position("top")
    axes.tick_params(length=0, labelleft=False, left=False, pad=9)
    for label in axes.get_xticklabels():
        label.set_fontweight("bold")
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Stage", visible=False)
    bottoms = [stage["bottom"].min() for stage in nodes.values()]
    tops = [(stage["bottom"] + stage["amount"]).max() for stage in nodes.values()]
    axes.set_ylim(min(bottoms), max(tops))
    axes.set_xlim(-_NODE, len(names) - 1 + _NODE)


def _alt_text(names: list[str], what: str, finding: str, told: str) -> str:
    stages = " to ".join(lower_first(words_of(name)) for name in names)
    return f"Flow chart from {stages}. {what}. {finding}. Largest ways: {told}."
