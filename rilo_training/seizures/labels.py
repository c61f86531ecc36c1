"""The labels of a table, in the words of the code list where the meaning is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.seizures.cells import Cells
from rilo_training.seizures.harmonise import propose_labels
from rilo_training.seizures.schema import COLUMNS

if TYPE_CHECKING:
    import pandas as pd


def sure_labels(cells: Cells) -> pd.DataFrame:
    """Return the columns with a code list; a value whose meaning is not sure stays as it is.

    Parameters
    ----------
    cells : Cells
        The table. It is not changed.
    """
    import pandas as pd

    found = {}
    for column in COLUMNS:
        if not column.codes or not cells.has(column.name):
            continue
        values = cells.table[column.name]
        proposals = propose_labels(values, column.name)
        sure = proposals[proposals["is_same"]]
        changed = dict(zip(sure["value"], sure["proposal"], strict=True))
        meant = values.map(changed) if changed else values
        found[column.name] = meant.where(meant.notna(), values)
    return pd.DataFrame(found, index=cells.table.index)
