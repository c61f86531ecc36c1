"""The schema of the seizures table for pandera, made from the columns of `schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.schema import COLUMNS, Column

if TYPE_CHECKING:
    import pandera.pandas as pandera


def seizure_schema(check_dtypes: bool = True) -> pandera.DataFrameSchema:
    """Return the schema of the seizures table, to check a table with pandera.

    An analyst wants it where tables are handed over by a program: ``schema.validate(table,
    lazy=True)`` lets a right table pass and refuses another one. To see all problems with the
    question for the Member, call `rilo_training.seizures.validate`.

    Parameters
    ----------
    check_dtypes : bool
        Whether the dtypes are checked too. Text is never checked: its dtype depends on the
        version of pandas.

    Returns
    -------
    pandera.DataFrameSchema
        One column for each entry of `rilo_training.seizures.COLUMNS`: its dtype, whether a cell
        may be empty, the labels that it may hold, and its smallest value. Other columns may
        stand beside them. The name of a failed check is ``label`` or ``too_small``.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures, seizure_schema
    >>> schema = seizure_schema()
    >>> schema.columns["line_no"].dtype, schema.columns["transit_country"].nullable
    (DataType(int64), True)
    """
    import pandera.pandas as pandera

    def frame_column(column: Column) -> pandera.Column:
        checks = []
        labels = column.labels()
        if labels is not None:
            checks.append(pandera.Check.isin(labels, error="label"))
        if column.lowest is not None:
            checks.append(pandera.Check.ge(column.lowest, error="too_small"))
        dtype = column.dtype if check_dtypes and column.kind != "text" else None
        return pandera.Column(dtype, checks, nullable=column.missing_allowed, required=True)

    return pandera.DataFrameSchema({column.name: frame_column(column) for column in COLUMNS})
