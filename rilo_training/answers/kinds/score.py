"""A score for each consignment: the higher it is, the sooner the consignment is inspected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rilo_training.answers.encode import encode
from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, counted, describe
from rilo_training.answers.kinds.columns import positions_of
from rilo_training.answers.kinds.labels import is_number, normal_value
from rilo_training.answers.plain import Plain
from rilo_training.answers.question import Question, QuestionError

Scores = dict[str, float]

CLOSE_ENOUGH = 0.95
"""The share of the reference's finds that earns full marks: other good models may differ."""

LEAST_ROOM = 0.05
"""How much of the reference's finds must lie between the baseline and full marks."""

_DIGITS = 6  # of a probability, which keeps the key short


class Score(Kind):
    """Form: ``budget`` (a share of the consignments, from 0 to 1) and ``baseline`` (a score).

    A score is a Series, a dict or a table from ``consignment_id`` to a number, on any scale.
    Higher means inspected first. Only the order counts.

    The answer earns (own - baseline) / (0.95 * reference - baseline) of the points, from 0 to
    1, in expected finds: the sum of the true probabilities of the consignments that the score
    would have inspected. The top ``budget`` share of the asked consignments is inspected; the
    asked consignments are those that the reference scores. At a tie, the expected value over a
    draw by lot counts. A consignment without a value is inspected last.

    The true probabilities come from the world, not from an author: see :func:`with_truth`.
    """

    asks_for = "a score: a Series, a dict or a table from consignment_id to a number"
    required = frozenset({"budget", "baseline"})
    has_partial_credit = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> Scores:
        """Return the score of each consignment; NaN where the value is empty."""
        if answer["type"] in ("list", "set"):
            raise Unreadable(
                f"Your answer is {describe(answer)} without the ids of the consignments. Give "
                'each value its id: `pd.Series(score, index=table["consignment_id"])`.'
            )
        if answer["type"] != "table":
            raise Unreadable(f"Your answer is {describe(answer)}.")
        scores: Scores = {}
        if not answer["rows"]:
            return scores
        places = positions_of(answer, ["consignment_id", "score"], 1)
        for row in answer["rows"]:
            name, value = str(normal_value(row[places[0]])), row[places[1]]
            if value is None:
                value = math.nan
            elif isinstance(value, bool):
                value = float(value)
            elif value in ("Infinity", "-Infinity"):
                value = math.inf if value == "Infinity" else -math.inf
            if not is_number(value):
                raise Unreadable(
                    f"Your score holds {describe({'type': 'value', 'value': value})}. "
                    "Each value should be a number."
                )
            number = float(value)
            if not _alike(scores.setdefault(name, number), number):
                raise Unreadable(
                    f"The consignment {name[:40]!r} has two values in your score. Give one value "
                    "for each consignment."
                )
        return scores

    def is_empty(self, value: Scores) -> bool:
        """Whether no consignment has a value."""
        return not value

    def equals(self, left: Scores, right: Scores, form: Mapping[str, Any]) -> bool:
        """Whether two scores would inspect the same of the consignments in the first."""
        asked = list(left)
        one, other = (_chances(asked, score, form["budget"]) for score in (left, right))
        return bool(asked) and all(abs(a - b) < 1e-9 for a, b in zip(one, other, strict=True))

    def compare(self, reference: Scores, answer: Scores, form: Mapping[str, Any]) -> Comparison:
        """The share of the way from the baseline to the reference, in expected finds."""
        chances = form.get("p_illicit")
        if chances is None:
            raise QuestionError("A score is compared with the truth of its world: with_truth().")
        asked = list(reference)
        baseline = self.read(form["baseline"], form)

        def finds(score: Scores) -> float:
            return _finds(asked, score, chances, form["budget"])

        lowest, highest, own = finds(baseline), finds(reference), finds(answer)
        enough = CLOSE_ENOUGH * highest
        if enough <= lowest:
            return Comparison(0.0, "")  # problems() refuses such a world
        share = min(1.0, max(0.0, (own - lowest) / (enough - lowest)))
        if share >= 1 - 1e-12:
            return Comparison(1.0)
        notes = _notes(asked, answer)
        if share == 0.0:
            notes.append("With your score, no more is found than with the baseline.")
        else:
            notes.append(
                "With your score, more is found than with the baseline, and less than it could be."
            )
        turned = finds({name: -value for name, value in answer.items()})
        if turned - lowest >= 0.5 * (enough - lowest) and turned > own:
            notes.append(
                "It looks as if your score is the wrong way round. A higher value should mean "
                "a higher risk."
            )
        return Comparison(share, " ".join(notes))

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form with the baseline as plain data."""
        budget = form["budget"]
        if not is_number(budget) or not 0 < budget < 1:
            raise ValueError("budget is a share between 0 and 1")
        baseline = encode(form["baseline"])
        try:
            self.read(baseline, form)
        except Unreadable as reason:
            raise ValueError(f"the baseline is no score. {reason}") from None
        return {**form, "budget": float(budget), "baseline": baseline}

    def problems(self, reference: Scores, form: Mapping[str, Any]) -> list[str]:
        """Return why nobody could be marked fairly with this reference."""
        chances = form.get("p_illicit")
        if chances is None:
            return ["the truth of its world is missing."]
        unknown = [name for name in reference if name not in chances]
        if unknown:
            return [
                f"{counted(len(unknown), 'consignment')} of the reference are not in the world."
            ]
        asked, budget = list(reference), form["budget"]
        if any(math.isnan(value) for value in reference.values()):
            return ["the reference leaves a consignment without a value."]
        best = _finds(asked, reference, chances, budget)
        base = _finds(asked, self.read(form["baseline"], form), chances, budget)
        if CLOSE_ENOUGH * best - base < LEAST_ROOM * best:
            return [
                f"the reference is expected to find {best:.1f} and the baseline {base:.1f}: "
                "there is too little between them."
            ]
        return []

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Say for how many consignments there is a value."""
        try:
            number = sum(not math.isnan(value) for value in self.read(answer, form).values())
        except Unreadable:
            return describe(answer)
        return f"a score for {counted(number, 'consignment')}"


def with_truth(question: Question, p_illicit: Mapping[str, float]) -> Question:
    """Return a question on scores with the truth of its world; any other one unchanged.

    Parameters
    ----------
    question
        A question whose reference comes from this world.
    p_illicit
        The true probability of each consignment, by its id. Only those that the reference
        scores are kept, to six digits.

    Returns
    -------
    Question
        A reference or a baseline that cannot be read is left to admission, which refuses it.

    Examples
    --------
    >>> from rilo_training.answers import Question, encode, judge
    >>> form = {"budget": 0.5, "baseline": encode({"a": 0, "b": 0, "c": 0, "d": 0})}
    >>> asked = Question("q1", "score", "score", 4, "C4", ("", ""),
    ...                  encode({"a": 4, "b": 3, "c": 2, "d": 1}), form=form)
    >>> asked = with_truth(asked, {"a": 0.9, "b": 0.5, "c": 0.1, "d": 0.1})
    >>> judge(asked, encode({"b": 9, "a": 8, "c": 0, "d": 0})).points
    4
    >>> judge(asked, encode({"a": 9, "c": 8, "b": 0, "d": 0})).points
    1.51
    """
    if question.kind != "score":
        return question
    try:
        asked = Score().read(question.reference, question.form)
    except Unreadable:
        return question
    known = {name: round(float(p_illicit[name]), _DIGITS) for name in asked if name in p_illicit}
    return replace(question, form={**question.form, "p_illicit": known})


def _alike(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _chances(asked: list[str], score: Scores, budget: float) -> list[float]:
    """Return the chance of each consignment to be inspected: 1, 0, or between them at a tie."""
    values = [score.get(name, math.nan) for name in asked]
    # What has no value comes after everything that has one, the lowest value included.
    ranks = [(0, 0.0) if math.isnan(value) else (1, value) for value in values]
    inspected = _inspected(len(asked), budget)
    if not ranks:
        return []
    last = sorted(ranks, reverse=True)[inspected - 1]
    before = sum(rank > last for rank in ranks)
    at_the_cut = (inspected - before) / sum(rank == last for rank in ranks)
    return [1.0 if rank > last else at_the_cut if rank == last else 0.0 for rank in ranks]


def _inspected(number: int, budget: float) -> int:
    return min(number, max(1, math.floor(budget * number + 0.5)))


def _finds(asked: list[str], score: Scores, p_illicit: Mapping[str, float], budget: float) -> float:
    chances = _chances(asked, score, budget)
    return math.fsum(
        chance * p_illicit.get(name, 0.0) for name, chance in zip(asked, chances, strict=True)
    )


def _notes(asked: list[str], answer: Scores) -> list[str]:
    known = [answer[name] for name in asked if name in answer]
    notes = []
    if unknown := len(answer.keys() - set(asked)):
        notes.append(f"{counted(unknown, 'id')} in your score: no such consignment is asked.")
    if missing := len(asked) - len(known):
        notes.append(f"{counted(missing, 'consignment')} without a value: they come last.")
    empty = sum(math.isnan(value) for value in known)
    if known and empty == len(known):
        notes.append(
            "Every value of your score is empty (NaN). Perhaps your numbers have row labels, which "
            "do not fit the ids. Take the labels away with `.to_numpy()` before you give the ids."
        )
    elif empty:
        notes.append(f"{counted(empty, 'value')} of your score are empty (NaN): they come last.")
    if len(known) > 1 and len({value for value in known if not math.isnan(value)}) == 1:
        notes.append("Your score has one value for all. That is a draw by lot.")
    return notes
