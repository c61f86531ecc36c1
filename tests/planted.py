"""What the tests of `validate` share: how well its rules find what a world has planted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from rilo_training.seizures import validate
from rilo_training.world import World, make_world

FORMS = ("seizures_raw", "seizures")
RULES: dict[str, tuple[str, ...]] = {
    "exact duplicate": ("duplicate_exact",),
    "case keyed twice": ("duplicate_near",),
    "other spelling": ("label",),
    "unit slip": ("unit_slip",),
    "turned date": ("date_turned", "report_before_seizure"),
    "wrong total": ("case_total",),
    "personal detail": ("personal_detail",),
}
"""The rules that look for each planted defect."""


@cache
def world(seed: int, cases: int) -> World:
    """The seizures of a world, as uploaded and validated."""
    return make_world(seed, cases, tables=FORMS)


def planted(truth: pd.DataFrame) -> dict[str, np.ndarray]:
    """Which rows hold each defect."""
    flags = {
        "exact duplicate": truth["is_exact_duplicate"],
        "case keyed twice": truth["is_near_duplicate"],
        "other spelling": truth["has_label_variant"],
        "unit slip": truth["has_unit_slip"],
        "turned date": truth["has_swapped_date"],
        "wrong total": truth["has_wrong_total"],
        "personal detail": truth["personal_detail"].ne(""),
    }
    return {name: flag.to_numpy(dtype=bool) for name, flag in flags.items()}


def named(problems: pd.DataFrame, rules: tuple[str, ...], rows: int) -> np.ndarray:
    """Which rows some rules name; the rows are labelled 0, 1, 2 and so on."""
    found = np.zeros(rows, dtype=bool)
    own = problems[problems["rule"].isin(rules) & problems["row"].notna()]
    found[own["row"].astype("int64")] = True
    return found


def tally(made: World, form: str, without: tuple[str, ...] = ()) -> pd.DataFrame:
    """Rows planted, rows named and rows of both for each defect of one form of an extract."""
    seizures = made.tables[form].drop(columns=list(without))
    problems = validate(seizures)
    true = planted(made.truth[f"truth_{form}"])
    counts = {}
    for name, rules in RULES.items():
        found = named(problems, rules, len(seizures))
        counts[name] = (true[name].sum(), found.sum(), (found & true[name]).sum())
    return pd.DataFrame(counts, index=["planted", "named", "both"]).T


def rates(seeds: list[int], cases: int, form: str, without: tuple[str, ...] = ()) -> pd.DataFrame:
    """Recall and precision of each defect over several worlds together."""
    counts = sum(tally(world(seed, cases), form, without) for seed in seeds)
    return counts.assign(
        recall=counts["both"] / counts["planted"], precision=counts["both"] / counts["named"]
    )
