"""The first steps of every method: one row per case, tidy labels, and when to cut in two."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Counts = npt.NDArray[np.float64]

LEVEL = 0.05
"""A finding stands when its probability by chance, after the correction, is below this."""

FIRST_CUT, LAST_CUT = 16, 5
"""Months before the end of the extract: the days of change that are tried are first of months."""


def cases_of(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return one row per case, the first line, without exact duplicates.

    Parameters
    ----------
    seizures : pandas.DataFrame
        The extract, one row per seizure line.

    Returns
    -------
    pandas.DataFrame
        The same columns; ``commodity`` and ``location`` in lower case without outer blanks.
    """
    cases = seizures.drop_duplicates().sort_values(["case_id", "line_no"])
    cases = cases.drop_duplicates("case_id")
    tidy = {name: cases[name].str.strip().str.lower() for name in ("commodity", "location")}
    return cases.assign(**tidy).reset_index(drop=True)


def month_cuts(seizures: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the days of change that are tried, earliest first."""
    end = seizures["report_date"].max().to_period("M")
    return [(end - months).to_timestamp() for months in range(FIRST_CUT, LAST_CUT - 1, -1)]


def chance_of_rise(before: Counts, after: Counts, all_before: Counts, all_after: Counts) -> Counts:
    """Return the probability of so many cases after the change if nothing had changed.

    This is the one-sided exact test of Fisher. `before` and `after` are counts of what may have
    risen, `all_before` and `all_after` those of everything.

    Examples
    --------
    >>> import numpy as np
    >>> from rilo_training.fidelity.finders.first_steps import chance_of_rise
    >>> chance = chance_of_rise(np.array([0.0]), np.array([8.0]), np.array(90), np.array(90))
    >>> chance.round(4).tolist()
    [0.0033]
    """
    from scipy.stats import hypergeom

    return np.asarray(
        hypergeom.sf(after - 1, all_before + all_after, before + after, all_after),
        dtype=np.float64,
    )
