"""The columns of the consignments and inspections tables: one source of the data dictionary."""

from __future__ import annotations

from rilo_training.seizures.schema import Column


def _party(name: str, what: str, has_address: bool) -> tuple[Column, ...]:
    """Return the columns of one party."""
    before = "in the 24 months before the first day of the extract, under this spelling"
    columns = [Column(name, "text", f"Name of the {what}, as declared.")]
    if has_address:
        may_miss = name == "importer"
        columns.append(
            Column(
                f"{name}_address",
                "text",
                f"Address of the {what}, as declared.",
                missing_allowed=may_miss,
            )
        )
    columns += [
        Column(
            f"{name}_since", "date", f"Day on which this spelling of the {what} was first seen."
        ),
        Column(
            f"{name}_past_consignments", "whole number", f"Consignments {before}.", "consignments"
        ),
        Column(
            f"{name}_past_inspections",
            "whole number",
            f"Inspected consignments {before}.",
            "consignments",
        ),
        Column(
            f"{name}_past_finds",
            "whole number",
            f"Inspected consignments that were illicit, {before}.",
            "consignments",
        ),
    ]
    return tuple(columns)


CONSIGNMENT_COLUMNS: tuple[Column, ...] = (
    Column("consignment_id", "text", "Number of the consignment, in the order of arrival."),
    Column("arrival_date", "date", "Day of arrival."),
    Column("arrival_hour", "whole number", "Hour of arrival, 0 to 23.", "hours", "", False, True),
    Column(
        "lodged_hours_before",
        "whole number",
        "How long before the arrival the declaration was lodged.",
        "hours",
    ),
    Column("office", "text", "Customs office of arrival; invented."),
    Column("mode", "text", "Mode of transport: Sea, Air or Express."),
    Column(
        "container_number",
        "text",
        "Number of the container, for consignments by sea; invented, so its check digit is wrong.",
        "",
        "",
        False,
        True,
    ),
    Column("origin_country", "text", "Country in which the goods were made.", "", "country"),
    Column(
        "departure_country",
        "text",
        "Country from which the goods were sent.",
        "",
        "country",
        False,
        True,
    ),
    Column("hs_heading", "text", "Heading of the Harmonized System, four digits (HS 2022)."),
    Column("description", "text", "Goods in the words of the declaration.", "", "", False, True),
    Column("packages", "whole number", "Number of packages.", "packages", "", False, True),
    Column("package_kind", "text", "Kind of packages."),
    Column("gross_weight_kg", "number", "Gross weight.", "kg", "", False, True),
    Column("value_usd", "number", "Declared value.", "USD", "", False, True),
    Column("delivery_terms", "text", "Delivery terms (Incoterms)."),
    Column("payment", "text", "Agreed way of payment.", "", "", False, True),
    Column("documents", "text", "State of the papers: complete, copies only, amended or late."),
    Column("channel", "text", "How the declaration was lodged: portal, broker system or paper."),
    *_party("importer", "importer", True),
    *_party("exporter", "exporter", True),
    *_party("agent", "customs agent", False),
    Column(
        "relation_past_consignments",
        "whole number",
        "Consignments from this exporter to this spelling of the importer in the 24 months before "
        "the first day of the extract.",
        "consignments",
    ),
)
"""The columns of the consignments table, in order."""

INSPECTION_COLUMNS: tuple[Column, ...] = (
    Column("consignment_id", "text", "Number of the inspected consignment."),
    Column("inspected_on", "date", "Day of the inspection; the day of arrival or later."),
    Column(
        "selected_by",
        "text",
        "Why it was inspected: random, officer (chosen by experience) or tip (information that is "
        "not in the table).",
    ),
    Column("is_illicit", "yes/no", "Whether the inspection found something illicit."),
)
"""The columns of the inspections table, in order."""
