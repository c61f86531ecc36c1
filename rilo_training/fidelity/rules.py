"""Simple rules that find planted defects: what an analyst can do with the extract alone.

Each rule takes an extract and returns which rows it suspects, as booleans in the same order.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rilo_training import codes
from rilo_training.seizures.schema import column

STRANGE = 3.5
"""Robust z above which a value is called strange (Iglewicz and Hoaglin, 1993)."""
LEAST_PEERS = 20


def exact_duplicates(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows that repeat an earlier row in every column."""
    return seizures.duplicated()


def near_duplicates(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows of cases that were keyed before under another number.

    The same Member, number of the line, quantity, value, route, persons and way of hiding under
    two numbers is one case. The number that was reported later is the second.
    """
    keys = ["reporting_country", "line_no", "quantity", "value_usd"]
    keys += ["departure_country", "destination_country", "persons", "concealment", "conveyance"]
    own = seizures.drop_duplicates().sort_values(["report_date", "case_id"], kind="stable")
    numbers = own.drop_duplicates([*keys, "case_id"])
    second = numbers.loc[numbers.duplicated(keys), [*keys, "case_id"]]
    return pd.Series(
        pd.MultiIndex.from_frame(seizures[[*keys, "case_id"]]).isin(
            pd.MultiIndex.from_frame(second)
        ),
        index=seizures.index,
    )


def unknown_labels(seizures: pd.DataFrame, field: str) -> pd.Series:
    """Return the rows whose label does not stand in the code list of the field.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.fidelity.rules import unknown_labels
    >>> unknown_labels(pd.DataFrame({"location": ["Airport", "airport "]}), "location").tolist()
    [False, True]
    """
    return ~seizures[field].isin(column(field).labels() or [])


def _plain(labels: pd.Series) -> pd.Series:
    return labels.str.strip().str.lower()


def _strangeness(values: pd.Series, keys: list[pd.Series]) -> pd.Series:
    """Return the robust z of values among their peers; 0 where there are few peers."""
    centred = values - values.groupby(keys).transform("median")
    spread = 1.4826 * centred.abs().groupby(keys).transform("median")
    peers = values.groupby(keys).transform("size")
    return (centred / spread.clip(lower=0.1)).where(peers >= LEAST_PEERS, 0.0)


def _grams(seizures: pd.DataFrame) -> pd.Series:
    units = codes.units().set_index("unit")
    weighed = seizures["unit"].isin(["g", "kg"])
    factor = seizures["unit"].map(units["factor"]).astype("float64")
    return (seizures["quantity"] * factor).where(weighed)


def strange_weights(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows whose weight is far from that of the same goods and hiding place."""
    logs = pd.Series(np.log(_grams(seizures).clip(lower=1e-6)), index=seizures.index)
    keys = [_plain(seizures["sub_commodity"]), seizures["concealment"]]
    return _strangeness(logs, keys).abs() > STRANGE


def strange_prices(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows whose value for one gram is far from that of the same goods."""
    price = seizures["value_usd"] / _grams(seizures)
    logs = pd.Series(np.log(price.clip(lower=1e-9)), index=seizures.index)
    return _strangeness(logs, [_plain(seizures["sub_commodity"])]).abs() > STRANGE


def seized_after_report(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows that were seized after they were reported."""
    return seizures["seizure_date"] > seizures["report_date"]


def unequal_totals(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows of cases whose value is not the sum of their lines.

    Repeated rows are left out of the sum first.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.fidelity.rules import unequal_totals
    >>> table = pd.DataFrame({"case_id": ["A", "A", "B"], "line_no": [1, 2, 1]})
    >>> table = table.assign(value_usd=[10.0, 5.0, 7.0], case_value_usd=[15.0, 15.0, 70.0])
    >>> unequal_totals(table).tolist()
    [False, False, True]
    """
    lines = seizures.drop_duplicates(["case_id", "line_no"])
    total = lines.groupby("case_id")["value_usd"].sum()
    wanted = seizures["case_id"].map(total)
    return (seizures["case_value_usd"] - wanted).abs() > 0.005


def personal_details(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows whose narrative holds what looks like a number of a document."""
    return seizures["narrative"].str.contains(r"\b[A-Z]{1,2}\d{6,9}\b", regex=True)


def delays(seizures: pd.DataFrame) -> pd.Series:
    """Return the days from seizure to report."""
    return (seizures["report_date"] - seizures["seizure_date"]).dt.days


def late_reports(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows that came much later than the Member's reports do.

    Much later is more than 60 days after the Member's upper quartile.
    """
    lag_days = delays(seizures)
    of_member = lag_days.groupby(seizures["reporting_country"]).quantile(0.75)
    return lag_days > seizures["reporting_country"].map(of_member) + 60


def batch_uploads(seizures: pd.DataFrame) -> pd.Series:
    """Return the rows of Members that upload on few days only.

    A Member is one of them when nine tenths of its report dates fall on one weekday, or on one
    day of the month. The other Members: days on which a fifth of all their cases came.
    """
    cases = seizures.drop_duplicates("case_id")
    date = cases["report_date"]
    flagged = pd.Series(False, index=cases.index)
    for part in (date.dt.day_of_week, date.dt.day):
        top = part.groupby(cases["reporting_country"]).agg(
            lambda days: days.value_counts(normalize=True).iloc[0]
        )
        flagged |= cases["reporting_country"].map(top) >= 0.9
    size = date.groupby([cases["reporting_country"], date]).transform("size")
    whole = date.groupby(cases["reporting_country"]).transform("size")
    # A day with ten cases and a fiftieth of all is far above what one day brings.
    flagged |= (size >= 10) & (size >= 0.02 * whole) & (delays(cases) > 14)
    suspect = set(cases.loc[flagged, "case_id"])
    return seizures["case_id"].isin(suspect)
