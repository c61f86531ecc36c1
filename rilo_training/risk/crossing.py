"""The training rows as several models see them, each of which never saw one fold.

The whole model is learned several times, each time without one fold, and once from all rows. Then
what a fold is told by the others was never touched by its own outcomes, also not by way of the
expectations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rilo_training.risk.odds import sigmoid
from rilo_training.risk.table import Codes, Floats

CLOSE = 1e-12
"""A level is found when a step is shorter."""


@dataclass
class Crossing:
    """The training rows as several models see them, each of which never saw one fold.

    Attributes
    ----------
    y : array of float, shape (rows,)
        The outcome.
    fold : array of int, shape (rows,)
        The fold of each row.
    weight : array of float, shape (rows,)
        How much each row counts.
    left_out : tuple of int
        The fold that each model did not see; the last model saw all rows and is not among them.
    share : float
        The share of outcomes among all rows.
    score : array of float, shape (models, rows)
        Log-odds of each row by each model.
    own : list of array of int
        The rows that each model did not see.
    """

    y: Floats
    fold: Codes
    weight: Floats
    left_out: tuple[int, ...]
    share: float = field(init=False)
    score: Floats = field(init=False)
    own: list[Codes] = field(init=False)

    def __post_init__(self) -> None:
        self.own = [np.flatnonzero(self.fold == fold) for fold in self.left_out]
        self.share = float(np.average(self.y, weights=self.weight))
        self.score = np.zeros((len(self.left_out) + 1, len(self.y)))
        self.set_level()

    def set_level(self) -> None:
        """Set the level of each model so that its rows expect as many outcomes as they hold."""
        for model, score in enumerate(self.score):
            seen = np.ones(len(score), bool)
            if model < len(self.own):
                seen[self.own[model]] = False
            weight = self.weight[seen]
            outcomes = float(self.y[seen] @ weight)
            outcomes = float(np.clip(outcomes, 0.5, max(weight.sum() - 0.5, 0.5)))
            for _ in range(8):
                p = sigmoid(score[seen])
                step = (outcomes - p @ weight) / max(float((p * (1 - p)) @ weight), 1e-9)
                score += np.clip(step, -2.0, 2.0)
                if abs(step) < CLOSE:
                    break

    def honest(self) -> tuple[Codes, Floats]:
        """Return rows that a model did not see, and what it says about them."""
        rows = np.concatenate(self.own)
        said = [score[own] for score, own in zip(self.score, self.own, strict=False)]
        return rows, np.concatenate(said)

    def crossed(self, values: Floats, level: Codes) -> Floats:
        """Return the evidence of the rows of `honest`, by the models that did not see them."""
        said = [table[level[own]] for table, own in zip(values, self.own, strict=False)]
        return np.concatenate(said)


@dataclass
class Expectation:
    """The probabilities of a crossing, made once and used for many levels."""

    crossing: Crossing
    outcome: Floats = field(init=False)
    p: Floats = field(init=False)
    squared: Floats = field(init=False)

    def __post_init__(self) -> None:
        p, weight = sigmoid(self.crossing.score), self.crossing.weight
        self.outcome = self.crossing.y * weight
        self.p, self.squared = p * weight, p * p * weight

    def counts(
        self, level: Codes, size: int, most: int | None = None
    ) -> tuple[list[Floats], list[Floats]]:
        """Return outcomes, expected outcomes and sums of p squared, by model and level.

        First of the rows that a model learns from, then of those it did not see. With `most`, only
        of so many models, and not of the one that saw all rows.
        """
        crossing = self.crossing
        own = crossing.own[:most]
        learned = [np.zeros((len(own) + (most is None), size)) for _ in range(3)]
        held = [np.zeros((len(own), size)) for _ in range(3)]
        seen = np.bincount(level, weights=self.outcome, minlength=size)
        for model in range(len(learned[0])):
            every = (
                seen,
                np.bincount(level, weights=self.p[model], minlength=size),
                np.bincount(level, weights=self.squared[model], minlength=size),
            )
            parts = self.outcome, self.p[model], self.squared[model]
            for kind in range(3):
                learned[kind][model] = every[kind]
                if model < len(own):
                    rows = own[model]
                    less = np.bincount(level[rows], weights=parts[kind][rows], minlength=size)
                    held[kind][model] = less
                    learned[kind][model] -= less
        np.maximum(learned[1], 0.0, out=learned[1])
        np.maximum(learned[2], 0.0, out=learned[2])
        return learned, held
