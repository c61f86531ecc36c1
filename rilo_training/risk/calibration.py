"""Whether probabilities are true: sigmoid calibration, and a report on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rilo_training.risk.alignment import check_same_order
from rilo_training.risk.errors import RiskError
from rilo_training.risk.odds import logit, sigmoid
from rilo_training.risk.table import Floats

if TYPE_CHECKING:
    import pandas as pd

PRIOR_WEIGHT = 1e-3
LOWEST_SLOPE = 0.05
"""A score is never turned round."""


def fit_sigmoid(
    score: npt.ArrayLike, y: npt.ArrayLike, prior: float = 1.0, weight: Floats | None = None
) -> tuple[float, float]:
    """Return slope and intercept that turn a score into log-odds.

    Parameters
    ----------
    score : array of float, shape (rows,)
        Log-odds before calibration, of rows that did not teach them.
    y : array of float, shape (rows,)
        The outcome, 0 or 1.
    prior : float
        How firmly the slope is held at 1: as firmly as by so many rows of the highest variance.
    weight : array of float, shape (rows,), optional
        How much each row counts; 1 without it.

    Returns
    -------
    tuple of two floats
        Calibrated log-odds are ``intercept + slope * score``.

    References
    ----------
    Platt, J. (1999): Probabilistic outputs for support vector machines.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.risk.calibration import fit_sigmoid
    >>> score = np.repeat([2.0, -2.0], 100)
    >>> y = np.r_[np.repeat([1, 0], [73, 27]), np.repeat([1, 0], [27, 73])]
    >>> slope, intercept = fit_sigmoid(score, y)
    >>> round(slope, 1), abs(round(intercept, 1))
    (0.5, 0.0)
    """
    score, y = np.asarray(score, np.float64), np.asarray(y, np.float64)
    counted = np.ones(len(score)) if weight is None else weight
    centre = float(np.average(score, weights=counted))
    block = np.column_stack([score - centre, np.ones(len(score))])
    found = np.array([1.0, centre])
    ridge = np.array([prior * 0.25 * float(block[:, 0].var()), 0.0]) + 1e-9
    start = np.array([1.0, 0.0])
    for _ in range(50):
        p = sigmoid(block @ found)
        matrix = block.T @ (block * (p * (1 - p) * counted)[:, None]) + np.diag(ridge)
        gradient = block.T @ ((y - p) * counted) - ridge * (found - start) * np.array([1.0, 0.0])
        step = np.linalg.solve(matrix, gradient)
        step *= min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        found = found + step
        if float(np.abs(step).max()) < 1e-9:
            break
    slope = max(float(found[0]), LOWEST_SLOPE)
    return slope, float(found[1] - slope * centre)


def fit_level(score: npt.ArrayLike, y: npt.ArrayLike, weight: float = 1.0) -> float:
    """Return what must be added to log-odds so that their total is that of the outcomes.

    Parameters
    ----------
    score : array of float, shape (rows,)
        Log-odds of rows that were chosen at random.
    y : array of float, shape (rows,)
        What was found, 0 or 1.
    weight : float
        So many outcomes as the score expects are added to what was found, so that a sample
        without a find does not say that there is nothing to find.

    Examples
    --------
    >>> from rilo_training.risk.calibration import fit_level
    >>> round(fit_level([0.0] * 10, [1] * 2 + [0] * 8, weight=0.0), 3)
    -1.386
    """
    score, y = np.asarray(score, np.float64), np.asarray(y, np.float64)
    before = sigmoid(score)
    share = (y.sum() + weight * before.mean()) / (len(y) + weight)
    share = min(max(share, 1e-6), 1 - 1e-6)
    low, high = -30.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if sigmoid(score + middle).mean() > share else (middle, high)
    return (low + high) / 2


def calibration_report(y: npt.ArrayLike, p: npt.ArrayLike, bins: int = 10) -> pd.DataFrame:
    """Return predicted and found shares in bins of equal count.

    An analyst asks whether "20 per cent" means one in five, before a budget is planned on it.

    Parameters
    ----------
    y : array of bool, 0 and 1, or true probabilities, shape (rows,)
        The outcome.
    p : array of float, shape (rows,)
        Predicted probabilities, 0 to 1.
    bins : int
        How many bins; fewer when there are fewer rows.

    Returns
    -------
    pandas.DataFrame
        One row per bin, from the lowest predictions to the highest: ``rows``, ``predicted`` and
        ``found`` (mean shares), ``difference`` (predicted less found). ``attrs`` holds
        ``expected_calibration_error`` (mean distance), ``worst_bin`` (largest distance),
        ``total_ratio`` (predicted total over found total), ``slope`` and ``intercept`` of the
        outcome on the predicted log-odds (1 and 0 are right; a slope below 1 means predictions
        that are too extreme).

    Raises
    ------
    RiskError
        When lengths differ, values are missing or out of range, or there are no rows.

    References
    ----------
    Van Calster, B. et al. (2019): Calibration: the Achilles heel of predictive analytics.

    Examples
    --------
    >>> from rilo_training.risk import calibration_report
    >>> report = calibration_report([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.8], bins=2)
    >>> report.round(2).to_dict("list")
    {'rows': [3, 3], 'predicted': [0.2, 0.7], 'found': [0.33, 0.67], 'difference': [-0.13, 0.03]}
    >>> round(report.attrs["worst_bin"], 2)
    0.13
    """
    import pandas as pd

    check_same_order(y, p, "y and p")
    outcome = checked_outcome(y)
    try:
        predicted = np.asarray(p).astype(np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise RiskError(
            "The predictions hold values that are no numbers.",
            "Probabilities from 0 to 1 were expected.",
            "Give the second column of predict_proba, for the rows of y.",
        ) from error
    wrong = int((~((predicted >= 0) & (predicted <= 1))).sum())
    if len(predicted) != len(outcome) or wrong:
        raise RiskError(
            f"There are {len(outcome)} outcomes and {len(predicted)} predictions; "
            f"{wrong} of them are missing, below 0 or above 1.",
            "As many predictions as outcomes were expected, each from 0 to 1.",
            "Give the second column of predict_proba, for the rows of y.",
        )
    if not isinstance(bins, (int, np.integer)) or bins < 1:
        raise RiskError(f"bins was {bins!r}.", "A whole number from 1 was expected.", "Give 10.")
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    report = pd.DataFrame(
        {
            "rows": [len(part) for part in parts],
            "predicted": [float(predicted[part].mean()) for part in parts],
            "found": [float(outcome[part].mean()) for part in parts],
        }
    )
    report["difference"] = report["predicted"] - report["found"]
    distance = report["difference"].abs()
    score = logit(np.clip(predicted, 1e-9, 1 - 1e-9))
    slope, intercept = fit_sigmoid(score, outcome, prior=PRIOR_WEIGHT)
    total = float(outcome.sum())
    report.attrs = {
        "expected_calibration_error": float((distance * report["rows"]).sum() / len(outcome)),
        "worst_bin": float(distance.max()),
        "total_ratio": float(predicted.sum()) / total if total else float("nan"),
        "slope": slope,
        "intercept": intercept,
    }
    return report


def checked_outcome(y: npt.ArrayLike) -> Floats:
    """Return an outcome as numbers from 0 to 1.

    Raises
    ------
    RiskError
        When there are no rows, or a value is missing or out of range.
    """
    try:
        outcome = np.asarray(y).astype(np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise RiskError(
            "The outcome holds values that are no numbers.",
            "True and False, 1 and 0, or probabilities were expected.",
            "Write the outcome as 1 for illicit and 0 for licit.",
        ) from error
    if len(outcome) == 0:
        raise RiskError(
            "The outcome has no rows.", "At least one row was expected.", "Check the filter."
        )
    if not ((outcome >= 0) & (outcome <= 1)).all():
        raise RiskError(
            "The outcome holds a missing value, or one below 0 or above 1.",
            "True and False, 1 and 0, or probabilities were expected.",
            "Leave out rows without an outcome.",
        )
    return outcome
