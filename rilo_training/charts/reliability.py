"""Reliability: whether probabilities keep their word."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.charts.chart import Chart
from rilo_training.charts.columns import ChartError, numbers, outcomes, required, several
from rilo_training.charts.curves import set_per_cent
from rilo_training.charts.style import (
    PAPER,
    SERIES,
    WORDS,
    in_house_style,
)
from rilo_training.charts.words import counted, number_texts

_Z = 1.959964


@in_house_style
def reliability_curve(
    table: pd.DataFrame,
    outcome: str,
    probability: str,
    *,
    bins: int = 10,
    title: str = "",
    subtitle: str = "",
    note: str = "",
    alt_text: str = "",
) -> Chart:
    """Return what happened beside what was predicted, in groups of equal size.

    A probability is honest when of a hundred rows with a score of 20 per cent about twenty are
    finds. Points above the line: more was found than predicted; below: less.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per case whose outcome is known. Rows that were chosen by the score itself tell
        nothing about the others.
    outcome : str
        Column of yes and no.
    probability : str
        Column of predicted probabilities, from 0 to 1.
    bins : int
        How many groups; equal probabilities stay together, so there may be fewer.
    title, subtitle, note, alt_text : str, optional
        As in :func:`~rilo_training.charts.rankings.bars`.

    Returns
    -------
    Chart
        One axes in per cent: a point for each group with its 95 per cent interval (Wilson 1927).

    Raises
    ------
    ChartError
        When a column is missing or of another kind, or a probability is not from 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import reliability_curve
    >>> scored = pd.DataFrame({"is_illicit": [0, 0, 1, 1], "p_illicit": [0.1, 0.2, 0.6, 0.8]})
    >>> reliability_curve(scored, "is_illicit", "p_illicit", bins=2).get_suptitle()
    'The probabilities promise 1.70 finds; 2.00 were made'
    """
    rows = required(table, outcome, probability)
    known = pd.DataFrame(
        {"found": outcomes(rows, outcome), "promised": numbers(rows, probability)}
    ).dropna()
    if not known["promised"].between(0, 1).all():
        wrong = known.loc[~known["promised"].between(0, 1), "promised"].iloc[0]
        raise ChartError(
            f"The column {probability!r} holds {wrong:g}. Expected are probabilities from 0 to 1."
        )
    if known.empty:
        raise ChartError("No row has both an outcome and a probability. Look at the columns.")
    groups = _groups(known, several(bins, "bins"))
    chart = Chart(3.7)
    axes = chart.subplots()
    reach = 1.06 * float(max(groups["promised"].max(), groups["high"].max()))
    axes.plot([0, reach], [0, reach], color=WORDS, linewidth=1.2, linestyle=(0, (2, 2)))
    axes.lines[0].set_label("as predicted")
    axes.vlines(groups["promised"], groups["low"], groups["high"], colors=SERIES[0], linewidth=1.4)
    axes.plot(
        groups["promised"],
        groups["found"],
        color=SERIES[0],
        linestyle="-",
        linewidth=0.8,
        marker="o",
        markersize=6,
        markeredgecolor=PAPER,
        label="observed",
    )
    set_per_cent(axes, reach, reach)
    axes.set_xlabel("Mean predicted probability of the group (%)", loc="left")
    axes.set_ylabel("Share of finds in the group (%)", rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(0.0, 1.03)
    axes.legend(loc="upper left", handlelength=2.6)
    promised, made = float(known["promised"].sum()), float(known["found"].sum())
    error = float((groups["rows"] * (groups["found"] - groups["promised"]).abs()).sum())
    error /= float(groups["rows"].sum())
    words = (
        f"{counted(len(groups), 'group')} of equal size, {counted(len(known), 'row')}. "
        f"Mean distance from the line: {error:.2g} percentage points"
    )
    chart.dress(
        title=title or _promise(promised, made),
        subtitle=subtitle or words,
        notes=[note, "Each line is the 95 % interval of the share in its group."],
        alt_text=alt_text or _alt_of_reliability(groups, words),
    )
    return chart


def _groups(known: pd.DataFrame, bins: int) -> pd.DataFrame:
    """Return the groups, in per cent: ``promised``, ``found``, ``low``, ``high``, and ``rows``."""
    if known["promised"].nunique() == 1:
        places = pd.Series(0, index=known.index)
    else:
        places = pd.qcut(known["promised"], bins, labels=False, duplicates="drop")
    groups = known.groupby(places).agg(
        promised=("promised", "mean"), found=("found", "mean"), rows=("found", "size")
    )
    share, rows = groups["found"], groups["rows"]
    middle = (share + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    spread = np.sqrt(share * (1 - share) / rows + _Z**2 / (4 * rows**2)) * _Z / (1 + _Z**2 / rows)
    groups["low"], groups["high"] = (middle - spread).clip(lower=0), middle + spread
    groups[["promised", "found", "low", "high"]] *= 100
    return groups.reset_index(drop=True)


def _promise(promised: float, made: float) -> str:
    digits = [promised, made] if promised < 10 else [round(promised), round(made)]
    before, after = number_texts(digits)
    return f"The probabilities promise {before} finds; {after} were made"


def _alt_of_reliability(groups: pd.DataFrame, words: str) -> str:
    told = [
        f"predicted {row.promised:.3g} %, observed {row.found:.3g} %"
        for row in groups.itertuples(index=False)
    ]
    return f"Reliability curve. {words}. From low to high: {'; '.join(told)}."
