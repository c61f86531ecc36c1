"""A function, compared by what it returns on tables that its author has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, describe
from rilo_training.answers.kinds.items import ListOfItems, SetOfItems
from rilo_training.answers.kinds.number import Number
from rilo_training.answers.kinds.table import Table
from rilo_training.answers.plain import Plain

RETURNS: dict[str, Kind] = {
    "number": Number(),
    "set": SetOfItems(),
    "list": ListOfItems(),
    "table": Table(),
}


@dataclass(frozen=True)
class NoResult:
    """That a function gave nothing that can be compared on a table, and why.

    Two of them are the same mistake where the same thing came out: an error, nothing, or a
    value of another form. So a known mistake without `return` does not name a forgotten `len`.
    """

    reason: str = field(compare=False)
    what: str = ""


class Function(Kind):
    """Form: ``returns`` (number, set, list or table), and the form of that kind.

    Partial credit: results that are right, over all results; nothing where the first one is
    not right. `rilo_training.learn.probes` makes the tables.
    """

    asks_for = "a function"
    required = frozenset({"returns"})
    allowed = frozenset().union(*(kind.required | kind.allowed for kind in RETURNS.values()))
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result for each table: a value of the kind it returns, or `NoResult`."""
        if answer["type"] != "function":
            called = " Give the function itself: its name without round brackets."
            advice = called if answer["type"] in ("value", "list", "set", "table") else ""
            raise Unreadable(f"Your answer is {describe(answer)}.{advice}")
        return {probe: _result(found, form) for probe, found in answer["results"]}

    def compare(
        self, reference: dict[str, Any], answer: dict[str, Any], form: Mapping[str, Any]
    ) -> Comparison:
        """Right results over all results."""
        inner = RETURNS[form["returns"]]
        wrong = [
            probe
            for probe, expected in reference.items()
            if not _is_same(expected, answer.get(probe, NoResult("")), inner, form)
        ]
        if not wrong:
            return Comparison(1.0)
        first, found = wrong[0], answer.get(wrong[0], NoResult("It was not called."))
        reason = found.reason if isinstance(found, NoResult) else "The result is not right."
        note = f"Your function was called on {first}. {reason}"
        if first == next(iter(reference)):
            return Comparison(0.0, note)
        return Comparison(1 - len(wrong) / len(reference), note)

    def is_empty(self, value: dict[str, Any]) -> bool:
        """Whether the function was never called."""
        return not value

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse a kind that no function can return here, and a form that is not its own."""
        if form["returns"] not in RETURNS:
            raise ValueError(f"returns is one of {', '.join(RETURNS)}")
        inner = RETURNS[form["returns"]]
        given = {name: value for name, value in form.items() if name != "returns"}
        if missing := inner.required - given.keys():
            raise ValueError(f"a {form['returns']} needs {', '.join(sorted(missing))}")
        if unknown := given.keys() - inner.required - inner.allowed:
            raise ValueError(f"a {form['returns']} has no {', '.join(sorted(unknown))}")
        return {"returns": form["returns"], **inner.prepare(given)}

    def problems(self, reference: dict[str, Any], form: Mapping[str, Any]) -> list[str]:
        """Say where the reference gives nothing, or what its kind does not allow."""
        if not reference:
            return ["The reference is a function that was not called on any table."]
        found = []
        for probe, value in reference.items():
            if isinstance(value, NoResult):
                found.append(f"The reference was called on {probe}. {value.reason}")
            else:
                found += RETURNS[form["returns"]].problems(value, form)
        return found

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return what the function gave on the first table."""
        if answer["type"] != "function" or not answer["results"]:
            return describe(answer)
        probe, found = answer["results"][0]
        if found["type"] == "raised":
            return f"a function: on {probe} it stops"
        return f"a function: on {probe} it returns {RETURNS[form['returns']].show(found, form)}"


def _result(found: Plain, form: Mapping[str, Any]) -> Any:
    if found["type"] == "raised":
        return NoResult(f"It stopped with an error: {found['error']}", "an error")
    inner = RETURNS[form["returns"]]
    try:
        return inner.read(found, form)
    except Unreadable as reason:
        words = str(reason).replace("Your answer is", "It returned", 1)
        what = "nothing" if _is_nothing(found) else "another form"
        return NoResult(f"{words} It should return {inner.asks_for}.", what)


def _is_nothing(found: Plain) -> bool:
    """Whether a function has no `return`, or gives an empty value."""
    return found["type"] == "not_attempted" or (found["type"], found.get("value", 0)) == (
        "value",
        None,
    )


def _is_same(left: Any, right: Any, inner: Kind, form: Mapping[str, Any]) -> bool:
    if isinstance(left, NoResult) or isinstance(right, NoResult):
        return bool(left == right)
    return inner.equals(left, right, form)
