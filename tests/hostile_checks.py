"""What holds for every hostile submission: it costs its author marks, and nobody else anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import psutil
from hostile_answers import FOUND, REACHED, Attack
from hostile_scene import HOSTILE, QUESTIONS, Scene

from rilo_training.answers import Judgement

MOST_MEMORY = 2_000_000_000
"""Bytes by which a hostile submission may make the grader grow."""


class Undisturbed:
    """A scene in which a good participant was graded before anything hostile ran."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.judgements = scene.examine(scene.good).judgements
        assert {found.verdict for found in self.judgements.values()} == {"correct"}
        self.state = scene.state()

    def check(self, attacks: Sequence[Attack]) -> dict[str, Judgement]:
        """Grade a hostile submission, and say of everything that must be as before."""
        before = psutil.Process().memory_info().rss
        found = self.scene.examine(self.scene.with_hostile([attack.code for attack in attacks]))
        wrong = [*self._of_author(attacks, found.judgements), *self._of_others()]
        wrong += [f"the notebook of the run tells: {name}" for name in self.scene.leaks(found)]
        outputs = [output for cell in found.notebook.cells for output in cell.get("outputs", [])]
        shown = "".join(str(output.get("text", "")) for output in outputs)
        wrong += [f"a cell says {word!r}" for word in (REACHED, FOUND) if word in shown]
        if psutil.Process().memory_info().rss - before > MOST_MEMORY:
            wrong.append("the grader grew")
        assert not wrong, "; ".join(wrong)
        return found.judgements

    def _of_author(self, attacks: Sequence[Attack], judgements: dict[str, Judgement]) -> list[str]:
        wrong = []
        hostile = dict(zip(HOSTILE, attacks, strict=False))
        for question in QUESTIONS:
            found = judgements[question]
            attack = hostile.get(question)
            if attack is None:
                if found != self.judgements[question]:
                    wrong.append(f"{question} beside it is {asdict(found)}")
            elif found.points or found.verdict in ("correct", "partial", "to_mark"):
                wrong.append(f"{attack.name!r} is {found.verdict} with {found.points} points")
            elif attack.verdicts and found.verdict not in attack.verdicts:
                wrong.append(f"{attack.name!r} is {found.verdict}: {found.diagnosis}")
        return wrong

    def _of_others(self) -> list[str]:
        wrong = [f"still there: {words}" for words in self.scene.leftovers()]
        now = self.scene.state()
        wrong += [
            f"{name} changed: {now[name]}"
            for name, digest in self.state.items()
            if now[name] != digest
        ]
        if visits := self.scene.visitors():
            wrong.append(f"{visits} connections to a server of this computer")
        if self.scene.examine(self.scene.good).judgements != self.judgements:
            wrong.append("the next participant has other verdicts")
        return wrong


def names(attacks: Sequence[Attack]) -> str:
    """A name for a group in the list of tests."""
    return ", ".join(attack.name for attack in attacks)
