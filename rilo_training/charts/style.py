"""The look of the house: colours, sizes and the settings of matplotlib for one chart."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

WIDTH_IN = 8.0
"""Inches. At `DPI` it fits a notebook on a screen of 1366 pixels, and a page of A4."""
DPI = 110

TITLE_PT, TEXT_PT, SMALL_PT = 13.0, 10.0, 9.0
"""Sizes of letters in points. On A4, 17 cm wide, the smallest are still 7.5 points."""

INK, WORDS, FAINT, PAPER = "#1a1a1a", "#4d4d4d", "#d9d9d9", "#ffffff"
SERIES = ("#0a2f57", "#93350a", "#1f8078", "#4596cf")
"""Colours for up to four series. Each is darker than the next but one also in grey."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
"""Kinds of line, one for each series, so that no series is told by its colour alone."""
MARKERS = ("o", "s", "^", "D")
QUIET = "#9fb6cf"
"""Bars and bands that are not the finding."""
REST = "#bdbdbd"
"""What is gathered from many small parts."""
SHADES = ("#f4f7fa", "#b9cfe6", "#5f8fbf", "#0a2f57")
"""From little to much."""
TWO_SIDES = ("#93350a", "#e8b48f", "#f7f7f7", "#8fb4d9", "#0a2f57")
"""From below to above."""

P = ParamSpec("P")
R = TypeVar("R")


def settings() -> Any:
    """Return the settings of matplotlib for a chart of the house."""
    import seaborn

    look = dict(seaborn.axes_style("ticks"))
    return look | {
        "font.family": ["DejaVu Sans"],
        "font.size": TEXT_PT,
        "text.color": INK,
        # A name such as "US$" or "a_b" is a name, and not the start of a formula.
        "text.parse_math": False,
        "axes.titlesize": TEXT_PT,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": TEXT_PT,
        "axes.labelcolor": WORDS,
        "axes.edgecolor": "#808080",
        "axes.linewidth": 0.8,
        "axes.grid": False,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.formatter.useoffset": False,
        "grid.color": FAINT,
        "grid.linewidth": 0.8,
        "xtick.labelsize": SMALL_PT,
        "ytick.labelsize": SMALL_PT,
        "xtick.color": WORDS,
        "ytick.color": WORDS,
        "xtick.major.size": 3.0,
        "ytick.major.size": 3.0,
        "xtick.minor.visible": False,
        "ytick.minor.visible": False,
        "legend.fontsize": SMALL_PT,
        "legend.frameon": False,
        "lines.linewidth": 2.0,
        "lines.solid_capstyle": "round",
        "patch.linewidth": 0.0,
        "hatch.linewidth": 0.8,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
    }


@contextmanager
def house_style() -> Iterator[None]:
    """Give a chart that you draw yourself the look of the house.

    What was set before is set again afterwards.

    Examples
    --------
    >>> import matplotlib
    >>> from rilo_training.charts import house_style
    >>> with house_style():
    ...     matplotlib.rcParams["font.size"], matplotlib.rcParams["text.parse_math"]
    (10.0, False)
    >>> matplotlib.rcParams["text.parse_math"]
    True
    """
    import matplotlib

    with matplotlib.rc_context(settings()):
        yield


def in_house_style(draw: Callable[P, R]) -> Callable[P, R]:
    """Let a function draw in the look of the house."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> R:
        with house_style():
            return draw(*args, **kwargs)

    return styled


def shades(colours: tuple[str, ...] = SHADES) -> Any:
    """Return the colour map that runs through some colours.

    Examples
    --------
    >>> from rilo_training.charts.style import shades
    >>> [round(float(part), 2) for part in shades()(1.0)]
    [0.04, 0.18, 0.34, 1.0]
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("house", list(colours))
