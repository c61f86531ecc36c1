"""What a participant sees: a coloured box in JupyterLab, the same words as plain text."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rilo_training.answers import VERDICTS

# Colours that stay apart for colour-blind readers and in grey: dark blue, orange, grey.
_GOOD, _LOOK, _QUIET = "#0b5394", "#b45f06", "#666666"
# A verdict stands on a tint of its colour, so that it is found at once between other outputs.
_TINTS = {_GOOD: "#e9f1fb", _LOOK: "#fdf3e4", _QUIET: "#f4f4f4"}
_BOX = "border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0; max-width: 46em"
# The colour of the letters is given with the tint: the dark theme of JupyterLab has white ones.
_VERDICT_BOX = (
    "border-left: 6px solid {colour}; background: {tint}; color: #1a1a1a; "
    "padding: 8px 14px; margin: 6px 0; max-width: 56em"
)
_CODE = re.compile(r"`([^`\n]+)`")
_COLOURS = {
    "correct": _GOOD,
    "to_mark": _GOOD,
    "near_miss": _LOOK,
    "partial": _LOOK,
    "wrong": _LOOK,
    "not_attempted": _QUIET,
}


@dataclass(frozen=True)
class Message:
    """A title, sentences, and perhaps a table; shown as HTML and as plain text."""

    title: str
    sentences: Sequence[str] = ()
    colour: str = _QUIET
    table: Sequence[Sequence[str]] = field(default_factory=list)
    is_verdict: bool = False

    def plain(self) -> str:
        """Return the message as plain text."""
        lines = [self.title] if self.title else []
        lines += [sentence for sentence in self.sentences if sentence]
        if self.table:
            widths = [max(len(row[i]) for row in self.table) for i in range(len(self.table[0]))]
            for row in self.table:
                lines.append(
                    "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
                )
        return "\n".join(lines)

    def html(self) -> str:
        """Return the message as HTML. All text is escaped; `words` in backticks are code."""
        parts = []
        if self.title:
            parts.append(f"<strong>{_inline(self.title)}</strong>")
        parts += [_paragraph(sentence) for sentence in self.sentences if sentence]
        if self.table:
            parts.append(_html_table(self.table))
        box = _VERDICT_BOX if self.is_verdict else _BOX
        style = box.format(colour=self.colour, tint=_TINTS.get(self.colour, "#f4f4f4"))
        return f'<div style="{style}">{"".join(parts)}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.plain(), "text/html": self.html()}


def _paragraph(sentence: str) -> str:
    if "\n" in sentence:
        style = "background: none; color: inherit; margin: 6px 0 0 0"
        return f'<pre style="{style}">{html.escape(sentence)}</pre>'
    return f'<div style="margin-top: 2px">{_inline(sentence)}</div>'


def _inline(sentence: str) -> str:
    """Return a sentence as HTML, with what stands in backticks as code."""
    # Only the style of letters is ours: the background is that of the box, in every theme.
    code = r'<code style="background: none; color: inherit; padding: 0; font-weight: 600">\1</code>'
    return _CODE.sub(code, html.escape(sentence))


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    cells = "".join(f'<th style="text-align: left">{html.escape(cell)}</th>' for cell in head)
    lines = "".join(
        "<tr>"
        + "".join(f'<td style="text-align: left">{html.escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in body
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def verdict_message(question: str, verdict: str, sentences: Sequence[str]) -> Message:
    """Return the message for one checked answer."""
    title = f"Question {question[1:]}: {VERDICTS[verdict]}"
    colour = _COLOURS.get(verdict, _LOOK)
    if verdict == "to_mark" and sum(bool(sentence) for sentence in sentences) > 1:
        colour = _LOOK  # beside the sentence on the instructor there is one on what is missing
    return Message(title, sentences, colour, is_verdict=True)


def show(message: Message) -> None:
    """Show a message in the notebook, or print it where there is no notebook."""
    if _in_notebook():
        from IPython.display import display

        display(message)
    else:
        print(message.plain())


def declare(mime: str, text: str) -> None:
    """Send data to whoever runs this notebook. People do not see it."""
    if _in_notebook():
        from IPython.display import publish_display_data

        publish_display_data({mime: text})


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
