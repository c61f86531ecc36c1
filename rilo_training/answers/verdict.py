"""The words for how an answer stands."""

from __future__ import annotations

from dataclasses import dataclass

VERDICTS: dict[str, str] = {
    "correct": "correct",
    "near_miss": "a known mistake",
    "partial": "partly correct",
    "wrong": "not correct",
    "not_attempted": "not attempted",
    "no_answer": "no answer arrived",
    "error": "the answer stopped with an error",
    "timeout": "the answer took too long",
    "out_of_memory": "the answer used too much memory",
    "kernel_died": "the answer stopped the kernel",
    "to_mark": "waits for an instructor",
}
"""Every verdict with its name for people, in the order in which they apply."""


@dataclass(frozen=True)
class Judgement:
    """How one answer stands.

    Parameters
    ----------
    verdict
        One of :data:`VERDICTS`.
    points
        What the answer earned, from 0 to ``out_of``. None while it waits for an instructor.
    out_of
        The points of the question.
    diagnosis
        Why, in sentences that a participant may read. It never holds the expected value.
    mistake
        The position of the named mistake, from 0, where the answer equals one. The answer on
        seizure lines stands after the named ones.
    """

    verdict: str
    points: float | None
    out_of: float
    diagnosis: str = ""
    mistake: int | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"There is no verdict {self.verdict!r}.")

    @property
    def has_full_marks(self) -> bool:
        """Whether nothing better can come of running the answer again."""
        return self.verdict in ("correct", "to_mark")
