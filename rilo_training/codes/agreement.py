"""Read the lists that say which values of a seizure record go together, and their other names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rilo_training.codes.lists import _read

if TYPE_CHECKING:
    import pandas as pd


def other_names() -> pd.DataFrame:
    """Return other names of labels: trade names, older names, other ways to write them.

    Returns
    -------
    pandas.DataFrame
        ``field``, ``name`` (small letters), ``label`` (of the code list), ``relation`` and
        ``source``. The relation is ``same``, or ``narrower`` where the name says more than the
        label: to put the label in its place loses what was found.

    Examples
    --------
    >>> from rilo_training import codes
    >>> names = codes.other_names().set_index("name")
    >>> names.loc[["marijuana", "mephedrone"], ["label", "relation"]].values.tolist()
    [['Herbal cannabis', 'same'], ['Synthetic cathinones', 'narrower']]
    """
    return _read("other_names").copy()


def unit_names() -> pd.DataFrame:
    """Return other names of units and units that the code list lacks, with their factor.

    Returns
    -------
    pandas.DataFrame
        ``name`` (small letters), ``unit`` (of `rilo_training.codes.units`), ``factor`` (multiply
        by it to have the quantity in ``unit``), ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> names = codes.unit_names().set_index("name")
    >>> names.loc[["kilogram", "tonne"], ["unit", "factor"]].values.tolist()
    [['kg', 1.0], ['kg', 1000.0]]
    """
    return _read("unit_names").copy()


def impossible_pairs() -> pd.DataFrame:
    """Return hiding places and conveyances that do not go together.

    Returns
    -------
    pandas.DataFrame
        ``concealment``, ``conveyance``, ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.impossible_pairs().loc[0, ["concealment", "conveyance"]].tolist()
    ['In mail', 'Vehicle']
    """
    return _read("impossible_pairs").copy()


def units_of_commodities() -> pd.DataFrame:
    """Return the units that goods of each commodity are recorded in.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``unit``, ``source``; a pair that is not listed is to be asked about.

    Examples
    --------
    >>> from rilo_training import codes
    >>> units = codes.units_of_commodities()
    >>> units.loc[units["commodity"].eq("Cocaine"), "unit"].tolist()
    ['kg', 'g', 'litres']
    """
    return _read("units_of_commodities").copy()


def weight_limits() -> pd.DataFrame:
    """Return the largest weight of one line by where it was hidden and by what carried it.

    Returns
    -------
    pandas.DataFrame
        ``field`` (concealment or conveyance), ``label``, ``largest_kg``, ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.weight_limits().set_index("label")["largest_kg"].head(2).to_dict()
    {'In mail': 30, 'In express courier': 70}
    """
    return _read("weight_limits").copy()
