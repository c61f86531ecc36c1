"""Seizures as a star of small tables.

One table of facts has one row per seizure line. Each other table says more about one key, and has
that key once: so a join never doubles a weight.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rilo_training import codes
from rilo_training.charts.columns import ChartError, required
from rilo_training.charts.words import counted, listed

NOT_RECORDED = "not recorded"
"""The key of what is missing: each table has a row for it, so that a join loses no row."""

COUNTRIES = ("reporting_country", "departure_country", "transit_country", "destination_country")

OF_A_CASE = (
    "report_date",
    "location",
    "direction",
    "detection",
    "conveyance",
    "concealment",
    "is_ecommerce",
    "seizure_port",
    "departure_port",
    "transit_port",
    "destination_port",
    "persons",
    "case_value_usd",
)

OF_GOODS = ("section", "commodity", "sub_commodity")

MEASURES = ("quantity", "unit", "quantity_kg", "quantity_g", "value_usd")


def star_tables(seizures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the seizures as one table of facts and four tables that explain its keys.

    A flat extract repeats the case on each of its lines; whoever adds up ``persons`` or
    ``case_value_usd`` there counts them several times. In a star each number has one place.

    Parameters
    ----------
    seizures : pandas.DataFrame
        One row per seizure line, with ``case_id`` and ``seizure_date`` at least. Columns that the
        star does not know, such as the narrative, are left out.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``seizures`` (one row per line, with keys, quantity and value), ``cases``, ``dates`` (one
        row per day, without gaps), ``countries``, ``commodities`` and ``about`` (what each table
        holds, and what was decided). Keys are unique; only a date can be missing in the facts.

    Raises
    ------
    ChartError
        When a column is missing, the table is empty, or a date is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.charts import star_tables
    >>> lines = pd.DataFrame(
    ...     {
    ...         "case_id": ["A", "A", "B"],
    ...         "seizure_date": pd.to_datetime(["2026-01-30", "2026-01-30", "2026-02-01"]),
    ...         "reporting_country": ["FJ", "FJ", "NA"],
    ...         "persons": [2, 2, 0],
    ...         "quantity_kg": [1.5, 2.0, 4.0],
    ...     }
    ... )
    >>> star = star_tables(lines)
    >>> {name: len(table) for name, table in star.items() if name != "about"}
    {'seizures': 3, 'cases': 2, 'dates': 3, 'countries': 2}
    >>> int(star["cases"]["persons"].sum())
    2
    """
    required(seizures, "case_id", "seizure_date")
    known = [*COUNTRIES, *OF_A_CASE, *OF_GOODS, *MEASURES, "line_no"]
    names = ["case_id", "seizure_date", *(name for name in known if name in seizures.columns)]
    lines = required(seizures, *names)
    lines["case_id"] = _keys(lines["case_id"])
    for name in ("seizure_date", "report_date"):
        if name in lines:
            lines[name] = _days(lines[name], name)
    facts = pd.DataFrame({"line_key": range(1, len(lines) + 1), "case_id": lines["case_id"]})
    if "line_no" in lines:
        facts["line_no"] = lines["line_no"].to_numpy()
    facts["seizure_date"] = lines["seizure_date"].to_numpy()
    star: dict[str, pd.DataFrame] = {"seizures": facts}
    notes = {"seizures": "One row per seizure line. line_key is its running number."}
    star["cases"], notes["cases"] = _cases(lines)
    star["dates"], notes["dates"] = _dates(lines["seizure_date"]), "One row per day, without gaps."
    countries = [name for name in COUNTRIES if name in lines]
    for name in countries:
        facts[name] = _keys(lines[name])
    if countries:
        star["countries"] = _countries(facts, countries)
        notes["countries"] = f"Key of {listed(countries)}: one role at a time is joined."
    goods = [name for name in OF_GOODS if name in lines]
    if goods:
        facts["commodity_key"], star["commodities"] = _goods(lines, goods)
        notes["commodities"] = f"One row per combination of {listed(goods)}."
    for name in MEASURES:
        if name in lines:
            facts[name] = lines[name].to_numpy()
    if "line_no" in lines and (twice := int(lines.duplicated(["case_id", "line_no"]).sum())):
        again = counted(twice, "line stands", "lines stand")
        notes["seizures"] += f" {again} a second time: look for duplicates first."
    if undated := int(facts["seizure_date"].isna().sum()):
        has = "line has" if undated == 1 else "lines have"
        notes["seizures"] += f" {undated:,} {has} no date: a join with dates leaves them out."
    if "quantity" in facts and "unit" in facts:
        notes["seizures"] += " Add up quantities of one unit only."
    star["about"] = pd.DataFrame(
        {
            "table": list(notes),
            "rows": [len(star[name]) for name in notes],
            "key": [str(star[name].columns[0]) for name in notes],
            "what": list(notes.values()),
        }
    )
    return star


def _keys(column: pd.Series[Any]) -> pd.Series[str]:
    """Return a column as keys: texts without outer blanks, and never missing."""
    texts = column.astype(object).map(lambda value: "" if pd.isna(value) else str(value).strip())
    return texts.where(texts != "", NOT_RECORDED)


def _days(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    found = pd.to_datetime(column, errors="coerce")
    wrong = column[found.isna() & column.notna()]
    if len(wrong):
        raise ChartError(
            f"The column {name!r} holds {str(wrong.iloc[0])[:30]!r}. Expected are dates, such as "
            "2026-01-31. Repair it first."
        )
    return found.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")


def _cases(lines: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return one row per case; where its lines differ, the first is kept, and that is said."""
    kept = [name for name in OF_A_CASE if name in lines]
    grouped = lines.groupby("case_id", sort=False)
    cases = grouped.size().rename("lines").reset_index()
    note = "One row per case. Add up persons and case_value_usd here, never in the lines."
    for name in kept:
        first = lines.drop_duplicates("case_id").set_index("case_id")[name]
        cases[name] = first.reindex(cases["case_id"]).to_numpy()
        if is_text(cases[name]):
            cases[name] = _keys(cases[name])
    differ = {name: int((grouped[name].nunique(dropna=False) > 1).sum()) for name in kept}
    told = [f"{name} ({counted(number, 'case')})" for name, number in differ.items() if number]
    if told:
        note += f" Lines of one case differ in {listed(told, 20)}: the first line is kept."
    return cases, note


def _dates(days: pd.Series[Any]) -> pd.DataFrame:
    """Return every day from the first year to the last day, with its parts."""
    known = days.dropna()
    if known.empty:
        raise ChartError("The column 'seizure_date' holds no date. Choose another extract.")
    every = pd.date_range(known.min(), known.max(), freq="D")
    return pd.DataFrame(
        {
            "date": every.astype("datetime64[us]"),
            "year": every.year,
            "quarter": every.year.astype("str") + "-Q" + every.quarter.astype("str"),
            "month": every.strftime("%Y-%m"),
            "iso_week": every.strftime("%G-W%V"),
            "iso_weekday": every.strftime("%u").astype("int64"),
        }
    )


def _countries(facts: pd.DataFrame, roles: list[str]) -> pd.DataFrame:
    """Return every country that a line names, with its name and regions where they are known."""
    used = sorted({key for role in roles for key in facts[role]})
    listed_codes = codes.countries().set_index("alpha2")
    columns = ["alpha3", "name", "wco_region", "rilo_region"]
    found = listed_codes[columns].reindex(used)
    found["name"] = found["name"].fillna(pd.Series(used, index=used))
    return found.fillna(NOT_RECORDED).rename_axis("country").reset_index()


def _goods(lines: pd.DataFrame, goods: list[str]) -> tuple[Any, pd.DataFrame]:
    parts = pd.DataFrame({name: _keys(lines[name]) for name in goods})
    kinds = parts.drop_duplicates().sort_values(goods).reset_index(drop=True)
    kinds.insert(0, "commodity_key", range(1, len(kinds) + 1))
    keys = parts.merge(kinds, on=goods, how="left", validate="many_to_one")["commodity_key"]
    return keys.to_numpy(), kinds


def is_text(column: pd.Series[Any]) -> bool:
    """Whether a column is written as text."""
    return not (
        pd.api.types.is_numeric_dtype(column)
        or pd.api.types.is_bool_dtype(column)
        or pd.api.types.is_datetime64_any_dtype(column)
    )
