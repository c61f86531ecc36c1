"""Who is inspected: the riskiest, and some at random; and what officers chose by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.risk.calibration import checked_outcome
from rilo_training.risk.columns import as_table, learn_columns, read_table
from rilo_training.risk.errors import RiskError
from rilo_training.risk.evidence import learn_evidence
from rilo_training.risk.features import Bins, Category, Levels
from rilo_training.risk.folds import arrange, content_hash
from rilo_training.risk.measures import Plain, Training
from rilo_training.risk.report import _places
from rilo_training.risk.table import Floats


def select_for_inspection(
    score: npt.ArrayLike, budget: float, random_share: float = 0.1, random_state: int = 0
) -> pd.DataFrame:
    """Return which rows are inspected: the riskiest, and a share of the places at random.

    A random share finds less today. It shows what the model does not look at, and it says how
    many there are: without it a change of the smugglers stays unseen.

    Parameters
    ----------
    score : array of float, shape (rows,)
        Higher is riskier.
    budget : float
        The share that can be inspected, above 0 and at most 1.
    random_share : float
        The share of inspections drawn at random, 0 to 1.
    random_state : int
        Decides the draw, and the order of equal scores.

    Returns
    -------
    pandas.DataFrame
        One row per inspection, those of the model first, the riskiest first: ``row`` (place in
        `score`, from 0), ``selected_by`` (``model`` or ``random``), ``chance`` (of this row to be
        inspected, whether by the model or by the draw).

    Raises
    ------
    RiskError
        When there are no rows, a score is missing or no number, or a share is out of range.

    Notes
    -----
    The draw comes first, and is made among all rows, whatever their score; then the model takes
    the riskiest of the others. So rows marked ``random`` are a plain sample of all rows: each row
    has the chance (number drawn) / (number of rows) to be one of them. They can be given to
    ``recalibrate`` and counted without weights, and the same `random_state` draws the same rows
    for any score.

    The riskiest rows, as many as the model has places, are inspected in any case: ``chance`` is
    1. The next ones move up when rows above them are drawn; for the others ``chance`` is that of
    the draw. It is the mean over all draws; equal scores have an equal chance. When something is
    drawn, the sum of ``outcome / chance`` over the inspected rows estimates the total of all rows
    without bias (Horvitz and Thompson, 1952).

    Examples
    --------
    >>> from rilo_training.risk import select_for_inspection
    >>> chosen = select_for_inspection([5.0, 1.0, 4.0, 2.0], budget=0.75, random_share=0.34)
    >>> chosen["row"].tolist(), chosen["selected_by"].tolist()
    ([0, 3, 2], ['model', 'model', 'random'])
    """
    ranking = _ranking(score)
    if not _is_share(random_share):
        raise RiskError(
            f"random_share was {random_share!r}.",
            "A share from 0 to 1 was expected; 0.1 draws one inspection in ten.",
            "Give the share of the inspections that are drawn.",
        )
    if not isinstance(random_state, (int, np.integer)) or random_state < 0:
        raise RiskError(
            f"random_state was {random_state!r}.",
            "A whole number of 0 or more was expected.",
            "Give any such number, and keep it to draw the same rows again.",
        )
    rows, places = len(ranking), _places(len(ranking), budget)
    by_chance = int(np.floor(places * random_share + 0.5))
    rng = np.random.default_rng(random_state)
    tie, lot = rng.random(rows), rng.random(rows)
    drawn = np.argsort(lot, kind="stable")[:by_chance]
    order = np.lexsort((tie, -ranking))
    first = order[~np.isin(order, drawn)][: places - by_chance]
    chance = np.empty(rows)
    chance[order] = _chances(rows, places - by_chance, by_chance)
    _, kind = np.unique(ranking, return_inverse=True)
    chance = (np.bincount(kind, chance) / np.bincount(kind))[kind]
    row = np.concatenate([first, drawn]).astype(np.int64)
    return pd.DataFrame(
        {
            "row": row,
            "selected_by": ["model"] * len(first) + ["random"] * len(drawn),
            "chance": chance[row],
        }
    )


def _ranking(score: npt.ArrayLike) -> Floats:
    """Return scores as numbers."""
    values = np.asarray(score)
    try:
        ranking = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise RiskError(
            "The score holds values that are no numbers.",
            "One number for each row was expected; higher is riskier.",
            "Give decision_function, or the second column of predict_proba.",
        ) from error
    if ranking.ndim != 1 or not len(ranking) or np.isnan(ranking).any():
        raise RiskError(
            f"The score has the shape {ranking.shape}; {int(np.isnan(ranking).sum())} values are "
            "missing.",
            "One number for each row was expected, and at least one row.",
            "Give decision_function, or the second column of predict_proba, for all rows.",
        )
    return ranking


def _is_share(value: object) -> bool:
    """Return whether a value is a number from 0 to 1."""
    return isinstance(value, (int, float, np.number)) and bool(0 <= value <= 1)


def _chances(rows: int, by_model: int, by_chance: int) -> Floats:
    """Return the chance of each place in a ranking to be inspected, the riskiest first.

    A row that is not drawn is taken when fewer than `by_model` rows above it are not drawn. The
    chance falls by the chance that the last place of the model went to the row before: the
    negative hypergeometric distribution.
    """
    from scipy.special import gammaln

    def ways(whole: npt.ArrayLike, part: npt.ArrayLike) -> Floats:
        """Return the logarithm of the number of ways to choose a part."""
        n, k = np.asarray(whole, np.float64), np.asarray(part, np.float64)
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))

    drawn, left = by_chance / rows, rows - by_chance
    taken = np.zeros(rows)
    taken[:by_model] = 1.0
    if by_model and by_chance and left > by_model:
        last = np.arange(by_model, by_model + by_chance)
        here = ways(last - 1, by_model - 1) + ways(rows - 1 - last, left - 1 - by_model)
        falls = np.cumsum(np.exp(here - ways(rows - 1, left - 1)))
        taken[by_model : by_model + by_chance] = np.maximum(1.0 - falls, 0.0)
    elif left <= by_model:
        taken[:] = 1.0
    return drawn + (1 - drawn) * taken


def chosen_by(X: Any, selected: npt.ArrayLike, random_state: int = 0) -> pd.DataFrame:
    """Return how well each column alone tells which rows somebody selected.

    Officers choose by habits. What they choose by says who has an outcome, not who is illicit: a
    model that is fitted on their inspections should leave such columns out (`RiskModel`,
    ``leave_out``), and be recalibrated on random inspections. Weights by the chance of selection
    are no safe remedy: a habit that is nearly a rule leaves rows that no weight brings back.

    Parameters
    ----------
    X : pandas.DataFrame
        All rows that could have been selected.
    selected : array of bool, shape (rows,)
        Which ones officers selected.
    random_state : int
        Decides the folds.

    Returns
    -------
    pandas.DataFrame
        ``column`` and ``auc``, the highest first: the chance that a selected row stands above
        another when rows are ranked by how often others of the same value are selected. 0.5 says
        nothing; look at what stands well above the rest.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.risk import chosen_by
    >>> table = pd.DataFrame({"channel": ["paper", "portal"] * 60, "size": range(120)})
    >>> chosen_by(table, [True, False] * 60)["column"].iloc[0]
    'channel'
    """
    from sklearn.metrics import roc_auc_score

    frame = as_table(X)
    chosen = checked_outcome(selected)
    if len(chosen) != len(frame) or set(chosen.tolist()) != {0.0, 1.0}:
        raise RiskError(
            f"There are {len(frame)} rows; {int((chosen > 0).sum())} of {len(chosen)} marks are "
            f"above 0, {int((chosen == 1).sum())} are 1.",
            "One value for each row was expected, some true and some false.",
            "Mark the rows that officers selected among all rows.",
        )
    columns = learn_columns(frame)
    table = read_table(frame, columns)
    content = content_hash(table, random_state)
    order = np.lexsort((chosen, content))
    fold, weight = arrange(content[order])
    chosen = chosen[order]
    training = Training(table.take(order), weight, chosen, fold)
    table, base = training.table, training.base()
    found = []
    for column in columns:
        levels: list[Levels] = []
        if column.name in table.codes:
            levels.append(Category(column.name))
        if column.name in table.numbers:
            levels.append(Bins(Plain(column.name)))
        aucs = [0.5]
        for each in levels:
            level = each.learn(training)
            values, _ = learn_evidence(level, each.size, base, ordered=isinstance(each, Bins))
            rows, _ = base.crossing.honest()
            aucs.append(float(roc_auc_score(chosen[rows], base.crossing.crossed(values, level))))
        found.append({"column": column.name, "auc": max(aucs)})
    report = pd.DataFrame(found)
    return report.sort_values("auc", ascending=False, kind="stable", ignore_index=True)
