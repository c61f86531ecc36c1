"""Plain English for readers with English as a second language: short sentences, known words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rilo_training.course.editing.prose import Passage, sentences_of

RULES = Path("curriculum") / "plain_english.toml"


@dataclass(frozen=True)
class EnglishRules:
    """How long a sentence may be, which words are avoided, and what may stand nevertheless.

    Attributes
    ----------
    words : int
        The most words of a sentence.
    avoid : dict
        From a pattern to what to write in its place.
    exceptions : dict
        From a piece of text that may stand to the reason.
    """

    words: int
    avoid: dict[re.Pattern[str], str]
    exceptions: dict[str, str]


def load_rules(root: Path) -> EnglishRules:
    """Read the rules of plain English of a course."""
    found: dict[str, Any] = tomllib.loads((root / RULES).read_text(encoding="utf-8"))
    return EnglishRules(
        words=int(found["most_words_of_a_sentence"]),
        avoid={
            re.compile(rf"\b(?:{entry['word']})\b", re.IGNORECASE): str(entry["write"])
            for entry in found["avoid"]
        },
        exceptions={entry["text"]: str(entry["why"]) for entry in found.get("exception", [])},
    )


def english_problems(passages: Iterable[Passage], rules: EnglishRules) -> list[str]:
    r"""Return what is not plain in some texts, one sentence each; an empty list is good.

    Examples
    --------
    >>> from rilo_training.course.editing.prose import Passage
    >>> rules = EnglishRules(5, {re.compile(r"\bsimply\b"): "nothing"}, {})
    >>> english_problems([Passage("here", "Simply count. Then simply go.")], rules)
    ["here: 'simply' in 'Then simply go.' Write nothing."]
    """
    problems = []
    for passage in passages:
        for sentence in sentences_of(passage.text):
            if any(text in sentence for text in rules.exceptions):
                continue
            count = len(re.findall(r"\w[\w'’.,:%/-]*", sentence))
            if count > rules.words:
                problems.append(f"{passage.place}: {count} words in '{sentence}'")
            for pattern, instead in rules.avoid.items():
                if found := pattern.search(sentence):
                    problems.append(
                        f"{passage.place}: '{found[0]}' in '{sentence}' Write {instead}."
                    )
    return problems


def unused_exceptions(passages: Iterable[Passage], rules: EnglishRules) -> list[str]:
    """Return the exceptions that no text needs any more."""
    texts = [sentence for passage in passages for sentence in sentences_of(passage.text)]
    return [text for text in rules.exceptions if not any(text in one for one in texts)]
