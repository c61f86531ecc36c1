"""A score is worth what its selection is expected to find."""

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from answering import verdict
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rilo_training.answers import (
    Mistake,
    Question,
    QuestionError,
    encode,
    judge,
    read_plain,
    with_truth,
)
from rilo_training.answers.kinds import KINDS
from rilo_training.answers.plain import MAX_JSON_CHARACTERS
from rilo_training.course.admission import problems_of, with_world_truth
from rilo_training.course.reference import Reference, run_reference
from rilo_training.world import make_world, save_world

NUMBER = 200
IDS = [f"HD-26-{n:06d}" for n in range(1, NUMBER + 1)]
RISK = {name: round(0.6 * math.exp(-n / 20), 6) for n, name in enumerate(IDS)}
BEST = pd.Series(RISK)
LOT = pd.Series(0.0, index=IDS)
BY_VALUE = pd.Series({name: (n * 37) % NUMBER for n, name in enumerate(IDS)})


def scored(
    reference: Any = BEST, *mistakes: Any, baseline: Any = LOT, budget: float = 0.1
) -> Question:
    """A question of four points on these consignments, with the truth of their world."""
    form = KINDS["score"].prepare({"budget": budget, "baseline": baseline})
    asked = Question(
        question="q1",
        name="score",
        kind="score",
        points=4.0,
        competence="C4",
        hints=("Look.", "Step."),
        reference=encode(reference),
        mistakes=tuple(Mistake(encode(value), "You sorted by value.") for value in mistakes),
        form=form,
        support=NUMBER,
    )
    return with_truth(asked, RISK)


ASKED = scored(BEST, BY_VALUE)
FRAME = pd.DataFrame({"consignment_id": IDS, "score": BEST.to_numpy()})


@pytest.mark.parametrize(
    "value",
    [
        BEST,
        BEST * 1000 - 7,
        BEST.rank(),
        BEST.astype("float32"),
        BEST.astype("Float64"),
        BEST.sample(frac=1, random_state=0),
        BEST.to_dict(),
        BEST.rename("p").rename_axis("consignment_id"),
        FRAME,
        FRAME.rename(columns={"score": "my_score", "consignment_id": "Consignment ID"}),
        FRAME.assign(value_usd=1, mode="sea"),
        FRAME.sample(frac=1, random_state=0),
        FRAME.to_dict("records"),
        list(zip(IDS, BEST.tolist(), strict=True)),
        pd.concat([BEST.head(30), BEST.tail(170) * 0]),
        pd.concat([BEST, BEST.head(3)]),
    ],
)
def test_another_score_that_selects_the_same_is_right(value: Any) -> None:
    """Only the order counts, and of that only what lies within the budget."""
    asked = replace(ASKED)
    if isinstance(value, list) and isinstance(value[0], tuple):
        value = dict(value)
    found = verdict(asked, value)
    assert (found.verdict, found.points, found.diagnosis) == ("correct", 4.0, "")


def test_a_model_a_little_worse_than_the_reference_is_right() -> None:
    """95 per cent of what the reference finds is full marks."""
    other = BEST.copy()
    other.iloc[18:20], other.iloc[20:22] = 0.0, 9.0
    assert verdict(ASKED, other).verdict == "correct"


def test_the_known_mistake_is_recognised_by_what_it_selects() -> None:
    """On whatever scale it is given."""
    for value in (BY_VALUE, BY_VALUE / 7 + 3):
        found = verdict(ASKED, value)
        assert (found.verdict, found.points) == ("near_miss", 0.0)
        assert found.diagnosis == "You sorted by value."


def test_a_blank_score_is_not_attempted() -> None:
    """Three dots are no answer."""
    assert verdict(ASKED, ...).verdict == "not_attempted"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Your answer is an empty value"),
        (print, "round brackets"),
        (3, "Your answer is the number 3"),
        (BEST.to_numpy(), "without the ids of the consignments"),
        (BEST.reset_index(drop=True), "without the ids of the consignments"),
        (np.ones((NUMBER, 2)), "without the ids of the consignments"),
        (BEST.astype(str), "Each value should be a number"),
        (pd.concat([BEST, BEST.head(1) + 1]), "has two values"),
        (FRAME.drop(columns="consignment_id").assign(x=1), "It needs the columns"),
    ],
)
def test_what_is_no_score_is_wrong_and_says_why(value: Any, words: str) -> None:
    """The sentence says what was found and what a score is."""
    found = verdict(ASKED, value)
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert words in found.diagnosis
    assert "The question asks for a score" in found.diagnosis


def test_an_empty_score_is_said_to_be_empty() -> None:
    """Nothing is not a draw by lot."""
    assert "It should hold something" in verdict(ASKED, {}).diagnosis


def test_points_grow_with_what_is_expected_to_be_found() -> None:
    """(own - baseline) / (0.95 * reference - baseline), in expected finds."""
    half = BEST.copy()
    half.iloc[10:20] = -1.0
    half.iloc[100:110] = 1.0
    risk = list(RISK.values())
    own = sum(risk[:10]) + sum(risk[100:110])
    lot = 0.1 * sum(risk)
    share = (own - lot) / (0.95 * sum(risk[:20]) - lot)
    found = verdict(ASKED, half)
    assert found.verdict == "partial"
    assert found.points == pytest.approx(4 * share, abs=0.006)
    assert "more is found than with the baseline" in found.diagnosis


def test_a_tie_at_the_cut_counts_as_a_draw_by_lot() -> None:
    """Neither the order of rows nor luck decides."""
    ties = pd.Series([1.0] * 40 + [0.0] * 160, index=IDS)
    first, second = verdict(ASKED, ties), verdict(ASKED, ties[::-1])
    risk = list(RISK.values())
    lot = 0.1 * sum(risk)
    share = (0.5 * sum(risk[:40]) - lot) / (0.95 * sum(risk[:20]) - lot)
    assert first == second
    assert first.points == pytest.approx(4 * share, abs=0.006)


def test_a_constant_score_is_a_draw_by_lot_and_said_to_be_one() -> None:
    """It earns nothing above a baseline that is one, too."""
    found = verdict(ASKED, LOT + 5)
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert "one value for all. That is a draw by lot." in found.diagnosis


def test_a_score_that_is_the_wrong_way_round_is_told_so() -> None:
    """Lower for more risk is a usual slip."""
    found = verdict(ASKED, -BEST)
    assert found.points == 0.0
    assert "the wrong way round" in found.diagnosis
    assert "the wrong way round" not in verdict(ASKED, LOT + 1).diagnosis


def test_missing_empty_and_unknown_consignments_are_counted_in_words() -> None:
    """What has no value comes last; what nobody asked for is left out."""
    some = BEST.iloc[10:].copy()
    some.iloc[:5] = np.nan
    some["HD-99-000001"] = 9.0
    found = verdict(ASKED, some)
    assert "1 id in your score: no such consignment is asked." in found.diagnosis
    assert "10 consignments without a value: they come last." in found.diagnosis
    assert "5 values of your score are empty (NaN)" in found.diagnosis
    assert verdict(ASKED, pd.concat([BEST, pd.Series({"X": 9.0})])).verdict == "correct"


def test_a_score_that_is_empty_everywhere_is_told_why() -> None:
    """A Series with row labels, which is given the ids as its index, is empty in every row."""
    with_labels = BEST.reset_index(drop=True)
    found = verdict(ASKED, pd.Series(with_labels, index=BEST.index))
    assert (found.verdict, found.points) == ("wrong", 0.0)
    assert "Take the labels away with `.to_numpy()`" in found.diagnosis
    assert "they come last" not in found.diagnosis
    assert verdict(ASKED, pd.Series(with_labels.to_numpy(), index=BEST.index)).verdict == "correct"


def test_infinite_values_have_a_place_in_the_order() -> None:
    """Log-odds of a sure case are infinite."""
    value = BEST.copy()
    value.iloc[0], value.iloc[-1] = np.inf, -np.inf
    assert verdict(ASKED, value).verdict == "correct"


def test_true_and_false_are_a_coarse_score() -> None:
    """A rule that says yes or no has ties, and they are drawn by lot."""
    assert verdict(ASKED, BEST.iloc[20] < BEST).verdict == "correct"


def test_no_sentence_on_a_score_holds_a_probability() -> None:
    """Neither the truth nor the values of the reference are said."""
    for value in (-BEST, LOT, BY_VALUE + 0.5, BEST.iloc[5:], BEST.head(3), {}):
        diagnosis = verdict(ASKED, value).diagnosis
        assert not any(f"{risk}" in diagnosis for risk in RISK.values() if risk > 0.001)


@given(st.permutations(range(12)), st.integers(1, 11))
def test_no_score_earns_less_than_nothing_or_more_than_all(order: list[int], cut: int) -> None:
    """Whatever the order and the budget; and scaling changes nothing."""
    names = IDS[:12]
    asked = scored(BEST[names], baseline=LOT[names], budget=cut / 12)
    own = pd.Series(order, index=names, dtype=float)
    found = verdict(asked, own)
    assert found.points is not None
    assert 0 <= found.points <= 4
    assert (found.verdict == "correct") == (found.points == 4)
    assert verdict(asked, own * 3 + 100).points == found.points


def test_a_key_refuses_a_budget_or_a_baseline_that_is_none() -> None:
    """An author reads what is wrong before the course is built."""
    kind = KINDS["score"]
    for form in ({"budget": 0, "baseline": LOT}, {"budget": 5, "baseline": LOT}):
        with pytest.raises(ValueError, match="between 0 and 1"):
            kind.prepare(form)
    with pytest.raises(ValueError, match="the baseline is no score"):
        kind.prepare({"budget": 0.1, "baseline": [1, 2]})


def test_a_score_without_the_truth_of_its_world_is_not_judged() -> None:
    """A key without truth is a fault of the course, not of a participant."""
    asked = replace(ASKED, form={k: v for k, v in ASKED.form.items() if k != "p_illicit"})
    with pytest.raises(QuestionError, match="with_truth"):
        judge(asked, encode(BEST))


def problems(asked: Question) -> list[str]:
    """What admission says about a key with this question."""
    return problems_of(Reference("u", "w", {"q1": asked}, ()))


def test_a_fair_score_is_admitted() -> None:
    """The reference beats the baseline, and the mistake is not right."""
    assert problems(ASKED) == []


def test_an_unfair_score_is_not_admitted() -> None:
    """No truth, a strong baseline, a gap in the reference, a mistake that is right."""
    without = replace(ASKED, form={k: v for k, v in ASKED.form.items() if k != "p_illicit"})
    assert "the truth of its world is missing" in problems(without)[0]
    assert "too little between them" in problems(scored(baseline=BEST))[0]
    assert "without a value" in problems(scored(BEST.where(BEST < 0.5)))[0]
    more = pd.concat([BEST, pd.Series({"X": 1.0})])
    assert "1 consignment of the reference" in problems(scored(more))[0]
    assert "gives the right answer" in problems(scored(BEST, BEST * 2))[0]


def test_truth_is_kept_for_the_asked_consignments_only() -> None:
    """A key is stored as JSON, and no longer than it must be."""
    some = with_truth(replace(ASKED, reference=encode(BEST.head(3))), RISK)
    assert list(some.form["p_illicit"]) == IDS[:3]
    assert Question.from_json(json.loads(json.dumps(ASKED.to_json()))) == ASKED
    number = Question("q1", "n", "number", 1, "C1", ("", ""), encode(1), form={"digits": 0})
    assert with_truth(number, RISK) is number


def test_a_score_of_sixty_thousand_consignments_is_sent_and_judged_in_good_time() -> None:
    """A whole world of consignments, with all digits, stays below the limit of a cell."""
    rng = np.random.default_rng(0)
    names = [f"HD-26-{n:06d}" for n in range(1, 60_001)]
    risk = pd.Series(rng.beta(1, 30, len(names)), index=names)
    asked = with_truth(
        replace(
            ASKED,
            reference=encode(risk),
            form={"budget": 0.05, "baseline": encode(risk * 0)},
            mistakes=(),
        ),
        risk.to_dict(),
    )
    start = time.perf_counter()
    text = json.dumps(encode(risk + rng.normal(0, 0.01, len(names))))
    assert len(text) < MAX_JSON_CHARACTERS
    found = judge(asked, read_plain(text))
    assert found.verdict in ("partial", "correct")
    assert time.perf_counter() - start < 10


# ---- through a notebook, as an author writes it

CELLS = {
    "parameters": ('EXTRACT = ""', {"role": "parameters"}),
    "setup": (
        "import numpy as np\n"
        "import pandas as pd\n"
        "import matplotlib.pyplot as plt\n"
        "from rilo_training.learn import begin, check\n"
        "from rilo_training.seizures import load_consignments, load_inspections, load_seizures\n"
        'begin("w9d9_01", EXTRACT)',
        {"role": "setup"},
    ),
    "key-calls": (
        "from rilo_training.course import claim, key, mistake",
        {"role": "key"},
    ),
    "q1-task": ("", {"role": "task", "question": "q1"}),
    "q1-answer": (
        "goods = load_consignments()\n"
        'past = goods.merge(load_inspections(), on="consignment_id")\n'
        'rate = past.groupby("agent")["is_illicit"].mean()\n'
        'found = goods["agent"].map(rate).fillna(rate.mean()).to_numpy()\n'
        'known = goods["consignment_id"].isin(past.loc[past["is_illicit"], "consignment_id"])\n'
        'score = pd.Series(found + known.to_numpy(), index=goods["consignment_id"])',
        {"role": "answer", "question": "q1"},
    ),
    "q1-check": ('check("q1", score)', {"role": "check", "question": "q1"}),
    "q1-key": (
        'key("q1", points=4, kind="score", budget=0.1, baseline=score * 0, competence="C4",\n'
        '    hints=["Look.", "Step."], support=len(goods))\n'
        'mistake("q1", -score, "The score is the wrong way round.")',
        {"role": "key", "question": "q1"},
    ),
    "q2-task": ("", {"role": "task", "question": "q2"}),
    "q2-answer": (
        "seizures = load_seizures()\n"
        'by_section = seizures.groupby("section")["case_id"].nunique()\n'
        'chart = by_section.plot.barh(ylabel="section", xlabel="cases")\n'
        'chart.figure.alt_text = "Bars with the number of cases in each section."\n'
        "plt.show()",
        {"role": "answer", "question": "q2"},
    ),
    "q2-check": ('check("q2", chart)', {"role": "check", "question": "q2"}),
    "q2-key": (
        'lines = seizures["section"].value_counts()\n'
        "wrong, axes = plt.subplots()\n"
        "axes.bar(lines.index, lines)\n"
        "plt.close(wrong)\n"
        'key("q2", points=4, kind="chart", mark="bar", digits=0, labels={"y": "cases"},\n'
        '    zero_based=True, alt_text=5, competence="C3", hints=["Look.", "Step."],\n'
        "    support=len(seizures), on_lines=wrong)",
        {"role": "key", "question": "q2"},
    ),
    "q3-task": ("", {"role": "task", "question": "q3"}),
    "q3-answer": (
        "def cases_by_country(seizures):\n"
        '    return seizures.groupby("reporting_country")["case_id"].nunique()',
        {"role": "answer", "question": "q3"},
    ),
    "q3-check": ('check("q3", cases_by_country)', {"role": "check", "question": "q3"}),
    "q3-key": (
        "def lines_by_country(seizures):\n"
        '    return seizures["reporting_country"].value_counts()\n'
        'key("q3", points=4, kind="function", returns="table", on=["reporting_country"],\n'
        '    columns={"case_id": 0}, competence="C7", hints=["Look.", "Step."],\n'
        "    support=len(seizures), on_lines=lines_by_country)",
        {"role": "key", "question": "q3"},
    ),
}


def test_a_score_a_chart_and_a_function_go_the_whole_way_from_a_notebook(tmp_path: Path) -> None:
    """An author writes them as any other question; the truth comes from the world."""
    world = make_world(7, cases=300, tables=("seizures", "consignments"), consignments=1_500)
    save_world(world, tmp_path / "world")
    cells = []
    for name, (source, meta) in CELLS.items():
        make = new_markdown_cell if name.endswith("task") else new_code_cell
        cells.append(make(source, id=name, metadata={"rilo": meta}))
    cells[0].metadata["tags"] = ["parameters"]
    notebook = new_notebook(cells=cells)
    reference = run_reference(notebook, "w9d9_01", tmp_path / "world")
    made = with_world_truth(reference, world.truth["truth_consignments"])
    assert problems_of(made) == []
    score, chart = made.questions["q1"], made.questions["q2"]
    assert len(score.form["p_illicit"]) == 1_500
    truth = world.truth["truth_consignments"].set_index("consignment_id")["p_illicit"]
    assert verdict(score, truth).verdict == "correct"
    assert chart.on_lines is not None
    assert judge(chart, chart.on_lines).diagnosis.startswith("You counted seizure lines.")
    function = made.questions["q3"]
    assert judge(function, function.reference).verdict == "correct"
    assert function.on_lines is not None
    assert judge(function, function.on_lines).diagnosis.startswith("You counted seizure lines.")
    stored = json.loads(json.dumps(score.to_json()))
    assert judge(Question.from_json(stored), score.reference).verdict == "correct"
