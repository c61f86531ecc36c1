"""Repair a copy of a table with what was accepted, and undo it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rilo_training.seizures.load import ExtractError, check_table
from rilo_training.seizures.problems import REMOVE

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("row", "column", "rule", "proposal")
LOG_COLUMNS = ("change", "row", "column", "before", "after", "rule")


@dataclass(frozen=True)
class RepairedCopy:
    """A repaired copy of a table, with the log of its changes.

    It comes from `repair`. An analyst who is asked for a figure later can tell what was changed.

    Attributes
    ----------
    seizures : pandas.DataFrame
        The repaired copy.
    log : pandas.DataFrame
        One row for each change: ``change`` (its number, from 1), ``row`` (label), ``column``,
        ``before``, ``after`` and ``rule``. Where a row was removed, ``after`` says so. Keep it
        with the copy: it says what the analyst changed, and why.
    original : pandas.DataFrame
        The table before the repair.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import repair
    >>> lines = pd.DataFrame({"unit": ["KG"]})
    >>> accepted = pd.DataFrame(
    ...     {"row": [0], "column": ["unit"], "rule": ["label"], "proposal": ["kg"]}
    ... )
    >>> copy = repair(lines, accepted)
    >>> copy.log[["change", "before", "after"]].values.tolist()
    [[1, 'KG', 'kg']]
    """

    seizures: pd.DataFrame
    log: pd.DataFrame
    original: pd.DataFrame

    def undo(self, changes: Iterable[int] | None = None) -> RepairedCopy:
        """Return the copy without some of its changes.

        Parameters
        ----------
        changes : iterable of int, optional
            Numbers of the changes to take back; all of them by default.

        Returns
        -------
        RepairedCopy
            With the other changes only; without any, its table equals the original.

        Raises
        ------
        ExtractError
            When there is no change with such a number.

        Examples
        --------
        >>> import pandas as pd
        >>> from rilo_training.seizures import repair
        >>> lines = pd.DataFrame({"unit": ["KG", "g"]})
        >>> accepted = pd.DataFrame(
        ...     {"row": [0], "column": ["unit"], "rule": ["label"], "proposal": ["kg"]}
        ... )
        >>> copy = repair(lines, accepted)
        >>> copy.seizures["unit"].tolist(), copy.undo([1]).seizures["unit"].tolist()
        (['kg', 'g'], ['KG', 'g'])
        """
        numbers = set(self.log["change"]) if changes is None else set(changes)
        if unknown := sorted(numbers - set(self.log["change"])):
            raise ExtractError(
                f"The log has no change {unknown[0]}.",
                f"It holds {len(self.log)} changes.",
                "Take the numbers from the column change of the log.",
            )
        kept = self.log[~self.log["change"].isin(numbers)]
        return RepairedCopy(_apply(self.original, kept), kept, self.original)


def repair(seizures: pd.DataFrame, accepted: pd.DataFrame) -> RepairedCopy:
    """Return a copy of a table with the accepted proposals put in, and the log of it.

    An analyst wants it while the Member has not answered yet: the analysis goes on with a copy
    that is right as far as anybody can tell, and what was changed can be told and taken back.
    The table itself is not changed.

    Parameters
    ----------
    seizures : pandas.DataFrame
        The table, with a different label for each row.
    accepted : pandas.DataFrame
        Rows of what `validate` returned, chosen by the analyst: ``row``, ``column``, ``rule`` and
        ``proposal``. Rows without a proposal, or without a row, are passed over. A row that is
        removed is not changed beside.

    Returns
    -------
    RepairedCopy
        ``seizures``, ``log`` and the method ``undo``.

    Raises
    ------
    ExtractError
        When a column of `accepted` is missing, row labels repeat, a row or column is not in the
        table, two proposals are for one cell, or a proposal is not of the kind of its column.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures, repair, validate
    >>> seizures = load_seizures("datasets/practice").head(3)
    >>> seizures.loc[1, "unit"] = "kilogram"
    >>> problems = validate(seizures)
    >>> copy = repair(seizures, problems[problems["rule"].eq("label")])
    >>> copy.log[["row", "column", "before", "after"]].values.tolist()
    [[1, 'unit', 'kilogram', 'kg']]
    """
    import pandas as pd

    check_table(seizures, "repair")
    check_table(accepted, "repair")
    missing = [name for name in NEEDED if name not in accepted.columns]
    if missing:
        raise ExtractError(
            f"The accepted problems have no column {', '.join(missing)}.",
            "Rows of the table that validate returned were expected.",
            "Choose rows of it, for example problems[problems['rule'].eq('label')].",
        )
    if not seizures.index.is_unique:
        raise ExtractError(
            "The table has the same row label more than once.",
            "A different label for each row was expected.",
            "Call seizures.reset_index(drop=True), validate again, and repair then.",
        )
    chosen = accepted[accepted["row"].notna() & accepted["proposal"].notna()]
    removed = chosen[chosen["proposal"].eq(REMOVE)].drop_duplicates("row")
    cells = chosen[~chosen["proposal"].eq(REMOVE) & ~chosen["row"].isin(removed["row"])]
    cells = cells.drop_duplicates(["row", "column", "proposal"])
    _check(seizures, removed, cells)
    changes = pd.concat([removed, cells]).sort_index(kind="stable")
    before = [
        None if proposal == REMOVE else seizures.at[row, column]
        for row, column, proposal in zip(
            changes["row"], changes["column"], changes["proposal"], strict=True
        )
    ]
    log = pd.DataFrame(
        {
            "change": range(1, len(changes) + 1),
            "row": changes["row"].tolist(),
            "column": changes["column"].tolist(),
            "before": pd.Series(before, dtype=object),
            "after": changes["proposal"].tolist(),
            "rule": changes["rule"].tolist(),
        },
        columns=list(LOG_COLUMNS),
    )
    return RepairedCopy(_apply(seizures, log), log, seizures.copy())


def _check(seizures: pd.DataFrame, removed: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Refuse what cannot be put in, with a sentence."""
    import pandas as pd

    named = pd.concat([removed["row"], cells["row"]])
    strange = named[~named.isin(seizures.index)]
    if len(strange):
        raise ExtractError(
            f"The table has no row {strange.iloc[0]}.",
            "The problems of this very table were expected.",
            "Validate the table that you repair.",
        )
    unknown = cells.loc[~cells["column"].isin(seizures.columns), "column"]
    if len(unknown):
        raise ExtractError(
            f"The table has no column {unknown.iloc[0]}.",
            "The problems of this very table were expected.",
            "Validate the table that you repair.",
        )
    twice = cells[cells.duplicated(["row", "column"])]
    if len(twice):
        row, column = twice.iloc[0][["row", "column"]]
        raise ExtractError(
            f"Two different proposals are for the column {column} of row {row}.",
            "One proposal for each cell was expected.",
            "Accept one of them.",
        )


def _apply(original: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a table with the changes of a log."""
    import pandas as pd

    is_removal = log["after"].eq(REMOVE)
    copy = original.copy()
    for column, changes in log[~is_removal].groupby("column", sort=False):
        name = str(column)
        if isinstance(copy[name].dtype, pd.CategoricalDtype):
            copy[name] = copy[name].astype(object)
        values = _as_kind_of(copy[name], changes["after"])
        copy.loc[changes["row"].to_numpy(), name] = values.to_numpy()
    return copy.drop(index=log.loc[is_removal, "row"].tolist())


def _as_kind_of(values: pd.Series, texts: pd.Series) -> pd.Series:
    """Return proposals as values of the dtype of their column."""
    import pandas as pd

    try:
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            return pd.to_datetime(texts, format="%Y-%m-%d")
        if pd.api.types.is_numeric_dtype(values.dtype):
            return pd.to_numeric(texts)
    except ValueError as error:
        raise ExtractError(
            f"A proposal for the column {values.name} is '{texts.iloc[0]}'.",
            f"A value of the dtype {values.dtype} was expected.",
            "Correct the proposal, or leave it out.",
        ) from error
    return texts
