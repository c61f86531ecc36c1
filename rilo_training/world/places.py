"""Where goods are found and where they are hidden: place, hiding place and conveyance together."""

from __future__ import annotations

from functools import cache

import numpy as np

from rilo_training.world.draws import fit_margins
from rilo_training.world.labels import order
from rilo_training.world.tables import Floats, matrix, parameters, scalar, shares, vector


def _margin(table: str, field: str) -> Floats:
    return shares(matrix(table, "commodity", field, order("commodity"), order(field)))


@cache
def hiding_places() -> Floats:
    """Return the shares of location and concealment together, for each commodity.

    Returns
    -------
    array of float, shape (commodities, locations, concealments)
        Each commodity adds up to 1. The margins are those of ``locations.csv`` and
        ``concealments.csv``; a combination that cannot be is 0.
    """
    possible = matrix(
        "concealment_at_location",
        "location",
        "concealment",
        order("location"),
        order("concealment"),
    )
    locations = _margin("locations", "location")
    concealments = _margin("concealments", "concealment")
    return np.stack(
        [
            fit_margins(possible, location, concealment)
            for location, concealment in zip(locations, concealments, strict=True)
        ]
    )


@cache
def cells() -> Floats:
    """Return the shares of location, concealment and conveyance together, for each commodity.

    Returns
    -------
    array of float, shape (commodities, locations, concealments, conveyances)
        Each commodity adds up to 1. The conveyances follow ``conveyances.csv`` where a table is
        published, else the place and the hiding place alone.
    """
    reach = matrix(
        "conveyance_at_location", "location", "conveyance", order("location"), order("conveyance")
    )
    carry = matrix(
        "conveyance_of_concealment",
        "concealment",
        "conveyance",
        order("concealment"),
        order("conveyance"),
    )
    start = shares(reach[:, None, :] * carry[None, :, :])
    flat = start.reshape(-1, start.shape[-1])
    published = set(parameters("conveyances")["commodity"])
    conveyances = _margin("conveyances", "conveyance")
    tables = []
    for index, commodity in enumerate(order("commodity")):
        rows = hiding_places()[index].ravel()
        if commodity in published:
            table = fit_margins(flat, rows, conveyances[index])
        else:
            table = rows[:, None] * flat
        tables.append(table.reshape(start.shape))
    return np.stack(tables)


@cache
def commodity_shares() -> Floats:
    """Return the share of each commodity among cases, from the shares among lines.

    The region's sections are published as seizure lines. A section's cases are its lines divided
    by the mean number of lines per case of its commodities.
    """
    table = parameters("commodities").set_index("commodity").loc[order("commodity")]
    within = table["value"] / table.groupby("section")["value"].transform("sum")
    lines = within * vector("lines_per_case", "commodity", order("commodity"))
    per_case = lines.groupby(table["section"]).sum()
    sections = parameters("sections").set_index("section")["value"] / per_case
    weight = within * table["section"].map(sections)
    return shares(weight.to_numpy(dtype=np.float64))


@cache
def ecommerce_probability() -> Floats:
    """Return the probability of e-commerce by commodity, location and concealment.

    The world's share of each commodity is lowered by one factor, so that the whole comes to the
    region's own share; within a commodity parcels carry it, baggage and persons do not.

    Returns
    -------
    array of float, shape (commodities, locations, concealments)
    """
    mix = commodity_shares()
    world = vector("ecommerce", "commodity", order("commodity"))
    wanted = world * scalar("ecommerce_region_percent") / (mix @ world) / 100
    parcel_places = np.isin(order("location"), ["Mail Centre", "Express Courier"])[:, None]
    parcels = np.isin(order("concealment"), ["In mail", "In express courier"])[None, :]
    cargo = np.isin(order("concealment"), ["In freight", "Unknown"])[None, :]
    weight = np.where(
        parcels | parcel_places,
        scalar("ecommerce_weight_parcel"),
        np.where(cargo, scalar("ecommerce_weight_cargo"), 0.0),
    )
    highest = scalar("ecommerce_highest_share")
    result = np.zeros_like(hiding_places())
    for index, goal in enumerate(wanted):
        table = hiding_places()[index]
        low, high = 0.0, 1e4
        for _ in range(80):  # bisection: the share grows with the scale
            scale = (low + high) / 2
            share = (table * np.minimum(highest, scale * weight)).sum()
            low, high = (scale, high) if share < goal else (low, scale)
        result[index] = np.minimum(highest, high * weight)
    return result
