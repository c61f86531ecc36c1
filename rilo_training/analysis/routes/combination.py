"""Combinations of labels that meet more often than by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from rilo_training.analysis.chance import (
    benjamini_hochberg,
    chance_of_more,
    hypergeometric,
    usual_dispersion,
)
from rilo_training.analysis.comparison.rate import normal_quantile
from rilo_training.analysis.errors import AnalysisError
from rilo_training.analysis.table import (
    UNKNOWN,
    Floats,
    Ints,
    checked,
    checked_share,
    encoded,
    informative,
    listed,
)


def over_represented(
    rows: pd.DataFrame,
    columns: Sequence[str],
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    unknown: tuple[str, ...] = UNKNOWN,
    least_cases: int = 10,
    least_lift: float = 1.0,
    dispersion: float | None = None,
    level: float = 0.05,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return combinations of labels with their lift, and which of them are no chance.

    The combination with the most cases is large because its parts are large. The lift compares
    it with what its parts lead to expect; the interval keeps combinations of three cases down;
    the correction regards how many were looked at.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per case; see `one_row_per_case`.
    columns : list of str
        Two or more columns whose labels may belong together, such as departure and concealment.
    by : str or list of str, optional
        Columns that make groups: the combinations are listed for each group.
    strata : str or list of str, optional
        Columns to hold fixed, such as the reporter: labels are taken as independent within each
        of them, and the expectations are added up. Reporters differ in both labels, and without
        this the difference looks like a pattern.
    unknown : tuple of str
        Labels that say nothing; rows with one of them in `columns` are left out.
    least_cases : int
        Cases of a combination that are needed to be listed, and to stand.
    least_lift : float
        Lift that is needed to stand, from its lower bound when it is 1 (the default), else from
        the lift itself.
    dispersion : float, optional
        Variance of counts divided by that of independent cases. By default it is taken from the
        median of the combinations that are expected often enough to be listed; it is 1 unless
        cases clearly come in groups, such as several of one journey.
    level : float
        Corrected probability below which a combination is no chance.
    confidence : float
        Between 0 and 1, of the interval of the lift.

    Returns
    -------
    pandas.DataFrame
        One row per combination with enough cases: the columns of `by` and `columns`, ``cases``,
        ``support_percent`` (share of the cases of its group), ``expected_cases``, ``lift``,
        ``lift_low``, ``lift_high``, ``p_value``, ``q_value`` (corrected by Benjamini and
        Hochberg for all combinations that could have been listed) and ``stands``. Those that
        stand first, then by ``p_value``.

    Raises
    ------
    AnalysisError
        When fewer than two columns are given, a column is missing or used twice, or no row is
        known.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import over_represented
    >>> cases = pd.DataFrame({"from": list("AAAB") * 20, "hidden": list("xxyy") * 20})
    >>> table = over_represented(cases, ["from", "hidden"])
    >>> table[["from", "hidden", "cases", "expected_cases", "lift", "stands"]].round(2)
      from hidden  cases  expected_cases  lift  stands
    0    B      y     20            10.0  2.00    True
    1    A      x     40            30.0  1.33    True
    2    A      y     20            30.0  0.67   False
    """
    checked_share(level=level)
    names, groups, fixed = listed(columns), listed(by), listed(strata)
    if len(names) < 2 or len({*names, *groups, *fixed}) < len(names) + len(groups) + len(fixed):
        raise AnalysisError(
            f"The columns {names}, by {groups} and strata {fixed} were given.",
            "Two or more columns were expected, and each name once.",
            "Name two columns such as departure_country and concealment, and leave out of `by` and "
            "`strata` what you named before.",
        )
    table = checked(rows, [*names, *groups, *fixed])
    table = informative(informative(table, names, unknown), [*groups, *fixed], unknown=())
    group, group_labels = encoded(table, groups)
    stratum = encoded(table, [*groups, *fixed])[0]
    parts = [encoded(table, [name]) for name in names]
    codes = np.stack([group, *(code for code, _ in parts)], axis=1)
    cases, rows_of = _counted(codes)
    kept = cases >= least_cases
    shown = codes[rows_of[kept]]
    moments = _independent(group, stratum, [code for code, _ in parts], shown)
    expected, variance = moments[:2]
    found = cases[kept].astype(np.float64)
    lift = found / expected
    if dispersion is None:
        often = expected >= least_cases
        dispersion = usual_dispersion((found - expected)[often], variance[often])
    # A combination that can have no other count has the narrowest interval.
    scale = dispersion * np.maximum(variance / expected, 1e-6)
    low, high = _lift_bounds(found, expected, scale, confidence)
    p = chance_of_more(found, moments, dispersion)
    q = benjamini_hochberg(p, _possible(group, [code for code, _ in parts], least_cases))
    enough = (low > 1) if least_lift == 1 else (lift >= least_lift)
    result = group_labels.iloc[shown[:, 0]].reset_index(drop=True)
    for place, (name, (_, labels)) in enumerate(zip(names, parts, strict=True), start=1):
        result[name] = labels[name].iloc[shown[:, place]].to_numpy()
    result = result.assign(
        cases=cases[kept],
        support_percent=100 * found / np.bincount(group)[shown[:, 0]],
        expected_cases=expected,
        lift=lift,
        lift_low=low,
        lift_high=high,
        p_value=p,
        q_value=q,
        stands=(q < level) & enough,
    )
    return result.sort_values(
        ["stands", "p_value"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _counted(codes: Ints) -> tuple[Ints, Ints]:
    """Return the cases of each combination of labels, and one row of each."""
    number = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        number = number * (int(column.max()) + 1) + column
        number = np.unique(number, return_inverse=True)[1].astype(np.int64)
    cases = np.bincount(number)
    row = np.zeros(len(cases), dtype=np.int64)
    row[number] = np.arange(len(codes))
    return cases, row


def _independent(group: Ints, stratum: Ints, parts: Sequence[Ints], shown: Ints) -> Floats:
    """Return the moments of combinations whose labels are independent in each stratum.

    Only the strata in which the first label of a combination occurs are looked at, so the work
    grows with the rows and not with the product of the labels.
    """
    total = np.bincount(stratum).astype(np.float64)
    margins = [_margin(stratum, code) for code in parts]
    # The strata of each group's first label, and the combinations that start with it.
    key = pd.DataFrame({"stratum": margins[0][0], "a": margins[0][1], "n": margins[0][2]})
    owner = np.zeros(len(total), dtype=np.int64)
    owner[stratum] = group
    key["group"] = owner[key["stratum"]]
    wanted = pd.DataFrame({"group": shown[:, 0], "a": shown[:, 1], "place": range(len(shown))})
    pairs = wanted.merge(key, on=["group", "a"], how="left")
    where, place = pairs["stratum"].to_numpy(), pairs["place"].to_numpy()
    size = total[where]
    expected = most = pairs["n"].to_numpy(dtype=np.float64)
    moments = np.zeros((4, len(place)))
    for column, margin in enumerate(margins[1:], start=2):
        count = _looked_up(margin, where, shown[place, column])
        # Two labels have a hypergeometric count; of three or more it is nearly that of Poisson.
        moments = hypergeometric(expected, count, size)
        expected, most = moments[0], np.minimum(most, count)
    if len(parts) > 2:
        moments = np.stack([expected, expected, expected, most])
    return np.stack(
        [np.bincount(place, weights=part, minlength=len(shown)) for part in moments]
    ).astype(np.float64)


def _margin(stratum: Ints, code: Ints) -> tuple[Ints, Ints, Floats]:
    """Return stratum, label and number of rows of all pairs that occur, in order."""
    width = int(code.max()) + 1
    key, count = np.unique(stratum * width + code, return_counts=True)
    return key // width, key % width, count.astype(np.float64)


def _looked_up(margin: tuple[Ints, Ints, Floats], stratum: Ints, code: Ints) -> Floats:
    """Return the number of rows of each pair of stratum and label, 0 where there is none."""
    width = max(int(margin[1].max()), int(code.max(initial=0))) + 1
    keys = margin[0] * width + margin[1]
    wanted = stratum * width + code
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, margin[2][place], 0.0)


def _possible(group: Ints, parts: Sequence[Ints], least_cases: int) -> int:
    """Return how many combinations have labels with enough cases to be listed."""
    number = np.ones(int(group.max()) + 1)
    for code in parts:
        owner, _, count = _margin(group, code)
        number *= np.bincount(owner[count >= least_cases], minlength=len(number))
    return int(number.sum())


def _lift_bounds(
    found: Floats, expected: Floats, dispersion: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Return the bounds of the count divided by its expectation.

    They are the exact ones of Poisson, with counts divided by their dispersion.
    """
    from scipy.special import gammaincinv

    normal_quantile(confidence)
    outside = (1 - confidence) / 2
    count = found / dispersion
    low: npt.NDArray[np.float64] = gammaincinv(count, outside)
    high: npt.NDArray[np.float64] = gammaincinv(count + 1, 1 - outside)
    return low * dispersion / expected, high * dispersion / expected
