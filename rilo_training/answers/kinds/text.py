"""A written answer: a person marks it, the machine looks at its structure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rilo_training.answers.estimation import estimation_notes
from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, counted, describe
from rilo_training.answers.plain import Plain


class Text(Kind):
    """Form: ``words`` (fewest and most), ``rubric``, and what the machine looks for besides.

    ``must_say`` and ``must_not_say`` hold, for each part, a pattern (a regular expression,
    capitals ignored). With ``estimation`` true, words of estimation are those of the course.
    With ``figures`` true, the grader looks for every figure in the outputs of the run; a
    practice check has no outputs, so it does not. What the machine finds are sentences for the
    writer and for the person who marks: it gives no points.
    """

    asks_for = "a text"
    required = frozenset({"words", "rubric"})
    allowed = frozenset({"must_say", "must_not_say", "estimation", "figures"})
    is_marked_by_a_person = True

    def read(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the text."""
        value = answer.get("value") if answer["type"] == "value" else None
        if not isinstance(value, str):
            raise Unreadable(f"Your answer is {describe(answer)}.")
        return value

    def compare(self, reference: str, answer: str, form: Mapping[str, Any]) -> Comparison:
        """Say what the structure lacks; the share is 1 when it lacks nothing."""
        fewest, most = form["words"]
        count = len(re.findall(r"\S+", answer))
        notes = []

        def found(pattern: str) -> bool:
            return re.search(pattern, answer, re.IGNORECASE) is not None

        if not fewest <= count <= most:
            notes.append(
                f"Your text has {counted(count, 'word')}. It should have {fewest} to {most}."
            )
        missing = [part for part, pattern in form.get("must_say", {}).items() if not found(pattern)]
        if missing:
            notes.append(f"Not found: {'; '.join(missing)}.")
        extra = [part for part, pattern in form.get("must_not_say", {}).items() if found(pattern)]
        if extra:
            notes.append(f"This should not be in the text: {'; '.join(extra)}.")
        if form.get("estimation"):
            notes += estimation_notes(answer)
        return Comparison(0.0 if notes else 1.0, " ".join(notes))

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the whole text: a person reads it."""
        return str(answer["value"]) if answer["type"] == "value" else describe(answer)
