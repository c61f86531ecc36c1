"""One axes of matplotlib, and what stands at the positions on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rilo_training.answers.scalar import Scalar, scalar_of


@dataclass
class Axes:
    """One axes of matplotlib, with the ways to read positions on it."""

    axes: Any
    _ticks: dict[str, list[tuple[float, str]] | None] = field(default_factory=dict)

    def label(self, which: str, position: float, reach: float = 1e-6) -> Scalar:
        """Return what stands at a position of the axis: a category, a day, a period, a number.

        Bars of several series stand beside the place of their category: they reach further.
        """
        axis, freq = self._axis(which)
        converter = type(axis.get_converter()).__name__
        if converter == "PeriodConverter" and freq is not None:
            return _period(position, freq)
        if "Date" in converter:
            from matplotlib import dates

            moment: Any = dates.num2date(position)  # type: ignore[no-untyped-call]
            return scalar_of(moment.replace(tzinfo=None, microsecond=0))
        ticks = self.categories(which)
        if ticks:
            nearest = min(ticks, key=lambda tick: abs(tick[0] - position))
            if abs(nearest[0] - position) < reach:
                return nearest[1]
        return scalar_of(float(position))

    def name_of(self, artist: Any, colour: Any) -> str:
        """Return the name of a series: its own label, or the legend's for its colour."""
        own = str(artist.get_label() or "")
        if own and not own.startswith("_"):
            return own
        return self._legend().get(_hex(colour), "")

    def inside(self, x: float, y: float) -> bool:
        """Whether a point lies within the limits of both axes."""
        return all(
            min(low, high) - slack <= value <= max(low, high) + slack
            for value, (low, high) in ((x, self.axes.get_xlim()), (y, self.axes.get_ylim()))
            for slack in [1e-9 * max(1.0, abs(high - low))]
        )

    def _legend(self) -> dict[str, str]:
        legend = self.axes.get_legend() or getattr(self.axes.figure, "legends", [None])[:1]
        if isinstance(legend, list):  # a FacetGrid has one legend for all panels
            legend = legend[0] if legend else None
        if legend is None:
            return {}
        handles, texts = legend.legend_handles, [one.get_text() for one in legend.get_texts()]
        return {
            _hex(_colour(handle)): text
            for handle, text in zip(handles, texts, strict=False)
            if handle is not None
        }

    def _axis(self, which: str) -> tuple[Any, Any]:
        """Return the axis that knows its units: panels may share the one of the first panel."""
        shared = self.axes.get_shared_x_axes() if which == "x" else self.axes.get_shared_y_axes()
        everyone = [self.axes, *shared.get_siblings(self.axes)]
        knowing = [a for a in everyone if getattr(a, f"{which}axis").get_converter() is not None]
        owner = knowing[0] if knowing else self.axes
        return getattr(owner, f"{which}axis"), getattr(owner, "freq", None)

    def categories(self, which: str) -> list[tuple[float, str]] | None:
        """Return the places and texts of the categories on an axis; None where it has numbers."""
        if which not in self._ticks:
            self._ticks[which] = self._find_categories(self._axis(which)[0])
        return self._ticks[which]

    @staticmethod
    def _find_categories(axis: Any) -> list[tuple[float, str]] | None:
        if type(axis.get_converter()).__name__ == "StrCategoryConverter":
            return [(float(place), str(text)) for text, place in axis.units._mapping.items()]
        locator = type(axis.get_major_locator()).__name__
        formatter = type(axis.get_major_formatter()).__name__
        if locator == "FixedLocator" and formatter in ("FixedFormatter", "FuncFormatter"):
            places = axis.get_majorticklocs()
            texts = [label.get_text() for label in axis.get_majorticklabels()]
            named = [
                (float(place), text)
                for place, text in zip(places, texts, strict=False)
                if text.strip()
            ]
            return named or None
        return None


def _period(position: float, freq: Any) -> Scalar:
    import pandas as pd

    period = pd.Period(ordinal=round(position), freq=freq)
    if str(period.freqstr).startswith("W"):
        return scalar_of(period.end_time.normalize())  # a week is named by its last day
    return scalar_of(period)


def _colour(handle: Any) -> Any:
    if hasattr(handle, "get_facecolor"):
        found = handle.get_facecolor()
        return found[0] if getattr(found, "ndim", 1) == 2 and len(found) else found
    marker = handle.get_linestyle() in ("None", " ", "")
    return handle.get_markerfacecolor() if marker else handle.get_color()


def _hex(colour: Any) -> str:
    from matplotlib.colors import to_hex

    return str(to_hex(colour))
