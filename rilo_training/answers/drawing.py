"""A chart as plain data: what it plots, on which axes, with which words.

It reads what matplotlib has drawn, so it does not matter whether matplotlib, pandas or seaborn
drew it. It never imports matplotlib: where nobody has imported it, there is no chart.

A chart has ``panels``, ``title`` and ``alt_text``. A panel has ``title``, ``series``, ``x``,
``y``, ``value_label`` (of a colour bar) and ``legend``. An axis has ``label``, ``scale`` and
``limits``. Of bars that lie, the two axes are exchanged, so that ``x`` is always the axis of the
categories; ``flipped`` says so. The marks are described in :mod:`rilo_training.answers.marks`.
"""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

from rilo_training.answers.axes import Axes
from rilo_training.answers.marks import Series, series_of
from rilo_training.answers.plain import MAX_PANELS, MAX_POINTS, MAX_SERIES, MAX_TICKS, Plain
from rilo_training.answers.scalar import MAX_CHARACTERS
from rilo_training.files import whole_text


def drawing_of(value: object) -> Any:
    """Return the figure or the axes that a value stands for, or None where it is no chart.

    Parameters
    ----------
    value
        A Figure, an Axes, an array or a list of Axes, a grid or a Plot of seaborn, or what a
        call such as ``ax.bar`` returned.
    """
    if "matplotlib.figure" not in sys.modules:
        return None
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes as MatplotlibAxes
    from matplotlib.container import Container
    from matplotlib.figure import FigureBase

    if isinstance(value, MatplotlibAxes | FigureBase):
        return value
    is_array = type(value).__name__ == "ndarray" and str(getattr(value, "dtype", "")) == "object"
    if isinstance(value, Container | list | tuple) or is_array:
        many: Any = value
        parts = list(many.flat if is_array else many)
        if parts and all(isinstance(part, MatplotlibAxes) for part in parts):
            return parts
        if parts and isinstance(parts[0], Artist):
            return getattr(parts[0], "axes", None)
        return None
    if isinstance(value, Artist):
        return getattr(value, "axes", None)
    if type(value).__module__.startswith("seaborn."):
        if hasattr(value, "plot") and hasattr(value, "layout") and hasattr(value, "add"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # those of a library are no fault of the answer
                value = value.plot()  # seaborn.objects.Plot draws only when it is asked
        for name in ("ax_joint", "figure", "_figure", "fig"):
            found = getattr(value, name, None)
            if isinstance(found, MatplotlibAxes | FigureBase):
                return found
    return None


def encode_drawing(drawing: Any) -> Plain:
    """Return a figure, an axes or a list of axes as plain data.

    The alt text is the first that is there: ``figure.alt_text``, ``ax.alt_text``, the label
    of the figure (``figure.set_label("...")``), the label of the axes.
    """
    if isinstance(drawing, list):
        figure, every = drawing[0].figure, drawing
    elif hasattr(drawing, "get_axes"):
        figure, every = drawing, drawing.get_axes()
    else:
        figure, every = drawing.figure, [drawing]
    axes = [one for one in every if one.get_label() != "<colorbar>"][:MAX_PANELS]
    panels = [_panel(one) for one in axes]
    panels = [panel for panel in panels if panel["series"]] or panels[:1]
    points = sum(len(series["points"]) for panel in panels for series in panel["series"])
    if points > MAX_POINTS:
        return {"type": "too_large", "python": "chart", "rows": points}
    title = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    return {
        "type": "chart",
        "panels": panels,
        "title": _text(title),
        "alt_text": _alt_text(figure, axes),
    }


def _alt_text(figure: Any, axes: list[Any]) -> str:
    places = [getattr(figure, "alt_text", ""), *(getattr(one, "alt_text", "") for one in axes)]
    places += [figure.get_label(), *(one.get_label() for one in axes)]
    return next((_text(found) for found in places if isinstance(found, str) and found), "")


def _panel(axes: Any) -> dict[str, Any]:
    found = [series for series in series_of(Axes(axes)) if series.points][:MAX_SERIES]
    flipped = bool(found) and found[0].flipped
    first, second = (axes.yaxis, axes.xaxis) if flipped else (axes.xaxis, axes.yaxis)
    legend = axes.get_legend()
    texts = [] if legend is None else [_text(one.get_text()) for one in legend.get_texts()]
    titles = [axes.get_title(loc) for loc in ("center", "left", "right")]
    return {
        "title": next((_text(title) for title in titles if title), ""),
        "series": [_series(one) for one in found],
        "x": _axis(first),
        "y": _axis(second),
        "value_label": _value_label(axes),
        "legend": texts[:MAX_TICKS],
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "name": _text(series.name),
        "mark": series.mark,
        "flipped": series.flipped,
        "base": series.base,
        "hidden": series.hidden,
        "points": series.points,
    }


def _axis(axis: Any) -> dict[str, Any]:
    limits = [float(limit) for limit in axis.get_view_interval()]
    return {
        # For data without a name, seaborn writes "None".
        "label": _text(axis.get_label_text()).replace("None", ""),
        "scale": _text(axis.get_scale()),
        "limits": [limit if math.isfinite(limit) else 0.0 for limit in limits],
    }


def _value_label(axes: Any) -> str:
    """Return the label of the colour bar that belongs to an axes, if there is one."""
    for mappable in (*axes.collections, *axes.images):
        bar = getattr(mappable, "colorbar", None)
        if bar is not None:
            return _text(bar.ax.get_ylabel() or bar.ax.get_xlabel())
    return ""


def _text(value: object) -> str:
    return whole_text(str(value)[:MAX_CHARACTERS])
