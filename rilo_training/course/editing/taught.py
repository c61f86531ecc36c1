"""Nothing is used before it is taught: each word of code in a solution was met before."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import tokenize
from collections.abc import Iterator

from nbformat import NotebookNode

from rilo_training.course.manifest import Programme
from rilo_training.course.notebook import (
    question_of,
    read_notebook,
    role_of,
    solution_of,
    starter_of,
)

_KEYWORDS = set(keyword.kwlist) - {"True", "False", "None"}
_WORD = re.compile(r"[A-Za-z_]\w*")


def words_of_code(source: str) -> set[str]:
    """Return the words of the language that code uses: functions, methods, arguments, keywords.

    Names that the code makes itself and names of columns are not among them.

    Examples
    --------
    >>> sorted(words_of_code('rows = table.groupby("port").size()'))
    ['groupby', 'size']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Call(func=ast.Name(id=name)):
                found.add(name)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    used = {token for token in _keywords(source) if token not in ("import", "from", "as")}
    return (found - own) | used


def _keywords(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.string in _KEYWORDS:
            yield token.string


def untaught_words(programme: Programme) -> list[tuple[str, str, str]]:
    """Return unit, question and word for each word of a solution that no text showed before.

    A word counts as shown when it stands in a text, a worked example, a starter or the task of
    this unit before the answer, or anywhere in an earlier unit. The work before arrival is left
    out: it asks what somebody can do already.
    """
    shown: set[str] = set(dir(builtins)) & {"True", "False", "None"}
    found = []
    for unit in programme.units:
        notebook = read_notebook(programme.notebook(unit))
        here = set(shown)
        for cell in notebook.cells:
            role = role_of(cell)
            if role == "key":
                continue
            if role != "answer":
                here |= set(_WORD.findall(cell.source))
                continue
            here |= set(_WORD.findall(starter_of(cell.source)))
            words = words_of_code(solution_of(cell.source))
            if unit.kind == "prework":
                continue
            found += [(unit.id, str(question_of(cell)), word) for word in sorted(words - here)]
            here |= words
        shown |= here
    return found


def forward_references(programme: Programme) -> list[tuple[str, str]]:
    """Return unit and reference where a text or a key cell sends the reader to a later unit.

    "The next lesson" and "tomorrow" are no references; the id of a unit is one.
    """
    taught = [unit for unit in programme.units if unit.kind != "prework"]
    order = {unit.id: place for place, unit in enumerate(programme.units)}
    found = []
    for unit in taught:
        for cell in read_notebook(programme.notebook(unit)).cells:
            if cell.cell_type != "code" or role_of(cell) == "key":
                for named in re.findall(r"\bw\dd?\d?_\d\d\b", cell.source):
                    if order.get(named, len(order)) > order[unit.id]:
                        found.append((unit.id, named))
    return found


def cells_that_draw(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that show a picture."""
    return [
        cell for cell in notebook.cells if cell.cell_type == "code" and "plt.show()" in cell.source
    ]
