"""Week by week: inspect, learn from what was found, and meet traffic that changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.calibration import checked_outcome
from rilo_training.risk.columns import as_table
from rilo_training.risk.errors import RiskError
from rilo_training.risk.selection import _is_share, select_for_inspection
from rilo_training.risk.table import Floats


def moved_traffic(
    p_illicit: npt.ArrayLike,
    stream: npt.ArrayLike,
    share: float = 0.6,
    weakened: float = 0.5,
) -> Floats:
    """Return the probabilities after smugglers moved to another stream.

    With `simulate_inspections` it tells what a share at random is worth on the day of a change.

    Parameters
    ----------
    p_illicit : array of float, shape (rows,)
        The probabilities before.
    stream : array of bool, shape (rows,)
        The rows that the illicit traffic moves into.
    share : float
        The share of the expected finds outside of the stream that moves, 0 to 1.
    weakened : float
        How much the old patterns fade, 0 to 1: with 1, what is left outside is spread evenly.

    Returns
    -------
    array of float, shape (rows,)
        What moves is spread evenly over the stream, up to 0.95 a row. So long as that is not
        reached, as much is expected as before.

    Examples
    --------
    >>> from rilo_training.risk import moved_traffic
    >>> moved_traffic([0.4, 0.2, 0.0, 0.0], [0, 0, 1, 1], share=0.5, weakened=1.0).round(3).tolist()
    [0.15, 0.15, 0.15, 0.15]
    """
    p, inside = checked_outcome(p_illicit), checked_outcome(stream) > 0.5
    if len(p) != len(inside) or not inside.any() or inside.all():
        raise RiskError(
            f"The stream holds {int(inside.sum())} of {len(p)} rows.",
            "Some rows, not all, were expected.",
            "Mark the rows of one origin, office or heading.",
        )
    for name, value in (("share", share), ("weakened", weakened)):
        if not _is_share(value):
            raise RiskError(f"{name} was {value!r}.", "0 to 1 was expected.", "Give 0.6.")
    found = p.copy()
    outside = p[~inside]
    found[~inside] = (1 - share) * ((1 - weakened) * outside + weakened * outside.mean())
    found[inside] = np.minimum(p[inside] + share * outside.sum() / inside.sum(), 0.95)
    return found


def simulate_inspections(
    X: pd.DataFrame,
    y: npt.ArrayLike,
    week: npt.ArrayLike,
    budget: float,
    known: npt.ArrayLike,
    random_share: float = 0.1,
    model: Any = None,
    refit_weeks: int = 1,
    memory_weeks: int | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Return what is found week by week when a model chooses, and learns from what it chose.

    Only inspected rows get an outcome. A model that chooses alone sees only what it suspects; a
    random share shows it the rest. Run it twice with the same `random_state` to compare shares.

    Parameters
    ----------
    X : pandas.DataFrame
        All rows, past and future.
    y : array of bool, shape (rows,)
        The true outcome of each row. The model sees it only when the row is inspected.
    week : array of int, shape (rows,)
        The week of each row, as a number that grows by 1 a week.
    budget : float
        The share of a week's rows that is inspected.
    known : array of bool, shape (rows,)
        Rows of the past whose outcome is known. The simulation runs over the weeks after them.
    random_share : float
        The share of inspections drawn at random.
    model : scikit-learn classifier, optional
        What is fitted, with ``fit`` and ``predict_proba``; a copy is made for each fit. Without
        it, `RiskModel`.
    refit_weeks : int
        A new fit after so many weeks, 1 or more.
    memory_weeks : int, optional
        Only outcomes of so many last weeks are learned from; without it, all. A model that
        remembers for ever holds on to what is no longer true. While what it remembers is of one
        class, the fit before stays.
    random_state : int
        Decides the draws.

    Returns
    -------
    pandas.DataFrame
        One row per simulated week: ``week``, ``arrivals``, ``illicit`` (in truth), ``inspected``,
        ``finds``, ``random_inspected``, ``random_finds``, ``estimated_illicit`` (what the random
        inspections of this week say; NaN without any).

    Raises
    ------
    RiskError
        When lengths differ, nothing or one class is known, no week follows, a week is missing,
        or the model is no classifier.

    Notes
    -----
    Lots are the same for every strategy with the same `random_state` and share. A share at random
    pays when traffic moves to where the model does not look, and when what is old is forgotten.
    Where the model inspects some rows of the new stream for other reasons, it learns as soon.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import simulate_inspections
    >>> from sklearn.dummy import DummyClassifier
    >>> table = pd.DataFrame({"size": [1, 2, 3, 4, 5, 6]})
    >>> known = [True, True, True, False, False, False]
    >>> weeks = simulate_inspections(
    ...     table, [0, 1, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], 0.34, known, 0.0, DummyClassifier()
    ... )
    >>> weeks[["week", "arrivals", "inspected", "finds"]].values.tolist()
    [[1, 3, 1, 1]]
    """
    from sklearn.base import clone

    frame = as_table(X)
    outcome, labelled = checked_outcome(y) > 0.5, checked_outcome(known) > 0.5
    weeks = _week_numbers(week)
    if not len(frame) == len(outcome) == len(weeks) == len(labelled) or not labelled.any():
        raise RiskError(
            f"There are {len(frame)} rows, {len(outcome)} outcomes, {len(weeks)} weeks and "
            f"{len(labelled)} marks, of which {int(labelled.sum())} are known.",
            "As many of each were expected, and some rows of the past with a known outcome.",
            "Take all from the same table.",
        )
    ahead = [each for each in np.unique(weeks).tolist() if each > weeks[labelled].max()]
    if not ahead or refit_weeks < 1 or (memory_weeks is not None and memory_weeks < 1):
        raise RiskError(
            f"{len(ahead)} weeks follow the known rows; refit_weeks is {refit_weeks}, "
            f"memory_weeks {memory_weeks}.",
            "At least one week after the last known row, and numbers from 1, were expected.",
            "Mark only rows of the first weeks as known.",
        )
    if model is None:
        from rilo_training.risk.model import RiskModel

        model = RiskModel(random_state=random_state, draws=1)  # fitted anew in each week
    if not all(hasattr(model, name) for name in ("fit", "predict_proba", "get_params")):
        raise RiskError(
            f"The model was {model!r}.",
            "A scikit-learn classifier with fit and predict_proba was expected.",
            "Give RiskModel(), LogisticRegression() or another one, not fitted.",
        )
    labelled = labelled.copy()
    rows = []
    fitted: Any = None
    for number, each in enumerate(ahead):
        if number % refit_weeks == 0:
            recent = weeks >= (each - memory_weeks if memory_weeks else weeks.min())
            learned = labelled & recent
            if len(np.unique(outcome[learned])) == 2:
                fitted = clone(model).fit(frame[learned], outcome[learned])
            elif fitted is None:
                raise RiskError(
                    f"{int(learned.sum())} known rows are remembered in week {int(each)}, with "
                    f"{int(outcome[learned].sum())} finds.",
                    "Known rows of both outcomes were expected.",
                    "Mark more rows as known, or remember more weeks.",
                )
        now = np.flatnonzero(weeks == each)
        score = fitted.predict_proba(frame.iloc[now])[:, 1]
        chosen = select_for_inspection(
            score, budget, random_share, random_state=random_state + number
        )
        at = now[chosen["row"].to_numpy()]
        by_chance = chosen["selected_by"].eq("random").to_numpy()
        labelled[at] = True
        weighed = outcome[at] / chosen["chance"].to_numpy()
        rows.append(
            {
                "week": int(each),
                "arrivals": len(now),
                "illicit": int(outcome[now].sum()),
                "inspected": len(at),
                "finds": int(outcome[at].sum()),
                "random_inspected": int(by_chance.sum()),
                "random_finds": int(outcome[at[by_chance]].sum()),
                "estimated_illicit": float(weighed.sum()) if by_chance.any() else float("nan"),
            }
        )
    return pd.DataFrame(rows)


def _week_numbers(week: npt.ArrayLike) -> Floats:
    """Return weeks as whole numbers."""
    values = np.asarray(week).ravel()
    try:
        weeks = values.astype(np.float64)
    except (TypeError, ValueError):
        weeks = np.full(len(values), np.nan)
    if values.dtype.kind in "mM" or not (weeks == np.floor(weeks)).all():
        raise RiskError(
            "week holds values that are missing or no whole numbers.",
            "A number that grows by 1 a week was expected.",
            "Divide the days since the first one by 7, without the rest.",
        )
    return weeks
