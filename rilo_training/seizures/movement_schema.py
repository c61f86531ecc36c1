"""The columns of the movements table: the source of its data dictionary."""

from __future__ import annotations

from rilo_training.seizures.schema import Column

MOVEMENT_COLUMNS: tuple[Column, ...] = (
    Column("movement_id", "text", "Number of the leg in the project; it says nothing about order."),
    Column(
        "container_number",
        "text",
        "Number of the container; invented, so its check digit is wrong.",
    ),
    Column(
        "leg_no",
        "whole number",
        "Number of the leg on the way of the container, from 1. A number is left out where no "
        "Member shared the leg.",
    ),
    Column("departure_port", "text", "Seaport that the container left.", "", "gateway"),
    Column("arrival_port", "text", "Seaport that the container reached.", "", "gateway"),
    Column("departure_date", "date", "Day on which the container left."),
    Column("arrival_date", "date", "Day on which the container arrived."),
    Column("reporting_country", "text", "Member that shared the leg.", "", "member"),
    Column(
        "hs_heading",
        "text",
        "Heading of the Harmonized System as declared for this leg, four digits (HS 2022).",
    ),
    Column("description", "text", "Goods in the words of the declaration of this leg."),
    Column("gross_weight_kg", "number", "Gross weight as declared for this leg.", "kg"),
    Column("packages", "whole number", "Number of packages as declared.", "packages"),
)
"""The columns of the movements table, in order."""
