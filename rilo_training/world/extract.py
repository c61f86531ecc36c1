"""Write rows of indices as the tables of an extract and of its truth."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rilo_training import codes
from rilo_training.seizures.schema import COLUMNS
from rilo_training.world.defects import SPELLED, personal_detail, spellings
from rilo_training.world.draws import Indices
from rilo_training.world.kinds import kinds
from rilo_training.world.labels import order
from rilo_training.world.lines import unit_factors
from rilo_training.world.narratives import FIELDS, goods_in_text
from rilo_training.world.recipe import FIRST_DAY
from rilo_training.world.stories import KINDS
from rilo_training.world.tables import parameters

TRUTH_COLUMNS = (
    "row",
    "case_id",
    "line_no",
    "true_case_id",
    "true_seizure_date",
    "true_location",
    "true_commodity",
    "true_sub_commodity",
    "true_quantity",
    "base_unit",
    "true_case_value_usd",
    "is_exact_duplicate",
    "is_near_duplicate",
    "duplicate_of",
    "has_label_variant",
    "has_unit_slip",
    "has_swapped_date",
    "has_wrong_total",
    "personal_detail",
    "is_late_report",
    "is_batch_upload",
    "story",
)
"""The columns of the truth of seizures: one row per row of the extract, in the same order."""


def as_text(labels: list[str], index: Indices) -> pa.Array:
    """Return the labels of indices as text; a negative index is missing."""
    values = pa.array(labels, type=pa.string())
    if (index < 0).any():
        return values.take(pa.array(index, mask=index < 0))
    return values.take(pa.array(index))


def _as_date(day: Indices) -> pa.Array:
    return pa.array((FIRST_DAY + day).astype("datetime64[us]"))


def _case_ids(report_day: Indices, number: Indices) -> pa.Array:
    year = (FIRST_DAY + report_day).astype("datetime64[Y]").astype(np.int64) + 1970
    text = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), 6, "0")
    return pc.binary_join_element_wise("AP", pc.cast(pa.array(year), pa.string()), text, "-")


@cache
def _gateways() -> list[str]:
    return [*codes.airports()["iata"], *codes.ports()["locode"]]


def seizures_table(rows: pd.DataFrame, cases: pd.DataFrame, lines: pd.DataFrame) -> pa.Table:
    """Return the rows of one form of the extract with the columns of the schema.

    Parameters
    ----------
    rows : pandas.DataFrame
        What `rilo_training.world.defects.plant_defects` returned, in order.
    cases, lines : pandas.DataFrame
        The true cases and lines that the rows name.
    """
    case = rows["case"].to_numpy(dtype=np.int64)
    line = rows["line"].to_numpy(dtype=np.int64)

    def of_case(name: str) -> Indices:
        return np.asarray(cases[name].to_numpy(dtype=np.int64)[case])

    countries = [*order("country"), "Unknown"]
    unknown = len(countries) - 1
    base = lines["base_quantity"].to_numpy(dtype=np.int64)[line]
    unit = rows["unit"].to_numpy(dtype=np.int64)
    # The number stays as the Member wrote it; a slipped unit changes the unit alone.
    written = lines["unit"].to_numpy(dtype=np.int64)[line]
    total = of_case("value_cents") * rows["total_factor"].to_numpy()
    section = kinds()["section"].map(order("section").index).to_numpy(dtype=np.int64)
    kind = lines["kind"].to_numpy(dtype=np.int64)[line]
    columns = {
        "case_id": _case_ids(rows["report_day"].to_numpy(), rows["number"].to_numpy()),
        "line_no": pa.array(lines["line_no"].to_numpy(dtype=np.int64)[line]),
        "seizure_date": _as_date(rows["seizure_day"].to_numpy()),
        "report_date": _as_date(rows["report_day"].to_numpy()),
        "reporting_country": as_text(order("member"), of_case("reporter")),
        "is_ecommerce": pa.array(cases["is_ecommerce"].to_numpy(dtype=bool)[case]),
        "section": as_text(order("section"), section[kind]),
        "quantity": pa.array(base / unit_factors()[written]),
        "unit": as_text(order("unit"), unit),
        "narrative": _narratives(rows, cases, line, kind),
        "persons": pa.array(of_case("persons")),
        "value_usd": pa.array(lines["value_cents"].to_numpy()[line] / 100),
        "case_value_usd": pa.array(np.rint(total) / 100),
    }
    for field in ("direction", "detection", "conveyance", "concealment"):
        columns[field] = as_text(order(field), of_case(field))
    for field in SPELLED:
        columns[field] = as_text(spellings(field), rows[field].to_numpy(dtype=np.int64))
    for end in ("departure", "destination"):
        country = of_case(end)
        columns[f"{end}_country"] = as_text(countries, np.where(country < 0, unknown, country))
    columns["transit_country"] = as_text(countries, of_case("transit"))
    for end in ("departure", "transit", "destination", "seizure"):
        columns[f"{end}_port"] = as_text(_gateways(), of_case(f"{end}_port"))
    return pa.table({column.name: columns[column.name] for column in COLUMNS})


def _narratives(rows: pd.DataFrame, cases: pd.DataFrame, line: Indices, kind: Indices) -> pa.Array:
    """Return one sentence per row, with an invented personal detail on a few."""
    phrases = [str(phrase) for phrase in parameters("phrases")["phrase"]]
    case = rows["case"].to_numpy(dtype=np.int64)
    start, carrier, place, hidden = (
        as_text(phrases, cases[f"{field}_phrase"].to_numpy(dtype=np.int64)[case])
        for field in FIELDS
    )
    place = pc.binary_join_element_wise(place, "", ":")
    hidden = pc.binary_join_element_wise(hidden, "", ".")
    goods = as_text(goods_in_text(), kind)
    text = pc.binary_join_element_wise(start, carrier, place, goods, hidden, " ")
    return pc.binary_join_element_wise(text, _details(rows), "")


def _details(rows: pd.DataFrame) -> pa.Array:
    """Return the personal detail of each row, empty for most."""
    numbers = rows["detail"].to_numpy(dtype=np.int64)
    known, place = np.unique(numbers, return_inverse=True)
    texts = ["" if number < 0 else personal_detail(int(number)) for number in known]
    return as_text(texts, place.astype(np.int64))


def truth_table(rows: pd.DataFrame, cases: pd.DataFrame, lines: pd.DataFrame) -> pa.Table:
    """Return the truth about rows of the extract, with the columns `TRUTH_COLUMNS`.

    ``true_quantity`` is a whole number of ``base_unit``. ``duplicate_of`` is the row that a
    duplicate repeats, missing for the others. ``story`` is the kind of story line, or "".
    """
    case = rows["case"].to_numpy(dtype=np.int64)
    line = rows["line"].to_numpy(dtype=np.int64)
    first_day = cases["report_day"].to_numpy(dtype=np.int64)[case]
    base_unit = codes.units().set_index("unit")["base_unit"].loc[order("unit")]
    story = cases["story"].to_numpy(dtype=np.int64)[case]
    repeats = rows["duplicate_of"].to_numpy(dtype=np.int64)

    def flag(name: str) -> pa.Array:
        return pa.array(rows[name].to_numpy(dtype=bool))

    columns = {
        "row": pa.array(rows["row"].to_numpy(dtype=np.int64)),
        "case_id": _case_ids(rows["report_day"].to_numpy(), rows["number"].to_numpy()),
        "line_no": pa.array(lines["line_no"].to_numpy(dtype=np.int64)[line]),
        "true_case_id": _case_ids(first_day, cases["number"].to_numpy(dtype=np.int64)[case]),
        "true_seizure_date": _as_date(cases["seizure_day"].to_numpy(dtype=np.int64)[case]),
        "true_location": as_text(order("location"), cases["location"].to_numpy()[case]),
        "true_commodity": as_text(order("commodity"), lines["commodity"].to_numpy()[line]),
        "true_sub_commodity": as_text(order("sub_commodity"), lines["kind"].to_numpy()[line]),
        "true_quantity": pa.array(lines["base_quantity"].to_numpy(dtype=np.int64)[line]),
        "base_unit": as_text(list(base_unit), lines["unit"].to_numpy()[line]),
        "true_case_value_usd": pa.array(cases["value_cents"].to_numpy()[case] / 100),
        "is_exact_duplicate": flag("is_copy"),
        "is_near_duplicate": flag("is_near_duplicate"),
        "duplicate_of": pa.array(repeats, mask=repeats < 0),
        "has_label_variant": flag("has_label_variant"),
        "has_unit_slip": flag("has_unit_slip"),
        "has_swapped_date": flag("has_swapped_date"),
        "has_wrong_total": flag("has_wrong_total"),
        "personal_detail": pc.utf8_ltrim_whitespace(_details(rows)),
        "is_late_report": pa.array(cases["is_late_report"].to_numpy(dtype=bool)[case]),
        "is_batch_upload": pa.array(cases["is_batch_upload"].to_numpy(dtype=bool)[case]),
        "story": as_text([*KINDS, ""], np.where(story < 0, len(KINDS), story)),
    }
    return pa.table({name: columns[name] for name in TRUTH_COLUMNS})
