"""The validation queue of the course: the latest upload of one Member, with enough to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.load import ExtractError, check_table
from rilo_training.seizures.validate import validate

if TYPE_CHECKING:
    import pandas as pd

MUST_HOLD = ("report_before_seizure", "personal_detail")
"""An upload for practice breaks each of these rules at least once."""


def next_in_queue(raw: pd.DataFrame, lines: int = 400, doubtful: int = 28) -> pd.DataFrame:
    """Return an upload that waits for validation: the latest raw lines of one Member.

    Which Member it is depends on the data alone, and says nothing about a real administration.

    Parameters
    ----------
    raw : pandas.DataFrame
        Seizure lines as the Members uploaded them, as from ``load_seizures(raw=True)``.
    lines : int
        About how many lines the upload has. It holds whole days of report, so a few more.
    doubtful : int
        How many of its different lines must break a rule other than that of labels.

    Returns
    -------
    pandas.DataFrame
        The columns of `raw`, ordered by ``report_date``, the index counts from 0. Of the Members
        whose latest lines hold a report before its seizure, a personal detail and enough doubtful
        lines, the one with the most recent lines.

    Raises
    ------
    ExtractError
        When no Member has such lines.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures, next_in_queue
    >>> upload = next_in_queue(load_seizures("datasets/practice", raw=True))
    >>> upload["reporting_country"].nunique(), len(upload) >= 400
    (1, True)
    """
    check_table(raw, "next_in_queue")
    ordered = raw.sort_values("report_date", kind="stable")
    uploads: list[pd.DataFrame] = []
    for _, own in ordered.groupby("reporting_country"):
        if len(own) >= lines:
            uploads.append(own[own["report_date"] >= own["report_date"].iloc[-lines]])
    # The most recent first, so that few of them have to be validated.
    uploads.sort(key=lambda own: own["report_date"].iloc[0], reverse=True)
    for own in uploads:
        if not own["report_date"].lt(own["seizure_date"]).any():
            continue  # without this no rule has to be looked at
        # The upload alone is what the analyst validates: beside other lines more can be found.
        found = validate(own.drop_duplicates())
        in_doubt = found.loc[found["rule"].ne("label"), "row"].nunique()
        if in_doubt >= doubtful and set(MUST_HOLD) <= set(found["rule"]):
            return own.reset_index(drop=True)
    raise ExtractError(
        f"No Member has {lines} lines in a row with enough to decide.",
        f"{doubtful} doubtful lines, a report before its seizure and a personal detail were "
        "expected.",
        "Ask for fewer lines or fewer doubtful lines, or use another extract.",
    )
