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
        """Return the letter. Capital and small letters are the same.

        The words of an option, and the letter with its words, stand for the letter.
        """
        options: Mapping[str, str] = form["options"]
        value = answer.get("value") if answer["type"] == "value" else None
        if answer["type"] in ("list", "set") and len(answer["items"]) == 1:
            value = answer["items"][0]
        if isinstance(value, str | int) and not isinstance(value, bool):
            given = _plain_words(str(value))
            meant = [
                letter
                for letter, words in options.items()
                if given in _ways_to_write(letter, words)
            ]
            if len(meant) == 1:
                return meant[0]
        letters = ", ".join(f'"{letter}"' for letter in options)
        raise Unreadable(f"Your answer is {describe(answer)}. The letters are {letters}.")

    def compare(self, reference: str, answer: str, form: Mapping[str, Any]) -> Comparison:
        """Full or nothing."""
        return Comparison(1.0 if reference == answer else 0.0)

    def prepare(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse options that a reader cannot tell apart."""
        letters = [_plain_words(letter) for letter in form["options"]]
        if len(set(letters)) != len(letters) or len(letters) < 2:
            raise ValueError("options are at least two letters, each once")
        return dict(form)

    def show(self, answer: Plain, form: Mapping[str, Any]) -> str:
        """Return the letter with its words."""
        try:
            letter = self.read(answer, form)
        except Unreadable:
            return describe(answer)
        return f"{letter}: {form['options'][letter]}"


def _plain_words(text: str) -> str:
    return " ".join(text.casefold().strip(" .)(").split())


def _ways_to_write(letter: str, words: str) -> set[str]:
    short, long = _plain_words(letter), _plain_words(words)
    ways = {f"{short}{sign} {long}" for sign in (":", ".", ")", "")}
    return {way for way in (short, long, *ways) if way}
