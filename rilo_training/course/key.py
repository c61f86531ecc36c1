"""The three calls of a key cell. They run in instructor notebooks only.

A key cell stands behind the check cell of its question. It is removed from participants'
copies. While an author works, the calls only look for errors of form; in a run of the grader
they also declare what they hold.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

from rilo_training.answers import QuestionError
from rilo_training.answers.kinds import KINDS
from rilo_training.learn.feedback import declare
from rilo_training.learn.probes import encode_answer
from rilo_training.learn.session import OFFICIAL_VARIABLE

KEY_MIME = "application/vnd.rilo.key+json"
MISTAKE_MIME = "application/vnd.rilo.mistake+json"
CLAIM_MIME = "application/vnd.rilo.claim+json"


def key(
    question: str,
    *,
    points: float,
    kind: str,
    competence: str,
    hints: Sequence[str],
    needs: Sequence[str] = (),
    depends_on_world: bool = True,
    support: int | None = None,
    review: str = "",
    on_lines: object = None,
    **form: Any,
) -> None:
    """Say how the answer to a question is compared. The reference is what ``check`` declared.

    Parameters
    ----------
    question
        The id: ``"q1"``.
    points
        What a correct answer earns.
    kind
        ``number``, ``choice``, ``set``, ``list``, ``table``, ``score``, ``chart``, ``function`` or
        ``text``.
    competence
        ``"C1"`` to ``"C7"``.
    hints
        Two sentences: where to look; the step on other data.
    needs
        Questions whose answers this one uses.
    depends_on_world
        Whether another world gives another answer; ``rilo verify`` proves it.
    support
        How many rows stand behind the answer. Needed where the answer depends on the world.
    review
        What to read again after a wrong answer.
    on_lines
        The same answer, computed on seizure lines where cases are asked. Who gives it reads
        "You counted seizure lines. One case may hold several lines." Where it equals the
        reference on some data, it is left out there.
    **form
        What the kind needs (and what it may have):

        - number: ``digits`` (``unit``);
        - choice: ``options``, from the letter to its words;
        - set and list: nothing (``digits`` where the items are numbers);
        - table: ``on`` (key columns), ``columns`` from the name to its digits, None for a
          label (``ordered``);
        - score: ``budget`` (the share that can be inspected) and ``baseline`` (a score to
          beat, for example the same value for all). The true probabilities come from the world;
        - chart: ``mark``, one or several allowed ones of bar, histogram, line, scatter, area,
          heat map, box, pie (``digits``, ``zero_based``, ``scale``, ``orientation``,
          ``ordered``, ``labels``, ``alt_text``). The reference's own chart is what is compared;
        - function: ``returns`` (number, set, list or table), and what that kind needs. It is called
          on tables like those of the run, see :mod:`rilo_training.learn.probes`;
        - text: ``words``, ``rubric`` (``must_say``, ``must_not_say``).

        :mod:`rilo_training.answers.kinds` says more about each.

    Raises
    ------
    QuestionError
        When something is missing or unknown; the text says what.
    """
    if kind not in KINDS:
        raise QuestionError(f"{question}: there is no kind {kind!r}. Kinds: {', '.join(KINDS)}.")
    required, allowed = KINDS[kind].required, KINDS[kind].allowed
    if missing := required - form.keys():
        raise QuestionError(f"{question}: a {kind} needs {', '.join(sorted(missing))}.")
    if unknown := form.keys() - required - allowed:
        raise QuestionError(f"{question}: a {kind} has no {', '.join(sorted(unknown))}.")
    if len(hints) != 2 or not all(hint.strip() for hint in hints):
        raise QuestionError(f"{question}: give exactly two hints.")
    if points <= 0:
        raise QuestionError(f"{question}: points must be more than 0. Found {points}.")
    if not re.fullmatch("C[1-7]", competence):
        raise QuestionError(f"{question}: competence is C1 to C7. Found {competence!r}.")
    if depends_on_world and support is None and not KINDS[kind].is_marked_by_a_person:
        raise QuestionError(f"{question}: say how many rows stand behind the answer (support=).")
    try:
        form = KINDS[kind].prepare(form)
    except (AttributeError, TypeError, ValueError) as reason:
        raise QuestionError(f"{question}: the form of a {kind} is not right: {reason}.") from None
    _declare(
        KEY_MIME,
        {
            "question": question,
            "points": float(points),
            "kind": kind,
            "competence": competence,
            "hints": list(hints),
            "needs": list(needs),
            "depends_on_world": bool(depends_on_world),
            "support": None if support is None else int(support),
            "review": review,
            "on_lines": None if on_lines is None else encode_answer(on_lines),
            "form": form,
        },
    )


def mistake(question: str, value: object, sentence: str, credit: float = 0.0) -> None:
    """Name a mistake that people make, with the value that it gives on these data.

    Parameters
    ----------
    question
        The id: ``"q1"``.
    value
        The wrong answer, computed on the same data as the right one.
    sentence
        What the participant reads: kind, precise, without the right value.
    credit
        The share of the points that it still earns, from 0 to below 1: in a set, a table or a
        chart about the share of it that is right.
    """
    if not sentence.strip().endswith((".", "?")):
        raise QuestionError(f"{question}: end the sentence of a mistake with a full stop.")
    if not 0 <= credit < 1:
        raise QuestionError(f"{question}: credit is from 0 to below 1. Found {credit}.")
    _declare(
        MISTAKE_MIME,
        {
            "question": question,
            "value": encode_answer(value),
            "sentence": sentence,
            "credit": float(credit),
        },
    )


def claim(condition: object, sentence: str) -> None:
    """Assert what the text of the unit says about the data.

    Parameters
    ----------
    condition
        True when it holds on these data.
    sentence
        What is claimed: ``"There are more lines than cases."``

    Raises
    ------
    QuestionError
        While an author works and the claim does not hold. In a run of the grader it is
        recorded instead, and the world is not used.
    """
    holds = bool(condition)
    if not holds and os.environ.get(OFFICIAL_VARIABLE) != "official":
        raise QuestionError(f"This claim does not hold on these data: {sentence}")
    _declare(CLAIM_MIME, {"sentence": sentence, "holds": holds})


def _declare(mime: str, content: dict[str, Any]) -> None:
    if os.environ.get(OFFICIAL_VARIABLE) == "official":
        declare(mime, json.dumps(content))
