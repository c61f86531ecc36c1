"""Code lists: Members, countries, sections, commodities, units and the labels of a record.

Every list is a CSV file in this folder, with its source in the last column. The functions read
a list when it is asked for and return a new copy each time, so a reader may change it freely.
`load_published` gives real, published figures.
"""

from rilo_training.codes.agreement import (
    impossible_pairs,
    other_names,
    unit_names,
    units_of_commodities,
    weight_limits,
)
from rilo_training.codes.lists import (
    FIELDS,
    airports,
    commodities,
    countries,
    hs_headings,
    labels,
    members,
    ports,
    sections,
    sub_commodities,
    units,
)
from rilo_training.codes.published import load_published

__all__ = [
    "FIELDS",
    "airports",
    "commodities",
    "countries",
    "hs_headings",
    "impossible_pairs",
    "labels",
    "load_published",
    "members",
    "other_names",
    "ports",
    "sections",
    "sub_commodities",
    "unit_names",
    "units",
    "units_of_commodities",
    "weight_limits",
]
