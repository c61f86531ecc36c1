"""All answers together first; then again alone what has not full marks. The better one counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from rilo_training.answers import Judgement, Question
from rilo_training.course.notebook import questions_of
from rilo_training.course.verify import with_needs
from rilo_training.grading.execute import Evidence, execute, is_untouched
from rilo_training.grading.judge import better, judge_run
from rilo_training.grading.quotes import with_quotes_checked
from rilo_training.kernels import Limits, Sandbox, open_sandbox

Say = Callable[[str], None]


@dataclass(frozen=True)
class Examined:
    """The judgement and the evidence of each question, and the executed notebook."""

    judgements: dict[str, Judgement]
    evidence: dict[str, Evidence]
    notebook: NotebookNode


def examine(
    blank: NotebookNode,
    answers: Mapping[str, Sequence[str]],
    key: Mapping[str, Question],
    unit_id: str,
    extract: Path,
    limits: Limits,
    *,
    practice: Mapping[str, Question] | None = None,
    isolation: str = "process",
    say: Say = lambda line: None,
) -> Examined:
    """Run and judge the answers of one submission on one world.

    A question without full marks runs again alone, in a fresh kernel with the locked cells and
    what it needs. So one question that spoils the data, hangs or dies costs itself alone.

    Parameters
    ----------
    blank
        The participant's copy as it was given out.
    answers
        The code cells of each answer.
    key
        Each question with its reference on this world.
    unit_id, extract, limits
        The unit, the folder of the world, and what a run may use.
    practice
        Each question with its reference on the practice data, where the world is another one.
    isolation
        The level at which the answers run.
    say
        Called with a line at each step.
    """
    with open_sandbox(isolation, extract) as sandbox:
        return _examine(blank, answers, key, unit_id, sandbox, limits, practice or {}, say)


def _examine(
    blank: NotebookNode,
    answers: Mapping[str, Sequence[str]],
    key: Mapping[str, Question],
    unit_id: str,
    sandbox: Sandbox,
    limits: Limits,
    practice: Mapping[str, Question],
    say: Say,
) -> Examined:
    end = time.monotonic() + limits.submission_seconds
    say("running all questions")
    everything = execute(blank, answers, questions_of(blank), unit_id, sandbox, limits)
    judgements: dict[str, Judgement] = {}
    evidence = dict(everything.evidence)
    for name, question in key.items():
        first = judge_run(question, evidence[name], practice.get(name))
        judgements[name] = first
        if first.has_full_marks or is_untouched(evidence[name], answers.get(name, ())):
            continue
        if time.monotonic() > end:
            late = Evidence(None, "timeout", str(limits.submission_seconds))
            judgements[name] = better(first, judge_run(question, late))
            continue
        say(f"running question {name[1:]} alone")
        needed = with_needs(dict(key), name)
        again = execute(blank, answers, needed, unit_id, sandbox, limits, one_by_one=True)
        second = judge_run(question, again.evidence[name], practice.get(name))
        # What did not run with the others says nothing about itself.
        if evidence[name].status == "not_run" or better(first, second) is not first:
            judgements[name], evidence[name] = second, again.evidence[name]
    judgements = with_quotes_checked(judgements, key, evidence, everything.notebook, blank)
    return Examined(judgements, evidence, everything.notebook)
