"""Give the alt text of a chart to the page of the notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show_alt_texts() -> None:
    """Show each chart that has an ``alt_text`` as an image with these words.

    JupyterLab shows a plain picture without words. Outside a notebook nothing happens.
    """
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None and shell.display_formatter is not None:
        of_html = shell.display_formatter.formatters["text/html"]
        # The base class: what is set for `Figure` is taken back when a notebook first draws.
        of_html.for_type_by_name("matplotlib.figure", "FigureBase", image_with_words)


def image_with_words(figure: Figure) -> str | None:
    """Return a chart as HTML with its alt text, or None where it has none.

    Parameters
    ----------
    figure
        A figure; the words stand in ``alt_text`` of the figure itself or of its axes.
    """
    from IPython.core.pylabtools import print_figure

    said = [getattr(part, "alt_text", "") for part in (figure, *figure.axes)]
    words = " ".join(text for text in said if isinstance(text, str) and text.strip())
    if not words:
        return None
    content = print_figure(figure, base64=True)
    if content is None:  # nothing was drawn in it
        return None
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{content}">'
