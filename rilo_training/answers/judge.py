"""Give a verdict on one answer, from plain data alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rilo_training.answers.diagnosis import (
    LINES,
    TYPED_IN,
    TYPED_IN_MISTAKE,
    TYPED_IN_PARTLY,
    exact_causes,
    in_one_sentence,
    likely_cause,
    unreadable_cause,
)
from rilo_training.answers.kinds import KINDS, Kind, Unreadable
from rilo_training.answers.kinds.base import describe
from rilo_training.answers.plain import Plain
from rilo_training.answers.question import Mistake, Question
from rilo_training.answers.verdict import Judgement

_EVIDENCE = {
    "error": "Your code stopped with an error: {detail}",
    "timeout": "Your code did not finish in {detail} seconds. It was stopped.",
    "out_of_memory": "Your code used more memory than it may use. It was stopped.",
    "kernel_died": "Your code ended the kernel, so no answer could arrive.",
    "no_answer": "The check ran, but no answer arrived.",
    "not_attempted": "The answer is still `...`.",
}


def judge(question: Question, answer: Plain, practice: Plain | Question | None = None) -> Judgement:
    """Compare an answer with the reference and with the known mistakes.

    Parameters
    ----------
    question
        The question with its reference value on the world of this run.
    answer
        What the participant declared, as :func:`rilo_training.answers.encode` makes it.
    practice
        The reference value on the practice data, where the run used other data. An answer
        that equals it was typed in, and the diagnosis says so. With the whole question on the
        practice data, its known mistakes are recognised too.

    Returns
    -------
    Judgement
        The first verdict that applies. The diagnosis never holds the expected value. Where
        several explanations fit, it gives them all.

    Examples
    --------
    >>> from rilo_training.answers import Mistake, Question, encode
    >>> cases = Question("q1", "cases", "number", 2, "C2", ("Look.", "Step."), encode(10),
    ...                  (Mistake(encode(12), "You counted seizure lines."),), {"digits": 0})
    >>> judge(cases, encode(10)).verdict, judge(cases, encode(12)).diagnosis
    ('correct', 'You counted seizure lines.')
    """
    if answer["type"] == "not_attempted":
        return judge_evidence(question, "not_attempted")
    kind = KINDS[question.kind]
    if kind.is_marked_by_a_person:
        return _judge_written(question, answer)
    reference = kind.read(question.reference, question.form)
    try:
        value = kind.read(answer, question.form)
    except Unreadable as found:
        cause = unreadable_cause(question, answer)
        words = f"{found} The question asks for {kind.asks_for}. {cause}".strip()
        return Judgement("wrong", 0.0, question.points, words)
    comparison = kind.compare(reference, value, question.form)
    if comparison.is_equal:
        return Judgement("correct", question.points, question.points)
    known = _known_mistakes(question, kind, reference, value)
    typed_in = _typed_in(question, kind, value, practice)
    causes = exact_causes(question, reference, value)
    if known:
        # An author may have named a general mistake in better words.
        same = {cause for one in known for cause in exact_causes(question, reference, one.value)}
        sentences = [one.mistake.sentence for one in known]
        # The same mistake on the practice data explains nothing that this one does not.
        sentences += [typed for typed in typed_in if not typed.startswith(TYPED_IN_MISTAKE)]
        sentences += [cause for cause in causes if cause not in same]
        credit = max(one.mistake.credit for one in known)
        return Judgement(
            "near_miss",
            round(credit * question.points, 2),
            question.points,
            in_one_sentence(sentences),
            known[0].position,
        )
    if typed_in:
        return Judgement("wrong", 0.0, question.points, in_one_sentence(typed_in + causes))
    if kind.is_empty(value) and not kind.is_empty(reference):
        words = f"Your answer is {describe(answer)}. It should hold something."
        return Judgement(
            "wrong", 0.0, question.points, f"{words} The question asks for {kind.asks_for}."
        )
    partly = _partly_typed_in(question, kind, value, practice, comparison.share)
    cause = in_one_sentence(causes) or likely_cause(question, reference, value)
    # Where values were typed in, any other explanation would lead astray.
    sentences = [partly, comparison.note] if partly else [comparison.note, cause]
    note = " ".join(sentence for sentence in sentences if sentence)
    if kind.has_partial_credit and comparison.share > 0:
        points = _partial_points(comparison.share, question.points)
        return Judgement("partial", points, question.points, note)
    return Judgement("wrong", 0.0, question.points, note)


@dataclass(frozen=True)
class _Known:
    """A known mistake that the answer equals, its position in the question, its value."""

    position: int
    mistake: Mistake
    value: Any


def _known_mistakes(question: Question, kind: Kind, reference: Any, value: Any) -> list[_Known]:
    mistakes = list(question.mistakes)
    if question.on_lines is not None:
        mistakes.append(Mistake(question.on_lines, LINES))
    found = []
    for position, mistake in enumerate(mistakes):
        try:
            wrong = kind.read(mistake.value, question.form)
        except Unreadable:
            continue  # on these data the mistake gives no value
        if position == len(question.mistakes) and kind.equals(reference, wrong, question.form):
            continue  # on these data every case has one line
        if kind.equals(wrong, value, question.form):
            found.append(_Known(position, mistake, wrong))
    return found


def _typed_in(
    question: Question, kind: Kind, value: Any, practice: Plain | Question | None
) -> list[str]:
    """Return the sentence for a value of the practice data, or nothing."""
    if practice is None or not question.depends_on_world:
        return []
    own = practice.reference if isinstance(practice, Question) else practice
    mistakes = practice.mistakes if isinstance(practice, Question) else ()
    sentences = [(own, TYPED_IN)]
    sentences += [(mistake.value, TYPED_IN_MISTAKE + mistake.sentence) for mistake in mistakes]
    for found, sentence in sentences:
        try:
            typed = kind.read(found, question.form)
        except Unreadable:
            continue
        if not kind.is_empty(typed) and kind.equals(typed, value, question.form):
            return [sentence]
    return []


def _partly_typed_in(
    question: Question, kind: Kind, value: Any, practice: Plain | Question | None, share: float
) -> str:
    """Return the sentence for an answer that is nearer to the practice data than to these.

    It earns what it has right: other data may hold some of the same values.
    """
    if practice is None or not question.depends_on_world or not kind.has_partial_credit:
        return ""
    own = practice.reference if isinstance(practice, Question) else practice
    try:
        typed = kind.read(own, question.form)
    except Unreadable:
        return ""
    near = kind.compare(typed, value, question.form).share
    return TYPED_IN_PARTLY if near >= 0.5 and near >= share + 0.25 else ""


def _partial_points(share: float, points: float) -> float:
    """Return the points of a partial answer, which are fewer than those of a right one."""
    found = round(share * points, 2)
    return found if found < points else round(points - 0.01, 2)


def judge_evidence(question: Question, verdict: str, detail: str = "") -> Judgement:
    """Give the verdict where no value arrived, from what happened in the run."""
    return Judgement(verdict, 0.0, question.points, _EVIDENCE[verdict].format(detail=detail))


def _judge_written(question: Question, answer: Plain) -> Judgement:
    kind = KINDS[question.kind]
    try:
        text = kind.read(answer, question.form)
    except Unreadable as found:
        return Judgement(
            "wrong", 0.0, question.points, f"{found} The question asks for {kind.asks_for}."
        )
    if not text.strip():
        return Judgement("not_attempted", 0.0, question.points, "The text is empty.")
    structure = kind.compare("", text, question.form)
    return Judgement("to_mark", None, question.points, structure.note)
