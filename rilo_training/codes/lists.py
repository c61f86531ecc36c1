"""Read the code lists of this folder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FIELDS = (
    "section",
    "commodity",
    "sub_commodity",
    "location",
    "direction",
    "detection",
    "conveyance",
    "concealment",
    "unit",
)
"""The fields of a seizure record whose labels come from a code list."""


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd

    # "NA" is the code of Namibia and of the region North Africa: only an empty cell is missing.
    with files(__package__).joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, keep_default_na=False, na_values=[""])


def members() -> pd.DataFrame:
    """Return the 35 Members of the WCO Asia/Pacific region.

    Returns
    -------
    pandas.DataFrame
        One row per Member, ordered by sub-region: ``alpha2``, ``alpha3`` (ISO 3166-1), ``name``,
        ``sub_region``, ``has_seaport`` and ``has_land_boundary`` (bool), ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.members()["sub_region"].value_counts(sort=False).to_dict()
    {'Sub-continent': 9, 'Far East': 6, 'ASEAN': 10, 'Oceania': 10}
    """
    table = _read("members").copy()
    for column in ("has_seaport", "has_land_boundary"):
        table[column] = table[column].eq("yes")
    return table


def countries() -> pd.DataFrame:
    """Return the Members and their partner countries, with the regions they belong to.

    Returns
    -------
    pandas.DataFrame
        One row per country: ``alpha2``, ``alpha3``, ``name``, ``wco_region`` (six regions),
        ``rilo_region`` (the region codes of the Illicit Trade Report), ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> names = codes.countries().set_index("alpha2")["name"]
    >>> names["NA"], names["JP"]
    ('Namibia', 'Japan')
    """
    return _read("countries").copy()


def sections() -> pd.DataFrame:
    """Return the six sections of the Illicit Trade Report.

    Returns
    -------
    pandas.DataFrame
        ``section``, ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.sections()["section"].tolist()[:2]
    ['AML/CTF', 'Drugs']
    """
    return _read("sections").copy()


def commodities() -> pd.DataFrame:
    """Return the 21 commodities and the section of each.

    Returns
    -------
    pandas.DataFrame
        ``section``, ``commodity``, ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> commodities = codes.commodities()
    >>> commodities.loc[commodities["section"].eq("Revenue"), "commodity"].tolist()
    ['Tobacco products trafficking', 'Alcohol products trafficking']
    """
    return _read("commodities").copy()


def sub_commodities() -> pd.DataFrame:
    """Return the sub-commodities and the commodity of each.

    A sub-commodity label may stand under one commodity only.

    Returns
    -------
    pandas.DataFrame
        ``commodity``, ``sub_commodity``, ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> kinds = codes.sub_commodities()
    >>> kinds.loc[kinds["commodity"].eq("Khat"), "sub_commodity"].tolist()
    ['Khat', 'Dried khat', 'Fresh khat']
    """
    return _read("sub_commodities").copy()


def units() -> pd.DataFrame:
    """Return the units of quantity and how each becomes its base unit.

    Multiply a quantity by ``factor`` to have it in ``base_unit``. Quantities may be added up only
    within one base unit.

    Returns
    -------
    pandas.DataFrame
        ``unit``, ``base_unit``, ``factor`` (int), ``measure`` (mass, volume, count, value),
        ``source``.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.units().set_index("unit")["factor"].head(3).to_dict()
    {'kg': 1000, 'g': 1, 'litres': 1000}
    """
    return _read("units").copy()


def ports() -> pd.DataFrame:
    """Return seaports of the Members and of their partner countries, with where they are.

    Returns
    -------
    pandas.DataFrame
        One row per port: ``locode`` (UN/LOCODE without a blank), ``name``, ``country`` (alpha-2),
        ``latitude_deg``, ``longitude_deg`` (north and east are positive), ``source``. It is no
        full list: a country has its main ports, and without a coast it has none.

    Examples
    --------
    >>> from rilo_training import codes
    >>> ports = codes.ports().set_index("locode")
    >>> ports.loc["JPYOK", ["name", "country"]].tolist()
    ['Yokohama', 'JP']
    >>> ports.loc[["JPYOK", "FJSUV"], "latitude_deg"].to_dict()
    {'JPYOK': 35.46, 'FJSUV': -18.12}
    """
    return _read("ports").copy()


def airports() -> pd.DataFrame:
    """Return airports of the Members and of their partner countries, with where they are.

    Returns
    -------
    pandas.DataFrame
        One row per airport: ``iata``, ``name`` (the city, with the name of the airport where it
        is needed), ``country`` (alpha-2), ``latitude_deg``, ``longitude_deg`` (north and east are
        positive), ``source``. It is no full list: every country has at least its main airport.

    Examples
    --------
    >>> from rilo_training import codes
    >>> airports = codes.airports().set_index("iata")
    >>> airports.loc["NAN", ["name", "country"]].tolist()
    ['Nadi', 'FJ']
    """
    return _read("airports").copy()


def hs_headings() -> pd.DataFrame:
    """Return the headings of the Harmonized System that the consignments of a world use.

    Returns
    -------
    pandas.DataFrame
        One row per heading: ``hs_heading`` (four digits, text), ``wording`` (short, of our own),
        ``chapter`` (two digits, text), ``source``. It is no full list.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.hs_headings().loc[0, ["hs_heading", "chapter"]].tolist()
    ['0303', '03']
    """
    table = _read("hs_headings").copy()
    for column, digits in (("hs_heading", 4), ("chapter", 2)):
        # The file is read as numbers, which have no zero in front.
        table[column] = table[column].astype("str").str.zfill(digits)
    return table


def labels(field: str) -> list[str]:
    """Return the labels that a field of a seizure record may hold.

    Parameters
    ----------
    field : str
        One of `FIELDS`.

    Returns
    -------
    list of str
        The labels, in the order of the code list.

    Raises
    ------
    ValueError
        When there is no code list for this field.

    Examples
    --------
    >>> from rilo_training import codes
    >>> codes.labels("direction")
    ['Import', 'Export', 'Transit', 'Internal']
    """
    own = {
        "section": "sections",
        "commodity": "commodities",
        "sub_commodity": "sub_commodities",
        "unit": "units",
    }
    if field in own:
        table = _read(own[field])
        return [str(label) for label in table[field]]
    table = _read("labels")
    found = [str(label) for label in table.loc[table["field"].eq(field), "label"]]
    if not found:
        raise ValueError(f"There is no code list for '{field}'. Lists: {', '.join(FIELDS)}.")
    return found
