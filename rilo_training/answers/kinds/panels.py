"""The panels of a chart, and which of their values are the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rilo_training.answers.kinds.labels import (
    in_one_writing,
    is_number,
    normal_label,
    same_value,
)

Place = tuple[Any, ...]
Points = list[tuple[Place, tuple[Any, ...]]]
"""Each point: where it stands (category, or column and row), and its values."""

_FACTORS = {1000.0: "a thousand times too large.", 0.001: "a thousand times too small."}


@dataclass(frozen=True)
class Values:
    """How the values of two charts compare: the matched panels and the counts."""

    right: int = 0
    number: int = 0
    own: int = 0
    missing: int = 0
    extra: int = 0
    wrong: int = 0
    factor: str = ""
    exchanged: bool = False
    pairs: tuple[tuple[Panel, Panel], ...] = ()

    @property
    def share(self) -> float:
        """The right values over the values in either chart."""
        union = self.right + self.missing + self.extra + self.wrong
        return self.right / union if union else 0.0


@dataclass(frozen=True)
class Panel:
    """One panel as it is compared."""

    title: str
    marks: frozenset[str]
    series: dict[str, Points] = field(repr=False)
    order: tuple[Any, ...]
    scales: dict[str, str]
    words: dict[str, str]
    flipped: bool
    hidden: int
    shows_zero: bool

    @property
    def values(self) -> Values:
        """How many points there are."""
        return Values(number=sum(map(len, self.series.values())))

    @property
    def looks(self) -> tuple[Any, ...]:
        """What a reader sees at once: the mark, the scales, and whether bars begin at 0."""
        zero = self.shows_zero or not self.marks & {"bar", "histogram"}
        return self.marks, tuple(sorted(self.scales.items())), zero


def read_panel(panel: dict[str, Any]) -> Panel:
    """Return a panel of plain data as it is compared."""
    series: dict[str, Points] = {}
    steps = [
        _step(point[0] for one in panel["series"] for point in one["points"]),
        _step(
            point[1]
            for one in panel["series"]
            for point in one["points"]
            if one["mark"] in ("scatter", "heat map")
        ),
    ]
    order: list[Any] = []
    for one in panel["series"]:
        points = series.setdefault(str(normal_label(one["name"])), [])
        for point in one["points"]:
            place, values = _split(point, one["mark"], steps)
            points.append((place, values))
            order.append(place[0])
    bars = [one for one in panel["series"] if one["mark"] in ("bar", "histogram")]
    low, high = sorted(panel["y"]["limits"])
    flipped = any(one["flipped"] for one in panel["series"])
    # An axis that runs backwards turns the order round, as people do with bars that lie.
    backwards = panel["x"]["limits"][0] > panel["x"]["limits"][1]
    seen = list(dict.fromkeys(order))
    return Panel(
        title=panel["title"].strip(),
        marks=frozenset(one["mark"] for one in panel["series"]),
        series=series,
        order=tuple(reversed(seen)) if backwards else tuple(seen),
        scales={name: panel[name]["scale"] for name in ("x", "y")},
        words={
            "x": panel["x"]["label"],
            "y": panel["y"]["label"],
            "value": panel["value_label"],
            "legend": " ".join(panel["legend"]),
        },
        flipped=flipped,
        hidden=sum(one["hidden"] for one in panel["series"]),
        shows_zero=low <= 0 <= high and any(abs(one["base"]) < 1e-9 for one in bars),
    )


def _split(
    point: Sequence[Any], mark: str, steps: Sequence[float]
) -> tuple[Place, tuple[Any, ...]]:
    first = _rounded(normal_label(point[0]), steps[0])
    if mark == "scatter":  # a dot is at its place, and there is no more to it
        return (first, _rounded(normal_label(point[1]), steps[1])), ()
    if mark == "heat map":
        return (first, _rounded(normal_label(point[1]), steps[1])), tuple(point[2:])
    return (first,), tuple(point[1:])


def _step(values: Iterable[Any]) -> float:
    """Return the smallest difference that can be seen between the numbers on an axis."""
    numbers = [float(value) for value in values if is_number(value)]
    span = max(numbers) - min(numbers) if numbers else 0.0
    return 10.0 ** math.floor(math.log10(span) - 6) if span > 0 else 0.0


def _rounded(value: Any, step: float) -> Any:
    if not is_number(value) or step == 0 or isinstance(value, int):
        return value
    return normal_label(round(value / step) * step)


def match_panels(reference: Sequence[Panel], answer: Sequence[Panel], digits: int) -> Values:
    """Compare charts panel by panel.

    A chart of one panel is compared with the panel of the answer that shows most. Several
    panels are matched by title; those without a match, in their order.
    """
    if not reference or not answer:
        missing = sum(panel.values.number for panel in reference)
        extra = sum(panel.values.number for panel in answer)
        return Values(missing=missing, extra=extra, own=extra)
    if len(reference) == 1:
        pairs = [(reference[0], max(answer, key=lambda panel: panel.values.number))]
        left_over: list[Panel] = []
        without: list[Panel] = []
    else:
        pairs, without, left_over = _by_title(reference, answer)
    found = [_match(one, other, digits) for one, other in pairs]
    return Values(
        right=sum(one.right for one in found),
        own=sum(other.values.number for _, other in pairs)
        + sum(panel.values.number for panel in left_over),
        missing=sum(one.missing for one in found) + sum(p.values.number for p in without),
        extra=sum(one.extra for one in found) + sum(p.values.number for p in left_over),
        wrong=sum(one.wrong for one in found),
        factor=found[0].factor if len({one.factor for one in found}) == 1 else "",
        exchanged=all(one.exchanged for one in found),
        pairs=tuple(pairs),
    )


def _by_title(
    reference: Sequence[Panel], answer: Sequence[Panel]
) -> tuple[list[tuple[Panel, Panel]], list[Panel], list[Panel]]:
    own, asked = list(answer), list(reference)
    pairs = []
    for panel in reference:
        match = next((one for one in own if _same_title(one.title, panel.title)), None)
        if match is not None:
            pairs.append((panel, match))
            own.remove(match)
            asked.remove(panel)
    number = min(len(asked), len(own))
    pairs += list(zip(asked[:number], own[:number], strict=True))
    return pairs, asked[number:], own[number:]


def _same_title(one: str, other: str) -> bool:
    """Whether two titles name the same panel; seaborn writes "country = TH"."""
    names = [title.rsplit("=", 1)[-1].strip().casefold() for title in (one, other)]
    return bool(names[0]) and names[0] == names[1]


def _match(reference: Panel, answer: Panel, digits: int) -> Values:
    best = _match_series(reference.series, answer.series, digits)
    turned = {name: [_turned(point) for point in points] for name, points in answer.series.items()}
    if best.share < 1 and "heat map" in answer.marks:
        # A heat map says the same with its rows as columns.
        best = max(best, _match_series(reference.series, turned, digits), key=_share)
    if best.share >= 1:
        return best
    factor = ""
    for number, words in _FACTORS.items():
        if _match_series(_scaled(reference.series, number), answer.series, digits).share >= 1:
            factor = words
    exchanged = _match_series(reference.series, turned, digits).share >= 1
    return Values(
        best.right, best.number, best.own, best.missing, best.extra, best.wrong, factor, exchanged
    )


def _share(values: Values) -> float:
    return values.share


def _turned(point: tuple[Place, tuple[Any, ...]]) -> tuple[Place, tuple[Any, ...]]:
    place, values = point
    if len(place) == 2:
        return place[::-1], values
    if len(values) == 1:
        return (normal_label(values[0]),), (place[0],)
    return point


def _scaled(series: dict[str, Points], factor: float) -> dict[str, Points]:
    return {
        name: [
            (place, tuple(value * factor if is_number(value) else value for value in values))
            for place, values in points
        ]
        for name, points in series.items()
    }


def _match_series(reference: dict[str, Points], answer: dict[str, Points], digits: int) -> Values:
    """Match series by name; where names do not say it, by what they show."""
    if len(reference) != len(answer) and 1 in (len(reference), len(answer)):
        # One series may be drawn in several colours, each a series of its own.
        asked, own = ({"": [*chain(*side.values())]} for side in (reference, answer))
    else:
        asked, own = dict(reference), dict(answer)
    found: list[Values] = []
    for name in [*asked]:
        if name in own:
            found.append(_match_points(asked.pop(name), own.pop(name), digits))
    while asked and own:
        tried = [
            (_match_points(asked[one], own[other], digits), one, other)
            for one in asked
            for other in own
        ]
        best, one, other = max(tried, key=lambda trial: trial[0].share)
        found.append(best)
        del asked[one], own[other]
    missing, extra = (sum(map(len, side.values())) for side in (asked, own))
    return Values(
        right=sum(one.right for one in found),
        missing=sum(one.missing for one in found) + missing,
        extra=sum(one.extra for one in found) + extra,
        wrong=sum(one.wrong for one in found),
    )


def _match_points(reference: Points, answer: Points, digits: int) -> Values:
    rewrite = in_one_writing(
        [place[0] for place, _ in reference], [place[0] for place, _ in answer]
    )
    asked, own = _by_place(reference, rewrite), _by_place(answer, rewrite)
    right = wrong = 0
    for place, values in asked.items():
        partners = own.get(place, [])
        here = 0
        for one in values:
            match = next((p for p in partners if same_value(one, p, digits)), None)
            if match is not None:
                partners.remove(match)
                here += 1
        right += here
        clash = min(len(values) - here, len(partners))
        wrong += clash
        del partners[:clash]
    number = sum(map(len, asked.values()))
    return Values(
        right=right,
        wrong=wrong,
        missing=number - right - wrong,
        extra=sum(map(len, own.values())),
    )


def _by_place(points: Points, rewrite: Any) -> dict[Place, list[tuple[Any, ...]]]:
    found: dict[Place, list[tuple[Any, ...]]] = {}
    for place, values in points:
        found.setdefault((rewrite(place[0]), *place[1:]), []).append(values)
    return found
