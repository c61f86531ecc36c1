"""The sentences that a reader of a unit meets: in the text, and in what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from rilo_training.course.notebook import role_of, starter_of

FENCE = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+[.)])\s+", re.MULTILINE)
_LABELS = ("title", "xlabel", "ylabel", "suptitle")  # of a chart
_SENTENCE_END = re.compile(r"(?<=[.!?:;])(?:[*_\"')]*)\s+|\n\s*\n")


@dataclass(frozen=True)
class Passage:
    """A text that a person reads, and the cell or file in which it stands."""

    place: str
    text: str


def text_cells(notebook: NotebookNode, unit: str) -> list[Passage]:
    """Return the text cells of a unit."""
    return [
        Passage(f"{unit} {cell.id}", cell.source)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
    ]


def passages_of(notebook: NotebookNode, unit: str) -> Iterator[Passage]:
    """Yield the texts of a unit: its text cells, then what its code says to a reader.

    The code says hints, sentences of mistakes, options, sentences of ``say``, titles and labels.
    What a cell computes stands in them as a space.
    """
    yield from text_cells(notebook, unit)
    for cell in notebook.cells:
        place = f"{unit} {cell.id}"
        if cell.cell_type != "code":
            continue
        source = cell.source if role_of(cell) == "key" else starter_of(cell.source)
        for text in _said(source):
            yield Passage(place, text)


def sentences_of(text: str) -> list[str]:
    r"""Return the sentences of a Markdown text, without code, marks, links and headings' signs.

    A row of a table, an item of a list and a heading are sentences of their own.

    Examples
    --------
    >>> sentences_of("## Look\n\nOne **row** is a line. Use `len(rows)`.\n\n- first\n- second")
    ['Look', 'One row is a line.', 'Use code.', 'first', 'second']
    """
    text = FENCE.sub("\n\n", text)
    text = LINK.sub(r"\1", CODE.sub("code", text))
    text = re.sub(r"^\s*#+\s*(.*)$", r"\n\1\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*\|?[-:| ]+\|\s*$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*>\s?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*\|(.*)\|\s*$", lambda row: _cells(row[1]), text, flags=re.MULTILINE)
    text = _ITEM.sub("\n\n", text).replace("**", "").replace("<br>", "\n\n")
    text = re.sub(r"(?<!\w)[*_]|[*_](?!\w)", "", text)
    found = (" ".join(part.split()) for part in _SENTENCE_END.split(text))
    return [part for part in found if re.search(r"\w", part)]


def _cells(row: str) -> str:
    return "\n\n" + "\n\n".join(cell.strip() for cell in row.split("|")) + "\n\n"


def _said(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="say"), args=[argument]):
                yield _text_of(argument)
            case ast.Call(func=ast.Name(id="mistake"), args=[_, _, argument, *_]):
                yield _text_of(argument)
            case ast.Call(func=ast.Name(id="mistake"), keywords=words):
                yield from (_text_of(word.value) for word in words if word.arg == "sentence")
            case ast.Call(func=ast.Name(id="key"), keywords=words):
                for word in words:
                    if word.arg in ("hints", "options", "review"):
                        yield from _texts_in(word.value)
            case ast.Call(func=ast.Attribute(attr=name), args=given, keywords=words) if (
                name.removeprefix("set_") in (*_LABELS, "set")
            ):
                for argument in (*given, *(word.value for word in words if word.arg in _LABELS)):
                    yield from _texts_in(argument)


def _texts_in(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Dict(values=items):
            for item in items:
                yield from _texts_in(item)
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield _text_of(node)


def _text_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                _text_of(part) if isinstance(part, ast.Constant) else " … " for part in parts
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text_of(left) + _text_of(right)
    return ""
