"""The marks of one panel: bars, lines, points, areas, heat maps, boxes and slices.

A point of a series is ``[x, y]``; of a heat map ``[column, row, value]``; of a box
``[category, median, lower quartile, upper quartile]``; of a slice ``[label, share]``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rilo_training.answers.axes import Axes
from rilo_training.answers.scalar import Scalar, scalar_of

Point = list[Scalar]
Cell = tuple[float, float]


@dataclass
class Series:
    """The points of one mark that belong together.

    ``flipped`` is whether bars lie; ``base`` where bars begin; ``hidden`` how many points lie
    outside of the axes.
    """

    name: str
    mark: str
    points: list[Point]
    flipped: bool = False
    base: float = 0.0
    hidden: int = 0


def series_of(panel: Axes) -> list[Series]:
    """Return the series of a panel, those of one mark and name as one."""
    found = _bars(panel) or _slices(panel)
    boxes = _boxes(panel)
    areas, used = _areas(panel)
    lines = [] if boxes else _lines(panel, used)
    found = [*found, *boxes, *areas, *lines, *_dots(panel), *_heat_maps(panel)]
    together: dict[tuple[str, str], Series] = {}
    for series in found:
        known = together.setdefault((series.mark, series.name), series)
        if known is not series:
            known.points += series.points
            known.hidden += series.hidden
    return list(together.values())


def _bars(panel: Axes) -> list[Series]:
    axes = panel.axes
    groups: list[tuple[Any, list[Any]]] = [
        (container, list(container.patches))
        for container in axes.containers
        if type(container).__name__ == "BarContainer"
    ]
    known = {id(patch) for _, patches in groups for patch in patches}
    others = [
        patch
        for patch in axes.patches
        if type(patch).__name__ == "Rectangle"
        and id(patch) not in known
        and (patch.get_width() or patch.get_height())  # others are keys of a legend
        and patch.get_transform().contains_branch(axes.transData)
    ]
    if others:
        groups.append((others[0], others))
    return [_bar_series(panel, container, patches) for container, patches in groups if patches]


def _bar_series(panel: Axes, container: Any, patches: list[Any]) -> Series:
    lying = getattr(container, "orientation", "vertical") == "horizontal"
    along, up = ("y", "x") if lying else ("x", "y")
    spans = []  # start and width along the categories, start and height of the value
    for patch in patches:
        x, y = (patch.get_x(), patch.get_width()), (patch.get_y(), patch.get_height())
        spans.append((y, x) if lying else (x, y))
    mark = "histogram" if _touching([span[0] for span in spans]) else "bar"
    if mark == "histogram" and panel.categories(along):
        mark = "bar"
    points: list[Point] = []
    hidden = 0
    for (start, width), (base, height) in spans:
        if not math.isfinite(height):
            continue
        place = panel.label(along, start + width / 2, reach=0.5)
        points.append([place, scalar_of(float(height))])
        middle, end = float(start + width / 2), float(base + height)
        hidden += not panel.inside(*((end, middle) if up == "x" else (middle, end)))
    name = panel.name_of(container, patches[0].get_facecolor())
    bases = [abs(float(base)) for _, (base, _) in spans]
    return Series(name, mark, points, lying, min(bases, default=0.0), hidden)


def _touching(spans: list[tuple[float, float]]) -> bool:
    """Whether each bar begins where the one before it ends, as the bars of a histogram do."""
    if len(spans) < 2:
        return False
    ordered = sorted(spans)
    return all(
        abs(start + width - after) <= 1e-6 * abs(width)
        for (start, width), (after, _) in pairwise(ordered)
    )


def _slices(panel: Axes) -> list[Series]:
    wedges = [patch for patch in panel.axes.patches if type(patch).__name__ == "Wedge"]
    points: list[Point] = []
    for number, wedge in enumerate(wedges):
        label = str(wedge.get_label() or "")
        share = float(abs(wedge.theta2 - wedge.theta1) / 360)
        points.append([label if not label.startswith("_") else f"slice {number + 1}", share])
    return [Series("", "pie", points)] if points else []


def _boxes(panel: Axes) -> list[Series]:
    axes = panel.axes
    shapes = [
        list(zip(line.get_xdata(orig=False), line.get_ydata(orig=False), strict=True))
        for line in axes.lines
        if len(line.get_xdata(orig=False)) == 5
    ]
    shapes += [
        [tuple(corner) for corner in patch.get_path().vertices[:5]]
        for patch in axes.patches
        if type(patch).__name__ == "PathPatch" and len(patch.get_path().vertices) >= 5
    ]
    strokes = [
        (line.get_xdata(orig=False), line.get_ydata(orig=False))
        for line in axes.lines
        if len(line.get_xdata(orig=False)) == 2
    ]
    points: list[Point] = []
    lying = False
    for shape in shapes:
        xs, ys = sorted({float(x) for x, _ in shape}), sorted({float(y) for _, y in shape})
        if len(xs) != 2 or len(ys) != 2 or shape[0] != shape[4]:
            continue
        for stroke_x, stroke_y in strokes:
            across = sorted(float(x) for x in stroke_x), sorted(float(y) for y in stroke_y)
            if across[0] == xs and across[1][0] == across[1][1] and _between(across[1][0], ys):
                points.append([panel.label("x", sum(xs) / 2), across[1][0], ys[0], ys[1]])
                break
            if across[1] == ys and across[0][0] == across[0][1] and _between(across[0][0], xs):
                points.append([panel.label("y", sum(ys) / 2), across[0][0], xs[0], xs[1]])
                lying = True
                break
    return [Series("", "box", points, lying)] if points else []


def _between(value: float, ends: list[float]) -> bool:
    return ends[0] <= value <= ends[1]


def _lines(panel: Axes, used: set[int]) -> list[Series]:
    found = []
    has_bars = bool(panel.axes.patches)
    for line in panel.axes.lines:
        if id(line) in used or line.get_transform() != panel.axes.transData:
            continue  # the second: axhline and axvline are no data
        xs, ys = line.get_xdata(orig=False), line.get_ydata(orig=False)
        if has_bars and len(xs) and (len(set(xs)) == 1 or len(set(ys)) == 1):
            continue  # an error bar, or a level drawn across the bars
        mark = "scatter" if line.get_linestyle() in ("None", " ", "") else "line"
        if mark == "scatter" and line.get_marker() in ("None", None, "", " "):
            continue
        name = panel.name_of(line, line.get_color())
        found.append(_xy_series(panel, name, mark, list(zip(xs, ys, strict=True))))
    return found


def _xy_series(panel: Axes, name: str, mark: str, pairs: list[tuple[Any, Any]]) -> Series:
    kept = [(float(x), float(y)) for x, y in pairs if _finite(x) and _finite(y)]
    points: list[Point] = [[panel.label("x", x), panel.label("y", y)] for x, y in kept]
    return Series(name, mark, points, hidden=sum(not panel.inside(x, y) for x, y in kept))


def _areas(panel: Axes) -> tuple[list[Series], set[int]]:
    """Return the filled areas, and the lines that are only their edges.

    A band around a line (as seaborn draws for uncertainty) is no area of its own.
    """
    found, used = [], set()
    lines = [(line, list(line.get_ydata(orig=False))) for line in panel.axes.lines]
    lines = [(line, edge) for line, edge in lines if len(edge) > 1]
    for patch in panel.axes.collections:
        if type(patch).__name__ not in ("FillBetweenPolyCollection", "PolyCollection"):
            continue
        for path in patch.get_paths()[:1]:
            corners = path.vertices
            count = (len(corners) - 3) // 2
            if count < 1:
                continue
            upper = corners[1 : count + 1]
            lower = corners[count + 2 : 2 * count + 2][::-1]
            edges = sorted(
                ([float(y) for _, y in side] for side in (upper, lower)), key=sum, reverse=True
            )
            matching = (line for edge in edges for line, ys in lines if _same_edge(ys, edge))
            edge_line = next(matching, None)
            if lines and edge_line is None:
                continue
            name = panel.name_of(patch, patch.get_facecolor()[0])
            if edge_line is not None:
                used.add(id(edge_line))
                name = panel.name_of(edge_line, edge_line.get_color())
            pairs = [(x, abs(y - floor)) for (x, y), (_, floor) in zip(upper, lower, strict=False)]
            found.append(_xy_series(panel, name, "area", pairs))
    return found, used


def _same_edge(line: list[Any], edge: list[float]) -> bool:
    return len(line) == len(edge) and all(
        abs(float(a) - b) <= 1e-9 * max(1.0, abs(b)) for a, b in zip(line, edge, strict=True)
    )


def _dots(panel: Axes) -> list[Series]:
    found: list[Series] = []
    for dots in panel.axes.collections:
        if type(dots).__name__ != "PathCollection":
            continue
        places, colours = dots.get_offsets(), dots.get_facecolors()
        groups: dict[str, list[tuple[Any, Any]]] = {}
        for number, (x, y) in enumerate(places):
            colour = colours[number % len(colours)] if len(colours) else "black"
            name = panel.name_of(dots, colour)
            groups.setdefault(name, []).append((x, y))
        found += [_xy_series(panel, name, "scatter", pairs) for name, pairs in groups.items()]
    return found


def _heat_maps(panel: Axes) -> list[Series]:
    axes = panel.axes
    found = []
    for shown in (*axes.images, *axes.collections):
        name = type(shown).__name__
        if name not in ("AxesImage", "QuadMesh", "PolyQuadMesh") or shown.get_array() is None:
            continue
        values = shown.get_array()
        if values.ndim != 2:
            continue
        across, down = _cells(shown, *values.shape)
        points: list[Point] = []
        for row in range(values.shape[0]):
            for column in range(values.shape[1]):
                value = values[row, column]
                if _finite(value):
                    x, y = panel.label("x", *across[column]), panel.label("y", *down[row])
                    points.append([x, y, scalar_of(float(value))])
        found.append(Series("", "heat map", points))
    return found


def _cells(shown: Any, rows: int, columns: int) -> tuple[list[Cell], list[Cell]]:
    """Return the middle of each column and of each row, with nearly half of its width.

    A name anywhere inside of a cell is the name of the cell; one at its edge is of neither side.
    """
    if type(shown).__name__ == "AxesImage":
        left, right, bottom, top = shown.get_extent()
        first, last = (top, bottom) if shown.origin == "upper" else (bottom, top)
        wide, high = (right - left) / columns, (last - first) / rows
        xs = [(left + wide * number, left + wide * (number + 1)) for number in range(columns)]
        ys = [(first + high * number, first + high * (number + 1)) for number in range(rows)]
    else:
        corners = shown.get_coordinates()
        xs = _spans([float(x) for x in corners[0, :, 0]], columns)
        ys = _spans([float(y) for y in corners[:, 0, 1]], rows)
    return [_cell(*span) for span in xs], [_cell(*span) for span in ys]


def _cell(start: float, end: float) -> Cell:
    return (start + end) / 2, max(1e-6, 0.499 * abs(end - start))


def _spans(places: list[float], cells: int) -> list[tuple[float, float]]:
    if len(places) > cells:
        return list(pairwise(places))
    # Shaded smoothly, the values lie on the corners.
    return [(place, place) for place in places]


def _finite(value: Any) -> bool:
    # A masked value of numpy is neither a number nor an error: float() of it warns.
    return type(value).__name__ != "MaskedConstant" and math.isfinite(float(value))
