"""How well `validate` finds what a world has planted, on eight worlds, and how long it takes.

The bounds for what the columns show are near 1. Two defects can be known in part only: a date
whose turned form is a usual one too, and a slipped unit where no value is recorded.
"""

from __future__ import annotations

from time import process_time

import pandas as pd
import pytest
from planted import FORMS, rates

from rilo_training.seizures import validate
from rilo_training.world import make_world

SEEDS = list(range(30_001, 30_009))
CASES = 8_000
SURE = {
    "exact duplicate": 1.0,
    "case keyed twice": 0.97,
    "other spelling": 1.0,
    "unit slip": 0.97,
    "wrong total": 1.0,
    "personal detail": 1.0,
}


@pytest.mark.parametrize("form", FORMS)
def test_planted_defects_are_found(form: str) -> None:
    """Recall and precision over eight worlds; turned dates above what the order of dates shows."""
    found = rates(SEEDS, CASES, form)
    print(f"{form}\n{found.round(3).to_string()}")
    for name, least in SURE.items():
        assert found.loc[name, ["recall", "precision"]].ge(least).all(), name
    least_recall, least_precision = {"seizures_raw": (0.65, 0.8), "seizures": (0.35, 0.6)}[form]
    assert found.at["turned date", "recall"] >= least_recall
    assert found.at["turned date", "precision"] >= least_precision


def test_slips_are_found_without_a_value() -> None:
    """By weight, hiding place, the Member's own units and decimals alone: two in three."""
    found = rates(SEEDS[:4], CASES, "seizures_raw", ("value_usd", "case_value_usd"))
    print(found.loc["unit slip"].round(3).to_dict())
    assert found.at["unit slip", "recall"] >= 0.65
    assert found.at["unit slip", "precision"] >= 0.85


def test_a_large_table_takes_seconds() -> None:
    """A table of 400,000 rows is checked in at most 40 s of one core, and 25 times 16,000."""
    small = make_world(5, 12_000, tables=["seizures_raw"]).tables["seizures_raw"].head(16_000)
    large = pd.concat(
        [
            small.assign(
                case_id=small["case_id"] + f"-{number}", quantity=small["quantity"] + number
            )
            for number in range(25)
        ],
        ignore_index=True,
    )
    seconds = {}
    for name, table in (("small", small), ("large", large)):
        start = process_time()
        validate(table)
        seconds[name] = process_time() - start
    print({name: round(value, 1) for name, value in seconds.items()}, len(large))
    assert seconds["large"] <= 40
    assert seconds["large"] <= 25 * 1.5 * seconds["small"]
