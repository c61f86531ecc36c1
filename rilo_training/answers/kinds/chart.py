"""A chart: what it plots and how, and not what its title says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, counted, describe
from rilo_training.answers.kinds.panels import Panel, Values, match_panels, read_panel
from rilo_training.answers.plain import Plain

MARKS = ("bar", "histogram", "line", "scatter", "area", "heat map", "box", "pie")
VALUES = 0.6
"""What the values alone are worth. The form earns the rest."""

WEIGHTS = {"mark": 15, "axes": 10, "words": 10, "alt text": 5}
"""How the rest is shared among the parts of the form that a question asks for."""


@dataclass(frozen=True)
class Drawn:
    """A chart as it is compared: its panels and its alt text."""

    panels: tuple[Panel, ...]
    alt_text: str


class Chart(Kind):
    """The values of a chart are those of the reference's own chart.

    Form: ``mark`` (a mark or a list of allowed ones: bar, histogram, line, scatter, area,
    heat map, box, pie) and, where they are asked,

    - ``digits`` of the values (6 where it is not given);
    - ``zero_based``: bars begin at 0, and the axis shows it;
    - ``scale``: ``{"y": "log"}``; ``orientation``: ``"horizontal"`` or ``"vertical"``;
    - ``ordered``: the categories stand in the order of the reference;
    - ``labels``: ``{"x": "", "y": "kg|kilogram"}``, a pattern that the label of the axis holds
      (empty: any label), for ``x``, ``y``, ``value`` (the colour bar) and ``legend``;
    - ``alt_text``: the fewest words of the alt text.

    ``x`` is the axis of the categories, also where bars lie. The title is not compared.

    The share is values * (0.6 + 0.4 * form). ``values`` are the plotted points that are right,
    over the points in either chart; ``form`` is the weighted share of what is asked: mark 15,
    axes 10 (scale, limits, zero, order, orientation; no value is cut off), words 10 (labels,
    units), alt text 5. So good form earns nothing where the values are wrong.
    """

    asks_for = "a chart (a Figure or an Axes)"
    required = frozenset({"mark"})
    allowed = frozenset(
        {"digits", "zero_based", "scale", "orientation", "ordered", "labels", "alt_text"}
    )
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> Drawn:
        """Return the panels; of a chart without any mark, none."""
        if answer["type"] != "chart":
            raise Unreadable(f"Your answer is {describe(answer)}.")
        panels = tuple(read_panel(panel) for panel in answer["panels"] if panel["series"])
        return Drawn(panels, answer["alt_text"])

    def is_empty(self, value: Drawn) -> bool:
        """Whether nothing is plotted."""
        return not value.panels

    def equals(self, left: Drawn, right: Drawn, form: Mapping[str, Any]) -> bool:
        """Whether two charts plot the same values with the same mark on the same axes."""
        matched = match_panels(left.panels, right.panels, _digits(form))
        return matched.share >= 1 and all(one.looks == other.looks for one, other in matched.pairs)

    def compare(self, reference: Drawn, answer: Drawn, form: Mapping[str, Any]) -> Comparison:
        """Values first; the form counts as far as the values are right."""
        matched = match_panels(reference.panels, answer.panels, _digits(form))
        parts = {
            "mark": _problems_of_mark(matched.pairs, form),
            "axes": _problems_of_axes(matched.pairs, form),
            "words": _problems_of_words(matched.pairs, form),
            "alt text": _problems_of_alt_text(answer, form),
        }
        asked = {name: WEIGHTS[name] for name, found in parts.items() if found is not None}
        good = sum(weight for name, weight in asked.items() if not parts[name])
        share = matched.share * (VALUES + (1 - VALUES) * good / sum(asked.values()))
        if share >= 1 - 1e-12:
            return Comparison(1.0)
        notes = [] if matched.share >= 1 else [_note_on_values(matched)]
        notes += [sentence for found in parts.values() for sentence in found or []]
        return Comparison(share, " ".join(notes))

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form with lists and patterns looked at."""
        marks = [form["mark"]] if isinstance(form["mark"], str) else list(form["mark"])
        if not marks or not {*marks} <= {*MARKS}:
            raise ValueError(f"mark is one or several of: {', '.join(MARKS)}")
        if form.get("orientation", "vertical") not in ("vertical", "horizontal"):
            raise ValueError("orientation is vertical or horizontal")
        if unknown := form.get("labels", {}).keys() - {"x", "y", "value", "legend"}:
            raise ValueError(f"labels has no {', '.join(sorted(unknown))}")
        if unknown := form.get("scale", {}).keys() - {"x", "y"}:
            raise ValueError(f"scale has no {', '.join(sorted(unknown))}")
        for pattern in form.get("labels", {}).values():
            try:
                re.compile(pattern)
            except re.error as reason:
                raise ValueError(f"the pattern {pattern!r} is not right ({reason})") from None
        return {**form, "mark": marks}

    def problems(self, reference: Drawn, form: Mapping[str, Any]) -> list[str]:
        """Return why the reference's own chart cannot be compared."""
        points = sum(panel.values.number for panel in reference.panels)
        return [] if points else ["the reference's chart plots nothing."]

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Say which marks there are and how many values they show."""
        if answer["type"] != "chart":
            return describe(answer)
        points = sum(len(one["points"]) for panel in answer["panels"] for one in panel["series"])
        return f"{describe(answer)} of {counted(points, 'value')}"


Pairs = tuple[tuple[Panel, Panel], ...]


def _digits(form: Mapping[str, Any]) -> int:
    return int(form.get("digits", 6))


def _note_on_values(matched: Values) -> str:
    note = (
        f"Of your {counted(matched.own, 'value')}, {matched.right} are right. "
        f"Missing: {matched.missing}. Too many: {matched.extra}. Wrong: {matched.wrong}."
    )
    if matched.factor:
        note += f" Every value is {matched.factor}"
    elif matched.exchanged:
        note += " It looks as if the two axes are exchanged."
    return note


def _problems_of_mark(pairs: Pairs, form: Mapping[str, Any]) -> list[str]:
    allowed = form["mark"]
    for _, own in pairs:
        if not own.marks & {*allowed}:
            found = ", ".join(sorted(own.marks))
            return [f"Your chart is a {found}. The question asks for a {' or a '.join(allowed)}."]
    return []


def _problems_of_axes(pairs: Pairs, form: Mapping[str, Any]) -> list[str]:
    problems = []
    for reference, own in pairs:
        if own.hidden:
            problems.append("Some of your values lie outside of the limits of the axes.")
        if form.get("zero_based") and own.marks & {"bar", "histogram"} and not own.shows_zero:
            problems.append("The bars should begin at 0, and the axis should show it.")
        for name, scale in form.get("scale", {}).items():
            if own.scales[name] != scale:
                where = _axis(name, own)
                problems.append(f"The {where} is {own.scales[name]}. It should be {scale}.")
        asked = form.get("orientation")
        if asked and own.flipped != (asked == "horizontal"):
            problems.append(f"The bars should be {asked}.")
        if form.get("ordered") and not _same_order(reference, own):
            problems.append(_note_on_order(reference, own))
    return list(dict.fromkeys(problems))


def _same_order(reference: Panel, own: Panel) -> bool:
    shared = {*own.order}
    asked = [label for label in reference.order if label in shared]
    order = [label for label in own.order if label in {*asked}]
    # Bars that lie begin at the bottom: read from the top, they stand the other way round.
    return order == asked or (own.flipped != reference.flipped and order[::-1] == asked)


def _note_on_order(reference: Panel, own: Panel) -> str:
    asked = [label for label in reference.order if label in {*own.order}]
    order = [label for label in own.order if label in {*asked}]
    if order[::-1] == asked:
        note = "The categories stand the other way round."
        if own.flipped:
            note += " `sns.barplot` draws from the top, and `plot.barh` draws from the bottom."
        return f"{note} Look at the direction of the sort."
    numbers = {place[0]: values for points in own.series.values() for place, values in points}
    if [numbers[label] for label in order] == [numbers[label] for label in asked]:
        return (
            "Only categories with equal numbers stand in another order than asked. "
            'To keep their order, sort with `kind="stable"`.'
        )
    return "The categories stand in another order than asked."


def _axis(name: str, own: Panel) -> str:
    """Return the words for an axis as the reader sees it: bars that lie exchange the two."""
    if not own.flipped:
        return f"{name} axis"
    if name == "y":
        return "axis of the numbers (here the x axis)"
    return "axis of the categories (here the y axis)"


def _problems_of_words(pairs: Pairs, form: Mapping[str, Any]) -> list[str] | None:
    asked = form.get("labels", {})
    if not asked:
        return None
    problems = []
    for _, own in pairs:
        for name, pattern in asked.items():
            where = {"value": "colour bar", "legend": "legend"}.get(name) or _axis(name, own)
            text = own.words[name]
            if not text.strip() and name == "legend":
                problems.append("There is no legend, or it names nothing.")
            elif not text.strip():
                problems.append(f"The {where} has no label.")
            elif pattern and not re.search(pattern, text, re.IGNORECASE) and name == "legend":
                problems.append("The legend does not name what is asked.")
            elif pattern and not re.search(pattern, text, re.IGNORECASE):
                asks = _what_a_label_lacks(pattern)
                problems.append(f"The label of the {where} does not say what is asked: {asks}")
    return list(dict.fromkeys(problems))


def _what_a_label_lacks(pattern: str) -> str:
    """Return the question that leads a reader to the word of a label that is asked."""
    if pattern.isdigit():
        return f"the number {pattern}."
    return "the unit?" if "%" in pattern else "what does the chart count or show?"


def _problems_of_alt_text(answer: Drawn, form: Mapping[str, Any]) -> list[str] | None:
    fewest = form.get("alt_text")
    if not fewest:
        return None
    words = len(re.findall(r"\S+", answer.alt_text))
    if words >= fewest:
        return []
    found = f"has {counted(words, 'word')}" if words else "is missing"
    return [
        f"The alt text {found}. It should have at least {counted(math.ceil(fewest), 'word')}: "
        'Write the name of your chart, then `.alt_text = "..."`.'
    ]
