"""Words of estimation and quoted figures: what the machine says about a text, and what not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rilo_training.answers import Question, encode, judge
from rilo_training.answers.estimation import estimation_notes
from rilo_training.answers.figures import figures_note, unsupported_figures
from rilo_training.grading.execute import Evidence
from rilo_training.grading.quotes import with_quotes_checked

PRINTED = [
    "cases 1234 total 12345.64 kg share 0.4523",
    "first   7\nsecond 19\nthird  23\nDataFrame 45.2",
    "value 1234567, low 0.03124, one more: 5432",
]

SUPPORTED = [
    "12,345.6 kg",
    "12.3 thousand kg",
    "12.3 tonnes",
    "12k kg",
    "12 345,6 kg",
    "12.345,6 kg",
    "12’346 kg",
    "about 12,000 kg",
    "12,000 kg",
    "about 5,000",
    "45 %",
    "45%",
    "45 per cent",
    "45.2%",
    "0.45",
    "3.1 %",
    "1.2 million",
    "1.23 million",
    "1,234,567",
    "7-23 cases",
    "between 7 and 19",
    "7 to 23 cases",
    "(1234)",
    "1234.",
    "5 432",
    "-45 %",
]


@pytest.mark.parametrize("text", SUPPORTED)
def test_a_figure_of_an_output_may_be_written_in_many_ways(text: str) -> None:
    """Separators, rounding, shares, per cent, larger units and ranges are the same figure."""
    assert unsupported_figures(f"We hold {text}", PRINTED, "") == []


NO_FIGURES = [
    "the 1st place and the 22nd",
    "Question 3 and page 12",
    "Questions 3 and 4, pages 8-9",
    "on 2026-09-30 at 14:30",
    "on 2026-09-30T14:30:00Z",
    "on 30/09/2026 or 30.09.2026",
    "from 1 January to 30 September 2026",
    "1–15 March, September 30, 2026, and 3 May",
    "in 2026, in 2024-26, in May 2026 and in 2026-05",
    "HS 2939, HS 2939.41, headings 2939, 2921 and 2932",
    "HS codes 293941 and 2939.41.00",
    "call +66 2 123 4567 or 02-123-4567 or (02) 123-4567",
    "Tel: 66 2 1234567, office@example.org2",
    "unit w1d1_90, competence C6, grade B2, Member 07, participant_01",
    "Members 07 and 12 in week 3",
    "COVID-19, a 3D picture, one third or 1/3",
    "no. 5 and #6",
    "three countries",
]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_dates_names_and_references_are_no_figures(text: str) -> None:
    """Nobody has to compute a date."""
    assert unsupported_figures(f"{text}.", [], "") == []


MISSING = {
    "1,243 cases": ["1,243"],
    "54 %": ["54 %"],
    "46%": ["46%"],
    "2026 cases": ["2026"],
    "2,026": ["2,026"],
    "12.4 thousand": ["12.4 thousand"],
    "12345.7 kg": ["12345.7 kg"],
    "99 kg": ["99 kg"],
    "5,433 in May 2026": ["5,433"],
    "100": ["100"],
    "10-20 cases": ["10", "20"],
    "50 to 60 per cent": ["50 per cent", "60 per cent"],
    "1 234 568": ["1 234 568"],
    "70 000 kg": ["70 000 kg"],
    "13 tonnes": ["13 tonnes"],
    "3.2 %, and again 3.2 %": ["3.2 %"],
    "of these 20 may be wrong": ["20"],
}


@pytest.mark.parametrize(("text", "missing"), MISSING.items())
def test_a_figure_of_no_output_is_listed_as_it_is_written(text: str, missing: list[str]) -> None:
    """The participant finds it in the text."""
    assert unsupported_figures(f"We say {text}", PRINTED, "") == missing


def test_numbers_of_the_task_may_be_quoted_as_they_are() -> None:
    """What was asked is no claim about the data; a rounded form of it is."""
    assert unsupported_figures("You asked for 80 to 120 words.", [], "Write 80 to 120 words.") == []
    assert unsupported_figures("It was 81.", [], "Write 80 to 120 words.") == ["81"]


@pytest.mark.parametrize("printed", ["{}", "'{}'", " {}\n", "Reply:\n{}\nend"])
def test_printing_the_reply_does_not_support_its_figures(printed: str) -> None:
    """Otherwise every text would support itself."""
    text = "We hold 999 kg\nand 17 cases."
    shown = printed.format(text if "'" not in printed else text.replace("\n", "\\n"))
    assert unsupported_figures(text, [shown], "") == ["999 kg", "17"]
    assert unsupported_figures(text, [shown, "17", "999.2"], "") == []


@given(st.integers(0, 10**9), st.integers(0, 6))
def test_every_rounding_of_a_printed_number_is_supported(whole: int, digits: int) -> None:
    """Whatever is printed, a person may round it as Python does."""
    value = whole / 1000
    text = f"In total {value:,.{digits}f} kg were found."
    assert unsupported_figures(text, [f"total    {value!r}"], "") == []


@given(st.integers(100, 10**7))
def test_the_next_number_is_not_supported(value: int) -> None:
    """One more is another figure."""
    text = f"We counted {value + 1:,} cases."
    if not unsupported_figures(text, [f"{value}"], ""):
        assert (value + 1) % 10 == 0, "only a figure that ends in zeros covers its neighbour"


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=50))
def test_any_text_gets_an_answer(text: str, output: str, allowed: str) -> None:
    """Nothing that a participant writes stops the grader."""
    assert isinstance(unsupported_figures(text, [output], allowed), list)
    assert isinstance(estimation_notes(text), list)


ODD = ("1", "1 ", "1,", "1.", "a1", "+1 ", "(0", "1 to ", "1 111", "Members 1, ", "1e9 ", "a@")
ODD += ("é", "likely ", "very ", "likely (", "May 1 ")


@pytest.mark.parametrize("part", ODD)
def test_a_long_odd_text_takes_no_time(part: str) -> None:
    """The longest text that is read, made to be slow, takes less than a few seconds."""
    text = (part * 20_000)[:20_000]
    start = time.process_time()
    unsupported_figures(text, [text[1:] * 3], text)
    estimation_notes(text)
    assert time.process_time() - start < 5


def test_the_note_names_the_figures_and_what_to_do() -> None:
    """At most eight, so that the sentence stays readable."""
    assert figures_note([]) == ""
    assert "Not found in an output of the notebook: 1; 2." in figures_note(["1", "2"])
    assert "and 2 more" in figures_note([str(number) for number in range(10)])


# --- words of estimation ------------------------------------------------------------------------

AS_DEFINED = [
    "It is likely that the route is new.",
    "It is likely (55 to 75 per cent) that the route is new.",
    "It is highly likely, with a probability of 80 to 90 per cent.",
    "There is a realistic possibility (40-50 %) of this.",
    "We see a remote chance (0-5%) of this.",
    "It is likely, but the rise is unlikely to last.",
    "It is almost certain (97 %). We have high confidence in this.",
    "The record is graded B2, probably true. It is unlikely (25-35 %).",
    "It is likely that 20 per cent of the cases come by mail.",
    "It is unlikely. Write to us as soon as possible, if possible in May.",
    "It is probable. Member 07 may use this summary.",
]


@pytest.mark.parametrize("text", AS_DEFINED)
def test_words_of_estimation_as_defined_give_no_note(text: str) -> None:
    """A text that keeps to the scale is left in peace."""
    assert estimation_notes(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Maybe the route is new.", ['"maybe"', "Use one of"]),
        ("It could possibly be new. It might well be.", ['"could possibly"', '"might well"']),
        ("It is very likely new.", ['"very likely"']),
        ("It is not likely.", ['"not likely"']),
        ("There is a good chance of it.", ['"good chance"']),
        ("It is certainly new.", ['"certainly"']),
        ("The route is new.", ["No word of estimation was found"]),
        ("It is very likely possible.", ['"very likely" and "possible" stand in one statement']),
        ("It is likely or unlikely.", ['"likely" and "unlikely" stand in one statement']),
        ("It is likely (40 %).", ['"likely" means 55 to 75 per cent. Your text gives 40.']),
        ("It is likely (50-80 %).", ["Your text gives 50 to 80."]),
        ("We see a 60 % (highly likely) rise.", ['"highly likely" means 80 to 90', "gives 60"]),
        ("It is almost certain (100 %).", ["Your text gives 100."]),
        ("With high confidence it is likely new.", ["Write two sentences."]),
        ("It is likely. We have medium confidence.", ['"medium confidence"']),
    ],
)
def test_words_of_estimation_that_are_not_as_defined_are_named(text: str, words: list[str]) -> None:
    """The writer reads which word it is, and what to write instead."""
    notes = " ".join(estimation_notes(text))
    assert all(word in notes for word in words), notes


def text_question(**form: object) -> Question:
    """A written question."""
    form = {"words": [1, 50], "rubric": "r", **form}
    hints = ("Look.", "Step.")
    return Question("q1", "reply", "text", 4, "C6", hints, encode("x"), form=form)


def test_words_of_estimation_are_checked_only_where_the_key_asks_for_them() -> None:
    """A reply to a request is no assessment."""
    answer = encode("Maybe the route is new.")
    assert judge(text_question(), answer).diagnosis == ""
    asked = judge(text_question(estimation=True), answer)
    assert (asked.verdict, asked.points) == ("to_mark", None)
    assert '"maybe"' in asked.diagnosis


def test_a_practice_check_says_nothing_about_figures() -> None:
    """It has no outputs in which to look for them."""
    asked = judge(text_question(figures=True), encode("We hold 999 kg."))
    assert (asked.verdict, asked.diagnosis) == ("to_mark", "")


# --- in the grader ------------------------------------------------------------------------------


def graded(printed: str, reply: object, total: object, **form: object) -> str:
    """What the diagnosis of a written answer says after its run."""
    blank = new_notebook(
        cells=[
            new_markdown_cell("The office asks: 250 words at most.", metadata=role("prose")),
            new_markdown_cell("## Question 2\n\nIn 80 words.", metadata=role("task", "q2")),
            new_markdown_cell("## Question 3\n\nThe first 71.", metadata=role("task", "q3")),
        ]
    )
    executed = new_notebook(
        cells=[
            new_code_cell("parameters that a run puts in"),
            new_code_cell("print(1)", outputs=[new_output("stream", text=printed)]),
            new_code_cell(
                "total", outputs=[new_output("display_data", {"text/plain": "share 0.45"})]
            ),
        ]
    )
    key = {"q1": text_question(), "q2": text_question(figures=True, **form)}
    evidence = {"q1": Evidence(encode(total), "ok"), "q2": Evidence(encode(reply), "ok")}
    judgements = {name: judge(question, evidence[name].answer) for name, question in key.items()}
    found = with_quotes_checked(judgements, key, evidence, executed, blank)
    assert found["q1"] is judgements["q1"]
    assert found["q2"].verdict == judgements["q2"].verdict
    assert found["q2"].points == judgements["q2"].points
    return found["q2"].diagnosis


def role(name: str, question: str = "") -> dict[str, object]:
    """The metadata of a cell."""
    return {"rilo": {"role": name, **({"question": question} if question else {})}}


def test_the_grader_looks_for_figures_in_outputs_and_in_the_other_answers() -> None:
    """Printed, displayed, declared, or asked for: all of these support a figure."""
    assert graded("93 cases", "93 cases, 45 %, 58.4 kg, 80 and 250 words", 58.43) == ""
    said = graded("93 cases", "94 cases, 46 %, 58.5 kg, 71 words", 58.43)
    assert "Not found in an output of the notebook: 94; 46 %; 58.5 kg; 71." in said


def test_a_text_and_its_own_print_do_not_support_each_other() -> None:
    """The answer itself is no evidence."""
    assert "Not found" in graded("We hold 94 cases.\n", "We hold 94 cases.", 0)


def test_the_note_on_figures_stands_behind_the_other_notes() -> None:
    """Nothing that the machine found is dropped."""
    said = graded("", "94 cases", 0, must_say={"the unit": "kg"})
    assert said.startswith("Not found: the unit. Not found in an output of the notebook: 94.")


@pytest.mark.parametrize("reply", [..., 7, "", ["94"]])
def test_what_is_no_text_is_not_looked_at(reply: object) -> None:
    """Its verdict already says what is wrong."""
    assert "output of the notebook" not in graded("", reply, 0)
