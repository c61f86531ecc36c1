"""Indicators for targeting, derived from seizures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import (
    benjamini_hochberg,
    binomial,
    chance_of_more,
    hypergeometric,
)
from rilo_training.analysis.comparison.rate import as_yes_no, wilson_interval
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import UNKNOWN, Floats, Ints, checked, checked_share, encoded

BINS = 5
"""A number with more values than twice this is cut into so many parts of equal size."""


def indicators(
    rows: pd.DataFrame,
    target: str,
    columns: Sequence[str],
    most_together: int = 2,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 10,
    dispersion: float = 1.0,
    level: float = 0.05,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the labels, and pairs of labels, that point to a target more often than chance.

    The start of a risk profile: what do seizures of this kind have in common that other records
    do not? An indicator says where to look. It does not say that a consignment is illicit, and
    what officers already look for is over-represented among seizures.

    Parameters
    ----------
    rows : pandas.DataFrame
        Records of both kinds: those of the target and those to compare with, such as other
        seizures, or all declarations.
    target : str
        Column of yes/no values, or 0 and 1. Rows without a value are left out.
    columns : list of str
        Columns whose labels may be indicators; what is known before a control only. Numbers
        with many values are cut into five parts of equal size.
    most_together : int
        1 for single labels, 2 for pairs of labels as well, 3 for triples.
    unknown : tuple of str
        Labels that say nothing; like missing values they are no indicator.
    least_cases : int
        Records with the indicator that are needed.
    dispersion : float
        Variance of counts divided by that of independent records.
    level : float
        Corrected probability below which an indicator is no chance.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per indicator: ``indicator`` (such as ``mode=Mail & origin=XA``), ``columns``
        (number), ``records``, ``target_records``, ``hit_rate_percent`` with
        ``hit_rate_low_percent`` and ``hit_rate_high_percent`` (Wilson), ``coverage_percent`` (of
        all target records), ``lift`` with ``lift_low`` and ``lift_high`` (hit rate divided by
        the rate of all records), ``p_value``, ``q_value`` (Benjamini and Hochberg) and
        ``stands``: more often than chance, and a pair more often than its better single label.
        Those that stand first, then the largest lower bound of the lift.

    Raises
    ------
    AnalysisError
        When a column is missing, or all records are of one kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import indicators
    >>> rows = pd.DataFrame({"mode": ["mail"] * 20 + ["sea"] * 40, "illicit": [1] * 15 + [0] * 45})
    >>> indicators(rows, "illicit", ["mode"])[["indicator", "records", "lift", "stands"]]
       indicator  records  lift  stands
    0  mode=mail       20   3.0    True
    1   mode=sea       40   0.0   False
    """
    checked_share(level=level)
    names = list(columns)
    if not names or not 1 <= most_together <= 3 or target in names:
        raise AnalysisError(
            f"The columns {names}, the target '{target}' and up to {most_together} together were "
            "given.",
            "At least one column besides the target, and 1 to 3 together, were expected.",
            "Name the columns whose labels may be indicators.",
        )
    table = checked(rows, [*names, target])
    table = table[table[target].notna()].reset_index(drop=True)
    hit = as_yes_no(table[target]) if len(table) else np.zeros(0, dtype=bool)
    if not 0 < hit.sum() < len(hit):
        raise AnalysisError(
            f"{int(hit.sum())} of {len(hit)} records are of the target.",
            "Records of both kinds were expected: an indicator is a difference between them.",
            "Add records to compare with, such as other seizures or all declarations.",
        )
    coded = [_coded(table[name], name, unknown) for name in names]
    parts = []
    for together in range(1, min(most_together, len(names)) + 1):
        for chosen in combinations(range(len(names)), together):
            parts.append(_counted([coded[place] for place in chosen], hit, least_cases))
    result = pd.concat(parts, ignore_index=True)
    number, found = (result[name].to_numpy(float) for name in ("records", "target_records"))
    rate = hit.mean()
    low, high = wilson_interval(found, number, confidence)
    moments = hypergeometric(number, hit.sum(), len(hit))
    result = result.assign(
        hit_rate_percent=100 * found / number,
        hit_rate_low_percent=100 * low,
        hit_rate_high_percent=100 * high,
        coverage_percent=100 * found / hit.sum(),
        lift=found / number / rate,
        lift_low=low / rate,
        lift_high=high / rate,
        p_value=chance_of_more(found, moments, dispersion),
    )
    result["q_value"] = benjamini_hochberg(result["p_value"])
    better = result.pop("best_part_rate").to_numpy(dtype=np.float64)
    adds = chance_of_more(found, binomial(number, better), dispersion)
    result["stands"] = result["q_value"].lt(level) & ((result["columns"] == 1) | (adds < level))
    return result.sort_values(
        ["stands", "lift_low", "indicator"],
        ascending=[False, False, True],
        kind="stable",
        ignore_index=True,
    )


def _coded(values: pd.Series, name: str, unknown: tuple[str, ...]) -> tuple[Ints, list[str]]:
    """Return the number of each row's label, -1 where it says nothing, and the labels."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    number = pd.api.types.is_numeric_dtype(values.dtype) and values.nunique() > 2 * BINS
    if number and not pd.api.types.is_bool_dtype(values.dtype):
        values = pd.qcut(values.astype("float64"), BINS, duplicates="drop", precision=3)
        codes = np.asarray(values.cat.codes, dtype=np.int64)
        labels = values.cat.categories
    else:
        kept = values.where(values.notna() & ~values.isin(list(unknown)))
        own, labels = pd.factorize(kept, sort=True)
        codes = np.asarray(own, dtype=np.int64)
    return codes, [f"{name}={label}" for label in labels]


def _counted(
    parts: list[tuple[Ints, list[str]]], hit: np.ndarray, least_cases: int
) -> pd.DataFrame:
    """Return the indicators of some columns together, with their records."""
    known = np.logical_and.reduce([codes >= 0 for codes, _ in parts])
    table = pd.DataFrame({place: codes[known] for place, (codes, _) in enumerate(parts)})
    number, labels = encoded(table, list(table.columns))
    records = np.bincount(number, minlength=len(labels))
    target = np.bincount(number, weights=hit[known], minlength=len(labels))
    kept = records >= least_cases
    labels = labels[kept]
    texts = [[names[code] for code in labels[place]] for place, (_, names) in enumerate(parts)]
    better = np.zeros(len(labels))
    for place, (codes, _) in enumerate(parts):
        better = np.maximum(better, _rate_of(codes, hit)[labels[place].to_numpy(dtype=np.int64)])
    return pd.DataFrame(
        {
            "indicator": [" & ".join(text) for text in zip(*texts, strict=True)],
            "columns": len(parts),
            "records": records[kept],
            "target_records": target[kept].astype(np.int64),
            "best_part_rate": better,
        }
    )


def _rate_of(codes: Ints, hit: np.ndarray) -> Floats:
    """Return the hit rate of each label."""
    known = codes >= 0
    count = np.bincount(codes[known])
    found = np.bincount(codes[known], weights=hit[known])
    return np.divide(found, count, out=np.zeros(len(count)), where=count > 0)
