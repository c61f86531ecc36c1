"""Dates whose day and month were turned, found by the delay of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.cells import Cells

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

PRIOR = 0.02
"""Assumption: share of turned dates among those that can be turned."""
STRENGTH = 50.0
"""What is known of a wider group counts like so many reports of the narrower one."""
EDGES_DAYS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 90, 130, 190, 280, 420, 700, 1500)


def turn(dates: pd.Series) -> pd.Series:
    """Return dates with day and month exchanged; missing where that gives no other date.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures.dates import turn
    >>> turn(pd.Series(pd.to_datetime(["2025-03-08", "2025-03-31"]))).dt.day.tolist()
    [3.0, nan]
    """
    import pandas as pd

    day, month = dates.dt.day, dates.dt.month
    can = day.le(12) & day.ne(month)
    parts = pd.DataFrame({"year": dates.dt.year, "month": day, "day": month})[can]
    turned: pd.Series = pd.to_datetime(parts).reindex(dates.index).astype("datetime64[us]")
    return turned


def turned_dates(cells: Cells) -> pd.DataFrame:
    """Return the seizure dates that, turned, would make an unusual delay a usual one.

    The delay from seizure to report is compared, for both readings of the date, with the delays
    of what the Member reported in the same month, drawn to those of the Member and of all. They
    are learned from days above 12, which nobody can turn. A date after its report is named when
    the turned one lies before it; another one when a turn is more likely than not.

    Parameters
    ----------
    cells : Cells
        The table.

    Returns
    -------
    pandas.DataFrame
        ``position`` and ``date`` (the turned date).
    """
    import numpy as np
    import pandas as pd

    nothing = pd.DataFrame({"position": np.empty(0, dtype=np.int64), "date": []})
    if not cells.has("seizure_date", "report_date"):
        return nothing
    table = cells.table
    delay_days = (table["report_date"] - table["seizure_date"]).dt.days.astype("float64")
    turned = turn(table["seizure_date"])
    other_days = (table["report_date"] - turned).dt.days.astype("float64")
    learn = (delay_days.ge(0) & turned.isna()).to_numpy()
    asked = np.flatnonzero((other_days.ge(0) & delay_days.notna()).to_numpy())
    if not learn.any() or not len(asked):
        return nothing
    if cells.has("case_id"):
        # The lines of a case were reported at once: they count once.
        once = ~pd.DataFrame({"case": table["case_id"], "delay": delay_days}).duplicated()
        learn = learn & (once | table["case_id"].isna()).to_numpy()
    member = np.zeros(len(table), dtype=np.int64)
    if cells.has("reporting_country"):
        member = pd.factorize(table["reporting_country"])[0] + 1
    months = table["report_date"].dt.year * 12 + table["report_date"].dt.month
    month = pd.factorize(member * 100_000 + months.fillna(0).to_numpy(dtype=np.int64))[0]
    density = _densities(_bin(delay_days), [member, month], learn)
    own = density[month[asked], _bin(delay_days.iloc[asked])]
    other = density[month[asked], _bin(other_days.iloc[asked])]
    odds = PRIOR / (1 - PRIOR) * other / own
    after = delay_days.to_numpy(dtype=np.float64)[asked] < 0
    found = asked[after | (odds > 1)]
    return pd.DataFrame({"position": found, "date": turned.iloc[found].to_numpy()})


def _bin(delay_days: pd.Series) -> npt.NDArray[np.int64]:
    import numpy as np

    days = delay_days.to_numpy(dtype=np.float64)
    place = np.searchsorted(EDGES_DAYS, days, side="right") - 1
    return np.clip(place, 0, len(EDGES_DAYS) - 1)


def _densities(
    bins: npt.NDArray[np.int64],
    groups: list[npt.NDArray[np.int64]],
    learn: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Return the share of reports for each day of delay, by the last group and bin of the delay.

    Parameters
    ----------
    bins : array of int
        Bin of the delay of each row.
    groups : list of array of int
        Groups of the rows, from the widest to the narrowest; each lies within the one before.
    learn : array of bool
        The rows to learn from.
    """
    import numpy as np

    number = len(EDGES_DAYS)
    counts = np.bincount(bins[learn], minlength=number) + 0.5
    wider = (counts / counts.sum())[None, :]
    above = np.zeros(len(bins), dtype=np.int64)
    for group in groups:
        table = np.zeros((int(group.max()) + 1, number))
        np.add.at(table, (group[learn], bins[learn]), 1.0)
        parent = np.zeros(len(table), dtype=np.int64)
        parent[group] = above
        total = table.sum(axis=1, keepdims=True)
        wider = (table + STRENGTH * wider[parent]) / (total + STRENGTH)
        above = group
    width_days = np.diff([*EDGES_DAYS, 2 * EDGES_DAYS[-1]])
    return np.asarray(wider / width_days)
