"""Story lines: whether the method of the course finds them, and whether the naive one does."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pandas as pd

from rilo_training.fidelity.measure import Measure
from rilo_training.world.stories.choice import ELSEWHERE

FINDERS = "rilo_training.fidelity.finders"

NOT_FACTS = ("kind", "title", "table", "parameters", "strength", "find", "method", "naive")
"""What stands in a record beside its facts."""


def finder(kind: str) -> Any:
    """Return the module that finds a kind of story line, or None when there is none."""
    if not re.fullmatch(r"[a-z_]+", kind):
        return None
    name = f"{FINDERS}.{kind}"
    try:
        return import_module(name)
    except ModuleNotFoundError as reason:
        if reason.name != name:  # the finder is there and lacks something itself
            raise
        return None


def found_by(
    find: Any, matches: Any, tables: dict[str, pd.DataFrame], facts: dict[str, Any]
) -> tuple[int, int]:
    """Return the place of the first finding that fits the facts (0: none), and how many fit not.

    Examples
    --------
    >>> from rilo_training.fidelity.stories import found_by
    >>> find = lambda tables: [{"hub": "SG"}, {"hub": "AE"}]
    >>> found_by(find, lambda finding, facts: finding == facts, {}, {"hub": "AE"})
    (2, 1)
    """
    fits = [bool(matches(finding, facts)) for finding in find(tables)]
    place = fits.index(True) + 1 if any(fits) else 0
    return place, fits.count(False)


def story_table(records: list[dict[str, Any]], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return each story line of a world with what both methods find.

    Parameters
    ----------
    records : list of dict
        ``World.stories``: each with ``kind``, ``title``, ``facts``, ``find``, ``method``,
        ``naive``.
    tables : dict of str to pandas.DataFrame
        ``World.tables``; no finder sees the truth.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``title``, ``facts`` (text), ``find``, ``method``, ``naive`` (texts),
        ``status``, ``course_place``, ``course_others``, ``naive_place``, ``naive_others``.
        A place counts from 1; 0 says not found. ``status`` is empty, or says why nothing was
        tried.
    """
    found = []
    for record in records:
        module = finder(record["kind"])
        facts = record.get("facts") or {
            name: value for name, value in record.items() if name not in NOT_FACTS
        }
        result = {"status": "", "course_place": 0, "course_others": 0}
        result |= {"naive_place": 0, "naive_others": 0}
        if module is None:
            result["status"] = "no finder yet"
        elif (table := ELSEWHERE.get(record["kind"], "seizures")) not in tables:
            result["status"] = f"the table {table} was not made"
        else:
            for method in ("course", "naive"):
                place, others = found_by(getattr(module, method), module.matches, tables, facts)
                result[f"{method}_place"], result[f"{method}_others"] = place, others
        texts = {name: record[name] for name in ("kind", "title", "find", "method", "naive")}
        found.append({**texts, "facts": in_words(facts), **result})
    columns = ["kind", "title", "find", "method", "naive", "facts", "status"]
    columns += ["course_place", "course_others", "naive_place", "naive_others"]
    return pd.DataFrame(found, columns=columns)


def in_words(facts: dict[str, Any], longest: int = 160) -> str:
    """Return facts as one line of text.

    Examples
    --------
    >>> from rilo_training.fidelity.stories import in_words
    >>> in_words({"old_country": "TH", "cases": [1, 2]})
    'old country TH; cases 1, 2'
    """
    parts = []
    for name, value in facts.items():
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts.append(f"{name.replace('_', ' ')} {text}")
    whole = "; ".join(parts)
    return whole if len(whole) <= longest else whole[: longest - 3] + "..."


def measure_stories(table: pd.DataFrame) -> list[Measure]:
    """Return one measure for each story line: the method of the course finds it."""
    part = "Story lines"
    found = []
    for row in table.to_dict("records"):
        if row["status"]:
            found.append(Measure(part, row["title"], "found by the method", row["status"], None))
            continue
        place, others = row["course_place"], row["course_others"]
        text = f"found, place {place}, {others} other findings" if place else "not found"
        found.append(
            Measure(part, row["title"], "found by the method", text, bool(row["course_place"]))
        )
    return found
