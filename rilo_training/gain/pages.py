"""The pages of the test: on screen, on paper, and the key for the marker alone.

What is handed out is made from questions only. The key of an item never reaches those templates.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rilo_training.gain.bank import ITEMS_IN_GROUP, Bank
from rilo_training.gain.exam import Exam
from rilo_training.gain.intake import FORMAT
from rilo_training.gain.records import TestWorld
from rilo_training.grading.reports.page import visible

if TYPE_CHECKING:
    from jinja2 import Environment

OCCASION_WORDS = {"before": "before the course", "after": "at the end of the course"}


@dataclass(frozen=True)
class Sheet:
    """Whose test it is: participant, occasion, name of the world, and code of the script."""

    participant: str
    occasion: str
    world_id: str
    code: str


def screen_page(exam: Exam, bank: Bank, sheet: Sheet) -> str:
    """Return the test as one page for any browser; it asks for nothing outside of itself."""
    script = resources.files("rilo_training.gain").joinpath("templates", "screen.js")
    text = script.read_text(encoding="utf-8").replace("\r\n", "\n")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return render(
        "screen.html",
        script=_trusted(text),
        script_digest=f"sha256-{digest}",
        answer_format=FORMAT,
        **_public(exam, bank, sheet),
    )


def paper_page(exam: Exam, bank: Bank, sheet: Sheet) -> str:
    """Return the test as a page to print; the task stands on a sheet of its own without a name."""
    return render("paper.html", **_public(exam, bank, sheet))


def key_page(world: TestWorld, bank: Bank) -> str:
    """Return the page of the marker: right letters, misconceptions, and the answers of the task."""
    pairs = {
        form: list(zip(exam.questions, exam.keys, strict=True))
        for form, exam in world.exams.items()
    }
    return render(
        "key.html",
        world=world,
        pairs=pairs,
        bank=bank,
        occasion=OCCASION_WORDS[world.occasion],
        criteria=bank.criteria,
        per_group=ITEMS_IN_GROUP,
    )


def _public(exam: Exam, bank: Bank, sheet: Sheet) -> dict[str, Any]:
    """Return what may be handed out, and nothing else."""
    return {
        "sheet": sheet,
        "form": exam.form,
        "occasion": OCCASION_WORDS[sheet.occasion],
        "questions": exam.questions,
        "minutes_items": bank.minutes_items,
        "minutes_task": bank.minutes_task,
        "task": {
            "section": bank.task_section,
            "asked": bank.task_asked,
            "conveyance": exam.task.conveyance,
            "first_day": exam.task.first_day,
            "last_day": exam.task.last_day,
        },
    }


def render(template: str, **values: Any) -> str:
    """Return a page: a template of this room with values in it, escaped, nothing hidden."""
    return _environment().get_template(template).render(**values)


def _trusted(text: str) -> Any:
    """Return a text of ours that goes onto a page as it is."""
    from markupsafe import Markup

    return Markup(text)  # a file of this package, and no text of anybody else


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    # The pages of the grader give the look, so that all pages of the course look the same.
    own = PackageLoader("rilo_training.gain")
    common = PackageLoader("rilo_training.grading.reports")
    return Environment(
        loader=ChoiceLoader([own, common]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
