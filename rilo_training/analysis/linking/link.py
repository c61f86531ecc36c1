"""Link the records of two tables that mean the same person, company or place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.linking.blocking import candidates
from rilo_training.analysis.linking.column import Integers
from rilo_training.analysis.linking.compare import Comparison
from rilo_training.analysis.linking.control import Line, find_line
from rilo_training.analysis.linking.model import Evidence, LinkModel, sigmoid
from rilo_training.analysis.linking.reasons import reasons
from rilo_training.analysis.linking.repeats import rarer
from rilo_training.analysis.linking.request import column_pairs
from rilo_training.analysis.linking.rivals import has_rival
from rilo_training.analysis.linking.table import columns_of

RANDOM_PAIRS = 100_000
"""Pairs drawn at random, which say what is alike by chance."""

LEARNED = 150_000
"""Candidate pairs from which the model learns at most."""

AGAIN = 2
"""How often the columns are read again where entities stand in both tables several times."""

HOPELESS = -14.0
"""Log-odds below which a pair is not learned from."""


def link_records(
    left: pd.DataFrame,
    right: pd.DataFrame,
    columns: str | Iterable[Any] | Mapping[Any, Any],
    *,
    least_score: float = 0.01,
) -> pd.DataFrame:
    """Return candidate pairs of the same entity, each with its score and the evidence for it.

    An importer stands in the declarations under many spellings, and on a watch list under one.
    Names and addresses are compared word by word: case, accents, legal forms, abbreviations, order,
    split words and slips of the pen do not hide a pair, and rare words count more than common
    ones. Nothing has to be labelled. Most records may have no partner.

    Parameters
    ----------
    left, right : pandas.DataFrame
        The tables. Each index label stands once. With the same table twice (``left is right``),
        its records are compared with each other, each pair once.
    columns : str, list or dict
        Columns to compare, of names, addresses, titles, telephone numbers, dates or amounts; a
        dict gives the right name by the left name. Missing cells say nothing.
    least_score : float
        Pairs with a lower score are left out, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        One row per pair, the highest score first: ``left``, ``right`` (index labels), ``score``
        (probability of the same entity, 0 to 1), ``is_match`` (a score of at least 0.5, and no
        better partner in a table that holds each entity once), ``prior`` and one column
        ``weight_...`` for each column (log-odds, which add up to those of the score), ``evidence``
        (what the two cells of each column have in common).

    Raises
    ------
    AnalysisError
        When a table is empty or has labels twice, or a column is not there or stands there twice.

    Warns
    -----
    AnalysisWarning
        When a column is left out because it is empty.

    References
    ----------
    Fellegi, I. P. and Sunter, A. B. (1969). A theory for record linkage. Journal of the American
    Statistical Association 64, 1183-1210.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import link_records
    >>> declared = pd.DataFrame({"name": ["KELDAN TRDG. CO", "Vashti Freight LLC", "Oru Mills"]})
    >>> listed = pd.DataFrame({"name": ["Keldan Trading Company", "Marrow Ltd"]}, index=["a", "b"])
    >>> found = link_records(declared, listed, "name")
    >>> for pair in found[found["is_match"]].itertuples():
    ...     print(pair.left, pair.right, round(pair.score, 2), pair.evidence)
    0 a 1.0 name: 2 the same, 1 shortened
    """
    pairs = column_pairs(left, right, columns)
    if not isinstance(least_score, Real) or not 0 <= least_score <= 1:
        raise AnalysisError(
            f"The least score was {least_score!r}.",
            "A number from 0 to 1 was expected.",
            "Give such a number, or leave it out.",
        )
    same_table = left is right
    sizes = (len(left), len(right))
    compared, vocabulary = columns_of(left, right, pairs)
    one, two = candidates(compared, vocabulary, sizes, same_table)
    comparison = Comparison(compared, vocabulary)
    found = comparison(one, two)
    possible = max(sizes[0] * sizes[1] / (2 if same_table else 1), 1.0)
    model = LinkModel(compared, possible, min(sizes))
    random = _random_pairs(sizes, same_table)
    _learn(model, found, comparison(*random))
    log_odds = model.log_odds(found)
    for _ in range(AGAIN):
        rare = rarer(compared, vocabulary, one, two, sigmoid(log_odds))
        if rare is None:
            break
        compared = rare
        hopeful = log_odds > HOPELESS
        one, two = one[hopeful], two[hopeful]
        comparison = Comparison(compared, vocabulary)
        found = comparison(one, two)
        model = LinkModel(compared, possible, min(sizes))
        _learn(model, found, comparison(*random))
        log_odds = model.log_odds(found)
    line = Line(0.0, (False, False))
    if not same_table:
        line = find_line(compared, vocabulary, model, log_odds, sizes)
    log_odds -= line.log_odds
    rival = has_rival(one, two, log_odds, line.single)
    known = np.logical_or.reduce([count.any(axis=1) for count in found.counts])
    kept = np.flatnonzero(known & (sigmoid(log_odds) >= least_score))
    kept = kept[np.lexsort((two[kept], one[kept], -log_odds[kept]))]
    found, rival, log_odds = found.take(kept), rival[kept], log_odds[kept]
    score = sigmoid(log_odds)
    table: dict[str, Any] = {
        "left": left.index.to_flat_index().take(one[kept]),
        "right": right.index.to_flat_index().take(two[kept]),
        "score": score,
        "is_match": (score >= 0.5) & ~rival,
        "prior": np.full(len(kept), model.prior_ - line.log_odds),
    }
    adds = model.adds(found)
    table.update({f"weight_{name}": adds[:, at] for at, name in enumerate(pairs)})
    table["evidence"] = reasons(compared, found.counts, rival & (score >= 0.5))
    return pd.DataFrame(table)


def _random_pairs(sizes: tuple[int, int], same_table: bool) -> tuple[Integers, Integers]:
    """Return the records of pairs drawn at random, or of all pairs where they are few."""
    if sizes[0] * sizes[1] <= RANDOM_PAIRS:
        pair = np.arange(sizes[0] * sizes[1])
        left, right = pair // sizes[1], pair % sizes[1]
    else:
        rng = np.random.default_rng(0)
        left, right = (rng.integers(0, size, RANDOM_PAIRS) for size in sizes)
    other = left != right if same_table else np.ones(len(left), dtype=bool)
    return left[other], right[other]


def _learn(model: LinkModel, found: Evidence, chance: Evidence) -> None:
    """Let the model learn from the pairs that may be true ones, or from a random part of them."""
    hopeful = np.flatnonzero(model.prepare(chance).log_odds(found) > HOPELESS)
    part = min(LEARNED / max(len(hopeful), 1), 1.0)
    if part < 1:
        hopeful = np.sort(np.random.default_rng(0).permutation(hopeful)[:LEARNED])
    model.fit(found.take(hopeful), chance, part)
