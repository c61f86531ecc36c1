"""A score of data quality for each Member, shown without its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.load import ExtractError, check_table
from rilo_training.seizures.schema import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

WEIGHTS = {"complete_share": 0.25, "error_free_share": 0.35, "doubt_free_share": 0.15}
WEIGHTS |= {"known_share": 0.10, "on_time_share": 0.15}
"""How much each part counts in the score: a choice of ours, that adds up to 1."""
ON_TIME_DAYS = 30
"""A report within this delay is on time: a choice of ours."""
UNKNOWN = "Unknown"


def member_names(seizures: pd.DataFrame, random_state: int = 0) -> pd.Series:
    """Return the name under which each Member is shown: Member 01, Member 02 and so on.

    The numbers are drawn, so that they tell neither the size nor the name of a Member. Keep this
    table in the office: it is the key to a scorecard that is handed round.

    Parameters
    ----------
    seizures : pandas.DataFrame
        A table with the column ``reporting_country``.
    random_state : int
        The same number gives the same names for the same Members.

    Returns
    -------
    pandas.Series
        The shown names, by the code of the Member in the order of the codes.

    Raises
    ------
    ExtractError
        When the table has no column ``reporting_country``.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import member_names
    >>> lines = pd.DataFrame({"reporting_country": ["JP", "FJ", "JP"]})
    >>> sorted(member_names(lines))
    ['Member 01', 'Member 02']
    """
    import numpy as np
    import pandas as pd

    if "reporting_country" not in seizures.columns:
        raise ExtractError(
            "The table has no column reporting_country.",
            "The Member that reported each line was expected.",
            "Rename the column of your table that holds it.",
        )
    members = sorted(seizures["reporting_country"].dropna().astype("str").unique())
    digits = max(2, len(str(len(members))))
    drawn = np.random.default_rng(random_state).permutation(len(members)) + 1
    names = [f"Member {number:0{digits}d}" for number in drawn]
    return pd.Series(names, index=pd.Index(members, name="reporting_country"), name="member")


def scorecard(
    seizures: pd.DataFrame, problems: pd.DataFrame | None = None, random_state: int = 0
) -> pd.DataFrame:
    """Return one row of data quality for each Member, under a number in place of its name.

    An analyst wants it to see where help is needed, and to see next year whether it helped. A
    low score says something about the records, not about the Member: a large Member with many
    kinds of goods has more that can go wrong.

    Parameters
    ----------
    seizures : pandas.DataFrame
        A table with the column ``reporting_country``.
    problems : pandas.DataFrame, optional
        What `validate` returned for this table; it is called when absent.
    random_state : int
        Decides which Member gets which number; see `member_names`.

    Returns
    -------
    pandas.DataFrame
        Sorted by ``member``: ``lines``, ``complete_share`` (filled cells of columns that must be
        filled), ``error_free_share`` and ``doubt_free_share`` (lines without an error, and
        without a warning), ``known_share`` (labels that are not Unknown), ``on_time_share``
        (reported within 30 days) and ``median_delay_days``, ``worst_rule`` (the rule that most
        lines break, or missing) and ``score`` (0 to 100, higher is better: the weighted mean of
        the shares that the table allows). Shares lie between 0 and 1.

    Raises
    ------
    ExtractError
        When the table has no column ``reporting_country``.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures, scorecard
    >>> card = scorecard(load_seizures("datasets/practice").head(300))
    >>> card["member"].head(2).tolist(), bool(card["score"].between(0, 100).all())
    (['Member 01', 'Member 02'], True)
    """
    import numpy as np
    import pandas as pd

    from rilo_training.seizures.cells import read_cells
    from rilo_training.seizures.validate import validate

    check_table(seizures, "scorecard")
    names = member_names(seizures, random_state)
    if problems is not None:
        check_table(problems, "scorecard")
        missing = [name for name in ("row", "rule", "severity") if name not in problems.columns]
        if missing:
            raise ExtractError(
                f"The problems have no column {', '.join(missing)}.",
                "The table that validate returned was expected.",
                "Give validate(seizures), or leave the problems out.",
            )
    found = validate(seizures) if problems is None else problems
    cells = read_cells(seizures)
    labels = cells.source.index
    table = cells.table
    member = table["reporting_country"].map(names)
    must = [column.name for column in COLUMNS if not column.missing_allowed]
    must = [name for name in must if name in table.columns]
    may_not_know = [column.name for column in COLUMNS if column.unknown_allowed]
    may_not_know = [name for name in may_not_know if name in table.columns]

    def without(severity: str) -> pd.Series:
        broken = found.loc[found["severity"].eq(severity) & found["row"].notna(), "row"]
        return pd.Series(~labels.isin(broken.tolist()), index=table.index)

    parts = pd.DataFrame(
        {
            "complete_share": table[must].notna().mean(axis=1),
            "error_free_share": without("error"),
            "doubt_free_share": without("warning"),
        }
    ).astype("float64")
    if may_not_know:
        filled = table[may_not_know].notna()
        known = (~table[may_not_know].isin([UNKNOWN]) & filled).sum(axis=1)
        parts["known_share"] = known / filled.sum(axis=1).where(filled.any(axis=1))
    delay_days = pd.Series(np.nan, index=table.index)
    if cells.has("seizure_date", "report_date"):
        delay_days = (table["report_date"] - table["seizure_date"]).dt.days.astype("float64")
        delay_days = delay_days.where(delay_days.ge(0))
        parts["on_time_share"] = (
            delay_days.le(ON_TIME_DAYS).astype("float64").where(delay_days.notna())
        )
    card = parts.groupby(member).mean().reindex(columns=list(WEIGHTS))
    weight = pd.Series(WEIGHTS)
    card["score"] = (card * weight).sum(axis=1) / (card.notna() * weight).sum(axis=1) * 100
    card.insert(0, "lines", member.value_counts())
    card["median_delay_days"] = delay_days.groupby(member).median()
    card["worst_rule"] = _worst_rule(found, labels, member)
    card[list(WEIGHTS)] = card[list(WEIGHTS)].round(3)
    card["score"] = card["score"].round(1)
    return card.rename_axis("member").sort_index().reset_index()


def _worst_rule(problems: pd.DataFrame, labels: pd.Index, member: pd.Series) -> pd.Series:
    """Return the rule that most lines of each Member break; the first by name in a tie."""
    import pandas as pd

    own = problems[problems["row"].notna()].drop_duplicates(["row", "rule"])
    of_label = pd.Series(member.to_numpy(), index=labels)
    of_label = of_label[~of_label.index.duplicated()]
    broken = pd.DataFrame({"member": own["row"].map(of_label), "rule": own["rule"]})
    counts = broken.value_counts().rename("lines").reset_index()
    counts = counts.sort_values(["lines", "rule"], ascending=[False, True])
    worst = counts.drop_duplicates("member")
    return pd.Series(worst["rule"].to_numpy(), index=worst["member"].to_numpy())
