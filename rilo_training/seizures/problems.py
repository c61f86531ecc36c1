"""Collect problems and return them as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rilo_training.seizures.rules import RULES
from rilo_training.seizures.schema import COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Positions = npt.NDArray[np.int64]

PROBLEM_COLUMNS = ("row", "column", "rule", "value", "severity", "question", "proposal")
REMOVE = "(remove the row)"
"""The proposal that a row be left out."""
SHARED = 0.5
"""Where more than this share of the rows breaks a rule, the problem is one of the column."""
MOST_LABELS = 100
"""A column with more labels of its own is named once."""
FEWEST_ROWS = 100
"""In a shorter table every problem stands alone."""

_RULES = {rule.name: rule for rule in RULES}


@dataclass
class Problems:
    """Problems that were found in a table of a given number of rows."""

    rows: int
    parts: list[pd.DataFrame] = field(default_factory=list)

    def of_table(self, rule: str, column: str, value: str = "") -> None:
        """Add a problem of a whole column or of the table."""
        import pandas as pd

        part = {"position": [-1], "column": [column], "rule": [rule]}
        texts = {"value": [value or None], "proposal": [None]}
        self.parts.append(pd.DataFrame({**part, **texts}))

    def of_cells(
        self,
        rule: str,
        column: str,
        positions: Positions,
        values: pd.Series | Sequence[str],
        proposals: pd.Series | Sequence[str | None] | str | None = None,
    ) -> None:
        """Add problems of cells: one for each position.

        A problem of most rows of a long table, for which nothing is proposed, becomes one of the
        column, or one for each label that is not in the code list.
        """
        import pandas as pd

        if not len(positions):
            return
        if proposals is None and self.rows >= FEWEST_ROWS and len(positions) > SHARED * self.rows:
            counts = pd.Series(values).astype("str").value_counts()
            if rule == "label" and len(counts) <= MOST_LABELS:
                for label, rows in sorted(counts.items(), key=lambda item: str(item[0])):
                    self.of_table(rule, column, f"{label}: {rows} of {self.rows} rows")
            else:
                self.of_table(rule, column, f"{len(positions)} of {self.rows} rows")
            return
        texts = as_text(values) if isinstance(values, pd.Series) else list(values)
        ready = as_text(proposals) if isinstance(proposals, pd.Series) else proposals
        self.parts.append(
            pd.DataFrame(
                {
                    "position": positions,
                    "column": column,
                    "rule": rule,
                    "value": texts,
                    "proposal": ready,
                }
            )
        )

    def table(self, labels: pd.Index) -> pd.DataFrame:
        """Return all problems, sorted by row, column and rule; those of the table come first.

        Parameters
        ----------
        labels : pandas.Index
            The label of each position.
        """
        import pandas as pd

        names = [column.name for column in COLUMNS]
        found = pd.concat(self.parts, ignore_index=True) if self.parts else _no_problem()
        place = found["column"].map({name: number for number, name in enumerate(names)})
        rank = found["rule"].map({rule.name: number for number, rule in enumerate(RULES)})
        found = found.assign(place=place.fillna(len(names)), rank=rank)
        found = found.sort_values(
            ["position", "place", "rank", "column", "value"], kind="stable", ignore_index=True
        )
        pair = found["rule"] + "\n" + found["column"]
        texts = {key: _question(*key.split("\n")) for key in pair.unique()}
        severity = {rule.name: rule.severity for rule in RULES}
        result = pd.DataFrame(
            {
                "row": _row_labels(found["position"], labels),
                "column": found["column"].astype("str"),
                "rule": found["rule"].astype("str"),
                "value": found["value"].astype("str").where(found["value"].notna()),
                "severity": found["rule"].map(severity).astype("str"),
                "question": pair.map(texts).astype("str"),
                "proposal": found["proposal"].astype("str").where(found["proposal"].notna()),
            }
        )
        return result[list(PROBLEM_COLUMNS)]


def _no_problem() -> pd.DataFrame:
    import pandas as pd

    texts = {name: pd.Series(dtype="str") for name in ("column", "rule", "value", "proposal")}
    return pd.DataFrame({"position": pd.Series(dtype="int64"), **texts})


def _question(rule: str, column: str) -> str:
    return _RULES[rule].question.format(column=column)


def _row_labels(positions: pd.Series, labels: pd.Index) -> pd.Series:
    """Return the row label of each position; missing where the problem is of the table."""
    import numpy as np
    import pandas as pd

    of_table = positions.lt(0)
    if not len(labels):
        return pd.Series(pd.NA, index=positions.index, dtype="Int64")
    taken = labels.take(np.where(of_table, 0, positions))
    if pd.api.types.is_integer_dtype(labels.dtype):
        return pd.Series(taken, index=positions.index).astype("Int64").mask(of_table)
    return pd.Series(list(taken), index=positions.index, dtype=object).mask(of_table)


def as_text(values: pd.Series) -> list[str | None]:
    """Return cells as people write them: days as 2025-03-31, whole numbers without a point.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures.problems import as_text
    >>> as_text(pd.Series([2.0, 0.25, None]))
    ['2', '0.25', None]
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.dt.strftime("%Y-%m-%d")
        return [None if missing else day for missing, day in zip(days.isna(), days, strict=True)]
    return [_one_text(value) for value in values.tolist()]


def joined(*cells: pd.Series | str) -> list[str]:
    """Return several cells of each row as one text; a text between them stands in every row.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures.problems import joined
    >>> joined(pd.Series([2.0, 0.25]), " ", pd.Series(["kg", None]))
    ['2 kg', '0.25 ?']
    """
    rows = next(len(part) for part in cells if not isinstance(part, str))
    texts = [[part] * rows if isinstance(part, str) else as_text(part) for part in cells]
    return ["".join(part or "?" for part in parts) for parts in zip(*texts, strict=True)]


def _one_text(value: object) -> str | None:
    import pandas as pd

    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
