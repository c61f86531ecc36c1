"""The docstring of a public name, taken apart, and whether it keeps to the form of the house."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

SECTIONS = (
    "Parameters",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Warns",
    "Notes",
    "References",
    "Examples",
)
"""The sections of a docstring, in their order."""

_LONGEST_VALUE = 70
_LISTED = ("Parameters", "Attributes", "Raises", "Warns")
_AS_ANOTHER = re.compile(r"\bas (?:in )?`[\w.]+`")
"""A method may say in its first line that it is as another one, which has the parameters."""
_NO_VALUE = ("None", "Self", "")


@dataclass(frozen=True)
class Entry:
    """One entry of a section: its names, its type and its words."""

    names: tuple[str, ...]
    kind: str
    words: str


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Attributes
    ----------
    summary : str
        The line of the result.
    why : str
        The paragraphs below it, in their lines.
    sections : dict of str to str
        The text of each section by its title.
    entries : dict of str to list of Entry
        The entries of the sections that list names.
    """

    summary: str
    why: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)


def read_docstring(text: str | None) -> Docstring:
    r"""Return the parts of a docstring in numpydoc form.

    Examples
    --------
    >>> from rilo_training.course.handbook.docstring import read_docstring
    >>> read = read_docstring("Return a sum.\n\nParameters\n----------\na, b : int\n    Both.")
    >>> read.summary, read.entries["Parameters"][0].names
    ('Return a sum.', ('a', 'b'))
    """
    lines = inspect.cleandoc(text or "").splitlines()
    starts = [
        at
        for at, (line, under) in enumerate(pairwise(lines))
        if re.fullmatch(r"-{3,}", under) and line.strip()
    ]
    head = lines[: starts[0]] if starts else lines
    sections = {
        lines[at]: "\n".join(lines[at + 2 : end]).strip("\n")
        for at, end in pairwise([*starts, len(lines)])
    }
    entries = {name: _entries(body) for name, body in sections.items() if name in _LISTED}
    summary, _, why = "\n".join(head).strip().partition("\n\n")
    return Docstring(summary, why.strip(), sections, entries)


def _entries(body: str) -> list[Entry]:
    """Return the entries of a section: a line at the margin, and indented lines below it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        if line[:1].strip():
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    entries = []
    for line, below in found:
        names, _, kind = line.partition(" : ")
        words = textwrap.dedent("\n".join(below)).strip()
        entries.append(Entry(tuple(name.strip() for name in names.split(",")), kind, words))
    return entries


def parameters_of(thing: Any) -> list[str]:
    """Return the names of the parameters of a function, a method or a class.

    Examples
    --------
    >>> from rilo_training.course.handbook.docstring import parameters_of, read_docstring
    >>> parameters_of(read_docstring)
    ['text']
    """
    names = list(inspect.signature(thing).parameters)
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def signature_text(thing: Any, name: str) -> str:
    """Return how a name is called, with its defaults as they stand in the code.

    Examples
    --------
    >>> from rilo_training.course.handbook.docstring import read_docstring, signature_text
    >>> signature_text(read_docstring, "read_docstring")
    'read_docstring(text)'
    """
    target = thing.__init__ if inspect.isclass(thing) else thing
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(target)))).body[0]
    except (OSError, TypeError, SyntaxError):  # a dataclass: nobody wrote its __init__
        return f"{name}({', '.join(parameters_of(thing))})"
    assert isinstance(node, ast.FunctionDef)
    written = _written(node.args, inspect.signature(thing).parameters)
    line = f"{name}({', '.join(written)})"
    return line if len(line) <= 88 else f"{name}(\n    " + ",\n    ".join(written) + ",\n)"


def _written(given: ast.arguments, known: Mapping[str, inspect.Parameter]) -> list[str]:
    """Return the arguments of a function as they stand in the code, without self and types."""

    def shown(name: str, default: ast.expr) -> str:
        value = repr(known[name].default) if name in known else ""
        is_name = isinstance(default, ast.Name) and 0 < len(value) <= _LONGEST_VALUE
        return f"{name}={value if is_name else ast.unparse(default)}"

    positional = [argument.arg for argument in [*given.posonlyargs, *given.args]]
    bare = len(positional) - len(given.defaults)
    pairs = list(zip(positional, [None] * bare + list(given.defaults), strict=True))
    if positional[:1] in (["self"], ["cls"]):
        pairs = pairs[1:]
    found = [name if default is None else shown(name, default) for name, default in pairs]
    if given.kwonlyargs:
        found.append(f"*{given.vararg.arg if given.vararg else ''}")
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append(argument.arg if default is None else shown(argument.arg, default))
    return found


def problems_of(thing: Any, name: str, example: bool = True) -> list[str]:
    """Return in sentences where the docstring of a public name leaves the form of the house.

    Parameters
    ----------
    thing : function, method or class
        What is documented.
    name : str
        Its name, for the sentences.
    example : bool
        Whether an example and the reason to use it are asked for; the methods of a class have
        both with the class.

    Returns
    -------
    list of str
        Empty when nothing is wrong.

    Examples
    --------
    >>> from rilo_training.course.handbook.docstring import problems_of
    >>> def half(number: float) -> float:
    ...     "Return half of a number."
    >>> problems_of(half, "half")[0]
    "half: the parameters are ['number']; documented are []."
    """
    read = read_docstring(thing.__doc__)
    if not read.summary:
        return [f"{name}: there is no docstring."]
    found = []
    if not read.summary.endswith(".") or "\n" in read.summary:
        found.append(f"{name}: the first line is not one sentence that ends with a full stop.")
    if unknown := [title for title in read.sections if title not in SECTIONS]:
        found.append(f"{name}: unknown sections {unknown}.")
    elif list(read.sections) != [title for title in SECTIONS if title in read.sections]:
        found.append(f"{name}: the sections stand in another order than {', '.join(SECTIONS)}.")
    refers = not example and _AS_ANOTHER.search(read.summary)
    if not refers:
        found += _wrong_names(thing, name, read)
    silent = not inspect.isclass(thing) and "Returns" not in read.sections
    if silent and not refers and _gives_back(thing):
        found.append(f"{name}: it returns something, and there is no section Returns.")
    if example and not read.why:
        found.append(f"{name}: nothing says why an analyst wants it, below the first line.")
    if example and ">>>" not in read.sections.get("Examples", ""):
        found.append(f"{name}: there is no example.")
    for title, entries in read.entries.items():
        bare = [one.names[0] for one in entries if not one.words]
        # A parameter whose type says everything may stand without words.
        if bare and title in ("Raises", "Warns"):
            found.append(f"{name}: {title} does not say when: {bare}.")
        untyped = [one.names[0] for one in entries if not one.kind and "As in" not in one.words]
        if untyped and title in ("Parameters", "Attributes"):
            found.append(f"{name}: {title} without a type: {untyped}.")
    return found


def _wrong_names(thing: Any, name: str, read: Docstring) -> list[str]:
    is_record = hasattr(thing, "__dataclass_fields__") and "Parameters" not in read.sections
    title = "Attributes" if is_record else "Parameters"
    documented = [one for entry in read.entries.get(title, []) for one in entry.names]
    wanted = [
        f"{'*' * stars}{one}"
        for one, stars in zip(parameters_of(thing), _stars(thing), strict=True)
    ]
    if sorted(documented) == sorted(wanted):  # what belongs together may stand together
        return []
    return [f"{name}: the parameters are {wanted}; documented are {documented}."]


def _stars(thing: Any) -> list[int]:
    kinds = inspect.signature(thing).parameters
    stars: dict[object, int] = {
        inspect.Parameter.VAR_POSITIONAL: 1,
        inspect.Parameter.VAR_KEYWORD: 2,
    }
    return [stars.get(kinds[name].kind, 0) for name in parameters_of(thing)]


def _gives_back(thing: Any) -> bool:
    stated = inspect.signature(thing).return_annotation
    return str(stated if isinstance(stated, str) else getattr(stated, "__name__", "")) not in (
        *_NO_VALUE,
        "Iterator[None]",  # for `with`
    )
