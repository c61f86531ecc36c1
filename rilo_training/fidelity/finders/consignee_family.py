"""Find one consignee behind several names that follow each other."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from rilo_training.world.draws import Indices
from rilo_training.world.tables import Floats

SHORT_WORDS = {
    "st": "street",
    "rd": "road",
    "ave": "avenue",
    "ln": "lane",
    "dr": "drive",
    "qy": "quay",
    "sq": "square",
    "blvd": "boulevard",
}
NAMES_ALIKE = 0.3
"""Cosine of the character trigrams of two names, from which they are called alike."""
YOUNG_DAYS = 183
"""A name is young when it was first seen no longer before the first day of the table."""
FEWEST_NAMES = 3
SHUFFLES = 4_999
HIGHEST_P = 0.02
"""After Bonferroni correction for the number of groups."""


def harmonised_address(address: str) -> str:
    """Return an address in one form: small letters, long words, no unit, words in order.

    Examples
    --------
    >>> from rilo_training.fidelity.finders.consignee_family import harmonised_address
    >>> harmonised_address("UNIT 2, 7/1 Taladan St, Keldan")
    '7 keldan street taladan'
    >>> harmonised_address("Taladan Street 7, Keldan")
    '7 keldan street taladan'
    """
    text = re.sub(r"/\d+|\bunit \d+|\bno\b\.?", " ", address.lower())
    words = [SHORT_WORDS.get(word, word) for word in re.findall(r"\w+", text)]
    return " ".join(sorted(words))


def young_names(consignments: pd.DataFrame) -> pd.DataFrame:
    """Return the importer names that were first seen lately, one row per name.

    Parameters
    ----------
    consignments : pandas.DataFrame
        The table of the home desk.

    Returns
    -------
    pandas.DataFrame
        Indexed by name: ``consignments``, ``first`` and ``last`` (days of arrival), and the most
        frequent ``address`` (harmonised), ``exporter`` and ``agent``.
    """
    since = consignments["arrival_date"].min() - pd.Timedelta(days=YOUNG_DAYS)
    young = consignments[consignments["importer_since"].ge(since)]
    written = young["importer_address"]
    forms = {address: harmonised_address(address) for address in written.dropna().unique()}
    young = young.assign(address=written.map(forms))
    by_name = young.groupby("importer")
    return pd.DataFrame(
        {
            "consignments": by_name.size(),
            "first": by_name["arrival_date"].min(),
            "last": by_name["arrival_date"].max(),
            "address": _most_frequent(young, "address"),
            "exporter": _most_frequent(young, "exporter"),
            "agent": _most_frequent(young, "agent"),
        }
    )


def _most_frequent(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return the most frequent value of each importer."""
    counts = rows.groupby(["importer", column]).size().reset_index(name="number")
    counts = counts.sort_values(["importer", "number"], ascending=[True, False], kind="stable")
    return counts.drop_duplicates("importer").set_index("importer")[column]


def linked(names: pd.DataFrame) -> pd.Series:
    """Return the group of each name: one exporter, and alike or at one address.

    Returns
    -------
    pandas.Series
        A number per name; names of one number belong together.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    first_words = [name.lower().split()[0] for name in names.index]
    trigrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)).fit_transform(first_words)
    alike = (trigrams @ trigrams.T).toarray() >= NAMES_ALIKE
    exporter = names["exporter"].to_numpy(dtype=object)
    address = names["address"].fillna("").to_numpy(dtype=object)
    same_exporter = exporter[:, None] == exporter
    same_address = (address[:, None] == address) & (address != "")
    # An address alone is not enough: many firms share a business centre.
    link = same_exporter & (alike | same_address)
    return pd.Series(connected_components(csr_matrix(link))[1], index=names.index)


def overlap(name: Indices, days: Indices) -> Floats:
    """Return how many days two names of a group are in use together, added over pairs in order.

    Parameters
    ----------
    name : array of int, shape (ways, consignments)
        Number of the name of each consignment, from 0; several ways to give out the names.
    days : array of int, shape (consignments,)
        Day of arrival, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.finders.consignee_family import overlap
    >>> overlap(np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([1, 4, 8, 9])).tolist()
    [0.0, 5.0]
    """
    is_own = name[:, :, None] == np.arange(int(name.max()) + 1)
    first = np.where(is_own, days[:, None], days[-1] + 1).min(axis=1)
    last = np.where(is_own, days[:, None], -1).max(axis=1)
    order = np.argsort(first, axis=1, kind="stable")
    first, last = (np.take_along_axis(ends, order, axis=1) for ends in (first, last))
    ended = np.maximum.accumulate(last, axis=1)[:, :-1]
    together = np.clip(ended - first[:, 1:] + 1, 0, None)
    return np.asarray(together.sum(axis=1), dtype=np.float64)


def chance_of_turns(rows: pd.DataFrame, rng: np.random.Generator) -> float:
    """Return how often names overlap as little as here when they are shuffled over the dates.

    Other spellings of one firm are used side by side; names of a family take turns.

    Parameters
    ----------
    rows : pandas.DataFrame
        The consignments of a group: ``importer``, ``arrival_date``.
    rng : numpy.random.Generator
        Shuffles the names.
    """
    rows = rows.sort_values("arrival_date", kind="stable")
    days = (rows["arrival_date"] - rows["arrival_date"].min()).dt.days.to_numpy(dtype=np.int64)
    name = np.asarray(pd.factorize(rows["importer"])[0], dtype=np.int64)
    shuffled = rng.permuted(np.tile(name, (SHUFFLES, 1)), axis=1)
    here = overlap(name[None, :], days)[0]
    return float((1 + (overlap(shuffled, days) <= here).sum()) / (SHUFFLES + 1))


def chance_of_partners(names: pd.DataFrame, is_own: pd.Series) -> float:
    """Return how often as many young names would agree in exporter and agent by chance."""
    partners = names[["exporter", "agent"]]
    usual = partners[is_own].mode().iloc[0]
    agree = int(partners[is_own].eq(usual).all(axis=1).sum())
    others = partners[~is_own].eq(usual).sum().to_numpy(dtype=np.float64)
    share = float(np.prod((others + 1) / (len(names) - is_own.sum() + 2)))
    # The first two names may be any pair; each further one agrees by chance with this share.
    return float(min(len(names) ** 2 / 2 * share ** (agree - 1), 1.0))


def course(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return groups of young names that take turns and have one exporter and one agent.

    Returns
    -------
    list of dict
        ``names`` (in the order of use), ``address``, ``exporter``, ``agent``, ``consignments``
        and ``p`` (corrected), strongest first; empty when nothing stands.
    """
    consignments = tables["consignments"]
    names = young_names(consignments)
    if len(names) < FEWEST_NAMES:
        return []
    group = linked(names)
    size = group.value_counts()
    large = sorted(size.index[size >= FEWEST_NAMES])
    rng = np.random.default_rng(0)
    findings = []
    for number in large:
        is_own = group.eq(number)
        own = names[is_own].sort_values("first")
        rows = consignments[consignments["importer"].isin(own.index)]
        turns = chance_of_turns(rows[["importer", "arrival_date"]], rng) * len(large)
        p = float(max(turns, chance_of_partners(names, is_own)))
        if p < HIGHEST_P:
            findings.append(
                {
                    "names": [str(name) for name in own.index],
                    "address": str(own["address"].mode().iloc[0]),
                    "exporter": str(own["exporter"].mode().iloc[0]),
                    "agent": str(own["agent"].mode().iloc[0]),
                    "consignments": len(rows),
                    "p": p,
                }
            )
    return sorted(findings, key=lambda finding: (finding["p"], -finding["consignments"]))


def naive(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the largest names, those without a history, and the addresses with most names.

    Returns
    -------
    list of dict
        ``names`` and ``consignments``: the ten largest names without a history as one list, the
        largest name of all, then the address with most names as written.
    """
    consignments = tables["consignments"]
    counts = consignments["importer"].value_counts()
    without = consignments["importer_past_consignments"].eq(0)
    young = consignments.loc[without, "importer"].value_counts().head(10)
    at_address = consignments.groupby("importer_address")["importer"]
    crowded = at_address.get_group(at_address.nunique().idxmax())
    return [
        {"names": [str(name) for name in young.index], "consignments": int(young.sum())},
        {"names": [str(counts.index[0])], "consignments": int(counts.iloc[0])},
        {"names": sorted(crowded.unique().tolist()), "consignments": len(crowded)},
    ]


def matches(finding: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether the finding is the planted story: at least half of its names, few others."""
    named, true = set(finding["names"]), set(facts["names"])
    both = len(named & true)
    return bool(2 * both >= len(true) and 2 * both >= len(named))
