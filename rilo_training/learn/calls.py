"""The five calls of a notebook. None of them stops the notebook because of an answer."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rilo_training.answers import NOT_ATTEMPTED, Question, judge
from rilo_training.learn.feedback import Message, declare, show, verdict_message
from rilo_training.learn.pictures import show_alt_texts
from rilo_training.learn.probes import encode_answer
from rilo_training.learn.session import Session, open_session

ANSWER_MIME = "application/vnd.rilo.answer+json"
TRIES_BEFORE_WORKED_ANSWER = 3

_EARLIER = (
    "The cell that you ran before this one stopped with an error. So this is about your earlier "
    "answer. Repair that cell, and run both again."
)

_session: Session | None = None


def begin(unit: str, extract: str) -> None:
    """Start a unit: choose its data and set every answer name to ``...``.

    It stands in the first cells of a notebook; run them again when the kernel was started again.

    Parameters
    ----------
    unit : str
        The id of the unit, for example ``"w1d1_01"``.
    extract : str
        The folder of the data: ``EXTRACT`` from the first code cell.

    Raises
    ------
    BeginError
        When the data or the unit is not there. The text says what to do.

    Examples
    --------
    >>> from rilo_training.learn import begin
    >>> begin("w1d1_99", "datasets/practice")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    rilo_training.learn.session.BeginError: The unit 'w1d1_99' was not found. Expected ...
    """
    global _session
    _session = open_session(unit, str(extract), Path.cwd())
    from rilo_training.seizures import use_extract

    use_extract(_session.extract)
    if _session.mode == "practice":  # the stored outputs of an author have no pictures
        show_alt_texts()
    names_of_the_notebook = sys._getframe(1).f_globals
    for name in _session.names.values():
        names_of_the_notebook[name] = ...
    show(Message("", [f"Unit {unit}. SYNTHETIC DATA - not CEN data."]))


def check(question: str, value: object) -> None:
    """Say how an answer stands. It never raises, whatever the value is.

    It says at once what is right, and why something is wrong. So you learn from the mistake
    while you still know what you thought.

    Parameters
    ----------
    question : str
        The id of the question: ``"q1"``.
    value : object
        The answer: a number, a text, a list, a table, a chart or a function.

    Examples
    --------
    >>> from rilo_training.learn import check
    >>> check("q1", 42)
    Run the cell with `begin` first. Then run this cell again.
    """
    with _going_on(question):
        _check(_id(question), value)


def _check(question: str, value: object) -> None:
    session = _session
    if session is None:
        show(Message("Run the cell with `begin` first. Then run this cell again."))
        return
    answer = encode_answer(value)
    if session.mode == "official":
        declare(ANSWER_MIME, json.dumps({"question": question, "answer": answer}))
        return
    if session.mode == "author":
        print(f"Question {question[1:]}: the answer is recorded.")
        return
    asked = _practice_key(session).get(question)
    if asked is None:
        show(Message(f"There is no practice key for question {question!r} on these data."))
        return
    judgement = judge(asked, answer)
    assert session.workspace is not None
    tries = _tries(session, question)
    session.workspace.record(
        {
            "unit": session.unit,
            "question": question,
            "verdict": judgement.verdict,
            "world": _world_id(session),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    sentences = [_EARLIER if _last_cell_failed() else "", judgement.diagnosis]
    if judgement.verdict == "correct":
        sentences.append("Practice check passed.")
        if asked.depends_on_world:
            sentences[-1] += " The official run uses other data."
    elif judgement.verdict == "to_mark":
        sentences.append("An instructor reads and marks this text.")
    elif answer != NOT_ATTEMPTED:
        if asked.review:
            sentences.append(f"Read again: {asked.review}")
        sentences.append(f'For help, type `hint("{question}")` in a new cell.')
        if asked.worked and tries + 1 >= TRIES_BEFORE_WORKED_ANSWER:
            on_others = " on other data" if asked.depends_on_world else ""
            sentences += [f"A worked answer{on_others}:", asked.worked]
    else:
        sentences = [f"Assign your answer to `{asked.name}` in the cell above. Then run both."]
    show(verdict_message(question, judgement.verdict, sentences))


def hint(question: str) -> None:
    """Show the first hint for a question; at the second call, the second hint too.

    Ask when you have tried and do not know how to go on.

    Parameters
    ----------
    question : str
        The id of the question: ``"q1"``.

    Examples
    --------
    >>> from rilo_training.learn import hint
    >>> hint("q1")
    Run the cell with `begin` first. Then run this cell again.
    """
    with _going_on(question):
        _hint(_id(question))


def _hint(question: str) -> None:
    session = _session
    if session is None:
        show(Message("Run the cell with `begin` first. Then run this cell again."))
        return
    if session.mode != "practice":
        print(f"Hints for {question} are shown in a workspace.")
        return
    asked = _practice_key(session).get(question)
    if asked is None and question in session.names:
        show(Message(f"There is no practice key for question {question!r} on these data."))
        return
    if asked is None:
        known = ", ".join(session.names)
        show(Message(f"There is no question {question!r}. The questions are: {known}."))
        return
    session.hints_given[question] += 1
    shown = asked.hints[: session.hints_given[question]]
    lines = [f"Hint {number}: {sentence}" for number, sentence in enumerate(shown, start=1)]
    if len(shown) < len(asked.hints):
        lines.append("Ask again for the next hint.")
    show(Message("", lines))


def say(sentence: str) -> None:
    """Show a sentence that the cell has computed, so that it is true on all data.

    A number that is typed into a text is wrong as soon as the data change.

    Parameters
    ----------
    sentence : str
        Usually an f-string.

    Examples
    --------
    >>> from rilo_training.learn import say
    >>> cases = 1204
    >>> say(f"There are {cases:,} cases.")
    There are 1,204 cases.
    """
    show(Message("", [str(sentence)], "#0b5394"))


def progress() -> None:
    """Show how far you are in this unit: each question and how its last check stood.

    Look here before you hand in: a question that was not checked stands there as well.

    Examples
    --------
    >>> from rilo_training.learn import progress
    >>> progress()
    Run the cell with `begin` first. Then run this cell again.
    """
    with _going_on("progress"):
        _progress()


def _progress() -> None:
    session = _session
    if session is None:
        show(Message("Run the cell with `begin` first. Then run this cell again."))
        return
    if session.mode != "practice" or session.workspace is None:
        print("Progress is shown in a workspace.")
        return
    world_id = _world_id(session)
    latest = {
        entry["question"]: entry["verdict"]
        for entry in session.workspace.progress()
        if entry["unit"] == session.unit and entry.get("world") == world_id
    }
    from rilo_training.answers import VERDICTS

    rows = [["question", "how it stands"]]
    for question in session.names:
        rows.append([question, VERDICTS.get(latest.get(question, ""), "not checked yet")])
    done = sum(latest.get(question) in ("correct", "to_mark") for question in session.names)
    show(Message(f"{done} of {len(session.names)} questions are done.", table=rows))


def _id(question: object) -> str:
    """Return the id of a question; a question mark for what cannot be one."""
    return question if isinstance(question, str) else "?"


@contextlib.contextmanager
def _going_on(question: object) -> Iterator[None]:
    """Say in a sentence that a call did not work: it must never stop a notebook."""
    try:
        yield
    except Exception as reason:
        show(
            Message(
                f"The call for {_id(question)[:20]!r} did not work",
                [
                    f"Reason: {type(reason).__name__}. Your answer is not lost.",
                    "Run the cell with `begin` again. If this stays, tell your instructor.",
                ],
            )
        )


def _last_cell_failed() -> bool:
    """Whether the cell that ran before this one stopped with an error."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and not getattr(shell, "last_execution_succeeded", True)


def _practice_key(session: Session) -> dict[str, Question]:
    assert session.workspace is not None
    return session.workspace.key(session.unit, _world_id(session)) or {}


def _world_id(session: Session) -> str:
    about = json.loads((session.extract / "world.json").read_text(encoding="utf-8"))
    return str(about["world_id"])


def _tries(session: Session, question: str) -> int:
    """Return how often a question was tried on these data since the unit was started again."""
    assert session.workspace is not None
    here, tries = (session.unit, question, _world_id(session)), 0
    for entry in session.workspace.progress():
        if (entry["unit"], entry["question"], entry.get("world")) != here:
            continue
        tries += entry["verdict"] not in ("not_attempted", "correct")
        if entry.get("is_reset"):
            tries = 0
    return tries
