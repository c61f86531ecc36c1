"""How many cases when: weekly counts, size, Members that report, and reports to come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.fidelity.measure import Measure, between
from rilo_training.fidelity.plain import PlainWorld
from rilo_training.world.recipe import DAYS, FIRST_DAY, USUAL_CASES
from rilo_training.world.tables import scalar

LARGE = 4.0
"""A Member with so many cases a week is large enough to measure how its weeks vary."""

DISPERSION = (1.3, 5.0)
"""Variance of weekly counts over their mean, in an open collection of cases."""


def weekly_counts(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the true cases by Member (row) and complete week of seizure (column).

    Parameters
    ----------
    cases : pandas.DataFrame
        ``reporter`` and ``seizure_day``, as in `rilo_training.fidelity.plain.PlainWorld`.
    """
    week = cases["seizure_day"] // 7
    counts = pd.crosstab(cases["reporter"].astype("str"), week)
    return counts.reindex(columns=range(DAYS // 7), fill_value=0)


def dispersion(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how the weeks of the larger Members vary, largest Member first.

    Counts by chance alone have a ratio of 1. Season and growth are part of the ratio.

    Returns
    -------
    pandas.DataFrame
        ``member``, ``per_week`` (mean count), ``ratio`` (variance over mean).

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.fidelity.counts import dispersion
    >>> dispersion(pd.DataFrame([[2, 10, 6], [0, 1, 0]], index=["JP", "FJ"]))
      member  per_week     ratio
    0     JP       6.0  2.666667
    """
    mean = counts.mean(axis=1)
    large = mean[mean >= LARGE].sort_values(ascending=False, kind="stable")
    ratio = counts.var(axis=1) / mean
    return pd.DataFrame(
        {
            "member": large.index.astype("str"),
            "per_week": large.to_numpy(),
            "ratio": ratio.loc[large.index].to_numpy(),
        }
    )


def reported_by_month(cases: pd.DataFrame) -> pd.DataFrame:
    """Return how many cases of each month of seizure are reported by the last day.

    Returns
    -------
    pandas.DataFrame
        Index: month of seizure. ``cases`` (true cases), ``reported`` (share, 0 to 1).
    """
    day = FIRST_DAY + cases["seizure_day"].to_numpy(dtype=np.int64)
    month = pd.PeriodIndex(pd.DatetimeIndex(day), freq="M")
    reported = cases["report_day"].to_numpy(dtype=np.int64) < DAYS
    table = pd.DataFrame({"month": month, "reported": reported}).groupby("month")["reported"]
    return table.agg(["size", "mean"]).set_axis(["cases", "reported"], axis=1)


def delay_table(cases: pd.DataFrame) -> pd.DataFrame:
    """Return quantiles of the days between seizure and report, of the true cases.

    Returns
    -------
    pandas.DataFrame
        ``share`` (0 to 1) and ``days``.
    """
    shares = np.array([0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
    delay = (cases["report_day"] - cases["seizure_day"]).to_numpy(dtype=np.float64)
    return pd.DataFrame({"share": shares, "days": np.quantile(delay, shares)})


def measure_counts(world: PlainWorld, tables: dict[str, pd.DataFrame]) -> list[Measure]:
    """Return the measures of the summary.

    Parameters
    ----------
    world : PlainWorld
        The plain world of the seed.
    tables : dict of str to pandas.DataFrame
        The tables of the world itself: ``seizures`` and, if made, ``seizures_raw``.
    """
    part = "Counts"
    scale = len(world.cases) / USUAL_CASES
    found = [
        between(part, "True lines", len(world.lines), 13_700 * scale, 14_300 * scale, ",.0f"),
    ]
    if "seizures_raw" in tables:
        rows = len(tables["seizures_raw"])
        found.append(
            between(part, "Rows of the raw extract", rows, 15_900 * scale, 16_900 * scale, ",.0f")
        )
    wanted = scalar("members_reporting")
    members = tables["seizures"]["reporting_country"].nunique()
    found.append(between(part, "Members that report", members, wanted - 1, wanted, ".0f"))
    ratios = dispersion(weekly_counts(world.cases))
    if len(ratios):
        low, high = DISPERSION
        found.append(
            Measure(
                part,
                f"Weekly counts of the {len(ratios)} larger Members: variance over mean",
                f"{low:.1f} to {high:.1f} for each",
                f"{ratios['ratio'].min():.2f} to {ratios['ratio'].max():.2f}",
                bool(ratios["ratio"].between(low, high).all()),
            )
        )
    months = reported_by_month(world.cases)["reported"]
    if len(months) < 24:
        return found
    found.append(between(part, "Last month: share already reported", months.iloc[-1], 0.2, 0.8))
    found.append(between(part, "Month before: share already reported", months.iloc[-2], 0.5, 0.98))
    old = float(months.iloc[:-12].mean())
    found.append(between(part, "Over a year ago: share already reported", old, 0.99, 1.0, ".3f"))
    return found
