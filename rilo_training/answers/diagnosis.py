"""What probably went wrong, where no author has named the mistake.

Two sorts of sentences. An *exact* one says what changes the right answer into this one: a
factor, the rounding, an order, exchanged keys. A *likely* one says what the answer looks like:
all right rows and further ones, no value too small. No sentence holds a value of the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rilo_training.answers.causes.numbers import likely_of_items, of_list, of_number, of_set
from rilo_training.answers.causes.tables import likely_of_table, of_table
from rilo_training.answers.kinds.function import NoResult
from rilo_training.answers.kinds.labels import normal_label
from rilo_training.answers.plain import Plain
from rilo_training.answers.question import Question

LINES = "You counted seizure lines. One case may hold several lines."
"""The sentence of `key(..., on_lines=)`."""

TYPED_IN = (
    "This is the value of the practice data. The official run uses other data. "
    "Write code that computes the answer from the table."
)
TYPED_IN_PARTLY = (
    "Many of your values are those of the practice data. The official run uses other data. "
    "Write code that computes the answer from the table."
)
TYPED_IN_MISTAKE = (
    "This is a value of the practice data, with a known mistake in it. The official run uses "
    "other data. Write code that computes the answer from the table. The known mistake: "
)


def exact_causes(question: Question, reference: Any, answer: Any) -> list[str]:
    """Return each general mistake that makes this answer from the right one.

    Parameters
    ----------
    question
        The question: its kind and form.
    reference, answer
        Values as the kind of the question reads them.

    Returns
    -------
    list of str
        Sentences; empty where no general mistake explains the whole answer.

    Examples
    --------
    >>> from rilo_training.answers import Question, encode
    >>> weight = Question("q1", "kg", "number", 2, "C2", ("", ""), encode(12.5), form={"digits": 1})
    >>> exact_causes(weight, 12.5, 12_500)
    ['Your number is a thousand times too large. Look at the units.']
    """
    kind = question.kind
    if kind == "function":
        kind = question.form["returns"]
        reference, answer = (
            next(iter(found.values()), NoResult("")) for found in (reference, answer)
        )
        if isinstance(answer, NoResult):
            return []
    causes = _CAUSES.get(kind)
    return causes(reference, answer, question.form) if causes else []


def likely_cause(question: Question, reference: Any, answer: Any) -> str:
    """Return what the answer looks like, or an empty text.

    Parameters and the rest are those of :func:`exact_causes`; this one may be mistaken.
    """
    if question.kind in ("set", "list"):
        return likely_of_items(set(reference), set(answer))
    if question.kind == "table":
        return likely_of_table(reference, answer, list(question.form["columns"].values()))
    return ""


def unreadable_cause(question: Question, answer: Plain) -> str:
    """Say what a table looks like that has not the asked columns, or return an empty text."""
    reference = question.reference
    if question.kind != "table" or answer["type"] != "table" or reference["type"] != "table":
        return ""
    on, asked = question.form["on"], list(question.form["columns"])
    names = {str(normal_label(name)) for name in answer["columns"][answer["index_columns"] :]}
    rows = {str(normal_label(row[0])) for row in answer["rows"] if row}
    labels = [_labels_of(reference, name) for name in on]
    if len(on) == 1 and len(asked) > 1 and {*asked} <= rows and _mostly(names, labels[0]):
        return "The rows and the columns of your table are exchanged."
    if len(on) == 2 and any(_mostly(names, one) for one in labels):
        return (
            "Your table is wide: it has a column for each label. The question asks for one row "
            "for each pair."
        )
    return ""


def in_one_sentence(explanations: Sequence[str]) -> str:
    """Join explanations that fit equally well.

    Examples
    --------
    >>> in_one_sentence(["You counted lines.", "You counted all years."])
    'Two explanations fit. Either: You counted lines. Or: You counted all years.'
    """
    different = list(dict.fromkeys(explanations))
    if len(different) < 2:
        return "".join(different)
    number = "Two" if len(different) == 2 else "Several"
    return f"{number} explanations fit. Either: {' Or: '.join(different)}"


def _labels_of(table: Plain, name: str) -> set[str]:
    if name not in table["columns"]:
        return set()
    place = table["columns"].index(name)
    return {str(normal_label(row[place])) for row in table["rows"]}


def _mostly(names: set[str], labels: set[str]) -> bool:
    return len(labels) > 1 and 2 * len(names & labels) > len(labels)


_CAUSES: dict[str, Callable[[Any, Any, dict[str, Any]], list[str]]] = {
    "number": of_number,
    "set": of_set,
    "list": of_list,
    "table": of_table,
}
