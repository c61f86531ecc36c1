"""Give a verdict on one answer, from plain data alone."""

from __future__ import annotations

from rilo_training.answers.kinds import KINDS, Unreadable
from rilo_training.answers.plain import Plain
from rilo_training.answers.question import Question
from rilo_training.answers.verdict import Judgement

_EVIDENCE = {
    "error": "Your code stopped with an error: {detail}",
    "timeout": "Your code did not finish in {detail} seconds. It was stopped.",
    "out_of_memory": "Your code used more memory than it may use. It was stopped.",
    "kernel_died": "Your code ended the kernel, so no answer could arrive.",
    "no_answer": "The check ran, but no answer arrived.",
    "not_attempted": "The answer is still `...`.",
}


def judge(question: Question, answer: Plain, practice: Plain | None = None) -> Judgement:
    """Compare an answer with the reference and with the known mistakes.

    Parameters
    ----------
    question
        The question with its reference value on the world of this run.
    answer
        What the participant declared, as :func:`rilo_training.answers.encode` makes it.
    practice
        The reference value on the practice data, where the run used other data. An answer
        that equals it was typed in, and the diagnosis says so.

    Returns
    -------
    Judgement
        The first verdict that applies. The diagnosis never holds the expected value.

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
        return Judgement(
            "wrong", 0.0, question.points, f"{found} The question asks for {kind.asks_for}."
        )
    comparison = kind.compare(reference, value, question.form)
    if comparison.is_equal:
        return Judgement("correct", question.points, question.points)
    for position, mistake in enumerate(question.mistakes):
        try:
            wrong = kind.read(mistake.value, question.form)
        except Unreadable:
            continue  # on these data the mistake gives no value
        if kind.compare(wrong, value, question.form).is_equal:
            return Judgement(
                "near_miss",
                round(mistake.credit * question.points, 2),
                question.points,
                mistake.sentence,
                position,
            )
    if practice is not None and question.depends_on_world:
        typed_in = kind.read(practice, question.form)
        if kind.compare(typed_in, value, question.form).is_equal:
            return Judgement("wrong", 0.0, question.points, TYPED_IN)
    if kind.has_partial_credit and comparison.share > 0:
        points = round(comparison.share * question.points, 2)
        return Judgement("partial", points, question.points, comparison.note)
    return Judgement("wrong", 0.0, question.points, comparison.note)


TYPED_IN = (
    "This is the value of the practice data. The official run uses other data. "
    "Write code that computes the answer from the table."
)


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
