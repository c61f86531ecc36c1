"""One of the options that the question names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable, describe
from rilo_training.answers.plain import Plain


class Choice(Kind):
    """Form: ``options``, a dict from the letter to its words."""

    asks_for = "one of the letters"
    required = frozenset({"options"})

    def read(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the letter. Capital and small letters are the same."""
        options: Mapping[str, str] = form["options"]
        value = answer.get("value") if answer["type"] == "value" else None
        if isinstance(value, str):
            letter = value.strip().strip(".)(").lower()
            if letter in options:
                return letter
        letters = ", ".join(f'"{letter}"' for letter in options)
        raise Unreadable(f"Your answer is {describe(answer)}. The letters are {letters}.")

    def compare(self, reference: str, answer: str, form: Mapping[str, Any]) -> Comparison:
        """Full or nothing."""
        return Comparison(1.0 if reference == answer else 0.0)

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the letter with its words."""
        try:
            letter = self.read(answer, form)
        except Unreadable:
            return describe(answer)
        return f"{letter}: {form['options'][letter]}"
