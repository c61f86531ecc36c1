"""The kinds of answer. A kind reads plain data and compares two values of its own.

Adding a kind is adding a module here and a line to :data:`KINDS`: neither the notebook form
nor the grader changes.
"""

from __future__ import annotations

from rilo_training.answers.kinds.base import Comparison, Kind, Unreadable
from rilo_training.answers.kinds.chart import Chart
from rilo_training.answers.kinds.choice import Choice
from rilo_training.answers.kinds.function import Function
from rilo_training.answers.kinds.items import ListOfItems, SetOfItems
from rilo_training.answers.kinds.number import Number
from rilo_training.answers.kinds.score import Score
from rilo_training.answers.kinds.table import Table
from rilo_training.answers.kinds.text import Text

KINDS: dict[str, Kind] = {
    "number": Number(),
    "choice": Choice(),
    "set": SetOfItems(),
    "list": ListOfItems(),
    "table": Table(),
    "score": Score(),
    "chart": Chart(),
    "function": Function(),
    "text": Text(),
}

__all__ = ["KINDS", "Comparison", "Kind", "Unreadable"]
