"""Planted defects: how many there are, how many were wanted, and how many a rule finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from rilo_training.fidelity import rules
from rilo_training.fidelity.measure import Measure
from rilo_training.world.defects import SPELLED, Form, rate
from rilo_training.world.tables import parameters, scalar

FORMS: dict[Form, str] = {"raw": "seizures_raw", "validated": "seizures"}

Rows = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Defect:
    """A kind of defect: where the truth notes it, and the rule that looks for it.

    Attributes
    ----------
    name : str
        Name in ``defects.csv``.
    title : str
        Name for people.
    of : str
        What the rate is a share of: ``cases``, ``lines`` or ``lines with a weight``.
    rule : str
        What the rule does, in words.
    find : callable
        Takes an extract, returns which rows are suspected.
    least : float or None
        Least recall that the rule should have in the raw extract; None where only a part can be
        found with the extract alone.
    """

    name: str
    title: str
    of: str
    rule: str
    find: Rows
    least: float | None


def _labels(field: str) -> Rows:
    return lambda seizures: rules.unknown_labels(seizures, field)


DEFECTS = (
    Defect(
        "exact_duplicate",
        "Exact duplicate",
        "lines",
        "The row repeats an earlier row in every column.",
        rules.exact_duplicates,
        0.99,
    ),
    Defect(
        "near_duplicate",
        "Case keyed twice",
        "cases",
        "Same Member, line, quantity, value, route and hiding place under two case numbers.",
        rules.near_duplicates,
        0.9,
    ),
    *(
        Defect(
            f"label_variant_{field}",
            f"Other spelling: {field.replace('_', ' ')}",
            "lines",
            "The label is not in the code list.",
            _labels(field),
            0.99,
        )
        for field in SPELLED
    ),
    Defect(
        "unit_slip",
        "Unit slip, by weight",
        "lines with a weight",
        "Robust z of log weight above 3.5 among the same goods and hiding place. Weights are "
        "spread so widely that only a part can be found.",
        rules.strange_weights,
        None,
    ),
    Defect(
        "unit_slip",
        "Unit slip, by value for a gram",
        "lines with a weight",
        "Robust z of log value for a gram above 3.5 among the same goods.",
        rules.strange_prices,
        0.8,
    ),
    Defect(
        "swapped_date",
        "Day and month turned",
        "cases whose date can turn",
        "The seizure lies after its report. A turn to an earlier day cannot be found so.",
        rules.seized_after_report,
        None,
    ),
    Defect(
        "wrong_total",
        "Value of the case is wrong",
        "cases",
        "The value of the case is not the sum of its lines.",
        rules.unequal_totals,
        0.99,
    ),
    Defect(
        "personal_detail",
        "Personal detail in the narrative",
        "cases",
        "The narrative holds what looks like a document number.",
        rules.personal_details,
        0.99,
    ),
    Defect(
        "late_report",
        "Reported months later",
        "cases of the first year",
        "More than 60 days later than the upper quartile of the Member.",
        rules.late_reports,
        None,
    ),
    Defect(
        "batch_upload",
        "Uploaded in batches",
        "cases",
        "Nine tenths of the Member's reports on one weekday or one day of the month, or a day "
        "with many old cases.",
        rules.batch_uploads,
        None,
    ),
)


def truly(defect: str, seizures: pd.DataFrame, truth: pd.DataFrame) -> pd.Series:
    """Return which rows of an extract have a defect, by the truth."""
    if defect.startswith("label_variant_"):
        field = defect.removeprefix("label_variant_")
        found = seizures[field].ne(truth[f"true_{field}"])
    elif defect == "personal_detail":
        found = truth["personal_detail"].ne("")
    else:
        names = {"exact_duplicate": "is_", "near_duplicate": "is_", "late_report": "is_"}
        prefix = names.get(defect, "is_" if defect == "batch_upload" else "has_")
        found = truth[f"{prefix}{defect}"]
    return pd.Series(found.to_numpy(dtype=bool), index=seizures.index)


def wanted_rate(defect: str, form: Form) -> float | None:
    """Return the rate that was wanted, as a share; None for batches, which follow habits.

    Examples
    --------
    >>> from rilo_training.fidelity.planted import wanted_rate
    >>> wanted_rate("late_report", "raw") == wanted_rate("late_report", "validated")
    True
    """
    if defect == "batch_upload":
        return None
    if defect == "late_report":
        return scalar("late_report_percent") / 100
    return rate(defect, form)


def planted_table(tables: dict[str, pd.DataFrame], truths: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return each defect in each form of the extract.

    Parameters
    ----------
    tables, truths : dict of str to pandas.DataFrame
        Those of `rilo_training.world.World`: ``seizures`` and ``seizures_raw`` with
        ``truth_...``; a form that is absent is left out.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``title``, ``form``, ``of``, ``wanted`` (rate), ``planted`` (rate), ``count``
        (cases or lines with the defect), ``among``, ``rows`` (rows with the defect),
        ``suspected`` (rows that the rule names), ``recall``, ``precision``, ``rule``, ``least``.
    """
    found = []
    for form, name in FORMS.items():
        if name not in tables:
            continue
        seizures, truth = tables[name], truths[f"truth_{name}"]
        for defect in DEFECTS:
            is_so = truly(defect.name, seizures, truth)
            count, among = _rate(defect, form, is_so, seizures, truth)
            suspected = defect.find(seizures).to_numpy(dtype=bool)
            both = int((suspected & is_so.to_numpy()).sum())
            rows, named = int(is_so.sum()), int(suspected.sum())
            found.append(
                {
                    "name": defect.name,
                    "title": defect.title,
                    "form": form,
                    "of": defect.of,
                    "wanted": wanted_rate(defect.name, form),
                    "planted": count / among if among else float("nan"),
                    "count": count,
                    "among": among,
                    "rows": rows,
                    "suspected": named,
                    "recall": both / rows if rows else float("nan"),
                    "precision": both / named if named else float("nan"),
                    "rule": defect.rule,
                    "least": defect.least,
                }
            )
    return pd.DataFrame(found)


def _rate(
    defect: Defect, form: Form, is_so: pd.Series, seizures: pd.DataFrame, truth: pd.DataFrame
) -> tuple[int, int]:
    """Return how many cases or lines have the defect, and among how many it could be.

    Copies of rows are not counted, except for the copies themselves. A case keyed twice is
    counted among the true cases. Late reports are counted for the first year: those of the last
    one are not in the extract yet.
    """
    if defect.name == "exact_duplicate":
        return int(is_so.sum()), int((~is_so).sum())
    own = ~truth["is_exact_duplicate"].to_numpy(dtype=bool)
    number = "true_case_id" if defect.name == "near_duplicate" else "case_id"
    if defect.name == "unit_slip":
        own &= seizures["unit"].isin(["g", "kg"]).to_numpy()
    elif defect.name == "swapped_date":
        turned = can_turn(truth["true_seizure_date"])
        own &= turned.notna().to_numpy()
        if form == "validated":  # what lies after its report was found by validation
            own &= (turned <= seizures["report_date"]).to_numpy()
    elif defect.name == "late_report":
        first = truth["true_seizure_date"].min()
        own &= (truth["true_seizure_date"] < first + pd.Timedelta(days=365)).to_numpy()
    elif defect.name.startswith("label_variant_"):
        field = defect.name.removeprefix("label_variant_")
        spelled = parameters("label_variants")
        labels = spelled.loc[spelled["field"].eq(field), "label"]
        own &= truth[f"true_{field}"].isin(labels).to_numpy()
    if defect.of.startswith("cases"):
        cases = pd.DataFrame({"case": truth[number].to_numpy()[own], "so": is_so.to_numpy()[own]})
        of_case = cases.groupby("case")["so"].any()
        return int(of_case.sum()), len(of_case)
    return int((is_so.to_numpy() & own).sum()), int(own.sum())


def can_turn(date: pd.Series) -> pd.Series:
    """Return the dates with day and month turned; missing where that is no other date.

    Examples
    --------
    >>> import pandas as pd
    >>> from rilo_training.fidelity.planted import can_turn
    >>> dates = pd.to_datetime(pd.Series(["2025-03-04", "2025-03-14", "2025-03-03"]))
    >>> can_turn(dates).dt.strftime("%Y-%m-%d").tolist()
    ['2025-04-03', nan, nan]
    """
    turns = (date.dt.day <= 12) & (date.dt.day != date.dt.month)
    parts = {"year": date.dt.year, "month": date.dt.day, "day": date.dt.month}
    found: pd.Series = pd.to_datetime(pd.DataFrame(parts)[turns])
    return found.reindex(date.index)


def measure_planted(table: pd.DataFrame) -> list[Measure]:
    """Return the measures of the summary: rates as wanted, and rules that find what they can."""
    part = "Planted defects"
    found = []
    for row in table.to_dict("records"):
        name = f"{row['title']}, {row['form']}"
        if row["wanted"] is not None and row["wanted"] == row["wanted"]:
            # Members differ in care, so counts vary more than by chance alone.
            margin = max(0.3 * row["wanted"], 4 * (2 * row["wanted"] / row["among"]) ** 0.5)
            found.append(
                Measure(
                    part,
                    f"{name}: rate",
                    f"{100 * row['wanted']:.2f} % of {row['of']}",
                    f"{100 * row['planted']:.2f} %",
                    abs(row["planted"] - row["wanted"]) <= margin,
                )
            )
        if row["least"] == row["least"] and row["least"] is not None and row["rows"]:
            found.append(
                Measure(
                    part,
                    f"{name}: found by the rule",
                    f"at least {100 * row['least']:.0f} %",
                    f"{100 * row['recall']:.0f} %",
                    bool(row["recall"] >= row["least"]),
                )
            )
    return found
