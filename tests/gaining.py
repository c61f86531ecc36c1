"""Worlds, exams and answer files for the tests of gain."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from rilo_training.gain.bank import FORMS, ITEMS, Bank, load_bank
from rilo_training.gain.exam import Exam, Question, make_test
from rilo_training.gain.facts import TABLES
from rilo_training.gain.intake import FORMAT
from rilo_training.gain.task import Task
from rilo_training.world import make_world

if TYPE_CHECKING:
    import pandas as pd

SEEDS = (7001, 7002, 7004)
ANSWER = st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["yes", "no", ""]))
PAIRS = st.lists(ANSWER | st.sampled_from([("n", ""), ("", "")]), min_size=28, max_size=28)


@cache
def bank() -> Bank:
    """The blueprint of the course."""
    return load_bank()


@cache
def tables_of(seed: int) -> Mapping[str, pd.DataFrame]:
    """The tables of a world; each is made once."""
    return make_world(seed, tables=TABLES).tables


@cache
def exam_of(seed: int, form: str) -> Exam:
    """A form on a world."""
    return make_test(tables_of(seed), bank(), form)


def exams_of(seed: int) -> dict[str, Exam]:
    """Both forms on a world."""
    return {form: exam_of(seed, form) for form in FORMS}


Pairs = Sequence[tuple[str, str]]


def all_right(exam: Exam) -> list[tuple[str, str]]:
    """Every item right and sure."""
    return [(key.letter, "yes") for key in exam.keys]


def all_wrong(exam: Exam, sure: str = "yes") -> list[tuple[str, str]]:
    """Every item wrong: the first wrong letter."""
    return [(next(iter(key.shows)), sure) for key in exam.keys]


def nothing_known() -> list[tuple[str, str]]:
    """I do not know yet, everywhere."""
    return [("n", "")] * ITEMS


def saved(participant: str, occasion: str, form: str, world_id: str, pairs: Pairs) -> Any:
    """What the page on screen saves, as data."""
    return {
        "format": FORMAT,
        "participant": participant,
        "occasion": occasion,
        "form": form,
        "world_id": world_id,
        "saved": 1,
        "answers": [
            {"item": number, "answer": answer, "sure": sure}
            for number, (answer, sure) in enumerate(pairs, start=1)
        ],
        "task": {"cases": "", "departure": "", "words": "", "how": ""},
    }


def write(folder: Path, name: str, content: Any) -> Path:
    """Write what a page saved."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


# --- what is true of every world ---------------------------------------------------------------


def numbers_in(text: str) -> list[float]:
    """The numbers that stand in a text, in their order."""
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def item(exam: Exam, tag: str) -> tuple[Question, str, list[str]]:
    """The question with a tag, its right answer, and its wrong ones."""
    key = next(key for key in exam.keys if key.tag == tag)
    question = exam.questions[key.number - 1]
    options = dict(question.options)
    return question, options.pop(key.letter), list(options.values())


def assert_numbers_are_of_the_world(tables: Any, form: str, exam: Exam) -> None:
    """What the texts of a form say was counted in these tables."""
    plan = bank().plans[form]
    seizures = tables["seizures"].drop_duplicates()
    own = seizures[seizures["section"] == plan["section"]]
    text = item(exam, "case_and_line")[0].text
    assert numbers_in(text)[:2] == [len(own), len(set(own["case_id"]))]
    grams = seizures["sub_commodity"].fillna("").str.lower().str.contains(plan["substance"].lower())
    by_unit = seizures[grams].groupby("unit")["quantity"].sum()
    assert numbers_in(item(exam, "one_unit")[0].text) == pytest.approx(
        [by_unit["kg"], by_unit["g"]], abs=0.51
    )
    drugs = seizures[seizures["section"] == "Drugs"].drop_duplicates("case_id")
    column, value = plan["unknown"]["column"], plan["unknown"]["value"]
    counted = drugs[column].fillna("").value_counts()
    assert numbers_in(item(exam, "not_known")[0].text) == [counted[value]]
    found = tables["inspections"]
    if plan["opened_by"]:
        found = found.query("selected_by == @plan['opened_by']")
    assert numbers_in(item(exam, "hit_rate")[0].text) == [
        len(tables["consignments"]),
        len(found),
        found["is_illicit"].astype(int).sum(),
    ]
    cross = seizures.drop_duplicates("case_id").groupby(["conveyance", "concealment"]).size()
    both, hidden = plan["conveyance"], plan["concealment"]
    assert numbers_in(item(exam, "row_and_column_share")[0].text) == [
        cross[both].sum(),
        cross[both, hidden],
        cross.xs(hidden, level="concealment").sum(),
        seizures["case_id"].nunique(),
    ]


def assert_computed_items_are_right(exam: Exam) -> None:
    """What the reader sees gives the right answer of each computed item."""

    def check(tag: str, expected: float, digits: int) -> None:
        _, right, wrong = item(exam, tag)
        assert numbers_in(right)[0] == pytest.approx(expected, abs=0.51 * 10**-digits), tag
        for other in wrong:
            value = numbers_in(other)
            assert not value or abs(value[0] - expected) > 10**-digits, (tag, other)

    lines, cases, *_ = numbers_in(item(exam, "case_and_line")[0].text)
    assert lines > cases
    check("case_and_line", cases, 0)
    kilograms, grams = numbers_in(item(exam, "one_unit")[0].text)
    check("one_unit", kilograms + grams / 1000, 1)
    conveyance, both, *_ = numbers_in(item(exam, "row_and_column_share")[0].text)
    check("row_and_column_share", 100 * both / conveyance, 1)
    low, high, start = numbers_in(item(exam, "cut_axis")[0].text)
    check("cut_axis", 100 * (high - low) / low, 0)
    assert (high - start) / (low - start) == pytest.approx(3, abs=0.1)
    _, opened, found = numbers_in(item(exam, "hit_rate")[0].text)
    check("hit_rate", 100 * found / opened, 1)
    question, right, wrong = item(exam, "unusual_for_its_kind")
    amount = r"([\d.,]+) (k?g)"
    nine_of_ten = rf"nine of ten records are below {amount}"
    pattern = rf"([A-Z][\w ]+): {amount} \(typical .*?; {nine_of_ten}\)"
    far, weights = {}, {}
    for name, *amounts in re.findall(pattern, question.text):
        value, nine = (
            float(amount.replace(",", "")) * (1000 if unit == "kg" else 1)
            for amount, unit in zip(amounts[::2], amounts[1::2], strict=True)
        )
        far[name], weights[name] = value / nine, value
    assert right == max(far, key=lambda name: far[name])
    assert far[right] >= 2
    assert all(share < 1 for name, share in far.items() if name != right)
    assert max(weights, key=lambda name: weights[name]) in wrong


def assert_task_is_of_the_world(seizures: Any, task: Task) -> None:
    """The reference of a notebook gives these answers."""
    rows = seizures[(seizures["section"] == "Drugs") & (seizures["conveyance"] == task.conveyance)]
    rows = rows[(rows["seizure_date"] >= "2026-01-01") & (rows["seizure_date"] <= "2026-06-30")]
    known = rows[rows["departure_country"] != "Unknown"]
    by_country = known.groupby("departure_country")["case_id"].nunique()
    assert task.cases == rows["case_id"].nunique() >= 20
    assert task.departure == by_country.idxmax()
    assert (by_country == by_country.max()).sum() == 1
    assert task.cases not in (task.rows, task.raw_rows, task.by_report_date, task.all_time)
    assert task.raw_rows == len(rows) > task.rows == len(rows.drop_duplicates())
