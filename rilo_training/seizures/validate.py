"""Check a table of seizures and return all its problems."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rilo_training.seizures.cases import check_cases
from rilo_training.seizures.cells import Cells, read_cells
from rilo_training.seizures.conditions import check_conditions
from rilo_training.seizures.dates import turned_dates
from rilo_training.seizures.duplicates import exact_duplicates
from rilo_training.seizures.frame import seizure_schema
from rilo_training.seizures.harmonise import propose_labels
from rilo_training.seizures.labels import sure_labels
from rilo_training.seizures.load import check_table
from rilo_training.seizures.personal import NAME, details_of, mask_personal_details
from rilo_training.seizures.problems import REMOVE, Problems, joined
from rilo_training.seizures.rekeyed import near_duplicates
from rilo_training.seizures.schema import COLUMNS
from rilo_training.seizures.slips import unit_slips

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

SCHEMA_RULES = {"not_nullable": "cell_missing", "label": "label", "too_small": "too_small"}
"""The rule of each check of the schema."""
_NOMINAL = re.compile(
    r"passport|surname|first_?name|last_?name|family_?name|given_?name|full_?name|birth|\bdob\b|"
    r"phone|mobile|e_?mail|(?:suspect|offender|passenger|driver|person)_?(?:name|id)\b|national_?id",
    re.IGNORECASE,
)


def validate(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return every problem of a table of seizures: one row each, with what to ask the Member.

    An analyst wants it before any count or map: a duplicate, a weight in the wrong unit or a
    turned date makes a trend that is not there. Nothing is changed; `repair` does that, on a
    copy, with what the analyst accepts of the last column.

    Parameters
    ----------
    seizures : pandas.DataFrame
        A table with columns named as in `COLUMNS`, as loaded or of another origin. A column that
        is missing is one problem; rules that need it are left out. More columns may stand beside.

    Returns
    -------
    pandas.DataFrame
        Sorted by ``row``, those of the whole table first:

        - ``row``: label of the row; missing when the problem is one of the column or the table.
          What more than half of the rows of a long table share, and nothing is proposed for, is
          one problem of the column (of labels: one for each), with the number of rows in `value`.
        - ``column``: name of the column.
        - ``rule``: name of the rule; `rule_table` says what each one means.
        - ``value``: what stands there, as text; for a personal detail, only its kind.
        - ``severity``: ``error`` (wrong for sure), ``warning`` (probably wrong) or ``notice``.
        - ``question``: what to ask the Member.
        - ``proposal``: what could stand there instead, as text; missing when nothing is proposed.

        The order of the rows of the table changes nothing. Of equal rows, the one with the
        lowest label is the original.

    Raises
    ------
    ExtractError
        When it is given something else than a table.

    Examples
    --------
    >>> from rilo_training.seizures import load_seizures, validate
    >>> seizures = load_seizures("datasets/practice").head(2)
    >>> seizures.loc[0, "unit"] = "kilogram"
    >>> problems = validate(seizures)
    >>> problems.loc[problems["rule"].eq("label"), ["row", "column", "value", "proposal"]].values
    array([[0, 'unit', 'kilogram', 'kg']], dtype=object)
    """
    check_table(seizures, "validate")
    problems = Problems(len(seizures))
    _columns(seizures, problems)
    if len(seizures):
        cells = read_cells(seizures)
        _cells(cells, problems)
        labels = sure_labels(cells)
        copies = _duplicates(cells, labels, problems)
        check_cases(cells, labels, copies, problems)
        check_conditions(cells, labels, problems)
        _suspects(cells, labels, problems)
        _narratives(cells, problems)
        return problems.table(cells.source.index)
    problems.of_table("no_rows", "")
    return problems.table(seizures.index)


def _columns(seizures: pd.DataFrame, problems: Problems) -> None:
    names = [column.name for column in COLUMNS]
    for name in sorted(set(map(str, seizures.columns[seizures.columns.duplicated()]))):
        problems.of_table("column_repeated", name)
    for name in sorted({str(name) for name in seizures.columns} - set(names)):
        if _NOMINAL.search(name):
            problems.of_table("column_nominal", name)
    if not len(seizures):
        for name in names:
            if name not in seizures.columns:
                problems.of_table("column_missing", name)


def _cells(cells: Cells, problems: Problems) -> None:
    """Check each cell by itself, with the schema; what cannot be read is told apart before."""
    import numpy as np
    import pandera.pandas as pandera

    for name, positions in cells.unreadable.items():
        column = cells.source.columns.tolist().index(name)
        problems.of_cells(
            "cell_unreadable",
            name,
            positions,
            [str(value)[:80] for value in cells.source.iloc[positions, column]],
        )
    if cells.has("quantity"):
        zero = np.flatnonzero(cells.table["quantity"].eq(0))
        problems.of_cells("zero_quantity", "quantity", zero, ["0"] * len(zero))
    try:
        seizure_schema(check_dtypes=False).validate(cells.table, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        failures = errors.failure_cases
    else:
        return
    for name in failures.loc[failures["check"].eq("column_in_dataframe"), "failure_case"]:
        problems.of_table("column_missing", str(name))
    for check, rule in SCHEMA_RULES.items():
        own = failures[failures["check"].eq(check)]
        for name, rows in own.groupby("column")["index"]:
            _failures(cells, str(name), rule, rows, problems)


def _failures(cells: Cells, name: str, rule: str, rows: pd.Series, problems: Problems) -> None:
    """Add the cells of one column that failed one check of the schema."""
    import numpy as np

    positions = np.sort(rows.to_numpy(dtype=np.int64))
    if rule == "cell_missing":
        positions = np.setdiff1d(positions, cells.unreadable.get(name, []))
        problems.of_cells(rule, name, positions, [""] * len(positions))
        return
    values = cells.table[name].iloc[positions]
    if rule == "too_small":
        problems.of_cells(rule, name, positions, values)
        return
    proposed = propose_labels(values, name)
    sure_ones = proposed[proposed["is_same"]]
    proposals = values.map(dict(zip(sure_ones["value"], sure_ones["proposal"], strict=True)))
    sure = proposals.notna().to_numpy()
    problems.of_cells(rule, name, positions[sure], values[sure], proposals[sure])
    problems.of_cells(rule, name, positions[~sure], values[~sure])


def _duplicates(cells: Cells, labels: pd.DataFrame, problems: Problems) -> npt.NDArray[np.int64]:
    """Add rows that repeat another one; return the positions of exact duplicates."""
    import pandas as pd

    index = cells.source.index
    exact = exact_duplicates(cells)
    copies = exact["position"].to_numpy()
    repeats = [f"repeats row {label}" for label in index.take(exact["first"].to_numpy())]
    if cells.has("case_id"):
        problems.of_cells("duplicate_exact", "case_id", copies, repeats, REMOVE)
    else:
        problems.of_cells("row_repeated", "", copies, repeats)
    near = near_duplicates(cells, labels, copies)
    # A copy of a row that was keyed again was keyed again too.
    copied = exact.rename(columns={"position": "copy", "first": "position"})[["copy", "position"]]
    again = copied.merge(near, on="position").assign(position=lambda rows: rows["copy"])
    near = pd.concat([near, again], ignore_index=True)
    problems.of_cells(
        "duplicate_near",
        "case_id",
        near["position"].to_numpy(),
        [
            f"repeats row {label}: {reason}"
            for label, reason in zip(
                index.take(near["first"].to_numpy()), near["reason"], strict=True
            )
        ],
        REMOVE,
    )
    return copies


def _suspects(cells: Cells, labels: pd.DataFrame, problems: Problems) -> None:
    """Add what is not impossible and still far more likely in another way."""
    import pandas as pd

    slips = unit_slips(cells, labels)
    rows = slips["position"].to_numpy()
    if len(rows):
        unit, quantity = labels["unit"].iloc[rows], cells.table["quantity"].iloc[rows]
        shown = joined(quantity, " ", unit)
        problems.of_cells("unit_slip", "unit", rows, shown, slips["unit"])
    turned = turned_dates(cells)
    rows = turned["position"].to_numpy()
    if len(rows):
        dates = pd.to_datetime(turned["date"])
        problems.of_cells(
            "date_turned", "seizure_date", rows, cells.table["seizure_date"].iloc[rows], dates
        )


def _narratives(cells: Cells, problems: Problems) -> None:
    import numpy as np
    import pandas as pd

    if not cells.has("narrative"):
        return
    places, texts = pd.factorize(cells.table["narrative"])
    kinds = [sorted({kind for *_, kind in details_of(str(text))}) for text in texts]
    for rule in ("personal_detail", "personal_name"):
        wanted = np.array(
            [bool(found) and (found == [NAME]) == (rule == "personal_name") for found in kinds],
            dtype=bool,
        )
        rows = np.flatnonzero((places >= 0) & np.append(wanted, False)[places])
        masked = None
        if rule == "personal_detail":
            masked = [mask_personal_details(str(texts[place])) for place in places[rows]]
        shown = [", ".join(kinds[place]) for place in places[rows]]
        problems.of_cells(rule, "narrative", rows, shown, masked)
