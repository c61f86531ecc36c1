"""What the words of a free text say about the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rilo_training.risk.folds import FOLDS
from rilo_training.risk.measures import Training
from rilo_training.risk.odds import log_odds
from rilo_training.risk.table import Floats, Table


@dataclass
class Words:
    """What the words of a text say about the outcome, learned from the other folds."""

    column: str
    said: dict[str, float] = field(default_factory=dict)
    strength: float = 2.0

    @property
    def name(self) -> str:
        """What it is called in explanations."""
        return f"words of {self.column}"

    def learn(self, training: Training) -> Floats:
        """Learn what is needed, and return the values of the training rows."""
        at, texts = training.table.words[self.column]
        words = sorted({word for text in texts for word in text})
        place = {word: number for number, word in enumerate(words)}
        lengths = np.array([len(text) for text in texts], np.int64)
        flat = np.array([place[word] for text in texts for word in text], np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        weight = training.weight
        share = float(np.average(training.y, weights=weight))
        # Rows, and rows with the outcome, of each text and fold, then of each word and fold.
        of_text = np.repeat(np.arange(len(texts)), lengths)
        number, seen = np.zeros((FOLDS, len(words))), np.zeros((FOLDS, len(words)))
        for fold in range(FOLDS):
            rows = training.fold == fold
            for counts, held in ((number, weight), (seen, weight * training.y)):
                per_text = np.bincount(at[rows], weights=held[rows], minlength=len(texts))
                counts[fold] = np.bincount(flat, weights=per_text[of_text], minlength=len(words))

        def of_texts(n: Floats, s: Floats) -> tuple[Floats, Floats]:
            odds = log_odds([s, n * share, n], self.strength, share)
            total = np.concatenate([[0.0], np.cumsum(odds[flat])])
            return odds, total[starts[1:]] - total[starts[:-1]]

        found = np.zeros(training.table.rows)
        for fold in range(FOLDS):
            rows = training.fold == fold
            others = number.sum(axis=0) - number[fold], seen.sum(axis=0) - seen[fold]
            found[rows] = of_texts(*others)[1][at[rows]]
        odds, _ = of_texts(number.sum(axis=0), seen.sum(axis=0))
        self.said = dict(zip(words, odds.tolist(), strict=True))
        return found

    def values(self, table: Table) -> Floats:
        """Return the values of other rows."""
        at, texts = table.words[self.column]
        return np.array([sum(self.said.get(word, 0.0) for word in text) for text in texts])[at]
