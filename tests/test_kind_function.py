"""A function is judged by what it returns on tables that its author has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from rilo_training.answers import Judgement, Mistake, Plain, Question, encode, judge
from rilo_training.answers.kinds import KINDS
from rilo_training.answers.plain import read_plain
from rilo_training.learn.probes import encode_answer, probe_tables
from rilo_training.seizures import load_seizures, use_extract

FORM = {"returns": "number", "digits": 1}


@pytest.fixture(autouse=True)
def practice() -> Iterator[None]:
    """The practice data are the data of the run."""
    use_extract("datasets/practice")
    yield
    use_extract(None)


def median_quantity(seizures: pd.DataFrame) -> float:
    """The reference: 0 where there is nothing."""
    return 0.0 if seizures.empty else float(seizures["quantity"].median())


def by_sorting(seizures: pd.DataFrame) -> float:
    """Another right way, with a table that is changed on the way."""
    found = sorted(seizures.pop("quantity").dropna())
    half = len(found) // 2
    if not found:
        return 0
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def mean_quantity(seizures: pd.DataFrame) -> float:
    """A known mistake."""
    return 0.0 if seizures.empty else float(seizures["quantity"].mean())


def fails_on_nothing(seizures: pd.DataFrame) -> float:
    """Right, but for a table without rows."""
    return sorted(seizures["quantity"].dropna())[0] * 0 + float(seizures["quantity"].median())


def first_row(seizures: pd.DataFrame) -> float:
    """Hangs on the order of the rows."""
    return float(seizures["quantity"].iloc[0])


def question(**more: Any) -> Question:
    """The question with its reference and one mistake."""
    wrong = Mistake(encode_answer(mean_quantity), "This is the mean. The question asks the median.")
    reference = encode_answer(median_quantity)
    return Question(
        "q1", "typical", "function", 2, "C7", ("a", "b"), reference, (wrong,), FORM, **more
    )


def judged(value: object) -> Judgement:
    """The judgement after the way through text, as from another process."""
    import json

    return judge(question(), read_plain(json.dumps(encode_answer(value))))


@pytest.mark.parametrize("right", [median_quantity, by_sorting])
def test_a_function_that_returns_the_right_values_is_right(right: Callable[..., float]) -> None:
    """How it is written does not matter."""
    assert judged(right).verdict == "correct"


def test_a_known_mistake_is_named() -> None:
    """The mistake is a function too."""
    found = judged(mean_quantity)
    assert found.verdict == "near_miss"
    assert found.diagnosis.startswith("This is the mean.")


def test_a_function_that_stops_on_an_empty_table_keeps_the_rest_of_its_points() -> None:
    """Four results of five are right; the sentence says on which table it stopped, and how."""
    found = judged(fails_on_nothing)
    assert found.verdict == "partial"
    assert found.points == pytest.approx(2 * 4 / 5)
    assert "a table without rows" in found.diagnosis
    assert "IndexError" in found.diagnosis


def test_a_typed_in_value_and_an_order_of_rows_earn_nothing() -> None:
    """What is wrong on the first table is not right by chance on the others."""
    value = median_quantity(next(iter(probe_tables(load_seizures())))[1])
    for wrong in (lambda seizures: value * 2, first_row):
        assert judged(wrong).points == 0
    assert judged(lambda seizures: value).verdict == "partial"  # right there, and nowhere else


def test_a_factor_is_recognised_as_for_a_number() -> None:
    """The causes of the kind that the function returns hold for it too."""
    assert "thousand" in judged(lambda seizures: median_quantity(seizures) * 1000).diagnosis


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3.5, "Give the function itself: its name without round brackets."),
        ("median", "asks for a function"),
        (pd.Series([1, 2]), "Give the function itself"),
        (lambda: 3, "It stopped with an error: TypeError"),
        (lambda seizures: None, "It returned an empty value"),
        (lambda seizures: ..., "It returned an empty value"),
        (lambda seizures: "12", "A text is not a number"),
        (lambda seizures: exit(), "It stopped with an error"),
    ],
)
def test_what_is_no_such_function_is_wrong_and_says_why(value: object, words: str) -> None:
    """A wrong type, a missing parameter, a value that is none, a program that ends itself."""
    found = judged(value)
    assert found.verdict == "wrong"
    assert found.points == 0
    assert words in found.diagnosis


def test_a_blank_is_not_attempted() -> None:
    """The name is still ``...``."""
    assert judged(...).verdict == "not_attempted"


def test_a_function_where_a_number_is_asked_is_told_about_its_brackets() -> None:
    """The commonest slip: the name without the brackets."""
    number = Question("q1", "n", "number", 1, "C7", ("a", "b"), encode(3), form={"digits": 0})
    assert "round brackets" in judge(number, encode_answer(median_quantity)).diagnosis


def test_a_function_is_called_on_copies_of_five_tables() -> None:
    """A part, turned round, a thousand times larger, one row, none. Nothing is kept changed."""
    table = pd.DataFrame({"kg": [1.0, 2.0, 3.0], "n": [1, 2, 3], "who": list("abc")})
    for _, probe in probe_tables(table):
        del probe["kg"]
    tables = dict(probe_tables(table))
    assert [len(probe) for probe in tables.values()] == [3, 3, 3, 1, 0]
    larger = tables["the same rows with decimal numbers a thousand times larger"]
    assert larger["kg"].tolist() == [1000, 2000, 3000]
    assert larger["n"].tolist() == [1, 2, 3]
    assert tables["the same rows in another order"].index.tolist() == [2, 1, 0]


def test_the_name_of_the_parameter_says_which_table_a_function_takes() -> None:
    """``consignments`` and ``inspections`` are the other tables of a world."""

    def columns_of(table: str) -> Plain:
        name: dict[str, Any] = {}
        exec(f"def own({table}): return list({table}.columns)", name)
        return dict(encode_answer(name["own"])["results"])["a part of the table"]

    assert "case_id" in columns_of("seizures")["items"]
    assert "hs_heading" in columns_of("consignments")["items"]
    assert "selected_by" in columns_of("inspections")["items"]
    assert columns_of("table") == columns_of("seizures")


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "function", "results": [["a", {"type": "function", "results": []}]]}',
        '{"type": "function", "results": [["a"]]}',
        '{"type": "function", "results": {"a": 1}}',
        '{"type": "function", "results": [["a", {"type": "value", "value": {}}]]}',
        '{"type": "raised", "error": 3}',
    ],
)
def test_forged_results_are_no_answer(text: str) -> None:
    """What no notebook declares is not read."""
    assert read_plain(text)["type"] == "unsupported"


def test_results_under_other_names_or_missing_ones_are_wrong() -> None:
    """A forged list of results does not get around a table."""
    reference = question().reference
    first = [["a part of the table", reference["results"][0][1]]]
    found = judge(question(), {"type": "function", "results": first})
    assert found.points == pytest.approx(2 / 5)
    assert judge(question(), {"type": "function", "results": []}).points == 0


def test_a_key_for_a_function_needs_the_form_of_what_it_returns() -> None:
    """Unknown and missing names are refused with a sentence."""
    kind = KINDS["function"]
    assert kind.prepare(FORM) == FORM
    for form, words in (
        ({"returns": "chart"}, "returns is one of"),
        ({"returns": "number"}, "needs digits"),
        ({"returns": "set", "on": ["a"]}, "has no on"),
    ):
        with pytest.raises(ValueError, match=words):
            kind.prepare(form)


def test_a_reference_that_stops_is_not_admitted() -> None:
    """An author hears of it before a participant does."""
    kind = KINDS["function"]
    for value, words in ((fails_on_nothing, "without rows"), (lambda: 3, "TypeError")):
        reference = kind.read(encode_answer(value), FORM)
        assert any(words in problem for problem in kind.problems(reference, FORM))
    assert not kind.problems(kind.read(encode_answer(median_quantity), FORM), FORM)


def test_a_report_shows_what_a_function_returned() -> None:
    """One short line, never code."""
    kind = KINDS["function"]
    assert kind.show(encode_answer(lambda seizures: 2), FORM).endswith("it returns 2.0")
    assert kind.show(encode_answer(lambda: 2), FORM).endswith("it stops")


def test_a_known_mistake_without_a_return_names_no_other_function() -> None:
    """A forgotten `len`, or no input, gives no number either; the sentence would be untrue."""
    asked = Question(
        "q1",
        "typical",
        "function",
        2,
        "C7",
        ("a", "b"),
        encode_answer(median_quantity),
        (Mistake(encode_answer(lambda seizures: None), "Your function has no `return`."),),
        FORM,
    )

    def diagnosis(value: object) -> str:
        return judge(asked, encode_answer(value)).diagnosis

    assert "no `return`" in diagnosis(lambda seizures: ...)
    for wrong in (lambda seizures: seizures, lambda: 3, lambda seizures: seizures["unit"] == "kg"):
        assert "no `return`" not in diagnosis(wrong)
    assert "It returned a table of" in diagnosis(lambda seizures: seizures)
