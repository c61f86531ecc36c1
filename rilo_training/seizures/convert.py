"""Bring quantities to one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training import codes
from rilo_training.seizures.harmonise import label_key
from rilo_training.seizures.load import ExtractError, check_table

if TYPE_CHECKING:
    import pandas as pd


def conversion_table() -> pd.DataFrame:
    """Return every way to write a unit, with the base unit and the factor that leads to it.

    An analyst looks up here what a figure was multiplied with, and from where the factor is.

    Returns
    -------
    pandas.DataFrame
        ``name`` (a label of the code list, or another name in small letters), ``base_unit``,
        ``factor`` (base units in one unit), ``measure`` (mass, volume, count, value), ``source``.
        Quantities may be added up within one base unit only.

    Examples
    --------
    >>> from rilo_training.seizures import conversion_table
    >>> table = conversion_table().set_index("name")
    >>> table.loc[["kg", "tonne", "lb"], "factor"].round(2).tolist()
    [1000.0, 1000000.0, 453.59]
    """
    import pandas as pd

    units = codes.units()
    names = codes.unit_names().merge(units.drop(columns="source"), on="unit", suffixes=("", "_"))
    names["factor"] = names["factor"] * names["factor_"]
    columns = ["name", "base_unit", "factor", "measure", "source"]
    own = units.rename(columns={"unit": "name"}).astype({"factor": "float64"})
    return pd.concat([own[columns], names[columns]], ignore_index=True)


def convert_quantities(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return the quantity of each line in the base unit of its own unit.

    An analyst wants it before adding up: 5 kg and 5 g are both written as 5.

    Parameters
    ----------
    seizures : pandas.DataFrame
        A table with the columns ``quantity`` (number) and ``unit`` (text).

    Returns
    -------
    pandas.DataFrame
        One row for each row of `seizures`, with its labels: ``base_quantity`` (float),
        ``base_unit`` and ``measure``. All three are missing where the unit is not known: add the
        name of the unit to ``codes/unit_names.csv``, or ask the Member.

    Raises
    ------
    ExtractError
        When a column is missing, or the quantity holds no numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures import convert_quantities
    >>> lines = pd.DataFrame({"quantity": [1.5, 2.0, 3.0], "unit": ["kg", "Litre", "boxes"]})
    >>> convert_quantities(lines)["base_quantity"].tolist()
    [1500.0, 2000.0, nan]
    """
    import pandas as pd

    check_table(seizures, "convert_quantities")
    twice = [name for name in ("quantity", "unit") if list(seizures.columns).count(name) > 1]
    if twice:
        raise ExtractError(
            f"The table has more than one column {', '.join(twice)}.",
            "Each column name was expected once.",
            "Rename or drop the columns that are there twice.",
        )
    missing = [name for name in ("quantity", "unit") if name not in seizures.columns]
    if missing:
        raise ExtractError(
            f"The table has no column {', '.join(missing)}.",
            "The columns quantity and unit were expected.",
            "Rename the columns of your table first.",
        )
    if not pd.api.types.is_numeric_dtype(seizures["quantity"].dtype):
        raise ExtractError(
            "The column quantity holds text.",
            "Numbers were expected.",
            "Read the column with pandas.to_numeric first.",
        )
    found = _of_units(seizures["unit"])
    quantity = seizures["quantity"].astype("float64") * found["factor"]
    return pd.DataFrame(
        {
            "base_quantity": quantity.where(found["base_unit"].notna()),
            "base_unit": found["base_unit"],
            "measure": found["measure"],
        },
        index=seizures.index,
    )


def _of_units(units: pd.Series) -> pd.DataFrame:
    """Return base unit, factor and measure of each unit as it is written."""
    table = conversion_table()
    table.index = table["name"].map(label_key)
    # The signs and names of a unit are read without capitals, so each key stands once.
    table = table[~table.index.duplicated()]
    keys = {unit: label_key(str(unit)) for unit in units.dropna().unique()}
    keyed = units.map(keys)
    return table[["base_unit", "factor", "measure"]].reindex(keyed).set_axis(units.index)


def grams(quantity: pd.Series, unit: pd.Series) -> pd.Series:
    """Return weights in grams; missing where the unit is none of weight.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.seizures.convert import grams
    >>> grams(pd.Series([2.0, 3.0]), pd.Series(["kg", "pieces"])).tolist()
    [2000.0, nan]
    """
    units = codes.units()
    mass = units[units["measure"].eq("mass")].set_index("unit")["factor"].astype("float64")
    return quantity * unit.map(mass).astype("float64")
