"""The performance task: what is asked of a table, and what the marker must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rilo_training.gain.bank import Bank

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Task:
    """The task of a form on a world, with its right answers.

    Parameters
    ----------
    conveyance
        What the form asks for.
    first_day, last_day
        The period, both days counted, in words.
    cases
        The number of different cases: the right answer.
    rows
        The number of rows after those that stand twice were counted once: half of the points.
    raw_rows, by_report_date, all_time
        Three other numbers that the marker will see: rows as they stand, the date of the report in
        the place of the seizure, the whole extract.
    departure, departure_cases
        The most frequent known departure country, and its cases.
    second, second_cases
        The next one.
    unknown_cases
        Cases whose departure country is ``Unknown``.
    departure_by_rows
        The first country for who counts rows: one mistake should not cost two criteria.
    """

    conveyance: str
    first_day: str
    last_day: str
    cases: int
    rows: int
    raw_rows: int
    by_report_date: int
    all_time: int
    departure: str
    departure_cases: int
    second: str
    second_cases: int
    unknown_cases: int
    departure_by_rows: str


def make_task(seizures: pd.DataFrame, bank: Bank, form: str) -> Task:
    """Return the task of a form, with the answers on a world."""
    import pandas as pd

    conveyance = bank.plans[form]["task_conveyance"]
    asked = (seizures["section"] == bank.task_section) & (seizures["conveyance"] == conveyance)
    first, last = pd.Timestamp(bank.first_day), pd.Timestamp(bank.last_day)
    rows = seizures[asked].drop_duplicates()
    own = rows[rows["seizure_date"].between(first, last)]
    # A day of a report may carry a time; the last day is counted whole.
    reported = rows[rows["report_date"].dt.normalize().between(first, last)]
    by_country = own.groupby("departure_country")["case_id"].nunique()
    known = by_country.drop("Unknown", errors="ignore").sort_values(ascending=False)
    by_rows = own["departure_country"].value_counts().drop("Unknown", errors="ignore")
    names = [str(name) for name in known.index[:2]]
    counts = [int(count) for count in known.iloc[:2]]
    names, counts = [*names, "", ""][:2], [*counts, 0, 0][:2]
    return Task(
        conveyance=conveyance,
        first_day=f"{bank.first_day.day} {bank.first_day:%B %Y}",
        last_day=f"{bank.last_day.day} {bank.last_day:%B %Y}",
        cases=int(own["case_id"].nunique()),
        rows=len(own),
        raw_rows=int(seizures.loc[asked, "seizure_date"].between(first, last).sum()),
        by_report_date=int(reported["case_id"].nunique()),
        all_time=int(rows["case_id"].nunique()),
        departure=names[0],
        departure_cases=counts[0],
        second=names[1],
        second_cases=counts[1],
        unknown_cases=int(by_country.get("Unknown", 0)),
        departure_by_rows=str(by_rows.index[0]) if len(by_rows) else "",
    )
