"""Whether a world is fit for the test: one right answer, enough rows, and nothing that ties."""

from __future__ import annotations

from collections.abc import Mapping

from rilo_training.gain.exam import Exam
from rilo_training.gain.facts import LONG_BAR, Facts
from rilo_training.gain.task import Task

LEAST_ROWS = 20
LEAST_STEPS = 5
"""A wrong number differs from the right one by at least this many steps of its last digit."""

# The slot of the right number of an item with its last digit, and the slots of the wrong ones.
_NUMBERS = {
    ("together", 0.1): ("grams_as_kilograms", "kilograms", "by_a_hundred"),
    ("cases", 1.0): ("lines", "extra_lines", "lines_and_cases"),
    ("row_share", 0.1): ("column_share", "share_of_all", "hidden_share"),
    ("hit_rate", 0.1): ("found_of_all", "opened_share", "no_find_share"),
}


def problems_of(exam: Exam, numbers: Facts) -> list[str]:
    """Return why a form on a world is not fair, in sentences; nothing where it is.

    Parameters
    ----------
    exam
        The form.
    numbers
        The facts it was made from.
    """
    problems = []
    for question in exam.questions:
        texts = [text for _, text in question.options]
        if len(set(texts)) != len(texts):
            problems.append(f"Item {question.number}: two options are equal.")
    for name, count in numbers.items():
        if name.startswith("rows_") and count < LEAST_ROWS:
            problems.append(f"Only {count} rows stand behind {name.removeprefix('rows_')}.")
    for (right, step), wrongs in _NUMBERS.items():
        for wrong in wrongs:
            if abs(numbers[wrong] - numbers[right]) < LEAST_STEPS * step:
                problems.append(f"The wrong number {wrong} is nearly the right one.")
    return [*problems, *_bars(numbers), *_unusual(numbers), *_task(exam.task)]


def _bars(numbers: Facts) -> list[str]:
    low, high, start = numbers["low"], numbers["high"], numbers["start"]
    if start <= 0 or low <= start:
        return ["The axis of the bars cannot be cut."]
    if abs((high - start) / (low - start) - LONG_BAR) > 0.1:
        return ["The second bar is not about three times as long as the first."]
    # "About 200 per cent more" and "about 300 per cent more" are wrong only for near numbers.
    return ["The bars differ by half or more."] if numbers["more"] >= 50 else []


def _unusual(numbers: Facts) -> list[str]:
    problems = []
    if numbers["odd_weight_g"] < 2 * numbers["odd_nine_g"]:
        problems.append(f"{numbers['odd']} is not unusual enough for its kind.")
    if numbers["big_weight_g"] <= numbers["odd_weight_g"]:
        problems.append(f"{numbers['big']} is not the largest weight.")
    for name in ("big", "middle"):
        if numbers[f"{name}_weight_g"] >= numbers[f"{name}_nine_g"]:
            problems.append(f"{numbers[name]} is unusual too.")
    return problems


def _task(task: Task) -> list[str]:
    problems = []
    if task.cases < LEAST_ROWS:
        problems.append(f"The task has only {task.cases} cases.")
    mistakes = {task.rows, task.raw_rows, task.by_report_date, task.all_time}
    if task.cases in mistakes:
        problems.append("A mistake in the task gives the right number.")
    if task.departure != task.departure_by_rows:
        problems.append("Who counts rows in the task finds another country.")
    if task.departure_cases == task.second_cases:
        problems.append("Two departure countries of the task are equally frequent.")
    return problems


def same_items(exams: Mapping[str, Exam], others: Mapping[str, Exam]) -> list[str]:
    """Return the computed items that read the same on two worlds, in sentences."""
    return [
        f"Item {question.number} of form {form} reads as on the other occasion."
        for form, exam in exams.items()
        for question, other, key in zip(
            exam.questions, others[form].questions, exam.keys, strict=True
        )
        if key.computed and question == other
    ]
