"""Chains of movements whose description changes though the load stays the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rilo_training.analysis.chance import benjamini_hochberg, binomial, chance_of_more
from rilo_training.analysis.table import checked, checked_share, encoded, informative

SAME_LOAD: Mapping[str, float] = {"gross_weight_kg": 20.0, "packages": 2.0}
"""Two legs carry the same load when these columns differ by no more than this."""


def changing_chains(
    rows: pd.DataFrame,
    chain: str = "container_number",
    step: str = "leg_no",
    label: str = "hs_heading",
    place: str = "arrival_port",
    same: Mapping[str, float] = SAME_LOAD,
    characters: int | None = 2,
    least_changes: int = 2,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return the chains whose label changes from step to step though the load is the same.

    A container that is declared as other goods on each leg, at the same weight, hides what it
    carries. One slip of the pen is no such chain: the place to which the chains go is compared
    with all others.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per step, such as the leg of a container. Of rows with the same chain and step,
        the first is taken.
    chain, step : str
        Columns with the number of the chain, and of the step within it.
    label : str
        Column with the label that should stay, such as the declared heading.
    place : str
        Column with the place of the step; the last one is the place to which the chain goes.
    same : mapping of str to float
        Columns of numbers, and by how much they may differ when the load is the same.
    characters : int, optional
        Compare so many first characters of the label, such as 2 for the chapter of a heading;
        None compares all.
    least_changes : int
        Changes with the same load that a chain needs to stand.
    level : float
        Corrected probability below which the changes at a place are no chance.

    Returns
    -------
    pandas.DataFrame
        One row per chain with two or more steps of the same load: `chain`, ``place`` (to which
        it goes), ``pairs`` (steps with the same load as the step before), ``changes`` (of the
        label among them), ``place_changes``, ``place_expected_changes`` (when the place were
        like the others), ``place_p_value``, ``place_q_value`` (Benjamini and Hochberg) and
        ``stands``: the place has too many changes, and most pairs of the chain change. Those
        that stand first, then the most changes.

    Raises
    ------
    AnalysisError
        When a column is missing, or holds no numbers where numbers are needed.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.analysis import changing_chains
    >>> legs = pd.DataFrame({"box": ["b"] * 3 + ["c"] * 2, "leg": [1, 2, 3, 1, 2]})
    >>> legs = legs.assign(goods=["2402", "6109", "9503", "0805", "0805"], port="HK", kg=500.0)
    >>> changing_chains(legs, "box", "leg", "goods", "port", {"kg": 10})[
    ...     ["box", "pairs", "changes", "stands"]
    ... ]
      box  pairs  changes  stands
    0   b      2        2   False
    1   c      1        0   False
    """
    checked_share(level=level)
    table = checked(rows, [chain, step, label, place], numbers=list(same))
    table = informative(table, [chain, step, label], unknown=())
    table = table.drop_duplicates([chain, step]).sort_values([chain, step], kind="stable")
    text = table[label].astype("str").str.strip()
    text = text if characters is None else text.str[:characters]
    number, chains = encoded(table, [chain])
    follows = np.concatenate([[False], number[1:] == number[:-1]])
    alike = follows.copy()
    for name, most in same.items():
        alike &= table[name].diff().abs().le(most).to_numpy()
    changed = alike & text.ne(text.shift()).to_numpy()
    result = chains.assign(
        place=table[place].groupby(number).last().to_numpy(),
        pairs=np.bincount(number[alike], minlength=len(chains)),
        changes=np.bincount(number[changed], minlength=len(chains)),
    )
    result = result[result["pairs"].gt(0) & result["place"].notna()]
    places = result.groupby("place", observed=True)[["pairs", "changes"]].sum()
    others = places.sum() - places
    # One change more and two pairs more, so that a share is never zero.
    share = (others["changes"] + 1) / (others["pairs"] + 2)
    expected = share * places["pairs"]
    p = chance_of_more(places["changes"], binomial(places["pairs"], share))
    figures = pd.DataFrame(
        {
            "place_changes": places["changes"],
            "place_expected_changes": expected,
            "place_p_value": p,
            "place_q_value": benjamini_hochberg(p),
        }
    )
    result = result.join(figures, on="place")
    stands = result["place_q_value"].lt(level) & result["changes"].ge(least_changes)
    stands &= result["changes"] > result["pairs"] / 2
    return result.assign(stands=stands).sort_values(
        ["stands", "changes", "pairs"],
        ascending=[False, False, True],
        kind="stable",
        ignore_index=True,
    )
