"""The pictures of the reference: what draws them, and how they are stored."""

from __future__ import annotations

import importlib
import inspect
import io
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

from rilo_training.charts.chart import Chart
from rilo_training.files import write_bytes

_MODULES = {
    "seizures": "seizures",
    "analysis": "analysis",
    "risk": "models",
    "anomaly": "models",
    "charts": "charts",
}
_COLOURS = 96
"""Enough for the shades of the house; a picture in so many colours is a third as large."""


def drawing(room: str, name: str) -> Callable[[], Chart] | None:
    """Return the function that draws the picture of a public name, or None.

    Examples
    --------
    >>> from rilo_training.course.handbook.picture import drawing
    >>> drawing("charts", "bars").__doc__
    'The goods that are seized most often.'
    >>> drawing("charts", "write_star") is None
    True
    """
    if room not in _MODULES:
        return None
    module = importlib.import_module(f"{__package__}.pictures.{_MODULES[room]}")
    found = getattr(module, name, None)
    return found if inspect.isfunction(found) else None


def drawings() -> Iterator[tuple[str, str]]:
    """Return module and name of every drawing, to see that each belongs to a public name."""
    for part in dict.fromkeys(_MODULES.values()):
        module = importlib.import_module(f"{__package__}.pictures.{part}")
        for name, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__:
                yield part, name


def code_of(draw: Callable[[], Chart]) -> str:
    """Return the lines that draw a picture, as an analyst would type them.

    Examples
    --------
    >>> from rilo_training.course.handbook.picture import code_of, drawing
    >>> print(code_of(drawing("charts", "bars")).splitlines()[-1])
    bars(cases, "commodity", unit="cases", top=8)
    """
    lines = textwrap.dedent(inspect.getsource(draw)).splitlines()
    body = textwrap.dedent("\n".join(lines[2:]))  # below the def and its docstring
    return body.strip().replace("\nreturn ", "\n")


def save_small(chart: Chart, path: Path) -> None:
    """Write a chart as a small PNG file with its title and its alt text.

    Parameters
    ----------
    chart : Chart
        The picture.
    path : pathlib.Path
        The file. It is not touched when it already holds this picture.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    drawn = io.BytesIO()
    chart.savefig(drawn, format="png", dpi=100)
    picture = Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    told = PngInfo()
    told.add_itxt("Description", chart.alt_text)
    content = io.BytesIO()
    picture.save(content, format="png", optimize=True, pnginfo=told)
    if not path.is_file() or path.read_bytes() != content.getvalue():
        write_bytes(path, content.getvalue())


def alt_text_of(path: Path) -> str:
    """Return the alt text that a picture carries; empty when it carries none."""
    from PIL import Image

    with Image.open(path) as picture:
        return str(picture.info.get("Description", ""))
