"""Cases against lines against weight: the same table, measured in several ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import Floats, checked, encoded, informative, listed


def measures(
    rows: pd.DataFrame,
    by: str | Sequence[str],
    value: str,
    case: str = "case_id",
    trim_percent: float = 1.0,
    unit: str | None = None,
) -> pd.DataFrame:
    """Return cases, lines, totals and typical sizes of each group side by side.

    The ranks differ: who leads by cases need not lead by weight. A total and a mean follow the
    few largest lines; the median and the trimmed total do not.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per seizure line.
    by : str or list of str
        Columns that make the groups. Rows without a label are left out.
    value : str
        Column to measure, in one unit, such as ``quantity_kg``. Not negative. Lines without a
        value count as lines and are left out of the rest.
    case : str
        Column with the number of the case.
    trim_percent : float
        The trimmed total leaves out so many per cent of the group's lines, the largest ones,
        rounded up. 0 to 50.
    unit : str, optional
        Column with the unit. When it is given, more than one unit is refused.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, ``cases``, ``lines``, and with the name of `value` in front:
        ``_total``, ``_mean``, ``_median``, ``_trimmed_total``; ``largest_line_percent`` (of the
        total); ``rank_cases``, ``rank_lines``, ``rank_total`` (1 is the largest). The most cases
        first.

    Raises
    ------
    AnalysisError
        When a column is missing, a value is negative, or the table holds several units.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import measures
    >>> lines = pd.DataFrame({"case_id": [1, 1, 2, 3], "goods": list("aaab"), "kg": [1, 1, 4, 90]})
    >>> measures(lines, "goods", "kg")[["goods", "cases", "lines", "kg_total", "kg_median"]]
      goods  cases  lines  kg_total  kg_median
    0     a      2      3       6.0        1.0
    1     b      1      1      90.0       90.0
    """
    names = listed(by)
    table = checked(rows, [*names, case, *listed(unit)], numbers=[value])
    _check(table, value, unit, trim_percent)
    table = informative(table, names, unknown=())
    group, labels = encoded(table, names)
    number = len(labels)
    lines = np.bincount(group, minlength=number)
    cases = np.bincount(
        group[~table.assign(group=group).duplicated(["group", case]).to_numpy()], minlength=number
    )
    size = table[value].to_numpy(dtype=np.float64)
    measured = ~np.isnan(size)
    sizes = pd.Series(size[measured]).groupby(group[measured])
    total = np.bincount(group[measured], weights=size[measured], minlength=number)
    typical = {
        part: sizes.agg(part).reindex(range(number)).to_numpy()
        for part in ("mean", "median", "max")
    }
    largest = np.divide(typical["max"], total, out=np.full(number, np.nan), where=total > 0)
    result = labels.assign(
        cases=cases,
        lines=lines,
        **{
            f"{value}_total": total,
            f"{value}_mean": typical["mean"],
            f"{value}_median": typical["median"],
            f"{value}_trimmed_total": _trimmed(
                size[measured], group[measured], number, trim_percent
            ),
        },
        largest_line_percent=100 * largest,
    )
    for name, column in (("cases", "cases"), ("lines", "lines"), ("total", f"{value}_total")):
        result[f"rank_{name}"] = result[column].rank(ascending=False, method="min").astype("int64")
    return result.sort_values(["cases", "lines"], ascending=False, kind="stable", ignore_index=True)


def _check(table: pd.DataFrame, value: str, unit: str | None, trim_percent: float) -> None:
    if not 0 <= trim_percent <= 50:
        raise AnalysisError(
            f"A trimming of {trim_percent} per cent was asked for.",
            "0 to 50 per cent was expected.",
            "Write one per cent as 1.",
        )
    if table[value].lt(0).any():
        raise AnalysisError(
            f"The column '{value}' holds {table[value].min()}.",
            "Values from 0 were expected.",
            "Repair the value, or leave the row out.",
        )
    if unit is not None and table[unit].nunique() > 1:
        units = sorted(map(str, table[unit].dropna().unique()))
        raise AnalysisError(
            f"The table holds the units {', '.join(units[:5])}.",
            "One unit was expected: kilograms and pieces have no sum.",
            "Convert the quantities to one unit, or choose the rows of one unit.",
        )


def _trimmed(size: Floats, group: np.ndarray, number: int, trim_percent: float) -> Floats:
    """Return the total of each group without its largest lines."""
    order = np.lexsort((-size, group))
    count = np.bincount(group, minlength=number)
    start = np.cumsum(count) - count
    place = np.arange(len(size)) - start[group[order]]
    left_out = np.ceil(count * trim_percent / 100)
    kept = place >= left_out[group[order]]
    total = np.bincount(group[order][kept], weights=size[order][kept], minlength=number)
    return np.asarray(total, dtype=np.float64)
