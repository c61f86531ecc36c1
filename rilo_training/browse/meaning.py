"""What every table, column and saved query of the practice database means, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from rilo_training.seizures import COLUMNS, MOVEMENT_COLUMNS, Column
from rilo_training.seizures.cases import SHARED

DATABASE = "practice"
BANNER = "Practice database. Synthetic data. This is not CEN."
MOST_ROWS = 2_000

_RECORD = "Number of the row in this practice database; no part of the data."
_OF_A_CASE = {
    "lines": "Number of different seizure lines in the case.",
    "sections": "Sections of the lines.",
    "commodities": "Commodities of the lines.",
}
_ABOUT = {
    "seizures": (
        "Seizure lines",
        "The validated extract. One row is one seizure line; a case holds one or more lines. It "
        "still holds defects, as real data do.",
    ),
    "cases": (
        "Cases",
        "One row is one case. What its lines share is read from its first line. Made from the "
        "seizure lines.",
    ),
    "seizures_raw": (
        "Seizure lines as uploaded",
        "As the Members uploaded them, before the RILO validated them. One row is one line.",
    ),
    "validation_queue": (
        "Lines that wait for validation",
        "The latest upload of one Member. One row is one line, as it arrived.",
    ),
    "movements": (
        "Container movements shared in a project",
        "One row is one leg of a container, shared by one Member within a closed user group.",
    ),
    "members": ("Members of the region", "Code list."),
    "countries": ("Countries", "Code list."),
    "commodities": ("Commodities", "Code list: which commodity belongs to which section."),
    "sub_commodities": ("Kinds of goods", "Code list."),
    "units": (
        "Units",
        "Code list. A quantity times the factor is the quantity in the base unit.",
    ),
    "airports": ("Airports", "Code list. No full list."),
    "ports": ("Seaports", "Code list. No full list."),
    "hs_headings": ("Headings of the Harmonized System", "Code list. No full list."),
}
_FACETS = {
    "seizures": ["section", "direction", "location", "reporting_country"],
    "cases": ["reporting_country", "location", "direction"],
    "seizures_raw": ["reporting_country", "commodity"],
    "validation_queue": ["commodity", "unit"],
    "movements": ["reporting_country", "hs_heading"],
}
_NEWEST = {"seizures": "seizure_date", "cases": "report_date", "seizures_raw": "report_date"}


@dataclass(frozen=True)
class SavedQuery:
    """A question that the practice database answers at once.

    Attributes
    ----------
    name, title, about
        The word in its address, the question in words, and what a reader must know.
    needs
        The tables and views that it reads.
    example
        For each parameter a value with which it has rows on the practice data.
    sql
        One SELECT. Text in the parameters is data, never SQL.
    defaults
        For a parameter what is meant where it is empty.
    """

    name: str
    title: str
    about: str
    needs: tuple[str, ...]
    example: dict[str, str]
    sql: str
    defaults: dict[str, str] = field(default_factory=dict)


@cache
def saved_queries() -> tuple[SavedQuery, ...]:
    """Return the saved queries, in the order of their file.

    Examples
    --------
    >>> from rilo_training.browse.meaning import saved_queries
    >>> saved_queries()[0].title
    'Find a case by its number'
    """
    text = files(__package__).joinpath("queries.toml").read_text(encoding="utf-8")
    return tuple(
        SavedQuery(**{**entry, "needs": tuple(entry["needs"]), "sql": entry["sql"].strip()})
        for entry in tomllib.loads(text)["query"]
    )


def column_words(column: Column) -> str:
    """Return what a column means, with its unit.

    Examples
    --------
    >>> from rilo_training.browse.meaning import column_words
    >>> from rilo_training.seizures.schema import column
    >>> column_words(column("persons"))
    'Number of persons in the case. Unit: persons.'
    """
    return f"{column.meaning} Unit: {column.unit}." if column.unit else column.meaning


def describe(rows: Mapping[str, int], source: str) -> dict[str, Any]:
    """Return the metadata of the practice database, in the form that Datasette reads.

    Parameters
    ----------
    rows
        The tables and views that are there, with their numbers of rows.
    source
        Which world it is, in words.
    """
    lines = {"record": _RECORD} | {column.name: column_words(column) for column in COLUMNS}
    columns = {
        "seizures": lines,
        "seizures_raw": lines,
        "validation_queue": lines,
        "cases": {n: lines[n] for n in ("case_id", *SHARED)} | _OF_A_CASE,
        "movements": {"record": _RECORD}
        | {column.name: column_words(column) for column in MOVEMENT_COLUMNS},
    }
    tables: dict[str, dict[str, Any]] = {}
    for name, (title, description) in _ABOUT.items():
        if name not in rows:
            continue
        tables[name] = {
            "title": f"{title} ({name})",
            "description": description,
            "rows": rows[name],
        }
        if name in columns:
            tables[name] |= {"columns": columns[name], "facets": _FACETS[name]}
        if name in _NEWEST:
            tables[name]["sort_desc"] = _NEWEST[name]
    queries = {
        query.name: {
            "title": query.title,
            "description": query.about,
            "sql": query.sql,
            "hide_sql": True,
            "columns": lines,
            "defaults": query.defaults,
        }
        for query in saved_queries()
        if set(query.needs) <= set(rows)
    }
    about = {"title": "Practice database", "description": f"{source} {BANNER}"}
    return {**about, "databases": {DATABASE: {**about, "tables": tables, "queries": queries}}}
