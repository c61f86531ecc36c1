"""What is found when the riskiest are inspected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.alignment import check_same_order
from rilo_training.risk.calibration import checked_outcome
from rilo_training.risk.errors import RiskError
from rilo_training.risk.table import Floats


def targeting_report(
    y: npt.ArrayLike,
    score: npt.ArrayLike,
    budget: float,
    value: npt.ArrayLike | None = None,
) -> pd.Series:
    """Return what is found when the top share of a ranking is inspected.

    An analyst asks it of every ranking, before anybody is sent to open a container.

    Parameters
    ----------
    y : array of bool, 0 and 1, or true probabilities, shape (rows,)
        The outcome. With probabilities the finds are expected finds.
    score : array of float, shape (rows,)
        The ranking; higher is inspected first.
    budget : float
        The share that is inspected, above 0 and at most 1. Half a row is rounded up, and at least
        one row is inspected.
    value : array of float, shape (rows,), optional
        What a find is worth, for instance the evaded duty in USD, 0 or more.

    Returns
    -------
    pandas.Series
        ``inspected`` (rows), ``finds``, ``precision`` (finds per inspection, the hit rate),
        ``recall`` (share of all finds), ``lift`` (precision over the share of finds among all
        rows), and with `value` also ``value_found`` and ``value_share``. Rows with the score of
        the last one inspected share the places that are left: each counts with the chance that
        a draw would give it. So the result is the mean over all draws, and the order of rows
        changes nothing. Recall and lift are NaN where there is nothing to find.

    Raises
    ------
    RiskError
        When lengths differ, a value is missing, or the budget is no share.

    Examples
    --------
    >>> from rilo_training.risk import targeting_report
    >>> y, score = [1, 0, 1, 0, 0, 0], [9, 8, 7, 3, 2, 1]
    >>> targeting_report(y, score, budget=0.5).round(2).to_dict()
    {'inspected': 3.0, 'finds': 2.0, 'precision': 0.67, 'recall': 1.0, 'lift': 2.0}
    >>> targeting_report(y, [1] * 6, budget=0.5)["finds"].item()
    1.0
    """
    outcome = checked_outcome(y)
    check_same_order(y, score, "y and score")
    ranking = _numbers(score, "score", len(outcome))
    share = _chosen_share(ranking, _places(len(outcome), budget))
    inspected, finds = float(share.sum()), float((share * outcome).sum())
    total = float(outcome.sum())
    report = {
        "inspected": inspected,
        "finds": finds,
        "precision": finds / inspected,
        "recall": finds / total if total else float("nan"),
        "lift": finds / inspected / (total / len(outcome)) if total else float("nan"),
    }
    if value is not None:
        check_same_order(y, value, "y and value")
        worth = _numbers(value, "value", len(outcome))
        if (worth < 0).any():
            raise RiskError(
                f"{int((worth < 0).sum())} values of a find are below zero.",
                "What a find is worth was expected, 0 or more.",
                "Check the column; write 0 where a find is worth nothing.",
            )
        found, every = float((share * outcome * worth).sum()), float((outcome * worth).sum())
        report["value_found"] = found
        report["value_share"] = found / every if every else float("nan")
    return pd.Series(report, name=budget)


def targeting_curve(
    y: npt.ArrayLike,
    score: npt.ArrayLike,
    budgets: Sequence[float] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    value: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the targeting report of several budgets, one row each.

    A budget is decided by what one inspection more still finds.

    Parameters
    ----------
    y, score, value
        As in `targeting_report`.
    budgets : sequence of float
        Shares that are inspected.

    Returns
    -------
    pandas.DataFrame
        The columns of `targeting_report`, with the index ``budget`` in the order given.

    Examples
    --------
    >>> from rilo_training.risk import targeting_curve
    >>> targeting_curve([1, 0, 1, 0], [4, 3, 2, 1], [0.25, 0.75])["recall"].tolist()
    [0.5, 1.0]
    """
    if not isinstance(budgets, Sequence) or isinstance(budgets, str) or len(budgets) == 0:
        raise RiskError(
            f"The budgets were {budgets!r}.",
            "Some shares above 0 and at most 1 were expected, in a list.",
            "Write, for instance, [0.01, 0.05].",
        )
    rows = [targeting_report(y, score, budget, value) for budget in budgets]
    return pd.DataFrame(rows).rename_axis("budget")


def _places(rows: int, budget: float) -> int:
    """Return how many rows a budget lets inspect."""
    if not isinstance(budget, (int, float, np.number)) or not 0 < budget <= 1:
        raise RiskError(
            f"The budget was {budget!r}.",
            "A share above 0 and at most 1 was expected; 0.05 inspects one in twenty.",
            "Give the inspections that are possible, divided by the number of rows.",
        )
    return max(int(np.floor(rows * float(budget) + 0.5 + 1e-9)), 1)


def _chosen_share(ranking: Floats, places: int) -> Floats:
    """Return the chance of each row to be among the first places."""
    last = np.partition(ranking, len(ranking) - places)[len(ranking) - places]
    above, equal = ranking > last, ranking == last
    share: Floats = above.astype(np.float64)
    share[equal] = (places - above.sum()) / equal.sum()
    return share


def _numbers(values: npt.ArrayLike, name: str, rows: int) -> Floats:
    try:
        numbers = np.asarray(values).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise RiskError(
            f"{name} holds values that are no numbers.",
            f"{rows} numbers were expected, one for each outcome.",
            f"Check what {name} was made from.",
        ) from error
    if numbers.ndim == 2 and numbers.shape[1] == 2:
        raise RiskError(
            f"{name} has two columns.",
            f"{rows} numbers were expected, one for each outcome.",
            "Give the second column of predict_proba: predict_proba(X)[:, 1].",
        )
    numbers = numbers.ravel()
    if len(numbers) != rows or np.isnan(numbers).any():
        raise RiskError(
            f"{name} has {len(numbers)} values, {int(np.isnan(numbers).sum())} of them missing.",
            f"{rows} numbers were expected, one for each outcome.",
            f"Take {name} from the rows of the outcome.",
        )
    return numbers
