"""What an answer is: plain data in, a verdict out.

The practice check in a participant's notebook and the official grading use this one room,
so the same answer gets the same verdict. Nothing here runs a participant's code.
"""

from rilo_training.answers.diagnosis import LINES, TYPED_IN
from rilo_training.answers.encode import encode
from rilo_training.answers.judge import judge, judge_evidence
from rilo_training.answers.kinds.score import with_truth
from rilo_training.answers.plain import NOT_ATTEMPTED, Plain, read_plain
from rilo_training.answers.question import Mistake, Question, QuestionError
from rilo_training.answers.verdict import VERDICTS, Judgement

__all__ = [
    "LINES",
    "NOT_ATTEMPTED",
    "TYPED_IN",
    "VERDICTS",
    "Judgement",
    "Mistake",
    "Plain",
    "Question",
    "QuestionError",
    "encode",
    "judge",
    "judge_evidence",
    "read_plain",
    "with_truth",
]
