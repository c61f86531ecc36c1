"""Draw the cases of a block: what, where, by whom, when and on which route.

Labels are kept as indices of their code list until the extract is written; `COLUMNS` says which.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training.world.calendar import report_days, upload_days
from rilo_training.world.draws import Indices, choose
from rilo_training.world.gateways import NO_GATEWAY, draw_gateways
from rilo_training.world.labels import order
from rilo_training.world.places import cells, commodity_shares, ecommerce_probability
from rilo_training.world.routes import draw_routes
from rilo_training.world.setting import Setting
from rilo_training.world.streams import Source
from rilo_training.world.tables import matrix, vector

ANY = -1
"""Of ``sub_commodity``: the kind of goods is not fixed yet."""

COLUMNS = {
    "commodity": "index of the label",
    "location": "index of the label",
    "concealment": "index of the label",
    "conveyance": "index of the label",
    "direction": "index of the label",
    "detection": "index of the label",
    "is_ecommerce": "bool",
    "reporter": "index of the Member",
    "seizure_day": "days after the first day of the extract",
    "report_day": "days after the first day of the extract",
    "is_late_report": "bool; reported months later",
    "is_batch_upload": "bool; reported on a later day because the Member uploads in batches",
    "departure": "index of the country, -1 unknown",
    "transit": "index of the country, -2 none",
    "destination": "index of the country, -1 unknown",
    "departure_port": "index of the gateway, -1 not recorded",
    "transit_port": "index of the gateway, -1 not recorded",
    "destination_port": "index of the gateway, -1 not recorded",
    "seizure_port": "index of the gateway, -1 not recorded",
    "persons": "number of persons",
    "sub_commodity": "index of the kind of goods, -1 drawn later",
    "size": "multiplies the quantities of the case",
    "story": "number of the story that the case belongs to, -1 none",
}
"""The columns of a table of cases, with what their values mean."""


def draw_cases(setting: Setting, source: Source, number: int) -> pd.DataFrame:
    """Return cases, one row each.

    Parameters
    ----------
    setting : Setting
        What is drawn once for the world.
    source : Source
        Where to draw from.
    number : int
        How many cases.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`, one row per case, in the order of drawing.
    """
    every = np.zeros(number, dtype=np.int64)
    commodity = choose(source.stream("commodities"), commodity_shares()[None, :], every)
    table = cells()
    place = choose(source.stream("places"), table.reshape(len(table), -1), commodity)
    location, concealment, conveyance = np.unravel_index(place, table.shape[1:])
    pair = commodity * len(order("location")) + location
    reporter = choose(source.stream("reporters"), setting.reporters, pair)
    return complete_cases(setting, source, commodity, location, concealment, conveyance, reporter)


def complete_cases(
    setting: Setting,
    source: Source,
    commodity: np.ndarray,
    location: np.ndarray,
    concealment: np.ndarray,
    conveyance: np.ndarray,
    reporter: np.ndarray,
    seizure_day: np.ndarray | None = None,
    direction: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return cases whose goods, place and reporter are given; everything else is drawn.

    Parameters
    ----------
    setting : Setting
        What is drawn once for the world.
    source : Source
        Where to draw from.
    commodity, location, concealment, conveyance, reporter : array of int
        Indices of the labels, one per case.
    seizure_day : array of int, optional
        Days of seizure; drawn when absent.
    direction : array of int, optional
        Indices of the directions; drawn when absent.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`.
    """
    number = len(commodity)
    share = ecommerce_probability()[commodity, location, concealment]
    is_ecommerce = source.stream("ecommerce").random(number) < share
    if seizure_day is None:
        seizure_day = choose(source.stream("dates"), setting.days, reporter)
    report_day, is_late = report_days(source, setting.habits, reporter, seizure_day)
    uploaded = report_day
    if not setting.recipe.plain:
        uploaded = upload_days(setting.habits.upload[reporter], report_day)

    rng = source.stream("controls")
    names = order("commodity")
    ways = matrix("directions", "commodity", "direction", names, order("direction"))
    drawn_direction = choose(rng, ways, commodity)
    direction = drawn_direction if direction is None else direction
    methods = matrix("detections", "commodity", "detection", names, order("detection"))
    detection = choose(rng, methods, commodity)
    routes = draw_routes(
        source.stream("routes"), setting.countries, commodity, reporter, location, direction
    )
    cases = pd.DataFrame(
        {
            "commodity": commodity,
            "location": location,
            "concealment": concealment,
            "conveyance": conveyance,
            "direction": direction,
            "detection": detection,
            "is_ecommerce": is_ecommerce,
            "reporter": reporter,
            "seizure_day": seizure_day,
            "report_day": uploaded,
            "is_late_report": is_late,
            "is_batch_upload": uploaded != report_day,
            "departure": routes.departure,
            "transit": routes.transit,
            "destination": routes.destination,
            "departure_port": NO_GATEWAY,
            "transit_port": NO_GATEWAY,
            "destination_port": NO_GATEWAY,
            "seizure_port": NO_GATEWAY,
            "persons": draw_persons(source.stream("persons"), concealment),
            "sub_commodity": ANY,
            "size": 1.0,
            "story": -1,
        }
    )
    return name_gateways(setting, source, cases)


def draw_persons(rng: np.random.Generator, concealment: Indices) -> Indices:
    """Return the number of persons of each case, by where the goods were hidden.

    Where a person is always there, the mean of ``persons.csv`` is at least 1, and so is the number.
    """
    mean = vector("persons", "concealment", order("concealment"))[concealment]
    return np.asarray((mean >= 1) + rng.poisson(mean % 1), dtype=np.int64)


def name_gateways(setting: Setting, source: Source, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with their airports and ports, drawn for the countries of their routes.

    A seizure at an airport or a seaport of the reporting Member names that gateway; it is also
    the one of the route where the route touches the Member in the same way.
    """
    rng = source.stream("gateways")
    conveyance = cases["conveyance"].to_numpy(dtype=np.int64)
    location = cases["location"].to_numpy(dtype=np.int64)
    by_air = conveyance == order("conveyance").index("Air")
    by_sea = conveyance == order("conveyance").index("Vessel")
    at_airport = location == order("location").index("Airport")
    at_seaport = location == order("location").index("Seaport")
    reporter = cases["reporter"].to_numpy(dtype=np.int64)
    here = draw_gateways(rng, setting.gateways, reporter, at_airport, at_seaport)
    named = {"seizure_port": here}
    for end in ("departure", "transit", "destination"):
        country = cases[end].to_numpy(dtype=np.int64)
        drawn = draw_gateways(rng, setting.gateways, country, by_air, by_sea)
        same = (country == reporter) & ((by_air & at_airport) | (by_sea & at_seaport))
        named[f"{end}_port"] = np.where(same, here, drawn)
    return cases.assign(**named)
