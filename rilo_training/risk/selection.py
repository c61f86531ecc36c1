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
from rilo_training.risk.report import _numbers, _places


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
        The share of inspections drawn among the other rows, 0 to 1.
    random_state : int
        Decides the draw, and the order of equal scores.

    Returns
    -------
    pandas.DataFrame
        One row per inspection, the riskiest first, then the random ones: ``row`` (place in
        `score`, from 0), ``selected_by`` (``model`` or ``random``), ``chance`` (of this row to be
        selected as it was: 1 for the model).

    Raises
    ------
    RiskError
        When a score is missing, or a share is out of range.

    Examples
    --------
    >>> from rilo_training.risk import select_for_inspection
    >>> chosen = select_for_inspection([5.0, 1.0, 4.0, 2.0], budget=0.75, random_share=0.34)
    >>> chosen["row"].tolist()[:2], chosen["selected_by"].tolist()
    ([0, 2], ['model', 'model', 'random'])
    """
    ranking = np.asarray(score).ravel()
    ranking = _numbers(ranking, "score", len(ranking))
    if not 0 <= random_share <= 1:
        raise RiskError(
            f"random_share was {random_share!r}.",
            "A share from 0 to 1 was expected; 0.1 draws one inspection in ten.",
            "Give the share of the inspections that are drawn.",
        )
    places = _places(len(ranking), budget)
    by_chance = int(np.floor(places * random_share + 0.5))
    rng = np.random.default_rng(random_state)
    draw = rng.random(len(ranking))
    order = np.lexsort((draw, -ranking))
    first, others = order[: places - by_chance], order[places - by_chance :]
    drawn = others[np.argsort(rng.random(len(others)), kind="stable")][:by_chance]
    return pd.DataFrame(
        {
            "row": np.concatenate([first, drawn]).astype(np.int64),
            "selected_by": ["model"] * len(first) + ["random"] * len(drawn),
            "chance": [1.0] * len(first) + [by_chance / max(len(others), 1)] * len(drawn),
        }
    )


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
    if len(chosen) != len(frame) or chosen.min() == chosen.max():
        raise RiskError(
            f"There are {len(frame)} rows; {int(chosen.sum())} of {len(chosen)} are selected.",
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
