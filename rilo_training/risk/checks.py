"""What a model is asked for, checked before it learns: outcomes, columns and directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.calibration import fit_level
from rilo_training.risk.columns import Column
from rilo_training.risk.errors import RiskError
from rilo_training.risk.table import Floats


def level_shift(score: Floats, y: Any, classes: npt.NDArray[Any]) -> float:
    """Return what must be added to log-odds, by what random inspections found."""
    labels = np.asarray(y).ravel()
    if len(labels) != len(score):
        raise RiskError(
            f"There are {len(score)} rows and {len(labels)} outcomes.",
            "One outcome for each row was expected.",
            "Give the rows that were inspected at random, and what was found.",
        )
    other = pd.Series(labels[~np.isin(labels, classes)])
    if len(other):
        raise RiskError(
            f"{len(other)} outcomes are missing or of another class: {list(other.unique()[:3])}.",
            f"Each outcome was expected to be one of {classes.tolist()}.",
            "Leave out rows without an outcome; write outcomes as in the training table.",
        )
    return fit_level(score, labels == classes[1])


def checked_classes(y: Any, rows: int) -> tuple[Floats, npt.NDArray[Any]]:
    """Return the outcome as 0 and 1, and its two classes in their order."""
    labels = pd.Series(np.asarray(y).ravel())
    if len(labels) != rows:
        raise RiskError(
            f"X has {rows} rows and y has {len(labels)}.",
            "One outcome for each row was expected.",
            "Take both from the same table.",
        )
    if labels.isna().any():
        raise RiskError(
            f"{int(labels.isna().sum())} outcomes are missing.",
            "An outcome for each row was expected.",
            "Fit on the rows that were inspected; give the others to predict_proba.",
        )
    classes = np.unique(labels.infer_objects().to_numpy())
    if len(classes) != 2:
        raise RiskError(
            f"The outcome has {len(classes)} class{'' if len(classes) == 1 else 'es'}.",
            "Two classes were expected, for instance licit and illicit.",
            "Take a longer period, or check how the outcome was made.",
        )
    return (labels.to_numpy() == classes[1]).astype(np.float64), classes


def names_left_out(leave_out: Iterable[str] | None, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that are not used, as texts; one text is one column.

    A name that is written wrongly must not let in what the law forbids.
    """
    asked = [leave_out] if isinstance(leave_out, str) else leave_out or ()
    names = tuple(map(str, asked)) if isinstance(asked, Iterable) else (str(asked),)
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise RiskError(
            f"leave_out names {', '.join(map(repr, unknown))}, which the table does not have.",
            f"Names of columns were expected: {', '.join(frame.columns)}.",
            "Correct the name, or leave it out of leave_out.",
        )
    return names


def directions_of(monotone: object) -> dict[str, int]:
    """Return the directions that were asked for, by the names of columns as texts."""
    if not isinstance(monotone, Mapping | None):
        raise RiskError(
            f"monotone was {monotone!r}.",
            "Names of columns with 1 (rises) or -1 (falls) were expected.",
            'Write, for instance, monotone={"earlier_finds": 1}.',
        )
    return {str(name): direction for name, direction in (monotone or {}).items()}


def checked_draws(draws: object) -> int:
    """Return how many models are averaged."""
    if not isinstance(draws, int) or draws < 1:
        raise RiskError(
            f"draws was {draws!r}.",
            "A whole number from 1 was expected.",
            "Give 3, or 1 for speed.",
        )
    return draws


def check_monotone(monotone: Mapping[str, int], columns: list[Column]) -> None:
    """Refuse directions that cannot be kept."""
    kinds = {column.name: column.kind for column in columns}
    for name, direction in monotone.items():
        if kinds.get(name) != "number" or direction not in (1, -1):
            raise RiskError(
                f"monotone asks for {name!r}: {direction!r}; "
                f"the column is {kinds.get(name, 'not in the table')}.",
                "The name of a number was expected, with 1 (rises) or -1 (falls).",
                "Correct the name, or leave it out of monotone.",
            )
