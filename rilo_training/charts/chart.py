"""The chart itself: a Figure of matplotlib with its finding, its notes and its alt text."""

from __future__ import annotations

import io
from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from rilo_training.charts.columns import ChartError
from rilo_training.charts.letters import BOX, BOX_NOTE, drawable, families, wrapped
from rilo_training.charts.style import DPI, INK, SMALL_PT, TEXT_PT, TITLE_PT, WIDTH_IN, WORDS
from rilo_training.files import write_bytes

MARGIN_IN = 0.14
_LINE = 1.32
"""Height of a line of text, in heights of its letters."""
FORMATS = (".png", ".svg", ".pdf")


class Chart(Figure):
    """A figure that knows what it says.

    An analyst gets one from each function of this room, and saves it. It is a Figure of
    matplotlib, so everything in it can still be changed.

    Parameters
    ----------
    plot_height_in : float
        Height of the plot without the words above and below, in inches.

    Attributes
    ----------
    alt_text : str
        What the chart shows, for a reader who does not see it. A file that :meth:`save` writes
        carries it, and a check of a chart in the course reads it.
    plot_height_in : float
        The same.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import bars
    >>> seizures = pd.DataFrame({"section": ["Drugs", "Drugs", "Revenue"]})
    >>> chart = bars(seizures, "section", unit="seizure lines")
    >>> chart.alt_text
    'Bar chart. Seizure lines by section. Drugs: 2, Revenue: 1.'
    """

    def __init__(self, plot_height_in: float) -> None:
        super().__init__(
            figsize=(WIDTH_IN, plot_height_in),
            dpi=DPI,
            layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03, wspace=0.03, hspace=0.05),
        )
        FigureCanvasAgg(self)
        self.alt_text: str = ""
        self.plot_height_in = plot_height_in
        self._dressing: list[Text] = []

    @property
    def room_px(self) -> float:
        """The width between the margins, in pixels."""
        return (WIDTH_IN - 2 * MARGIN_IN) * DPI

    def dress(self, *, title: str, subtitle: str, notes: Iterable[str] = (), alt_text: str) -> None:
        """Put the finding above the plot and the notes below it. The plot keeps its size."""
        for text in self._dressing:
            text.remove()
        title, subtitle = str(title), str(subtitle)
        below = [str(note) for note in notes if note]
        shown = "".join([title, subtitle, *below, *self._words()])
        if BOX in drawable(shown):
            below.append(BOX_NOTE)
        head = self._lines([title], TITLE_PT, "bold")
        sub = self._lines([subtitle], TEXT_PT)
        foot = self._lines(below, SMALL_PT)
        head_in, sub_in = _height(head, TITLE_PT), _height(sub, TEXT_PT)
        foot_in = _height(foot, SMALL_PT)
        top = MARGIN_IN + head_in + sub_in + 0.12
        bottom = MARGIN_IN + foot_in + (0.06 if foot else 0.0)
        height = round((top + self.plot_height_in + bottom) * DPI) / DPI  # whole pixels
        self.set_size_inches(WIDTH_IN, height)
        left = MARGIN_IN / WIDTH_IN
        style: Any = {"ha": "left", "linespacing": 1.2}
        self.suptitle(
            "\n".join(head),
            x=left,
            y=1 - MARGIN_IN / height,
            va="top",
            fontsize=TITLE_PT,
            fontweight="bold",
            color=INK,
            **style,
        )
        place = 1 - (MARGIN_IN + head_in) / height
        words: Any = {"fontsize": TEXT_PT, "color": WORDS, "va": "top"} | style
        self._dressing = [self.text(left, place, "\n".join(sub), **words)]
        words = {"fontsize": SMALL_PT, "color": WORDS, "va": "bottom"} | style
        self._dressing += [self.text(left, MARGIN_IN / height, "\n".join(foot), **words)]
        self.alt_text = str(alt_text)
        engine = self.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            rect = (left, bottom / height, 1 - 2 * left, self.plot_height_in / height)
            engine.set(rect=rect)
        self.settle()

    def settle(self) -> None:
        """Lay the chart out, with fonts that have its letters, and no text as a formula."""
        self._words()  # makes the texts at the ticks
        for text in self.findobj(Text):
            text.set_parse_math(False)
            if not text.get_text().isascii():
                text.set_fontfamily(families(text.get_text()))
        self.draw_without_rendering()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the chart to a file that carries its title and its alt text.

        Parameters
        ----------
        path : path
            A file that ends in ``.png`` (150 dots per inch), ``.svg`` or ``.pdf``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ChartError
            When the name ends in another way, or the file cannot be written.
        """
        target = Path(fspath(path))
        kind = target.suffix.lower()
        if kind not in FORMATS:
            raise ChartError(
                f"The file {target.name!r} ends in {kind or 'nothing'!r}. "
                f"Expected is one of {', '.join(FORMATS)}."
            )
        try:
            write_bytes(target, self._as(kind))
        except OSError as reason:
            raise ChartError(
                f"The file {target} cannot be written: {reason.strerror}. Close it where it is "
                "open, or choose another folder."
            ) from reason
        return target

    def _as(self, kind: str) -> bytes:
        title = " ".join(self.get_suptitle().split())
        told: dict[str, dict[str, Any]] = {
            ".png": {"Title": title, "Description": self.alt_text, "Software": None},
            ".svg": {"Title": title, "Description": self.alt_text, "Date": None},
            ".pdf": {"Title": title, "Subject": self.alt_text, "CreationDate": None},
        }
        content = io.BytesIO()
        self.savefig(content, format=kind[1:], dpi=150, metadata=told[kind])
        return content.getvalue()

    def _repr_png_(self) -> bytes:
        """Show the chart in a notebook, also where pyplot was never imported."""
        content = io.BytesIO()
        self.savefig(content, format="png", metadata={"Software": None})
        return content.getvalue()

    def _lines(self, parts: Iterable[str], size_pt: float, weight: str = "normal") -> list[str]:
        found: list[str] = []
        for part in parts:
            if part:
                found += wrapped(self, drawable(part), self.room_px, size_pt, weight)
        return found

    def _words(self) -> list[str]:
        """Return the texts of the axes; asking for those at the ticks makes them."""
        for axes in self.axes:
            axes.get_xticklabels()
            axes.get_yticklabels()
        return [text.get_text() for text in self.findobj(Text)]


def _height(lines: list[str], size_pt: float) -> float:
    return len(lines) * size_pt * _LINE / 72
