"""Find rows that stand in a table more than once: as copies, or keyed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.cells import Cells, read_cells
from rilo_training.seizures.labels import sure_labels
from rilo_training.seizures.load import ExtractError, check_table
from rilo_training.seizures.rekeyed import duplicate_rows, near_duplicates

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def find_duplicates(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that repeat another row, with the row that they repeat and the reason.

    An analyst wants it before counting. An exact duplicate equals another row in every column.
    A near duplicate carries another case number and agrees in so much that chance does not
    explain it: agreement in a rare value, such as a quantity of 3,217 g, weighs more than
    agreement in a common one (Fellegi and Sunter, 1969).

    Parameters
    ----------
    seizures : pandas.DataFrame
        A seizures table; near duplicates need ``case_id`` and some of the columns that a second
        keying shares.

    Returns
    -------
    pandas.DataFrame
        One row for each repeated row, in the order of the row labels: ``row``, ``duplicate_of``
        (row labels; the row that was reported first is the one that is repeated), ``kind``
        (``exact`` or ``near``), ``evidence_bits`` (higher is surer; missing for exact ones) and
        ``reason``.

    Raises
    ------
    ExtractError
        When it is no table, or has no columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import find_duplicates
    >>> row = {"case_id": "A-1", "commodity": "Khat", "quantity": 12.5}
    >>> find_duplicates(pd.DataFrame([row, row]))[["row", "duplicate_of", "kind"]].values.tolist()
    [[1, 0, 'exact']]
    """
    import pandas as pd

    check_table(seizures, "find_duplicates")
    if not len(seizures.columns):
        raise ExtractError(
            "The table has no columns.",
            "At least one column was expected: without them all rows look the same.",
            "Check how the table was made.",
        )
    cells = read_cells(seizures)
    labels = cells.source.index
    exact = exact_duplicates(cells)
    near = near_duplicates(cells, sure_labels(cells), exact["position"].to_numpy())
    parts = pd.concat([exact, near], ignore_index=True).sort_values("position", kind="stable")
    return pd.DataFrame(
        {
            "row": labels.take(parts["position"].to_numpy()),
            "duplicate_of": labels.take(parts["first"].to_numpy()),
            "kind": parts["kind"].to_numpy(),
            "evidence_bits": parts["evidence_bits"].to_numpy(),
            "reason": parts["reason"].to_numpy(),
        }
    )


def exact_duplicates(cells: Cells) -> pd.DataFrame:
    """Return the positions of rows that equal an earlier one: position, first, kind, reason."""
    import numpy as np

    group = _row_groups(cells.source)
    _, first = np.unique(group, return_index=True)
    position = np.flatnonzero(first[group] != np.arange(len(group)))
    reasons = ["equal in every column"] * len(position)
    bits = np.full(len(position), np.nan)
    return duplicate_rows(position, first[group[position]], "exact", bits, reasons)


def _row_groups(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return a number for each row; equal rows have the same one."""
    import numpy as np
    import pandas as pd

    group = np.zeros(len(table), dtype=np.int64)
    for place in range(table.shape[1]):
        values = table.iloc[:, place]
        try:
            codes, distinct = pd.factorize(values)
        except TypeError:  # lists and dictionaries cannot be hashed, their texts can
            codes, distinct = pd.factorize(values.astype(str))
        group = group * (len(distinct) + 1) + codes + 1
        group = pd.factorize(group)[0]
    return group
